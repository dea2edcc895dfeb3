//! `netlink monitor`: what the kernel tells on its own, as it happens.

mod groups;
mod stop;
mod until;

use super::namespace::Namespace;
use super::output::{Output, Printer};
use super::{Outcome, Schemas, Stop};
use crate::decode::table::NETLINK_GENERIC;
use crate::decode::{Decoder, Origin};
use crate::report::plural;
use clap::Args as ClapArgs;
use groups::{Group, Wanted, generic_group};
use netlink_runtime::Protocol;
use netlink_runtime::decoders::{Decoders, KeyRule};
use netlink_runtime::extack::errno_name;
use netlink_runtime::genl::{self, GENL_ID_CTRL};
use netlink_runtime::message::{GenlHeader, MessageRef};
use netlink_runtime::socket::{Error, Follow, Followed, Socket};
use std::collections::HashMap;
use std::io::Write;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use until::Until;

const EXAMPLES: &str = "\
Examples:
  netlink monitor
  netlink monitor link ipv4-route
  netlink monitor rt-link nftables nlctrl:notify --timestamps
  netlink monitor ethtool --json | jq -r .cmd
  netlink monitor link --until type=RTM_DELLINK --until 10s

A word is a family with all its groups (the name of a schema, or of a generic netlink family of this kernel), a group
(`link`, `RTNLGRP_LINK`, `nlctrl:notify`), a number (`rt-link:1`), or `all`, which is meant if nothing is said. What is
listened to, and what cannot be, is told on standard error. Generic netlink families that appear are announced; where
they are wanted, they are listened to.

Exit status: 0 fine (ended by a condition, by Ctrl-C, or because nobody reads any more), 1 no group could be joined,
2 wrong use.";

/// Print what the kernel tells on its own, as it happens
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// What to listen to [default: all]
    #[arg(value_name = "FAMILY|GROUP")]
    words: Vec<String>,
    /// End after so many messages (5), after a time (10s, 200ms, 2m), or with a message of this kind (a filter, as
    /// `netlink decode --filter` takes it); repeatable, the first one counts
    #[arg(long, value_name = "COUNT|TIME|FILTER")]
    until: Vec<Until>,
    /// Print when each message came (UTC)
    #[arg(long)]
    timestamps: bool,
    /// How many bytes of messages may wait in the kernel, for each protocol: 65536, 64k, 4M; above net.core.rmem_max it
    /// takes CAP_NET_ADMIN
    #[arg(long, value_name = "SIZE", value_parser = until::size)]
    rcvbuf: Option<u32>,
    /// Listen to all network namespaces that this one has numbers for (`ip netns list-id`), too
    #[arg(long)]
    all_netns: bool,
    #[command(flatten)]
    namespace: Namespace,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    schemas: Schemas,
}

/// Runs it.
pub fn run(args: &Args, out: &mut impl Write) -> Result<Outcome, Stop> {
    let registry = args.schemas.registry()?;
    // Numbers of generic netlink are the kernel's.
    let mut generic = args.open(NETLINK_GENERIC);
    let kernel = match &mut generic {
        Ok(socket) => socket.families().map(<[_]>::to_vec).map_err(|e| Stop::Failure(e.to_string())),
        Err(_) => Ok(Vec::new()),
    };
    let kernel = kernel.unwrap_or_default();
    let wanted = Wanted::new(registry.model(), &kernel, &args.words)?;
    let mut decoder = Decoder::new(registry);
    kernel.iter().for_each(|family| decoder.name_family(family.id, &family.name));

    let mut ears = Ears::default();
    for group in &wanted.fixed {
        ears.join(args, group);
    }
    if wanted.generic() {
        match generic {
            Ok(socket) => ears.sockets.push(Ear { protocol: NETLINK_GENERIC, socket, joined: HashMap::new() }),
            Err(stop) => ears.refuse_all(&said(stop)),
        }
        let notify = kernel.iter().find(|f| f.id == GENL_ID_CTRL).and_then(|f| f.group("notify"));
        if let Some(number) = notify {
            // Heard even if nobody wants to see it: it tells of new families.
            ears.join(args, &generic_group("nlctrl", "notify", number));
        }
        for group in kernel.iter().flat_map(|family| wanted.of(family)) {
            ears.join(args, &group);
        }
    }
    let shown = |group: &Group| group.protocol != NETLINK_GENERIC || wanted.shows(&group.name);
    ears.report(&wanted.missing(&kernel), shown);
    if ears.sockets.iter().all(|ear| ear.joined.is_empty()) {
        return Err(Stop::Failure("there is nothing to listen to".to_owned()));
    }
    let mut monitor = Monitor { wanted, decoder, printer: args.output.live_printer(), count: 0, args };
    monitor.run(ears, out)
}

/// What a failure to open a socket says.
fn said(stop: Stop) -> String {
    match stop {
        Stop::Usage(text) | Stop::Failure(text) => text,
        Stop::Closed => String::new(),
    }
}

impl Args {
    fn open(&self, protocol: u16) -> Result<Socket, Stop> {
        let mut options = Socket::builder().all_namespaces(self.all_netns);
        if let Some(bytes) = self.rcvbuf {
            options = options.receive_buffer(bytes);
        }
        self.namespace.open(options, Protocol(protocol))
    }
}

/// A socket, and what it hears.
struct Ear {
    protocol: u16,
    socket: Socket,
    joined: HashMap<u32, Group>,
}

/// Sockets of several protocols.
#[derive(Default)]
struct Ears {
    sockets: Vec<Ear>,
    /// Why groups could not be joined.
    refused: Vec<(String, String)>,
    /// Protocols that cannot be spoken.
    mute: Vec<u16>,
}
