//! The static metadata, and the trait of attribute sets.

use super::{build, consts, owned};
use crate::attr::{Number, Selector};
use crate::codes;
use crate::cstruct;
use crate::set::{Card, Field, MAX_NUMBER, NUMBERS, Payload, Set};
use crate::shape;
use crate::wire::Kind;
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;

pub(crate) fn emit(set: &Set) -> TokenStream {
    let Set { name, .. } = set;
    let view = format_ident!("{name}View");
    let text = name.unraw().to_string();
    let rt = quote!(::netlink_runtime::meta);
    let (header, header_ty) = match &set.header {
        Some((_, ty)) => {
            let header = shape::placed(ty);
            let meta = quote_spanned!(shape::place(ty)=> <#header as ::netlink_runtime::CStruct>::META);
            (quote!(::core::option::Option::Some(#meta)), quote!(#ty))
        }
        None => (quote!(::core::option::Option::None), quote!(())),
    };
    let attrs = set.fields.iter().map(|f| (f.number.literal, attr(set, f)));
    let pads = set.pads.iter().map(|n| (n.literal, without_field(n, &quote!(Pad))));
    let unused = set.unused.iter().map(|n| (n.literal, without_field(n, &quote!(Unused))));
    let table = table(attrs.chain(pads).chain(unused).collect());
    // Of constants' numbers, rustc alone knows the values.
    let by_path = set.fields.iter().any(|f| f.number.literal.is_none());
    let checks = set.fields.iter().filter(|_| by_path).map(|Field { number, ordinal, .. }| {
        let fits = number.assert(MAX_NUMBER, NUMBERS);
        let text = format!("`{}` has the number of an attribute before it", number.c_name);
        let free = quote!(::netlink_runtime::__private::is_free(&__SORTED, #ordinal));
        let free = number.check_const(&free, &codes::NUMBER_TAKEN.says(text));
        quote!(#fits #free)
    });
    let (definitions, attributes) = consts::attributes(set);
    let (build, owned) = (build::methods(set), owned::methods(set));
    quote! {
        #table
        #(#checks)*
        static __META: #rt::SetMeta = #rt::SetMeta { name: #text, header: #header, attrs: &__ATTRS };

        #definitions

        #[diagnostic::do_not_recommend] // no help to who has a type that is none
        impl ::netlink_runtime::AttrSet for #name {
            type View<'a> = #view<'a>;
            type Indexed<'a> = #view<'a, ::netlink_runtime::wire::Index<'a, __INDEXED>>;
            type Header = #header_ty;

            #attributes

            #build

            #[inline]
            fn meta() -> &'static #rt::SetMeta {
                &__META
            }

            #owned
        }
    }
}

/// The attributes by number, fields before padding of the same number, and how many numbers an index has
/// places for. rustc sorts only what it alone can: it takes its time for that.
fn table(mut attrs: Vec<(Option<u64>, TokenStream)>) -> TokenStream {
    let rt = quote!(::netlink_runtime::meta::AttrMeta);
    let usize = quote!(::core::primitive::usize);
    let count = attrs.len();
    if attrs.iter().all(|(number, _)| number.is_some()) {
        attrs.sort_by_key(|(number, _)| *number);
        let places = match attrs.last() {
            Some((number, _)) => {
                let last = number.unwrap_or_default() as u16;
                quote!(#rt::places(#last))
            }
            None => quote!(0),
        };
        let attrs = attrs.iter().map(|(_, attr)| attr);
        return quote! {
            static __ATTRS: [#rt; #count] = [#(#attrs,)*];
            const __INDEXED: #usize = #places;
        };
    }
    let attrs = attrs.iter().map(|(_, attr)| attr);
    quote! {
        const __SORTED: [#rt; #count] = #rt::sorted([#(#attrs,)*]);
        static __ATTRS: [#rt; #count] = __SORTED;
        const __INDEXED: #usize = #rt::indexed(&__SORTED);
    }
}

fn attr(set: &Set, field: &Field) -> TokenStream {
    let place = field.place();
    let rt = quote_spanned!(place=> ::netlink_runtime::meta);
    let Field { number, ordinal, .. } = field;
    let name = field.name.unraw().to_string();
    let c_name = &number.c_name;
    let card = match (&field.payload, field.card) {
        (_, Card::Multi) => quote_spanned!(place=> Multi),
        (Payload::Wire(w), _) => match &w.kind {
            Kind::Indexed(_) => quote_spanned!(place=> Indexed),
            Kind::TypeValue(_, levels) => {
                let levels = *levels as u8;
                quote_spanned!(place=> TypeValue(#levels))
            }
            Kind::Scalar(_) | Kind::Value | Kind::Nest(_) | Kind::Records(_) => quote_spanned!(place=> One),
        },
        (Payload::Selected { .. }, _) => quote_spanned!(place=> One),
    };
    let ty = match &field.payload {
        Payload::Wire(w) => {
            let (wire, guard) = (w.as_wire(), &w.guard);
            quote_spanned!(place=> { #guard #wire::TYPE })
        }
        Payload::Selected { ty, selectors, address } => {
            let selectors = selectors.iter().map(|s| selector(set, s));
            if *address {
                quote_spanned!(place=> #rt::TypeMeta::IpBy(#(#selectors)*))
            } else {
                let form = shape::placed(ty);
                quote_spanned! {place=>
                    #rt::TypeMeta::Sub(<#form as ::netlink_runtime::Selected>::META, &[#(#selectors),*])
                }
            }
        }
    };
    quote_spanned! {place=>
        #rt::AttrMeta {
            id: #number, c_name: #c_name, name: #name, card: #rt::Card::#card, ty: #ty, ordinal: #ordinal,
        }
    }
}

fn without_field(number: &Number, ty: &TokenStream) -> TokenStream {
    let rt = quote!(::netlink_runtime::meta);
    let c_name = &number.c_name;
    quote! {
        #rt::AttrMeta {
            id: #number, c_name: #c_name, name: "", card: #rt::Card::One, ty: #rt::TypeMeta::#ty,
            ordinal: #rt::AttrMeta::NO_FIELD,
        }
    }
}

fn selector(set: &Set, selector: &Selector) -> TokenStream {
    let rt = quote!(::netlink_runtime::meta::Selector);
    match selector {
        Selector::Field(name) => {
            let number = set.fields.iter().find(|f| f.name == *name).map(|f| &f.number);
            quote!(#rt::Attr(#number))
        }
        Selector::Header(name) | Selector::OuterHeader(name) => {
            let name = cstruct::c_name(name);
            quote!(#rt::Header(#name))
        }
        // The enclosing set is not known here, nor the C name: the field's name is one of the two
        // that are looked for.
        Selector::Outer(name) => {
            let name = name.unraw().to_string();
            quote!(#rt::Outer(#name))
        }
        Selector::Request(name) => {
            let name = cstruct::c_name(name);
            quote!(#rt::Request(#name))
        }
    }
}
