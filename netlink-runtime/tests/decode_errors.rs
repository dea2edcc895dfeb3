//! Errors name the set, the attribute and the place, however deep.

use netlink_runtime::owned::OwnedSet;
use netlink_runtime::prelude::*;
use netlink_runtime::{DecodeErrorKind, NetlinkMessage};

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(frame, size = 8)]
struct Head {
    #[netlink(0)]
    number: u64,
}

#[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
struct Framed {
    #[netlink(header)]
    header: Head,
}

#[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
struct Middle {
    #[netlink(MIDDLE_FRAMED = 3, nested)]
    framed: Option<Framed>,
    #[netlink(MIDDLE_KIND = 4)]
    kind: Option<NlString>,
    #[netlink(MIDDLE_DATA = 5, sub(kind))]
    data: Option<Data>,
}

#[derive(Clone, Debug, PartialEq, NetlinkSub)]
enum Data {
    #[netlink("text")]
    Text(String),
    #[netlink("nest", nested)]
    Nest(Box<Middle>),
    #[netlink(unknown)]
    Unknown(Vec<u8>),
}

#[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
struct Outer {
    #[netlink(OUTER_MIDDLE = 2, nested)]
    middle: Option<Middle>,
}

fn attr(ty: u16, payload: &[u8]) -> Vec<u8> {
    let mut bytes = [(4 + payload.len() as u16).to_ne_bytes(), ty.to_ne_bytes()].concat();
    bytes.extend(payload);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

#[test]
fn a_short_header_of_a_nest_is_that_nests() {
    let bytes = attr(2, &[attr(9, b""), attr(3, &[0; 5])].concat());
    let view = OuterView::parse(&bytes).unwrap();
    let error = view.middle().unwrap().unwrap().framed().unwrap_err();
    assert_eq!(
        (error.kind, error.set.name, error.attr, error.offset),
        (DecodeErrorKind::Header, "Framed", 3, 5)
    );
    assert_eq!(error.to_string(), "Framed: 5 bytes are too few for struct frame (8 bytes)");
    assert_eq!(view.indexed().middle().unwrap().unwrap().indexed().framed().unwrap_err(), error);
    assert_eq!(Outer::from_bytes(&bytes).unwrap_err(), error);

    #[derive(Debug, NetlinkMessage)]
    #[netlink(of = Outer)]
    struct Path {
        #[allow(dead_code)]
        #[netlink(middle.framed)]
        framed: Option<Framed>,
    }
    assert_eq!(view.project::<Path>().unwrap_err(), error);
}

#[test]
fn errors_in_a_selected_form_have_their_place() {
    let middle = [attr(9, b""), attr(5, b"caf\xe9\0"), attr(4, b"text\0")].concat();
    let error = Outer::from_bytes(&attr(2, &middle)).unwrap_err();
    assert_eq!((error.kind, error.c_name(), error.offset), (DecodeErrorKind::Utf8, Some("MIDDLE_DATA"), 4));
    assert_eq!(error.to_string(), "MIDDLE_DATA of Middle at offset 4: not UTF-8");

    // One in a form that is a nest keeps its own.
    let middle = [attr(5, &middle), attr(4, b"nest\0")].concat();
    assert_eq!(Outer::from_bytes(&attr(2, &middle)).unwrap_err(), error);
}
