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
/// to need the trait. `<_ as …>` is for the place: it has to be the macro's (see [`shape::place`]), as
/// that of all other code is, and with `<T as …>` it would be that of the user's `T`.
#[derive(Clone)]
pub(crate) struct Guard(TokenStream);

impl Guard {
    /// An attribute set.
    pub(crate) fn set(ty: &Type) -> Self {
        Guard::is(ty, quote_spanned!(shape::place(ty)=> #ty), quote_spanned!(shape::place(ty)=> AttrSet))
    }

    /// A C struct.
    pub(crate) fn c_struct(ty: &Type) -> Self {
        Guard(quote_spanned! {shape::place(ty)=>
            let _: fn(&[::core::primitive::u8]) -> #ty = <_ as ::netlink_runtime::CStruct>::read;
        })
    }

    /// A C struct with a flexible tail.
    pub(crate) fn flex(ty: &Type) -> Self {
        let place = shape::place(ty);
        Guard::is(ty, quote_spanned!(place=> #ty), quote_spanned!(place=> wire::FlexStruct))
    }

    /// An enum or flags.
    pub(crate) fn named(ty: &Type) -> Self {
        Guard(quote_spanned! {shape::place(ty)=>
            let _: fn(::core::primitive::u64) -> #ty = <_ as ::netlink_runtime::NamedValue>::from_bits;
        })
    }

    /// A sub-message.
    pub(crate) fn selected(ty: &Type) -> Self {
        Guard::is(ty, quote_spanned!(shape::place(ty)=> #ty), quote_spanned!(shape::place(ty)=> Selected))
    }

    /// A set whose header says how long a record is.
    pub(crate) fn records(ty: &Type) -> Self {
        let place = shape::place(ty);
        let Guard(set) = Guard::set(ty);
        let header = quote_spanned!(place=> <#ty as ::netlink_runtime::AttrSet>::Header);
        let Guard(length) = Guard::is(ty, header, quote_spanned!(place=> RecordHeader));
        Guard(quote_spanned!(place=> #set #length))
    }

    /// A type at the place of `at` is of a trait of the runtime.
    fn is(at: &Type, ty: TokenStream, of: TokenStream) -> Self {
        Guard(quote_spanned! {shape::place(at)=>
            let _: ::core::marker::PhantomData<#ty> = <_ as ::netlink_runtime::#of>::__IS;
        })
    }
}

impl ToTokens for Guard {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.0.to_tokens(tokens);
    }
}
