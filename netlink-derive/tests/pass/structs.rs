//! C structs: integers of all orders, enums, bits, arrays, structs in structs, members that came later.

use netlink_runtime::CStruct;
use netlink_runtime::prelude::*;

#[netlink_flags(u16)]
enum Flags {
    UP = 1,
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(inner, size = 2)]
struct Inner {
    #[netlink(0, be)]
    port: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(outer, size = 40)]
struct Outer {
    #[netlink(0)]
    family: u8,
    #[netlink(1, bits(0, 3))]
    mode: u8,
    #[netlink(2, u16)]
    flags: Flags,
    #[netlink(4, struct)]
    inner: Inner,
    #[netlink(6, text)]
    name: [u8; 4],
    #[netlink(10, mac)]
    mac: [u8; 6],
    #[netlink(16)]
    address: Ipv4Addr,
    #[netlink(20, le)]
    numbers: [u16; 4],
    #[netlink(28)]
    type_: Option<u32>,
    #[netlink(32, opaque)]
    token: Option<[u8; 8]>,
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(size = 2 * 4)]
struct Named {
    #[netlink(4)]
    value: i32,
}

pub(crate) fn main() {
    let value = Outer {
        family: 2,
        mode: 5,
        flags: Flags::UP,
        inner: Inner { port: 80 },
        name: *b"lo\0\0",
        mac: [1; 6],
        address: Ipv4Addr::LOCALHOST,
        numbers: [1, 2, 3, 4],
        type_: Some(7),
        token: Some([9; 8]),
    };
    let mut bytes = [0; 40];
    value.write(&mut bytes);
    assert_eq!(Outer::read(&bytes), value);
    assert_eq!(&bytes[4..6], [0, 80]);
    let older = Outer::read(&bytes[..28]);
    assert_eq!((older.type_, older.token, older.wire_len()), (None, None, 28));
    assert_eq!(Outer::META.members[8].c_name, "type");
    assert_eq!((Named::META.c_name, Named::META.size, Named::default().value), ("Named", 8, 0));
}
