//! Network namespaces.

use super::blocking::Socket;
use super::builder::Builder;
use super::error::Result;
use super::sys::Kernel;
use crate::protocol::Protocol;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

/// Where names of namespaces are looked up, in this order. `ip netns` makes them in the first, or in
/// the second where that is no link to it.
const NAMED: [&str; 2] = ["/run/netns", "/var/run/netns"];

/// A network namespace that is kept open, so that it exists at least as long as this.
///
/// For [`Builder::open_in`]. Anything else with a file descriptor of a namespace serves as well, an
/// [`OwnedFd`] or a [`File`].
///
/// ```
/// use netlink_runtime::Protocol;
/// use netlink_runtime::socket::{Netns, Socket};
///
/// let here = Netns::current()?;
/// assert!(here.is_same_as(Netns::of_process(std::process::id())?)?);
///
/// // No process and no name: an error, and no thread has moved.
/// assert!(Netns::named("no-such-namespace").is_err());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Netns {
    fd: OwnedFd,
}

impl Netns {
    /// The namespace that the calling thread is in.
    pub fn current() -> io::Result<Self> {
        // Not that of the process: a program may have moved this thread.
        Netns::open("/proc/thread-self/ns/net")
    }

    /// The namespace of a file: `/proc/PID/ns/net`, or where such a file is mounted.
    ///
    /// A file of something else is found out when a socket is opened in it, with `EINVAL`.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let told = |e: io::Error| io::Error::new(e.kind(), format!("{}: {e}", path.display()));
        Ok(Netns { fd: File::open(path).map_err(told)?.into() })
    }

    /// The namespace of this name, as `ip netns add NAME` makes it in `/run/netns` (or
    /// `/var/run/netns`).
    ///
    /// A name that is no single part of a path is [`io::ErrorKind::InvalidInput`].
    pub fn named(name: &str) -> io::Result<Self> {
        let odd = matches!(name, "" | "." | "..") || name.contains(['/', '\0']);
        if odd {
            let text = format!("{name:?} is no name of a network namespace");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        let mut missing = None;
        for folder in NAMED {
            match Netns::open(PathBuf::from(folder).join(name)) {
                Err(e) if e.kind() == io::ErrorKind::NotFound => missing = missing.or(Some(e)),
                other => return other,
            }
        }
        Err(missing.unwrap_or_else(|| io::ErrorKind::NotFound.into()))
    }

    /// The namespace of a process, by its number in the caller's `/proc`.
    ///
    /// Numbers are used again; who holds the process's pidfd hands that to [`Builder::open_in`]
    /// (Linux 5.8).
    pub fn of_process(pid: u32) -> io::Result<Self> {
        Netns::open(format!("/proc/{pid}/ns/net"))
    }

    /// Whether another file descriptor is of the same namespace.
    pub fn is_same_as(&self, other: impl AsFd) -> io::Result<bool> {
        use std::os::unix::fs::MetadataExt as _;
        let identity = |fd: BorrowedFd<'_>| {
            let metadata = File::from(fd.try_clone_to_owned()?).metadata()?;
            io::Result::Ok((metadata.dev(), metadata.ino()))
        };
        Ok(identity(self.as_fd())? == identity(other.as_fd())?)
    }
}

impl AsFd for Netns {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

impl From<OwnedFd> for Netns {
    fn from(fd: OwnedFd) -> Self {
        Netns { fd }
    }
}

impl From<Netns> for OwnedFd {
    fn from(namespace: Netns) -> Self {
        namespace.fd
    }
}

impl Builder {
    /// Opens a socket in another network namespace. The socket stays there, whoever uses it.
    ///
    /// The calling thread does not move: a thread that lives for this call alone enters the namespace
    /// (`setns(2)`) and opens the socket, so nothing has to find back. Entering takes `CAP_SYS_ADMIN`
    /// in the user namespace that owns the target and in the caller's own; without it, this is `EPERM`.
    /// `EINVAL` means that the file descriptor is of no network namespace.
    ///
    /// ```no_run
    /// use netlink_runtime::Protocol;
    /// use netlink_runtime::socket::{Netns, Socket};
    ///
    /// let blue = Netns::named("blue")?;
    /// let mut route = Socket::builder().open_in(&blue, Protocol::Route)?;
    /// # Ok::<(), netlink_runtime::socket::Error>(())
    /// ```
    pub fn open_in(self, namespace: impl AsFd, protocol: Protocol) -> Result<Socket> {
        let kernel = self.connect_in(namespace, protocol)?;
        self.over(protocol, kernel)
    }

    /// Opens the kernel's part alone in another network namespace: [`connect`](Self::connect) and
    /// [`open_in`](Self::open_in) in one.
    pub fn connect_in(&self, namespace: impl AsFd, protocol: Protocol) -> Result<Kernel> {
        let namespace = namespace.as_fd();
        let kernel = std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().name("netns".into());
            let opens = thread.spawn_scoped(scope, || Kernel::open_in(namespace, protocol))?;
            opens
                .join()
                .unwrap_or_else(|_| Err(io::Error::other("the thread that opens the socket panicked")))
        })?;
        // A socket knows its namespace, so the rest can be done from here.
        self.prepare(protocol, kernel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_names() {
        for odd in ["", ".", "..", "a/b", "/proc/self/ns/net", "a\0b"] {
            assert_eq!(Netns::named(odd).unwrap_err().kind(), io::ErrorKind::InvalidInput, "{odd:?}");
        }
        let missing = Netns::named("no such namespace").unwrap_err();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
        assert!(missing.to_string().starts_with("/run/netns/no such namespace: "), "{missing}");
    }
}
