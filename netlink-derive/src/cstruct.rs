//! `#[derive(NetlinkStruct)]`: C structs, read and written by offset.

use crate::attr::{self, Item};
use crate::codes;
use crate::ctxt::Ctxt;
use crate::shape;
use crate::wire::{self, Keywords};
use crate::words;
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Expr, Fields, Ident, LitInt, Type};

/// A C struct.
pub(crate) struct CStruct {
    pub(crate) name: Ident,
    pub(crate) c_name: String,
    pub(crate) size: Expr,
    pub(crate) members: Vec<Member>,
    /// The member that holds a record's length.
    pub(crate) length: Option<Ident>,
    pub(crate) tail: Option<Tail>,
}

/// A member of a [`CStruct`].
pub(crate) struct Member {
    pub(crate) name: Ident,
    pub(crate) c_name: String,
    pub(crate) ty: Type,
    pub(crate) offset: LitInt,
    /// The fixed wire type; of bits, none.
    pub(crate) marker: Option<TokenStream>,
    pub(crate) bits: Option<(LitInt, LitInt)>,
    /// An `Option`: the struct grew by it.
    pub(crate) grown: bool,
}

/// Elements up to the end of the payload.
pub(crate) struct Tail {
    pub(crate) offset: LitInt,
    pub(crate) c_name: Ident,
    /// The fixed wire type of one.
    pub(crate) marker: TokenStream,
}

#[derive(Default)]
struct Container {
    c_name: Option<Ident>,
    size: Option<Expr>,
    length: Option<Expr>,
    tail: Option<Tail>,
}

impl CStruct {
    /// Reads a struct; errors go to `cx`.
    pub(crate) fn read(cx: &Ctxt, input: &DeriveInput) -> Option<CStruct> {
        let fields = match &input.data {
            Data::Struct(data) => match &data.fields {
                Fields::Named(fields) => Some(&fields.named),
                _ => None,
            },
            _ => None,
        };
        let Some(fields) = fields else {
            cx.error(codes::ITEM, &input.ident, "C structs are structs with named fields");
            return None;
        };
        cx.refuse_generics(&input.generics, "C structs");
        let container = Container::read(cx, input);
        let members: Vec<Member> = fields.iter().filter_map(|f| member(cx, f)).collect();
        let Some(size) = container.size else {
            let text = "how large is it? Say `#[netlink(size = 16)]`, as C's sizeof gives";
            cx.error(codes::NO_SIZE, &input.ident, text);
            return None;
        };
        let name = input.ident.clone();
        let c_name = container.c_name.map_or_else(|| name.unraw().to_string(), |c| c.unraw().to_string());
        let length = container.length.and_then(|length| length_member(cx, &length, &members));
        Some(CStruct { name, c_name, size, members, length, tail: container.tail })
    }
}

impl Container {
    fn read(cx: &Ctxt, input: &DeriveInput) -> Self {
        let mut out = Container::default();
        for item in attr::container_items(cx, &input.attrs) {
            match item {
                Item::Value(w, value) if w == "size" => cx.once(&mut out.size, &w, value),
                Item::Value(w, value) if w == "length" => cx.once(&mut out.length, &w, value),
                Item::Tail(w, tail) => {
                    let attr::Tail { offset, name, words, ty } = *tail;
                    let mut keywords = Keywords::default();
                    for word in words {
                        if !keywords.take(cx, &word) {
                            words::MEMBER.refuse(cx, &Item::Word(word));
                        }
                    }
                    if let Some(marker) = wire::member(cx, &keywords, &ty) {
                        cx.once(&mut out.tail, &w, Tail { offset, c_name: name, marker });
                    }
                }
                Item::Word(w) if out.c_name.is_none() => out.c_name = Some(w),
                other => words::STRUCT.refuse(cx, &other),
            }
        }
        out
    }
}

