//! Routes that are added.

use crate::live::{alone, threads};
use bench_harness::routes::{PREFIX, TABLE, device, route};
use bench_harness::{Pass, Result, Sum};
use futures_util::StreamExt;
use futures_util::future::try_join_all;
use netlink_packet_core::{
    NLM_F_ACK, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REQUEST, NetlinkMessage, NetlinkPayload,
};
use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::route::RouteMessage;
use netlink_proto::ReplyExpectation;
use netlink_proto::sys::{SocketAddr, protocols::NETLINK_ROUTE};
use rtnetlink::{Handle, RouteMessageBuilder};
use std::net::Ipv4Addr;
use std::ops::Range;
use tokio::runtime::Runtime;

const BATCH: usize = 100;

/// A route that is to be added. Protocol, scope and type are what the builder says anyway.
fn message(number: u32, device: u32) -> RouteMessage {
    let (destination, gateway) = route(number);
    RouteMessageBuilder::<Ipv4Addr>::new()
        .destination_prefix(destination, PREFIX)
        .gateway(gateway)
        .output_interface(device)
        .table_id(TABLE.into())
        .build()
}

/// All `count` were acknowledged, or this would not be reached.
fn acknowledged(count: u32) -> Sum {
    Sum { messages: count.into(), checksum: count.into() }
}

fn connect(runtime: &Runtime) -> Result<Handle> {
    let (connection, handle, _) = {
        let _within = runtime.enter();
        rtnetlink::new_connection()?
    };
    runtime.spawn(connection);
    Ok(handle)
}

fn sequential(runtime: Runtime, count: u32) -> Result<Pass> {
    let (handle, device) = (connect(&runtime)?, device()?);
    Ok(Box::new(move || {
        runtime.block_on(async {
            for number in 0..count {
                handle.route().add(message(number, device)).execute().await?;
            }
            Ok(acknowledged(count))
        })
    }))
}

/// One after the other.
pub fn one(count: u32) -> Result<Pass> {
    sequential(alone()?, count)
}

/// The same, with threads.
pub fn one_threads(count: u32) -> Result<Pass> {
    sequential(threads()?, count)
}

/// The numbers from 0 in runs of 100.
fn batches(count: u32) -> impl Iterator<Item = Range<u32>> {
    (0..count).step_by(BATCH).map(move |first| first..count.min(first + BATCH as u32))
}

/// 100 at a time, each a request of its own.
pub fn joined(count: u32) -> Result<Pass> {
    let runtime = alone()?;
    let (handle, device) = (connect(&runtime)?, device()?);
    Ok(Box::new(move || {
        runtime.block_on(async {
            for batch in batches(count) {
                try_join_all(batch.map(|number| handle.route().add(message(number, device)).execute()))
                    .await?;
            }
            Ok(acknowledged(count))
        })
    }))
}

/// Batches are netlink-proto's: rtnetlink does not pass them on.
fn batched(count: u32, acknowledge: fn(u32, &Range<u32>) -> bool) -> Result<Pass> {
    let (runtime, device) = (alone()?, device()?);
    let (connection, handle, mut unexpected) = {
        let _within = runtime.enter();
        netlink_proto::new_connection::<RouteNetlinkMessage>(NETLINK_ROUTE)?
    };
    runtime.spawn(connection);
    Ok(Box::new(move || {
        runtime.block_on(async {
            for batch in batches(count) {
                let requests = batch.clone().map(|number| {
                    let add = RouteNetlinkMessage::NewRoute(message(number, device));
                    let mut request = NetlinkMessage::from(add);
                    request.header.flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL;
                    if acknowledge(number, &batch) {
                        request.header.flags |= NLM_F_ACK;
                        (request, ReplyExpectation::Expected)
                    } else {
                        (request, ReplyExpectation::NotExpected)
                    }
                });
                let mut replies = handle.request_batch_with_expectation(requests, SocketAddr::new(0, 0))?;
                while let Some(reply) = replies.next().await {
                    check(reply)?;
                }
                // Errors of those that were not to be acknowledged.
                while let Ok((reply, _)) = unexpected.try_recv() {
                    check(reply)?;
                }
            }
            Ok(acknowledged(count))
        })
    }))
}

/// An error ends the case.
fn check(reply: NetlinkMessage<RouteNetlinkMessage>) -> Result<()> {
    match reply.payload {
        NetlinkPayload::Error(error) => Err(error.to_io().into()),
        _ => Ok(()),
    }
}

/// In batches of 100, of which each is acknowledged.
pub fn each(count: u32) -> Result<Pass> {
    batched(count, |_, _| true)
}

/// In batches of 100, of which the last is acknowledged.
pub fn last(count: u32) -> Result<Pass> {
    batched(count, |number, batch| number + 1 == batch.end)
}
