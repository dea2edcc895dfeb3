//! Messages by hand, and a transport that plays a script.
#![allow(dead_code, unreachable_pub)] // each test binary uses a part

pub mod links;

use netlink_runtime::meta::SetMeta;
use netlink_runtime::socket::{Builder, Datagram, Socket, Source, Transport, Wait};
use netlink_runtime::{DecodeError, EncodeError, MessageType, Protocol, Reply, Request};
use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex};

/// The port of scripted sockets.
pub const PORT: u32 = 4711;
/// The type of the replies that [`Plain`] accepts.
pub const REPLY: u16 = 16;

pub const ERROR: u16 = 2;
pub const DONE: u16 = 3;
pub const MULTI: u16 = 0x2;
pub const DUMP_INTR: u16 = 0x10;
pub const CAPPED: u16 = 0x100;
pub const ACK_TLVS: u16 = 0x200;

/// A message, padded.
pub fn message(ty: u16, flags: u16, seq: u32, port: u32, payload: &[u8]) -> Vec<u8> {
    let mut m = (16 + payload.len() as u32).to_ne_bytes().to_vec();
    m.extend(ty.to_ne_bytes());
    m.extend(flags.to_ne_bytes());
    m.extend(seq.to_ne_bytes());
    m.extend(port.to_ne_bytes());
    m.extend(payload);
    m.resize(m.len().next_multiple_of(4), 0);
    m
}

/// A reply whose payload is this text.
pub fn reply(seq: u32, text: &str) -> Vec<u8> {
    message(REPLY, MULTI, seq, PORT, text.as_bytes())
}

pub fn done(seq: u32, code: i32) -> Vec<u8> {
    message(DONE, MULTI, seq, PORT, &code.to_ne_bytes())
}

/// A capped `NLMSG_ERROR`.
pub fn error(seq: u32, code: i32, tlvs: &[u8]) -> Vec<u8> {
    let mut payload = code.to_ne_bytes().to_vec();
    // The request's header, which says the length of the whole request.
    let mut header = message(0, 0, seq, 0, &[]);
    header[..4].copy_from_slice(&3000u32.to_ne_bytes());
    payload.extend(header);
    payload.extend(tlvs);
    let flags = if tlvs.is_empty() { CAPPED } else { CAPPED | ACK_TLVS };
    message(ERROR, flags, seq, PORT, &payload)
}

pub fn ack(seq: u32) -> Vec<u8> {
    error(seq, 0, &[])
}

/// An attribute, padded.
pub fn attr(ty: u16, payload: &[u8]) -> Vec<u8> {
    let mut a = (4 + payload.len() as u16).to_ne_bytes().to_vec();
    a.extend(ty.to_ne_bytes());
    a.extend(payload);
    a.resize(a.len().next_multiple_of(4), 0);
    a
}

/// One thing that the transport gives.
#[derive(Clone)]
pub enum Step {
    Datagram(Vec<u8>, Source),
    Errno(i32),
}

/// A datagram from the kernel to this socket.
pub fn kernel(messages: &[Vec<u8>]) -> Step {
    Step::Datagram(messages.concat(), Source { port: 0, group: 0, namespace: None })
}

/// A datagram from the kernel to a group.
pub fn multicast(group: u32, messages: &[Vec<u8>]) -> Step {
    Step::Datagram(messages.concat(), Source { port: 0, group, namespace: None })
}

#[derive(Default)]
pub struct Log {
    /// What is received without anything being sent.
    queue: VecDeque<Step>,
    /// What becomes receivable with each datagram sent.
    script: VecDeque<Vec<Step>>,
    pub sent: Vec<Vec<u8>>,
    /// How many steps had been received when each datagram was sent.
    pub received_before: Vec<usize>,
    received: usize,
}

impl Log {
    /// Type, flags, sequence number, port, payload of what was sent.
    pub fn sent(&self, ix: usize) -> (u16, u16, u32, u32, &[u8]) {
        let m = &self.sent[ix];
        let half = |at| u16::from_ne_bytes([m[at], m[at + 1]]);
        let word = |at: usize| u32::from_ne_bytes(m[at..at + 4].try_into().unwrap());
        assert_eq!(word(0) as usize, m.len());
        (half(4), half(6), word(8), word(12), &m[16..])
    }
}

/// Plays a script; where it is over, waiting is a time-out, so that a test fails and does not
/// hang.
struct Scripted(Arc<Mutex<Log>>);

impl Transport for Scripted {
    fn port(&self) -> u32 {
        PORT
    }

    fn send(&mut self, datagram: &[u8]) -> io::Result<()> {
        let mut log = self.0.lock().unwrap();
        log.sent.push(datagram.to_vec());
        let received = log.received;
        log.received_before.push(received);
        let next = log.script.pop_front().unwrap_or_default();
        log.queue.extend(next);
        Ok(())
    }

    fn receive(&mut self, buffer: &mut Vec<u8>, wait: Wait) -> io::Result<Datagram> {
        let mut log = self.0.lock().unwrap();
        let step = log.queue.pop_front();
        log.received += usize::from(step.is_some());
        match step {
            Some(Step::Datagram(bytes, source)) => {
                if buffer.len() < bytes.len() {
                    buffer.resize(bytes.len(), 0);
                }
                buffer[..bytes.len()].copy_from_slice(&bytes);
                Ok(Datagram { len: bytes.len(), source })
            }
            Some(Step::Errno(errno)) => Err(io::Error::from_raw_os_error(errno)),
            None if wait == Wait::No => Err(io::ErrorKind::WouldBlock.into()),
            None => Err(io::ErrorKind::TimedOut.into()),
        }
    }
}

/// A socket that receives `script[n]` after its n-th datagram is sent.
pub fn scripted_with(
    builder: Builder,
    protocol: Protocol,
    script: Vec<Vec<Step>>,
) -> (Socket, Arc<Mutex<Log>>) {
    let log = Arc::new(Mutex::new(Log { script: script.into(), ..Log::default() }));
    (builder.over(protocol, Scripted(log.clone())).unwrap(), log)
}

pub fn scripted(script: Vec<Vec<Step>>) -> (Socket, Arc<Mutex<Log>>) {
    scripted_with(Socket::builder(), Protocol::Route, script)
}

/// Asks for anything.
#[derive(Default)]
pub struct Get {
    pub ty: u16,
    pub flags: u16,
    pub payload: Vec<u8>,
    pub set: Option<&'static SetMeta>,
}

impl Request for Get {
    type Reply = Plain;
    const PROTOCOL: Protocol = Protocol::Route;

    fn message_type(&self) -> MessageType {
        MessageType::Raw(self.ty)
    }

    fn flags(&self) -> u16 {
        self.flags
    }

    fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        out.extend(&self.payload);
        Ok(())
    }

    fn set(&self) -> Option<&'static SetMeta> {
        self.set
    }

    fn name(&self) -> Option<&'static str> {
        Some("TEST_GET")
    }
}

/// A reply as text.
#[derive(Debug)]
pub struct Plain;

impl Reply for Plain {
    type View<'a> = &'a str;

    fn view(payload: &[u8]) -> Result<&str, DecodeError> {
        Ok(std::str::from_utf8(payload).unwrap_or("not text"))
    }

    fn accepts(message_type: u16) -> bool {
        message_type == REPLY
    }
}
