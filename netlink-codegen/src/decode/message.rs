//! Whole messages as JSON.

use super::flags::{self, Kind};
use super::meta::Registry;
use super::table::{Found, NETLINK_GENERIC, Table};
use super::{ack, input};
use netlink_runtime::extack::{Ack, KernelError};
use netlink_runtime::genl::{Family, GENL_ID_CTRL};
use netlink_runtime::message::{
    GenlHeader, Header, MessageRef, NLM_F_REQUEST, NLMSG_DONE, NLMSG_ERROR, NLMSG_MIN_TYPE, NLMSG_NOOP,
    NLMSG_OVERRUN,
};
use netlink_runtime::meta::SetMeta;
use netlink_runtime::walk::json::{Options, write_body, write_hex, write_str};
use netlink_runtime::walk::{Body, StructRef};
use std::collections::{HashMap, VecDeque};
use std::fmt::{Result, Write};

/// Requests that are remembered, to read their replies and errors by.
const REMEMBERED: usize = 64;

/// Writes messages as JSON, one object each.
///
/// It remembers what it sees: the ids of generic netlink families, and requests, whose fixed
/// headers select formats in replies and whose attributes errors point into.
#[derive(Debug)]
pub struct Decoder {
    registry: &'static Registry,
    table: Table<'static>,
    protocol: u16,
    options: Options,
    /// Names of generic netlink families by id.
    families: HashMap<u16, String>,
    requests: VecDeque<Vec<u8>>,
}

/// What a message is, and where its own part starts.
struct Known<'a> {
    found: Option<Found<'static>>,
    family: Option<&'a str>,
    genl: Option<GenlHeader>,
    /// After `genlmsghdr`, if there is one.
    body: &'a [u8],
}

impl Decoder {
    /// A decoder of a protocol's messages.
    pub fn new(registry: &'static Registry, protocol: u16) -> Self {
        Decoder {
            table: Table::new(registry.model()),
            registry,
            protocol,
            options: Options::default(),
            families: HashMap::from([(GENL_ID_CTRL, "nlctrl".to_owned())]),
            requests: VecDeque::new(),
        }
    }

    /// Whether to write names beside integers that have some.
    pub fn names(mut self, names: bool) -> Self {
        self.options.names = names;
        self
    }

    /// Tells the id of a generic netlink family.
    pub fn name_family(&mut self, id: u16, name: &str) {
        self.families.insert(id, name.to_owned());
    }

    /// Remembers a request that was sent.
    pub fn remember(&mut self, request: &[u8]) {
        let Some(header) = Header::parse(request) else { return };
        self.requests.retain(|r| Header::parse(r).is_none_or(|h| h.sequence != header.sequence));
        if self.requests.len() == REMEMBERED {
            self.requests.pop_front();
        }
        self.requests.push_back(request.to_owned());
    }

    /// Whether a message of this type can be made sense of.
    pub(super) fn knows(&self, message_type: u16) -> bool {
        message_type < NLMSG_MIN_TYPE
            || if self.protocol == NETLINK_GENERIC {
                self.families.contains_key(&message_type)
            } else {
                self.table.knows(self.protocol, message_type)
            }
    }

