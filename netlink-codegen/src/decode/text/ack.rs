//! What the kernel says about a request.

use super::page::{Page, Style};
use super::{Decoded, value};
use netlink_runtime::message::{Header, NLMSG_DONE};

/// Writes the inside of a message of netlink itself.
pub(super) fn write(page: &mut Page<'_>, message: &Decoded<'_>) {
    let Some(error) = message.error() else {
        if !message.payload.is_empty() {
            page.line(Some(Header::LEN));
            value::unknown(page, message.payload, false);
        }
        return;
    };
    page.line(Some(Header::LEN));
    match (error.errno, error.name()) {
        (0, _) if message.header.message_type == NLMSG_DONE => page.push("done"),
        (0, _) => page.push("acknowledged"),
        (errno, name) => page.paint(Style::Malformed, |page| {
            page.push("error ");
            page.number(errno.unsigned_abs().into());
            if let Some(name) = name {
                page.push(", ");
                page.push(name);
            }
        }),
    }
    if let Some(request) = error.request {
        page.push(": ");
        page.paint(Style::Message, |page| page.push(request));
    }
    if let Some(text) = &error.message {
        item(page, "message", |page| value::quoted(page, text.as_bytes()));
    }
    if let Some(offset) = error.offset {
        item(page, "attribute", |page| at(page, error.attr_path.as_deref(), None, Some(offset)));
    }
    if let Some(missing) = &error.missing {
        item(page, "missing", |page| {
            at(page, missing.path.as_deref(), Some(missing.attr), missing.nest_offset);
        });
    }
    if let Some(policy) = &error.policy {
        item(page, "policy", |page| value::display(page, policy));
    }
    if let Some(cookie) = &error.cookie {
        item(page, "cookie", |page| value::hex(page, cookie));
    }
}

fn item(page: &mut Page<'_>, what: &str, write: impl FnOnce(&mut Page<'_>)) {
    page.line(None);
    page.paint(Style::Attribute, |page| page.push(what));
    page.push(": ");
    write(page);
}

/// An attribute of the request: its path or else its number, and an offset in the request.
fn at(page: &mut Page<'_>, path: Option<&str>, number: Option<u32>, offset: Option<u32>) {
    match (path, number) {
        (Some(path), _) => value::plain(page, path),
        (None, Some(number)) => page.number(number.into()),
        (None, None) => page.push("?"),
    }
    if let Some(offset) = offset {
        page.push(if number.is_some() { ", in the nest at offset " } else { ", at offset " });
        page.number(offset.into());
    }
}
