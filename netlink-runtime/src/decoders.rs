//! Decoders that are found by what a message says it is: for message types that are known at run time
//! only, such as those of generic netlink families, and for programs that read many.
//!
//! A [`KeyRule`] says which number tells messages apart; [`Decoders`] has a decoder for each: a closure
//! over the message, over a derived type's view, or over a message with a [`SetMeta`].
//!
//! ```
//! use netlink_runtime::decoders::{Decoded, Decoders, KeyRule};
//! use netlink_runtime::prelude::*;
//! use netlink_runtime::{Protocol, socket::Socket};
//!
//! #[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
//! #[netlink(family = "nlctrl", version = 2)]
//! struct Family {
//!     #[netlink(CTRL_ATTR_FAMILY_NAME = 2)]
//!     name: Option<NlString>,
//! }
//!
//! let mut generic = Socket::open(Protocol::Generic)?;
//! // The number is the kernel's, not the program's.
//! let id = generic.family("nlctrl")?.id;
//! let mut decoders = Decoders::new(KeyRule::Generic)
//!     .view::<Family>(KeyRule::generic(id, 1), |family| Ok(family.name()?.map(|n| n.to_string())));
//!
//! let mut replies = generic.raw_request(id, 0x300, &[3, 2, 0, 0])?;
//! let names = replies.parse(|message| match decoders.decode(message)? {
//!     Decoded::Value(name) => Ok(Some(name)),
//!     Decoded::Skipped | Decoded::Unknown(_) => Ok(None),
//! })?;
//! assert!(names.contains(&"nlctrl".to_owned()));
//! # Ok::<(), netlink_runtime::socket::Error>(())
//! ```

use crate::error::{DecodeError, DecodeErrorKind};
use crate::message::{GenlHeader, Header, MessageRef, NLMSG_DONE};
use crate::meta::{Order, SetMeta};
use crate::view::{AttrSet, View};
use crate::walk::Body;
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use core::fmt;

/// Which number of a message says what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyRule {
    /// `nlmsg_type`. That of netfilter has subsystem and message in it: [`KeyRule::netfilter`].
    MessageType,
    /// Family and command of generic netlink: [`KeyRule::generic`].
    Generic,
    /// `sdiag_family`, the first byte of what `NETLINK_SOCK_DIAG` answers (`struct inet_diag_msg`,
    /// `struct unix_diag_msg` …): all of them have one `nlmsg_type`.
    SockDiag,
    /// `what` of a process event (`struct proc_event`, after `struct cn_msg`), on `NETLINK_CONNECTOR`.
    /// These come as `NLMSG_DONE` (`cn_netlink_send_mult`, `drivers/connector/connector.c`), which is no
    /// control message there.
    ProcEvent,
    /// Some other bytes.
    Field(Field),
}

/// Bytes of a message that are a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Where they start, from the start of `nlmsghdr`.
    pub offset: usize,
    /// How many: 1, 2, 4 or 8.
    pub bytes: u8,
    /// Their order.
    pub order: Order,
    /// The bits that count; the others are 0 in the key.
    pub mask: u64,
}

/// `struct proc_event` behind `nlmsghdr` and `struct cn_msg`.
const PROC_EVENT: usize = Header::LEN + 20;

impl KeyRule {
    /// The key of a generic netlink message, given the family's message type.
    pub const fn generic(family: u16, command: u8) -> u64 {
        (family as u64) << 8 | command as u64
    }

    /// The key of a netfilter message (`NFNL_SUBSYS_*`, and the message within it), which is its
    /// `nlmsg_type`.
    pub const fn netfilter(subsystem: u8, message: u8) -> u64 {
        (subsystem as u64) << 8 | message as u64
    }

    /// The key of a message; `None` if it is too short to have one.
    ///
    /// ```
    /// use netlink_runtime::decoders::{Field, KeyRule};
    /// use netlink_runtime::message::{Header, MessageRef};
    /// use netlink_runtime::meta::Order;
    ///
    /// let header = Header { len: 18, message_type: 0x0a03, flags: 0, sequence: 1, port: 2 };
    /// let bytes = [&header.to_bytes()[..], &[7, 8]].concat();
    /// let message = MessageRef::parse(&bytes)?;
    /// assert_eq!(KeyRule::MessageType.key(message), Some(KeyRule::netfilter(10, 3)));
    /// assert_eq!(KeyRule::SockDiag.key(message), Some(7));
    /// assert_eq!(KeyRule::ProcEvent.key(message), None);
    /// let field = Field { offset: 16, bytes: 2, order: Order::Big, mask: 0xff };
    /// assert_eq!(KeyRule::Field(field).key(message), Some(8));
    /// # Ok::<(), netlink_runtime::message::MessageError>(())
    /// ```
    pub fn key(&self, message: MessageRef<'_>) -> Option<u64> {
        let native = |offset, bytes| Field { offset, bytes, order: Order::Native, mask: u64::MAX };
        match self {
            KeyRule::MessageType => Some(message.header.message_type.into()),
            KeyRule::Generic => {
                let (genl, _) = GenlHeader::split(message.payload())?;
                Some(KeyRule::generic(message.header.message_type, genl.command))
            }
            KeyRule::SockDiag => native(Header::LEN, 1).read(message.bytes()),
            KeyRule::ProcEvent => native(PROC_EVENT, 4).read(message.bytes()),
            KeyRule::Field(field) => field.read(message.bytes()),
        }
    }

    /// Where what a set describes starts in a message.
    fn body(&self) -> usize {
        match self {
            KeyRule::Generic => Header::LEN + GenlHeader::LEN,
            KeyRule::ProcEvent => PROC_EVENT,
            KeyRule::MessageType | KeyRule::SockDiag | KeyRule::Field(_) => Header::LEN,
        }
    }
}

