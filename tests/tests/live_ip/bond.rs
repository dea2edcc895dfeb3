//! Bonds and their ports.

use crate::json::{Json, Obj};
use crate::world::{Links, stripped, word, words};
use netlink_families::rt_link::{
    BondAdInfoView, BondAdSelect, BondArpAllTargets, BondArpValidate, BondFailOverMac, BondLacpRate,
    BondMode, BondPortView, BondPrimaryReselect, BondView, BondXmitPolicy, LacpState,
};
use netlink_runtime::DecodeError;

type Result<T> = std::result::Result<T, DecodeError>;

const MODES: &[(BondMode, &str)] = &[
    (BondMode::ROUNDROBIN, "balance-rr"),
    (BondMode::ACTIVEBACKUP, "active-backup"),
    (BondMode::XOR, "balance-xor"),
    (BondMode::BROADCAST, "broadcast"),
    (BondMode::_8023AD, "802.3ad"),
    (BondMode::TLB, "balance-tlb"),
    (BondMode::ALB, "balance-alb"),
];
const VALIDATE: &[(BondArpValidate, &str)] = &[
    (BondArpValidate::VALIDATE_ACTIVE, "active"),
    (BondArpValidate::VALIDATE_BACKUP, "backup"),
    (BondArpValidate::VALIDATE_ALL, "all"),
    (BondArpValidate::FILTER, "filter"),
    (BondArpValidate::FILTER_ACTIVE, "filter_active"),
    (BondArpValidate::FILTER_BACKUP, "filter_backup"),
];
const TARGETS: &[(BondArpAllTargets, &str)] =
    &[(BondArpAllTargets::ANY, "any"), (BondArpAllTargets::ALL, "all")];
const RESELECT: &[(BondPrimaryReselect, &str)] = &[
    (BondPrimaryReselect::ALWAYS, "always"),
    (BondPrimaryReselect::BETTER, "better"),
    (BondPrimaryReselect::FAILURE, "failure"),
];
const FAIL_OVER: &[(BondFailOverMac, &str)] = &[
    (BondFailOverMac::NONE, "none"),
    (BondFailOverMac::ACTIVE, "active"),
    (BondFailOverMac::FOLLOW, "follow"),
];
const HASHES: &[(BondXmitPolicy, &str)] = &[
    (BondXmitPolicy::LAYER2, "layer2"),
    (BondXmitPolicy::LAYER34, "layer3+4"),
    (BondXmitPolicy::LAYER23, "layer2+3"),
    (BondXmitPolicy::ENCAP23, "encap2+3"),
    (BondXmitPolicy::ENCAP34, "encap3+4"),
    (BondXmitPolicy::VLAN_SRCMAC, "vlan+srcmac"),
];
const RATES: &[(BondLacpRate, &str)] = &[(BondLacpRate::SLOW, "slow"), (BondLacpRate::FAST, "fast")];
const SELECT: &[(BondAdSelect, &str)] = &[
    (BondAdSelect::STABLE, "stable"),
    (BondAdSelect::BANDWIDTH, "bandwidth"),
    (BondAdSelect::COUNT, "count"),
];

const LACP_STATES: &[(LacpState, &str)] = &[
    (LacpState::LACP_ACTIVITY, "active"),
    (LacpState::LACP_TIMEOUT, "short_timeout"),
    (LacpState::AGGREGATION, "aggregating"),
    (LacpState::SYNCHRONIZATION, "in_sync"),
    (LacpState::COLLECTING, "collecting"),
    (LacpState::DISTRIBUTING, "distributing"),
    (LacpState::DEFAULTED, "defaulted"),
    (LacpState::EXPIRED, "expired"),
];

