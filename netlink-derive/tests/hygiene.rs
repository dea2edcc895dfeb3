//! Derived code keeps out of its user's way: whatever names are in scope, whatever fields are
//! called, and under strict lints.
#![deny(missing_docs, unused, unreachable_pub, nonstandard_style, future_incompatible, rust_2018_idioms)]

/// Names of the standard library that mean something else here; the derives stand among them.
#[allow(dead_code)] // being in scope is what they are for
mod shadowed {
    use ::netlink_runtime::prelude::{
        Address, NetlinkMessage, NetlinkOp, NetlinkStruct, NetlinkSub, NlString, Rest, netlink_enum,
        netlink_flags, netlink_union,
    };

    pub(crate) struct Option;
    pub(crate) struct Result;
    pub(crate) struct Vec;
    pub(crate) struct Box;
    pub(crate) struct String;
    pub(crate) struct Some;
    pub(crate) struct None;
    pub(crate) struct Ok;
    pub(crate) struct Err;
    pub(crate) struct Iterator;
    pub(crate) struct Default;
    pub(crate) struct Clone;
    pub(crate) struct Debug;
    pub(crate) struct Copy;
    pub(crate) struct Into;
    pub(crate) struct From;
    pub(crate) struct FnOnce;
    pub(crate) struct View;
    pub(crate) struct Own;
    #[allow(non_camel_case_types)] // the primitive's name
    pub(crate) struct u16;
    #[allow(non_camel_case_types)] // the primitive's name
    pub(crate) struct bool;
    pub(crate) mod core {}
    pub(crate) mod std {}
    pub(crate) mod alloc {}
    pub(crate) mod netlink_runtime {}

    /// Methods that would win over those of slices and iterators.
    pub(crate) trait Methods: Sized {
        fn iter(&self) {}
        fn skip(self) {}
        fn take(self) {}
        fn map(self) {}
        fn finish(self) {}
        fn attrs(&self) {}
        fn meta(&self) {}
        fn parse(&self) {}
        fn select(&self) {}
        fn encode(&self) {}
        fn put(&self) {}
        fn get(&self) {}
    }
    impl<T> Methods for T {}

    #[allow(unused_macros)] // as above
    macro_rules! assert {
        ($($t:tt)*) => {
            compile_error!("not this one")
        };
    }
    #[allow(unused_imports)] // as above
    pub(crate) use assert;

    /// Constants that derived code might call its own.
    pub(crate) const SIZE: usize = 8;
    pub(crate) const META: ::core::primitive::u16 = 1;
    pub(crate) const ATTRS: ::core::primitive::u16 = 2;
    pub(crate) const A0: ::core::primitive::u16 = 3;
    pub(crate) const KEY: ::core::primitive::u16 = 4;

    /// A set.
    #[derive(::core::clone::Clone, ::core::default::Default, ::core::cmp::PartialEq, NetlinkMessage)]
    #[netlink(debug)]
    pub(crate) struct Set {
        #[netlink(header)]
        pub(crate) header: Header,
        #[netlink(META)]
        pub(crate) meta: ::core::option::Option<u32>,
        #[netlink(ATTRS, multi)]
        pub(crate) attrs: ::std::vec::Vec<u32>,
        #[netlink(A0)]
        pub(crate) kind: ::core::option::Option<NlString>,
        #[netlink(KEY, sub(kind))]
        pub(crate) data: ::core::option::Option<Sub>,
        #[netlink(STATE = 5, u8)]
        pub(crate) state: ::core::option::Option<State>,
        #[netlink(FLAG = 6)]
        pub(crate) flag: ::core::primitive::bool,
        #[netlink(NUMBERED = 7, sub(state))]
        pub(crate) numbered: ::core::option::Option<Numbered>,
        #[netlink(rest)]
        pub(crate) rest: Rest,
    }

