//! Routes, addresses and rules in files of iproute2's format: it reads ours, we read its.

use netlink_families::rt_addr::GetAddr;
use netlink_families::rt_route::GetRoute;
use netlink_families::rt_rule::GetRule;
use netlink_runtime::Protocol;
use netlink_runtime::socket::{Error, Saved, Socket};
use netlink_tests::{in_namespace, ip};
use std::process::Command;

/// Runs `ip` with a file as its input; what it wrote.
fn ip_with(words: &str, input: &[u8]) -> Vec<u8> {
    // A file: it reads some of them several times.
    let path = std::env::temp_dir().join(format!("netlink-saved-{}", std::process::id()));
    std::fs::write(&path, input).expect("a file for ip");
    let file = std::fs::File::open(&path).expect("the file");
    let output = Command::new("ip").args(words.split_whitespace()).stdin(file).output().expect("ip");
    let _ = std::fs::remove_file(&path);
    assert!(output.status.success(), "ip {words}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// S1-13.
#[test]
fn what_one_saves_the_other_restores() {
    if !in_namespace("what_one_saves_the_other_restores") {
        return;
    }
    for words in [
        "link add v0 type veth peer name v1",
        "link set v0 up",
        "link set v1 up",
        "addr add 192.0.2.1/24 dev v0",
        "route add 198.51.100.0/24 via 192.0.2.2",
        "route add 203.0.113.0/24 via 192.0.2.2 table 1000 mtu lock 1300 metric 7",
        "route add 10.0.0.0/8 nexthop via 192.0.2.3 weight 2 nexthop via 192.0.2.4",
        "rule add from 192.0.2.1 table 1000 pref 77",
    ] {
        ip(words);
    }
    let mut route = Socket::open(Protocol::Route).expect("a socket");
    let before = ip("-4 route show table all proto boot");
    let rules = ip("rule");

    // The same bytes.
    let mut ours = Vec::new();
    let count = route.save(Saved::Routes, GetRoute::dump(), &mut ours).expect("saved");
    let theirs = ip_with("route save table all", &[]);
    assert!(count > 5 && ours[..4] == theirs[..4], "{count} routes");
    let (_, messages) = Saved::open(&theirs).expect("a file of routes");
    let theirs_payloads: Vec<Vec<u8>> = messages.map(|m| m.expect("a message").payload().to_vec()).collect();
    let (_, messages) = Saved::open(&ours).expect("a file of routes");
    let payloads: Vec<Vec<u8>> = messages.map(|m| m.expect("a message").payload().to_vec()).collect();
    assert_eq!(payloads, theirs_payloads);

    // Ours, by it.
    ip("route flush table main proto boot");
    ip("route flush table 1000");
    assert_ne!(ip("-4 route show table all proto boot"), before);
    ip_with("route restore", &ours);
    assert_eq!(ip("-4 route show table all proto boot"), before);
    // Its, by us: routes by gateways before those that lead there, and some that are there.
    ip("route flush table main proto boot");
    ip("addr flush dev v0");
    ip("addr add 192.0.2.1/32 dev v0");
    let report = route.restore(&theirs).expect("restored");
    assert!(report.lost.is_empty() && report.refused.is_empty(), "{report:?}");
    assert_eq!(ip("-4 route show table all proto boot"), before);

    let mut ours = Vec::new();
    route.save(Saved::Rules, GetRule::dump(), &mut ours).expect("saved");
    ip("rule del pref 77");
    // It adds those once more that are there.
    ip_with("rule restore", &ours);
    assert!(ip("rule").contains("77:\tfrom 192.0.2.1 lookup 1000"));
    ip("rule flush");
    let theirs = ip_with("rule save", &[]);
    assert_eq!(Saved::open(&theirs).expect("a file of rules").0, Saved::Rules);
    route.restore(&ours).expect("restored").ok().expect("all of it");
    assert_eq!(ip("rule"), rules);

    let mut ours = Vec::new();
    route.save(Saved::Addresses, GetAddr::dump(), &mut ours).expect("saved");
    ip("addr flush dev v0");
    let report = route.restore(&ours).expect("restored");
    assert!(report.refused.is_empty(), "{report:?}");
    assert!(ip("addr show dev v0").contains("192.0.2.1/32"));
    ip("addr flush dev v0");
    ip_with("addr restore", &ours);
    assert!(ip("addr show dev v0").contains("192.0.2.1/32"));
    assert_eq!(ip_with("addr save", &[])[..4], ours[..4]);
}

#[test]
fn files_that_are_none() {
    for (file, text) in [
        (&b"abc"[..], "without a beginning"),
        (b"abcdefgh", "no file of routes"),
        (&Saved::Rules.magic().swap_bytes().to_ne_bytes(), "byte order"),
    ] {
        let error = Saved::open(file).expect_err("no file");
        assert!(error.to_string().contains(text), "{error}");
    }
    // Cut off, and of another kind than it says.
    let mut cut = Saved::Routes.magic().to_ne_bytes().to_vec();
    cut.extend([200, 0, 0, 0]);
    let (_, mut messages) = Saved::open(&cut).expect("a beginning");
    assert!(messages.next().expect("something").is_err());
    let Ok(mut route) = Socket::open(Protocol::Route) else { return };
    assert!(matches!(route.restore(&cut), Err(Error::Malformed(_))));
    let mut other = Saved::Routes.magic().to_ne_bytes().to_vec();
    other.extend(16u32.to_ne_bytes());
    other.extend([20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let error = route.restore(&other).expect_err("an address");
    let swapped = u16::from_ne_bytes([20, 0]);
    assert!(matches!(error, Error::UnexpectedMessage { message_type } if message_type == swapped), "{error}");
}
