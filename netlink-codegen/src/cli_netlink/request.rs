//! `netlink dump` and `netlink do`: a request by schema, and its replies.

use super::output::Look;
use super::{Outcome, Schemas, Stop};
use crate::decode::encode::{self, parse_args};
use crate::decode::{Decoder, table};
use crate::ir::{Family, Operation, Protocol as Spoken};
use crate::report::{did_you_mean, list};
use clap::Args as ClapArgs;
use netlink_runtime::Protocol;
use netlink_runtime::extack::KernelError;
use netlink_runtime::message::{
    GenlHeader, NLM_F_APPEND, NLM_F_CREATE, NLM_F_DUMP, NLM_F_ECHO, NLM_F_EXCL, NLM_F_REPLACE,
};
use netlink_runtime::socket::{Error, Socket};
use std::io::Write;

pub(super) const DUMP_EXAMPLES: &str = "\
Examples:
  netlink dump rt-link getlink
  netlink dump rt-link getlink --names linkinfo.kind=vlan
  netlink dump rt-addr getaddr --header ifa_family=inet6
  netlink dump nlctrl getfamily

Exit status: 0 fine, 1 the kernel refused or the dump is not consistent, 2 wrong use.";

pub(super) const DO_EXAMPLES: &str = "\
Examples:
  netlink do rt-link getlink ifname=lo
  netlink do rt-link newlink --flags create,excl ifname=v0 link=2 linkinfo.kind=vlan linkinfo.data.id=5
  netlink do rt-link setlink --header ifi_index=2 --header ifi_flags=up --header ifi_change=up
  netlink do rt-route newroute --flags create --json '{\"header\":{\"rtm_family\":\"inet\",\"rtm_dst_len\":24},
      \"attrs\":{\"dst\":\"10.0.0.0\",\"oif\":2}}'

An attribute is a path of names, `=` and a value: a number, a name of an enum or names of flags, an address, text,
hexadecimal bytes, or JSON for what has members. A path alone sets a flag. What is given twice is sent twice.

Exit status: 0 fine, 1 the kernel refused, 2 wrong use.";

/// Arguments of both.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Family: the name of its schema, or of the generic netlink family
    family: String,
    /// Operation, as the schema names it
    operation: String,
    /// Attributes of the request
    #[arg(value_name = "ATTR=VALUE")]
    attrs: Vec<String>,
    /// Member of the request's fixed header (repeatable)
    #[arg(long, value_name = "MEMBER=VALUE")]
    header: Vec<String>,
    /// Request as JSON: attributes, or {"header":{...},"attrs":...}; without a value: print JSON
    #[arg(long, value_name = "JSON")]
    json: Option<Option<String>>,
    /// What a request that makes something may do, besides what the schema says: create, excl, replace, append, echo
    #[arg(long, value_name = "FLAGS", value_delimiter = ',')]
    flags: Vec<String>,
    #[command(flatten)]
    look: Look,
    #[command(flatten)]
    schemas: Schemas,
}

