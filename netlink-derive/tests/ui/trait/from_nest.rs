use netlink_runtime::Empty;
use netlink_runtime::project::FromNest;

fn read<'a, T: FromNest<'a, Empty>>() {}

fn main() {
    read::<u32>();
}
