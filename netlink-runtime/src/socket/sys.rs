//! The system calls. The only file of this crate with `unsafe` in it.
#![allow(unsafe_code)]

use super::transport::{Datagram, Source, Transport, Wait};
use crate::message::{Header, NLM_F_ACK, NLM_F_REQUEST, NLMSG_NOOP};
use crate::protocol::Protocol;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::time::{Duration, Instant};

/// Room for a datagram of the kernel's: a dump's have up to 32 KiB, or one message that is longer; the
/// longest messages seen are links with hundreds of names or virtual functions. Memory that nothing is
/// received into is not used up.
const BUFFER: usize = 1 << 20;

/// A netlink socket of the kernel: the transport that [`Builder::connect`](super::Builder::connect)
/// makes.
#[derive(Debug)]
pub struct Kernel {
    fd: OwnedFd,
    port: u32,
    /// Other processes send, who knows how much at once: lengths are asked for first.
    asks: bool,
    /// That datagrams were lost is still to be said.
    lost: bool,
    /// Datagrams come with remarks: which group, which namespace. Without groups there is none to make.
    remarks: bool,
}

impl Kernel {
    /// Opens a socket and lets the kernel choose its port.
    pub(super) fn open(protocol: Protocol) -> io::Result<Self> {
        let kind = libc::SOCK_RAW | libc::SOCK_CLOEXEC;
        // SAFETY: no pointers are involved.
        let fd = check(unsafe { libc::socket(libc::AF_NETLINK, kind, i32::from(protocol.0)) })?;
        // SAFETY: `fd` is open, and nobody else has it.
        let fd = unsafe { OwnedFd::from_raw_fd(fd) };
        let mut address = kernel_address();
        let mut len = ADDRESS_LEN;
        // SAFETY: `address` is a `sockaddr_nl` of the length given.
        check(unsafe { libc::bind(fd.as_raw_fd(), (&raw const address).cast(), len) })?;
        // SAFETY: `address` has room for the `len` bytes that `len` says.
        check(unsafe { libc::getsockname(fd.as_raw_fd(), (&raw mut address).cast(), &raw mut len) })?;
        Ok(Kernel { fd, port: address.nl_pid, asks: false, lost: false, remarks: false })
    }

    /// Opens a socket in another network namespace, and leaves the calling thread there: for a thread
    /// that ends then.
    pub(super) fn open_in(namespace: BorrowedFd<'_>, protocol: Protocol) -> io::Result<Self> {
        // SAFETY: no pointers are involved.
        check(unsafe { libc::setns(namespace.as_raw_fd(), libc::CLONE_NEWNET) })?;
        Kernel::open(protocol)
    }

    /// Has the kernel know how long our buffers are, before the first dump.
    ///
    /// It makes a dump's datagrams as long as the longest buffer that a datagram was received into, up
    /// to 32 KiB. Before there was one it takes 8 KiB at most, and a message that does not fit these
    /// may end the dump as if there were nothing: links do, one of which has 90 names. So we have it
    /// acknowledge a message that means nothing. Should that fail, the first request tells why.
    pub(super) fn introduce(&mut self) {
        let (len, flags) = (Header::LEN as u32, NLM_F_REQUEST | NLM_F_ACK);
        let noop = Header { len, message_type: NLMSG_NOOP, flags, sequence: 0, port: self.port };
        if self.send(&noop.to_bytes()).is_ok() {
            // The answer is there by now, or does not come.
            let _ = self.receive(&mut Vec::new(), Wait::No);
        }
    }

    /// Asks for the length of each datagram before it is received, so that none is cut.
    pub(super) fn ask_for_lengths(&mut self) {
        self.asks = true;
    }

    /// Has the kernel tell what happens in other namespaces, too.
    pub(super) fn hear_all_namespaces(&mut self) -> io::Result<()> {
        self.remarks = true;
        self.set_option(libc::NETLINK_LISTEN_ALL_NSID, 1)
    }

