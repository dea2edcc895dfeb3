//! A conversation about links, and where it is recorded.

use super::Get;
use netlink_runtime::message::NLM_F_DUMP;
use netlink_runtime::socket::{Event, Result, Socket};
use std::path::PathBuf;

const RTM_NEWLINK: u16 = 16;
const RTM_GETLINK: u16 = 18;
pub const RTNLGRP_LINK: u32 = 1;

/// The recording.
pub fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/lo.pcap")
}

/// `struct ifinfomsg` of an interface: flags, and which of them to change.
fn link(index: i32, flags: u32, change: u32) -> Vec<u8> {
    let words = [flags.to_ne_bytes(), change.to_ne_bytes()].concat();
    [&[0; 4][..], &index.to_ne_bytes(), &words].concat()
}

/// Asks about links, sets one up, asks for one that is not there, and hears of the change. What it
/// learns, in words.
pub fn conversation(route: &mut Socket) -> Result<Vec<String>> {
    let mut learned = Vec::new();
    let mut links = route.raw_request(RTM_GETLINK, NLM_F_DUMP, &link(0, 0, 0))?;
    while let Some(m) = links.next()? {
        learned.push(format!("type {}, {} bytes", m.header.message_type, m.bytes().len()));
    }
    drop(links);
    let mut up = route.raw_request(RTM_NEWLINK, 0, &link(1, 1, 1))?;
    while let Some(m) = up.next()? {
        learned.push(format!("type {}, code {:?}", m.header.message_type, &m.payload()[..4]));
    }
    drop(up);
    let nowhere = Get { ty: RTM_GETLINK, payload: link(0x7fff_0000, 0, 0), ..Get::default() };
    learned.push(route.execute(nowhere).unwrap_err().to_string());
    while let Some(event) = route.try_receive()? {
        let Event::Notification { group, message, .. } = event else { panic!("{event:?}") };
        let flags = &message.payload()[8..12];
        learned.push(format!("group {group}, type {}, flags {flags:?}", message.header.message_type));
    }
    Ok(learned)
}
