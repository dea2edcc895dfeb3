//! Transports with something in between.

mod socket_support;

use netlink_runtime::Protocol;
use netlink_runtime::extack::Ack;
use netlink_runtime::message::{MessageRef, Messages, NLM_F_ACK, NLM_F_DUMP};
use netlink_runtime::socket::{
    Error, Event, Intercept, Memory, OnReceive, OnSend, Overrun, Socket, Source, Transport, Wait, ack, done,
    error as refusal,
};
use socket_support::*;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A socket over an interceptor, and the other end. Waiting has an end, so that tests fail and do not
/// hang.
fn between(wrap: impl FnOnce(Intercept<Memory>) -> Intercept<Memory>) -> (Socket, Memory) {
    let (ours, kernel) = Memory::pair(PORT);
    let builder = Socket::builder().timeout(Duration::from_secs(5));
    (builder.over(Protocol::Route, wrap(Intercept::new(ours))).unwrap(), kernel)
}

/// What the other end was sent; `None` if nothing.
fn sent(kernel: &mut Memory) -> Option<Vec<u8>> {
    let mut buffer = Vec::new();
    let datagram = kernel.receive(&mut buffer, Wait::No).ok()?;
    buffer.truncate(datagram.len);
    Some(buffer)
}

fn texts(socket: &mut Socket) -> Result<Vec<String>, Error> {
    socket.dump_all(Get::default(), |text| Ok(text.to_owned()))
}

fn is_text(datagram: &[u8], text: &str) -> bool {
    datagram.windows(text.len()).any(|w| w == text.as_bytes())
}

/// S1-17, S1-2, S3-6: forward, both ways.
#[test]
fn forwarded_datagrams_are_the_same() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    let (mut socket, mut kernel) = between(|i| {
        i.on_send(|_| OnSend::Forward).on_receive(move |bytes, source| {
            log.lock().unwrap().push((bytes.len(), source));
            OnReceive::Forward
        })
    });
    kernel.send(&[reply(1, "a"), reply(1, "b")].concat()).unwrap();
    kernel.send(&done(MessageRef::parse(&message(18, NLM_F_DUMP, 1, PORT, b"")).unwrap())).unwrap();
    assert_eq!(texts(&mut socket).unwrap(), ["a", "b"]);
    assert_eq!(sent(&mut kernel).unwrap()[8..12], 1u32.to_ne_bytes());
    let seen = seen.lock().unwrap();
    assert_eq!(*seen, [(40, Source::default()), (20, Source::default())], "whole datagrams");
}

/// S3-6: forward with other bytes, both ways.
#[test]
fn replaced_datagrams_are_what_arrives() {
    let (mut socket, mut kernel) = between(|i| {
        i.on_send(|bytes| {
            let mut bytes = bytes.to_vec();
            bytes.extend(attr(1, b"more"));
            let len = bytes.len() as u32;
            bytes[..4].copy_from_slice(&len.to_ne_bytes());
            OnSend::Replace(bytes)
        })
        .on_receive(|bytes, _| {
            // A longer one.
            let m = MessageRef::parse(bytes).unwrap();
            if m.is_control() { OnReceive::Forward } else { OnReceive::Replace(reply(1, "another text")) }
        })
    });
    kernel.send(&reply(1, "a")).unwrap();
    kernel.send(&socket_support::done(1, 0)).unwrap();
    assert_eq!(texts(&mut socket).unwrap(), ["another text"]);
    assert!(sent(&mut kernel).unwrap().ends_with(b"more"));
}

