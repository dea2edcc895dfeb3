//! What happens in other network namespaces.

use netlink_families::rt_link::{Link, NewLink};
use netlink_runtime::decoders::{Decoders, KeyRule};
use netlink_runtime::message::MessageRef;
use netlink_runtime::socket::{Error, Event, Follow, Socket};
use netlink_runtime::{Protocol, Reply};
use netlink_tests::in_namespace;
use std::io;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

const RTNLGRP_LINK: u32 = 1;

/// Another namespace, as long as this lives.
struct Other(Child);

impl Other {
    fn new() -> Self {
        let child = Command::new("unshare").args(["-n", "sleep", "60"]).spawn().expect("unshare");
        let other = Other(child);
        let own = std::fs::read_link("/proc/self/ns/net").expect("a namespace");
        let its = || std::fs::read_link(format!("/proc/{}/ns/net", other.0.id())).ok();
        while its().is_none_or(|its| its == own) {
            std::thread::sleep(Duration::from_millis(5));
        }
        other
    }

    fn ip(&self, words: &str) {
        let pid = self.0.id().to_string();
        let mut command = Command::new("nsenter");
        command.args(["-t", &pid, "-n", "ip"]).args(words.split(' '));
        assert!(command.status().expect("nsenter").success(), "ip {words}");
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn name(message: MessageRef<'_>) -> String {
    let link = <NewLink as Reply>::view(message.payload()).expect("a link");
    link.ifname().expect("well-formed").expect("there").to_string()
}

fn listener(all: bool) -> Socket {
    let builder = Socket::builder().group(RTNLGRP_LINK).all_namespaces(all);
    builder.timeout(Duration::from_secs(5)).open(Protocol::Route).expect("a socket")
}

/// S1-14: a listener to all namespaces hears of those that the own one has a number for, and by that.
#[test]
fn all_of_them_are_heard() {
    if !in_namespace("namespaces::all_of_them_are_heard") {
        return;
    }
    let (other, stranger) = (Other::new(), Other::new());
    // The peer in the other one makes the kernel number it.
    netlink_tests::ip(&format!("link add here type veth peer name there netns {}", other.0.id()));
    let (mut all, mut own) = (listener(true), listener(false));
    stranger.ip("link set lo up");
    other.ip("link set lo up");
    netlink_tests::ip("link set here mtu 1400");
    let mut heard = Vec::new();
    while heard.len() < 2 {
        let Event::Notification { group, namespace, message } = all.receive().expect("a change") else {
            panic!("no notification")
        };
        assert_eq!(group, RTNLGRP_LINK);
        heard.push((namespace, name(message)));
    }
    assert_eq!(heard, [(Some(0), "lo".to_owned()), (None, "here".to_owned())]);
    let Event::Notification { namespace: None, message, .. } = own.receive().expect("a change") else {
        panic!("not of the own namespace")
    };
    assert_eq!(name(message), "here");
}

/// S3-2: waiting for several sockets has a limit.
#[test]
fn waiting_for_several_has_a_limit() {
    if !in_namespace("namespaces::waiting_for_several_has_a_limit") {
        return;
    }
    let nothing = || Decoders::<()>::new(KeyRule::MessageType).view::<Link>(16, |_| Ok(None));
    let mut follow = Follow::new().notifications(listener(false), nothing());
    follow = follow.notifications(listener(true), nothing());
    follow.set_timeout(Some(Duration::from_millis(30)));
    let start = Instant::now();
    for _ in 0..2 {
        let Err(Error::Io(error)) = follow.receive() else { panic!("there is nothing") };
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
    assert!(start.elapsed() >= Duration::from_millis(60));
    let Err(Error::Io(error)) = Follow::<()>::new().receive() else { panic!("there is nobody") };
    assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
}
