//! What is in a message, as a tree: for people and as JSON.

use crate::decode::encode::describe;
use crate::ir::{Attr, EnumId, Format, MemberType, Model, SetId, StructId, SubId, Type};
use crate::verify::Accepted;
use netlink_runtime::genl::{Policies, PolicySet, PolicyType};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Result, Write};

/// How many names of values are listed where many things are.
pub(super) const FEW: usize = 12;

/// An attribute or a member.
pub(super) struct Node {
    name: String,
    c_name: String,
    number: Option<u16>,
    ty: String,
    doc: String,
    /// Names of values, and the values.
    values: Vec<(String, i128)>,
    /// The kernel's policy.
    kernel: Option<String>,
    inside: Inside,
}

enum Inside {
    /// Nothing.
    Leaf,
    /// Attributes or members.
    Nodes(Vec<Node>),
    /// One of these forms: what chooses it, and what it is.
    Forms(Vec<(String, String)>),
    /// The same as further up.
    Again,
}

/// Policies of an operation, and the set at hand.
type Checked<'p> = Option<(&'p Policies, Option<&'p PolicySet>)>;

/// Makes trees. Sets may hold themselves, so it knows where it is.
pub(super) struct Tree<'m> {
    model: &'m Model,
    around: Vec<SetId>,
}

impl<'m> Tree<'m> {
    pub(super) fn new(model: &'m Model) -> Self {
        Tree { model, around: Vec::new() }
    }

    /// The attributes of a set.
    pub(super) fn attributes(&self, set: SetId, checked: Checked<'_>) -> Vec<Node> {
        let around = self.around.iter().copied().chain([set]).collect();
        let inner = Tree { model: self.model, around };
        describe::attributes(self.model, set).map(|attr| inner.attribute(attr, checked)).collect()
    }

    /// An attribute.
    pub(super) fn attribute(&self, attr: &Attr, checked: Checked<'_>) -> Node {
        let policy = checked.and_then(|(policies, set)| Some((policies, set?.get(&attr.number)?)));
        let nested = policy.map(|(policies, policy)| (policies, policies.nested(policy)));
        Node {
            name: attr.name.clone(),
            c_name: attr.c_name.clone(),
            number: Some(attr.number),
            ty: describe::attribute(self.model, attr),
            doc: attr.doc.clone(),
            values: self.values(describe::names(&attr.ty)),
            kernel: policy.map(|(_, policy)| Accepted::of_live(policy).words()),
            inside: self.inside(&attr.ty, nested),
        }
    }

    /// A form of what depends on something.
    pub(super) fn form(&self, name: &str, format: &Format) -> Node {
        Node {
            name: name.to_owned(),
            c_name: String::new(),
            number: None,
            ty: describe::payload(self.model, &format.ty),
            doc: format.doc.clone(),
            values: self.values(describe::names(&format.ty)),
            kernel: None,
            inside: self.inside(&format.ty, None),
        }
    }

    /// The members of a struct, those of unions without a name among them.
    pub(super) fn members(&self, id: StructId) -> Vec<Node> {
        let members = self.model.flat_members(id);
        members
            .map(|(_, member)| {
                let names = match member.ty {
                    MemberType::Scalar(_, names) => names,
                    _ => None,
                };
                Node {
                    name: member.c_name.clone(),
                    c_name: member.c_name.clone(),
                    number: None,
                    ty: describe::member(self.model, &member.ty),
                    doc: member.doc.clone(),
                    values: self.values(names),
                    kernel: None,
                    inside: match member.ty {
                        MemberType::Struct(id) | MemberType::UnionBy(id, _) => {
                            Inside::Nodes(self.members(id))
                        }
                        _ => Inside::Leaf,
                    },
                }
            })
            .collect()
    }

    fn inside(&self, ty: &Type, checked: Checked<'_>) -> Inside {
        match ty {
            Type::Nest(set) | Type::Records(set, _) if self.around.contains(set) => Inside::Again,
            Type::Nest(set) | Type::Records(set, _) => Inside::Nodes(self.attributes(*set, checked)),
            Type::Struct(id) => Inside::Nodes(self.members(*id)),
            Type::Array(element) => self.inside(element, None),
            Type::Sub(sub, _) => Inside::Forms(self.forms(*sub)),
            _ => Inside::Leaf,
        }
    }

    fn forms(&self, sub: SubId) -> Vec<(String, String)> {
        let sub = &self.model[sub];
        let rows = sub.formats.iter().map(|format| {
            let keys: Vec<_> = format.keys.iter().map(describe::key).collect();
            (keys.join(", "), describe::payload(self.model, &format.ty))
        });
        let other = sub.default.iter().map(|ty| ("any other".to_owned(), describe::payload(self.model, ty)));
        rows.chain(other).collect()
    }

    fn values(&self, names: Option<EnumId>) -> Vec<(String, i128)> {
        let entries = names.map_or(&[][..], |id| self.model[id].entries.as_slice());
        entries.iter().map(|entry| (entry.name.clone(), entry.value)).collect()
    }
}

