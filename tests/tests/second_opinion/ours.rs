//! Messages as this project decodes them.

use crate::tree::{Node, Tree};
use netlink_codegen::Loader;
use netlink_codegen::decode::{Decoder, Origin, Registry};
use netlink_codegen::ir::Model;
use netlink_runtime::Protocol;
use netlink_runtime::message::{Messages, NLM_F_REQUEST};
use netlink_runtime::socket::capture::{Direction, Packets};
use netlink_runtime::walk::json::Options;
use netlink_runtime::wire::align;
use serde_json::Value;
use std::collections::HashMap;

/// `NLMSG_ERROR` and `NLMSG_DONE` are a family of their own here.
pub(crate) const CONTROL: &str = "netlink";

/// A message, and what we say that it is.
pub(crate) struct Message {
    pub(crate) protocol: Protocol,
    /// The C name of its type, or command.
    pub(crate) name: String,
    /// The schema that it is of.
    pub(crate) family: String,
    /// The generic netlink family.
    pub(crate) genl: Option<String>,
    pub(crate) bytes: Vec<u8>,
    /// Bytes between `struct nlmsghdr` and the attributes; errors have them elsewhere.
    pub(crate) skip: Option<usize>,
    pub(crate) tree: Tree,
}

/// The schemas, and what JSON leaves out.
pub(crate) struct Schemas {
    pub(crate) registry: &'static Registry,
    /// Numbers of attributes by C name.
    numbers: HashMap<&'static str, u16>,
    /// Families by protocol or generic netlink family, and message.
    families: HashMap<(String, &'static str), &'static str>,
    /// Sizes of fixed headers by family and message.
    headers: HashMap<(&'static str, &'static str), usize>,
}

impl Schemas {
    pub(crate) fn load() -> Self {
        let loaded = Loader::new().shipped().load().unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
        let registry = Registry::new(loaded.model);
        let model = registry.model();
        let mut numbers = HashMap::from(EXTACK.map(|(name, number, _)| (name, number)));
        for attr in model.sets.iter().flat_map(|set| &set.attrs) {
            let known = *numbers.entry(attr.c_name.as_str()).or_insert(attr.number);
            assert_eq!(known, attr.number, "{} has two numbers", attr.c_name);
        }
        let (mut families, mut headers) = (HashMap::new(), HashMap::new());
        for family in &model.families {
            for operation in &family.operations {
                for message in operation.reply.iter().chain(&operation.request) {
                    let (family_name, name) = (family.name.as_str(), message.c_name.as_str());
                    families.entry((spoken(family), name)).or_insert(family_name);
                    let header = message.set.and_then(|set| model[set].header);
                    let size = header.map_or(0, |header| align(model[header].size as usize));
                    headers.entry((family_name, name)).or_insert(size);
                }
            }
        }
        Schemas { registry, numbers, families, headers }
    }

    pub(crate) fn model(&self) -> &'static Model {
        self.registry.model()
    }

    /// The messages of a capture that the kernel sent.
    pub(crate) fn messages(&self, capture: &[u8], genl: &[(u16, String)]) -> Vec<Message> {
        let mut decoder = Decoder::new(self.registry);
        genl.iter().for_each(|(id, name)| decoder.name_family(*id, name));
        let mut messages = Vec::new();
        for packet in Packets::new(capture).expect("a capture") {
            let packet = packet.expect("a packet");
            let (protocol, direction) = (packet.protocol.0, Some(packet.direction));
            let origin = Origin { protocol, direction, ..Origin::default() };
            for message in Messages::new(packet.datagram) {
                let message = message.expect("a message");
                let mut json = String::new();
                decoder.message(origin, message).json(&mut json, Options::default());
                if packet.direction == Direction::ToKernel || message.has(NLM_F_REQUEST) {
                    continue;
                }
                let json: Value = serde_json::from_str(&json).unwrap_or_else(|e| panic!("{e}: {json}"));
                messages.push(self.message(packet.protocol, message.bytes(), &json));
            }
        }
        messages
    }

