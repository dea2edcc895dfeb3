//! Acknowledgements: `NLMSG_ERROR` and `NLMSG_DONE` with their extended attributes, and the
//! kernel's errors as people want to read them.

mod errno;
mod path;
mod policy;

pub use errno::errno_name;
pub use policy::Policy;

use crate::message::{Header, MessageRef, NLM_F_ACK_TLVS, NLM_F_CAPPED, NLMSG_DONE, NLMSG_ERROR};
use crate::meta::SetMeta;
use crate::types::NlStr;
use crate::wire::{Attrs, align, wt};
use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

const MSG: u16 = 1;
const OFFS: u16 = 2;
const COOKIE: u16 = 3;
const POLICY: u16 = 4;
const MISS_TYPE: u16 = 5;
const MISS_NEST: u16 = 6;

/// What an `NLMSG_ERROR` or `NLMSG_DONE` message says, read where it lies.
#[derive(Clone, Copy, Debug)]
pub struct Ack<'a> {
    code: i32,
    request: Option<MessageRef<'a>>,
    attrs: Attrs<'a>,
}

impl<'a> Ack<'a> {
    /// Reads a message; `None` if it is neither `NLMSG_ERROR` nor `NLMSG_DONE`, or an
    /// `NLMSG_ERROR` too short to hold its code.
    pub fn parse(message: MessageRef<'a>) -> Option<Self> {
        let payload = message.payload();
        let code = payload.first_chunk().copied().map(i32::from_ne_bytes);
        let (code, request, attrs_at) = match message.header.message_type {
            // Some families end their replies with an empty NLMSG_DONE.
            NLMSG_DONE => (code.unwrap_or(0), None, 4),
            NLMSG_ERROR => {
                let echoed = payload.get(4..).unwrap_or_default();
                if message.has(NLM_F_CAPPED) {
                    (code?, None, 4 + Header::LEN)
                } else {
                    let len = Header::parse(echoed).map_or(0, |h| h.len as usize);
                    (code?, MessageRef::parse(echoed).ok(), 4 + align(len.min(echoed.len())))
                }
            }
            _ => return None,
        };
        let attrs = if message.has(NLM_F_ACK_TLVS) { payload.get(attrs_at..) } else { None };
        Some(Ack { code, request, attrs: Attrs::new(attrs.unwrap_or_default()) })
    }

    /// The error number, 0 on success.
    pub fn errno(&self) -> i32 {
        // The kernel negates; a positive code in NLMSG_DONE is a length, and no error.
        if self.code < 0 { self.code.saturating_neg() } else { 0 }
    }

    /// The request as the kernel sent it back, which it does on errors unless it caps them.
    pub fn request(&self) -> Option<MessageRef<'a>> {
        self.request
    }

    /// The kernel's text. On success it is a warning.
    pub fn message(&self) -> Option<&'a [u8]> {
        self.attrs.find::<wt::Str>(MSG).map(NlStr::bytes)
    }

    /// Offset of the offending attribute from the start of the request.
    pub fn offset(&self) -> Option<u32> {
        self.attrs.find::<wt::U32>(OFFS)
    }

    /// Opaque bytes by which some families return an identifier.
    pub fn cookie(&self) -> Option<&'a [u8]> {
        self.attrs.find::<wt::Bytes>(COOKIE)
    }

    /// What the offending attribute should have been.
    pub fn policy(&self) -> Option<Policy> {
        self.attrs.find::<wt::Bytes>(POLICY).map(Policy::parse)
    }

    /// The attribute that is missing.
    pub fn missing_attr(&self) -> Option<u32> {
        self.attrs.find::<wt::U32>(MISS_TYPE)
    }

    /// Offset of the nest in which an attribute is missing; absent if it is missing at the
    /// message's own level.
    pub fn missing_nest(&self) -> Option<u32> {
        self.attrs.find::<wt::U32>(MISS_NEST)
    }
}

