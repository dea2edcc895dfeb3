//! What `strace` prints.
//!
//! Bytes of netlink messages are there in two ways: as strings, where `strace` does not know better, and as
//! the dumps that `-e read=all -e write=all` has it print behind a call. Where it shows messages taken apart
//! only, their bytes cannot be had.

mod call;
mod sockets;
mod value;

use super::lines::Lines;
use super::window::Window;
use super::{Datagram, LIMIT, Next, Place, Wrong};
use crate::report::plural;
use call::{Call, Line};
use netlink_runtime::socket::capture::Direction;
use sockets::Sockets;
use std::collections::{HashMap, VecDeque};
use std::io::Read;
use value::Buffer;

/// What shows messages with their bytes.
const ADVICE: &str = "strace -f -yy -e trace=%network,read,write -e read=all -e write=all -o FILE COMMAND";

/// Calls of so many processes can be interrupted by another's line.
const UNFINISHED: usize = 4096;

/// Reads the lines of `strace`.
pub(super) struct Strace<R> {
    lines: Lines<R>,
    sockets: Sockets,
    /// The first halves of calls by process.
    unfinished: HashMap<u32, Vec<u8>>,
    unfinished_len: usize,
    open: Open,
    ready: VecDeque<Result<Datagram, Wrong>>,
    /// Messages whose bytes are not there.
    without: u64,
    ended: bool,
}

/// A call whose dump may follow.
#[derive(Default)]
enum Open {
    /// None, or one whose dump is not wanted.
    #[default]
    None,
    /// This one.
    Call {
        /// What is known without a dump.
        about: Datagram,
        messages: Vec<Buffer>,
        /// How many bytes the dump has, if there is one datagram.
        len: Option<usize>,
        /// The datagrams of the dump.
        dumped: Vec<Vec<u8>>,
        /// How many bytes they have.
        held: usize,
        /// Where the next line of the dump goes on in its buffer.
        offset: usize,
    },
}

impl<R: Read> Strace<R> {
    pub(super) fn new(from: Window<R>) -> Self {
        Strace {
            lines: Lines::new(from),
            sockets: Sockets::default(),
            unfinished: HashMap::new(),
            unfinished_len: 0,
            open: Open::None,
            ready: VecDeque::new(),
            without: 0,
            ended: false,
        }
    }

    pub(super) fn waits(&self) -> bool {
        self.ready.is_empty() && self.lines.waits()
    }

    pub(super) fn next(&mut self, datagram: &mut Datagram) -> Next {
        loop {
            if let Some(ready) = self.ready.pop_front() {
                return Some(ready.map(|ready| *datagram = ready));
            }
            if self.ended {
                return None;
            }
            match self.lines.advance() {
                Some(Ok(())) => self.line(),
                Some(Err(wrong)) => self.ready.push_back(Err(wrong)),
                None => {
                    self.ended = true;
                    self.close();
                    if self.without > 1 {
                        let what = format!("the bytes of {} are not there", plural(self.without, "datagram"));
                        self.ready.push_back(Err(Wrong::new(self.lines.place(), what)));
                    }
                }
            }
        }
    }

    fn line(&mut self) {
        let place = self.lines.place();
        let line = self.lines.line();
        if let Some(dump) = value::dump_line(line) {
            return self.dump(dump);
        }
        let text = match call::line(line) {
            Line::Call { process, time, text } => {
                if let Some(text) = text.strip_suffix(b"<unfinished ...>") {
                    let (process, text) = (process, text.to_vec());
                    self.close();
                    return self.unfinished(process, text);
                }
                (process, time.to_owned(), text.to_vec())
            }
            Line::Resumed { process, time, text } => {
                let Some(mut first) = self.unfinished.remove(&process) else { return self.close() };
                self.unfinished_len -= first.len();
                first.extend_from_slice(text);
                (process, time.to_owned(), first)
            }
            Line::Other => return self.close(),
        };
        self.close();
        let (process, time, text) = text;
        match Call::parse(&text) {
            Ok(Some(call)) => self.call(process, &time, place, &call),
            Ok(None) => {}
            Err(what) => self.ready.push_back(Err(Wrong::new(place, what))),
        }
    }

    fn unfinished(&mut self, process: u32, text: Vec<u8>) {
        let len = text.len();
        if self.unfinished.len() >= UNFINISHED || self.unfinished_len + len > 4 * LIMIT {
            let what = "too many unfinished calls; this one is left out";
            return self.ready.push_back(Err(Wrong::new(self.lines.place(), what)));
        }
        self.unfinished_len += len;
        if let Some(old) = self.unfinished.insert(process, text) {
            self.unfinished_len -= old.len();
        }
    }

