//! `scaffold`: what it writes loads, and a finished schema differs from it in marked lines only.

use netlink_codegen::headers::store;
use netlink_codegen::scaffold::{self, Scaffold};
use netlink_codegen::{Loader, policy};
use netlink_runtime::genl::{IntWidth, Policies, PolicyType};
use std::collections::BTreeMap;

fn scaffold(headers: &[&str]) -> String {
    let (facts, tables) = (store::shipped().unwrap(), policy::shipped().unwrap());
    let headers = headers.iter().map(|h| (*h).to_owned()).collect();
    Scaffold { headers, facts: &facts, tables: &tables, live: BTreeMap::new() }.yaml().unwrap()
}

/// Lines that mean something: without docs and comments, in the shortest form, and whether they are marked.
fn lines(yaml: &str) -> Vec<(String, bool)> {
    let mut out = Vec::new();
    for line in yaml.lines() {
        let (line, marked) = line.split_once("  # CHECK: ").map_or((line, false), |(line, _)| (line, true));
        if line.trim().is_empty()
            || line.trim_start().starts_with(['#', '"'])
            || line.trim_start().starts_with("doc:")
        {
            continue;
        }
        out.push((without_doc(line), marked));
    }
    out
}

/// `a: {type: u8, doc: "…"}` → `a: u8`.
fn without_doc(line: &str) -> String {
    let mut line = line.to_owned();
    if let Some(start) = line.find("doc: \"") {
        let text = start + "doc: \"".len();
        let end = text + line[text..].find('"').expect("the end of a doc") + 1;
        line.replace_range(line[..start].trim_end_matches(", ").len()..end, "");
    }
    match line.split_once(": {type: ").and_then(|(key, ty)| Some((key, ty.strip_suffix('}')?))) {
        Some((key, ty)) if !ty.contains([',', '{']) => format!("{key}: {ty}"),
        _ => line,
    }
}

/// The longest common subsequence as pairs of places, ends included.
fn common(a: &[(String, bool)], b: &[(String, bool)]) -> Vec<(usize, usize)> {
    let mut best = vec![vec![0; b.len() + 1]; a.len() + 1];
    for x in (0..a.len()).rev() {
        for y in (0..b.len()).rev() {
            best[x][y] = match a[x].0 == b[y].0 {
                true => best[x + 1][y + 1] + 1,
                false => best[x + 1][y].max(best[x][y + 1]),
            };
        }
    }
    let (mut x, mut y, mut out) = (0, 0, Vec::new());
    while x < a.len() && y < b.len() {
        if a[x].0 == b[y].0 {
            out.push((x, y));
            (x, y) = (x + 1, y + 1);
        } else if best[x + 1][y] >= best[x][y + 1] {
            x += 1;
        } else {
            y += 1;
        }
    }
    out.push((a.len(), b.len()));
    out
}

/// Every change from the scaffold to the finished schema is about a marked line, and there are few of those.
fn finished(name: &str, headers: &[&str], marks: (usize, usize)) {
    let yaml = scaffold(headers);
    Loader::new().text("new", &yaml).load().expect("it loads");
    let (_, schema) = netlink_schemas::SCHEMAS.iter().find(|(n, _)| *n == name).expect("a schema");
    let (made, done) = (lines(&yaml), lines(schema));
    let (mut x, mut y) = (0, 0);
    for (next_x, next_y) in common(&made, &done) {
        let (old, new) = (&made[x..next_x], &done[y..next_y]);
        let unmarked: Vec<_> = old.iter().filter(|(_, marked)| !marked).collect();
        assert!(unmarked.is_empty(), "{name}: not marked: {unmarked:#?}\nbecame {new:#?}");
        assert!(!old.is_empty() || new.is_empty(), "{name}: nothing marks the place of {new:#?}");
        (x, y) = (next_x + 1, next_y + 1);
    }
    let marked = made.iter().filter(|(_, marked)| *marked).count();
    eprintln!("{name}: {marked} of {} lines are marked", made.len());
    assert!(marked * marks.1 <= made.len() * marks.0, "{name}: {marked} of {} lines are marked", made.len());
}

#[test]
fn thermal() {
    finished("thermal", &["linux/thermal.h"], (1, 3));
}

#[test]
fn taskstats() {
    finished("taskstats", &["linux/taskstats.h", "linux/cgroupstats.h"], (1, 2));
}

