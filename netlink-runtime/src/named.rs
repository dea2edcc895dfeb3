//! What enums and flags can do.

use crate::meta::EnumMeta;
use crate::walk::flag_names;
use core::fmt;

/// Implements what `netlink_enum` and `netlink_flags` types share. Not for direct use.
///
/// All of it is `#[inline]`: there are hundreds of such types, and a program uses some.
#[doc(hidden)]
#[macro_export]
macro_rules! __named {
    (values $name:ident, $repr:ty) => {
        $crate::__named!(common $name, $repr);
    };
    (flags $name:ident, $repr:ty) => {
        $crate::__named!(common $name, $repr);

        impl $name {
            /// No bits.
            #[inline]
            pub const fn empty() -> Self {
                Self(0)
            }

            /// The bits, known or not.
            #[inline]
            pub const fn bits(self) -> $repr {
                self.0
            }

            /// All bits of `other` are set.
            #[inline]
            pub const fn contains(self, other: Self) -> ::core::primitive::bool {
                self.0 & other.0 == other.0
            }

            /// Some bits of `other` are set.
            #[inline]
            pub const fn intersects(self, other: Self) -> ::core::primitive::bool {
                self.0 & other.0 != 0
            }

            /// No bit is set.
            #[inline]
            pub const fn is_empty(self) -> ::core::primitive::bool {
                self.0 == 0
            }
        }

        impl ::core::ops::BitOr for $name {
            type Output = Self;
            #[inline]
            fn bitor(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }
        }
        impl ::core::ops::BitOrAssign for $name {
            #[inline]
            fn bitor_assign(&mut self, other: Self) {
                self.0 |= other.0;
            }
        }
        impl ::core::ops::BitAnd for $name {
            type Output = Self;
            #[inline]
            fn bitand(self, other: Self) -> Self {
                Self(self.0 & other.0)
            }
        }
        impl ::core::ops::Not for $name {
            type Output = Self;
            #[inline]
            fn not(self) -> Self {
                Self(!self.0)
            }
        }
    };
    (common $name:ident, $repr:ty) => {
        impl $name {
            /// The value with this C name.
            #[inline]
            pub fn from_c_name(c_name: &str) -> ::core::option::Option<Self> {
                let bits = <Self as $crate::NamedValue>::META.value_of(c_name)?;
                ::core::option::Option::Some($crate::NamedValue::from_bits(bits))
            }

            /// The C name of exactly this value, if it has one.
            #[inline]
            pub fn c_name(self) -> ::core::option::Option<&'static str> {
                <Self as $crate::NamedValue>::META.name_of($crate::NamedValue::to_bits(self))
            }
        }

        impl ::core::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::__private::fmt_named(f, <Self as $crate::NamedValue>::META, $crate::NamedValue::to_bits(*self))
            }
        }

        impl ::core::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(self, f)
            }
        }

        impl ::core::convert::From<$repr> for $name {
            #[inline]
            fn from(value: $repr) -> Self {
                Self(value)
            }
        }

        impl ::core::convert::From<$name> for $repr {
            #[inline]
            fn from(value: $name) -> Self {
                value.0
            }
        }

        $crate::__serde_named!($name);
    };
}

/// `serde` for a named value. Not for direct use.
#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! __serde_named {
    ($name:ident) => {
        impl $crate::__private::serde::Serialize for $name {
            fn serialize<S: $crate::__private::serde::Serializer>(
                &self,
                to: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::serialize::named(self, to)
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::__private::serde::Deserializer<'de>>(
                from: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::serialize::parse_named(from)
            }
        }
    };
}

/// `serde` for a type that holds bytes. Not for direct use.
#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! __serde_bytes {
    ($name:ident) => {
        impl $crate::__private::serde::Serialize for $name {
            fn serialize<S: $crate::__private::serde::Serializer>(
                &self,
                to: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::serialize::array::serialize(&self.0, to)
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::__private::serde::Deserializer<'de>>(
                from: D,
            ) -> ::core::result::Result<Self, D::Error> {
                ::core::result::Result::map($crate::serialize::array::deserialize(from), $name)
            }
        }
    };
}

/// `serde` for a type that holds bytes. Not for direct use.
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __serde_bytes {
    ($name:ident) => {};
}

/// `serde` for a named value. Not for direct use.
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __serde_named {
    ($name:ident) => {};
}

/// A value by name, or as a number; flags by their names, what is left as a number.
pub fn fmt_named(f: &mut fmt::Formatter<'_>, meta: &'static EnumMeta, bits: u64) -> fmt::Result {
    if meta.flags && bits != 0 {
        return write!(f, "{}", flag_names(meta, bits));
    }
    match meta.name_of(bits) {
        Some(name) => f.write_str(name),
        None if meta.flags => f.write_str("0x0"),
        None => write!(f, "{}({})", meta.name, bits as i64),
    }
}
