//! Recorded conversations, and what of a capture can be wrong.
//!
//! `data/lo.pcap` is the [`conversation`] as the test `conversations_are_recorded` of
//! `socket_live_transports` wrote it down, in a network namespace that was just made.
//! `UPDATE_EXPECT=1 cargo test -p netlink-runtime --test socket_live_transports recorded` does it
//! anew. It has the loopback interface and, by the kernel's configuration, ends of tunnels, and is of a
//! little-endian machine.

mod socket_support;

use netlink_runtime::Protocol;
use netlink_runtime::message::{Header, Messages, NLM_F_ACK, NLM_F_DUMP};
use netlink_runtime::socket::capture::{CaptureError, Direction, Packets, Reason, Writer};
use netlink_runtime::socket::{
    Error, Event, Memory, Overrun, Record, Replay, Result, Socket, Tape, Transport, Wait,
};
use socket_support::links::{RTNLGRP_LINK, conversation, file};
use socket_support::*;
use std::io::ErrorKind;
use std::time::Duration;

/// S2-2: a capture from a file, without any kernel.
#[test]
fn a_committed_capture() {
    let replay = Replay::open(file(), Protocol::Route);
    if cfg!(target_endian = "big") {
        let refused = replay.unwrap_err();
        assert!(refused.to_string().contains("other byte order"), "{refused}");
        return;
    }
    let mut socket = Socket::builder().group(RTNLGRP_LINK).over(Protocol::Route, replay.unwrap()).unwrap();
    let said = conversation(&mut socket).unwrap();
    println!("{said:#?}");
    assert!(said[0].starts_with("type 16, "), "{said:?}");
    assert!(said.contains(&"type 3, 20 bytes".to_owned()), "{said:?}");
    assert!(said.contains(&"type 2, code [0, 0, 0, 0]".to_owned()), "{said:?}");
    assert!(said.contains(&"TEST_GET: ENODEV".to_owned()), "{said:?}");
    assert!(said.last().unwrap().starts_with("group 1, type 16, flags [73, 0, 1, 0]"), "{said:?}");
    // No more was recorded.
    let end = conversation(&mut socket).unwrap_err();
    assert!(end.to_string().ends_with("no recorded request is left"), "{end}");
    assert!(matches!(socket.receive(), Err(Error::Io(e)) if e.kind() == ErrorKind::UnexpectedEof));
}

/// The same capture as programs on other machines may have written it: headers of the other byte
/// order, nanoseconds, one packet type for all, no groups.
#[test]
fn captures_of_other_programs() {
    if cfg!(target_endian = "big") {
        return;
    }
    let bytes = std::fs::read(file()).unwrap();
    let ours: Vec<_> = Packets::new(&bytes).unwrap().map(|p| p.unwrap()).collect();
    let mut other = bytes.clone();
    let swap = |bytes: &mut [u8]| bytes.chunks_mut(4).for_each(|word| word.reverse());
    other[..4].copy_from_slice(&0xa1b2_3c4du32.to_le_bytes());
    swap(&mut other[..4]);
    swap(&mut other[20..24]);
    for packet in &ours {
        let at = packet.offset;
        swap(&mut other[at..at + 16]);
        other[at + 16..at + 18].copy_from_slice(&4u16.to_be_bytes());
        other[at + 20..at + 30].fill(0);
    }
    let theirs: Vec<_> = Packets::new(&other).unwrap().map(|p| p.unwrap()).collect();
    assert_eq!(ours.len(), theirs.len());
    for (our, their) in ours.iter().zip(&theirs) {
        assert_eq!(
            (our.offset, our.direction, our.datagram),
            (their.offset, their.direction, their.datagram)
        );
        assert_eq!((our.time.as_secs(), their.group), (their.time.as_secs(), None));
        assert_eq!(our.time.subsec_micros(), their.time.subsec_nanos());
    }
    let play = |bytes: &[u8], group: &[u32]| {
        let replay = Replay::new(bytes, Protocol::Route).unwrap();
        let builder = group.iter().fold(Socket::builder(), |b, g| b.group(*g));
        conversation(&mut builder.over(Protocol::Route, replay).unwrap()).unwrap()
    };
    // Without its group, a notification is heard by everybody.
    let mut ours = play(&bytes, &[1]);
    let last = ours.last_mut().unwrap();
    *last = last.replace("group 1", "group 0");
    assert_eq!(play(&other, &[]), ours);
}

/// A recording by hand.
struct Tracks(Vec<u8>);

impl Tracks {
    fn new() -> Self {
        let mut bytes = Vec::new();
        Writer::new(&mut bytes).unwrap();
        Tracks(bytes)
    }

