//! Takes dumps: asks the kernel as `netlink dump` and `netlink do` would, and keeps the bytes.

use crate::ours::Schemas;
use netlink_codegen::decode::encode::{self, parse_args};
use netlink_codegen::decode::table::number_of;
use netlink_codegen::ir::Protocol as Spoken;
use netlink_runtime::Protocol;
use netlink_runtime::message::{GenlHeader, NLM_F_ACK, NLM_F_CREATE, NLM_F_DUMP};
use netlink_runtime::socket::{Error, Record, Socket, Tape};
use netlink_tests::skip;
use std::io::ErrorKind;
use std::time::Duration;

/// What the kernel said, as a capture.
pub(crate) struct Dump {
    /// What of: dumps of one label are one dump, however many requests they took.
    pub(crate) label: String,
    pub(crate) capture: Vec<u8>,
    /// Numbers of generic netlink families that occur.
    pub(crate) genl: Vec<(u16, String)>,
}

/// Dumps of a test.
pub(crate) struct Taken<'s> {
    test: &'static str,
    schemas: &'s Schemas,
    pub(crate) dumps: Vec<Dump>,
    /// Families that something was missing of.
    pub(crate) skipped: Vec<String>,
}

impl<'s> Taken<'s> {
    pub(crate) fn new(test: &'static str, schemas: &'s Schemas) -> Self {
        Taken { test, schemas, dumps: Vec::new(), skipped: Vec::new() }
    }

    /// Notes that a family cannot be asked, or not for everything.
    pub(crate) fn skip(&mut self, family: &str, label: &str, reason: &str) {
        skip(self.test, &format!("{label}: {reason}"));
        self.skipped.push(family.to_owned());
    }

    /// Asks as the command does that these words would be arguments of: `dump rt-link getlink --header
    /// ifi_family=7`. Where the kernel refuses, the dump is skipped.
    pub(crate) fn take(&mut self, label: &str, words: &str) {
        let family = words.split(' ').nth(1).unwrap_or_default();
        match self.ask(words) {
            Ok((dump, None)) => self.dumps.push(Dump { label: label.to_owned(), ..dump }),
            Ok((_, Some(refusal))) => self.skip(family, label, &refusal),
            Err(error) => self.skip(family, label, &error.to_string()),
        }
    }

    /// The same for what the kernel has to refuse.
    pub(crate) fn refused(&mut self, label: &str, words: &str) {
        let (dump, refusal) = self.ask(words).unwrap_or_else(|e| panic!("{label}: {e}"));
        assert!(refusal.is_some(), "{label}: not refused");
        self.dumps.push(Dump { label: label.to_owned(), ..dump });
    }

    /// What a multicast group says while something is done.
    pub(crate) fn listen(
        &mut self,
        label: &str,
        family: &str,
        protocol: Protocol,
        group: u32,
        act: impl FnOnce(),
    ) {
        match hear(protocol, group, act) {
            Ok(Some(capture)) => self.dumps.push(Dump { label: label.to_owned(), capture, genl: Vec::new() }),
            Ok(None) => self.skip(family, label, "nothing happened"),
            Err(error) => self.skip(family, label, &error.to_string()),
        }
    }

    /// The same for a group of a generic netlink family.
    pub(crate) fn listen_to(&mut self, label: &str, family: &str, group: &str, act: impl FnOnce()) {
        let known = Socket::open(Protocol::Generic).and_then(|mut socket| socket.family(family).cloned());
        let known = match known {
            Ok(known) => known,
            Err(error) => return self.skip(family, label, &error.to_string()),
        };
        let number = known.groups.iter().find(|(name, _)| name == group).map(|(_, number)| *number);
        let number = number.unwrap_or_else(|| panic!("{family} has no group {group}"));
        self.listen(label, family, Protocol::Generic, number, act);
        if let Some(dump) = self.dumps.last_mut().filter(|dump| dump.label == label) {
            dump.genl.push((known.id, known.name));
        }
    }

