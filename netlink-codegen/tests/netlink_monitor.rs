//! `netlink monitor` against the running kernel.

use netlink_tests::{in_namespace, ip, skip, try_ip};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

const NETLINK: &str = env!("CARGO_BIN_EXE_netlink");

/// A monitor that listens.
struct Monitor {
    child: Child,
    out: BufReader<ChildStdout>,
    err: BufReader<ChildStderr>,
    /// What it said before it listened, and that.
    said: String,
}

/// Starts one, and waits until it listens.
fn start(words: &str) -> Monitor {
    let mut command = Command::new(NETLINK);
    command.arg("monitor").args(words.split(' ')).stdin(Stdio::null());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command runs");
    let out = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut err = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut said = String::new();
    while !said.lines().last().is_some_and(|line| line.starts_with("listening to ")) {
        let read = err.read_line(&mut said).expect("text");
        assert_ne!(read, 0, "{words}: {said}");
    }
    Monitor { child, out, err, said }
}

impl Monitor {
    /// The next message.
    fn next(&mut self) -> Value {
        let mut line = String::new();
        self.out.read_line(&mut line).expect("text");
        serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line}"))
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.child.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
    }

    /// Its exit status (it is given half a minute), what was left of its output, and all that it said.
    fn end(mut self) -> (Option<i32>, String, String) {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(30)
            && self.child.try_wait().is_ok_and(|end| end.is_none())
        {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).expect("text");
        self.err.read_to_string(&mut self.said).expect("text");
        (self.child.wait().expect("an end").code(), rest, std::mem::take(&mut self.said))
    }
}

/// A test that fails leaves none behind.
impl Drop for Monitor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn veth() {
    ip("link add v0 type veth peer name v1");
}

#[test]
fn several_protocols_at_once() {
    if !in_namespace("several_protocols_at_once") {
        return;
    }
    let mut monitor = start("link RTNLGRP_IPV4_IFADDR nftables nlctrl --json");
    if monitor.said.contains("not listening to nftables") {
        return skip("several_protocols_at_once", "no nftables in this kernel");
    }
    let want = "listening to 5 groups: `rt-link:link`, `rt-addr:ipv4-ifaddr`, `nftables:nftables`, `nftables:nftrace` \
                and `nlctrl:notify`\n";
    assert_eq!(monitor.said, want);
    veth();
    let made = [monitor.next(), monitor.next()];
    for message in &made {
        assert_eq!((&message["type"], &message["group"]), (&"RTM_NEWLINK".into(), &"rt-link:link".into()));
        assert!(message.get("time").is_none());
    }
    ip("addr add 10.0.0.1/24 dev v0");
    let message = monitor.next();
    assert_eq!((&message["type"], &message["group"]), (&"RTM_NEWADDR".into(), &"rt-addr:ipv4-ifaddr".into()));
    if Command::new("nft").args(["add", "table", "inet", "t"]).status().is_ok_and(|s| s.success()) {
        let message = monitor.next();
        assert_eq!(
            (&message["type"], &message["group"]),
            (&"NFT_MSG_NEWTABLE".into(), &"nftables:nftables".into())
        );
    }
    // Nobody was asked to end, and an interrupt is no failure.
    monitor.signal("-INT");
    let (status, rest, _) = monitor.end();
    assert_eq!(status, Some(0), "{rest}");
}

