//! Requests from command-line arguments.

use super::Error;
use serde_json::{Map, Value};

/// What a request is made from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Input {
    /// Members of the fixed header.
    pub header: Map<String, Value>,
    /// Attributes in order, repeats kept.
    pub attrs: Vec<(String, Value)>,
}

/// Reads `--header` arguments (`member=value`), attributes (`path=value`, or `path` alone for a
/// flag), and a request as JSON, which come first.
///
/// ```
/// use netlink_codegen::decode::encode::parse_args;
///
/// let attrs = ["ifname=v0", "linkinfo.kind=vlan", "linkinfo.data.id=5"].map(str::to_owned);
/// let input = parse_args(&[], &attrs, None)?;
/// assert_eq!(input.attrs.len(), 2);
/// assert_eq!(input.attrs[1].1.to_string(), r#"{"kind":"vlan","data":{"id":"5"}}"#);
/// # Ok::<(), netlink_codegen::decode::encode::Error>(())
/// ```
pub fn parse_args(header: &[String], attrs: &[String], json: Option<&str>) -> Result<Input, Error> {
    let mut input = match json {
        Some(text) => from_json(text)?,
        None => Input::default(),
    };
    for arg in header {
        let Some((name, value)) = arg.split_once('=') else {
            return Err(Error::new(format!("`{arg}` is not of the form member=value")).inside("--header"));
        };
        insert(&mut input.header, name, word(value))?;
    }
    for arg in attrs {
        let (path, value) = match arg.split_once('=') {
            Some((path, value)) => (path, word(value)),
            None => (arg.as_str(), Value::Bool(true)),
        };
        let known = match path.split_once('.') {
            // Parts of one nest belong together.
            Some((first, rest)) => {
                let open = input.attrs.iter_mut().rev().find(|(n, v)| n == first && v.is_object());
                open.and_then(|(_, v)| v.as_object_mut()).map(|nest| (nest, rest))
            }
            None => None,
        };
        match (known, path.split_once('.')) {
            (Some((nest, rest)), _) => insert(nest, rest, value)?,
            (None, Some((first, rest))) => {
                let mut nest = Map::new();
                insert(&mut nest, rest, value)?;
                input.attrs.push((first.to_owned(), Value::Object(nest)));
            }
            (None, None) => input.attrs.push((path.to_owned(), value)),
        }
    }
    match input.attrs.iter().find(|(name, _)| name.is_empty()) {
        Some(_) => Err(Error::new("an attribute without a name")),
        None => Ok(input),
    }
}

/// A word of the command line: its type decides what it is, so it stays text.
fn word(text: &str) -> Value {
    Value::String(text.to_owned())
}

fn from_json(text: &str) -> Result<Input, Error> {
    let value: Value = serde_json::from_str(text).map_err(|e| Error::new(e.to_string()).inside("--json"))?;
    let Value::Object(mut object) = value else {
        return Err(Error::new("want an object").inside("--json"));
    };
    // Other keys beside them: `header` is an attribute, as ethtool has it.
    if object.is_empty() || object.keys().any(|key| key != "header" && key != "attrs") {
        return Ok(Input { header: Map::new(), attrs: object.into_iter().collect() });
    }
    let header = match object.remove("header") {
        Some(Value::Object(header)) => header,
        None => Map::new(),
        Some(other) => {
            return Err(Error::new(format!("`header` is an object, not `{other}`")).inside("--json"));
        }
    };
    let attrs = object.remove("attrs").unwrap_or(Value::Null);
    let attrs = super::entries(&attrs).map_err(|e| e.inside("--json"))?;
    Ok(Input { header, attrs: attrs.into_iter().map(|(k, v)| (k.into_owned(), v.clone())).collect() })
}

/// Puts a value where a dotted path leads. What is there already becomes the first of a list.
fn insert(into: &mut Map<String, Value>, path: &str, value: Value) -> Result<(), Error> {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    if first.is_empty() {
        return Err(Error::new(format!("`{path}` lacks a name")));
    }
    let Some(rest) = rest else {
        match into.get_mut(first) {
            None => {
                into.insert(first.to_owned(), value);
            }
            Some(Value::Array(several)) => several.push(value),
            Some(one) => *one = Value::Array(vec![one.take(), value]),
        }
        return Ok(());
    };
    match into.entry(first).or_insert_with(|| Value::Object(Map::new())) {
        Value::Object(nest) => insert(nest, rest, value).map_err(|e| e.inside(first)),
        other => {
            Err(Error::new(format!("it is `{other}` already, and cannot have `{rest}` in it")).inside(first))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(attrs: &[&str]) -> Result<Input, Error> {
        let attrs: Vec<_> = attrs.iter().map(|a| (*a).to_owned()).collect();
        parse_args(&[], &attrs, None)
    }

    fn shown(attrs: &[&str]) -> String {
        let pairs: Vec<_> = parse(attrs).unwrap().attrs.iter().map(|(k, v)| format!("{k}={v}")).collect();
        pairs.join(" ")
    }

    #[test]
    fn paths_make_nests_and_repeats_lists() {
        assert_eq!(shown(&["a=1", "a=2"]), r#"a="1" a="2""#);
        assert_eq!(shown(&["a.b=1", "c", "a.d.e=2", "a.d.e=3"]), r#"a={"b":"1","d":{"e":["2","3"]}} c=true"#);
        assert_eq!(shown(&["a==x"]), r#"a="=x""#);
        assert_eq!(parse(&["a.b=1", "a.b.c=2"]).unwrap_err().path, "b");
        assert!(parse(&["=1"]).is_err() && parse(&["a.=1"]).is_err() && parse(&[".a=1"]).is_err());
    }

    #[test]
    fn json_comes_first() {
        let attrs = ["a.c=2".to_owned()];
        let json = r#"{"header":{"x":1},"attrs":[["a",{"b":1}]]}"#;
        let input = parse_args(&["y=2".to_owned()], &attrs, Some(json)).unwrap();
        assert_eq!(Value::Object(input.header).to_string(), r#"{"x":1,"y":"2"}"#);
        assert_eq!(input.attrs[0].1.to_string(), r#"{"b":1,"c":"2"}"#);
        assert_eq!(parse_args(&[], &[], Some(r#"{"a":1}"#)).unwrap().attrs.len(), 1);
        let input = parse_args(&[], &[], Some(r#"{"header":{"x":1},"a":1}"#)).unwrap();
        assert!(input.header.is_empty() && input.attrs.len() == 2, "{input:?}");
        for bad in ["", "[]", r#"{"header":1}"#, r#"{"attrs":[1]}"#, r#"{"attrs":"x"}"#] {
            assert!(parse_args(&[], &[], Some(bad)).is_err(), "{bad}");
        }
        assert!(parse_args(&["x".to_owned()], &[], None).is_err());
    }
}
