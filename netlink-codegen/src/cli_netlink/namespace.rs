//! `--netns`: sockets in another network namespace.

use netlink_runtime::Protocol;
use netlink_runtime::extack::errno_name;
use netlink_runtime::socket::{Builder, Error, Netns, Socket};
use std::io;

/// Which network namespace to speak to.
#[derive(Debug, clap::Args)]
pub struct Namespace {
    /// Network namespace to speak to: a name of `ip netns`, the path of its file, or the number of a
    /// process that is in it
    #[arg(long, value_name = "NAME|PATH|PID")]
    netns: Option<String>,
}

impl Namespace {
    /// Opens a socket there.
    pub fn open(&self, options: Builder, protocol: Protocol) -> Result<Socket, Error> {
        match &self.netns {
            None => options.open(protocol),
            Some(netns) => options.open_in(find(netns)?, protocol),
        }
    }

    /// Why a socket cannot be opened.
    pub fn explain(&self, error: &Error, protocol: Protocol) -> String {
        let name = error.errno().and_then(errno_name);
        match (name, &self.netns) {
            (Some("EPROTONOSUPPORT"), _) => {
                format!("this kernel does not speak netlink protocol {}", protocol.0)
            }
            (Some("EPERM"), Some(netns)) => format!(
                "--netns {netns}: {error}; entering takes CAP_SYS_ADMIN in the user namespace that owns it, and \
                 in one's own"
            ),
            (Some("EINVAL"), Some(netns)) => format!("--netns {netns}: this is no network namespace"),
            (_, Some(netns)) => match error {
                Error::Io(error) => format!("--netns {netns}: {error}"),
                other => format!("--netns {netns}: {other}"),
            },
            (_, None) => error.to_string(),
        }
    }
}

fn find(text: &str) -> io::Result<Netns> {
    match text.parse() {
        Ok(process) => Netns::of_process(process),
        Err(_) if text.contains('/') => Netns::open(text),
        Err(_) => Netns::named(text),
    }
}
