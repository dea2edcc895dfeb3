//! The YAML schemas of the netlink families, as text.
#![no_std]
#![forbid(unsafe_code)]

mod index;

pub use index::{GENERIC, MESSAGES};

/// Every schema: the file's stem and its text, sorted by name.
pub static SCHEMAS: &[(&str, &str)] = &[
    ("common", include_str!("common.yaml")),
    ("conntrack", include_str!("conntrack.yaml")),
    ("conntrack-exp", include_str!("conntrack-exp.yaml")),
    ("ethtool", include_str!("ethtool.yaml")),
    ("inet-diag", include_str!("inet-diag.yaml")),
    ("ipset", include_str!("ipset.yaml")),
    ("lwtunnel", include_str!("lwtunnel.yaml")),
    ("macsec", include_str!("macsec.yaml")),
    ("mptcp_pm", include_str!("mptcp_pm.yaml")),
    ("netdev", include_str!("netdev.yaml")),
    ("netlink-diag", include_str!("netlink-diag.yaml")),
    ("nfnetlink", include_str!("nfnetlink.yaml")),
    ("nft-compat", include_str!("nft-compat.yaml")),
    ("nftables", include_str!("nftables.yaml")),
    ("nlctrl", include_str!("nlctrl.yaml")),
    ("packet-diag", include_str!("packet-diag.yaml")),
    ("rt-addr", include_str!("rt-addr.yaml")),
    ("rt-link", include_str!("rt-link.yaml")),
    ("rt-neigh", include_str!("rt-neigh.yaml")),
    ("rt-neightbl", include_str!("rt-neightbl.yaml")),
    ("rt-nexthop", include_str!("rt-nexthop.yaml")),
    ("rt-route", include_str!("rt-route.yaml")),
    ("rt-rule", include_str!("rt-rule.yaml")),
    ("sock-diag", include_str!("sock-diag.yaml")),
    ("taskstats", include_str!("taskstats.yaml")),
    ("tc", include_str!("tc.yaml")),
    ("tc-action", include_str!("tc-action.yaml")),
    ("tc-filter", include_str!("tc-filter.yaml")),
    ("tc-qdisc", include_str!("tc-qdisc.yaml")),
    ("tcp_metrics", include_str!("tcp_metrics.yaml")),
    ("thermal", include_str!("thermal.yaml")),
    ("unix-diag", include_str!("unix-diag.yaml")),
    ("wireguard", include_str!("wireguard.yaml")),
    ("xfrm", include_str!("xfrm.yaml")),
];

/// Attribute enums and values that no schema describes, with reasons.
pub static COVERAGE: &str = include_str!("coverage.txt");

/// Where schemas and kernels differ and should, with reasons.
pub static VERIFY: &str = include_str!("verify.txt");
