//! What a socket sends and how it reads what comes back.

use crate::error::{DecodeError, EncodeError};
use crate::meta::{SetMeta, StructMeta};
use crate::protocol::{MessageType, Protocol};
use crate::view::AttrSet;
use crate::walk::StructRef;
use alloc::vec::Vec;

/// A request that a socket can send. Derived operations make them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no request",
    note = "operations make them: `GetLink::request()` for one reply, `GetLink::dump()` for all"
)]
pub trait Request {
    /// How replies are read.
    type Reply: Reply;

    /// The protocol it is spoken on.
    const PROTOCOL: Protocol;

    /// The message type or command.
    fn message_type(&self) -> MessageType;

    /// `NLM_F_*` bits besides `NLM_F_REQUEST`, `NLM_F_ACK` and, for a dump, `NLM_F_DUMP`.
    fn flags(&self) -> u16;

    /// Appends what follows `nlmsghdr` (for generic netlink: what follows `genlmsghdr`): the fixed header and the
    /// attributes.
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError>;

    /// The request's attributes, to name those that the kernel refuses.
    fn set(&self) -> Option<&'static SetMeta>;

    /// What is asked, for error texts: `RTM_NEWLINK`.
    fn name(&self) -> Option<&'static str> {
        None
    }
}

#[diagnostic::do_not_recommend]
impl<R: Request + ?Sized> Request for &R {
    type Reply = R::Reply;

    const PROTOCOL: Protocol = R::PROTOCOL;

    fn message_type(&self) -> MessageType {
        (**self).message_type()
    }

    fn flags(&self) -> u16 {
        (**self).flags()
    }

    fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        (**self).encode(out)
    }

    fn set(&self) -> Option<&'static SetMeta> {
        (**self).set()
    }

    fn name(&self) -> Option<&'static str> {
        (**self).name()
    }
}

/// A type of replies that are messages of an attribute set. Derived operations implement it.
pub trait SetReply: for<'a> Reply<View<'a> = <Self::Set as AttrSet>::View<'a>> {
    /// The set.
    type Set: AttrSet;
}

/// A type of replies.
pub trait Reply {
    /// The borrowed form.
    type View<'a>;

    /// Reads what follows `nlmsghdr` (for generic netlink: what follows `genlmsghdr`).
    fn view(payload: &[u8]) -> Result<Self::View<'_>, DecodeError>;

    /// The same, given the fixed header of the request that it answers: payloads may depend on
    /// what was asked.
    fn answer<'a>(payload: &'a [u8], request: Option<StructRef<'a>>) -> Result<Self::View<'a>, DecodeError> {
        let _ = request;
        Self::view(payload)
    }

    /// The fixed header of the requests that it answers, if it knows: then nobody else has to keep it. For
    /// derived operations.
    #[doc(hidden)]
    fn known_header() -> Option<&'static StructMeta> {
        None
    }

    /// Whether a message of this type (for generic netlink: this command) is such a reply.
    fn accepts(message_type: u16) -> bool;
}
