use netlink_runtime::prelude::*;

#[netlink_enum(u8)]
enum Kind {
    KIND_A = 1,
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(info, size = 4)]
struct Info {
    #[netlink(0, bits(0, 4))]
    kind: Kind,
    #[netlink(0, bits(4, 0))]
    none: u8,
    #[netlink(0, bits(4, 65))]
    many: u64,
    #[netlink(0, bits(4, 4), u8)]
    fine: Kind,
    #[netlink(0, bits(4, 12))]
    much: u8,
    #[netlink(0, bits(4, 12), be)]
    order: u16,
    #[netlink(0, bits(4, 12), be16)]
    kind_order: Kind,
    #[netlink(0, bits(4, 4), u16)]
    differs: u8,
    #[netlink(0, bits(4, 4), text)]
    text: u8,
    #[netlink(0, bits(4, 4), by(fine))]
    by: u8,
}

fn main() {}
