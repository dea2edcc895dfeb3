use netlink_runtime::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(info, size = 40, colour)]
struct Info {
    #[netlink(0, nested)]
    nest: Inner,
    #[netlink(4, text)]
    name: u8,
    #[netlink(5)]
    label: NlString,
    #[netlink(8, strct)]
    inner: Inner,
    #[netlink(12, bits(1))]
    bit: u8,
    #[netlink(16, IFLA_X = 3)]
    x: u32,
}

fn main() {}
