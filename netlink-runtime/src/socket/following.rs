//! What following events is, over sockets of either kind.

use super::asynchronous;
use super::blocking::Socket;
use super::core::Core;
use super::engine::Overrun;
use super::error::{Error, Result};
use super::event::Event;
use super::io::{Blocking, Io};
use super::sys;
use super::transport::Wait;
use crate::decoders::{Decoded, Decoders};
use std::fmt;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

/// How often a state is read anew at once, when that is what fails.
const TRIES: usize = 8;

/// What following gives; `source` is the number of the socket, counted from 0 as they were given.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Followed<T> {
    /// A notification, as its decoder made it.
    Told {
        /// The socket.
        source: usize,
        /// The multicast group; 0 if it was sent to the socket alone.
        group: u32,
        /// The network namespace that it is about; see [`Event::Notification`].
        namespace: Option<i32>,
        /// The value.
        value: T,
    },
    /// A state was read: what was known of it before is void. This comes first, and again wherever
    /// notifications are missing.
    Anew {
        /// The socket.
        source: usize,
        /// All there is.
        all: Vec<T>,
    },
    /// Notifications are missing here, of a socket whose state is not read.
    Missed {
        /// The socket.
        source: usize,
        /// How many, if that is known.
        overrun: Overrun,
    },
    /// A message that the decoders have no place for.
    Unknown {
        /// The socket.
        source: usize,
        /// Its key; `None` if it has none.
        key: Option<u64>,
    },
}

/// Reads a state.
pub(super) type Read<S, T> = Box<dyn for<'s> FnMut(&'s mut S) -> Reading<'s, T> + Send>;
/// A state that is being read.
pub type Reading<'s, T> = Pin<Box<dyn Future<Output = Result<Vec<T>>> + Send + 's>>;

/// A socket of either kind.
pub(super) trait Held: Send + Sized {
    type Io: Io;

    fn core(&mut self) -> &mut Core<Self::Io>;

    /// Waits until one of the sockets may have something.
    fn wait<T: Send>(
        sources: &mut [Source<Self, T>],
        limit: Option<Duration>,
    ) -> impl Future<Output = Result<()>> + Send;
}

/// A socket, and what becomes of what it hears.
pub(super) struct Source<S, T> {
    pub(super) socket: S,
    decoders: Decoders<T>,
    read: Option<Read<S, T>>,
    /// The state is to be read: nothing is known yet, or not all.
    stale: bool,
}

/// Sockets that are followed.
pub(super) struct Following<S, T> {
    pub(super) sources: Vec<Source<S, T>>,
    pub(super) limit: Option<Duration>,
    /// The one that is heard next.
    turn: usize,
}

impl<S: Held, T: Send> Following<S, T> {
    pub(super) fn new() -> Self {
        Following { sources: Vec::new(), limit: None, turn: 0 }
    }

    pub(super) fn add(&mut self, socket: S, decoders: Decoders<T>, read: Option<Read<S, T>>) {
        let stale = read.is_some();
        self.sources.push(Source { socket, decoders, read, stale });
    }

    /// Waits for what comes next.
    pub(super) async fn receive(&mut self) -> Result<Followed<T>> {
        if self.sources.is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "no socket to follow").into());
        }
        loop {
            if let Some(followed) = self.arrived().await? {
                return Ok(followed);
            }
            S::wait(&mut self.sources, self.limit).await?;
        }
    }

    /// What is there. Each socket has its turn, so that a busy one does not keep the others waiting.
    pub(super) async fn arrived(&mut self) -> Result<Option<Followed<T>>> {
        for _ in 0..self.sources.len() {
            let source = self.turn;
            self.turn = (source + 1) % self.sources.len();
            let arrived = self.sources[source].arrived(source).await?;
            if arrived.is_some() {
                return Ok(arrived);
            }
        }
        Ok(None)
    }
}

impl<S: fmt::Debug, T> fmt::Debug for Following<S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.sources.iter().map(|source| &source.socket)).finish()
    }
}

