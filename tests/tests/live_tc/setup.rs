//! Traffic control of every kind, as `tc` writes it.

use netlink_tests::{ip, skip};
use std::collections::BTreeSet;
use std::net::UdpSocket;
use std::process::Command;

/// Queueing disciplines and their classes, each on a device of its own, which `DEV` stands for. Where the
/// first line fails, the kernel or `tc` lacks the kind, and the rest is left out.
const QDISCS: &[&[&str]] = &[
    &["qdisc add dev DEV root handle 1: pfifo limit 10"],
    &[
        "qdisc add dev DEV root handle 1: stab overhead 10 mtu 2048 tsize 512 linklayer ethernet bfifo limit 10000",
    ],
    &["qdisc add dev DEV root handle 1: pfifo_head_drop limit 20"],
    &["qdisc add dev DEV root handle 1: pfifo_fast"],
    &[
        "qdisc add dev DEV root handle 1: prio bands 4 priomap 0 1 2 3 3 2 1 0 0 0 0 0 1 1 1 1",
        "qdisc add dev DEV parent 1:2 handle 12: pfifo limit 5",
    ],
    &["qdisc add dev DEV root handle 1: multiq"],
    &["qdisc add dev DEV root handle 1: skbprio limit 50"],
    &[
        "qdisc add dev DEV root handle 1: tbf rate 1mbit burst 10k latency 50ms peakrate 2mbit mtu 2000 overhead 4",
    ],
    &["qdisc add dev DEV root handle 1: tbf rate 40gbit burst 10m limit 20000"],
    &[
        "qdisc add dev DEV root handle 1: red limit 100k min 10k max 30k avpkt 1000 burst 20 ecn bandwidth 10mbit probability 0.1",
    ],
    &[
        "qdisc add dev DEV root handle 1: red limit 100k min 10k max 30k avpkt 1000 burst 20 adaptive bandwidth 10mbit",
    ],
    &[
        "qdisc add dev DEV root handle 1: gred setup DPs 3 default 1 grio limit 60k",
        "qdisc change dev DEV root gred DP 1 limit 60k min 15k max 25k burst 20 avpkt 1000 bandwidth 10mbit prio 2 probability 0.1 ecn",
        "qdisc change dev DEV root gred DP 2 limit 60k min 15k max 25k burst 20 avpkt 1000 bandwidth 10mbit prio 3",
    ],
    &["qdisc add dev DEV root handle 1: choke limit 1000 min 83 max 250 ecn bandwidth 10mbit"],
    &["qdisc add dev DEV root handle 1: sfq perturb 10 quantum 2000 limit 100 divisor 512 depth 50"],
    &[
        "qdisc add dev DEV root handle 1: sfq limit 3000 flows 512 divisor 16384 redflowlimit 100000 min 8000 max 60000 probability 0.2 ecn headdrop",
    ],
    &["qdisc add dev DEV root handle 1: sfb rehash 10000 limit 100"],
    &[
        "qdisc add dev DEV root handle 1: htb default 10 r2q 5 direct_qlen 100",
        "class add dev DEV parent 1: classid 1:1 htb rate 10mbit ceil 20mbit burst 15k cburst 2k",
        "class add dev DEV parent 1:1 classid 1:10 est 1sec 8sec htb rate 1mbit ceil 5mbit prio 3 quantum 2000 overhead 10 mpu 64 linklayer atm",
        "class add dev DEV parent 1: classid 1:20 htb rate 50gbit ceil 60gbit",
        "qdisc add dev DEV parent 1:10 handle 10: pfifo limit 5",
    ],
    &[
        "qdisc add dev DEV root handle 1: hfsc default 2",
        "class add dev DEV parent 1: classid 1:2 hfsc rt m1 1mbit d 10ms m2 2mbit ls m2 3mbit ul rate 10mbit",
        "class add dev DEV parent 1: classid 1:3 hfsc sc rate 1mbit",
    ],
    &[
        "qdisc add dev DEV root handle 1: drr",
        "class add dev DEV parent 1: classid 1:1 drr quantum 2000",
        "filter add dev DEV parent 1: protocol all pref 1 matchall classid 1:1",
    ],
    &[
        "qdisc add dev DEV root handle 1: qfq",
        "class add dev DEV parent 1: classid 1:1 qfq weight 10 maxpkt 2048",
        "filter add dev DEV parent 1: protocol all pref 1 matchall classid 1:1",
    ],
    &["qdisc add dev DEV root handle 1: codel limit 500 target 10ms interval 50ms ecn ce_threshold 2ms"],
    &[
        "qdisc add dev DEV root handle 1: fq limit 5000 flow_limit 50 quantum 3000 initial_quantum 9000 maxrate 1gbit buckets 512 refill_delay 50ms low_rate_threshold 1mbit ce_threshold 5ms orphan_mask 511 timer_slack 20us horizon 5s horizon_cap",
    ],
    &[
        "qdisc add dev DEV root handle 1: fq_codel limit 5000 flows 512 target 10ms interval 50ms quantum 1000 ce_threshold 2ms memory_limit 1m drop_batch 32 noecn",
    ],
    &[
        "qdisc add dev DEV root handle 1: hhf limit 500 quantum 3000 hh_limit 1024 reset_timeout 50ms admit_bytes 65536 evict_timeout 2s non_hh_weight 3",
    ],
    &[
        "qdisc add dev DEV root handle 1: pie limit 500 target 20ms tupdate 30ms alpha 3 beta 21 ecn bytemode dq_rate_estimator",
    ],
    &[
        "qdisc add dev DEV root handle 1: fq_pie limit 5000 flows 512 target 20ms tupdate 30ms alpha 3 beta 21 quantum 1000 memory_limit 1m ecn_prob 20 ecn bytemode",
    ],
    &[
        "qdisc add dev DEV root handle 1: cake bandwidth 10mbit diffserv4 dual-srchost nat wash split-gso ack-filter overhead 10 mpu 64 atm rtt 50ms memlimit 1m fwmark 0xf",
    ],
    &[
        "qdisc add dev DEV root handle 1: cake unlimited besteffort flowblind no-split-gso ingress autorate-ingress raw",
    ],
    &["qdisc add dev DEV root handle 1: ets bands 5 strict 2 quanta 3000 2000 1500 priomap 0 1 1 1 2 3 4"],
    &[
        "qdisc add dev DEV root handle 1: netem delay 1ms 100us 25% distribution normal loss 0.1% 25% duplicate 1% reorder 2% 50% gap 5 corrupt 0.2% rate 1gbit 10 20 30 limit 500 slot 20us 30us packets 50 bytes 60k ecn",
    ],
    &["qdisc add dev DEV root handle 1: netem loss gemodel 1% 10% 70% 0.1% rate 40gbit"],
    &[
        "qdisc add dev DEV root handle 1: netem loss state 1% 10% 20% 30% 40% slot distribution normal 1ms 100us",
    ],
    &["qdisc add dev DEV root handle 1: plug"],
    &["qdisc add dev DEV root handle 1: blackhole"],
    &["qdisc add dev DEV root handle 1: noqueue"],
    &["qdisc add dev DEV handle ffff: ingress"],
    &["qdisc add dev DEV clsact"],
    &["qdisc add dev DEV root handle 1: mq", "qdisc add dev DEV parent 1:1 handle 11: pfifo limit 7"],
    &[
        "qdisc add dev DEV root handle 1: mqprio num_tc 3 map 0 1 2 2 2 2 2 2 queues 1@0 1@1 2@2 hw 0",
        "qdisc add dev DEV parent 1:1 handle 11: cbs idleslope 98688 sendslope -901312 hicredit 153 locredit -1389 offload 0",
        "qdisc add dev DEV parent 1:2 handle 12: etf clockid CLOCK_TAI delta 300000 skip_sock_check",
    ],
    &[
        "qdisc add dev DEV root handle 1: taprio num_tc 2 map 0 1 1 1 queues 1@0 1@1 base-time 1000000000 sched-entry S 01 300000000 sched-entry S 02 400000000 cycle-time 800000000 cycle-time-extension 1000 clockid CLOCK_TAI txtime-delay 0 flags 0x1",
    ],
    &[
        "qdisc add dev DEV root handle 1: taprio num_tc 2 map 0 1 1 1 queues 1@0 1@1 base-time 1000000000 sched-entry S 01 300000000 clockid CLOCK_TAI",
    ],
    &["qdisc add dev DEV root handle 1: dualpi2"],
    &["qdisc add dev DEV root handle 1: cake_mq"],
    &[
        "qdisc add dev DEV root handle 1: dsmark indices 4",
        "class change dev DEV classid 1:1 dsmark mask 0x3 value 0xb8",
    ],
    &[
        "qdisc add dev DEV root handle 1: cbq bandwidth 10mbit avpkt 1000",
        "class add dev DEV parent 1: classid 1:1 cbq bandwidth 10mbit rate 1mbit allot 1514 prio 3 avpkt 1000 bounded",
    ],
    &["qdisc add dev DEV root handle 1: atm"],
];