/// An error that the kernel answered, or a warning (with [`errno`](Self::errno) 0).
///
/// ```
/// use netlink_runtime::extack::{Ack, KernelError};
/// use netlink_runtime::message::{Header, MessageRef, NLM_F_ACK_TLVS, NLMSG_DONE};
///
/// let header = Header { len: 32, message_type: NLMSG_DONE, flags: NLM_F_ACK_TLVS, sequence: 1, port: 2 };
/// let mut bytes = header.to_bytes().to_vec();
/// bytes.extend((-22i32).to_ne_bytes());
/// bytes.extend(12u16.to_ne_bytes());
/// bytes.extend(1u16.to_ne_bytes());
/// bytes.extend(b"No way\0\0");
///
/// let message = MessageRef::parse(&bytes)?;
/// let error = KernelError::new(&Ack::parse(message).unwrap());
/// assert_eq!(error.to_string(), "EINVAL: No way");
/// # Ok::<(), netlink_runtime::message::MessageError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KernelError {
    /// What was asked, by name.
    pub request: Option<&'static str>,
    /// The error number, positive.
    pub errno: i32,
    /// The kernel's text.
    pub message: Option<String>,
    /// Names of the attributes that lead to the offending one: `IFLA_LINKINFO.IFLA_INFO_DATA`.
    pub attr_path: Option<String>,
    /// Where the offending attribute starts in the request, its `nlmsghdr` included.
    pub offset: Option<u32>,
    /// The attribute that is missing.
    pub missing: Option<Missing>,
    /// What the offending attribute should have been.
    pub policy: Option<Policy>,
    /// Opaque bytes by which some families return an identifier.
    pub cookie: Option<Vec<u8>>,
}

/// An attribute that the kernel misses in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Missing {
    /// Its number.
    pub attr: u32,
    /// Where the nest that should hold it starts in the request; `None` for the message itself.
    pub nest_offset: Option<u32>,
    /// Names of the nests that lead to it, and its own.
    pub path: Option<String>,
}

impl KernelError {
    /// Takes over what an acknowledgement says. Attributes get their names by
    /// [`locate`](Self::locate).
    pub fn new(ack: &Ack<'_>) -> Self {
        KernelError {
            request: None,
            errno: ack.errno(),
            message: ack.message().map(|m| String::from_utf8_lossy(m).into_owned()),
            attr_path: None,
            offset: ack.offset(),
            missing: ack.missing_attr().map(|attr| Missing {
                attr,
                nest_offset: ack.missing_nest(),
                path: None,
            }),
            policy: ack.policy(),
            cookie: ack.cookie().map(<[u8]>::to_owned),
        }
    }

    /// Names the offending and the missing attribute.
    ///
    /// `request` is the message that was sent, and `body` where what `set` describes starts in
    /// it: after `nlmsghdr`, or after `genlmsghdr`. Sockets do it by themselves with the feature `names`.
    pub fn locate(&mut self, request: &[u8], body: usize, set: &'static SetMeta) {
        if let Some(offset) = self.offset {
            self.attr_path = path::of_offset(request, body, set, offset as usize);
        }
        if let Some(missing) = &mut self.missing {
            let nest = missing.nest_offset.map(|o| o as usize);
            missing.path = path::of_missing(request, body, set, nest, missing.attr);
        }
    }

    /// `EINVAL`; `None` for a number without a name.
    pub fn name(&self) -> Option<&'static str> {
        errno_name(self.errno)
    }
}

impl fmt::Display for KernelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(request) = self.request {
            write!(f, "{request}: ")?;
        }
        match (self.errno, self.name()) {
            (0, _) => f.write_str("warning")?,
            (_, Some(name)) => f.write_str(name)?,
            (errno, None) => write!(f, "errno {errno}")?,
        }
        match (&self.attr_path, self.offset) {
            (Some(path), _) => write!(f, " at {path}")?,
            (None, Some(offset)) => write!(f, " at offset {offset}")?,
            (None, None) => {}
        }
        if let Some(message) = &self.message {
            write!(f, ": {message}")?;
        }
        if let Some(missing) = &self.missing {
            match (&missing.path, missing.nest_offset) {
                (Some(path), _) => write!(f, " (missing: {path})")?,
                (None, Some(nest)) => {
                    write!(f, " (missing: attribute {} of the nest at offset {nest})", missing.attr)?
                }
                (None, None) => write!(f, " (missing: attribute {})", missing.attr)?,
            }
        }
        match &self.policy {
            Some(policy) => write!(f, " (policy: {policy})"),
            None => Ok(()),
        }
    }
}

impl core::error::Error for KernelError {}
