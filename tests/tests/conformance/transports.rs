//! What stands between a socket and the kernel, and what the controller of generic netlink says:
//! interceptors, replays, decoders by key, other namespaces, policies.

use crate::script::*;
use crate::sockets::{ENOENT, dump, refused};
use netlink_runtime::Protocol;
use netlink_runtime::decoders::{Decoded, Decoders, KeyRule};
use netlink_runtime::genl::{IntWidth, Policies, PolicyType};
use netlink_runtime::message::{MessageRef, NLM_F_ACK, NLM_F_DUMP};
use netlink_runtime::socket::{
    Intercept, Memory, Netns, OnReceive, OnSend, Record, Replay, Socket, Tape, Transport, Wait,
};
use netlink_tests::in_namespace;
use std::process::{Command, Stdio};
use std::time::Duration;

const EIO: i32 = 5;
const ENODATA: i32 = 61;

fn between(wrap: impl FnOnce(Intercept<Memory>) -> Intercept<Memory>) -> (Socket, Memory) {
    let (ours, kernel) = Memory::pair(PORT);
    let builder = Socket::builder().timeout(Duration::from_millis(500));
    let socket = builder.over(Protocol::Route, wrap(Intercept::new(ours)));
    (socket.expect("a socket"), kernel)
}

/// pyroute2's proxy answers by one datagram that it parses for the request's number.
#[test]
fn s3_6_an_answer_bears_the_numbers_of_its_request() {
    let (mut socket, _kernel) = between(|i| i.on_send(|_| OnSend::Error(EIO)));
    for _ in 0..3 {
        assert_eq!(refused(socket.execute(Get::default())).errno, EIO);
    }
}

/// pyroute2's proxy, asked to return something, may send the request as well.
#[test]
fn s1_2_what_is_returned_is_not_sent() {
    let (mut socket, mut kernel) = between(|i| {
        i.on_send(|bytes| {
            let request = MessageRef::parse(bytes).expect("a request");
            OnSend::Return(vec![netlink_runtime::socket::ack(request)])
        })
    });
    socket.execute(Get::default()).expect("acknowledged");
    assert!(kernel.receive(&mut Vec::new(), Wait::No).is_err(), "nothing was sent");
}

/// pyroute2 documents functions for what is received, and has not called them since 0.4.
#[test]
fn s3_6_what_is_received_is_seen_too() {
    let (mut socket, mut kernel) = between(|i| {
        i.on_receive(|bytes, _| match MessageRef::parse(bytes) {
            Ok(message) if !message.is_control() => OnReceive::Replace(reply(1, "ours")),
            _ => OnReceive::Forward,
        })
    });
    kernel.send(&reply(1, "theirs")).expect("sent");
    kernel.send(&done(1, 0)).expect("sent");
    assert_eq!(dump(&mut socket).0, ["ours"]);
}

/// What is dropped keeps nobody waiting.
#[test]
fn s3_6_a_dropped_datagram_leaves_the_end() {
    let (mut socket, mut kernel) = between(|i| i.on_receive(|_, _| OnReceive::Drop));
    kernel.send(&[reply(1, "dropped"), done(1, 0)].concat()).expect("sent");
    let (got, end) = dump(&mut socket);
    assert_eq!(got, [""; 0]);
    end.expect("the end");
}

/// A refused reply goes on in later datagrams, which belong to nobody then.
#[test]
fn s3_6_an_error_on_receiving_takes_the_rest_with_it() {
    let (mut socket, mut kernel) = between(|i| {
        let mut first = true;
        i.on_receive(
            move |_, _| {
                if std::mem::take(&mut first) { OnReceive::Error(EIO) } else { OnReceive::Forward }
            },
        )
    });
    kernel.send(&reply(1, "refused")).expect("sent");
    kernel.send(&[reply(1, "the rest"), done(1, 0)].concat()).expect("sent");
    let (got, end) = dump(&mut socket);
    assert_eq!((got, refused(end).errno), (vec![], EIO));
    assert!(socket.try_receive().expect("nothing broken").is_none());
}

/// python-netlink and pyroute2 play no recordings; pyroute2's mock answers whatever is asked.
#[test]
fn s2_2_a_replay_has_the_numbers_of_now() {
    let tape = Tape::default();
    let (ours, mut kernel) = Memory::pair(PORT);
    let mut record = Record::new(ours, Protocol::Route, tape.clone()).expect("a recording");
    record.send(&message(0, NLM_F_DUMP | 1, 900, PORT, b"")).expect("sent");
    kernel.send(&[reply(900, "a"), done(900, 0)].concat()).expect("sent");
    record.receive(&mut Vec::new(), Wait::No).expect("received");
    let replay = Replay::new(&tape.bytes(), Protocol::Route).expect("a capture");
    let mut socket = Socket::builder().over(Protocol::Route, replay).expect("a socket");
    assert_eq!(dump(&mut socket).0, ["a"]);
}

/// What was not recorded is an error, not a silence.
#[test]
fn s2_2_a_replay_knows_what_it_does_not_know() {
    let tape = Tape::default();
    let (ours, _kernel) = Memory::pair(PORT);
    let mut record = Record::new(ours, Protocol::Route, tape.clone()).expect("a recording");
    record.send(&message(0, NLM_F_ACK | 1, 900, PORT, b"this")).expect("sent");
    let replay = Replay::new(&tape.bytes(), Protocol::Route).expect("a capture");
    let mut socket = Socket::builder().over(Protocol::Route, replay).expect("a socket");
    let error = socket.execute(Get { payload: b"that".to_vec(), ..Get::default() }).unwrap_err();
    assert!(error.to_string().contains("differs at byte 18"), "{error}");
}

