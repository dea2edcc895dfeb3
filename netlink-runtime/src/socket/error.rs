//! Why a request failed.

use crate::error::{DecodeError, EncodeError};
use crate::extack::KernelError;
use crate::message::MessageError;
use crate::protocol::Protocol;
use std::{fmt, io};

/// The result of a socket's operation.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a request failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A system call failed. [`io::ErrorKind::TimedOut`] is the socket's own time limit.
    Io(io::Error),
    /// The kernel refused.
    Kernel(Box<KernelError>),
    /// A reply's fixed header, or an attribute that was asked for, is malformed.
    Decode(DecodeError),
    /// The request cannot be written.
    Encode(EncodeError),
    /// What was dumped changed meanwhile (`NLM_F_DUMP_INTR`): entries may be missing or there
    /// twice. Everything that came was yielded before this.
    DumpInterrupted,
    /// The end of the reply never came: it is in what the kernel had to drop because the socket's
    /// receive buffer was full, or in a datagram that was malformed.
    Overrun,
    /// No generic netlink family has this name (on this kernel, now).
    UnknownFamily {
        /// The name.
        name: Box<str>,
    },
    /// No generic netlink family has this number (on this kernel, now).
    UnknownFamilyId {
        /// The number.
        id: u16,
    },
    /// A generic netlink family has no multicast group of this name.
    UnknownGroup {
        /// Family and group: `nlctrl/notify`.
        name: Box<str>,
    },
    /// A message of another type (for generic netlink: command) among the replies. The replies
    /// after it can be read.
    UnexpectedMessage {
        /// `nlmsg_type`, or the command.
        message_type: u16,
    },
    /// A message's length is impossible. The rest of its datagram is lost; replies in other
    /// datagrams can be read.
    Malformed(MessageError),
    /// Another number of replies than the one that was expected.
    ReplyCount(usize),
    /// A request for another protocol than the socket's.
    WrongProtocol {
        /// What the socket speaks.
        socket: Protocol,
        /// What the request needs.
        request: Protocol,
    },
}

impl Error {
    /// The kernel's error, if it is one.
    pub fn kernel(&self) -> Option<&KernelError> {
        match self {
            Error::Kernel(e) => Some(e),
            _ => None,
        }
    }

    /// The error number of a system call or of the kernel's answer.
    pub fn errno(&self) -> Option<i32> {
        match self {
            Error::Io(e) => e.raw_os_error(),
            Error::Kernel(e) => Some(e.errno),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Io(e) => write!(f, "netlink socket: {e}"),
            Error::Kernel(e) => e.fmt(f),
            Error::Decode(e) => e.fmt(f),
            Error::Encode(e) => e.fmt(f),
            Error::DumpInterrupted => {
                f.write_str("the dump is inconsistent: what it lists changed meanwhile (NLM_F_DUMP_INTR)")
            }
            Error::Overrun => {
                f.write_str("the end of the reply is lost: the socket's receive buffer was full")
            }
            Error::UnknownFamily { name } => write!(f, "no generic netlink family is named {name}"),
            Error::UnknownFamilyId { id } => write!(f, "no generic netlink family has the number {id}"),
            Error::UnknownGroup { name } => {
                write!(f, "no generic netlink family has the multicast group {name}")
            }
            Error::UnexpectedMessage { message_type } => {
                write!(f, "a message of type {message_type} is no reply to this request")
            }
            Error::Malformed(e) => write!(f, "malformed datagram: {e}"),
            Error::ReplyCount(0) => f.write_str("the kernel acknowledged the request without a reply"),
            Error::ReplyCount(n) => write!(f, "one reply was expected, and {n} came"),
            Error::WrongProtocol { socket, request } => write!(
                f,
                "the request is for netlink protocol {}, and the socket speaks {}",
                request.0, socket.0
            ),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        // Errors that are shown as they are have no source of their own to add.
        match self {
            Error::Io(e) => Some(e),
            Error::Malformed(e) => Some(e),
            _ => None,
        }
    }
}

macro_rules! from {
    ($($type:ty => $variant:ident),*) => {$(
        impl From<$type> for Error {
            fn from(e: $type) -> Self {
                Error::$variant(e)
            }
        }
    )*};
}

from!(io::Error => Io, DecodeError => Decode, EncodeError => Encode, MessageError => Malformed);

impl From<Box<KernelError>> for Error {
    fn from(e: Box<KernelError>) -> Self {
        Error::Kernel(e)
    }
}
