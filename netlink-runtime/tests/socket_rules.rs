//! Every rule of the protocol, on handwritten bytes: no kernel takes part.

mod socket_support;

use netlink_runtime::Protocol;
use netlink_runtime::extack::KernelError;
use netlink_runtime::message::{MessageError, Messages};
use netlink_runtime::socket::{Error, Event, Interrupted, Overrun, Socket, Source};
use socket_support::*;
use std::ops::ControlFlow;

/// Everything that a dump yields, and how it ends.
fn all(socket: &mut Socket) -> (Vec<String>, Result<(), Error>) {
    let mut got = Vec::new();
    let mut dump = match socket.dump(Get::default()) {
        Ok(dump) => dump,
        Err(e) => return (got, Err(e)),
    };
    loop {
        match dump.next() {
            Ok(Some(text)) => got.push(text.to_owned()),
            Ok(None) => return (got, Ok(())),
            Err(e) => {
                // Errors that end the reply end it for good.
                assert!(matches!(dump.next(), Ok(None)), "after {e}");
                return (got, Err(e));
            }
        }
    }
}

fn refused(result: Result<(), Error>) -> Box<KernelError> {
    match result {
        Err(Error::Kernel(e)) => e,
        other => panic!("{other:?}"),
    }
}

/// S1-8.
#[test]
fn lengths_that_are_not_aligned() {
    let mut datagram = message(20, 0, 1, 2, b"a"); // 17 bytes and 3 of padding
    datagram.extend(message(21, 0, 1, 2, b"bcd")); // 19 and 1
    datagram.pop(); // the last one need not be padded
    let got: Vec<_> = Messages::new(&datagram).map(|m| m.unwrap().payload().to_vec()).collect();
    assert_eq!(got, [b"a".to_vec(), b"bcd".to_vec()]);
}

/// S1-8.
#[test]
fn lengths_that_are_impossible() {
    for (len, claimed) in [(15u32, Some(15)), (0, Some(0)), (21, Some(21)), (u32::MAX, Some(u32::MAX))] {
        let mut datagram = message(20, 0, 1, 2, b"good");
        let mut bad = message(20, 0, 1, 2, b"evil");
        bad[..4].copy_from_slice(&len.to_ne_bytes());
        datagram.extend(bad);
        let mut messages = Messages::new(&datagram);
        assert_eq!(messages.next().unwrap().unwrap().payload(), b"good");
        let error = MessageError { offset: 20, length: claimed, available: 20 };
        assert_eq!(messages.next(), Some(Err(error)));
        assert_eq!(messages.next(), None);
    }
    let mut stray = message(20, 0, 1, 2, b"");
    stray.extend([0; 8]);
    let mut messages = Messages::new(&stray);
    assert!(messages.next().unwrap().is_ok());
    assert_eq!(messages.next(), Some(Err(MessageError { offset: 16, length: None, available: 8 })));
}

#[test]
fn a_dump_ends_at_done_alone() {
    let (mut socket, log) = scripted(vec![vec![
        kernel(&[reply(1, "a"), reply(1, "b")]),
        kernel(&[]),
        kernel(&[message(1, 0, 1, PORT, b"")]), // NLMSG_NOOP
        multicast(1, &[message(REPLY, 0, 0, 0, b"news")]),
        kernel(&[message(REPLY, 0, 1, PORT, b"not MULTI")]),
        kernel(&[reply(1, "c"), done(1, 0), reply(1, "after the end")]),
    ]]);
    let (got, end) = all(&mut socket);
    assert_eq!(got, ["a", "b", "not MULTI", "c"]);
    end.unwrap();
    let log = log.lock().unwrap();
    let (ty, flags, seq, port, payload) = log.sent(0);
    assert_eq!((ty, flags, seq, port, payload), (0, 0x301, 1, PORT, &b""[..]));
}

