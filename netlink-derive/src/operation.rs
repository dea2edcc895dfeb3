//! `#[derive(NetlinkOp)]`: operations.

use crate::attr::{self, Item, Number};
use crate::codes;
use crate::ctxt::Ctxt;
use crate::guard::Guard;
use crate::shape;
use crate::words;
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Data, DeriveInput, Expr, Fields, Ident, Type};

/// An operation.
pub(crate) struct Op {
    pub(crate) name: Ident,
    pub(crate) channel: Channel,
    pub(crate) request: Option<Message>,
    pub(crate) reply: Option<Message>,
    pub(crate) modes: Modes,
    /// `NLM_F_*` words.
    pub(crate) flags: Vec<Ident>,
}

impl Channel {
    /// The largest number of a message, and what is said of larger ones.
    fn limit(&self) -> (u64, &'static str) {
        match self {
            Channel::Raw(_) => (u64::from(u16::MAX), "message types are 16 bits"),
            Channel::Generic { .. } => (u64::from(u8::MAX), "commands of generic netlink are 8 bits"),
        }
    }
}

/// What it is spoken on.
pub(crate) enum Channel {
    /// A protocol's number.
    Raw(Expr),
    /// A generic netlink family's name and version.
    Generic { family: Expr, version: Option<Expr> },
}

/// How it may be asked for.
#[derive(Default)]
pub(crate) struct Modes {
    pub(crate) do_: bool,
    pub(crate) dump: bool,
    pub(crate) event: bool,
}

/// The number of a message and its attributes, if it has some.
pub(crate) type Message = (Number, Option<Type>);

impl Op {
    /// Reads what stands on a unit struct; errors go to `cx`.
    pub(crate) fn read(cx: &Ctxt, input: &DeriveInput) -> Option<Op> {
        if !matches!(&input.data, Data::Struct(data) if matches!(data.fields, Fields::Unit)) {
            let text = format!("an operation holds nothing: `struct {};`", input.ident);
            cx.error(codes::ITEM, &input.ident, text);
        }
        cx.refuse_generics(&input.generics, "operations");
        let (mut protocol, mut family, mut version) = (None::<Expr>, None::<Expr>, None::<Expr>);
        let (mut request, mut reply) = (None::<Message>, None::<Message>);
        let mut flags = None;
        let mut modes = Modes::default();
        for item in attr::container_items(cx, &input.attrs) {
            match item {
                Item::Value(w, value) if w == "protocol" => cx.once(&mut protocol, &w, value),
                Item::Value(w, value) if w == "family" => cx.once(&mut family, &w, value),
                Item::Value(w, value) if w == "version" => cx.once(&mut version, &w, value),
                Item::Word(w) if w == "do" => modes.do_ = true,
                Item::Word(w) if w == "dump" => modes.dump = true,
                Item::Word(w) if w == "event" => modes.event = true,
                Item::Idents(w, words) if w == "flags" => {
                    for word in words.iter().filter(|w| flag(w).is_none()) {
                        let text =
                            format!("unknown flag `{word}`: `create`, `excl`, `replace`, `append` or `echo`");
                        cx.error(codes::UNKNOWN_FLAG, word, text);
                    }
                    cx.once(&mut flags, &w, words);
                }
                Item::Message(w, number, ty) if w == "request" => cx.once(&mut request, &w, (number, ty)),
                Item::Message(w, number, ty) => cx.once(&mut reply, &w, (number, ty)),
                other => words::OPERATION.refuse(cx, &other),
            }
        }
        let channel = match (protocol, family) {
            (Some(protocol), None) => {
                if let Some(version) = version {
                    let text = "`version` goes with `family`: raw protocols have none";
                    cx.error(codes::RAW_VERSION, version, text);
                }
                Channel::Raw(protocol)
            }
            (None, Some(family)) => Channel::Generic { family, version },
            (Some(protocol), Some(_)) => {
                let text = "either `protocol = n` (raw) or `family = \"…\"` (generic netlink), not both";
                cx.error(codes::BOTH_CHANNELS, protocol, text);
                return None;
            }
            (None, None) => {
                let text = "what is it spoken on? Say `#[netlink(protocol = n)]`, or of generic netlink \
                            `#[netlink(family = \"…\")]`";
                cx.error(codes::CHANNEL, &input.ident, text);
                return None;
            }
        };
        if (modes.do_ || modes.dump) && request.is_none() {
            let text = "`do` and `dump` send a message: say `request(NAME = n, Type)`";
            cx.error(codes::NO_REQUEST, &input.ident, text);
        }
        let flags = flags.unwrap_or_default();
        let (most, kind) = channel.limit();
        for (number, _) in request.iter().chain(&reply) {
            number.check(cx, most, kind);
        }
        input.generics.params.is_empty().then(|| Op {
            name: input.ident.clone(),
            channel,
            request,
            reply,
            modes,
            flags,
        })
    }
}

