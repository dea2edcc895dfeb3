//! Bridges and their ports.

use crate::json::Obj;
use crate::world::{Links, hex, lower, seconds, word};
use netlink_families::common::EthP;
use netlink_families::rt_link::{BrBooloptId, BridgePortView, BridgeView, IflaBridgeId};
use netlink_runtime::DecodeError;

type Result<T> = std::result::Result<T, DecodeError>;

/// VLAN protocols.
pub(crate) const VLAN_PROTOCOLS: &[(EthP, &str)] = &[(EthP::_8021Q, "802.1Q"), (EthP::_8021AD, "802.1ad")];

pub(crate) fn bridge(bridge: &BridgeView<'_>) -> Result<Obj> {
    let mut out = Obj::default();
    out.opt("forward_delay", bridge.forward_delay()?);
    out.opt("hello_time", bridge.hello_time()?);
    out.opt("max_age", bridge.max_age()?);
    out.opt("ageing_time", bridge.ageing_time()?);
    out.opt("stp_state", bridge.stp_state()?.map(|state| state.0));
    out.opt("priority", bridge.priority()?);
    out.opt("vlan_filtering", bridge.vlan_filtering()?);
    out.opt("vlan_protocol", bridge.vlan_protocol()?.map(|p| word(p, VLAN_PROTOCOLS)));
    out.opt("bridge_id", bridge.bridge_id()?.map(identifier));
    out.opt("root_id", bridge.root_id()?.map(identifier));
    out.opt("root_port", bridge.root_port()?);
    out.opt("root_path_cost", bridge.root_path_cost()?);
    out.opt("topology_change", bridge.topology_change()?);
    out.opt("topology_change_detected", bridge.topology_change_detected()?);
    out.opt("hello_timer", bridge.hello_timer()?.map(seconds));
    out.opt("tcn_timer", bridge.tcn_timer()?.map(seconds));
    out.opt("topology_change_timer", bridge.topology_change_timer()?.map(seconds));
    out.opt("gc_timer", bridge.gc_timer()?.map(seconds));
    out.opt("vlan_default_pvid", bridge.vlan_default_pvid()?);
    out.opt("vlan_stats_enabled", bridge.vlan_stats_enabled()?);
    out.opt("vlan_stats_per_port", bridge.vlan_stats_per_port()?);
    out.opt("group_fwd_mask", bridge.group_fwd_mask()?.map(mask));
    out.opt("group_addr", bridge.group_addr()?);
    if let Some(options) = bridge.multi_boolopt()? {
        for (option, key) in [
            (BrBooloptId::NO_LL_LEARN, "no_linklocal_learn"),
            (BrBooloptId::MCAST_VLAN_SNOOPING, "mcast_vlan_snooping"),
        ] {
            if options.optmask.contains(option) {
                out.set(key, u8::from(options.optval.contains(option)));
            }
        }
    }
    multicast(&mut out, bridge)?;
    out.opt("nf_call_iptables", bridge.nf_call_iptables()?);
    out.opt("nf_call_ip6tables", bridge.nf_call_ip6tables()?);
    out.opt("nf_call_arptables", bridge.nf_call_arptables()?);
    Ok(out)
}

fn multicast(out: &mut Obj, bridge: &BridgeView<'_>) -> Result<()> {
    out.opt("mcast_snooping", bridge.mcast_snooping()?);
    out.opt("mcast_router", bridge.mcast_router()?.map(|kind| kind.0));
    out.opt("mcast_query_use_ifaddr", bridge.mcast_query_use_ifaddr()?);
    out.opt("mcast_querier", bridge.mcast_querier()?);
    out.opt("mcast_hash_elasticity", bridge.mcast_hash_elasticity()?);
    out.opt("mcast_hash_max", bridge.mcast_hash_max()?);
    out.opt("mcast_last_member_cnt", bridge.mcast_last_member_cnt()?);
    out.opt("mcast_startup_query_cnt", bridge.mcast_startup_query_cnt()?);
    out.opt("mcast_last_member_intvl", bridge.mcast_last_member_intvl()?);
    out.opt("mcast_membership_intvl", bridge.mcast_membership_intvl()?);
    out.opt("mcast_querier_intvl", bridge.mcast_querier_intvl()?);
    out.opt("mcast_query_intvl", bridge.mcast_query_intvl()?);
    out.opt("mcast_query_response_intvl", bridge.mcast_query_response_intvl()?);
    out.opt("mcast_startup_query_intvl", bridge.mcast_startup_query_intvl()?);
    out.opt("mcast_stats_enabled", bridge.mcast_stats_enabled()?);
    out.opt("mcast_igmp_version", bridge.mcast_igmp_version()?);
    out.opt("mcast_mld_version", bridge.mcast_mld_version()?);
    Ok(())
}

pub(crate) fn port(port: &BridgePortView<'_>, links: &Links) -> Result<Obj> {
    let mut out = Obj::default();
    out.opt("state", port.state()?.map(|state| lower(state, "BR_STATE_")));
    out.opt("priority", port.priority()?);
    out.opt("cost", port.cost()?);
    out.opt("hairpin", port.mode()?.map(|mode| mode.0 != 0));
    out.truth("guard", port.guard()?);
    out.truth("root_block", port.protect()?);
    out.truth("fastleave", port.fast_leave()?);
    out.truth("learning", port.learning()?);
    out.truth("flood", port.unicast_flood()?);
    out.opt("id", port.id()?.map(hex));
    out.opt("no", port.no()?.map(hex));
    out.opt("designated_port", port.designated_port()?);
    out.opt("designated_cost", port.designated_cost()?);
    out.opt("bridge_id", port.bridge_id()?.map(identifier));
    out.opt("root_id", port.root_id()?.map(identifier));
    out.opt("hold_timer", port.hold_timer()?.map(seconds));
    out.opt("message_age_timer", port.message_age_timer()?.map(seconds));
    out.opt("forward_delay_timer", port.forward_delay_timer()?.map(seconds));
    out.opt("topology_change_ack", port.topology_change_ack()?);
    out.opt("config_pending", port.config_pending()?);
    out.truth("proxy_arp", port.proxyarp()?);
    out.truth("proxy_arp_wifi", port.proxyarp_wifi()?);
    out.opt("multicast_router", port.multicast_router()?.map(|kind| kind.0));
    out.truth("mcast_flood", port.mcast_flood()?);
    out.truth("bcast_flood", port.bcast_flood()?);
    out.truth("mcast_to_unicast", port.mcast_to_ucast()?);
    out.truth("neigh_suppress", port.neigh_suppress()?);
    out.opt("group_fwd_mask", port.group_fwd_mask()?.map(mask));
    out.opt("group_fwd_mask_str", port.group_fwd_mask()?.map(|m| format!("0x{m:x}")));
    out.truth("vlan_tunnel", port.vlan_tunnel()?);
    out.truth("isolated", port.isolated()?);
    out.truth("locked", port.locked()?);
    out.opt("backup_port", port.backup_port()?.map(|index| links.name(index)));
    Ok(out)
}

/// `8000.2:0:0:0:0:1`: octets of the address without leading zeros.
fn identifier(id: IflaBridgeId) -> String {
    let octets = id.addr.map(|octet| format!("{octet:x}"));
    format!("{:02x}{:02x}.{}", id.prio[0], id.prio[1], octets.join(":"))
}

/// C's `%#x`: no prefix for zero.
fn mask(mask: u16) -> String {
    if mask == 0 { "0".to_owned() } else { hex(mask) }
}
