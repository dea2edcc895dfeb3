//! `#[netlink(of = Set)]`: structs with just the wanted fields of a set.

use crate::attr::{self, Item};
use crate::codes;
use crate::ctxt::Ctxt;
use crate::shape;
use crate::words;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Expr, Fields, GenericParam, Generics, Lifetime, Path, Type};

/// A projection.
pub(crate) struct Projection {
    name: Ident,
    generics: Generics,
    of: Path,
    headers: Vec<HeaderField>,
    /// What is wanted of the set itself.
    top: Level,
    /// There are errors: what is left serves the items that use it.
    broken: bool,
}

/// A field that holds the fixed header, or one of its members.
struct HeaderField {
    field: Ident,
    member: Option<Ident>,
}

/// What is wanted of a set: its attributes in the order in which they are first named.
#[derive(Default)]
struct Level {
    wanted: Vec<Wanted>,
}

/// An attribute, what it is read into, and what is wanted inside of it.
struct Wanted {
    attr: Ident,
    leaves: Vec<Leaf>,
    inside: Option<Level>,
}

/// A field that an attribute is read into.
struct Leaf {
    field: Ident,
    /// The type without what says how absence and errors are taken.
    ty: Type,
    /// The attribute may be absent.
    optional: bool,
    /// Errors are kept in the field.
    fallible: bool,
    place: Span,
}

/// Whether the item says what it is a projection of.
pub(crate) fn is_one(input: &DeriveInput) -> bool {
    attr::says(&input.attrs, "of")
}

impl Projection {
    /// Reads a struct; errors go to `cx`.
    pub(crate) fn read(cx: &Ctxt, input: &DeriveInput) -> Option<Projection> {
        let mut of = None;
        for item in attr::container_items(cx, &input.attrs) {
            match item {
                Item::Value(w, Expr::Path(path)) if w == "of" && path.qself.is_none() => {
                    cx.once(&mut of, &w, path.path);
                }
                Item::Value(w, other) if w == "of" => {
                    cx.error(codes::OF, other, "the set that this is a projection of: `of = Link`");
                }
                other => words::PROJECTION.refuse(cx, &other),
            }
        }
        let fields = match &input.data {
            Data::Struct(data) => match &data.fields {
                Fields::Named(fields) => Some(&fields.named),
                _ => None,
            },
            _ => None,
        };
        let Some(fields) = fields else {
            cx.error(codes::ITEM, &input.ident, "projections are structs with named fields");
            return None;
        };
        let lifetimes: Vec<_> = input.generics.lifetimes().collect();
        if let [_, second, ..] = lifetimes.as_slice() {
            let text = "a projection borrows from one message: one lifetime is enough";
            cx.error(codes::LIFETIMES, second, text);
        }
        let mut out = Projection {
            name: input.ident.clone(),
            generics: input.generics.clone(),
            of: of?,
            headers: Vec::new(),
            top: Level::default(),
            broken: false,
        };
        for field in fields {
            out.field(cx, field);
        }
        out.broken = cx.count() > 0;
        Some(out)
    }

    fn field(&mut self, cx: &Ctxt, field: &syn::Field) {
        let Some(name) = field.ident.clone() else { return };
        let mut path: Option<Vec<Ident>> = None;
        let before = cx.count();
        for item in attr::items(cx, &field.attrs) {
            let at = item.at();
            let new = match item {
                Item::Word(word) => vec![word],
                Item::Path(path) => path,
                _ => {
                    let text = "a field of a projection takes the name of an attribute's field in the set, or a \
                                path through nests: `#[netlink(linkinfo.kind)]`";
                    cx.error(codes::NO_PATH, at, text);
                    continue;
                }
            };
            if path.replace(new).is_some() {
                cx.error(codes::TWICE, at, "the attribute is said twice: a field is one attribute");
            }
        }
        if cx.count() > before {
            return;
        }
        match path.unwrap_or_else(|| vec![name.clone()]).as_slice() {
            [first] if first == "header" => self.headers.push(HeaderField { field: name, member: None }),
            [first, member] if first == "header" => {
                self.headers.push(HeaderField { field: name, member: Some(member.clone()) });
            }
            [first, ..] if first == "header" => {
                let text = "members of the fixed header are reached by `header.member`";
                cx.error(codes::HEADER_PATH, first, text);
            }
            path => self.top.want(path, Leaf::of(name, &field.ty)),
        }
    }
}