#[test]
fn conditions_that_end_it() {
    if !in_namespace("conditions_that_end_it") {
        return;
    }
    veth();
    let start_of_all = Instant::now();
    let (status, rest, _) = start("link --until 300ms --until type=RTM_DELLINK").end();
    assert_eq!((status, rest.as_str()), (Some(0), ""));
    assert!(start_of_all.elapsed() >= Duration::from_millis(300));

    // Messages that are not shown do not count.
    let monitor = start("link --json --match type=RTM_DELLINK --until 1");
    ip("link set v0 mtu 1400");
    ip("link del v0");
    let (status, rest, _) = monitor.end();
    let deleted = |line: &str| line.starts_with("{\"type\":\"RTM_DELLINK\"");
    assert!(
        status == Some(0) && rest.lines().count() == 1 && rest.lines().all(deleted),
        "{status:?}: {rest}"
    );
    veth();

    // Two, and no more.
    let monitor = start("link --until 2 --json --names");
    for up in ["up", "down", "up"] {
        ip(&format!("link set v0 {up}"));
    }
    let (status, rest, _) = monitor.end();
    assert_eq!((status, rest.lines().count()), (Some(0), 2), "{rest}");

    // As text, with times; the last one is the one that was waited for.
    let monitor = start("link --timestamps --until type=RTM_DELLINK --until 20s");
    ip("link set v0 down");
    ip("link del v0");
    let (status, rest, _) = monitor.end();
    let heads: Vec<_> = rest.lines().filter(|line| !line.starts_with(' ')).collect();
    assert!(status == Some(0) && heads.len() >= 2, "{rest}");
    assert!(
        heads.iter().all(|head| head.starts_with("20") && head.contains("Z rt-link:link RTM_")),
        "{heads:?}"
    );
    assert!(heads.last().is_some_and(|head| head.contains("RTM_DELLINK")), "{heads:?}");
    assert!(heads[..heads.len() - 1].iter().all(|head| head.contains("RTM_NEWLINK")), "{heads:?}");
}

