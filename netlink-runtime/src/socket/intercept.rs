//! A transport with something in between.

mod answer;

pub use answer::{ack, done, error};

use super::transport::{Datagram, Source, Transport, Wait, deliver};
use crate::message::{MessageRef, Messages, NLM_F_ACK, NLM_F_ECHO, NLMSG_DONE, NLMSG_ERROR, asks_for_dump};
use answer::refuse;
use std::collections::VecDeque;
use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};
use std::{fmt, io};

/// What becomes of a datagram that is to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OnSend {
    /// It is sent as it is.
    Forward,
    /// This is sent in its place.
    Replace(Vec<u8>),
    /// Nothing is sent; these datagrams are received as if the kernel had answered them, in this
    /// order and as they are. [`ack`], [`done`] and [`error`] write the ends of replies. With none, a
    /// request that asks for an answer waits for it in vain.
    Return(Vec<Vec<u8>>),
    /// Nothing is sent; every message of the datagram is answered by an `NLMSG_ERROR` with this
    /// positive error number. 0 is success: an acknowledgement for a message that asks for one
    /// (`NLM_F_ACK`), an empty dump (`NLMSG_DONE`) for one that asks for a dump.
    Error(i32),
}

/// What becomes of a datagram that was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OnReceive {
    /// It is received as it is.
    Forward,
    /// This is received in its place.
    Replace(Vec<u8>),
    /// Its messages are dropped, but for the ends of replies (`NLMSG_DONE`, `NLMSG_ERROR`): nobody
    /// waits for ever.
    Drop,
    /// All of it is lost, as when the socket's receive buffer is full:
    /// [`receive`](Transport::receive) fails with `ENOBUFS` in its place.
    Lose,
    /// The replies in it are refused with this positive error number.
    ///
    /// What is left of such a reply, in this datagram and in later ones, is dropped, and its end
    /// is an `NLMSG_ERROR` with the number. A message that is no part of a reply with an end, such as
    /// a notification, is replaced by an `NLMSG_ERROR` with its own sequence number and port.
    Error(i32),
}

type SendFn = Box<dyn FnMut(&[u8]) -> OnSend + Send>;
type ReceiveFn = Box<dyn FnMut(&[u8], Source) -> OnReceive + Send>;

/// A transport whose datagrams two functions see, both ways, and may change, answer, drop or refuse.
///
/// The functions are given a *datagram*, as it is: one message or several, see
/// [`Messages`](crate::message::Messages). What is received may hold messages of several requests. The
/// socket's own sequence numbers and port are in it; a socket may be told different lengths and other
/// payloads, but looks for its replies by these two. What the functions themselves put in
/// ([`OnSend::Return`], [`OnReceive::Replace`]) is not seen by the same interceptor again.
///
/// Interceptors stack: `Intercept::new(Intercept::new(kernel))`. What is sent passes the outer one
/// first, what is received the inner one.
///
/// # Polling
///
/// What was returned waits here, and the [file descriptor](Transport::fd), which is that of the
/// transport inside, is not readable for it: [`pending`](Transport::pending) says so. And it may be
/// readable for something that is then dropped. So programs that poll do as with any
/// [`Socket`](super::Socket): try to receive, and poll when nothing is there.
///
/// # Examples
///
/// A kernel reply that no kernel gave:
///
/// ```
/// use netlink_runtime::message::{Header, MessageRef, Messages, NLMSG_DONE};
/// use netlink_runtime::socket::{Intercept, Memory, OnSend, Socket, ack};
/// use netlink_runtime::Protocol;
///
/// let (ours, _nobody) = Memory::pair(7);
/// let answers = Intercept::new(ours).on_send(|datagram| {
///     let requests = Messages::new(datagram).map_while(Result::ok);
///     OnSend::Return(requests.flat_map(|request| {
///         let len = Header::LEN as u32 + 8;
///         let header = Header { len, message_type: 16, flags: 0, ..request.header };
///         [[&header.to_bytes()[..], b"Pretend!"].concat(), ack(request)]
///     }).collect())
/// });
/// let mut socket = Socket::builder().over(Protocol::Route, answers)?;
/// let mut reply = socket.raw_request(18, 0, b"")?;
/// assert_eq!(reply.next()?.unwrap().payload(), b"Pretend!");
/// assert!(reply.next()?.unwrap().is_control());
/// assert!(reply.next()?.is_none());
/// # Ok::<(), netlink_runtime::socket::Error>(())
/// ```
///
/// An error that the kernel did not make, with a text of ours:
///
/// ```
/// use netlink_runtime::extack::Ack;
/// use netlink_runtime::message::MessageRef;
/// use netlink_runtime::socket::{Intercept, OnSend, Socket, error};
/// use netlink_runtime::Protocol;
///
/// let kernel = Socket::builder().connect(Protocol::Generic)?;
/// let refuses = Intercept::new(kernel).on_send(|datagram| match MessageRef::parse(datagram) {
///     Ok(request) if request.payload().starts_with(&[10]) => { // CTRL_CMD_GETPOLICY
///         OnSend::Return(vec![error(request, 1, Some("no policies today"))]) // EPERM
///     }
///     _ => OnSend::Forward,
/// });
/// let mut socket = Socket::builder().over(Protocol::Generic, refuses)?;
/// assert!(socket.family("nlctrl").is_ok());
/// let mut reply = socket.raw_request(16, 0, &[10, 2, 0, 0])?;
/// let refused = Ack::parse(reply.next()?.unwrap()).unwrap();
/// assert_eq!((refused.errno(), refused.message()), (1, Some(&b"no policies today"[..])));
/// # Ok::<(), netlink_runtime::socket::Error>(())
/// ```
///
/// A reply that is rewritten on its way: `examples/rewrite_name.rs`.
pub struct Intercept<T> {
    inner: T,
    on_send: SendFn,
    on_receive: ReceiveFn,
    /// What was returned and not yet received.
    ready: VecDeque<(Vec<u8>, Source)>,
    /// Requests whose end has not come by.
    open: VecDeque<Open>,
    timeout: Option<Duration>,
}

