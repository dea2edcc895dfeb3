//! What is told about kinds of links, of those kinds that the data has.

use super::{Number, all_of};
use crate::links::{first, first_of};
use netlink_packet_route::link::{
    BondAdInfo, BridgeId, BridgeQuerierState, InfoBond, InfoBridge, InfoBridgePort, InfoData, InfoIpVlan,
    InfoMacVlan, InfoPortData, InfoVlan, InfoVrf, InfoVxlan, LinkInfo, VlanQosMapping,
};

pub fn info(of: &LinkInfo) -> u64 {
    match of {
        LinkInfo::Kind(kind) => first_of(kind),
        LinkInfo::PortKind(kind) => first_of(kind),
        LinkInfo::Data(InfoData::Bridge(attributes)) => all_of(attributes, bridge),
        LinkInfo::Data(InfoData::MacVlan(attributes)) => all_of(attributes, macvlan),
        LinkInfo::Data(InfoData::Vxlan(attributes)) => all_of(attributes, vxlan),
        LinkInfo::Data(InfoData::Vlan(attributes)) => all_of(attributes, vlan),
        LinkInfo::Data(InfoData::Vrf(attributes)) => all_of(attributes, vrf),
        LinkInfo::Data(InfoData::IpVlan(attributes)) => all_of(attributes, ipvlan),
        LinkInfo::Data(InfoData::Bond(attributes)) => all_of(attributes, bond),
        LinkInfo::PortData(InfoPortData::BridgePort(attributes)) => all_of(attributes, bridge_port),
        _ => 0,
    }
}

/// Its priority is two bytes in C's struct.
fn id(of: &BridgeId) -> u64 {
    let [high, low] = of.priority.to_be_bytes();
    high.number() + low.number() + first(of.address)
}

fn querier(of: &BridgeQuerierState) -> u64 {
    match of {
        BridgeQuerierState::Ipv4Port(n) | BridgeQuerierState::Ipv6Port(n) => n.number(),
        BridgeQuerierState::Ipv4OtherTimer(n) | BridgeQuerierState::Ipv6OtherTimer(n) => n.number(),
        _ => 0,
    }
}

fn bridge(of: &InfoBridge) -> u64 {
    match of {
        InfoBridge::GroupAddr(mac) => first(mac),
        InfoBridge::HelloTimer(n)
        | InfoBridge::TcnTimer(n)
        | InfoBridge::TopologyChangeTimer(n)
        | InfoBridge::GcTimer(n)
        | InfoBridge::MulticastMembershipInterval(n)
        | InfoBridge::MulticastQuerierInterval(n)
        | InfoBridge::MulticastQueryInterval(n)
        | InfoBridge::MulticastQueryResponseInterval(n)
        | InfoBridge::MulticastLastMemberInterval(n)
        | InfoBridge::MulticastStartupQueryInterval(n) => n.number(),
        InfoBridge::ForwardDelay(n)
        | InfoBridge::HelloTime(n)
        | InfoBridge::MaxAge(n)
        | InfoBridge::AgeingTime(n)
        | InfoBridge::MulticastHashElasticity(n)
        | InfoBridge::MulticastHashMax(n)
        | InfoBridge::MulticastLastMemberCount(n)
        | InfoBridge::MulticastStartupQueryCount(n)
        | InfoBridge::RootPathCost(n)
        | InfoBridge::FdbNLearned(n)
        | InfoBridge::FdbMaxLearned(n) => n.number(),
        InfoBridge::Priority(n)
        | InfoBridge::GroupFwdMask(n)
        | InfoBridge::RootPort(n)
        | InfoBridge::VlanDefaultPvid(n) => n.number(),
        InfoBridge::TopologyChange(n)
        | InfoBridge::TopologyChangeDetected(n)
        | InfoBridge::MulticastIgmpVersion(n)
        | InfoBridge::MulticastMldVersion(n) => n.number(),
        InfoBridge::VlanFiltering(yes)
        | InfoBridge::MulticastSnooping(yes)
        | InfoBridge::MulticastQueryUseIfaddr(yes)
        | InfoBridge::MulticastQuerier(yes)
        | InfoBridge::NfCallIpTables(yes)
        | InfoBridge::NfCallIp6Tables(yes)
        | InfoBridge::NfCallArpTables(yes)
        | InfoBridge::VlanStatsEnabled(yes)
        | InfoBridge::MulticastStatsEnabled(yes)
        | InfoBridge::VlanStatsPerPort(yes) => yes.number(),
        InfoBridge::StpState(state) => u32::from(*state).number(),
        InfoBridge::StpMode(mode) => u32::from(*mode).number(),
        InfoBridge::VlanProtocol(protocol) => u16::from(*protocol).number(),
        InfoBridge::MulticastRouter(router) => u8::from(*router).number(),
        InfoBridge::RootId(of) | InfoBridge::BridgeId(of) => id(of),
        InfoBridge::MultiBoolOpt(options) => options.value.bits().number() + options.mask.bits().number(),
        InfoBridge::MulticastQuerierState(states) => all_of(states, querier),
        _ => 0,
    }
}

