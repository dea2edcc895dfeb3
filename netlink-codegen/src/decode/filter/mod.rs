//! Which messages to show: `type=RTM_NEWLINK AND linkinfo.kind=vlan`.
//!
//! An expression is made of conditions:
//!
//! | condition | what holds |
//! |---|---|
//! | `PATH` | it is there |
//! | `PATH = VALUE` | a value there is this one; of flags: these are set |
//! | `PATH != VALUE` | it is there, and no value there is this one |
//! | `<`, `<=`, `>`, `>=` | a number there is less, ... |
//! | `ll_header{family=16}` | the message is of this protocol |
//! | `data{fmt='H', offset=4, value=37}` | the bytes there are this number |
//! | `NOT A`, `A AND B`, `A OR B`, `(A)` | as one reads it: `NOT` binds closest, then `AND`, then `OR` |
//!
//! `!`, `&&` and `||` are the same as the words, and conditions side by side are joined by `AND`.
//!
//! A path starts with one of these, and is otherwise one of attributes, `linkinfo.data.id` or
//! `IFLA_LINKINFO.IFLA_INFO_DATA.IFLA_VLAN_ID`:
//!
//! | path | value |
//! |---|---|
//! | `type` | the message type: a C name, of generic netlink the command's, or a number |
//! | `protocol` | `route`, `NETLINK_GENERIC`, a number |
//! | `family`, `cmd`, `version` | of generic netlink: the family's name, the command, the version |
//! | `len`, `seq`, `pid` | numbers |
//! | `flags` | `NLM_F_MULTI`, `multi`; a number is all of them |
//! | `error` | `EINVAL` or a number, 0 for an acknowledgement |
//! | `header.MEMBER` | a member of the fixed header, also of a nest that has one |
//! | `attrs.PATH` | an attribute, also one that has a name from this table |
//!
//! Names of attributes are those of the schema or C's, or numbers. Members of a C struct follow by
//! their names. Where members of a nest are numbered, the number may be left out, and any of them
//! counts. Values are numbers, text, addresses, hexadecimal digits of opaque bytes, and names of enum
//! values and flags, also without their first word or what they have in common. Quotes go around
//! anything else than letters, digits and `_.:/%*+-`, and around words that are operators.
//!
//! The formats of `data` are those of Python's `struct` module; `offset` counts from the start of the
//! message. These two conditions are those of pyroute2's decoder, whose operators, though, take two
//! conditions at a time from left to right, while here `AND` binds closer than `OR`.

mod compare;
mod find;
mod lex;
mod pack;
mod parse;

use super::Decoded;
use compare::{Field, Literal};
use pack::Packed;
use std::fmt;

/// An expression that messages match or do not.
#[derive(Clone, Debug)]
pub struct Filter(Expr);

#[derive(Clone, Debug)]
enum Expr {
    All(Vec<Expr>),
    Any(Vec<Expr>),
    Not(Box<Expr>),
    Protocol(u16),
    Data { format: Packed, offset: usize, value: i128 },
    Field(Field, Test),
    Attr(Vec<String>, Test),
}

/// What has to hold of a value.
#[derive(Clone, Debug)]
enum Test {
    Present,
    Is(Relation, Literal),
}

/// How a value and what it is compared with stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Why text is no filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterError {
    /// What is wrong.
    pub message: String,
    /// Where in the text, in bytes.
    pub at: usize,
    text: String,
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, after) = self.text.split_at_checked(self.at).unwrap_or((&self.text, ""));
        let line = |text: &str| text.replace(char::is_control, " ");
        writeln!(f, "{}", self.message)?;
        writeln!(f, "  {}{}", line(before), line(after))?;
        write!(f, "  {:width$}^", "", width = before.chars().count())
    }
}

impl std::error::Error for FilterError {}

impl Filter {
    /// Reads an expression.
    pub fn parse(text: &str) -> Result<Filter, FilterError> {
        parse::expression(text).map(Filter).map_err(|(at, message)| FilterError {
            message,
            at,
            text: text.to_owned(),
        })
    }

    /// Whether a message is meant.
    pub fn matches(&self, message: &Decoded<'_>) -> bool {
        self.0.matches(message)
    }
}

impl Expr {
    fn matches(&self, message: &Decoded<'_>) -> bool {
        match self {
            Expr::All(all) => all.iter().all(|e| e.matches(message)),
            Expr::Any(any) => any.iter().any(|e| e.matches(message)),
            Expr::Not(e) => !e.matches(message),
            Expr::Protocol(protocol) => message.origin.protocol == *protocol,
            Expr::Data { format, offset, value } => {
                let header = message.header.to_bytes();
                format.read(&header, message.payload, *offset) == Some(*value)
            }
            Expr::Field(field, test) => field.matches(message, test),
            Expr::Attr(path, test) => find::matches(message, path, test),
        }
    }
}
