//! Routes.

use bench_harness::Sum;
use netlink_families::common::RouteFamily;
use netlink_families::rt_route::{NewRoute, Route, RouteView, Rtmsg};
use netlink_runtime::build::{Enc, SetBuilder};
use netlink_runtime::message::{Header as NlMsgHdr, Messages, NLM_F_CREATE, NLM_F_REQUEST};
use netlink_runtime::prelude::*;
use netlink_runtime::types::Address;
use netlink_runtime::{DecodeError, EncodeError, Request};
use std::net::{IpAddr, Ipv4Addr};

const RTM_NEWROUTE: u16 = 24;

/// Adds up what `one` gives for each route.
#[inline(always)]
fn sum<'a>(data: &'a [u8], mut one: impl FnMut(RouteView<'a>, &mut u64) -> Result<(), DecodeError>) -> Sum {
    let mut sum = Sum::default();
    for message in Messages::new(data) {
        let Ok(message) = message else { break };
        if message.header.message_type != RTM_NEWROUTE {
            continue;
        }
        sum.messages += 1;
        if RouteView::parse(message.payload()).and_then(|route| one(route, &mut sum.checksum)).is_err() {
            break;
        }
    }
    sum
}

/// An address as a number, as C reads it.
#[inline]
fn number(address: Option<IpAddr>) -> u64 {
    match address {
        Some(IpAddr::V4(v4)) => u32::from(v4).into(),
        _ => 0,
    }
}

#[inline]
fn target(address: Option<Address>) -> u64 {
    match address {
        Some(Address::Ip(ip)) => number(Some(ip)),
        _ => 0,
    }
}

/// Destination, gateway and device by accessors, with all outcomes.
#[inline(always)]
pub fn by_view(route: &RouteView<'_>) -> Result<u64, DecodeError> {
    Ok(target(route.dst()?)
        + u64::from(route.header().rtm_dst_len)
        + number(route.gateway()?)
        + u64::from(route.oif()?.unwrap_or(0)))
}

/// The same of a whole file.
pub fn view(data: &[u8]) -> Sum {
    sum(data, |route, sum| {
        *sum += by_view(&route)?;
        Ok(())
    })
}

#[derive(NetlinkMessage)]
#[netlink(of = Route)]
struct Three {
    #[netlink(header.rtm_dst_len)]
    len: u8,
    dst: Option<Address>,
    gateway: Option<IpAddr>,
    oif: Option<u32>,
}

/// The same in one pass.
#[inline(always)]
pub fn by_projection(route: &RouteView<'_>) -> Result<u64, DecodeError> {
    let three = route.project::<Three>()?;
    Ok(target(three.dst) + u64::from(three.len) + number(three.gateway) + u64::from(three.oif.unwrap_or(0)))
}

/// The same of a whole file.
pub fn projection(data: &[u8]) -> Sum {
    sum(data, |route, sum| {
        *sum += by_projection(&route)?;
        Ok(())
    })
}

/// Everything as an owned value; the same sum of it.
pub fn owned(data: &[u8]) -> Sum {
    sum(data, |route, sum| {
        let route = Route::decode(route)?;
        *sum += target(route.dst)
            + u64::from(route.header.rtm_dst_len)
            + number(route.gateway)
            + u64::from(route.oif.unwrap_or(0));
        Ok(())
    })
}

/// Gateways of routes without a destination.
pub fn defaults(data: &[u8]) -> Sum {
    sum(data, |route, sum| {
        if route.dst()?.is_none() {
            *sum += number(route.gateway()?);
        }
        Ok(())
    })
}

/// Calls `one` for each message with its number and an empty buffer; the sum of what it wrote.
#[inline(always)]
fn built(data: &[u8], mut one: impl FnMut(u32, &mut Vec<u8>) -> Result<(), EncodeError>) -> Sum {
    let mut out = Vec::with_capacity(4096);
    let mut sum = Sum::default();
    // As many as there are messages, so that one number is comparable with the others.
    for n in 0..Messages::new(data).count() as u32 {
        out.clear();
        if one(n, &mut out).is_ok() {
            sum.messages += 1;
            sum.checksum += std::hint::black_box(&out).len() as u64;
        }
    }
    sum
}

fn header() -> Rtmsg {
    Rtmsg { rtm_family: RouteFamily::INET, rtm_dst_len: 24, ..Default::default() }
}

/// Requests for routes, built into one buffer.
pub fn build(data: &[u8]) -> Sum {
    built(data, |n, out| {
        let mut enc = Enc::new(out);
        let flags = NLM_F_REQUEST | NLM_F_CREATE;
        let start = NlMsgHdr { len: 0, message_type: RTM_NEWROUTE, flags, sequence: n, port: 0 };
        enc.raw(&start.to_bytes());
        let route = Route::builder(enc).header(header()).dst(Ipv4Addr::from(n << 8));
        let mut enc = route.oif(2).gateway(Ipv4Addr::new(10, 0, 0, 1)).priority(n).finish();
        let len = enc.position() as u32;
        if let Some(says) = enc.since(0).first_chunk_mut() {
            *says = len.to_ne_bytes();
        }
        enc.end().map(|_| ())
    })
}

/// Their payloads, as requests that a socket sends: each has a buffer of its own.
pub fn build_request(data: &[u8]) -> Sum {
    built(data, |n, out| {
        let request = NewRoute::request().create().with(|r| {
            r.header(header())
                .dst(Ipv4Addr::from(n << 8))
                .oif(2)
                .gateway(Ipv4Addr::new(10, 0, 0, 1))
                .priority(n)
        });
        request.encode(out)
    })
}