pub(crate) fn bond(bond: &BondView<'_>, links: &Links) -> Result<Obj> {
    let mut out = Obj::default();
    out.opt("mode", bond.mode()?.map(|mode| word(mode, MODES)));
    out.opt("active_slave", bond.active_slave()?.filter(|i| *i != 0).map(|index| links.name(index)));
    out.opt("miimon", bond.miimon()?);
    out.opt("updelay", bond.updelay()?);
    out.opt("downdelay", bond.downdelay()?);
    out.opt("peer_notify_delay", bond.peer_notif_delay()?);
    out.opt("use_carrier", bond.use_carrier()?);
    out.opt("arp_interval", bond.arp_interval()?);
    out.opt("arp_missed_max", bond.missed_max()?);
    if let Some(targets) = bond.arp_ip_target()? {
        let targets = targets.map(|(_, target)| Ok(target?.into())).collect::<Result<Vec<Json>>>()?;
        if !targets.is_empty() {
            out.set("arp_ip_target", targets);
        }
    }
    if let Some(targets) = bond.ns_ip6_target()? {
        let targets = targets.map(|(_, target)| Ok(target?.into())).collect::<Result<Vec<Json>>>()?;
        if !targets.is_empty() {
            out.set("ns_ip6_target", targets);
        }
    }
    // Without ARP validation `ip` prints null.
    let validate = bond.arp_validate()?;
    out.opt("arp_validate", validate.map(|v| if v.0 == 0 { Json::Null } else { word(v, VALIDATE) }));
    out.opt("arp_all_targets", bond.arp_all_targets()?.map(|v| word(v, TARGETS)));
    out.opt("primary", bond.primary()?.filter(|i| *i != 0).map(|index| links.name(index)));
    out.opt("primary_reselect", bond.primary_reselect()?.map(|v| word(v, RESELECT)));
    out.opt("fail_over_mac", bond.fail_over_mac()?.map(|v| word(v, FAIL_OVER)));
    out.opt("xmit_hash_policy", bond.xmit_hash_policy()?.map(|v| word(v, HASHES)));
    out.opt("resend_igmp", bond.resend_igmp()?);
    out.opt("num_peer_notif", bond.num_peer_notif()?);
    out.opt("all_slaves_active", bond.all_slaves_active()?);
    out.opt("min_links", bond.min_links()?);
    out.opt("lp_interval", bond.lp_interval()?);
    out.opt("packets_per_slave", bond.packets_per_slave()?);
    out.opt("ad_lacp_active", bond.ad_lacp_active()?.map(|v| if v == 0 { "off" } else { "on" }));
    out.opt("ad_lacp_rate", bond.ad_lacp_rate()?.map(|v| word(v, RATES)));
    out.opt("ad_select", bond.ad_select()?.map(|v| word(v, SELECT)));
    if let Some(info) = bond.ad_info()? {
        out.set("ad_info", aggregator(&info)?);
    }
    out.opt("ad_actor_sys_prio", bond.ad_actor_sys_prio()?);
    out.opt("ad_user_port_key", bond.ad_user_port_key()?);
    out.opt("ad_actor_system", bond.ad_actor_system()?);
    out.opt("tlb_dynamic_lb", bond.tlb_dynamic_lb()?);
    Ok(out)
}

fn aggregator(info: &BondAdInfoView<'_>) -> Result<Obj> {
    let mut out = Obj::default();
    out.opt("aggregator", info.aggregator()?);
    out.opt("num_ports", info.num_ports()?);
    out.opt("actor_key", info.actor_key()?);
    out.opt("partner_key", info.partner_key()?);
    out.opt("partner_mac", info.partner_mac()?);
    Ok(out)
}

pub(crate) fn port(port: &BondPortView<'_>) -> Result<Obj> {
    let mut out = Obj::default();
    out.opt("state", port.state()?.map(|state| stripped(state, "BOND_STATE_")));
    out.opt("mii_status", port.mii_status()?.map(|state| stripped(state, "BOND_LINK_")));
    out.opt("link_failure_count", port.link_failure_count()?);
    out.opt("perm_hwaddr", port.perm_hwaddr()?);
    out.opt("queue_id", port.queue_id()?);
    out.opt("prio", port.prio()?);
    out.opt("ad_aggregator_id", port.ad_aggregator_id()?);
    let states = [
        ("ad_actor_oper_port_state", port.ad_actor_oper_port_state()?),
        ("ad_partner_oper_port_state", port.ad_partner_oper_port_state()?),
    ];
    for (key, state) in states {
        out.opt(key, state.map(|state| state.0));
        out.opt(&format!("{key}_str"), state.map(|state| words(state, LACP_STATES)));
    }
    Ok(out)
}
