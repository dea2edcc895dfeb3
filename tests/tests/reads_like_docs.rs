//! Generated files read like documentation: one search for a C name shows what there is to know,
//! and nothing in them is code that runs.

use std::path::PathBuf;

fn families() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../netlink-families/src")
}

fn read(module: &str) -> String {
    std::fs::read_to_string(families().join(module)).expect("a generated file")
}

/// Number, wire words and Rust type of attributes that everybody knows, and whether a kernel of
/// the store lacks them.
const PICKED: &[(&str, &str, &str, bool)] = &[
    ("IFLA_ADDRESS", "IFLA_ADDRESS = 1", "Option<HwAddr>", false),
    ("IFLA_IFNAME", "IFLA_IFNAME = 3, max_len = 15", "Option<NlString>", false),
    ("IFLA_MTU", "IFLA_MTU = 4", "Option<u32>", false),
    ("IFLA_LINKINFO", "IFLA_LINKINFO = 18, nested", "Option<LinkInfo>", false),
    ("IFLA_STATS64", "IFLA_STATS64 = 23, struct", "Option<RtnlLinkStats64>", false),
    ("IFLA_INFO_DATA", "IFLA_INFO_DATA = 2, sub(kind)", "Option<LinkData>", false),
    ("IFLA_VLAN_PROTOCOL", "IFLA_VLAN_PROTOCOL = 5, be16", "Option<EthP>", false),
    ("IFLA_VXLAN_PORT", "IFLA_VXLAN_PORT = 15, be", "Option<u16>", false),
    ("IFLA_ALLMULTI", "IFLA_ALLMULTI = 61", "Option<u32>", true),
    ("IFLA_GSO_IPV4_MAX_SIZE", "IFLA_GSO_IPV4_MAX_SIZE = 63", "Option<u32>", true),
];

/// What `grep -A2` for the C name in its doc comment shows.
fn grep<'t>(text: &'t str, c_name: &str) -> Vec<Vec<&'t str>> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let doc = format!("/// `{c_name}`");
    let hits = lines.iter().enumerate().filter(|(_, l)| l.starts_with(&doc));
    hits.map(|(at, _)| lines[at..lines.len().min(at + 3)].to_vec()).collect()
}

#[test]
fn one_search_shows_type_doc_and_since() {
    let text = read("rt_link.rs");
    for (c_name, attribute, ty, since) in PICKED {
        let hits = grep(&text, c_name);
        let [hit] = hits.as_slice() else { panic!("{c_name} is documented {} times", hits.len()) };
        let [doc, netlink, field] = hit.as_slice() else { panic!("{c_name} ends the file") };
        let words = doc.strip_prefix(&format!("/// `{c_name}`: ")).unwrap_or_default();
        assert!(words.len() > 10, "{c_name} says nothing: {doc}");
        assert_eq!(doc.contains("Since "), *since, "{doc}");
        assert_eq!(*netlink, format!("#[netlink({attribute})]"));
        assert!(field.starts_with("pub ") && field.ends_with(&format!(": {ty},")), "{field}");
    }
}

/// The ten are no exception: no field, variant or entry takes more than three lines.
#[test]
fn nothing_takes_more_than_three_lines() {
    let mut fields = 0;
    for (name, text) in generated() {
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate().filter(|(_, l)| l.starts_with("    pub ")) {
            fields += 1;
            let above: Vec<&str> = lines[at.saturating_sub(2)..at].iter().map(|l| l.trim()).collect();
            let [doc, netlink] = above.as_slice() else { panic!("{name}: {line}") };
            assert!(doc.starts_with("/// "), "{name}:{}: no doc two lines above: {line}", at + 1);
            assert!(
                netlink.starts_with("#[netlink(") && netlink.ends_with(")]"),
                "{name}:{}: {netlink}",
                at + 1
            );
        }
    }
    assert!(fields > 1000, "{fields} fields");
}

/// All files of the crate that the generator writes, whole.
fn generated() -> Vec<(String, String)> {
    let entries = std::fs::read_dir(families()).expect("the folder");
    let mut out: Vec<(String, String)> = entries
        .filter_map(|e| e.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".rs"))
        .map(|name| (name.clone(), read(&name)))
        .filter(|(_, text)| text.starts_with("// @generated"))
        .collect();
    out.sort();
    assert!(out.len() >= 10, "{} generated files", out.len());
    out
}

/// Words of a line that are outside of comments and text.
fn words(line: &str) -> Vec<&str> {
    let code = line.split("//").next().unwrap_or_default();
    let outside: Vec<&str> = code.split('"').step_by(2).collect();
    let split = |part: &'_ str| -> Vec<(usize, usize)> {
        let mut spans = Vec::new();
        let mut start = None;
        for (at, c) in part.char_indices().chain([(part.len(), ' ')]) {
            match (c.is_ascii_alphanumeric() || c == '_', start) {
                (true, None) => start = Some(at),
                (false, Some(from)) => {
                    spans.push((from, at));
                    start = None;
                }
                _ => {}
            }
        }
        spans
    };
    outside.iter().flat_map(|part| split(part).into_iter().map(|(a, b)| &part[a..b])).collect()
}

const RUNS: &[&str] = &["fn", "impl", "loop", "while", "for", "if", "match", "unsafe", "macro_rules"];

#[test]
fn no_function_bodies_no_loops_no_unsafe() {
    for (name, text) in generated() {
        for (at, line) in text.lines().enumerate() {
            let found = words(line).into_iter().find(|w| RUNS.contains(w));
            assert!(found.is_none(), "{name}:{}: `{}` in {line}", at + 1, found.unwrap_or_default());
        }
    }
}

#[test]
fn the_search_for_code_finds_code() {
    assert_eq!(words("/// Look if it is there."), Vec::<&str>::new());
    assert_eq!(words("    #[netlink(\"if\", nested)]"), ["netlink", "nested"]);
    assert!(words("pub fn run() {").contains(&"fn"));
    assert!(words("unsafe{}").contains(&"unsafe"));
}
