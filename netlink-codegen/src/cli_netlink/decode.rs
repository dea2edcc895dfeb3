//! `netlink decode`: messages from a file.

use super::output::{Output, Printer};
use super::{Outcome, Schemas, Stop};
use crate::decode::input::{self, Datagram, Format, Input, Piece};
use crate::decode::{Decoder, Origin, protocol_number, table};
use crate::report::{list, plural};
use clap::{Args as ClapArgs, ValueEnum};
use netlink_runtime::message::{Header, NLMSG_MIN_TYPE};
use std::io::{self, Read, Write};

const EXAMPLES: &str = "\
Examples:
  netlink decode nlmon.pcap
  xxd -p dump.bin | netlink decode --names -
  strace -f -yy -e trace=%network -e read=all -e write=all -o trace.txt ip link; netlink decode trace.txt
  netlink decode --protocol generic --genl 21=ethtool capture.hex
  netlink decode --protocol generic --schema sensors.yaml --genl 40=sensors capture.hex

Messages are text on a terminal, and otherwise JSON: one object in a line of its own each. What is no message is told
on standard error, with its place, and the rest is decoded. Ids of generic netlink families are also learnt from
controller messages in the same input.

Hexadecimal text is pairs of digits, with anything of `space , : 0x \\x` between them, or what xxd, hexdump, od print.
`#` and `;` start comments. A datagram ends with the line that completes its last message, or at an empty line.

strace shows netlink messages taken apart; `-e read=all -e write=all` has it print their bytes, too. `netlink trace`
does all of that.

Exit status: 0 fine, 1 something in the input is no message, or there is none, 2 wrong use.";

/// Print messages from a file
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// File to read, `-` for standard input
    #[arg(value_name = "FILE")]
    file: String,
    /// Protocol that is spoken, by name or number; where the file tells it, the file is right
    #[arg(long, value_name = "NAME|NUMBER", default_value = "route")]
    protocol: String,
    /// Id of a generic netlink family (repeatable)
    #[arg(long, value_name = "ID=NAME")]
    genl: Vec<String>,
    /// What the file is
    #[arg(long, value_enum, default_value = "auto")]
    format: Kind,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    schemas: Schemas,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    /// Find out
    Auto,
    /// Messages as a socket gives them, one after the other
    Raw,
    /// Hexadecimal text
    Hex,
    /// Output of strace
    Strace,
    /// Classic pcap of an nlmon device
    Pcap,
    /// pcapng of an nlmon device
    Pcapng,
    /// What `ip route save`, `ip addr save` or `ip rule save` writes
    Save,
}

impl Kind {
    fn format(self) -> Option<Format> {
        Some(match self {
            Kind::Auto => return None,
            Kind::Raw => Format::Raw,
            Kind::Hex => Format::Hex,
            Kind::Strace => Format::Strace,
            Kind::Pcap => Format::Pcap,
            Kind::Pcapng => Format::Pcapng,
            Kind::Save => Format::Save,
        })
    }
}

/// Runs it.
pub fn run(args: &Args, out: &mut impl Write) -> Result<Outcome, Stop> {
    let protocol = protocol_number(&args.protocol).ok_or_else(|| {
        let names = list(table::protocol_names());
        Stop::Usage(format!("--protocol {}: there are {names}, and numbers", args.protocol))
    })?;
    let families: Vec<_> = args.genl.iter().map(|g| family(g)).collect::<Result<_, _>>()?;
    let unreadable = |error: io::Error| Stop::Usage(format!("{}: {error}", args.file));
    let from: Box<dyn Read> = match args.file.as_str() {
        "-" => Box::new(io::stdin().lock()),
        path => Box::new(std::fs::File::open(path).map_err(unreadable)?),
    };
    let input = Input::new(from, args.format.format()).map_err(unreadable)?;

    let mut decoder = Decoder::new(args.schemas.table()?);
    for (id, name) in families {
        decoder.name_family(id, name);
    }
    let mut reading = Reading::new(decoder, args.output.printer(), protocol, &args.file);
    reading.all(input, out)?;
    if reading.messages == 0 && reading.outcome == Outcome::Fine {
        eprintln!("{}: no messages", args.file);
        return Ok(Outcome::Findings);
    }
    reading.judge_protocol(&args.protocol);
    Ok(reading.outcome)
}

