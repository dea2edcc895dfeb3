#![doc = include_str!("../GUIDE.md")]
#![doc = include_str!("../KINDS.md")]
#![doc = include_str!("../CODES.md")]
#![forbid(unsafe_code)]

mod attr;
mod broken;
mod codes;
mod cstruct;
mod ctxt;
mod emit;
mod guard;
mod named;
mod operation;
#[cfg(test)]
mod parity;
mod projection;
mod set;
mod shape;
mod sub;
mod union;
mod wire;
mod words;

use ctxt::Ctxt;
use proc_macro::TokenStream;
use syn::DeriveInput;

/// Runs a derive: its output, or all errors of the item.
fn derive(
    input: TokenStream,
    expand: impl FnOnce(&Ctxt, &DeriveInput) -> Option<proc_macro2::TokenStream>,
) -> TokenStream {
    let cx = Ctxt::new();
    let output = match shape::item(input.into()) {
        Ok(input) => expand(&cx, &input),
        Err(error) => {
            cx.syntax(error);
            None
        }
    };
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
/// Fields say their offset, their C name where Rust has another (`"addr.proto"`), and what the type
/// alone cannot:
///
/// | in C | keywords | type |
/// |---|---|---|
/// | integer | –, `be`, `le` | `u8` … `i64` |
/// | integer with named values | `u8`, `be16`… | a [`netlink_enum`] or [`netlink_flags`] |
/// | bitfield | `bits(first, width)`, counted from the least significant bit of the byte there; of named values, the integer they are kept as too | `u8` … `i64`, an enum |
/// | address | – | `Ipv4Addr`, `Ipv6Addr` |
/// | address of either family in 16 bytes | `by(member)`, which says the family | `Address` |
/// | characters, bytes, link-layer address | `text`, `opaque`, `mac` | `[u8; N]` |
/// | struct | `struct` | a `NetlinkStruct` |
/// | union | `union`; `by(member)`, `anonymous` | a [`netlink_union`] |
/// | array | those of one | `[T; N]` |
///
/// `Option` marks members that the struct grew by. On the struct: its C name, `size`, `length = member`
/// for headers of records, and for a flexible array at the end `tail(offset, name: type)`, where
/// keywords stand before the type: `tail(4, keys: struct Key)`, `tail(2, marks: be16 Mark)`.
///
/// ```
/// use netlink_runtime::CStruct;
/// use netlink_runtime::prelude::*;
///
/// #[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
/// #[netlink(policy, size = 20)]
/// struct Policy {
///     #[netlink(0)]
///     family: u8,
///     #[netlink(1, bits(0, 2), u8)]
///     share: Share,
///     #[netlink(4, by(family))]
///     saddr: Address,
/// }
///
/// #[netlink_enum(u8)]
/// enum Share {
///     SHARE_ANY = 0,
///     SHARE_UNIQUE = 3,
/// }
///
/// let mut bytes = [0; 20];
/// let loopback = Policy { family: 2, share: Share::SHARE_UNIQUE, saddr: Ipv4Addr::LOCALHOST.into() };
/// loopback.write(&mut bytes);
/// assert_eq!(bytes[..8], [2, 3, 0, 0, 127, 0, 0, 1]);
/// assert_eq!(Policy::read(&bytes), loopback);
/// ```
#[proc_macro_derive(NetlinkStruct, attributes(netlink))]
pub fn netlink_struct(input: TokenStream) -> TokenStream {
    derive(input, |cx, input| {
        let item = cstruct::CStruct::read(cx, input);
        if cx.count() > 0 { broken::c_struct(input) } else { item.map(|s| cstruct::emit(&s)) }
    })
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

/// A C union: its bytes, with a method for each arm.
///
/// A variant is an arm, named as in C, with the keywords of a [`NetlinkStruct`](macro@NetlinkStruct)
/// member; the offset goes without saying where it is 0. For the arm `ip` there are `ip()`,
/// `from_ip(value)` with all other bytes zero, and `with_ip(value)`, which leaves them as they are.
/// Nothing is lost of what is not read: the value is the bytes, and they compare and go out.
///
/// ```
/// use netlink_runtime::prelude::*;
///
/// /// `union nf_inet_addr`: an address of either family.
/// #[netlink_union(nf_inet_addr, size = 16)]
/// enum InetAddr {
///     /// IPv4.
///     ip(Ipv4Addr),
///     ip6(Ipv6Addr),
///     #[netlink(be)]
///     all([u32; 4]),
/// }
///
/// let addr = InetAddr::from_ip(Ipv4Addr::new(192, 0, 2, 1));
/// assert_eq!(addr.all(), [0xc000_0201, 0, 0, 0]);
/// assert_eq!(addr.0[..4], [192, 0, 2, 1]);
/// assert_eq!(
///     format!("{addr:?}"),
///     "InetAddr { ip: 192.0.2.1, ip6: c000:201::, all: [3221225985, 0, 0, 0] }"
/// );
/// ```
///
/// In a struct, an attribute and wherever else `struct` stands, the keyword is `union`. Which arms
/// count may depend on a member of the struct: arms say for which of its values
/// (`case(NAME = 1, 2)`, or `default` for all others), the union's member says `by(member)`.
/// Methods of all arms stay; what is shown by C names (`Debug` of views, JSON) are those that count.
/// The arms of an `anonymous` union are shown as members of the struct.
///
/// ```
/// use netlink_runtime::prelude::*;
///
/// #[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
/// #[netlink(rule, size = 8)]
/// struct Rule {
///     #[netlink(0)]
///     mode: u16,
///     #[netlink(4, union, by(mode))]
///     u: RuleU,
/// }
///
/// #[netlink_union(size = 4)]
/// enum RuleU {
///     #[netlink(case(RANDOM = 0))]
///     probability(u32),
///     #[netlink(case(NTH = 1))]
///     every(u16),
///     #[netlink(2, case(NTH = 1))]
///     count(u16),
/// }
///
/// let rule = Rule { mode: 1, u: RuleU::from_every(3).with_count(7) };
/// assert_eq!((rule.u.every(), rule.u.count()), (3, 7));
/// ```
#[proc_macro_attribute]
pub fn netlink_union(args: TokenStream, input: TokenStream) -> TokenStream {
    union::expand(args.into(), input.into()).into()
}
