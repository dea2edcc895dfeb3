//! Other processes, on the same protocols.

use netlink_families::rt_link::{GetLink, Ifinfomsg};
use netlink_runtime::Protocol;
use netlink_runtime::message::{Header, NLMSG_DONE};
use netlink_runtime::socket::{Event, Socket};
use nix::sys::socket::{
    AddressFamily, MsgFlags, NetlinkAddr, SockFlag, SockProtocol, SockType, sendto, setsockopt, socket,
    sockopt,
};
use std::os::fd::{AsRawFd, OwnedFd};

const USERSOCK: Protocol = Protocol(2);

/// A process that sends what it likes to whom it likes.
fn stranger(protocol: SockProtocol) -> OwnedFd {
    socket(AddressFamily::Netlink, SockType::Raw, SockFlag::SOCK_CLOEXEC, protocol).expect("a socket")
}

fn send(fd: &OwnedFd, port: u32, bytes: &[u8]) {
    let sent = sendto(fd.as_raw_fd(), bytes, &NetlinkAddr::new(port, 0), MsgFlags::empty());
    assert_eq!(sent, Ok(bytes.len()));
}

fn message(message_type: u16, sequence: u32, port: u32, payload: &[u8]) -> Vec<u8> {
    let len = (Header::LEN + payload.len()) as u32;
    let header = Header { len, message_type, flags: 2, sequence, port };
    [&header.to_bytes()[..], payload].concat()
}

/// S3-2: A datagram of a mebibyte, from another process.
#[test]
fn datagrams_of_any_size() {
    let peer = stranger(SockProtocol::NetlinkUserSock);
    // Not in a namespace: there, nobody may send so much at once.
    if let Err(error) = setsockopt(&peer, sockopt::SndBufForce, &(4 << 20)) {
        return netlink_tests::skip("peers::datagrams_of_any_size", &format!("sending a mebibyte: {error}"));
    }
    let mut ours = Socket::builder().peers(true).open(USERSOCK).expect("a socket");
    for len in [16, 1 << 20, 100] {
        let payload: Vec<u8> = (0..len).map(|n| n as u8).collect();
        send(&peer, ours.port(), &message(99, 0, 0, &payload));
        let event = ours.receive().expect("an event");
        let Event::Notification { group: 0, message, .. } = event else { panic!("{event:?}") };
        assert!(message.header.message_type == 99 && message.payload() == payload, "{len}");
    }
    assert_eq!(ours.dropped().foreign, 0);
    // Unless they are let in, others are not heard.
    let mut ours = Socket::open(USERSOCK).expect("a socket");
    send(&peer, ours.port(), &message(99, 0, 0, &[]));
    assert!(ours.try_receive().expect("nothing").is_none());
    assert_eq!(ours.dropped().foreign, 1);
}

/// Messages that another process sends to our port, with the right sequence numbers: it knows all that
/// the kernel knows, but it is not the kernel.
#[test]
fn forged_replies() {
    if !netlink_tests::in_namespace("peers::forged_replies") {
        return;
    }
    let forger = stranger(SockProtocol::NetlinkRoute);
    let lo = || GetLink::request().with(|l| l.header(Ifinfomsg { ifi_index: 1, ..Ifinfomsg::default() }));
    for peers in [false, true] {
        let mut route = Socket::builder().peers(peers).open(Protocol::Route).expect("a socket");
        let port = route.port();
        for sequence in 1..20 {
            // Before the request, and in the midst of a dump.
            send(&forger, port, &message(2, sequence, port, &(-1i32).to_ne_bytes()));
            send(&forger, port, &message(NLMSG_DONE, sequence, port, &[0; 4]));
            send(&forger, port, &message(16, sequence, port, &[0; 16]));
            if sequence % 2 == 0 {
                let answer = route.get(lo()).expect("lo");
                assert_eq!(answer.view().expect("a link").header().ifi_index, 1);
            } else {
                let mut dump = route.dump(GetLink::dump()).expect("a dump");
                send(&forger, port, &message(NLMSG_DONE, sequence, port, &[0; 4]));
                let mut count = 0;
                while let Some(link) = dump.next().expect("a link") {
                    assert_ne!(link.header().ifi_index, 0);
                    count += 1;
                }
                assert!(count > 0);
            }
        }
        let mut told = 0;
        while let Some(event) = route.try_receive().expect("an event") {
            assert!(matches!(event, Event::Notification { group: 0, .. }), "{event:?}");
            told += 1;
        }
        // 10 dumps and 9 requests: all that was forged, and nothing else.
        let forged = 19 * 3 + 10;
        assert_eq!((route.dropped().foreign, told), if peers { (0, forged) } else { (forged, 0) });
    }
}