/// A request with an end.
#[derive(Clone, Copy, Debug)]
struct Open {
    sequence: u32,
    echo: bool,
    /// What its end is to be.
    refused: Option<i32>,
}

/// Requests that are remembered at most. Their ends are lost where the kernel had to drop them, so
/// that there may be any number; and nobody has so many in flight.
const OPEN: usize = 4096;

impl<T: Transport> Intercept<T> {
    /// An interceptor that forwards everything.
    pub fn new(inner: T) -> Self {
        Intercept {
            inner,
            on_send: Box::new(|_| OnSend::Forward),
            on_receive: Box::new(|_, _| OnReceive::Forward),
            ready: VecDeque::new(),
            open: VecDeque::new(),
            timeout: None,
        }
    }

    /// Has this function see every datagram that is sent.
    #[must_use]
    pub fn on_send(mut self, see: impl FnMut(&[u8]) -> OnSend + Send + 'static) -> Self {
        self.on_send = Box::new(see);
        self
    }

    /// Has this function see every datagram that is received, and where it comes from.
    #[must_use]
    pub fn on_receive(mut self, see: impl FnMut(&[u8], Source) -> OnReceive + Send + 'static) -> Self {
        self.on_receive = Box::new(see);
        self
    }

    /// The transport inside.
    pub fn inner(&self) -> &T {
        &self.inner
    }

    /// Sends, and remembers what will have an end.
    fn forward(&mut self, datagram: &[u8]) -> io::Result<()> {
        self.inner.send(datagram)?;
        for request in Messages::new(datagram).map_while(Result::ok) {
            let header = request.header;
            if asks_for_dump(header.flags) || request.has(NLM_F_ACK) {
                if self.open.len() == OPEN {
                    self.open.pop_front();
                }
                let (sequence, echo) = (header.sequence, request.has(NLM_F_ECHO));
                // A number that is used again means the new request.
                self.open.retain(|o| o.sequence != sequence);
                self.open.push_back(Open { sequence, echo, refused: None });
            }
        }
        Ok(())
    }

    /// The request with an end that a message belongs to; the rule is that of
    /// [`engine`](super::engine).
    fn open(&self, message: MessageRef<'_>, source: Source) -> Option<usize> {
        let (header, port) = (message.header, self.inner.port());
        let ix = self.open.iter().position(|o| o.sequence == header.sequence)?;
        let part = match source.group {
            _ if source.port != 0 => false,
            0 => header.port == port || header.port == 0,
            _ => header.port == port && self.open[ix].echo,
        };
        part.then_some(ix)
    }

