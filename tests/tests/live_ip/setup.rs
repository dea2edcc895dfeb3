//! What the tests compare: links, addresses, routes and so on, made by `ip`.

use netlink_tests::{ip, try_ip};
use std::process::{Child, Command};
use std::time::Duration;

/// Runs `ip` line by line. A line that begins with `?` needs what some kernels or older versions
/// of `ip` lack: where it fails, that is printed and the rest goes on without.
pub(crate) fn set_up(lines: &str) {
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match line.strip_prefix('?') {
            None => {
                ip(line);
            }
            Some(words) => {
                if let Err(error) = try_ip(words.trim()) {
                    let reason = error.lines().next().unwrap_or_default();
                    println!("not available: ip {}: {reason}", words.trim());
                }
            }
        }
    }
}

/// Sets a variable below `/proc/sys/net`; what the kernel does not have stays as it is.
pub(crate) fn sysctl(name: &str, value: &str) {
    if let Err(error) = std::fs::write(format!("/proc/sys/net/{name}"), value) {
        println!("not available: {name}: {error}");
    }
}

pub(crate) const LINKS: &str = "
    link set lo up
    link add va type veth peer name vb
    link add vc address 02:00:00:00:00:c1 txqueuelen 77 mtu 1400 numtxqueues 2 numrxqueues 2 type veth peer name vd
    link set vc alias uplink
    link set va group 5
    link set va gso_max_size 30000 gso_max_segs 100
    link add br0 type bridge stp_state 1 forward_delay 700 ageing_time 12345 priority 100
    ? link set br0 type bridge mcast_querier 1
    ? link set br0 type bridge nf_call_iptables 1
    link add br1 type bridge group_fwd_mask 8
    ? link set br1 type bridge mcast_stats_enabled 1 mcast_vlan_snooping 0
    ? link set br1 type bridge vlan_filtering 1 vlan_stats_enabled 1
    link set vb master br0
    link set vd master br1
    link set vb type bridge_slave cost 33 priority 7 hairpin on guard on isolated on
    ? link set vb type bridge_slave mcast_fast_leave on
    ? link set vd type bridge_slave group_fwd_mask 0x8
    link set va up
    link set vb up
    link set vc up
    link set vd up
    link set br0 up
    link set vc promisc on
    link add vx type vxlan id 42 local 10.0.0.1 remote 10.0.0.2 dstport 4789 dev va ttl 9 tos 4 udpcsum ageing 77 maxaddress 100 srcport 1000 2000
    link add vx6 type vxlan id 43 local fd00::1 group ff02::99 dstport 4790 dev va flowlabel 0x123 noudpcsum udp6zerocsumtx udp6zerocsumrx gbp rsc l2miss l3miss proxy nolearning
    link add vxe type vxlan external dstport 4791
    ? link add vxv type vxlan external vnifilter dstport 4792
    ? link add vxg type vxlan external gpe dstport 4793
    ? link add vxr type vxlan id 44 remote fd00::9 dstport 4794 dev va remcsumtx remcsumrx ttl inherit tos inherit df inherit
    link add mv0 link vc type macvlan mode bridge
    link add mv1 link vc type macvlan mode private
    link add mv2 link vc type macvlan mode source bcqueuelen 500
    link set mv2 type macvlan macaddr add 02:00:00:00:00:77
    link add ifb7 type ifb
    ? tuntap add dev tun0 mode tun
    ? tuntap add dev tap0 mode tap multi_queue
    ? link property add dev va altname alt1
    ? link property add dev va altname alt2
    ? link add dum0 type dummy
    ? link add link dum0 name vl5 type vlan id 5 protocol 802.1ad loose_binding on ingress-qos-map 1:2 egress-qos-map 3:4
    ? link add bo0 type bond mode active-backup miimon 100 arp_validate none
    ? link add bo3 type bond mode active-backup arp_interval 100 arp_validate active ns_ip6_target fd00::9,fd00::8
    ? link add dum1 type dummy
    ? link set dum1 master bo0
    ? link set bo0 type bond primary dum1
    ? link add bo1 type bond mode 802.3ad
    ? link add dum3 type dummy
    ? link set dum3 master bo1
    ? link set bo1 up
    ? link add bo2 type bond mode active-backup arp_interval 100 arp_validate active arp_ip_target 10.9.9.9,10.9.9.8
    ? link add vrf0 type vrf table 99
    ? link add dum2 type dummy
    ? link set dum2 master vrf0
    ? link add gr0 type gre remote 10.1.1.2 local 10.1.1.1 ttl 7 key 5 csum tos 0xc
    ? link add grt type gretap remote 10.1.1.3 local 10.1.1.1 dev va encap gue encap-sport auto encap-dport 5555 encap-csum
    ? link add grx type gretap external
    ? link add gr4 type gre remote 10.1.1.6 local 10.1.1.1 encap fou encap-sport 77 encap-dport 5555 encap-remcsum
    ? link add gry type gretap remote 10.1.1.4 local 10.1.1.1 nopmtudisc ignore-df tos inherit iseq oseq
    ? link add er1 type erspan remote 10.1.1.5 local 10.1.1.1 seq key 7 erspan_ver 2 erspan_dir egress erspan_hwid 3
    ? link add er6 type ip6erspan remote fd01::5 local fd01::1 seq key 8 erspan_ver 1 erspan 5
    ? link add gx6 type ip6gretap external
    ? link add gr6 type ip6gre remote fd01::2 local fd01::1 tclass 0x8 flowlabel 0x123 ikey 3 oseq
    ? link add ipip1 type ipip remote 10.2.1.2 local 10.2.1.1 fwmark 9 tos inherit
    ? link add sit1 type sit remote 10.3.1.2 local 10.3.1.1
    ? link add sit3 type sit remote 10.3.1.4 local 10.3.1.1 encap gue encap-sport auto encap-dport 5555
    ? link add ipip2 type ipip remote 10.2.1.3 local 10.2.1.1 encap gue encap-sport 5 encap-dport 5555
    ? link add it9 type ip6tnl remote fd02::5 local fd02::1 mode any encap gue encap-sport auto encap-dport 5555 encap-csum
    ? link add gr7 type ip6gre remote fd01::6 local fd01::1 encap fou encap-sport auto encap-dport 5555
    ? link add sit2 type sit local 10.3.1.3 isatap
    ? tunnel 6rd dev sit1 6rd-prefix 2001:db8::/32 6rd-relay_prefix 10.0.0.0/8
    ? link add ipx type ipip external
    ? link add itx type ip6tnl external
    ? link add it6 type ip6tnl remote fd02::2 local fd02::1 encaplimit none tclass inherit flowlabel inherit mode ip6ip6
    ? link add it7 type ip6tnl remote fd02::3 local fd02::1 mode ipip6 allow-localremote
    ? link add it8 type ip6tnl remote fd02::4 local fd02::1 dscp inherit fwmark inherit
    ? link add vti1 type vti remote 10.4.1.2 local 10.4.1.1 key 3
    ? link add vti2 type vti6 remote fd03::2 local fd03::1 key 4
    ? link add genx type geneve external dstport 6082
    ? link add gen0 type geneve id 7 remote 10.5.5.5 ttl 4 tos 0xc df set
    ? link add gen6 type geneve id 8 remote fd00::5 udp6zerocsumtx flowlabel 0x77 ttl inherit tos inherit
    ? link add ipv0 link va type ipvlan mode l3 vepa
    ? link add dum7 type dummy
    ? link add ipv1 link dum7 type ipvlan mode l2 private
    ? link add mvt0 link vc type macvtap mode bridge
    ? link add dum4 type dummy
    ? link add link dum4 msec0 type macsec encrypt on
    ? link add dum5 type dummy
    ? link add dum6 type dummy
    ? link add hsr0 type hsr slave1 dum5 slave2 dum6
    ? link add xfx type xfrm external
    ? link add dum8 type dummy
    ? link add mvp link dum8 type macvlan mode passthru nopromisc
    ? link add wg0 type wireguard
    ? link add xf0 type xfrm dev va if_id 4
    ? link add vcan0 type vcan
    ? link add nm0 type nlmon
    ? link add team0 type team
    ? link add nkit type netkit
    ? link add bat0 type batadv
