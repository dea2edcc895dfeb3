//! Words for integers on the wire.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::Ident;

/// An integer on the wire: `u8`, `be32`, `ile16`…
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) order: Order,
    pub(crate) signed: bool,
    pub(crate) bits: u8,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Native,
    Big,
    Little,
    Net,
}

impl Word {
    /// `u8`, `i32`, `be16`, `ibe32`, `le64`, `net32`.
    pub(crate) fn parse(text: &str) -> Option<Word> {
        let (order, signed, bits) = if let Some(bits) = text.strip_prefix("ibe") {
            (Order::Big, true, bits)
        } else if let Some(bits) = text.strip_prefix("ile") {
            (Order::Little, true, bits)
        } else if let Some(bits) = text.strip_prefix("be") {
            (Order::Big, false, bits)
        } else if let Some(bits) = text.strip_prefix("le") {
            (Order::Little, false, bits)
        } else if let Some(bits) = text.strip_prefix("net") {
            (Order::Net, false, bits)
        } else if let Some(bits) = text.strip_prefix('u') {
            (Order::Native, false, bits)
        } else {
            (Order::Native, true, text.strip_prefix('i')?)
        };
        let bits = match (bits, order) {
            ("8", Order::Native) => 8,
            ("16", _) => 16,
            ("32", _) => 32,
            ("64", _) => 64,
            _ => return None,
        };
        Some(Word { order, signed, bits })
    }

    /// The runtime's marker.
    pub(crate) fn wire(self) -> TokenStream {
        let order = match self.order {
            Order::Native => "",
            Order::Big => "Be",
            Order::Little => "Le",
            Order::Net => "Net",
        };
        let sign = if self.signed { "I" } else { "U" };
        let name = Ident::new(&format!("{order}{sign}{}", self.bits), Span::call_site());
        quote!(::netlink_runtime::wire::wt::#name)
    }
}
