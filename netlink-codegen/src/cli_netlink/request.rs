//! `netlink dump` and `netlink do`: a request by schema, and its replies.

pub(super) mod find;
mod message;
mod refusal;

use super::namespace::Namespace;
use super::output::{Look, Printer};
use super::{Outcome, Schemas, Stop};
use crate::decode::encode::{self, parse_args};
use crate::decode::{Decoder, Registry, table};
use crate::ir::{Family, Message, Protocol as Spoken};
use clap::Args as ClapArgs;
use find::Way;
use netlink_runtime::Protocol;
use netlink_runtime::extack::KernelError;
use netlink_runtime::genl;
use netlink_runtime::message::{
    GenlHeader, Header, MessageRef, NLM_F_APPEND, NLM_F_CREATE, NLM_F_DUMP, NLM_F_ECHO, NLM_F_EXCL,
    NLM_F_REPLACE,
};
use netlink_runtime::socket::{Error, Socket};
use std::io::Write;

pub(super) const DUMP_EXAMPLES: &str = "\
Examples:
  netlink dump rt-link getlink
  netlink dump rt-link getlink --names linkinfo.kind=vlan
  netlink dump rt-addr getaddr --header ifa_family=inet6 --text
  netlink dump nlctrl getfamily --netns /proc/self/ns/net
  netlink dump rt-route getroute --header rtm_family=inet --dry-run

`netlink families FAMILY` lists operations, `netlink families FAMILY OPERATION` what they take.

Exit status: 0 fine, 1 the kernel refused or the dump is not consistent, 2 wrong use.";

pub(super) const DO_EXAMPLES: &str = "\
Examples:
  netlink do rt-link getlink ifname=lo --text
  netlink do rt-link newlink --flags create,excl ifname=v0 linkinfo.kind=veth \\
      linkinfo.data.peer.ifname=v1
  netlink do rt-link newlink --flags create,excl ifname=v0.5 link=2 linkinfo.kind=vlan \\
      linkinfo.data.id=5 --dry-run
  netlink do rt-link setlink --header ifi_index=2 --header ifi_flags=up --header ifi_change=up
  netlink do rt-route newroute --flags create --json '{
      \"header\":{\"rtm_family\":\"inet\",\"rtm_dst_len\":24,\"rtm_table\":\"main\",\"rtm_scope\":\"link\",
      \"rtm_type\":\"unicast\"}, \"attrs\":{\"dst\":\"10.0.0.0\",\"oif\":2}}'
  netlink do nftables newtable --header nfgen_family=inet name=filter
  netlink do ethtool linkinfo-get header.dev-name=lo --dry-run

An attribute is a path of names, `=` and a value: a number, a name of an enum or names of flags,
an address, text, hexadecimal bytes, or JSON for what has members. A path alone sets a flag. What
is given twice is sent twice. --json with a value is the request; without one, at the end, it
prints JSON.

What nftables takes in transactions only is sent in one. `netlink families FAMILY` lists
operations, `netlink families FAMILY OPERATION` what they take.

Exit status: 0 fine, 1 the kernel refused, 2 wrong use.";

/// Arguments of both.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Family: the name of its schema, or of the generic netlink family
    family: String,
    /// Operation, as the schema names it, or its C name
    operation: Option<String>,
    /// Attributes of the request
    #[arg(value_name = "ATTR=VALUE")]
    attrs: Vec<String>,
    /// Member of the request's fixed header (repeatable)
    #[arg(long, value_name = "MEMBER=VALUE")]
    header: Vec<String>,
    /// Request as JSON: attributes, or {"header":{...},"attrs":...}. Without a value: print JSON
    #[arg(long, value_name = "JSON", num_args = 0..=1, default_missing_value = "")]
    json: Vec<String>,
    /// What a request that makes something may do, besides what the schema says: create, excl, replace, append, echo
    #[arg(long, value_name = "FLAGS", value_delimiter = ',')]
    flags: Vec<String>,
    /// Send nothing: print the request, decoded and as hexadecimal bytes
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    namespace: Namespace,
    #[command(flatten)]
    look: Look,
    #[command(flatten)]
    schemas: Schemas,
}