/// pyroute2's marshal of sock_diag looks at the family alone, so that errors pass for messages.
#[test]
fn s1_6_errors_are_no_values() {
    let mut decoders = Decoders::new(KeyRule::SockDiag).otherwise(|_| Ok(Some(())));
    let refusal = error(1, -ENOENT, &[]);
    let decoded = decoders.decode(MessageRef::parse(&refusal).expect("a message"));
    assert_eq!(decoded, Ok(Decoded::Unknown(None)));
}

/// pyroute2 ends a response where a parser wants nothing of a datagram.
#[test]
fn s1_9_a_parser_that_skips_ends_nothing() {
    let script = vec![vec![kernel(&[reply(1, "skip")]), kernel(&[reply(1, "a"), done(1, 0)])]];
    let (mut socket, _) = scripted(script);
    let mut replies = socket.raw_request(18, NLM_F_DUMP, b"").expect("sent");
    let kept = replies.parse(|m| Ok((m.payload() != b"skip").then(|| m.payload().to_vec())));
    assert_eq!(kept.expect("the end"), [b"a"]);
}

/// `CTRL_ATTR_POLICY` of attribute 1 in set 0, with this more than its type.
fn policy(kind: u32, more: &[u8]) -> Vec<u8> {
    let policy = [&attr(1, &kind.to_ne_bytes()), more].concat();
    attr(8, &attr(0, &attr(1, &policy)))
}

fn operation(command: u16, parts: &[(u16, u32)]) -> Vec<u8> {
    let parts: Vec<_> = parts.iter().map(|(id, ix)| attr(*id, &ix.to_ne_bytes())).collect();
    attr(9, &attr(command, &parts.concat()))
}

/// python-netlink stops at an integer with a mask.
#[test]
fn s4_9_a_mask_instead_of_a_range() {
    let policies = Policies::parse(&policy(4, &attr(12, &5u64.to_ne_bytes()))).expect("policies");
    assert_eq!(policies.sets[&0][&1], PolicyType::Mask { width: IntWidth::W32, mask: 5 });
}

/// python-netlink knows no limits of integers whose width is open.
#[test]
fn s4_9_limits_of_integers_of_any_width() {
    let limits = [attr(4, &1u64.to_ne_bytes()), attr(5, &9u64.to_ne_bytes())].concat();
    let policies = Policies::parse(&policy(17, &limits)).expect("policies");
    let want = PolicyType::Unsigned { width: IntWidth::Variable, min: 1, max: 9 };
    assert_eq!(policies.sets[&0][&1], want);
}

/// python-netlink reads the index for dumps from that for single requests.
#[test]
fn s4_11_dumps_have_an_index_of_their_own() {
    let policies = Policies::parse(&operation(3, &[(1, 4), (2, 7)])).expect("policies");
    let used = policies.operations[&3];
    assert_eq!((used.of_do, used.of_dump), (Some(4), Some(7)));
}

/// A socket that knows the family 30, "sensors", and is told this about its policies.
fn sensors(answer: Vec<Step>) -> Socket {
    let family = [attr(2, b"sensors\0"), attr(1, &30u16.to_ne_bytes())].concat();
    let family = message(16, 0, 1, PORT, &[&[1, 2, 0, 0][..], &family].concat());
    let script = vec![vec![kernel(&[family]), kernel(&[ack(1)])], answer];
    scripted_with(Socket::builder(), Protocol::Generic, script).0
}

/// python-netlink raises ENODATA for a family without policies.
#[test]
fn s4_9_no_policy_is_no_error() {
    let mut socket = sensors(vec![kernel(&[error(2, -ENODATA, &[])])]);
    assert_eq!(socket.policy("sensors", Some(7)).expect("an answer"), None);
}

/// Linux 6.18 names an operation that answers dumps alone 0.
#[test]
fn s4_9_operations_that_only_dump_keep_their_number() {
    let part = [&[10, 2, 0, 0][..], &operation(0, &[(2, 0)])].concat();
    let mut socket = sensors(vec![kernel(&[message(16, MULTI, 2, PORT, &part), done(2, 0)])]);
    let policies = socket.policy("sensors", Some(7)).expect("an answer").expect("policies");
    assert!(policies.of_dump(7).is_some(), "{policies:?}");
}

/// Libraries that enter a namespace with the calling thread leave it there when something fails.
#[test]
fn s2_2_another_namespace_moves_nobody() {
    if !in_namespace("transports::s2_2_another_namespace_moves_nobody") {
        return;
    }
    let mut there = Command::new("unshare");
    there.args(["-n", "sh", "-c", "echo; cat"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut there = there.spawn().expect("a process");
    let said = there.stdout.as_mut().expect("a pipe");
    std::io::Read::read_exact(said, &mut [0]).expect("it is there");
    let (before, target) = (Netns::current(), Netns::of_process(there.id()));
    let (before, target) = (before.expect("a namespace"), target.expect("a namespace"));
    assert!(!before.is_same_as(&target).expect("comparable"));
    for protocol in [Protocol::Route, Protocol(31)] {
        let opened = Socket::builder().open_in(&target, protocol);
        assert_eq!(opened.is_ok(), protocol == Protocol::Route, "{opened:?}");
        assert!(before.is_same_as(Netns::current().expect("a namespace")).expect("comparable"));
    }
    drop(there.stdin.take());
    there.wait().expect("its end");
}
