use netlink_runtime::prelude::*;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Info;

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(header)]
    header: Info,
}

fn main() {}