/// Who reads no more is no failure: `netlink monitor | head -1`.
#[test]
fn readers_may_leave() {
    if !in_namespace("readers_may_leave") {
        return;
    }
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{{ {NETLINK} monitor link --json; echo status $? >&2; }} | head -1")]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a shell");
    let mut err = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut said = String::new();
    err.read_line(&mut said).expect("text");
    assert_eq!(said, "listening to 1 group: `rt-link:link`\n");
    let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
    veth();
    let mut line = String::new();
    out.read_line(&mut line).expect("text");
    assert!(line.starts_with(r#"{"type":"RTM_NEWLINK""#), "{line}");
    // The reader leaves after the first of the two messages; the next one finds it gone.
    let start = Instant::now();
    while child.try_wait().is_ok_and(|end| end.is_none()) && start.elapsed() < Duration::from_secs(20) {
        ip("link set v0 up");
        ip("link set v0 down");
        std::thread::sleep(Duration::from_millis(50));
    }
    let _ = child.kill();
    err.read_to_string(&mut said).expect("text");
    assert!(said.ends_with("\nstatus 0\n"), "{said}");
}

#[test]
fn what_is_lost_is_told_where_it_is() {
    if !in_namespace("what_is_lost_is_told_where_it_is") {
        return;
    }
    veth();
    let monitor = start("link --rcvbuf 4k --until type=RTM_DELLINK");
    monitor.signal("-STOP");
    for _ in 0..20 {
        ip("link set v0 up");
        ip("link set v0 down");
    }
    monitor.signal("-CONT");
    // What comes after the gap is shown.
    std::thread::sleep(Duration::from_millis(300));
    ip("link del v0");
    let (status, rest, said) = monitor.end();
    let told = "messages of route are missing here";
    let (before, after) = rest.split_once(told).unwrap_or_else(|| panic!("{rest}\n{said}"));
    assert_eq!(status, Some(0));
    assert!(!before.contains("RTM_DELLINK") && after.contains("RTM_DELLINK"), "{rest}");
}

#[test]
fn other_namespaces() {
    if !in_namespace("other_namespaces") {
        return;
    }
    let mut sleeper = Command::new("unshare").args(["-n", "sleep", "60"]).spawn().expect("unshare runs");
    let inside = sleeper.id().to_string();
    let own = std::fs::read_link("/proc/self/ns/net").expect("a namespace");
    while std::fs::read_link(format!("/proc/{inside}/ns/net")).expect("a namespace") == own {
        std::thread::sleep(Duration::from_millis(10));
    }
    // The other namespace gets a number by this.
    ip(&format!("link add v0 type veth peer name v1 netns {inside}"));
    let there = |words: &str| {
        let args = ["-t", &inside, "-n", "ip"].into_iter().chain(words.split(' '));
        Command::new("nsenter").args(args).status().is_ok_and(|status| status.success())
    };
    let mut all = start("link --all-netns --json --until 20s");
    let mut one = start(&format!("link --netns {inside} --json --until 20s"));
    let mut file = start(&format!("link --netns /proc/{inside}/ns/net --json --until 20s"));
    assert!(there("link set v1 mtu 1234"));
    let heard = all.next();
    assert_eq!((&heard["netns"], &heard["type"]), (&0.into(), &"RTM_NEWLINK".into()), "{heard}");
    for monitor in [&mut one, &mut file] {
        let heard = monitor.next();
        assert!(
            heard.to_string().contains(r#"["IFLA_MTU",1234]"#) && heard.get("netns").is_none(),
            "{heard}"
        );
    }
    for monitor in [all, one, file] {
        monitor.signal("-TERM");
        assert_eq!(monitor.end().0, Some(0));
    }
    // Requests, too.
    let set = ["do", "rt-link", "setlink", "--netns", &inside, "--header", "ifi_index=2", "mtu=1300"];
    let output = output_of(Command::new(NETLINK).args(set));
    let shown = output_of(Command::new(NETLINK).args(["dump", "rt-link", "getlink", "--netns", &inside]));
    let _ = (sleeper.kill(), sleeper.wait());
    assert_eq!(output, (Some(0), String::new(), String::new()));
    assert!(shown.1.contains(r#"["IFLA_MTU",1300]"#), "{shown:?}");
    assert!(!try_ip("link show mtu 1300").is_ok_and(|all| all.contains("1300")), "not in this one");
}

fn output_of(command: &mut Command) -> (Option<i32>, String, String) {
    let output = command.output().expect("the command runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn monitor(words: &str) -> (Option<i32>, String, String) {
    output_of(Command::new(NETLINK).arg("monitor").args(words.split(' ')))
}

#[test]
fn what_cannot_be_heard_is_said() {
    for (words, want) in [
        ("rt-lnk", "error: no family and no group is named `rt-lnk`; did you mean `rt-link`?\n"),
        ("link --netns no-such-namespace", "error: --netns no-such-namespace: "),
        ("link --until type=", "error: invalid value 'type=' for '--until <COUNT|TIME|FILTER>'"),
        ("link --until 0", "error: invalid value '0' for '--until <COUNT|TIME|FILTER>': 0 messages"),
        ("link --rcvbuf big", "error: invalid value 'big' for '--rcvbuf <SIZE>': want bytes, such as"),
        ("rt-neightbl", "error: `rt-neightbl` has no multicast groups of its own\n"),
        ("nlctrl:notif", "error: `nlctrl` has no group `notif`; did you mean `notify`?\n"),
        ("nosuch:1", "error: there is no family `nosuch`\n"),
    ] {
        let (status, out, told) = monitor(words);
        assert!(told.starts_with(want), "{words}: {told}");
        assert!(out.is_empty() && matches!(status, Some(1 | 2)), "{words}: {status:?} {out}");
    }
    if !in_namespace("what_cannot_be_heard_is_said") {
        return;
    }
    let nobody = |words: &str| {
        let args = ["--bounding-set=-net_admin", "--inh-caps=-net_admin", NETLINK, "monitor"];
        output_of(Command::new("setpriv").args(args).args(words.split(' ')))
    };
    let (status, _, told) = nobody("xfrm:sa link --until 1ms");
    if told.contains("does not speak") {
        return skip("what_cannot_be_heard_is_said", "no xfrm in this kernel");
    }
    let want = "not listening to xfrm:sa: EPERM: it takes CAP_NET_ADMIN in the user namespace that owns the network \
                namespace\nlistening to 1 group: `rt-link:link`\n";
    assert_eq!((status, told.as_str()), (Some(0), want));
    let (status, _, told) = nobody("xfrm:sa --until 1ms");
    assert!(status == Some(1) && told.ends_with("error: there is nothing to listen to\n"), "{told}");
    let (status, _, told) = monitor("rt-link:999 --until 1ms");
    assert!(
        status == Some(1) && told.starts_with("not listening to rt-link:999: this kernel has no such group"),
        "{told}"
    );
}
