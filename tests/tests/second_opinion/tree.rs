//! Decoded messages, whoever decoded them.

use serde_json::{Value, json};

/// A fixed header and attributes, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tree {
    pub(crate) header: Vec<(String, Value)>,
    /// Number, C name if there is one, and what it holds.
    pub(crate) attrs: Vec<(u16, String, Node)>,
}

/// What an attribute holds.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    Tree(Tree),
    Records(Vec<Tree>),
    /// A value; C structs are objects.
    Value(Value),
    /// Bytes that nobody made a value of.
    Bytes(Vec<u8>),
    /// The decoder does not know the attribute, or its format.
    Unknown(Value),
    /// The decoder gave up.
    Failed(String),
}

impl Tree {
    /// Reads what `decode.py` wrote.
    pub(crate) fn parse(tree: &Value) -> Tree {
        let attrs = tree["attrs"].as_array().into_iter().flatten().map(|pair| {
            let number = pair[0].as_u64().expect("a number") as u16;
            (number, String::new(), Node::parse(&pair[1]))
        });
        Tree { header: members(&tree["header"]), attrs: attrs.collect() }
    }

    /// How attributes are nested, for `decode.py`.
    pub(crate) fn shape(&self) -> Value {
        let pairs = self.attrs.iter().map(|(number, _, node)| json!([number, node.shape()]));
        json!({ "attrs": pairs.collect::<Vec<Value>>() })
    }
}

impl Node {
    fn parse(node: &Value) -> Node {
        let bytes = |hex: &Value| unhex(hex.as_str().expect("hex")).expect("hex");
        if let Some(records) = node["records"].as_array() {
            Node::Records(records.iter().map(Tree::parse).collect())
        } else if node["attrs"].is_array() {
            Node::Tree(Tree::parse(node))
        } else if !node["bytes"].is_null() {
            Node::Bytes(bytes(&node["bytes"]))
        } else if !node["unknown"].is_null() {
            Node::Unknown(node["unknown"].clone())
        } else if let Some(why) = node["failed"].as_str() {
            Node::Failed(why.to_owned())
        } else if node["struct"].is_array() {
            Node::Value(plain(node))
        } else {
            Node::Value(plain(&node["value"]))
        }
    }

    fn shape(&self) -> Value {
        match self {
            Node::Tree(tree) => tree.shape(),
            Node::Records(records) => {
                json!({ "records": records.iter().map(Tree::shape).collect::<Vec<_>>() })
            }
            Node::Value(_) | Node::Bytes(_) | Node::Unknown(_) | Node::Failed(_) => Value::Null,
        }
    }

    /// A word or two of it, for reports.
    pub(crate) fn short(&self) -> String {
        let text = match self {
            Node::Tree(tree) => {
                let numbers = tree.attrs.iter().map(|(number, ..)| number.to_string());
                format!("attributes {}", numbers.collect::<Vec<_>>().join(" "))
            }
            Node::Records(records) => format!("{} records", records.len()),
            Node::Value(value) => value.to_string(),
            Node::Bytes(bytes) => format!("bytes {}", hex(bytes)),
            Node::Unknown(what) => format!("unknown {what}"),
            Node::Failed(why) => format!("failed: {why}"),
        };
        text.chars().take(160).collect()
    }
}

/// `[[name, value], …]`.
fn members(list: &Value) -> Vec<(String, Value)> {
    let pairs = list.as_array().into_iter().flatten();
    pairs.map(|pair| (pair[0].as_str().unwrap_or_default().to_owned(), plain(&pair[1]))).collect()
}

/// Members of structs as an object.
fn plain(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(_) if value["struct"].is_array() => {
            Value::Object(members(&value["struct"]).into_iter().collect())
        }
        _ => value.clone(),
    }
}

/// Bytes from hexadecimal digits, with or without colons.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.bytes().filter(|b| *b != b':').collect();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits.len().is_multiple_of(2).then(|| digits.chunks(2).map(byte).collect())?
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
