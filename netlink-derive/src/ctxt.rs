//! What one expansion collects: its errors, so that all are reported at once, and where the runtime is.

use crate::codes::{self, Code};
use crate::shape;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use std::cell::RefCell;
use std::fmt::Display;

/// Errors of one item, and its `crate = path`. Dropping it without [`finish`](Ctxt::finish)
/// panics, so no error can be forgotten.
#[derive(Default)]
pub(crate) struct Ctxt {
    errors: RefCell<Option<Vec<syn::Error>>>,
    root: RefCell<Option<syn::Path>>,
}

impl Ctxt {
    pub(crate) fn new() -> Self {
        Ctxt { errors: RefCell::new(Some(Vec::new())), root: RefCell::new(None) }
    }

    /// An error on these tokens.
    pub(crate) fn error(&self, code: Code, at: impl ToTokens, text: impl Display) {
        self.syntax(error(code, at, text));
    }

    /// What came up while parsing: errors of ours by [`error`], which have their code, or syn's.
    pub(crate) fn syntax(&self, errors: syn::Error) {
        let coded = errors.into_iter().map(|error| match error.to_string() {
            text if codes::is_coded(&text) => error,
            text => syn::Error::new(error.span(), codes::SYNTAX.says(text)),
        });
        if let Some(errors) = self.errors.borrow_mut().as_mut() {
            errors.extend(coded);
        }
    }

    /// Notes what `word` says, which may be said once.
    pub(crate) fn once<T>(&self, slot: &mut Option<T>, word: &Ident, value: T) {
        match slot {
            None => *slot = Some(value),
            Some(_) => self.error(codes::TWICE, word, format!("`{word}` is said twice")),
        }
    }

    /// How many errors there are.
    pub(crate) fn count(&self) -> usize {
        self.errors.borrow().as_ref().map_or(0, Vec::len)
    }

    /// An error when the item has parameters.
    pub(crate) fn refuse_generics(&self, generics: &syn::Generics, what: &str) {
        if !generics.params.is_empty() {
            let text = format!("{what} have no parameters: say the types themselves");
            self.error(codes::GENERICS, &generics.params, text);
        }
    }

    /// `crate = path`.
    pub(crate) fn set_root(&self, word: &Ident, path: &syn::Expr) {
        match shape::path(path) {
            Some(path) => self.once(&mut self.root.borrow_mut(), word, path.clone()),
            None => {
                let text = "say the path of netlink-runtime: `crate = my_crate::netlink_runtime`";
                self.error(codes::CRATE_PATH, path, text);
            }
        }
    }

    /// The output, with the runtime's path, after `compile_error!`s for everything collected. With
    /// errors, the output is what can be had of the item nevertheless: others that use it should not
    /// be told that it is missing.
    pub(crate) fn finish(self, output: Option<TokenStream>) -> TokenStream {
        let errors = self.errors.borrow_mut().take().unwrap_or_default();
        let all = errors.into_iter().reduce(|mut all, next| {
            all.combine(next);
            all
        });
        let mut tokens = all.as_ref().map(syn::Error::to_compile_error).unwrap_or_default();
        let output = output.unwrap_or_default();
        tokens.extend(match &*self.root.borrow() {
            None => output,
            Some(root) => at_root(output, root),
        });
        tokens
    }
}

/// An error on these tokens, for parsers, which have no context.
pub(crate) fn error(code: Code, at: impl ToTokens, text: impl Display) -> syn::Error {
    syn::Error::new_spanned(at, code.says(text))
}

/// Something to point at, where only the place is known.
pub(crate) fn at(span: Span) -> Ident {
    Ident::new("here", span)
}

/// Puts `root` where `::netlink_runtime` stands. Emitters write that name everywhere, so that
/// there is one place which knows of others.
fn at_root(tokens: TokenStream, root: &syn::Path) -> TokenStream {
    let mut out: Vec<TokenTree> = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let mut inner = proc_macro2::Group::new(group.delimiter(), at_root(group.stream(), root));
                inner.set_span(group.span());
                out.push(inner.into());
            }
            TokenTree::Ident(ident) if ident == "netlink_runtime" && ends_in_colons(&out) => {
                out.truncate(out.len() - 2);
                out.extend(root.to_token_stream().into_iter().map(|token| respan(token, ident.span())));
            }
            other => out.push(other),
        }
    }
    out.into_iter().collect()
}

fn ends_in_colons(tokens: &[TokenTree]) -> bool {
    let colon = |t: &TokenTree| matches!(t, TokenTree::Punct(p) if p.as_char() == ':');
    matches!(tokens, [.., a, b] if colon(a) && colon(b))
}

/// The token's meaning (`$crate` is one that depends on where it was written) at another place.
fn respan(mut token: TokenTree, place: Span) -> TokenTree {
    token.set_span(place.resolved_at(token.span()));
    token
}

impl Drop for Ctxt {
    fn drop(&mut self) {
        if self.errors.borrow().is_some() && !std::thread::panicking() {
            panic!("errors were not reported");
        }
    }
}
