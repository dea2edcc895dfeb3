//! Reads a message into its owned type, writes it again, and looks for what did not go through
//! types: bytes that differ, attributes kept as bytes.

pub(crate) mod walk;

use netlink_runtime::build::Enc;
use netlink_runtime::meta::SetMeta;
use netlink_runtime::owned::OwnedSet;
use netlink_runtime::socket::{Error, Socket};
use netlink_runtime::{Call, Operation, View};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What was read and written, and what went wrong.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) messages: usize,
    pub(crate) attrs: usize,
    pub(crate) padding: usize,
    /// Different attributes that were seen, by path.
    pub(crate) paths: BTreeSet<String>,
    /// Those that their schema types as opaque bytes.
    pub(crate) binary: BTreeSet<String>,
    /// Attributes that no type covers: path, how many, the first payload.
    pub(crate) raw: BTreeMap<String, (usize, String)>,
    /// Payloads written as they came because their values do not encode to them; `suspects` are
    /// those that look as if.
    pub(crate) restored: usize,
    pub(crate) suspects: BTreeMap<String, (usize, String)>,
    /// Messages that do not decode, do not encode, or come out different.
    pub(crate) failures: Vec<String>,
}

impl Tally {
    /// Reads and writes one payload (what follows `nlmsghdr` or `genlmsghdr`).
    pub(crate) fn check<T: OwnedSet>(&mut self, payload: &[u8]) {
        self.messages += 1;
        walk::message(T::meta(), payload, self);
        let again = match encode::<T>(payload) {
            Ok((again, restored)) => {
                self.restored += restored;
                again
            }
            Err(error) => return self.failures.push(format!("{error}\n  {}", hex(payload))),
        };
        if again != payload {
            self.failures.push(difference(T::meta(), payload, &again));
        }
    }

    /// Whether everything went through types.
    pub(crate) fn clean(&self) -> bool {
        self.failures.is_empty() && self.raw.is_empty() && self.restored == 0
    }

    /// The same where the kernel is newer than the newest headers: it may add attributes at the
    /// end of a set, and members at the end of a struct.
    pub(crate) fn clean_but_for_news(&self) -> bool {
        self.failures.is_empty() && self.raw.keys().all(|path| path.ends_with(walk::BEYOND))
    }

    /// Fails with everything that did not go through types.
    pub(crate) fn assert_clean(&self) {
        eprintln!("all: {self}");
        eprintln!("typed as opaque bytes: {:?}", self.binary);
        let clean = if kernel_is_newer() { self.clean_but_for_news() } else { self.clean() };
        assert!(clean, "not everything went through types: {self}");
    }

