//! What a message is: by its type, by what was seen before it, and by what the input says of it.

use super::flags::{self, Kind};
use super::input;
use super::table::{Found, NETLINK_GENERIC, Table};
use netlink_runtime::extack::{Ack, KernelError};
use netlink_runtime::genl::{Family, GENL_ID_CTRL};
use netlink_runtime::message::{
    GenlHeader, Header, MessageRef, NLM_F_REQUEST, NLMSG_DONE, NLMSG_ERROR, NLMSG_MIN_TYPE, NLMSG_NOOP,
    NLMSG_OVERRUN,
};
use netlink_runtime::meta::SetMeta;
use netlink_runtime::socket::capture::Direction;
use netlink_runtime::walk::{Body, StructRef};
use std::collections::{HashMap, VecDeque};
use std::time::Duration;

/// Requests that are remembered, to read their replies and errors by.
const REMEMBERED: usize = 64;

/// Where a message comes from, as far as the input says it. A protocol's number is one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Origin<'a> {
    /// The protocol.
    pub protocol: u16,
    /// Where the message goes. Where nothing says it, `NLM_F_REQUEST` does.
    pub direction: Option<Direction>,
    /// When it was seen, since 1970.
    pub time: Option<Duration>,
    /// Who sent or received it: a process, a socket.
    pub label: Option<&'a str>,
}

impl From<u16> for Origin<'_> {
    fn from(protocol: u16) -> Self {
        Origin { protocol, ..Origin::default() }
    }
}

/// Finds out what messages are.
///
/// It remembers what it sees: the ids of generic netlink families, and requests, whose fixed
/// headers select formats in replies and whose attributes errors point into.
#[derive(Debug)]
pub struct Decoder {
    table: Table,
    /// Names of generic netlink families by id.
    families: HashMap<u16, String>,
    requests: VecDeque<Request>,
}

/// A request that was sent.
#[derive(Debug)]
struct Request {
    protocol: u16,
    header: Header,
    bytes: Vec<u8>,
}

/// What a message is, and where its own part starts.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) found: Option<Found>,
    pub(super) family: Option<&'a str>,
    pub(super) genl: Option<GenlHeader>,
    /// After `genlmsghdr`, if there is one.
    pub(super) body: &'a [u8],
}

/// A message, or the beginning of one, with what is known about it.
pub struct Decoded<'a> {
    /// Where it comes from.
    pub origin: Origin<'a>,
    /// Its header, with the length that it should have.
    pub header: Header,
    /// What is there of its payload.
    pub payload: &'a [u8],
    decoder: &'a Decoder,
    pub(super) known: Known<'a>,
}

impl Decoder {
    /// A decoder that has seen nothing yet.
    pub fn new(table: impl Into<Table>) -> Self {
        Decoder {
            table: table.into(),
            families: HashMap::from([(GENL_ID_CTRL, "nlctrl".to_owned())]),
            requests: VecDeque::new(),
        }
    }

    /// Tells the id of a generic netlink family.
    pub fn name_family(&mut self, id: u16, name: &str) {
        self.families.insert(id, name.to_owned());
    }

    /// Remembers a request that was sent.
    pub fn remember(&mut self, protocol: u16, request: &[u8]) {
        let Some(header) = Header::parse(request) else { return };
        let same = |r: &Request| {
            (r.protocol, r.header.port, r.header.sequence) == (protocol, header.port, header.sequence)
        };
        self.requests.retain(|r| !same(r));
        if self.requests.len() == REMEMBERED {
            self.requests.pop_front();
        }
        self.requests.push_back(Request { protocol, header, bytes: request.to_owned() });
    }

    /// Whether a message of this type can be made sense of.
    pub fn knows(&self, protocol: u16, message_type: u16) -> bool {
        message_type < NLMSG_MIN_TYPE
            || if protocol == NETLINK_GENERIC {
                self.families.contains_key(&message_type)
            } else {
                self.table.knows(protocol, message_type)
            }
    }

