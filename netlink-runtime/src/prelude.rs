//! What message definitions need: `use netlink_runtime::prelude::*`.

pub use crate::build::SetBuilder as _;
#[cfg(feature = "alloc")]
pub use crate::owned::{OwnedSet as _, Rest};
#[cfg(not(feature = "alloc"))]
pub use crate::types::empty::{Box, Flex, LabelStack, NlString, Rest, String, Vec};
pub use crate::types::{Address, Bitfield32, HwAddr, NlStr};
#[cfg(feature = "alloc")]
pub use crate::types::{Flex, LabelStack, NlString};
pub use crate::{AttrSet as _, NamedValue as _, Protocol, View as _};
#[cfg(feature = "alloc")]
pub use alloc::{boxed::Box, string::String, vec::Vec};
pub use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
#[cfg(feature = "derive")]
pub use netlink_derive::{
    NetlinkAttrs, NetlinkMessage, NetlinkOp, NetlinkStruct, NetlinkSub, netlink_enum, netlink_flags,
    netlink_union,
};