    /// The messages of a datagram, each with what is wrong with it.
    pub fn datagram<'a>(&self, bytes: &'a [u8]) -> input::Pieces<'a, impl Fn(u16) -> bool + use<'_, 'a>> {
        input::pieces(bytes, |message_type| self.knows(message_type))
    }

    /// Appends a message as a JSON object, and learns from it.
    pub fn message(&mut self, message: MessageRef<'_>, out: &mut String) {
        self.part(message.header, message.payload(), out);
        if message.has(NLM_F_REQUEST) {
            self.remember(message.bytes());
        }
    }

    /// Appends a message of which only the first bytes of the payload are there.
    pub fn part(&mut self, header: Header, payload: &[u8], out: &mut String) {
        self.learn(header, payload);
        // Writing to a String cannot fail.
        let _ = self.write(header, payload, out);
    }

    /// The error that ends a reply, its attributes named. `None` for any other message.
    pub fn kernel_error(&self, message: MessageRef<'_>) -> Option<KernelError> {
        let ack = Ack::parse(message)?;
        let mut error = KernelError::new(&ack);
        let sent = self.request(message.header.sequence);
        // Without a request in the input there is what the kernel echoes of it.
        if let Some(request) = sent.or(ack.request().map(|r| r.bytes())) {
            self.locate(&mut error, request);
        }
        Some(error)
    }

    fn locate(&self, error: &mut KernelError, request: &[u8]) {
        let Some(header) = Header::parse(request) else { return };
        let payload = request.get(Header::LEN..).unwrap_or_default();
        let known = self.known(header, payload);
        if let Some(set) = known.found.and_then(|f| f.set()) {
            error.locate(request, request.len() - known.body.len(), self.registry.set(set));
        }
    }

    fn request(&self, sequence: u32) -> Option<&[u8]> {
        let same = |r: &&Vec<u8>| Header::parse(r).is_some_and(|h| h.sequence == sequence);
        self.requests.iter().rev().find(same).map(Vec::as_slice)
    }

    fn known<'a>(&'a self, header: Header, payload: &'a [u8]) -> Known<'a> {
        let request = header.flags & NLM_F_REQUEST != 0;
        if self.protocol != NETLINK_GENERIC {
            let found = self.table.raw(self.protocol, header.message_type, request, payload);
            return Known { found, family: None, genl: None, body: payload };
        }
        let family = self.families.get(&header.message_type).map(String::as_str);
        match GenlHeader::split(payload) {
            Some((genl, body)) => {
                let found = family.and_then(|f| self.table.generic(f, genl.command, request, body));
                Known { found, family, genl: Some(genl), body }
            }
            None => Known { found: None, family, genl: None, body: payload },
        }
    }

    /// The controller tells ids.
    fn learn(&mut self, header: Header, payload: &[u8]) {
        if self.protocol != NETLINK_GENERIC || header.message_type != GENL_ID_CTRL {
            return;
        }
        let Some((_, attrs)) = GenlHeader::split(payload) else { return };
        let family = Family::parse(attrs);
        if family.id != 0 && !family.name.is_empty() {
            self.families.insert(family.id, family.name);
        }
    }

    fn write(&self, header: Header, payload: &[u8], out: &mut String) -> Result {
        if header.message_type < NLMSG_MIN_TYPE {
            return self.write_control(header, payload, out);
        }
        let known = self.known(header, payload);
        match (self.protocol == NETLINK_GENERIC, known.found) {
            (true, _) => write!(out, "{{\"type\":\"genl\"")?,
            (false, Some(found)) => {
                out.push_str("{\"type\":");
                write_str(out, &found.message.c_name)?;
            }
            (false, None) => write!(out, "{{\"type\":{}", header.message_type)?,
        }
        let kind = if header.flags & NLM_F_REQUEST == 0 {
            Kind::Reply
        } else {
            flags::request_kind(self.protocol, header.message_type, known.found)
        };
        write_header(out, header, kind)?;
        if self.protocol == NETLINK_GENERIC {
            write!(out, ",\"nlmsg_type\":{}", header.message_type)?;
            if let Some(family) = known.family {
                out.push_str(",\"family\":");
                write_str(out, family)?;
            }
            if let Some(genl) = known.genl {
                out.push_str(",\"cmd\":");
                match known.found {
                    Some(found) => write_str(out, &found.message.c_name)?,
                    None => write!(out, "{}", genl.command)?,
                }
                write!(out, ",\"version\":{}", genl.version)?;
            }
        }
        match known.found.map(|found| found.set()) {
            Some(Some(set)) => {
                out.push(',');
                let set = self.registry.set(set);
                self.with_request(header, set, known.body, |request| {
                    write_body(out, set, known.body, request, self.options)
                })?;
            }
            Some(None) if known.body.is_empty() => out.push_str(",\"attrs\":[]"),
            Some(None) | None => {
                out.push_str(",\"unknown\":");
                write_hex(out, known.body)?;
            }
        }
        out.write_char('}')
    }

    /// Calls `f` with the fixed header of the request that a message answers; of a request, with
    /// its own.
    fn with_request<T>(
        &self,
        header: Header,
        set: &'static SetMeta,
        body: &[u8],
        f: impl FnOnce(Option<StructRef<'_>>) -> T,
    ) -> T {
        let fixed = |set, body| Body::parse(set, body).ok().and_then(|b| b.header());
        if header.flags & NLM_F_REQUEST != 0 {
            return f(fixed(set, body));
        }
        let request = self.request(header.sequence).and_then(|request| {
            let header = Header::parse(request)?;
            let known = self.known(header, request.get(Header::LEN..)?);
            fixed(self.registry.set(known.found?.set()?), known.body)
        });
        f(request)
    }

    fn write_control(&self, header: Header, payload: &[u8], out: &mut String) -> Result {
        match header.message_type {
            NLMSG_NOOP => out.push_str("{\"type\":\"NLMSG_NOOP\""),
            NLMSG_ERROR => out.push_str("{\"type\":\"NLMSG_ERROR\""),
            NLMSG_DONE => out.push_str("{\"type\":\"NLMSG_DONE\""),
            NLMSG_OVERRUN => out.push_str("{\"type\":\"NLMSG_OVERRUN\""),
            other => write!(out, "{{\"type\":{other}")?,
        }
        let ack = matches!(header.message_type, NLMSG_ERROR | NLMSG_DONE);
        write_header(out, header, if ack { Kind::Ack } else { Kind::Reply })?;
        // As long as it is here, if only a part is.
        let len = (Header::LEN + payload.len()) as u32;
        let bytes = [&Header { len, ..header }.to_bytes()[..], payload].concat();
        let error = MessageRef::parse(&bytes).ok().and_then(|message| self.kernel_error(message));
        match error {
            Some(error) => {
                out.push_str(",\"error\":");
                ack::write(out, &error)?;
            }
            None if payload.is_empty() => {}
            None => {
                out.push_str(",\"unknown\":");
                write_hex(out, payload)?;
            }
        }
        out.write_char('}')
    }
}

fn write_header(out: &mut String, header: Header, kind: Kind) -> Result {
    write!(out, ",\"len\":{},\"flags\":", header.len)?;
    flags::write(out, header.flags, kind)?;
    write!(out, ",\"seq\":{},\"pid\":{}", header.sequence, header.port)
}
