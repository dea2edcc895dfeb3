//! What errors say without the feature `names`. Among the other tests of the workspace the runtime has it, and
//! there is nothing to be seen here; `cargo xtask test` runs these tests alone, too.

use crate::rows::{attr, message};
use crate::zoo::members::Members;
use crate::zoo::values::Values;
use netlink_runtime::{AttrSet, DecodeError, DecodeErrorKind, View};

/// Whether this build has the feature, which only its errors tell.
fn names() -> bool {
    let Err(error) = <Values as AttrSet>::View::parse(&[0]) else { panic!("it can be read") };
    let names = !error.set.name.is_empty();
    if names {
        eprintln!("the runtime has names in this build");
    }
    names
}

/// The error that reading the first of these attributes gives, and its text.
fn text<T>(read: Result<T, DecodeError>) -> (DecodeErrorKind, String) {
    let Err(error) = read else { panic!("it can be read") };
    assert_eq!((error.set.name, error.set.attrs.len(), error.c_name()), ("", 0, None));
    (error.kind, error.to_string())
}

#[test]
fn attributes_have_their_numbers() {
    if names() {
        return;
    }
    assert_eq!(Values::IP4.c_name(), "KV_IP4");
    let bytes = message::<Values>(&[attr(1, []), attr(Values::IP4.id(), [1, 2])]);
    let said = "attribute 8 at offset 4: the payload's length does not fit the type";
    let view = <Values as AttrSet>::View::parse(&bytes).expect("a header");
    assert_eq!(text(view.ip4()), (DecodeErrorKind::Length, said.to_owned()));
    assert_eq!(text(view.indexed().ip4()), (DecodeErrorKind::Length, said.to_owned()));
    let unknown = view.attrs().iter(Values::meta()).map(|attr| attr.map(|attr| attr.id()));
    assert_eq!(unknown.collect::<Result<Vec<_>, _>>(), Ok(vec![1, Values::IP4.id()]));
}

#[test]
fn what_ends_early_says_where() {
    if names() {
        return;
    }
    let mut bytes = message::<Members>(&[]);
    bytes.extend([9, 0, 1, 0]);
    let view = <Members as AttrSet>::View::parse(&bytes).expect("a header");
    let said = "attribute 1 at offset 0: the attribute header does not fit what is there";
    let read = view.attrs().iter(Members::meta()).next().expect("one");
    assert_eq!(text(read), (DecodeErrorKind::Truncated, said.to_owned()));
    let said = "1 bytes are too few for the fixed header";
    assert_eq!(text(<Values as AttrSet>::View::parse(&[0])), (DecodeErrorKind::Header, said.to_owned()));
}
