//! What there is to dump: devices, addresses, routes, next hops, rules and neighbours of many
//! kinds.
//!
//! `NEEDED` is what every kernel these tests run on has. The rest is what the kernel and `ip` at
//! hand can do; what they cannot is printed, and so are the kinds that are not there.

use netlink_tests::{ip, try_ip};
use std::process::Command;

const NEEDED: &[&str] = &[
    "link set lo up",
    "link add v0 type veth peer name v1",
    "link add v2 numtxqueues 2 numrxqueues 2 type veth peer name v3",
    "link add br0 type bridge stp_state 0 mcast_snooping 1",
    "link set v1 master br0",
    "link set v3 master br0",
    "link add name alias0 type veth peer name alias1",
    "link property add dev alias0 altname another-name altname one-more",
    "link set alias0 alias described",
    "link add vx0 type vxlan id 42 dstport 4789 local 192.0.2.1 remote 192.0.2.2 ttl 5 dev v0",
    "link add vx6 type vxlan id 43 dstport 4789 local 2001:db8::1 group ff05::100 dev v0",
    "link add mv0 link v0 type macvlan mode bridge",
    "link add ifb0 type ifb",
    "link set v0 up",
    "link set v1 up",
    "link set v2 up",
    "link set v3 up",
    "link set br0 up",
    "link set mv0 up",
    "link set vx0 up",
    "addr add 192.0.2.1/24 brd + dev v0 label v0:a",
    "addr add 192.0.2.9/32 peer 192.0.2.10 dev v0",
    "addr add 198.51.100.1/24 dev v2 valid_lft 500 preferred_lft 400 metric 7",
    "addr add 2001:db8::1/64 dev v0 nodad",
    "addr add 2001:db8:9::1 peer 2001:db8:9::2/128 dev v0 nodad",
    "addr add 2001:db8:1::1/64 dev v2 nodad valid_lft 500 preferred_lft 400",
    "route add 10.0.0.0/8 via 192.0.2.2 metric 7 mtu 1400 advmss 1300 rtt 50ms rttvar 20ms initcwnd 10 quickack 1",
    "route add 10.1.0.0/16 nexthop via 192.0.2.2 weight 3 nexthop via 198.51.100.2 dev v2 weight 5",
    "route add 10.2.0.0/16 dev v0 scope link src 192.0.2.1 table 1000 protocol 42 congctl reno",
    "route add blackhole 10.3.0.0/16 metric 9",
    "route add unreachable 10.4.0.0/16",
    "route add prohibit 10.5.0.0/16",
    "route add throw 10.6.0.0/16",
    "route add 10.7.0.0/16 tos 0x10 via 192.0.2.2 realm 3/4 onlink dev v0",
    "route add 2001:db8:a::/48 via 2001:db8::2 metric 20 mtu 1400 hoplimit 9 pref high",
    "route add 2001:db8:b::/48 nexthop via 2001:db8::2 dev v0 weight 2 nexthop via 2001:db8:1::2 dev v2",
    "route add 2001:db8:c::/48 from 2001:db8:d::/48 via 2001:db8::2 dev v0",
    "route add unreachable 2001:db8:e::/48",
    "neigh add 192.0.2.77 lladdr 02:00:00:00:00:77 dev v0 nud permanent",
    "neigh add 2001:db8::77 lladdr 02:00:00:00:00:77 dev v0 nud permanent router",
    "neigh add proxy 192.0.2.78 dev v0",
    "neigh add proxy 2001:db8::78 dev v0",
    "rule add from 192.0.2.0/24 to 10.0.0.0/8 iif v0 fwmark 1/0xff table 1000 priority 100",
    "rule add uidrange 0-0 ipproto 6 sport 1-1024 dport 80 oif v0 lookup 1000 suppress_prefixlength 0",
    "rule add from 203.0.113.1 goto 32766 priority 90",
    "-6 rule add from 2001:db8::/32 tos 0x10 table 1000 suppress_ifgroup 3",
];

