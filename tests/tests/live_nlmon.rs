//! A capture of what is really said: tcpdump listens at an nlmon device while `ip` and we speak to the
//! kernel, and every message in its file is read and decoded.

use netlink_codegen::decode::input::{Datagram, Input, Piece};
use netlink_codegen::decode::{Decoder, Origin, Table};
use netlink_families::rt_link::GetLink;
use netlink_runtime::message::{Header, Messages};
use netlink_runtime::socket::Socket;
use netlink_runtime::socket::capture::{Direction, Packets};
use netlink_runtime::{Protocol, genl::GetFamilies};
use netlink_tests::nlmon::Capture;
use netlink_tests::{in_namespace_of_root, ip, skip};
use std::collections::BTreeMap;

/// Counts the messages of a capture, knowing nothing but lengths: packet headers of 16 bytes, link headers
/// of 16, messages that begin with theirs.
fn count(file: &[u8]) -> BTreeMap<u16, usize> {
    let word = |at: usize| u32::from_ne_bytes(file[at..at + 4].try_into().expect("four bytes")) as usize;
    let (mut at, mut counts) = (24, BTreeMap::new());
    while at < file.len() {
        let end = at + 16 + word(at + 8);
        let protocol = u16::from_be_bytes([file[at + 30], file[at + 31]]);
        at += 32;
        while at + 16 <= end {
            *counts.entry(protocol).or_insert(0) += 1;
            at += word(at).next_multiple_of(4);
        }
        at = end;
    }
    counts
}

/// How many messages of each protocol `netlink decode` prints; all of them are whole, and of a known type.
fn decoded(file: &[u8]) -> BTreeMap<u16, usize> {
    let mut decoder = Decoder::new(Table::shipped());
    let mut input = Input::new(file, None).expect("a file");
    let (mut datagram, mut counts) = (Datagram::default(), BTreeMap::new());
    while let Some(read) = input.next(&mut datagram, &|_| true) {
        read.expect("a datagram");
        let protocol = datagram.protocol.expect("captures say the protocol");
        let pieces: Vec<_> = decoder.datagram(protocol, &datagram.bytes).collect();
        for piece in pieces {
            let Piece::Message(message) = piece else { panic!("{piece:?}") };
            let mut line = String::new();
            let origin = Origin { protocol, direction: datagram.direction, ..Origin::default() };
            decoder.message(origin, message).json(&mut line, Default::default());
            assert!(line.starts_with("{\"type\":\"") && !line.contains("malformed"), "{line}");
            *counts.entry(protocol).or_insert(0) += 1;
        }
    }
    counts
}

/// S2-2: a capture of two protocols, of requests and dumps.
#[test]
fn everything_captured_is_read() {
    const NAME: &str = "everything_captured_is_read";
    if !in_namespace_of_root(NAME) {
        return;
    }
    for n in 0..40 {
        ip(&format!("link add v{n} type veth peer name w{n}"));
    }
    let file = std::env::temp_dir().join(format!("nlmon-{}.pcap", std::process::id()));
    let capture = match Capture::begin(&file) {
        Ok(capture) => capture,
        Err(reason) => return skip(NAME, &reason),
    };
    ip("-d link show");
    let (mut route, mut generic) = (
        Socket::open(Protocol::Route).expect("a socket"),
        Socket::open(Protocol::Generic).expect("a socket"),
    );
    let links = route.dump_all(GetLink::dump(), |_| Ok(())).expect("a dump").len();
    let families = generic.dump_all(GetFamilies, |_| Ok(())).expect("a dump").len();
    ip("link set v0 mtu 1400");
    let bytes = capture.end();

    let (mut counts, mut longest, mut requests) = (BTreeMap::new(), 0, 0);
    for packet in Packets::new(&bytes).expect("a capture") {
        let packet = packet.expect("a packet");
        let messages: Vec<_> = Messages::new(packet.datagram).map(|m| m.expect("a message")).collect();
        let messages = messages.len();
        *counts.entry(packet.protocol.0).or_insert(0) += messages;
        longest = longest.max(messages);
        requests += usize::from(packet.direction == Direction::ToKernel);
        assert!(packet.datagram.len() >= Header::LEN);
    }
    eprintln!("{counts:?}, {requests} requests, up to {longest} messages in a packet");
    assert_eq!(counts, count(&bytes));
    assert_eq!(counts, decoded(&bytes));
    // All of both dumps are there, and several messages in one packet.
    assert!(counts[&0] > 2 * links && counts[&16] > families && longest > 5 && requests > 4);
}
