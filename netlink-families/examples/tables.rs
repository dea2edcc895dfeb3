//! Links, addresses, routes, neighbours and generic netlink families of the running kernel, as
//! tables: what `cargo xtask demo` ends with.

use netlink_families::common::RouteFamily;
use netlink_families::{nlctrl, rt_addr, rt_link, rt_neigh, rt_route};
use netlink_runtime::Protocol;
use netlink_runtime::socket::Socket;
use std::collections::BTreeMap;
use std::fmt::Display;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let mut route = Socket::open(Protocol::Route)?;
    let names = links(&mut route)?;
    addresses(&mut route, &names)?;
    routes(&mut route, &names)?;
    neighbours(&mut route, &names)?;
    families(&mut Socket::open(Protocol::Generic)?)
}

/// Prints a table: columns as wide as their longest cell.
fn table(title: &str, columns: &[&str], rows: &[Vec<String>]) {
    println!("\n{title}: {}", rows.len());
    let mut widths: Vec<usize> = columns.iter().map(|c| c.len()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: &[String]| {
        let padded = cells.iter().zip(&widths).map(|(c, w)| format!("{c:w$}")).collect::<Vec<_>>();
        println!("  {}", padded.join("  ").trim_end());
    };
    line(&columns.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>());
    rows.iter().for_each(|row| line(row));
}

/// What an attribute holds, or a dash.
fn show<T: Display>(value: Option<T>) -> String {
    value.map_or_else(|| "-".to_owned(), |v| v.to_string())
}

fn name(names: &BTreeMap<i32, String>, index: Option<u32>) -> String {
    let known = index.and_then(|i| names.get(&(i as i32)).cloned());
    known.unwrap_or_else(|| show(index))
}

fn links(route: &mut Socket) -> Result<BTreeMap<i32, String>> {
    let (mut rows, mut names) = (Vec::new(), BTreeMap::new());
    let mut links = route.dump(rt_link::GetLink::dump())?;
    while let Some(link) = links.next()? {
        let header = link.header();
        names.insert(header.ifi_index, show(link.ifname()?));
        let kind = match link.linkinfo()? {
            Some(info) => show(info.kind()?),
            None => "-".to_owned(),
        };
        rows.push(vec![
            header.ifi_index.to_string(),
            show(link.ifname()?),
            kind,
            show(link.mtu()?),
            show(link.operstate()?),
            show(link.address()?),
            link.stats64()?.map_or_else(|| "-".to_owned(), |s| s.rx_packets.to_string()),
        ]);
    }
    table("links", &["index", "name", "kind", "mtu", "state", "address", "rx packets"], &rows);
    Ok(names)
}

fn addresses(route: &mut Socket, names: &BTreeMap<i32, String>) -> Result<()> {
    let mut rows = Vec::new();
    let mut addresses = route.dump(rt_addr::GetAddr::dump())?;
    while let Some(address) = addresses.next()? {
        let header = address.header();
        rows.push(vec![
            name(names, Some(header.ifa_index)),
            format!("{}/{}", show(address.address()?), header.ifa_prefixlen),
            header.ifa_scope.to_string(),
            show(address.label()?),
        ]);
    }
    table("addresses", &["device", "address", "scope", "label"], &rows);
    Ok(())
}

fn routes(route: &mut Socket, names: &BTreeMap<i32, String>) -> Result<()> {
    let mut rows = Vec::new();
    let mut routes = route.dump(rt_route::GetRoute::dump())?;
    while let Some(route) = routes.next()? {
        let header = route.header();
        let any = if header.rtm_family == RouteFamily::INET6 { "::" } else { "0.0.0.0" };
        let destination = route.dst()?.map_or_else(|| any.to_owned(), |d| d.to_string());
        rows.push(vec![
            format!("{destination}/{}", header.rtm_dst_len),
            show(route.gateway()?),
            name(names, route.oif()?),
            route.table()?.map_or_else(|| header.rtm_table.to_string(), |t| t.to_string()),
            show(route.priority()?),
            header.rtm_type.to_string(),
        ]);
    }
    table("routes", &["destination", "gateway", "device", "table", "metric", "type"], &rows);
    Ok(())
}

fn neighbours(route: &mut Socket, names: &BTreeMap<i32, String>) -> Result<()> {
    let mut rows = Vec::new();
    let mut neighbours = route.dump(rt_neigh::GetNeigh::dump())?;
    while let Some(neighbour) = neighbours.next()? {
        let header = neighbour.header();
        rows.push(vec![
            show(neighbour.dst()?),
            name(names, u32::try_from(header.ndm_ifindex).ok()),
            show(neighbour.lladdr()?),
            header.ndm_state.to_string(),
        ]);
    }
    table("neighbours", &["address", "device", "link-layer address", "state"], &rows);
    Ok(())
}

fn families(generic: &mut Socket) -> Result<()> {
    let mut rows = Vec::new();
    let mut families = generic.dump(nlctrl::GetFamily::dump())?;
    while let Some(family) = families.next()? {
        let groups = family.mcast_groups()?.into_iter().flatten();
        let mut group_names = Vec::new();
        for (_, group) in groups {
            group_names.push(group?.name()?.to_string());
        }
        rows.push(vec![
            show(family.family_id()?),
            show(family.family_name()?),
            show(family.version()?),
            family.ops()?.map_or(0, |ops| ops.count()).to_string(),
            group_names.join(" "),
        ]);
    }
    table("generic netlink families", &["id", "name", "version", "operations", "groups"], &rows);
    Ok(())
}
