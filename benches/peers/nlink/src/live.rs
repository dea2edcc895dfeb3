//! Dumps of routes and adding of routes, on a runtime of one thread and without nlink's timeouts.

use crate::routes::three;
use bench_harness::routes::{PREFIX, TABLE, device, route};
use bench_harness::{Pass, Result, Sum};
use nlink::netlink::types::route::{RouteProtocol, RtMsg};
use nlink::netlink::{Connection, NlMsgType, Route};
use nlink::{Ipv4Route, RouteMessage};
use std::pin::pin;
use tokio::runtime::{Builder, Runtime};
use tokio_stream::{Stream, StreamExt};

const AF_INET: u8 = 2;
const RT_TABLE_MAIN: u8 = 254;
const RTPROT_KERNEL: u8 = 2;

/// A pass of what is asynchronous.
fn pass(once: impl AsyncFn(&Connection<Route>) -> Result<Sum> + 'static) -> Result<Pass> {
    let runtime: Runtime = Builder::new_current_thread().enable_all().build()?;
    let connection = {
        let _entered = runtime.enter();
        Connection::<Route>::new()?.no_timeout()
    };
    Ok(Box::new(move || runtime.block_on(once(&connection))))
}

async fn sum(routes: impl Stream<Item = nlink::Result<RouteMessage>>) -> Result<Sum> {
    let mut routes = pin!(routes);
    let mut sum = Sum::default();
    while let Some(route) = routes.next().await {
        let route = route?;
        if route.is_ipv4() && route.table_id() == RT_TABLE_MAIN.into() {
            sum.messages += 1;
            sum.checksum += three(&route);
        }
    }
    Ok(sum)
}

/// All routes of a table at once. Routes of all families and tables are dumped, nlink selects.
pub fn get() -> Result<Pass> {
    pass(async |connection| {
        let mut sum = Sum::default();
        for route in connection.get_routes_for_table(RT_TABLE_MAIN.into()).await? {
            if route.is_ipv4() {
                sum.messages += 1;
                sum.checksum += three(&route);
            }
        }
        Ok(sum)
    })
}

/// One after the other. Routes of all families and tables are dumped, the program selects.
pub fn stream() -> Result<Pass> {
    pass(async |connection| sum(connection.stream_routes().await?).await)
}

/// One after the other, with strict checks and a header that restricts what is dumped.
fn restricted(header: RtMsg) -> Result<Pass> {
    pass(async move |connection| {
        connection.enable_strict_checking(true)?;
        let routes = connection.dump_stream_with_body(NlMsgType::RTM_GETROUTE, header.as_bytes());
        sum(routes.await?).await
    })
}

fn main_table() -> RtMsg {
    RtMsg::new().with_family(AF_INET).with_table(RT_TABLE_MAIN)
}

pub fn strict() -> Result<Pass> {
    restricted(main_table())
}

/// The kernel's own routes.
pub fn kernel() -> Result<Pass> {
    restricted(main_table().with_protocol(RTPROT_KERNEL))
}

fn config(number: u32, device: u32) -> Ipv4Route {
    let (dst, gateway) = route(number);
    Ipv4Route::from_addr(dst, PREFIX)
        .gateway(gateway)
        .dev_index(device)
        .table(TABLE.into())
        .protocol(RouteProtocol::Static)
}

/// Each in a call of its own.
pub fn add_one(count: u32) -> Result<Pass> {
    let device = device()?;
    pass(async move |connection| {
        let mut sum = Sum::default();
        for number in 0..count {
            connection.add_route(config(number, device)).await?;
            sum.messages += 1;
            sum.checksum += 1;
        }
        Ok(sum)
    })
}

/// In batches, where each request is acknowledged: nlink has no others. A batch drops the device that a route was
/// given; the kernel finds it by the gateway.
pub fn add_each_100(count: u32) -> Result<Pass> {
    const BATCH: u32 = 100;
    let device = device()?;
    pass(async move |connection| {
        let mut sum = Sum::default();
        for first in (0..count).step_by(BATCH as usize) {
            let batch = (first..count.min(first + BATCH))
                .fold(connection.batch(), |batch, number| batch.add_route(config(number, device)));
            sum.messages += batch.len() as u64;
            sum.checksum += batch.execute().await?.success_count() as u64;
        }
        Ok(sum)
    })
}