impl Level {
    fn want(&mut self, path: &[Ident], leaf: Leaf) {
        let Some((first, rest)) = path.split_first() else { return };
        let ix = self.wanted.iter().position(|w| w.attr.unraw() == first.unraw());
        let ix = ix.unwrap_or_else(|| {
            self.wanted.push(Wanted { attr: first.clone(), leaves: Vec::new(), inside: None });
            self.wanted.len() - 1
        });
        let Some(wanted) = self.wanted.get_mut(ix) else { return };
        if rest.is_empty() {
            wanted.leaves.push(leaf);
        } else {
            wanted.inside.get_or_insert_default().want(rest, leaf);
        }
    }
}

impl Leaf {
    fn of(field: Ident, ty: &Type) -> Self {
        let place = shape::place(ty);
        let (ty, fallible) = match shape::last(ty) {
            Some((name, args)) if name == "Result" && !args.is_empty() => (args[0], true),
            _ => (ty, false),
        };
        let (ty, optional) = match shape::inside(ty, "Option") {
            Some(inner) => (inner, true),
            None => (ty, false),
        };
        Leaf { field, ty: ty.clone(), optional, fallible, place }
    }
}

/// The parts of the function that reads a projection.
#[derive(Default)]
struct Code {
    /// Attribute numbers, as patterns.
    consts: TokenStream,
    /// What is met goes here.
    slots: TokenStream,
    /// How the passes over nests ended.
    ends: TokenStream,
    /// The struct's fields.
    takes: TokenStream,
}