    /// Sets an option of the netlink level.
    pub(super) fn set_option(&self, option: i32, value: u32) -> io::Result<()> {
        self.set(libc::SOL_NETLINK, option, &value)
    }

    /// Sets the kernel's receive buffer for this socket, beyond the system's limit if allowed.
    pub(super) fn set_receive_buffer(&self, bytes: u32) -> io::Result<()> {
        self.set(libc::SOL_SOCKET, libc::SO_RCVBUFFORCE, &bytes)
            .or_else(|_| self.set(libc::SOL_SOCKET, libc::SO_RCVBUF, &bytes))
    }

    /// Reads an option of the socket level that is an integer.
    fn get(&self, option: i32) -> io::Result<i32> {
        let (mut value, mut len) = (0i32, size_of::<i32>() as libc::socklen_t);
        let out: *mut i32 = &raw mut value;
        // SAFETY: `out` points to `len` writable bytes.
        check(unsafe {
            libc::getsockopt(self.fd.as_raw_fd(), libc::SOL_SOCKET, option, out.cast(), &raw mut len)
        })?;
        Ok(value)
    }

    /// Sets how many bytes may be sent at once, beyond the system's limit if allowed.
    pub(super) fn set_send_buffer(&self, bytes: u32) -> io::Result<()> {
        self.set(libc::SOL_SOCKET, libc::SO_SNDBUFFORCE, &bytes)
            .or_else(|_| self.set(libc::SOL_SOCKET, libc::SO_SNDBUF, &bytes))
    }

    // `T` must be plain data; private, and called with integers and `timeval` only.
    fn set<T: Copy>(&self, level: i32, option: i32, value: &T) -> io::Result<()> {
        let len = size_of::<T>() as libc::socklen_t;
        let value: *const T = value;
        // SAFETY: `value` points to `len` readable bytes.
        check(unsafe { libc::setsockopt(self.fd.as_raw_fd(), level, option, value.cast(), len) })?;
        Ok(())
    }

    /// Waits for the next datagram, and says how long it is.
    fn peek(&self, flags: i32) -> io::Result<usize> {
        let flags = flags | libc::MSG_PEEK | libc::MSG_TRUNC;
        // SAFETY: a length of 0 lets the kernel write nothing.
        retry(|| unsafe { libc::recv(self.fd.as_raw_fd(), std::ptr::null_mut(), 0, flags) })
    }

    /// Receives, and says whether the datagram was longer than the buffer.
    fn take(&self, buffer: &mut [u8], flags: i32) -> io::Result<(Datagram, bool)> {
        // The length is the datagram's own, then.
        let flags = flags | libc::MSG_TRUNC;
        let datagram =
            if self.remarks { self.take_with_remarks(buffer, flags) } else { self.take_plain(buffer, flags) };
        datagram.map(|datagram| (datagram, datagram.len > buffer.len()))
    }

    /// What has remarks costs the kernel a third of a microsecond more: as much as 5 % of adding a route.
    fn take_plain(&self, buffer: &mut [u8], flags: i32) -> io::Result<Datagram> {
        let (mut address, mut address_len) = (kernel_address(), ADDRESS_LEN);
        let len = retry(|| {
            // SAFETY: `buffer` and `address` come with their lengths.
            unsafe {
                libc::recvfrom(
                    self.fd.as_raw_fd(),
                    buffer.as_mut_ptr().cast(),
                    buffer.len(),
                    flags,
                    (&raw mut address).cast(),
                    &raw mut address_len,
                )
            }
        })?;
        Ok(Datagram { len, source: Source { port: address.nl_pid, ..Source::default() } })
    }