    fn add(mut self, direction: Direction, group: u32, messages: &[Vec<u8>]) -> Self {
        let mut file = Vec::new();
        let mut writer = Writer::new(&mut file).unwrap();
        let start = 24;
        writer.write(direction, Protocol::Route, group, &messages.concat()).unwrap();
        self.0.extend(&file[start..]);
        self
    }

    /// A request of port 99.
    fn ask(self, flags: u16, seq: u32, text: &str) -> Self {
        self.add(Direction::ToKernel, 0, &[message(0, flags | 1, seq, 99, text.as_bytes())])
    }

    fn tell(self, messages: &[Vec<u8>]) -> Self {
        let messages: Vec<_> = messages.iter().map(|m| with_port(m, 99)).collect();
        self.add(Direction::ToUser, 0, &messages)
    }

    fn notify(self, group: u32, text: &str) -> Self {
        self.add(Direction::ToUser, group, &[message(REPLY, 0, 0, 0, text.as_bytes())])
    }

    fn socket(&self) -> Socket {
        let replay = Replay::new(&self.0, Protocol::Route).unwrap();
        Socket::builder().group(5).over(Protocol::Route, replay).unwrap()
    }
}

fn with_port(message: &[u8], port: u32) -> Vec<u8> {
    let mut message = message.to_vec();
    message[12..16].copy_from_slice(&port.to_ne_bytes());
    message
}

fn asks(text: &str) -> Get {
    Get { payload: text.as_bytes().to_vec(), ..Get::default() }
}

fn dumped(socket: &mut Socket, text: &str) -> Result<Vec<String>> {
    socket.dump_all(asks(text), |text| Ok(text.to_owned()))
}

fn heard(socket: &mut Socket) -> Vec<String> {
    let mut all = Vec::new();
    while let Some(event) = socket.try_receive().unwrap() {
        match event {
            Event::Notification { message, .. } => {
                all.push(String::from_utf8(message.payload().to_vec()).unwrap());
            }
            other => all.push(format!("{other:?}")),
        }
    }
    all
}

/// Requests in another order, left out, asked twice.
#[test]
fn requests_find_their_replies() {
    let tracks = Tracks::new()
        .ask(NLM_F_DUMP, 900, "a")
        .tell(&[reply(900, "1")])
        .ask(NLM_F_ACK, 901, "b")
        // For both, in one datagram.
        .tell(&[reply(901, "2"), reply(900, "3"), done(900, 0)])
        .tell(&[ack(901)])
        .ask(NLM_F_DUMP, 902, "a")
        .tell(&[reply(902, "4"), done(902, 0)]);
    let mut socket = tracks.socket();
    assert_eq!(dumped(&mut socket, "a").unwrap(), ["1", "3"]);
    assert_eq!(dumped(&mut socket, "a").unwrap(), ["4"], "the second one");
    assert_eq!(socket.get(asks("b")).unwrap().view().unwrap(), "2");
    let mut socket = tracks.socket();
    assert_eq!(socket.get(asks("b")).unwrap().view().unwrap(), "2");
    // A dump that is left half-read.
    assert_eq!(socket.dump(asks("a")).unwrap().next().unwrap(), Some("1"));
    assert_eq!(dumped(&mut socket, "a").unwrap(), ["4"]);
}

/// As `nlmon` sees several programs: they count alike, say no port, and nothing says the group.
#[test]
fn programs_that_count_alike() {
    let told =
        |port: u32, messages: &[Vec<u8>]| messages.iter().map(|m| with_port(m, port)).collect::<Vec<_>>();
    let ask = |text: &str| [message(0, NLM_F_DUMP | 1, 1, 0, text.as_bytes())];
    let mut tracks = Tracks::new()
        .add(Direction::ToKernel, 0, &ask("a"))
        .add(Direction::ToUser, 0, &told(11, &[reply(1, "a1")]))
        .add(Direction::ToKernel, 0, &ask("b"))
        // The other one's goes on, and this one's begins.
        .add(Direction::ToUser, 0, &told(11, &[reply(1, "a2")]))
        .add(Direction::ToUser, 0, &told(12, &[reply(1, "b1")]))
        .add(Direction::ToUser, 0, &told(11, &[done(1, 0)]))
        .add(Direction::ToUser, 0, &told(12, &[done(1, 0)]))
        // Who asked this was not seen.
        .add(Direction::ToUser, 0, &told(13, &[reply(1, "c1"), done(1, 0)]));
    let packets: Vec<usize> = Packets::new(&tracks.0).unwrap().map(|p| p.unwrap().offset).collect();
    for at in packets {
        tracks.0[at + 16..at + 18].copy_from_slice(&4u16.to_be_bytes());
        tracks.0[at + 20..at + 30].fill(0);
    }
    for order in [["a", "b"], ["b", "a"]] {
        let mut socket = tracks.socket();
        for name in order {
            let all: &[&str] = if name == "a" { &["a1", "a2"] } else { &["b1"] };
            assert_eq!(dumped(&mut socket, name).unwrap(), all);
        }
        assert_eq!(heard(&mut socket), ["c1"]);
    }
}

