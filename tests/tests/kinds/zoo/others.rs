//! Messages of other protocols: generic netlink with a user header, a netfilter subsystem.

use super::common::Leaf;
use netlink_runtime::prelude::*;

#[derive(NetlinkOp)]
#[netlink(
    family = "kinds",
    version = 2,
    do,
    dump,
    request(KINDS_CMD_GET = 1, Reading),
    reply(KINDS_CMD_NEW = 2, Reading)
)]
pub(crate) struct Get;

#[derive(Clone, Default, PartialEq, NetlinkMessage)]
#[netlink(debug)]
pub(crate) struct Reading {
    #[netlink(header)]
    pub(crate) header: GenlHeader,
    #[netlink(KG_ID = 1)]
    pub(crate) id: u32,
    #[netlink(KG_LEAF = 2, nested)]
    pub(crate) leaf: Option<Leaf>,
    #[netlink(KG_LIST = 3, array)]
    pub(crate) list: Vec<u16>,
    #[netlink(rest)]
    pub(crate) rest: Rest,
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(kinds_genl_hdr, size = 4)]
pub(crate) struct GenlHeader {
    #[netlink(0)]
    pub(crate) port: u32,
}

#[derive(NetlinkOp)]
#[netlink(protocol = 12, do, dump, request(KINDS_NF_GET = 2305, Rule), reply(KINDS_NF_NEW = 2306, Rule))]
pub(crate) struct GetRules;

#[derive(Clone, Default, PartialEq, NetlinkMessage)]
#[netlink(debug)]
pub(crate) struct Rule {
    #[netlink(header)]
    pub(crate) header: Nfgenmsg,
    #[netlink(KF_ID = 1, be)]
    pub(crate) id: Option<u32>,
    #[netlink(rest)]
    pub(crate) rest: Rest,
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(nfgenmsg, size = 4)]
pub(crate) struct Nfgenmsg {
    #[netlink(0)]
    pub(crate) nfgen_family: u8,
    #[netlink(1)]
    pub(crate) version: u8,
    #[netlink(2, be)]
    pub(crate) res_id: u16,
}
