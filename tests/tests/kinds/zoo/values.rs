//! Text, bytes, addresses.

use super::common::Header;
use netlink_runtime::prelude::*;

#[derive(Clone, Default, PartialEq, NetlinkMessage)]
#[netlink(debug, pad(KV_PADZERO = 0, KV_PAD = 13), unused(KV_DEAD = 14))]
pub(crate) struct Values {
    #[netlink(header)]
    pub(crate) header: Header,
    #[netlink(KV_FLAG = 1)]
    pub(crate) flag: bool,
    #[netlink(KV_STRING = 2)]
    pub(crate) string: Option<NlString>,
    #[netlink(KV_BOUNDED = 3, min_len = 1, max_len = 15)]
    pub(crate) bounded: Option<NlString>,
    #[netlink(KV_UNTERMINATED = 4, unterminated)]
    pub(crate) unterminated: Option<NlString>,
    #[netlink(KV_BINARY = 5)]
    pub(crate) binary: Option<Vec<u8>>,
    #[netlink(KV_COOKIE = 6, exact_len = 8)]
    pub(crate) cookie: Option<Vec<u8>>,
    #[netlink(KV_MAC = 7)]
    pub(crate) mac: Option<HwAddr>,
    #[netlink(KV_IP4 = 8)]
    pub(crate) ip4: Option<Ipv4Addr>,
    #[netlink(KV_IP6 = 9)]
    pub(crate) ip6: Option<Ipv6Addr>,
    #[netlink(KV_IP = 10)]
    pub(crate) ip: Option<IpAddr>,
    #[netlink(KV_IPBY = 11, by(header.family))]
    pub(crate) ipby: Option<Address>,
    #[netlink(KV_LABELS = 12)]
    pub(crate) labels: Option<LabelStack>,
    #[netlink(KV_NETIP4 = 15, net)]
    pub(crate) netip4: Option<Ipv4Addr>,
    #[netlink(KV_NETIP6 = 16, net)]
    pub(crate) netip6: Option<Ipv6Addr>,
    #[netlink(KV_SOCKADDR = 17)]
    pub(crate) sockaddr: Option<SocketAddr>,
    #[netlink(rest)]
    pub(crate) rest: Rest,
}