fn bridge_port(of: &InfoBridgePort) -> u64 {
    match of {
        InfoBridgePort::State(state) => u8::from(*state).number(),
        InfoBridgePort::MulticastRouter(router) => u8::from(*router).number(),
        InfoBridgePort::RootId(of) | InfoBridgePort::BridgeId(of) => id(of),
        InfoBridgePort::Priority(n)
        | InfoBridgePort::DesignatedPort(n)
        | InfoBridgePort::DesignatedCost(n)
        | InfoBridgePort::PortId(n)
        | InfoBridgePort::PortNumber(n)
        | InfoBridgePort::GroupFwdMask(n) => n.number(),
        InfoBridgePort::Cost(n)
        | InfoBridgePort::BackupPort(n)
        | InfoBridgePort::MulticastEhtHostsLimit(n)
        | InfoBridgePort::MulticastEhtHostsCnt(n)
        | InfoBridgePort::MulticastNGroups(n)
        | InfoBridgePort::MulticastMaxGroups(n)
        | InfoBridgePort::BackupNextHopId(n) => n.number(),
        InfoBridgePort::MessageAgeTimer(n)
        | InfoBridgePort::ForwardDelayTimer(n)
        | InfoBridgePort::HoldTimer(n) => n.number(),
        InfoBridgePort::HairpinMode(yes)
        | InfoBridgePort::Guard(yes)
        | InfoBridgePort::Protect(yes)
        | InfoBridgePort::FastLeave(yes)
        | InfoBridgePort::Learning(yes)
        | InfoBridgePort::UnicastFlood(yes)
        | InfoBridgePort::ProxyARP(yes)
        | InfoBridgePort::ProxyARPWifi(yes)
        | InfoBridgePort::TopologyChangeAck(yes)
        | InfoBridgePort::ConfigPending(yes)
        | InfoBridgePort::MulticastFlood(yes)
        | InfoBridgePort::MulticastToUnicast(yes)
        | InfoBridgePort::VlanTunnel(yes)
        | InfoBridgePort::BroadcastFlood(yes)
        | InfoBridgePort::NeighSupress(yes)
        | InfoBridgePort::Isolated(yes)
        | InfoBridgePort::MrpRingOpen(yes)
        | InfoBridgePort::MrpInOpen(yes)
        | InfoBridgePort::Locked(yes)
        | InfoBridgePort::Mab(yes)
        | InfoBridgePort::NeighVlanSuppress(yes)
        | InfoBridgePort::NeighForwardGrat(yes) => yes.number(),
        _ => 0,
    }
}

fn macvlan(of: &InfoMacVlan) -> u64 {
    match of {
        InfoMacVlan::Mode(mode) => u32::from(*mode).number(),
        InfoMacVlan::Flags(flags) => flags.bits().number(),
        InfoMacVlan::MacAddrMode(mode) => u32::from(*mode).number(),
        InfoMacVlan::MacAddr(mac) => first(mac),
        InfoMacVlan::MacAddrData(addresses) => all_of(addresses, macvlan),
        InfoMacVlan::MacAddrCount(n) | InfoMacVlan::BcQueueLen(n) | InfoMacVlan::BcQueueLenUsed(n) => {
            n.number()
        }
        InfoMacVlan::BcCutoff(n) => n.number(),
        _ => 0,
    }
}

fn ipvlan(of: &InfoIpVlan) -> u64 {
    match of {
        InfoIpVlan::Mode(mode) => u16::from(*mode).number(),
        InfoIpVlan::Flags(flags) => flags.bits().number(),
        _ => 0,
    }
}

fn vrf(of: &InfoVrf) -> u64 {
    match of {
        InfoVrf::TableId(n) => n.number(),
        _ => 0,
    }
}

fn qos(of: &VlanQosMapping) -> u64 {
    match of {
        VlanQosMapping::Mapping(from, to) => from.number() + to.number(),
        _ => 0,
    }
}

