//! Dumps of routes and adding of routes, by a blocking `NetlinkSocket`.
//!
//! The socket reads into 8 KiB. It does not ask for strict checks, and without them the kernel ignores what a dump of
//! routes is restricted to: the program selects.

use crate::routes::{three, three_iterated};
use bench_harness::routes::{PREFIX, TABLE, device, route};
use bench_harness::{Pass, Result, Sum};
use netlink_bindings::rt_route::{Chained, IterableRouteAttrs, PushRouteAttrs, Request, RtmType, Rtmsg};
use netlink_bindings::traits::Pusher;
use netlink_socket2::NetlinkSocket;

const AF_INET: u8 = 2;
const RT_TABLE_MAIN: u8 = 254;
const RTPROT_KERNEL: u8 = 2;
const RTPROT_STATIC: u8 = 4;

fn dump(
    wanted: fn(&Rtmsg) -> bool,
    one: impl Fn(&Rtmsg, IterableRouteAttrs<'_>) -> u64 + 'static,
) -> Result<Pass> {
    let mut socket = NetlinkSocket::new();
    Ok(Box::new(move || {
        let header = Rtmsg { rtm_family: AF_INET, rtm_table: RT_TABLE_MAIN, ..Default::default() };
        let request = Request::new().op_getroute_dump(&header);
        let mut reply = socket.request(&request)?;
        let mut sum = Sum::default();
        while let Some((header, attrs)) = reply.recv().transpose()? {
            if wanted(&header) {
                sum.messages += 1;
                sum.checksum += one(&header, attrs);
            }
        }
        Ok(sum)
    }))
}

fn main_table(header: &Rtmsg) -> bool {
    header.rtm_table == RT_TABLE_MAIN
}

pub fn get() -> Result<Pass> {
    dump(main_table, |header, attrs| three(header, &attrs))
}

pub fn iterate() -> Result<Pass> {
    dump(main_table, three_iterated)
}

/// The kernel's own routes: all are dumped, the program selects.
pub fn kernel() -> Result<Pass> {
    dump(|header| main_table(header) && header.rtm_protocol == RTPROT_KERNEL, three_iterated)
}

fn header() -> Rtmsg {
    Rtmsg {
        rtm_family: AF_INET,
        rtm_dst_len: PREFIX,
        rtm_table: TABLE,
        rtm_protocol: RTPROT_STATIC,
        rtm_type: RtmType::Unicast as u8,
        ..Default::default()
    }
}

fn push<P: Pusher>(attrs: PushRouteAttrs<P>, number: u32, device: u32) {
    let (dst, gateway) = route(number);
    attrs.push_dst(dst.into()).push_oif(device).push_gateway(gateway.into());
}

/// Each in a call of its own.
pub fn add_one(count: u32) -> Result<Pass> {
    let (device, header) = (device()?, header());
    let (mut socket, mut buf) = (NetlinkSocket::new(), Vec::new());
    Ok(Box::new(move || {
        let mut sum = Sum::default();
        for number in 0..count {
            let mut request = Request::new_with_buf(&mut buf).set_create().set_excl().op_newroute_do(&header);
            push(request.encode(), number, device);
            socket.request(&request)?.recv_ack()?;
            sum.messages += 1;
            sum.checksum += 1;
        }
        Ok(sum)
    }))
}

/// In chains, where each request is acknowledged: the crate does not chain otherwise.
pub fn add_each_100(count: u32) -> Result<Pass> {
    const CHAIN: u32 = 100;
    let (device, header) = (device()?, header());
    let (mut socket, mut buf) = (NetlinkSocket::new(), Vec::new());
    Ok(Box::new(move || {
        let mut sum = Sum::default();
        for first in (0..count).step_by(CHAIN as usize) {
            let mut chain = Chained::new_with_buf(&mut buf, socket.reserve_seq(CHAIN));
            for number in first..count.min(first + CHAIN) {
                let request = chain.request().set_create().set_excl();
                push(request.op_newroute_do(&header).encode(), number, device);
                sum.messages += 1;
            }
            let chain = chain.finalize();
            let mut reply = socket.request_chained(&chain)?;
            while let Some(ack) = reply.recv() {
                ack?;
                sum.checksum += 1;
            }
        }
        Ok(sum)
    }))
}
