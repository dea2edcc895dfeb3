//! Policies from the kernel's source.
//!
//! No compiler is asked: tables are found by their words, wherever they stand, so that no configuration
//! leaves any out. What a file's own macros would make is put in their place where a row is one.

use super::token::{Token, spell, tokens};
use super::{Limit, Row, Table};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// Folders of a kernel's source that have no policies of the kernel.
const SKIPPED: &[&str] = &["Documentation", "tools", "samples", "scripts", "usr"];

/// The tables of every C file below a directory, by file.
pub fn tree(root: &Path) -> io::Result<Vec<Table>> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            let (kind, path) = (entry.file_type()?, entry.path());
            let skipped = folder == root && entry.file_name().to_str().is_some_and(|n| SKIPPED.contains(&n));
            if kind.is_dir() && !skipped {
                folders.push(path);
            } else if kind.is_file() && path.extension().is_some_and(|e| e == "c" || e == "h") {
                files.push(path);
            }
        }
    }
    files.sort();
    let mut tables = Vec::new();
    for path in files {
        tables.extend(file(root, &path)?);
    }
    Ok(tables)
}

fn file(root: &Path, path: &PathBuf) -> io::Result<Vec<Table>> {
    let bytes = std::fs::read(path)?;
    let source = String::from_utf8_lossy(&bytes);
    if !source.contains("nla_policy") {
        return Ok(Vec::new());
    }
    let shown = path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
    Ok(text(&shown, &source))
}

/// The tables of one source file.
pub fn text(file: &str, source: &str) -> Vec<Table> {
    let tokens = tokens(source);
    let context = Context { ranges: ranges(&tokens), macros: macros(source) };
    let mut tables = Vec::new();
    let mut at = 0;
    while let Some((name, body)) = next_array(&tokens, &mut at, "nla_policy") {
        let rows = parts(body).into_iter().flat_map(|part| context.rows(part, 0)).collect();
        tables.push(Table { file: file.to_owned(), name, rows });
    }
    for tag in ["genl_ops", "genl_small_ops", "genl_split_ops"] {
        let mut at = 0;
        while let Some((name, body)) = next_array(&tokens, &mut at, tag) {
            tables.push(Table { file: file.to_owned(), name, rows: operations(body) });
        }
    }
    tables
}

/// What a family's commands answer: `do`, `dump` or `do-dump` in place of a type.
fn operations(body: &[Token]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for part in parts(body) {
        let Some(open) = part.iter().position(|t| t.is("{")) else { continue };
        let Some(close) = closing(&part[open..]) else { continue };
        let fields = fields(&part[open + 1..open + close]);
        let field = |name: &str| fields.iter().find(|(n, _)| *n == name).map(|(_, value)| spell(value));
        let Some(command) = field("cmd") else { continue };
        let has = |name: &str| field(name).is_some_and(|function| function != "NULL");
        let ty = match (has("doit"), has("dumpit")) {
            (true, true) => "do-dump",
            (true, false) => "do",
            (false, true) => "dump",
            (false, false) => continue,
        };
        // Some list a command once for each.
        match rows.iter_mut().find(|row| row.attr == command) {
            Some(row) if row.ty.as_deref() != Some(ty) => row.ty = Some("do-dump".to_owned()),
            Some(_) => {}
            None => {
                rows.push(Row { attr: command, ty: Some(ty.to_owned()), ..Row::default() });
                if let (Some(row), Some(policy)) = (rows.last_mut(), field("policy")) {
                    row.add(Limit::Nested, policy);
                }
            }
        }
    }
    rows
}

/// The next `struct TAG name[…]… = {…}`, or without brackets: its name and what is in the braces.
fn next_array<'t>(tokens: &'t [Token], at: &mut usize, tag: &str) -> Option<(String, &'t [Token])> {
    loop {
        let start = *at + tokens.get(*at..)?.iter().position(|t| t.word() == Some(tag))?;
        *at = start + 1;
        if start == 0 || tokens[start - 1].word() != Some("struct") {
            continue;
        }
        let Some(name) = tokens.get(start + 1).and_then(Token::word) else { continue };
        let mut end = start + 2;
        // Dimensions, and words such as `__ro_after_init`.
        while let Some(token) = tokens.get(end) {
            if token.is("[") {
                end += closing(&tokens[end..])? + 1;
            } else if token.word().is_some() {
                end += 1;
            } else {
                break;
            }
        }
        if tokens.get(end)?.is("=") && tokens.get(end + 1).is_some_and(|t| t.is("{")) {
            let body = &tokens[end + 1..];
            let close = closing(body)?;
            *at = end + 1 + close;
            return Some((name.to_owned(), &body[1..close]));
        }
    }
}

