use netlink_runtime::prelude::*;

#[netlink_enum(u8)]
enum State {
    UP = 1,
}

#[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(IFLA_OPERSTATE = 16, u32)]
    operstate: Option<State>,
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(ifinfomsg, size = 4)]
struct Header {
    #[netlink(0, be16)]
    state: State,
}

fn main() {}
