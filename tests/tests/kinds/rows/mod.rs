//! One test for each row of the table of kinds (`netlink-derive/KINDS.md`): a builder writes the very
//! bytes that stand here, into a `Vec` and into every slice; all paths read them, both forms show them
//! alike.

use crate::agree::Zoo;
use crate::damage::survives;
use crate::properties::exact;
use crate::schema::{Forms, json};
use netlink_runtime::View as _;
use netlink_runtime::wire::align;

pub(crate) mod chosen;
pub(crate) mod members;
mod numbers;
mod others;
mod own;
pub(crate) mod structs;
mod unions;
pub(crate) mod values;

/// `NLA_F_NESTED`.
pub(crate) const NEST: u16 = 0x8000;
/// `NLA_F_NET_BYTEORDER`.
pub(crate) const NET: u16 = 0x4000;

/// An attribute.
pub(crate) fn attr(raw_type: u16, payload: impl AsRef<[u8]>) -> Vec<u8> {
    let payload = payload.as_ref();
    let len = u16::try_from(4 + payload.len()).expect("a short payload");
    let mut bytes = [&len.to_ne_bytes()[..], &raw_type.to_ne_bytes(), payload].concat();
    bytes.resize(align(bytes.len()), 0);
    bytes
}

/// A fixed header of zeroes, and attributes.
pub(crate) fn message<T: Zoo>(attrs: &[Vec<u8>]) -> Vec<u8> {
    let header = vec![0; align(T::meta().header.map_or(0, |header| header.size as usize))];
    [header, attrs.concat()].concat()
}

/// Reads a message in every way; `shown` is the JSON of its attributes.
pub(crate) fn reads<T: Zoo>(bytes: &[u8], shown: &str) {
    let text = json(T::meta(), bytes, None, false);
    let (_, attrs) = text.split_once("\"attrs\":").expect("attributes");
    assert_eq!(attrs, shown);
    assert!(T::from_bytes(bytes).is_ok(), "{:?}", T::from_bytes(bytes).err());
    T::agree(bytes, None);
    assert!(format!("{:#?}", T::View::parse(bytes)).lines().count() > 2);
    exact::<T>(bytes);
    for end in 0..bytes.len() {
        survives::<T>(&bytes[..end]);
    }
}

/// The same in both forms.
pub(crate) fn forms<T: Zoo + Forms>(bytes: &[u8]) {
    T::from_bytes(bytes).expect("an owned value").forms_agree(None);
}

/// Checks what a builder wrote in so much room.
pub(crate) fn wrote(expected: &[u8], room: usize, built: Result<&mut [u8], netlink_runtime::EncodeError>) {
    match built {
        Ok(bytes) => assert_eq!(bytes, expected),
        Err(error) => {
            assert_eq!(error, netlink_runtime::EncodeError::Full);
            assert!(room < expected.len(), "{room} bytes are enough");
        }
    }
}

/// `row = |builder| calls, [attributes], "JSON of the attributes";`
macro_rules! rows {
    ($set:ty; $($name:ident = |$b:ident| $calls:expr, [$($attr:expr),* $(,)?], $shown:expr;)*) => {
        $crate::rows::rows! { @ $set, $crate::rows::forms::<$set>; $($name = |$b| $calls, [$($attr),*], $shown;)* }
    };
    // Without a schema form.
    (only $set:ty; $($name:ident = |$b:ident| $calls:expr, [$($attr:expr),* $(,)?], $shown:expr;)*) => {
        $crate::rows::rows! { @ $set, |_: &[u8]| {}; $($name = |$b| $calls, [$($attr),*], $shown;)* }
    };
    (@ $set:ty, $forms:expr; $($name:ident = |$b:ident| $calls:expr, [$($attr:expr),*], $shown:expr;)*) => {$(
        #[test]
        fn $name() {
            use netlink_runtime::build::{Enc, SetBuilder, SliceBuf};

            let expected = $crate::rows::message::<$set>(&[$($attr),*]);
            let $b = <$set as netlink_runtime::AttrSet>::builder(Enc::new(Vec::new()));
            assert_eq!($calls.finish().end().as_deref(), Ok(&*expected), "a builder into a Vec");
            for room in 0..expected.len() + 4 {
                let mut space = vec![0xee; room];
                let $b = <$set as netlink_runtime::AttrSet>::builder(Enc::new(SliceBuf::new(&mut space)));
                let built = $calls.finish().end().map(SliceBuf::into_written);
                $crate::rows::wrote(&expected, room, built);
            }
            $crate::rows::reads::<$set>(&expected, $shown);
            $forms(&expected);
        }
    )*};
}
pub(crate) use rows;
