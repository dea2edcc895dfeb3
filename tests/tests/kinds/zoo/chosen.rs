//! Payloads whose form a selector chooses.

use super::common::{Header, Leaf, Point, Shape};
use super::members::RecLeaf;
use super::structs::{PointLeaf, Tail};
use netlink_runtime::prelude::*;

#[derive(Clone, Default, PartialEq, NetlinkMessage)]
#[netlink(debug)]
pub(crate) struct Chosen {
    #[netlink(header)]
    pub(crate) header: Header,
    #[netlink(KC_KIND = 1)]
    pub(crate) kind: Option<NlString>,
    #[netlink(KC_DATA = 2, sub(kind))]
    pub(crate) data: Option<Text>,
    #[netlink(KC_NUMBER = 3, u8)]
    pub(crate) number: Option<Shape>,
    #[netlink(KC_BYNUMBER = 4, sub(number))]
    pub(crate) bynumber: Option<Number>,
    #[netlink(KC_BYPAIR = 5, sub(kind, number))]
    pub(crate) bypair: Option<Pair>,
    #[netlink(KC_BYHEADER = 6, sub(header.shape))]
    pub(crate) byheader: Option<Number>,
    #[netlink(KC_BYREQUEST = 7, sub(request.shape))]
    pub(crate) byrequest: Option<Number>,
    #[netlink(KC_FAMILY = 8)]
    pub(crate) family: Option<u16>,
    #[netlink(KC_ADDRESS = 9, by(family))]
    pub(crate) address: Option<Address>,
    #[netlink(KC_INNER = 10, nested)]
    pub(crate) inner: Option<Inner>,
    #[netlink(KC_INNERS = 11, nested, multi)]
    pub(crate) inners: Vec<Inner>,
    #[netlink(KC_WIDE = 12, uint)]
    pub(crate) wide: Option<u64>,
    #[netlink(KC_BYWIDE = 13, sub(wide))]
    pub(crate) bywide: Option<Wide>,
    #[netlink(KC_WORD = 14, unterminated)]
    pub(crate) word: Option<NlString>,
    #[netlink(KC_BYWORD = 15, sub(word))]
    pub(crate) byword: Option<Word>,
    #[netlink(KC_BYVALUE = 16, sub(kind))]
    pub(crate) byvalue: Option<ValuesData>,
    #[netlink(KC_MANY = 17, sub(kind), multi)]
    pub(crate) many: Vec<Text>,
    #[netlink(rest)]
    pub(crate) rest: Rest,
}

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
#[netlink(debug)]
pub(crate) struct Inner {
    #[netlink(KI_BYOUTER = 1, sub(outer.kind))]
    pub(crate) byouter: Option<Text>,
    #[netlink(KI_BYHEADER = 2, sub(outer.header.shape))]
    pub(crate) byheader: Option<Number>,
    #[netlink(KI_BYREQUEST = 3, sub(request.shape))]
    pub(crate) byrequest: Option<Number>,
    #[netlink(KI_ADDRESS = 4, by(outer.header.family))]
    pub(crate) address: Option<Address>,
    #[netlink(KI_INNER = 5, nested)]
    pub(crate) inner: Option<Box<Inner>>,
    #[netlink(rest)]
    pub(crate) rest: Rest,
}

#[derive(Clone, PartialEq, NetlinkSub)]
#[netlink(debug)]
pub(crate) enum Text {
    #[netlink("leaf", nested)]
    Leaf(Box<Leaf>),
    #[netlink("point", struct)]
    Point(Point),
    #[netlink("after", nested)]
    After(Box<PointLeaf>),
    #[netlink("nothing")]
    Nothing(Vec<u8>),
    #[netlink(unknown)]
    Unknown(Vec<u8>),
}

#[derive(Clone, PartialEq, NetlinkSub)]
#[netlink(debug)]
pub(crate) enum Number {
    #[netlink(SHAPE_ROUND = 1, nested)]
    Round(Box<Leaf>),
    #[netlink(SHAPE_FLAT = 2)]
    Flat(u32),
    #[netlink(default, struct)]
    Other(Point),
    #[netlink(unknown)]
    Unknown(Vec<u8>),
}

#[derive(Clone, PartialEq, NetlinkSub)]
#[netlink(debug)]
pub(crate) enum Pair {
    #[netlink("leaf", 1, nested)]
    LeafRound(Box<Leaf>),
    #[netlink("leaf", 2, be)]
    LeafFlat(u16),
    #[netlink(unknown)]
    Unknown(Vec<u8>),
}

#[derive(Clone, PartialEq, NetlinkSub)]
#[netlink(debug)]
pub(crate) enum Wide {
    #[netlink(5)]
    _5(u32),
    #[netlink(default)]
    Other(NlString),
    #[netlink(unknown)]
    Unknown(Vec<u8>),
}

#[derive(Clone, PartialEq, NetlinkSub)]
#[netlink(debug)]
pub(crate) enum Word {
    #[netlink("long")]
    Long(u64),
    #[netlink(unknown)]
    Unknown(Vec<u8>),
}

#[derive(Clone, PartialEq, NetlinkSub)]
#[netlink(debug)]
pub(crate) enum ValuesData {
    #[netlink("number", le)]
    Number(i32),
    #[netlink("shape", u8)]
    Shape(Shape),
    #[netlink("string")]
    String(NlString),
    #[netlink("mac")]
    Mac(HwAddr),
    #[netlink("ip")]
    Ip(IpAddr),
    #[netlink("labels")]
    Labels(LabelStack),
    #[netlink("msecs", msecs)]
    Msecs(u64),
    #[netlink("array", array)]
    Array(Vec<u32>),
    #[netlink("points", array, struct)]
    Points(Vec<Point>),
    #[netlink("tail", flex)]
    Tail(Flex<Tail>),
    #[netlink("records", records)]
    Records(Vec<RecLeaf>),
    #[netlink("bits")]
    Bits(Bitfield32),
    #[netlink(unknown)]
    Unknown(Vec<u8>),
}