/// What is asked.
struct Request<'m> {
    family: &'m Family,
    message: &'m Message,
    protocol: u16,
    flags: u16,
    /// What follows `nlmsghdr` and `genlmsghdr`.
    body: Vec<u8>,
    /// The subsystem of the transaction that it takes.
    transaction: Option<u8>,
    /// What the schema says that it needs, and was not given.
    missing: Vec<&'m str>,
}

/// A request's numbers that only the kernel knows.
struct Numbers {
    message_type: u16,
    /// What it says of the operation.
    operation: Option<genl::Operation>,
}

/// Runs it.
pub fn run(args: &Args, dump: bool, out: &mut impl Write) -> Result<Outcome, Stop> {
    let (registry, table) = args.schemas.family(&args.family)?;
    let request = args.request(registry, if dump { Way::Dump } else { Way::Do })?;
    let mut decoder = Decoder::new(table);
    let mut printer = args.look.printer(args.json.iter().any(String::is_empty));
    let socket = args.namespace.open(Socket::builder(), Protocol(request.protocol));
    let mut socket =
        socket.map_err(|error| Stop::Failure(args.namespace.explain(&error, Protocol(request.protocol))));
    let numbers = request.numbers(&mut socket, args.dry_run)?;
    if let Spoken::Generic { name, .. } = &request.family.protocol {
        decoder.name_family(numbers.message_type, name);
    }
    let payload = request.payload()?;
    if args.dry_run {
        let message = message::message(numbers.message_type, request.flags, &payload);
        let messages = message::framed(message, request.transaction);
        message::show(&messages, request.protocol, &mut decoder, &mut printer, out)?;
        return Ok(Outcome::Fine);
    }
    let mut socket = socket?;
    let answer = match request.transaction {
        Some(subsystem) => {
            request.carry_out(&mut socket, registry, subsystem, numbers.message_type, &payload)?
        }
        None => request.ask(&mut socket, numbers.message_type, &payload, &mut decoder, &mut printer, out)?,
    };
    match answer.ack {
        Some(mut error) if error.errno != 0 => {
            // Names outlive the model's registry, which lives for ever.
            error.request = Some(&request.message.c_name);
            let asked = refusal::Asked {
                model: registry.model(),
                protocol: &request.family.protocol,
                operation: numbers.operation,
                missing: &request.missing,
                args,
            };
            Err(Stop::Failure(asked.explain(&error)))
        }
        _ if answer.interrupted => Err(Stop::Failure(
            "what was dumped changed meanwhile: entries may be missing or there twice".into(),
        )),
        Some(warning) if warning.message.is_some() => {
            eprintln!("{}", refusal::with_argument(&warning, registry.model(), args));
            Ok(Outcome::Fine)
        }
        _ => Ok(Outcome::Fine),
    }
}