";

/// Two pairs of links with addresses to route over.
const PAIRS: &str = "
    link set lo up
    link add va type veth peer name vb
    link add vc type veth peer name vd
    link set va up
    link set vb up
    link set vc up
    link set vd up
    addr add 10.0.0.1/24 brd + dev va
    -6 addr add fd00::1/64 dev va nodad
";

pub(crate) const ADDRESSES: &str = "
    addr add 10.0.0.9/24 dev va label va:lab
    addr add 10.0.1.1 peer 10.0.1.2/32 dev va scope link valid_lft 300 preferred_lft 200 metric 77
    addr add 10.5.0.1/24 dev vc noprefixroute
    ? addr add 224.0.0.9/32 dev va autojoin
    -6 addr add fd00:1::1 peer fd00:1::2/128 dev va nodad home
    -6 addr add fd00:1::5/64 dev va nodad mngtmpaddr
    -6 addr add fd00:2::1/64 dev va preferred_lft 0 valid_lft 1000 nodad
    -6 addr add fd00:4::1/64 dev vc
    -6 addr add fd00:5::1/128 dev vc scope site nodad noprefixroute metric 5
";

pub(crate) const ROUTES: &str = "
    route add 10.10.0.0/16 via 10.0.0.2 dev va metric 5 proto static src 10.0.0.1
    route add default via 10.0.0.7
    route add 10.11.0.0/16 nexthop via 10.0.0.2 dev va weight 3 nexthop via 10.0.0.3 dev va weight 2 onlink
    route add 10.12.0.0/16 via inet6 fe80::1 dev va
    route add 10.12.1.0/24 nexthop via inet6 fe80::1 dev va nexthop via 10.0.0.3 dev va
    route add 10.13.0.0/16 dev va mtu lock 1400 advmss 1300 window 5000 rtt 200ms rttvar 100ms rto_min 40ms cwnd 10 ssthresh 20 initcwnd 11 initrwnd 12 hoplimit 9 quickack 1 features ecn reordering 5 fastopen_no_cookie 1 tos 0x0c
    ? route add 10.13.1.0/24 dev va congctl reno
    ? route add 10.13.2.0/24 dev va realm 203/204
    route add blackhole 10.14.0.0/16
    route add unreachable 10.15.0.0/16 table 1200
    route add prohibit 10.16.0.0/16 metric 9
    route add throw 10.17.0.0/16 table 1201
    route add 10.18.0.0/16 dev va scope link table 100000 proto 77
    route add 10.19.0.0/16 encap ip id 7 dst 10.9.9.9 src 10.9.9.8 ttl 4 tos 3 csum key dev va
    route add 10.20.0.0/16 encap ip6 id 8 dst fd00::9 src fd00::8 hoplimit 5 tc 6 seq dev va
    route add 10.21.0.0/16 encap seg6 mode encap segs fd00::a,fd00::b dev va
    route add 10.21.1.0/24 nexthop via 10.0.0.2 dev va encap ip id 9 dst 10.9.9.7 nexthop via 10.0.0.3 dev va
    ? route add 10.22.0.0/16 encap mpls 100/200 ttl 7 via 10.0.0.2
    route add multicast 232.1.1.0/24 dev va
    -6 route add fd10::/64 via fe80::1 dev va metric 7 pref high
    -6 route add default via fe80::7 dev va
    -6 route add fd11::/64 nexthop via fe80::1 dev va weight 2 nexthop via fe80::2 dev va
    -6 route add fd12::/64 encap seg6 mode inline segs fd00::a,fd00::b dev va
    -6 route add fd12:1::/64 encap seg6 mode l2encap segs fd00::a dev va
    ? -6 route add fd12:2::/64 encap seg6 mode encap.red segs fd00::a dev va
    -6 route add fd13::1/128 encap seg6local action End dev va
    -6 route add fd13::2/128 encap seg6local action End.X nh6 fd00::99 dev va
    -6 route add fd13::3/128 encap seg6local action End.T table main dev va
    -6 route add fd13::4/128 encap seg6local action End.DX4 nh4 10.0.0.77 dev va
    -6 route add fd13::5/128 encap seg6local action End.DX2 oif vc dev va
    -6 route add fd13::6/128 encap seg6local action End.B6 srh segs fd00::c,fd00::d dev va
    -6 route add fd13::7/128 encap seg6local action End.B6.Encaps srh segs fd00::c dev va
    ? -6 route add fd13::8/128 encap seg6local action End.DT6 table main count dev va
    ? -6 route add fd13::9/128 encap seg6local action End.DT4 vrftable 77 dev va
    ? -6 route add fd13::a/128 encap seg6local action End flavors psp dev va
    ? -6 route add fd13::b/128 encap seg6local action End flavors next-csid lblen 32 nflen 16 dev va
    -6 route add fd13::c/128 encap seg6local action End.DX6 nh6 fd00::99 dev va
    ? -6 route add fd14::/64 from fd00:1::/64 dev va expires 500
    -6 route add fd16::/64 dev va expires 500
    -6 route add unreachable fd18::/64 metric 99
    -6 route add local fd19::/64 dev lo
    ? nexthop add id 1 via 10.0.0.2 dev va
    ? route add 10.27.0.0/16 nhid 1
    ? -f mpls route add 100 via inet 10.0.0.2 dev va
    ? -f mpls route add 101 as 200/300 via inet6 fd00::2 dev va
    ? -f mpls route add 103 via inet 10.0.0.2 dev va ttl-propagate disabled
    ? -f mpls route add 102 nexthop as 200 via inet 10.0.0.2 dev va nexthop as 300 via inet 10.0.0.3 dev va
