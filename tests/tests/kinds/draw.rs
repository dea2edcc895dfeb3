//! Values of every type, drawn from bytes: what shrinks the bytes shrinks the value.

use netlink_runtime::owned::OwnedSet;
use netlink_runtime::prelude::*;
use netlink_runtime::types::Label;
use netlink_runtime::wire::FlexStruct;
use netlink_runtime::wire::wt::Fixed;
use std::net::{SocketAddrV4, SocketAddrV6};

/// Bytes that values are drawn from; zeroes when they are used up.
pub(crate) struct Draw<'s> {
    bytes: &'s [u8],
}

impl<'s> Draw<'s> {
    pub(crate) fn new(bytes: &'s [u8]) -> Self {
        Draw { bytes }
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let (first, rest) = self.bytes.split_first().unwrap_or((&0, &[]));
        self.bytes = rest;
        *first
    }

    /// One of so many.
    pub(crate) fn choice(&mut self, of: u8) -> u8 {
        self.byte() % of
    }

    pub(crate) fn bytes(&mut self, most: u8) -> Vec<u8> {
        (0..self.choice(most + 1)).map(|_| self.byte()).collect()
    }

    pub(crate) fn any<T: Any>(&mut self) -> T {
        T::any(self)
    }

    /// A number of an attribute.
    fn number(&mut self) -> u16 {
        self.any::<u16>() & 0x3fff
    }
}

