//! Derive macros for netlink messages: annotated structs become lazy views, owned types and
//! in-place builders.
//!
//! Use them through `netlink-runtime`, which re-exports them: `use netlink_runtime::prelude::*`.
//!
//! ```
//! use netlink_runtime::prelude::*;
//! use netlink_runtime::View;
//! use netlink_runtime::build::{BuildSet, Enc, SetBuilder};
//!
//! /// A reading of a sensor.
//! #[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
//! #[netlink(family = "sensors", version = 1)]
//! struct Reading {
//!     #[netlink(SENSOR_A_ID = 1)]
//!     id: u32,
//!     #[netlink(SENSOR_A_LABEL = 2)]
//!     label: Option<String>,
//!     #[netlink(SENSOR_A_LIMIT = 3, be)]
//!     limit: Option<u16>,
//!     #[netlink(SENSOR_A_SAMPLE = 4, nested, multi)]
//!     samples: Vec<Sample>,
//! }
//!
//! #[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
//! struct Sample {
//!     #[netlink(SENSOR_S_VALUE = 1)]
//!     value: Option<i64>,
//! }
//!
//! // Building in place.
//! let reading = Reading::builder(Enc::new(Vec::new()))
//!     .id(7)
//!     .label("attic")
//!     .samples(|sample| sample.value(-3))
//!     .samples(|sample| sample.value(4));
//! let bytes = reading.finish().end()?;
//!
//! // A view decodes what it is asked for, when it is asked.
//! let view = ReadingView::parse(&bytes)?;
//! assert_eq!(view.id()?, 7); // every message has it: no Option
//! assert_eq!(view.limit()?, None);
//! let values: Result<Vec<_>, _> = view.samples().map(|s| s?.value()).collect();
//! assert_eq!(values?, [Some(-3), Some(4)]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What a set expands to
//!
//! For `Reading`: `ReadingView<'_>`, a `Copy` view whose accessors each make one scan;
//! `ReadingBuilder`, whose setters write in place; and on `Reading` itself decoding in one pass
//! (`netlink_runtime::owned::OwnedSet`), encoding through the setters, and static metadata with the
//! C names.
//!
//! # Fields
//!
//! A field names its attribute, `NAME = number` or the path of a constant, and then says what the
//! type alone cannot. Every kind has a row in the tables [below](#attributes).
//!
//! `Option<T>` may be absent, `T` is always there, `multi` repeats (`Vec<T>`), `indexed` wraps members
//! in numbers (`Option<Vec<(u16, T)>>`), `type_value(a, b)` in levels of them. A field marked
//! `#[netlink(header)]` is the fixed header; one marked `#[netlink(rest)]` of type `Rest` keeps what
//! fields cannot say, so that encoding gives the original bytes. On the struct, `debug` asks for
//! `Debug` by C names, `pad(NAME = n)` and `unused(NAME = n)` name numbers without a field.
//!
//! # Where the runtime is
//!
//! Derived code says `::netlink_runtime`. Who knows that crate by another name, or gets it from a
//! crate that re-exports it, says the path: `#[netlink(crate = path)]` on the item, and in
//! `#[netlink_enum(u8, crate = path)]` and `#[netlink_flags(u32, crate = path)]`.
//!
//! ```
//! mod vendor {
//!     pub use netlink_runtime as netlink;
//! }
//! use vendor::netlink::prelude::*;
//!
//! #[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
//! #[netlink(crate = vendor::netlink)]
//! struct Sample {
//!     #[netlink(SENSOR_S_STATE = 1, u8)]
//!     state: Option<State>,
//! }
//!
//! #[netlink_enum(u8, crate = vendor::netlink)]
//! enum State {
//!     SENSOR_OK = 1,
//! }
//! ```
//!
//! # Mistakes
//!
//! All mistakes of an item are reported at once, each on its token.
//!
#![doc = include_str!("../KINDS.md")]
#![forbid(unsafe_code)]

mod attr;
mod cstruct;
mod ctxt;
mod emit;
mod named;
mod operation;
#[cfg(test)]
mod parity;
mod projection;
mod set;
mod shape;
mod sub;
mod wire;

use ctxt::Ctxt;
use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Runs a derive: its output, or all errors of the item.
fn derive(
    input: TokenStream,
    expand: impl FnOnce(&Ctxt, &DeriveInput) -> Option<proc_macro2::TokenStream>,
) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let cx = Ctxt::new();
    let output = expand(&cx, &input);
    cx.finish(output).into()
}

/// A message: an attribute set, perhaps after a fixed header. See the [crate].
///
/// ```
/// use netlink_runtime::prelude::*;
///
/// #[derive(Clone, Default, PartialEq, NetlinkMessage)]
/// #[netlink(debug)]
/// struct Neigh {
///     #[netlink(header)]
///     header: Ndmsg,
///     #[netlink(NDA_DST = 1)]
///     dst: Option<IpAddr>,
///     #[netlink(NDA_LLADDR = 2)]
///     lladdr: Option<HwAddr>,
///     #[netlink(rest)]
///     rest: Rest,
/// }
///
/// #[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
/// #[netlink(ndmsg, size = 12)]
/// struct Ndmsg {
///     #[netlink(0)]
///     ndm_family: u8,
///     #[netlink(4)]
///     ndm_ifindex: i32,
///     #[netlink(8)]
///     ndm_state: u16,
///     #[netlink(10)]
///     ndm_flags: u8,
///     #[netlink(11)]
///     ndm_type: u8,
/// }
/// ```
#[proc_macro_derive(NetlinkMessage, attributes(netlink))]
pub fn netlink_message(input: TokenStream) -> TokenStream {
    derive(input, |cx, input| {
        if projection::is_one(input) {
            projection::Projection::read(cx, input).map(|p| projection::emit(&p))
        } else {
            set::Set::read(cx, input).map(|set| emit::set(&set))
        }
    })
}

