use netlink_runtime::prelude::*;

#[derive(NetlinkStruct)]
#[netlink(info, size = 4)]
struct Info<T> {
    #[netlink(0)]
    index: T,
}

fn main() {}
