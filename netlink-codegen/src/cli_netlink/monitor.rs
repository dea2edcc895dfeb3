//! `netlink monitor`: what the kernel tells on its own, as it happens.

mod ears;
pub(super) mod groups;
mod stop;
#[cfg(test)]
mod tests;
mod until;

use super::namespace::Namespace;
use super::output::{Output, Printer};
use super::{Outcome, Schemas, Stop};
use crate::decode::table::NETLINK_GENERIC;
use crate::decode::{Decoder, Origin};
use crate::report::list;
use clap::Args as ClapArgs;
use ears::{Ears, Heard, why};
pub(super) use groups::short;
use groups::{Group, Wanted, generic_group};
use netlink_runtime::genl::{self, GENL_ID_CTRL};
use netlink_runtime::message::{GenlHeader, MessageRef};
use netlink_runtime::socket::{Error, Follow, Followed, Overrun, Socket};
use serde_json::json;
use std::io::{self, Write};
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use stop::Gate;
use until::Until;

const EXAMPLES: &str = "\
Examples:
  netlink monitor
  netlink monitor link ipv4-route
  netlink monitor rt-link nftables nlctrl:notify --timestamps
  netlink monitor ethtool --json | jq -r .cmd
  netlink monitor link --until type=RTM_DELLINK --until 10s

A word is a family with all its groups (the name of a schema, or of a generic netlink family of
this kernel), a group (`link`, `RTNLGRP_LINK`, `nlctrl:notify`), a number (`rt-link:1`), or `all`,
which is meant if nothing is said. What is listened to, and what cannot be, is told on standard
error. Generic netlink families that appear are announced; where they are wanted, they are
listened to. Each message of JSON has its `group`, and `netns` and `time` where these are known.

Exit status: 0 fine (ended by a condition, by Ctrl-C, or because nobody reads any more), 1 no
group could be joined, 2 wrong use.";

/// Print what the kernel tells on its own, as it happens
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// What to listen to [default: all]
    #[arg(value_name = "FAMILY|GROUP")]
    words: Vec<String>,
    /// End after so many messages (5), after a time (10s, 200ms, 2m), or with a message of this kind (a filter, as
    /// `netlink decode --match` takes it); repeatable, the first one counts
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
    let start = Instant::now();
    let registry = args.schemas.registry()?;
    let mut options = Socket::builder();
    if let Some(bytes) = args.rcvbuf {
        options = options.receive_buffer(bytes);
    }
    let mut ears = Ears::new(&args.namespace, options, args.all_netns);
    // Numbers of generic netlink are the kernel's.
    let kernel = match ears.socket(NETLINK_GENERIC) {
        Ok(socket) => socket.families().map_err(failure)?.to_vec(),
        // Nothing can be heard there at all.
        Err(reason) => return Err(Stop::Failure(reason.clone())),
    };
    let wanted = Wanted::new(registry.model(), &kernel, &args.words)?;
    let mut decoder = Decoder::new(registry);
    kernel.iter().for_each(|family| decoder.name_family(family.id, &family.name));

    wanted.fixed.iter().for_each(|group| ears.join(group));
    let mut unseen = None;
    if wanted.generic() {
        let groups: Vec<_> = kernel.iter().flat_map(|family| wanted.of(family)).collect();
        // It tells of new families, even if nobody wants to see it.
        let controller = kernel.iter().find(|family| family.id == GENL_ID_CTRL);
        let notify = controller
            .and_then(|family| Some(generic_group(&family.name, "notify", family.group("notify")?)));
        unseen = notify.filter(|notify| !groups.contains(notify));
        groups.iter().chain(&unseen).for_each(|group| ears.join(group));
    }
    ears.report(unseen.as_ref(), &wanted.missing(&kernel))?;
    let (follow, protocols, joined) = ears.follow();
    let deadline = args.until.iter().filter_map(|until| match until {
        Until::After(limit) => start.checked_add(*limit),
        Until::Count(_) | Until::Message(_) => None,
    });
    let monitor = Monitor {
        args,
        wanted,
        deadline: deadline.min(),
        follow,
        protocols,
        joined,
        unseen,
        decoder,
        printer: args.output.live_printer(),
        count: 0,
    };
    let gate = Gate::default();
    gate.end_by_signal()?;
    monitor.run(&gate, out)
}

fn failure(error: Error) -> Stop {
    Stop::Failure(error.to_string())
}

/// A monitor at work.
struct Monitor<'a> {
    args: &'a Args,
    wanted: Wanted,
    deadline: Option<Instant>,
    follow: Follow<Heard>,
    /// By the numbers of the sockets.
    protocols: Vec<u16>,
    joined: Vec<Group>,
    /// A group whose messages are read, and not shown.
    unseen: Option<Group>,
    decoder: Decoder,
    printer: Printer,
    /// How many messages were shown.
    count: u64,
}

