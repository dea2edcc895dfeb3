//! Dumps of the running kernel's.

use crate::routes::{by_projection, by_view};
use bench_harness::{Pass, Result, Sum};
use netlink_families::common::{RouteFamily, RouteProtocol, RouteTable};
use netlink_families::rt_route::{GetRoute, RouteView, Rtmsg};
use netlink_runtime::DecodeError;
use netlink_runtime::prelude::*;
use netlink_runtime::socket::Socket;
use std::convert::Infallible;
use std::ops::ControlFlow;

/// Routes of the main table, of one protocol or all: the kernel sends no others.
fn request(protocol: RouteProtocol) -> netlink_runtime::Call<GetRoute> {
    let wanted = Rtmsg {
        rtm_family: RouteFamily::INET,
        rtm_table: RouteTable::MAIN,
        rtm_protocol: protocol,
        ..Rtmsg::default()
    };
    GetRoute::dump().with(|r| r.header(wanted))
}

/// A pass over a dump with a socket that stays open.
fn pass(
    protocol: RouteProtocol,
    one: impl Fn(&RouteView<'_>) -> std::result::Result<u64, DecodeError> + 'static,
) -> Result<Pass> {
    let mut socket = Socket::open(Protocol::Route)?;
    Ok(Box::new(move || {
        let mut sum = Sum::default();
        let mut routes = socket.dump(request(protocol))?;
        while let Some(route) = routes.next()? {
            sum.messages += 1;
            sum.checksum += one(&route)?;
        }
        Ok(sum)
    }))
}

/// Destination, gateway and device by accessors.
pub fn view() -> Result<Pass> {
    pass(RouteProtocol::UNSPEC, by_view)
}

/// The same in one pass.
pub fn projection() -> Result<Pass> {
    pass(RouteProtocol::UNSPEC, by_projection)
}

/// By accessors, in a function that is called with each.
pub fn for_each() -> Result<Pass> {
    let mut socket = Socket::open(Protocol::Route)?;
    Ok(Box::new(move || {
        let mut sum = Sum::default();
        let _: ControlFlow<Infallible> = socket.dump(request(RouteProtocol::UNSPEC))?.for_each(|route| {
            sum.messages += 1;
            sum.checksum += by_view(&route)?;
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(sum)
    }))
}

/// The kernel's own routes, chosen by the kernel.
pub fn kernel() -> Result<Pass> {
    pass(RouteProtocol::KERNEL, by_projection)
}
