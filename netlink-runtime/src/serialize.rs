//! `serde` for owned values (feature `serde`).
//!
//! Generated types derive `Serialize` and `Deserialize` behind a feature of their crate; types of
//! your own do as any Rust type does. Here are the types under both.
//!
//! Formats for people get text: addresses, names of enum values, strings that are one text with
//! one NUL. Others get numbers and bytes. Either way what is read back is equal to what was written.
//!
//! ```
//! use netlink_runtime::prelude::*;
//! use serde::{Deserialize, Serialize};
//!
//! #[netlink_enum(u8)]
//! enum State {
//!     SENSOR_OK = 1,
//! }
//!
//! #[derive(Clone, Debug, Default, PartialEq, NetlinkMessage, Serialize, Deserialize)]
//! #[serde(default)]
//! struct Reading {
//!     #[netlink(SENSOR_A_LABEL = 1)]
//!     label: Option<NlString>,
//!     #[netlink(SENSOR_A_STATE = 2, u8)]
//!     state: Option<State>,
//!     #[netlink(SENSOR_A_ADDRESS = 3)]
//!     address: Option<HwAddr>,
//!     #[netlink(rest)]
//!     rest: Rest,
//! }
//!
//! let reading = Reading {
//!     label: Some("attic".into()),
//!     state: Some(State::SENSOR_OK),
//!     address: Some([2, 0, 0, 0, 0, 1].into()),
//!     rest: Rest::default(),
//! };
//! let json = serde_json::to_string(&reading)?;
//! assert_eq!(json, r#"{"label":"attic","state":"SENSOR_OK","address":"02:00:00:00:00:01","rest":[]}"#);
//! assert_eq!(serde_json::from_str::<Reading>(&json)?, reading);
//! # Ok::<(), serde_json::Error>(())
//! ```

pub mod array;
pub mod optional_array;
mod types;

use crate::view::NamedValue;
use core::fmt;
use core::marker::PhantomData;
use serde::de::{Error, Visitor};
use serde::{Deserializer, Serializer};

/// An enum or flags type: the C name of exactly this value, else the number; flags are numbers. For
/// derived code.
pub fn named<T: NamedValue, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
    let bits = value.to_bits();
    match T::META.name_of(bits) {
        Some(name) if to.is_human_readable() && !T::META.flags => to.serialize_str(name),
        // Sign-extended, as the metadata has them.
        _ if (bits as i64) < 0 => to.serialize_i64(bits as i64),
        _ => to.serialize_u64(bits),
    }
}

/// The same, back. For derived code.
pub fn parse_named<'de, T: NamedValue, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    if from.is_human_readable() {
        from.deserialize_any(Name(PhantomData))
    } else {
        from.deserialize_u64(Name(PhantomData))
    }
}

struct Name<T>(PhantomData<T>);

impl<T: NamedValue> Visitor<'_> for Name<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a C name of {} or a number", T::META.name)
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<T, E> {
        let bits = T::META.value_of(name);
        bits.map(T::from_bits).ok_or_else(|| E::custom(format_args!("{} has no `{name}`", T::META.name)))
    }

    fn visit_u64<E: Error>(self, bits: u64) -> Result<T, E> {
        let value = T::from_bits(bits);
        if value.to_bits() == bits {
            Ok(value)
        } else {
            Err(E::custom(format_args!("{bits} is too large for {}", T::META.name)))
        }
    }

    fn visit_i64<E: Error>(self, bits: i64) -> Result<T, E> {
        self.visit_u64(bits as u64)
    }
}
