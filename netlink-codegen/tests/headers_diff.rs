//! What changed between kernels: known changes are found, each as what it is.

use std::path::Path;
use std::process::Command;

use netlink_codegen::headers::diff::{Change, Diff, Room, What, diff, markdown, text};
use netlink_codegen::headers::facts::{Kernel, Store, Value};
use netlink_codegen::headers::store;

fn shipped() -> Store {
    store::shipped().expect("the shipped store")
}

/// Compares kernels of the store.
fn between(facts: &Store, from: &str, to: &str) -> Diff {
    let side = |release: &str| store::only(facts, facts.kernel(release).expect("a kernel of the store"));
    diff(&side(from), &side(to))
}

fn of<'d>(diff: &'d Diff, name: &str) -> Vec<&'d What> {
    diff.changes.iter().filter(|c| c.name == name).map(|c| &c.what).collect()
}

fn renumbered(was: i128, is: i128) -> What {
    What::Renumbered(Value::Int(was), Value::Int(is))
}

#[test]
fn numbers_that_changed() {
    let facts = shipped();
    let ipset = between(&facts, "4.19", "5.10");
    for (name, was, is) in [
        ("IPSET_CMD_RESTORE", 14, 16),
        ("IPSET_CMD_HELP", 15, 17),
        ("IPSET_CMD_VERSION", 16, 18),
        ("IPSET_CMD_QUIT", 17, 19),
        ("IPSET_CMD_COMMIT", 18, 20),
    ] {
        assert_eq!(of(&ipset, name), [&renumbered(was, is)], "{name}");
    }
    // The statistics of snmp.h have no numbers of their own.
    for (from, to, was, is) in [("6.1", "6.12", 5, 37), ("6.12", "7.3", 37, 9), ("6.1", "7.3", 5, 9)] {
        assert_eq!(of(&between(&facts, from, to), "IPSTATS_MIB_OUTPKTS"), [&renumbered(was, is)]);
    }
    let newest = between(&facts, "6.12", "7.3");
    let snmp = |c: &&Change| c.header == "linux/snmp.h" && matches!(c.what, What::Renumbered(..)) && !c.bound;
    assert_eq!(newest.changes.iter().filter(snmp).count(), 150);
    assert_eq!(of(&newest, "NL80211_AUTHTYPE_AUTOMATIC"), [&renumbered(8, 10)]);
    // Bounds stand apart.
    let bound = newest.changes.iter().find(|c| c.name == "__IFLA_MAX").expect("a bound");
    assert!(bound.bound && bound.what == renumbered(66, 70));
    assert!(!text(&newest).contains("~ IFLA_MTU"));
}

#[test]
fn signs_texts_aliases_and_moves_are_no_new_numbers() {
    let facts = shipped();
    let old = between(&facts, "4.19", "5.10");
    for name in ["NL80211_FEATURE_ND_RANDOM_MAC_ADDR", "TP_STATUS_TS_RAW_HARDWARE"] {
        let sign = What::Sign(Value::Int(i128::from(i32::MIN)), Value::Int(1 << 31));
        assert_eq!(of(&old, name), [&sign], "{name}");
    }
    let texts = ["thermal_event", "thermal"].map(|t| Value::Str(t.to_owned()));
    let [was, is] = texts;
    assert_eq!(of(&old, "THERMAL_GENL_FAMILY_NAME"), [&What::Value(was, is)]);

    let newest = between(&facts, "6.12", "7.3");
    let probe = of(&newest, "NL80211_CMD_PROBE_CLIENT");
    assert_eq!(probe[0], &What::Alias("NL80211_CMD_PROBE_PEER".into()));
    assert!(matches!(probe[1], What::Moved(was, is) if !was.define && is.define && was.header == is.header));
    assert_eq!(probe.len(), 2);
    assert_eq!(of(&newest, "NL80211_CMD_PROBE_PEER"), [&What::Added(Value::Int(84))]);
    assert!(matches!(of(&newest, "TCP_V4_FLOW")[..], [What::Moved(was, is)] if was.define && !is.define));
    let became = |c: &&Change| matches!(&c.what, What::Moved(was, is) if was.define && !is.define);
    assert_eq!(newest.changes.iter().filter(became).count(), 30);
    match of(&newest, "ETHTOOL_A_STRSET_HEADER")[..] {
        [What::Moved(was, is)] => {
            assert_eq!(was.header, "linux/ethtool_netlink.h");
            assert_eq!(is.header, "linux/ethtool_netlink_generated.h");
        }
        ref other => panic!("{other:?}"),
    }
}

