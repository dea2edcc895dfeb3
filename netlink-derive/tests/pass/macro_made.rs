//! Items that a `macro_rules!` makes, of types, names, numbers and paths that it was given.

use netlink_runtime::prelude::*;

macro_rules! plain {
    ($name:ident, $($field:ident: $ty:ty = $c_name:ident $number:literal $(, $word:tt)*;)*) => {
        #[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
        struct $name {
            $(#[netlink($c_name = $number $(, $word)*)] $field: $ty,)*
        }
    };
}

macro_rules! row {
    ($name:ident of $of:path as $vendor:path { $($field:ident: $ty:ty),* }) => {
        #[derive(Debug, PartialEq, NetlinkMessage)]
        #[netlink(of = $of, crate = $vendor)]
        struct $name { $($field: $ty,)* }
    };
}

macro_rules! sub {
    ($name:ident { $($form:ident: $ty:ty = $key:literal),* }) => {
        #[derive(Clone, Debug, PartialEq, NetlinkSub)]
        enum $name {
            $(#[netlink($key)] $form($ty),)*
            #[netlink(unknown)]
            Unknown(Vec<u8>),
        }
    };
}

macro_rules! names {
    ($name:ident: $int:ident { $($entry:ident = $value:expr,)* }) => {
        #[netlink_enum($int)]
        enum $name { $($entry = $value,)* }
    };
}

macro_rules! header {
    ($name:ident, $size:expr, $($member:ident: $ty:ty = $at:literal,)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
        #[netlink(size = $size)]
        struct $name { $(#[netlink($at)] $member: $ty,)* }
    };
}

names!(State: u8 { UP = 1, DOWN = 1 + 1, });
header!(Pair, 2 + 2, left: u16 = 0, right: u16 = 2,);
sub!(Data { Raw: u32 = "raw", Text: NlString = "text" });
plain!(Inner, value: Option<u16> = INNER_VALUE 1;);
plain!(Link,
    kind: Option<NlString> = IFLA_KIND 1;
    mtu: Option<u32> = IFLA_MTU 4, be;
    inner: Option<Inner> = IFLA_INNER 5, nested;
    all: Vec<Inner> = IFLA_ALL 6, nested, multi;
    numbers: Option<Vec<(u16, Inner)>> = IFLA_NUMBERS 7, indexed, nested;
    state: Option<State> = IFLA_STATE 8, u8;
    pair: Option<Pair> = IFLA_PAIR 9, struct;
);
row!(Row of self::Link as ::netlink_runtime { mtu: Option<u32>, state: Option<State> });

#[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
struct Holder {
    #[netlink(H_KIND = 1)]
    kind: Option<NlString>,
    #[netlink(H_DATA = 2, sub(kind))]
    data: Option<Data>,
}

pub(crate) fn main() {
    let inner = Inner { value: Some(1) };
    let value = Link {
        mtu: Some(1500),
        inner: Some(inner.clone()),
        all: vec![inner.clone()],
        numbers: Some(vec![(1, inner)]),
        state: Some(State::DOWN),
        pair: Some(Pair { left: 1, right: 2 }),
        ..Link::default()
    };
    let bytes = value.to_bytes().expect("an encodable value");
    assert_eq!(Link::from_bytes(&bytes), Ok(value));
    let row = LinkView::parse(&bytes).and_then(|view| view.project::<Row>());
    assert_eq!(row, Ok(Row { mtu: Some(1500), state: Some(State::DOWN) }));
    let value = Holder { kind: Some("text".into()), data: Some(Data::Text("x".into())) };
    assert_eq!(Holder::from_bytes(&value.to_bytes().unwrap()), Ok(value));
}
