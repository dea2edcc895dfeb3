//! Links.

use bench_harness::Sum;
use netlink_families::rt_link::{Link, LinkView};
use netlink_runtime::DecodeError;
use netlink_runtime::message::Messages;
use netlink_runtime::prelude::*;
use netlink_runtime::types::HwAddr;
use netlink_runtime::walk::{Body, Node, StructRef, Value, Visitor};
use std::convert::Infallible;

const RTM_NEWLINK: u16 = 16;

/// Adds up what `one` gives for the payload of each link.
#[inline(always)]
fn payloads<'a>(data: &'a [u8], one: impl Fn(&'a [u8]) -> Result<u64, DecodeError>) -> Sum {
    let mut sum = Sum::default();
    for message in Messages::new(data) {
        let Ok(message) = message else { break };
        if message.header.message_type == RTM_NEWLINK {
            sum.messages += 1;
            sum.checksum = sum.checksum.wrapping_add(one(message.payload()).unwrap_or(0));
        }
    }
    sum
}

#[inline(always)]
pub(crate) fn sum<'a>(data: &'a [u8], one: impl Fn(LinkView<'a>) -> Result<u64, DecodeError>) -> Sum {
    payloads(data, |payload| LinkView::parse(payload).and_then(&one))
}

pub(crate) use bench_harness::links::first;

#[derive(NetlinkMessage)]
#[netlink(of = Link)]
struct Eight<'a> {
    #[netlink(header.ifi_index)]
    index: i32,
    ifname: Option<NlStr<'a>>,
    mtu: Option<u32>,
    address: Option<HwAddr>,
    master: Option<u32>,
    txqlen: Option<u32>,
    group: Option<u32>,
    #[netlink(linkinfo.kind)]
    kind: Option<NlStr<'a>>,
}

/// Eight fields of a link, one of them in a nest, in one pass.
pub fn projection8(data: &[u8]) -> Sum {
    sum(data, |link| {
        let eight = link.project::<Eight<'_>>()?;
        Ok(u64::from(eight.index.cast_unsigned())
            + eight.ifname.map_or(0, |n| first(n.payload()))
            + eight.address.map_or(0, |a| first(a.as_bytes()))
            + u64::from(eight.mtu.unwrap_or(0))
            + u64::from(eight.master.unwrap_or(0))
            + u64::from(eight.txqlen.unwrap_or(0))
            + u64::from(eight.group.unwrap_or(0))
            + eight.kind.map_or(0, |k| first(k.payload())))
    })
}

/// Sixteen attributes of a link by accessors.
macro_rules! sixteen {
    ($link:expr) => {{
        let link = $link;
        let number = |n: Option<u32>| u64::from(n.unwrap_or(0));
        Ok(link.ifname()?.map_or(0, |n| first(n.payload()))
            + link.qdisc()?.map_or(0, |n| first(n.payload()))
            + link.address()?.map_or(0, |a| first(a.as_bytes()))
            + link.broadcast()?.map_or(0, |a| first(a.as_bytes()))
            + number(link.mtu()?)
            + number(link.link()?)
            + number(link.master()?)
            + number(link.txqlen()?)
            + number(link.group()?)
            + number(link.promiscuity()?)
            + number(link.num_tx_queues()?)
            + number(link.num_rx_queues()?)
            + number(link.gso_max_size()?)
            + number(link.min_mtu()?)
            + number(link.max_mtu()?)
            + number(link.carrier_changes()?))
    }};
}

/// Each looked for.
pub fn view16(data: &[u8]) -> Sum {
    sum(data, |link| sixteen!(&link))
}

/// By an index.
pub fn index16(data: &[u8]) -> Sum {
    sum(data, |link| sixteen!(link.indexed()))
}

/// Sums every integer and the first byte of every text, address and run of bytes, in all nests and structs.
struct All(u64);

/// What a value adds.
#[inline(always)]
fn worth(value: &Value<'_>) -> u64 {
    match value {
        Value::Unsigned(n, _) => *n,
        Value::Signed(n, _) => n.cast_unsigned(),
        value => worth_of_other(value),
    }
}

#[inline(never)]
fn worth_of_other(value: &Value<'_>) -> u64 {
    match value {
        Value::Text(text) => first(text.payload()),
        Value::Bytes(bytes) => first(bytes),
        Value::Mac(mac) => first(mac.as_bytes()),
        Value::Struct(of) => members(of),
        Value::Array(items) => items.iter().fold(0, |sum: u64, value| sum.wrapping_add(worth(&value))),
        _ => 0,
    }
}

fn members(of: &StructRef<'_>) -> u64 {
    of.members().fold(0, |sum: u64, (_, value)| sum.wrapping_add(worth(&value)))
}

impl<'a> Visitor<'a> for All {
    type Stop = Infallible;

    fn value(&mut self, _: &Node<'a>, value: Value<'a>) -> Result<(), Infallible> {
        self.0 = self.0.wrapping_add(worth(&value));
        Ok(())
    }
}

/// Every attribute with its type, by metadata.
pub fn all(data: &[u8]) -> Sum {
    payloads(data, |payload| {
        let mut all = All(0);
        if let Ok(body) = Body::parse(Link::meta(), payload) {
            if let Some(header) = body.header() {
                all.0 = members(&header);
            }
            let Ok(()) = body.walk(&mut all);
        }
        Ok(all.0)
    })
}

/// Everything as an owned value; the index of it.
pub fn owned(data: &[u8]) -> Sum {
    sum(data, |link| Ok(u64::from(Link::decode(link)?.header.ifi_index.cast_unsigned())))
}
