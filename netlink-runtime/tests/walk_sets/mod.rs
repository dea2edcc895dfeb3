//! A set with an attribute of every kind, written by hand, and what writes its messages.
#![allow(dead_code)] // each test file uses its part

use netlink_runtime::meta::*;
use netlink_runtime::walk::StructRef;
use netlink_runtime::walk::json::{Options, write_body};

pub(crate) const fn int(bytes: u8, signed: bool, order: Order) -> Scalar {
    Scalar { bytes, signed, order }
}
pub(crate) const U8: Scalar = int(1, false, Order::Native);
pub(crate) const U16: Scalar = int(2, false, Order::Native);
pub(crate) const U32: Scalar = int(4, false, Order::Native);
pub(crate) const BE16: Scalar = int(2, false, Order::Big);

const fn attr(id: u16, c_name: &'static str, name: &'static str, card: Card, ty: TypeMeta) -> AttrMeta {
    AttrMeta { id, c_name, name, card, ty, ordinal: id }
}
const fn one(id: u16, c_name: &'static str, ty: TypeMeta) -> AttrMeta {
    attr(id, c_name, "", Card::One, ty)
}
const fn member(c_name: &'static str, offset: u32, ty: MemberType) -> MemberMeta {
    MemberMeta { c_name, offset, ty }
}

const fn bits(first: u8, width: u8) -> MemberType {
    MemberType::Bits(BitField { first, width, signed: false, names: None })
}

pub(crate) static STATE: EnumMeta =
    EnumMeta { name: "State", flags: false, entries: &[("S_DOWN", 0), ("S_UP", 6), ("S_NEG", u64::MAX)] };
pub(crate) static FLAGS: EnumMeta = EnumMeta {
    name: "Flags",
    flags: true,
    entries: &[("F_A", 1), ("F_B", 2), ("F_AB", 3), ("F_A_ALIAS", 1), ("F_PAIR", 0x30), ("F_HIGH", 1 << 31)],
};

pub(crate) static POINT: StructMeta = StructMeta {
    c_name: "point",
    size: 8,
    members: &[
        member("x", 0, MemberType::Scalar(U32, None)),
        member("y", 4, MemberType::Scalar(int(4, true, Order::Native), Some(&STATE))),
    ],
};
/// Every kind of member.
pub(crate) static BIG: StructMeta = StructMeta {
    c_name: "big",
    size: 72,
    members: &[
        member("state", 0, MemberType::Scalar(U8, Some(&STATE))),
        member("low", 1, bits(0, 3)),
        member("high", 1, bits(3, 5)),
        member("port", 2, MemberType::Scalar(BE16, None)),
        member("name", 4, MemberType::Text(8)),
        member("raw", 12, MemberType::Bytes(4)),
        member("at", 16, MemberType::Struct(&POINT)),
        member("v4", 24, MemberType::Ip4),
        member("mac", 28, MemberType::Mac(6)),
        member("family", 34, MemberType::Scalar(U16, None)),
        member("v6", 36, MemberType::Ip6),
        member("any", 52, MemberType::IpBy("family")),
        member("pair", 68, MemberType::Array(&MemberType::Scalar(U16, None), 2)),
    ],
};
pub(crate) static VARIABLE: StructMeta = StructMeta {
    c_name: "variable",
    size: 4,
    members: &[
        member("n", 0, MemberType::Scalar(U16, None)),
        member("list", 2, MemberType::Tail(&MemberType::Scalar(BE16, None))),
    ],
};
pub(crate) static HEADER: StructMeta = StructMeta {
    c_name: "demo_hdr",
    size: 6,
    members: &[
        member("family", 0, MemberType::Scalar(U8, None)),
        member("flags", 2, MemberType::Scalar(U32, Some(&FLAGS))),
    ],
};
pub(crate) static RECORD: StructMeta = StructMeta {
    c_name: "record",
    size: 4,
    members: &[
        member("len", 0, MemberType::Scalar(U16, None)),
        member("tag", 2, MemberType::Scalar(U16, None)),
    ],
};

pub(crate) static EMPTY: SetMeta = SetMeta { name: "Empty", header: None, attrs: &[] };
pub(crate) static VLAN: SetMeta = SetMeta {
    name: "Vlan",
    header: None,
    attrs: &[
        one(1, "VLAN_ID", TypeMeta::Scalar(U16, None)),
        // Selected by an attribute of the set around, and by the message's header.
        one(2, "VLAN_BY_OUTER", TypeMeta::Sub(&BY_KIND, &[Selector::Outer("DEMO_KIND")])),
        one(3, "VLAN_BY_HEADER", TypeMeta::Sub(&BY_NUMBER, &[Selector::Header("family")])),
        one(4, "VLAN_BY_REQUEST", TypeMeta::Sub(&BY_NUMBER, &[Selector::Request("family")])),
        one(5, "VLAN_ADDRESS", TypeMeta::IpBy(Selector::Header("family"))),
    ],
};
pub(crate) static WITH_HEADER: SetMeta = SetMeta {
    name: "WithHeader",
    header: Some(&RECORD),
    attrs: &[one(1, "R_VALUE", TypeMeta::Scalar(U32, None))],
};
pub(crate) static BY_KIND: SubMeta = SubMeta {
    name: "Data",
    formats: &[
        FormatMeta { keys: &[Key::Text("vlan")], ty: TypeMeta::Nest(SetRef::dynamic(|_| &VLAN, 0)) },
        FormatMeta { keys: &[Key::Text("point")], ty: TypeMeta::Struct(&POINT) },
        FormatMeta {
            keys: &[Key::Text("number")],
            ty: TypeMeta::Sub(&BY_NUMBER, &[Selector::Header("family")]),
        },
    ],
    default: None,
};
pub(crate) static BY_NUMBER: SubMeta = SubMeta {
    name: "Numbered",
    formats: &[FormatMeta { keys: &[Key::Number(2)], ty: TypeMeta::Scalar(U32, None) }],
    default: Some(TypeMeta::String),
};
pub(crate) static BY_TWO: SubMeta = SubMeta {
    name: "Two",
    formats: &[
        FormatMeta { keys: &[Key::Text("vlan"), Key::Number(1)], ty: TypeMeta::Scalar(U16, None) },
        FormatMeta { keys: &[Key::Text("vlan"), Key::Number(2)], ty: TypeMeta::Scalar(U32, None) },
    ],
    default: None,
};

