//! Payloads whose form depends on a selector: sub-messages and addresses by family.

use crate::meta::SubMeta;
use crate::types::{Address, NlStr};
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

/// A payload that a selector chooses the form of. `#[derive(NetlinkSub)]` implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not depend on a selector",
    note = "`sub(…)` fields hold enums with `#[derive(NetlinkSub)]`, `by(…)` fields hold `Address`"
)]
pub trait Selected: Sized + 'static {
    /// The borrowed form.
    type View<'a>;

    /// Reads a payload in a message; `None` when it is malformed.
    fn read<'a>(payload: &'a [u8], selectors: &[Selector<'a>], scope: Scope<'a>) -> Option<Self::View<'a>>;
}

/// A sub-message table, for tools.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not depend on a selector",
    note = "`sub(…)` fields hold enums with `#[derive(NetlinkSub)]`"
)]
pub trait SubMessage: Selected {
    /// The table.
    const META: &'static SubMeta;
}

impl Selected for Address {
    type View<'a> = Address;

    #[inline]
    fn read<'a>(payload: &'a [u8], selectors: &[Selector<'a>], _scope: Scope<'a>) -> Option<Address> {
        let family = match selectors.first() {
            Some(Selector::Number(family)) => *family,
            _ => 0,
        };
        Address::read(payload, family)
    }
}