#[test]
fn structs_that_grew() {
    let facts = shipped();
    let sides: Vec<Store> = (0..facts.kernels.len()).map(|at| store::only(&facts, at)).collect();
    let steps: Vec<Diff> = sides.windows(2).map(|pair| diff(&pair[0], &pair[1])).collect();
    let sizes = |name: &str| -> Vec<u32> {
        let mut sizes = Vec::new();
        for step in &steps {
            for what in of(step, name) {
                let What::Resized(was, is) = what else { continue };
                if sizes.is_empty() {
                    sizes.push(was.size);
                }
                sizes.push(is.size);
            }
        }
        sizes
    };
    assert_eq!(sizes("taskstats"), [328, 352, 416, 432, 560, 688]);
    assert_eq!(sizes("tcp_info"), [224, 232, 240, 248, 280]);
    let old = &steps[0];
    let member = |name: &str| {
        of(old, "tcp_info").into_iter().find_map(|what| match what {
            What::MemberAdded(member, _, room) if member == name => Some(*room),
            _ => None,
        })
    };
    assert_eq!(member("tcpi_fastopen_client_fail"), Some(Room::Padding));
    assert_eq!(member("tcpi_snd_wnd"), Some(Room::Grown));
    // Something else lay in the place of these.
    let groups = between(&facts, "6.3", "6.12");
    let renamed = What::MemberRenamed("resvd1".into(), "weight_high".into());
    assert_eq!(of(&groups, "nexthop_grp"), [&renamed]);
    let bits = between(&facts, "6.19", "7.2");
    let changed = |what: &&&What| matches!(what, What::MemberChanged(m, ..) if m == "tcpi_accecn_fail_mode");
    assert_eq!(of(&bits, "tcp_info").iter().filter(changed).count(), 1);
}

#[test]
fn what_is_gone_and_what_only_seems_so() {
    let facts = shipped();
    let removed = between(&facts, "6.1", "6.12");
    assert_eq!(of(&removed, "TCA_CBQ_WRROPT"), [&What::Removed(Value::Int(2))]);
    assert!(matches!(of(&removed, "tc_cbq_lssopt")[..], [What::RecordRemoved(layout)] if layout.size == 20));
    let only: Vec<_> = removed.headers.iter().filter(|only| !only.new).collect();
    let [ipt] = only[..] else { panic!("{only:?}") };
    assert_eq!((ipt.header.as_str(), ipt.unknown, ipt.constants), ("linux/tc_act/tc_ipt.h", false, 10));
    assert!(removed.changes.iter().all(|c| c.header != "linux/tc_act/tc_ipt.h"));

    // Two builds of one release, by different people: all that both have is the same.
    let builds = between(&facts, "7.2", "7.2.12");
    match &builds.changes[..] {
        [Change { name, what: What::MemberAdded(member, place, Room::Padding), .. }] => {
            assert_eq!((name.as_str(), member.as_str()), ("xsk_tx_metadata", "request.reserved"));
            assert_eq!(place.to_string(), "12 u32");
        }
        other => panic!("{other:?}"),
    }
    // What one of them cannot hold is unknown there, and neither removed nor added.
    let names: Vec<&str> = builds.headers.iter().map(|only| only.header.as_str()).collect();
    let unheld =
        ["CONNMARK", "DSCP", "MARK", "RATEEST", "TCPMSS"].map(|n| format!("linux/netfilter/xt_{n}.h"));
    assert_eq!(names, unheld);
    assert!(builds.headers.iter().all(|only| only.new && only.unknown));
    let back = between(&facts, "7.2.12", "7.2");
    assert!(back.changes.iter().all(|c| !matches!(c.what, What::Removed(_) | What::RecordRemoved(_))));
    assert_eq!(back.headers.len(), 5);
    // Nor is a header that did not compile.
    let oldest = between(&facts, "4.19", "5.10");
    let smc =
        oldest.headers.iter().find(|only| only.header == "linux/smc_diag.h").expect("an unknown header");
    assert!(smc.unknown && smc.new);
    assert_eq!(text(&between(&facts, "6.1", "6.1")).lines().last(), Some("No difference."));
}

