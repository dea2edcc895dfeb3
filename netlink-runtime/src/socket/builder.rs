//! How a socket is opened.

use super::asynchronous::{self, Io};
use super::blocking::Socket;
use super::error::Result;
use super::sys::Kernel;
use super::transport::Transport;
use crate::protocol::Protocol;
use std::io;
use std::time::Duration;

/// What to do about dumps of something that changed meanwhile (`NLM_F_DUMP_INTR`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interrupted {
    /// Fail with [`Error::DumpInterrupted`](super::Error::DumpInterrupted), after everything that
    /// came.
    Report,
    /// Where replies are collected ([`Socket::dump_all`]), dump again, up to so many times;
    /// elsewhere as [`Report`](Self::Report): what was yielded cannot be taken back.
    Retry(u32),
    /// Take what came.
    Ignore,
}

/// Options of a [`Socket`].
///
/// ```
/// use netlink_runtime::{Protocol, socket::Socket};
/// use std::time::Duration;
///
/// let route = Socket::builder()
///     .receive_buffer(1 << 20)
///     .timeout(Duration::from_secs(5))
///     .group(1) // RTNLGRP_LINK
///     .open(Protocol::Route)?;
/// assert_ne!(route.port(), 0);
/// # Ok::<(), netlink_runtime::socket::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Builder {
    strict: bool,
    receive_buffer: Option<u32>,
    send_buffer: Option<u32>,
    timeout: Option<Duration>,
    pub(super) interrupted: Interrupted,
    groups: Vec<u32>,
    pub(super) queue: usize,
    pub(super) peers: bool,
    all_namespaces: bool,
}

impl Default for Builder {
    fn default() -> Self {
        Builder {
            strict: true,
            receive_buffer: None,
            send_buffer: None,
            timeout: None,
            interrupted: Interrupted::Retry(8),
            groups: Vec::new(),
            queue: 1 << 20,
            peers: false,
            all_namespaces: false,
        }
    }
}

impl Builder {
    /// Whether the kernel checks dump requests strictly (`NETLINK_GET_STRICT_CHK`, from 4.20 on;
    /// on unless turned off).
    ///
    /// Strictly checked, requests can carry filters, and what the kernel does not understand is
    /// an error. Turned off, it ignores fixed header and attributes of most dump requests and
    /// sends everything, as it does for programs that send too short a header.
    pub fn strict(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }

    /// How many bytes the kernel may queue for the socket: more for a listener of busy groups.
    /// Above the system's limit (`net.core.rmem_max`) it takes `CAP_NET_ADMIN`; without it, the
    /// limit is what there is.
    pub fn receive_buffer(mut self, bytes: u32) -> Self {
        self.receive_buffer = Some(bytes);
        self
    }

    /// How many bytes may be sent at once: more for large transactions. Above the system's limit
    /// (`net.core.wmem_max`) it takes `CAP_NET_ADMIN`; without it, the limit is what there is.
    pub fn send_buffer(mut self, bytes: u32) -> Self {
        self.send_buffer = Some(bytes);
        self
    }

    /// How long to wait for a datagram. Without it, for ever: the kernel answers most requests
    /// while they are being sent.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    /// What to do about dumps of something that changed meanwhile. [`Interrupted::Retry`] with 8
    /// attempts more, if nothing else is said.
    pub fn interrupted(mut self, policy: Interrupted) -> Self {
        self.interrupted = policy;
        self
    }

    /// Joins a multicast group, by number.
    pub fn group(mut self, group: u32) -> Self {
        self.groups.push(group);
        self
    }

    /// How many bytes of notifications may wait while replies are read: 1 MiB, if nothing else is
    /// said.
    pub fn queue(mut self, bytes: usize) -> Self {
        self.queue = bytes;
        self
    }

    /// Whether what other processes send counts, as notifications: on `NETLINK_USERSOCK` that is who
    /// there is to talk to. Otherwise it is [dropped](super::Dropped::foreign). It never answers a
    /// request.
    pub fn peers(mut self, peers: bool) -> Self {
        self.peers = peers;
        self
    }

