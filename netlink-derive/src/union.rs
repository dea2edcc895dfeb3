//! `#[netlink_union]`: C unions, bytes with a method for each arm.

use crate::attr::{self, Item, Number};
use crate::codes;
use crate::cstruct::{Form, Words};
use crate::ctxt::Ctxt;
use crate::shape;
use crate::words;
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Expr, Fields, Ident, LitInt, Type, parse_quote};

/// A C union.
pub(crate) struct Union {
    pub(crate) name: Ident,
    vis: syn::Visibility,
    attrs: Vec<syn::Attribute>,
    pub(crate) c_name: String,
    pub(crate) size: Expr,
    pub(crate) arms: Vec<Arm>,
    /// There are errors: what is left serves the items that use it.
    broken: bool,
}

/// An arm of a [`Union`].
pub(crate) struct Arm {
    pub(crate) name: Ident,
    pub(crate) c_name: String,
    pub(crate) ty: Type,
    pub(crate) offset: LitInt,
    pub(crate) form: Form,
    /// Values of the member that chooses, for which it counts.
    pub(crate) cases: Vec<Number>,
    /// It counts for all others.
    pub(crate) default: bool,
    docs: Vec<syn::Attribute>,
}

pub(crate) fn expand(args: TokenStream, input: TokenStream) -> TokenStream {
    let cx = Ctxt::new();
    let output = match syn::parse2::<DeriveInput>(input) {
        Ok(item) => Union::read(&cx, args, &item).map(|union| emit(&union)),
        Err(error) => {
            cx.syntax(error);
            None
        }
    };
    cx.finish(output)
}

impl Union {
    /// Reads a union, where `args` is what the attribute macro got; errors go to `cx`.
    pub(crate) fn read(cx: &Ctxt, args: TokenStream, item: &DeriveInput) -> Option<Union> {
        let Data::Enum(data) = &item.data else {
            let text =
                format!("a union is written as an enum of its arms: `enum {} {{ arm(u32) }}`", item.ident);
            cx.error(codes::ITEM, &item.ident, text);
            return None;
        };
        let name = item.ident.clone();
        let (mut c_name, mut size) = (None, None);
        for word in attr::args(cx, args) {
            match word {
                Item::Value(w, value) if w == "size" => cx.once(&mut size, &w, value),
                Item::Word(w) if c_name.is_none() => c_name = Some(w.unraw().to_string()),
                Item::Number(n) if n.literal.is_none() && c_name.is_none() => c_name = Some(n.c_name),
                other => words::UNION.refuse(cx, &other),
            }
        }
        cx.refuse_generics(&item.generics, "C unions");
        let mut arms: Vec<Arm> = Vec::new();
        for arm in data.variants.iter().filter_map(|variant| arm(cx, variant)) {
            match arm.taken(&arms) {
                Some(taken) => cx.error(codes::NAME_TAKEN, &arm.name, taken),
                None => arms.push(arm),
            }
        }
        let size = size.unwrap_or_else(|| {
            let text = "how large is it? Say `#[netlink_union(size = 16)]`, as C's sizeof gives";
            cx.error(codes::NO_SIZE, &name, text);
            parse_quote!(0)
        });
        let c_name = c_name.unwrap_or_else(|| name.unraw().to_string());
        let (vis, attrs, broken) = (item.vis.clone(), item.attrs.clone(), cx.count() > 0);
        let union = Union { name, vis, attrs, c_name, size, arms, broken };
        item.generics.params.is_empty().then_some(union)
    }
}

fn arm(cx: &Ctxt, variant: &syn::Variant) -> Option<Arm> {
    let name = variant.ident.clone();
    let ty = match &variant.fields {
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => fields.unnamed.first().map(|f| &f.ty),
        _ => None,
    };
    let Some(ty) = ty else {
        cx.error(codes::PAYLOAD, &name, format!("an arm holds its type: `{name}(u32)`"));
        return None;
    };
    if let Some((_, value)) = &variant.discriminant {
        cx.error(
            codes::ENTRY_VALUE,
            value,
            "arms have no values: say `case(NAME = 1)` where a member chooses",
        );
    }
    let mut words = Words::read(cx, &variant.attrs, true)?;
    let offset = words.offset.take().unwrap_or_else(|| LitInt::new("0", name.span()));
    let (cases, default) = (std::mem::take(&mut words.cases), words.default);
    let (c_name, docs) = (words.c_name(&name), attr::docs(&variant.attrs));
    let form = words.form(cx, ty)?;
    Some(Arm { name, c_name, ty: ty.clone(), offset, form, cases, default, docs })
}