/// S4-4.
#[test]
fn the_code_in_done_counts() {
    let tlvs = attr(1, b"Table not found\0");
    let payload = [(-22i32).to_ne_bytes().as_slice(), &tlvs].concat();
    let end = message(DONE, MULTI | ACK_TLVS, 1, PORT, &payload);
    let (mut socket, _) = scripted(vec![vec![kernel(&[reply(1, "a"), end])]]);
    let (got, end) = all(&mut socket);
    assert_eq!(got, ["a"]);
    assert_eq!(refused(end).to_string(), "TEST_GET: EINVAL: Table not found");

    // Positive is a length, an empty one is fine.
    for code in [&7i32.to_ne_bytes()[..], b""] {
        let (mut socket, _) = scripted(vec![vec![kernel(&[message(DONE, MULTI, 1, PORT, code)])]]);
        all(&mut socket).1.unwrap();
    }
}

#[test]
fn an_interrupted_dump_is_told_after_what_came() {
    let script = || {
        let torn = message(REPLY, MULTI | DUMP_INTR, 1, PORT, b"b");
        vec![vec![kernel(&[reply(1, "a"), torn]), kernel(&[reply(1, "c"), done(1, 0)])]]
    };
    let (mut socket, _) = scripted(script());
    let (got, end) = all(&mut socket);
    assert_eq!(got, ["a", "b", "c"]);
    assert!(matches!(end, Err(Error::DumpInterrupted)));

    let builder = Socket::builder().interrupted(Interrupted::Ignore);
    let (mut socket, _) = scripted_with(builder, Protocol::Route, script());
    let (got, end) = all(&mut socket);
    assert_eq!(got.len(), 3);
    end.unwrap();

    // The flag may stand on NLMSG_DONE alone.
    let done = message(DONE, MULTI | DUMP_INTR, 1, PORT, &[0; 4]);
    let (mut socket, _) = scripted(vec![vec![kernel(&[done])]]);
    assert!(matches!(all(&mut socket).1, Err(Error::DumpInterrupted)));
}

/// S1-20.
#[test]
fn an_interrupted_dump_is_collected_again() {
    let torn = |seq| vec![kernel(&[message(REPLY, DUMP_INTR, seq, PORT, b"torn"), done(seq, 0)])];
    let whole = vec![kernel(&[reply(3, "a"), reply(3, "b"), done(3, 0)])];
    let script = vec![torn(1), torn(2), whole];
    let collect = |retries| {
        let builder = Socket::builder().interrupted(Interrupted::Retry(retries));
        let (mut socket, log) = scripted_with(builder, Protocol::Route, script.clone());
        let result = socket.dump_all(Get::default(), |text| Ok(text.to_owned()));
        let sent = log.lock().unwrap().sent.len();
        (result, sent)
    };
    let (result, sent) = collect(2);
    assert_eq!((result.unwrap(), sent), (vec!["a".to_owned(), "b".to_owned()], 3));
    let (result, sent) = collect(1);
    assert!(matches!(result, Err(Error::DumpInterrupted)));
    assert_eq!(sent, 2);
}

#[test]
fn other_senders_are_ignored() {
    let forged = Step::Datagram(
        [reply(1, "forged"), done(1, 0)].concat(),
        Source { port: 9, group: 0, namespace: None },
    );
    let script = vec![vec![forged, kernel(&[reply(1, "a"), done(1, 0)])]];
    let (mut socket, _) = scripted(script);
    assert_eq!(all(&mut socket).0, ["a"]);
    assert_eq!(socket.dropped().foreign, 1);
}

#[test]
fn replies_of_audit_have_no_port() {
    let (mut socket, _) =
        scripted(vec![vec![kernel(&[message(REPLY, 0, 1, 0, b"status")]), kernel(&[ack(1)])]]);
    assert_eq!(socket.get(Get::default()).unwrap().view().unwrap(), "status");
}

#[test]
fn an_abandoned_dump_is_read_to_its_end_before_the_next() {
    let (mut socket, log) = scripted(vec![
        vec![kernel(&[reply(1, "a"), reply(1, "b")]), kernel(&[reply(1, "c")]), kernel(&[done(1, -5)])],
        vec![kernel(&[reply(2, "new"), done(2, 0)])],
    ]);
    let mut dump = socket.dump(Get::default()).unwrap();
    assert_eq!(dump.next().unwrap(), Some("a"));
    drop(dump);
    let (got, end) = all(&mut socket);
    assert_eq!(got, ["new"]);
    end.unwrap();
    assert_eq!(socket.dropped().abandoned, 3);
    assert_eq!(log.lock().unwrap().received_before, [0, 3], "the second dump was sent too early");
}