impl Field {
    fn read(&self, message: &[u8]) -> Option<u64> {
        let end = self.offset.checked_add(self.bytes.into())?;
        let bytes = message.get(self.offset..end).filter(|b| matches!(b.len(), 1 | 2 | 4 | 8))?;
        let big = match self.order {
            Order::Big | Order::Net => true,
            Order::Little => false,
            Order::Native => cfg!(target_endian = "big"),
        };
        let add = |key: u64, byte: &u8| key << 8 | u64::from(*byte);
        let key = if big { bytes.iter().fold(0, add) } else { bytes.iter().rev().fold(0, add) };
        Some(key & self.mask)
    }
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decoded<T> {
    /// What its decoder made of it.
    Value(T),
    /// Its decoder does not want it.
    Skipped,
    /// Nobody decodes messages of this key; `None` for messages that are too short to have one, and
    /// for control messages (`NLMSG_ERROR`, `NLMSG_DONE` …), which mean the same everywhere.
    Unknown(Option<u64>),
}

type Decode<T> = Box<dyn FnMut(MessageRef<'_>) -> Result<Option<T>, DecodeError> + Send>;
type Fix<T> = Box<dyn FnMut(&mut T, MessageRef<'_>) + Send>;

/// Decoders by key, which all make a `T`.
///
/// A decoder gives `Some`, or `None` to skip a message. It sees one message and nothing else, so it
/// can end no reply and lose no message but its own.
pub struct Decoders<T> {
    rule: KeyRule,
    by_key: BTreeMap<u64, Decode<T>>,
    otherwise: Option<Decode<T>>,
    fix: Option<Fix<T>>,
}

impl<T> Decoders<T> {
    /// No decoders yet.
    pub fn new(rule: KeyRule) -> Self {
        Decoders { rule, by_key: BTreeMap::new(), otherwise: None, fix: None }
    }

    /// The rule by which messages are told apart.
    pub fn rule(&self) -> KeyRule {
        self.rule
    }

    /// Has a closure decode messages of this key. The last one that was given for a key counts.
    #[must_use]
    pub fn on(
        mut self,
        key: u64,
        decode: impl FnMut(MessageRef<'_>) -> Result<Option<T>, DecodeError> + Send + 'static,
    ) -> Self {
        self.by_key.insert(key, Box::new(decode));
        self
    }

    /// Has a closure read the view of a derived type. It begins where the rule says that payloads do:
    /// behind `nlmsghdr`, for generic netlink behind `genlmsghdr`, for process events behind `cn_msg`.
    #[must_use]
    pub fn view<M: AttrSet>(
        self,
        key: u64,
        mut read: impl FnMut(M::View<'_>) -> Result<Option<T>, DecodeError> + Send + 'static,
    ) -> Self {
        let body = self.rule.body();
        self.on(key, move |message| read(View::parse(message.bytes().get(body..).unwrap_or_default())?))
    }

    /// Has a closure read a message that a set describes, from a schema that was loaded at run time
    /// for instance. It begins where [`view`](Self::view)s do.
    #[must_use]
    pub fn set(
        self,
        key: u64,
        set: &'static SetMeta,
        mut read: impl FnMut(Body<'_>) -> Result<Option<T>, DecodeError> + Send + 'static,
    ) -> Self {
        let body = self.rule.body();
        self.on(key, move |message| {
            let payload = message.bytes().get(body..).unwrap_or_default();
            let short = |_| DecodeError::new(DecodeErrorKind::Header, set, 0, payload.len());
            read(Body::parse(set, payload).map_err(short)?)
        })
    }

    /// Has a closure decode messages whose key has no decoder, and those without a key.
    #[must_use]
    pub fn otherwise(
        mut self,
        decode: impl FnMut(MessageRef<'_>) -> Result<Option<T>, DecodeError> + Send + 'static,
    ) -> Self {
        self.otherwise = Some(Box::new(decode));
        self
    }

    /// Has a closure change every value that was decoded, given the message that it is of.
    #[must_use]
    pub fn fix(mut self, fix: impl FnMut(&mut T, MessageRef<'_>) + Send + 'static) -> Self {
        self.fix = Some(Box::new(fix));
        self
    }

    /// Removes the decoder of a key; whether there was one.
    pub fn remove(&mut self, key: u64) -> bool {
        self.by_key.remove(&key).is_some()
    }

    /// The keys that have a decoder, in order.
    pub fn keys(&self) -> impl Iterator<Item = u64> + '_ {
        self.by_key.keys().copied()
    }

    /// Decodes a message: of a reply, or of a notification.
    pub fn decode(&mut self, message: MessageRef<'_>) -> Result<Decoded<T>, DecodeError> {
        let event = self.rule == KeyRule::ProcEvent && message.header.message_type == NLMSG_DONE;
        if message.is_control() && !event {
            return Ok(Decoded::Unknown(None));
        }
        let key = self.rule.key(message);
        let by_key = key.and_then(|key| self.by_key.get_mut(&key));
        let Some(decode) = by_key.or(self.otherwise.as_mut()) else { return Ok(Decoded::Unknown(key)) };
        let Some(mut value) = decode(message)? else { return Ok(Decoded::Skipped) };
        if let Some(fix) = &mut self.fix {
            fix(&mut value, message);
        }
        Ok(Decoded::Value(value))
    }
}

impl<T> fmt::Debug for Decoders<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoders")
            .field("rule", &self.rule)
            .field("keys", &self.by_key.keys())
            .finish_non_exhaustive()
    }
}
