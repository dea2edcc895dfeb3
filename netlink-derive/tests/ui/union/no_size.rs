use netlink_runtime::prelude::*;

#[netlink_union(inet_addr)]
enum InetAddr {
    ip(Ipv4Addr),
}

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
struct Attrs {
    #[netlink(A_ADDR = 1, union)]
    addr: Option<InetAddr>,
}

fn main() {}
