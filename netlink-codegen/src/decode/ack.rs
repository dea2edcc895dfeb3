//! The `error` object of `NLMSG_ERROR` and `NLMSG_DONE`.

use netlink_runtime::extack::{KernelError, Policy};
use netlink_runtime::walk::json::{write_hex, write_str};
use std::fmt::{Result, Write};

/// Writes what the kernel says as a JSON object. `errno` is negative, as on the wire.
pub(super) fn write(out: &mut String, error: &KernelError) -> Result {
    write!(out, "{{\"errno\":{}", -i64::from(error.errno))?;
    if let Some(name) = error.name() {
        write!(out, ",\"name\":\"{name}\"")?;
    }
    if let Some(message) = &error.message {
        out.push_str(",\"msg\":");
        write_str(out, message)?;
    }
    if let Some(path) = &error.attr_path {
        out.push_str(",\"attr\":");
        write_str(out, path)?;
    }
    if let Some(offset) = error.offset {
        write!(out, ",\"offset\":{offset}")?;
    }
    if let Some(missing) = &error.missing {
        out.push_str(",\"miss_type\":");
        match &missing.path {
            Some(path) => write_str(out, path)?,
            None => write!(out, "{}", missing.attr)?,
        }
        if let Some(nest) = missing.nest_offset {
            write!(out, ",\"miss_nest\":{nest}")?;
        }
    }
    if let Some(policy) = &error.policy {
        out.push_str(",\"policy\":");
        write_policy(out, policy)?;
    }
    if let Some(cookie) = &error.cookie {
        out.push_str(",\"cookie\":");
        write_hex(out, cookie)?;
    }
    out.write_char('}')
}

fn write_policy(out: &mut String, policy: &Policy) -> Result {
    match policy.kind_name() {
        Some(name) => write!(out, "{{\"type\":\"{name}\"")?,
        None => write!(out, "{{\"type\":{}", policy.kind)?,
    }
    let mut number = |name: &str, value: Option<i128>| match value {
        Some(value) => write!(out, ",\"{name}\":{value}"),
        None => Ok(()),
    };
    number("min", policy.min_signed.map(i128::from).or(policy.min.map(i128::from)))?;
    number("max", policy.max_signed.map(i128::from).or(policy.max.map(i128::from)))?;
    number("min_length", policy.min_length.map(i128::from))?;
    number("max_length", policy.max_length.map(i128::from))?;
    number("policy_index", policy.index.map(i128::from))?;
    number("max_type", policy.max_type.map(i128::from))?;
    number("mask", policy.mask.map(i128::from))?;
    out.write_char('}')
}
