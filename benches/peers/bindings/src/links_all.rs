//! Every attribute of a link with its type.
//!
//! Nests of virtual functions and of kinds that the suite's links do not have (tunnels, tun, hsr, netkit, ovpn) are
//! stepped over, and so is what the crate does not know: attributes of newer kernels and the data of kinds without a
//! type of their own (vxlan, macvlan and others).

use crate::links::{RTM_NEWLINK, first, letter};
use crate::payloads;
use bench_harness::Sum;
use netlink_bindings::rt_link::{
    AfSpecAttrs, BondAdInfoAttrs, BondSlaveAttrs, BrBooloptMulti, Ifinfomsg, Ifla6Attrs, IflaAttrs,
    IflaBridgeId, IflaCacheinfo, IflaVlanFlags, IflaVlanQos, IflaVlanQosMapping, LinkAttrs, LinkDpllPinAttrs,
    LinkinfoAttrs, LinkinfoBondAttrs, LinkinfoBridgeAttrs, LinkinfoBrportAttrs, LinkinfoDataMsg,
    LinkinfoMemberDataMsg, LinkinfoVlanAttrs, LinkinfoVrfAttrs, MctpAttrs, OpGetlinkDump, PropListLinkAttrs,
    RtnlLinkIfmap, RtnlLinkStats, RtnlLinkStats64, XdpAttrs,
};
use netlink_bindings::traits::NetlinkRequest;
use netlink_bindings::utils::{parse_i32, parse_u32, parse_u64};
use std::ffi::CStr;

/// What a value adds to the sum.
trait Count {
    fn count(self) -> u64;
}

macro_rules! numbers {
    ($($number:ty)*) => { $(
        impl Count for $number {
            #[inline]
            fn count(self) -> u64 {
                self as u64
            }
        }
    )* };
}

numbers!(u8 u16 u32 u64 i32);

impl Count for &[u8] {
    #[inline]
    fn count(self) -> u64 {
        first(self)
    }
}

impl<const N: usize> Count for [u8; N] {
    #[inline]
    fn count(self) -> u64 {
        first(&self)
    }
}

impl Count for &CStr {
    #[inline]
    fn count(self) -> u64 {
        letter(self)
    }
}

impl Count for () {
    #[inline]
    fn count(self) -> u64 {
        0
    }
}

/// Structs with the members that count.
macro_rules! structs {
    ($($name:ident { $($member:ident)* })*) => { $(
        impl Count for $name {
            #[inline]
            fn count(self) -> u64 {
                0u64 $(.wrapping_add(self.$member.count()))*
            }
        }
    )* };
}

structs! {
    Ifinfomsg { ifi_family ifi_type ifi_index ifi_flags ifi_change }
    RtnlLinkStats {
        rx_packets tx_packets rx_bytes tx_bytes rx_errors tx_errors rx_dropped tx_dropped multicast collisions
        rx_length_errors rx_over_errors rx_crc_errors rx_frame_errors rx_fifo_errors rx_missed_errors
        tx_aborted_errors tx_carrier_errors tx_fifo_errors tx_heartbeat_errors tx_window_errors rx_compressed
        tx_compressed rx_nohandler
    }
    RtnlLinkStats64 {
        rx_packets tx_packets rx_bytes tx_bytes rx_errors tx_errors rx_dropped tx_dropped multicast collisions
        rx_length_errors rx_over_errors rx_crc_errors rx_frame_errors rx_fifo_errors rx_missed_errors
        tx_aborted_errors tx_carrier_errors tx_fifo_errors tx_heartbeat_errors tx_window_errors rx_compressed
        tx_compressed rx_nohandler rx_otherhost_dropped
    }
    RtnlLinkIfmap { mem_start mem_end base_addr irq dma port }
    IflaBridgeId { prio addr }
    BrBooloptMulti { optval optmask }
    IflaVlanFlags { flags mask }
    IflaVlanQosMapping { from to }
    IflaCacheinfo { max_reasm_len tstamp reachable_time retrans_time }
}

