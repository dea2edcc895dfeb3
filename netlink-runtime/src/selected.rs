//! Payloads whose form depends on a selector: sub-messages and addresses by family.

use crate::build::{Buf, SubSlot};
#[cfg(feature = "alloc")]
use crate::build::{Enc, put_address};
#[cfg(feature = "alloc")]
use crate::error::DecodeError;
use crate::meta::SubMeta;
#[cfg(feature = "alloc")]
use crate::owned::{Place, WhereUsed};
use crate::types::{Address, NlStr};
use crate::view::NamedValue;
use crate::wire::Scope;

/// A selector's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selector<'a> {
    /// Not in the message.
    Absent,
    /// Text, without its NUL.
    Text(&'a [u8]),
    /// A number.
    Number(u64),
}

/// Values that can select.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot select a form",
    note = "selectors are `NlString`s, integers, and types made by `#[netlink_enum]` or `#[netlink_flags]`"
)]
pub trait Select<'a> {
    /// The selector.
    fn select(self) -> Selector<'a>;
}

impl<'a> Select<'a> for NlStr<'a> {
    #[inline]
    fn select(self) -> Selector<'a> {
        Selector::Text(self.bytes())
    }
}

impl<'a, T: Select<'a>> Select<'a> for Option<T> {
    #[inline]
    fn select(self) -> Selector<'a> {
        self.map_or(Selector::Absent, T::select)
    }
}

macro_rules! select_int {
    ($($t:ty)*) => {$(
        impl<'a> Select<'a> for $t {
            #[inline]
            fn select(self) -> Selector<'a> {
                Selector::Number(self as u64)
            }
        }
    )*};
}
select_int!(u8 u16 u32 u64 i8 i16 i32 i64);

#[diagnostic::do_not_recommend] // what has no named values may select by other means
impl<'a, E: NamedValue> Select<'a> for E {
    #[inline]
    fn select(self) -> Selector<'a> {
        Selector::Number(self.to_bits())
    }
}

/// A payload that a selector chooses the form of. `#[derive(NetlinkSub)]` implements it, for
/// sub-messages; an [`Address`] is another.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not depend on a selector",
    note = "`sub(…)` fields hold enums with `#[derive(NetlinkSub)]`"
)]
pub trait Selected: Sized + 'static {
    /// The borrowed form.
    type View<'a>;

    /// The builder: of a sub-message, one method for each form, which ends it.
    type Builder<B: Buf>;

    /// The table of forms, for tools.
    const META: &'static SubMeta;

    /// Reads a payload in a message; `None` when it is malformed.
    fn read<'a>(payload: &'a [u8], selectors: &[Selector<'a>], scope: Scope<'a>) -> Option<Self::View<'a>>;

    /// Starts a payload.
    fn builder<B: Buf>(slot: SubSlot<B>) -> Self::Builder<B>;

    /// Keeps a value.
    #[cfg(feature = "alloc")]
    #[inline]
    fn own(view: Self::View<'_>, depth: u8) -> Result<Self, DecodeError> {
        Self::own_in::<WhereUsed>(view, depth)
    }

    /// See [`own`](Self::own), and [`Place`] for why it is generic.
    #[cfg(feature = "alloc")]
    #[doc(hidden)]
    fn own_in<P: Place>(view: Self::View<'_>, depth: u8) -> Result<Self, DecodeError>;

    /// Whether encoding gives this payload again. See [`Own::exact`](crate::owned::Own::exact).
    #[cfg(feature = "alloc")]
    fn exact(&self, _payload: &[u8]) -> bool {
        true
    }

    /// Flag bits that encoding sets on the attribute.
    #[cfg(feature = "alloc")]
    fn flags(&self) -> u16 {
        0
    }

    /// Appends the payload as one attribute.
    #[cfg(feature = "alloc")]
    fn put<B: Buf>(&self, enc: Enc<B>, id: u16) -> Enc<B>;
}

#[diagnostic::do_not_recommend] // `sub(…)` does not take it
impl Selected for Address {
    type View<'a> = Address;
    type Builder<B: Buf> = SubSlot<B>;
    const META: &'static SubMeta = Address::FORMS;

    #[inline(always)]
    fn read<'a>(payload: &'a [u8], selectors: &[Selector<'a>], _scope: Scope<'a>) -> Option<Address> {
        let family = match selectors.first() {
            Some(Selector::Number(family)) => *family,
            _ => 0,
        };
        Address::read(payload, family)
    }

    #[inline]
    fn builder<B: Buf>(slot: SubSlot<B>) -> SubSlot<B> {
        slot
    }

    #[cfg(feature = "alloc")]
    #[inline]
    fn own_in<P: Place>(view: Address, _depth: u8) -> Result<Address, DecodeError> {
        Ok(view)
    }

    #[cfg(feature = "alloc")]
    #[inline]
    fn put<B: Buf>(&self, enc: Enc<B>, id: u16) -> Enc<B> {
        put_address(*self, enc, id)
    }
}