    /// A header whose size is a constant that has the name of one in the derive.
    #[derive(
        ::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug, ::core::cmp::PartialEq, NetlinkStruct,
    )]
    #[netlink(header, size = SIZE)]
    pub(crate) struct Header {
        #[netlink(0)]
        pub(crate) bytes: u32,
        #[netlink(4)]
        pub(crate) grown: ::core::option::Option<u32>,
    }

    /// A struct with members of every form.
    #[derive(
        ::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug, ::core::cmp::PartialEq, NetlinkStruct,
    )]
    #[netlink(forms, size = SIZE + 20, tail(28, tail: by(kind) u8))]
    pub(crate) struct Forms {
        #[netlink(0)]
        pub(crate) kind: ::core::primitive::u16,
        #[netlink(2, bits(0, 4), u8)]
        pub(crate) state: State,
        #[netlink(4, union, by(kind))]
        pub(crate) value: Value,
        #[netlink(8, union, anonymous)]
        pub(crate) bytes: ::core::option::Option<Value>,
        #[netlink(12, by(kind))]
        pub(crate) out: Address,
    }

    /// A union.
    #[netlink_union(value, size = SIZE - 4)]
    pub(crate) enum Value {
        #[netlink(case(KEY))]
        number(u32),
        #[netlink(case(self::META), default)]
        size([u8; SIZE - 4]),
        #[netlink(1, bits(0, 3), u8)]
        state(State),
    }

    /// A sub-message.
    #[derive(::core::clone::Clone, ::core::cmp::PartialEq, NetlinkSub)]
    #[netlink(debug)]
    pub(crate) enum Sub {
        #[netlink("set", nested)]
        Set(::std::boxed::Box<super::names::Set>),
        #[netlink(unknown)]
        Unknown(::std::vec::Vec<u8>),
    }

    /// Keys that are constants.
    #[derive(::core::clone::Clone, ::core::cmp::PartialEq, NetlinkSub)]
    #[netlink(debug)]
    pub(crate) enum Numbered {
        #[netlink(self::META)]
        One(u32),
        #[netlink(self::A0)]
        Two(u8),
        #[netlink(unknown)]
        Unknown(::std::vec::Vec<u8>),
    }

    #[netlink_enum(u8)]
    pub(crate) enum State {
        UP = 2,
    }

    #[netlink_flags(u32)]
    pub(crate) enum Flags {
        UP = 1,
    }

    /// An operation.
    #[derive(NetlinkOp)]
    #[netlink(protocol = 0, do, dump, request(GET = 18, Set), reply(NEW = 16, Set))]
    pub(crate) struct Get;
}

/// Attributes named as methods and fields of derived code are.
mod names {
    use netlink_runtime::prelude::*;

    /// A set.
    #[derive(Clone, Default, PartialEq, NetlinkAttrs)]
    #[netlink(debug)]
    pub(crate) struct Set {
        #[netlink(A_TYPE = 1)]
        pub(crate) r#type: Option<u32>,
        #[netlink(A_TYPE2 = 2)]
        pub(crate) type_: Option<u32>,
        #[netlink(A_ATTRS = 3)]
        pub(crate) attrs: Option<u32>,
        #[netlink(A_ITER = 4)]
        pub(crate) iter: Option<u32>,
        #[netlink(A_PARSE = 5)]
        pub(crate) parse: Option<u32>,
        #[netlink(A_CLONE = 6)]
        pub(crate) clone: Option<u32>,
        #[netlink(A_HEADER = 7)]
        pub(crate) header: Option<u32>,
        #[netlink(A_BYTES = 8)]
        pub(crate) bytes: Option<Vec<u8>>,
        #[netlink(A_LEN = 9)]
        pub(crate) len: Option<u32>,
        #[netlink(A_NEW = 10)]
        pub(crate) new: Option<u32>,
        #[netlink(A_ENC = 11)]
        pub(crate) enc: Option<u32>,
        #[netlink(A_START = 12)]
        pub(crate) start: Option<u32>,
        #[netlink(A_ONCE = 13)]
        pub(crate) once: Option<u32>,
        #[netlink(A_META = 14)]
        pub(crate) meta: Option<u32>,
        #[netlink(A_FINISH = 15)]
        pub(crate) finish: Option<u32>,
        #[netlink(A_BUILDER = 16)]
        pub(crate) builder: Option<NlString>,
        #[netlink(A_SELECT = 17, sub(builder))]
        pub(crate) r#match: Option<Sub>,
        #[netlink(A_NEST = 18, nested, multi)]
        pub(crate) r#fn: Vec<Set>,
        #[netlink(A_REST = 19)]
        pub(crate) rest: Option<u32>,
        #[netlink(A_VIEW = 20)]
        pub(crate) view: u32,
        #[netlink(A_DEPTH = 21)]
        pub(crate) depth: bool,
        #[netlink(A_READER = 22, indexed)]
        pub(crate) reader: Option<Vec<(u16, u32)>>,
        #[netlink(A_FMT = 23)]
        pub(crate) fmt: Option<u32>,
        #[netlink(A_ENCODE = 24)]
        pub(crate) encode: Option<u32>,
        #[netlink(A_DECODE = 25)]
        pub(crate) decode: Option<u32>,
        #[netlink(A_DEFAULT = 26)]
        pub(crate) default: Option<u32>,
        #[netlink(rest)]
        pub(crate) others: Rest,
    }

