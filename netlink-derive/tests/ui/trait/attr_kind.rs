use netlink_runtime::AttrDef;
use netlink_runtime::collect::{Flow, collector};
use netlink_runtime::prelude::*;

#[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
struct Link {
    #[netlink(IFLA_MTU = 4)]
    mtu: Option<u32>,
    #[netlink(IFLA_LINKINFO = 18, nested)]
    linkinfo: Option<LinkInfo>,
}

#[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
struct LinkInfo {
    #[netlink(IFLA_INFO_KIND = 1)]
    kind: Option<NlString>,
}

fn main() {
    // An attribute that was never derived, one of another set, one that is no nest.
    let _ = collector::<Link, u32>().on(AttrDef::<Link, u32>::new(4), |_, _| Flow::Next);
    let _ = collector::<Link, u32>().on(LinkInfo::KIND, |_, _| Flow::Next);
    let _ = collector::<Link, u32>().inside(Link::MTU, collector());
}
