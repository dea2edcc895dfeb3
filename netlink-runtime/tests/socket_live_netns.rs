//! Sockets in other network namespaces; skipped and counted where there are none.

mod socket_support;

use netlink_runtime::Protocol;
use netlink_runtime::message::NLM_F_DUMP;
use netlink_runtime::socket::{Event, Intercept, Netns, Socket};
use netlink_tests::{has_program, in_namespace, ip, skip};
use socket_support::attr;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::process::{Child, Command, Stdio};

const RTM_GETLINK: u16 = 18;

/// A process in a network namespace of its own, which ends with this.
struct Elsewhere(Child);

impl Elsewhere {
    fn new() -> Self {
        let mut child = Command::new("unshare");
        // It says when it is there, and waits until its input is closed.
        child.args(["-n", "sh", "-c", "echo there; cat"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = child.spawn().unwrap();
        let mut line = [0; 6];
        child.stdout.as_mut().unwrap().read_exact(&mut line).unwrap();
        assert_eq!(&line, b"there\n");
        Elsewhere(child)
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// Whether a socket sees an interface.
fn sees(route: &mut Socket, name: &str) -> bool {
    let name = attr(3, format!("{name}\0").as_bytes());
    let mut links = route.raw_request(RTM_GETLINK, NLM_F_DUMP, &[0; 16]).unwrap();
    let mut seen = false;
    while let Some(link) = links.next().unwrap() {
        seen |= link.bytes().windows(name.len()).any(|w| w == name);
    }
    seen
}

/// S2-2: by process, path and file descriptor, and the caller stays where it is.
#[test]
fn sockets_in_another_namespace() {
    if !in_namespace("sockets_in_another_namespace") {
        return;
    }
    let elsewhere = Elsewhere::new();
    let pid = elsewhere.0.id();
    ip("link add here type veth peer name there");
    ip(&format!("link set there netns {pid}"));
    let before = Netns::current().unwrap();

    let by_pid = Netns::of_process(pid).unwrap();
    assert!(!by_pid.is_same_as(&before).unwrap());
    let path = format!("/proc/{pid}/ns/net");
    let by_path = Netns::open(&path).unwrap();
    assert!(by_path.is_same_as(&by_pid).unwrap());
    let file = File::open(&path).unwrap();
    let owned = OwnedFd::from(Netns::open(&path).unwrap());
    let open = |namespace: BorrowedFd<'_>| Socket::builder().open_in(namespace, Protocol::Route);
    let sockets = [
        open(by_pid.as_fd()),
        Socket::builder().open_in(&by_path, Protocol::Route),
        open(file.as_fd()),
        Socket::builder().open_in(Netns::from(owned), Protocol::Route),
    ];
    for route in sockets {
        let mut route = route.unwrap();
        assert!(sees(&mut route, "there") && !sees(&mut route, "here"));
        // Whoever uses it.
        std::thread::spawn(move || assert!(sees(&mut route, "there"))).join().unwrap();
    }
    assert!(Netns::current().unwrap().is_same_as(&before).unwrap());
    let mut route = Socket::open(Protocol::Route).unwrap();
    assert!(sees(&mut route, "here") && !sees(&mut route, "there"));

    // Groups and options are of the namespace, too; and something may stand in between.
    let listener = Socket::builder().group(1).open_in(&by_pid, Protocol::Route);
    let mut listener = listener.unwrap();
    let kernel = Socket::builder().connect_in(&by_pid, Protocol::Route).unwrap();
    let mut changes = Socket::builder().over(Protocol::Route, Intercept::new(kernel)).unwrap();
    let up = [&[0; 4][..], &1i32.to_ne_bytes(), &1u32.to_ne_bytes(), &1u32.to_ne_bytes()].concat();
    let mut done = changes.raw_request(16, 0, &up).unwrap();
    while done.next().unwrap().is_some() {}
    assert!(matches!(listener.receive().unwrap(), Event::Notification { group: 1, .. }));

    // The namespace lives as long as the socket, and the handle.
    drop(elsewhere);
    assert!(sees(&mut listener, "lo"));
    assert!(Socket::builder().open_in(&by_pid, Protocol::Route).is_ok());
    assert_eq!(Netns::of_process(pid).unwrap_err().kind(), ErrorKind::NotFound);
}

/// S2-2: what is no network namespace, and one that may not be entered.
#[test]
fn other_files_are_refused() {
    if !in_namespace("other_files_are_refused") {
        return;
    }
    let before = Netns::current().unwrap();
    let file = File::open("/proc/self/status").unwrap();
    let refused = Socket::builder().open_in(&file, Protocol::Route).unwrap_err();
    assert_eq!(refused.errno(), Some(libc::EINVAL));
    let other = Netns::open("/proc/self/ns/uts").unwrap();
    let refused = Socket::builder().open_in(&other, Protocol::Route).unwrap_err();
    assert_eq!(refused.errno(), Some(libc::EINVAL));
    assert!(Netns::current().unwrap().is_same_as(&before).unwrap());
    // There, but of no protocol.
    let refused = Socket::builder().open_in(&before, Protocol(31)).unwrap_err();
    assert_eq!(refused.errno(), Some(libc::EPROTONOSUPPORT));
}

/// S2-2: by the names of `ip netns`.
#[test]
fn namespaces_have_names() {
    const INSIDE: &str = "NETLINK_TEST_MOUNTS";
    if !in_namespace("namespaces_have_names") {
        return;
    }
    if std::env::var_os(INSIDE).is_none() {
        // Names are mounts: in a mount namespace of our own, nobody else sees them.
        let mut again = Command::new("unshare");
        again.args(["-m", "--"]).arg(std::env::current_exe().unwrap()).env(INSIDE, "1");
        let status = again.args(["--exact", "namespaces_have_names", "--nocapture"]).status().unwrap();
        assert!(status.success());
        return;
    }
    let mounted = has_program("mount").then(|| {
        let mount = Command::new("mount").args(["-t", "tmpfs", "none", "/run"]).status();
        mount.is_ok_and(|status| status.success())
    });
    if mounted != Some(true) {
        skip("namespaces_have_names", "a directory for the names cannot be mounted");
        return;
    }
    ip("netns add blue");
    ip("-n blue link add inside type veth peer name outside");
    let blue = Netns::named("blue").unwrap();
    let mut route = Socket::builder().open_in(&blue, Protocol::Route).unwrap();
    assert!(sees(&mut route, "inside"));
    ip("netns del blue");
    assert_eq!(Netns::named("blue").unwrap_err().kind(), ErrorKind::NotFound);
    assert!(sees(&mut route, "inside"), "sockets keep it");
}
