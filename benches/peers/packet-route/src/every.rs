//! Every attribute of a link with its type.
//!
//! All that is in the data is added up: integers, enums and flags as numbers, the first byte of texts and of runs of
//! bytes. Three attributes stay bytes in the library; as what numbers they are read is said here.

mod info;

use crate::links::{first, links};
use bench_harness::Sum;
use netlink_packet_core::{DefaultNla, Nla, parse_u16, parse_u32, parse_u64};
use netlink_packet_route::link::{
    AfSpecInet, AfSpecInet6, AfSpecUnspec, Icmp6Stats, Inet6CacheInfo, Inet6DevConf, Inet6Stats, InetDevConf,
    LinkAttribute, LinkHeader, LinkMessage, LinkXdp, Map, Prop, Stats, Stats64, XdpAttached,
};

/// What is added for an integer; a negative one counts as its two's complement.
trait Number {
    fn number(self) -> u64;
}

macro_rules! numbers {
    ($($unsigned:ty)*; $($signed:ty)*) => {
        $(impl Number for $unsigned {
            #[inline]
            fn number(self) -> u64 {
                self.into()
            }
        })*
        $(impl Number for $signed {
            #[inline]
            fn number(self) -> u64 {
                i64::from(self).cast_unsigned()
            }
        })*
    };
}

numbers!(bool u8 u16 u32 u64; i32 i64);

/// The sum of a struct's members.
macro_rules! members {
    ($($name:ident($of:ident) $($member:ident)*;)*) => {
        $(fn $name(of: &$of) -> u64 {
            [$(of.$member.number()),*].into_iter().fold(0, u64::wrapping_add)
        })*
    };
}

members! {
    map(Map)
        memory_start memory_end base_address irq dma port;
    stats(Stats)
        rx_packets tx_packets rx_bytes tx_bytes rx_errors tx_errors rx_dropped tx_dropped multicast
        collisions rx_length_errors rx_over_errors rx_crc_errors rx_frame_errors rx_fifo_errors
        rx_missed_errors tx_aborted_errors tx_carrier_errors tx_fifo_errors tx_heartbeat_errors
        tx_window_errors rx_compressed tx_compressed rx_nohandler;
    stats64(Stats64)
        rx_packets tx_packets rx_bytes tx_bytes rx_errors tx_errors rx_dropped tx_dropped multicast
        collisions rx_length_errors rx_over_errors rx_crc_errors rx_frame_errors rx_fifo_errors
        rx_missed_errors tx_aborted_errors tx_carrier_errors tx_fifo_errors tx_heartbeat_errors
        tx_window_errors rx_compressed tx_compressed rx_nohandler rx_otherhost_dropped;
    inet_conf(InetDevConf)
        forwarding mc_forwarding proxy_arp accept_redirects secure_redirects send_redirects
        shared_media rp_filter accept_source_route bootp_relay log_martians tag arpfilter medium_id
        noxfrm nopolicy force_igmp_version arp_announce arp_ignore promote_secondaries arp_accept
        arp_notify accept_local src_vmark proxy_arp_pvlan route_localnet
        igmpv2_unsolicited_report_interval igmpv3_unsolicited_report_interval
        ignore_routes_with_linkdown drop_unicast_in_l2_multicast drop_gratuitous_arp bc_forwarding
        arp_evict_nocarrier;
    inet6_conf(Inet6DevConf)
        forwarding hoplimit mtu6 accept_ra accept_redirects autoconf dad_transmits rtr_solicits
        rtr_solicit_interval rtr_solicit_delay use_tempaddr temp_valid_lft temp_prefered_lft
        regen_max_retry max_desync_factor max_addresses force_mld_version accept_ra_defrtr
        accept_ra_pinfo accept_ra_rtr_pref rtr_probe_interval accept_ra_rt_info_max_plen proxy_ndp
        optimistic_dad accept_source_route mc_forwarding disable_ipv6 accept_dad force_tllao
        ndisc_notify mldv1_unsolicited_report_interval mldv2_unsolicited_report_interval
        suppress_frag_ndisc accept_ra_from_local use_optimistic accept_ra_mtu stable_secret
        use_oif_addrs_only accept_ra_min_hop_limit ignore_routes_with_linkdown
        drop_unicast_in_l2_multicast drop_unsolicited_na keep_addr_on_down rtr_solicit_max_interval
        seg6_enabled seg6_require_hmac enhanced_dad addr_gen_mode disable_policy
        accept_ra_rt_info_min_plen ndisc_tclass rpl_seg_enabled ra_defrtr_metric ioam6_enabled
        ioam6_id ioam6_id_wide ndisc_evict_nocarrier accept_untracked_na accept_ra_min_lft
        force_forwarding;
    cache_info(Inet6CacheInfo)
        max_reasm_len tstamp reachable_time retrans_time;
    inet6_stats(Inet6Stats)
        num in_pkts in_octets in_delivers out_forw_datagrams out_requests out_octets in_hdr_errors
        in_too_big_errors in_no_routes in_addr_errors in_unknown_protos in_truncated_pkts
        in_discards out_discards out_no_routes reasm_timeout reasm_reqds reasm_oks reasm_fails
        frag_oks frag_fails frag_creates in_mcast_pkts out_mcast_pkts in_bcast_pkts out_bcast_pkts
        in_mcast_octets out_mcast_octets in_bcast_octets out_bcast_octets in_csum_errors
        in_no_ect_pkts in_ect1_pkts in_ect0_pkts in_ce_pkts reasm_overlaps out_pkts;
    icmp6_stats(Icmp6Stats)
        num in_msgs in_errors out_msgs out_errors csum_errors rate_limit_host;
}