    /// Adds the numbers of another tally.
    pub(crate) fn add(&mut self, other: Tally) {
        self.messages += other.messages;
        self.attrs += other.attrs;
        self.padding += other.padding;
        self.restored += other.restored;
        self.paths.extend(other.paths);
        self.binary.extend(other.binary);
        self.failures.extend(other.failures);
        for (into, from) in [(&mut self.raw, other.raw), (&mut self.suspects, other.suspects)] {
            for (path, (count, example)) in from {
                into.entry(path).or_insert((0, example)).0 += count;
            }
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let raw: usize = self.raw.values().map(|(count, _)| count).sum();
        write!(
            f,
            "{} messages, {} attributes ({} different), {} padding, {raw} raw, {} restored, {} failures",
            self.messages,
            self.attrs,
            self.paths.len(),
            self.padding,
            self.restored,
            self.failures.len()
        )?;
        for (path, (count, example)) in &self.raw {
            write!(f, "\n  raw: {count} x {path}: {example}")?;
        }
        if self.restored > 0 {
            for (path, (count, example)) in &self.suspects {
                write!(f, "\n  perhaps restored: {count} x {path}: {example}")?;
            }
        }
        for failure in self.failures.iter().take(20) {
            write!(f, "\n  failed: {failure}")?;
        }
        Ok(())
    }
}

/// Decodes and encodes: the bytes, and how many payloads stand in them as they came.
fn encode<T: OwnedSet>(payload: &[u8]) -> Result<(Vec<u8>, usize), String> {
    let view = <T::View<'_> as View<'_>>::parse(payload).map_err(|e| e.to_string())?;
    let owned = T::decode_at(view, 0).map_err(|e| e.to_string())?;
    let mut out = Vec::new();
    let enc = owned.encode_to(Enc::new(&mut out));
    let restored = enc.restored();
    enc.end().map_err(|e| e.to_string())?;
    Ok((out, restored))
}

/// A message made by hand of these parts, which has to go through types.
#[allow(dead_code)] // not every test makes one
pub(crate) fn exactly<T: OwnedSet>(parts: &[Vec<u8>]) -> Vec<u8> {
    let bytes = parts.concat();
    let mut tally = Tally::default();
    tally.check::<T>(&bytes);
    assert!(tally.clean(), "{tally}");
    bytes
}

/// Dumps, and checks every reply. Prints the numbers.
pub(crate) fn dump<T: OwnedSet, O: Operation>(socket: &mut Socket, label: &str, call: Call<O>) -> Tally {
    replies::<T, O>(label, socket.dump(call))
}

/// Sends a request that is no dump, and checks its replies.
pub(crate) fn get<T: OwnedSet, O: Operation>(socket: &mut Socket, label: &str, call: Call<O>) -> Tally {
    replies::<T, O>(label, socket.request(call))
}

fn replies<T: OwnedSet, O: Operation>(
    label: &str,
    dump: Result<netlink_runtime::socket::Dump<'_, O>, Error>,
) -> Tally {
    let mut tally = Tally::default();
    // `struct genlmsghdr` stands before the payload of generic netlink.
    let skip = if O::PROTOCOL == netlink_runtime::Protocol::Generic { 4 } else { 0 };
    let end = dump.and_then(|mut dump| {
        while let Some(message) = dump.next_message()? {
            tally.check::<T>(message.payload().get(skip..).unwrap_or_default());
        }
        Ok(())
    });
    tally.failures.extend(end.err().and_then(|error| failure(label, &error)));
    eprintln!("{label}: {tally}");
    tally
}

/// What a request that failed says; nothing where the kernel does not know it.
fn failure(label: &str, error: &Error) -> Option<String> {
    let text = error.to_string();
    if text.contains("EOPNOTSUPP") {
        eprintln!("{label}: not in this kernel ({text})");
        return None;
    }
    Some(format!("{label}: {text}"))
}

/// A message that came out different: the innermost attribute around the first difference, with
/// its bytes before and after.
pub(crate) fn difference(set: &'static SetMeta, was: &[u8], is: &[u8]) -> String {
    let at = was.iter().zip(is).take_while(|(a, b)| a == b).count();
    let (path, start) = walk::locate(set, was, at);
    let end = |bytes: &[u8]| {
        let len = bytes.get(start..start + 2).map_or(0, |b| usize::from(u16::from_ne_bytes([b[0], b[1]])));
        if path.contains('.') { (start + len.max(4)).min(bytes.len()) } else { bytes.len() }
    };
    format!(
        "{path} differs at byte {at}\n    received {}\n    encoded  {}",
        hex(was.get(start..end(was)).unwrap_or_default()),
        hex(is.get(start..end(is)).unwrap_or_default())
    )
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Whether the running kernel is newer than the newest headers that schemas were checked with.
fn kernel_is_newer() -> bool {
    let version = |text: &str| -> Vec<u32> {
        let numbers = text.split(|c: char| !c.is_ascii_digit()).map_while(|n| n.parse().ok());
        numbers.take(2).collect()
    };
    let running = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let known = MANIFEST.lines().filter_map(|l| l.trim().strip_prefix("release = \""));
    let newest = known.map(version).max().expect("kernels in the manifest");
    version(&running) > newest
}

const MANIFEST: &str = include_str!("../../../kernel-headers/MANIFEST.toml");
