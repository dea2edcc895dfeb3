//! `schemas/schema.json`, which editors complete and check by, accepts what the loader accepts
//! and refuses common mistakes.

use netlink_codegen::report::Diagnostics;
use netlink_codegen::schema::node::{self, Kind, Node};
use serde_json::{Map, Value};
use std::fs;
use std::path::{Path, PathBuf};

fn schema() -> Value {
    let text = fs::read_to_string("../schemas/schema.json").expect("schema.json");
    serde_json::from_str(&text).expect("JSON")
}

fn yaml(text: &str) -> Value {
    let mut out = Diagnostics::default();
    let source = out.sources.add("test", text);
    value(&node::parse(source, text, &mut out).unwrap_or_else(|| panic!("{out}")))
}

/// A node as editors see it: plain scalars typed, keys text.
fn value(node: &Node) -> Value {
    match &node.kind {
        Kind::Sequence(items) => items.iter().map(value).collect(),
        Kind::Mapping(entries) => {
            let entries = entries.iter().map(|(k, v)| (k.text.clone(), value(v)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
        Kind::Scalar { .. } if node.is_null() => Value::Null,
        Kind::Scalar { text, plain: true } if matches!(&**text, "true" | "false") => {
            (&**text == "true").into()
        }
        Kind::Scalar { text, plain: true } => match text.parse::<i64>() {
            Ok(number) => number.into(),
            Err(_) if text.starts_with("0x") => 0.into(),
            Err(_) => text.text.clone().into(),
        },
        Kind::Scalar { text, .. } => text.text.clone().into(),
    }
}

/// The part of JSON schema that the file uses. An unknown keyword fails, so that the part
/// stays whole.
fn valid(root: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    let object = schema.as_object().expect("a schema is an object");
    for (key, rule) in object {
        let fine = match key.as_str() {
            "$schema" | "title" | "description" | "examples" | "definitions" | "properties" => true,
            "$ref" => {
                let name =
                    rule.as_str().and_then(|r| r.strip_prefix("#/definitions/")).expect("a local reference");
                valid(root, &root["definitions"][name], value)?;
                true
            }
            "type" => match rule {
                Value::Array(types) => types.iter().any(|t| is(t, value)),
                one => is(one, value),
            },
            "enum" => rule.as_array().expect("a list").contains(value),
            "anyOf" => {
                let errors: Vec<String> = rule
                    .as_array()
                    .expect("a list")
                    .iter()
                    .filter_map(|s| valid(root, s, value).err())
                    .collect();
                if errors.len() == rule.as_array().map_or(0, Vec::len) {
                    return Err(errors.join(" / "));
                }
                true
            }
            "required" => rule
                .as_array()
                .expect("a list")
                .iter()
                .all(|k| value.as_object().is_none_or(|o| o.contains_key(k.as_str().expect("a name")))),
            "items" => {
                value.as_array().into_iter().flatten().try_for_each(|v| valid(root, rule, v))?;
                true
            }
            "additionalProperties" => {
                for (name, item) in value.as_object().into_iter().flatten() {
                    if object.get("properties").and_then(|p| p.get(name)).is_some() {
                        continue;
                    }
                    match rule {
                        Value::Bool(false) => return Err(format!("`{name}` is not allowed")),
                        rule => valid(root, rule, item).map_err(|e| format!("{name}: {e}"))?,
                    }
                }
                true
            }
            // The one pattern, of modes.
            "pattern" => value.as_str().is_none_or(|text| {
                let words = text.split("->").next().unwrap_or("").split_whitespace();
                words.clone().count() > 0 && words.clone().all(|w| matches!(w, "do" | "dump" | "event"))
            }),
            other => panic!("the test does not know the keyword {other}"),
        };
        if !fine {
            return Err(format!("{value} fails {key} {rule}"));
        }
    }
    for (name, rule) in object.get("properties").and_then(Value::as_object).into_iter().flatten() {
        if let Some(item) = value.get(name) {
            valid(root, rule, item).map_err(|e| format!("{name}: {e}"))?;
        }
    }
    Ok(())
}

fn is(ty: &Value, value: &Value) -> bool {
    match ty.as_str().expect("a type") {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        other => panic!("the test does not know the type {other}"),
    }
}

fn files(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect(folder).map(|e| e.expect("entry").path());
    entries.filter(|p| p.extension().is_some_and(|e| e == "yaml")).collect()
}

#[test]
fn it_accepts_every_sound_schema() {
    let schema = schema();
    for path in files("../schemas").into_iter().chain(files("tests/schema_model")) {
        let text = fs::read_to_string(&path).expect("a schema");
        if let Err(error) = valid(&schema, &schema, &yaml(&text)) {
            panic!("{}: {error}", path.display());
        }
    }
}

#[test]
fn it_refuses_misspelt_keys_and_wrong_shapes() {
    let schema = schema();
    for name in ["NL0003", "NL0004"] {
        let text =
            fs::read_to_string(Path::new("tests/diagnostics").join(format!("{name}.yaml"))).expect(name);
        assert!(valid(&schema, &schema, &yaml(&text)).is_err(), "{name}");
    }
    for text in [
        "name: x\noperation: {}\n",
        "doc: no name\n",
        "name: x\noperations: {list: {get: dmp}}\n",
        "name: x\nprotocol: netlink\n",
    ] {
        assert!(valid(&schema, &schema, &yaml(text)).is_err(), "{text}");
    }
}
