//! Every attribute of a link by generated code, each with its own type: the sum that [`links::all`] makes by metadata.
//!
//! Each set is read in one pass, by a match over the definitions of its attributes.

use crate::links;
use bench_harness::Sum;
use netlink_families::rt_link::*;
use netlink_runtime::prelude::*;
use netlink_runtime::types::{HwAddr, NlStr};
use netlink_runtime::wire::wt::Int;
use netlink_runtime::wire::{Array, Cursor, key};
use netlink_runtime::{AttrDef, AttrKind, AttrSet, DecodeError, NamedValue};

/// What a value adds to the sum: integers themselves, texts, addresses of links and runs of bytes their first byte,
/// the others what is in them.
trait Worth {
    fn worth(self) -> Result<u64, DecodeError>;
}

macro_rules! worth {
    ($($t:ty: |$value:ident| $worth:expr;)*) => {$(
        impl Worth for $t {
            #[inline(always)]
            fn worth(self) -> Result<u64, DecodeError> {
                let $value = self;
                Ok($worth)
            }
        }
    )*};
}

worth! {
    u8: |n| n.into();
    u16: |n| n.into();
    u32: |n| n.into();
    u64: |n| n;
    Option<u64>: |n| n.unwrap_or(0);
    i32: |n| i64::from(n).cast_unsigned();
    NlStr<'_>: |text| links::first(text.payload());
    HwAddr: |address| links::first(address.as_bytes());
    &[u8]: |bytes| links::first(bytes);
}

impl<K: Int> Worth for Array<'_, K> {
    #[inline]
    fn worth(self) -> Result<u64, DecodeError> {
        Ok(self.iter().fold(0, |sum, item| sum.wrapping_add(K::widen(item))))
    }
}

/// The members of structs: integers, and named values.
macro_rules! members {
    ($($of:ident { $(values $($value:ident)*;)? $(named $($named:ident)*;)? })*) => {$(
        impl Worth for $of {
            #[inline(always)]
            fn worth(self) -> Result<u64, DecodeError> {
                Ok(0u64 $($(.wrapping_add(self.$value.worth()?))*)? $($(.wrapping_add(self.$named.to_bits()))*)?)
            }
        }
    )*};
}

/// What an attribute adds, of which the cursor says where it stands.
#[inline(always)]
fn read<'a, S: AttrSet, K: AttrKind<S>>(
    def: AttrDef<S, K>,
    at: &Cursor<'a>,
    view: &S::View<'a>,
) -> Result<K::Value<'a>, DecodeError> {
    K::read(at, def.id(), view)
}

/// Sets, each read in one pass by the definitions of its attributes: those of which [`Worth`] says what they add,
/// after a semicolon those whose values have names. What adds nothing is not here: flags, IP addresses.
macro_rules! sets {
    ($($set:ident $view:ident { $($value:ident)* $(; $($named:ident)*)? })*) => {$(
        impl Worth for $view<'_> {
            #[inline(always)]
            fn worth(self) -> Result<u64, DecodeError> {
                $(const $value: u32 = key($set::$value.id());)*
                $($(const $named: u32 = key($set::$named.id());)*)?
                let (mut sum, mut at) = (0u64, Cursor::new(self.attrs()));
                while let Some(key) = at.key() {
                    let adds = match key {
                        $($value => read($set::$value, &at, &self)?.worth()?,)*
                        $($($named => read($set::$named, &at, &self)?.to_bits(),)*)?
                        _ => 0,
                    };
                    sum = sum.wrapping_add(adds);
                    at.step();
                }
                Ok(sum)
            }
        }
    )*};
}

/// The forms of sub-messages.
macro_rules! forms {
    ($($of:ident { $($form:ident)* })*) => {$(
        impl Worth for $of<'_> {
            #[inline]
            fn worth(self) -> Result<u64, DecodeError> {
                match self {
                    $($of::$form(set) => set.worth(),)*
                    _ => Ok(0),
                }
            }
        }
    )*};
}

