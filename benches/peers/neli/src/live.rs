//! Dumps of the kernel's.

use crate::routes::sum_of;
use bench_harness::{Pass, Result, Sum};
use neli::consts::nl::NlmF;
use neli::consts::rtnl::{RtAddrFamily, RtScope, RtTable, Rtm, Rtn, Rtprot};
use neli::consts::socket::NlFamily;
use neli::nl::{NlPayload, Nlmsghdr, NlmsghdrBuilder};
use neli::router::synchronous::NlRouter;
use neli::rtnl::{Rtmsg, RtmsgBuilder};
use neli::socket::synchronous::NlSocketHandle;
use neli::utils::Groups;

/// `NLMSG_DONE`, which is no type of rtnetlink's.
const DONE: u16 = 3;

/// A request for the routes of this protocol in the main table, which the kernel chooses.
fn request(protocol: Rtprot) -> Result<NlPayload<Rtm, Rtmsg>> {
    let route = RtmsgBuilder::default()
        .rtm_family(RtAddrFamily::Inet)
        .rtm_dst_len(0)
        .rtm_src_len(0)
        .rtm_tos(0)
        .rtm_table(RtTable::Main)
        .rtm_protocol(protocol)
        .rtm_scope(RtScope::Universe)
        .rtm_type(Rtn::Unspec)
        .build()?;
    Ok(NlPayload::Payload(route))
}

/// Adds up a message, if it is a route.
fn add(message: &Nlmsghdr<Rtm, Rtmsg>, sum: &mut Sum) {
    if let Some(route) = message.get_payload() {
        sum.messages += 1;
        sum.checksum += sum_of(route);
    }
}

fn router(protocol: Rtprot) -> Result<Pass> {
    let (router, _) = NlRouter::connect(NlFamily::Route, None, Groups::empty())?;
    router.enable_strict_checking(true)?;
    Ok(Box::new(move || {
        let mut sum = Sum::default();
        for message in router.send::<_, _, Rtm, Rtmsg>(Rtm::Getroute, NlmF::DUMP, request(protocol)?)? {
            add(&message?, &mut sum);
        }
        Ok(sum)
    }))
}

fn socket(protocol: Rtprot) -> Result<Pass> {
    let socket = NlSocketHandle::connect(NlFamily::Route, None, Groups::empty())?;
    socket.enable_strict_checking(true)?;
    Ok(Box::new(move || {
        let request = NlmsghdrBuilder::default()
            .nl_type(Rtm::Getroute)
            .nl_flags(NlmF::REQUEST | NlmF::DUMP)
            .nl_payload(request(protocol)?)
            .build()?;
        socket.send(&request)?;
        let mut sum = Sum::default();
        loop {
            for message in socket.recv::<Rtm, Rtmsg>()?.0 {
                let message = message?;
                match message.nl_payload() {
                    NlPayload::Err(error) => return Err(error.to_string().into()),
                    _ if u16::from(message.nl_type()) == DONE => return Ok(sum),
                    _ => add(&message, &mut sum),
                }
            }
        }
    }))
}

/// All routes of the main table, received by another thread.
pub fn routes_router() -> Result<Pass> {
    router(Rtprot::Unspec)
}

/// The same, received by this one.
pub fn routes_socket() -> Result<Pass> {
    socket(Rtprot::Unspec)
}

/// Those that the kernel itself made, received by another thread.
pub fn kernel_router() -> Result<Pass> {
    router(Rtprot::Kernel)
}

/// The same, received by this one.
pub fn kernel_socket() -> Result<Pass> {
    socket(Rtprot::Kernel)
}
