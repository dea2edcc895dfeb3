//! The runtime's own types.

use crate::owned::{RawAttr, Rest};
use crate::types::{Address, Bitfield32, Flex, HwAddr, Label, LabelStack, NlString};
use crate::wire::FlexStruct;
use crate::wire::wt::Fixed;
use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Text where it is one text with one NUL, else the payload's bytes.
impl Serialize for NlString {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let payload = self.as_nl_str().payload();
        match (payload.split_last(), self.to_str()) {
            (Some((0, text)), Ok(known)) if text.len() == known.len() && to.is_human_readable() => {
                to.serialize_str(known)
            }
            _ => to.serialize_bytes(payload),
        }
    }
}

impl<'de> Deserialize<'de> for NlString {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        if from.is_human_readable() {
            from.deserialize_any(Bytes).map(|b| b.0)
        } else {
            from.deserialize_byte_buf(Bytes).map(|b| b.0)
        }
    }
}

/// Takes text, bytes and lists of bytes.
struct Bytes;

/// What it took.
struct Taken(NlString, bool);

impl<'de> Visitor<'de> for Bytes {
    type Value = Taken;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text or bytes")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Taken, E> {
        Ok(Taken(text.into(), true))
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Taken, E> {
        Ok(Taken(NlString::from_payload(bytes), false))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Taken, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = from.next_element()? {
            bytes.push(byte);
        }
        Ok(Taken(NlString::from_payload(bytes), false))
    }
}

/// `02:00:00:00:00:01`, or bytes.
impl Serialize for HwAddr {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if to.is_human_readable() { to.collect_str(self) } else { to.serialize_bytes(self.as_bytes()) }
    }
}

impl<'de> Deserialize<'de> for HwAddr {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let taken = if from.is_human_readable() {
            from.deserialize_str(Bytes)?
        } else {
            from.deserialize_byte_buf(Bytes)?
        };
        match taken {
            Taken(text, true) => text.to_str().ok().and_then(|t| t.parse().ok()),
            Taken(bytes, false) => HwAddr::new(bytes.as_nl_str().payload()),
        }
        .ok_or_else(|| D::Error::custom("not a link-layer address"))
    }
}

/// A label stack entry as its 32 bits.
impl Serialize for Label {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u32(self.bits())
    }
}

impl<'de> Deserialize<'de> for Label {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        u32::deserialize(from).map(Label::from_bits)
    }
}

impl Serialize for LabelStack {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(to)
    }
}

impl<'de> Deserialize<'de> for LabelStack {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Vec::deserialize(from).map(LabelStack)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename = "Address", rename_all = "lowercase")]
enum AddressForm {
    Ip(IpAddr),
    Label(Label),
    Other(HwAddr),
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match *self {
            Address::Ip(ip) => AddressForm::Ip(ip),
            Address::Label(label) => AddressForm::Label(label),
            Address::Other(other) => AddressForm::Other(other),
        }
        .serialize(to)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(match AddressForm::deserialize(from)? {
            AddressForm::Ip(ip) => Address::Ip(ip),
            AddressForm::Label(label) => Address::Label(label),
            AddressForm::Other(other) => Address::Other(other),
        })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename = "Bitfield32")]
struct Bitfield32Form {
    value: u32,
    selector: u32,
}

impl Serialize for Bitfield32 {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Bitfield32Form { value: self.value, selector: self.selector }.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Bitfield32 {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let Bitfield32Form { value, selector } = Deserialize::deserialize(from)?;
        Ok(Bitfield32 { value, selector })
    }
}

#[derive(Serialize)]
#[serde(rename = "Flex")]
struct FlexRef<'f, H, E> {
    head: &'f H,
    tail: &'f [E],
    rest: &'f [u8],
}

#[derive(Deserialize)]
#[serde(rename = "Flex")]
struct FlexForm<H, E> {
    head: H,
    tail: Vec<E>,
    #[serde(default)]
    rest: Vec<u8>,
}

impl<T: FlexStruct + Serialize> Serialize for Flex<T>
where
    <T::Element as Fixed>::Value: Serialize,
{
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        FlexRef { head: &self.head, tail: &self.tail, rest: &self.rest }.serialize(to)
    }
}

impl<'de, T: FlexStruct + Deserialize<'de>> Deserialize<'de> for Flex<T>
where
    <T::Element as Fixed>::Value: Deserialize<'de>,
{
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let FlexForm { head, tail, rest } = Deserialize::deserialize(from)?;
        Ok(Flex { head, tail, rest })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename = "RawAttr")]
struct RawAttrForm {
    raw_type: u16,
    payload: Vec<u8>,
}

/// The attributes that the set does not know. How the bytes differed from the canonical form is not
/// kept, as it does not count in comparisons either.
impl Serialize for Rest {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(
            self.unknown().iter().map(|a| RawAttrForm { raw_type: a.raw_type, payload: a.payload.clone() }),
        )
    }
}

impl<'de> Deserialize<'de> for Rest {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut rest = Rest::default();
        for RawAttrForm { raw_type, payload } in Vec::deserialize(from)? {
            rest.push_unknown(RawAttr { raw_type, payload });
        }
        Ok(rest)
    }
}
