//! Routes.

use crate::payloads;
use bench_harness::Sum;
use netlink_bindings::builtin::Nlmsghdr;
use netlink_bindings::rt_route::{
    Chained, IterableRouteAttrs, OpGetrouteDump, OpNewrouteDo, PushRouteAttrs, Request, RouteAttrs, Rtmsg,
};
use netlink_bindings::traits::{NetlinkRequest, Pusher};
use std::net::{IpAddr, Ipv4Addr};

const RTM_NEWROUTE: u16 = 24;
const AF_INET: u8 = 2;

#[inline(always)]
fn sum<'a>(data: &'a [u8], one: impl Fn(&Rtmsg, IterableRouteAttrs<'a>) -> u64) -> Sum {
    payloads(data, RTM_NEWROUTE, |payload| {
        let (header, attrs) = OpGetrouteDump::decode_reply(payload);
        one(&header, attrs)
    })
}

/// An address as a number, as C reads it.
#[inline]
pub fn number(address: IpAddr) -> u64 {
    match address {
        IpAddr::V4(v4) => u32::from(v4).into(),
        IpAddr::V6(_) => 0,
    }
}

/// Destination, gateway and device, each by its accessor.
#[inline]
pub fn three(header: &Rtmsg, attrs: &IterableRouteAttrs<'_>) -> u64 {
    attrs.get_dst().map_or(0, number)
        + u64::from(header.rtm_dst_len)
        + attrs.get_gateway().map_or(0, number)
        + attrs.get_oif().map_or(0, u64::from)
}

/// The same in one loop.
#[inline]
pub fn three_iterated(header: &Rtmsg, attrs: IterableRouteAttrs<'_>) -> u64 {
    let mut sum = u64::from(header.rtm_dst_len);
    for attr in attrs {
        match attr {
            Ok(RouteAttrs::Dst(dst)) => sum += number(dst),
            Ok(RouteAttrs::Gateway(gateway)) => sum += number(gateway),
            Ok(RouteAttrs::Oif(oif)) => sum += u64::from(oif),
            Ok(_) => {}
            Err(_) => break,
        }
    }
    sum
}

pub fn get(data: &[u8]) -> Sum {
    sum(data, |header, attrs| three(header, &attrs))
}

pub fn iterate(data: &[u8]) -> Sum {
    sum(data, three_iterated)
}

/// Gateways of routes without a destination.
pub fn defaults(data: &[u8]) -> Sum {
    sum(data, |_, attrs| match attrs.get_dst() {
        Ok(_) => 0,
        Err(_) => attrs.get_gateway().map_or(0, number),
    })
}

fn header() -> Rtmsg {
    Rtmsg { rtm_family: AF_INET, rtm_dst_len: 24, ..Default::default() }
}

fn push<P: Pusher>(route: PushRouteAttrs<P>, n: u32) {
    route
        .push_dst(Ipv4Addr::from(n << 8).into())
        .push_oif(2)
        .push_gateway(Ipv4Addr::new(10, 0, 0, 1).into())
        .push_priority(n);
}

/// As many requests as there are messages, by what builds one into a buffer and tells its length.
#[inline(always)]
fn build(data: &[u8], one: impl Fn(&mut Vec<u8>, u32) -> usize) -> Sum {
    let mut buf = Vec::with_capacity(4096);
    let mut sum = Sum::default();
    for (n, _) in (0..).zip(crate::Messages(data)) {
        sum.messages += 1;
        sum.checksum += one(&mut buf, n) as u64;
    }
    sum
}

/// As documented. Such a request has no header: its socket makes one for each call and sends both.
pub fn build_request(data: &[u8]) -> Sum {
    build(data, |buf, n| {
        let mut request = Request::new_with_buf(buf).set_create().op_newroute_do(&header());
        push(request.encode(), n);
        Nlmsghdr::len() + request.payload().len()
    })
}

/// The whole message, by the parts.
pub fn build_encode(data: &[u8]) -> Sum {
    const NLM_F_REQUEST: u16 = 1;
    const NLM_F_ACK: u16 = 4;
    const NLM_F_CREATE: u16 = 0x400;
    build(data, |buf, n| {
        buf.clear();
        buf.extend_from_slice(Nlmsghdr::new().as_slice());
        push(OpNewrouteDo::encode_request(buf, &header()), n);
        let len = buf.len();
        *Nlmsghdr::from_slice_mut(&mut buf[..Nlmsghdr::len()]) = Nlmsghdr {
            len: len as u32,
            r#type: RTM_NEWROUTE,
            flags: NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE,
            seq: n,
            pid: 0,
        };
        len
    })
}

/// The whole message, as a chain of one.
pub fn build_chained(data: &[u8]) -> Sum {
    build(data, |buf, n| {
        let mut chain = Chained::new_with_buf(buf, n);
        push(chain.request().set_create().op_newroute_do(&header()).encode(), n);
        chain.finalize().buf().len()
    })
}