    /// Whether groups are also heard in other network namespaces: those that the socket's own has a
    /// number for (`RTM_NEWNSID`), and where the opener has `CAP_NET_BROADCAST`. The option is the
    /// kernel's `NETLINK_LISTEN_ALL_NSID`, from 4.2 on.
    ///
    /// [`Event::Notification`](super::Event::Notification) says which one a message is about.
    pub fn all_namespaces(mut self, all: bool) -> Self {
        self.all_namespaces = all;
        self
    }

    /// Opens a socket.
    pub fn open(self, protocol: Protocol) -> Result<Socket> {
        let kernel = self.connect(protocol)?;
        self.over(protocol, kernel)
    }

    /// Opens the kernel's part alone, to put something between it and the socket
    /// ([`over`](Self::over)): an [`Intercept`](super::Intercept), a [`Record`](super::Record).
    ///
    /// ```
    /// use netlink_runtime::{Protocol, socket::{Intercept, Socket}};
    ///
    /// let kernel = Socket::builder().connect(Protocol::Generic)?;
    /// let mut socket = Socket::builder().over(Protocol::Generic, Intercept::new(kernel))?;
    /// assert_eq!(socket.family("nlctrl")?.id, 16);
    /// # Ok::<(), netlink_runtime::socket::Error>(())
    /// ```
    pub fn connect(&self, protocol: Protocol) -> Result<Kernel> {
        self.prepare(protocol, Kernel::open(protocol)?)
    }

    /// Sets the kernel's options.
    pub(super) fn prepare(&self, protocol: Protocol, mut kernel: Kernel) -> Result<Kernel> {
        if self.peers {
            kernel.ask_for_lengths();
        }
        kernel.set_option(libc::NETLINK_PKTINFO, 1)?;
        // Kernels older than an option do without it, and so do we.
        let wanted = |option: i32| match kernel.set_option(option, 1) {
            Err(e) if e.raw_os_error() == Some(libc::ENOPROTOOPT) => Ok(()),
            other => other,
        };
        wanted(libc::NETLINK_EXT_ACK)?;
        wanted(libc::NETLINK_CAP_ACK)?;
        if self.strict {
            wanted(libc::NETLINK_GET_STRICT_CHK)?;
        }
        if self.all_namespaces {
            kernel.hear_all_namespaces()?;
        }
        if let Some(bytes) = self.receive_buffer {
            kernel.set_receive_buffer(bytes)?;
        }
        if let Some(bytes) = self.send_buffer {
            kernel.set_send_buffer(bytes)?;
        }
        // Those where everything that is sent is acknowledged in the usual way.
        let usual =
            [Protocol::Route, Protocol::SockDiag, Protocol::Xfrm, Protocol::Netfilter, Protocol::Generic];
        if usual.contains(&protocol) {
            kernel.introduce();
        }
        Ok(kernel)
    }

    /// Makes a socket over another transport. [`strict`](Self::strict) and
    /// [`receive_buffer`](Self::receive_buffer) are the kernel's, and have no effect.
    pub fn over(self, protocol: Protocol, mut transport: impl Transport + 'static) -> Result<Socket> {
        if self.timeout.is_some() {
            transport.set_timeout(self.timeout)?;
        }
        self.join(&mut transport)?;
        Ok(Socket::new(protocol, Box::new(transport), &self))
    }

    /// Makes an asynchronous socket. It is an error to ask for a [`timeout`](Self::timeout): put one of
    /// the runtime around any call.
    pub fn over_io<I: Io>(self, protocol: Protocol, mut io: I) -> Result<asynchronous::Socket<I>> {
        if self.timeout.is_some() {
            let text = "time limits of asynchronous calls are the runtime's";
            return Err(io::Error::new(io::ErrorKind::Unsupported, text).into());
        }
        self.join(io.transport())?;
        Ok(asynchronous::Socket::new(protocol, io, &self))
    }

    fn join(&self, transport: &mut dyn Transport) -> Result<()> {
        for group in &self.groups {
            let told = |e: io::Error| io::Error::new(e.kind(), format!("joining group {group}: {e}"));
            transport.join(*group).map_err(told)?;
        }
        Ok(())
    }
}
