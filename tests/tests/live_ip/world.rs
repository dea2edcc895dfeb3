//! What every comparison needs: a socket, and the links by index.

use crate::json::Json;
use netlink_families::rt_link::{self, NetDeviceFlags};
use netlink_runtime::socket::{Error, Socket};
use netlink_runtime::{NamedValue, Protocol};
use std::collections::BTreeMap;

/// A route socket, and what renderers look up.
pub(crate) struct World {
    pub(crate) socket: Socket,
    pub(crate) links: Links,
}

impl World {
    /// Opens the socket.
    pub(crate) fn new() -> Self {
        let socket = Socket::open(Protocol::Route).expect("a route socket");
        World { socket, links: Links(BTreeMap::new()) }
    }

    /// Reads the links anew.
    pub(crate) fn refresh(&mut self) -> Result<(), Error> {
        let links = self.socket.dump_all(rt_link::GetLink::dump(), |link| {
            let name = link.ifname()?.map_or_else(String::new, |name| name.to_string());
            Ok((link.header().ifi_index as u32, (name, link.header().ifi_flags)))
        })?;
        self.links = Links(links.into_iter().collect());
        Ok(())
    }
}

/// Names and flags of the links.
pub(crate) struct Links(BTreeMap<u32, (String, NetDeviceFlags)>);

impl Links {
    /// What `ip` calls the link of this index.
    pub(crate) fn name(&self, index: u32) -> Json {
        match self.0.get(&index) {
            Some((name, _)) => name.as_str().into(),
            None => format!("if{index}").into(),
        }
    }

    /// The flags of the link of this index.
    pub(crate) fn flags(&self, index: u32) -> Option<NetDeviceFlags> {
        self.0.get(&index).map(|(_, flags)| *flags)
    }
}

/// A value by a table of `ip`'s words; a number as text where the table has none.
pub(crate) fn word<E: NamedValue + PartialEq + Copy>(value: E, words: &[(E, &str)]) -> Json {
    match words.iter().find(|(entry, _)| *entry == value) {
        Some((_, word)) => (*word).into(),
        None => value.to_bits().to_string().into(),
    }
}

/// A value whose word is its C name without the prefix.
pub(crate) fn stripped<E: NamedValue + Copy>(value: E, prefix: &str) -> Json {
    match E::META.name_of(value.to_bits()).and_then(|name| name.strip_prefix(prefix)) {
        Some(word) => word.into(),
        None => value.to_bits().to_string().into(),
    }
}

/// As [`stripped`], in lower case.
pub(crate) fn lower<E: NamedValue + Copy>(value: E, prefix: &str) -> Json {
    match stripped(value, prefix) {
        Json::Text(word) => word.to_lowercase().into(),
        other => other,
    }
}

/// The words of the flags that are set, in the table's order.
pub(crate) fn words<E: NamedValue + Copy>(value: E, words: &[(E, &str)]) -> Vec<Json> {
    let bits = value.to_bits();
    words.iter().filter(|(flag, _)| bits & flag.to_bits() != 0).map(|(_, word)| (*word).into()).collect()
}

/// `0x2a`.
pub(crate) fn hex(value: impl Into<u64>) -> String {
    format!("{:#x}", value.into())
}

/// `127.0.0.1` for `0x7f000001`: how `ip` prints keys of tunnels.
pub(crate) fn dotted(value: u32) -> String {
    std::net::Ipv4Addr::from(value).to_string()
}

/// Turns hundredths of a second into seconds.
pub(crate) fn seconds(centis: u64) -> f64 {
    centis as f64 / 100.0
}
