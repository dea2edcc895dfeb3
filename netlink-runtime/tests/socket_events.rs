//! What is received besides the reply that is being read, on handwritten bytes.

mod socket_support;

use netlink_runtime::Protocol;
use netlink_runtime::socket::{Error, Event, Overrun, Socket};
use socket_support::*;

/// What a dump yields.
fn dumped(socket: &mut Socket) -> Vec<String> {
    socket.dump_all(Get::default(), |text| Ok(text.to_owned())).unwrap()
}

fn notification(event: Event<'_>) -> (u32, String) {
    match event {
        Event::Notification { group, message, .. } => {
            (group, String::from_utf8_lossy(message.payload()).into_owned())
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn notifications_are_no_replies_whatever_they_carry() {
    let own = |text: &str| message(REPLY, 0, 1, PORT, text.as_bytes());
    let (mut socket, _) = scripted(vec![vec![
        multicast(5, &[own("own sequence number and port")]),
        kernel(&[reply(1, "a"), message(REPLY, 0, 0, 0, b"nobody's"), reply(1, "b")]),
        multicast(40, &[message(DONE, 0, 1, PORT, b"an end for others")]),
        kernel(&[message(REPLY, 0, 1, PORT + 1, b"another port"), done(1, 0)]),
        multicast(5, &[own("later")]),
    ]]);
    let got = dumped(&mut socket);
    assert_eq!(got, ["a", "b"]);
    for expected in [
        (5, "own sequence number and port"),
        (0, "nobody's"),
        (40, "an end for others"),
        (0, "another port"),
        (5, "later"),
    ] {
        let (group, text) = notification(socket.receive().unwrap());
        assert_eq!((group, text.as_str()), expected);
    }
    assert!(socket.try_receive().unwrap().is_none());
}

#[test]
fn an_echo_is_a_reply_though_its_group_is_set() {
    let script = || {
        vec![vec![
            multicast(5, &[message(REPLY, 0, 1, PORT, b"echo")]),
            multicast(5, &[message(REPLY, 0, 1, PORT + 1, b"another's")]),
            kernel(&[ack(1)]),
        ]]
    };
    let (mut socket, _) = scripted(script());
    assert_eq!(socket.get(Get { flags: 0x8, ..Get::default() }).unwrap().view().unwrap(), "echo");
    assert_eq!(notification(socket.receive().unwrap()).1, "another's");
    let (mut socket, _) = scripted(script());
    assert!(matches!(socket.get(Get::default()), Err(Error::ReplyCount(0))));
    assert_eq!(notification(socket.receive().unwrap()).1, "echo");
}

/// S1-14.
#[test]
fn the_queue_is_bounded_and_says_where_it_was_full() {
    let news = |n: u8| multicast(1, &[message(REPLY, 0, 0, 0, &[b'0' + n; 1])]);
    let replies = kernel(&[reply(1, "a"), done(1, 0)]);
    let script = vec![vec![news(0), news(1), news(2), news(3), replies, news(4)]];
    // Two messages of 17 bytes fit, three do not.
    let (mut socket, _) = scripted_with(Socket::builder().queue(200), Protocol::Route, script);
    assert_eq!(dumped(&mut socket), ["a"]);
    assert_eq!(notification(socket.receive().unwrap()).1, "0");
    assert_eq!(notification(socket.receive().unwrap()).1, "1");
    assert!(matches!(socket.receive().unwrap(), Event::Overrun(Overrun::Queue(2))));
    assert_eq!(notification(socket.receive().unwrap()).1, "4");
}

/// S2-1, S3-5.
#[test]
fn several_requests_in_flight() {
    let (mut socket, _) = scripted(vec![
        vec![kernel(&[reply(1, "dump 1")])],
        vec![kernel(&[message(REPLY, 0, 2, PORT, b"answer")]), kernel(&[ack(2), reply(1, "dump 2")])],
        vec![kernel(&[done(1, 0)]), kernel(&[reply(3, "third")]), kernel(&[ack(3)])],
    ]);
    let dump = socket.send(18, 0x300, &[]).unwrap();
    let other = socket.send(18, 0x4, &[]).unwrap();
    // A request that waits for its own reply leaves the others' alone.
    assert_eq!(socket.get(Get::default()).unwrap().view().unwrap(), "third");
    let mut got = Vec::new();
    while let Some(event) = socket.try_receive().unwrap() {
        got.push(match event {
            Event::Reply { request, message } => (request, String::from_utf8_lossy(message.payload()).into()),
            Event::End { request, interrupted: false, .. } => (request, "end".to_owned()),
            other => panic!("{other:?}"),
        });
    }
    let expected = [(dump, "dump 1"), (other, "answer"), (other, "end"), (dump, "dump 2"), (dump, "end")];
    assert_eq!(got, expected.map(|(id, text)| (id, text.to_owned())));
}

#[test]
fn a_cancelled_request_is_not_heard_of() {
    let (mut socket, _) = scripted(vec![
        vec![kernel(&[reply(1, "early")]), kernel(&[reply(1, "late"), done(1, 0)])],
        vec![kernel(&[ack(2)])],
    ]);
    let dump = socket.send(18, 0x300, &[]).unwrap();
    assert!(matches!(socket.receive().unwrap(), Event::Reply { .. }));
    socket.cancel(dump);
    socket.execute(Get::default()).unwrap();
    assert!(socket.try_receive().unwrap().is_none());

    // Nor of what waits in the queue.
    let (mut socket, _) = scripted(vec![
        vec![kernel(&[reply(1, "early")])],
        vec![kernel(&[ack(2)]), kernel(&[reply(1, "late"), done(1, 0)])],
    ]);
    let dump = socket.send(18, 0x300, &[]).unwrap();
    socket.execute(Get::default()).unwrap();
    socket.cancel(dump);
    assert!(socket.try_receive().unwrap().is_none());
}
