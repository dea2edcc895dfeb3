//! Items that no message leads to.

use super::span;
use crate::ir::{Model, Protocol, SetId, Type};
use crate::report::{Diagnostic, Diagnostics, codes};
use std::collections::BTreeSet;

pub(super) fn check(model: &Model, out: &mut Diagnostics) {
    let mut reached: BTreeSet<SetId> = BTreeSet::new();
    let mut next: Vec<SetId> =
        (0..model.sets.len() as u32).map(SetId).filter(|id| model[*id].message).collect();
    while let Some(id) = next.pop() {
        if reached.insert(id) {
            for attr in &model[id].attrs {
                follow(model, &attr.ty, &mut next);
            }
        }
    }
    for (ix, set) in model.sets.iter().enumerate() {
        // Files without messages are for others, which need not be loaded; and a family
        // without any operation says nothing about use.
        let family = &model.families[set.family.0 as usize];
        let shared = family.protocol == Protocol::None || family.operations.is_empty();
        if !shared && !reached.contains(&SetId(ix as u32)) {
            let message = format!("no operation leads to the attribute set `{}`", set.name);
            out.push(Diagnostic::note(codes::UNUSED, message).at(span(&set.origin), ""));
        }
    }
}

/// Sets that a type leads to, through sub-messages.
fn follow(model: &Model, ty: &Type, out: &mut Vec<SetId>) {
    let mut subs = BTreeSet::new();
    let mut types = vec![ty];
    while let Some(ty) = types.pop() {
        match ty {
            Type::Nest(set) | Type::Records(set, _) => out.push(*set),
            Type::Sub(sub, _) if subs.insert(*sub) => {
                let sub = &model[*sub];
                types.extend(sub.formats.iter().map(|f| &f.ty).chain(&sub.default));
            }
            _ => {}
        }
    }
}
