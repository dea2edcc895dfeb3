//! `#[netlink(of = Set)]`: structs with just the wanted fields of a set.

use crate::attr::{self, Item};
use crate::codes;
use crate::ctxt::Ctxt;
use crate::shape;
use crate::words;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{DeriveInput, GenericParam, Generics, Lifetime, Path, Type};

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
                Item::Value(w, value) if w == "of" => match shape::path(&value) {
                    Some(path) => cx.once(&mut of, &w, path.clone()),
                    None => {
                        let text = "say the set that this is a projection of: `of = Link`";
                        cx.error(codes::OF, value, text);
                    }
                },
                other => words::PROJECTION.refuse(cx, &other),
            }
        }
        let fields = shape::named_fields(cx, input, "projections")?;
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
                Item::Word(word) => Some(vec![word]),
                Item::Path(path) => Some(path),
                _ => None,
            };
            let new = match new {
                Some(new) => new,
                None => {
                    let text = "a field of a projection takes the name of an attribute's field in the set, or a \
                                path through nests: `#[netlink(linkinfo.kind)]`";
                    cx.error(codes::NO_PATH, at, text);
                    continue;
                }
            };
            let Some(new) = new.iter().map(as_field).collect::<Option<Vec<Ident>>>() else {
                cx.error(codes::NO_PATH, at, "no field has this name");
                continue;
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

/// The field that a word names: `type` is `r#type`, which need not be said.
fn as_field(word: &Ident) -> Option<Ident> {
    let text = word.to_string();
    match text.as_str() {
        "self" | "Self" | "super" | "crate" => None,
        _ if text.starts_with("r#") || syn::parse_str::<Ident>(&text).is_ok() => Some(word.clone()),
        _ => Some(Ident::new_raw(&text, word.span())),
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
        let (ty, fallible) = match shape::last(ty) {
            Some((name, args)) if name == "Result" && !args.is_empty() => (args[0], true),
            _ => (ty, false),
        };
        let (ty, optional) = match shape::inside(ty, "Option") {
            Some(inner) => (inner, true),
            None => (ty, false),
        };
        Leaf { field, ty: ty.clone(), optional, fallible }
    }
}

/// The parts of the function that reads a projection.
struct Code {
    /// The message's lifetime. It is said wherever it can be, so that rustc knows bounds that say the
    /// same as one.
    message: Lifetime,
    /// Attribute numbers, as patterns.
    consts: TokenStream,
    /// What is met goes here.
    slots: TokenStream,
    /// How the passes over nests ended.
    ends: TokenStream,
    /// The struct's fields.
    takes: TokenStream,
}

/// A set whose attributes are passed over.
struct Pass {
    /// Its attributes' definitions: a value with a field for each.
    attributes: TokenStream,
    /// Tells variables of this pass from those of others.
    prefix: String,
    /// Sets around it.
    depth: TokenStream,
    /// How the pass ended.
    end: TokenStream,
    /// Where errors are shown.
    place: Span,
}

impl Code {
    /// The pass over a set, whose view is `view` where the code stands.
    fn level(&mut self, level: &Level, pass: &Pass) -> TokenStream {
        let Pass { attributes, prefix, place, .. } = pass;
        let mut arms = TokenStream::new();
        for (ix, Wanted { attr, leaves, inside }) in level.wanted.iter().enumerate() {
            let place = Span::call_site().located_at(attr.span());
            let number = format_ident!("__N{prefix}_{ix}");
            let def = quote_spanned!(place=> #attributes.#attr);
            self.consts.extend(quote_spanned!(place=> const #number: ::core::primitive::u32 = ::netlink_runtime::wire::key(#def.id());));
            let mut arm = TokenStream::new();
            for leaf in leaves {
                arm.extend(self.leaf(leaf, &def, pass));
            }
            if let Some(inside) = inside {
                arm.extend(self.inside(inside, &def, &format!("{prefix}_{ix}"), place, pass));
            }
            arms.extend(quote!(#number => { #arm }));
        }
        let last = format_ident!("__end{prefix}");
        let rt = quote_spanned!(*place=> ::netlink_runtime::project);
        quote_spanned! {*place=>
            let mut at = #rt::path::cursor(&view);
            while let ::core::option::Option::Some(key) = at.key() {
                match key {
                    #arms
                    _ => {}
                }
                at.step();
            }
            let #last = #rt::path::ended(at, view);
        }
    }

    /// A field: its slot, how it is filled, what becomes of it.
    fn leaf(&mut self, leaf: &Leaf, def: &TokenStream, pass: &Pass) -> TokenStream {
        let Leaf { field, ty, optional, fallible } = leaf;
        let (Pass { depth, end, .. }, message) = (pass, &self.message);
        let (place, ty) = (shape::place(ty), shape::placed(ty));
        let rt = quote_spanned!(place=> ::netlink_runtime::project);
        let slot = format_ident!("__{}", field.unraw(), span = Span::mixed_site().located_at(place));
        self.slots.extend(quote_spanned!(place=> let mut #slot = ::core::default::Default::default();));
        let take = Ident::new(if *optional { "optional" } else { "required" }, place);
        let question = (!fallible).then(|| quote_spanned!(place=> ?));
        self.takes.extend(
            quote_spanned!(place=> #field: #rt::#take::<#message, '_, #ty, _, _>(#slot, #def, #end, #depth) #question,),
        );
        quote_spanned!(place=> #rt::meet::<#message, '_, #ty, _, _>(&mut #slot, #def, &at, &view, #depth);)
    }

    /// What is wanted inside of a nest.
    fn inside(
        &mut self,
        level: &Level,
        def: &TokenStream,
        prefix: &str,
        place: Span,
        around: &Pass,
    ) -> TokenStream {
        let rt = quote_spanned!(place=> ::netlink_runtime::project);
        // A variable, so that it is the attribute which is shown when it is no nest.
        let def = quote_spanned!(place=> { let def = #def; #rt::path::nest(def) });
        let (nest, ended, last) = (
            format_ident!("__nest{prefix}"),
            format_ident!("__ended{prefix}"),
            format_ident!("__end{prefix}"),
        );
        let Pass { depth, end, .. } = around;
        let deeper = quote_spanned!(place=> #depth + 1);
        self.slots.extend(quote_spanned!(place=> let mut #nest = ::core::option::Option::None;));
        self.ends.extend(quote_spanned!(place=> let #ended = #rt::path::end(&#nest, #def, #end);));
        let pass = Pass {
            attributes: quote_spanned!(place=> #def.attributes()),
            prefix: prefix.to_owned(),
            depth: deeper.clone(),
            end: quote_spanned!(place=> #ended),
            place,
        };
        let walk = self.level(level, &pass);
        quote_spanned! {place=>
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
    let span = of.segments.last().map_or_else(Span::call_site, |segment| segment.ident.span());
    let place = Span::call_site().located_at(span);
    let view = quote_spanned!(place=> <#of as ::netlink_runtime::AttrSet>::View<#lifetime>);
    let body = if item.broken { quote!(::core::unreachable!()) } else { body(item, lifetime.clone(), place) };
    quote_spanned! {place=>
        #[diagnostic::do_not_recommend] // no help to who has a type that is none
        impl #impl_generics ::netlink_runtime::Projection<#lifetime> for #name #type_generics #where_clause {
            type Of = #of;

            // Mostly called from one place, which has the view in registers.
            #[inline]
            #[allow(unused_variables)] // a projection may want nothing
            fn project_at(
                view: #view,
                depth: ::core::primitive::u8,
            ) -> ::core::result::Result<Self, ::netlink_runtime::DecodeError> {
                #body
            }
        }

        #[diagnostic::do_not_recommend]
        impl #impl_generics ::netlink_runtime::project::FromNest<#lifetime, #of>
            for #name #type_generics #where_clause
        {
            fn from_nest(
                view: #view,
                depth: ::core::primitive::u8,
            ) -> ::core::result::Result<Self, ::netlink_runtime::DecodeError> {
                <Self as ::netlink_runtime::Projection<#lifetime>>::project_at(view, depth)
            }
        }
    }
}

/// Reads `view` into the struct.
fn body(item: &Projection, message: Lifetime, place: Span) -> TokenStream {
    let of = &item.of;
    let mut code = Code {
        message,
        consts: TokenStream::new(),
        slots: TokenStream::new(),
        ends: TokenStream::new(),
        takes: TokenStream::new(),
    };
    let pass = Pass {
        attributes: quote_spanned!(place=> <#of as ::netlink_runtime::AttrSet>::ATTRIBUTES),
        prefix: String::new(),
        depth: quote_spanned!(place=> depth),
        end: quote_spanned!(place=> ::core::result::Result::Ok(::core::option::Option::Some(&__end))),
        place,
    };
    let walk = code.level(&item.top, &pass);
    let Code { consts, slots, ends, takes, .. } = code;
    let headers = item.headers.iter().map(|HeaderField { field, member }| {
        let place = member.as_ref().unwrap_or(field).span();
        let member = member.iter();
        quote_spanned!(place=> #field: ::netlink_runtime::project::path::header(&view) #(.#member)*,)
    });
    quote_spanned! {place=>
        #consts
        ::netlink_runtime::project::check_depth(<#of as ::netlink_runtime::AttrSet>::meta(), depth)?;
        #slots
        #walk
        #ends
        ::core::result::Result::Ok(Self { #(#headers)* #takes })
    }
}