    /// The answer, and why the kernel refused if it did.
    fn ask(&self, words: &str) -> Result<(Dump, Option<String>), Error> {
        let mut words = words.split(' ');
        let mut next = || words.next().unwrap_or_default();
        let (dump, family, operation) = (next() == "dump", next(), next());
        let (mut header, mut attrs, mut json) = (Vec::new(), Vec::new(), None);
        while let Some(word) = words.next() {
            match word {
                "--header" => header.extend(words.next().map(str::to_owned)),
                "--json" => json = words.next(),
                _ => attrs.push(word.to_owned()),
            }
        }
        let model = self.schemas.model();
        let family =
            &model[model.find_family(family).unwrap_or_else(|| panic!("no schema is named {family}"))];
        let mut same = family.operations.iter().filter(|o| o.name == operation && (!dump || o.dump));
        let request = same.next().and_then(|operation| operation.request.as_ref());
        let request = request.unwrap_or_else(|| panic!("{} has no request {operation}", family.name));
        let input = parse_args(&header, &attrs, json).unwrap_or_else(|e| panic!("{operation}: {e}"));
        let body = request.set.map(|set| encode::body(model, set, &input));
        let body = body.unwrap_or(Ok(Vec::new())).unwrap_or_else(|e| panic!("{operation}: {e}"));

        let protocol = Protocol(number_of(&family.protocol).expect("a family that is spoken"));
        let tape = Tape::default();
        let kernel = Socket::builder().connect(protocol)?;
        let record = Record::new(kernel, protocol, tape.clone()).expect("a tape");
        let mut socket = Socket::builder().over(protocol, record)?;
        let mut genl = Vec::new();
        let (message_type, payload) = match &family.protocol {
            Spoken::Generic { name, version, .. } => {
                let id = socket.family(name)?.id;
                genl.push((id, name.clone()));
                let command = GenlHeader { command: request.number as u8, version: *version };
                (id, [&command.to_bytes()[..], &body].concat())
            }
            _ => (request.number, body),
        };
        // What asking for the family's number took is another dump.
        let before = tape.bytes().len();
        let flags = if dump { NLM_F_DUMP } else { NLM_F_ACK | NLM_F_CREATE };
        let mut replies = socket.raw_request(message_type, flags, &payload)?;
        let mut refusal = None;
        while let Some(message) = replies.next()? {
            let error = netlink_runtime::extack::Ack::parse(message);
            let error = error.map(|ack| netlink_runtime::extack::KernelError::new(&ack));
            refusal = error.filter(|error| error.errno != 0).map(|error| error.to_string()).or(refusal);
        }
        let bytes = tape.bytes();
        let capture = [&bytes[..FILE_HEADER], &bytes[before.max(FILE_HEADER)..]].concat();
        Ok((Dump { label: String::new(), capture, genl }, refusal))
    }
}

/// What a group says, as a capture; `None` if it says nothing.
fn hear(protocol: Protocol, group: u32, act: impl FnOnce()) -> Result<Option<Vec<u8>>, Error> {
    let tape = Tape::default();
    let kernel = Socket::builder().connect(protocol)?;
    let record = Record::new(kernel, protocol, tape.clone()).expect("a tape");
    let mut socket = Socket::builder().over(protocol, record)?;
    socket.join(group)?;
    act();
    // Some of it is said by the kernel's own threads, a little later.
    socket.set_timeout(Some(Duration::from_millis(300)))?;
    let mut said = false;
    loop {
        match socket.receive() {
            Ok(_) => said = true,
            Err(Error::Io(error)) if error.kind() == ErrorKind::TimedOut => break,
            Err(error) => return Err(error),
        }
    }
    Ok(said.then(|| tape.bytes()))
}

/// Of a classic pcap file.
const FILE_HEADER: usize = 24;