/// Filters and what they do, each with a preference of its own on the clsact of one device.
const FILTERS: &[&str] = &[
    "protocol ip u32 match ip dst 10.1.0.0/16 match ip protocol 17 0xff flowid 1:1",
    "protocol ip u32 match u32 0x11 0xff at 8 match mark 3 0xff indev lo skip_hw flowid 1:2",
    "protocol ip route from 1 classid 1:1",
    "protocol ip handle 7/0xff fw classid 1:1",
    "protocol ip handle 1 flow hash keys src,dst,proto divisor 1024 baseclass 1:1 perturb 10",
    "protocol ip handle 2 flow map key dst and 0xff rshift 1 addend 3 baseclass 1:1",
    "protocol ip handle 1 cgroup",
    "protocol all matchall classid 1:1",
    "protocol all matchall skip_hw action mirred egress mirror dev PEER",
    "protocol ip bpf bytecode 1,6_0_0_4294967295, flowid 1:1",
    "protocol ip bpf da bytecode 1,6_0_0_0,",
    "protocol ip flower dst_mac 02:00:00:00:00:01/ff:ff:ff:00:00:00 src_mac 02:00:00:00:00:02 ip_proto tcp dst_ip 10.0.0.0/8 src_ip 10.1.0.1 dst_port 80 src_port 1024 tcp_flags 0x2/0x12 ip_tos 0x10/0xfc ip_ttl 64 ip_flags frag/firstfrag classid 1:1",
    "protocol ipv6 flower ip_proto udp dst_ip 2001:db8::/32 src_ip 2001:db8::1 dst_port 100-200 src_port 5-9",
    "protocol ip flower ip_proto icmp type 8/15 code 0",
    "protocol ipv6 flower ip_proto icmpv6 type 128 code 0",
    "protocol ip flower ip_proto sctp dst_port 7 src_port 8",
    "protocol arp flower arp_op request arp_sip 10.0.0.0/8 arp_tip 10.0.0.2 arp_sha 02:00:00:00:00:01 arp_tha 02:00:00:00:00:02",
    "protocol 802.1q flower vlan_id 5 vlan_prio 3 vlan_ethtype ipv4 dst_ip 10.0.0.1",
    "protocol 802.1ad flower vlan_id 5 vlan_ethtype 802.1q cvlan_id 7 cvlan_prio 2 cvlan_ethtype ipv4",
    "protocol all flower num_of_vlans 2",
    "protocol mpls_uc flower mpls_label 100 mpls_tc 3 mpls_bos 1 mpls_ttl 9",
    "protocol mpls_uc flower mpls lse depth 1 label 100 lse depth 2 label 200 tc 3 bos 1 ttl 9",
    "protocol ip flower enc_key_id 42 enc_dst_ip 10.9.0.0/16 enc_src_ip 10.9.0.1 enc_dst_port 4789 enc_tos 4/0xfc enc_ttl 9",
    "protocol ip flower enc_dst_ip 2001:db8::/32 enc_src_ip 2001:db8::1 enc_key_id 3 enc_dst_port 6081 geneve_opts 0102:80:00880022/ffff:ff:ffffffff",
    "protocol ip flower enc_dst_ip 10.9.0.1 enc_key_id 3 enc_dst_port 6081 geneve_opts 0102:80:00880022,0103:81:1122334455667788",
    "protocol ip flower enc_key_id 3 vxlan_opts 57/0xffff",
    "protocol ip flower enc_key_id 3 erspan_opts 2:0:1:63/0xff:0:0xff:0xff",
    "protocol ip flower enc_key_id 3 erspan_opts 1:12:0:0",
    "protocol ip flower enc_key_id 3 gtp_opts 01:8a",
    "protocol ip flower ct_state +trk+est-new ct_zone 3 ct_mark 5/0xff ct_label 0102",
    "protocol ppp_ses flower pppoe_sid 5 ppp_proto ip",
    "protocol ip flower ip_proto l2tp l2tpv3_sid 7",
    "protocol ip basic match cmp(u16 at 2 layer 1 mask 0xff00 gt 10) and not u32(u8 0x11 0xff at 9) classid 1:1",
    "protocol ip basic match nbyte(foo at 0 layer 2) or nbyte(\"bar\" at 5 layer 1) classid 1:1",
    "protocol ip basic match meta(priority gt 1) and meta(random mask 0xff lt 9) classid 1:1",
    "protocol ip basic match (cmp(u8 at 0 layer 2 gt 10) or cmp(u8 at 1 layer 2 gt 10)) and meta(dev eq lo) classid 1:1",
    "protocol can basic match canid(sff 0x1 eff 0x12345) classid 1:1",
    "protocol ip basic match ipset(wanted src) classid 1:1",
    "protocol ip basic match ipt(-m limit --limit 5/s) classid 1:1",
    "protocol ip chain 5 flower dst_ip 10.0.0.1 action goto chain 6",
    "protocol ip tcindex mask 0xf shift 1 classid 1:1",
    "protocol ip rsvp session 10.0.0.1 classid 1:1",
];

