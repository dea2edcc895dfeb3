//! Batches and transactions, on handwritten bytes.

mod socket_support;

use netlink_runtime::Protocol;
use netlink_runtime::message::{Messages, NLM_F_ACK, NLM_F_REQUEST};
use netlink_runtime::socket::{Acknowledge, Error, Event, Socket};
use socket_support::*;

fn texts<const N: usize>(texts: [&str; N]) -> [Get; N] {
    texts.map(|text| Get { ty: 24, payload: text.into(), ..Get::default() })
}

/// Type, flags, sequence number and payload of each message of a datagram.
fn members(datagram: &[u8]) -> Vec<(u16, u16, u32, Vec<u8>)> {
    let messages = Messages::new(datagram).map(|m| m.expect("a message"));
    messages
        .map(|m| (m.header.message_type, m.header.flags, m.header.sequence, m.payload().to_vec()))
        .collect()
}

#[test]
fn one_datagram_and_one_acknowledgement() {
    let (mut socket, log) = scripted(vec![vec![kernel(&[ack(3)])]]);
    let mut batch = socket.batch();
    for request in texts(["one", "three", "five"]) {
        batch.add(request).expect("added");
    }
    let report = batch.finish().expect("sent");
    assert_eq!((report.sent, report.refused.len(), report.lost.len()), (3, 0, 0));
    let log = log.lock().unwrap();
    assert_eq!(log.sent.len(), 1);
    let request = NLM_F_REQUEST;
    let want = [
        (24, request, 1, b"one".to_vec()),
        (24, request, 2, b"three".to_vec()),
        (24, request | NLM_F_ACK, 3, b"five".to_vec()),
    ];
    assert_eq!(members(&log.sent[0]), want);
}

#[test]
fn refusals_are_those_of_their_requests() {
    let answers = vec![kernel(&[error(2, -17, &[]), ack(1)]), kernel(&[error(3, -22, &[])])];
    let (mut socket, log) = scripted(vec![answers]);
    let mut batch = socket.batch().acknowledge(Acknowledge::Each);
    for request in texts(["a", "b", "c"]) {
        batch.add(request).expect("added");
    }
    let report = batch.finish().expect("sent");
    let refused: Vec<_> = report.refused.iter().map(|r| (r.index, r.error.errno)).collect();
    assert_eq!(refused, [(1, 17), (2, 22)]);
    assert!(report.ok().unwrap_err().to_string().starts_with("TEST_GET: EEXIST"));
    assert!(members(&log.lock().unwrap().sent[0]).iter().all(|m| m.1 == NLM_F_REQUEST | NLM_F_ACK));
}

/// What nobody is told of is refused or lost: neither hangs.
#[test]
fn answers_that_are_lost() {
    let answers = vec![Step::Errno(libc::ENOBUFS), kernel(&[ack(1)])];
    let (mut socket, _) = scripted(vec![answers]);
    let mut batch = socket.batch().acknowledge(Acknowledge::Each);
    for request in texts(["a", "b", "c"]) {
        batch.add(request).expect("added");
    }
    let report = batch.finish().expect("sent");
    assert_eq!((report.lost.clone(), report.refused.len()), (vec![1, 2], 0));
    assert!(matches!(report.ok(), Err(Error::Overrun)));
    // Notifications may be missing, too.
    assert!(matches!(socket.try_receive(), Ok(Some(Event::Overrun(_)))));
}

/// More than fits a datagram: answers are read before the next is sent.
#[test]
fn many_requests() {
    let most = 212_992 / 2 / 1280;
    let script = (1..=3).map(|n| vec![kernel(&[ack(n * most)])]).collect();
    let (mut socket, log) = scripted(script);
    let mut batch = socket.batch();
    for n in 0..3 * most {
        assert_eq!(batch.add(Get { ty: 24, ..Get::default() }).expect("added"), n as usize);
    }
    assert_eq!(batch.finish().expect("sent").sent, 3 * most as usize);
    let log = log.lock().unwrap();
    assert_eq!(log.received_before, [0, 1, 2]);
    assert!(log.sent.iter().all(|datagram| members(datagram).len() == most as usize));
    drop(log);
    // The last one is not full, and has its end.
    let (mut socket, _) = scripted(vec![vec![kernel(&[ack(most)])], vec![kernel(&[ack(most + 1)])]]);
    let mut batch = socket.batch();
    for _ in 0..=most {
        batch.add(Get { ty: 24, ..Get::default() }).expect("added");
    }
    batch.finish().expect("sent").ok().expect("all of them");
}