/// S1-2: what is returned is the reply, and nothing is sent.
#[test]
fn returned_datagrams_are_the_reply() {
    let (mut socket, mut kernel) = between(|i| {
        i.on_send(|bytes| {
            let request = MessageRef::parse(bytes).unwrap();
            let seq = request.header.sequence;
            if request.has(NLM_F_DUMP) {
                OnSend::Return(vec![reply(seq, "a"), reply(seq, "b"), done(request)])
            } else {
                OnSend::Return(vec![reply(seq, "one"), ack(request)])
            }
        })
    });
    assert_eq!(texts(&mut socket).unwrap(), ["a", "b"]);
    assert_eq!(socket.get(Get::default()).unwrap().view().unwrap(), "one");
    socket.execute(Get::default()).unwrap();
    assert_eq!(sent(&mut kernel), None, "nothing reached the kernel");
}

/// S3-6: errors on sending have the request's number, and 0 is an acknowledgement.
#[test]
fn refused_requests_end_with_the_error() {
    for errno in [0, libc::EPERM, -libc::EPERM, i32::MIN] {
        let (mut socket, mut kernel) = between(|i| i.on_send(move |_| OnSend::Error(errno)));
        for _ in 0..2 {
            let (once, all) = (socket.execute(Get::default()), texts(&mut socket));
            match errno {
                0 => {
                    once.unwrap();
                    assert_eq!(all.unwrap(), [""; 0]);
                }
                i32::MIN => assert_eq!(once.unwrap_err().errno(), Some(i32::MAX)),
                _ => {
                    assert_eq!(once.unwrap_err().errno(), Some(libc::EPERM));
                    assert_eq!(all.unwrap_err().errno(), Some(libc::EPERM));
                }
            }
        }
        assert_eq!(sent(&mut kernel), None);
        assert!(socket.try_receive().unwrap().is_none(), "one end for each request");
    }
}

/// S3-6: every message of a datagram is answered; those that ask for no acknowledgement by errors only.
#[test]
fn every_message_of_a_batch_is_answered() {
    let batch = [
        message(16, NLM_F_ACK, 1, 0, b"one!"),
        message(16, 0, 2, 0, b"x"),
        message(16, NLM_F_DUMP, 3, 0, b""),
    ];
    // And rubbish, which the kernel does not look at either.
    let batch = [batch.concat(), vec![9; 7]].concat();
    for (errno, answered) in [(0, vec![(2, 1), (3, 3)]), (22, vec![(2, 1), (2, 2), (2, 3)])] {
        let (ours, _kernel) = Memory::pair(PORT);
        let mut transport = Intercept::new(ours).on_send(move |_| OnSend::Error(errno));
        transport.send(&batch).unwrap();
        let mut got = Vec::new();
        let mut buffer = Vec::new();
        while transport.pending() {
            let datagram = transport.receive(&mut buffer, Wait::No).unwrap();
            for m in Messages::new(&buffer[..datagram.len]) {
                let m = m.unwrap();
                assert_eq!(m.header.port, PORT, "the socket's, although the request does not say it");
                assert_eq!(Ack::parse(m).unwrap().errno(), errno);
                got.push((m.header.message_type, m.header.sequence));
            }
        }
        assert_eq!(got, answered);
        assert!(transport.receive(&mut buffer, Wait::No).is_err());
    }
}

/// S3-6: the texts of errors.
#[test]
fn errors_carry_a_text() {
    let request = message(16, NLM_F_ACK, 9, PORT, b"something");
    let request = MessageRef::parse(&request).unwrap();
    let long = "x".repeat(70_000);
    for (text, read) in [("No", "No"), ("", ""), ("half\0lost", "half"), (&*long, &long[..65_530])] {
        let bytes = refusal(request, libc::EINVAL, Some(text));
        let m = MessageRef::parse(&bytes).unwrap();
        assert_eq!((m.bytes().len(), m.header.sequence, m.header.port), (bytes.len(), 9, PORT));
        let ack = Ack::parse(m).unwrap();
        assert_eq!((ack.errno(), ack.message()), (libc::EINVAL, Some(read.as_bytes())));
    }
    let plain = refusal(request, libc::EINVAL, None);
    assert_eq!(Ack::parse(MessageRef::parse(&plain).unwrap()).unwrap().message(), None);
}

