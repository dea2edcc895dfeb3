//! Routes that are added.

use bench_harness::routes::{PREFIX, TABLE, device, route};
use bench_harness::{Pass, Result, Sum};
use netlink_families::common::{RouteFamily, RouteProtocol, RouteTable, RouteType};
use netlink_families::rt_route::{NewRoute, Rtmsg};
use netlink_runtime::Call;
use netlink_runtime::prelude::*;
use netlink_runtime::socket::{Acknowledge, Socket};

fn request(number: u32, device: u32) -> Call<NewRoute> {
    let header = Rtmsg {
        rtm_family: RouteFamily::INET,
        rtm_dst_len: PREFIX,
        rtm_table: RouteTable(TABLE.into()),
        rtm_protocol: RouteProtocol::STATIC,
        rtm_type: RouteType::UNICAST,
        ..Rtmsg::default()
    };
    let (dst, gateway) = route(number);
    NewRoute::request().create().with(|r| r.header(header).dst(dst).gateway(gateway).oif(device))
}

/// Each by itself.
pub fn one(count: u32) -> Result<Pass> {
    let (mut socket, device) = (Socket::open(Protocol::Route)?, device()?);
    Ok(Box::new(move || {
        for number in 0..count {
            socket.execute(request(number, device))?;
        }
        Ok(Sum { messages: count.into(), checksum: count.into() })
    }))
}

/// So many at once.
fn batches(count: u32, at_once: u32, acknowledge: Acknowledge) -> Result<Pass> {
    // Room for the answers of all.
    let mut socket = Socket::builder().receive_buffer(1 << 20).open(Protocol::Route)?;
    let device = device()?;
    Ok(Box::new(move || {
        for start in (0..count).step_by(at_once as usize) {
            let mut batch = socket.batch().acknowledge(acknowledge);
            for number in start..count.min(start + at_once) {
                batch.add(request(number, device))?;
            }
            batch.finish()?.ok()?;
        }
        Ok(Sum { messages: count.into(), checksum: count.into() })
    }))
}

/// A hundred at once, the last of which is acknowledged.
pub fn last100(count: u32) -> Result<Pass> {
    batches(count, 100, Acknowledge::Last)
}

/// A hundred at once, each of which is acknowledged.
pub fn each100(count: u32) -> Result<Pass> {
    batches(count, 100, Acknowledge::Each)
}

/// A thousand in one batch, which sends as many at once as their answers have room.
pub fn last1000(count: u32) -> Result<Pass> {
    batches(count, 1000, Acknowledge::Last)
}