/// Types that have values to draw.
pub(crate) trait Any {
    fn any(d: &mut Draw<'_>) -> Self;
}

macro_rules! ints {
    ($($t:ty)*) => {$(
        impl Any for $t {
            /// Often a small one, or an extreme.
            fn any(d: &mut Draw<'_>) -> $t {
                match d.choice(4) {
                    0 => d.byte() as $t,
                    1 => <$t>::MAX,
                    2 => <$t>::MIN,
                    _ => <$t>::from_le_bytes(std::array::from_fn(|_| d.byte())),
                }
            }
        }
    )*};
}
ints!(u8 u16 u32 u64 i8 i16 i32 i64);

impl Any for bool {
    fn any(d: &mut Draw<'_>) -> bool {
        d.choice(2) == 1
    }
}

impl<T: Any> Any for Option<T> {
    fn any(d: &mut Draw<'_>) -> Self {
        d.any::<bool>().then(|| d.any())
    }
}

impl<T: Any> Any for Box<T> {
    fn any(d: &mut Draw<'_>) -> Self {
        Box::new(d.any())
    }
}

impl<T: Any> Any for Vec<T> {
    fn any(d: &mut Draw<'_>) -> Self {
        (0..d.choice(4)).map(|_| d.any()).collect()
    }
}

impl<T: Any + Copy + Default, const N: usize> Any for [T; N] {
    fn any(d: &mut Draw<'_>) -> Self {
        std::array::from_fn(|_| d.any())
    }
}

/// A member and its index.
impl<T: Any> Any for (u16, T) {
    fn any(d: &mut Draw<'_>) -> Self {
        (d.number(), d.any())
    }
}

/// A member and the types of the levels around it.
impl<T: Any, const N: usize> Any for ([u16; N], T) {
    fn any(d: &mut Draw<'_>) -> Self {
        // Few different ones, so that members share containers.
        (std::array::from_fn(|_| u16::from(d.choice(3))), d.any())
    }
}

impl Any for String {
    fn any(d: &mut Draw<'_>) -> String {
        (0..d.choice(12))
            .map(|_| ['a', '\u{e9}', '\u{4e16}', '\u{1f980}', ' '][usize::from(d.choice(5))])
            .collect()
    }
}

impl Any for NlString {
    /// With its NUL, without, with bytes behind it, and not UTF-8 for sure.
    fn any(d: &mut Draw<'_>) -> NlString {
        NlString::from_payload(d.bytes(20))
    }
}

impl Any for Bitfield32 {
    fn any(d: &mut Draw<'_>) -> Self {
        Bitfield32 { value: d.any(), selector: d.any() }
    }
}

impl Any for HwAddr {
    fn any(d: &mut Draw<'_>) -> Self {
        HwAddr::new(&d.bytes(32)).unwrap_or_default()
    }
}

impl Any for Ipv4Addr {
    fn any(d: &mut Draw<'_>) -> Self {
        d.any::<[u8; 4]>().into()
    }
}

impl Any for Ipv6Addr {
    fn any(d: &mut Draw<'_>) -> Self {
        d.any::<[u8; 16]>().into()
    }
}

impl Any for IpAddr {
    fn any(d: &mut Draw<'_>) -> Self {
        if d.any() { d.any::<Ipv6Addr>().into() } else { d.any::<Ipv4Addr>().into() }
    }
}

impl Any for SocketAddr {
    fn any(d: &mut Draw<'_>) -> Self {
        match d.any::<IpAddr>() {
            IpAddr::V4(ip) => SocketAddrV4::new(ip, d.any()).into(),
            IpAddr::V6(ip) => SocketAddrV6::new(ip, d.any(), d.any(), d.any()).into(),
        }
    }
}

impl Any for LabelStack {
    fn any(d: &mut Draw<'_>) -> Self {
        LabelStack((0..d.choice(4)).map(|_| Label::from_bits(d.any())).collect())
    }
}

impl<T: FlexStruct + Any> Any for Flex<T>
where
    <T::Element as Fixed>::Value: Any,
{
    fn any(d: &mut Draw<'_>) -> Self {
        let mut flex = Flex::new(d.any(), d.any());
        flex.rest = d.bytes(<T::Element as Fixed>::SIZE as u8 - 1);
        flex
    }
}

/// Draws an address of a family: one that its number reads back as.
pub(crate) fn address(d: &mut Draw<'_>, family: u64) -> Address {
    match family {
        Address::AF_MPLS => Address::Label(Label::from_bits(d.any())),
        45 => Address::Other(HwAddr::new(&[d.byte()]).unwrap_or_default()),
        _ => Address::Ip(d.any()),
    }
}

/// Families of addresses: none said, IP, MPLS, MCTP.
pub(crate) const ADDRESSES: [u8; 5] = [0, 2, 10, 28, 45];

/// What a record's length has to be.
pub(crate) fn record_len(record: &impl OwnedSet) -> usize {
    record.to_bytes().expect("a record that can be encoded").len()
}

/// Draws the fields of a set, of which `fix` then sees to those that depend on others.
macro_rules! draw_set {
    ($set:ident { $($field:ident),* $(,)? } $fix:expr) => {
        impl $crate::draw::Any for $set {
            fn any(d: &mut $crate::draw::Draw<'_>) -> Self {
                let mut set = $set { $($field: d.any(),)* ..Default::default() };
                let fix: fn(&mut $set, &mut $crate::draw::Draw<'_>) = $fix;
                fix(&mut set, d);
                set
            }
        }
    };
}
pub(crate) use draw_set;

/// Draws the members of a C struct, which `fix` then sees.
macro_rules! draw_struct {
    ($($name:ident { $($member:ident),* $(,)? } $fix:expr;)*) => {$(
        impl $crate::draw::Any for $name {
            fn any(d: &mut $crate::draw::Draw<'_>) -> Self {
                let mut value = $name { $($member: d.any(),)* };
                let fix: fn(&mut $name) = $fix;
                fix(&mut value);
                value
            }
        }
    )*};
}
pub(crate) use draw_struct;

/// Draws a named value that fits the narrowest integer it is sent as.
macro_rules! draw_named {
    ($($name:ident: $narrow:ty;)*) => {$(
        impl $crate::draw::Any for $name {
            fn any(d: &mut $crate::draw::Draw<'_>) -> Self {
                $name(d.any::<$narrow>().into())
            }
        }
    )*};
}
pub(crate) use draw_named;

/// Draws the form of unknown selectors.
macro_rules! draw_sub {
    ($($name:ident)*) => {$(
        impl $crate::draw::Any for $name {
            fn any(d: &mut $crate::draw::Draw<'_>) -> Self {
                $name::Unknown(d.bytes(8))
            }
        }
    )*};
}
pub(crate) use draw_sub;

/// Draws the bytes of a C union.
macro_rules! draw_union {
    ($($name:ident)*) => {$(
        impl $crate::draw::Any for $name {
            fn any(d: &mut $crate::draw::Draw<'_>) -> Self {
                $name(d.any())
            }
        }
    )*};
}
pub(crate) use draw_union;
