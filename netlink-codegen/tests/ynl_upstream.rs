//! Upstream's own specifications. They are input and not part of this repository: these tests need
//! `NETLINK_TEST_YNL=DIR`, where `DIR/<kernel>/` holds `Documentation/netlink/specs` of a kernel.

mod ynl_support;

use netlink_codegen::Loader;
use netlink_codegen::emit::{self, Options};
use netlink_codegen::ir::FamilyId;
use netlink_codegen::report::{Severity, codes};
use std::time::Instant;
use ynl_support::{load, same_in_short_form, stem, upstream};

#[test]
fn the_short_form_means_the_same() {
    let mut wrong = Vec::new();
    for path in upstream("the_short_form_means_the_same").iter().flat_map(|(_, specs)| specs) {
        wrong.extend(same_in_short_form(path, None).err());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What headers of 7.3 say against upstream's specifications of 7.3: constants with the number that the
/// specification gives and the right one, and structs with the two sizes.
const DISAGREEMENTS: &[(&str, &[&str])] = &[
    ("conntrack", &["CTA_NAT_PROTO 5 3", "CTA_NAT_V6_MAXIP 4 5", "CTA_NAT_V6_MINIP 3 4"]),
    (
        "ethtool",
        &[
            "ETHTOOL_C33_PSE_EXT_STATE_POWER_NOT_AVAILABLE 7 8",
            "ETHTOOL_C33_PSE_EXT_STATE_SHORT_DETECTED 8 9",
            "ETHTOOL_MODULE_FW_FLASH_STATUS_COMPLETED 2 3",
            "ETHTOOL_MODULE_FW_FLASH_STATUS_ERROR 3 4",
            "ETHTOOL_MODULE_FW_FLASH_STATUS_IN_PROGRESS 1 2",
            "ETHTOOL_MODULE_FW_FLASH_STATUS_STARTED 0 1",
        ],
    ),
    (
        "nftables",
        &[
            "NFTA_CHAIN_FLAGS 9 10",
            "NFTA_CHAIN_ID 10 11",
            "NFTA_CHAIN_USERDATA 11 12",
            "NFTA_LOOKUP_DREG 4 3",
            "NFTA_LOOKUP_SET_ID 2 4",
            "NFTA_LOOKUP_SREG 3 2",
            "NFTA_RULE_CHAIN_ID 10 11",
            "NFTA_RULE_ID 8 9",
            "NFTA_RULE_POSITION_ID 9 10",
            "NFTA_SET_ELEM_EXPRESSIONS 10 11",
            "NFTA_SET_ELEM_KEY_END 9 10",
            "NFTA_SET_ELEM_OBJREF 8 9",
        ],
    ),
    ("nlctrl", &["NL_POLICY_TYPE_ATTR_MASK 11 12", "NL_POLICY_TYPE_ATTR_PAD 12 11"]),
    (
        "ovs_flow",
        &[
            "OVS_ACTION_ATTR_PSAMPLE 24 25",
            "struct ovs_action_add_mpls 10 8",
            "struct ovs_action_push_mpls",
            "struct ovs_key_arp 22 24",
            "struct ovs_key_ct_tuple_ipv4 13 16",
        ],
    ),
    ("rt-link", &["struct ifla_vf_guid 12 16", "struct ifla_vf_vlan_info", "struct rtnl_link_ifmap 28 32"]),
    ("rt-route", &["struct rta_cacheinfo 20 32"]),
    ("rt-rule", &["struct rtgenmsg 4 1"]),
    (
        "tc",
        &[
            "struct gnet_stats_basic 12 16",
            "struct tc_fq_codel_xstats",
            "struct tc_htb_opt 38 44",
            "struct tc_pedit_sel 46 24",
            "struct tc_police 50 56",
            "struct tc_ratespec 9 12",
            "struct tc_stats 36 40",
            "struct tc_tbf_qopt 30 36",
            "struct tc_u32_pcnt 24 16",
            "struct tc_u32_sel 31 16",
        ],
    ),
];

/// `NAME WRITTEN FACT` of a finding.
fn disagreement(message: &str) -> String {
    let words: Vec<&str> = message.split(' ').collect();
    match words.as_slice() {
        ["the", "schema", "says", name, "is", written, "headers", "say", fact] => {
            format!("{name} {} {fact}", written.trim_end_matches(','))
        }
        ["struct", tag, "has", fact, _, "in", _, "as", "written", "here", written] => {
            format!("struct {tag} {written} {fact}")
        }
        // Its members lie elsewhere, or share bytes.
        words => {
            let at = words.iter().position(|word| *word == "struct").expect("a struct");
            format!("struct {}", words[at + 1])
        }
    }
}

#[test]
fn every_disagreement_with_headers_is_reported_and_nothing_else() {
    const TEST: &str = "every_disagreement_with_headers_is_reported_and_nothing_else";
    for (dir, specs) in upstream(TEST) {
        if !dir.ends_with("7.3") {
            println!("{}: not compared with the list", dir.display());
            continue;
        }
        let mut found = Vec::new();
        for path in &specs {
            let loaded = load(path, None);
            let about = loaded.diagnostics.list.iter().filter(|d| d.severity >= Severity::Warning);
            let about = about.filter(|d| d.code != codes::DECLARED_TWICE);
            let mut list: Vec<String> = about
                .map(|d| {
                    assert!(
                        [codes::NUMBER_DIFFERS, codes::LAYOUT_DIFFERS].contains(&d.code),
                        "{}",
                        d.message
                    );
                    assert!(!d.labels.is_empty(), "{}", d.message);
                    disagreement(&d.message)
                })
                .collect();
            list.sort();
            if !list.is_empty() {
                found.push((stem(path), list));
            }
        }
        let wanted: Vec<(String, Vec<String>)> = DISAGREEMENTS
            .iter()
            .map(|(name, list)| ((*name).to_owned(), list.iter().map(|l| (*l).to_owned()).collect()))
            .collect();
        assert_eq!(found, wanted);
    }
}

#[test]
fn everything_is_generated() {
    for (dir, specs) in upstream("everything_is_generated") {
        let start = Instant::now();
        let loader = specs.iter().fold(Loader::new().lenient(true), |loader, path| loader.file(path));
        let loaded = loader.load().unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
        let families: Vec<FamilyId> = (0..specs.len() as u32).map(FamilyId).collect();
        let files = emit::flat_files(&loaded.model, &families, &Options::default());
        let files = files.unwrap_or_else(|errors| panic!("{}: {errors:?}", dir.display()));
        assert_eq!(files.len(), specs.len());
        println!("{}: {} specifications in {:?}", dir.display(), specs.len(), start.elapsed());
    }
}
