//! `netlink do` against the running kernel: operations of many families, each checked by another program or by
//! a dump that follows. What a kernel does not have is skipped, told and counted.

use netlink_tests::{in_namespace, ip, skip};
use std::collections::BTreeSet;
use std::process::{Command, Output};

/// What a kernel says about what it does not have.
const NOT_HERE: [&str; 6] = [
    "EOPNOTSUPP",
    "EPROTONOSUPPORT",
    "EAFNOSUPPORT",
    "no generic netlink family",
    "does not speak netlink protocol",
    "kind is unknown",
];

fn run(words: &str) -> Output {
    let mut words = words.split(' ');
    let program = match words.next() {
        Some("netlink") => env!("CARGO_BIN_EXE_netlink"),
        program => program.expect("a program"),
    };
    let output = Command::new(program).args(words).output();
    output.unwrap_or_else(|e| panic!("{program}: {e}"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What was tried, and how it went.
#[derive(Default)]
struct Bench {
    test: &'static str,
    done: Vec<String>,
    families: BTreeSet<String>,
    skipped: usize,
}

impl Bench {
    /// Does something, then sees that a command says so; with `!` before it, that it does not.
    fn step(&mut self, request: &str, check: &str, says: &str) -> bool {
        let output = run(&format!("netlink do {request}"));
        let told = text(&output.stderr);
        let mut words = request.split(' ');
        let what = words.by_ref().take(2).collect::<Vec<_>>().join(" ");
        let kind = words.find_map(|word| word.strip_prefix("linkinfo.kind=")).unwrap_or_default();
        if !output.status.success() {
            assert!(NOT_HERE.iter().any(|reason| told.contains(reason)), "{request}: {told}");
            self.skipped += 1;
            skip(self.test, &format!("{what} {kind}: {}", told.trim()));
            return false;
        }
        assert_eq!(told, "", "{request}");
        let said = match check {
            "" => text(&output.stdout),
            check => {
                let checked = run(check);
                assert!(checked.status.success(), "{check}: {}", text(&checked.stderr));
                text(&checked.stdout)
            }
        };
        match says.strip_prefix('!') {
            Some(gone) => assert!(!said.contains(gone), "{request}, then {check}: {said}"),
            None => assert!(said.contains(says), "{request}, then {check}: {said}"),
        }
        self.families.insert(what.split(' ').next().expect("a family").to_owned());
        self.done.push(what);
        true
    }
}

fn index(name: &str) -> String {
    let line = ip(&format!("-o link show {name}"));
    line.split(':').next().expect("an index").to_owned()
}

#[test]
fn operations_of_many_families() {
    if !in_namespace("operations_of_many_families") {
        return;
    }
    let mut bench = Bench { test: "operations_of_many_families", ..Bench::default() };
    links(&mut bench);
    addresses_and_routes(&mut bench);
    traffic_control(&mut bench);
    netfilter(&mut bench);
    generic(&mut bench);
    sockets(&mut bench);
    ip_sec(&mut bench);
    ends(&mut bench);
    let (done, families) = (bench.done.len(), bench.families.len());
    eprintln!("{done} operations of {families} families done, {} skipped", bench.skipped);
    assert!(done + bench.skipped >= 45, "{:?}", bench.done);
    // Every kernel has that much.
    assert!(done >= 25 && families >= 8, "{:?}", bench.done);
}

fn links(bench: &mut Bench) {
    let veth =
        "rt-link newlink --flags create,excl ifname=v0 linkinfo.kind=veth linkinfo.data.peer.ifname=v1";
    bench.step(veth, "ip -br link show v0", "v0@v1");
    for name in ["v0", "v1"] {
        let up = format!(
            "rt-link setlink --header ifi_index={} --header ifi_flags=up --header ifi_change=up",
            index(name)
        );
        bench.step(&up, &format!("ip link show {name}"), ",UP");
    }
    let (v0, v1) = (index("v0"), index("v1"));
    let name = format!(
        "rt-link newlinkprop --flags create,excl --header ifi_index={v0} prop-list.alt-ifname=another"
    );
    bench.step(&name, "ip link show another", "altname another");
    let vlan = format!(
        "rt-link newlink --flags create,excl ifname=v0.5 link={v0} linkinfo.kind=vlan linkinfo.data.id=5"
    );
    bench.step(&vlan, "ip -d link show v0.5", "802.1Q id 5");
    let bridge =
        "rt-link newlink --flags create,excl ifname=br0 linkinfo.kind=bridge linkinfo.data.ageing-time=12300";
    if bench.step(bridge, "ip -d link show br0", "ageing_time 12300") {
        let master = format!("rt-link setlink --header ifi_index={v1} master={}", index("br0"));
        bench.step(&master, "ip link show v1", "master br0");
    }
    bench.step(
        &format!("rt-link setlink --header ifi_index={v0} mtu=1400"),
        "netlink dump rt-link getlink",
        r#"["IFLA_MTU",1400]"#,
    );
}

fn addresses_and_routes(bench: &mut Bench) {
    let dev = index("v0");
    let header = format!("--header ifa_family=inet --header ifa_prefixlen=24 --header ifa_index={dev}");
    let addr = format!("rt-addr newaddr --flags create,excl {header} local=10.1.0.1 address=10.1.0.1");
    bench.step(&addr, "ip -br addr show v0", "10.1.0.1/24");
    let header = format!("--header ifa_family=inet6 --header ifa_prefixlen=64 --header ifa_index={dev}");
    let addr = format!("rt-addr newaddr --flags create,excl {header} address=2001:db8::1 flags=nodad");
    bench.step(&addr, "netlink dump rt-addr getaddr --header ifa_family=inet6", "2001:db8::1");
    let header = "--header rtm_family=inet --header rtm_dst_len=24 --header rtm_table=main --header rtm_protocol=static \
                  --header rtm_type=unicast";
    let route =
        format!("rt-route newroute --flags create,excl {header} dst=10.2.0.0 gateway=10.1.0.2 oif={dev}");
    bench.step(&route, "ip route show proto static", "10.2.0.0/24 via 10.1.0.2 dev v0");
    let way = "rt-route getroute --header rtm_family=inet --header rtm_dst_len=32 dst=10.2.0.7";
    bench.step(way, "", &format!(r#"["RTA_OIF",{dev}]"#));
    let header = format!("--header ndm_family=inet --header ndm_ifindex={dev} --header ndm_state=permanent");
    let neigh =
        format!("rt-neigh newneigh --flags create,replace {header} dst=10.1.0.2 lladdr=02:00:00:00:00:07");
    bench.step(&neigh, "ip neigh show dev v0", "10.1.0.2 lladdr 02:00:00:00:00:07 PERMANENT");
    let table = format!(
        "rt-neightbl setneightbl --header ndtm_family=inet name=arp_cache parms.ifindex={dev} parms.app-probes=6"
    );
    bench.step(&table, "ip ntable show dev v0", "app_probes 6");
    let nexthop = format!(
        "rt-nexthop newnexthop --flags create,excl --header nh_family=inet id=9 gateway=10.1.0.2 oif={dev}"
    );
    bench.step(&nexthop, "ip nexthop", "id 9 via 10.1.0.2 dev v0");
    let header = "--header family=inet --header src_len=24 --header table=100 --header action=to-tbl";
    let rule = format!("rt-rule newrule --flags create,excl {header} src=10.1.0.0 priority=77");
    bench.step(&rule, "ip rule", "from 10.1.0.0/24 lookup 100");
    bench.step("rt-rule delrule --header family=inet priority=77", "ip rule", "!lookup 100");
}

fn traffic_control(bench: &mut Bench) {
    let dev = index("v0");
    let root =
        format!("--header tcm_ifindex={dev} --header tcm_parent=0xffffffff --header tcm_handle=0x10000");
    bench.step(
        &format!("tc newqdisc --flags create,excl {root} kind=pfifo options.limit=77"),
        "tc qdisc show dev v0",
        "limit 77p",
    );
    let ingress =
        format!("--header tcm_ifindex={dev} --header tcm_parent=0xfffffff1 --header tcm_handle=0xffff0000");
    bench.step(
        &format!("tc newqdisc --flags create,excl {ingress} kind=ingress"),
        "netlink dump tc getqdisc",
        r#"["TCA_KIND","ingress"]"#,
    );
    bench.step(&format!("tc delqdisc {root}"), "tc qdisc show dev v0", "!pfifo");
}

fn netfilter(bench: &mut Bench) {
    let list = "nft list ruleset";
    let inet = "--header nfgen_family=inet";
    if bench.step(&format!("nftables newtable {inet} name=t1"), list, "table inet t1") {
        let chain = format!(
            "nftables newchain {inet} table=t1 name=c type=filter policy=1 hook.hooknum=1 hook.priority=5"
        );
        bench.step(&chain, list, "type filter hook input priority filter + 5; policy accept;");
        let set = format!("nftables newset --flags create {inet} table=t1 name=s id=1 key-type=7 key-len=4");
        bench.step(&set, list, "type ipv4_addr");
        let elem =
            format!("nftables newsetelem --flags create {inet} table=t1 set=s elements.1.key.value=0a000002");
        bench.step(&elem, list, "elements = { 10.0.0.2 }");
        let rule = r#"{"elem":[{"name":"counter","data":{}},{"name":"immediate","data":{"dreg":0,"data":{"verdict":{"code":1}}}}]}"#;
        let rule =
            format!("nftables newrule --flags create,append {inet} table=t1 chain=c expressions={rule}");
        bench.step(&rule, list, "counter packets 0 bytes 0 accept");
        let elem = format!("nftables delsetelem {inet} table=t1 set=s elements.1.key.value=0a000002");
        bench.step(&elem, list, "!10.0.0.2");
        bench.step("nftables getgen", "", r#"["NFTA_GEN_PROC_NAME","netlink"]"#);
        bench.step(&format!("nftables deltable {inet} name=t1"), list, "!t1");
    }
    let set = "ipset create --flags create,excl protocol=7 setname=s typename=hash:ip revision=4 family=ipv4";
    if bench.step(set, "netlink dump ipset list protocol=7", r#"["IPSET_ATTR_SETNAME","s"]"#) {
        bench.step(
            "ipset add protocol=7 setname=s data.ip.ipaddr-ipv4=10.0.0.9",
            "netlink dump ipset list protocol=7",
            "10.0.0.9",
        );
        bench.step("ipset destroy protocol=7 setname=s", "netlink dump ipset list protocol=7", "!hash:ip");
    }
    bench.step("conntrack ct-get-stats", "", "CTA_STATS_GLOBAL_ENTRIES");
}

fn generic(bench: &mut Bench) {
    let feature = r#"wanted={"bits":{"bit":[{"name":"tx-tcp-segmentation"}]}}"#;
    bench.step(
        &format!("ethtool features-set header.dev-name=v0 {feature}"),
        "ethtool -k v0",
        "tx-tcp-segmentation: off",
    );
    bench.step(
        "ethtool channels-set header.dev-name=v0 rx-count=1 tx-count=1",
        "netlink dump ethtool channels-get",
        r#"["ETHTOOL_A_CHANNELS_RX_COUNT",1]"#,
    );
    bench.step("ethtool strset-get header= stringsets.stringset.id=features", "", "tx-tcp-segmentation");
    let endpoint = "addr.family=inet addr.addr4=10.1.0.1 addr.id=5 addr.flags=signal";
    if bench.step(&format!("mptcp_pm add-addr {endpoint}"), "ip mptcp endpoint", "10.1.0.1 id 5 signal") {
        bench.step(
            "mptcp_pm set-limits rcv-add-addrs=2 subflows=3",
            "ip mptcp limits",
            "add_addr_accepted 2 subflows 3",
        );
        bench.step("mptcp_pm get-addr addr.id=5", "", r#"["MPTCP_PM_ADDR_ATTR_ADDR4","10.1.0.1"]"#);
        bench.step("mptcp_pm del-addr addr.id=5", "netlink dump mptcp_pm get-addr", "!10.1.0.1");
    }
    bench.step("nlctrl getfamily family-name=nlctrl", "", r#"["CTRL_ATTR_FAMILY_ID",16]"#);
    bench.step(&format!("netdev dev-get ifindex={}", index("v0")), "", "NETDEV_A_DEV_XDP_FEATURES");
    let tunnel = "rt-link newlink --flags create,excl ifname=wg0 linkinfo.kind=wireguard";
    if bench.step(tunnel, "ip link show wg0", "wg0") {
        bench.step(
            "wireguard set-device ifname=wg0 listen-port=5555",
            "netlink dump wireguard get-device ifname=wg0",
            "5555",
        );
    }
    let macsec =
        format!("rt-link newlink --flags create,excl ifname=ms0 link={} linkinfo.kind=macsec", index("v0"));
    bench.step(&macsec, "ip -d link show ms0", "macsec sci");
}

fn sockets(bench: &mut Bench) {
    ip("link set lo up");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a listener");
    let port = listener.local_addr().expect("an address").port();
    let states = "--header sdiag_family=inet --header sdiag_protocol=tcp --header idiag_states=listen";
    let all = run(&format!("netlink dump inet-diag inet {states}"));
    let said = text(&all.stdout);
    assert!(said.contains(&format!(r#""id.idiag_sport":{port}"#)), "{said}{}", text(&all.stderr));
    let line =
        said.lines().find(|line| line.contains(&format!(r#""id.idiag_sport":{port}"#))).expect("the socket");
    let socket: serde_json::Value = serde_json::from_str(line).expect("JSON");
    // The same one, asked for alone.
    let mut header =
        serde_json::json!({"sdiag_family": "inet", "sdiag_protocol": "tcp", "idiag_states": "listen"});
    for (name, value) in socket["header"].as_object().expect("a header") {
        if name.starts_with("id.") {
            header[name] = value.clone();
        }
    }
    let one = format!(r#"inet-diag inet --json {{"header":{header}}}"#);
    bench.step(&one, "", &format!(r#""id.idiag_sport":{port}"#));
}

fn ip_sec(bench: &mut Bench) {
    let policy = r#"{"header":{"sel":{"family":"inet","daddr":"10.9.0.0","prefixlen_d":16},"dir":"out","action":"block"}}"#;
    if bench.step(
        &format!("xfrm newpolicy --flags create,excl --json {policy}"),
        "ip xfrm policy",
        "dst 10.9.0.0/16",
    ) {
        let policy =
            r#"{"header":{"sel":{"family":"inet","daddr":"10.9.0.0","prefixlen_d":16},"dir":"out"}}"#;
        bench.step(&format!("xfrm delpolicy --json {policy}"), "netlink dump xfrm getpolicy", "!10.9.0.0");
    }
    let state = r#"{"header":{"family":"inet","id.daddr":"10.1.0.2","id.spi":256,"id.proto":"esp","saddr":"10.1.0.1","mode":"tunnel","reqid":7},"attrs":{"alg-auth":{"alg_name":"digest_null","alg_key_len":0},"alg-crypt":{"alg_name":"ecb(cipher_null)","alg_key_len":0}}}"#;
    bench.step(
        &format!("xfrm newsa --flags create,excl --json {state}"),
        "ip xfrm state",
        "proto esp spi 0x00000100 reqid 7",
    );
}

fn ends(bench: &mut Bench) {
    let dev = index("v0");
    bench.step("rt-nexthop delnexthop id=9", "ip nexthop", "!id 9");
    bench.step(
        &format!("rt-neigh delneigh --header ndm_family=inet --header ndm_ifindex={dev} dst=10.1.0.2"),
        "ip neigh show dev v0 nud permanent",
        "!10.1.0.2",
    );
    bench.step("rt-route delroute --header rtm_family=inet --header rtm_dst_len=24 --header rtm_table=main dst=10.2.0.0", "ip route", "!10.2.0.0");
    let header = format!("--header ifa_family=inet --header ifa_prefixlen=24 --header ifa_index={dev}");
    bench.step(&format!("rt-addr deladdr {header} local=10.1.0.1"), "ip -br addr show v0", "!10.1.0.1");
    bench.step(
        &format!("rt-link dellink --header ifi_index={dev}"),
        "netlink dump rt-link getlink",
        r#"!["IFLA_IFNAME","v1"]"#,
    );
}

/// What it takes, and where, where this process may not.
#[test]
fn permissions_in_words() {
    if !in_namespace("permissions_in_words") {
        return;
    }
    // Root here, and nobody in the machine's namespaces.
    let output = run("netlink do taskstats get pid=1");
    let told = text(&output.stderr);
    match told.contains("no generic netlink family") {
        true => skip("permissions_in_words", "no taskstats in this kernel"),
        false => {
            assert_eq!(output.status.code(), Some(1), "{told}");
            assert!(told.starts_with("error: TASKSTATS_CMD_GET: EPERM\n"), "{told}");
            let want = "CAP_NET_ADMIN in the initial user namespace: that of the machine, and not of a container; this \
                        process has it, but in another user namespace";
            assert!(told.contains(want), "{told}");
        }
    }
    // Nobody here, either.
    let netlink =
        format!("{} do rt-link setlink --header ifi_index=1 mtu=1400", env!("CARGO_BIN_EXE_netlink"));
    let output = run(&format!("setpriv --bounding-set=-net_admin --inh-caps=-net_admin {netlink}"));
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    let want = "error: RTM_SETLINK: EPERM\n  it takes CAP_NET_ADMIN in the user namespace that owns the network namespace; \
                this process does not have it\n";
    assert_eq!(told, want);
}
