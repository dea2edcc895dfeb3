//! Forms: more than single rows.

use crate::agree::Paths as _;
use crate::damage::survives;
use crate::made::kinds;
use crate::rows::chosen::{POINT, word};
use crate::rows::{NEST, attr, forms, message, reads};
use crate::schema::Forms as _;
use crate::zoo::chosen::{Chosen, ChosenBuilder, ChosenView, Number, NumberView, Text};
use crate::zoo::common::{Header, Leaf, Point, Shape};
use netlink_runtime::build::{Enc, SetBuilder as _};
use netlink_runtime::owned::OwnedSet as _;
use netlink_runtime::types::NlStr;
use netlink_runtime::walk::StructRef;
use netlink_runtime::wire::Scope;
use netlink_runtime::{AttrSet as _, CStruct as _, EncodeError, View as _};
use std::net::Ipv4Addr;

const FLAT: Header = Header { family: 2, shape: Shape::FLAT, flags: 0, index: 0 };

/// The same message behind [`FLAT`].
fn flat(attrs: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = message::<Chosen>(attrs);
    FLAT.write(&mut bytes[..8]);
    bytes
}

/// The fixed header selects, in the message's own set and in nests.
#[test]
fn header_selects() {
    let inner = [attr(2, word(9)), attr(4, [192, 0, 2, 1])].concat();
    let bytes = flat(&[attr(6, word(8)), attr(NEST | 10, &inner), attr(NEST | 11, &inner)]);
    let shown = r#"[["KC_BYHEADER",8],["KC_INNER",[["KI_BYHEADER",9],["KI_ADDRESS","192.0.2.1"]]],["KC_INNERS",[["KI_BYHEADER",9],["KI_ADDRESS","192.0.2.1"]]]]"#;
    reads::<Chosen>(&bytes, shown);
    forms::<Chosen>(&bytes);
    let built = Chosen::builder(Enc::new(Vec::new()))
        .header(FLAT)
        .byheader(|n| n.flat(8))
        .inner(|i| i.byheader(|n| n.flat(9)).address(Ipv4Addr::new(192, 0, 2, 1)))
        .inners(|i| i.byheader(|n| n.flat(9)).address(Ipv4Addr::new(192, 0, 2, 1)));
    assert_eq!(built.finish().end(), Ok(bytes));
}

/// What was asked selects, in the message's own set and in nests: for all who know the request.
#[test]
fn request_selects() {
    let bytes = message::<Chosen>(&[attr(7, word(8)), attr(NEST | 10, attr(3, word(9)))]);
    let mut asked = [0; 8];
    FLAT.write(&mut asked);
    let request = Some(StructRef::new(Header::META, &asked));
    Chosen::agree(&bytes, request);
    let scope = Scope::message(Chosen::meta(), &bytes).answering(request);
    let view = ChosenView::parse_in(&bytes, scope).expect("a header");
    assert!(matches!(view.byrequest(), Ok(Some(NumberView::Flat(8)))));
    let inner = view.inner().expect("read").expect("there");
    assert!(matches!(inner.byrequest(), Ok(Some(NumberView::Flat(9)))));
    let value = Chosen::decode(view).expect("read");
    assert_eq!(value.byrequest, Some(Number::Flat(8)));
    assert_eq!(value.to_bytes().as_deref(), Ok(&*bytes));
    value.forms_agree(request);
    // Who does not takes the default.
    let value = Chosen::from_bytes(&bytes).expect("read");
    assert!(matches!(value.byrequest, Some(Number::Other(_))));
}

/// A reply is read with the request that it answers.
#[test]
fn replies_know_their_request() {
    use netlink_runtime::Reply;
    let bytes = message::<Chosen>(&[attr(7, word(8))]);
    let mut asked = [0; 8];
    FLAT.write(&mut asked);
    let request = Some(StructRef::new(Header::META, &asked));
    let view = <kinds::ChosenOp as Reply>::answer(&bytes, request).expect("a header");
    assert!(matches!(view.byrequest(), Ok(Some(kinds::NumberView::Flat(8)))));
    let view = <kinds::ChosenOp as Reply>::view(&bytes).expect("a header");
    assert!(matches!(view.byrequest(), Ok(Some(kinds::NumberView::Other(_)))));
}

/// Selectors are written once: by the form, or by the caller.
#[test]
fn selectors_are_not_written_twice() {
    let builder = || Chosen::builder(Enc::new(Vec::new()));
    let twice = Err(EncodeError::Twice { attr: 1 });
    assert_eq!(builder().kind("point").data(|d| d.point(POINT)).finish().end(), twice);
    assert_eq!(builder().data(|d| d.point(POINT)).kind("point").finish().end(), twice);
    assert_eq!(builder().data(|d| d.point(POINT)).byvalue(|v| v.string("x")).finish().end(), twice);
}

/// Of an attribute that repeats, each may say the selector, and all say the same.
#[test]
fn repeated_forms_agree_on_their_selector() {
    let builder = || Chosen::builder(Enc::new(Vec::new()));
    let many = |b: ChosenBuilder<Vec<u8>>| b.many(|m| m.point(POINT)).many(|m| m.point(POINT)).finish().end();
    let bytes = many(builder()).expect("one selector");
    assert_eq!(many(builder().kind("point")), Ok(bytes), "the caller may have said it");
    let twice = Err(EncodeError::Twice { attr: 1 });
    assert_eq!(many(builder().kind("points")), twice);
    assert_eq!(many(builder().many(|m| m.leaf(|l| l.id(7)))), twice);
}

