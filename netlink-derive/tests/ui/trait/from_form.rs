use netlink_runtime::project::FromForm;
use netlink_runtime::types::Address;

fn read<'a, T: FromForm<'a, Address>>() {}

fn main() {
    read::<u32>();
}