/// Actions; each in a filter, and where that is allowed also by itself.
const ACTIONS: &[&str] = &[
    "police rate 1mbit burst 10k mtu 2000 peakrate 2mbit conform-exceed drop/pipe",
    "police rate 40gbit burst 10m",
    "police pkts_rate 1000 pkts_burst 200 conform-exceed pipe",
    "gact pass random netrand drop 5",
    "gact goto chain 7",
    "gact drop cookie 0102a0b0",
    "xt -j MARK --set-mark 1",
    "pedit munge offset 0 u8 set 1 munge offset 4 u16 at 0 0xf 2 set 7",
    "pedit ex munge ip ttl add 0xff munge ip src set 10.1.1.1 munge tcp dport set 80 munge eth dst set 02:00:00:00:00:09",
    "mirred egress mirror dev PEER",
    "mirred ingress redirect dev PEER",
    "mirred egress mirror blockid 22",
    "nat ingress 10.2.0.0/16 10.3.0.0",
    "nat egress 10.2.0.1/32 10.3.0.1",
    "skbedit priority 1:2 queue_mapping 3 mark 5/0xff ptype host",
    "skbedit inheritdsfield",
    "skbedit queue_mapping skbhash 2 5",
    "vlan push id 5 protocol 802.1ad priority 3",
    "vlan pop",
    "vlan modify id 7",
    "vlan push_eth dst_mac 02:00:00:00:00:01 src_mac 02:00:00:00:00:02",
    "bpf bytecode 1,6_0_0_1,",
    "connmark zone 3",
    "skbmod set dmac 02:00:00:00:00:01 set smac 02:00:00:00:00:02 set etype 0xbeef",
    "skbmod swap mac",
    "csum ip4h and tcp and udp",
    "tunnel_key set src_ip 10.9.0.1 dst_ip 10.9.0.2 id 42 dst_port 4789 tos 4 ttl 9 nocsum vxlan_opts 57",
    "tunnel_key set src_ip 2001:db8::1 dst_ip 2001:db8::2 id 43 dst_port 6081 geneve_opts 0102:80:00880022,0103:81:1122334455667788",
    "tunnel_key set src_ip 10.9.0.1 dst_ip 10.9.0.2 id 44 erspan_opts 2:0:1:63",
    "tunnel_key set src_ip 10.9.0.1 dst_ip 10.9.0.2 id 45 nofrag",
    "tunnel_key unset",
    "simple sdata hello",
    "ife encode allow mark use prio 7 dst 02:00:00:00:00:01 src 02:00:00:00:00:02 type 0xbeef",
    "ife decode",
    "sample rate 10 group 5 trunc 100",
    "ctinfo dscp 0xfc000000 0x01000000 cpmark 0xff zone 3",
    "mpls pop protocol ip",
    "mpls push label 100 tc 3 ttl 9 bos 1 protocol mpls_uc",
    "mpls modify label 200",
    "mpls dec_ttl",
    "mpls mac_push label 7",
    "ct commit zone 3 mark 5/0xff label 0102/ffff nat src addr 10.1.0.1-10.1.0.9 port 1000-2000",
    "ct zone 4 nat pipe",
    "ct clear",
    "ct commit zone 5 nat dst addr 2001:db8::1 pipe",
    "ct commit helper ipv4-tcp-ftp",
    "gate priority 5 clockid CLOCK_TAI base-time 1000 cycle-time 200000000 cycle-time-ext 10 sched-entry open 100000000 3 8000 sched-entry close 100000000",
];