/// Where the bracket that the first word opens is closed.
fn closing(tokens: &[Token]) -> Option<usize> {
    let mut depth = 0usize;
    for (ix, token) in tokens.iter().enumerate() {
        if token.is("{") || token.is("[") || token.is("(") {
            depth += 1;
        } else if token.is("}") || token.is("]") || token.is(")") {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(ix);
            }
        }
    }
    None
}

/// What commas part, outside of brackets.
fn parts(tokens: &[Token]) -> Vec<&[Token]> {
    let mut out = Vec::new();
    let (mut start, mut depth) = (0, 0usize);
    for (ix, token) in tokens.iter().enumerate() {
        if token.is("{") || token.is("[") || token.is("(") {
            depth += 1;
        } else if token.is("}") || token.is("]") || token.is(")") {
            depth = depth.saturating_sub(1);
        } else if depth == 0 && token.is(",") {
            out.push(&tokens[start..ix]);
            start = ix + 1;
        }
    }
    out.push(&tokens[start..]);
    out.retain(|part| !part.is_empty());
    out
}

/// A function-like or object-like macro: parameters, and what it stands for.
struct Macro {
    parameters: Vec<String>,
    body: Vec<Token>,
}

/// Macros whose text looks like a part of a policy.
fn macros(source: &str) -> BTreeMap<String, Macro> {
    let mut out = BTreeMap::new();
    let joined = source.replace("\\\r\n", " ").replace("\\\n", " ");
    for line in joined.lines() {
        let Some(rest) = line.trim_start().strip_prefix('#') else { continue };
        let Some(rest) = rest.trim_start().strip_prefix("define") else { continue };
        if !rest.contains("NLA_") {
            continue;
        }
        let words = tokens(rest);
        let Some(name) = words.first().and_then(Token::word) else { continue };
        let called = rest.trim_start().strip_prefix(name).is_some_and(|r| r.starts_with('('));
        let (parameters, body) = match closing(&words[1..]) {
            Some(end) if called => {
                let names = words[2..=end].iter().filter_map(Token::word).map(str::to_owned).collect();
                (names, &words[end + 2..])
            }
            _ => (Vec::new(), &words[1..]),
        };
        out.insert(name.to_owned(), Macro { parameters, body: body.to_vec() });
    }
    out
}

/// Limits that stand beside the table, by name.
fn ranges(tokens: &[Token]) -> BTreeMap<String, (Option<String>, Option<String>)> {
    let mut out = BTreeMap::new();
    for tag in ["netlink_range_validation", "netlink_range_validation_signed"] {
        let mut at = 0;
        while let Some((name, body)) = next_array(tokens, &mut at, tag) {
            let fields = fields(body);
            let field = |name: &str| fields.iter().find(|(n, _)| *n == name).map(|(_, v)| spell(v));
            out.insert(name, (field("min"), field("max")));
        }
    }
    out
}

/// `.name = value` of an initialiser.
fn fields(body: &[Token]) -> Vec<(&str, &[Token])> {
    let field = |part: &'_ [Token]| part.first()?.is(".").then_some(()).and(part.get(1)?.word().map(|_| ()));
    parts(body)
        .into_iter()
        .filter(|part| field(part).is_some() && part.get(2).is_some_and(|t| t.is("=")))
        .filter_map(|part| Some((part[1].word()?, &part[3..])))
        .collect()
}

struct Context {
    ranges: BTreeMap<String, (Option<String>, Option<String>)>,
    macros: BTreeMap<String, Macro>,
}

