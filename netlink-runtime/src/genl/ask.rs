//! Requests to the controller.

use super::{
    CTRL_CMD_GETFAMILY, CTRL_CMD_GETPOLICY, FAMILY_ID, FAMILY_NAME, Family, GENL_ID_CTRL, OP, Policies,
    attrs_of,
};
use crate::error::{DecodeError, EncodeError};
use crate::message::GenlHeader;
use crate::meta::{AttrMeta, Card, Order, Scalar, SetMeta, StructMeta, TypeMeta};
use crate::protocol::{MessageType, Protocol};
use crate::request::{Reply, Request};
use alloc::vec::Vec;

/// `struct genlmsghdr`, which these requests have in their payload.
static GENLMSGHDR: StructMeta = StructMeta { c_name: "genlmsghdr", size: 4, members: &[] };

const fn attr(id: u16, c_name: &'static str, ty: TypeMeta) -> AttrMeta {
    AttrMeta { id, c_name, name: "", card: Card::One, ty, ordinal: 0 }
}

const fn int(bytes: u8) -> TypeMeta {
    TypeMeta::Scalar(Scalar { bytes, signed: false, order: Order::Native }, None)
}

/// The attributes of requests, to name those that are refused.
pub(super) static CTRL: SetMeta = SetMeta {
    name: "Ctrl",
    header: Some(&GENLMSGHDR),
    attrs: &[
        attr(FAMILY_ID, "CTRL_ATTR_FAMILY_ID", int(2)),
        attr(FAMILY_NAME, "CTRL_ATTR_FAMILY_NAME", TypeMeta::String),
        attr(super::POLICY, "CTRL_ATTR_POLICY", TypeMeta::Binary),
        attr(super::OP_POLICY, "CTRL_ATTR_OP_POLICY", TypeMeta::Binary),
        attr(OP, "CTRL_ATTR_OP", int(4)),
    ],
};

/// Asks for a family by name. The kernel loads the module that has it if it can.
#[derive(Clone, Copy, Debug)]
pub struct GetFamily<'n>(
    /// The name.
    pub &'n str,
);

/// Asks for a family by its message type.
#[derive(Clone, Copy, Debug)]
pub struct GetFamilyById(
    /// The message type.
    pub u16,
);

/// Asks for all families, as a dump: those that the network namespace has.
#[derive(Clone, Copy, Debug)]
pub struct GetFamilies;

/// Asks for policies of a family, as a dump. From Linux 5.10 on, operations can be asked for.
///
/// What kernels answer is not always right: an operation that answers dumps alone may be named
/// operation 0, and of all operations at once some have a policy for dumps that is another's (6.18 does
/// both; the reason is in `ctrl_dumppolicy`, `net/netlink/genetlink.c`).
/// [`Socket::policy`](crate::socket::Socket::policy) knows that.
#[derive(Clone, Copy, Debug)]
pub struct GetPolicy {
    /// The family's message type.
    pub family: u16,
    /// The operation; all of them, if none is said.
    pub operation: Option<u32>,
}

fn put(out: &mut Vec<u8>, id: u16, payload: &[u8]) -> Result<(), EncodeError> {
    let len = u16::try_from(4 + payload.len()).map_err(|_| EncodeError::TooLong { attr: id })?;
    out.extend(len.to_ne_bytes());
    out.extend(id.to_ne_bytes());
    out.extend(payload);
    out.resize(out.len().next_multiple_of(4), 0);
    Ok(())
}

fn ask(out: &mut Vec<u8>, command: u8) {
    // What is asked is the same in both versions of the controller's interface.
    out.extend(GenlHeader { command, version: 1 }.to_bytes());
}

macro_rules! requests {
    ($($type:ty, $name:literal, $reply:ty, |$request:ident, $out:ident| $encode:expr;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl Request for $type {
            type Reply = $reply;

            const PROTOCOL: Protocol = Protocol::Generic;

            fn message_type(&self) -> MessageType {
                // Not `Generic`: the controller is what finds those.
                MessageType::Raw(GENL_ID_CTRL)
            }

            fn flags(&self) -> u16 {
                0
            }

            fn encode(&self, $out: &mut Vec<u8>) -> Result<(), EncodeError> {
                let $request = self;
                $encode
            }

            fn set(&self) -> Option<&'static SetMeta> {
                Some(&CTRL)
            }

            fn name(&self) -> Option<&'static str> {
                Some($name)
            }
        }
    )*};
}

requests! {
    GetFamily<'_>, "CTRL_CMD_GETFAMILY", Family, |request, out| {
        ask(out, CTRL_CMD_GETFAMILY);
        put(out, FAMILY_NAME, &[request.0.as_bytes(), &[0]].concat())
    };
    GetFamilyById, "CTRL_CMD_GETFAMILY", Family, |request, out| {
        ask(out, CTRL_CMD_GETFAMILY);
        put(out, FAMILY_ID, &request.0.to_ne_bytes())
    };
    GetFamilies, "CTRL_CMD_GETFAMILY", Family, |_request, out| {
        ask(out, CTRL_CMD_GETFAMILY);
        Ok(())
    };
    GetPolicy, "CTRL_CMD_GETPOLICY", Policies, |request, out| {
        ask(out, CTRL_CMD_GETPOLICY);
        put(out, FAMILY_ID, &request.family.to_ne_bytes())?;
        match request.operation {
            Some(operation) => put(out, OP, &operation.to_ne_bytes()),
            None => Ok(()),
        }
    };
}

impl Reply for Family {
    type View<'a> = Family;

    #[inline]
    fn view(payload: &[u8]) -> Result<Family, DecodeError> {
        Ok(Family::parse(attrs_of(payload)))
    }

    #[inline]
    fn accepts(message_type: u16) -> bool {
        message_type == GENL_ID_CTRL
    }
}

/// One message has a part of them, which [`Policies::insert`] puts together.
impl Reply for Policies {
    type View<'a> = Policies;

    #[inline]
    fn view(payload: &[u8]) -> Result<Policies, DecodeError> {
        Policies::parse(attrs_of(payload))
    }

    #[inline]
    fn accepts(message_type: u16) -> bool {
        message_type == GENL_ID_CTRL
    }
}
