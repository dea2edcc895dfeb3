//! What a set expands to: view, owned decode and encode, builder, metadata.
//!
//! Generated functions are thin: one call into the runtime each, `#[inline]` where they are
//! short, so that nothing is compiled until it is used.

pub(crate) mod build;
mod consts;
mod meta;
mod owned;
mod view;

use crate::set::Set;
use proc_macro2::TokenStream;
use quote::quote;

/// All of it.
pub(crate) fn set(set: &Set) -> TokenStream {
    let view = view::emit(set);
    let consts = consts::emit(set);
    let meta = meta::emit(set);
    let owned = owned::emit(set);
    let build = build::emit(set);
    quote! {
        #view
        #build
        #consts
        const _: () = {
            #meta
            #owned
        };
    }
}