#[test]
fn a_family_has_its_headers() {
    let list = netlink_codegen::headers::sources::listed();
    let found = between(&shipped(), "6.12", "7.3").of_family(&list, "nl80211");
    assert!(found.changes.iter().all(|c| c.header == "linux/nl80211.h") && !found.is_empty());
}

/// The documentation's page about the last years. `UPDATE_EXPECT=1` writes it.
#[test]
fn the_committed_page_is_up_to_date() {
    let facts = shipped();
    let newest = &facts.kernels[facts.newest()].release;
    let wanted = markdown(&between(&facts, "6.1", newest));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../kernel-headers/CHANGES.md");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, &wanted).expect("a page to write");
    }
    let page = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(page == wanted, "kernel-headers/CHANGES.md is not up to date: UPDATE_EXPECT=1 writes it");
}

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netlink-codegen"));
    let output = command.arg("diff").args(arguments).output().expect("the tool runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_command_line() {
    let (code, out, _) = run(&["7.2.0", "7.2.12", "--exit-code"]);
    assert_eq!(code, Some(1));
    assert!(
        out.contains("xsk_tx_metadata has a new member request.reserved (12 u32), in what was padding"),
        "{out}"
    );
    assert_eq!(run(&["7.2", "7.2.12"]).0, Some(0));
    assert_eq!(run(&["7.3", "7.3.4", "--exit-code"]).0, Some(0));

    let (code, out, _) = run(&["6.12", "7.3", "--family", "nl80211", "--format", "json"]);
    assert_eq!(code, Some(0));
    let objects: Vec<serde_json::Value> =
        out.lines().map(|line| serde_json::from_str(line).expect("an object on each line")).collect();
    let probe = objects.iter().find(|o| o["name"] == "NL80211_CMD_PROBE_PEER").expect("a new command");
    assert_eq!((&probe["change"], &probe["to"]), (&"added".into(), &84.into()));

    let (code, _, err) = run(&["6.12", "9.9"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("neither a directory nor one of the kernels 4.19, 5.10"), "{err}");
    let (code, _, err) = run(&["6.12", "7.3", "--family", "none"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("no header is listed for it"), "{err}");
}

#[test]
fn stores_of_one_header() {
    let kernel = |version: &str| Kernel {
        release: version.into(),
        version: version.into(),
        package: String::new(),
        sha256: String::new(),
    };
    let read = |version: &str, text: &str| {
        let manifest = format!("[[kernel]]\nrelease = \"{version}\"\nversion = \"{version}\"\n");
        store::read(&manifest, [("linux/a.h", text)].into_iter()).expect("a store")
    };
    let old = read("1.0", "define\n  A 1\n  B -1\nstruct s 8/4\n  a 0 u32\n  b 4.0:4 u8\n");
    let new = read(
        "2.0",
        "define\n  A 4294967297\n  B 4294967295\nstruct s 8/8\n  a 0 u32\n  b 4.0:4 u8\n  c 4.4:4 u8\n",
    );
    let found = diff(&old, &new);
    assert_eq!((&found.from, &found.to), (&kernel("1.0"), &kernel("2.0")));
    // Equal modulo 2^32 counts for what fits in 32 bits only.
    assert_eq!(of(&found, "A"), [&renumbered(1, (1 << 32) + 1)]);
    assert!(matches!(of(&found, "B")[..], [What::Sign(..)]));
    assert!(matches!(of(&found, "s")[..], [What::Resized(..), What::MemberAdded(_, _, Room::Padding)]));
    assert!(text(&found).contains("~ s is aligned to 8 bytes, not 4"), "{}", text(&found));
}
