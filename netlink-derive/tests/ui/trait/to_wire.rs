use netlink_runtime::build::Enc;
use netlink_runtime::prelude::*;

#[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
struct Link {
    #[netlink(IFLA_IFNAME = 3)]
    ifname: Option<NlString>,
}

fn main() {
    let _ = Link::builder(Enc::new(Vec::new())).ifname(5);
    let _ = Link::builder(Enc::new(Vec::new())).ifname("lo").ifnam("lo");
}
