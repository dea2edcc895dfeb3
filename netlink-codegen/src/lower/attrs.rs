//! Attribute sets with derivation applied: names, C names, numbers, type expressions.

use super::enums::c_prefix;
use super::scope::Kind;
use super::{Lower, constants};
use crate::ir::{Entry, Lifetime, Unit, names};
use crate::report::{Diagnostic, Span, codes, did_you_mean, list};
use crate::schema::ast::{Attr, AttrSet, Form, YnlType};
use crate::schema::expr::TypeExpr;
use crate::schema::node::Text;
use std::rc::Rc;

/// Longest chain of sets that derive from each other.
const MAX_DERIVATION: usize = 50;

/// An attribute with its number; the type is still an expression of the file that wrote it.
#[derive(Clone)]
pub(super) struct Resolved {
    pub(super) name: String,
    pub(super) c_name: String,
    pub(super) number: u16,
    pub(super) life: Lifetime,
    /// The file in whose terms the type speaks.
    pub(super) file: usize,
    pub(super) ty: TypeExpr,
    pub(super) ynl: YnlType,
    pub(super) always: bool,
    pub(super) doc: String,
    pub(super) checks: Vec<(Text, Text)>,
    pub(super) unit: Option<Unit>,
    pub(super) span: Span,
}

/// A resolved attribute set.
#[derive(Default)]
pub(super) struct ResolvedSet {
    pub(super) attrs: Vec<Resolved>,
    pub(super) prefix: String,
}

/// How far resolution of a set has come.
#[derive(Clone)]
pub(super) enum State {
    Open,
    Done(Rc<ResolvedSet>),
}

