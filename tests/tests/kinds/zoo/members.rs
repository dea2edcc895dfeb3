//! Attributes with members, or with several values.

use super::common::{Header, Leaf, Point, Shape};
use super::structs::Padded;
use netlink_runtime::prelude::*;

#[derive(Clone, Default, PartialEq, NetlinkMessage)]
#[netlink(debug)]
pub(crate) struct Members {
    #[netlink(header)]
    pub(crate) header: Header,
    #[netlink(KM_NEST = 1, nested)]
    pub(crate) nest: Option<Leaf>,
    #[netlink(KM_SELF = 2, nested)]
    pub(crate) self_: Option<Deep>,
    #[netlink(KM_MULTI = 3, multi)]
    pub(crate) multi: Vec<u32>,
    #[netlink(KM_MULTISTRING = 4, multi)]
    pub(crate) multistring: Vec<NlString>,
    #[netlink(KM_MULTINEST = 5, nested, multi)]
    pub(crate) multinest: Vec<Leaf>,
    #[netlink(KM_MULTIARRAY = 6, array, multi)]
    pub(crate) multiarray: Vec<Vec<u16>>,
    #[netlink(KM_INDEXED = 7, indexed)]
    pub(crate) indexed: Option<Vec<(u16, u32)>>,
    #[netlink(KM_INDEXEDBE = 8, net, indexed)]
    pub(crate) indexedbe: Option<Vec<(u16, u16)>>,
    #[netlink(KM_INDEXEDSTRING = 9, indexed)]
    pub(crate) indexedstring: Option<Vec<(u16, NlString)>>,
    #[netlink(KM_INDEXEDNEST = 10, nested, indexed)]
    pub(crate) indexednest: Option<Vec<(u16, Leaf)>>,
    #[netlink(KM_INDEXEDARRAY = 11, array, be, indexed)]
    pub(crate) indexedarray: Option<Vec<(u16, Vec<u32>)>>,
    #[netlink(KM_INDEXEDSTRUCT = 12, struct, indexed)]
    pub(crate) indexedstruct: Option<Vec<(u16, Point)>>,
    #[netlink(KM_BYID = 13, nested, type_value(id))]
    pub(crate) byid: Option<Vec<([u16; 1], Leaf)>>,
    #[netlink(KM_BYPAIR = 14, nested, type_value(policy_id, attr_id))]
    pub(crate) bypair: Option<Vec<([u16; 2], Leaf)>>,
    #[netlink(KM_ARRAY = 15, array)]
    pub(crate) array: Option<Vec<u32>>,
    #[netlink(KM_ARRAYBE = 16, array, be)]
    pub(crate) arraybe: Option<Vec<u16>>,
    #[netlink(KM_ARRAYSHAPE = 17, array, u32)]
    pub(crate) arrayshape: Option<Vec<Shape>>,
    #[netlink(KM_ARRAYSTRUCT = 18, array, struct)]
    pub(crate) arraystruct: Option<Vec<Point>>,
    #[netlink(KM_ARRAYPADDED = 19, array, struct)]
    pub(crate) arraypadded: Option<Vec<Padded>>,
    #[netlink(KM_ARRAYIP4 = 20, array)]
    pub(crate) arrayip4: Option<Vec<Ipv4Addr>>,
    #[netlink(KM_ARRAYIP6 = 21, array)]
    pub(crate) arrayip6: Option<Vec<Ipv6Addr>>,
    #[netlink(KM_RECORDS = 22, records)]
    pub(crate) records: Option<Vec<RecLeaf>>,
    #[netlink(KM_SMALL = 23, records)]
    pub(crate) small: Option<Vec<SmallLeaf>>,
    #[netlink(rest)]
    pub(crate) rest: Rest,
}

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
#[netlink(debug)]
pub(crate) struct Deep {
    #[netlink(KD_NUMBER = 1)]
    pub(crate) number: Option<u32>,
    #[netlink(KD_SELF = 2, nested)]
    pub(crate) self_: Option<Box<Deep>>,
    #[netlink(rest)]
    pub(crate) rest: Rest,
}

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
#[netlink(debug)]
pub(crate) struct RecLeaf {
    #[netlink(header)]
    pub(crate) header: Rec,
    #[netlink(KL_ID = 1)]
    pub(crate) id: Option<u32>,
    #[netlink(KL_NAME = 2)]
    pub(crate) name: Option<NlString>,
    #[netlink(rest)]
    pub(crate) rest: Rest,
}

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
#[netlink(debug)]
pub(crate) struct SmallLeaf {
    #[netlink(header)]
    pub(crate) header: SmallRec,
    #[netlink(KL_ID = 1)]
    pub(crate) id: Option<u32>,
    #[netlink(KL_NAME = 2)]
    pub(crate) name: Option<NlString>,
    #[netlink(rest)]
    pub(crate) rest: Rest,
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(rec, size = 8, length = rec_len)]
pub(crate) struct Rec {
    #[netlink(0)]
    pub(crate) rec_len: u16,
    #[netlink(2)]
    pub(crate) rec_kind: u16,
    #[netlink(4)]
    pub(crate) rec_index: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(small_rec, size = 2, length = small_len)]
pub(crate) struct SmallRec {
    #[netlink(0)]
    pub(crate) small_len: u8,
    #[netlink(1)]
    pub(crate) small_kind: u8,
}
