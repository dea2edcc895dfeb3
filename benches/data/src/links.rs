//! Links: pairs of veth, bridges with ports, and some of other kinds.

use crate::capture::Capture;
use crate::{Result, done};
use netlink_families::common::Af;
use netlink_families::rt_addr::{Ifaddrmsg, NewAddr};
use netlink_families::rt_link::{
    GetLink, Ifinfomsg, Link, MacvlanMode, NetDeviceFlags, NewLink, NewLinkprop, SetLink,
};
use netlink_runtime::socket::Socket;
use netlink_runtime::{Builder, Call};
use std::net::{IpAddr, Ipv4Addr};

/// How many pairs of veth there are.
const PAIRS: u16 = 512;

const BRIDGES: u16 = 16;

/// How many pairs are up, for routes and neighbours to go over.
pub(crate) const UP: u16 = 8;

/// Links are made with indices of our choice, so that they are the same in every namespace.
const BRIDGE: u16 = 100;
const PAIR: u16 = 200;
const WRITING: u16 = 1300;
const OTHER: u16 = 1400;

/// The index of the first link of a pair.
pub(crate) fn pair(n: u16) -> u16 {
    PAIR + 2 * n
}

/// The network of a pair that is up: the kernel's address there, and those of others.
pub(crate) fn address(n: u16, host: u16) -> Ipv4Addr {
    let [high, low] = host.to_be_bytes();
    Ipv4Addr::new(10, 100 + n as u8, high, low)
}

fn header(index: u16, flags: NetDeviceFlags) -> Ifinfomsg {
    Ifinfomsg { ifi_index: index.into(), ifi_flags: flags, ifi_change: flags, ..Ifinfomsg::default() }
}

fn mac(index: u16) -> [u8; 6] {
    let [high, low] = index.to_be_bytes();
    [2, 0, 0, 0, high, low]
}

/// A link with an index, a name and an address of its own.
fn link(
    index: u16,
    name: &str,
    flags: NetDeviceFlags,
    more: impl FnOnce(Builder<Link>) -> Builder<Link>,
) -> Call<NewLink> {
    NewLink::request()
        .with(|l| more(l.header(header(index, flags)).ifname(name).address(mac(index))))
        .create()
}

fn veth(index: u16, names: [&str; 2], more: impl FnOnce(Builder<Link>) -> Builder<Link>) -> Call<NewLink> {
    link(index, names[0], NetDeviceFlags(0), |l| {
        more(l).linkinfo(|i| {
            i.data(|d| {
                let peer = header(index + 1, NetDeviceFlags(0));
                d.veth(|v| v.peer(|p| p.header(peer).ifname(names[1]).address(mac(index + 1))))
            })
        })
    })
}

/// Makes all of them.
pub(crate) fn make(socket: &mut Socket) -> Result<()> {
    let up = NetDeviceFlags::UP;
    let mut batch = socket.batch();
    batch.add(SetLink::request().with(|l| l.header(header(1, up))))?;
    for n in 0..BRIDGES {
        let kind = |l: Builder<Link>| {
            l.linkinfo(|i| i.data(|d| d.bridge(|b| b.ageing_time(30_000).priority(4096 * n))))
        };
        batch.add(link(BRIDGE + n, &format!("br{n}"), up, kind))?;
    }
    for n in 0..PAIRS {
        let more = |l: Builder<Link>| {
            let l = l.txqlen(1000 + u32::from(n % 4)).group(u32::from(n % 8));
            let l =
                if n.is_multiple_of(16) { l.ifalias(&*format!("customer {n}, rack {}", n / 16)) } else { l };
            // The other half is not port of anything.
            if n >= PAIRS / 2 { l.master(u32::from(BRIDGE + n % BRIDGES)) } else { l }
        };
        batch.add(veth(pair(n), [&format!("v{n}"), &format!("p{n}")], more))?;
    }
    batch.add(veth(WRITING, ["w0", "w1"], |l| l))?;
    for index in (0..UP).map(pair).chain([WRITING]).flat_map(|index| [index, index + 1]) {
        batch.add(SetLink::request().with(|l| l.header(header(index, up))))?;
    }
    for n in (0..PAIRS).step_by(8) {
        let names = (format!("rack{}-port{n}", n / 16), format!("uplink-of-customer-{n}"));
        let header = header(pair(n), NetDeviceFlags(0));
        let names = NewLinkprop::request()
            .with(|l| l.header(header).prop_list(|p| p.alt_ifname(&*names.0).alt_ifname(&*names.1)));
        batch.add(names.create().append())?;
    }
    let mut networks: Vec<_> = (0..UP).map(|n| (pair(n), address(n, 1))).collect();
    networks.push((WRITING, Ipv4Addr::new(10, 200, 0, 1)));
    for (index, local) in networks {
        let header = Ifaddrmsg {
            ifa_family: Af::INET,
            ifa_prefixlen: 16,
            ifa_index: index.into(),
            ..Ifaddrmsg::default()
        };
        batch.add(NewAddr::request().with(|a| a.header(header).local(IpAddr::from(local))).create())?;
    }
    done("links", batch.finish()?)?;
    others(socket)
}

/// Kinds that not every kernel has.
fn others(socket: &mut Socket) -> Result<()> {
    const EACH: u16 = 16;
    let below = |l: Builder<Link>, n: u16| l.link(u32::from(pair(UP + n)));
    let id = u32::from;
    type Make<'a> = &'a dyn Fn(Builder<Link>, u16) -> Builder<Link>;
    let kinds: [(&str, Make<'_>); 7] = [
        ("dummy", &|l, n| l.mtu(1500 + u32::from(n)).linkinfo(|i| i.data(|d| d.dummy(|e| e)))),
        ("macvlan", &|l, n| below(l, n).linkinfo(|i| i.data(|d| d.macvlan(|m| m.mode(MacvlanMode::BRIDGE))))),
        ("vxlan", &|l, n| {
            let group = Ipv4Addr::new(239, 1, 1, n as u8);
            l.linkinfo(|i| {
                i.data(|d| d.vxlan(|v| v.id(5000 + id(n)).group(group).link(id(pair(0))).port(4789)))
            })
        }),
        ("vlan", &|l, n| below(l, n).linkinfo(|i| i.data(|d| d.vlan(|v| v.id(100 + n))))),
        ("vrf", &|l, n| l.linkinfo(|i| i.data(|d| d.vrf(|v| v.table(1000 + id(n)))))),
        ("bond", &|l, n| l.linkinfo(|i| i.data(|d| d.bond(|b| b.miimon(100 + id(n)))))),
        ("ipvlan", &|l, n| below(l, EACH + n).linkinfo(|i| i.data(|d| d.ipvlan(|v| v)))),
    ];
    for (kind, (name, make)) in (0..).zip(kinds) {
        let mut batch = socket.batch();
        for n in 0..EACH {
            let index = OTHER + EACH * kind + n;
            batch.add(link(index, &format!("{name}{n}"), NetDeviceFlags(0), |l| make(l, n)))?;
        }
        match done(name, batch.finish()?) {
            Ok(()) => println!("links: {EACH} of kind {name}"),
            Err(e) => println!("links: none of kind {e}"),
        }
    }
    Ok(())
}

/// All of them.
pub(crate) fn capture(socket: &mut Socket, file: &mut Capture) -> Result<()> {
    file.dump(socket, GetLink::dump())
}
