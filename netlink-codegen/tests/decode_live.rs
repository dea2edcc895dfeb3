//! Requests to the running kernel, where it lets us.

use netlink_tests::{in_namespace, ip, run_limited, skip, try_ip};
use serde_json::Value;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

fn netlink(args: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_netlink")).args(args.split(' ')).output().expect("the command runs")
}

fn lines(args: &str) -> Vec<Value> {
    let output = netlink(args);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), &*told), (Some(0), ""), "{args}");
    let text = String::from_utf8(output.stdout).expect("text");
    text.lines().map(|l| serde_json::from_str(l).unwrap_or_else(|e| panic!("{e}: {l}"))).collect()
}

fn attr<'v>(message: &'v Value, name: &str) -> &'v Value {
    let pairs = message["attrs"].as_array().expect("attributes");
    pairs.iter().find(|p| p[0] == name).map_or(&Value::Null, |p| &p[1])
}

#[test]
fn links_of_a_namespace() {
    if !in_namespace("links_of_a_namespace") {
        return;
    }
    let all = lines("dump rt-link getlink");
    let lo = all.iter().find(|l| *attr(l, "IFLA_IFNAME") == "lo").expect("lo");
    assert_eq!((&lo["type"], &lo["header"]["ifi_index"]), (&"RTM_NEWLINK".into(), &1.into()));
    assert_eq!(lo["flags"][0], "NLM_F_MULTI");
    assert!(attr(lo, "IFLA_MTU").as_u64().is_some_and(|m| m > 0));
    assert!(attr(lo, "IFLA_STATS64")["rx_packets"].is_u64());
    let text: String = all.iter().map(Value::to_string).collect();
    assert!(!text.contains("malformed"), "{text}");

    // Changed by us, seen by `ip`.
    assert_eq!(lines("do rt-link setlink --header ifi_index=1 mtu=1400"), [] as [Value; 0]);
    assert!(ip("link show lo").contains("mtu 1400"));
    let one = lines("do rt-link getlink ifname=lo --names");
    assert_eq!(*attr(&one[0], "IFLA_MTU"), 1400);
    assert_eq!(one[0]["header"]["ifi_type"]["name"], "ARPHRD_LOOPBACK");

    // Refused, with the attribute's name.
    let refused = netlink("do rt-link getlink ifname=nosuch");
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("ENODEV"), "{refused:?}");
    let refused = netlink("do rt-link newlink --flags create,excl ifname=x linkinfo.kind=nosuchkind");
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1));
    assert!(told.starts_with("error: RTM_NEWLINK: EOPNOTSUPP"), "{told}");
}

/// A struct with a union, whose arm another of its members chooses.
#[test]
fn groups_of_a_bridge() {
    if !in_namespace("groups_of_a_bridge") {
        return;
    }
    // The port must be up, and so its peer, before it can be in a group.
    for words in [
        "link add br0 type bridge mcast_snooping 1",
        "link add p0 type veth peer name p1",
        "link set p0 master br0",
        "link set p1 up",
        "link set p0 up",
        "link set br0 up",
    ] {
        if let Err(error) = try_ip(words) {
            return skip("groups_of_a_bridge", &format!("no bridge to try it on: {error}"));
        }
    }
    let index = |name: &str| {
        let one = lines(&format!("do rt-link getlink ifname={name}"));
        one[0]["header"]["ifi_index"].as_u64().expect("an index")
    };
    let (bridge, port) = (index("br0"), index("p0"));
    let schema = "--schema tests/decode/mdb.yaml";
    let add = |addr: &str| {
        let entry = format!("MDBA_SET_ENTRY.ifindex={port} MDBA_SET_ENTRY.state=1 {addr}");
        let args =
            format!("do mdb newmdb {schema} --flags create --header family=7 --header ifindex={bridge}");
        assert_eq!(lines(&format!("{args} {entry}")), [] as [Value; 0]);
    };
    add("MDBA_SET_ENTRY.addr.u.ip4=239.1.2.3 MDBA_SET_ENTRY.addr.proto=0x800");
    add("MDBA_SET_ENTRY.addr.u.ip6=ff1e::77 MDBA_SET_ENTRY.addr.proto=0x86dd");
    let all = lines(&format!("dump mdb getmdb {schema} --header family=7"));
    let text: String = all.iter().map(Value::to_string).collect();
    for addr in [r#""addr.u":{"ip4":"239.1.2.3"},"addr.proto":2048"#, r#""addr.u":{"ip6":"ff1e::77"}"#] {
        assert!(text.contains(addr), "{addr}: {text}");
    }
}

#[test]
fn generic_netlink_families() {
    let mut probe = Command::new(env!("CARGO_BIN_EXE_netlink"));
    probe.args(["do", "nlctrl", "getfamily", "family-name=nlctrl"]).stdout(Stdio::null());
    if !run_limited(&mut probe, Duration::from_secs(10)).is_some_and(|status| status.success()) {
        return skip("generic_netlink_families", "no generic netlink from this kernel");
    }
    let all = lines("dump nlctrl getfamily");
    let ctrl = all.iter().find(|l| *attr(l, "CTRL_ATTR_FAMILY_NAME") == "nlctrl").expect("nlctrl");
    assert_eq!(*attr(ctrl, "CTRL_ATTR_FAMILY_ID"), 16);
    let one = lines("do nlctrl getfamily family-name=nlctrl");
    assert_eq!(one[0]["attrs"], ctrl["attrs"]);
    let policies = lines("dump nlctrl getpolicy family-id=16");
    assert!(policies.iter().any(|p| attr(p, "CTRL_ATTR_POLICY").is_array()));
    let listed = lines("families --json");
    assert!(listed.iter().any(|l| l["schema"] == "nlctrl" && l["id"] == 16));
    let refused = netlink("do nlctrl getfamily family-name=nosuch");
    assert_eq!(String::from_utf8_lossy(&refused.stderr), "error: CTRL_CMD_GETFAMILY: ENOENT\n");
    assert_eq!(refused.status.code(), Some(1));
}
