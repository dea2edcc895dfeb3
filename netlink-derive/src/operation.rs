//! `#[derive(NetlinkOp)]`: operations.

use crate::attr::{self, Item, Number};
use crate::ctxt::Ctxt;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, Expr, Ident, Type};

#[derive(Default)]
struct Op {
    protocol: Option<Expr>,
    family: Option<Expr>,
    version: Option<Expr>,
    request: Option<(Number, Option<Type>)>,
    reply: Option<(Number, Option<Type>)>,
    do_: bool,
    dump: bool,
    flags: Vec<Ident>,
}

pub(crate) fn expand(cx: &Ctxt, input: &DeriveInput) -> Option<TokenStream> {
    let mut op = Op::default();
    for item in attr::items(cx, &input.attrs) {
        match item {
            Item::Value(w, value) if w == "protocol" => op.protocol = Some(value),
            Item::Value(w, value) if w == "family" => op.family = Some(value),
            Item::Value(w, value) if w == "version" => op.version = Some(value),
            Item::Word(w) if w == "do" => op.do_ = true,
            Item::Word(w) if w == "dump" => op.dump = true,
            Item::Word(w) if w == "event" => {}
            Item::Idents(w, flags) if w == "flags" => op.flags = flags,
            Item::Message(w, number, ty) if w == "request" => op.request = Some((number, ty)),
            Item::Message(_, number, ty) => op.reply = Some((number, ty)),
            other => cx.error(
                other.tokens(),
                "unknown keyword here; operations take `protocol = n` or `family = \"…\"` with `version = n`, \
                 `do`, `dump`, `event`, `request(NAME = n, Type)`, `reply(NAME = n, Type)`, `flags(…)`",
            ),
        }
    }
    let protocol = match (&op.protocol, &op.family) {
        (Some(protocol), None) => quote!(::netlink_runtime::Protocol(#protocol)),
        (None, Some(_)) => quote!(::netlink_runtime::Protocol::Generic),
        _ => {
            cx.error(&input.ident, "one of `protocol = n` and `family = \"…\"`");
            return None;
        }
    };
    Some(emit(cx, input, &op, &protocol))
}

fn flag(cx: &Ctxt, word: &Ident) -> u16 {
    match word.to_string().as_str() {
        "replace" => 0x100,
        "excl" => 0x200,
        "create" => 0x400,
        "append" => 0x800,
        "echo" => 0x8,
        _ => {
            cx.error(word, "`create`, `excl`, `replace`, `append` or `echo`");
            0
        }
    }
}

fn emit(cx: &Ctxt, input: &DeriveInput, op: &Op, protocol: &TokenStream) -> TokenStream {
    let name = &input.ident;
    let set = |message: &Option<(Number, Option<Type>)>| match message {
        Some((_, Some(ty))) => quote!(#ty),
        _ => quote!(::netlink_runtime::Empty),
    };
    let (request_set, reply_set) = (set(&op.request), set(&op.reply));
    let number = |message: &Option<(Number, Option<Type>)>| {
        message.as_ref().map_or_else(|| quote!(0), |(number, _)| quote!(#number))
    };
    let reply_number = number(&op.reply);
    let mut flags = 0;
    for word in &op.flags {
        flags |= flag(cx, word);
    }
    let reply = quote! {
        impl ::netlink_runtime::Reply for #name {
            type View<'a> = <#reply_set as ::netlink_runtime::AttrSet>::View<'a>;

            #[inline]
            fn view(
                payload: &[::core::primitive::u8],
            ) -> ::core::result::Result<Self::View<'_>, ::netlink_runtime::DecodeError> {
                ::netlink_runtime::View::parse(payload)
            }

            #[inline]
            fn accepts(message_type: ::core::primitive::u16) -> ::core::primitive::bool {
                message_type == #reply_number
            }
        }
    };
    let Some((request, _)) = &op.request else { return reply };
    let message_type = match &op.family {
        None => quote!(::netlink_runtime::MessageType::Raw(#request)),
        Some(family) => {
            let version = op.version.as_ref().map_or_else(|| quote!(1), |v| quote!(#v));
            quote!(::netlink_runtime::MessageType::Generic {
                family: #family,
                command: #request as ::core::primitive::u8,
                version: #version,
            })
        }
    };
    let do_ = op.do_.then(|| {
        quote! {
            /// A single request. Fill it by [`with`](::netlink_runtime::Call::with).
            pub fn request() -> ::netlink_runtime::Call<#name> {
                ::netlink_runtime::Call::new()
            }
        }
    });
    let dump = op.dump.then(|| {
        quote! {
            /// A dump. Filter it by [`with`](::netlink_runtime::Call::with).
            pub fn dump() -> ::netlink_runtime::Call<#name> {
                ::netlink_runtime::Call::new()
            }
        }
    });
    quote! {
        impl #name {
            #do_
            #dump
        }

        impl ::netlink_runtime::Operation for #name {
            type Request = #request_set;
            const PROTOCOL: ::netlink_runtime::Protocol = #protocol;
            const TYPE: ::netlink_runtime::MessageType = #message_type;
            const FLAGS: ::core::primitive::u16 = #flags;
        }

        #reply
    }
}