impl<S: Held, T> Source<S, T> {
    async fn arrived(&mut self, source: usize) -> Result<Option<Followed<T>>> {
        if self.stale {
            return self.anew(source).await.map(Some);
        }
        loop {
            let Some(event) = self.socket.core().try_receive()? else { return Ok(None) };
            let (group, namespace, message) = match event {
                Event::Notification { group, namespace, message } => (group, namespace, message),
                Event::Reply { message, .. } | Event::End { message, .. } => (0, None, message),
                Event::Overrun(overrun) if self.read.is_none() => {
                    return Ok(Some(Followed::Missed { source, overrun }));
                }
                Event::Overrun(_) => {
                    self.stale = true;
                    return self.anew(source).await.map(Some);
                }
            };
            match self.decoders.decode(message)? {
                Decoded::Value(value) => {
                    return Ok(Some(Followed::Told { source, group, namespace, value }));
                }
                Decoded::Skipped => {}
                Decoded::Unknown(key) => return Ok(Some(Followed::Unknown { source, key })),
            }
        }
    }

    /// Reads the state. It stays stale where that fails, or is given up.
    async fn anew(&mut self, source: usize) -> Result<Followed<T>> {
        let mut tries = TRIES;
        loop {
            let whole = self.forget()?;
            let Some(read) = &mut self.read else { return Ok(Followed::Anew { source, all: Vec::new() }) };
            match read(&mut self.socket).await {
                Ok(all) => {
                    self.stale = !whole;
                    return Ok(Followed::Anew { source, all });
                }
                Err(Error::Overrun | Error::DumpInterrupted) if tries > 0 => tries -= 1,
                Err(e) => return Err(e),
            }
        }
    }

    /// Drops the notifications that are older than what is read now. The kernel tells of a loss before
    /// what it had queued until then, so these would undo what is read; what comes from now on is newer
    /// than the gap, and may be told once more.
    ///
    /// Whether nothing is missing behind what was dropped.
    fn forget(&mut self) -> Result<bool> {
        let core = self.socket.core();
        // As much as can have been queued; a flood need not come to an end for this.
        let room = core.io.transport().receive_buffer().unwrap_or(usize::MAX);
        let mut dropped = 0;
        while dropped < room {
            match core.try_receive() {
                Ok(Some(Event::Overrun(_))) => return Ok(false),
                Ok(Some(
                    Event::Notification { message, .. }
                    | Event::Reply { message, .. }
                    | Event::End { message, .. },
                )) => dropped += message.bytes().len(),
                Ok(None) => break,
                // What is malformed is dropped as well.
                Err(Error::Malformed(_)) => {}
                Err(e) => return Err(e),
            }
        }
        Ok(true)
    }
}

impl Held for Socket {
    type Io = Blocking;

    fn core(&mut self) -> &mut Core<Blocking> {
        &mut self.0
    }

    async fn wait<T: Send>(sources: &mut [Source<Self, T>], limit: Option<Duration>) -> Result<()> {
        match sources {
            [only] if only.socket.fd().is_none() => {
                only.socket.0.fill(Wait::Yes).await?;
                return Ok(());
            }
            _ => {}
        }
        if sources.iter().any(|source| source.socket.0.io.0.pending()) {
            return Ok(());
        }
        let text = "a transport without a file descriptor can be waited for alone only";
        let fds: Option<Vec<_>> = sources.iter().map(|source| source.socket.fd()).collect();
        let fds = fds.ok_or_else(|| io::Error::new(io::ErrorKind::Unsupported, text))?;
        Ok(sys::wait_for_any(&fds, limit)?)
    }
}

impl<I: Io> Held for asynchronous::Socket<I> {
    type Io = I;

    fn core(&mut self) -> &mut Core<I> {
        &mut self.0
    }

    async fn wait<T: Send>(sources: &mut [Source<Self, T>], _: Option<Duration>) -> Result<()> {
        let mut waits: Vec<_> =
            sources.iter_mut().map(|source| Box::pin(source.socket.0.fill(Wait::Yes))).collect();
        // Those that are dropped have received nothing.
        poll_fn(|context| {
            let ready = waits.iter_mut().find_map(|wait| match wait.as_mut().poll(context) {
                Poll::Ready(filled) => Some(filled),
                Poll::Pending => None,
            });
            ready.map_or(Poll::Pending, Poll::Ready)
        })
        .await?;
        Ok(())
    }
}
