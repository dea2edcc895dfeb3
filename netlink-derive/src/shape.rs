//! Types of fields, taken apart: `Option<Vec<(u16, T)>>` and the like.

use crate::attr::{Order, Word};
use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{GenericArgument, Ident, PathArguments, Type};

/// Without parentheses, and without the invisible ones that a `macro_rules!` puts around `$t:ty`.
pub(crate) fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => bare(&group.elem),
        Type::Paren(paren) => bare(&paren.elem),
        other => other,
    }
}

/// Where errors about this type are shown: its name. Only the place is the user's, so that lints
/// still see code of a macro.
pub(crate) fn place(ty: &Type) -> Span {
    Span::call_site().located_at(last(ty).map_or_else(|| bare(ty).span(), |(ident, _)| ident.span()))
}

/// A name for the type, and the statement that gives it. Where a type is an argument, rustc shows
/// errors at its tokens; at the name, they are shown at [`place`], as errors of all other code about
/// the type are (see [`Guard`](crate::guard::Guard)).
pub(crate) fn named(ty: &Type) -> (Ident, TokenStream) {
    let place = place(ty);
    let name = Ident::new("__T", place);
    (name.clone(), quote_spanned!(place=> type #name = #ty;))
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

/// The number by which a nest is found in the type system: its field's name, hashed (FNV-1a).
pub(crate) fn hash(field: &Ident) -> u64 {
    field.unraw().to_string().bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// A search word for an item, unless it is the item's name.
pub(crate) fn alias(c_name: &str, item: &Ident) -> Option<syn::Attribute> {
    (item.unraw() != c_name).then(|| syn::parse_quote!(#[doc(alias = #c_name)]))
}
