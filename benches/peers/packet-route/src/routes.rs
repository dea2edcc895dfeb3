//! Routes.

use crate::messages::{count, decoded, raw, valid};
use bench_harness::Sum;
use netlink_packet_core::{NLM_F_CREATE, NLM_F_REQUEST, NetlinkMessage, parse_u32, parse_u32_be};
use netlink_packet_route::route::{RouteAddress, RouteAttribute, RouteMessage};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};
use std::net::Ipv4Addr;

const RTM_NEWROUTE: u16 = 24;
const RTA_DST: u16 = 1;
const RTA_OIF: u16 = 4;
const RTA_GATEWAY: u16 = 5;

/// An address as a number, as C reads it.
fn number(address: &RouteAddress) -> u64 {
    match address {
        RouteAddress::Inet(v4) => u64::from(u32::from(*v4)),
        _ => 0,
    }
}

/// Destination, prefix length, gateway and device.
#[inline]
pub fn sum_of(route: &RouteMessage) -> u64 {
    let mut sum = u64::from(route.header.destination_prefix_length);
    for attribute in &route.attributes {
        sum += match attribute {
            RouteAttribute::Destination(address) | RouteAttribute::Gateway(address) => number(address),
            RouteAttribute::Oif(index) => u64::from(*index),
            _ => 0,
        };
    }
    sum
}

/// Every route as an owned value, of which destination, gateway and device are looked at.
pub fn three(data: &[u8]) -> Sum {
    decoded(data, |message| match message {
        RouteNetlinkMessage::NewRoute(route) => Some(sum_of(&route)),
        _ => None,
    })
}

/// The same attributes, and no others.
pub fn three_nlas(data: &[u8]) -> Sum {
    raw(data, RTM_NEWROUTE, |header: &[u8; 12], attributes| {
        let mut sum = u64::from(header[1]);
        for attribute in valid(attributes) {
            sum += match attribute.kind() {
                RTA_DST | RTA_GATEWAY => parse_u32_be(attribute.value()).map_or(0, u64::from),
                RTA_OIF => parse_u32(attribute.value()).map_or(0, u64::from),
                _ => 0,
            };
        }
        sum
    })
}

/// Gateways of routes without a destination.
pub fn defaults(data: &[u8]) -> Sum {
    decoded(data, |message| {
        let RouteNetlinkMessage::NewRoute(route) = message else { return None };
        let mut gateway = 0;
        for attribute in &route.attributes {
            match attribute {
                RouteAttribute::Destination(_) => return Some(0),
                RouteAttribute::Gateway(address) => gateway = number(address),
                _ => {}
            }
        }
        Some(gateway)
    })
}

/// The same, without decoding other attributes.
pub fn defaults_nlas(data: &[u8]) -> Sum {
    raw(data, RTM_NEWROUTE, |_: &[u8; 12], attributes| {
        let mut gateway = 0;
        for attribute in valid(attributes) {
            match attribute.kind() {
                RTA_DST => return 0,
                RTA_GATEWAY => gateway = parse_u32_be(attribute.value()).map_or(0, u64::from),
                _ => {}
            }
        }
        gateway
    })
}

/// Requests for the routes, built one after the other in one buffer; the sum of their lengths.
pub fn build(data: &[u8]) -> Sum {
    let (mut out, mut sum) = (Vec::with_capacity(4096), Sum::default());
    // As many as there are messages, so that one number is comparable with the others.
    for n in 0..count(data) {
        let mut route = RouteMessage::default();
        route.header.address_family = AddressFamily::Inet;
        route.header.destination_prefix_length = 24;
        route.attributes = vec![
            RouteAttribute::Destination(Ipv4Addr::from(n << 8).into()),
            RouteAttribute::Oif(2),
            RouteAttribute::Gateway(Ipv4Addr::new(10, 0, 0, 1).into()),
            RouteAttribute::Priority(n),
        ];
        let mut request = NetlinkMessage::from(RouteNetlinkMessage::NewRoute(route));
        request.header.flags = NLM_F_REQUEST | NLM_F_CREATE;
        request.finalize();
        out.resize(request.header.length as usize, 0);
        request.serialize(&mut out);
        sum.messages += 1;
        sum.checksum += out.len() as u64;
    }
    sum
}
