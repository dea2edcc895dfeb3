//! The sockets that listen: one for each protocol, with the groups that it has joined.

use super::groups::Group;
use crate::cli_netlink::Stop;
use crate::cli_netlink::namespace::Namespace;
use crate::decode::{protocol_number, table};
use crate::report::{list, plural};
use netlink_runtime::Protocol;
use netlink_runtime::decoders::{Decoders, KeyRule};
use netlink_runtime::extack::errno_name;
use netlink_runtime::socket::{Builder, Error, Follow, Socket};
use std::collections::BTreeMap;

/// What is heard: the bytes of a message.
pub(super) type Heard = Vec<u8>;

/// Sockets of several protocols.
pub(super) struct Ears<'a> {
    namespace: &'a Namespace,
    options: Builder,
    /// They listen to all network namespaces.
    all: bool,
    /// By protocol; or why there is none.
    sockets: Vec<(u16, Result<Socket, String>)>,
    joined: Vec<Group>,
    /// Groups that could not be joined, and why.
    refused: Vec<(String, String)>,
}

impl<'a> Ears<'a> {
    pub(super) fn new(namespace: &'a Namespace, options: Builder, all: bool) -> Self {
        let options = options.all_namespaces(all);
        Ears { namespace, options, all, sockets: Vec::new(), joined: Vec::new(), refused: Vec::new() }
    }

    /// The socket of a protocol, or why there is none.
    pub(super) fn socket(&mut self, protocol: u16) -> &mut Result<Socket, String> {
        let ix = self.sockets.iter().position(|(p, _)| *p == protocol).unwrap_or_else(|| {
            let of = Protocol(protocol);
            let opened = self.namespace.open(self.options.clone(), of);
            let opened = opened.map_err(|error| match error.errno().and_then(errno_name) {
                Some("EPERM") if self.all => "EPERM: --all-netns takes CAP_NET_BROADCAST".to_owned(),
                _ => self.namespace.explain(&error, of),
            });
            self.sockets.push((protocol, opened));
            self.sockets.len() - 1
        });
        &mut self.sockets[ix].1
    }

    /// Joins a group.
    pub(super) fn join(&mut self, group: &Group) {
        if self.joined.contains(group) {
            return;
        }
        let joined = match self.socket(group.protocol) {
            Ok(socket) => socket.join(group.number).map_err(|error| why(&error)),
            Err(reason) => Err(reason.clone()),
        };
        match joined {
            Ok(()) => self.joined.push(group.clone()),
            Err(reason) => self.refused.push((group.name.clone(), reason)),
        }
    }

    /// Says what is listened to, and what is not; `unseen` is heard, and not shown.
    pub(super) fn report(&self, unseen: Option<&Group>, awaited: &[String]) -> Result<(), Stop> {
        let joined: Vec<_> =
            self.joined.iter().filter(|g| Some(*g) != unseen).map(|g| g.name.as_str()).collect();
        let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, reason) in &self.refused {
            reasons.entry(reason).or_default().push(name);
        }
        for (reason, names) in reasons {
            eprintln!("not listening to {}: {reason}", names.join(", "));
        }
        for family in awaited {
            eprintln!("waiting for `{family}`, which this kernel does not have now");
        }
        if joined.is_empty() && (awaited.is_empty() || unseen.is_none()) {
            return Err(Stop::Failure("there is nothing to listen to".to_owned()));
        }
        if !joined.is_empty() {
            let count = plural(joined.len() as u64, "group");
            eprintln!("listening to {count}: {}", list(joined));
        }
        Ok(())
    }

    /// Begins to listen. Gives the protocols by the numbers of their sockets, and what was joined.
    pub(super) fn follow(self) -> (Follow<Heard>, Vec<u16>, Vec<Group>) {
        let mut follow = Follow::new();
        let mut protocols = Vec::new();
        for (protocol, socket) in self.sockets {
            let Ok(socket) = socket else { continue };
            // One that was opened to ask for numbers alone.
            if !self.joined.iter().any(|group| group.protocol == protocol) {
                continue;
            }
            let whole = Decoders::new(KeyRule::MessageType).otherwise(|m| Ok(Some(m.bytes().to_vec())));
            follow = follow.notifications(socket, whole);
            protocols.push(protocol);
        }
        (follow, protocols, self.joined)
    }
}

/// What people call a protocol.
pub(super) fn protocol_name(number: u16) -> String {
    let known = table::protocol_names().find(|name| protocol_number(name) == Some(number));
    known.map_or_else(|| format!("protocol {number}"), str::to_owned)
}

/// Why a group cannot be joined.
pub(super) fn why(error: &Error) -> String {
    match error.errno().and_then(errno_name) {
        Some("EPERM") => {
            "EPERM: it takes CAP_NET_ADMIN in the user namespace that owns the network namespace".to_owned()
        }
        Some("EINVAL" | "ENOENT") => "this kernel has no such group".to_owned(),
        _ => error.to_string(),
    }
}