impl Code {
    /// The pass over one set, whose view is `view` where the code stands. `prefix` tells its variables
    /// from those of other sets, `end` says how its pass ended.
    fn level(
        &mut self,
        level: &Level,
        set: &TokenStream,
        prefix: &str,
        depth: &TokenStream,
        end: &TokenStream,
    ) -> TokenStream {
        let rt = quote!(::netlink_runtime::project);
        let mut arms = TokenStream::new();
        for (ix, wanted) in level.wanted.iter().enumerate() {
            let place = wanted.attr.span();
            let number = format_ident!("__N{prefix}_{ix}");
            let constant = shape::constant(&wanted.attr);
            let def = quote_spanned!(place=> <#set>::#constant);
            self.consts.extend(quote_spanned! {place=>
                const #number: ::core::primitive::u16 = #def.of::<#set>();
            });
            let mut arm = TokenStream::new();
            for leaf in &wanted.leaves {
                arm.extend(self.leaf(leaf, &def, depth, end));
            }
            if let Some(inside) = &wanted.inside {
                arm.extend(self.inside(inside, wanted, set, &format!("{prefix}_{ix}"), depth, end));
            }
            arms.extend(quote!(#number => { #arm }));
        }
        let last = format_ident!("__end{prefix}");
        quote! {
            let mut at = #rt::path::cursor::<#set>(&view);
            while let ::core::option::Option::Some(id) = at.head() {
                match id {
                    #arms
                    _ => {}
                }
                at.step();
            }
            let #last = #rt::End::of(at, <#set as ::netlink_runtime::AttrSet>::meta());
        }
    }

    /// A field: its slot, how it is filled, what becomes of it.
    fn leaf(
        &mut self,
        leaf: &Leaf,
        def: &TokenStream,
        depth: &TokenStream,
        end: &TokenStream,
    ) -> TokenStream {
        let Leaf { field, ty, optional, fallible, place } = leaf;
        let rt = quote_spanned!(*place=> ::netlink_runtime::project);
        let slot = format_ident!("__{}", field.unraw(), span = Span::mixed_site());
        self.slots.extend(quote!(let mut #slot = ::core::default::Default::default();));
        let take =
            if *optional { quote_spanned!(*place=> optional) } else { quote_spanned!(*place=> required) };
        let question = (!fallible).then(|| quote!(?));
        self.takes
            .extend(quote_spanned!(*place=> #field: #rt::#take::<#ty, _, _>(#slot, #def, #end) #question,));
        quote_spanned!(*place=> #rt::meet::<#ty, _, _>(&mut #slot, #def, &at, &view, #depth);)
    }

    /// What is wanted inside of a nest.
    fn inside(
        &mut self,
        level: &Level,
        wanted: &Wanted,
        around: &TokenStream,
        prefix: &str,
        depth: &TokenStream,
        end: &TokenStream,
    ) -> TokenStream {
        let place = wanted.attr.span();
        let rt = quote!(::netlink_runtime::project);
        let (hash, constant) = (shape::hash(&wanted.attr), shape::constant(&wanted.attr));
        let set = quote_spanned!(place=> <#around as ::netlink_runtime::NestAt<#hash>>::Set);
        let def = quote_spanned!(place=> <#around>::#constant);
        let (nest, ended, last) = (
            format_ident!("__nest{prefix}"),
            format_ident!("__ended{prefix}"),
            format_ident!("__end{prefix}"),
        );
        self.slots.extend(quote!(let mut #nest = ::core::option::Option::None;));
        self.ends.extend(quote!(let #ended = #rt::path::end(&#nest, #def, #end);));
        let deeper = quote!(#depth + 1);
        let walk = self.level(level, &set, prefix, &deeper, &quote!(#ended));
        quote! {
            if #nest.is_none() {
                #nest = ::core::option::Option::Some(match #rt::path::enter(#def, &at, &view, #deeper) {
                    ::core::result::Result::Ok(view) => {
                        #walk
                        ::core::result::Result::Ok(#last)
                    }
                    ::core::result::Result::Err(error) => ::core::result::Result::Err(error),
                });
            }
        }
    }
}

/// What a projection expands to.
pub(crate) fn emit(item: &Projection) -> TokenStream {
    let Projection { name, generics, of, .. } = item;
    let mut with_lifetime = generics.clone();
    let lifetime = match generics.lifetimes().next() {
        Some(known) => known.lifetime.clone(),
        None => {
            let lifetime = Lifetime::new("'__a", Span::call_site());
            let param = syn::LifetimeParam::new(lifetime.clone());
            with_lifetime.params.insert(0, GenericParam::Lifetime(param));
            lifetime
        }
    };
    let (impl_generics, _, _) = with_lifetime.split_for_impl();
    let (_, type_generics, where_clause) = generics.split_for_impl();
    let set = quote!(#of);
    let mut code = Code::default();
    let end = quote!(::core::result::Result::Ok(::core::option::Option::Some(&__end)));
    let walk = code.level(&item.top, &set, "", &quote!(depth), &end);
    let Code { consts, slots, ends, takes } = code;
    let headers = item.headers.iter().map(|HeaderField { field, member }| match member {
        Some(member) => quote_spanned!(member.span()=> #field: view.header().#member,),
        None => quote_spanned!(field.span()=> #field: view.header(),),
    });
    let rt = quote!(::netlink_runtime::project);
    let body = if item.broken {
        quote!({
            let _ = (view, depth);
            ::core::unreachable!()
        })
    } else {
        quote! {{
            #consts
            #rt::check_depth(<#set as ::netlink_runtime::AttrSet>::meta(), depth)?;
            #slots
            #walk
            #ends
            ::core::result::Result::Ok(Self { #(#headers)* #takes })
        }}
    };
    quote! {
        impl #impl_generics ::netlink_runtime::Projection<#lifetime> for #name #type_generics #where_clause {
            type Of = #set;

            fn project_at(
                view: <#set as ::netlink_runtime::AttrSet>::View<#lifetime>,
                depth: ::core::primitive::u8,
            ) -> ::core::result::Result<Self, ::netlink_runtime::DecodeError>
            #body
        }

        impl #impl_generics #rt::FromNest<#lifetime, #set> for #name #type_generics #where_clause {
            fn from_nest(
                view: <#set as ::netlink_runtime::AttrSet>::View<#lifetime>,
                depth: ::core::primitive::u8,
            ) -> ::core::result::Result<Self, ::netlink_runtime::DecodeError> {
                <Self as ::netlink_runtime::Projection<#lifetime>>::project_at(view, depth)
            }
        }
    }
}
