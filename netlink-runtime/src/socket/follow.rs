//! Following events, blocking.

use super::blocking::Socket;
use super::error::Result;
pub use super::following::Followed;
use super::following::Following;
use super::io::now;
use crate::decoders::Decoders;
use std::fmt;
use std::future::ready;
use std::time::Duration;

/// What happens, heard by one socket or by several of whatever protocols, as values.
///
/// A socket that joined groups is given with [`Decoders`] for what these send. With a function that
/// reads the state that the notifications are about, the stream begins with that state, and where the
/// kernel had to drop notifications ([`Event::Overrun`](super::Event::Overrun)), it is read again: who
/// applies all that is told to a table of what is known has it right in the end.
///
/// ```
/// use netlink_runtime::decoders::{Decoders, KeyRule};
/// use netlink_runtime::genl::{Family, GetFamilies};
/// use netlink_runtime::socket::{Follow, Followed, Socket};
/// use netlink_runtime::{Protocol, Reply};
/// use std::collections::BTreeMap;
///
/// let mut generic = Socket::open(Protocol::Generic)?;
/// generic.join_group("nlctrl", "notify")?;
/// let family = |gone| move |message: netlink_runtime::message::MessageRef<'_>| {
///     Ok(Some((gone, Family::view(message.payload())?)))
/// };
/// let decoders = Decoders::new(KeyRule::Generic)
///     .on(KeyRule::generic(16, 1), family(false)) // CTRL_CMD_NEWFAMILY
///     .on(KeyRule::generic(16, 2), family(true)) // CTRL_CMD_DELFAMILY
///     .otherwise(|_| Ok(None)); // groups that come and go
///
/// let mut changes = Follow::new().state(generic, decoders, |generic| {
///     generic.dump_all(GetFamilies, |family| Ok((false, family)))
/// });
/// let mut known = BTreeMap::new();
/// // Here for ever would be `loop { match changes.receive()? {`.
/// while let Some(change) = changes.try_receive()? {
///     match change {
///         Followed::Anew { all, .. } => known = all.into_iter().map(|(_, f)| (f.id, f.name)).collect(),
///         Followed::Told { value: (true, family), .. } => drop(known.remove(&family.id)),
///         Followed::Told { value: (false, family), .. } => drop(known.insert(family.id, family.name)),
///         other => eprintln!("{other:?}"),
///     }
/// }
/// assert_eq!(known[&16], "nlctrl");
/// # Ok::<(), netlink_runtime::socket::Error>(())
/// ```
pub struct Follow<T>(Following<Socket, T>);

impl<T: Send> Follow<T> {
    /// No sockets yet.
    pub fn new() -> Self {
        Follow(Following::new())
    }

    /// A socket whose notifications are all there is: those that are missing are
    /// [`Followed::Missed`].
    #[must_use]
    pub fn notifications(mut self, socket: Socket, decoders: Decoders<T>) -> Self {
        self.0.add(socket, decoders, None);
        self
    }

    /// A socket whose notifications say how a state changes, and what reads that state. `read` is called
    /// at the start and wherever notifications are missing; where it fails, that is told, and the next
    /// call tries again.
    ///
    /// Notifications that are older than what is read are dropped, and those that came while it was
    /// read are told: a change may be there already.
    #[must_use]
    pub fn state(
        mut self,
        socket: Socket,
        decoders: Decoders<T>,
        mut read: impl FnMut(&mut Socket) -> Result<Vec<T>> + Send + 'static,
    ) -> Self
    where
        T: 'static,
    {
        self.0.add(socket, decoders, Some(Box::new(move |socket| Box::pin(ready(read(socket))))));
        self
    }

    /// Limits how long [`receive`](Self::receive) waits; `None` is for ever. A single socket over a
    /// transport without a file descriptor has its [own limit](Socket::set_timeout).
    pub fn set_timeout(&mut self, limit: Option<Duration>) {
        self.0.limit = limit;
    }

    /// A socket, by its number: to join another group, say.
    ///
    /// What answers to something [sent](Socket::send) by it comes to the decoders, like notifications.
    pub fn socket(&mut self, source: usize) -> Option<&mut Socket> {
        self.0.sources.get_mut(source).map(|source| &mut source.socket)
    }

    /// Waits for what comes next, from any of the sockets in turn.
    ///
    /// A message that its decoder finds malformed is an error, as is a state that cannot be read; the
    /// next call goes on behind it.
    pub fn receive(&mut self) -> Result<Followed<T>> {
        now(self.0.receive())
    }

    /// What has come, without waiting for more. (A state that is to be read is read.)
    pub fn try_receive(&mut self) -> Result<Option<Followed<T>>> {
        now(self.0.arrived())
    }
}

impl<T: Send> Default for Follow<T> {
    fn default() -> Self {
        Follow::new()
    }
}

impl<T> fmt::Debug for Follow<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