/// A nested attribute set: the same as [`NetlinkMessage`](macro@NetlinkMessage), under a name that
/// says what it is.
#[proc_macro_derive(NetlinkAttrs, attributes(netlink))]
pub fn netlink_attrs(input: TokenStream) -> TokenStream {
    netlink_message(input)
}

/// A sub-message: a payload whose form a selector chooses.
///
/// A variant's key is text, or a number (`NAME = 1` or the path of a constant); then come the
/// keywords of its payload. `default` takes all other selectors; `unknown` keeps what no form takes.
///
/// The builder has a method for each form, which writes the selectors of the own set too; those of
/// `default` and `unknown`, and selectors elsewhere, are the caller's to write.
///
/// ```
/// use netlink_runtime::prelude::*;
///
/// #[derive(Clone, PartialEq, NetlinkSub)]
/// #[netlink(debug)]
/// enum Options {
///     #[netlink("pfifo", nested)]
///     Pfifo(Box<Pfifo>),
///     #[netlink("raw")]
///     Raw(u32),
///     #[netlink(unknown)]
///     Unknown(Vec<u8>),
/// }
///
/// #[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
/// struct Pfifo {
///     #[netlink(LIMIT = 1)]
///     limit: Option<u32>,
/// }
///
/// #[derive(Clone, Debug, PartialEq, NetlinkMessage)]
/// struct Qdisc {
///     #[netlink(TCA_KIND = 1)]
///     kind: Option<NlString>,
///     #[netlink(TCA_OPTIONS = 2, sub(kind))]
///     options: Option<Options>,
/// }
/// ```
#[proc_macro_derive(NetlinkSub, attributes(netlink))]
pub fn netlink_sub(input: TokenStream) -> TokenStream {
    derive(input, |cx, input| sub::Sub::read(cx, input).map(|sub| sub::emit(&sub)))
}

/// A C struct, read by offset: whatever length, alignment and byte order it comes in.
///
/// Fields say their offset, then `be` or `le`, the integer that an enum is sent as, `struct`, `text`,
/// `opaque`, `mac`, or `bits(first, width)`. `Option` marks members that the struct grew by. On the
/// struct: its C name, `size`, `length = member` for headers of records, `tail(offset, name: type)`.
#[proc_macro_derive(NetlinkStruct, attributes(netlink))]
pub fn netlink_struct(input: TokenStream) -> TokenStream {
    derive(input, |cx, input| cstruct::CStruct::read(cx, input).map(|s| cstruct::emit(&s)))
}

/// An operation: what is sent and what comes back.
///
/// ```
/// # use netlink_runtime::prelude::*;
/// # #[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
/// # struct Ctrl { #[netlink(CTRL_ATTR_FAMILY_NAME = 2)] family_name: Option<NlString> }
/// use netlink_runtime::{Protocol, socket::Socket};
///
/// #[derive(NetlinkOp)]
/// #[netlink(
///     family = "nlctrl",
///     version = 2,
///     do,
///     dump,
///     request(CTRL_CMD_GETFAMILY = 3, Ctrl),
///     reply(CTRL_CMD_NEWFAMILY = 1, Ctrl)
/// )]
/// struct GetFamily;
///
/// let mut generic = Socket::open(Protocol::Generic)?;
/// let mut families = generic.dump(GetFamily::dump())?;
/// let mut names = Vec::new();
/// while let Some(family) = families.next()? {
///     names.extend(family.family_name()?.map(|n| n.to_string()));
/// }
/// assert!(names.contains(&"nlctrl".to_owned()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[proc_macro_derive(NetlinkOp, attributes(netlink))]
pub fn netlink_op(input: TokenStream) -> TokenStream {
    derive(input, |cx, input| operation::Op::read(cx, input).map(|op| operation::emit(&op)))
}

/// An open enum: an integer whose values have names. Values without one are normal.
///
/// ```
/// use netlink_runtime::prelude::*;
///
/// #[netlink_enum(u8)]
/// enum State {
///     /// `IF_OPER_DOWN`
///     #[netlink(IF_OPER_DOWN)]
///     DOWN = 2,
///     #[netlink(IF_OPER_UP)]
///     UP = 6,
/// }
///
/// assert_eq!(State(6), State::UP);
/// assert_eq!(State::UP.c_name(), Some("IF_OPER_UP"));
/// assert_eq!(format!("{:?}", State(9)), "State(9)");
/// ```
#[proc_macro_attribute]
pub fn netlink_enum(args: TokenStream, input: TokenStream) -> TokenStream {
    named::expand(args.into(), input.into(), false).into()
}

/// Flags: an integer whose bits have names. Unknown bits are kept.
///
/// ```
/// use netlink_runtime::prelude::*;
///
/// #[netlink_flags(u32)]
/// enum Flags {
///     IFF_UP = 1,
///     IFF_BROADCAST = 2,
/// }
///
/// let flags = Flags(0x41);
/// assert!(flags.contains(Flags::IFF_UP) && !flags.contains(Flags::IFF_BROADCAST));
/// assert_eq!(flags.to_string(), "IFF_UP | 0x40");
/// ```
#[proc_macro_attribute]
pub fn netlink_flags(args: TokenStream, input: TokenStream) -> TokenStream {
    named::expand(args.into(), input.into(), true).into()
}
