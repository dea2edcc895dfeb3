//! What holds for all values and for all bytes. `PROPTEST_CASES=100000 cargo test` tries more of them.

use crate::agree::{Paths, Zoo};
use crate::draw::Draw;
use crate::schema::Forms;
use crate::zoo::chosen::Chosen;
use crate::zoo::members::Members;
use crate::zoo::numbers::Numbers;
use crate::zoo::others::{Reading, Rule};
use crate::zoo::own::Own;
use crate::zoo::structs::Structs;
use crate::zoo::unions::Unions;
use crate::zoo::values::Values;
use netlink_runtime::build::{Enc, SliceBuf};
use netlink_runtime::{EncodeError, View};
use proptest::collection::vec;
use proptest::prelude::*;

/// Bytes that values are drawn from.
pub(crate) fn seed() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..500)
}

pub(crate) fn config() -> ProptestConfig {
    // What fails is shrunk and printed; nothing is written beside the sources.
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

/// A value is what it is decoded to, its bytes are what they are encoded to, and all paths agree.
fn round_trip<T: Zoo>(seed: &[u8]) {
    let value = T::any(&mut Draw::new(seed));
    let bytes = value.to_bytes().expect("a value that can be encoded");
    assert_eq!(T::from_bytes(&bytes).as_ref(), Ok(&value));
    exact::<T>(&bytes);
    T::agree(&bytes, None);
}

/// What can be decoded encodes to the bytes it came from.
pub(crate) fn exact<T: Paths>(bytes: &[u8]) {
    if let Ok(value) = T::from_bytes(bytes) {
        assert_eq!(value.to_bytes().as_deref(), Ok(bytes), "{value:?}");
    }
}

/// Bytes that need not be a message.
pub(crate) fn any_bytes<T: Paths>(bytes: &[u8]) {
    let steps = T::agree(bytes, None);
    // Attributes, and each of their values once.
    assert!(steps <= 2 * (bytes.len() / 4 + 1), "{steps} for {} bytes", bytes.len());
    exact::<T>(bytes);
    if let Ok(view) = T::View::parse(bytes) {
        assert!(!format!("{view:?}").is_empty());
    }
}

/// Whatever room there is: the message, or an error.
fn any_room<T: Zoo>(seed: &[u8]) {
    let value = T::any(&mut Draw::new(seed));
    let bytes = value.to_bytes().expect("a value that can be encoded");
    // Every room would be much for long messages; the ends matter most.
    let step = bytes.len() / 64 + 1;
    for room in (0..bytes.len()).step_by(step).chain(bytes.len().saturating_sub(8)..bytes.len() + 3) {
        let mut space = vec![0xee; room];
        let written = value.encode_to(Enc::new(SliceBuf::new(&mut space))).end().map(SliceBuf::into_written);
        match written {
            Ok(written) => assert_eq!(written, bytes),
            Err(error) => assert_eq!((error, room < bytes.len()), (EncodeError::Full, true)),
        }
    }
}

macro_rules! properties {
    ($($name:ident: $set:ty;)*) => {$(
        mod $name {
            use super::*;

            proptest! {
                #![proptest_config(config())]

                #[test]
                fn values_come_back(seed in seed()) {
                    round_trip::<$set>(&seed);
                }

                #[test]
                fn any_bytes_are_read(bytes in vec(any::<u8>(), 0..300)) {
                    any_bytes::<$set>(&bytes);
                }

                #[test]
                fn attributes_of_any_content_are_read(bytes in attributes()) {
                    any_bytes::<$set>(&bytes);
                }

                #[test]
                fn any_room_is_enough_or_full(seed in seed()) {
                    any_room::<$set>(&seed);
                }
            }
        }
    )*};
}

properties! {
    numbers: Numbers;
    values: Values;
    structs: Structs;
    unions: Unions;
    members: Members;
    chosen: Chosen;
    reading: Reading;
    rule: Rule;
    own: Own;
}

macro_rules! same_in_both_forms {
    ($($name:ident: $set:ty;)*) => {
        mod both_forms {
            use super::*;

            proptest! {
                #![proptest_config(config())]
                $(
                    #[test]
                    fn $name(seed in seed()) {
                        <$set as crate::draw::Any>::any(&mut Draw::new(&seed)).forms_agree(None);
                    }
                )*
            }
        }
    };
}

same_in_both_forms! {
    numbers: Numbers;
    values: Values;
    structs: Structs;
    unions: Unions;
    members: Members;
    chosen: Chosen;
    reading: Reading;
    rule: Rule;
}

/// A header, and attributes with whole headers and any content, on three levels.
fn attributes() -> impl Strategy<Value = Vec<u8>> {
    let payload = vec(any::<u8>(), 0..40);
    let leaf = (0..64u16, payload).prop_map(|(number, payload)| attribute(number, &payload));
    let attr = leaf.prop_recursive(2, 24, 6, |inner| {
        (0..64u16, vec(inner, 0..6)).prop_map(|(number, attrs)| attribute(number | 0x8000, &attrs.concat()))
    });
    (any::<[u8; 8]>(), vec(attr, 0..8)).prop_map(|(header, attrs)| [header.to_vec(), attrs.concat()].concat())
}

fn attribute(raw_type: u16, payload: &[u8]) -> Vec<u8> {
    let len = (4 + payload.len()) as u16;
    let mut bytes = [&len.to_ne_bytes()[..], &raw_type.to_ne_bytes(), payload].concat();
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}