";

pub(crate) const NEXTHOPS: &str = "
    nexthop add id 1 via 10.0.0.2 dev va
    nexthop add id 2 via 10.0.0.3 dev va onlink proto static
    nexthop add id 3 via fe80::1 dev va
    nexthop add id 4 blackhole
    nexthop add id 5 group 1,3/2,7
    nexthop add id 6 dev va
    ? nexthop add id 7 via 10.0.0.2 fdb
    ? nexthop add id 8 group 7 fdb
    nexthop add id 9 encap ip id 7 dst 10.9.9.9 via 10.0.0.2 dev va
    ? nexthop add id 10 encap mpls 100 via 10.0.0.2 dev va
    ? nexthop add id 11 group 1/2 type resilient buckets 4 idle_timer 20 unbalanced_timer 30
    nexthop add id 12 encap seg6 mode encap segs fd00::a via fe80::2 dev va
";

pub(crate) const RULES: &str = "
    rule add from 10.0.0.0/8 to 10.1.0.0/16 lookup 1200 pref 100
    rule add iif va oif vb tos 0x0c fwmark 0x7/0xff lookup 100000 pref 101 suppress_prefixlength 8 suppress_ifgroup 3
    rule add not from 10.2.0.0/16 blackhole pref 102
    ? rule add unreachable pref 103 protocol 77
    rule add prohibit pref 104
    rule add goto 32766 pref 105
    rule add goto 9999 pref 106
    rule add nop pref 107
    rule add uidrange 0-0 lookup main pref 108
    ? rule add ipproto 6 sport 1-20 dport 80 lookup main pref 109
    ? rule add l3mdev pref 110
    rule add tun_id 7 lookup main pref 111
    ? rule add from 10.3.0.0/16 lookup main realms 203/204 pref 112
    rule add iif nodev0 lookup main pref 113
    rule add oif nodev1 lookup main pref 114
    rule add to 10.3.0.1 fwmark 3 lookup main pref 115
    -6 rule add from fd00::/16 to fd00:3::1 lookup 1207 pref 200
