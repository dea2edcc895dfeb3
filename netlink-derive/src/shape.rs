//! Types of fields, taken apart: `Option<Vec<(u16, T)>>` and the like.

use crate::attr::{Order, Word};
use crate::codes;
use crate::ctxt::Ctxt;
use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Expr, Field, Fields, GenericArgument, Ident, Path, PathArguments, Token, Type};

/// The item, with its name where it says `Self`: most derived code is not where that means the same.
pub(crate) fn item(tokens: TokenStream) -> syn::Result<DeriveInput> {
    let item: DeriveInput = syn::parse2(tokens.clone())?;
    // With parameters the name alone is no type.
    if !item.generics.params.is_empty() || !says_self(&tokens) {
        return Ok(item);
    }
    syn::parse2(named(tokens, &item.ident))
}

/// The fields of a struct with named ones; `what` is what all such items are.
pub(crate) fn named_fields<'i>(
    cx: &Ctxt,
    input: &'i DeriveInput,
    what: &str,
) -> Option<&'i Punctuated<Field, Token![,]>> {
    if let Data::Struct(data) = &input.data {
        if let Fields::Named(fields) = &data.fields {
            return Some(&fields.named);
        }
    }
    cx.error(codes::ITEM, &input.ident, format!("{what} are structs with named fields"));
    None
}

fn says_self(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Group(group) => says_self(&group.stream()),
        TokenTree::Ident(ident) => ident == "Self",
        _ => false,
    })
}

fn named(tokens: TokenStream, name: &Ident) -> TokenStream {
    let name_for = |token: TokenTree| match token {
        // A group that is made anew forgets where its delimiters are.
        TokenTree::Group(group) if says_self(&group.stream()) => {
            let mut named = Group::new(group.delimiter(), named(group.stream(), name));
            named.set_span(group.span());
            named.into()
        }
        TokenTree::Ident(ident) if ident == "Self" => {
            let mut name = name.clone();
            name.set_span(name.span().located_at(ident.span()));
            name.into()
        }
        other => other,
    };
    tokens.into_iter().map(name_for).collect()
}

/// Without parentheses, and without the invisible ones that a `macro_rules!` puts around `$t:ty`.
pub(crate) fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => bare(&group.elem),
        Type::Paren(paren) => bare(&paren.elem),
        other => other,
    }
}

/// The path that an expression is, if it is one; a `macro_rules!` puts its `$path` into invisible
/// parentheses as well.
pub(crate) fn path(expr: &Expr) -> Option<&Path> {
    match expr {
        Expr::Group(group) => path(&group.expr),
        Expr::Paren(paren) => path(&paren.expr),
        Expr::Path(path) if path.qself.is_none() => Some(&path.path),
        _ => None,
    }
}

/// Where errors about this type are shown: its name. Only the place is the user's, so that lints
/// still see code of a macro.
pub(crate) fn place(ty: &Type) -> Span {
    Span::call_site().located_at(last(ty).map_or_else(|| bare(ty).span(), |(ident, _)| ident.span()))
}

/// The type's tokens, all at its [`place`]: where rustc shows errors about a type at the tokens that
/// name it, these are at one place with those of all other code about it.
pub(crate) fn placed(ty: &Type) -> TokenStream {
    placed_at(ty.to_token_stream(), place(ty))
}

/// Tokens of a type or path, all at one place.
pub(crate) fn placed_at(tokens: TokenStream, place: Span) -> TokenStream {
    let at = |token: TokenTree| match token {
        TokenTree::Group(group) => {
            let mut placed = Group::new(group.delimiter(), placed_at(group.stream(), place));
            placed.set_span(place);
            placed.into()
        }
        // What `$crate` means depends on where it was written.
        TokenTree::Ident(mut ident) if ident == "$crate" => {
            ident.set_span(place.resolved_at(ident.span()));
            ident.into()
        }
        mut other => {
            other.set_span(place);
            other
        }
    };
    tokens.into_iter().map(at).collect()
}

/// The last segment of a path type, with its generic type arguments.
pub(crate) fn last(ty: &Type) -> Option<(&Ident, Vec<&Type>)> {
    let Type::Path(path) = bare(ty) else { return None };
    let segment = path.path.segments.last()?;
    let args = match &segment.arguments {
        PathArguments::AngleBracketed(args) => args
            .args
            .iter()
            .filter_map(|a| if let GenericArgument::Type(t) = a { Some(t) } else { None })
            .collect(),
        _ => Vec::new(),
    };
    Some((&segment.ident, args))
}

/// `T` of `Wrapper<T>`.
pub(crate) fn inside<'t>(ty: &'t Type, wrapper: &str) -> Option<&'t Type> {
    match last(ty)? {
        (name, args) if name == wrapper && args.len() == 1 => args.first().copied(),
        _ => None,
    }
}

/// `T` of `(_, T)`.
pub(crate) fn second(ty: &Type) -> Option<&Type> {
    match bare(ty) {
        Type::Tuple(t) if t.elems.len() == 2 => t.elems.last(),
        _ => None,
    }
}

/// A primitive integer.
pub(crate) fn integer(ty: &Type) -> Option<Word> {
    let (ident, _) = last(ty)?;
    Word::parse(&ident.to_string()).filter(|w| w.order == Order::Native)
}

/// Whether it is a path whose last segment is this name.
pub(crate) fn is(ty: &Type, name: &str) -> bool {
    last(ty).is_some_and(|(ident, _)| ident == name)
}

/// The name of an attribute's constant: `mtu` → `MTU`, `r#type` → `TYPE`.
pub(crate) fn constant(field: &Ident) -> Ident {
    Ident::new(&field.unraw().to_string().to_uppercase(), field.span())
}

/// A search word for an item, unless it is the item's name.
pub(crate) fn alias(c_name: &str, item: &Ident) -> Option<syn::Attribute> {
    (item.unraw() != c_name).then(|| syn::parse_quote!(#[doc(alias = #c_name)]))
}