fn vlan(of: &InfoVlan) -> u64 {
    match of {
        InfoVlan::Id(n) => n.number(),
        InfoVlan::Flags((flags, mask)) => flags.bits().number() + mask.bits().number(),
        InfoVlan::EgressQos(mappings) | InfoVlan::IngressQos(mappings) => all_of(mappings, qos),
        InfoVlan::Protocol(protocol) => u16::from(*protocol).number(),
        _ => 0,
    }
}

fn aggregator(of: &BondAdInfo) -> u64 {
    match of {
        BondAdInfo::Aggregator(n)
        | BondAdInfo::NumPorts(n)
        | BondAdInfo::ActorKey(n)
        | BondAdInfo::PartnerKey(n) => n.number(),
        BondAdInfo::PartnerMac(mac) => first(mac),
        _ => 0,
    }
}

fn bond(of: &InfoBond) -> u64 {
    match of {
        InfoBond::Mode(mode) => u8::from(*mode).number(),
        InfoBond::ArpValidate(of) => u32::from(*of).number(),
        InfoBond::ArpAllTargets(of) => u32::from(*of).number(),
        InfoBond::PrimaryReselect(of) => u8::from(*of).number(),
        InfoBond::FailOverMac(of) => u8::from(*of).number(),
        InfoBond::XmitHashPolicy(of) => u8::from(*of).number(),
        InfoBond::AllPortsActive(of) => u8::from(*of).number(),
        InfoBond::AdLacpRate(of) => u8::from(*of).number(),
        InfoBond::AdSelect(of) => u8::from(*of).number(),
        InfoBond::ActivePort(n)
        | InfoBond::MiiMon(n)
        | InfoBond::UpDelay(n)
        | InfoBond::DownDelay(n)
        | InfoBond::ArpInterval(n)
        | InfoBond::Primary(n)
        | InfoBond::ResendIgmp(n)
        | InfoBond::MinLinks(n)
        | InfoBond::LpInterval(n)
        | InfoBond::PacketsPerPort(n)
        | InfoBond::PeerNotifDelay(n) => n.number(),
        InfoBond::AdActorSysPrio(n) | InfoBond::AdUserPortKey(n) => n.number(),
        InfoBond::NumPeerNotif(n) | InfoBond::MissedMax(n) => n.number(),
        InfoBond::UseCarrier(yes)
        | InfoBond::TlbDynamicLb(yes)
        | InfoBond::AdLacpActive(yes)
        | InfoBond::CoupledControl(yes)
        | InfoBond::BroadcastNeigh(yes)
        | InfoBond::LacpStrict(yes) => yes.number(),
        InfoBond::AdActorSystem(mac) => first(mac),
        InfoBond::AdInfo(attributes) => all_of(attributes, aggregator),
        _ => 0,
    }
}

fn vxlan(of: &InfoVxlan) -> u64 {
    match of {
        InfoVxlan::Id(n)
        | InfoVxlan::Link(n)
        | InfoVxlan::Label(n)
        | InfoVxlan::Ageing(n)
        | InfoVxlan::Limit(n)
        | InfoVxlan::LabelPolicy(n) => n.number(),
        InfoVxlan::Tos(n) | InfoVxlan::Ttl(n) | InfoVxlan::TtlInherit(n) => n.number(),
        InfoVxlan::Port(n) => n.number(),
        InfoVxlan::PortRange((low, high)) => low.number() + high.number(),
        InfoVxlan::Df(df) => u8::from(*df).number(),
        // Two words in C's struct.
        InfoVxlan::ReservedBits(n) => (n >> 32) + (n & u64::from(u32::MAX)),
        InfoVxlan::Learning(yes)
        | InfoVxlan::Proxy(yes)
        | InfoVxlan::Rsc(yes)
        | InfoVxlan::L2Miss(yes)
        | InfoVxlan::L3Miss(yes)
        | InfoVxlan::CollectMetadata(yes)
        | InfoVxlan::UDPCsum(yes)
        | InfoVxlan::UDPZeroCsumTX(yes)
        | InfoVxlan::UDPZeroCsumRX(yes)
        | InfoVxlan::RemCsumTX(yes)
        | InfoVxlan::RemCsumRX(yes)
        | InfoVxlan::Vnifilter(yes)
        | InfoVxlan::Localbypass(yes)
        | InfoVxlan::McRoute(yes) => yes.number(),
        _ => 0,
    }
}