#[test]
fn what_is_no_dump_does_not_wait_for_an_abandoned_one() {
    let (mut socket, log) = scripted(vec![
        vec![kernel(&[reply(1, "a")]), kernel(&[reply(1, "b")])],
        vec![kernel(&[reply(2, "answer")]), kernel(&[ack(2)]), kernel(&[done(1, 0)])],
    ]);
    socket.dump(Get::default()).unwrap().next().unwrap();
    assert_eq!(socket.get(Get::default()).unwrap().view().unwrap(), "answer");
    assert_eq!(log.lock().unwrap().received_before, [0, 1]);
    assert!(socket.try_receive().unwrap().is_none(), "the abandoned dump must not show up");
}

/// S1-3, S1-5.
#[test]
fn a_stuck_dump_is_woken_and_drained() {
    let (mut socket, log) = scripted(vec![
        vec![kernel(&[reply(1, "a")]), Step::Errno(libc::ENOBUFS)],
        vec![kernel(&[error(2, -libc::EBUSY, &[])]), kernel(&[reply(1, "old")]), kernel(&[done(1, 0)])],
        vec![kernel(&[reply(3, "new"), done(3, 0)])],
    ]);
    let (got, end) = all(&mut socket);
    assert_eq!(got, ["a"]);
    assert!(matches!(end, Err(Error::Overrun)), "{end:?}");
    let (got, end) = all(&mut socket);
    assert_eq!(got, ["new"]);
    end.unwrap();
    assert_eq!(log.lock().unwrap().sent.len(), 3);
}

#[test]
fn a_dump_that_starts_settles_the_ones_before() {
    // The end of the first dump is lost; the second one shows that it is over.
    let (mut socket, log) = scripted(vec![
        vec![kernel(&[reply(1, "a")]), Step::Errno(libc::ENOBUFS)],
        vec![kernel(&[reply(2, "b"), done(2, 0)])],
        vec![kernel(&[error(3, -libc::EBUSY, &[])])],
    ]);
    assert!(matches!(all(&mut socket).1, Err(Error::Overrun)));
    all(&mut socket).1.unwrap();
    assert_eq!(refused(all(&mut socket).1).errno, libc::EBUSY);
    assert_eq!(log.lock().unwrap().sent.len(), 3, "nothing of this socket was in the way");
}

/// S1-3.
#[test]
fn busy_for_reasons_of_its_own_is_an_error() {
    let (mut socket, log) = scripted(vec![vec![kernel(&[error(1, -libc::EBUSY, &[])])]]);
    assert_eq!(refused(all(&mut socket).1).errno, libc::EBUSY);
    assert_eq!(log.lock().unwrap().sent.len(), 1);
}

/// S1-22.
#[test]
fn an_end_that_is_lost_is_not_waited_for() {
    let (mut socket, _) = scripted(vec![vec![kernel(&[reply(1, "a")]), Step::Errno(libc::ENOBUFS)]]);
    assert!(matches!(socket.execute(Get::default()), Err(Error::Overrun)));
    assert!(matches!(socket.receive().unwrap(), Event::Overrun(Overrun::Kernel)));
    assert!(
        matches!(socket.execute(Get::default()), Err(Error::Io(e)) if e.kind() == std::io::ErrorKind::TimedOut)
    );
}

#[test]
fn a_dump_goes_on_after_an_overrun() {
    let (mut socket, _) = scripted(vec![vec![
        kernel(&[reply(1, "a")]),
        Step::Errno(libc::ENOBUFS),
        kernel(&[reply(1, "b"), done(1, 0)]),
    ]]);
    let (got, end) = all(&mut socket);
    assert_eq!(got, ["a", "b"]);
    end.unwrap();
    assert!(matches!(socket.receive().unwrap(), Event::Overrun(Overrun::Kernel)));
}

