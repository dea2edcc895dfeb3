//! Asynchronous sockets over something else than the kernel alone: what is answered in between is there
//! although the kernel's file is not readable.

use netlink_families::nlctrl::{Ctrl, GetFamily};
use netlink_runtime::message::{GenlHeader, Header, Messages};
use netlink_runtime::owned::OwnedSet as _;
use netlink_runtime::socket::async_io::AsyncIo;
use netlink_runtime::socket::asynchronous::{self, Io};
use netlink_runtime::socket::tokio::Tokio;
use netlink_runtime::socket::{Intercept, Kernel, Memory, OnSend, Socket, ack};
use netlink_runtime::{Protocol, socket};
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

/// Answers a request for a family that there is not.
fn answering() -> Intercept<Kernel> {
    let kernel = Socket::builder().connect(Protocol::Generic).expect("a socket");
    Intercept::new(kernel).on_send(|datagram| {
        let request = Messages::new(datagram).next().expect("a request").expect("well-formed");
        if !request.payload().windows(7).any(|name| name == b"wishes\0") {
            return OnSend::Forward;
        }
        let mut family = Ctrl::default();
        (family.family_id, family.family_name) = (Some(77), Some("wishes".into()));
        let genl = GenlHeader { command: 1, version: 2 }.to_bytes(); // CTRL_CMD_NEWFAMILY
        let payload = [&genl[..], &family.to_bytes().expect("a family")].concat();
        let len = (Header::LEN + payload.len()) as u32;
        let header = Header { len, flags: 0, ..request.header };
        OnSend::Return(vec![[&header.to_bytes()[..], &payload].concat(), ack(request)])
    })
}

async fn asks<I: Io>(mut socket: asynchronous::Socket<I>) {
    for _ in 0..3 {
        // So that it is known that the kernel has nothing.
        poll_fn(|context| {
            assert!(pin!(socket.receive()).poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
        let ask = GetFamily::request().with(|f| f.family_name("wishes"));
        let answer = socket.get(ask).await.expect("an answer");
        assert_eq!(answer.view().expect("a family").family_id(), Ok(Some(77)));
    }
}

#[test]
fn by_tokio() {
    super::tokio::run(async {
        let io = Tokio::new(answering()).expect("a file");
        asks(Socket::builder().over_io(Protocol::Generic, io).expect("a socket")).await;
    });
}

#[test]
fn by_async_io() {
    super::async_io::run(async {
        let io = AsyncIo::new(answering()).expect("a file");
        asks(Socket::builder().over_io(Protocol::Generic, io).expect("a socket")).await;
    });
}

/// What has no file cannot be waited for, and says so; nor are there time limits of our own.
#[test]
fn what_cannot_be_waited_for() {
    let error = AsyncIo::new(Memory::pair(1).0).err().expect("no file");
    assert_eq!(error.kind(), std::io::ErrorKind::Unsupported);
    let limited = Socket::builder().timeout(std::time::Duration::from_secs(1));
    let error = limited.open_async_io(Protocol::Generic).expect_err("a limit");
    assert!(matches!(&error, socket::Error::Io(e) if e.kind() == std::io::ErrorKind::Unsupported), "{error}");
}
