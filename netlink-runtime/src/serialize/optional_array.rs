//! [`mod@array`] for members that a struct grew by:
//! `#[serde(with = "netlink_runtime::serialize::optional_array")]`.

use super::array;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

struct Long<T, const N: usize>([T; N]);

impl<T: Serialize, const N: usize> Serialize for Long<&T, N> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        array::serialize(&self.0, to)
    }
}

impl<'de, T: Deserialize<'de> + Copy + Default, const N: usize> Deserialize<'de> for Long<T, N> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        array::deserialize(from).map(Long)
    }
}

/// Writes an array, or nothing.
pub fn serialize<T: Serialize, S: Serializer, const N: usize>(
    array: &Option<[T; N]>,
    to: S,
) -> Result<S::Ok, S::Error> {
    match array {
        Some(array) => to.serialize_some(&Long(array.each_ref())),
        None => to.serialize_none(),
    }
}

/// Reads an array, if there is one.
pub fn deserialize<'de, T, D, const N: usize>(from: D) -> Result<Option<[T; N]>, D::Error>
where
    T: Deserialize<'de> + Copy + Default,
    D: Deserializer<'de>,
{
    Ok(Option::<Long<T, N>>::deserialize(from)?.map(|long| long.0))
}