#[test]
fn one_reply_and_its_acknowledgement() {
    // The acknowledgement overwrites the buffer that the reply came in.
    let one = |end| vec![vec![kernel(&[reply(1, "answer")]), kernel(&[end])]];
    let (mut socket, log) = scripted(one(ack(1)));
    let answer = socket.get(Get { flags: 0x400, ..Get::default() }).unwrap();
    assert_eq!(answer.view().unwrap(), "answer");
    assert_eq!(answer.message().header.message_type, REPLY);
    assert_eq!(log.lock().unwrap().sent(0).1, 0x405, "REQUEST, ACK and what the request says");

    let (mut socket, _) = scripted(one(error(1, -5, &[])));
    assert!(matches!(socket.get(Get::default()), Err(Error::Kernel(e)) if e.name() == Some("EIO")));

    let (mut socket, _) = scripted(vec![vec![kernel(&[ack(1)])]]);
    assert!(matches!(socket.get(Get::default()), Err(Error::ReplyCount(0))));

    let (mut socket, _) = scripted(vec![vec![kernel(&[reply(1, "a"), reply(1, "b")]), kernel(&[ack(1)])]]);
    assert!(matches!(socket.get(Get::default()), Err(Error::ReplyCount(2))));

    let (mut socket, _) = scripted(vec![vec![kernel(&[reply(1, "a"), reply(1, "b")]), kernel(&[ack(1)])]]);
    let mut replies = socket.request(Get::default()).unwrap();
    let mut got = Vec::new();
    let end = replies.for_each(|text| {
        got.push(text.to_owned());
        Ok(ControlFlow::<()>::Continue(()))
    });
    assert!(matches!(end, Ok(ControlFlow::Continue(()))));
    assert_eq!(got, ["a", "b"]);
}

#[test]
fn an_acknowledgement_after_done_is_nobodys() {
    let (mut socket, _) = scripted(vec![
        vec![kernel(&[reply(1, "a"), done(1, 0)]), kernel(&[ack(1)])],
        vec![kernel(&[ack(2)])],
    ]);
    assert_eq!(socket.get(Get::default()).unwrap().view().unwrap(), "a");
    socket.execute(Get::default()).unwrap();
    assert_eq!(socket.dropped().stale, 1);
    assert!(socket.try_receive().unwrap().is_none());
}

#[test]
fn replies_of_another_type_are_told() {
    let other = message(99, MULTI, 1, PORT, b"?");
    let script = || vec![vec![kernel(&[reply(1, "a"), other.clone(), reply(1, "b"), done(1, 0)])]];
    let (mut socket, _) = scripted(script());
    let mut dump = socket.dump(Get::default()).unwrap();
    assert_eq!(dump.next().unwrap(), Some("a"));
    assert!(matches!(dump.next(), Err(Error::UnexpectedMessage { message_type: 99 })));
    assert_eq!(dump.message().unwrap().payload(), b"?");
    assert_eq!(dump.next().unwrap(), Some("b"));
    assert_eq!(dump.message().unwrap().header.sequence, 1);
    assert_eq!(dump.next().unwrap(), None);
    drop(dump);
    let (mut socket, _) = scripted(script());
    socket.execute(Get::default()).unwrap();
}

/// S1-10.
#[test]
fn a_broken_datagram_costs_itself_alone() {
    let mut broken = [reply(1, "a"), reply(1, "b")].concat();
    let at = broken.len() - 20;
    broken[at] = 7; // nlmsg_len
    let script = |end| vec![vec![kernel(&[broken.clone()]), end]];

    let (mut socket, _) = scripted(script(kernel(&[reply(1, "c"), done(1, 0)])));
    let mut dump = socket.dump(Get::default()).unwrap();
    assert_eq!(dump.next().unwrap(), Some("a"));
    assert!(matches!(dump.next(), Err(Error::Malformed(e)) if e.offset == at));
    assert_eq!(dump.next().unwrap(), Some("c"));
    assert_eq!(dump.next().unwrap(), None);
    drop(dump);

    // The end was in what is lost: no waiting for it.
    let (mut socket, _) = scripted(script(kernel(&[])));
    let mut dump = socket.dump(Get::default()).unwrap();
    assert_eq!(dump.next().unwrap(), Some("a"));
    assert!(matches!(dump.next(), Err(Error::Malformed(_))));
    assert!(matches!(dump.next(), Err(Error::Overrun)));
    assert!(matches!(dump.next(), Ok(None)));
}

