//! The table of kinds, `netlink-derive/KINDS.md`, says what there is: each row stands in the zoo in both
//! forms, each attribute, form and member of the zoo has a row, each named test runs, and the zoo has
//! every kind of the model.

use crate::schema::{FAMILIES, read};
use netlink_codegen::schema::expr;
use netlink_codegen::schema::node::Text;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::path::Path;

/// What a row says: the words of a schema, those of a derive, the Rust type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Said {
    schema: String,
    words: String,
    ty: String,
}

/// A row of one of the document's tables.
#[derive(Debug)]
struct Row {
    said: Said,
    tests: Vec<String>,
}

/// The rows under a heading. A dash stands for nothing; of `schema` the code spans are joined.
fn rows(heading: &str) -> Vec<Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../netlink-derive/KINDS.md");
    let text = std::fs::read_to_string(path).expect("KINDS.md");
    let section = text.split("\n# ").find(|s| s.starts_with(heading)).expect(heading);
    let lines = section.lines().filter(|l| l.starts_with('|')).skip(2);
    let found: Vec<Row> = lines
        .map(|line| {
            // In cells `\|` is a bar.
            let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
            let [_, schema, words, ty, tests] = cells[..] else { panic!("five cells: {line}") };
            let said = Said {
                schema: spans(schema).join(" "),
                words: spans(words).join(" "),
                ty: spans(ty).join(" "),
            };
            Row { said, tests: spans(tests).iter().map(|t| (*t).to_owned()).collect() }
        })
        .collect();
    assert!(!found.is_empty(), "{heading}");
    found
}

fn spans(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// A field or variant of the zoo: the item it is of, its name, the first word in `#[netlink(…)]`, the
/// others, the type.
struct Field {
    item: String,
    name: String,
    first: String,
    words: String,
    ty: String,
}

fn fields(module: &str) -> Vec<Field> {
    let (mut out, mut item, mut args) = (Vec::new(), String::new(), None);
    // Arms of unions may have nothing to say.
    let (mut union, mut arms) = (false, false);
    let source = read(&format!("zoo/{module}.rs"));
    for line in source.lines() {
        let code = line.trim();
        if let Some(rest) = code.strip_prefix("pub(crate) struct ").or(code.strip_prefix("pub(crate) enum "))
        {
            item = rest.trim_end_matches(" {").to_owned();
            arms = std::mem::take(&mut union);
        } else if code.starts_with("#[netlink_union(") {
            union = true;
        } else if let Some(rest) = code.strip_prefix("#[netlink(").and_then(|r| r.strip_suffix(")]")) {
            args = line.starts_with("    ").then(|| rest.to_owned());
        } else if let Some(args) = args.take().or_else(|| (arms && code.ends_with("),")).then(String::new)) {
            let code = code.trim_start_matches("pub(crate) ").trim_end_matches(',');
            let pair = code.split_once(": ").or_else(|| code.strip_suffix(')')?.split_once('('));
            let Some((name, ty)) = pair else { continue };
            let mut args = list(&args);
            let first = args.remove(0);
            let (item, name, ty) = (item.clone(), name.to_owned(), ty.to_owned());
            out.push(Field { item, name, first, words: args.join(", "), ty });
        }
    }
    assert!(!out.is_empty(), "{module}");
    out
}

/// Splits at commas that are not inside of brackets or quotes.
fn list(text: &str) -> Vec<String> {
    let (mut depth, mut quoted, mut out) = (0, false, vec![String::new()]);
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            ',' if depth == 0 && !quoted => {
                out.push(String::new());
                continue;
            }
            _ => {}
        }
        out.last_mut().expect("one at least").push(c);
    }
    out.iter().map(|word| word.trim().to_owned()).collect()
}

/// The type without what says that it may be absent, or stands behind a pointer.
fn bare(ty: &str) -> &str {
    let inside = |outer: &str| ty.strip_prefix(outer).and_then(|t| t.strip_suffix('>'));
    inside("Option<").or_else(|| inside("Box<")).map_or(ty, bare)
}

/// Lines of a schema under `section:` and `item:`, without comments: keys and what follows them.
fn lines(family: &str, section: &str, item: &str) -> Vec<(String, String)> {
    let text = read(&format!("schema/{family}.yaml"));
    let section = text.lines().skip_while(|l| *l != format!("{section}:")).skip(1);
    let section = section.take_while(|l| l.is_empty() || l.starts_with(' '));
    let item =
        section.skip_while(|l| *l != format!("  {item}:")).skip(1).take_while(|l| l.starts_with("    "));
    let pairs = item.filter_map(|l| l.trim().split_once(": "));
    pairs.map(|(key, body)| (key.trim_matches('"').to_owned(), body.to_owned())).collect()
}

