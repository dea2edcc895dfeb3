//! Policies as text: a line for the file, one for the table, one for each row.
//!
//! ```text
//! net/ipv4/tcp_metrics.c
//! tcp_metrics_nl_policy
//!   TCP_METRICS_ATTR_ADDR_IPV4 be32
//!   TCP_METRICS_ATTR_ADDR_IPV6 binary exact=sizeof(struct:in6_addr)
//! ```

use super::source::kind;
use super::{Limit, Row, Table};
use std::fmt::Write as _;

/// Writes tables, which are in the order of files.
pub fn write(tables: &[Table]) -> String {
    let mut out = String::new();
    let mut file = "";
    for table in tables.iter().filter(|t| !t.rows.is_empty()) {
        if table.file != file {
            file = &table.file;
            out += file;
            out.push('\n');
        }
        // A path has a slash or a dot, a name has neither.
        out += &table.name;
        out.push('\n');
        for row in &table.rows {
            let _ = write!(out, "  {} {}", row.attr, row.ty.as_deref().unwrap_or("-"));
            for (limit, value) in &row.limits {
                let _ = write!(out, " {}={value}", limit.word());
            }
            out.push('\n');
        }
    }
    out
}

/// Reads what [`write()`] made; lines that begin with `#` are comments.
pub fn read(text: &str) -> Result<Vec<Table>, String> {
    let mut tables: Vec<Table> = Vec::new();
    let mut file = String::new();
    for (ix, line) in text.lines().enumerate().filter(|(_, l)| !l.is_empty() && !l.starts_with('#')) {
        let wrong = |what: &str| format!("line {}: {what}", ix + 1);
        let Some(row) = line.strip_prefix("  ") else {
            if line.contains('.') {
                line.clone_into(&mut file);
            } else {
                tables.push(Table { file: file.clone(), name: line.to_owned(), rows: Vec::new() });
            }
            continue;
        };
        let table = tables.last_mut().ok_or_else(|| wrong("a row without a table"))?;
        let mut words = row.split(' ');
        let (Some(attr), Some(ty)) = (words.next(), words.next()) else {
            return Err(wrong("expected `ATTR type limits…`"));
        };
        let mut row =
            Row { attr: attr.to_owned(), ty: (ty != "-").then(|| ty.to_owned()), limits: Vec::new() };
        for word in words {
            let limit = word.split_once('=').and_then(|(name, value)| Some((Limit::of(name)?, value)));
            let (limit, value) = limit.ok_or_else(|| wrong(&format!("`{word}` is no limit")))?;
            row.add(limit, value);
        }
        table.rows.push(row);
    }
    Ok(tables)
}

/// Reads one JSON object a line, with keys `file`, `policy`, `attr`, `type` and limits.
pub fn read_json(text: &str) -> Result<Vec<Table>, String> {
    let mut tables: Vec<Table> = Vec::new();
    for (ix, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        let wrong = |what: String| format!("line {}: {what}", ix + 1);
        let object: serde_json::Value = serde_json::from_str(line).map_err(|e| wrong(e.to_string()))?;
        let text = |key: &str| match &object[key] {
            serde_json::Value::String(text) => Some(text.clone()),
            serde_json::Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        let need = |key: &str| text(key).ok_or_else(|| wrong(format!("no `{key}`")));
        let (file, name) = (need("file")?, need("policy")?);
        // A row by position has no name.
        if object.get("attr").is_some_and(serde_json::Value::is_null) {
            continue;
        }
        let mut row =
            Row { attr: compact(&need("attr")?), ty: text("type").map(|t| kind(&t)), limits: Vec::new() };
        for (key, limit) in [
            ("len", Limit::Len),
            ("exact_len", Limit::Exact),
            ("min_len", Limit::MinLen),
            ("max_len", Limit::MaxLen),
            ("mask", Limit::Mask),
            ("nested", Limit::Nested),
            ("validate", Limit::Validate),
        ] {
            row.add(limit, text(key).map(|v| compact(&v)).unwrap_or_default());
        }
        row.bound(text("min").map(|v| compact(&v)), text("max").map(|v| compact(&v)));
        match tables.iter_mut().rev().find(|t| t.file == file && t.name == name) {
            Some(table) => table.rows.push(row),
            None => tables.push(Table { file, name, rows: vec![row] }),
        }
    }
    Ok(tables)
}

/// Reads either form, by its first character.
pub fn read_any(text: &str) -> Result<Vec<Table>, String> {
    if text.trim_start().starts_with('{') { read_json(text) } else { read(text) }
}

fn compact(expression: &str) -> String {
    super::token::spell(&super::token::tokens(expression))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "net/a.c\none\n  A_X u32 min=1 max=N-1\n  A_Y -\nnet/b.c\none\n  A_X binary exact=sizeof(struct:x)\n";

    #[test]
    fn text_is_written_as_it_was_read() {
        let tables = read(TEXT).unwrap();
        assert_eq!(tables.len(), 2);
        assert_eq!(tables[0].rows[0].limit(Limit::Max), Some("N-1"));
        assert_eq!(tables[0].rows[1].ty, None);
        assert_eq!(write(&tables), TEXT);
    }

    #[test]
    fn json_says_the_same() {
        let json = r#"{"file":"net/a.c","line":1,"policy":"one","size":"","attr":"A_X","type":"NLA_U32","min":1,"max":"N - 1"}
            {"file":"net/a.c","line":1,"policy":"one","size":"","attr":"A_Y"}
            {"file":"net/a.c","line":1,"policy":"none","size":"","attr":null,"type":"NLA_REJECT"}
            {"file":"net/b.c","line":1,"policy":"one","size":"","attr":"A_X","type":"NLA_BINARY","exact_len":"sizeof(struct x)"}"#;
        assert_eq!(write(&read_any(json).unwrap()), TEXT);
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        for (text, message) in [
            ("  A u8", "line 1: a row without a table"),
            ("t\n  A", "line 2: expected `ATTR type limits…`"),
            ("t\n  A u8 big=1", "line 2: `big=1` is no limit"),
            ("{\n", "line 1: EOF while parsing an object at line 1 column 1"),
            ("{\"file\":\"a\"}", "line 1: no `policy`"),
        ] {
            assert_eq!(read_any(text).unwrap_err(), message);
        }
    }
}
