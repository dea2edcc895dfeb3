//! The transport in memory.

mod socket_support;

use netlink_runtime::Protocol;
use netlink_runtime::message::{Header, MessageRef};
use netlink_runtime::socket::{Error, Event, Memory, Socket, Source, Transport, Wait};
use socket_support::*;
use std::io::ErrorKind;
use std::time::Duration;

/// The next datagram for this end.
fn take(end: &mut Memory) -> (Vec<u8>, Source) {
    let mut buffer = Vec::new();
    let datagram = end.receive(&mut buffer, Wait::Yes).unwrap();
    buffer.truncate(datagram.len);
    (buffer, datagram.source)
}

#[test]
fn datagrams_arrive_whole_in_order_and_signed() {
    let (mut ours, mut kernel) = Memory::pair(PORT);
    assert_eq!((ours.port(), kernel.port()), (PORT, 0));
    for datagram in [&b"one"[..], b"", b"three"] {
        ours.send(datagram).unwrap();
    }
    let source = Source { port: PORT, group: 0, namespace: None };
    // A buffer that is longer keeps its length.
    let mut buffer = vec![b'x'; 4];
    assert_eq!(kernel.receive(&mut buffer, Wait::No).unwrap().len, 3);
    assert_eq!(buffer, b"onex");
    assert_eq!(take(&mut kernel), (Vec::new(), source));
    assert_eq!(take(&mut kernel), (b"three".to_vec(), source));
    assert_eq!(kernel.receive(&mut buffer, Wait::No).unwrap_err().kind(), ErrorKind::WouldBlock);
    kernel.send(b"four").unwrap();
    assert_eq!(take(&mut ours), (b"four".to_vec(), Source::default()));
}

#[test]
fn a_group_is_heard_by_its_members() {
    let (ours, mut kernel) = Memory::pair(PORT);
    let mut socket = Socket::builder().group(5).over(Protocol::Route, ours).unwrap();
    let news = |text: &str| message(REPLY, 0, 0, 0, text.as_bytes());
    kernel.notify(4, &news("not for us")).unwrap();
    kernel.notify(5, &news("for us")).unwrap();
    socket.leave(5).unwrap();
    kernel.notify(5, &news("too late")).unwrap();
    kernel.send(&news("to us alone")).unwrap();
    let mut heard = Vec::new();
    while let Some(event) = socket.try_receive().unwrap() {
        let Event::Notification { group, message, .. } = event else { panic!("{event:?}") };
        heard.push((group, String::from_utf8(message.payload().to_vec()).unwrap()));
    }
    assert_eq!(heard, [(5, "for us".to_owned()), (0, "to us alone".to_owned())]);
}

#[test]
fn a_thread_stands_for_the_kernel() {
    let (ours, mut kernel) = Memory::pair(PORT);
    let answers = std::thread::spawn(move || {
        let (request, _) = take(&mut kernel);
        let Header { sequence, .. } = MessageRef::parse(&request).unwrap().header;
        kernel.send(&[reply(sequence, "a"), reply(sequence, "b")].concat()).unwrap();
        kernel.send(&done(sequence, 0)).unwrap();
    });
    let mut socket = Socket::builder().over(Protocol::Route, ours).unwrap();
    let got = socket.dump_all(Get::default(), |text| Ok(text.to_owned())).unwrap();
    assert_eq!(got, ["a", "b"]);
    answers.join().unwrap();
}

#[test]
fn waiting_has_an_end() {
    let (mut ours, kernel) = Memory::pair(PORT);
    ours.set_timeout(Some(Duration::from_millis(1))).unwrap();
    let mut buffer = Vec::new();
    assert_eq!(ours.receive(&mut buffer, Wait::Yes).unwrap_err().kind(), ErrorKind::TimedOut);
    ours.set_timeout(None).unwrap();
    // Who waits without a limit learns that nobody is left.
    let waits = std::thread::spawn(move || ours.receive(&mut buffer, Wait::Yes).unwrap_err().kind());
    drop(kernel);
    assert_eq!(waits.join().unwrap(), ErrorKind::UnexpectedEof);
}

#[test]
fn the_other_end_may_be_gone() {
    let (ours, mut kernel) = Memory::pair(PORT);
    let mut socket = Socket::builder().over(Protocol::Route, ours).unwrap();
    kernel.send(&message(REPLY, 0, 0, 0, b"last words")).unwrap();
    drop(kernel);
    assert!(matches!(socket.receive().unwrap(), Event::Notification { group: 0, .. }));
    assert!(matches!(socket.receive(), Err(Error::Io(e)) if e.kind() == ErrorKind::UnexpectedEof));
    let refused = socket.execute(Get::default()).unwrap_err();
    assert!(matches!(refused, Error::Io(e) if e.kind() == ErrorKind::ConnectionRefused));
}

/// Sockets and what they give may move between threads, and the futures of asynchronous ones as well.
#[test]
fn threads_take_sockets_along() {
    fn moves<T: Send>() {}
    moves::<Socket>();
    moves::<netlink_runtime::socket::Follow<u8>>();
    moves::<netlink_runtime::socket::Dump<'static, netlink_runtime::genl::Family>>();
    moves::<netlink_runtime::socket::Batch<'static>>();
    #[cfg(feature = "tokio")]
    {
        use netlink_runtime::genl::GetFamilies;
        use netlink_runtime::socket::tokio::{Follow, Socket};
        fn future<T: Send>(_: T) {}
        let _ = |mut socket: Socket| future(socket.dump_all(GetFamilies, Ok));
        let _ = |mut socket: Socket| future(socket.receive());
        let _ = |mut follow: Follow<u8>| future(follow.receive());
    }
}