const SELF: TypeMeta = TypeMeta::Nest(SetRef::dynamic(|_| &DEMO, 0));

pub(crate) static DEMO: SetMeta = SetMeta {
    name: "Demo",
    header: None,
    attrs: &[
        one(1, "DEMO_U32", TypeMeta::Scalar(U32, None)),
        one(2, "DEMO_BE16", TypeMeta::Scalar(BE16, None)),
        one(3, "DEMO_S8", TypeMeta::Scalar(int(1, true, Order::Native), None)),
        one(4, "DEMO_U64", TypeMeta::Scalar(int(8, false, Order::Native), None)),
        one(5, "DEMO_UINT", TypeMeta::VarInt { signed: false, names: None }),
        one(6, "DEMO_SINT", TypeMeta::VarInt { signed: true, names: None }),
        one(7, "DEMO_FLAG", TypeMeta::Flag),
        one(8, "DEMO_KIND", TypeMeta::String),
        one(9, "DEMO_BINARY", TypeMeta::Binary),
        one(10, "DEMO_BITS", TypeMeta::Bitfield32(Some(&FLAGS))),
        one(11, "DEMO_BIG", TypeMeta::Struct(&BIG)),
        one(12, "DEMO_VARIABLE", TypeMeta::Struct(&VARIABLE)),
        one(13, "DEMO_NUMBERS", TypeMeta::Array(Element::Scalar(U16, Some(&STATE)))),
        one(14, "DEMO_POINTS", TypeMeta::Array(Element::Struct(&POINT))),
        one(15, "DEMO_MAC", TypeMeta::Mac),
        one(16, "DEMO_IP4", TypeMeta::Ip4),
        one(17, "DEMO_IP6", TypeMeta::Ip6),
        one(18, "DEMO_IP", TypeMeta::Ip),
        one(19, "DEMO_LABELS", TypeMeta::Labels),
        one(20, "DEMO_MSECS", TypeMeta::Msecs),
        one(21, "DEMO_PAD", TypeMeta::Pad),
        one(22, "DEMO_NEST", SELF),
        attr(23, "DEMO_INDEXED", "", Card::Indexed, TypeMeta::Scalar(U32, None)),
        attr(24, "DEMO_TYPED", "", Card::TypeValue(2), TypeMeta::Nest(SetRef::dynamic(|_| &VLAN, 0))),
        one(
            25,
            "DEMO_RECORDS",
            TypeMeta::Records { set: SetRef::dynamic(|_| &WITH_HEADER, 0), len_offset: 0, len_bytes: 2 },
        ),
        one(26, "DEMO_DATA", TypeMeta::Sub(&BY_KIND, &[Selector::Attr(8)])),
        one(27, "DEMO_STATE", TypeMeta::Scalar(int(4, true, Order::Native), Some(&STATE))),
        one(28, "DEMO_FLAGS", TypeMeta::Scalar(U32, Some(&FLAGS))),
        one(29, "DEMO_HEADED", TypeMeta::Nest(SetRef::dynamic(|_| &WITH_HEADER, 0))),
        attr(30, "DEMO_MANY", "", Card::Multi, TypeMeta::Scalar(U8, None)),
        one(31, "DEMO_TWO", TypeMeta::Sub(&BY_TWO, &[Selector::Attr(8), Selector::Attr(30)])),
        one(32, "DEMO_UNUSED", TypeMeta::Unused),
        attr(33, "DEMO_INDEXED_NEST", "", Card::Indexed, SELF),
    ],
};

/// The same attributes after a fixed header of 6 bytes and 2 bytes of padding.
pub(crate) static HEADED: SetMeta = SetMeta { name: "Headed", header: Some(&HEADER), attrs: DEMO.attrs };

/// One attribute, padded.
pub(crate) fn tlv(ty: u16, payload: &[u8]) -> Vec<u8> {
    let len = u16::try_from(4 + payload.len()).unwrap();
    let mut out = [len.to_ne_bytes(), ty.to_ne_bytes()].concat();
    out.extend(payload);
    out.resize(out.len().next_multiple_of(4), 0);
    out
}

pub(crate) fn header(family: u8, flags: u32) -> Vec<u8> {
    let mut out = vec![family, 0];
    out.extend(flags.to_ne_bytes());
    out.extend([0, 0]);
    out
}

pub(crate) fn json_with(
    set: &'static SetMeta,
    payload: &[u8],
    request: Option<StructRef<'_>>,
    names: bool,
) -> String {
    let mut out = String::new();
    write_body(&mut out, set, payload, request, Options { names }).unwrap();
    out
}

/// The attributes of [`DEMO`], without `"attrs":[` and `]`.
pub(crate) fn json(payload: &[u8]) -> String {
    inner(&json_with(&DEMO, payload, None, false))
}

pub(crate) fn json_names(payload: &[u8]) -> String {
    inner(&json_with(&DEMO, payload, None, true))
}

fn inner(json: &str) -> String {
    json.strip_prefix("\"attrs\":[").and_then(|j| j.strip_suffix(']')).unwrap().to_owned()
}
