use netlink_runtime::prelude::*;

#[derive(NetlinkSub)]
enum Data<T> {
    #[netlink("raw")]
    Raw(T),
    #[netlink(unknown)]
    Unknown(Vec<u8>),
}

fn main() {}
