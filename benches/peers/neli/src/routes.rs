//! Routes.

use crate::messages::{count, decoded};
use bench_harness::Sum;
use neli::ToBytes;
use neli::attr::Attribute;
use neli::consts::nl::NlmF;
use neli::consts::rtnl::{RtAddrFamily, RtScope, RtTable, Rta, Rtm, Rtn, Rtprot};
use neli::nl::{NlPayload, NlmsghdrBuilder};
use neli::rtnl::{Rtattr, RtattrBuilder, Rtmsg, RtmsgBuilder};
use neli::types::{Buffer, RtBuffer};
use std::error::Error;
use std::io::Cursor;
use std::net::Ipv4Addr;

/// An address as a number, as C reads it; one of IPv6 is 0.
fn address(attribute: &Rtattr<Rta, Buffer>) -> u64 {
    match attribute.rta_payload().as_ref().try_into() {
        Ok(bytes) => u64::from(u32::from_be_bytes(bytes)),
        Err(_) => 0,
    }
}

fn index(attribute: &Rtattr<Rta, Buffer>) -> u64 {
    attribute.get_payload_as::<u32>().map_or(0, u64::from)
}

/// Destination, prefix length, gateway and device, in one go over the attributes.
#[inline]
pub fn sum_of(route: &Rtmsg) -> u64 {
    let mut sum = u64::from(*route.rtm_dst_len());
    for attribute in route.rtattrs().iter() {
        sum += match attribute.rta_type() {
            Rta::Dst | Rta::Gateway => address(attribute),
            Rta::Oif => index(attribute),
            _ => 0,
        };
    }
    sum
}

/// Every route as an owned value, and three of its attributes.
pub fn three_match(data: &[u8]) -> Sum {
    decoded(data, Rtm::Newroute, sum_of)
}

/// The same, each looked for.
pub fn three_handle(data: &[u8]) -> Sum {
    decoded(data, Rtm::Newroute, |route: &Rtmsg| {
        let attributes = route.rtattrs().get_attr_handle();
        u64::from(*route.rtm_dst_len())
            + attributes.get_attribute(Rta::Dst).map_or(0, address)
            + attributes.get_attribute(Rta::Gateway).map_or(0, address)
            + attributes.get_attribute(Rta::Oif).map_or(0, index)
    })
}

/// Gateways of routes without a destination.
pub fn defaults(data: &[u8]) -> Sum {
    decoded(data, Rtm::Newroute, |route: &Rtmsg| {
        let attributes = route.rtattrs().get_attr_handle();
        match attributes.get_attribute(Rta::Dst) {
            None => attributes.get_attribute(Rta::Gateway).map_or(0, address),
            Some(_) => 0,
        }
    })
}

/// An attribute of these bytes.
pub fn attribute(of: Rta, payload: impl neli::Size + ToBytes) -> Result<Rtattr<Rta, Buffer>, Box<dyn Error>> {
    Ok(RtattrBuilder::default().rta_type(of).rta_payload(payload).build()?)
}

/// Writes a request for one route.
fn request(n: u32, out: &mut Cursor<Vec<u8>>) -> Result<(), Box<dyn Error>> {
    let mut attributes = RtBuffer::new();
    attributes.push(attribute(Rta::Dst, Ipv4Addr::from(n << 8).octets())?);
    attributes.push(attribute(Rta::Oif, 2_u32)?);
    attributes.push(attribute(Rta::Gateway, [10, 0, 0, 1])?);
    attributes.push(attribute(Rta::Priority, n)?);
    let route = RtmsgBuilder::default()
        .rtm_family(RtAddrFamily::Inet)
        .rtm_dst_len(24)
        .rtm_src_len(0)
        .rtm_tos(0)
        .rtm_table(RtTable::Unspec)
        .rtm_protocol(Rtprot::Unspec)
        .rtm_scope(RtScope::Universe)
        .rtm_type(Rtn::Unspec)
        .rtattrs(attributes)
        .build()?;
    let request = NlmsghdrBuilder::default()
        .nl_type(Rtm::Newroute)
        .nl_flags(NlmF::REQUEST | NlmF::CREATE)
        .nl_payload(NlPayload::Payload(route))
        .build()?;
    request.to_bytes(out)?;
    Ok(())
}

/// Requests for the routes, built one after the other in one buffer; the sum of their lengths.
pub fn build(data: &[u8]) -> Sum {
    let (mut out, mut sum) = (Cursor::new(Vec::with_capacity(4096)), Sum::default());
    // As many as there are messages, so that one number is comparable with the others.
    for n in 0..count(data) {
        out.set_position(0);
        out.get_mut().clear();
        if request(n, &mut out).is_ok() {
            sum.messages += 1;
            sum.checksum += out.get_ref().len() as u64;
        }
    }
    sum
}