/// A schema's attributes, with more than the type said beside it.
fn attributes(family: &str, set: &str) -> Vec<(String, String)> {
    let bodies = lines(family, "attribute-sets", set).into_iter().filter(|(_, body)| body.starts_with('{'));
    bodies
        .map(|(name, body)| {
            let body = body.split_once("type: ").expect("a type").1.trim_end_matches('}');
            let quoted = body.strip_prefix('"').and_then(|b| b.split_once('"'));
            let (ty, more) = quoted.unwrap_or_else(|| match body.split_once(", ") {
                Some((ty, _)) => body.split_at(ty.len()),
                None => (body, ""),
            });
            // `checks: {…}` has lost its bracket.
            let more = more.trim_start_matches(", ").to_owned() + if more.contains('{') { "}" } else { "" };
            (name, format!("{ty} {more}").trim().to_owned())
        })
        .collect()
}

/// Sets of the zoo: family, set, module, type.
const SETS: [(&str, &str, &str, &str); 11] = [
    ("kinds", "numbers", "numbers", "Numbers"),
    ("kinds", "values", "values", "Values"),
    ("kinds", "structs", "structs", "Structs"),
    ("kinds", "leaf", "common", "Leaf"),
    ("kinds", "members", "members", "Members"),
    ("kinds", "deep", "members", "Deep"),
    ("kinds", "chosen", "chosen", "Chosen"),
    ("kinds", "inner", "chosen", "Inner"),
    ("kinds", "unions", "unions", "Unions"),
    ("kinds_genl", "reading", "others", "Reading"),
    ("kinds_nf", "rule", "others", "Rule"),
];

/// What an attribute of the zoo is in both forms, and the test that has its name.
fn zoo_attributes() -> Vec<(Said, String)> {
    let mut out = Vec::new();
    for (family, set, module, item) in SETS {
        let fields = fields(module);
        let pads = read(&format!("zoo/{module}.rs"));
        for (name, schema) in attributes(family, set) {
            let field = fields.iter().find(|f| f.item == item && f.name.trim_end_matches('_') == name);
            let (words, ty, test) = match field {
                Some(f) => (f.words.clone(), bare(&f.ty).to_owned(), format!("rows::{module}::{}", f.name)),
                // Numbers without a field.
                None => {
                    assert!(pads.contains(&format!("_{} = ", name.to_uppercase())), "{name}");
                    (format!("{schema}(…)"), String::new(), String::new())
                }
            };
            out.push((Said { schema, words, ty }, test));
        }
    }
    out
}

/// Forms of sub-messages, in both forms: they stand in the same order.
fn zoo_forms() -> Vec<Said> {
    let subs = [
        ("text", "chosen", "Text"),
        ("number", "chosen", "Number"),
        ("pair", "chosen", "Pair"),
        ("wide", "chosen", "Wide"),
        ("word", "chosen", "Word"),
        ("values", "chosen", "ValuesData"),
        ("places", "unions", "Places"),
    ];
    let mut out = vec![Said { schema: String::new(), words: "unknown".into(), ty: "Vec<u8>".into() }];
    for (sub, module, item) in subs {
        let fields = fields(module);
        let forms = lines("kinds", "sub-messages", sub);
        let variants: Vec<&Field> =
            fields.iter().filter(|f| f.item == item && f.first != "unknown").collect();
        assert_eq!(forms.len(), variants.len(), "{sub}");
        for ((key, schema), variant) in forms.iter().zip(variants) {
            let words = format!("{}, {}", variant.first, variant.words);
            let schema = format!("{key}: {schema}");
            out.push(Said {
                schema,
                words: words.trim_end_matches(", ").into(),
                ty: bare(&variant.ty).into(),
            });
        }
    }
    out
}

/// C structs of the zoo: their names in the facts, module and type.
const STRUCTS: [(&str, &str, &str); 15] = [
    ("kinds_hdr", "common", "Header"),
    ("point", "common", "Point"),
    ("packed", "structs", "Packed"),
    ("padded", "structs", "Padded"),
    ("bitfields", "structs", "Bits"),
    ("mixed", "structs", "Mixed"),
    ("grown", "structs", "Grown"),
    ("either", "structs", "Union"),
    ("tail", "structs", "Tail"),
    ("points", "structs", "Points"),
    ("rec", "members", "Rec"),
    ("small_rec", "members", "SmallRec"),
    ("nfgenmsg", "others", "Nfgenmsg"),
    ("entry", "unions", "Entry"),
    ("spots", "unions", "Spots"),
];

