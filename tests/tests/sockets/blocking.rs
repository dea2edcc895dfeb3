//! The blocking socket, with methods that are ready at once.

use netlink_runtime::decoders::Decoders;
use netlink_runtime::socket::{self, Acknowledge, Builder, Event, Followed, Report, Result};
use netlink_runtime::{DecodeError, Protocol, Reply, Request};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

#[path = "changes.rs"]
mod changes;
#[path = "suite.rs"]
mod suite;

pub(crate) struct Socket(socket::Socket);
pub(crate) struct Dump<'s, R>(socket::Dump<'s, R>);
pub(crate) struct Batch<'s>(socket::Batch<'s>);
pub(crate) struct Follow<T>(socket::Follow<T>);

pub(crate) fn open(builder: Builder, protocol: Protocol) -> Result<Socket> {
    builder.open(protocol).map(Socket)
}

pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => panic!("a blocking socket waits in the system call"),
    }
}

impl Socket {
    pub(crate) async fn dump<R: Request>(&mut self, request: R) -> Result<Dump<'_, R::Reply>> {
        self.0.dump(request).map(Dump)
    }

    pub(crate) async fn dump_all<R: Request, T>(
        &mut self,
        request: R,
        each: impl FnMut(<R::Reply as Reply>::View<'_>) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>> {
        self.0.dump_all(request, each)
    }

    pub(crate) async fn get<R: Request>(&mut self, request: R) -> Result<socket::Answer<'_, R::Reply>> {
        self.0.get(request)
    }

    pub(crate) async fn execute<R: Request>(&mut self, request: R) -> Result<()> {
        self.0.execute(request)
    }

    pub(crate) async fn family(&mut self, name: &str) -> Result<&netlink_runtime::genl::Family> {
        self.0.family(name)
    }

    pub(crate) fn join(&mut self, group: u32) -> Result<()> {
        self.0.join(group)
    }

    pub(crate) fn send(
        &mut self,
        message_type: u16,
        flags: u16,
        payload: &[u8],
    ) -> Result<socket::RequestId> {
        self.0.send(message_type, flags, payload)
    }

    pub(crate) async fn receive(&mut self) -> Result<Event<'_>> {
        self.0.receive()
    }

    pub(crate) fn try_receive(&mut self) -> Result<Option<Event<'_>>> {
        self.0.try_receive()
    }

    pub(crate) fn batch(&mut self) -> Batch<'_> {
        Batch(self.0.batch())
    }
}

impl<R: Reply> Dump<'_, R> {
    pub(crate) async fn next(&mut self) -> Result<Option<R::View<'_>>> {
        self.0.next()
    }
}

impl Batch<'_> {
    pub(crate) fn acknowledge(self, acknowledge: Acknowledge) -> Self {
        Batch(self.0.acknowledge(acknowledge))
    }

    pub(crate) async fn add<R: Request>(&mut self, request: R) -> Result<usize> {
        self.0.add(request)
    }

    pub(crate) async fn finish(self) -> Result<Report> {
        self.0.finish()
    }
}

impl<T: Send + 'static> Follow<T> {
    pub(crate) fn new() -> Self {
        Follow(socket::Follow::new())
    }

    pub(crate) fn notifications(self, socket: Socket, decoders: Decoders<T>) -> Self {
        Follow(self.0.notifications(socket.0, decoders))
    }

    pub(crate) async fn receive(&mut self) -> Result<Followed<T>> {
        self.0.receive()
    }

    pub(crate) async fn try_receive(&mut self) -> Result<Option<Followed<T>>> {
        self.0.try_receive()
    }
}

/// A state that is read by a dump.
pub(crate) fn state<T: Send + 'static, R: Request>(
    follow: Follow<T>,
    socket: Socket,
    decoders: Decoders<T>,
    request: impl Fn() -> R + Send + 'static,
    each: fn(<R::Reply as Reply>::View<'_>) -> Result<T, DecodeError>,
) -> Follow<T>
where
    R::Reply: 'static,
{
    Follow(follow.0.state(socket.0, decoders, move |socket| socket.dump_all(request(), each)))
}
