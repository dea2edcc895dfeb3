//! C unions: bytes, read as one arm or another.

use super::wt::{Fixed, Wire};
use crate::meta::{Case, StructMeta};
use crate::view::CStruct;

/// A C union: a newtype of its bytes. `#[netlink_union]` implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no C union",
    note = "`union` fields and members hold types made by `#[netlink_union]`"
)]
pub trait CUnion: CStruct {
    /// The wire type: [`Struct`](super::wt::Struct) of it.
    type Wire: Fixed<Value = Self> + for<'a> Wire<View<'a> = Self>;

    /// The arms, as members of a struct.
    #[doc(hidden)]
    const ARMS: &'static StructMeta = Self::META;

    /// Which arms count, by the value of a member of the struct around the union.
    const CASES: &'static [Case];
}

/// Wire type: a C union.
pub type Union<T> = <T as CUnion>::Wire;