/// Nests: the attributes with a value, those with another way to count them, those that are stepped over.
macro_rules! nests {
    ($($name:ident {
        $($value:ident)* ; $($nest:ident($with:path))* ; $($skipped:ident)*
    })*) => { $(
        impl Count for $name<'_> {
            #[inline]
            fn count(self) -> u64 {
                match self {
                    $(Self::$value(value) => value.count(),)*
                    $(Self::$nest(nest) => $with(nest),)*
                    $(Self::$skipped(_) => 0,)*
                }
            }
        }
    )* };
}

nests! {
    LinkAttrs {
        Address Broadcast Ifname Mtu Link Qdisc Stats Master Wireless Protinfo Txqlen Map Weight Operstate
        Linkmode NetNsPid Ifalias NumVf Stats64 Group NetNsFd ExtMask Promiscuity NumTxQueues NumRxQueues
        Carrier PhysPortId CarrierChanges PhysSwitchId LinkNetnsid PhysPortName ProtoDown GsoMaxSegs GsoMaxSize
        Pad Event NewNetnsid TargetNetnsid CarrierUpCount CarrierDownCount NewIfindex MinMtu MaxMtu AltIfname
        PermAddress ProtoDownReason ParentDevName ParentDevBusName GroMaxSize TsoMaxSize TsoMaxSegs Allmulti
        DevlinkPort GsoIpv4MaxSize GroIpv4MaxSize MaxPacingOffloadHorizon NetnsImmutable Headroom Tailroom ;
        Linkinfo(nest) AfSpec(nest) Xdp(nest) PropList(nest) DpllPin(nest) ;
        VfinfoList VfPorts PortSelf
    }
    PropListLinkAttrs { AltIfname ; ; }
    AfSpecAttrs { ; Inet(nest) Inet6(nest) Mctp(nest) ; }
    IflaAttrs { ; Conf(words) ; }
    Ifla6Attrs {
        Flags Cacheinfo Token AddrGenMode RaMtu ;
        Conf(signed_words) Stats(long_words) Icmp6stats(long_words) ;
        Mcast
    }
    LinkinfoAttrs { Kind Xstats SlaveKind ; Data(kind) SlaveData(member_kind) ; }
    LinkinfoBridgeAttrs {
        ForwardDelay HelloTime MaxAge AgeingTime StpState Priority VlanFiltering VlanProtocol GroupFwdMask
        RootId BridgeId RootPort RootPathCost TopologyChange TopologyChangeDetected HelloTimer TcnTimer
        TopologyChangeTimer GcTimer GroupAddr FdbFlush McastRouter McastSnooping McastQueryUseIfaddr
        McastQuerier McastHashElasticity McastHashMax McastLastMemberCnt McastStartupQueryCnt
        McastLastMemberIntvl McastMembershipIntvl McastQuerierIntvl McastQueryIntvl McastQueryResponseIntvl
        McastStartupQueryIntvl NfCallIptables NfCallIp6tables NfCallArptables VlanDefaultPvid Pad
        VlanStatsEnabled McastStatsEnabled McastIgmpVersion McastMldVersion VlanStatsPerPort MultiBoolopt
        McastQuerierState FdbNLearned FdbMaxLearned StpMode ; ;
    }
    LinkinfoBrportAttrs {
        State Priority Cost Mode Guard Protect FastLeave Learning UnicastFlood Proxyarp LearningSync
        ProxyarpWifi RootId BridgeId DesignatedPort DesignatedCost Id No TopologyChangeAck ConfigPending
        MessageAgeTimer ForwardDelayTimer HoldTimer Flush MulticastRouter Pad McastFlood McastToUcast
        VlanTunnel BcastFlood GroupFwdMask NeighSuppress Isolated BackupPort MrpRingOpen MrpInOpen
        McastEhtHostsLimit McastEhtHostsCnt Locked Mab McastNGroups McastMaxGroups NeighVlanSuppress
        BackupNhid NeighForwardGrat ; ;
    }
    LinkinfoBondAttrs {
        Mode ActiveSlave Miimon Updelay Downdelay UseCarrier ArpInterval ArpValidate ArpAllTargets Primary
        PrimaryReselect FailOverMac XmitHashPolicy ResendIgmp NumPeerNotif AllSlavesActive MinLinks LpInterval
        PacketsPerSlave AdLacpRate AdSelect AdActorSysPrio AdUserPortKey AdActorSystem TlbDynamicLb
        PeerNotifDelay AdLacpActive MissedMax CoupledControl BroadcastNeigh LacpStrict ;
        AdInfo(nest) ;
        ArpIpTarget NsIp6Target
    }
    BondAdInfoAttrs { Aggregator NumPorts ActorKey PartnerKey PartnerMac ; ; }
    BondSlaveAttrs {
        State MiiStatus LinkFailureCount PermHwaddr QueueId AdAggregatorId AdActorOperPortState
        AdPartnerOperPortState Prio ; ;
    }
    LinkinfoVlanAttrs { Id Flags Protocol ; EgressQos(nest) IngressQos(nest) ; }
}