    fn take_with_remarks(&self, buffer: &mut [u8], flags: i32) -> io::Result<Datagram> {
        let mut address = kernel_address();
        let mut control = Control { space: [0; CONTROL_LEN] };
        let mut iov = libc::iovec { iov_base: buffer.as_mut_ptr().cast(), iov_len: buffer.len() };
        // SAFETY: all zeros is a valid `msghdr`; it has private padding on some C libraries.
        let mut msg: libc::msghdr = unsafe { MaybeUninit::zeroed().assume_init() };
        msg.msg_name = (&raw mut address).cast();
        msg.msg_namelen = ADDRESS_LEN;
        msg.msg_iov = &raw mut iov;
        msg.msg_iovlen = 1;
        let len = retry(|| {
            msg.msg_control = (&raw mut control).cast();
            msg.msg_controllen = CONTROL_LEN as _;
            // SAFETY: `msg` points to the address, the control buffer and one vector over
            // `buffer`, each with its length; all of them outlive the call.
            unsafe { libc::recvmsg(self.fd.as_raw_fd(), &raw mut msg, flags) }
        })?;
        Ok(Datagram { len, source: remarks(&msg, address.nl_pid) })
    }
}

/// Waits until one of the files can be read, or has an error to tell.
pub(super) fn wait_for_any(fds: &[BorrowedFd<'_>], limit: Option<Duration>) -> io::Result<()> {
    let wanted = |fd: &BorrowedFd<'_>| libc::pollfd { fd: fd.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    let mut polled: Vec<libc::pollfd> = fds.iter().map(wanted).collect();
    let count = libc::nfds_t::try_from(polled.len()).map_err(io::Error::other)?;
    let until = limit.and_then(|limit| Instant::now().checked_add(limit));
    let ready = retry(|| {
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        // Rounded up: 0 would not wait at all.
        let left = left.map_or(-1, |left| left.as_nanos().div_ceil(1_000_000).try_into().unwrap_or(i32::MAX));
        // SAFETY: `polled` has `count` elements.
        unsafe { libc::poll(polled.as_mut_ptr(), count, left) as isize }
    })?;
    if ready == 0 { Err(io::ErrorKind::TimedOut.into()) } else { Ok(()) }
}

impl Transport for Kernel {
    fn port(&self) -> u32 {
        self.port
    }

    fn send(&mut self, datagram: &[u8]) -> io::Result<()> {
        // To the kernel: that is where a socket sends that is not connected.
        // SAFETY: `datagram` comes with its length.
        retry(|| unsafe { libc::send(self.fd.as_raw_fd(), datagram.as_ptr().cast(), datagram.len(), 0) })?;
        Ok(())
    }

    fn receive(&mut self, buffer: &mut Vec<u8>, wait: Wait) -> io::Result<Datagram> {
        if std::mem::take(&mut self.lost) {
            return Err(io::Error::from_raw_os_error(libc::ENOBUFS));
        }
        let flags = if wait == Wait::No { libc::MSG_DONTWAIT } else { 0 };
        let timed = |e: io::Error| match e.kind() {
            io::ErrorKind::WouldBlock if wait == Wait::Yes => io::ErrorKind::TimedOut.into(),
            _ => e,
        };
        let len = if self.asks { self.peek(flags).map_err(timed)? } else { 0 };
        if buffer.len() < len.max(BUFFER) {
            *buffer = vec![0; len.max(BUFFER).next_multiple_of(4096)];
        }
        let (datagram, cut) = match self.take(buffer, flags) {
            // Being asked for the length, the kernel tries to go on with a dump. With a small receive
            // buffer there is no room beside the datagram that waits, and from 6.16 on that is an error of
            // the socket, which comes before the datagram: each time, if we only asked again.
            Err(e) if self.asks && e.raw_os_error() == Some(libc::ENOBUFS) => {
                let taken = self.take(buffer, flags).map_err(timed)?;
                self.lost = true;
                taken
            }
            other => other.map_err(timed)?,
        };
        if cut {
            // The next one has room. What is lost is told, as if the kernel had dropped it.
            *buffer = vec![0; datagram.len.next_multiple_of(4096)];
            return Err(io::Error::from_raw_os_error(libc::ENOBUFS));
        }
        Ok(datagram)
    }

    fn join(&mut self, group: u32) -> io::Result<()> {
        self.remarks = true;
        self.set_option(libc::NETLINK_ADD_MEMBERSHIP, group)
    }

    fn leave(&mut self, group: u32) -> io::Result<()> {
        self.set_option(libc::NETLINK_DROP_MEMBERSHIP, group)
    }

    fn set_timeout(&mut self, limit: Option<Duration>) -> io::Result<()> {
        // 0 means no limit, so a limit below the resolution is rounded up.
        let limit = limit.map_or(Duration::ZERO, |l| l.max(Duration::from_micros(1)));
        let value = libc::timeval {
            tv_sec: libc::time_t::try_from(limit.as_secs()).unwrap_or(libc::time_t::MAX),
            tv_usec: limit.subsec_micros() as libc::suseconds_t,
        };
        self.set(libc::SOL_SOCKET, libc::SO_RCVTIMEO, &value)
    }

    fn receive_buffer(&self) -> Option<usize> {
        usize::try_from(self.get(libc::SO_RCVBUF).ok()?).ok()
    }

    fn fd(&self) -> Option<BorrowedFd<'_>> {
        Some(self.fd.as_fd())
    }

    fn pending(&self) -> bool {
        self.lost
    }
}

