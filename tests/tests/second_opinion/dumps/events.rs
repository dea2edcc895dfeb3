//! What the kernel tells without being asked, and what it refuses.

use super::wanted;
use crate::take::Taken;
use netlink_runtime::Protocol;
use netlink_tests::ip;

pub(crate) fn all(taken: &mut Taken<'_>) {
    ip("link set lo up");
    // Group numbers of `linux/rtnetlink.h`, and what makes it speak.
    for (label, group, family, words) in [
        (
            "links",
            1,
            "rt-link",
            &["link add v0 type veth peer name v1", "link set v0 up", "link set v1 up"][..],
        ),
        (
            "addresses of IPv4",
            5,
            "rt-addr",
            &["addr add 192.0.2.1/24 dev v0", "addr add 192.0.2.9/32 dev v0"],
        ),
        ("addresses of IPv6", 9, "rt-addr", &["addr add 2001:db8::1/64 dev v0 nodad"]),
        ("routes of IPv4", 7, "rt-route", &["route add 10.0.0.0/8 via 192.0.2.2", "route del 10.0.0.0/8"]),
        ("routes of IPv6", 11, "rt-route", &["route add 2001:db8:a::/48 via 2001:db8::2"]),
        ("neighbours", 3, "rt-neigh", &["neigh add 192.0.2.7 lladdr 02:00:00:00:00:07 dev v0 nud permanent"]),
        ("rules of IPv4", 8, "rt-rule", &["rule add from 192.0.2.0/24 table 1000 priority 100"]),
        ("rules of IPv6", 19, "rt-rule", &["-6 rule add from 2001:db8::/32 table 1000"]),
        ("next hops", 32, "rt-nexthop", &["nexthop add id 1 via 192.0.2.2 dev v0", "nexthop del id 1"]),
    ] {
        taken.listen(&format!("events: {label}"), family, Protocol::Route, group, || {
            words.iter().for_each(|words| wanted("ip", words));
        });
    }
    taken.listen("events: traffic control", "tc", Protocol::Route, 4, || {
        wanted("tc", "qdisc add dev v0 root handle 1: tbf rate 1mbit burst 10k latency 50ms");
        wanted("tc", "qdisc add dev v0 clsact");
        wanted("tc", "filter add dev v0 egress pref 1 protocol ip u32 match ip dst 10.1.0.0/16 action drop");
        wanted("tc", "qdisc del dev v0 root");
    });
    taken.listen("events: nf_tables", "nftables", Protocol::Netfilter, 7, || {
        wanted("nft", "add table inet t");
        wanted("nft", "add chain inet t c");
        wanted("nft", "add rule inet t c counter accept");
        wanted("nft", "delete table inet t");
    });
    taken.listen("events: links gone", "rt-link", Protocol::Route, 1, || wanted("ip", "link del v0"));
}

pub(crate) fn refusals(taken: &mut Taken<'_>) {
    for (label, words) in [
        ("no such link", "do rt-link getlink ifname=nosuch"),
        ("no such kind", "do rt-link newlink ifname=x linkinfo.kind=nosuchkind"),
        ("a name that is too long", "do rt-link newlink ifname=a-name-that-no-link-can-have"),
        ("a prefix that is too long", "do rt-route newroute --header rtm_family=2 --header rtm_dst_len=77"),
        ("a next hop of nothing", "do rt-nexthop newnexthop id=1"),
        ("nothing to ask of", "do ethtool linkinfo-get"),
        ("no such family", "do nlctrl getfamily family-name=nosuch"),
    ] {
        taken.refused(&format!("refused: {label}"), words);
    }
}