sets! {
    Link LinkView {
        ADDRESS BROADCAST IFNAME MTU LINK QDISC STATS MASTER WIRELESS PROTINFO TXQLEN MAP WEIGHT
        LINKINFO NET_NS_PID IFALIAS NUM_VF STATS64 AF_SPEC GROUP NET_NS_FD PROMISCUITY NUM_TX_QUEUES
        NUM_RX_QUEUES CARRIER PHYS_PORT_ID CARRIER_CHANGES PHYS_SWITCH_ID LINK_NETNSID PHYS_PORT_NAME
        PROTO_DOWN GSO_MAX_SEGS GSO_MAX_SIZE XDP NEW_NETNSID TARGET_NETNSID CARRIER_UP_COUNT
        CARRIER_DOWN_COUNT NEW_IFINDEX MIN_MTU MAX_MTU PROP_LIST ALT_IFNAME PERM_ADDRESS
        PROTO_DOWN_REASON PARENT_DEV_NAME PARENT_DEV_BUS_NAME GRO_MAX_SIZE TSO_MAX_SIZE TSO_MAX_SEGS
        ALLMULTI DEVLINK_PORT GSO_IPV4_MAX_SIZE GRO_IPV4_MAX_SIZE DPLL_PIN MAX_PACING_OFFLOAD_HORIZON
        NETNS_IMMUTABLE HEADROOM TAILROOM; OPERSTATE LINKMODE EXT_MASK EVENT
    }
    LinkInfo LinkInfoView { KIND DATA SLAVE_KIND SLAVE_DATA }
    FamilySpecific FamilySpecificView { INET INET6 MCTP }
    InetLink InetLinkView { CONF }
    Inet6Link Inet6LinkView { CONF STATS CACHEINFO ICMP6STATS RA_MTU; FLAGS ADDR_GEN_MODE }
    MctpLink MctpLinkView { NET; PHYS_BINDING }
    BridgePort BridgePortView {
        PRIORITY COST GUARD PROTECT FAST_LEAVE LEARNING UNICAST_FLOOD PROXYARP LEARNING_SYNC
        PROXYARP_WIFI ROOT_ID BRIDGE_ID DESIGNATED_PORT DESIGNATED_COST ID NO TOPOLOGY_CHANGE_ACK
        CONFIG_PENDING MESSAGE_AGE_TIMER FORWARD_DELAY_TIMER HOLD_TIMER MCAST_FLOOD MCAST_TO_UCAST
        VLAN_TUNNEL BCAST_FLOOD GROUP_FWD_MASK NEIGH_SUPPRESS ISOLATED BACKUP_PORT MRP_RING_OPEN
        MRP_IN_OPEN MCAST_EHT_HOSTS_LIMIT MCAST_EHT_HOSTS_CNT LOCKED MAB MCAST_N_GROUPS
        MCAST_MAX_GROUPS NEIGH_VLAN_SUPPRESS BACKUP_NHID NEIGH_FORWARD_GRAT; STATE MODE
        MULTICAST_ROUTER
    }
    BondPort BondPortView {
        LINK_FAILURE_COUNT PERM_HWADDR QUEUE_ID AD_AGGREGATOR_ID PRIO ACTOR_PORT_PRIO; STATE
        MII_STATUS AD_ACTOR_OPER_PORT_STATE AD_PARTNER_OPER_PORT_STATE AD_CHURN_ACTOR_STATE
        AD_CHURN_PARTNER_STATE
    }
    VrfPort VrfPortView { TABLE }
    Bridge BridgeView {
        FORWARD_DELAY HELLO_TIME MAX_AGE AGEING_TIME PRIORITY VLAN_FILTERING GROUP_FWD_MASK ROOT_ID
        BRIDGE_ID ROOT_PORT ROOT_PATH_COST TOPOLOGY_CHANGE TOPOLOGY_CHANGE_DETECTED HELLO_TIMER
        TCN_TIMER TOPOLOGY_CHANGE_TIMER GC_TIMER GROUP_ADDR MCAST_SNOOPING MCAST_QUERY_USE_IFADDR
        MCAST_QUERIER MCAST_HASH_ELASTICITY MCAST_HASH_MAX MCAST_LAST_MEMBER_CNT
        MCAST_STARTUP_QUERY_CNT MCAST_LAST_MEMBER_INTVL MCAST_MEMBERSHIP_INTVL MCAST_QUERIER_INTVL
        MCAST_QUERY_INTVL MCAST_QUERY_RESPONSE_INTVL MCAST_STARTUP_QUERY_INTVL NF_CALL_IPTABLES
        NF_CALL_IP6TABLES NF_CALL_ARPTABLES VLAN_DEFAULT_PVID VLAN_STATS_ENABLED MCAST_STATS_ENABLED
        MCAST_IGMP_VERSION MCAST_MLD_VERSION VLAN_STATS_PER_PORT MULTI_BOOLOPT MCAST_QUERIER_STATE
        FDB_N_LEARNED FDB_MAX_LEARNED; STP_STATE VLAN_PROTOCOL MCAST_ROUTER STP_MODE
    }
    BridgeQuerier BridgeQuerierView { IP_PORT IP_OTHER_TIMER IPV6_PORT IPV6_OTHER_TIMER }
    Bond BondView {
        ACTIVE_SLAVE MIIMON UPDELAY DOWNDELAY USE_CARRIER ARP_INTERVAL PRIMARY RESEND_IGMP
        NUM_PEER_NOTIF ALL_SLAVES_ACTIVE MIN_LINKS LP_INTERVAL PACKETS_PER_SLAVE AD_INFO
        AD_ACTOR_SYS_PRIO AD_USER_PORT_KEY AD_ACTOR_SYSTEM TLB_DYNAMIC_LB PEER_NOTIF_DELAY
        AD_LACP_ACTIVE MISSED_MAX COUPLED_CONTROL BROADCAST_NEIGH LACP_STRICT; MODE ARP_VALIDATE
        ARP_ALL_TARGETS PRIMARY_RESELECT FAIL_OVER_MAC XMIT_HASH_POLICY AD_LACP_RATE AD_SELECT
    }
    BondAdInfo BondAdInfoView { AGGREGATOR NUM_PORTS ACTOR_KEY PARTNER_KEY PARTNER_MAC }
    Vxlan VxlanView {
        ID LINK TTL TOS LEARNING AGEING LIMIT PORT_RANGE PROXY RSC L2MISS L3MISS PORT UDP_CSUM
        UDP_ZERO_CSUM6_TX UDP_ZERO_CSUM6_RX REMCSUM_TX REMCSUM_RX COLLECT_METADATA LABEL TTL_INHERIT
        VNIFILTER LOCALBYPASS RESERVED_BITS MC_ROUTE; DF LABEL_POLICY
    }
    Macvlan MacvlanView {
        MACADDR_DATA MACADDR_COUNT BC_QUEUE_LEN BC_QUEUE_LEN_USED BC_CUTOFF MACADDR; MODE FLAGS
        MACADDR_MODE
    }
    MacvlanMacaddrList MacvlanMacaddrListView { MACADDR }
    Vlan VlanView { ID FLAGS EGRESS_QOS INGRESS_QOS; PROTOCOL }
    VlanQos VlanQosView { MAPPING }
    Vrf VrfView { TABLE }
    Ipvlan IpvlanView { ; MODE FLAGS }
    Sit SitView {
        LINK TTL TOS PMTUDISC _6RD_PREFIXLEN _6RD_RELAY_PREFIXLEN ENCAP_SPORT ENCAP_DPORT FWMARK;
        FLAGS PROTO ENCAP_TYPE ENCAP_FLAGS
    }
    Ipip IpipView { LINK TTL TOS PMTUDISC ENCAP_SPORT ENCAP_DPORT FWMARK; PROTO ENCAP_TYPE ENCAP_FLAGS }
    Ip6Tunnel Ip6TunnelView {
        LINK TTL ENCAP_LIMIT FLOWINFO ENCAP_SPORT ENCAP_DPORT FWMARK; FLAGS PROTO ENCAP_TYPE
        ENCAP_FLAGS
    }
    Gre GreView {
        LINK IKEY OKEY TTL TOS PMTUDISC ENCAP_SPORT ENCAP_DPORT IGNORE_DF FWMARK ERSPAN_INDEX
        ERSPAN_VER ERSPAN_DIR ERSPAN_HWID; IFLAGS OFLAGS ENCAP_TYPE ENCAP_FLAGS
    }
    Ip6Gre Ip6GreView {
        LINK IKEY OKEY TTL ENCAP_LIMIT FLOWINFO ENCAP_SPORT ENCAP_DPORT FWMARK ERSPAN_INDEX ERSPAN_VER
        ERSPAN_DIR ERSPAN_HWID; IFLAGS OFLAGS FLAGS ENCAP_TYPE ENCAP_FLAGS
    }
    Vti VtiView { LINK IKEY OKEY FWMARK }
    Vti6 Vti6View { LINK IKEY OKEY FWMARK }
    Xdp XdpView { FD PROG_ID DRV_PROG_ID SKB_PROG_ID HW_PROG_ID EXPECTED_FD; ATTACHED FLAGS }
    LinkDevlinkPort LinkDevlinkPortView { BUS_NAME DEV_NAME PORT_INDEX INDEX }
    LinkDpllPin LinkDpllPinView { ID }
    ProtoDownReason ProtoDownReasonView { MASK VALUE }
    PropList PropListView { ALT_IFNAME }
}