/// Members of C structs: the header's type and what a schema adds, the derive's words.
fn zoo_members() -> Vec<Said> {
    let facts = read("schema/facts.txt");
    let mut out = Vec::new();
    for (tag, module, item) in STRUCTS {
        let source = read(&format!("zoo/{module}.rs"));
        let annotations = lines("kinds", "definitions", tag);
        let fields = fields(module);
        let annotation =
            |name: &str| annotations.iter().find(|(key, _)| key == name).map_or("", |(_, body)| body);
        let members = members(&facts, tag);
        for (name, ty) in &members {
            let schema = format!("{ty} {}", annotation(name)).trim().to_owned();
            let field = fields.iter().find(|f| f.item == item && f.name == *name);
            let said = match field {
                Some(field) => Said { schema, words: field.words.clone(), ty: field.ty.clone() },
                None => {
                    // A tail stands beside the struct; of members in one place only one is there.
                    let tail = source.split(&format!(", {name}:")).nth(1).and_then(|t| t.split_once(')'));
                    match tail {
                        Some((ty, _)) => Said { schema, words: "tail(…)".into(), ty: ty.to_owned() },
                        None => continue,
                    }
                }
            };
            out.push(said);
        }
        // What no member of the header is called, stands for several: a union.
        let unions =
            fields.iter().filter(|f| f.item == item && !members.iter().any(|(name, _)| *name == f.name));
        out.extend(unions.map(|f| {
            let schema = format!("union {}", annotation(&f.name)).trim().to_owned();
            Said { schema, words: f.words.clone(), ty: f.ty.clone() }
        }));
    }
    out
}

/// C names and types of a record's members, with the width of bitfields.
fn members<'f>(facts: &'f str, tag: &str) -> Vec<(&'f str, String)> {
    let heads = [format!("struct {tag} "), format!("union {tag} ")];
    let lines = facts.lines().skip_while(|l| !heads.iter().any(|head| l.starts_with(head))).skip(1);
    let members = lines.take_while(|l| l.starts_with(' ')).map(|member| {
        let [name, offset, ty] = member.split_whitespace().collect::<Vec<_>>()[..] else {
            panic!("three words: {member}")
        };
        let width = offset.split_once(':').map_or(String::new(), |(_, width)| format!(":{width}"));
        (name, format!("{ty}{width}"))
    });
    members.collect()
}

/// C unions of the zoo: the record they are or stand in, what their arms' C names begin with, what says
/// which arms count, and the type.
const UNIONS: [(&str, &str, &str, &str); 4] = [
    ("inet_addr", "", "addr-arm", "InetAddr"),
    ("amount", "", "", "Amount"),
    ("entry", "", "half-arm", "EntryU"),
    ("entry", "data.", "", "EntryData"),
];

/// Arms of unions: the header's type, what a schema adds, and for which values they count.
fn zoo_arms() -> Vec<Said> {
    let (facts, fields) = (read("schema/facts.txt"), fields("unions"));
    let mut out = Vec::new();
    for (tag, prefix, choice, item) in UNIONS {
        let (members, annotations) = (members(&facts, tag), lines("kinds", "definitions", tag));
        let cases = if choice.is_empty() { Vec::new() } else { lines("kinds", "sub-messages", choice) };
        let arms: Vec<&Field> = fields.iter().filter(|f| f.item == item).collect();
        assert!(arms.len() > 1, "{item}");
        for arm in arms {
            let words = [&arm.first, ", ", &arm.words].concat();
            let words = words.trim_matches([',', ' ']).to_owned();
            let name = words.split('"').nth(1).unwrap_or(&arm.name).to_owned();
            let (_, ty) = members.iter().find(|(known, _)| *known == [prefix, &name].concat()).expect(&name);
            let said = annotations.iter().find(|(key, _)| *key == name).map_or("", |(_, body)| body);
            let counts =
                |body: &str| body.strip_prefix("arm ").is_some_and(|arm| name.split('.').next() == Some(arm));
            let case = cases.iter().find(|(_, body)| counts(body));
            let case = case.map_or(String::new(), |(key, body)| format!("{key}: {body}"));
            let schema =
                [ty, said, &case].map(str::trim).join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
            out.push(Said { schema, words, ty: arm.ty.clone() });
        }
    }
    out
}