    /// The messages of a datagram, each with what is wrong with it.
    pub fn datagram<'a>(
        &self,
        protocol: u16,
        bytes: &'a [u8],
    ) -> input::Pieces<'a, impl Fn(u16) -> bool + use<'_, 'a>> {
        input::pieces(bytes, move |message_type| self.knows(protocol, message_type))
    }

    /// Looks at a message, and learns from it.
    pub fn message<'a>(&'a mut self, origin: impl Into<Origin<'a>>, message: MessageRef<'a>) -> Decoded<'a> {
        let origin = origin.into();
        if message.has(NLM_F_REQUEST) {
            self.remember(origin.protocol, message.bytes());
        }
        self.part(origin, message.header, message.payload())
    }

    /// Looks at a message of which only the first bytes of the payload are there.
    pub fn part<'a>(
        &'a mut self,
        origin: impl Into<Origin<'a>>,
        header: Header,
        payload: &'a [u8],
    ) -> Decoded<'a> {
        let origin = origin.into();
        self.learn(origin.protocol, header, payload);
        let known = self.known(origin, header, payload);
        Decoded { origin, header, payload, decoder: self, known }
    }

    /// The error that ends a reply, its attributes named. `None` for any other message.
    pub fn kernel_error(&self, protocol: u16, message: MessageRef<'_>) -> Option<KernelError> {
        let ack = Ack::parse(message)?;
        let mut error = KernelError::new(&ack);
        let sent = self.request(protocol, message.header).map(|r| r.bytes.as_slice());
        // Without a request in the input there is what the kernel echoes of it.
        if let Some(request) = sent.or(ack.request().map(|r| r.bytes())) {
            self.locate(&mut error, protocol, request);
        }
        Some(error)
    }

    fn locate(&self, error: &mut KernelError, protocol: u16, request: &[u8]) {
        let Some(header) = Header::parse(request) else { return };
        let payload = request.get(Header::LEN..).unwrap_or_default();
        let known = self.known(protocol.into(), header, payload);
        error.request = known.found.map(|found| found.message.c_name.as_str());
        if let Some(set) = known.found.and_then(|f| f.set()) {
            error.locate(request, request.len() - known.body.len(), set);
        }
    }

    /// The request that a message answers. Programs may leave their port to the kernel, which has
    /// it in answers.
    fn request(&self, protocol: u16, answer: Header) -> Option<&Request> {
        let same = |r: &&Request| r.protocol == protocol && r.header.sequence == answer.sequence;
        let mut all = self.requests.iter().rev().filter(same);
        let exact = all.clone().find(|r| r.header.port == answer.port);
        exact.or_else(|| all.find(|r| r.header.port == 0 || answer.port == 0))
    }

    fn known<'a>(&'a self, origin: Origin<'_>, header: Header, payload: &'a [u8]) -> Known<'a> {
        let request = match origin.direction {
            Some(direction) => direction == Direction::ToKernel,
            None => header.flags & NLM_F_REQUEST != 0,
        };
        if header.message_type < NLMSG_MIN_TYPE {
            return Known { found: None, family: None, genl: None, body: payload };
        }
        if origin.protocol != NETLINK_GENERIC {
            let found = self.table.raw(origin.protocol, header.message_type, request, payload);
            return Known { found, family: None, genl: None, body: payload };
        }
        let family = self.families.get(&header.message_type).map(String::as_str);
        match GenlHeader::split(payload) {
            Some((genl, body)) => {
                // What the kernel sends on its own answers no request.
                let told = !request && (header.sequence, header.port) == (0, 0);
                let event = family.filter(|_| told).and_then(|f| self.table.event(f, genl.command));
                let found = event.or_else(|| self.table.generic(family?, genl.command, request, body));
                Known { found, family, genl: Some(genl), body }
            }
            None => Known { found: None, family, genl: None, body: payload },
        }
    }

    /// The controller tells ids.
    fn learn(&mut self, protocol: u16, header: Header, payload: &[u8]) {
        if protocol != NETLINK_GENERIC || header.message_type != GENL_ID_CTRL {
            return;
        }
        let Some((_, attrs)) = GenlHeader::split(payload) else { return };
        let family = Family::parse(attrs);
        if family.id != 0 && !family.name.is_empty() {
            self.families.insert(family.id, family.name);
        }
    }
}

impl Decoded<'_> {
    /// It is one of netlink itself, such as an acknowledgement.
    pub fn is_control(&self) -> bool {
        self.header.message_type < NLMSG_MIN_TYPE
    }

    /// The name of a message of netlink itself, if it has one.
    pub(super) fn control_name(&self) -> Option<&'static str> {
        match self.header.message_type {
            NLMSG_NOOP => Some("NLMSG_NOOP"),
            NLMSG_ERROR => Some("NLMSG_ERROR"),
            NLMSG_DONE => Some("NLMSG_DONE"),
            NLMSG_OVERRUN => Some("NLMSG_OVERRUN"),
            _ => None,
        }
    }

    pub(super) fn is_generic(&self) -> bool {
        self.origin.protocol == NETLINK_GENERIC
    }

    /// What its attributes are described by.
    pub(super) fn set(&self) -> Option<&'static SetMeta> {
        self.known.found?.set()
    }

    /// What the higher bits of its flags mean.
    pub(super) fn kind(&self) -> Kind {
        match self.header.message_type {
            NLMSG_DONE | NLMSG_ERROR => Kind::Ack,
            ty if ty < NLMSG_MIN_TYPE || self.header.flags & NLM_F_REQUEST == 0 => Kind::Reply,
            ty => flags::request_kind(self.origin.protocol, ty, self.known.found),
        }
    }

    /// The fixed header of the request that it answers; of a request, its own.
    pub(super) fn request(&self) -> Option<StructRef<'_>> {
        let fixed = |set, body| Body::parse(set, body).ok().and_then(|b| b.header());
        if self.header.flags & NLM_F_REQUEST != 0 {
            return fixed(self.set()?, self.known.body);
        }
        let decoder = self.decoder;
        let request = decoder.request(self.origin.protocol, self.header)?;
        let payload = request.bytes.get(Header::LEN..)?;
        let known = decoder.known(request.protocol.into(), request.header, payload);
        fixed(known.found?.set()?, known.body)
    }

    /// What an acknowledgement says, its attributes named.
    pub(super) fn error(&self) -> Option<KernelError> {
        // As long as it is here, if only a part is.
        let len = (Header::LEN + self.payload.len()) as u32;
        let bytes = [&Header { len, ..self.header }.to_bytes()[..], self.payload].concat();
        self.decoder.kernel_error(self.origin.protocol, MessageRef::parse(&bytes).ok()?)
    }
}