    /// A sub-message with forms of such names.
    #[derive(Clone, PartialEq, NetlinkSub)]
    #[netlink(debug)]
    pub(crate) enum Sub {
        #[netlink("put")]
        Put(u32),
        #[netlink("slot", nested)]
        Slot(Box<Set>),
        #[netlink("type")]
        Type(u8),
        #[netlink(unknown)]
        Unknown(Vec<u8>),
    }
}

/// Arms named as methods and words of derived code are.
mod arms {
    use netlink_runtime::prelude::*;

    /// A union.
    #[netlink_union(size = 8)]
    pub(crate) enum Arms {
        /// The value.
        value(u32),
        bytes(u64),
        out(u16),
        new(u8),
        default(u16),
        clone(u32),
        eq(u32),
        read(u32),
        write(u32),
        fmt([u8; 8]),
        type_(u8),
        r#fn(u8),
        get(u8),
        wire_len(u8),
        Upper__Case(u8),
    }
}

/// Types that come through a `macro_rules!`, and so in invisible parentheses.
mod through_a_macro {
    use netlink_runtime::prelude::*;

    macro_rules! set {
        ($name:ident { $($field:ident: $ty:ty = $number:literal,)* }) => {
            /// A set.
            #[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
            pub(crate) struct $name {
                $(#[netlink(A = $number)] pub(crate) $field: $ty,)*
            }
        };
    }
    set!(Made { one: Option<u32> = 1, two: Option<Vec<u8>> = 2, three: bool = 3, });
}

use netlink_runtime::build::{Enc, SetBuilder};
use netlink_runtime::{AttrSet, Operation, Reply};

fn encoded<T: AttrSet>(value: &T) -> Vec<u8> {
    value.encode_to(Enc::new(Vec::new())).end().expect("an encodable value")
}

fn decoded<T: AttrSet>(bytes: &[u8]) -> T {
    T::decode_at(netlink_runtime::View::parse(bytes).expect("a header"), 0).expect("a decodable value")
}

fn every_name() -> names::Set {
    let leaf = names::Set { view: 40, header: Some(41), ..names::Set::default() };
    names::Set {
        r#type: Some(1),
        type_: Some(2),
        attrs: Some(3),
        iter: Some(4),
        parse: Some(5),
        clone: Some(6),
        header: Some(7),
        bytes: Some(vec![8]),
        len: Some(9),
        new: Some(10),
        enc: Some(11),
        start: Some(12),
        once: Some(13),
        meta: Some(14),
        finish: Some(15),
        builder: Some("slot".into()),
        r#match: Some(names::Sub::Slot(Box::new(leaf.clone()))),
        r#fn: vec![leaf.clone(), leaf],
        rest: Some(19),
        view: 20,
        depth: true,
        reader: Some(vec![(1, 22)]),
        fmt: Some(23),
        encode: Some(24),
        decode: Some(25),
        default: Some(26),
        ..names::Set::default()
    }
}

#[test]
fn attributes_may_be_named_as_methods_are() {
    let value = every_name();
    let bytes = encoded(&value);
    assert_eq!(decoded::<names::Set>(&bytes).attrs, Some(3));
    assert!(decoded::<names::Set>(&bytes) == value);
    let view: names::SetView<'_> = netlink_runtime::View::parse(&bytes).expect("attributes");
    assert_eq!(view.r#type().unwrap(), Some(1));
    assert_eq!(view.header().unwrap(), Some(7));
    assert_eq!(view.meta().unwrap(), Some(14));
    assert_eq!(view.parse().unwrap(), Some(5));
    assert_eq!(view.attrs().unwrap(), Some(3));
    let debug = format!("{value:?}");
    assert!(debug.contains("A_FINISH: 15"), "{debug}");
    let built = names::Set::builder(Enc::new(Vec::new())).r#type(1).enc(11).finish(15).view(0);
    let built = decoded::<names::Set>(&SetBuilder::finish(built).end().expect("attributes"));
    assert_eq!((built.r#type, built.enc, built.finish), (Some(1), Some(11), Some(15)));
}

#[test]
fn raw_identifiers_are_named_without_their_mark() {
    let names: Vec<&str> = names::Set::meta().attrs.iter().map(|a| a.name).collect();
    assert!(names.contains(&"type") && names.contains(&"match") && names.contains(&"fn"), "{names:?}");
    // The owned setter of `r#fn`.
    let one = names::Set::default();
    let built = names::Set::builder(Enc::new(Vec::new())).view(1).fn_from(&one);
    let bytes = SetBuilder::finish(built).end().expect("attributes");
    assert_eq!(decoded::<names::Set>(&bytes).r#fn.len(), 1);
}

#[test]
fn shadowed_names_do_no_harm() {
    use shadowed::{Flags, Get, Header, Numbered, Set, State, Sub};
    let value = Set {
        header: Header { bytes: 1, grown: Some(2) },
        meta: Some(1),
        attrs: vec![2, 3],
        kind: Some("set".into()),
        data: Some(Sub::Set(Box::new(every_name()))),
        state: Some(State(3)),
        flag: true,
        numbered: Some(Numbered::Two(9)),
        ..Set::default()
    };
    let bytes = encoded(&value);
    assert!(decoded::<Set>(&bytes) == value);
    for (state, ours) in [(State(1), false), (State::UP, false), (State(3), true)] {
        let other = Set { state: Some(state), ..value.clone() };
        let read = netlink_runtime::View::parse(&encoded(&other)).and_then(|view| Set::decode_at(view, 0));
        let two = read.is_ok_and(|read| read.numbered == Some(Numbered::Two(9)));
        assert_eq!(two, ours, "{state:?}");
    }
    assert!(Flags(3).contains(Flags::UP));
    assert!(Get::accepts(16) && <Get as Operation>::FLAGS == 0);
    let _ = (Get::request(), Get::dump());
}

#[test]
fn types_may_come_through_a_macro() {
    use through_a_macro::Made;
    let value = Made { one: Some(1), two: Some(vec![2]), three: true };
    assert_eq!(decoded::<Made>(&encoded(&value)), value);
}

#[test]
fn items_may_be_local() {
    use netlink_runtime::prelude::*;

    #[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
    struct Inner {
        #[netlink(A_VALUE = 1, be16)]
        value: Option<Value>,
    }

    #[netlink_enum(u16)]
    enum Value {
        ONE = 1,
    }

    #[derive(Clone, Debug, PartialEq, NetlinkSub)]
    enum Kind {
        #[netlink("inner", nested)]
        Inner(Inner),
        #[netlink(unknown)]
        Unknown(Vec<u8>),
    }

    #[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
    #[netlink(pair, size = 4)]
    struct Pair {
        #[netlink(0)]
        left: u16,
        #[netlink(2)]
        right: u16,
    }

    #[derive(Clone, Debug, PartialEq, NetlinkMessage)]
    struct Outer {
        #[netlink(A_KIND = 1)]
        kind: Option<NlString>,
        #[netlink(A_DATA = 2, sub(kind))]
        data: Option<Kind>,
        #[netlink(A_PAIR = 3, struct)]
        pair: Option<Pair>,
    }

    let value = Outer {
        kind: Some("inner".into()),
        data: Some(Kind::Inner(Inner { value: Some(Value::ONE) })),
        pair: Some(Pair { left: 1, right: 2 }),
    };
    assert_eq!(decoded::<Outer>(&encoded(&value)), value);
}

/// The runtime under a path of the user's.
mod re_exported {
    pub(crate) mod inner {
        pub(crate) use netlink_runtime as runtime;
    }
    use inner::runtime::prelude::*;

    /// A set.
    #[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
    #[netlink(crate = super::re_exported::inner::runtime)]
    pub(crate) struct Set {
        #[netlink(A_STATE = 1, u8)]
        pub(crate) state: Option<State>,
    }

    #[netlink_enum(u8, crate = inner::runtime)]
    pub(crate) enum State {
        UP = 1,
    }
}

#[test]
fn the_runtime_may_be_re_exported() {
    use re_exported::{Set, State};
    let value = Set { state: Some(State::UP) };
    assert_eq!(decoded::<Set>(&encoded(&value)), value);
}