/// The bits of an `NLM_F_*` word.
fn flag(word: &Ident) -> Option<u16> {
    match word.to_string().as_str() {
        "replace" => Some(0x100),
        "excl" => Some(0x200),
        "create" => Some(0x400),
        "append" => Some(0x800),
        "echo" => Some(0x8),
        _ => None,
    }
}

/// What an operation expands to.
pub(crate) fn emit(op: &Op) -> TokenStream {
    let name = &op.name;
    let set = |message: &Option<Message>| match message {
        Some((_, Some(ty))) => shape::placed(ty),
        _ => quote!(::netlink_runtime::Empty),
    };
    let (request_set, reply_set) = (set(&op.request), set(&op.reply));
    let place = match &op.reply {
        Some((_, Some(ty))) => shape::place(ty),
        _ => Span::call_site(),
    };
    let number =
        |message: &Option<Message>| message.as_ref().map_or_else(|| quote!(0), |(number, _)| quote!(#number));
    let reply_number = number(&op.reply);
    let flags = op.flags.iter().filter_map(flag).fold(0, |all, bits| all | bits);
    let guard = match &op.reply {
        Some((_, Some(ty))) => Some(Guard::set(ty)),
        _ => None,
    };
    let known_header = op.request.as_ref().map(|_| {
        quote! {
            #[inline]
            fn known_header() -> ::core::option::Option<&'static ::netlink_runtime::meta::StructMeta> {
                ::netlink_runtime::__private::known_header::<#name>()
            }
        }
    });
    let reply = quote_spanned! {place=>
        impl ::netlink_runtime::SetReply for #name {
            type Set = #reply_set;
        }

        impl ::netlink_runtime::Reply for #name {
            type View<'a> = <#reply_set as ::netlink_runtime::AttrSet>::View<'a>;

            #[inline]
            fn view(
                payload: &[::core::primitive::u8],
            ) -> ::core::result::Result<Self::View<'_>, ::netlink_runtime::DecodeError> {
                ::netlink_runtime::View::parse(payload)
            }

            #[inline]
            fn answer<'a>(
                payload: &'a [::core::primitive::u8],
                request: ::core::option::Option<::netlink_runtime::walk::StructRef<'a>>,
            ) -> ::core::result::Result<Self::View<'a>, ::netlink_runtime::DecodeError> {
                #guard
                let message = ::netlink_runtime::wire::Scope::message(
                    <#reply_set as ::netlink_runtime::AttrSet>::meta(), payload,
                );
                ::netlink_runtime::View::parse_in(payload, message.answering(request))
            }

            #[inline]
            fn accepts(message_type: ::core::primitive::u16) -> ::core::primitive::bool {
                message_type == #reply_number
            }

            #known_header
        }
    };
    let (most, kind) = op.channel.limit();
    let numbers = op.request.iter().chain(&op.reply);
    let checks = numbers.filter_map(|(number, _)| number.assert(most, kind));
    let reply = quote!(#reply #(#checks)*);
    let Some((request, _)) = &op.request else { return with_alloc(&reply) };
    let c_name = &request.c_name;
    let (protocol, message_type) = match &op.channel {
        Channel::Raw(protocol) => (
            quote!(::netlink_runtime::Protocol(#protocol)),
            quote!(::netlink_runtime::MessageType::Raw(#request)),
        ),
        Channel::Generic { family, version } => {
            let version = version.as_ref().map_or_else(|| quote!(1), |v| quote!(#v));
            let message_type = quote!(::netlink_runtime::MessageType::Generic {
                family: #family,
                command: #request as ::core::primitive::u8,
                version: #version,
            });
            (quote!(::netlink_runtime::Protocol::Generic), message_type)
        }
    };
    let do_ = op.modes.do_.then(|| {
        quote! {
            /// A single request; `Call::with` fills it.
            #[inline]
            pub fn request() -> ::netlink_runtime::Call<#name> {
                ::netlink_runtime::Call::new()
            }
        }
    });
    let dump = op.modes.dump.then(|| {
        quote! {
            /// A dump; `Call::with` filters it.
            #[inline]
            pub fn dump() -> ::netlink_runtime::Call<#name> {
                ::netlink_runtime::Call::new()
            }
        }
    });
    with_alloc(&quote! {
        impl #name {
            #do_
            #dump
        }

        impl ::netlink_runtime::Operation for #name {
            type Request = #request_set;
            const NAME: &'static ::core::primitive::str = #c_name;
            const PROTOCOL: ::netlink_runtime::Protocol = #protocol;
            const TYPE: ::netlink_runtime::MessageType = #message_type;
            const FLAGS: ::core::primitive::u16 = #flags;
        }

        #reply
    })
}

/// Requests are kept in a `Vec`.
fn with_alloc(code: &TokenStream) -> TokenStream {
    quote!(::netlink_runtime::__alloc! { #code })
}
