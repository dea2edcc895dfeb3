//! Projections with parameters: types that can be read, with and without a lifetime.

use netlink_runtime::build::Enc;
use netlink_runtime::prelude::*;
use netlink_runtime::project::FromView;
use netlink_runtime::wire::wt;
use netlink_runtime::{DecodeError, Projection};

#[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
struct Reading {
    #[netlink(R_ID = 1)]
    id: u32,
    #[netlink(R_LABEL = 2)]
    label: Option<NlString>,
}

#[derive(Debug, PartialEq, NetlinkMessage)]
#[netlink(of = Reading)]
struct Row<'m, L: FromView<'m, wt::Str>> {
    id: u32,
    label: Option<L>,
    #[netlink(id)]
    borrowed: Borrowed<'m>,
}

#[derive(Debug, PartialEq, NetlinkMessage)]
#[netlink(of = Reading)]
struct Owned<I>
where
    I: for<'m> FromView<'m, wt::U32>,
{
    id: I,
}

/// A type of one's own.
#[derive(Debug, PartialEq)]
struct Borrowed<'m>(u32, std::marker::PhantomData<&'m ()>);

impl<'m> FromView<'m, wt::U32> for Borrowed<'m> {
    fn from_view(view: u32, _: u8) -> Result<Self, DecodeError> {
        Ok(Borrowed(view, std::marker::PhantomData))
    }
}

pub(crate) fn main() {
    let bytes =
        Reading::builder(Enc::new(Vec::new())).id(7).label("attic").finish().end().expect("a reading");
    let row: Row<'_, &str> = Row::from_payload(&bytes).expect("a row");
    assert_eq!((row.id, row.label, row.borrowed.0), (7, Some("attic"), 7));
    let row: Row<'_, String> = Row::from_payload(&bytes).expect("a row");
    assert_eq!(row.label.as_deref(), Some("attic"));
    assert_eq!(Owned::<u32>::from_payload(&bytes), Ok(Owned { id: 7 }));
}