fn member(cx: &Ctxt, field: &syn::Field) -> Option<Member> {
    let name = field.ident.clone()?;
    let mut words = Keywords::default();
    let (mut offset, mut bits) = (None, None);
    let before = cx.count();
    for item in attr::items(cx, &field.attrs) {
        match item {
            Item::Int(int) if offset.is_none() => offset = Some(int),
            Item::Int(int) => cx.error(codes::TWICE, int, "the offset is said twice"),
            Item::Ints(w, ints) => match ints.as_slice() {
                [first, width] => cx.once(&mut bits, &w, (first.clone(), width.clone())),
                _ => cx.error(codes::ARGUMENTS, w, "bits have a first bit and a width: `bits(0, 4)`"),
            },
            Item::Word(w) if words.take(cx, &w) => {}
            other => words::MEMBER.refuse(cx, &other),
        }
    }
    if cx.count() > before {
        // What is wrong with the words says more than what follows from it.
        return None;
    }
    let Some(offset) = offset else {
        cx.error(codes::NO_OFFSET, &name, "where is it? Say the offset in bytes: `#[netlink(4)]`");
        return None;
    };
    let (ty, grown) = match shape::inside(&field.ty, "Option") {
        Some(inner) => (inner, true),
        None => (&field.ty, false),
    };
    let marker = match bits {
        Some(_) => None,
        None => Some(wire::member(cx, &words, ty)?),
    };
    let c_name = c_name(&name);
    Some(Member { name, c_name, ty: ty.clone(), offset, marker, bits, grown })
}

/// The C name of a member: `type_` and `r#type` are `type`, which no field can be called.
pub(crate) fn c_name(field: &Ident) -> String {
    let text = field.to_string();
    let text = text.trim_start_matches("r#");
    match text.strip_suffix('_') {
        Some(word) if !word.is_empty() && syn::parse_str::<Ident>(word).is_err() => word.to_owned(),
        _ => text.to_owned(),
    }
}

/// `length = member`: the member that says how long a record is.
fn length_member(cx: &Ctxt, length: &Expr, members: &[Member]) -> Option<Ident> {
    let name = shape::path(length).and_then(|path| path.get_ident());
    let member = name.and_then(|name| members.iter().find(|m| m.name == *name));
    match member {
        Some(member) if member.marker.is_some() => Some(member.name.clone()),
        _ => {
            let text = "no member of this name: say the one that holds the record's length";
            cx.error(codes::LENGTH_MEMBER, length, text);
            None
        }
    }
}

