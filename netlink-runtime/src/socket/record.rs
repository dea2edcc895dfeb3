//! A transport that writes down what passes.

use super::capture::{Direction, Writer};
use super::transport::{Datagram, Transport, Wait};
use crate::message::{Header, NLMSG_OVERRUN};
use crate::protocol::Protocol;
use std::io::{self, Write};
use std::os::fd::BorrowedFd;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A transport whose datagrams are written to a [`capture`](super::capture), for
/// [`Replay`](super::Replay), tcpdump or Wireshark.
///
/// - What is sent is written once it is sent, what is received when it is received. Datagrams that
///   other programs sent are left out, as every socket drops them.
/// - Where datagrams were lost (`ENOBUFS`), an `NLMSG_OVERRUN` stands.
/// - An error of the writer fails the call in which it happens, although the datagram has passed:
///   no recording has holes that nobody knows of.
///
/// ```
/// use netlink_runtime::Protocol;
/// use netlink_runtime::socket::{Record, Replay, Socket, Tape};
///
/// let tape = Tape::default();
/// let kernel = Socket::builder().connect(Protocol::Generic)?;
/// let record = Record::new(kernel, Protocol::Generic, tape.clone())?;
/// let mut socket = Socket::builder().over(Protocol::Generic, record)?;
/// let live = socket.family("nlctrl")?.clone();
///
/// // The same again, and no kernel is asked.
/// let replay = Replay::new(&tape.bytes(), Protocol::Generic)?;
/// let mut socket = Socket::builder().over(Protocol::Generic, replay)?;
/// assert_eq!(*socket.family("nlctrl")?, live);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Record<T, W> {
    inner: T,
    protocol: Protocol,
    writer: Writer<W>,
}

impl<T: Transport, W: Write + Send> Record<T, W> {
    /// Records to a file, a [`Tape`], anything that can be written to. Every datagram is one write.
    pub fn new(inner: T, protocol: Protocol, to: W) -> io::Result<Self> {
        Ok(Record { inner, protocol, writer: Writer::new(to)? })
    }
}

impl<T: Transport, W: Write + Send> Transport for Record<T, W> {
    fn port(&self) -> u32 {
        self.inner.port()
    }

    fn send(&mut self, datagram: &[u8]) -> io::Result<()> {
        self.inner.send(datagram)?;
        self.writer.write(Direction::ToKernel, self.protocol, 0, datagram)
    }

    fn receive(&mut self, buffer: &mut Vec<u8>, wait: Wait) -> io::Result<Datagram> {
        let received = self.inner.receive(buffer, wait);
        match &received {
            Ok(Datagram { len, source }) if source.port == 0 => {
                let datagram = buffer.get(..*len).unwrap_or_default();
                self.writer.write(Direction::ToUser, self.protocol, source.group, datagram)?;
            }
            Err(e) if e.raw_os_error() == Some(libc::ENOBUFS) => {
                let len = Header::LEN as u32;
                let gap = Header { len, message_type: NLMSG_OVERRUN, flags: 0, sequence: 0, port: 0 };
                self.writer.write(Direction::ToUser, self.protocol, 0, &gap.to_bytes())?;
            }
            Ok(_) | Err(_) => {}
        }
        received
    }

    fn join(&mut self, group: u32) -> io::Result<()> {
        self.inner.join(group)
    }

    fn leave(&mut self, group: u32) -> io::Result<()> {
        self.inner.leave(group)
    }

    fn set_timeout(&mut self, limit: Option<Duration>) -> io::Result<()> {
        self.inner.set_timeout(limit)
    }

    fn receive_buffer(&self) -> Option<usize> {
        self.inner.receive_buffer()
    }

    fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.inner.fd()
    }

    fn pending(&self) -> bool {
        self.inner.pending()
    }
}

/// Bytes in memory that are written by one and read by another: clones share them.
#[derive(Clone, Debug, Default)]
pub struct Tape(Arc<Mutex<Vec<u8>>>);

impl Tape {
    /// What was written so far.
    pub fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Write for Tape {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
