//! Some attributes of links.

use crate::payloads;
use bench_harness::Sum;
use netlink_bindings::rt_link::{
    Ifinfomsg, IterableLinkAttrs, IterableLinkinfoAttrs, LinkAttrs, LinkinfoAttrs, OpGetlinkDump,
};
use netlink_bindings::traits::NetlinkRequest;
use std::ffi::CStr;

pub const RTM_NEWLINK: u16 = 16;

#[inline(always)]
fn sum<'a>(data: &'a [u8], one: impl Fn(&Ifinfomsg, IterableLinkAttrs<'a>) -> u64) -> Sum {
    payloads(data, RTM_NEWLINK, |payload| {
        let (header, attrs) = OpGetlinkDump::decode_reply(payload);
        one(&header, attrs)
    })
}

pub use bench_harness::links::first;

/// The first byte of a text, or 0.
#[inline]
pub fn letter(text: &CStr) -> u64 {
    first(text.to_bytes())
}

#[inline]
fn index(header: &Ifinfomsg) -> u64 {
    u64::from(header.ifi_index.cast_unsigned())
}

/// Eight fields, each by its accessor.
pub fn get8(data: &[u8]) -> Sum {
    sum(data, |header, link| {
        index(header)
            + link.get_ifname().map_or(0, letter)
            + link.get_address().map_or(0, first)
            + link.get_mtu().map_or(0, u64::from)
            + link.get_master().map_or(0, u64::from)
            + link.get_txqlen().map_or(0, u64::from)
            + link.get_group().map_or(0, u64::from)
            + link.get_linkinfo().and_then(|info| info.get_kind()).map_or(0, letter)
    })
}

/// The same in one loop.
pub fn iterate8(data: &[u8]) -> Sum {
    sum(data, |header, link| {
        let mut sum = index(header);
        for attr in link {
            sum += match attr {
                Ok(LinkAttrs::Ifname(name)) => letter(name),
                Ok(LinkAttrs::Address(address)) => first(address),
                Ok(LinkAttrs::Mtu(n) | LinkAttrs::Master(n) | LinkAttrs::Txqlen(n) | LinkAttrs::Group(n)) => {
                    u64::from(n)
                }
                Ok(LinkAttrs::Linkinfo(info)) => kind(info),
                Ok(_) => 0,
                Err(_) => break,
            };
        }
        sum
    })
}

#[inline]
fn kind(mut info: IterableLinkinfoAttrs<'_>) -> u64 {
    info.find_map(|attr| match attr {
        Ok(LinkinfoAttrs::Kind(kind)) => Some(letter(kind)),
        _ => None,
    })
    .unwrap_or(0)
}

/// Sixteen attributes, each by its accessor.
pub fn get16(data: &[u8]) -> Sum {
    sum(data, |_, link| {
        link.get_ifname().map_or(0, letter)
            + link.get_qdisc().map_or(0, letter)
            + link.get_address().map_or(0, first)
            + link.get_broadcast().map_or(0, first)
            + link.get_mtu().map_or(0, u64::from)
            + link.get_link().map_or(0, u64::from)
            + link.get_master().map_or(0, u64::from)
            + link.get_txqlen().map_or(0, u64::from)
            + link.get_group().map_or(0, u64::from)
            + link.get_promiscuity().map_or(0, u64::from)
            + link.get_num_tx_queues().map_or(0, u64::from)
            + link.get_num_rx_queues().map_or(0, u64::from)
            + link.get_gso_max_size().map_or(0, u64::from)
            + link.get_min_mtu().map_or(0, u64::from)
            + link.get_max_mtu().map_or(0, u64::from)
            + link.get_carrier_changes().map_or(0, u64::from)
    })
}

/// The same in one loop.
pub fn iterate16(data: &[u8]) -> Sum {
    sum(data, |_, link| {
        let mut sum = 0;
        for attr in link {
            sum += match attr {
                Ok(LinkAttrs::Ifname(text) | LinkAttrs::Qdisc(text)) => letter(text),
                Ok(LinkAttrs::Address(bytes) | LinkAttrs::Broadcast(bytes)) => first(bytes),
                Ok(
                    LinkAttrs::Mtu(n)
                    | LinkAttrs::Link(n)
                    | LinkAttrs::Master(n)
                    | LinkAttrs::Txqlen(n)
                    | LinkAttrs::Group(n)
                    | LinkAttrs::Promiscuity(n)
                    | LinkAttrs::NumTxQueues(n)
                    | LinkAttrs::NumRxQueues(n)
                    | LinkAttrs::GsoMaxSize(n)
                    | LinkAttrs::MinMtu(n)
                    | LinkAttrs::MaxMtu(n)
                    | LinkAttrs::CarrierChanges(n),
                ) => u64::from(n),
                Ok(_) => 0,
                Err(_) => break,
            };
        }
        sum
    })
}