#[test]
fn nothing_is_sent_for_nothing() {
    let (mut socket, log) = scripted(vec![]);
    assert_eq!(socket.batch().finish().expect("nothing").sent, 0);
    drop(socket.batch());
    let mut batch = socket.batch();
    batch.add(Get::default()).expect("added");
    drop(batch);
    assert!(log.lock().unwrap().sent.is_empty());
    // A request that cannot be sent leaves the others alone.
    let (mut netfilter, log) = scripted_with(Socket::builder(), Protocol::Netfilter, vec![]);
    assert_eq!(netfilter.transaction(10, None).expect("begun").finish().expect("nothing").sent, 0);
    let error = netfilter.transaction(10, None).expect("begun").add(Get::default()).unwrap_err();
    assert!(matches!(error, Error::WrongProtocol { .. }), "{error}");
    assert!(log.lock().unwrap().sent.is_empty());
    assert!(matches!(socket.transaction(10, None), Err(Error::WrongProtocol { .. })));
}

/// A request of a netfilter subsystem.
struct Rule(&'static [u8]);

impl netlink_runtime::Request for Rule {
    type Reply = Plain;
    const PROTOCOL: Protocol = Protocol::Netfilter;

    fn message_type(&self) -> netlink_runtime::MessageType {
        netlink_runtime::MessageType::Raw(10 << 8)
    }

    fn flags(&self) -> u16 {
        0
    }

    fn encode(&self, out: &mut Vec<u8>) -> Result<(), netlink_runtime::EncodeError> {
        out.extend([2, 0, 0, 0]); // struct nfgenmsg
        out.extend(self.0);
        Ok(())
    }

    fn set(&self) -> Option<&'static netlink_runtime::meta::SetMeta> {
        None
    }
}

#[test]
fn transactions() {
    let (mut socket, log) =
        scripted_with(Socket::builder(), Protocol::Netfilter, vec![vec![kernel(&[ack(3)])]]);
    let mut transaction = socket.transaction(10, Some(7)).expect("begun");
    transaction.add(Rule(b"first")).expect("added");
    transaction.add(Rule(b"more")).expect("added");
    transaction.finish().expect("sent").ok().expect("carried out");
    let log = log.lock().unwrap();
    let request = NLM_F_REQUEST;
    let generation = [0, 0, 0, 10, 8, 0, 1, 0, 0, 0, 0, 7];
    let generation = if cfg!(target_endian = "little") {
        generation.to_vec()
    } else {
        [0, 0, 0, 10, 0, 8, 0, 1, 0, 0, 0, 7].to_vec()
    };
    let want = [
        (16, request, 1, generation),
        (10 << 8, request, 2, b"\x02\0\0\0first".to_vec()),
        (10 << 8, request | NLM_F_ACK, 3, b"\x02\0\0\0more".to_vec()),
        (17, request, 4, vec![0, 0, 0, 10]),
    ];
    assert_eq!(log.sent.len(), 1);
    assert_eq!(members(&log.sent[0]), want);
}

/// Refused as a whole, by an error for the message that begins it: nothing else may come.
#[test]
fn transactions_that_are_refused() {
    for (answers, refused) in [
        (vec![kernel(&[error(1, -1, &[])])], vec![]),
        (vec![kernel(&[error(1, -85, &[])]), kernel(&[error(2, -17, &[]), ack(3)])], vec![0]),
        (vec![kernel(&[error(2, -17, &[]), ack(3)])], vec![0]),
    ] {
        let whole = answers.len() > 1 || refused.is_empty();
        let (mut socket, _) = scripted_with(Socket::builder(), Protocol::Netfilter, vec![answers]);
        let mut transaction = socket.transaction(10, None).expect("begun");
        transaction.add(Rule(b"a")).expect("added");
        transaction.add(Rule(b"b")).expect("added");
        let report = transaction.finish().expect("sent");
        assert_eq!(report.transaction.is_some(), whole, "{report:?}");
        assert_eq!(report.refused.iter().map(|r| r.index).collect::<Vec<_>>(), refused);
        assert!(report.lost.is_empty());
        assert!(report.ok().is_err());
    }
}

/// What is lost is said, although what was refused is tried again.
#[test]
fn restoring_says_what_is_lost() {
    let mut file = netlink_runtime::socket::Saved::Routes.magic().to_ne_bytes().to_vec();
    (0..3).for_each(|n| file.extend(message(24, 2, n, 0, &[2, 0, 0, 0])));
    let first = vec![kernel(&[error(1, -101, &[])]), Step::Errno(libc::ENOBUFS)];
    let (mut socket, log) = scripted(vec![first, vec![kernel(&[ack(4)])]]);
    let report = socket.restore(&file).expect("sent");
    assert_eq!((report.sent, report.lost, report.refused.len()), (3, vec![1, 2], 0));
    assert_eq!(log.lock().unwrap().sent.len(), 2);
}
