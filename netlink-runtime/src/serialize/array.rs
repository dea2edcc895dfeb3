//! Arrays of any length: `#[serde(with = "netlink_runtime::serialize::array")]`. Serde itself stops
//! at 32 elements.

use core::fmt;
use core::marker::PhantomData;
use serde::de::{Error, SeqAccess, Visitor};
use serde::ser::SerializeTuple;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Writes an array as a tuple.
pub fn serialize<T: Serialize, S: Serializer, const N: usize>(
    array: &[T; N],
    to: S,
) -> Result<S::Ok, S::Error> {
    let mut tuple = to.serialize_tuple(N)?;
    array.iter().try_for_each(|element| tuple.serialize_element(element))?;
    tuple.end()
}

/// Reads an array.
pub fn deserialize<'de, T, D, const N: usize>(from: D) -> Result<[T; N], D::Error>
where
    T: Deserialize<'de> + Copy + Default,
    D: Deserializer<'de>,
{
    from.deserialize_tuple(N, Array::<T, N>(PhantomData))
}

struct Array<T, const N: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + Copy + Default, const N: usize> Visitor<'de> for Array<T, N> {
    type Value = [T; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{N} elements")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<[T; N], A::Error> {
        let mut out = [T::default(); N];
        for (ix, slot) in out.iter_mut().enumerate() {
            *slot = from.next_element()?.ok_or_else(|| A::Error::invalid_length(ix, &self))?;
        }
        Ok(out)
    }
}
