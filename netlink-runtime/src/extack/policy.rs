//! What the kernel says an attribute must be.

use crate::wire::{Attrs, wt};
use core::fmt;

const TYPE: u16 = 1;
const MIN_VALUE_S: u16 = 2;
const MAX_VALUE_S: u16 = 3;
const MIN_VALUE_U: u16 = 4;
const MAX_VALUE_U: u16 = 5;
const MIN_LENGTH: u16 = 6;
const MAX_LENGTH: u16 = 7;
const POLICY_IDX: u16 = 8;
const POLICY_MAXTYPE: u16 = 9;
const BITFIELD32_MASK: u16 = 10;
const MASK: u16 = 12;

/// The kernel's policy for one attribute (`NL_POLICY_TYPE_ATTR_*`). What it does not restrict is
/// `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// `NL_ATTR_TYPE_*`.
    pub kind: u32,
    /// Least value of a signed integer.
    pub min_signed: Option<i64>,
    /// Greatest value of a signed integer.
    pub max_signed: Option<i64>,
    /// Least value of an unsigned integer.
    pub min: Option<u64>,
    /// Greatest value of an unsigned integer.
    pub max: Option<u64>,
    /// Least length of the payload.
    pub min_length: Option<u32>,
    /// Greatest length of the payload.
    pub max_length: Option<u32>,
    /// The policy of the attributes in a nest, as an index into the family's policies.
    pub index: Option<u32>,
    /// The highest attribute in a nest.
    pub max_type: Option<u32>,
    /// The bits that are allowed.
    pub mask: Option<u64>,
}

impl Policy {
    /// Reads the attributes of a policy. Those that are malformed count as absent.
    pub fn parse(bytes: &[u8]) -> Self {
        let attrs = Attrs::new(bytes);
        let word = |id| attrs.find::<wt::U32>(id);
        let signed = |id| attrs.find::<wt::I64>(id);
        let long = |id| attrs.find::<wt::U64>(id);
        Policy {
            kind: word(TYPE).unwrap_or(0),
            min_signed: signed(MIN_VALUE_S),
            max_signed: signed(MAX_VALUE_S),
            min: long(MIN_VALUE_U),
            max: long(MAX_VALUE_U),
            min_length: word(MIN_LENGTH),
            max_length: word(MAX_LENGTH),
            index: word(POLICY_IDX),
            max_type: word(POLICY_MAXTYPE),
            mask: word(BITFIELD32_MASK).map(u64::from).or_else(|| long(MASK)),
        }
    }

    /// The kind's name: `u16`, `nested`.
    pub fn kind_name(&self) -> Option<&'static str> {
        const NAMES: [&str; 18] = [
            "rejected",
            "flag",
            "u8",
            "u16",
            "u32",
            "u64",
            "s8",
            "s16",
            "s32",
            "s64",
            "binary",
            "string",
            "terminated string",
            "nested",
            "nested array",
            "bitfield32",
            "sint",
            "uint",
        ];
        NAMES.get(self.kind as usize).copied()
    }

    /// Width in bits of an integer kind: 64 for `uint` and `sint`.
    fn bits(&self) -> u32 {
        match self.kind {
            2..=5 => 8 << (self.kind - 2),
            6..=9 => 8 << (self.kind - 6),
            _ => 64,
        }
    }
}

impl fmt::Display for Policy {
    /// Leaves out limits that the type has anyway: the kernel lists those too.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind_name() {
            Some(name) => f.write_str(name)?,
            None => write!(f, "type {}", self.kind)?,
        }
        let spare = 64 - self.bits();
        if let Some(min) = self.min_signed.filter(|min| *min > i64::MIN >> spare) {
            write!(f, ", min {min}")?;
        }
        if let Some(max) = self.max_signed.filter(|max| *max < i64::MAX >> spare) {
            write!(f, ", max {max}")?;
        }
        if let Some(min) = self.min.filter(|min| *min > 0) {
            write!(f, ", min {min}")?;
        }
        if let Some(max) = self.max.filter(|max| *max < u64::MAX >> spare) {
            write!(f, ", max {max}")?;
        }
        if let Some(min) = self.min_length.filter(|min| *min > 0) {
            write!(f, ", min {min} bytes")?;
        }
        if let Some(max) = self.max_length {
            write!(f, ", max {max} bytes")?;
        }
        if let Some(mask) = self.mask {
            write!(f, ", mask {mask:#x}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn limits_of_the_type_are_not_told() {
        let plain = Policy { kind: 3, min: Some(0), max: Some(0xffff), ..Policy::default() };
        assert_eq!(plain.to_string(), "u16");
        assert_eq!(Policy { max: Some(4094), ..plain }.to_string(), "u16, max 4094");
        let signed = Policy { kind: 6, min_signed: Some(-128), max_signed: Some(5), ..Policy::default() };
        assert_eq!(signed.to_string(), "s8, max 5");
        let wide = Policy { kind: 17, min: Some(1), max: Some(u64::MAX), ..Policy::default() };
        assert_eq!(wide.to_string(), "uint, min 1");
        let text = Policy { kind: 12, max_length: Some(15), ..Policy::default() };
        assert_eq!(text.to_string(), "terminated string, max 15 bytes");
        assert_eq!(Policy { kind: 99, ..Policy::default() }.to_string(), "type 99");
    }

    #[test]
    fn cut_attributes_are_absent() {
        let mut bytes = [8u16.to_ne_bytes(), TYPE.to_ne_bytes()].concat();
        bytes.extend(2u32.to_ne_bytes());
        bytes.extend([8u16.to_ne_bytes(), MAX_VALUE_U.to_ne_bytes()].concat());
        bytes.extend(1u32.to_ne_bytes()); // half a u64
        let policy = Policy::parse(&bytes);
        assert_eq!((policy.kind, policy.max), (2, None));
    }
}