impl Context {
    /// The rows that one part of a table is: one, or those of a macro.
    fn rows(&self, part: &[Token], depth: usize) -> Vec<Row> {
        if part[0].is("[") {
            return self.row(part).into_iter().collect();
        }
        match self.expanded(part) {
            Some(expanded) if depth < 4 => {
                parts(&expanded).into_iter().flat_map(|part| self.rows(part, depth + 1)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// `[ATTR] = …` or `[ATTR].type = …`.
    fn row(&self, part: &[Token]) -> Option<Row> {
        let close = closing(part)?;
        let mut row = Row { attr: spell(&part[1..close]), ..Row::default() };
        let rest = &part[close + 1..];
        match rest.first()? {
            t if t.is("=") => self.value(&mut row, &rest[1..], 0),
            // Only a member is set.
            t if t.is(".") => self.members(&mut row, rest),
            _ => return None,
        }
        Some(row)
    }

    /// `{ .type = … }`, `NLA_POLICY_…(…)`, or a macro of the file that is one of these.
    fn value(&self, row: &mut Row, value: &[Token], depth: usize) {
        let Some(first) = value.first() else { return };
        if first.is("{") {
            let end = closing(value).unwrap_or(value.len());
            return self.members(row, &value[1..end]);
        }
        let arguments = match value.get(1) {
            Some(t) if t.is("(") => closing(&value[1..]).map_or(&[][..], |end| &value[2..=end]),
            _ => &[],
        };
        let name = first.word().unwrap_or_default();
        if let Some(kind) = name.strip_prefix("NLA_POLICY_") {
            self.made(row, kind, &parts(arguments));
        } else if let Some(expanded) = self.expanded(value)
            && depth < 4
        {
            self.value(row, &expanded, depth + 1);
        }
    }

    fn members(&self, row: &mut Row, body: &[Token]) {
        // The type comes first, because it says what bounds are about.
        let mut fields = fields(body);
        fields.sort_by_key(|(name, _)| *name != "type");
        for (name, value) in fields {
            let text = spell(value);
            match name {
                "type" => row.ty = Some(kind(&text)),
                "len" => row.add(Limit::Len, text),
                "min" => row.bound(Some(text), None),
                "max" => row.bound(None, Some(text)),
                "mask" | "bitfield32_valid" => row.add(Limit::Mask, text),
                "validate" => row.add(Limit::Validate, text),
                "nested_policy" => row.add(Limit::Nested, text),
                "range" | "range_signed" => self.range(row, &text),
                _ => {}
            }
        }
        // 0 is a type, too.
        if row.ty.is_none() && row.limit(Limit::Len).is_some() {
            row.ty = Some("unspec".to_owned());
        }
    }

    fn range(&self, row: &mut Row, name: &str) {
        if let Some((min, max)) = self.ranges.get(name.trim_start_matches('&')) {
            row.bound(min.clone(), max.clone());
        }
    }

    /// The kernel's own macros for rows (`include/net/netlink.h`).
    fn made(&self, row: &mut Row, name: &str, arguments: &[&[Token]]) {
        let argument = |ix: usize| arguments.get(ix).map(|a| spell(a)).unwrap_or_default();
        let ty = match name {
            "NESTED" => "nested".to_owned(),
            "NESTED_ARRAY" => "nested-array".to_owned(),
            "BITFIELD32" => "bitfield32".to_owned(),
            "EXACT_LEN" | "EXACT_LEN_WARN" | "MIN_LEN" | "MAX_LEN" | "ETH_ADDR" | "ETH_ADDR_COMPAT" => {
                "binary".to_owned()
            }
            _ => kind(&argument(0)),
        };
        row.ty = Some(ty);
        match name {
            "NESTED" | "NESTED_ARRAY" => row.add(Limit::Nested, argument(0)),
            "BITFIELD32" => row.add(Limit::Mask, argument(0)),
            "EXACT_LEN" | "EXACT_LEN_WARN" => row.add(Limit::Exact, argument(0)),
            "MIN_LEN" => row.add(Limit::MinLen, argument(0)),
            "MAX_LEN" => row.add(Limit::MaxLen, argument(0)),
            "ETH_ADDR" | "ETH_ADDR_COMPAT" => row.add(Limit::Exact, "ETH_ALEN"),
            "RANGE" => row.bound(Some(argument(1)), Some(argument(2))),
            "MIN" => row.bound(Some(argument(1)), None),
            "MAX" => row.bound(None, Some(argument(1))),
            "MASK" => row.add(Limit::Mask, argument(1)),
            "FULL_RANGE" | "FULL_RANGE_SIGNED" => self.range(row, &argument(1)),
            "VALIDATE_FN" => row.add(Limit::Validate, argument(1)),
            _ => {}
        }
    }

    /// A use of a macro, with its arguments in place.
    fn expanded(&self, used: &[Token]) -> Option<Vec<Token>> {
        let found = self.macros.get(used[0].word()?)?;
        let arguments = match used.get(1) {
            Some(t) if t.is("(") => parts(&used[2..closing(&used[1..])? + 1]),
            _ => Vec::new(),
        };
        let place = |token: &Token| match token.word() {
            Some(word) => match found.parameters.iter().position(|p| p == word) {
                Some(ix) => arguments.get(ix).map_or(Vec::new(), |a| a.to_vec()),
                None => vec![token.clone()],
            },
            None => vec![token.clone()],
        };
        Some(paste(found.body.iter().flat_map(place).collect()))
    }
}

/// `a ## b` becomes one word.
fn paste(tokens: Vec<Token>) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::new();
    let mut pasting = false;
    for token in tokens {
        if token.is("##") {
            pasting = true;
            continue;
        }
        match (out.last_mut(), &token) {
            (Some(Token::Word(last)), Token::Word(word)) if pasting => last.push_str(word),
            _ => out.push(token),
        }
        pasting = false;
    }
    out
}

/// `NLA_NUL_STRING` → `nul-string`.
pub(super) fn kind(name: &str) -> String {
    name.strip_prefix("NLA_").unwrap_or(name).to_ascii_lowercase().replace('_', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows as the text form has them.
    fn rows(source: &str) -> Vec<String> {
        let text = crate::policy::text::write(&text("a.c", source));
        text.lines().filter(|l| l.starts_with("  ")).map(|l| l.trim().to_owned()).collect()
    }

    #[test]
    fn rows_of_every_form() {
        let source = r#"
            /* static const struct nla_policy no[] = { [X] = { .type = NLA_U8 } }; */
            static const struct netlink_range_validation far = { .min = 2, .max = BIG - 1, };
            extern const struct nla_policy elsewhere[A_MAX + 1];
            static const struct nla_policy mine[A_MAX + 1] __read_mostly = {
                [A_UNSPEC] = { .strict_start_type = A_X },
                [A_INT] = { .type = NLA_U32 },  // plain
                [A_TEXT] = { .len = IFNAMSIZ - 1, .type = NLA_NUL_STRING },
                [A_MIN].type = NLA_BE16,
                [A_LEN] = { .len = 4 },
            #ifdef CONFIG_X
                [A_ADDR] = NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
            #endif
                [A_RANGE] = NLA_POLICY_FULL_RANGE(NLA_U32, &far),
                [A_TWO] = NLA_POLICY_RANGE(NLA_U8, 1, MAX(2, 3)),
                [A_BYTES] = NLA_POLICY_MAX(NLA_BINARY, 8),
                [A_NEST] = NLA_POLICY_NESTED(inner),
                [A_LIST] = { .type = NLA_NESTED_ARRAY, .nested_policy = inner, },
                [A_MASK] = NLA_POLICY_MASK(NLA_U16, F_A | F_B),
                [A_BITS] = NLA_POLICY_BITFIELD32(ALL),
                [A_FN] = NLA_POLICY_VALIDATE_FN(NLA_U64, look, 3),
                [A_MAC] = NLA_POLICY_ETH_ADDR,
                [A_FIRST ... A_LAST] = { .type = NLA_REJECT },
            };
        "#;
        assert_eq!(
            rows(source),
            [
                "A_UNSPEC -",
                "A_INT u32",
                "A_TEXT nul-string len=IFNAMSIZ-1",
                "A_MIN be16",
                "A_LEN unspec len=4",
                "A_ADDR binary exact=sizeof(struct:in6_addr)",
                "A_RANGE u32 min=2 max=BIG-1",
                "A_TWO u8 min=1 max=MAX(2,3)",
                "A_BYTES binary max-len=8",
                "A_NEST nested nested=inner",
                "A_LIST nested-array nested=inner",
                "A_MASK u16 mask=F_A|F_B",
                "A_BITS bitfield32 mask=ALL",
                "A_FN u64 validate=look",
                "A_MAC binary exact=ETH_ALEN",
                "A_FIRST...A_LAST reject",
            ]
        );
    }

    #[test]
    fn operations_of_families() {
        let source = r"
            static const struct genl_small_ops ops[] = {
                { .cmd = C_GET, .doit = get, .dumpit = dump, },
                { .cmd = C_SET, .flags = GENL_ADMIN_PERM, .doit = set, .policy = p },
                { .flags = 1 },
            };
            static const struct genl_split_ops split[2] = {
                [0] = { .cmd = C_A, .doit = a, .policy = p, }, { .cmd = C_A, .dumpit = b },
                { .cmd = C_B, .doit = NULL, .dumpit = b },
            };
        ";
        assert_eq!(rows(source), ["C_GET do-dump", "C_SET do nested=p", "C_A do-dump nested=p", "C_B dump"]);
    }

    #[test]
    fn macros_of_the_file() {
        let source = r"
            #define SMALL NLA_POLICY_MAX(NLA_U8, 3)
            #define PAIR(name) \
                [X_##name] = { .type = NLA_U8 }, \
                [X_##name##_TOO] = SMALL
            struct nla_policy p[] = { PAIR(A), [X_B] = SMALL, };
        ";
        assert_eq!(rows(source), ["X_A u8", "X_A_TOO u8 max=3", "X_B u8 max=3"]);
    }

    #[test]
    fn hostile_sources_end() {
        for source in [
            "struct nla_policy",
            "struct nla_policy p[",
            "struct nla_policy p[] = {",
            "struct nla_policy p[] = { [",
            "struct nla_policy p[] = { , [A] = , [] = {}, [B = { } };",
            "#define A A\nstruct nla_policy p[] = { A };",
            "#define A(NLA_\nstruct nla_policy p[] = { A };",
            "/*",
            "'",
            "\"\\",
            "#define x \\",
            "\u{e9}\u{0}",
            "#define A(x) A(x), A(x) NLA_\nstruct nla_policy p[] = { A(1) };",
        ] {
            text("a.c", source);
        }
    }
}