/// S3-6: a dropped datagram keeps nobody waiting, and takes nothing else with it.
#[test]
fn dropped_datagrams_hang_nobody() {
    let (mut socket, mut kernel) = between(|i| {
        i.on_receive(|bytes, _| if is_text(bytes, "drop") { OnReceive::Drop } else { OnReceive::Forward })
    });
    kernel.send(&reply(1, "a")).unwrap();
    kernel.send(&reply(1, "drop")).unwrap();
    kernel.send(&reply(1, "b")).unwrap();
    // The end is in it.
    kernel.send(&[reply(1, "drop"), socket_support::done(1, 0)].concat()).unwrap();
    assert_eq!(texts(&mut socket).unwrap(), ["a", "b"]);
    // A datagram for two requests, and broken at its end.
    kernel.send(&[reply(2, "drop"), socket_support::ack(2), vec![1; 3]].concat()).unwrap();
    assert!(matches!(socket.get(Get::default()), Err(Error::ReplyCount(0))));
    assert!(matches!(socket.try_receive(), Err(Error::Malformed(_))));
    assert!(socket.try_receive().unwrap().is_none());
}

/// S3-6: dropping is no way around a time limit.
#[test]
fn dropping_keeps_the_time_limit() {
    let (ours, mut kernel) = Memory::pair(PORT);
    let mut transport = Intercept::new(ours).on_receive(|_, _| {
        std::thread::sleep(Duration::from_millis(2));
        OnReceive::Drop
    });
    transport.set_timeout(Some(Duration::from_millis(10))).unwrap();
    for _ in 0..100 {
        kernel.send(&reply(1, "flood")).unwrap();
    }
    let end = transport.receive(&mut Vec::new(), Wait::Yes).unwrap_err();
    assert_eq!(end.kind(), std::io::ErrorKind::TimedOut);
    assert!(transport.inner().pending(), "long before the flood is over");
}

/// S3-6, S1-22: losing is what the kernel does when the buffer is full.
#[test]
fn lost_datagrams_are_an_overrun() {
    let (mut socket, mut kernel) = between(|i| {
        i.on_receive(|bytes, _| if is_text(bytes, "lose") { OnReceive::Lose } else { OnReceive::Forward })
    });
    kernel.send(&[reply(1, "lose"), socket_support::done(1, 0)].concat()).unwrap();
    assert!(matches!(texts(&mut socket), Err(Error::Overrun)));
    assert!(matches!(socket.receive().unwrap(), Event::Overrun(Overrun::Kernel)));
    let mut dump = socket.dump(Get::default()).unwrap();
    kernel.send(&[reply(2, "here"), socket_support::done(2, 0)].concat()).unwrap();
    assert_eq!(dump.next().unwrap(), Some("here"));
    assert_eq!(dump.next().unwrap(), None);
}