fn header(of: &LinkHeader) -> u64 {
    u8::from(of.interface_family).number()
        + u16::from(of.link_layer_type).number()
        + of.index.number()
        + of.flags.bits().number()
        + of.change_mask.bits().number()
}

fn all_of<T>(of: &[T], one: impl Fn(&T) -> u64) -> u64 {
    of.iter().map(one).fold(0, u64::wrapping_add)
}

fn xdp(of: &LinkXdp) -> u64 {
    match of {
        LinkXdp::Fd(n) => n.number(),
        LinkXdp::Attached(how) => match how {
            XdpAttached::None => 0,
            XdpAttached::Driver => 1,
            XdpAttached::SocketBuffer => 2,
            XdpAttached::Hardware => 3,
            XdpAttached::Multiple => 4,
            XdpAttached::Other(n) => n.number(),
            _ => 0,
        },
        LinkXdp::Flags(n)
        | LinkXdp::ProgId(n)
        | LinkXdp::DrvProgId(n)
        | LinkXdp::SkbProgId(n)
        | LinkXdp::HwProgId(n)
        | LinkXdp::ExpectedFd(n) => n.number(),
        _ => 0,
    }
}

fn inet(of: &AfSpecInet) -> u64 {
    match of {
        AfSpecInet::DevConf(conf) => inet_conf(conf),
        _ => 0,
    }
}

fn inet6(of: &AfSpecInet6) -> u64 {
    match of {
        AfSpecInet6::Flags(flags) => flags.bits().number(),
        AfSpecInet6::CacheInfo(info) => cache_info(info),
        AfSpecInet6::DevConf(conf) => inet6_conf(conf),
        AfSpecInet6::Stats(stats) => inet6_stats(stats),
        AfSpecInet6::Icmp6Stats(stats) => icmp6_stats(stats),
        AfSpecInet6::AddrGenMode(mode) => u8::from(mode).number(),
        AfSpecInet6::RaMtu(n) => n.number(),
        _ => 0,
    }
}

fn families(of: &AfSpecUnspec) -> u64 {
    match of {
        AfSpecUnspec::Inet(attributes) => all_of(attributes, inet),
        AfSpecUnspec::Inet6(attributes) => all_of(attributes, inet6),
        _ => 0,
    }
}

const IFLA_MAX_PACING_OFFLOAD_HORIZON: u16 = 66;
const IFLA_HEADROOM: u16 = 68;
const IFLA_TAILROOM: u16 = 69;

