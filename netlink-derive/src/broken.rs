//! What stands in for a C struct with errors, so that sets which use it are not told that it is none.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Fields};

/// The traits that a C struct may have, without members.
pub(crate) fn c_struct(input: &DeriveInput) -> Option<TokenStream> {
    let name = &input.ident;
    let is_one = matches!(&input.data, Data::Struct(data) if matches!(data.fields, Fields::Named(_)));
    (is_one && input.generics.params.is_empty()).then(|| {
        quote! {
            impl ::netlink_runtime::CStruct for #name {
                const META: &'static ::netlink_runtime::meta::StructMeta =
                    &::netlink_runtime::meta::StructMeta { c_name: "", size: 0, members: &[] };
                const PADDED: ::core::primitive::bool = false;

                fn read(_: &[::core::primitive::u8]) -> Self {
                    ::core::unreachable!()
                }

                fn write(&self, _: &mut [::core::primitive::u8]) {}

                fn wire_len(&self) -> ::core::primitive::usize {
                    0
                }
            }

            impl ::core::default::Default for #name {
                fn default() -> Self {
                    ::core::unreachable!()
                }
            }

            impl ::netlink_runtime::RecordHeader for #name {
                const LENGTH: (::core::primitive::usize, ::core::primitive::usize) = (0, 0);
            }

            impl ::netlink_runtime::wire::FlexStruct for #name {
                type Element = ::netlink_runtime::wire::wt::U8;
                const TAIL: ::core::primitive::usize = 0;
            }
        }
    })
}
