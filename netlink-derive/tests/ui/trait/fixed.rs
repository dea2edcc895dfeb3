use netlink_runtime::wire::wt::{Fixed, Str};

fn fixed<K: Fixed>() {}

fn main() {
    fixed::<Str>();
}