/// What a union expands to.
fn emit(item: &Union) -> TokenStream {
    let Union { name, vis, attrs, c_name, size, arms, broken } = item;
    let rt = quote!(::netlink_runtime::meta);
    let fixed = quote!(::netlink_runtime::wire::wt::Fixed);
    let bytes = quote!(::netlink_runtime::wire::wt::Opaque<{ #size }>);
    let text = name.unraw().to_string();
    let metas = arms.iter().map(Arm::meta);
    let methods = arms.iter().map(Arm::methods);
    let checks = arms.iter().filter(|_| !broken).map(|arm| arm.check(size));
    let cases = arms.iter().enumerate().flat_map(|(ix, arm)| arm.cases(ix as u16));
    quote! {
        #(#attrs)*
        #[derive(
            ::core::clone::Clone, ::core::marker::Copy, ::core::cmp::PartialEq, ::core::cmp::Eq,
            ::core::hash::Hash,
        )]
        #[repr(transparent)]
        #vis struct #name(pub [::core::primitive::u8; #size]);

        #[allow(non_snake_case)] // methods are named as the arms were written
        impl #name {
            #(#methods)*
        }

        const _: () = {
            #(#checks)*

            #[diagnostic::do_not_recommend] // no help to who has a type that is none
            impl ::netlink_runtime::CStruct for #name {
                const META: &'static #rt::StructMeta = &#rt::StructMeta {
                    c_name: #c_name,
                    size: (#size) as ::core::primitive::u32,
                    members: &[#(#metas,)*],
                };
                const PADDED: ::core::primitive::bool = false;

                #[inline]
                fn read(bytes: &[::core::primitive::u8]) -> Self {
                    Self(<#bytes as #fixed>::load(bytes))
                }

                #[inline]
                fn write(&self, out: &mut [::core::primitive::u8]) {
                    <#bytes as #fixed>::store(self.0, out);
                }

                #[inline]
                fn wire_len(&self) -> ::core::primitive::usize {
                    #size
                }
            }

            impl ::netlink_runtime::wire::CUnion for #name {
                type Wire = ::netlink_runtime::wire::wt::Struct<Self>;
                const CASES: &'static [#rt::Case] = &[#(#cases,)*];
            }

            impl ::core::default::Default for #name {
                /// All zero.
                #[inline]
                fn default() -> Self {
                    Self([0; #size])
                }
            }

            impl ::core::fmt::Debug for #name {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    ::netlink_runtime::__private::debug_union::<Self>(f, #text, &self.0)
                }
            }

            ::netlink_runtime::__serde_bytes!(#name);
        };
    }
}

impl Arm {
    /// The name as a part of another: without what avoids Rust's keywords.
    fn plain(&self) -> String {
        self.name.unraw().to_string().trim_end_matches('_').to_owned()
    }

    /// The methods: to read it, to make a union of it, and to write it.
    fn names(&self) -> [Ident; 3] {
        let plain = self.plain();
        [self.name.clone(), format_ident!("from_{plain}"), format_ident!("with_{plain}")]
    }

    /// What is said where another arm has a method of the same name.
    fn taken(&self, arms: &[Arm]) -> Option<String> {
        let (mut names, name) = (self.names().into_iter(), &self.name);
        names.find_map(|method| {
            let other = arms.iter().find(|arm| arm.names().contains(&method))?;
            Some(if other.name == *name {
                format!("there is an arm `{name}` before this one")
            } else {
                format!("`{}` has a method `{method}` as well: give one another name", other.name)
            })
        })
    }

    fn place(&self) -> Span {
        shape::place(&self.ty)
    }

    fn meta(&self) -> TokenStream {
        let place = self.place();
        let rt = quote_spanned!(place=> ::netlink_runtime::meta);
        let (c_name, offset) = (&self.c_name, &self.offset);
        let ty = match &self.form {
            Form::Bits(bits) => bits.meta(&self.ty),
            form => {
                let marker = form.marker();
                quote_spanned!(place=> <#marker as ::netlink_runtime::wire::wt::Fixed>::MEMBER)
            }
        };
        quote_spanned!(place=> #rt::MemberMeta { c_name: #c_name, offset: #offset, ty: #ty })
    }

    fn methods(&self) -> TokenStream {
        let place = self.place();
        let Arm { name, ty, offset, docs, .. } = self;
        let (plain, [_, from, with]) = (self.plain(), self.names());
        let slice = quote_spanned!(place=> <[::core::primitive::u8]>);
        let bytes = quote_spanned!(place=> #slice::get(&self.0, #offset..).unwrap_or_default());
        let room = quote_spanned!(place=> #slice::get_mut(&mut self.0, #offset..).unwrap_or_default());
        let (load, store) = match &self.form {
            Form::Bits(bits) => (bits.load(ty, &bytes), bits.store(ty, &quote!(value), &room)),
            form => {
                let marker = form.marker();
                let fixed = quote_spanned!(place=> <#marker as ::netlink_runtime::wire::wt::Fixed>);
                (
                    quote_spanned!(place=> #fixed::load(#bytes)),
                    quote_spanned!(place=> #fixed::store(value, #room);),
                )
            }
        };
        let doc_from = format!("The union with only [`{plain}`](Self::{name}).");
        let doc_with = format!("The same with another [`{plain}`](Self::{name}).");
        quote_spanned! {place=>
            #(#docs)*
            #[inline]
            pub fn #name(&self) -> #ty {
                #load
            }

            #[doc = #doc_from]
            #[inline]
            pub fn #from(value: #ty) -> Self {
                Self::#with(<Self as ::core::default::Default>::default(), value)
            }

            #[doc = #doc_with]
            #[inline]
            #[must_use]
            pub fn #with(mut self, value: #ty) -> Self {
                #store
                self
            }
        }
    }

    /// It begins inside the union, or the error stands at the offset.
    fn check(&self, size: &Expr) -> TokenStream {
        let (name, offset) = (&self.c_name, &self.offset);
        let message = codes::BEYOND_SIZE.says(format!("`{name}` lies beyond the union's size"));
        let place = Span::call_site().located_at(offset.span());
        quote_spanned!(place=> const _: () = ::core::assert!(#offset < #size, #message);)
    }

    fn cases(&self, arm: u16) -> Vec<TokenStream> {
        let rt = quote!(::netlink_runtime::meta);
        let case = |value: TokenStream| quote!(#rt::Case { value: #value, arm: #arm });
        let keys = self.cases.iter().map(|number| {
            let value = &number.value;
            case(quote!(::core::option::Option::Some((#value) as ::core::primitive::u64)))
        });
        let default = self.default.then(|| case(quote!(::core::option::Option::None)));
        keys.chain(default).collect()
    }
}
