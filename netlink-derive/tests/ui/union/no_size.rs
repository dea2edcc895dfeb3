use netlink_runtime::prelude::*;

#[netlink_union(inet_addr)]
enum InetAddr {
    ip(Ipv4Addr),
}

fn main() {}
