//! Operations: what derived operation types share.

use crate::build::{Enc, SetBuilder};
use crate::error::EncodeError;
use crate::message::{NLM_F_APPEND, NLM_F_CREATE, NLM_F_ECHO, NLM_F_EXCL, NLM_F_REPLACE};
use crate::meta::SetMeta;
use crate::protocol::{MessageType, Protocol};
use crate::request::{Reply, Request};
use crate::{AttrSet, View};
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;

/// An operation that can be asked for. `#[derive(NetlinkOp)]` implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no operation that can be asked for",
    note = "operations have `#[derive(NetlinkOp)]`, and `request(NAME = 1, Type)` if they are asked for"
)]
pub trait Operation: Reply {
    /// The request's attributes and header.
    type Request: AttrSet;

    /// The request's C name: `RTM_NEWLINK`.
    const NAME: &'static str;

    /// The protocol.
    const PROTOCOL: Protocol;

    /// The message type or command.
    const TYPE: MessageType;

    /// `NLM_F_*` bits that every such request carries besides `NLM_F_REQUEST`.
    const FLAGS: u16;
}

/// Bytes that most requests stay below, so that their buffer does not move as it grows.
const ROOM: usize = 128;

/// A request of an operation, being filled.
pub struct Call<O> {
    payload: Vec<u8>,
    error: Option<EncodeError>,
    flags: u16,
    operation: PhantomData<fn() -> O>,
}

impl<O: Operation> Call<O> {
    /// A request with a zeroed header and no attributes.
    pub fn new() -> Self {
        let mut payload = Vec::with_capacity(ROOM);
        let error = O::Request::builder(Enc::new(&mut payload)).finish().end().err();
        Call { payload, error, flags: O::FLAGS, operation: PhantomData }
    }

    /// Fills the header and the attributes; what was there before is gone.
    #[must_use]
    pub fn with(mut self, build: impl FnOnce(Builder<O::Request>) -> Builder<O::Request>) -> Self {
        self.payload.clear();
        let enc = Enc::new(core::mem::take(&mut self.payload));
        match build(O::Request::builder(enc)).finish().end() {
            Ok(payload) => (self.payload, self.error) = (payload, None),
            Err(error) => self.error = Some(error),
        }
        self
    }

    /// Adds `NLM_F_*` bits.
    #[must_use]
    pub fn flags(mut self, flags: u16) -> Self {
        self.flags |= flags;
        self
    }

    /// Adds something that must not be there yet: `NLM_F_CREATE | NLM_F_EXCL`, as `ip route add` does;
    /// `EEXIST` otherwise.
    #[must_use]
    pub fn create(self) -> Self {
        self.flags(NLM_F_CREATE | NLM_F_EXCL)
    }

    /// Adds something behind what is there: `NLM_F_CREATE | NLM_F_APPEND`, as `ip route append` does.
    #[must_use]
    pub fn append(self) -> Self {
        self.flags(NLM_F_CREATE | NLM_F_APPEND)
    }

    /// Changes what must be there: `NLM_F_REPLACE`, as `ip route change` does; `ENOENT` otherwise.
    #[must_use]
    pub fn change(self) -> Self {
        self.flags(NLM_F_REPLACE)
    }

    /// Changes what is there, or adds it: `NLM_F_CREATE | NLM_F_REPLACE`, as `ip route replace` does.
    #[must_use]
    pub fn replace(self) -> Self {
        self.flags(NLM_F_CREATE | NLM_F_REPLACE)
    }

    /// Asks for the notification of the change as the reply: `NLM_F_ECHO`.
    #[must_use]
    pub fn echo(self) -> Self {
        self.flags(NLM_F_ECHO)
    }
}

/// The builder of a request's payload.
pub type Builder<T> = <T as AttrSet>::Builder<Vec<u8>>;

impl<O: Operation> Default for Call<O> {
    fn default() -> Self {
        Self::new()
    }
}

#[diagnostic::do_not_recommend]
impl<O: Operation> Request for Call<O> {
    type Reply = O;
    const PROTOCOL: Protocol = O::PROTOCOL;

    fn message_type(&self) -> MessageType {
        O::TYPE
    }

    fn flags(&self) -> u16 {
        self.flags
    }

    fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        out.extend_from_slice(&self.payload);
        Ok(())
    }

    fn set(&self) -> Option<&'static SetMeta> {
        Some(<O::Request as AttrSet>::meta())
    }

    fn name(&self) -> Option<&'static str> {
        Some(O::NAME)
    }
}

// Not derived: that would ask for `O: Debug`.
impl<O: Operation> fmt::Debug for Call<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut call = f.debug_struct("Call");
        call.field("name", &O::NAME).field("flags", &format_args!("{:#x}", self.flags));
        let request = <O::Request as AttrSet>::View::parse(&self.payload);
        match (self.error, request) {
            (Some(error), _) => call.field("error", &error),
            (None, Ok(request)) => call.field("request", &request),
            (None, Err(error)) => call.field("request", &error),
        };
        call.finish()
    }
}

#[cfg(all(test, feature = "derive"))]
mod tests {
    use super::*;
    use crate::{NetlinkMessage, NetlinkOp};

    #[derive(NetlinkMessage, Clone, Debug, Default, PartialEq)]
    struct Demo {
        #[netlink(DEMO_NUMBER = 1)]
        number: Option<u32>,
        #[netlink(DEMO_BYTES = 2)]
        bytes: Option<Vec<u8>>,
    }

    #[derive(NetlinkOp)]
    #[netlink(protocol = 0, do, flags(create), request(DEMO_NEW = 16, Demo))]
    struct NewDemo;

    #[derive(NetlinkOp)]
    #[netlink(family = "demo", dump, request(DEMO_CMD_GET = 3), reply(DEMO_CMD_NEW = 4, Demo))]
    struct GetDemo;

    #[test]
    fn requests_name_themselves() {
        assert_eq!(NewDemo::NAME, "DEMO_NEW");
        assert_eq!(NewDemo::request().name(), Some("DEMO_NEW"));
        assert_eq!(GetDemo::dump().name(), Some("DEMO_CMD_GET"));
    }

    /// S1-1.
    #[test]
    fn requests_carry_the_flags_of_what_they_do() {
        let flags = |call: Call<NewDemo>| call.flags & !0x400;
        assert_eq!(NewDemo::request().flags, 0x400);
        assert_eq!(flags(NewDemo::request().create()), 0x200);
        assert_eq!(flags(NewDemo::request().append()), 0x800);
        assert_eq!(flags(NewDemo::request().change()), 0x100);
        assert_eq!(flags(NewDemo::request().replace().echo()), 0x108);
        assert_eq!(GetDemo::dump().flags, 0);
    }

    #[test]
    fn requests_show_what_is_in_them() {
        let call = NewDemo::request().with(|b| b.number(7)).flags(0x200);
        let text = alloc::format!("{call:?}");
        let want = r#"Call { name: "DEMO_NEW", flags: 0x600, request: Demo { DEMO_NUMBER: 7 } }"#;
        assert_eq!(text, want);
        let text = alloc::format!("{:?}", GetDemo::dump());
        assert_eq!(text, r#"Call { name: "DEMO_CMD_GET", flags: 0x0, request: Empty {} }"#);
        // Too long for an attribute.
        let call = NewDemo::request().with(|b| b.bytes(&[0; 70_000]));
        let text = alloc::format!("{call:?}");
        assert!(text.contains("error: TooLong"), "{text}");
        assert!(call.encode(&mut Vec::new()).is_err());
        assert!(call.with(|b| b.number(7)).encode(&mut Vec::new()).is_ok(), "it starts over");
    }
}