/// Messages on their way from a file to the output.
pub(super) struct Reading<'f> {
    decoder: Decoder,
    printer: Printer,
    /// Where the file does not tell it.
    protocol: u16,
    /// The file's name.
    name: &'f str,
    pub(super) outcome: Outcome,
    pub(super) messages: u64,
    /// Messages of the protocol that was not told by the file, and those of them that nobody knows.
    assumed: u64,
    unknown: u64,
}

impl<'f> Reading<'f> {
    pub(super) fn new(decoder: Decoder, printer: Printer, protocol: u16, name: &'f str) -> Self {
        let (outcome, messages) = (Outcome::Fine, 0);
        Reading { decoder, printer, protocol, name, outcome, messages, assumed: 0, unknown: 0 }
    }

    /// Reads to the end.
    pub(super) fn all<R: Read>(&mut self, mut input: Input<R>, out: &mut impl Write) -> Result<(), Stop> {
        let mut datagram = Datagram::default();
        loop {
            let (decoder, protocol) = (&self.decoder, self.protocol);
            match input.next(&mut datagram, &|message_type| decoder.knows(protocol, message_type)) {
                Some(Ok(())) => self.datagram(&datagram, out)?,
                Some(Err(wrong)) => self.note(&wrong.to_string(), &wrong.bytes, out)?,
                None => return Ok(()),
            }
            // Whoever watches sees it now.
            if input.waits() {
                out.flush()?;
            }
        }
    }

    fn note(&mut self, what: &str, bytes: &[u8], out: &mut impl Write) -> io::Result<()> {
        self.outcome = Outcome::Findings;
        self.printer.note(&format!("{}: {what}", self.name), bytes, out)
    }

    fn datagram(&mut self, datagram: &Datagram, out: &mut impl Write) -> io::Result<()> {
        let origin = Origin {
            protocol: datagram.protocol.unwrap_or(self.protocol),
            direction: datagram.direction,
            time: datagram.time,
            label: Some(datagram.label.as_str()).filter(|label| !label.is_empty()),
        };
        let pieces: Vec<_> = self.decoder.datagram(origin.protocol, &datagram.bytes).collect();
        for piece in pieces {
            match piece {
                Piece::Message(message) => {
                    self.count(datagram, origin.protocol, message.header);
                    self.printer.message(&mut self.decoder, origin, message, out)?;
                }
                Piece::Cut { offset, header, payload } => {
                    self.count(datagram, origin.protocol, header);
                    let (says, there) = (plural(header.len, "byte"), Header::LEN + payload.len());
                    let place = datagram.place.byte(offset);
                    self.note(
                        &format!("{place}: the message is {says} long, and {there} are there"),
                        &[],
                        out,
                    )?;
                    self.printer.cut(&mut self.decoder, origin, header, payload, out)?;
                }
                Piece::Garbage { offset, len, says } => {
                    let place = datagram.place.byte(offset);
                    let bytes = datagram.bytes.get(offset..offset + len).unwrap_or_default();
                    self.note(&format!("{place}: {}", input::garbage(len as u64, says)), bytes, out)?;
                }
            }
        }
        if let Some(why) = &datagram.cut {
            self.note(&format!("{}: {why}", datagram.place), &[], out)?;
        }
        Ok(())
    }

    fn count(&mut self, datagram: &Datagram, protocol: u16, header: Header) {
        self.messages += 1;
        if datagram.protocol.is_none() && header.message_type >= NLMSG_MIN_TYPE {
            self.assumed += 1;
            self.unknown += u64::from(!self.decoder.knows(protocol, header.message_type));
        }
    }

    /// Says so where all messages look like those of another protocol.
    fn judge_protocol(&mut self, protocol: &str) {
        // Ids of generic netlink families are not known without their names.
        if self.protocol != table::NETLINK_GENERIC && self.assumed > 0 && self.unknown == self.assumed {
            self.outcome = Outcome::Findings;
            let messages = plural(self.assumed, "message");
            eprintln!(
                "{}: {messages}, and no type of protocol `{protocol}`: is it another --protocol?",
                self.name
            );
        }
    }
}

fn family(arg: &str) -> Result<(u16, &str), Stop> {
    let pair = arg.split_once('=').and_then(|(id, name)| Some((id.parse().ok()?, name)));
    pair.filter(|(_, name)| !name.is_empty())
        .ok_or_else(|| Stop::Usage(format!("--genl {arg}: want ID=NAME, such as 21=ethtool")))
}
