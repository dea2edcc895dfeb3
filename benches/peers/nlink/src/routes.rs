//! Routes.

use crate::{messages, payloads};
use bench_harness::Sum;
use nlink::RouteMessage;
use nlink::netlink::attr::get;
use nlink::netlink::message::{NLM_F_ACK, NLM_F_CREATE, NLM_F_REQUEST};
use nlink::netlink::parse::parse_ip_addr;
use nlink::netlink::route::{Ipv4Route, ResolvedRouteInterfaces, RouteConfig};
use nlink::netlink::types::route::RtMsg;
use nlink::netlink::{AttrIter, MessageBuilder, MessageIter, NlMsgType};
use std::net::{IpAddr, Ipv4Addr};

const AF_INET: u8 = 2;
const RTA_DST: u16 = 1;
const RTA_OIF: u16 = 4;
const RTA_GATEWAY: u16 = 5;
const RTA_PRIORITY: u16 = 6;

/// An address as a number, as C reads it.
#[inline]
fn number(address: Option<&IpAddr>) -> u64 {
    match address {
        Some(IpAddr::V4(v4)) => u32::from(*v4).into(),
        _ => 0,
    }
}

/// Destination, gateway and device.
#[inline]
pub fn three(route: &RouteMessage) -> u64 {
    number(route.destination())
        + u64::from(route.dst_len())
        + number(route.gateway())
        + u64::from(route.oif().unwrap_or(0))
}

pub fn message(data: &[u8]) -> Sum {
    messages(data, NlMsgType::RTM_NEWROUTE, three)
}

/// What nlink keeps of a route: its header, the addresses and numbers, the next hops with gateway and type of
/// encapsulation, fourteen metrics with locks and the congestion control, the labels of MPLS. Not kept are, among
/// others, other encapsulations, the cache's information, the other metrics, ports and marks. Reading it is the same
/// work as `routes3`.
pub fn owned(data: &[u8]) -> Sum {
    message(data)
}

/// The same by the iterator of attributes, which knows none of them.
pub fn attrs(data: &[u8]) -> Sum {
    payloads(data, NlMsgType::RTM_NEWROUTE, |payload| {
        let (Ok(header), Some(attrs)) = (RtMsg::from_bytes(payload), payload.get(RtMsg::SIZE..)) else {
            return 0;
        };
        let mut sum = u64::from(header.rtm_dst_len);
        for (kind, payload) in AttrIter::new(attrs) {
            sum += match kind {
                RTA_DST | RTA_GATEWAY => number(parse_ip_addr(payload, header.rtm_family).ok().as_ref()),
                RTA_OIF => get::u32_ne(payload).map_or(0, u64::from),
                _ => 0,
            };
        }
        sum
    })
}

/// Gateways of routes without a destination.
pub fn defaults_message(data: &[u8]) -> Sum {
    messages(data, NlMsgType::RTM_NEWROUTE, |route: &RouteMessage| match route.destination() {
        None => number(route.gateway()),
        Some(_) => 0,
    })
}

pub fn defaults_attrs(data: &[u8]) -> Sum {
    payloads(data, NlMsgType::RTM_NEWROUTE, |payload| {
        let (Ok(header), Some(attrs)) = (RtMsg::from_bytes(payload), payload.get(RtMsg::SIZE..)) else {
            return 0;
        };
        let find = |wanted| AttrIter::new(attrs).find(|(kind, _)| *kind == wanted);
        if find(RTA_DST).is_some() {
            return 0;
        }
        let gateway = find(RTA_GATEWAY).and_then(|(_, to)| parse_ip_addr(to, header.rtm_family).ok());
        number(gateway.as_ref())
    })
}

/// As many requests as there are messages. The builder owns its buffer, each request is in a new one.
#[inline(always)]
fn build(data: &[u8], one: impl Fn(&mut MessageBuilder, u32)) -> Sum {
    let mut sum = Sum::default();
    for (n, _) in (0..).zip(MessageIter::new(data)) {
        let mut builder =
            MessageBuilder::new(NlMsgType::RTM_NEWROUTE, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE);
        one(&mut builder, n);
        builder.set_seq(n);
        sum.messages += 1;
        sum.checksum += builder.finish().len() as u64;
    }
    sum
}

/// By the type of a route, as a connection does it.
pub fn build_route(data: &[u8]) -> Sum {
    let interfaces = ResolvedRouteInterfaces { oif: Some(2), multipath: Vec::new() };
    build(data, |builder, n| {
        Ipv4Route::from_addr(Ipv4Addr::from(n << 8), 24)
            .gateway(Ipv4Addr::new(10, 0, 0, 1))
            .priority(n)
            .write_add(builder, &interfaces);
    })
}

/// Attribute by attribute.
pub fn build_builder(data: &[u8]) -> Sum {
    build(data, |builder, n| {
        builder.append(&RtMsg::new().with_family(AF_INET).with_dst_len(24));
        builder.append_attr(RTA_DST, &Ipv4Addr::from(n << 8).octets());
        builder.append_attr_u32(RTA_OIF, 2);
        builder.append_attr(RTA_GATEWAY, &[10, 0, 0, 1]);
        builder.append_attr_u32(RTA_PRIORITY, n);
    })
}
