//! A link in `ip`'s words; what belongs to its kind stands in the `kinds` modules.

use crate::json::{Json, Obj};
use crate::world::{Links, World, stripped, word, words};
use crate::{bond, bridge, overlay, stacked, tunnel};
use netlink_families::rt_link::{
    self, Arphrd, In6AddrGenMode, LinkAfSpecView, LinkDataView, LinkInfoView, LinkPortDataView, LinkView,
    NetDeviceFlags as Iff, RtextFilter, RtnlLinkStats64,
};
use netlink_runtime::DecodeError;
use netlink_runtime::socket::Error;
use netlink_runtime::types::HwAddr;
use std::net::{Ipv4Addr, Ipv6Addr};

type Result<T> = std::result::Result<T, DecodeError>;

/// How much `ip` prints of a link.
#[derive(Clone, Copy)]
pub(crate) struct Style {
    /// `ip link`, not `ip address`.
    pub(crate) link: bool,
    /// Twice `-s`: all counters.
    pub(crate) counters: bool,
}

const FLAGS: &[(Iff, &str)] = &[
    (Iff::LOOPBACK, "LOOPBACK"),
    (Iff::BROADCAST, "BROADCAST"),
    (Iff::POINTOPOINT, "POINTOPOINT"),
    (Iff::MULTICAST, "MULTICAST"),
    (Iff::NOARP, "NOARP"),
    (Iff::ALLMULTI, "ALLMULTI"),
    (Iff::PROMISC, "PROMISC"),
    (Iff::MASTER, "MASTER"),
    (Iff::SLAVE, "SLAVE"),
    (Iff::DEBUG, "DEBUG"),
    (Iff::DYNAMIC, "DYNAMIC"),
    (Iff::AUTOMEDIA, "AUTOMEDIA"),
    (Iff::PORTSEL, "PORTSEL"),
    (Iff::NOTRAILERS, "NOTRAILERS"),
    (Iff::UP, "UP"),
    (Iff::LOWER_UP, "LOWER_UP"),
    (Iff::DORMANT, "DORMANT"),
    (Iff::ECHO, "ECHO"),
];

const TYPES: &[(Arphrd, &str)] = &[
    (Arphrd::LOOPBACK, "loopback"),
    (Arphrd::ETHER, "ether"),
    (Arphrd::IPGRE, "gre"),
    (Arphrd::IP6GRE, "gre6"),
    (Arphrd::TUNNEL, "ipip"),
    (Arphrd::TUNNEL6, "tunnel6"),
    (Arphrd::SIT, "sit"),
    (Arphrd::CAN, "can"),
    (Arphrd::NETLINK, "netlink"),
    (Arphrd::VSOCKMON, "vsockmon"),
    (Arphrd::PPP, "ppp"),
    (Arphrd::NONE, "none"),
];

const GEN_MODES: &[(In6AddrGenMode, &str)] = &[
    (In6AddrGenMode::EUI64, "eui64"),
    (In6AddrGenMode::NONE, "none"),
    (In6AddrGenMode::STABLE_PRIVACY, "stable_secret"),
    (In6AddrGenMode::RANDOM, "random"),
];

/// All links.
pub(crate) fn links(world: &mut World, style: Style) -> std::result::Result<Vec<Obj>, Error> {
    let World { socket, links } = world;
    let request = rt_link::GetLink::dump().with(|link| link.ext_mask(RtextFilter::VF));
    socket.dump_all(request, |view| link(&view, &*links, style))
}