/// An attribute that the library does not know.
fn other(of: &DefaultNla) -> u64 {
    let mut value = [0; 8];
    match (of.kind(), of.value_len()) {
        (IFLA_HEADROOM | IFLA_TAILROOM, 2) => {
            of.emit_value(&mut value[..2]);
            parse_u16(&value[..2]).map_or(0, Number::number)
        }
        (IFLA_MAX_PACING_OFFLOAD_HORIZON, 4) => {
            of.emit_value(&mut value[..4]);
            parse_u32(&value[..4]).map_or(0, Number::number)
        }
        (IFLA_MAX_PACING_OFFLOAD_HORIZON, 8) => {
            of.emit_value(&mut value);
            parse_u64(&value).unwrap_or(0)
        }
        _ => 0,
    }
}

fn attribute(of: &LinkAttribute) -> u64 {
    match of {
        LinkAttribute::Address(bytes)
        | LinkAttribute::Broadcast(bytes)
        | LinkAttribute::PermAddress(bytes) => first(bytes),
        LinkAttribute::IfName(text)
        | LinkAttribute::Qdisc(text)
        | LinkAttribute::IfAlias(text)
        | LinkAttribute::PhysPortName(text)
        | LinkAttribute::ParentDevName(text)
        | LinkAttribute::ParentDevBusName(text) => first(text),
        LinkAttribute::PhysPortId(id) | LinkAttribute::PhysSwitchId(id) => first(&id.id[..id.len]),
        LinkAttribute::Mtu(n)
        | LinkAttribute::Link(n)
        | LinkAttribute::Controller(n)
        | LinkAttribute::TxQueueLen(n)
        | LinkAttribute::NetNsPid(n)
        | LinkAttribute::NumVf(n)
        | LinkAttribute::Group(n)
        | LinkAttribute::Promiscuity(n)
        | LinkAttribute::NumTxQueues(n)
        | LinkAttribute::NumRxQueues(n)
        | LinkAttribute::CarrierChanges(n)
        | LinkAttribute::CarrierUpCount(n)
        | LinkAttribute::CarrierDownCount(n)
        | LinkAttribute::GsoMaxSegs(n)
        | LinkAttribute::GsoMaxSize(n)
        | LinkAttribute::MinMtu(n)
        | LinkAttribute::MaxMtu(n)
        | LinkAttribute::GroMaxSize(n)
        | LinkAttribute::TsoMaxSize(n)
        | LinkAttribute::TsoMaxSegs(n)
        | LinkAttribute::AllMulticast(n)
        | LinkAttribute::GsoIpv4MaxSize(n)
        | LinkAttribute::GroIpv4MaxSize(n) => n.number(),
        LinkAttribute::NewNetnsId(n)
        | LinkAttribute::IfNetnsId(n)
        | LinkAttribute::NewIfIndex(n)
        | LinkAttribute::LinkNetNsId(n)
        | LinkAttribute::NetNsFd(n) => n.number(),
        LinkAttribute::Carrier(n) | LinkAttribute::ProtoDown(n) => n.number(),
        LinkAttribute::NetnsImmutable(yes) => yes.number(),
        LinkAttribute::Mode(mode) => u8::from(*mode).number(),
        LinkAttribute::OperState(state) => u8::from(*state).number(),
        LinkAttribute::Event(event) => u32::from(*event).number(),
        LinkAttribute::ExtMask(bits) => all_of(bits, |bit| u32::from(*bit).number()),
        LinkAttribute::Map(of) => map(of),
        LinkAttribute::Stats(of) => stats(of),
        LinkAttribute::Stats64(of) => stats64(of),
        LinkAttribute::Xdp(attributes) => all_of(attributes, xdp),
        LinkAttribute::PropList(names) => all_of(names, |name| match name {
            Prop::AltIfName(text) => first(text),
            _ => 0,
        }),
        LinkAttribute::AfSpecUnspec(of) => all_of(of, families),
        LinkAttribute::LinkInfo(of) => all_of(of, info::info),
        LinkAttribute::Other(of) => other(of),
        _ => 0,
    }
}

fn link(of: &LinkMessage) -> u64 {
    header(&of.header).wrapping_add(all_of(&of.attributes, attribute))
}

/// All of every link.
pub fn all(data: &[u8]) -> Sum {
    links(data, link)
}