/// What was not recorded is told, and where.
#[test]
fn unrecorded_requests_are_refused() {
    let tracks = Tracks::new().ask(NLM_F_DUMP, 900, "abcd").tell(&[done(900, 0)]);
    let mut socket = tracks.socket();
    for (asked, told) in [
        ("abXd", "has type 0, 20 bytes, and differs at byte 18"),
        ("abcdefgh", "has type 0, 20 bytes, and differs at byte 20"),
        ("", "has type 0, 20 bytes, and differs at byte 16"),
    ] {
        let refused = dumped(&mut socket, asked).unwrap_err();
        assert!(matches!(&refused, Error::Io(e) if e.kind() == ErrorKind::NotFound));
        assert!(refused.to_string().ends_with(told), "{refused}");
        assert!(refused.to_string().contains("recorded at offset 24 of the capture"), "{refused}");
    }
    let refused = socket.execute(asks("abcd")).unwrap_err();
    assert!(refused.to_string().ends_with("differs at byte 6"), "{refused}: other flags");
    // Of a batch, none is played if one is unknown.
    let mut replay = Replay::new(&tracks.0, Protocol::Route).unwrap();
    let good = message(0, NLM_F_DUMP | 1, 1, 0, b"abcd");
    let refused = replay.send(&[good.clone(), good.clone()].concat()).unwrap_err();
    assert!(refused.to_string().ends_with("no recorded request is left"), "{refused}");
    assert!(!replay.pending());
    replay.send(&good).unwrap();
    assert!(replay.pending());
    assert_eq!(replay.send(&[1; 5]).unwrap_err().kind(), ErrorKind::InvalidInput);
}

/// Notifications in their places.
#[test]
fn notifications_keep_their_order() {
    let tracks = Tracks::new()
        .notify(5, "first")
        .notify(6, "of another group")
        .ask(NLM_F_DUMP, 900, "a")
        .notify(5, "before the reply")
        .tell(&[reply(900, "1")])
        // Caused by the socket itself.
        .add(Direction::ToUser, 5, &[message(REPLY, 0, 900, 99, b"own")])
        .tell(&[done(900, 0)])
        .notify(5, "after")
        .ask(NLM_F_DUMP, 901, "b")
        .notify(5, "later")
        .tell(&[done(901, 0)]);
    let mut socket = tracks.socket();
    assert_eq!(heard(&mut socket), ["first"]);
    assert_eq!(dumped(&mut socket, "a").unwrap(), ["1"]);
    assert_eq!(heard(&mut socket), ["before the reply", "own", "after"]);
    assert_eq!(dumped(&mut socket, "b").unwrap(), [""; 0]);
    assert_eq!(heard(&mut socket), ["later"]);

    // Who leaves a request out misses none.
    let mut socket = tracks.socket();
    assert_eq!(dumped(&mut socket, "b").unwrap(), [""; 0]);
    assert_eq!(heard(&mut socket), ["first", "before the reply", "own", "after", "later"]);

    // Who only listens gets all of them.
    let mut socket = tracks.socket();
    for want in ["first", "before the reply", "own", "after", "later"] {
        let Event::Notification { group: 5, message, .. } = socket.receive().unwrap() else { panic!() };
        assert_eq!(message.payload(), want.as_bytes());
    }
    let dry = socket.receive().unwrap_err().to_string();
    assert!(dry.contains("the next request is recorded at offset"), "{dry}");
    socket.set_timeout(Some(Duration::from_secs(1))).unwrap();
    assert!(matches!(socket.receive(), Err(Error::Io(e)) if e.kind() == ErrorKind::TimedOut));
}

/// S1-22: what was lost is lost again.
#[test]
fn gaps_are_recorded() {
    struct Lossy(Memory, bool);
    impl Transport for Lossy {
        fn port(&self) -> u32 {
            self.0.port()
        }
        fn send(&mut self, datagram: &[u8]) -> std::io::Result<()> {
            self.0.send(datagram)
        }
        fn receive(
            &mut self,
            buffer: &mut Vec<u8>,
            wait: Wait,
        ) -> std::io::Result<netlink_runtime::socket::Datagram> {
            if std::mem::take(&mut self.1) {
                return Err(std::io::Error::from_raw_os_error(libc::ENOBUFS));
            }
            self.0.receive(buffer, wait)
        }
    }
    let tape = Tape::default();
    let (ours, mut kernel) = Memory::pair(PORT);
    let mut transport = Record::new(Lossy(ours, true), Protocol::Route, tape.clone()).unwrap();
    kernel.send(&message(REPLY, 0, 0, 0, b"news")).unwrap();
    let mut buffer = Vec::new();
    assert!(transport.receive(&mut buffer, Wait::No).is_err());
    transport.receive(&mut buffer, Wait::No).unwrap();
    let replay = Replay::new(&tape.bytes(), Protocol::Route).unwrap();
    let mut socket = Socket::builder().over(Protocol::Route, replay).unwrap();
    assert!(matches!(socket.receive().unwrap(), Event::Overrun(Overrun::Kernel)));
    assert!(matches!(socket.receive().unwrap(), Event::Notification { .. }));
}