impl Lower<'_> {
    /// Resolves every set, so that mistakes in sets that nothing uses show too.
    pub(super) fn all_attrs(&mut self) {
        for file in 0..self.files.len() {
            for ix in 0..self.files[file].sets.len() {
                let name = self.files[file].sets[ix].name.span;
                self.attrs((file, ix), name);
            }
        }
    }

    /// The resolved set at a place; empty when it derives from itself.
    pub(super) fn attrs(&mut self, at: (usize, usize), from: Span) -> Rc<ResolvedSet> {
        match self.attrs.get(&at) {
            Some(State::Done(set)) => return Rc::clone(set),
            Some(State::Open) => {
                let set = &self.files[at.0].sets[at.1];
                let message = format!("the attribute set `{}` derives from itself", &*set.name);
                self.out.push(
                    Diagnostic::error(codes::CYCLE, message).at(from, "").at(set.name.span, "this set"),
                );
                return Rc::default();
            }
            None => {}
        }
        if self.attrs_open >= MAX_DERIVATION {
            let message = format!("a set derived through more than {MAX_DERIVATION} others");
            self.error(codes::CYCLE, message, from);
            return Rc::default();
        }
        self.attrs.insert(at, State::Open);
        self.attrs_open += 1;
        let set = Rc::new(self.resolve(at));
        self.attrs_open -= 1;
        self.attrs.insert(at, State::Done(Rc::clone(&set)));
        set
    }

    fn resolve(&mut self, at: (usize, usize)) -> ResolvedSet {
        let set = &self.files[at.0].sets[at.1];
        let stated = self.set_prefix(at);
        let prefix = self.guessed_prefix(at.0, set, &stated).unwrap_or(stated);
        let mut resolved = ResolvedSet { prefix, attrs: Vec::new() };
        let (base, subset) = match (&set.subset_of, &set.extends) {
            (Some(subset), Some(extends)) => {
                let message = "a set is either a subset of another one or extends it, not both";
                self.out.push(
                    Diagnostic::error(codes::WRONG_SHAPE, message)
                        .at(extends.span, "")
                        .at(subset.span, "subset here"),
                );
                return resolved;
            }
            (Some(base), None) => (Some(base), true),
            (None, Some(base)) => (Some(base), false),
            (None, None) => (None, false),
        };
        let mut inherited = Rc::<ResolvedSet>::default();
        if let Some(base) = base {
            let Some(found) = self.declared(Kind::Set, at.0, base, base.span) else { return resolved };
            inherited = self.attrs(found, base.span);
            if set.prefix.is_none() {
                resolved.prefix.clone_from(&inherited.prefix);
            }
        }
        if !subset {
            resolved.attrs.clone_from(&inherited.attrs);
        }
        let lent = match &set.enum_name {
            Some(name) if !name.is_empty() && set.form == Form::Short && set.prefix.is_none() => {
                match self.enum_name_entries(at.0, name, name.span) {
                    Some(entries) => Some(entries),
                    None => return resolved,
                }
            }
            _ => None,
        };
        if let Some(entries) = &lent {
            let c_names: Vec<String> = entries.iter().map(|e| e.c_name.clone()).collect();
            resolved.prefix = constants::common_prefix(&c_names);
        }
        let mut next = 1;
        for attr in &set.attrs {
            let base = inherited.attrs.iter().find(|b| b.name == attr.name.text);
            let new = match (base, subset) {
                (None, true) => {
                    self.no_such_attribute(&attr.name, set, &inherited);
                    None
                }
                (Some(base), _) => self.derived(at.0, attr, base),
                (None, false) => self.own(at.0, set, attr, &resolved.prefix, lent.as_deref(), &mut next),
            };
            let Some(new) = new else { continue };
            match resolved.attrs.iter_mut().find(|a| a.name == new.name) {
                // A name declared twice has been reported; in an extension it replaces.
                Some(known) => *known = new,
                None => resolved.attrs.push(new),
            }
        }
        resolved.attrs.sort_by_key(|a| a.number);
        resolved
    }

    fn no_such_attribute(&mut self, name: &Text, set: &AttrSet, base: &ResolvedSet) {
        let base_name = set.subset_of.as_ref().map_or("", |s| &s.text);
        let message = format!("`{base_name}` has no attribute `{}`", &**name);
        let known = || base.attrs.iter().map(|a| a.name.as_str());
        let help = did_you_mean(name, known()).unwrap_or_else(|| format!("it has {}", list(known())));
        self.out.push(Diagnostic::error(codes::UNKNOWN_ATTRIBUTE, message).at(name.span, "").help(help));
    }

    /// An attribute of a subset or an extension: what it says over what the base says.
    fn derived(&mut self, file: usize, attr: &Attr, base: &Resolved) -> Option<Resolved> {
        let mut new = base.clone();
        new.span = attr.name.span;
        if attr.always {
            new.always = true;
        }
        if !attr.doc.is_empty() {
            new.doc.clone_from(&attr.doc);
        }
        if !attr.checks.is_empty() {
            new.checks.clone_from(&attr.checks);
        }
        if let Some(unit) = &attr.unit {
            new.unit = self.unit(unit);
        }
        if let Some(ty) = &attr.ty {
            new.ty = ty.clone();
            new.file = file;
        } else if attr.form == Form::Ynl {
            let keys = attr.ynl.over(&base.ynl);
            // Keys that only repeat the base are most subsets; then its expression stands.
            if attr.ynl.ty.is_some()
                || attr.ynl.nested.is_some()
                || attr.ynl.names.is_some()
                || attr.ynl.multi.is_some()
                || attr.ynl.hint.is_some()
                || attr.ynl.sub_type.is_some()
            {
                if keys.ty.is_some() {
                    new.ty = self.ynl_type(&keys, attr.name.span)?;
                }
                new.ynl = keys;
            }
        }
        if let Some(value) = &attr.value {
            let number = self.number(file, value)?;
            if number != i128::from(new.number) {
                let message = format!("`{}` has the number {} in the other set", &*attr.name, new.number);
                self.error(codes::NUMBER_DIFFERS, message, value.span);
            }
        }
        Some(new)
    }

    fn own(
        &mut self,
        file: usize,
        set: &AttrSet,
        attr: &Attr,
        prefix: &str,
        lent: Option<&[Entry]>,
        next: &mut i128,
    ) -> Option<Resolved> {
        let prefix = attr.prefix.as_ref().map_or(prefix.to_owned(), |p| c_prefix(p));
        let mut c_name = match &attr.c_name {
            Some(c_name) => c_name.text.clone(),
            None => names::c_name(&prefix, &attr.name),
        };
        let mut lent_value = None;
        if let Some(entries) = lent
            && attr.c_name.is_none()
        {
            let Some(entry) = entries.iter().find(|e| e.name == attr.name.text || e.c_name == attr.name.text)
            else {
                let enum_name = set.enum_name.as_ref().map_or("", |n| &n.text);
                let message = format!("`{enum_name}` has no entry `{}`", &*attr.name);
                let help = did_you_mean(&attr.name, entries.iter().map(|e| e.name.as_str()));
                let diagnostic = Diagnostic::error(codes::UNKNOWN_ATTRIBUTE, message);
                self.out.push(diagnostic.at(attr.name.span, "").maybe_help(help));
                return None;
            };
            c_name.clone_from(&entry.c_name);
            lent_value = Some(entry.value);
        }
        let fact = lent_value.or_else(|| self.facts.int(&c_name));
        let written = match &attr.value {
            Some(value) => Some(self.number(file, value)?),
            None if attr.form == Form::Ynl => Some(*next),
            None => None,
        };
        let number = match (written, fact) {
            (Some(written), fact) => {
                *next = written + 1;
                match fact {
                    Some(fact) if fact != written => {
                        let place = attr.value.as_ref().map_or(attr.name.span, |v| v.span);
                        self.disagreement(&c_name, written, fact, place);
                        fact
                    }
                    _ => written,
                }
            }
            (None, Some(fact)) => fact,
            (None, None) => {
                self.unknown_constant(&c_name, attr.name.span);
                return None;
            }
        };
        let Some(number) = u16::try_from(number).ok().filter(|n| *n < 1 << 14) else {
            let message = format!("{c_name} = {number} cannot be an attribute's number (0 to 16383)");
            let place = attr.value.as_ref().map_or(attr.name.span, |v| v.span);
            self.error(codes::OUT_OF_RANGE, message, place);
            return None;
        };
        let ty = match (&attr.ty, attr.form) {
            (Some(ty), _) => ty.clone(),
            (None, Form::Ynl) => self.ynl_type(&attr.ynl, attr.name.span)?,
            (None, Form::Short) => {
                let message = format!("the attribute `{}` has no type", &*attr.name);
                self.error(codes::MISSING_KEY, message, attr.name.span);
                return None;
            }
        };
        let mut life = self.life_of(&c_name);
        if let Some(since) = &attr.since {
            life.since = self.kernel(since);
        }
        Some(Resolved {
            name: attr.name.text.clone(),
            c_name,
            number,
            life,
            file,
            ty,
            ynl: attr.ynl.clone(),
            always: attr.always,
            doc: attr.doc.clone(),
            checks: attr.checks.clone(),
            unit: attr.unit.as_ref().and_then(|unit| self.unit(unit)),
            span: attr.name.span,
        })
    }

    fn unit(&mut self, written: &Text) -> Option<Unit> {
        let found = Unit::of(written);
        if found.is_none() {
            let message =
                format!("`{}` is no unit; there are {}", &**written, list(Unit::WORDS.iter().copied()));
            let help = did_you_mean(written, Unit::WORDS.iter().copied());
            self.out.push(Diagnostic::error(codes::UNIT, message).at(written.span, "").maybe_help(help));
        }
        found
    }

    /// The first kernel of the store that is not older than a release.
    fn kernel(&mut self, since: &Text) -> Option<u32> {
        let release = |text: &str| -> Option<(u32, u32)> {
            let mut parts = text.trim_start_matches('v').split('.');
            Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
        };
        let Some(wanted) = release(since) else {
            let message = format!("`{}` is no kernel release like \"5.4\"", &**since);
            self.error(codes::BAD_NUMBER, message, since.span);
            return None;
        };
        let found = self.facts.kernels.iter().position(|k| release(&k.release) >= Some(wanted));
        found.filter(|ix| *ix > 0).map(|ix| ix as u32)
    }

    pub(super) fn set_prefix(&self, at: (usize, usize)) -> String {
        let file = &self.files[at.0];
        let set = &file.sets[at.1];
        match &set.prefix {
            Some(prefix) => c_prefix(prefix),
            None if set.form == Form::Ynl => {
                let family = file.name.as_ref().map_or("", |n| &n.text);
                if set.name.text == family {
                    c_prefix(&format!("{family}-a-"))
                } else {
                    c_prefix(&format!("{family}-a-{}-", set.name.text))
                }
            }
            None => String::new(),
        }
    }
}