#[test]
fn a_message_longer_than_the_buffer() {
    let long = "x".repeat(100_000);
    let (mut socket, _) = scripted(vec![vec![kernel(&[reply(1, &long)]), kernel(&[done(1, 0)])]]);
    let (got, end) = all(&mut socket);
    assert_eq!(got, [long]);
    end.unwrap();
}

/// S3-4.
#[test]
fn raw_requests_yield_their_end() {
    let (mut socket, log) = scripted(vec![
        vec![kernel(&[reply(1, "a"), done(1, -2)])],
        vec![kernel(&[error(2, -22, &attr(1, b"no\0"))])],
    ]);
    let mut exchange = socket.raw_request(18, 0x300, b"body").unwrap();
    assert_eq!(exchange.next().unwrap().unwrap().payload(), b"a");
    assert_eq!(exchange.next().unwrap().unwrap().header.message_type, DONE);
    assert_eq!(exchange.current().unwrap().header.message_type, DONE);
    assert!(exchange.next().unwrap().is_none());
    drop(exchange);
    let mut exchange = socket.raw_request(18, 0, b"body").unwrap();
    assert_eq!(exchange.next().unwrap().unwrap().header.message_type, ERROR);
    assert!(exchange.next().unwrap().is_none());
    assert_eq!(exchange.request(), log.lock().unwrap().sent[1]);
    drop(exchange);
    let log = log.lock().unwrap();
    assert_eq!((log.sent(0).1, log.sent(1).1), (0x301, 0x5));
}

/// S1-11.
#[test]
fn warnings_are_kept() {
    let (mut socket, _) =
        scripted(vec![vec![kernel(&[error(1, 0, &attr(1, b"deprecated\0"))])], vec![kernel(&[ack(2)])]]);
    socket.execute(Get::default()).unwrap();
    assert_eq!(socket.warning().unwrap().to_string(), "TEST_GET: warning: deprecated");
    socket.execute(Get::default()).unwrap();
    assert!(socket.warning().is_none());
}

#[test]
fn protocols_do_not_mix() {
    let (mut socket, log) = scripted_with(Socket::builder(), Protocol::Netfilter, vec![]);
    let error = socket.execute(Get::default()).unwrap_err();
    assert_eq!(error.to_string(), "the request is for netlink protocol 0, and the socket speaks 12");
    assert!(log.lock().unwrap().sent.is_empty());
}

#[test]
fn sockets_move_between_threads() {
    fn sendable<T: Send>() {}
    sendable::<Socket>();
    sendable::<Error>();
    assert!(size_of::<Error>() <= 32);
}

/// S1-8, S1-10.
#[test]
fn damaged_datagrams_do_no_harm() {
    let tlvs = [attr(1, b"text\0"), attr(2, &20u32.to_ne_bytes()), attr(4, &attr(1, &[2, 0, 0, 0]))].concat();
    let good = [reply(1, "a"), error(1, -22, &tlvs)].concat();
    for cut in 0..good.len() {
        let (mut socket, _) = scripted(vec![vec![kernel(&[good[..cut].to_vec()])]]);
        drop(all_lenient(&mut socket));
    }
    for at in 0..good.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut bad = good.clone();
            bad[at] ^= flip;
            let (mut socket, _) = scripted(vec![vec![kernel(&[bad])]]);
            drop(all_lenient(&mut socket));
        }
    }
}

/// Reads until an end or three errors.
fn all_lenient(socket: &mut Socket) -> Vec<Error> {
    let mut dump = socket.dump(Get::default()).unwrap();
    let mut errors = Vec::new();
    while errors.len() < 3 {
        match dump.next() {
            Ok(Some(_)) => {}
            Ok(None) => break,
            Err(e) => errors.push(e),
        }
    }
    errors
}