";

pub(crate) const NEIGHBOURS: &str = "
    neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev va nud permanent
    neigh add 10.0.0.3 lladdr 02:00:00:00:00:03 dev va nud reachable
    neigh add 10.0.0.4 lladdr 02:00:00:00:00:04 dev va nud stale
    neigh add 10.0.0.5 lladdr 02:00:00:00:00:05 dev va nud noarp
    ? neigh add 10.0.0.6 lladdr 02:00:00:00:00:06 dev va nud permanent protocol 77
    ? neigh add 10.0.0.7 lladdr 02:00:00:00:00:07 dev va extern_learn
    ? neigh add 10.0.0.8 dev va managed nud none
    -6 neigh add fd00::2 lladdr 02:00:00:00:00:02 dev va router nud stale
    neigh add proxy 10.0.0.100 dev va
    ? -6 neigh add proxy fd00::100 dev va protocol static
";

/// [`PAIRS`] and more.
pub(crate) fn over_pairs(lines: &str) {
    set_up(PAIRS);
    set_up(lines);
}

/// Ends its process when dropped.
pub(crate) struct Elsewhere(Child);

impl Drop for Elsewhere {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Makes a pair of links whose other end is in another namespace, that of the returned process.
pub(crate) fn peer_elsewhere() -> Elsewhere {
    let child = Command::new("unshare").args(["-n", "sleep", "100"]).spawn().expect("unshare");
    let mut elsewhere = Elsewhere(child);
    let pid = elsewhere.0.id();
    let namespace = |process: &str| std::fs::read_link(format!("/proc/{process}/ns/net")).ok();
    while namespace(&pid.to_string()) == namespace("self") {
        let end = elsewhere.0.try_wait().expect("the state of a child");
        assert!(end.is_none(), "unshare -n: {end:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
    ip("link add vout type veth peer name vin");
    ip(&format!("link set vin netns {pid}"));
    elsewhere
}
