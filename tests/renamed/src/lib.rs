//! A user that depends on netlink-runtime as `nl` and hands it on as `rt`.
//!
//! The name `netlink_runtime` means nothing here, so derived code that says it does not compile;
//! nor does code that says `std`.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

/// The runtime, for users of this crate and of [`holder!`].
pub use nl as rt;

use alloc::boxed::Box;
use alloc::vec::Vec;
use nl::prelude::*;

/// A message.
#[derive(Clone, Default, PartialEq, NetlinkMessage)]
#[netlink(crate = nl, debug)]
pub struct Message {
    /// The fixed header.
    #[netlink(header)]
    pub header: Header,
    /// A scalar.
    #[netlink(A_NUMBER = 1, be)]
    pub number: Option<u32>,
    /// Text.
    #[netlink(A_KIND = 2)]
    pub kind: Option<NlString>,
    /// By kind.
    #[netlink(A_DATA = 3, sub(kind))]
    pub data: Option<Data>,
    /// Nests.
    #[netlink(A_NEST = 4, nested, multi)]
    pub nests: Vec<Nest>,
    /// Numbered members.
    #[netlink(A_INDEXED = 5, indexed, nested)]
    pub indexed: Option<Vec<(u16, Nest)>>,
    /// Packed.
    #[netlink(A_ARRAY = 6, array, u8)]
    pub states: Option<Vec<State>>,
    /// By family.
    #[netlink(A_ADDRESS = 7, by(header.family))]
    pub address: Option<Address>,
    /// A struct with a tail.
    #[netlink(A_FLEX = 8, flex)]
    pub flex: Option<Flex<Tailed>>,
    /// A union.
    #[netlink(A_UNION = 9, union)]
    pub union: Option<Union>,
    /// Everything else.
    #[netlink(rest)]
    pub rest: Rest,
}

/// A union.
#[netlink_union(union, size = 4, crate = nl)]
pub enum Union {
    /// All of it.
    whole(u32),
    /// Its first half.
    half(u16),
}

/// A fixed header.
#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(header, size = 4, crate = nl)]
pub struct Header {
    /// Address family.
    #[netlink(0)]
    pub family: u8,
    /// Bits.
    #[netlink(1, bits(0, 3))]
    pub mode: u8,
    /// Flags.
    #[netlink(2, u16)]
    pub flags: Flags,
}

/// A struct with a tail.
#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(tailed, size = 4, tail(4, values: be u16), crate = nl)]
pub struct Tailed {
    /// A member.
    #[netlink(0, union)]
    pub value: Union,
}

/// Forms.
#[derive(Clone, PartialEq, NetlinkSub)]
#[netlink(crate = nl, debug)]
#[non_exhaustive]
pub enum Data {
    /// A nest.
    #[netlink("nest", nested)]
    Nest(Box<Nest>),
    /// Any other form.
    #[netlink(unknown)]
    Unknown(Vec<u8>),
}

/// A nest.
#[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
#[netlink(crate = crate::rt)]
pub struct Nest {
    /// A value.
    #[netlink(A_STATE = 1, u8)]
    pub state: Option<State>,
}

/// States.
#[netlink_enum(u8, crate = nl)]
pub enum State {
    /// Up.
    UP = 1,
}

/// Flags.
#[netlink_flags(u16, crate = nl)]
pub enum Flags {
    /// One.
    ONE = 1,
}

/// What is shown in a list.
#[derive(Clone, Debug, NetlinkMessage)]
#[netlink(of = Message, crate = nl)]
pub struct Row<'m> {
    /// Of the fixed header.
    #[netlink(header.family)]
    pub family: u8,
    /// Text.
    pub kind: Option<&'m str>,
    /// By kind.
    pub data: Option<DataView<'m>>,
    /// The number, if it can be read.
    pub number: Result<Option<u32>, nl::DecodeError>,
}

/// An operation.
#[derive(NetlinkOp)]
#[netlink(crate = nl, family = "some", version = 1, do, dump, request(GET = 1, Message), reply(NEW = 2))]
pub struct Get;

/// Defines an attribute set for users that need not depend on the runtime.
#[macro_export]
macro_rules! holder {
    ($name:ident: $ty:ty = $number:literal) => {
        /// Holds one attribute.
        #[derive(Clone, Debug, Default, PartialEq, $crate::rt::NetlinkAttrs)]
        #[netlink(crate = $crate::rt)]
        pub struct $name {
            /// The attribute.
            #[netlink(A_HELD = $number)]
            pub held: Option<$ty>,
        }
    };
}
