use netlink_runtime::project::FromView;
use netlink_runtime::wire::wt::Str;

fn read<'a, T: FromView<'a, Str>>() {}

fn main() {
    read::<u32>();
}