    /// What is left of a datagram of this verdict, given what was said of its replies before;
    /// `None` if nothing.
    fn sift(&mut self, datagram: &[u8], source: Source, verdict: &OnReceive) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        let mut messages = Messages::new(datagram);
        loop {
            let at = messages.offset();
            let Some(item) = messages.next() else { break };
            let Ok(message) = item else {
                // Broken: for the receiver to find, because an end may have been in it.
                if source.group == 0 || *verdict == OnReceive::Forward {
                    out.extend(&datagram[at..]);
                }
                break;
            };
            let found = self.open(message, source);
            let end = matches!(message.header.message_type, NLMSG_DONE | NLMSG_ERROR);
            let refused = match (found, verdict) {
                (Some(ix), OnReceive::Error(errno)) => Some(*self.open[ix].refused.get_or_insert(*errno)),
                (Some(ix), _) => self.open[ix].refused,
                (None, OnReceive::Error(errno)) => {
                    out.extend(error(message, *errno, None));
                    continue;
                }
                (None, _) => None,
            };
            if let (Some(ix), true) = (found, end) {
                self.open.remove(ix);
            }
            match refused {
                Some(errno) if end => out.extend(error(message, errno, None)),
                Some(_) => {}
                None if *verdict == OnReceive::Drop && !(end && source.group == 0) => {}
                None => out.extend(&datagram[at..messages.offset()]),
            }
        }
        (!out.is_empty() || (datagram.is_empty() && *verdict == OnReceive::Forward)).then_some(out)
    }

    /// Applies a verdict to the datagram in the buffer; `None` if nothing of it is left.
    fn judge(
        &mut self,
        buffer: &mut Vec<u8>,
        Datagram { len, source }: Datagram,
        verdict: OnReceive,
    ) -> io::Result<Option<Datagram>> {
        // A transport may be anybody's.
        let len = len.min(buffer.len());
        let as_it_is = match verdict {
            OnReceive::Lose => return Err(io::Error::from_raw_os_error(libc::ENOBUFS)),
            OnReceive::Replace(bytes) => {
                // The ends in it count, as those of the reply that it stands for.
                return Ok(self
                    .sift(&bytes, source, &OnReceive::Forward)
                    .map(|left| deliver(&left, source, buffer)));
            }
            OnReceive::Forward => self.open.iter().all(|o| o.refused.is_none()),
            OnReceive::Drop | OnReceive::Error(_) => false,
        };
        if as_it_is {
            // The usual case, without a copy.
            for message in Messages::new(&buffer[..len]).map_while(Result::ok) {
                if matches!(message.header.message_type, NLMSG_DONE | NLMSG_ERROR) {
                    if let Some(ix) = self.open(message, source) {
                        self.open.remove(ix);
                    }
                }
            }
            return Ok(Some(Datagram { len, source }));
        }
        let left = self.sift(&buffer[..len], source, &verdict);
        Ok(left.map(|left| deliver(&left, source, buffer)))
    }
}

impl<T: Transport> Transport for Intercept<T> {
    fn port(&self) -> u32 {
        self.inner.port()
    }

    fn send(&mut self, datagram: &[u8]) -> io::Result<()> {
        let answers: Vec<Vec<u8>> = match (self.on_send)(datagram) {
            OnSend::Forward => return self.forward(datagram),
            OnSend::Replace(bytes) => return self.forward(&bytes),
            OnSend::Return(datagrams) => datagrams,
            OnSend::Error(errno) => {
                let requests = Messages::new(datagram).map_while(Result::ok);
                requests.filter_map(|request| refuse(request, errno, self.inner.port())).collect()
            }
        };
        self.ready.extend(answers.into_iter().map(|bytes| (bytes, Source::default())));
        Ok(())
    }

    /// What was returned comes first. Where datagrams are dropped, a time limit may take twice as
    /// long.
    fn receive(&mut self, buffer: &mut Vec<u8>, wait: Wait) -> io::Result<Datagram> {
        if let Some((bytes, source)) = self.ready.pop_front() {
            return Ok(deliver(&bytes, source, buffer));
        }
        let end = self.timeout.and_then(|limit| Instant::now().checked_add(limit));
        loop {
            let datagram = self.inner.receive(buffer, wait)?;
            let bytes = buffer.get(..datagram.len).unwrap_or_default();
            let verdict = (self.on_receive)(bytes, datagram.source);
            if let Some(datagram) = self.judge(buffer, datagram, verdict)? {
                return Ok(datagram);
            }
            if wait == Wait::Yes && end.is_some_and(|end| Instant::now() >= end) {
                return Err(io::ErrorKind::TimedOut.into());
            }
        }
    }

    fn join(&mut self, group: u32) -> io::Result<()> {
        self.inner.join(group)
    }

    fn leave(&mut self, group: u32) -> io::Result<()> {
        self.inner.leave(group)
    }

    fn set_timeout(&mut self, limit: Option<Duration>) -> io::Result<()> {
        self.inner.set_timeout(limit)?;
        self.timeout = limit;
        Ok(())
    }

    fn receive_buffer(&self) -> Option<usize> {
        self.inner.receive_buffer()
    }

    fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.inner.fd()
    }

    fn pending(&self) -> bool {
        !self.ready.is_empty() || self.inner.pending()
    }
}

impl<T: fmt::Debug> fmt::Debug for Intercept<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Intercept")
            .field("inner", &self.inner)
            .field("ready", &self.ready.len())
            .field("open", &self.open.len())
            .finish_non_exhaustive()
    }
}