    fn call(&mut self, process: u32, time: &str, place: Place, call: &Call<'_>) {
        self.sockets.learn(process, call);
        let Some(transfer) = call.transfer() else { return };
        let Some(socket) = self.sockets.find(process, call) else { return };
        // What is only looked at is read later.
        if transfer.peek || transfer.len == 0 {
            return;
        }
        let mut label = String::new();
        let mut add = |text: String| {
            if !label.is_empty() {
                label.push(' ');
            }
            label.push_str(&text);
        };
        let since_1970 = value::seconds(time);
        if since_1970.is_none() && !time.is_empty() {
            add(time.to_owned());
        }
        if process != 0 {
            add(format!("pid {process}"));
        }
        add(format!("fd {}", call.fd().unwrap_or(0)));
        // The first socket of a process has the process's number.
        if let Some(port) = socket.port.filter(|port| *port != process) {
            add(format!("port {port}"));
        }
        let about = Datagram {
            protocol: socket.protocol,
            direction: Some(if transfer.sends { Direction::ToKernel } else { Direction::ToUser }),
            time: since_1970,
            label,
            place,
            ..Datagram::default()
        };
        let messages = match transfer.buffers() {
            Ok(messages) => messages,
            Err(what) => return self.ready.push_back(Err(Wrong::new(place, what))),
        };
        if messages.iter().all(|m| !m.decoded && m.cut.is_none()) {
            for message in messages.into_iter().filter(|m| !m.bytes.is_empty()) {
                self.ready.push_back(Ok(Datagram {
                    bytes: message.bytes,
                    cut: message.short,
                    ..about.clone()
                }));
            }
            return;
        }
        let len = (!transfer.many).then_some(transfer.len);
        self.open = Open::Call { about, messages, len, dumped: Vec::new(), held: 0, offset: 0 };
    }

    /// A line of a dump behind a call.
    fn dump(&mut self, line: Result<value::DumpLine, String>) {
        let Open::Call { dumped, held, offset, len, .. } = &mut self.open else { return };
        let place = self.lines.place();
        let mut wrong = |what: String| self.ready.push_back(Err(Wrong::new(place, what)));
        match line {
            Ok(value::DumpLine::Datagram) => {
                dumped.push(Vec::new());
                *offset = 0;
            }
            Ok(value::DumpLine::Buffer) => *offset = 0,
            Ok(value::DumpLine::Bytes { at, bytes }) => {
                if at != *offset {
                    wrong(format!(
                        "the dump goes on at {at:#x}, and not at {:#x}: lines are missing",
                        *offset
                    ));
                }
                *offset = at.saturating_add(bytes.len());
                if dumped.is_empty() {
                    dumped.push(Vec::new());
                }
                *held += bytes.len();
                if *held > LIMIT {
                    self.open = Open::None;
                    return wrong(format!("a dump of more than {} MiB; left out", LIMIT >> 20));
                }
                dumped.last_mut().expect("there is one").extend(bytes);
            }
            Err(what) => wrong(what),
        }
        // Nothing more comes, and whoever watches need not wait for the next call.
        if let ([dumped], Some(len)) = (dumped.as_slice(), len)
            && dumped.len() >= *len
        {
            self.close();
        }
    }

    /// Nothing comes any more that belongs to the call.
    fn close(&mut self) {
        let Open::Call { about, messages, dumped, .. } = std::mem::take(&mut self.open) else { return };
        if dumped.iter().any(|d| !d.is_empty()) {
            for bytes in dumped.into_iter().filter(|d| !d.is_empty()) {
                self.ready.push_back(Ok(Datagram { bytes, ..about.clone() }));
            }
            return;
        }
        for message in messages {
            if message.decoded {
                self.without += 1;
                if self.without == 1 {
                    let what = format!(
                        "strace shows this datagram taken apart, and its bytes are not there. To have the bytes: \
                         {ADVICE}; or: netlink trace COMMAND"
                    );
                    self.ready.push_back(Err(Wrong::new(about.place, what)));
                }
            } else if !message.bytes.is_empty() {
                self.ready.push_back(Ok(Datagram {
                    bytes: message.bytes,
                    cut: message.cut,
                    ..about.clone()
                }));
            }
        }
    }
}

/// Whether a line is one of `strace`.
pub(super) fn is_line(line: &[u8]) -> bool {
    !matches!(call::line(line), Line::Other) || line.starts_with(b"strace: ")
}