/// S3-6: an error on receiving takes the place of the reply's end: the rest of it is dropped, other
/// replies and notifications are not, and the next dump runs.
#[test]
fn an_error_on_receiving_ends_its_reply_alone() {
    let (ours, mut kernel) = Memory::pair(PORT);
    let refuses = Intercept::new(ours).on_receive(|bytes, _| {
        if is_text(bytes, "refuse") { OnReceive::Error(libc::EIO) } else { OnReceive::Forward }
    });
    let builder = Socket::builder().timeout(Duration::from_secs(5)).group(5);
    let mut socket = builder.over(Protocol::Route, refuses).unwrap();
    let other = socket.send(18, NLM_F_ACK, b"").unwrap();
    assert_eq!(other.sequence(), 1);
    kernel.send(&reply(2, "a")).unwrap();
    kernel.send(&[reply(2, "refuse"), reply(2, "not seen")].concat()).unwrap();
    kernel.notify(5, &message(REPLY, 0, 2, PORT, b"news")).unwrap();
    kernel
        .send(&[reply(2, "not seen either"), reply(1, "other's"), socket_support::ack(1)].concat())
        .unwrap();
    kernel.send(&socket_support::done(2, 0)).unwrap();
    let mut dump = socket.dump(Get::default()).unwrap();
    assert_eq!(dump.next().unwrap(), Some("a"));
    assert_eq!(dump.next().unwrap_err().errno(), Some(libc::EIO));
    assert!(dump.next().unwrap().is_none());
    drop(dump);
    assert!(matches!(socket.receive().unwrap(), Event::Notification { group: 5, .. }));
    assert!(matches!(socket.receive().unwrap(), Event::Reply { request, .. } if request == other));
    assert!(matches!(socket.receive().unwrap(), Event::End { request, .. } if request == other));
    kernel.send(&[reply(3, "again"), socket_support::done(3, 0)].concat()).unwrap();
    assert_eq!(texts(&mut socket).unwrap(), ["again"]);

    // A notification, and a reply without an end: in their own place, with their own numbers.
    kernel.notify(5, &message(REPLY, 0, 77, 88, b"refuse")).unwrap();
    let Event::Notification { group: 5, message, .. } = socket.receive().unwrap() else { panic!() };
    assert_eq!((message.header.message_type, message.header.sequence, message.header.port), (2, 77, 88));
    assert_eq!(Ack::parse(message).unwrap().errno(), libc::EIO);
}

/// S3-6: stacked, the outer one sees first what is sent and last what is received.
#[test]
fn interceptors_stack() {
    let mark = |with: u8| {
        move |bytes: &[u8], _: Source| {
            let mut bytes = bytes.to_vec();
            if let Some(byte) = bytes.iter_mut().find(|b| **b == b'_') {
                *byte = with;
            }
            OnReceive::Replace(bytes)
        }
    };
    let order = Arc::new(Mutex::new(Vec::new()));
    let note = |who: &'static str| {
        let order = order.clone();
        move |_: &[u8]| {
            order.lock().unwrap().push(who);
            OnSend::Forward
        }
    };
    let (ours, mut kernel) = Memory::pair(PORT);
    let inner = Intercept::new(ours).on_send(note("inner")).on_receive(mark(b'i'));
    // Through a box, too.
    let boxed: Box<dyn Transport> = Box::new(inner);
    let outer = Intercept::new(boxed).on_send(note("outer")).on_receive(mark(b'o'));
    let mut socket = Socket::builder().over(Protocol::Route, outer).unwrap();
    kernel.send(&[reply(1, "__"), socket_support::done(1, 0)].concat()).unwrap();
    assert_eq!(texts(&mut socket).unwrap(), ["io"]);
    assert_eq!(*order.lock().unwrap(), ["outer", "inner"]);
}

/// Whatever a function does and whatever arrives, nothing panics.
#[test]
fn nonsense_is_survived() {
    let whole = [reply(1, "abc"), socket_support::ack(1), socket_support::done(1, -5)].concat();
    let verdicts = [
        OnReceive::Forward,
        OnReceive::Drop,
        OnReceive::Lose,
        OnReceive::Error(5),
        OnReceive::Replace(vec![1]),
    ];
    for verdict in verdicts {
        for at in 0..whole.len() {
            for value in [0, 1, 15, 17, 0xff] {
                let (ours, mut kernel) = Memory::pair(PORT);
                let mut damaged = whole.clone();
                damaged[at] = value;
                damaged.truncate(whole.len() - at % 5);
                let verdict = verdict.clone();
                let mut t = Intercept::new(ours).on_receive(move |_, _| verdict.clone());
                t.send(&message(18, NLM_F_ACK, 1, PORT, b"")).unwrap();
                t.send(&damaged).unwrap();
                kernel.send(&damaged).unwrap();
                kernel.send(&[]).unwrap();
                let mut buffer = Vec::new();
                while let Ok(datagram) = t.receive(&mut buffer, Wait::No) {
                    assert!(datagram.len <= buffer.len());
                }
            }
        }
    }
}