#[test]
fn macsec() {
    finished("macsec", &["linux/if_macsec.h"], (1, 2));
}

fn of_live(sets: &[(u32, &[(u16, PolicyType)])]) -> Policies {
    let mut policies = Policies::default();
    for (index, set) in sets {
        policies.sets.insert(*index, set.iter().copied().collect());
    }
    policies
}

const U32: PolicyType = PolicyType::Unsigned { width: IntWidth::W32, min: 0, max: u32::MAX as u64 };

/// What no policy of the source has may be in one of the running kernel.
#[test]
fn the_running_kernel_tells_types() {
    let (facts, tables) = (store::shipped().unwrap(), policy::shipped().unwrap());
    let headers = vec!["linux/taskstats.h".to_owned()];
    let scaffold = Scaffold { headers, facts: &facts, tables: &tables, live: BTreeMap::new() };
    assert_eq!(scaffold.family(), Some("TASKSTATS"));
    let before = scaffold.yaml().unwrap();
    assert!(before.contains("      null: binary  # CHECK: in no policy\n"), "{before}");
    // Number 6 is in the set of replies alone.
    let live = of_live(&[(0, &[(1, U32), (6, PolicyType::Flag)])]);
    let after = scaffold.with_live(&live).yaml().unwrap();
    assert!(after.contains("      null: flag\n"), "{after}");
}

#[test]
fn families_without_a_schema_are_named_and_guessed() {
    let (facts, tables) = (store::shipped().unwrap(), policy::shipped().unwrap());
    let index = PolicyType::Unsigned { width: IntWidth::W32, min: 1, max: u32::MAX.into() };
    let timeout = PolicyType::Unsigned { width: IntWidth::Variable, min: 0, max: u64::MAX };
    let live = of_live(&[(0, &[(1, index)]), (1, &[(2, U32), (6, timeout)]), (2, &[(200, U32)])]);
    let header = scaffold::header_of("netdev", &facts).expect("its header");
    assert_eq!(header, "linux/netdev.h");
    let seen = scaffold::seen(&live, Some(&header), &facts, &tables);
    let seen: Vec<_> = seen.iter().map(|s| (s.c_name.as_deref(), &*s.guess, s.accepted.words())).collect();
    let row = |name, guess, kernel: &str| (name, guess, kernel.to_owned());
    assert_eq!(
        seen,
        [
            row(Some("NETDEV_A_DEV_IFINDEX"), "u32 min 1", "u32 min 1"),
            row(Some("NETDEV_A_NAPI_ID"), "u32", "u32"),
            row(Some("NETDEV_A_NAPI_GRO_FLUSH_TIMEOUT"), "uint", "uint"),
            row(None, "", "u32"),
        ]
    );
    // NetLabel has its families' names in one header and their attributes in others.
    for (family, file) in [("NLBL_MGMT", "mgmt"), ("NLBL_CIPSOv4", "cipso_v4"), ("NLBL_UNLBL", "unlabeled")] {
        let header = format!("net/netlabel/netlabel_{file}.h");
        assert_eq!(scaffold::header_of(family, &facts), Some(header));
    }
    assert_eq!(scaffold::header_of("no_such", &facts), None);
}

/// A scaffold of every header with attributes is a schema.
#[test]
fn every_header_gives_a_schema() {
    let (facts, tables) = (store::shipped().unwrap(), policy::shipped().unwrap());
    let mut failed = Vec::new();
    let mut made = 0;
    for header in &facts.headers {
        let scaffold =
            Scaffold { headers: vec![header.clone()], facts: &facts, tables: &tables, live: BTreeMap::new() };
        let yaml = scaffold.yaml().unwrap();
        if !yaml.contains("attribute-sets:") {
            continue;
        }
        made += 1;
        if let Err(found) = Loader::new().facts(facts.clone()).text("new", &yaml).load() {
            let found = netlink_codegen::report::render::plain(&found);
            let errors = found.lines().filter(|line| line.starts_with("error")).take(3);
            failed.push(format!("{header}: {}", errors.collect::<Vec<_>>().join("; ")));
        }
    }
    assert!(made > 80, "{made}");
    assert!(failed.is_empty(), "{} of {made}:\n{}", failed.len(), failed.join("\n"));
}