/// Runs it.
pub fn run(args: &Args, dump: bool, out: &mut impl Write) -> Result<Outcome, Stop> {
    let (registry, family, table) = args.schemas.family(&args.family)?;
    let model = registry.model();
    let family = &model[family];
    let operation = find(family, args, dump)?;
    let request = match &operation.request {
        Some(request) => request,
        None => return Err(Stop::Usage(format!("`{}` is an event: nobody asks for it", operation.name))),
    };
    let json = args.json.as_ref().and_then(|value| value.as_deref());
    let input = parse_args(&args.header, &args.attrs, json).map_err(usage)?;
    let body = match request.set {
        Some(set) => encode::body(model, set, &input).map_err(usage)?,
        None if input == encode::Input::default() => Vec::new(),
        None => return Err(Stop::Usage(format!("`{}` takes no attributes", operation.name))),
    };
    let mut flags = if dump { NLM_F_DUMP } else { 0 };
    for word in operation.nlm_flags.iter().chain(&args.flags) {
        flags |= flag(word)?;
    }

    let Some(protocol) = table::number_of(&family.protocol) else {
        return Err(Stop::Usage(format!(
            "`{}` has definitions for other schemas, and no operations",
            family.name
        )));
    };
    let mut socket = Socket::open(Protocol(protocol)).map_err(failure)?;
    let mut decoder = Decoder::new(table);
    let mut printer = args.look.printer(args.json == Some(None));
    let (message_type, payload) = match &family.protocol {
        Spoken::Generic { name, version, .. } => {
            let id = socket.family(name).map_err(failure)?.id;
            decoder.name_family(id, name);
            let command = u8::try_from(request.number)
                .map_err(|_| Stop::Usage(format!("command {} is too large", request.number)))?;
            let genl = GenlHeader { command, version: *version };
            (id, [&genl.to_bytes()[..], &body].concat())
        }
        _ => (request.number, body),
    };
    let mut replies = socket.raw_request(message_type, flags, &payload).map_err(failure)?;
    decoder.remember(protocol, replies.request());
    let mut refused: Option<KernelError> = None;
    while let Some(message) = replies.next().map_err(failure)? {
        match decoder.kernel_error(protocol, message) {
            Some(error) => refused = Some(error),
            None => printer.message(&mut decoder, protocol, message, out)?,
        }
    }
    match refused {
        Some(mut error) if error.errno != 0 => {
            // Names outlive the model's registry, which lives for ever.
            error.request = Some(&request.c_name);
            Err(Stop::Failure(error.to_string()))
        }
        _ if replies.interrupted() => Err(Stop::Failure(
            "what was dumped changed meanwhile: entries may be missing or there twice".into(),
        )),
        Some(warning) if warning.message.is_some() => {
            eprintln!("{warning}");
            Ok(Outcome::Fine)
        }
        _ => Ok(Outcome::Fine),
    }
}

fn usage(error: encode::Error) -> Stop {
    Stop::Usage(error.to_string())
}

fn failure(error: Error) -> Stop {
    Stop::Failure(error.to_string())
}

fn flag(word: &str) -> Result<u16, Stop> {
    match word.to_ascii_lowercase().as_str() {
        "create" => Ok(NLM_F_CREATE),
        "excl" => Ok(NLM_F_EXCL),
        "replace" => Ok(NLM_F_REPLACE),
        "append" => Ok(NLM_F_APPEND),
        "echo" => Ok(NLM_F_ECHO),
        "request" | "ack" | "dump" => Ok(0),
        other => Err(Stop::Usage(format!(
            "--flags {other}: there are `create`, `excl`, `replace`, `append` and `echo`"
        ))),
    }
}

fn find<'m>(family: &'m Family, args: &Args, dump: bool) -> Result<&'m Operation, Stop> {
    let plain = |name: &str| name.to_ascii_lowercase().replace(['-', '_'], "");
    let wanted = plain(&args.operation);
    let can = |op: &&Operation| if dump { op.dump } else { op.do_ };
    let is = |op: &&Operation| {
        plain(&op.name) == wanted || op.request.as_ref().is_some_and(|m| plain(&m.c_name) == wanted)
    };
    let mut same = family.operations.iter().filter(is).peekable();
    if same.peek().is_none() {
        let known: Vec<_> = family.operations.iter().filter(can).map(|o| o.name.as_str()).collect();
        let help = did_you_mean(&args.operation, known.iter().copied());
        let help = help.unwrap_or_else(|| format!("there are {}", list(known)));
        return Err(Stop::Usage(format!("`{}` has no operation `{}`; {help}", family.name, args.operation)));
    }
    match same.find(can) {
        Some(operation) => Ok(operation),
        None => Err(Stop::Usage(format!(
            "`{}` of `{}` cannot be {}",
            args.operation,
            family.name,
            if dump { "dumped" } else { "done: it can only be dumped, or the kernel sends it on its own" }
        ))),
    }
}
