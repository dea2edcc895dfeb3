//! Under the strictest of rustc's lints nothing is said of derived code.
#![deny(warnings, missing_docs, unused, nonstandard_style, future_incompatible, rust_2018_idioms)]
#![deny(unreachable_pub, missing_debug_implementations, unused_qualifications, single_use_lifetimes)]
#![deny(trivial_casts, trivial_numeric_casts, elided_lifetimes_in_paths, unused_lifetimes)]
#![deny(let_underscore_drop, unit_bindings, variant_size_differences, missing_copy_implementations)]
#![forbid(unsafe_code)]

use netlink_runtime::prelude::*;

/// A header.
#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(header, size = 4)]
struct Header {
    #[netlink(0)]
    family: u8,
    #[netlink(1, bits(0, 4))]
    mode: u8,
    #[netlink(2)]
    later: Option<u16>,
}

/// A set.
#[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
struct Link {
    #[netlink(header)]
    header: Header,
    #[netlink(IFLA_MTU = 4)]
    mtu: Option<u32>,
    #[netlink(IFLA_FLAG = 5)]
    flag: bool,
    #[netlink(IFLA_KIND = 6, max_len = 15)]
    kind: Option<NlString>,
    #[netlink(IFLA_DATA = 7, sub(kind))]
    data: Option<Data>,
    #[netlink(IFLA_STATE = 8, u8)]
    state: Option<State>,
    #[netlink(IFLA_LINKS = 9, nested, multi)]
    links: Vec<Self>,
    #[netlink(IFLA_ADDRESS = 10, by(header.family))]
    address: Option<Address>,
    #[netlink(IFLA_ARRAY = 11, array)]
    array: Option<Vec<u32>>,
    #[netlink(IFLA_INDEXED = 12, indexed)]
    indexed: Option<Vec<(u16, u8)>>,
    #[netlink(rest)]
    rest: Rest,
}

/// Forms.
#[derive(Clone, Debug, PartialEq, NetlinkSub)]
enum Data {
    #[netlink("raw")]
    Raw(u32),
    #[netlink(default)]
    Other(NlString),
    #[netlink(unknown)]
    Unknown(Vec<u8>),
}

/// States.
#[netlink_enum(u8)]
enum State {
    UP = 1,
}

/// An operation.
#[derive(NetlinkOp)]
#[netlink(protocol = 0, do, dump, request(GET = 1, Link), reply(NEW = 2, Link))]
struct Get;

/// A row.
#[derive(Debug, NetlinkMessage)]
#[netlink(of = Link)]
struct Row<'m> {
    #[netlink(header.family)]
    family: u8,
    kind: Option<&'m str>,
    data: Option<DataView<'m>>,
}

fn main() {
    let value = Link { mtu: Some(1), state: Some(State::UP), ..Link::default() };
    let bytes = value.to_bytes().expect("an encodable value");
    assert_eq!(Link::from_bytes(&bytes), Ok(value));
    let row: Row<'_> = LinkView::parse(&bytes).and_then(|view| view.project()).expect("a row");
    assert!(row.family == 0 && row.kind.is_none() && row.data.is_none(), "{row:?}");
    assert_ne!(format!("{:?}", Get::dump()), format!("{:?}", Get::request().with(|link| link.mtu(1))));
}