fn same<T: Ord + Debug>(what: &str, table: impl Iterator<Item = T>, zoo: impl Iterator<Item = T>) {
    let (table, zoo): (BTreeSet<T>, BTreeSet<T>) = (table.collect(), zoo.collect());
    let missing: Vec<&T> = zoo.difference(&table).collect();
    let extra: Vec<&T> = table.difference(&zoo).collect();
    assert!(
        missing.is_empty() && extra.is_empty(),
        "{what} without a row: {missing:#?}\nrows of nothing: {extra:#?}"
    );
}

#[test]
fn every_attribute_has_a_row_and_every_row_an_attribute() {
    let rows = rows("Attributes");
    let said = |own: bool| rows.iter().map(|r| r.said.clone()).filter(move |s| s.schema.is_empty() == own);
    let zoo = zoo_attributes();
    same("attributes", said(false), zoo.iter().map(|(said, _)| said.clone()));
    // What schemas have no words for.
    let own = fields("own").into_iter().filter(|f| f.item == "Own" && f.first != "rest");
    let own = own.map(|f| Said { schema: String::new(), words: f.words, ty: bare(&f.ty).to_owned() });
    let own: BTreeSet<Said> = own.collect();
    let strange: Vec<Said> = said(true).filter(|s| !own.contains(s)).collect();
    assert_eq!(strange, [], "rows without a schema form, and without one in the zoo");
    // It names the test that is called as one of its attributes, or one for what a row cannot show.
    for row in rows.iter().filter(|r| !r.said.schema.is_empty()) {
        let own = |test: &String| zoo.iter().any(|(said, name)| *said == row.said && name == test);
        assert!(row.tests.iter().any(|test| own(test) || test.starts_with("cases::")), "{row:?}");
    }
}

#[test]
fn every_form_member_and_arm_has_a_row() {
    same("forms", rows("Forms").into_iter().map(|r| r.said), zoo_forms().into_iter());
    same("members", rows("Members").into_iter().map(|r| r.said), zoo_members().into_iter());
    same("arms", rows("Arms").into_iter().map(|r| r.said), zoo_arms().into_iter());
}

#[test]
fn messages_are_as_they_stand_in_the_zoo() {
    let schemas: String = FAMILIES.iter().map(|family| read(&format!("schema/{family}.yaml"))).collect();
    let zoo: String =
        ["numbers", "others", "own"].iter().map(|module| read(&format!("zoo/{module}.rs"))).collect();
    // Operations of the zoo's own protocol are in the generated form alone.
    let zoo = (zoo + &read("made/kinds.rs")).split_whitespace().collect::<Vec<_>>().join(" ");
    for Row { said: Said { schema, words, ty }, .. } in rows("Messages") {
        assert!(schemas.contains(&schema), "{schema}");
        assert!(zoo.contains(&words), "{words}");
        assert!(ty.is_empty() || zoo.contains(&format!(": {ty},")), "{ty}");
    }
}

#[test]
fn schema_forms_are_type_expressions() {
    let parse = |expression: &str| {
        let text =
            expression.split(" checks:").next().and_then(|t| t.split(" always:").next()).unwrap_or_default();
        let text = Text { text: text.to_owned(), span: Default::default(), verbatim: Some(0) };
        if let Err(error) = expr::parse(&text) {
            panic!("{expression}: {error:?}");
        }
    };
    let attributes = rows("Attributes").into_iter().map(|r| r.said.schema);
    attributes.filter(|s| !s.is_empty()).for_each(|s| parse(&s));
    let forms = rows("Forms").into_iter().filter(|r| !r.said.schema.is_empty());
    forms.for_each(|r| parse(r.said.schema.split_once(": ").expect("a key").1));
}

#[test]
fn every_named_test_runs() {
    let me = std::env::current_exe().expect("this program");
    let output = std::process::Command::new(me).arg("--list").output().expect("it runs");
    let listed = String::from_utf8_lossy(&output.stdout);
    let tests: BTreeSet<&str> = listed.lines().filter_map(|l| l.strip_suffix(": test")).collect();
    assert!(tests.len() > 200, "{} tests", tests.len());
    for row in ["Attributes", "Forms", "Members", "Arms", "Messages"].iter().flat_map(|h| rows(h)) {
        assert!(!row.tests.is_empty(), "{row:?}");
        for test in &row.tests {
            assert!(tests.contains(test.as_str()), "no test `{test}`: {row:?}");
        }
    }
}
