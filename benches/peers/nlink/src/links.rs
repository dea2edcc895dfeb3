//! Links.

use crate::{messages, payloads};
use bench_harness::Sum;
use bench_harness::links::*;
use nlink::LinkMessage;
use nlink::netlink::attr::get;
use nlink::netlink::types::link::IfInfoMsg;
use nlink::netlink::{AttrIter, NlMsgType};

#[inline]
fn text(text: Option<&str>) -> u64 {
    text.map_or(0, |text| first(text.as_bytes()))
}

#[inline]
fn bytes(bytes: Option<&[u8]>) -> u64 {
    bytes.map_or(0, first)
}

#[inline]
fn number(number: Option<u32>) -> u64 {
    u64::from(number.unwrap_or(0))
}

/// Eight fields.
pub fn message8(data: &[u8]) -> Sum {
    messages(data, NlMsgType::RTM_NEWLINK, |link: &LinkMessage| {
        u64::from(link.ifindex())
            + text(link.name())
            + bytes(link.address())
            + number(link.mtu())
            + number(link.master())
            + number(link.txqlen())
            + number(link.group())
            + text(link.link_info().and_then(|info| info.kind()))
    })
}

/// Sixteen attributes without `IFLA_CARRIER_CHANGES`, which nlink does not have: the sum is another than C's.
pub fn message16(data: &[u8]) -> Sum {
    messages(data, NlMsgType::RTM_NEWLINK, |link: &LinkMessage| {
        text(link.name())
            + text(link.qdisc())
            + bytes(link.address())
            + bytes(link.broadcast())
            + number(link.mtu())
            + number(link.link())
            + number(link.master())
            + number(link.txqlen())
            + number(link.group())
            + number(link.promiscuity())
            + number(link.num_tx_queues())
            + number(link.num_rx_queues())
            + number(link.gso_max_size())
            + number(link.min_mtu())
            + number(link.max_mtu())
    })
}

/// What nlink keeps of a link: its header, names, addresses, the numbers that it has fields for, altnames, the first ten
/// of `IFLA_STATS64`, the settings of IPv4 and IPv6; the data of kinds and ports as they came. Not kept are, among
/// others, `IFLA_STATS`, `IFLA_MAP`, `IFLA_XDP`, the carrier's counters, the other statistics, IPv6's statistics and
/// cache.
pub fn owned(data: &[u8]) -> Sum {
    messages(data, NlMsgType::RTM_NEWLINK, |link: &LinkMessage| u64::from(link.ifindex()))
}

/// The numbers among the attributes of a link, by the iterator of attributes, which knows none of them.
#[inline(always)]
fn attrs(data: &[u8], header: fn(&IfInfoMsg) -> u64, one: impl Fn(u16, &[u8]) -> u64) -> Sum {
    payloads(data, NlMsgType::RTM_NEWLINK, |payload| {
        match (IfInfoMsg::from_bytes(payload), payload.get(IfInfoMsg::SIZE..)) {
            (Ok(start), Some(attrs)) => {
                AttrIter::new(attrs).fold(header(start), |sum, (kind, payload)| sum + one(kind, payload))
            }
            _ => 0,
        }
    })
}

pub fn attrs8(data: &[u8]) -> Sum {
    let index = |header: &IfInfoMsg| u64::from(header.ifi_index.cast_unsigned());
    attrs(data, index, |kind, payload| match kind {
        IFLA_IFNAME => text(get::string(payload).ok()),
        IFLA_ADDRESS => first(payload),
        IFLA_MTU | IFLA_MASTER | IFLA_TXQLEN | IFLA_GROUP => number(get::u32_ne(payload).ok()),
        IFLA_LINKINFO => AttrIter::new(payload)
            .find(|(kind, _)| *kind == IFLA_INFO_KIND)
            .map_or(0, |(_, kind)| text(get::string(kind).ok())),
        _ => 0,
    })
}

pub fn attrs16(data: &[u8]) -> Sum {
    attrs(
        data,
        |_| 0,
        |kind, payload| match kind {
            IFLA_IFNAME | IFLA_QDISC => text(get::string(payload).ok()),
            IFLA_ADDRESS | IFLA_BROADCAST => first(payload),
            IFLA_MTU | IFLA_LINK | IFLA_MASTER | IFLA_TXQLEN | IFLA_GROUP | IFLA_PROMISCUITY
            | IFLA_NUM_TX_QUEUES | IFLA_NUM_RX_QUEUES | IFLA_GSO_MAX_SIZE | IFLA_MIN_MTU | IFLA_MAX_MTU
            | IFLA_CARRIER_CHANGES => number(get::u32_ne(payload).ok()),
            _ => 0,
        },
    )
}
