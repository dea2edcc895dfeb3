//! What stands between sockets and the running kernel, in network namespaces; skipped and counted where
//! there are none.

mod socket_support;

use netlink_runtime::Protocol;
use netlink_runtime::message::{MessageRef, NLM_F_DUMP};
use netlink_runtime::meta::SetMeta;
use netlink_runtime::socket::{self, Intercept, OnReceive, OnSend, Record, Replay, Socket, Tape, error};
use netlink_runtime::wire::{Attrs, wt};
use netlink_tests::{in_namespace, ip};
use socket_support::links::{RTNLGRP_LINK, conversation, file};
use socket_support::{Get, attr};
use std::io::Write as _;
use std::process::{Command, Stdio};

static RTMSG: SetMeta = SetMeta { name: "rtmsg", header: None, attrs: &[] };

/// S3-6, live: another name in RTM_NEWLINK; S1-2, live: an answer of ours between the kernel's.
#[test]
fn links_of_the_kernel_under_another_name() -> socket::Result<()> {
    if !in_namespace("links_of_the_kernel_under_another_name") {
        return Ok(());
    }
    const RTM_GETLINK: u16 = 18;
    let dump = [0; 16];
    let count = |socket: &mut Socket, name: &str| -> socket::Result<(usize, usize)> {
        let mut links = socket.raw_request(RTM_GETLINK, NLM_F_DUMP, &dump)?;
        let (mut all, mut named) = (0, 0);
        while let Some(link) = links.next()? {
            all += usize::from(!link.is_control());
            named += usize::from(has(link.bytes(), name));
        }
        Ok((all, named))
    };
    let mut plain = Socket::open(Protocol::Route)?;
    let (links, _) = count(&mut plain, "lo")?;
    let kernel = Socket::builder().connect(Protocol::Route)?;
    let renames = Intercept::new(kernel).on_receive(|bytes, _| {
        // In place: the name is as long.
        let mut bytes = bytes.to_vec();
        let name = attr(3, b"lo\0");
        if let Some(at) = bytes.windows(name.len()).position(|w| w == name) {
            bytes[at..at + name.len()].copy_from_slice(&attr(3, b"ol\0"));
        }
        OnReceive::Replace(bytes)
    });
    let answers = Intercept::new(renames).on_send(|bytes| match MessageRef::parse(bytes) {
        Ok(request) if request.header.message_type == 19 => {
            OnSend::Return(vec![error(request, libc::EPERM, Some("not today"))])
        }
        _ => OnSend::Forward,
    });
    let mut socket = Socket::builder().over(Protocol::Route, answers)?;
    assert_eq!(count(&mut socket, "ol\0")?, (links, 1));
    let refused = socket.execute(Get { ty: 19, ..Get::default() }).unwrap_err();
    assert_eq!(refused.to_string(), "TEST_GET: EPERM: not today");
    assert_eq!(count(&mut socket, "ol\0")?, (links, 1));
    Ok(())
}

fn has(datagram: &[u8], text: &str) -> bool {
    datagram.windows(text.len()).any(|w| w == text.as_bytes())
}

/// S2-2: what was recorded is played, and says the same.
#[test]
fn conversations_are_recorded() {
    if !in_namespace("conversations_are_recorded") {
        return;
    }
    let tape = Tape::default();
    let kernel = Socket::builder().connect(Protocol::Route).unwrap();
    let record = Record::new(kernel, Protocol::Route, tape.clone()).unwrap();
    let builder = || Socket::builder().group(RTNLGRP_LINK);
    let said = conversation(&mut builder().over(Protocol::Route, record).unwrap()).unwrap();
    println!("{said:#?}");
    assert!(said.iter().any(|s| s.starts_with("group 1, type 16")), "{said:?}");
    let replay = Replay::new(&tape.bytes(), Protocol::Route).unwrap();
    let replayed = conversation(&mut builder().over(Protocol::Route, replay).unwrap()).unwrap();
    assert_eq!(replayed, said);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(file(), tape.bytes()).unwrap();
    }
}

/// S1-4, S1-12, live: one default route behind two thousand others.
#[test]
fn one_route_among_many() {
    if !in_namespace("one_route_among_many") {
        return;
    }
    ip("link add name here type veth peer name there");
    ip("link set here up");
    ip("link set there up");
    ip("address add 192.0.2.1/24 dev here");
    ip("route add default via 192.0.2.2");
    let mut batch = Command::new("ip").args(["-batch", "-"]).stdin(Stdio::piped()).spawn().unwrap();
    let mut lines = batch.stdin.take().unwrap();
    for n in 0..2000 {
        writeln!(lines, "route add 10.{}.{}.0/24 dev here table 10", n / 256, n % 256).unwrap();
    }
    drop(lines);
    assert!(batch.wait().unwrap().success());
    let mut rtmsg = [0; 12];
    rtmsg[0] = libc::AF_INET as u8;
    let mut route = Socket::open(Protocol::Route).unwrap();
    let mut seen = 0;
    let defaults = route.raw_request(26, NLM_F_DUMP, &rtmsg).unwrap().parse(|message| {
        seen += 1;
        let to = Attrs::new(&message.payload()[12..]).get::<wt::Bytes>(1, &RTMSG)?;
        Ok(to.is_none().then_some(message.payload()[1]))
    });
    assert_eq!(defaults.unwrap(), [0], "a prefix of no bits");
    assert!(seen > 2000, "{seen}");
}
