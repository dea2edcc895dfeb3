//! How messages are shown: the arguments about that, and the printer that they make.

use crate::decode::{Decoded, Decoder, Origin};
use clap::{Args, ValueEnum};
use netlink_runtime::message::{Header, MessageRef};
use netlink_runtime::walk::json;
use std::io::{self, IsTerminal as _, Write};

/// Arguments of commands that show messages.
#[derive(Debug, Args)]
pub struct Output {
    /// Print JSON, one message per line
    #[arg(long, conflicts_with = "text")]
    json: bool,
    #[command(flatten)]
    look: Look,
}

/// The same, for commands that have a `--json` of their own.
#[derive(Debug, Args)]
pub struct Look {
    /// Print text, as on a terminal
    #[arg(long)]
    text: bool,
    /// Write the names of enum values and flags beside the numbers of JSON; text always has them
    #[arg(long)]
    names: bool,
    /// Write where each attribute starts in its message (text)
    #[arg(long)]
    offsets: bool,
    /// Colour the text; `auto`: on a terminal, unless `NO_COLOR` is set
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto")]
    color: Color,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Output {
    /// A printer that writes text to terminals, and JSON to anything else.
    pub fn printer(&self) -> Printer {
        self.look.printer(self.json)
    }

    /// A printer that writes text unless JSON is asked for: for what people watch.
    pub fn live_printer(&self) -> Printer {
        self.look.make(!self.json)
    }
}

impl Look {
    /// A printer that writes text to terminals unless JSON is asked for, and JSON to anything else.
    pub fn printer(&self, json: bool) -> Printer {
        self.make(self.text || !json && io::stdout().is_terminal())
    }

    fn make(&self, _text: bool) -> Printer {
        Printer { json: json::Options { names: self.names }, line: String::new() }
    }
}

/// Writes messages.
#[derive(Debug)]
pub struct Printer {
    json: json::Options,
    line: String,
}

impl Printer {
    /// Writes a message, from which the decoder learns.
    pub fn message<'a>(
        &mut self,
        decoder: &'a mut Decoder,
        origin: impl Into<Origin<'a>>,
        message: MessageRef<'a>,
        out: &mut impl Write,
    ) -> io::Result<()> {
        self.show(&decoder.message(origin, message), out)
    }

    /// Writes a message whose end is missing.
    pub fn cut<'a>(
        &mut self,
        decoder: &'a mut Decoder,
        origin: impl Into<Origin<'a>>,
        header: Header,
        payload: &'a [u8],
        out: &mut impl Write,
    ) -> io::Result<()> {
        self.show(&decoder.part(origin, header, payload), out)
    }

    /// Writes what has been looked at.
    pub fn show(&mut self, message: &Decoded<'_>, out: &mut impl Write) -> io::Result<()> {
        self.line.clear();
        message.json(&mut self.line, self.json);
        self.line.push('\n');
        out.write_all(self.line.as_bytes())
    }

    /// Whether it writes JSON.
    pub fn is_json(&self) -> bool {
        true
    }

    /// Writes what has been looked at, with more members at the end of its JSON.
    pub fn show_with(
        &mut self,
        message: &Decoded<'_>,
        members: &[(&str, serde_json::Value)],
        out: &mut impl Write,
    ) -> io::Result<()> {
        if !self.is_json() || members.is_empty() {
            return self.show(message, out);
        }
        self.line.clear();
        message.json(&mut self.line, self.json);
        self.line.pop();
        for (name, value) in members {
            self.line.push_str(&format!(",\"{name}\":{value}"));
        }
        self.line.push_str("}\n");
        out.write_all(self.line.as_bytes())
    }

    /// Says what is wrong in the place where it is, and shows the bytes if nothing else does: among
    /// text, or, as JSON has messages only, to standard error.
    pub fn note(&mut self, what: &str, _bytes: &[u8], _out: &mut impl Write) -> io::Result<()> {
        eprintln!("{what}");
        Ok(())
    }
}