/// Nests without anything that is borrowed.
macro_rules! flat {
    ($($name:ident { $($value:ident)* })*) => { $(
        impl Count for $name {
            #[inline]
            fn count(self) -> u64 {
                match self {
                    $(Self::$value(value) => value.count(),)*
                }
            }
        }
    )* };
}

flat! {
    XdpAttrs { Fd Attached Flags ProgId DrvProgId SkbProgId HwProgId ExpectedFd }
    MctpAttrs { Net PhysBinding }
    LinkDpllPinAttrs { Id }
    IflaVlanQos { Mapping }
    LinkinfoVrfAttrs { Table }
}

/// The attributes of a nest until one is malformed.
#[inline]
fn nest<T: Count, E>(attrs: impl Iterator<Item = Result<T, E>>) -> u64 {
    attrs.map_while(Result::ok).fold(0, |sum: u64, attr| sum.wrapping_add(attr.count()))
}

fn kind(data: LinkinfoDataMsg<'_>) -> u64 {
    match data {
        LinkinfoDataMsg::Bridge(attrs) => nest(attrs),
        LinkinfoDataMsg::Bond(attrs) => nest(attrs),
        LinkinfoDataMsg::Vlan(attrs) => nest(attrs),
        LinkinfoDataMsg::Vrf(attrs) => nest(attrs),
        _ => 0,
    }
}

fn member_kind(data: LinkinfoMemberDataMsg<'_>) -> u64 {
    match data {
        LinkinfoMemberDataMsg::Bridge(attrs) => nest(attrs),
        LinkinfoMemberDataMsg::Bond(attrs) => nest(attrs),
    }
}

/// What the crate leaves as bytes, although it is an array.
fn array<const N: usize, T: Count>(bytes: &[u8], parse: impl Fn(&[u8]) -> Option<T>) -> u64 {
    bytes.chunks_exact(N).filter_map(parse).fold(0, |sum: u64, n| sum.wrapping_add(n.count()))
}

fn words(bytes: &[u8]) -> u64 {
    array::<4, _>(bytes, parse_u32)
}

fn signed_words(bytes: &[u8]) -> u64 {
    array::<4, _>(bytes, parse_i32)
}

fn long_words(bytes: &[u8]) -> u64 {
    array::<8, _>(bytes, parse_u64)
}

pub fn all(data: &[u8]) -> Sum {
    payloads(data, RTM_NEWLINK, |payload| {
        let (header, attrs) = OpGetlinkDump::decode_reply(payload);
        header.count().wrapping_add(nest(attrs))
    })
}
