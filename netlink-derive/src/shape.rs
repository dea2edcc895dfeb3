//! Types of fields, taken apart: `Option<Vec<(u16, T)>>` and the like.

use syn::{GenericArgument, Ident, PathArguments, Type};

/// The last segment of a path type, with its generic type arguments.
pub(crate) fn last(ty: &Type) -> Option<(&Ident, Vec<&Type>)> {
    let Type::Path(path) = ty else { return None };
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
    match ty {
        Type::Tuple(t) if t.elems.len() == 2 => t.elems.last(),
        _ => None,
    }
}

/// Whether it is a path whose last segment is this name.
pub(crate) fn is(ty: &Type, name: &str) -> bool {
    last(ty).is_some_and(|(ident, _)| ident == name)
}
