//! Operations: what derived operation types share.

use crate::build::{BuildSet, Enc, SetBuilder};
use crate::error::EncodeError;
use crate::meta::SetMeta;
use crate::request::{MessageType, Protocol, Reply, Request};
use alloc::vec::Vec;
use core::marker::PhantomData;

/// An operation that can be asked for. `#[derive(NetlinkOp)]` implements it.
pub trait Operation: Reply {
    /// The request's attributes and header.
    type Request: BuildSet;

    /// The protocol.
    const PROTOCOL: Protocol;

    /// The message type or command.
    const TYPE: MessageType;

    /// `NLM_F_*` bits that every such request carries besides `NLM_F_REQUEST`.
    const FLAGS: u16;
}

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
        let mut payload = Vec::new();
        let error = O::Request::builder(Enc::new(&mut payload)).finish().end().err();
        Call { payload, error, flags: O::FLAGS, operation: PhantomData }
    }

    /// Fills the header and the attributes; what was there before is gone.
    #[must_use]
    pub fn with(mut self, build: impl FnOnce(Builder<O::Request>) -> Builder<O::Request>) -> Self {
        self.payload.clear();
        let enc = Enc::new(core::mem::take(&mut self.payload));
        match build(O::Request::builder(enc)).finish().end() {
            Ok(payload) => self.payload = payload,
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
}

/// The builder of a request's payload.
pub type Builder<T> = <T as BuildSet>::Builder<Vec<u8>>;

impl<O: Operation> Default for Call<O> {
    fn default() -> Self {
        Self::new()
    }
}

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
        Some(<O::Request as crate::AttrSet>::meta())
    }
}
