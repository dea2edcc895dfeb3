//! What a C struct expands to.

use super::{Bits, CStruct, Form, Member, Tail, Whole, c_name};
use crate::shape;
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Ident, LitInt, Type};

/// All of it.
pub(crate) fn emit(item: &CStruct) -> TokenStream {
    let CStruct { name, c_name, size, members, .. } = item;
    let rt = quote!(::netlink_runtime::meta);
    let metas = members.iter().map(|m| m.meta(item));
    let tail_meta = item.tail.as_ref().map(|tail| tail.meta(item));
    let reads = members.iter().map(|m| {
        let (name, value) = (&m.name, m.read(item));
        quote_spanned!(m.place()=> #name: #value,)
    });
    let stores = members.iter().map(Member::store);
    let lens = members.iter().filter(|m| m.grown).map(|m| {
        let (name, offset) = (&m.name, &m.offset);
        quote!(if self.#name.is_none() { return #offset; })
    });
    let checks = members.iter().map(Member::check);
    let sizes = members.iter().filter_map(|m| {
        let (place, size) = (m.place(), m.size()?);
        Some(quote_spanned!(place=> + #size))
    });
    let lossy = members.iter().map(Member::lossy);
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
            #(#checks)*

            #[diagnostic::do_not_recommend] // no help to who has a type that is none
            impl ::netlink_runtime::CStruct for #name {
                const META: &'static #rt::StructMeta = &#rt::StructMeta {
                    c_name: #c_name,
                    size: __SIZE as ::core::primitive::u32,
                    members: &[#(#metas,)* #tail_meta],
                };
                const PADDED: ::core::primitive::bool = (0 #(#sizes)*) != __SIZE #(|| #lossy)*;

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
                    Self { #(#reads)* }
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
                #[inline]
                fn default() -> Self {
                    <Self as ::netlink_runtime::CStruct>::read(&[0; __SIZE])
                }
            }

            #tail
            #length
        };
    }
}

impl Member {
    fn place(&self) -> Span {
        shape::place(&self.ty)
    }

    /// `<marker as Fixed>`, at the field's type: if that does not fit, the error stands there.
    fn fixed(&self, marker: &TokenStream) -> TokenStream {
        quote_spanned!(self.place()=> <#marker as ::netlink_runtime::wire::wt::Fixed>)
    }

    fn by_family(&self) -> TokenStream {
        let ty = shape::placed(&self.ty);
        quote_spanned!(self.place()=> <#ty as ::netlink_runtime::wire::ByFamily>)
    }

    fn meta(&self, item: &CStruct) -> TokenStream {
        let place = self.place();
        let rt = quote_spanned!(place=> ::netlink_runtime::meta);
        let (c_name, offset, ty) = (&self.c_name, &self.offset, &self.ty);
        let meta = match &self.form {
            Form::Wire(marker) => {
                let fixed = self.fixed(marker);
                quote_spanned!(place=> #fixed::MEMBER)
            }
            Form::Union { anonymous, by, .. } => {
                let by = match by {
                    Some(by) => {
                        let by = item.c_name_of(by);
                        quote_spanned!(place=> ::core::option::Option::Some(#by))
                    }
                    None => quote_spanned!(place=> ::core::option::Option::None),
                };
                let union = shape::placed(ty);
                let union = quote_spanned!(place=> <#union as ::netlink_runtime::wire::CUnion>);
                quote_spanned! {place=>
                    #rt::MemberType::Union(&#rt::UnionMeta {
                        arms: #union::ARMS,
                        anonymous: #anonymous,
                        by: #by,
                        cases: #union::CASES,
                    })
                }
            }
            Form::Bits(bits) => bits.meta(ty),
            Form::By(by) => address(ty, &item.c_name_of(by)),
        };
        quote_spanned!(place=> #rt::MemberMeta { c_name: #c_name, offset: #offset, ty: #meta })
    }

    /// What the field holds, from `bytes` (what is there) and `all` (filled up with zeroes).
    fn read(&self, item: &CStruct) -> TokenStream {
        let place = self.place();
        let (offset, ty) = (&self.offset, &self.ty);
        let from = quote_spanned!(place=> &all[#offset..]);
        let (load, end) = match &self.form {
            Form::Wire(marker) | Form::Union { marker, .. } => {
                let fixed = self.fixed(marker);
                (quote_spanned!(place=> #fixed::load(#from)), quote_spanned!(place=> #offset + #fixed::SIZE))
            }
            Form::Bits(bits) => {
                let end = number(offset) + (number(&bits.first) + number(&bits.width)).div_ceil(8);
                (bits.load(ty, &from), quote_spanned!(place=> #end))
            }
            Form::By(by) => {
                let trait_ = self.by_family();
                let family = item.members.iter().find(|m| m.name == *by).map(|m| m.read(item));
                let family = quote_spanned!(place=> ::netlink_runtime::Select::select(#family));
                (
                    quote_spanned!(place=> #trait_::load(#from, #family)),
                    quote_spanned!(place=> #offset + #trait_::SIZE),
                )
            }
        };
        if self.grown {
            quote_spanned! {place=>
                if bytes.len() >= #end {
                    ::core::option::Option::Some(#load)
                } else {
                    ::core::option::Option::None
                }
            }
        } else {
            load
        }
    }

    fn store(&self) -> TokenStream {
        let place = self.place();
        let (name, offset) = (&self.name, &self.offset);
        let at = quote_spanned!(place=> out.get_mut(#offset..).unwrap_or_default());
        let store = |value: TokenStream| match &self.form {
            Form::Wire(marker) | Form::Union { marker, .. } => {
                let fixed = self.fixed(marker);
                quote_spanned!(place=> #fixed::store(#value, #at);)
            }
            Form::Bits(bits) => bits.store(&self.ty, &value, &at),
            Form::By(_) => {
                let trait_ = self.by_family();
                quote_spanned!(place=> #trait_::store(#value, #at);)
            }
        };
        if self.grown {
            let store = store(quote_spanned!(place=> value));
            quote_spanned!(place=> if let ::core::option::Option::Some(value) = self.#name { #store })
        } else {
            store(quote_spanned!(place=> self.#name))
        }
    }

    /// The size in bytes, except of bits.
    fn size(&self) -> Option<TokenStream> {
        let place = self.place();
        match &self.form {
            Form::Wire(marker) | Form::Union { marker, .. } => {
                let fixed = self.fixed(marker);
                Some(quote_spanned!(place=> #fixed::SIZE))
            }
            Form::By(_) => {
                let trait_ = self.by_family();
                Some(quote_spanned!(place=> #trait_::SIZE))
            }
            Form::Bits(_) => None,
        }
    }

    /// Whether writing what was read may give other bytes.
    fn lossy(&self) -> TokenStream {
        match self.form.marker() {
            Some(marker) => {
                let fixed = self.fixed(marker);
                quote_spanned!(self.place()=> #fixed::LOSSY)
            }
            None => quote!(true),
        }
    }

    /// It lies inside the struct, or the error stands at the offset.
    fn check(&self) -> TokenStream {
        let private = quote!(::netlink_runtime::__private);
        let (name, offset) = (&self.c_name, &self.offset);
        let fits = match (&self.form, self.size()) {
            (Form::Bits(Bits { first, width, .. }), _) => quote!(bits_fit(#offset, #first, #width, __SIZE)),
            (_, size) => quote!(fits(#offset, #size, __SIZE)),
        };
        let message = crate::codes::BEYOND_SIZE.says(format!("`{name}` lies beyond the struct's size"));
        let place = Span::call_site().located_at(offset.span());
        quote_spanned!(place=> const _: () = ::core::assert!(#private::#fits, #message);)
    }
}

/// A number that was found to be one when it was read.
fn number(literal: &LitInt) -> usize {
    literal.base10_parse().unwrap_or_default()
}

impl Bits {
    pub(crate) fn meta(&self, ty: &Type) -> TokenStream {
        let place = shape::place(ty);
        let rt = quote_spanned!(place=> ::netlink_runtime::meta);
        let Bits { first, width, signed, named } = self;
        let ty = shape::placed(ty);
        let names = if *named {
            quote_spanned!(place=> ::core::option::Option::Some(<#ty as ::netlink_runtime::NamedValue>::META))
        } else {
            quote_spanned!(place=> ::core::option::Option::None)
        };
        quote_spanned! {place=>
            #rt::MemberType::Bits(#rt::BitField { first: #first, width: #width, signed: #signed, names: #names })
        }
    }

    pub(crate) fn load(&self, ty: &Type, from: &TokenStream) -> TokenStream {
        let (place, ty) = (shape::place(ty), shape::placed(ty));
        let private = quote_spanned!(place=> ::netlink_runtime::__private);
        let Bits { first, width, signed, named } = self;
        let mut bits = quote_spanned!(place=> #private::load_bits(#from, #first, #width));
        if *signed {
            bits = quote_spanned!(place=> #private::sign_extend(#bits, #width));
        }
        if *named {
            quote_spanned!(place=> <#ty as ::netlink_runtime::NamedValue>::from_bits(#bits))
        } else {
            quote_spanned!(place=> #bits as #ty)
        }
    }

    pub(crate) fn store(&self, ty: &Type, value: &TokenStream, at: &TokenStream) -> TokenStream {
        let (place, ty) = (shape::place(ty), shape::placed(ty));
        let Bits { first, width, named, .. } = self;
        let bits = if *named {
            quote_spanned!(place=> <#ty as ::netlink_runtime::NamedValue>::to_bits(#value))
        } else {
            quote_spanned!(place=> #value as ::core::primitive::u64)
        };
        quote_spanned!(place=> ::netlink_runtime::__private::store_bits(#bits, #at, #first, #width);)
    }
}

impl CStruct {
    /// The C name of a member.
    fn c_name_of(&self, member: &Ident) -> String {
        let found = self.members.iter().find(|m| m.name == *member);
        found.map_or_else(|| c_name(member), |m| m.c_name.clone())
    }
}

impl Tail {
    fn meta(&self, item: &CStruct) -> TokenStream {
        let rt = quote!(::netlink_runtime::meta);
        let Tail { offset, c_name, marker, whole } = self;
        let element = match whole {
            Whole::Elements => quote!(<#marker as ::netlink_runtime::wire::wt::Fixed>::MEMBER),
            Whole::Text => quote!(#rt::MemberType::Text(1)),
            Whole::Opaque => quote!(#rt::MemberType::Bytes(1)),
            Whole::Address(by) => {
                let by = item.c_name_of(by);
                quote!(#rt::MemberType::IpBy(#by))
            }
        };
        quote! {
            #rt::MemberMeta { c_name: #c_name, offset: #offset, ty: #rt::MemberType::Tail(&#element) }
        }
    }
}

/// An address, or an array of such, for tools.
fn address(ty: &Type, by: &str) -> TokenStream {
    let place = shape::place(ty);
    let rt = quote_spanned!(place=> ::netlink_runtime::meta);
    match shape::bare(ty) {
        Type::Array(array) => {
            let (inner, len) = (address(&array.elem, by), &array.len);
            quote_spanned!(place=> #rt::MemberType::Array(&#inner, (#len) as ::core::primitive::u32))
        }
        _ => quote_spanned!(place=> #rt::MemberType::IpBy(#by)),
    }
}

/// The member that says how long a record is, for the runtime.
fn record_header(item: &CStruct, length: &Ident) -> Option<TokenStream> {
    let name = &item.name;
    let Member { offset, form, .. } = item.members.iter().find(|m| m.name == *length)?;
    let marker = form.marker()?;
    Some(quote! {
        impl ::netlink_runtime::RecordHeader for #name {
            const LENGTH: (::core::primitive::usize, ::core::primitive::usize) =
                (#offset, <#marker as ::netlink_runtime::wire::wt::Fixed>::SIZE);
        }
    })
}
