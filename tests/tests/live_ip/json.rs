//! JSON as `ip` writes it: an object may hold the same key twice (a route's `dst` and that of its
//! encapsulation), which maps would hide.

use netlink_runtime::types::{Address, HwAddr, NlStr};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Int(i128),
    Float(f64),
    Text(String),
    List(Vec<Json>),
    Object(Obj),
}

/// A JSON object: keys in order, repeats kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Obj(pub(crate) Vec<(String, Json)>);

impl Obj {
    /// Adds a member.
    pub(crate) fn set(&mut self, key: &str, value: impl Into<Json>) {
        self.0.push((key.to_owned(), value.into()));
    }

    /// Adds a member if there is a value.
    pub(crate) fn opt<T: Into<Json>>(&mut self, key: &str, value: Option<T>) {
        if let Some(value) = value {
            self.set(key, value);
        }
    }

    /// Adds `true` when it holds, nothing otherwise: `ip` writes many marks so.
    pub(crate) fn mark(&mut self, key: &str, holds: bool) {
        if holds {
            self.set(key, true);
        }
    }

    /// Adds `null` when it holds, nothing otherwise: `ip` writes the other marks so.
    pub(crate) fn null(&mut self, key: &str, holds: bool) {
        if holds {
            self.set(key, Json::Null);
        }
    }

    /// Adds `true` or `false` for a number.
    pub(crate) fn truth<T: Default + PartialEq>(&mut self, key: &str, value: Option<T>) {
        self.opt(key, value.map(|v| v != T::default()));
    }

    /// The text of a member.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.0.iter().find_map(|(name, value)| match value {
            Json::Text(text) if name == key => Some(text.as_str()),
            _ => None,
        })
    }
}

macro_rules! from {
    ($($ty:ty => |$value:ident| $made:expr;)*) => {
        $(impl From<$ty> for Json {
            fn from($value: $ty) -> Self {
                $made
            }
        })*
    };
}

from! {
    bool => |v| Json::Bool(v);
    u8 => |v| Json::Int(v.into());
    u16 => |v| Json::Int(v.into());
    u32 => |v| Json::Int(v.into());
    u64 => |v| Json::Int(v.into());
    i32 => |v| Json::Int(v.into());
    i64 => |v| Json::Int(v.into());
    f64 => |v| Json::Float(v);
    &str => |v| Json::Text(v.to_owned());
    String => |v| Json::Text(v);
    NlStr<'_> => |v| Json::Text(v.to_string());
    HwAddr => |v| Json::Text(v.to_string());
    Address => |v| Json::Text(v.to_string());
    IpAddr => |v| Json::Text(v.to_string());
    Ipv4Addr => |v| Json::Text(v.to_string());
    Ipv6Addr => |v| Json::Text(v.to_string());
    Obj => |v| Json::Object(v);
    Vec<Json> => |v| Json::List(v);
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Json::Null => f.write_str("null"),
            Json::Bool(v) => v.fmt(f),
            Json::Int(v) => v.fmt(f),
            Json::Float(v) => v.fmt(f),
            Json::Text(v) => write!(f, "{v:?}"),
            Json::List(v) => write!(f, "a list of {}", v.len()),
            Json::Object(v) => write!(f, "an object of {}", v.0.len()),
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Int(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Int(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(member) = members.next_element()? {
            list.push(member);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let mut object = Obj::default();
        while let Some(member) = members.next_entry()? {
            object.0.push(member);
        }
        Ok(Json::Object(object))
    }
}
