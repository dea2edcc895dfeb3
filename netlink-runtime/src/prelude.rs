//! What message definitions need: `use netlink_runtime::prelude::*`.

pub use crate::Protocol;
pub use crate::owned::Rest;
pub use crate::types::{Address, Bitfield32, Flex, HwAddr, LabelStack, NlString};
pub use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
#[cfg(feature = "derive")]
pub use netlink_derive::{
    NetlinkAttrs, NetlinkMessage, NetlinkOp, NetlinkStruct, NetlinkSub, netlink_enum, netlink_flags,
};
