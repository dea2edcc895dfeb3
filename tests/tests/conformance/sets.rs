//! Small sets of one's own, with every kind of field that a case needs.

use crate::script::attr;
use netlink_families::common::{RouteFamily, RouteTable};
use netlink_families::rt_link::{Ifinfomsg, Link};
use netlink_families::rt_route::{Route, Rtmsg};
use netlink_runtime::prelude::*;
use netlink_runtime::wire::align;
use netlink_runtime::{AttrDef, AttrSet, CStruct};

/// An attribute of a set.
pub(crate) fn put<S: AttrSet, K>(def: AttrDef<S, K>, payload: &[u8]) -> Vec<u8> {
    attr(def.id(), payload)
}

/// An attribute that holds a word.
pub(crate) fn word<S: AttrSet, K>(def: AttrDef<S, K>, value: u32) -> Vec<u8> {
    put(def, &value.to_ne_bytes())
}

/// An attribute with this length in its header, whatever is there.
pub(crate) fn lying(len: u16, ty: u16, payload: &[u8]) -> Vec<u8> {
    let mut bytes = [len.to_ne_bytes(), ty.to_ne_bytes()].concat();
    bytes.extend(payload);
    bytes.resize(align(bytes.len()), 0);
    bytes
}

/// A payload with its fixed header.
pub(crate) fn payload<S: AttrSet<Header: CStruct>>(header: S::Header, attrs: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![0; align(<S::Header as CStruct>::META.size as usize)];
    header.write(&mut bytes);
    bytes.extend(attrs.concat());
    bytes
}

/// A link's payload.
pub(crate) fn link(attrs: &[Vec<u8>]) -> Vec<u8> {
    payload::<Link>(Ifinfomsg { ifi_index: 7, ..Ifinfomsg::default() }, attrs)
}

/// A route's payload; the table's number stands in the header's eight bits.
pub(crate) fn route(table: u8, attrs: &[Vec<u8>]) -> Vec<u8> {
    let rtm_table = RouteTable(table.into());
    payload::<Route>(Rtmsg { rtm_family: RouteFamily::INET, rtm_table, ..Rtmsg::default() }, attrs)
}

/// Owned text that is exactly this payload.
pub(crate) fn text(payload: &[u8]) -> NlString {
    NlString::from_payload(payload)
}

/// The number of an attribute that no set here knows.
pub(crate) const NEW: u16 = 3000;

/// A bit of everything.
#[derive(Clone, Default, PartialEq, NetlinkMessage)]
#[netlink(debug)]
pub(crate) struct Sample {
    #[netlink(SAMPLE_ID = 1)]
    pub(crate) id: Option<u32>,
    #[netlink(SAMPLE_NAME = 2)]
    pub(crate) name: Option<NlString>,
    #[netlink(SAMPLE_COUNT = 3, uint)]
    pub(crate) count: Option<u64>,
    #[netlink(SAMPLE_DELTA = 4, sint)]
    pub(crate) delta: Option<i64>,
    #[netlink(SAMPLE_LEVEL = 5)]
    pub(crate) level: Option<i32>,
    #[netlink(SAMPLE_ON = 6)]
    pub(crate) on: bool,
    #[netlink(SAMPLE_INNER = 7, nested)]
    pub(crate) inner: Option<Inner>,
    #[netlink(SAMPLE_PART = 8, nested, multi)]
    pub(crate) parts: Vec<Inner>,
    #[netlink(SAMPLE_LIST = 9, array)]
    pub(crate) list: Option<Vec<u16>>,
    #[netlink(SAMPLE_KIND = 10)]
    pub(crate) kind: Option<NlString>,
    #[netlink(SAMPLE_DATA = 11, sub(kind))]
    pub(crate) data: Option<Data>,
    #[netlink(SAMPLE_NET = 12, net)]
    pub(crate) net: Option<u32>,
    #[netlink(SAMPLE_TEXT = 13)]
    pub(crate) text: Option<String>,
    #[netlink(SAMPLE_BYTES = 14)]
    pub(crate) bytes: Option<Vec<u8>>,
    #[netlink(SAMPLE_MAC = 15)]
    pub(crate) mac: Option<HwAddr>,
    #[netlink(SAMPLE_STATS = 16, struct)]
    pub(crate) stats: Option<Stats>,
    #[netlink(SAMPLE_NUMBER = 17, multi)]
    pub(crate) numbers: Vec<u32>,
    #[netlink(SAMPLE_MEMBER = 18, nested, indexed)]
    pub(crate) members: Option<Vec<(u16, Inner)>>,
    #[netlink(SAMPLE_TINY = 19)]
    pub(crate) tiny: Option<i8>,
    #[netlink(SAMPLE_PORT = 20, be)]
    pub(crate) port: Option<u16>,
    #[netlink(rest)]
    pub(crate) rest: Rest,
}

/// A nest, which may hold itself.
#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
#[netlink(debug)]
pub(crate) struct Inner {
    #[netlink(INNER_VALUE = 1)]
    pub(crate) value: Option<u32>,
    #[netlink(INNER_DEEPER = 2, nested)]
    pub(crate) deeper: Option<Box<Inner>>,
    #[netlink(INNER_KIND = 3)]
    pub(crate) kind: Option<NlString>,
    #[netlink(INNER_DATA = 4, sub(kind))]
    pub(crate) data: Option<Data>,
    #[netlink(rest)]
    pub(crate) rest: Rest,
}

/// Forms by kind.
#[derive(Clone, PartialEq, NetlinkSub)]
#[netlink(debug)]
pub(crate) enum Data {
    #[netlink("nest", nested)]
    Nest(Box<Inner>),
    #[netlink("number")]
    Number(u32),
    #[netlink("text")]
    Text(String),
    #[netlink(unknown)]
    Unknown(Vec<u8>),
}

/// A struct that grew: `later` is younger than the rest.
#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(stats, size = 16)]
pub(crate) struct Stats {
    #[netlink(0)]
    pub(crate) seen: u32,
    #[netlink(4)]
    pub(crate) lost: u32,
    #[netlink(8)]
    pub(crate) later: Option<u64>,
}

/// Attributes that every message has.
#[derive(Clone, Default, PartialEq, NetlinkMessage)]
#[netlink(debug)]
pub(crate) struct Needed {
    #[netlink(NEEDED_ID = 1)]
    pub(crate) id: u32,
    #[netlink(NEEDED_NAME = 2)]
    pub(crate) name: NlString,
}
