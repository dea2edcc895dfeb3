//! Owned C structs with a flexible tail.

use crate::build::{Buf, Enc, ToWire};
use crate::error::DecodeError;
use crate::owned::{Own, encodes_to};
use crate::wire::wt::Fixed;
use crate::wire::{FlexOf, FlexStruct, FlexView};
use alloc::vec::Vec;
use core::fmt;

/// A C struct and the elements after it.
pub struct Flex<T: FlexStruct> {
    /// The struct before the tail.
    pub head: T,
    /// The elements.
    pub tail: Vec<<T::Element as Fixed>::Value>,
    /// Bytes after the last whole element.
    pub rest: Vec<u8>,
}

impl<T: FlexStruct> Flex<T> {
    /// A struct with these elements.
    pub fn new(head: T, tail: Vec<<T::Element as Fixed>::Value>) -> Self {
        Flex { head, tail, rest: Vec::new() }
    }
}

impl<T: FlexStruct> Clone for Flex<T> {
    fn clone(&self) -> Self {
        Flex { head: self.head, tail: self.tail.clone(), rest: self.rest.clone() }
    }
}

impl<T: FlexStruct> PartialEq for Flex<T> {
    fn eq(&self, other: &Self) -> bool {
        self.head == other.head && self.tail == other.tail && self.rest == other.rest
    }
}

impl<T: FlexStruct> fmt::Debug for Flex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flex").field("head", &self.head).field("tail", &self.tail).finish()
    }
}

impl<T: FlexStruct> Own for FlexOf<T> {
    type Owned = Flex<T>;

    fn own(view: FlexView<'_, T>, _depth: u8) -> Result<Flex<T>, DecodeError> {
        let whole = view.tail_bytes().chunks_exact(T::Element::SIZE.max(1));
        let rest = whole.remainder().to_vec();
        Ok(Flex { head: view.head, tail: whole.map(T::Element::load).collect(), rest })
    }

    fn put<B: Buf>(value: &Flex<T>, enc: Enc<B>, id: u16) -> Enc<B> {
        ToWire::<FlexOf<T>>::put_as(value, enc, id)
    }

    fn exact(value: &Flex<T>, payload: &[u8]) -> bool {
        // Bytes between members may hold anything; only writing tells.
        encodes_to::<Self>(value, payload)
    }
}
