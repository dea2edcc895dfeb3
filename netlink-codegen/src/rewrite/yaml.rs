//! YAML as text: what fits on a line in flow style, all else in block style.

/// Longest line that a collection in flow style may make.
const WIDTH: usize = 110;

/// A node.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Yaml {
    /// Nothing: a key alone.
    Null,
    /// `true` or a number.
    Plain(String),
    Text(String),
    Seq(Vec<Yaml>),
    Map(Vec<(String, Yaml)>),
}

impl Yaml {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Yaml::Text(text.into())
    }

    pub(super) fn number(number: impl Into<i128>) -> Self {
        Yaml::Plain(number.into().to_string())
    }
}

/// A mapping under construction.
#[derive(Default)]
pub(super) struct Map(Vec<(String, Yaml)>);

impl Map {
    pub(super) fn put(&mut self, key: &str, value: Yaml) {
        self.0.push((key.to_owned(), value));
    }

    /// A text, unless it is empty.
    pub(super) fn text(&mut self, key: &str, text: &str) {
        if !text.is_empty() {
            self.put(key, Yaml::text(text));
        }
    }

    /// A list, unless it is empty.
    pub(super) fn list(&mut self, key: &str, list: Vec<Yaml>) {
        if !list.is_empty() {
            self.put(key, Yaml::Seq(list));
        }
    }

    /// A list of the keys where none has a value.
    pub(super) fn names_alone(self) -> Yaml {
        match self.0.iter().all(|(_, value)| *value == Yaml::Null) {
            true => Yaml::Seq(self.0.into_iter().map(|(key, _)| Yaml::Text(key)).collect()),
            false => self.done(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn done(self) -> Yaml {
        Yaml::Map(self.0)
    }

    /// The value of a key alone where it says all: the short form's one-line things.
    pub(super) fn or_alone(mut self, key: &str) -> Yaml {
        match self.0.as_slice() {
            [] => Yaml::Null,
            [(only, _)] if only == key => self.0.remove(0).1,
            _ => self.done(),
        }
    }
}

/// A document.
pub(super) fn document(root: &Yaml) -> String {
    let mut out = String::new();
    block(root, 0, &mut out);
    out
}

fn block(node: &Yaml, indent: usize, out: &mut String) {
    let pad = " ".repeat(indent);
    match node {
        Yaml::Map(entries) => {
            for (key, value) in entries {
                let key = scalar(key);
                // The document's own parts stay apart even where they are short.
                let fits = |line: &String| {
                    !is_tall(value) || (indent > 0 && indent + key.len() + 2 + line.len() <= WIDTH)
                };
                match (value, flow(value).filter(fits)) {
                    (Yaml::Null, _) => out.push_str(&format!("{pad}{key}:\n")),
                    (_, Some(line)) => out.push_str(&format!("{pad}{key}: {line}\n")),
                    (Yaml::Text(text), None) => {
                        out.push_str(&format!("{pad}{key}: |-\n"));
                        lines(text, indent + 2, out);
                    }
                    (_, None) => {
                        out.push_str(&format!("{pad}{key}:\n"));
                        block(value, indent + 2, out);
                    }
                }
            }
        }
        Yaml::Seq(items) => {
            for item in items {
                let fits = |line: &String| !is_tall(item) || indent + 2 + line.len() <= WIDTH;
                match flow(item).filter(fits) {
                    Some(line) => out.push_str(&format!("{pad}- {line}\n")),
                    None => {
                        let mut inner = String::new();
                        block(item, indent + 2, &mut inner);
                        out.push_str(&format!("{pad}- {}", &inner[indent + 2..]));
                    }
                }
            }
        }
        scalar => out.push_str(&format!("{pad}{}\n", flow(scalar).unwrap_or_default())),
    }
}

/// The lines of a text in literal style.
fn lines(text: &str, indent: usize, out: &mut String) {
    for line in text.lines() {
        let pad = if line.is_empty() { 0 } else { indent };
        out.push_str(&format!("{:pad$}{line}\n", ""));
    }
}

/// Whether a text is several lines that literal style gives back as they are.
fn is_literal(text: &str) -> bool {
    let odd = |c: char| c.is_control() && c != '\n';
    text.contains('\n') && !text.starts_with([' ', '\n']) && !text.ends_with('\n') && !text.contains(odd)
}

fn is_tall(node: &Yaml) -> bool {
    matches!(node, Yaml::Map(entries) if !entries.is_empty())
        || matches!(node, Yaml::Seq(items) if !items.is_empty())
}

/// A node on one line, if it can be.
fn flow(node: &Yaml) -> Option<String> {
    Some(match node {
        Yaml::Null => String::new(),
        Yaml::Plain(text) => text.clone(),
        Yaml::Text(text) if is_literal(text) => return None,
        Yaml::Text(text) => scalar(text),
        Yaml::Seq(items) => {
            format!("[{}]", items.iter().map(flow).collect::<Option<Vec<_>>>()?.join(", "))
        }
        Yaml::Map(entries) => {
            let entry = |(key, value): &(String, Yaml)| {
                let line = format!("{}: {}", scalar(key), flow(value)?);
                Some(line)
            };
            format!("{{{}}}", entries.iter().map(entry).collect::<Option<Vec<_>>>()?.join(", "))
        }
    })
}

/// A text as YAML reads it back, in quotes where it would be something else without them.
fn scalar(text: &str) -> String {
    const WORDS: &[&str] = &["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let inner = |c: char| c.is_ascii_alphanumeric() || "_-./*+ >()".contains(c);
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(inner)
        && !text.ends_with(' ')
        && !WORDS.contains(&text.to_ascii_lowercase().as_str());
    // Escapes of JSON are escapes of YAML.
    if plain { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stay_texts() {
        for text in ["mtu", "do dump -> newlink", "multi nest link", "IF_OPER_*"] {
            assert_eq!(scalar(text), text);
        }
        for text in
            ["", "on", "NULL", "6rd", "12", "a: b", "a #b", "- a", "a,b", "é", "a ", "a\nb", "~", "*a"]
        {
            assert_eq!(scalar(text), serde_json::Value::from(text).to_string());
        }
    }

    #[test]
    fn short_things_take_a_line() {
        let mut inner = Map::default();
        inner.text("type", "string");
        inner.put("checks", Yaml::Map(vec![("max-len".to_owned(), Yaml::number(15))]));
        let mut map = Map::default();
        map.put("label", inner.done());
        map.put("bare", Yaml::Null);
        map.list("list", vec![Yaml::text("a"), Yaml::text("on")]);
        let mut root = Map::default();
        root.text("name", "demo");
        root.text("doc", "Two\n\n  lines: all.");
        root.put("attributes", map.done());
        let text = "name: demo\ndoc: |-\n  Two\n\n    lines: all.\nattributes:\n  label: {type: string, checks: {max-len: 15}}\n  bare:\n  list: [a, \"on\"]\n";
        assert_eq!(document(&root.done()), text);
    }
}
