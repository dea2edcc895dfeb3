//! Netlink families of the Linux kernel, one module and one cargo feature each.
//!
//! The modules are generated from schemas and kernel headers: plain structs and enums whose
//! derives make views, owned values and builders of them. A module's items are documented with
//! the C names that the kernel's own headers use, and with the kernels that know them.
//!
//! Without the feature `alloc` (and so without `std`) the structs hold nothing that owns memory:
//! what remains are views, projections, collectors and builders into a caller's slice.
#![no_std]
#![forbid(unsafe_code)]

// Generated from here on by `netlink-codegen generate`; do not edit below.
/// Names shared by families; it has no messages of its own. Feature `common`.
#[cfg(feature = "common")]
#[rustfmt::skip]
pub mod common;

/// Connection tracking: what netfilter knows of connections, and its statistics. Feature `conntrack`.
#[cfg(feature = "conntrack")]
#[rustfmt::skip]
pub mod conntrack;

/// Expectations of connection tracking: connections that helpers know will come. Feature `conntrack-exp`.
#[cfg(feature = "conntrack-exp")]
#[rustfmt::skip]
pub mod conntrack_exp;

/// Settings and state of network hardware: link, rings, offloads, statistics, PHYs, modules. Feature `ethtool`.
#[cfg(feature = "ethtool")]
#[rustfmt::skip]
pub mod ethtool;

/// Internet sockets: TCP, UDP, raw, MPTCP and SCTP, with their options, memory and statistics. Feature `inet-diag`.
#[cfg(feature = "inet-diag")]
#[rustfmt::skip]
pub mod inet_diag;

/// Sets of addresses, ports and networks that rules of netfilter look into (ip_set). Feature `ipset`.
#[cfg(feature = "ipset")]
#[rustfmt::skip]
pub mod ipset;

/// Lightweight tunnel encapsulations of routes and nexthops. Feature `lwtunnel`.
#[cfg(feature = "lwtunnel")]
#[rustfmt::skip]
pub mod lwtunnel;

/// MACsec (IEEE 802.1AE): secure channels and associations of macsec interfaces, with keys and counters. Feature `macsec`.
#[cfg(feature = "macsec")]
#[rustfmt::skip]
pub mod macsec;

/// The path manager of Multipath TCP: endpoints, limits, subflows, and events of connections. Feature `mptcp_pm`.
#[cfg(feature = "mptcp_pm")]
#[rustfmt::skip]
pub mod mptcp_pm;

/// Inside of network devices: XDP features, queues, NAPI instances, page pools, statistics of queues. Feature `netdev`.
#[cfg(feature = "netdev")]
#[rustfmt::skip]
pub mod netdev;

/// Netlink sockets: protocols, ports, groups, memory. Feature `netlink-diag`.
#[cfg(feature = "netlink-diag")]
#[rustfmt::skip]
pub mod netlink_diag;

/// The frame of netfilter's netlink: header, protocol families, and the ends of a batch. Feature `nfnetlink`.
#[cfg(feature = "nfnetlink")]
#[rustfmt::skip]
pub mod nfnetlink;

/// Which revisions of x_tables matches and targets the kernel has for compatible expressions. Feature `nft-compat`.
#[cfg(feature = "nft-compat")]
#[rustfmt::skip]
pub mod nft_compat;

/// Packet filtering by nf_tables: tables, chains, rules, sets, stateful objects, flowtables. Feature `nftables`.
#[cfg(feature = "nftables")]
#[rustfmt::skip]
pub mod nftables;

/// The generic netlink controller: families, their operations, groups and policies. Feature `nlctrl`.
#[cfg(feature = "nlctrl")]
#[rustfmt::skip]
pub mod nlctrl;

/// Packet sockets: what they listen to, their rings, filters and memory. Feature `packet-diag`.
#[cfg(feature = "packet-diag")]
#[rustfmt::skip]
pub mod packet_diag;

/// Interface addresses: unicast, and the multicast and anycast ones that are joined. Feature `rt-addr`.
#[cfg(feature = "rt-addr")]
#[rustfmt::skip]
pub mod rt_addr;

/// Network interfaces: list, create, change and delete them, and hear about changes. Feature `rt-link`.
#[cfg(feature = "rt-link")]
#[rustfmt::skip]
pub mod rt_link;

/// Neighbours (ARP, NDISC, proxies) and forwarding databases of bridges and VXLAN. Feature `rt-neigh`.
#[cfg(feature = "rt-neigh")]
#[rustfmt::skip]
pub mod rt_neigh;

/// Neighbour tables: limits, statistics and timing parameters. Feature `rt-neightbl`.
#[cfg(feature = "rt-neightbl")]
#[rustfmt::skip]
pub mod rt_neightbl;

/// Nexthop objects: single nexthops, groups and buckets of resilient groups. Feature `rt-nexthop`.
#[cfg(feature = "rt-nexthop")]
#[rustfmt::skip]
pub mod rt_nexthop;

/// Routes: IPv4, IPv6, MPLS and multicast forwarding. Feature `rt-route`.
#[cfg(feature = "rt-route")]
#[rustfmt::skip]
pub mod rt_route;

/// Policy routing rules: which table a packet looks up. Feature `rt-rule`.
#[cfg(feature = "rt-rule")]
#[rustfmt::skip]
pub mod rt_rule;

/// Names shared by the families of socket diagnostics; it has no messages of its own. Feature `sock-diag`.
#[cfg(feature = "sock-diag")]
#[rustfmt::skip]
pub mod sock_diag;

/// What tasks and thread groups have used: processor, memory, disk, and the time they waited for them. Feature `taskstats`.
#[cfg(feature = "taskstats")]
#[rustfmt::skip]
pub mod taskstats;

/// Traffic control: queueing disciplines, their classes, filters, chains and actions. Feature `tc`.
#[cfg(feature = "tc")]
#[rustfmt::skip]
pub mod tc;

/// Actions of traffic control. Feature `tc-action`.
#[cfg(feature = "tc-action")]
#[rustfmt::skip]
pub mod tc_action;

/// Filters of traffic control: what packets they match. Feature `tc-filter`.
#[cfg(feature = "tc-filter")]
#[rustfmt::skip]
pub mod tc_filter;

/// Queueing disciplines of traffic control: parameters and statistics of each kind. Feature `tc-qdisc`.
#[cfg(feature = "tc-qdisc")]
#[rustfmt::skip]
pub mod tc_qdisc;

/// What TCP remembers of destinations when their connections are gone. Feature `tcp_metrics`.
#[cfg(feature = "tcp_metrics")]
#[rustfmt::skip]
pub mod tcp_metrics;

/// Thermal zones with their trip points and thresholds, and cooling devices; temperatures are in thousandths of a degree Celsius. Feature `thermal`.
#[cfg(feature = "thermal")]
#[rustfmt::skip]
pub mod thermal;

/// Local (UNIX) sockets: names, peers, connections that wait, memory. Feature `unix-diag`.
#[cfg(feature = "unix-diag")]
#[rustfmt::skip]
pub mod unix_diag;

/// WireGuard tunnels: keys, peers, and which addresses are behind them. Feature `wireguard`.
#[cfg(feature = "wireguard")]
#[rustfmt::skip]
pub mod wireguard;

/// IPsec: security associations (states), policies, and requests to key managers. Feature `xfrm`.
#[cfg(feature = "xfrm")]
#[rustfmt::skip]
pub mod xfrm;