impl Monitor<'_> {
    fn run(mut self, gate: &Gate, out: &mut impl Write) -> Result<Outcome, Stop> {
        while self.step(gate, out)? {}
        Ok(Outcome::Fine)
    }

    /// Waits for what comes next, and shows it. Whether there is more to wait for.
    fn step(&mut self, gate: &Gate, out: &mut impl Write) -> Result<bool, Stop> {
        let left = self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        if left.is_some_and(|left| left.is_zero()) {
            return Ok(false);
        }
        self.follow.set_timeout(left);
        let heard = self.follow.receive();
        let _writing = gate.hold();
        let mut more = true;
        match heard {
            Ok(Followed::Told { source, group, namespace, value }) => {
                more = !self.told(source, group, namespace, &value, out)?;
            }
            Ok(Followed::Missed { source, overrun }) => self.missed(source, overrun, out)?,
            Ok(_) => {}
            Err(Error::Io(e)) if e.kind() == io::ErrorKind::TimedOut => {}
            Err(Error::Malformed(error)) => {
                self.printer.note(&format!("a datagram is no message: {error}"), &[], out)?;
            }
            Err(error) => return Err(failure(error)),
        }
        // Whoever reads this sees it now.
        out.flush()?;
        Ok(more)
    }

    /// Shows a message; whether it is the last one.
    fn told(
        &mut self,
        source: usize,
        group: u32,
        namespace: Option<i32>,
        bytes: &[u8],
        out: &mut impl Write,
    ) -> Result<bool, Stop> {
        let Ok(message) = MessageRef::parse(bytes) else { return Ok(false) };
        let protocol = self.protocols[source];
        if protocol == NETLINK_GENERIC && message.header.message_type == GENL_ID_CTRL && namespace.is_none() {
            self.announce(source, message, out)?;
        }
        let is = |g: &&Group| (g.protocol, g.number) == (protocol, group);
        if self.unseen.as_ref().is_some_and(|unseen| is(&unseen)) {
            return Ok(false);
        }
        let name = self.joined.iter().find(is).map(|group| group.name.as_str());
        let place = namespace.map(|id| format!("netns {id}"));
        let label: Vec<_> = name.into_iter().chain(place.as_deref()).collect();
        let label = label.join(", ");
        let time = SystemTime::now().duration_since(UNIX_EPOCH).ok().filter(|_| self.args.timestamps);
        let origin = Origin {
            protocol,
            time,
            label: Some(&label).filter(|l| !l.is_empty()).map(|l| &**l),
            ..Origin::default()
        };
        let decoded = self.decoder.message(origin, message);
        let members = [
            name.map(|name| ("group", json!(name))),
            namespace.map(|id| ("netns", json!(id))),
            time.map(|time| ("time", json!(time.as_micros() as f64 / 1e6))),
        ];
        let members: Vec<_> = members.into_iter().flatten().collect();
        if self.printer.lets_through(&decoded) {
            self.printer.show_with(&decoded, &members, out)?;
            self.count += 1;
        }
        Ok(self.args.until.iter().any(|until| match until {
            Until::Count(count) => self.count >= *count,
            Until::Message(filter) => filter.matches(&decoded),
            Until::After(_) => false,
        }))
    }

    fn missed(&mut self, source: usize, overrun: Overrun, out: &mut impl Write) -> io::Result<()> {
        let count = match overrun {
            Overrun::Kernel => String::new(),
            Overrun::Queue(count) => format!("{count} "),
        };
        let protocol = ears::protocol_name(self.protocols[source]);
        let what = format!(
            "{count}messages of {protocol} are missing here: more came than was read in time (--rcvbuf SIZE makes room)"
        );
        self.printer.note(&what, &[], out)
    }

    /// Says which family has come or gone, and listens to what is wanted of it.
    fn announce(&mut self, source: usize, message: MessageRef<'_>, out: &mut impl Write) -> Result<(), Stop> {
        let Some((genl, attrs)) = GenlHeader::split(message.payload()) else { return Ok(()) };
        let family = genl::Family::parse(attrs);
        let what = match genl.command {
            CTRL_CMD_NEWFAMILY => {
                self.decoder.name_family(family.id, &family.name);
                format!("the family `{}` has appeared, with the id {}", family.name, family.id)
            }
            CTRL_CMD_DELFAMILY => {
                self.joined.retain(|g| g.protocol != NETLINK_GENERIC || !g.is_of(&family.name));
                let what = format!("the family `{}` has gone", family.name);
                return Ok(self.printer.note(&what, &[], out)?);
            }
            // A group that comes with its family is told of twice.
            CTRL_CMD_NEWMCAST_GRP => return self.listen(source, &family, out),
            _ => return Ok(()),
        };
        self.printer.note(&what, &[], out)?;
        self.listen(source, &family, out)
    }

    /// Joins what is wanted of a family, and was not joined yet.
    fn listen(&mut self, source: usize, family: &genl::Family, out: &mut impl Write) -> Result<(), Stop> {
        let new: Vec<_> = self.wanted.of(family).into_iter().filter(|g| !self.joined.contains(g)).collect();
        for group in new {
            let Some(socket) = self.follow.socket(source) else { continue };
            let what = match socket.join(group.number) {
                Ok(()) => format!("listening to {}", list([group.name.as_str()])),
                Err(error) => format!("not listening to {}: {}", list([group.name.as_str()]), why(&error)),
            };
            self.printer.note(&what, &[], out)?;
            self.joined.push(group);
        }
        Ok(())
    }
}

/// Commands of the controller (`linux/genetlink.h`).
const CTRL_CMD_NEWFAMILY: u8 = 1;
const CTRL_CMD_DELFAMILY: u8 = 2;
const CTRL_CMD_NEWMCAST_GRP: u8 = 7;
