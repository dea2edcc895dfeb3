//! Attributes that repeat, into a vector and into an iterator; numbered members, records of arrays.

use netlink_runtime::Projection;
use netlink_runtime::build::Enc;
use netlink_runtime::prelude::*;
use netlink_runtime::wire::{Multi, wt};

#[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
struct Link {
    #[netlink(ALT_NAME = 1, multi)]
    names: Vec<NlString>,
    #[netlink(VF = 2, nested, multi)]
    vfs: Vec<Vf>,
    #[netlink(QUEUES = 3, indexed)]
    queues: Option<Vec<(u16, u32)>>,
    #[netlink(MAP = 4, array)]
    map: Option<Vec<u16>>,
}

#[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
struct Vf {
    #[netlink(VF_ID = 1)]
    id: Option<u32>,
}

#[derive(NetlinkMessage)]
#[netlink(of = Link)]
struct Row<'m> {
    names: Vec<&'m str>,
    #[netlink(names)]
    lazy: Multi<'m, wt::Str>,
    vfs: Vec<VfRow>,
    queues: Option<Vec<(u16, u32)>>,
    map: Option<[u16; 2]>,
    #[netlink(names)]
    kept: Result<Vec<String>, netlink_runtime::DecodeError>,
}

#[derive(NetlinkAttrs)]
#[netlink(of = Vf)]
struct VfRow {
    id: u32,
}

pub(crate) fn main() {
    let built =
        Link::builder(Enc::new(Vec::new())).names("a").vfs(|vf| vf.id(1)).names("b").vfs(|vf| vf.id(2));
    let built = built.queues(|queues| queues.item(4, 5)).map(&[6, 7]);
    let bytes = built.finish().end().expect("a message");
    let row = Row::from_payload(&bytes).expect("a row");
    assert_eq!(row.names, ["a", "b"]);
    assert_eq!(row.lazy.count(), 2);
    assert_eq!(row.vfs.iter().map(|vf| vf.id).collect::<Vec<_>>(), [1, 2]);
    assert_eq!((row.queues, row.map), (Some(vec![(4, 5)]), Some([6, 7])));
    assert_eq!(row.kept.expect("text"), ["a", "b"]);
    let none = Row::from_payload(&[]).expect("a row of nothing");
    assert!(none.names.is_empty() && none.lazy.count() == 0 && none.queues.is_none());
}