fn link(link: &LinkView<'_>, world: &Links, style: Style) -> Result<Obj> {
    let header = link.header();
    let mut out = Obj::default();
    out.set("ifindex", header.ifi_index);
    let lower = link.link()?;
    let elsewhere = link.link_netnsid()?;
    match lower {
        // Its index belongs to the other namespace.
        Some(index) if elsewhere.is_some() => out.set("link_index", index),
        Some(0) => out.set("link", Json::Null),
        Some(index) => out.set("link", world.name(index)),
        None => {}
    }
    out.opt("ifname", link.ifname()?);
    out.set("flags", flags(header.ifi_flags, lower.filter(|_| elsewhere.is_none()), world));
    out.opt("mtu", link.mtu()?);
    out.opt("qdisc", link.qdisc()?);
    out.opt("master", link.master()?.map(|index| world.name(index)));
    out.opt("operstate", link.operstate()?.map(|state| stripped(state, "IF_OPER_")));
    if style.link {
        out.opt("linkmode", link.linkmode()?.map(|mode| stripped(mode, "IF_LINK_MODE_")));
    }
    out.opt("group", link.group()?.map(|g| if g == 0 { "default".to_owned() } else { g.to_string() }));
    out.opt("txqlen", link.txqlen()?);
    addresses(&mut out, link)?;
    out.opt("link_netnsid", elsewhere);
    out.opt("ifalias", link.ifalias()?);
    if let Some(properties) = link.prop_list()? {
        let names = properties.alt_ifname().map(|name| Ok(name?.into())).collect::<Result<Vec<Json>>>()?;
        out.set("altnames", names);
    }
    details(&mut out, link)?;
    if let Some(info) = link.linkinfo()? {
        out.set("linkinfo", linkinfo(&info, world)?);
    }
    if let (true, Some(LinkAfSpecView::Other(families))) = (style.link, link.af_spec()?) {
        let inet6 = families.inet6()?.map(|inet6| inet6.addr_gen_mode()).transpose()?.flatten();
        out.opt("inet6_addr_gen_mode", inet6.map(|mode| word(mode, GEN_MODES)));
    }
    if let Some(stats) = link.stats64()? {
        let changes = link.carrier_changes()?;
        out.set("stats64", counters(&stats, changes, style));
    }
    Ok(out)
}

fn flags(flags: Iff, lower: Option<u32>, world: &Links) -> Vec<Json> {
    let mut names = Vec::new();
    if flags.contains(Iff::UP) && !flags.contains(Iff::RUNNING) {
        names.push("NO-CARRIER".into());
    }
    names.extend(words(flags, FLAGS));
    let lower = lower.filter(|index| *index != 0).and_then(|index| world.flags(index));
    if lower.is_some_and(|flags| !flags.contains(Iff::UP)) {
        names.push("M-DOWN".into());
    }
    names
}

fn addresses(out: &mut Obj, link: &LinkView<'_>) -> Result<()> {
    let ty = link.header().ifi_type;
    out.set("link_type", word(ty, TYPES));
    let address = link.address()?;
    out.opt("address", address.map(|a| hardware(a, ty)));
    out.mark(
        "link_pointtopoint",
        link.broadcast()?.is_some() && link.header().ifi_flags.contains(Iff::POINTOPOINT),
    );
    out.opt("broadcast", link.broadcast()?.map(|a| hardware(a, ty)));
    let permanent = link.perm_address()?.filter(|permanent| Some(*permanent) != address);
    out.opt("permaddr", permanent.map(|a| hardware(a, ty)));
    Ok(())
}

/// A link layer address: for IP tunnels it is an IP address.
fn hardware(address: HwAddr, ty: Arphrd) -> String {
    let bytes = address.as_bytes();
    match (ty, bytes.len()) {
        (Arphrd::TUNNEL | Arphrd::SIT | Arphrd::IPGRE, 4) => {
            let four = <[u8; 4]>::try_from(bytes).unwrap_or_default();
            Ipv4Addr::from(four).to_string()
        }
        (Arphrd::TUNNEL6 | Arphrd::IP6GRE, 16) => {
            let sixteen = <[u8; 16]>::try_from(bytes).unwrap_or_default();
            Ipv6Addr::from(sixteen).to_string()
        }
        _ => address.to_string(),
    }
}

fn details(out: &mut Obj, link: &LinkView<'_>) -> Result<()> {
    out.opt("promiscuity", link.promiscuity()?);
    out.opt("allmulti", link.allmulti()?);
    out.opt("min_mtu", link.min_mtu()?);
    out.opt("max_mtu", link.max_mtu()?);
    out.opt("num_tx_queues", link.num_tx_queues()?);
    out.opt("num_rx_queues", link.num_rx_queues()?);
    out.opt("gso_max_size", link.gso_max_size()?);
    out.opt("gso_max_segs", link.gso_max_segs()?);
    out.opt("tso_max_size", link.tso_max_size()?);
    out.opt("tso_max_segs", link.tso_max_segs()?);
    out.opt("gro_max_size", link.gro_max_size()?);
    out.opt("phys_port_name", link.phys_port_name()?);
    out.opt("parentbus", link.parent_dev_bus_name()?);
    out.opt("parentdev", link.parent_dev_name()?);
    Ok(())
}

