//! Collectors name attributes by the constants of sets.

use netlink_runtime::build::Enc;
use netlink_runtime::collect::{Flow, Outcome, collector};
use netlink_runtime::prelude::*;

#[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
struct Link {
    #[netlink(IFLA_IFNAME = 3)]
    ifname: Option<NlString>,
    #[netlink(IFLA_LINKINFO = 18, nested)]
    linkinfo: Option<LinkInfo>,
    #[netlink(IFLA_ALT_IFNAME = 53, multi)]
    names: Vec<NlString>,
}

#[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
struct LinkInfo {
    #[netlink(IFLA_INFO_KIND = 1)]
    kind: Option<NlString>,
    #[netlink(IFLA_INFO_DATA = 2, sub(kind))]
    data: Option<Data>,
}

#[derive(Clone, Debug, PartialEq, NetlinkSub)]
enum Data {
    #[netlink("raw")]
    Raw(u32),
    #[netlink(unknown)]
    Unknown(Vec<u8>),
}

pub(crate) fn main() {
    let add = |names: &mut Vec<String>, name: NlStr<'_>| {
        names.push(name.to_string());
        Flow::Next
    };
    let data = |names: &mut Vec<String>, data: DataView<'_>| {
        names.push(format!("{data:?}"));
        Flow::Next
    };
    let names = collector::<Link, Vec<String>>()
        .on(Link::IFNAME, add)
        .on(Link::NAMES, add)
        .inside(Link::LINKINFO, collector().on(LinkInfo::DATA, data));
    let built = Link::builder(Enc::new(Vec::new())).names("a").ifname("lo").names("b");
    let bytes = built.linkinfo(|info| info.data(|data| data.raw(5))).finish().end().expect("a message");
    let mut all = Vec::new();
    let outcome = names.run(LinkView::parse(&bytes).expect("attributes"), &mut all);
    assert_eq!((outcome, all.join(" ")), (Ok(Outcome::Kept), "a lo b Raw(5)".to_owned()));
}