/// A writer that fails fails the call.
#[test]
fn recordings_have_no_unknown_holes() {
    struct Full(usize);
    impl std::io::Write for Full {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let (ours, mut kernel) = Memory::pair(PORT);
    let mut transport = Record::new(ours, Protocol::Route, Full(24 + 33)).unwrap();
    transport.send(b"1").unwrap();
    assert_eq!(transport.send(b"2").unwrap_err().kind(), ErrorKind::StorageFull);
    kernel.send(b"3").unwrap();
    assert_eq!(transport.receive(&mut Vec::new(), Wait::No).unwrap_err().kind(), ErrorKind::StorageFull);
}

fn reason(bytes: &[u8]) -> Option<CaptureError> {
    Replay::new(bytes, Protocol::Route).err()
}

/// Files that are no captures, or not whole.
#[test]
fn broken_captures_are_told() {
    let whole = Tracks::new().ask(NLM_F_DUMP, 900, "abcd").tell(&[done(900, 0)]).0;
    assert_eq!(reason(&whole), None);
    let second = 24 + 16 + 16 + 20;
    for end in 0..whole.len() {
        let (offset, why) = match end {
            0..4 => (0, Reason::NotPcap),
            4..24 => (0, Reason::Cut),
            24 => continue,
            _ if end == second => continue,
            _ => (if end < second { 24 } else { second }, Reason::Cut),
        };
        assert_eq!(reason(&whole[..end]), Some(CaptureError { offset, reason: why }), "{end}");
    }
    let with = |at: usize, bytes: &[u8]| {
        let mut file = whole.clone();
        file[at..at + bytes.len()].copy_from_slice(bytes);
        reason(&file).map(|e| (e.offset, e.reason))
    };
    assert_eq!(with(0, &0x0a0d_0d0au32.to_ne_bytes()), Some((0, Reason::PcapNg)));
    assert_eq!(with(0, b"#!/bin/sh"), Some((0, Reason::NotPcap)));
    assert_eq!(with(20, &1u32.to_ne_bytes()), Some((20, Reason::LinkType(1))));
    assert_eq!(with(24 + 12, &60u32.to_ne_bytes()), Some((24, Reason::Snapped)));
    assert_eq!(with(24 + 16 + 2, &[0, 1]), Some((24, Reason::NotNetlink)));
    assert_eq!(with(24 + 8, &u32::MAX.to_ne_bytes()), Some((24, Reason::Cut)));
    let foreign = Header::parse(&whole[24 + 32..]).unwrap().len.swap_bytes();
    assert_eq!(with(24 + 32, &foreign.to_ne_bytes()), Some((24, Reason::ByteOrder)));
    let error = std::io::Error::from(reason(b"#!/bin/sh").unwrap());
    assert_eq!(
        (error.kind(), error.to_string().as_str()),
        (ErrorKind::InvalidData, "capture, offset 0: not a pcap file",)
    );
    // Of another protocol: nothing to play.
    assert!(Replay::new(&whole, Protocol::Generic).is_ok());
}

/// Every byte damaged: an error or a conversation that ends, and nothing else.
#[test]
fn damage_is_survived() {
    let whole = Tracks::new()
        .notify(5, "first")
        .ask(NLM_F_DUMP, 900, "abcd")
        .tell(&[reply(900, "1"), done(900, 0)])
        .notify(5, "second")
        .0;
    for at in 0..whole.len() {
        for value in [0, 1, 3, 16, 0x7f, 0xff] {
            let mut damaged = whole.clone();
            damaged[at] = value;
            let Ok(mut replay) = Replay::new(&damaged, Protocol::Route) else { continue };
            replay.join(5).unwrap();
            let _ = replay.send(&message(0, NLM_F_DUMP | 1, 1, 0, b"abcd"));
            let mut buffer = Vec::new();
            let mut count = 0;
            while let Ok(datagram) = replay.receive(&mut buffer, Wait::Yes) {
                let _ = Messages::new(&buffer[..datagram.len]).count();
                count += 1;
                assert!(count < 20, "it has an end");
            }
        }
    }
}
