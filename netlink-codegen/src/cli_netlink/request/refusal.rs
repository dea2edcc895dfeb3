//! Why the kernel refuses, in words for who asked.

use super::Args;
use crate::decode::encode::same_name;
use crate::ir::{Model, Protocol};
use crate::report::list;
use netlink_runtime::extack::KernelError;
use netlink_runtime::genl::Operation;

/// `CAP_NET_ADMIN` among the bits of `CapEff` (`linux/capability.h`).
const CAP_NET_ADMIN: u32 = 12;

/// A request that the kernel refused.
pub(super) struct Asked<'a> {
    pub(super) model: &'a Model,
    pub(super) protocol: &'a Protocol,
    /// What the kernel says of the operation, if it says that.
    pub(super) operation: Option<Operation>,
    /// What the schema says that it needs, and was not given.
    pub(super) missing: &'a [&'a str],
    pub(super) args: &'a Args,
}

impl Asked<'_> {
    /// The kernel's words, and what may be said besides: which argument is meant, what it takes.
    pub(super) fn explain(&self, error: &KernelError) -> String {
        let mut lines = vec![with_argument(error, self.model, self.args)];
        let place_is_told = error.attr_path.is_some() || error.missing.is_some();
        match error.name() {
            Some("EPERM") => lines.push(self.capability()),
            Some("EOPNOTSUPP") if self.is_generic() && self.operation.is_none() => {
                lines.push("this kernel's family does not have the operation".to_owned());
            }
            _ if !self.missing.is_empty() && !place_is_told => {
                lines.push(format!("it needs {}", list(self.missing.iter().copied())));
            }
            _ => {}
        }
        lines.join("\n  ")
    }

    fn is_generic(&self) -> bool {
        matches!(self.protocol, Protocol::Generic { .. })
    }

    /// What it takes, and where.
    fn capability(&self) -> String {
        let initial = self.is_generic() && self.operation.is_some_and(|operation| operation.needs_admin());
        let place = match initial {
            true => "the initial user namespace: that of the machine, and not of a container",
            false => "the user namespace that owns the network namespace",
        };
        let have = match has_capability() {
            Some(true) => "; this process has it, but in another user namespace",
            Some(false) => "; this process does not have it",
            None => "",
        };
        format!("it takes CAP_NET_ADMIN in {place}{have}")
    }
}

/// What the kernel says, and the argument that it is about.
pub(super) fn with_argument(error: &KernelError, model: &Model, args: &Args) -> String {
    let path = error.attr_path.as_deref();
    match path.and_then(|path| argument(model, args, path)) {
        Some(argument) => format!("{error}\n  this is your `{argument}`"),
        None => error.to_string(),
    }
}

/// The argument that an attribute is from, given the C names that lead to it.
fn argument<'a>(model: &Model, args: &'a Args, path: &str) -> Option<&'a str> {
    let path: Vec<_> = path.split('.').map(|part| part.split('[').next().unwrap_or(part)).collect();
    let is = |word: &str, c_name: &str| {
        let attrs = model.sets.iter().flat_map(|set| &set.attrs);
        same_name(word, c_name)
            || attrs.filter(|attr| attr.c_name == c_name).any(|attr| same_name(word, &attr.name))
    };
    // How many names of the path an argument says; no other ones may stand in it.
    let said = |argument: &str, skip: usize| {
        let name = argument.split_once('=').map_or(argument, |(name, _)| name);
        // Members of arrays go by numbers, which the path has elsewhere.
        let words: Vec<_> = name.split('.').filter(|word| word.parse::<u32>().is_err()).collect();
        let path = path.get(skip..).unwrap_or_default();
        let all = words.iter().zip(path).all(|(word, c_name)| is(word, c_name));
        (all && !path.is_empty()).then(|| words.len().min(path.len()))
    };
    let attrs = args.attrs.iter().filter_map(|argument| Some((said(argument, 0)?, argument)));
    // Before a member's name stands that of its struct.
    let header = args.header.iter().filter_map(|argument| Some((said(argument, 1)?, argument)));
    attrs.chain(header).max_by_key(|(said, _)| *said).map(|(_, argument)| argument.as_str())
}

/// Whether this process has `CAP_NET_ADMIN` in its own user namespace.
fn has_capability() -> Option<bool> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let bits = status.lines().find_map(|line| line.strip_prefix("CapEff:"))?;
    let bits = u64::from_str_radix(bits.trim(), 16).ok()?;
    Some(bits >> CAP_NET_ADMIN & 1 == 1)
}
