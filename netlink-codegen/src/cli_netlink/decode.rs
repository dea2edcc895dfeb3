//! `netlink decode`: messages from a file.

use super::output::Output;
use super::{Outcome, Schemas, Stop};
use crate::decode::input::{self, Piece};
use crate::decode::{Decoder, protocol_number, table};
use crate::report::{list, plural};
use clap::{Args as ClapArgs, ValueEnum};
use netlink_runtime::message::Header;
use std::io::{Read, Write};

const EXAMPLES: &str = "\
Examples:
  netlink decode --protocol route dump.bin
  xxd -p dump.bin | netlink decode --names -
  netlink decode --protocol generic --genl 21=ethtool capture.hex
  netlink decode --protocol generic --schema sensors.yaml --genl 40=sensors capture.hex

Messages are text on a terminal, and otherwise JSON: one object in a line of its own each. In hexadecimal text, a datagram ends with the line that completes
its last message, or at an empty line; `#` starts a comment. Ids of generic netlink families are also learnt from
controller messages in the same input.

Exit status: 0 fine, 1 something in the input is no message, 2 wrong use.";

/// Print messages from a file
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// File to read, `-` for standard input
    #[arg(value_name = "FILE")]
    file: String,
    /// Protocol that is spoken, by name or number
    #[arg(long, value_name = "NAME|NUMBER", default_value = "route")]
    protocol: String,
    /// Id of a generic netlink family (repeatable)
    #[arg(long, value_name = "ID=NAME")]
    genl: Vec<String>,
    /// What the file holds
    #[arg(long, value_enum, default_value = "auto")]
    format: Format,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    schemas: Schemas,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Find out
    Auto,
    /// Messages as a socket gives them, one after the other
    Raw,
    /// Hexadecimal text
    Hex,
}

/// Runs it.
pub fn run(args: &Args, out: &mut impl Write) -> Result<Outcome, Stop> {
    let protocol = protocol_number(&args.protocol).ok_or_else(|| {
        let names = list(table::protocol_names());
        Stop::Usage(format!("--protocol {}: there are {names}, and numbers", args.protocol))
    })?;
    let families: Vec<_> = args.genl.iter().map(|g| family(g)).collect::<Result<_, _>>()?;
    let mut content = Vec::new();
    let read = match args.file.as_str() {
        "-" => std::io::stdin().lock().read_to_end(&mut content),
        path => std::fs::File::open(path).and_then(|mut f| f.read_to_end(&mut content)),
    };
    read.map_err(|e| Stop::Usage(format!("{}: {e}", args.file)))?;

    let mut decoder = Decoder::new(args.schemas.table()?);
    for (id, name) in families {
        decoder.name_family(id, name);
    }
    let format = match args.format {
        Format::Auto => input::Format::Auto,
        Format::Raw => input::Format::Raw,
        Format::Hex => input::Format::Hex,
    };
    let mut printer = args.output.printer();
    let mut outcome = Outcome::Fine;
    let (datagrams, wrong) = input::datagrams(&content, format);
    for what in &wrong {
        outcome = Outcome::Findings;
        printer.note(&format!("{}: {what}", args.file), &[], out)?;
    }
    for datagram in &datagrams {
        let place = |offset: usize| match datagram.line {
            Some(line) => format!("{}: offset {offset} of the datagram in line {line}", args.file),
            None => format!("{}: offset {offset}", args.file),
        };
        let pieces: Vec<_> = decoder.datagram(protocol, &datagram.bytes).collect();
        for piece in pieces {
            match piece {
                Piece::Message(message) => printer.message(&mut decoder, protocol, message, out)?,
                Piece::Cut { offset, header, payload } => {
                    outcome = Outcome::Findings;
                    let (says, there) = (plural(header.len, "byte"), Header::LEN + payload.len());
                    let what =
                        format!("{}: the message is {says} long, and {there} are there", place(offset));
                    printer.note(&what, &[], out)?;
                    printer.cut(&mut decoder, protocol, header, payload, out)?;
                }
                Piece::Garbage { offset, len, says } => {
                    outcome = Outcome::Findings;
                    let what = match says {
                        Some(says) => format!("no message has {}", plural(says, "byte")),
                        None => "too short for a message".to_owned(),
                    };
                    let what = format!("{}: {what}; {} left out", place(offset), plural(len as u64, "byte"));
                    let bytes = datagram.bytes.get(offset..offset + len).unwrap_or_default();
                    printer.note(&what, bytes, out)?;
                }
            }
        }
    }
    Ok(outcome)
}

fn family(arg: &str) -> Result<(u16, &str), Stop> {
    let pair = arg.split_once('=').and_then(|(id, name)| Some((id.parse().ok()?, name)));
    pair.filter(|(_, name)| !name.is_empty())
        .ok_or_else(|| Stop::Usage(format!("--genl {arg}: want ID=NAME, such as 21=ethtool")))
}
