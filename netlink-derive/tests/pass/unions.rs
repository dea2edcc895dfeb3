//! C unions: arms of every form, in structs, in attributes and in sub-messages, and members that choose.

use netlink_runtime::prelude::*;
use netlink_runtime::wire::CUnion;
use netlink_runtime::{AttrSet, CStruct};

const MAX: usize = 16;

#[netlink_enum(u8)]
enum Half {
    ONE = 1,
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(pair, size = 4)]
struct Pair {
    #[netlink(0, be)]
    a: u16,
    #[netlink(2)]
    b: u16,
}

/// An address.
#[netlink_union(nf_inet_addr, size = MAX)]
pub(crate) enum InetAddr {
    /// Of the old kind.
    #[netlink(case(AF_INET = 2))]
    ip(Ipv4Addr),
    #[netlink(case(self::FAMILY_6))]
    ip6(Ipv6Addr),
    #[netlink(default, be)]
    all([u32; 4]),
    #[netlink(15, bits(0, 4), u8)]
    half(Half),
    #[netlink(12, struct)]
    pair(Pair),
    #[netlink(0, opaque)]
    bytes([u8; MAX]),
    #[netlink("type")]
    type_(u8),
    #[netlink(8, union)]
    inner(Number),
}

const FAMILY_6: u16 = 10;

#[netlink_union(size = 4)]
enum Number {
    long(u32),
    #[netlink(2, case(1))]
    short(u16),
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(entry, size = 48, tail(48, rest: by(family) u8))]
struct Entry {
    #[netlink(0)]
    family: u16,
    #[netlink(2, bits(0, 3))]
    kind: u8,
    #[netlink(4, union, by(family))]
    source: InetAddr,
    #[netlink(20, by(family))]
    target: Address,
    #[netlink(36, union, anonymous, by(kind))]
    number: Number,
    #[netlink(40, "info.numbers", union)]
    numbers: Option<[Number; 2]>,
}

#[derive(Clone, Debug, PartialEq, NetlinkSub)]
enum Data {
    #[netlink("number", union)]
    Number(Number),
    #[netlink(unknown)]
    Unknown(Vec<u8>),
}

#[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
struct Attrs {
    #[netlink(A_KIND = 1)]
    kind: Option<NlString>,
    #[netlink(A_ADDR = 2, union)]
    addr: Option<InetAddr>,
    #[netlink(A_NUMBERS = 3, array, union)]
    numbers: Option<Vec<Number>>,
    #[netlink(A_EACH = 4, multi, union)]
    each: Vec<Number>,
    #[netlink(A_DATA = 5, sub(kind))]
    data: Option<Data>,
    #[netlink(A_ENTRY = 6, flex)]
    entry: Option<Flex<Entry>>,
}

pub(crate) fn main() {
    let addr = InetAddr::from_ip(Ipv4Addr::LOCALHOST).with_half(Half::ONE);
    assert_eq!((addr.ip(), addr.half(), addr.type_()), (Ipv4Addr::LOCALHOST, Half::ONE, 127));
    assert_eq!(addr.with_inner(Number::from_short(3)).inner().short(), 3);
    assert_eq!((InetAddr::META.c_name, Number::META.c_name), ("nf_inet_addr", "Number"));
    assert_eq!((InetAddr::CASES.len(), addr.bytes().len()), (3, MAX));
    let entry = Entry {
        family: 2,
        kind: 1,
        source: addr,
        target: Address::from(Ipv4Addr::LOCALHOST),
        number: Number::from_long(9),
        numbers: Some([Number::default(); 2]),
    };
    let mut bytes = [0; 48];
    entry.write(&mut bytes);
    assert_eq!(Entry::read(&bytes), entry);
    let value = Attrs {
        kind: Some("number".into()),
        addr: Some(addr),
        numbers: Some(vec![Number::from_short(1)]),
        each: vec![Number::from_long(2), Number::default()],
        data: Some(Data::Number(Number::from_long(4))),
        entry: Some(Flex::new(entry, vec![127, 0, 0, 1])),
    };
    assert_eq!(Attrs::from_bytes(&value.to_bytes().expect("an encodable value")).expect("the same"), value);
    assert_eq!(Attrs::meta().attrs.len(), 6);
}
