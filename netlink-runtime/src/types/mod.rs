//! Values that attributes hold and Rust has no type for.

mod address;
#[cfg(not(feature = "alloc"))]
pub mod empty;
#[cfg(feature = "alloc")]
mod flex;
mod hwaddr;
mod sockaddr;
mod string;

pub(crate) use address::read_ip;
pub use address::{Address, Label, Labels};
pub use hwaddr::HwAddr;
pub use sockaddr::SockAddrBytes;
pub(crate) use sockaddr::read_sockaddr;
pub use string::NlStr;
#[cfg(feature = "alloc")]
pub use string::NlString;

#[cfg(feature = "alloc")]
pub use address::LabelStack;
#[cfg(feature = "alloc")]
pub use flex::Flex;

/// A value and the bits of it that count (`struct nla_bitfield32`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Bitfield32 {
    /// The bits.
    pub value: u32,
    /// Which bits of `value` are meant.
    pub selector: u32,
}
