//! Dumps of the kernel's.

use crate::routes::sum_of;
use bench_harness::{Pass, Result, Sum};
use futures_util::TryStreamExt;
use netlink_packet_route::route::{RouteProtocol, RouteScope, RouteType};
use rtnetlink::RouteMessageBuilder;
use std::net::Ipv4Addr;
use tokio::runtime::{Builder, Runtime};

/// A runtime with everything on the thread that waits: what a program does that has nothing else to do.
pub fn alone() -> Result<Runtime> {
    Ok(Builder::new_current_thread().enable_all().build()?)
}

/// The runtime of `#[tokio::main]`, as in the examples: the connection runs on a thread of its own.
pub fn threads() -> Result<Runtime> {
    Ok(Builder::new_multi_thread().enable_all().build()?)
}

/// Dumps the routes of this protocol in the main table, which the kernel chooses.
fn dump(runtime: Runtime, protocol: RouteProtocol) -> Result<Pass> {
    let (connection, handle, _) = {
        let _within = runtime.enter();
        rtnetlink::new_connection_with_strict_check()?
    };
    runtime.spawn(connection);
    Ok(Box::new(move || {
        let request = RouteMessageBuilder::<Ipv4Addr>::new()
            .table_id(254)
            .protocol(protocol)
            .scope(RouteScope::Universe)
            .kind(RouteType::Unspec)
            .build();
        runtime.block_on(async {
            let mut sum = Sum::default();
            let mut routes = handle.route().get(request).execute();
            while let Some(route) = routes.try_next().await? {
                sum.messages += 1;
                sum.checksum += sum_of(&route);
            }
            Ok(sum)
        })
    }))
}

/// All routes of the main table.
pub fn routes() -> Result<Pass> {
    dump(alone()?, RouteProtocol::Unspec)
}

/// The same, with threads.
pub fn routes_threads() -> Result<Pass> {
    dump(threads()?, RouteProtocol::Unspec)
}

/// Those that the kernel itself made.
pub fn kernel() -> Result<Pass> {
    dump(alone()?, RouteProtocol::Kernel)
}
