//! Packed C arrays.

use super::wt::{Fixed, Int, Ip4, Ip6, Wire};
use crate::meta::{Element, TypeMeta};
use crate::view::CStruct;
use core::fmt;
use core::marker::PhantomData;

/// Wire type: a packed C array of `K`.
pub struct ArrayOf<K>(PhantomData<fn() -> K>);

/// An element type of a packed array.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no element of a packed array",
    note = "elements are integers, enums with the integer they are sent as, and C structs"
)]
pub trait ArrayElement: Fixed {
    /// The element type, for tools.
    const ELEMENT: Element;
}

#[diagnostic::do_not_recommend]
impl<K: Int> ArrayElement for K {
    const ELEMENT: Element = Element::Scalar(K::SCALAR, None);
}

impl<E: crate::view::NamedValue, K: Int> ArrayElement for super::wt::Named<E, K> {
    const ELEMENT: Element = Element::Scalar(K::SCALAR, Some(E::META));
}

impl<T: CStruct> ArrayElement for super::wt::Struct<T> {
    const ELEMENT: Element = Element::Struct(T::META);
}

impl ArrayElement for Ip4 {
    const ELEMENT: Element = Element::Ip4;
}

impl ArrayElement for Ip6 {
    const ELEMENT: Element = Element::Ip6;
}

impl<K: ArrayElement> Wire for ArrayOf<K> {
    type View<'a> = Array<'a, K>;
    const TYPE: TypeMeta = TypeMeta::Array(K::ELEMENT);

    #[inline]
    fn read(payload: &[u8]) -> Option<Array<'_, K>> {
        // An element size of 0 cannot be: the derive refuses empty structs.
        (payload.len() % K::SIZE.max(1) == 0).then_some(Array { bytes: payload, element: PhantomData })
    }
}

/// A packed array in a payload; elements are read when asked for.
pub struct Array<'a, K> {
    bytes: &'a [u8],
    element: PhantomData<fn() -> K>,
}

impl<K> Clone for Array<'_, K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Array<'_, K> {}

impl<'a, K: Fixed> Array<'a, K> {
    /// Number of elements.
    #[inline]
    pub fn len(self) -> usize {
        self.bytes.len() / K::SIZE.max(1)
    }

    /// There are none.
    #[inline]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The element at this index.
    #[inline]
    pub fn get(self, index: usize) -> Option<K::Value> {
        let start = index.checked_mul(K::SIZE)?;
        self.bytes.get(start..start.checked_add(K::SIZE)?).map(K::load)
    }

    /// All elements.
    #[inline]
    pub fn iter(self) -> impl ExactSizeIterator<Item = K::Value> + Clone + 'a {
        self.bytes.chunks_exact(K::SIZE.max(1)).map(K::load)
    }

    /// All elements. Collecting them gives the same, but by a function that does not know how long an element is.
    #[cfg(feature = "alloc")]
    pub fn to_vec(self) -> alloc::vec::Vec<K::Value> {
        // Not `vec!`, which asks for zeroed memory: that is slower, where there are few.
        let mut all = alloc::vec::Vec::with_capacity(self.len());
        all.resize(self.len(), K::load(&[]));
        for (to, from) in all.iter_mut().zip(self.bytes.chunks_exact(K::SIZE.max(1))) {
            *to = K::load(from);
        }
        all
    }
}

impl<K: Fixed> PartialEq for Array<'_, K> {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl<K: Fixed> fmt::Debug for Array<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
