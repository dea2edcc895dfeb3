//! The blocking socket. Its functions are `#[inline]`: what they call is generic in the way of waiting, so a
//! user's crate compiles it in any case, and this one need not.

use super::answer::Answer;
use super::batch::Report;
use super::batch::Requests;
use super::builder::Builder;
use super::core::Core;
use super::engine::{Dropped, RequestId};
use super::error::Result;
use super::event::Event;
use super::exchange::{Batch, Dump, Exchange};
use super::io::{Blocking, Io as _, now};
use super::save::{self, Saved};
use super::transport::Transport;
use crate::error::DecodeError;
use crate::extack::KernelError;
use crate::genl::Family;
use crate::message::MessageRef;
use crate::protocol::Protocol;
use crate::request::{Reply, Request};
use std::fmt;
use std::io::Write;
use std::os::fd::BorrowedFd;
use std::time::Duration;

/// A blocking netlink socket.
///
/// It may move between threads; several threads take one each.
pub struct Socket(pub(super) Core<Blocking>);

impl Socket {
    /// Opens a socket with the usual options: strict checking, extended acknowledgements.
    #[inline]
    pub fn open(protocol: Protocol) -> Result<Socket> {
        Builder::default().open(protocol)
    }

    /// Opens a socket with other options.
    #[inline]
    pub fn builder() -> Builder {
        Builder::default()
    }

    #[inline]
    pub(super) fn new(protocol: Protocol, transport: Box<dyn Transport>, options: &Builder) -> Self {
        Socket(Core::new(protocol, Blocking(transport), options))
    }

    /// What the socket speaks.
    #[inline]
    pub fn protocol(&self) -> Protocol {
        self.0.protocol
    }

    /// The port that the kernel gave it.
    #[inline]
    pub fn port(&self) -> u32 {
        self.0.engine.port()
    }