const WANTED: &[&str] = &[
    // Devices.
    "link set br0 type bridge vlan_filtering 1",
    "link add vlan5 link v0 type vlan id 5 protocol 802.1ad gvrp on ingress-qos-map 1:2 3:4 egress-qos-map 5:6",
    "link add dum0 type dummy",
    "link add bond0 type bond mode 802.3ad miimon 100 lacp_rate fast xmit_hash_policy layer3+4",
    "link add bond1 type bond mode active-backup arp_interval 100 arp_ip_target 192.0.2.5,192.0.2.6 arp_validate all",
    "link set dum0 master bond0",
    "link add vrf0 type vrf table 77",
    "link add dum1 type dummy",
    "link set dum1 master vrf0",
    "link set dum1 up",
    "link set vrf0 up",
    "link add gre1 type gre local 192.0.2.1 remote 192.0.2.3 ttl 64 ikey 1 okey 2 iseq oseq icsum ocsum",
    "link add gretap1 type gretap local 192.0.2.1 remote 192.0.2.4 encap fou encap-sport auto encap-dport 5555",
    "link add ip6gre1 type ip6gre local 2001:db8::1 remote 2001:db8::3",
    "link add ip6gretap1 type ip6gretap local 2001:db8::1 remote 2001:db8::4",
    "link add ipip1 type ipip local 192.0.2.1 remote 192.0.2.11 ttl 9 tos 0x10",
    "link add sit1 type sit local 192.0.2.1 remote 192.0.2.12",
    "link add ip6tnl1 type ip6tnl mode any local 2001:db8::1 remote 2001:db8::12 encaplimit 3 tclass 0x22",
    "link add vti1 type vti local 192.0.2.1 remote 192.0.2.13 key 5",
    "link add vti61 type vti6 local 2001:db8::1 remote 2001:db8::13 key 6",
    "link add gnv0 type geneve id 7 remote 192.0.2.14 ttl inherit",
    "link add xfrm0 type xfrm dev v0 if_id 9",
    "link add xfrm1 type xfrm external",
    "link set xfrm1 up",
    "link add ipvl0 link v2 type ipvlan mode l3 private",
    "link add w0 type veth peer name w1",
    "link add mvt0 link w0 type macvtap mode vepa",
    "link add wg0 type wireguard",
    "link add macsec0 link w1 type macsec port 11 encrypt on",
    "link add team0 type team",
    "link add vcan0 type vcan",
    "link add vxcan0 type vxcan peer name vxcan1",
    "link add nlmon0 type nlmon",
    "link add hsr0 type hsr slave1 alias0 slave2 alias1 supervision 45 version 1",
    "link add bareudp0 type bareudp dstport 6635 ethertype mpls_uc",
    "link add amt0 type amt mode gateway local 192.0.2.1 discovery 192.0.2.15 dev v0",
    "link add bat0 type batadv",
    "link add rmnet0 link v2 type rmnet mux_id 3",
    "link add kit0 type netkit",
    "link add can0 type can",
    "tuntap add tun0 mode tun",
    "tuntap add tap0 mode tap multi_queue",
    "link set v0 vf 0 mac 02:00:00:00:00:01",
    "link set v1 type bridge_slave cost 5 priority 3 guard on hairpin on learning off flood off",
    "link set v2 txqueuelen 77 group 5",
    "link set dev v0 xdp off",
    "link set dev mv0 type macvlan mode source macaddr add 02:00:00:00:00:99",
    // Routes.
    "route add 10.8.0.0/16 via inet6 fe80::1 dev v0",
    "route add 10.9.0.0/16 dev v0 scope link features ecn",
    "route add 10.10.0.0/16 encap ip id 7 dst 192.0.2.3 src 192.0.2.1 ttl 5 tos 4 key csum dev v0",
    "route add 10.11.0.0/16 encap ip6 id 8 dst 2001:db8::3 src 2001:db8::1 hoplimit 4 tc 8 dev v0",
    "route add 10.12.0.0/16 encap mpls 100/200 ttl 9 via 192.0.2.2 dev v0",
    "route add 10.13.0.0/16 nexthop encap mpls 101 via 192.0.2.2 dev v0 nexthop via 198.51.100.2 dev v2",
    "route add 10.14.0.0/16 encap xfrm if_id 4 dev xfrm1",
    "-6 route add 2001:db8:20::/48 encap seg6 mode encap segs 2001:db8::5,2001:db8::6 dev v0",
    "-6 route add 2001:db8:21::/48 encap seg6 mode inline segs 2001:db8::5 dev v0",
    "-6 route add 2001:db8:22::/48 encap seg6local action End dev v0",
    "-6 route add 2001:db8:23::/48 encap seg6local action End.X nh6 2001:db8::7 count dev v0",
    "-6 route add 2001:db8:24::/48 encap seg6local action End.DX4 nh4 192.0.2.8 dev v0",
    "-6 route add 2001:db8:25::/48 encap seg6local action End.DT6 table 77 dev v0",
    "-6 route add 2001:db8:26::/48 encap seg6local action End.B6.Encaps srh segs 2001:db8::9 dev v0",
    "-6 route add 2001:db8:27::/48 encap seg6local action End.DX2 oif v0 dev v0",
    "-6 route add 2001:db8:28::/48 encap seg6local action End flavors next-csid lblen 48 nflen 16 dev v0",
    "-6 route add 2001:db8:29::/48 encap rpl segs 2001:db8::5,2001:db8::6 dev v0",
    "-6 route add 2001:db8:2a::/48 encap ioam6 trace prealloc type 0x800000 ns 1 size 12 dev v0",
    "-6 route add 2001:db8:2b::/48 encap ioam6 mode encap tundst 2001:db8::5 trace prealloc type 0x800000 ns 1 size 12 dev v0",
    "-6 route add 2001:db8:2c::/48 encap ip6 id 9 dst 2001:db8::3 dev v0",
    "-6 route add 2001:db8:2d::/48 encap mpls 300 via 2001:db8::2 dev v0",
    "-6 route add 2001:db8:2e::/48 encap ila 1:2:3:4 csum-mode neutral-map dev v0",
    "-6 route add 2001:db8:2f::/48 dev v0 expires 100",
    "-f mpls route add 100 via inet 192.0.2.2 dev v0",
    "-f mpls route add 101 as 200/201 via inet6 2001:db8::2 dev v0",
    "-f mpls route add 102 nexthop as 300 via inet 192.0.2.2 dev v0 nexthop as 301 via inet 198.51.100.2 dev v2",
    // Next hops.
    "nexthop add id 1 via 192.0.2.2 dev v0",
    "nexthop add id 2 via 198.51.100.2 dev v2 protocol 42",
    "nexthop add id 3 via 2001:db8::2 dev v0",
    "nexthop add id 4 blackhole",
    "nexthop add id 5 encap mpls 55 via 192.0.2.2 dev v0",
    "nexthop add id 10 group 1,3/2,5",
    "nexthop add id 11 group 1/2 type resilient buckets 8 idle_timer 60 unbalanced_timer 300",
    "nexthop add id 12 via 192.0.2.3 fdb",
    "nexthop add id 13 group 12 fdb",
    "route add 10.20.0.0/16 nhid 1",
    "route add 10.21.0.0/16 nhid 10",
    "route add 10.22.0.0/16 nhid 11",
    "-6 route add 2001:db8:30::/48 nhid 3",
    // Rules and neighbours.
    "rule add from 192.0.2.200 l3mdev",
    "rule add tun_id 7 lookup 1000",
    "rule add from 192.0.2.201 realms 3/4 protocol 42",
    "-6 rule add from 2001:db8:40::/48 flowlabel 0x12345 lookup 1000",
    "rule add from 192.0.2.202 dscp 10 lookup 1000",
    "neigh add 192.0.2.79 lladdr 02:00:00:00:00:79 dev v0 nud permanent protocol 42 managed",
    "neigh add 192.0.2.80 dev v0 nud none extern_learn lladdr 02:00:00:00:00:80",
    "ntable change name arp_cache dev v0 queue 7",
    "addr add 2001:db8:1::20/64 dev v2 home nodad noprefixroute",
    "maddr add 33:33:00:00:00:99 dev v0",
];

