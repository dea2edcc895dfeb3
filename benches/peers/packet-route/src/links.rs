//! Links.

use crate::messages::{decoded, raw, valid};
use bench_harness::Sum;
use bench_harness::links::*;
use netlink_packet_core::{NlasIterator, parse_u32};
use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::link::{LinkAttribute, LinkInfo, LinkMessage};
use std::fmt::{Display, Write};

const RTM_NEWLINK: u16 = 16;

/// Adds up what `one` gives for each link.
#[inline(always)]
pub fn links(data: &[u8], one: impl Fn(&LinkMessage) -> u64) -> Sum {
    decoded(data, |message| match message {
        RouteNetlinkMessage::NewLink(link) => Some(one(&link)),
        _ => None,
    })
}

/// The first byte of a text or address, or 0.
#[inline]
pub fn first(bytes: impl AsRef<[u8]>) -> u64 {
    bytes.as_ref().first().map_or(0, |b| u64::from(*b))
}

/// The first byte of what is an enum, whose text is written.
pub fn first_of(kind: impl Display) -> u64 {
    struct First(Option<u8>);
    impl Write for First {
        fn write_str(&mut self, text: &str) -> std::fmt::Result {
            self.0 = self.0.or(text.bytes().next());
            Ok(())
        }
    }
    let mut text = First(None);
    // This writer has no errors.
    let _ = write!(text, "{kind}");
    text.0.map_or(0, u64::from)
}

/// Eight fields of a link as it is decoded.
pub fn eight(data: &[u8]) -> Sum {
    links(data, |link| {
        let mut sum = u64::from(link.header.index);
        for attribute in &link.attributes {
            sum += match attribute {
                LinkAttribute::IfName(name) => first(name),
                LinkAttribute::Address(address) => first(address),
                LinkAttribute::Mtu(n)
                | LinkAttribute::Controller(n)
                | LinkAttribute::TxQueueLen(n)
                | LinkAttribute::Group(n) => u64::from(*n),
                LinkAttribute::LinkInfo(infos) => infos
                    .iter()
                    .map(|info| match info {
                        LinkInfo::Kind(kind) => first_of(kind),
                        _ => 0,
                    })
                    .sum(),
                _ => 0,
            };
        }
        sum
    })
}

/// Sixteen attributes of a link as it is decoded.
pub fn sixteen(data: &[u8]) -> Sum {
    links(data, |link| {
        let mut sum = 0;
        for attribute in &link.attributes {
            sum += match attribute {
                LinkAttribute::IfName(text) | LinkAttribute::Qdisc(text) => first(text),
                LinkAttribute::Address(address) | LinkAttribute::Broadcast(address) => first(address),
                LinkAttribute::Mtu(n)
                | LinkAttribute::Link(n)
                | LinkAttribute::Controller(n)
                | LinkAttribute::TxQueueLen(n)
                | LinkAttribute::Group(n)
                | LinkAttribute::Promiscuity(n)
                | LinkAttribute::NumTxQueues(n)
                | LinkAttribute::NumRxQueues(n)
                | LinkAttribute::GsoMaxSize(n)
                | LinkAttribute::MinMtu(n)
                | LinkAttribute::MaxMtu(n)
                | LinkAttribute::CarrierChanges(n) => u64::from(*n),
                _ => 0,
            };
        }
        sum
    })
}

/// Every link as an owned value; the index of it.
pub fn owned(data: &[u8]) -> Sum {
    links(data, |link| u64::from(link.header.index))
}

/// A number in an attribute, or 0.
fn number(value: &[u8]) -> u64 {
    parse_u32(value).map_or(0, u64::from)
}

/// Eight fields, without decoding others.
pub fn eight_nlas(data: &[u8]) -> Sum {
    raw(data, RTM_NEWLINK, |header: &[u8; 16], attributes| {
        let mut sum = number(&header[4..8]);
        for attribute in valid(attributes) {
            let value = attribute.value();
            sum += match attribute.kind() {
                IFLA_IFNAME | IFLA_ADDRESS => first(value),
                IFLA_MTU | IFLA_MASTER | IFLA_TXQLEN | IFLA_GROUP => number(value),
                IFLA_LINKINFO => valid(NlasIterator::new(value))
                    .filter(|info| info.kind() == IFLA_INFO_KIND)
                    .map(|info| first(info.value()))
                    .sum(),
                _ => 0,
            };
        }
        sum
    })
}

/// Sixteen attributes, without decoding others.
pub fn sixteen_nlas(data: &[u8]) -> Sum {
    raw(data, RTM_NEWLINK, |_: &[u8; 16], attributes| {
        let mut sum = 0;
        for attribute in valid(attributes) {
            let value = attribute.value();
            sum += match attribute.kind() {
                IFLA_IFNAME | IFLA_QDISC | IFLA_ADDRESS | IFLA_BROADCAST => first(value),
                IFLA_MTU | IFLA_LINK | IFLA_MASTER | IFLA_TXQLEN | IFLA_GROUP | IFLA_PROMISCUITY
                | IFLA_NUM_TX_QUEUES | IFLA_NUM_RX_QUEUES | IFLA_GSO_MAX_SIZE | IFLA_MIN_MTU
                | IFLA_MAX_MTU | IFLA_CARRIER_CHANGES => number(value),
                _ => 0,
            };
        }
        sum
    })
}