/// Kinds of actions.
pub(crate) fn action_kinds() -> BTreeSet<&'static str> {
    ACTIONS.iter().filter_map(|action| action.split_whitespace().next()).collect()
}

/// Runs `tc` with these words; underscores inside of a word are blanks in it.
pub(crate) fn try_tc(words: &str) -> Result<String, String> {
    let words = words.split_whitespace().map(|word| match word.starts_with("1,6") {
        true => word.replace('_', " "),
        false => word.to_owned(),
    });
    let output = Command::new("tc").args(words).output().map_err(|e| e.to_string())?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        // The last line, because some kinds first say what they will do.
        false => Err(String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or_default().to_owned()),
    }
}

/// What was made, and what is not there.
#[derive(Default)]
pub(crate) struct Made {
    pub(crate) devices: Vec<String>,
    pub(crate) qdiscs: usize,
    pub(crate) filters: usize,
    pub(crate) actions: usize,
    /// Actions by themselves, which need more rights than others.
    pub(crate) alone: usize,
    missing: Vec<String>,
}

impl Made {
    fn tc(&mut self, words: &str) -> bool {
        let result = try_tc(words);
        if let Err(error) = &result {
            eprintln!("not here: tc {words}: {error}");
            self.missing.push(words.to_owned());
        }
        result.is_ok()
    }
}