impl Node {
    /// Writes it in lines, with so many names of values at most.
    pub(super) fn text(&self, indent: &str, most: usize, out: &mut impl Write) -> Result<()> {
        // What says no more than the type is left out.
        let kernel = self.kernel.as_ref().filter(|kernel| self.ty.split(' ').next() != Some(kernel));
        let kernel = kernel.map_or_else(String::new, |kernel| format!("  [kernel: {kernel}]"));
        let again = if matches!(self.inside, Inside::Again) { ", as above" } else { "" };
        let doc = self.doc.lines().next().unwrap_or_default();
        let line = format!("{indent}{:16}  {}{again}{kernel}  {doc}", self.name, self.ty);
        writeln!(out, "{}", line.trim_end())?;
        let indent = format!("{indent}  ");
        if !self.values.is_empty() {
            let names: Vec<_> = self.values.iter().map(|(name, _)| name.as_str()).collect();
            writeln!(out, "{indent}= {}", cut(&names, most))?;
        }
        match &self.inside {
            Inside::Leaf | Inside::Again => Ok(()),
            // Members of a large struct are of interest to who asks for it.
            Inside::Nodes(nodes) if nodes.len() > most && nodes.iter().all(|node| node.number.is_none()) => {
                let names: Vec<_> = nodes.iter().map(|node| node.name.as_str()).collect();
                writeln!(out, "{indent}members {}", cut(&names, most))
            }
            Inside::Nodes(nodes) => nodes.iter().try_for_each(|node| node.text(&indent, most, out)),
            Inside::Forms(forms) => {
                let names: Vec<_> = forms.iter().map(|(name, _)| name.as_str()).collect();
                writeln!(out, "{indent}one of {}", cut(&names, most))
            }
        }
    }

    /// The same as JSON.
    pub(super) fn json(&self) -> Value {
        let mut all = json!({"name": self.name, "type": self.ty});
        let mut put = |key: &str, value: Value| all[key] = value;
        if !self.c_name.is_empty() {
            put("c_name", json!(self.c_name));
        }
        if let Some(number) = self.number {
            put("number", json!(number));
        }
        if !self.doc.is_empty() {
            put("doc", json!(self.doc));
        }
        if !self.values.is_empty() {
            let number = |n: i128| i64::try_from(n).map(Value::from).unwrap_or_else(|_| json!(n as u64));
            let values = self.values.iter().map(|(name, value)| (name.clone(), number(*value)));
            put("values", Value::Object(values.collect()));
        }
        if let Some(kernel) = &self.kernel {
            put("kernel", json!(kernel));
        }
        match &self.inside {
            Inside::Leaf => {}
            Inside::Again => put("recursive", json!(true)),
            Inside::Nodes(nodes) => put("inside", nodes.iter().map(Node::json).collect()),
            Inside::Forms(forms) => {
                let forms = forms.iter().map(|(name, ty)| (name.clone(), json!(ty)));
                put("forms", Value::Object(forms.collect()));
            }
        }
        all
    }
}

fn cut(names: &[&str], most: usize) -> String {
    let shown = names[..names.len().min(most)].join(", ");
    match names.len().saturating_sub(most) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// What the kernel accepts in requests of an operation; single ones, if it takes both.
pub(super) fn request(policies: &Policies, number: u32) -> Option<&PolicySet> {
    policies.of_do(number).or_else(|| policies.of_dump(number))
}

/// The policy of an operation without a schema, in lines.
pub(super) fn policy_text(policies: &Policies, number: u32, out: &mut impl Write) -> Result<()> {
    let mut lines = Vec::new();
    if let Some(set) = request(policies, number) {
        walk(policies, set, &mut Vec::new(), &mut |depth, attr, policy| {
            let indent = "  ".repeat(depth + 2);
            lines.push(format!("{indent}attribute {attr}: {}", Accepted::of_live(policy).words()));
        });
    }
    lines.iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// Calls `f` with the attributes of a set and of those in it, and how deep they are. Sets may hold
/// themselves: those around are not entered again.
fn walk<'p>(
    policies: &'p Policies,
    set: &'p PolicySet,
    around: &mut Vec<u32>,
    f: &mut impl FnMut(usize, u16, &PolicyType),
) {
    for (attr, policy) in set {
        f(around.len(), *attr, policy);
        let inner = policy.nested().filter(|index| !around.contains(index));
        if let (Some(index), Some(set)) = (inner, policies.nested(policy)) {
            around.push(index);
            walk(policies, set, around, f);
            around.pop();
        }
    }
}

/// The policy of an operation without a schema: paths of numbers, and what is accepted there.
pub(super) fn policy_json(policies: &Policies, number: u32) -> Value {
    let mut all = BTreeMap::new();
    if let Some(set) = request(policies, number) {
        let mut path = Vec::new();
        walk(policies, set, &mut Vec::new(), &mut |depth, attr, policy| {
            path.truncate(depth);
            path.push(attr.to_string());
            all.insert(path.join("."), Accepted::of_live(policy).words());
        });
    }
    json!(all)
}
