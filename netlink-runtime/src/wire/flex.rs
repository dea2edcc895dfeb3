//! C structs with a flexible tail.

use super::wt::{Fixed, Wire};
use crate::meta::TypeMeta;
use crate::view::CStruct;
use core::fmt;
use core::marker::PhantomData;

/// A C struct that ends in a flexible array. `tail(…)` beside `#[derive(NetlinkStruct)]`
/// implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no flexible tail",
    note = "say it on the struct: `#[netlink(tail(offset, name: type))]`"
)]
pub trait FlexStruct: CStruct {
    /// The array's elements.
    type Element: Fixed;

    /// Where the array starts, in bytes.
    const TAIL: usize;
}

/// Wire type: a C struct with a flexible tail.
pub struct FlexOf<T>(PhantomData<fn() -> T>);

impl<T: FlexStruct> Wire for FlexOf<T> {
    type View<'a> = FlexView<'a, T>;
    const TYPE: TypeMeta = TypeMeta::Struct(T::META);

    #[inline]
    fn read(payload: &[u8]) -> Option<FlexView<'_, T>> {
        if payload.len() < T::TAIL || payload.is_empty() {
            return None;
        }
        Some(FlexView { head: T::read(payload), payload })
    }
}

/// A C struct with its tail, borrowed.
#[derive(Clone, Copy)]
pub struct FlexView<'a, T> {
    /// The struct before the tail.
    pub head: T,
    payload: &'a [u8],
}

impl<'a, T: FlexStruct> FlexView<'a, T> {
    /// All bytes: the struct's and the tail's.
    pub fn bytes(&self) -> &'a [u8] {
        self.payload
    }

    /// The tail's bytes.
    pub fn tail_bytes(&self) -> &'a [u8] {
        self.payload.get(T::TAIL..).unwrap_or_default()
    }

    /// The tail's elements; bytes at the end that are no whole element are left out.
    pub fn tail(&self) -> impl Iterator<Item = <T::Element as Fixed>::Value> + Clone + 'a {
        self.tail_bytes().chunks_exact(T::Element::SIZE.max(1)).map(T::Element::load)
    }
}

impl<T: FlexStruct> fmt::Debug for FlexView<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} + [", self.head)?;
        for (i, element) in self.tail().enumerate() {
            write!(f, "{}{element:?}", if i == 0 { "" } else { ", " })?;
        }
        f.write_str("]")
    }
}
