//! Derive macros for netlink messages.
#![forbid(unsafe_code)]

mod attr;
mod cstruct;
mod ctxt;
mod emit;
mod named;
mod operation;
#[cfg(test)]
mod parity;
mod set;
mod shape;
mod sub;
mod wire;

use ctxt::Ctxt;
use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Runs a derive: its output, or all errors of the item.
fn derive(
    input: TokenStream,
    expand: impl FnOnce(&Ctxt, &DeriveInput) -> Option<proc_macro2::TokenStream>,
) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let cx = Ctxt::new();
    let output = expand(&cx, &input);
    match cx.finish() {
        Some(errors) => errors.into(),
        None => output.unwrap_or_default().into(),
    }
}

/// A message: an attribute set, perhaps after a fixed header.
#[proc_macro_derive(NetlinkMessage, attributes(netlink))]
pub fn netlink_message(input: TokenStream) -> TokenStream {
    derive(input, |cx, input| set::Set::read(cx, input).map(|set| emit::set(&set)))
}

/// A nested attribute set.
#[proc_macro_derive(NetlinkAttrs, attributes(netlink))]
pub fn netlink_attrs(input: TokenStream) -> TokenStream {
    netlink_message(input)
}

/// A sub-message: a payload whose form a selector chooses.
#[proc_macro_derive(NetlinkSub, attributes(netlink))]
pub fn netlink_sub(input: TokenStream) -> TokenStream {
    derive(input, |cx, input| sub::Sub::read(cx, input).map(|sub| sub::emit(&sub)))
}

/// A C struct, read by offset.
#[proc_macro_derive(NetlinkStruct, attributes(netlink))]
pub fn netlink_struct(input: TokenStream) -> TokenStream {
    derive(input, |cx, input| cstruct::CStruct::read(cx, input).map(|s| cstruct::emit(&s)))
}

/// An operation: what is sent and what comes back.
#[proc_macro_derive(NetlinkOp, attributes(netlink))]
pub fn netlink_op(input: TokenStream) -> TokenStream {
    derive(input, |cx, input| operation::Op::read(cx, input).map(|op| operation::emit(&op)))
}

/// An open enum: an integer whose values have names.
#[proc_macro_attribute]
pub fn netlink_enum(args: TokenStream, input: TokenStream) -> TokenStream {
    named::expand(args.into(), input.into(), false).into()
}

/// Flags: an integer whose bits have names.
#[proc_macro_attribute]
pub fn netlink_flags(args: TokenStream, input: TokenStream) -> TokenStream {
    named::expand(args.into(), input.into(), true).into()
}
