use netlink_runtime::prelude::*;

#[derive(Clone, Debug, Default, PartialEq)]
struct Info;

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(IFLA_A = 1)]
    a: Option<Info>,
    #[netlink(IFLA_B = 2)]
    b: Option<&'static str>,
    #[netlink(IFLA_C = 3)]
    c: Option<Vec<u32>>,
    #[netlink(IFLA_D = 4)]
    d: Option<[u8; 6]>,
    #[netlink(IFLA_E = 5)]
    e: Option<usize>,
    #[netlink(IFLA_F = 6)]
    f: Option<Address>,
    #[netlink(IFLA_G = 7, be)]
    g: Option<State>,
}

#[netlink_enum(u16)]
enum State {
    UP = 1,
}

fn main() {}
