//! Routes that are added.

use crate::routes::attribute;
use bench_harness::routes::{PREFIX, TABLE, device, route};
use bench_harness::{Pass, Result, Sum};
use neli::consts::nl::NlmF;
use neli::consts::rtnl::{RtAddrFamily, RtScope, RtTable, Rta, Rtm, Rtn, Rtprot};
use neli::consts::socket::{Msg, NlFamily};
use neli::nl::{NlPayload, Nlmsghdr, NlmsghdrBuilder};
use neli::router::synchronous::NlRouter;
use neli::rtnl::{Rtmsg, RtmsgBuilder};
use neli::socket::NlSocket;
use neli::socket::synchronous::NlSocketHandle;
use neli::types::{NlBuffer, RtBuffer};
use neli::utils::Groups;
use neli::{FromBytesWithInput, ToBytes};
use std::io::Cursor;

const BATCH: usize = 100;

/// A route that is to be added.
fn payload(number: u32, device: u32) -> Result<NlPayload<Rtm, Rtmsg>> {
    let (destination, gateway) = route(number);
    let mut attributes = RtBuffer::new();
    attributes.push(attribute(Rta::Dst, destination.octets())?);
    attributes.push(attribute(Rta::Gateway, gateway.octets())?);
    attributes.push(attribute(Rta::Oif, device)?);
    let route = RtmsgBuilder::default()
        .rtm_family(RtAddrFamily::Inet)
        .rtm_dst_len(PREFIX)
        .rtm_src_len(0)
        .rtm_tos(0)
        .rtm_table(RtTable::from(TABLE))
        .rtm_protocol(Rtprot::Static)
        .rtm_scope(RtScope::Universe)
        .rtm_type(Rtn::Unicast)
        .rtattrs(attributes)
        .build()?;
    Ok(NlPayload::Payload(route))
}

/// The flags of a request that adds one, without that for an acknowledgement.
fn adding() -> NlmF {
    NlmF::REQUEST | NlmF::CREATE | NlmF::EXCL
}

fn message(number: u32, device: u32, flags: NlmF) -> Result<Nlmsghdr<Rtm, Rtmsg>> {
    Ok(NlmsghdrBuilder::default()
        .nl_type(Rtm::Newroute)
        .nl_flags(flags)
        .nl_seq(number)
        .nl_payload(payload(number, device)?)
        .build()?)
}

/// How many of these messages are acknowledgements; an error ends the case.
fn acknowledged(messages: impl IntoIterator<Item = Nlmsghdr<Rtm, Rtmsg>>) -> Result<u64> {
    let mut count = 0;
    for message in messages {
        match message.nl_payload() {
            NlPayload::Ack(_) => count += 1,
            NlPayload::Err(error) => return Err(error.to_string().into()),
            _ => {}
        }
    }
    Ok(count)
}

fn sum(count: u64) -> Sum {
    Sum { messages: count, checksum: count }
}

/// One after the other; another thread receives.
pub fn one_router(count: u32) -> Result<Pass> {
    let device = device()?;
    let (router, _) = NlRouter::connect(NlFamily::Route, None, Groups::empty())?;
    Ok(Box::new(move || {
        let mut done = 0;
        for number in 0..count {
            let flags = adding() | NlmF::ACK;
            for reply in router.send::<_, _, Rtm, Rtmsg>(Rtm::Newroute, flags, payload(number, device)?)? {
                done += acknowledged([reply?])?;
            }
        }
        Ok(sum(done))
    }))
}

/// One after the other.
pub fn one_socket(count: u32) -> Result<Pass> {
    let device = device()?;
    let socket = NlSocketHandle::connect(NlFamily::Route, None, Groups::empty())?;
    Ok(Box::new(move || {
        let mut done = 0;
        for number in 0..count {
            socket.send(&message(number, device, adding() | NlmF::ACK)?)?;
            done += acknowledged(socket.recv_all::<Rtm, Rtmsg>()?.0)?;
        }
        Ok(sum(done))
    }))
}

/// A socket that takes many messages at once takes them as bytes; there is a type for a buffer of messages.
fn batched(count: u32, each: bool) -> Result<Pass> {
    let device = device()?;
    let socket = NlSocket::connect(NlFamily::Route, None, Groups::empty())?;
    let mut reply = vec![0; 32 * 1024];
    let mut out = Cursor::new(Vec::new());
    Ok(Box::new(move || {
        let mut done = 0;
        for first in (0..count).step_by(BATCH) {
            let end = count.min(first + BATCH as u32);
            let mut batch = NlBuffer::new();
            for number in first..end {
                let flags = if each || number + 1 == end { adding() | NlmF::ACK } else { adding() };
                batch.push(message(number, device, flags)?);
            }
            out.set_position(0);
            out.get_mut().clear();
            batch.to_bytes(&mut out)?;
            socket.send(out.get_ref(), Msg::empty())?;
            let mut expected = if each { u64::from(end - first) } else { 1 };
            while expected > 0 {
                let (length, _) = socket.recv(&mut reply, Msg::empty())?;
                let replies = NlBuffer::from_bytes_with_input(&mut Cursor::new(&reply[..length]), length)?;
                expected -= acknowledged(replies)?;
            }
            done += u64::from(end - first);
        }
        Ok(sum(done))
    }))
}

/// In batches of 100, of which each is acknowledged.
pub fn each(count: u32) -> Result<Pass> {
    batched(count, true)
}

/// In batches of 100, of which the last is acknowledged.
pub fn last(count: u32) -> Result<Pass> {
    batched(count, false)
}
