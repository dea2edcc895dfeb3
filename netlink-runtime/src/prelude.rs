//! What message definitions need: `use netlink_runtime::prelude::*`.

pub use crate::build::{BuildSet as _, SetBuilder as _};
pub use crate::owned::{OwnedSet as _, Rest};
pub use crate::types::{Address, Bitfield32, Flex, HwAddr, LabelStack, NlString};
pub use crate::{AttrSet as _, NamedValue as _, Protocol, View as _};
pub use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
#[cfg(feature = "derive")]
pub use netlink_derive::{
    NetlinkAttrs, NetlinkMessage, NetlinkOp, NetlinkStruct, NetlinkSub, netlink_enum, netlink_flags,
    netlink_union,
};