const ADDRESS_LEN: libc::socklen_t = size_of::<libc::sockaddr_nl>() as libc::socklen_t;

// SAFETY: `CMSG_SPACE` computes a number.
const CONTROL_LEN: usize = unsafe {
    libc::CMSG_SPACE(size_of::<libc::nl_pktinfo>() as libc::c_uint)
        + libc::CMSG_SPACE(size_of::<libc::c_int>() as libc::c_uint)
} as usize;

/// Room for `NETLINK_PKTINFO` and `NETLINK_LISTEN_ALL_NSID`, aligned as control messages must be.
#[repr(C)]
union Control {
    space: [u8; CONTROL_LEN],
    _align: libc::cmsghdr,
}

/// The kernel's address; also the one that lets the kernel choose a port.
fn kernel_address() -> libc::sockaddr_nl {
    // SAFETY: all zeros is a valid `sockaddr_nl`.
    let mut address: libc::sockaddr_nl = unsafe { MaybeUninit::zeroed().assume_init() };
    address.nl_family = libc::AF_NETLINK as libc::sa_family_t;
    address
}

/// Where a received message comes from. The multicast group is that of `NETLINK_PKTINFO`, because the
/// address only has room for the first 32 groups.
fn remarks(msg: &libc::msghdr, port: u32) -> Source {
    let mut source = Source { port, ..Source::default() };
    // SAFETY: the kernel has filled `msg` and its control buffer, which is still there.
    unsafe {
        let mut at = libc::CMSG_FIRSTHDR(msg);
        while let Some(header) = at.as_ref() {
            let data = libc::CMSG_DATA(at);
            match (header.cmsg_level, header.cmsg_type) {
                (libc::SOL_NETLINK, libc::NETLINK_PKTINFO) => {
                    source.group = data.cast::<libc::nl_pktinfo>().read_unaligned().group;
                }
                (libc::SOL_NETLINK, libc::NETLINK_LISTEN_ALL_NSID) => {
                    source.namespace = Some(data.cast::<libc::c_int>().read_unaligned());
                }
                _ => {}
            }
            at = libc::CMSG_NXTHDR(msg, at);
        }
    }
    source
}

fn check(result: i32) -> io::Result<i32> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

/// Repeats a call that a signal interrupted.
fn retry(mut call: impl FnMut() -> isize) -> io::Result<usize> {
    loop {
        match usize::try_from(call()) {
            Ok(n) => return Ok(n),
            Err(_) => {
                let error = io::Error::last_os_error();
                if error.kind() != io::ErrorKind::Interrupted {
                    return Err(error);
                }
            }
        }
    }
}