const BRIDGE: &[&str] = &[
    "vlan add vid 10-20 dev v1",
    "vlan add vid 30 dev v3 pvid untagged",
    "vlan add vid 10 dev br0 self",
    "fdb add 02:00:00:00:00:10 dev v1 master static vlan 10",
    "fdb add 02:00:00:00:00:11 dev vx0 dst 192.0.2.50 port 4790 vni 44 self",
    "fdb add 02:00:00:00:00:12 dev vx0 nhid 13 self",
    "fdb append 00:00:00:00:00:00 dev vx0 dst 192.0.2.51 self",
    "fdb add 02:00:00:00:00:13 dev v1 self",
    "mdb add dev br0 port v1 grp 239.1.1.1 permanent",
];

/// Sets everything up. Returns how many of the wanted things are not there.
pub(crate) fn everything() -> usize {
    // Not everywhere allowed; the routes that need it are then refused.
    for (file, value) in [
        ("net/mpls/platform_labels", "1000"),
        ("net/ipv6/conf/all/seg6_enabled", "1"),
        ("net/ipv6/conf/v0/ioam6_enabled", "1"),
        ("net/vrf/strict_mode", "1"),
    ] {
        let _ = std::fs::write(format!("/proc/sys/{file}"), value);
    }
    for words in NEEDED {
        ip(words);
    }
    let mut missing = 0;
    let mut note = |command: &str, error: String| {
        missing += 1;
        eprintln!("not here: {command}: {}", error.lines().next().unwrap_or_default());
    };
    let _ = std::fs::write("/proc/sys/net/mpls/conf/v0/input", "1");
    for words in WANTED {
        if let Err(error) = try_ip(words) {
            note(&format!("ip {words}"), error);
        }
    }
    for words in BRIDGE {
        if let Err(error) = bridge(words) {
            note(&format!("bridge {words}"), error);
        }
    }
    missing
}

fn bridge(words: &str) -> Result<(), String> {
    let output = Command::new("bridge").args(words.split_whitespace()).output().map_err(|e| e.to_string())?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}