/// Makes everything that this kernel and this `tc` know.
pub(crate) fn everything(test: &str) -> Made {
    let mut made = Made::default();
    // Packets that nobody asked for would count.
    let _ = std::fs::write("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
    for (number, lines) in QDISCS.iter().enumerate() {
        let device = format!("q{number}");
        pair(&device, number);
        let all = lines.iter().map(|line| line.replace("DEV", &device));
        let done = all.take_while(|line| made.tc(line)).count();
        made.qdiscs += usize::from(done > 0);
        made.devices.push(device);
    }
    filters(&mut made);
    send(QDISCS.len());
    if !made.missing.is_empty() {
        skip(test, &format!("{} of the settings: not in this kernel or `tc`", made.missing.len()));
    }
    made
}

/// Makes filters and actions.
pub(crate) fn filters(made: &mut Made) {
    let device = "q99";
    pair(device, 99);
    made.tc(&format!("qdisc add dev {device} ingress_block 22 egress_block 23 clsact"));
    let _ = Command::new("ipset").args(["create", "wanted", "hash:ip"]).output();
    for (number, filter) in FILTERS.iter().enumerate() {
        let filter = filter.replace("PEER", "p99");
        let done = made.tc(&format!("filter add block 23 pref {} {filter}", number + 1));
        made.filters += usize::from(done);
    }
    made.tc("chain add block 23 chain 77 protocol ip flower dst_ip 0.0.0.0/16");
    made.devices.push(device.to_owned());
    let device = "q98";
    pair(device, 98);
    made.tc(&format!("qdisc add dev {device} clsact"));
    for (number, action) in ACTIONS.iter().enumerate() {
        let action = action.replace("PEER", "p98");
        let filter = format!("filter add dev {device} egress pref {} protocol ip", number + 1);
        // Of classifiers, u32 is the one that most kernels have.
        let done = made.tc(&format!("{filter} u32 match ip protocol 17 0xff action {action}"));
        made.actions += usize::from(done);
        made.alone += usize::from(done && try_tc(&format!("actions add action {action}")).is_ok());
    }
    let more = format!("filter add dev {device} egress pref 200 protocol ip u32 match ip protocol 17 0xff");
    made.tc(&format!("{more} police rate 1mbit burst 10k drop"));
    made.devices.push(device.to_owned());
}

/// A device with four queues and an address, its neighbour known.
fn pair(device: &str, number: usize) {
    let peer = device.replace('q', "p");
    ip(&format!("link add {device} numtxqueues 4 numrxqueues 4 type veth peer name {peer}"));
    ip(&format!("link set {peer} up"));
    ip(&format!("link set {device} up"));
    ip(&format!("addr add 10.200.{number}.1/24 dev {device}"));
    ip(&format!("neigh add 10.200.{number}.2 lladdr 02:00:00:00:00:02 dev {device} nud permanent"));
}

/// Three packets through each of the devices, so that counters are not all zero. Those that hold them
/// back or drop them say so.
fn send(devices: usize) {
    let sender = UdpSocket::bind("0.0.0.0:0").expect("a socket");
    for number in 0..devices {
        for _ in 0..3 {
            let _ = sender.send_to(b"counted", format!("10.200.{number}.2:9"));
        }
    }
}