/// What a C struct expands to.
pub(crate) fn emit(item: &CStruct) -> TokenStream {
    let CStruct { name, c_name, size, members, .. } = item;
    let rt = quote!(::netlink_runtime::meta);
    let fixed = quote!(::netlink_runtime::wire::wt::Fixed);
    let metas = members.iter().map(|m| {
        let place = shape::place(&m.ty);
        let (c_name, offset) = (&m.c_name, &m.offset);
        let ty = match (&m.marker, &m.bits) {
            (Some(marker), _) => quote_spanned!(place=> <#marker as #fixed>::MEMBER),
            (None, Some((first, width))) => quote_spanned!(place=> #rt::MemberType::Bits(#first, #width)),
            (None, None) => quote_spanned!(place=> #rt::MemberType::Bytes(0)),
        };
        quote_spanned!(place=> #rt::MemberMeta { c_name: #c_name, offset: #offset, ty: #ty })
    });
    let tail_meta = item.tail.iter().map(|Tail { offset, c_name, marker }| {
        let c_name = c_name.to_string();
        quote!(#rt::MemberMeta {
            c_name: #c_name, offset: #offset, ty: #rt::MemberType::Tail(&<#marker as #fixed>::MEMBER),
        })
    });
    let loads = members.iter().map(|m| {
        let place = shape::place(&m.ty);
        let (name, offset, ty) = (&m.name, &m.offset, &m.ty);
        let (load, end) = match (&m.marker, &m.bits) {
            (Some(marker), _) => (
                quote_spanned!(place=> <#marker as #fixed>::load(&all[#offset..])),
                quote_spanned!(place=> #offset + <#marker as #fixed>::SIZE),
            ),
            (None, bits) => {
                let (first, width) =
                    bits.as_ref().map_or((quote_spanned!(place=> 0), quote_spanned!(place=> 0)), |(f, w)| (quote_spanned!(place=> #f), quote_spanned!(place=> #w)));
                (
                    quote_spanned!(place=> ::netlink_runtime::__private::load_bits(&all[#offset..], #first, #width) as #ty),
                    quote_spanned!(place=> #offset + 1),
                )
            }
        };
        if m.grown {
            quote_spanned!(place=> #name: if bytes.len() >= #end {
                ::core::option::Option::Some(#load)
            } else {
                ::core::option::Option::None
            },)
        } else {
            quote_spanned!(place=> #name: #load,)
        }
    });
    let stores = members.iter().map(|m| {
        let place = shape::place(&m.ty);
        let (name, offset) = (&m.name, &m.offset);
        let at = quote_spanned!(place=> out.get_mut(#offset..).unwrap_or_default());
        let store = |value: TokenStream| match (&m.marker, &m.bits) {
            (Some(marker), _) => quote_spanned!(place=> <#marker as #fixed>::store(#value, #at);),
            (None, Some((first, width))) => quote_spanned! {place=>
                ::netlink_runtime::__private::store_bits(
                    #value as ::core::primitive::u64, #at, #first, #width,
                );
            },
            (None, None) => quote!(),
        };
        if m.grown {
            let store = store(quote_spanned!(place=> value));
            quote_spanned!(place=> if let ::core::option::Option::Some(value) = self.#name { #store })
        } else {
            store(quote_spanned!(place=> self.#name))
        }
    });
    let lens = members.iter().filter(|m| m.grown).map(|m| {
        let (name, offset) = (&m.name, &m.offset);
        quote!(if self.#name.is_none() { return #offset; })
    });
    // What a check at compile time must find inside the struct; an error stands at the offset.
    let private = quote!(::netlink_runtime::__private);
    let ends = members.iter().map(|m| {
        let (name, offset) = (&m.c_name, &m.offset);
        let fits = match (&m.marker, &m.bits) {
            (Some(marker), _) => quote!(fits(#offset, <#marker as #fixed>::SIZE, __SIZE)),
            (None, Some((first, width))) => quote!(bits_fit(#offset, #first, #width, __SIZE)),
            (None, None) => quote!(fits(#offset, 0, __SIZE)),
        };
        let message = codes::BEYOND_SIZE.says(format!("`{name}` lies beyond the struct's size"));
        let place = Span::call_site().located_at(offset.span());
        quote_spanned!(place=> const _: () = ::core::assert!(#private::#fits, #message);)
    });
    let sizes = members.iter().filter_map(|m| {
        let marker = m.marker.as_ref()?;
        Some(quote_spanned!(shape::place(&m.ty)=> + <#marker as #fixed>::SIZE))
    });
    let has_bits = members.iter().any(|m| m.bits.is_some());
    let tail = item.tail.as_ref().map(|Tail { offset, marker, .. }| {
        quote! {
            impl ::netlink_runtime::wire::FlexStruct for #name {
                type Element = #marker;
                const TAIL: ::core::primitive::usize = #offset;
            }
        }
    });
    let length = item.length.as_ref().and_then(|length| record_header(item, length));
    quote! {
        const _: () = {
            const __SIZE: ::core::primitive::usize = #size;
            #(#ends)*

            #[diagnostic::do_not_recommend] // no help to who has a type that is none
            impl ::netlink_runtime::CStruct for #name {
                const META: &'static #rt::StructMeta = &#rt::StructMeta {
                    c_name: #c_name,
                    size: __SIZE as ::core::primitive::u32,
                    members: &[#(#metas,)* #(#tail_meta,)*],
                };
                const PADDED: ::core::primitive::bool = #has_bits || (0 #(#sizes)*) != __SIZE;

                #[inline]
                fn read(bytes: &[::core::primitive::u8]) -> Self {
                    let room;
                    let all: &[::core::primitive::u8; __SIZE] = match bytes.first_chunk::<__SIZE>() {
                        ::core::option::Option::Some(all) => all,
                        ::core::option::Option::None => {
                            room = ::netlink_runtime::__private::widen::<__SIZE>(bytes);
                            &room
                        }
                    };
                    Self { #(#loads)* }
                }

                #[inline]
                fn write(&self, out: &mut [::core::primitive::u8]) {
                    #(#stores)*
                }

                #[inline]
                fn wire_len(&self) -> ::core::primitive::usize {
                    #(#lens)*
                    __SIZE
                }
            }

            impl ::core::default::Default for #name {
                /// All zero.
                fn default() -> Self {
                    <Self as ::netlink_runtime::CStruct>::read(&[0; __SIZE])
                }
            }

            #tail
            #length
        };
    }
}

/// The member that says how long a record is, for the runtime.
fn record_header(item: &CStruct, length: &Ident) -> Option<TokenStream> {
    let name = &item.name;
    let Member { offset, marker, .. } = item.members.iter().find(|m| m.name == *length)?;
    let marker = marker.as_ref()?;
    Some(quote! {
        impl ::netlink_runtime::RecordHeader for #name {
            const LENGTH: (::core::primitive::usize, ::core::primitive::usize) =
                (#offset, <#marker as ::netlink_runtime::wire::wt::Fixed>::SIZE);
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_have_their_c_names() {
        let name = |field: &str| c_name(&syn::parse_str(field).expect("an identifier"));
        assert_eq!(name("type_"), "type");
        assert_eq!(name("r#type"), "type");
        assert_eq!(name("__ifi_pad"), "__ifi_pad");
        assert_eq!(name("odd_"), "odd_");
    }
}
