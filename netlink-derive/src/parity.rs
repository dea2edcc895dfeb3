//! The contract between generator and derive: for every shipped family, what this crate reads in
//! the generated file is the model that the schema gives.
//!
//! Both sides print their model as canonical text, each from its own types:
//! `netlink_codegen::emit::text` and [`text`] here. Then the lines must be the same.

mod text;

use netlink_codegen::{emit, ir};
use std::path::PathBuf;

fn generated(family: &str) -> String {
    let name = emit::tree::file_name(family);
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../netlink-families/src").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Lines of one side only, with the item they belong to; the common ones left out.
fn difference(schema: &str, file: &str) -> Option<String> {
    if schema == file {
        return None;
    }
    let blocks = |text: &str| -> Vec<(String, Vec<String>)> {
        let blocks = text.split("\n\n").filter(|b| !b.trim().is_empty());
        blocks
            .map(|b| {
                let mut lines = b.trim_end().lines().map(str::to_owned);
                (lines.next().unwrap_or_default(), lines.collect())
            })
            .collect()
    };
    let (schema, file) = (blocks(schema), blocks(file));
    let mut out = String::new();
    let find = |all: &[(String, Vec<String>)], head: &str| {
        all.iter().find(|(h, _)| h == head).map(|(_, lines)| lines.clone())
    };
    for (head, lines) in &schema {
        let Some(read) = find(&file, head) else {
            out += &format!("- {head}\n");
            continue;
        };
        if *lines != read {
            out += &format!("  {head}\n");
            out.extend(lines.iter().filter(|l| !read.contains(l)).map(|l| format!("-   {l}\n")));
            out.extend(read.iter().filter(|l| !lines.contains(l)).map(|l| format!("+   {l}\n")));
            if lines.iter().all(|l| read.contains(l)) && lines.len() == read.len() {
                out += "    the same lines in another order\n";
            }
        }
    }
    for (head, _) in file.iter().filter(|(head, _)| find(&schema, head).is_none()) {
        out += &format!("+ {head}\n");
    }
    Some(out)
}

#[test]
fn generated_files_say_what_the_schemas_say() {
    let model = netlink_codegen::shipped_model().unwrap_or_else(|errors| panic!("{errors}"));
    let mut lines = 0;
    let mut findings = String::new();
    for (ix, family) in model.families.iter().enumerate() {
        let schema = emit::text(&model, ir::FamilyId(ix as u32)).expect("a model that has a Rust form");
        let file = match text::file(&generated(&family.name)) {
            Ok(file) => file,
            Err(error) => {
                findings += &format!("{}: {error}\n", family.name);
                continue;
            }
        };
        lines += schema.lines().count();
        if let Some(difference) = difference(&schema, &file) {
            findings += &format!("{} (- schema, + generated file):\n{difference}", family.name);
        }
    }
    println!("{} families, {lines} lines", model.families.len());
    assert!(model.families.len() >= 10 && lines > 2000, "{lines} lines");
    assert!(findings.is_empty(), "{findings}");
}

/// The comparison has to see every kind of change in a file.
#[test]
fn a_change_in_a_generated_file_is_found() {
    let model = netlink_codegen::shipped_model().unwrap_or_else(|errors| panic!("{errors}"));
    let schema = |name: &str| {
        let family = model.family(name).expect("a shipped family");
        emit::text(&model, family).expect("a model that has a Rust form")
    };
    let (link, route, nlctrl) = (schema("rt-link"), schema("rt-route"), schema("nlctrl"));
    let changes = [
        (&link, "rt-link", "IFLA_MTU = 4)]\n    pub mtu", "IFLA_MTU = 5)]\n    pub mtu"),
        (&link, "rt-link", "pub mtu: Option<u32>", "pub mtu: Option<u16>"),
        (&link, "rt-link", "pub mtu: Option<u32>", "pub mtu: u32"),
        (&link, "rt-link", "IFLA_MTU = 4)]\n    pub mtu", "IFLA_MUT = 4)]\n    pub mtu"),
        (&link, "rt-link", "IFLA_VXLAN_PORT = 15, be", "IFLA_VXLAN_PORT = 15"),
        (&link, "rt-link", "IFLA_INFO_DATA = 2, sub(kind)", "IFLA_INFO_DATA = 2, sub(slave_kind)"),
        (&link, "rt-link", "pad(IFLA_PAD = 42)", "pad(IFLA_PAD = 43)"),
        (&link, "rt-link", "#[netlink(ifinfomsg, size = 16)]", "#[netlink(ifinfomsg, size = 20)]"),
        (&link, "rt-link", "#[netlink(4)]\n    pub ifi_index", "#[netlink(8)]\n    pub ifi_index"),
        (&link, "rt-link", "#[netlink(\"vxlan\", nested)]", "#[netlink(\"vxlam\", nested)]"),
        (&link, "rt-link", "request(RTM_GETLINK = 18, Link)", "request(RTM_GETLINK = 19, Link)"),
        (&route, "rt-route", "length = rtnh_len", "length = rtnh_ifindex"),
        (&route, "rt-route", "RTA_MULTIPATH = 9, records", "RTA_MULTIPATH = 9, array, struct"),
        (&nlctrl, "nlctrl", "type_value(policy_id, attr_id)", "type_value(policy_id)"),
        (&nlctrl, "nlctrl", "GROUP_NOTIFY: &str = \"notify\"", "GROUP_NOTIFY: &str = \"notice\""),
        (&nlctrl, "nlctrl", "    dump,\n    request(CTRL_CMD_GETPOLICY", "    request(CTRL_CMD_GETPOLICY"),
    ];
    for (schema, family, from, to) in changes {
        let before = generated(family);
        assert!(before.contains(from), "{family} does not say `{from}`");
        // What does not even read is found as well.
        if let Ok(file) = text::file(&before.replacen(from, to, 1)) {
            assert!(difference(schema, &file).is_some(), "`{to}` instead of `{from}` goes unseen");
        }
    }
}

/// Structs and unions of every kind that headers have, of which the shipped families use few.
#[test]
fn every_record_of_the_headers_reads_as_the_model_says() {
    let facts = netlink_codegen::headers::store::shipped().expect("the shipped facts");
    let newest = facts.newest();
    let records = facts.records.values().filter(|r| r.layout.at(newest).is_some());
    let attrs = records
        .enumerate()
        .map(|(ix, record)| format!("      a{ix}: {{value: {}, type: struct {}}}\n", ix + 1, record.name));
    let head =
        "name: all\noperations: {attribute-set: all, list: {get: {c-name: GET, value: 1, modes: do}}}\n";
    let yaml = format!("{head}attribute-sets:\n  all:\n    attributes:\n{}", attrs.collect::<String>());
    let loaded = netlink_codegen::Loader::new().facts(facts.clone()).text("all", &yaml).load();
    let model = loaded.unwrap_or_else(|errors| panic!("{errors}")).model;
    let family = model.family("all").expect("the family");
    let schema = emit::text(&model, family).expect("a model that has a Rust form");
    let source = emit::family(&model, family, &emit::Options::default()).expect("the same");
    let file = text::file(&source).unwrap_or_else(|error| panic!("{error}"));
    assert!(schema.matches("\nunion ").count() > 50 && schema.matches("\nstruct ").count() > 800);
    if let Some(difference) = difference(&schema, &file) {
        panic!("(- schema, + generated file):\n{difference}");
    }
}

/// The same for the file that has every row of the vocabulary; and changes in what it says of unions
/// and odd structs are found.
#[test]
fn a_change_in_a_union_is_found() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../netlink-codegen/tests/emit_golden");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect("a golden file");
    let kernel = |release: &str| {
        format!("[[kernel]]\nrelease = \"{release}\"\nversion = \"\"\npackage = \"\"\nsha256 = \"\"\n")
    };
    let manifest = kernel("1.0") + &kernel("2.0");
    let facts = read("facts.txt");
    let facts = netlink_codegen::headers::store::read(&manifest, [("zoo.h", facts.as_str())].into_iter());
    let mut loader = netlink_codegen::Loader::new().facts(facts.expect("facts"));
    for family in ["shared", "zoo"] {
        loader = loader.file(folder.join(format!("{family}.yaml")));
    }
    let model = loader.load().unwrap_or_else(|errors| panic!("{errors}")).model;
    let family = model.family("zoo").expect("the family");
    let schema = emit::text(&model, family).expect("a model that has a Rust form");
    let before = read("zoo.rs");
    let file = text::file(&before).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(difference(&schema, &file), None);
    let changes = [
        ("#[netlink_union(zoo_addr, size = 16)]", "#[netlink_union(zoo_addr, size = 20)]"),
        ("#[netlink_union(zoo_addr, size = 16)]", "#[netlink_union(zoo_adr, size = 16)]"),
        ("v6(Ipv6Addr)", "v6([u8; 16])"),
        ("    v6(Ipv6Addr)", "    six(Ipv6Addr)"),
        ("#[netlink(be, default)]", "#[netlink(be)]"),
        ("#[netlink(be, default)]", "#[netlink(le, default)]"),
        ("case(ZOO_KIND_CAT = 0)", "case(ZOO_KIND_CAT = 1)"),
        ("case(ZOO_F_LARGE = 2, 8))]\n    at_x", "case(ZOO_F_LARGE = 2))]\n    at_x"),
        ("#[netlink(2, \"half.b\"", "#[netlink(0, \"half.b\""),
        ("#[netlink(2, \"half.b\"", "#[netlink(2, \"half.c\""),
        ("#[netlink(32, union, anonymous, by(mood))]", "#[netlink(32, union, by(mood))]"),
        ("#[netlink(32, union, anonymous, by(mood))]", "#[netlink(32, union, anonymous, by(family))]"),
        ("#[netlink(4, union, by(family))]", "#[netlink(4, union)]"),
        ("#[netlink(24, \"info.u\", union", "#[netlink(24, union"),
        ("array, union)]\n    pub unions", "array, struct)]\n    pub unions"),
        ("#[netlink(2, bits(0, 3), u8)]\n    pub mood: Kind", "#[netlink(2, bits(0, 3))]\n    pub mood: u8"),
        ("#[netlink(36, by(family))]", "#[netlink(36, by(mood))]"),
        ("addr:by(family)u8", "addr:u8"),
        ("marks:u16 Kind", "marks:u16"),
        ("title:text u8", "title:u8"),
        ("data:opaque u8", "data:u8"),
        ("pub labels: [[u8; 8]; 2]", "pub labels: [[u8; 2]; 8]"),
    ];
    for (from, to) in changes {
        assert!(before.contains(from), "the file does not say `{from}`");
        if let Ok(file) = text::file(&before.replacen(from, to, 1)) {
            assert!(difference(&schema, &file).is_some(), "`{to}` instead of `{from}` goes unseen");
        }
    }
}