    fn message(&self, protocol: Protocol, bytes: &[u8], json: &Value) -> Message {
        let genl = json["family"].as_str().map(str::to_owned);
        let name = json["cmd"].as_str().or(json["type"].as_str());
        let name = name.unwrap_or_else(|| panic!("no schema has this message: {json}")).to_owned();
        let spoken = genl.clone().unwrap_or_else(|| protocol.0.to_string());
        let (family, tree) = match json.get("error") {
            Some(error) => (CONTROL, self.extack(error)),
            // One message type for all.
            None if protocol == Protocol::SockDiag => (diag(bytes), self.tree(json)),
            None => {
                let family = self.families.get(&(spoken, name.as_str()));
                (*family.unwrap_or_else(|| panic!("{name} is of no family")), self.tree(json))
            }
        };
        let header = self.headers.get(&(family, name.as_str()));
        // `struct genlmsghdr` comes before a family's own.
        let skip = header.map(|size| size + if genl.is_some() { 4 } else { 0 });
        Message { protocol, name, family: family.to_owned(), genl, bytes: bytes.to_vec(), skip, tree }
    }

    fn extack(&self, error: &Value) -> Tree {
        let attrs = EXTACK.iter().filter_map(|(name, number, key)| {
            let value = match error.get(*key)? {
                // The missing attribute, by its path.
                Value::String(path) if *key == "miss_type" => {
                    self.numbers[path.rsplit('.').next().unwrap_or_default()].into()
                }
                value => value.clone(),
            };
            Some((*number, (*name).to_owned(), Node::Value(value)))
        });
        Tree { header: vec![("error".to_owned(), error["errno"].clone())], attrs: attrs.collect() }
    }

    fn tree(&self, json: &Value) -> Tree {
        let header = json["header"].as_object().into_iter().flatten();
        let attrs = json["attrs"].as_array().unwrap_or_else(|| panic!("without attributes: {json}"));
        Tree {
            header: header.map(|(name, value)| (name.clone(), value.clone())).collect(),
            attrs: attrs.iter().map(|pair| self.attr(pair)).collect(),
        }
    }

    fn attr(&self, pair: &Value) -> (u16, String, Node) {
        let (number, name) = match &pair[0] {
            Value::String(name) => (self.numbers[name.as_str()], name.clone()),
            number => (number.as_u64().expect("a number") as u16, String::new()),
        };
        (number, name, self.node(&pair[1]))
    }

    fn node(&self, value: &Value) -> Node {
        let is_pair = |item: &Value| {
            item.as_array().is_some_and(|pair| pair.len() == 2 && (pair[0].is_string() || pair[0].is_u64()))
        };
        match value {
            Value::Array(items) if !items.is_empty() && items.iter().all(is_pair) => {
                let attrs = items.iter().map(|pair| self.attr(pair)).collect();
                Node::Tree(Tree { header: Vec::new(), attrs })
            }
            Value::Array(items) if !items.is_empty() && items.iter().all(|item| item["attrs"].is_array()) => {
                Node::Records(items.iter().map(|item| self.tree(item)).collect())
            }
            Value::Object(members) if members.contains_key("attrs") => Node::Tree(self.tree(value)),
            Value::Object(members) if members.contains_key("unknown") => Node::Unknown(value.clone()),
            _ => Node::Value(value.clone()),
        }
    }
}

/// What tells families apart that have messages of one name: the protocol, or the generic netlink family.
fn spoken(family: &netlink_codegen::ir::Family) -> String {
    use netlink_codegen::ir::Protocol as P;
    match &family.protocol {
        P::Generic { name, .. } => name.clone(),
        other => netlink_codegen::decode::table::number_of(other).map_or_else(String::new, |n| n.to_string()),
    }
}

/// Attributes of extended acknowledgements, and what they are in JSON.
const EXTACK: [(&str, u16, &str); 5] = [
    ("NLMSGERR_ATTR_MSG", 1, "msg"),
    ("NLMSGERR_ATTR_OFFS", 2, "offset"),
    ("NLMSGERR_ATTR_POLICY", 4, "policy"),
    ("NLMSGERR_ATTR_MISS_TYPE", 5, "miss_type"),
    ("NLMSGERR_ATTR_MISS_NEST", 6, "miss_nest"),
];

/// Which family's socket it is, by the first byte after the header.
fn diag(bytes: &[u8]) -> &'static str {
    match bytes.get(16) {
        Some(1) => "unix-diag",
        Some(16) => "netlink-diag",
        Some(17) => "packet-diag",
        _ => "inet-diag",
    }
}