fn linkinfo(info: &LinkInfoView<'_>, world: &Links) -> Result<Obj> {
    let mut out = Obj::default();
    out.opt("info_kind", info.kind()?);
    if let Some(data) = info.data()? {
        out.opt("info_data", kind(&data, world)?);
    }
    out.opt("info_slave_kind", info.slave_kind()?);
    match info.slave_data()? {
        Some(LinkPortDataView::Bridge(port)) => out.set("info_slave_data", bridge::port(&port, world)?),
        Some(LinkPortDataView::Bond(port)) => out.set("info_slave_data", bond::port(&port)?),
        Some(LinkPortDataView::Vrf(port)) => {
            let mut data = Obj::default();
            data.opt("table", port.table()?);
            out.set("info_slave_data", data);
        }
        Some(_) | None => {}
    }
    Ok(out)
}

fn kind(data: &LinkDataView<'_>, world: &Links) -> Result<Option<Obj>> {
    use LinkDataView as Data;
    Ok(Some(match data {
        Data::Bridge(bridge) => bridge::bridge(bridge)?,
        Data::Bond(bond) => bond::bond(bond, world)?,
        Data::Vxlan(vxlan) => overlay::vxlan(vxlan, world)?,
        Data::Geneve(geneve) => overlay::geneve(geneve)?,
        Data::Gre(gre) | Data::Gretap(gre) | Data::Erspan(gre) => tunnel::gre(gre, world)?,
        Data::Ip6gre(gre) | Data::Ip6gretap(gre) | Data::Ip6erspan(gre) => tunnel::ip6gre(gre, world)?,
        Data::Ipip(ipip) => tunnel::ipip(ipip, world)?,
        Data::Sit(sit) => tunnel::sit(sit, world)?,
        Data::Ip6tnl(tunnel) => tunnel::ip6tnl(tunnel, world)?,
        Data::Vti(vti) => tunnel::vti(vti, world)?,
        Data::Vti6(vti) => tunnel::vti6(vti, world)?,
        Data::Macvlan(macvlan) | Data::Macvtap(macvlan) => stacked::macvlan(macvlan)?,
        Data::Ipvlan(ipvlan) | Data::Ipvtap(ipvlan) => stacked::ipvlan(ipvlan)?,
        Data::Vlan(vlan) => stacked::vlan(vlan)?,
        Data::Macsec(macsec) => stacked::macsec(macsec)?,
        Data::Hsr(hsr) => stacked::hsr(hsr, world)?,
        Data::Tun(tun) => stacked::tun(tun)?,
        Data::Vrf(vrf) => {
            let mut out = Obj::default();
            out.opt("table", vrf.table()?);
            out
        }
        Data::Xfrm(xfrm) => {
            let mut out = Obj::default();
            out.mark("external", xfrm.collect_metadata()?);
            out.opt("if_id", xfrm.if_id()?.filter(|id| *id != 0).map(crate::world::hex));
            out
        }
        _ => return Ok(None),
    }))
}

fn counters(stats: &RtnlLinkStats64, carrier_changes: Option<u32>, style: Style) -> Obj {
    let mut rx = Obj::default();
    rx.set("bytes", stats.rx_bytes);
    rx.set("packets", stats.rx_packets);
    rx.set("errors", stats.rx_errors);
    rx.set("dropped", stats.rx_dropped);
    rx.set("over_errors", stats.rx_over_errors);
    rx.set("multicast", stats.multicast);
    rx.opt("compressed", Some(stats.rx_compressed).filter(|n| *n > 0));
    let mut tx = Obj::default();
    tx.set("bytes", stats.tx_bytes);
    tx.set("packets", stats.tx_packets);
    tx.set("errors", stats.tx_errors);
    tx.set("dropped", stats.tx_dropped);
    tx.set("carrier_errors", stats.tx_carrier_errors);
    tx.set("collisions", stats.collisions);
    tx.opt("compressed", Some(stats.tx_compressed).filter(|n| *n > 0));
    if style.counters {
        rx.set("length_errors", stats.rx_length_errors);
        rx.set("crc_errors", stats.rx_crc_errors);
        rx.set("frame_errors", stats.rx_frame_errors);
        rx.set("fifo_errors", stats.rx_fifo_errors);
        rx.set("missed_errors", stats.rx_missed_errors);
        rx.opt("nohandler", Some(stats.rx_nohandler).filter(|n| *n > 0));
        rx.opt("otherhost_dropped", stats.rx_otherhost_dropped.filter(|n| *n > 0));
        tx.set("aborted_errors", stats.tx_aborted_errors);
        tx.set("fifo_errors", stats.tx_fifo_errors);
        tx.set("window_errors", stats.tx_window_errors);
        tx.set("heartbeat_errors", stats.tx_heartbeat_errors);
        tx.opt("carrier_changes", carrier_changes);
    }
    let mut out = Obj::default();
    out.set("rx", rx);
    out.set("tx", tx);
    out
}
