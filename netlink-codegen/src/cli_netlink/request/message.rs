//! The request as it goes out: one message, or a transaction of netfilter around it.

use crate::cli_netlink::Stop;
use crate::cli_netlink::output::Printer;
use crate::decode::{Decoder, Origin};
use crate::ir::{Family, Operation, Protocol};
use netlink_runtime::message::{Header, MessageRef, NLM_F_ACK, NLM_F_REQUEST, asks_for_dump};
use netlink_runtime::socket::capture::Direction;
use serde_json::json;
use std::io::Write;

/// `NFNL_SUBSYS_NFTABLES`, `NFNL_MSG_BATCH_BEGIN` and `NFNL_MSG_BATCH_END` (`linux/netfilter/nfnetlink.h`).
const NFTABLES: u8 = 10;
const BATCH_BEGIN: u16 = 16;
const BATCH_END: u16 = 17;

/// The subsystem that takes an operation in a transaction only (`NFNL_CB_BATCH`): nftables, unless
/// something is only asked for.
pub(super) fn transaction(family: &Family, operation: &Operation) -> Option<u8> {
    match family.protocol {
        Protocol::Netfilter { subsystem: NFTABLES, .. } if !operation.name.starts_with("get") => {
            Some(NFTABLES)
        }
        _ => None,
    }
}

/// A message without sequence number and port, which the socket gives.
pub(super) fn message(message_type: u16, flags: u16, payload: &[u8]) -> Vec<u8> {
    let len = (Header::LEN + payload.len()) as u32;
    let ack = if asks_for_dump(flags) { 0 } else { NLM_F_ACK };
    let header = Header { len, message_type, flags: flags | ack | NLM_F_REQUEST, sequence: 0, port: 0 };
    [&header.to_bytes()[..], payload].concat()
}

/// The messages that go out for one: itself, or with the frame of a transaction.
pub(super) fn framed(message: Vec<u8>, transaction: Option<u8>) -> Vec<Vec<u8>> {
    let Some(subsystem) = transaction else { return vec![message] };
    // `struct nfgenmsg`: the subsystem is its `res_id`, in network order.
    let frame = |message_type| {
        let header =
            Header { len: Header::LEN as u32 + 4, message_type, flags: NLM_F_REQUEST, sequence: 0, port: 0 };
        [&header.to_bytes()[..], &[0, 0, 0, subsystem]].concat()
    };
    vec![frame(BATCH_BEGIN), message, frame(BATCH_END)]
}

/// Shows messages as they would go out: what they say, and their bytes.
pub(super) fn show(
    messages: &[Vec<u8>],
    protocol: u16,
    decoder: &mut Decoder,
    printer: &mut Printer,
    out: &mut impl Write,
) -> Result<(), Stop> {
    for bytes in messages {
        let Ok(message) = MessageRef::parse(bytes) else { continue };
        let origin = Origin { protocol, direction: Some(Direction::ToKernel), ..Origin::default() };
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        printer.show_with(&decoder.message(origin, message), &[("hex", json!(hex))], out)?;
        if !printer.is_json() {
            // As `netlink decode` reads it.
            bytes.chunks(16).try_for_each(|row| {
                let row: Vec<_> = row.iter().map(|byte| format!("{byte:02x}")).collect();
                writeln!(out, "{}", row.join(" "))
            })?;
        }
    }
    Ok(())
}
