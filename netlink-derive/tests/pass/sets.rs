//! Every keyword of a set's fields.

use netlink_runtime::build::Enc;
use netlink_runtime::prelude::*;

/// The fixed header.
#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(header, size = 4)]
struct Header {
    #[netlink(0)]
    family: u8,
    #[netlink(2)]
    length: u16,
}

/// A record's header.
#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(hop, size = 4, length = len)]
struct HopHeader {
    #[netlink(0)]
    len: u16,
    #[netlink(2)]
    weight: u16,
}

/// A record.
#[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
struct Hop {
    #[netlink(header)]
    header: HopHeader,
    #[netlink(HOP_GATEWAY = 1)]
    gateway: Option<Ipv4Addr>,
}

/// A struct with a tail.
#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(tailed, size = 4, tail(4, values: be u16))]
struct Tailed {
    #[netlink(0)]
    count: u32,
}

#[netlink_enum(u16)]
enum Kind {
    PLAIN = 1,
    OTHER = 2,
}

#[netlink_flags(u32)]
enum Bits {
    LOW = 1,
    HIGH = 0x8000_0000,
}

/// A nest.
#[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
struct Inner {
    #[netlink(INNER_VALUE = 1)]
    value: Option<i64>,
}

#[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
#[netlink(family = "all", version = 1, pad(A_PAD = 90), unused(A_OLD = 91))]
struct All {
    #[netlink(header)]
    header: Header,
    #[netlink(A_U8 = 1)]
    byte: u8,
    #[netlink(A_BE = 2, be)]
    be: Option<u16>,
    #[netlink(A_LE = 3, le)]
    le: Option<i32>,
    #[netlink(A_NET = 4, net)]
    net: Option<u64>,
    #[netlink(A_KIND = 5, be16)]
    kind: Option<Kind>,
    #[netlink(A_BITS = 6, u32)]
    bits: Option<Bits>,
    #[netlink(A_UINT = 7, uint)]
    uint: Option<u64>,
    #[netlink(A_SINT = 8, sint)]
    sint: Option<i64>,
    #[netlink(A_KIND_UINT = 9, uint)]
    kind_uint: Option<Kind>,
    #[netlink(A_MSECS = 10, msecs)]
    msecs: Option<u64>,
    #[netlink(A_FLAG = 11)]
    flag: bool,
    #[netlink(A_TEXT = 12, min_len = 1, max_len = 15)]
    text: Option<NlString>,
    #[netlink(A_UTF8 = 13)]
    utf8: Option<String>,
    #[netlink(A_BARE = 14, unterminated)]
    bare: Option<NlString>,
    #[netlink(A_BYTES = 15, exact_len = 3)]
    bytes: Option<Vec<u8>>,
    #[netlink(A_FIELD = 16, names(Bits))]
    field: Option<Bitfield32>,
    #[netlink(A_MAC = 17)]
    mac: Option<HwAddr>,
    #[netlink(A_IP4 = 18)]
    ip4: Option<Ipv4Addr>,
    #[netlink(A_IP6 = 19)]
    ip6: Option<Ipv6Addr>,
    #[netlink(A_IP = 20)]
    ip: Option<IpAddr>,
    #[netlink(A_BY = 21, by(header.family))]
    by: Option<Address>,
    #[netlink(A_LABELS = 22)]
    labels: Option<LabelStack>,
    #[netlink(A_NEST = 23, nested)]
    nest: Option<Box<Inner>>,
    #[netlink(A_NESTS = 24, nested, multi)]
    nests: Vec<Inner>,
    #[netlink(A_STRUCT = 25, struct)]
    structure: Option<Header>,
    #[netlink(A_FLEX = 26, flex)]
    flex: Option<Flex<Tailed>>,
    #[netlink(A_ARRAY = 27, array, be)]
    array: Option<Vec<u32>>,
    #[netlink(A_STRUCTS = 28, array, struct)]
    structs: Option<Vec<Header>>,
    #[netlink(A_KINDS = 29, array, u16)]
    kinds: Option<Vec<Kind>>,
    #[netlink(A_RECORDS = 30, records)]
    records: Option<Vec<Hop>>,
    #[netlink(A_INDEXED = 31, indexed, nested)]
    numbered: Option<Vec<(u16, Inner)>>,
    #[netlink(A_TYPES = 32, type_value(outer, inner))]
    types: Option<Vec<([u16; 2], u32)>>,
    #[netlink(A_BOXED = 33)]
    boxed: Box<NlString>,
    #[netlink(rest)]
    rest: Rest,
}

fn all() -> All {
    let inner = Inner { value: Some(-1) };
    let header = Header { family: 2, length: 9 };
    All {
        header,
        byte: 1,
        be: Some(2),
        le: Some(-3),
        net: Some(4),
        kind: Some(Kind::OTHER),
        bits: Some(Bits::LOW | Bits::HIGH),
        uint: Some(1 << 40),
        sint: Some(-5),
        kind_uint: Some(Kind::PLAIN),
        msecs: Some(6),
        flag: true,
        text: Some("text".into()),
        utf8: Some("utf8".to_owned()),
        bare: Some("bare".into()),
        bytes: Some(vec![1, 2, 3]),
        field: Some(Bitfield32 { value: 1, selector: 3 }),
        mac: Some(HwAddr::from([1, 2, 3, 4, 5, 6])),
        ip4: Some(Ipv4Addr::LOCALHOST),
        ip6: Some(Ipv6Addr::LOCALHOST),
        ip: Some(IpAddr::from(Ipv4Addr::LOCALHOST)),
        by: Some(Address::from(Ipv4Addr::LOCALHOST)),
        labels: Some(LabelStack(Vec::new())),
        nest: Some(Box::new(inner.clone())),
        nests: vec![inner.clone(), inner.clone()],
        structure: Some(header),
        flex: Some(Flex::new(Tailed { count: 2 }, vec![7, 8])),
        array: Some(vec![1, 2]),
        structs: Some(vec![header, header]),
        kinds: Some(vec![Kind::PLAIN, Kind(9)]),
        records: Some(vec![Hop {
            header: HopHeader { len: 12, weight: 1 },
            gateway: Some(Ipv4Addr::LOCALHOST),
        }]),
        numbered: Some(vec![(1, inner)]),
        types: Some(vec![([1, 2], 3)]),
        boxed: Box::new("boxed".into()),
        rest: Rest::default(),
    }
}

pub(crate) fn main() {
    let value = all();
    let bytes = value.to_bytes().expect("an encodable value");
    assert_eq!(All::from_bytes(&bytes).expect("a decodable value"), value);
    let view = AllView::parse(&bytes).expect("a header");
    assert_eq!((view.header(), view.byte().unwrap(), view.flag().unwrap()), (value.header, 1, true));
    assert_eq!(view.nests().map(|nest| nest?.value()).collect::<Result<Vec<_>, _>>().unwrap(), [Some(-1); 2]);
    assert_eq!(view.indexed().be().unwrap(), Some(2));
    assert_eq!((All::BE.id(), All::BE.c_name()), (2, "A_BE"));
    let built = All::builder(Enc::new(Vec::new())).byte(1).text("too long a text for it").finish();
    assert!(built.end().is_err());
}