forms! {
    LinkAfSpecView { Other }
    LinkProtinfoView { Bridge Inet6 }
    LinkDataView {
        Bond Bridge Erspan Gre Gretap Ip6erspan Ip6gre Ip6gretap Ip6tnl Ipip Ipvlan Macvlan Sit Vlan Vrf Vti Vti6 Vxlan
    }
    LinkPortDataView { Bond Bridge Vrf }
}

members! {
    Ifinfomsg { values __ifi_pad ifi_index; named ifi_family ifi_type ifi_flags ifi_change; }
    RtnlLinkStats {
        values rx_packets tx_packets rx_bytes tx_bytes rx_errors tx_errors rx_dropped tx_dropped multicast collisions
            rx_length_errors rx_over_errors rx_crc_errors rx_frame_errors rx_fifo_errors rx_missed_errors
            tx_aborted_errors tx_carrier_errors tx_fifo_errors tx_heartbeat_errors tx_window_errors rx_compressed
            tx_compressed rx_nohandler;
    }
    RtnlLinkStats64 {
        values rx_packets tx_packets rx_bytes tx_bytes rx_errors tx_errors rx_dropped tx_dropped multicast collisions
            rx_length_errors rx_over_errors rx_crc_errors rx_frame_errors rx_fifo_errors rx_missed_errors
            tx_aborted_errors tx_carrier_errors tx_fifo_errors tx_heartbeat_errors tx_window_errors rx_compressed
            tx_compressed rx_nohandler rx_otherhost_dropped;
    }
    RtnlLinkIfmap { values mem_start mem_end base_addr irq dma port; }
    IflaCacheinfo { values max_reasm_len tstamp reachable_time retrans_time; }
    IflaVlanFlags { named flags mask; }
    IflaVlanQosMapping { values from to; }
    IflaVxlanPortRange { values low high; }
    BrBooloptMulti { named optval optmask; }
}

impl Worth for IflaBridgeId {
    #[inline(always)]
    fn worth(self) -> Result<u64, DecodeError> {
        Ok(links::first(&self.prio) + links::first(&self.addr))
    }
}

/// Every attribute with its type.
pub fn all(data: &[u8]) -> Sum {
    links::sum(data, |link| Ok(link.header().worth()?.wrapping_add(link.worth()?)))
}
