//! The rows of `tests/tests/kinds/rows`, built into slices of every size and read without an allocator
//! of the library's; and the functions of this crate.

use crate::{build, read};
use netlink_runtime::collect::Outcome;
use netlink_runtime::walk::json;
use netlink_runtime::wire::align;
use netlink_runtime::{AttrSet, EncodeError, View};

#[path = "../../tests/kinds/rows/chosen.rs"]
mod chosen;
#[path = "../../tests/kinds/rows/members.rs"]
mod members;
#[path = "../../tests/kinds/rows/numbers.rs"]
mod numbers;
#[path = "../../tests/kinds/rows/others.rs"]
mod others;
#[path = "../../tests/kinds/rows/own.rs"]
mod own;
#[path = "../../tests/kinds/rows/structs.rs"]
mod structs;
#[path = "../../tests/kinds/rows/unions.rs"]
mod unions;
#[path = "../../tests/kinds/rows/values.rs"]
mod values;

pub(crate) const NEST: u16 = 0x8000;
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
pub(crate) fn message<T: AttrSet>(attrs: &[Vec<u8>]) -> Vec<u8> {
    let header = vec![0; align(T::meta().header.map_or(0, |header| header.size as usize))];
    [header, attrs.concat()].concat()
}

/// The attributes as JSON; `Debug` says something.
pub(crate) fn reads<T: AttrSet>(bytes: &[u8], shown: &str) {
    let mut text = String::new();
    json::write_body(&mut text, T::meta(), bytes, None, json::Options::default())
        .expect("a String takes all");
    assert_eq!(text.split_once("\"attrs\":").expect("attributes").1, shown);
    let view = T::View::parse(bytes).expect("a header");
    assert!(format!("{view:?}{:?}", view.indexed()).len() > 4);
}

macro_rules! rows {
    (only $($rest:tt)*) => { $crate::rows::rows! { $($rest)* } };
    ($set:ty; $($name:ident = |$b:ident| $calls:expr, [$($attr:expr),* $(,)?], $shown:expr;)*) => {$(
        #[test]
        fn $name() {
            use netlink_runtime::EncodeError;
            use netlink_runtime::build::{Enc, SetBuilder, SliceBuf};

            let expected = $crate::rows::message::<$set>(&[$($attr),*]);
            for room in 0..expected.len() + 4 {
                let mut space = vec![0xee; room];
                let $b = <$set as netlink_runtime::AttrSet>::builder(Enc::new(SliceBuf::new(&mut space)));
                match $calls.finish().end().map(SliceBuf::into_written) {
                    Ok(bytes) => assert_eq!(bytes, expected),
                    Err(error) => assert_eq!((error, room < expected.len()), (EncodeError::Full, true)),
                }
            }
            $crate::rows::reads::<$set>(&expected, $shown);
        }
    )*};
}
pub(crate) use rows;

type Build = fn(&mut [u8]) -> Result<&mut [u8], EncodeError>;

/// What a function builds, in just enough room and in less.
fn built(build: Build) -> Vec<u8> {
    let mut space = [0; 2048];
    let whole = build(&mut space).expect("enough room").to_vec();
    for room in 0..whole.len() {
        let mut space = vec![0; room];
        assert_eq!(build(&mut space), Err(EncodeError::Full), "{room}");
    }
    let mut space = vec![0xee; whole.len()];
    assert_eq!(build(&mut space).as_deref(), Ok(&*whole));
    whole
}

#[test]
fn what_is_built_is_read() {
    let bytes = built(build::members);
    let mut ids = [0; 12];
    assert_eq!(read::leaf_ids(&bytes, &mut ids), Ok(12));
    assert_eq!(ids, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    assert_eq!(read::leaf_ids(&bytes, &mut []), Ok(12));
    let sum = 5 + 6 + 7 + 8 + 1 + 2 + 3 + 4 + 3;
    assert_eq!((read::sum_of_arrays(&bytes, false), read::sum_of_arrays(&bytes, true)), (Ok(sum), Ok(sum)));
    // index, family, id twice, number, two that repeat, two arrays of two
    assert_eq!(read::picked(&bytes), Ok((3 + 2 + 1 + 100 + 30 + 11 + 15 + 1, 3)));
    let unknown = attr(99, [1]);
    let bytes = [bytes, unknown].concat();
    assert_eq!(read::collected(&bytes, 2), Ok((Outcome::Kept, 30 + 1 + 100 + 1)));
    assert_eq!(read::collected(&bytes, 10), Ok((Outcome::Rejected, 0)));
    for end in 0..bytes.len() {
        let cut = &bytes[..end];
        let _ = (read::leaf_ids(cut, &mut ids), read::sum_of_arrays(cut, true), read::picked(cut));
        let _ = read::collected(cut, 2);
    }
}

#[test]
fn forms_are_built_and_read() {
    let bytes = built(build::chosen);
    assert_eq!(read::forms(&bytes), Ok([Some(7), Some(8), Some(9), Some(10)]));
    assert_eq!(read::projected_forms(&bytes), Ok((true, true, true)));
    let bytes = built(build::chosen_by_default);
    assert_eq!(read::forms(&bytes), Ok([Some(3), Some(1), None, None]));
    assert_eq!(read::projected_forms(&bytes), Ok((true, true, false)));
}

#[test]
fn values_are_built_and_read() {
    assert_eq!(read::values(&built(build::values), &built(build::structs)), Ok([4, 3, 300, 70]));
    let error = build::too_long(&mut [0; 64]).expect_err("too long");
    assert_eq!(error, EncodeError::Length { attr: 3, len: 16 });
    assert_eq!(read::c_names(), ["KV_BOUNDED", "KM_BYPAIR"]);
}