/// An error of one of several says where that one stands.
#[test]
fn errors_of_repeated_forms_have_their_place() {
    let bytes = message::<Chosen>(&[attr(1, b"point\0"), attr(17, word(1)), attr(17, [])]);
    let view = ChosenView::parse(&bytes).expect("a header");
    let all: Vec<_> = view.many().collect();
    assert!(all[0].is_ok());
    let error = all[1].as_ref().map(|_| ()).expect_err("no bytes");
    assert_eq!((error.attr, error.offset), (17, 12 + 8));
    let owned = Chosen::decode(view).expect_err("no bytes");
    assert_eq!((owned.attr, owned.offset), (error.attr, error.offset));
    survives::<Chosen>(&bytes);
}

/// A form that does not take the payload is an error; one that no selector chooses keeps its bytes.
#[test]
fn payloads_that_do_not_fit() {
    let bytes = message::<Chosen>(&[attr(1, b"point\0"), attr(2, [])]);
    assert!(Chosen::from_bytes(&bytes).is_err());
    survives::<Chosen>(&bytes);
    let value =
        Chosen { kind: Some("point".into()), data: Some(Text::Unknown(vec![1])), ..Chosen::default() };
    let back = Chosen::from_bytes(&value.to_bytes().expect("written")).expect("read");
    assert_eq!(back.data, Some(Text::Point(Point { x: u16::from_ne_bytes([1, 0]), y: 0 })));
    let leaf = Leaf { id: Some(7), name: Some(NlStr::new(b"x").into()), ..Leaf::default() };
    assert_eq!(Leaf::from_bytes(&leaf.to_bytes().expect("written")), Ok(leaf));
}

/// Selectors of the same name around: the nearest set that has one says.
mod nearest {
    use crate::damage::walks;
    use crate::rows::{NEST, attr};
    use crate::schema::json;
    use netlink_runtime::View as _;
    use netlink_runtime::owned::OwnedSet as _;
    use netlink_runtime::prelude::*;

    #[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
    struct Top {
        #[netlink(header)]
        head: Head,
        #[netlink(T_KIND = 1)]
        kind: Option<NlString>,
        #[netlink(T_MIDDLE = 2, nested)]
        middle: Option<Middle>,
    }

    #[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
    struct Middle {
        #[netlink(header)]
        head: Head,
        #[netlink(M_KIND = 1)]
        kind: Option<NlString>,
        #[netlink(M_LOW = 2, nested)]
        low: Option<Low>,
    }

    #[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
    struct Low {
        #[netlink(L_BYKIND = 1, sub(outer.kind))]
        bykind: Option<Form>,
        #[netlink(L_BYHEAD = 2, sub(outer.header.which))]
        byhead: Option<Form>,
    }

    #[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
    #[netlink(head, size = 4)]
    struct Head {
        #[netlink(0)]
        which: u32,
    }

    #[derive(Clone, Debug, PartialEq, NetlinkSub)]
    enum Form {
        #[netlink("one")]
        One(u16),
        #[netlink(1)]
        First(u16),
        #[netlink(unknown)]
        Unknown(Vec<u8>),
    }

    /// `top` and `middle` are what the sets around say.
    fn message(top: &str, middle: Option<&str>, heads: [u32; 2]) -> Vec<u8> {
        let low = [attr(1, 7u16.to_ne_bytes()), attr(2, 8u16.to_ne_bytes())].concat();
        let kind = middle.map_or(Vec::new(), |kind| attr(1, kind));
        let inside = [&heads[1].to_ne_bytes()[..], &attr(NEST | 2, low), &kind].concat();
        [&heads[0].to_ne_bytes()[..], &attr(1, top), &attr(NEST | 2, inside)].concat()
    }

    #[test]
    fn says() {
        let unknown = |n: u16| Form::Unknown(n.to_ne_bytes().to_vec());
        for (top, middle, heads, bykind, byhead) in [
            ("two", Some("one"), [2, 1], Form::One(7), Form::First(8)),
            ("one", Some("two"), [1, 2], unknown(7), unknown(8)),
            ("one", None, [2, 1], Form::One(7), Form::First(8)),
        ] {
            let bytes = message(top, middle, heads);
            let low = Top::from_bytes(&bytes).expect("read").middle.and_then(|m| m.low).expect("there");
            assert_eq!((low.bykind.as_ref(), low.byhead.as_ref()), (Some(&bykind), Some(&byhead)));
            let shown = json(Top::meta(), &bytes, None, false);
            assert_eq!(shown.contains(r#"["L_BYKIND",7]"#), matches!(bykind, Form::One(_)), "{shown}");
            assert_eq!(shown.contains(r#"["L_BYHEAD",8]"#), matches!(byhead, Form::First(_)), "{shown}");
            for end in 0..bytes.len() {
                walks(Top::meta(), &bytes[..end]);
                let _ = TopView::parse(&bytes[..end]).and_then(Top::decode);
            }
        }
    }
}
