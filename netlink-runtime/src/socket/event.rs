//! What arrives at a socket for nobody in particular.

use super::engine::{Overrun, RequestId};
use crate::message::MessageRef;

/// What [`Socket::receive`](super::Socket::receive) gives.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A message that answers no request.
    Notification {
        /// The multicast group, 0 if it was sent to this socket alone.
        group: u32,
        /// The network namespace that it is about, by the number that the socket's own has for it
        /// (`RTM_NEWNSID`; `ip netns list-id`). `None` is the socket's own (which only has a number if somebody
        /// gave it one); others are heard by sockets
        /// that [listen to all](super::Builder::all_namespaces).
        namespace: Option<i32>,
        /// The message.
        message: MessageRef<'a>,
    },
    /// A reply to a request that was [sent](super::Socket::send).
    Reply {
        /// The request.
        request: RequestId,
        /// The message.
        message: MessageRef<'a>,
    },
    /// The end of the replies to a request that was [sent](super::Socket::send).
    End {
        /// The request.
        request: RequestId,
        /// `NLMSG_DONE` or `NLMSG_ERROR`; [`Ack`](crate::extack::Ack) reads it.
        message: MessageRef<'a>,
        /// The dump is not consistent.
        interrupted: bool,
    },
    /// Notifications are missing here. Who follows a state reads it anew.
    Overrun(Overrun),
}