    /// The file descriptor to poll, unless the transport has none. There may be something to
    /// [`receive`](Self::receive) although it is not readable: what waits in the socket's queue, or in
    /// a transport ([`Transport::pending`]). [`try_receive`](Self::try_receive) gives it.
    #[inline]
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.0.io.0.fd()
    }

    /// Messages that were dropped by rule.
    #[inline]
    pub fn dropped(&self) -> Dropped {
        self.0.engine.dropped()
    }

    /// What the kernel remarked about the last request that it carried out.
    #[inline]
    pub fn warning(&self) -> Option<&KernelError> {
        self.0.warning.as_deref()
    }

    /// Limits how long to wait for a datagram; `None` is for ever.
    #[inline]
    pub fn set_timeout(&mut self, limit: Option<Duration>) -> Result<()> {
        Ok(self.0.io.transport().set_timeout(limit)?)
    }

    /// Joins a multicast group, by number.
    #[inline]
    pub fn join(&mut self, group: u32) -> Result<()> {
        Ok(self.0.io.transport().join(group)?)
    }

    /// Leaves a multicast group.
    #[inline]
    pub fn leave(&mut self, group: u32) -> Result<()> {
        Ok(self.0.io.transport().leave(group)?)
    }

    /// Starts a dump.
    #[inline]
    pub fn dump<R: Request>(&mut self, request: R) -> Result<Dump<'_, R::Reply>> {
        Ok(Dump::new(now(self.0.ask(&request, true))?))
    }

    /// Collects a dump: what `each` makes of every reply.
    ///
    /// A dump of something that changed meanwhile starts again, as often as the
    /// [`Interrupted`](super::Interrupted) policy says.
    #[inline]
    pub fn dump_all<R: Request, T>(
        &mut self,
        request: R,
        each: impl FnMut(<R::Reply as Reply>::View<'_>) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>> {
        now(self.0.dump_all(&request, each))
    }

    /// Sends a request that is no dump and has any number of replies before its
    /// acknowledgement.
    #[inline]
    pub fn request<R: Request>(&mut self, request: R) -> Result<Dump<'_, R::Reply>> {
        Ok(Dump::new(now(self.0.ask(&request, false))?))
    }

    /// Sends a request that has one reply, and waits for it and for the acknowledgement.
    #[inline]
    pub fn get<R: Request>(&mut self, request: R) -> Result<Answer<'_, R::Reply>> {
        let shape = now(self.0.get(&request))?;
        Ok(Answer::new(MessageRef::parse(&self.0.kept)?, &self.0.out, shape))
    }

    /// Sends a request and waits for its acknowledgement. Replies, if it has any, are skipped.
    #[inline]
    pub fn execute<R: Request>(&mut self, request: R) -> Result<()> {
        now(self.0.execute(&request))
    }

    /// Many requests in few datagrams; each is told if it is refused.
    ///
    /// ```no_run
    /// # use netlink_runtime::socket::{Error, Socket};
    /// # fn f<R: netlink_runtime::Request>(socket: &mut Socket, requests: Vec<R>) -> Result<(), Error> {
    /// let mut batch = socket.batch();
    /// for request in &requests {
    ///     batch.add(request)?; // sends when a datagram is full
    /// }
    /// let report = batch.finish()?;
    /// for refused in &report.refused {
    ///     eprintln!("request {}: {}", refused.index, refused.error);
    /// }
    /// # Ok(()) }
    /// ```
    #[inline]
    pub fn batch(&mut self) -> Batch<'_> {
        Batch(Requests::new(&mut self.0))
    }

    /// A transaction of a netfilter subsystem (`NFNL_SUBSYS_NFTABLES`, 10): its requests take effect
    /// together or not at all. With a `generation` (`NFTA_GEN_ID`), only if the subsystem's state is
    /// still that one; `ERESTART` otherwise.
    ///
    /// All of it is one datagram, so large ones need a [`send_buffer`](Builder::send_buffer).
    #[inline]
    pub fn transaction(&mut self, subsystem: u8, generation: Option<u32>) -> Result<Batch<'_>> {
        Ok(Batch(Requests::transaction(&mut self.0, subsystem, generation)?))
    }

    /// Writes a dump to a file that `ip route restore` (or `ip addr restore`, `ip rule restore`) reads.
    /// Gives how many messages there are.
    ///
    /// What is written is what the kernel says, byte by byte, whether or not it is known here.
    #[inline]
    pub fn save<R: Request>(&mut self, saved: Saved, request: R, mut file: impl Write) -> Result<usize> {
        now(save::save(&mut self.0, saved, &request, &mut file))
    }

    /// Puts back what a file of [`save`](Self::save), or of `ip route save`, holds. What is there already
    /// is left as it is. What is refused is tried again as long as something else is not: a route may
    /// need another one that stands behind it.
    #[inline]
    pub fn restore(&mut self, file: &[u8]) -> Result<Report> {
        now(save::restore(&mut self.0, file))
    }

    /// A generic netlink family by name. The answer is remembered.
    #[inline]
    pub fn family(&mut self, name: &str) -> Result<&Family> {
        now(self.0.family(name))
    }

    /// Sends a message of any type, and yields every message of the reply as it is, the
    /// `NLMSG_DONE` or `NLMSG_ERROR` at its end included.
    ///
    /// `NLM_F_REQUEST` is added and, unless the flags ask for a dump, `NLM_F_ACK`: so every reply
    /// has an end. `payload` is what follows `nlmsghdr`.
    ///
    /// ```
    /// use netlink_runtime::message::{NLM_F_DUMP, NLMSG_DONE};
    /// use netlink_runtime::{Protocol, socket::Socket};
    ///
    /// let mut generic = Socket::open(Protocol::Generic)?;
    /// // Message type 16 is the controller's; 3 is CTRL_CMD_GETFAMILY.
    /// let mut families = generic.raw_request(16, NLM_F_DUMP, &[3, 2, 0, 0])?;
    /// let mut last = None;
    /// while let Some(message) = families.next()? {
    ///     last = Some(message.header.message_type);
    /// }
    /// assert_eq!(last, Some(NLMSG_DONE));
    /// # Ok::<(), netlink_runtime::socket::Error>(())
    /// ```
    #[inline]
    pub fn raw_request(&mut self, message_type: u16, flags: u16, payload: &[u8]) -> Result<Exchange<'_>> {
        Ok(Exchange::new(self.0.ask_raw(message_type, flags, payload)?))
    }

    /// Sends a message of any type without waiting. What comes back is for
    /// [`receive`](Self::receive), mixed with everything else that arrives: any number of
    /// requests may be in flight.
    ///
    /// `NLM_F_REQUEST` is added. Without `NLM_F_ACK`, a request that is no dump has no end, so it
    /// is not followed: what answers it comes as [`Event::Notification`], under the sequence
    /// number returned.
    #[inline]
    pub fn send(&mut self, message_type: u16, flags: u16, payload: &[u8]) -> Result<RequestId> {
        self.0.send(message_type, flags, payload)
    }

    /// Gives a request up: what comes for it is dropped.
    #[inline]
    pub fn cancel(&mut self, request: RequestId) {
        self.0.engine.abandon(request);
    }

    /// Waits for what arrives next: notifications, and replies to what was
    /// [sent](Self::send).
    #[inline]
    pub fn receive(&mut self) -> Result<Event<'_>> {
        now(self.0.receive())
    }

    /// What has arrived, without waiting.
    #[inline]
    pub fn try_receive(&mut self) -> Result<Option<Event<'_>>> {
        self.0.try_receive()
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket")
            .field("protocol", &self.protocol())
            .field("port", &self.port())
            .finish_non_exhaustive()
    }
}
