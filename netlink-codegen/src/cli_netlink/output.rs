//! How messages are shown: the arguments about that, and the printer that they make.

use crate::decode::{Decoded, Decoder, Filter, Origin, text};
use clap::{Args, ValueEnum};
use netlink_runtime::message::{Header, MessageRef};
use netlink_runtime::walk::json;
use std::io::{self, IsTerminal as _, Write};

const MATCH: &str = "\
Show only messages like this: `type=RTM_NEWLINK AND linkinfo.kind=vlan`

Conditions are PATH (it is there), PATH=VALUE, and the same with !=, <, <=, > and >=; NOT, AND, OR and parentheses
join them. A PATH is one of attributes, as `linkinfo.data.id`, or `header.MEMBER`, or `type`, `protocol`, `family`,
`cmd`, `version`, `len`, `seq`, `pid`, `flags` or `error`. A VALUE is a number, text, an address, or the name of an
enum value or flag. There are also `ll_header{family=16}` and `data{fmt='H', offset=4, value=37}`, the number at an
offset of the message, in a format of Python's `struct`.";

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
    /// Show only messages like this: `type=RTM_NEWLINK AND linkinfo.kind=vlan`
    #[arg(long = "match", value_name = "EXPR", value_parser = Filter::parse, long_help = MATCH)]
    filter: Option<Filter>,
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

    fn make(&self, text: bool) -> Printer {
        let color = match self.color {
            Color::Auto => io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
            Color::Always => true,
            Color::Never => false,
        };
        let form = match text {
            true => Form::Text(text::Options { offsets: self.offsets, color }),
            false => Form::Json(json::Options { names: self.names }),
        };
        Printer { form, filter: self.filter.clone(), lines: String::new() }
    }
}

/// Writes messages.
#[derive(Debug)]
pub struct Printer {
    form: Form,
    filter: Option<Filter>,
    lines: String,
}

#[derive(Debug)]
enum Form {
    Json(json::Options),
    Text(text::Options),
}

impl Printer {
    /// Writes a message, from which the decoder learns whether or not it is to be shown.
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

    /// Whether `--match` lets a message through.
    pub fn lets_through(&self, message: &Decoded<'_>) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.matches(message))
    }

    /// Writes what has been looked at, if it is to be shown.
    pub fn show(&mut self, message: &Decoded<'_>, out: &mut impl Write) -> io::Result<()> {
        if !self.lets_through(message) {
            return Ok(());
        }
        self.lines.clear();
        match self.form {
            Form::Json(options) => {
                message.json(&mut self.lines, options);
                self.lines.push('\n');
            }
            Form::Text(options) => message.text(&mut self.lines, options),
        }
        out.write_all(self.lines.as_bytes())
    }

    /// Whether it writes JSON.
    pub fn is_json(&self) -> bool {
        matches!(self.form, Form::Json(_))
    }

    /// Writes what has been looked at; as JSON, with more members at the end.
    pub fn show_with(
        &mut self,
        message: &Decoded<'_>,
        members: &[(&str, serde_json::Value)],
        out: &mut impl Write,
    ) -> io::Result<()> {
        let Form::Json(options) = self.form else { return self.show(message, out) };
        if !self.lets_through(message) {
            return Ok(());
        }
        self.lines.clear();
        message.json(&mut self.lines, options);
        self.lines.pop();
        for (name, value) in members {
            self.lines.push_str(&format!(",\"{name}\":{value}"));
        }
        self.lines.push_str("}\n");
        out.write_all(self.lines.as_bytes())
    }

    /// Says what is wrong in the place where it is, and shows bytes that are in no message: among text,
    /// or, as JSON has messages only, to standard error.
    pub fn note(&mut self, what: &str, bytes: &[u8], out: &mut impl Write) -> io::Result<()> {
        let Form::Text(options) = self.form else {
            eprintln!("{what}");
            return Ok(());
        };
        self.lines.clear();
        text::note(&mut self.lines, what, bytes, options);
        out.write_all(self.lines.as_bytes())
    }
}
