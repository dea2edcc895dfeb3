//! What the user's types have to be, said first.

use crate::shape;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};
use syn::Type;

/// Statements without effect that stand before all other code about a type, and say of what trait it
/// has to be.
///
/// rustc tells of a missing trait once for each place in a function, and prints equal errors once in
/// all. So a type that does not fit is one plain error, instead of one for each use with how that came
/// to need the trait. All code about the type has to be at one place for that: [`shape::placed`].
#[derive(Clone)]
pub(crate) struct Guard(TokenStream);

/// `guards! { name, Trait, item; }`: the type is of the trait, which has this item.
macro_rules! guards {
    ($($(#[$doc:meta])* $name:ident, $of:path, $item:ident;)*) => {$(
        $(#[$doc])*
        pub(crate) fn $name(ty: &Type) -> Self {
            let placed = shape::placed(ty);
            Guard(quote_spanned!(shape::place(ty)=> let _ = <#placed as ::netlink_runtime::$of>::$item;))
        }
    )*};
}

impl Guard {
    guards! {
        /// An attribute set.
        set, AttrSet, meta;
        /// A C struct.
        c_struct, CStruct, read;
        /// A C union.
        union, wire::CUnion, CASES;
        /// A C struct with a flexible tail.
        flex, wire::FlexStruct, TAIL;
        /// An enum or flags.
        named, NamedValue, to_bits;
        /// A sub-message.
        selected, Selected, META;
    }

    /// A set whose header says how long a record is.
    pub(crate) fn records(ty: &Type) -> Self {
        let (place, placed) = (shape::place(ty), shape::placed(ty));
        let set = Guard::set(ty);
        let header = quote_spanned!(place=> <#placed as ::netlink_runtime::AttrSet>::Header);
        Guard(quote_spanned! {place=>
            #set
            let _ = <#header as ::netlink_runtime::RecordHeader>::LENGTH;
        })
    }
}

impl ToTokens for Guard {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.0.to_tokens(tokens);
    }
}