impl Args {
    /// The request that the arguments make.
    fn request(&self, registry: &'static Registry, way: Way) -> Result<Request<'static>, Stop> {
        let model = registry.model();
        let json = self.json.iter().map(String::as_str).filter(|text| !text.is_empty()).collect::<Vec<_>>();
        let json = match json.as_slice() {
            [] => None,
            [text] if text.trim_start().starts_with('{') => Some(*text),
            [other] => {
                return Err(Stop::Usage(format!(
                    "--json {other}: want a request such as '{{\"ifname\":\"lo\"}}'; to print JSON, put --json at the end"
                )));
            }
            _ => return Err(Stop::Usage("--json: two requests, and one can be sent".into())),
        };
        let family = find::family(model, &self.family)?;
        let operation = find::operation(family, self.operation.as_deref(), way)?;
        let (Some(message), Some(protocol)) = (&operation.request, table::number_of(&family.protocol)) else {
            return Err(Stop::Usage(format!("`{}` is an event: nobody asks for it", operation.name)));
        };
        let input = parse_args(&self.header, &self.attrs, json).map_err(|e| Stop::Usage(e.to_string()))?;
        let body = match message.set {
            Some(set) => encode::body(model, set, &input).map_err(|error| {
                let more = match error.help.is_empty() {
                    true => String::new(),
                    false => format!("\n`netlink families {} {}` says more", family.name, operation.name),
                };
                Stop::Usage(format!("{error}{more}"))
            })?,
            None if input == encode::Input::default() => Vec::new(),
            None => return Err(Stop::Usage(format!("`{}` takes no attributes", operation.name))),
        };
        let mut flags = if way == Way::Dump { NLM_F_DUMP } else { 0 };
        for word in operation.nlm_flags.iter().chain(&self.flags) {
            flags |= flag(word)?;
        }
        let transaction = message::transaction(family, operation);
        if transaction.is_some() && flags & NLM_F_ECHO != 0 {
            eprintln!("note: what the kernel echoes of a transaction is not shown");
        }
        let given = |name: &str| input.attrs.iter().any(|(given, _)| encode::same_name(given, name));
        let missing = operation.required.iter().map(String::as_str).filter(|name| !given(name)).collect();
        Ok(Request { family, message, protocol, flags, body, transaction, missing })
    }
}

/// How the kernel answered.
#[derive(Default)]
struct Answer {
    /// A refusal, or a warning.
    ack: Option<KernelError>,
    interrupted: bool,
}

impl Request<'_> {
    /// Asks the kernel for the numbers that it gives out. A dry run does without.
    fn numbers(&self, socket: &mut Result<Socket, Stop>, dry_run: bool) -> Result<Numbers, Stop> {
        let Spoken::Generic { name, .. } = &self.family.protocol else {
            return Ok(Numbers { message_type: self.message.number, operation: None });
        };
        let known = match socket {
            Ok(socket) => socket.family(name).map_err(|error| match error {
                Error::UnknownFamily { .. } => format!(
                    "this kernel has no generic netlink family `{name}`: it is too old, or a module is not there"
                ),
                other => other.to_string(),
            }),
            Err(_) => Err("there is no kernel to ask".to_owned()),
        };
        match known {
            Ok(family) => {
                let operation = family.operation(self.message.number.into()).copied();
                Ok(Numbers { message_type: family.id, operation })
            }
            Err(why) if dry_run => {
                eprintln!("note: {why}; {UNKNOWN_ID} stands for the family's id");
                Ok(Numbers { message_type: UNKNOWN_ID, operation: None })
            }
            Err(why) => Err(Stop::Failure(why)),
        }
    }

    /// What follows `nlmsghdr`.
    fn payload(&self) -> Result<Vec<u8>, Stop> {
        let Spoken::Generic { version, .. } = &self.family.protocol else { return Ok(self.body.clone()) };
        let command = u8::try_from(self.message.number)
            .map_err(|_| Stop::Usage(format!("command {} is too large", self.message.number)))?;
        let genl = GenlHeader { command, version: *version };
        Ok([&genl.to_bytes()[..], &self.body].concat())
    }

    /// Sends it, and shows what comes back.
    fn ask(
        &self,
        socket: &mut Socket,
        message_type: u16,
        payload: &[u8],
        decoder: &mut Decoder,
        printer: &mut Printer,
        out: &mut impl Write,
    ) -> Result<Answer, Stop> {
        let mut replies = socket.raw_request(message_type, self.flags, payload).map_err(failure)?;
        decoder.remember(self.protocol, replies.request());
        let mut answer = Answer::default();
        while let Some(message) = replies.next().map_err(failure)? {
            match decoder.kernel_error(self.protocol, message) {
                Some(error) => answer.ack = Some(error),
                None => printer.message(decoder, self.protocol, message, out)?,
            }
        }
        answer.interrupted = replies.interrupted();
        Ok(answer)
    }

    /// Carries it out as a transaction.
    fn carry_out(
        &self,
        socket: &mut Socket,
        registry: &'static Registry,
        subsystem: u8,
        message_type: u16,
        payload: &[u8],
    ) -> Result<Answer, Stop> {
        let bytes = message::message(message_type, self.flags, payload);
        let message = MessageRef::parse(&bytes).map_err(|e| Stop::Failure(e.to_string()))?;
        let mut batch = socket.transaction(subsystem, None).map_err(failure)?;
        batch.add_message(message, self.flags).map_err(failure)?;
        let report = batch.finish().map_err(failure)?;
        let refused = report.refused.into_iter().next().map(|refused| *refused.error);
        let mut ack = refused.or(report.transaction.map(|error| *error));
        if let (Some(error), Some(set)) = (&mut ack, self.message.set) {
            error.locate(&bytes, Header::LEN, registry.set(set));
        }
        Ok(Answer { ack, interrupted: false })
    }
}

/// Stands for the id of a family that is not known: no family has it (`GENL_MAX_ID` is 1023).
const UNKNOWN_ID: u16 = u16::MAX;

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
