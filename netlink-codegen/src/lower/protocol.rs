//! Families and how they are spoken.

use super::Lower;
use super::enums::c_prefix;
use crate::ir::{Family, Protocol, names};
use crate::report::{Diagnostic, codes, did_you_mean, list};
use crate::schema::ast::{File, Form};
use crate::schema::node::Text;

impl Lower<'_> {
    /// A family for each file. Headers come with the operations.
    pub(super) fn families(&mut self) {
        for ix in 0..self.files.len() {
            let protocol = self.protocol(ix);
            let file = &self.files[ix];
            self.model.add_family(Family {
                name: file.stem.clone(),
                doc: file.doc.clone(),
                protocol,
                sets: Vec::new(),
                enums: Vec::new(),
                structs: Vec::new(),
                subs: Vec::new(),
                operations: Vec::new(),
                groups: Vec::new(),
                uses: Vec::new(),
            });
        }
    }

    fn protocol(&mut self, ix: usize) -> Protocol {
        let file = &self.files[ix];
        let speaks =
            !file.operations.list.is_empty() || !file.groups.list.is_empty() || file.c_family_name.is_some();
        let written = file.protocol.as_ref().map(|p| &*p.text);
        match written {
            _ if file.subsystem.is_some() => self.netfilter(ix),
            Some("netlink-raw") => self.raw(ix),
            None if file.protonum.is_some() => self.raw(ix),
            Some("genetlink" | "genetlink-c" | "genetlink-legacy") => self.generic(ix),
            None if speaks => self.generic(ix),
            Some("none") | None => Protocol::None,
            Some(other) => {
                let known = ["genetlink", "genetlink-c", "genetlink-legacy", "netlink-raw", "none"];
                let help =
                    did_you_mean(other, known).unwrap_or_else(|| format!("it is one of {}", list(known)));
                let message = format!("`{other}` is no protocol");
                let place = file.protocol.as_ref().map(|p| p.span).unwrap_or_default();
                self.out.push(Diagnostic::error(codes::PROTOCOL, message).at(place, "").help(help));
                Protocol::None
            }
        }
    }

    fn netfilter(&mut self, ix: usize) -> Protocol {
        let Some(text) = self.files[ix].subsystem.as_ref() else { return Protocol::None };
        match self.number(ix, text).map(u8::try_from) {
            Some(Ok(subsystem)) => Protocol::Netfilter { subsystem, c_name: constant_name(text) },
            Some(Err(_)) => {
                self.error(codes::PROTOCOL, "a netfilter subsystem is a number up to 255", text.span);
                Protocol::None
            }
            None => Protocol::None,
        }
    }

    fn raw(&mut self, ix: usize) -> Protocol {
        let file = &self.files[ix];
        let Some(text) = &file.protonum else {
            let place = file.protocol.as_ref().or(file.name.as_ref()).map(|p| p.span).unwrap_or_default();
            self.out.push(
                Diagnostic::error(codes::PROTOCOL, "`netlink-raw` needs `protonum`").at(place, "").help(
                    "for instance `protonum: NETLINK_ROUTE`; netfilter families write `subsystem` instead",
                ),
            );
            return Protocol::None;
        };
        let Some(number) = self.number(ix, text) else { return Protocol::None };
        let Ok(protonum) = u16::try_from(number) else {
            self.error(codes::PROTOCOL, format!("{number} is no netlink protocol"), text.span);
            return Protocol::None;
        };
        let mut c_name = constant_name(text);
        if c_name.is_empty()
            && self.facts.constants.contains_key("NETLINK_ROUTE")
            && let Some(group) = self.group_of("NETLINK_ROUTE", text.span)
        {
            let found = group.constants.into_iter().find(|c| self.facts.int(c) == Some(number));
            c_name = found.unwrap_or_default();
        }
        Protocol::Raw { protonum, c_name }
    }

    fn generic(&mut self, ix: usize) -> Protocol {
        let file = &self.files[ix];
        let mut name = file.name.as_ref().map(|n| n.text.clone()).unwrap_or_default();
        // YNL writes constants in its own way: `sensors-genl-name`.
        let constant = |text: &Text| if file.is_ynl() { c_prefix(text) } else { text.text.clone() };
        if let Some(c_name) = &file.c_family_name {
            match self.facts.string(&constant(c_name)) {
                Some(found) => {
                    if file.is_ynl() && found != name {
                        self.disagreement(&constant(c_name), &*name, found, c_name.span);
                    }
                    name = found.to_owned();
                }
                None if file.is_ynl() => {}
                None => self.unknown_constant(c_name, c_name.span),
            }
        }
        let mut version = None;
        if let Some(text) = &file.version {
            version = self.number(ix, text).map(|v| (v, text.span));
        }
        if let Some(c_name) = &file.c_version_name {
            match self.facts.int(&constant(c_name)) {
                Some(fact) => {
                    if let Some((written, span)) = version
                        && written != fact
                    {
                        self.disagreement(&constant(c_name), written, fact, span);
                    }
                    version = Some((fact, c_name.span));
                }
                None if file.is_ynl() => {}
                None => self.unknown_constant(c_name, c_name.span),
            }
        }
        let version = match version.map(|(v, span)| (u8::try_from(v), span)) {
            Some((Ok(version), _)) => version,
            Some((Err(_), span)) => {
                self.error(codes::OUT_OF_RANGE, "a family's version is a number up to 255", span);
                1
            }
            None => 1,
        };
        Protocol::Generic { name, version, user_header: None }
    }
}

impl File {
    /// Written the way YNL is: its defaults for C names hold.
    pub(super) fn is_ynl(&self) -> bool {
        self.operations.list.first().map(|o| o.form) == Some(Form::Ynl)
            || (self.operations.list.is_empty() && self.sets.first().is_some_and(|s| s.form == Form::Ynl))
    }
}

/// The C name that a number was written as.
pub(super) fn constant_name(text: &Text) -> String {
    if names::is_c_literal(text) { text.text.clone() } else { String::new() }
}
