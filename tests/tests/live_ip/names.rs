//! Words of `ip` that several objects share. Numbers that `/etc/iproute2` may name are not used
//! by the tests, so that they print alike everywhere.

use netlink_families::common::Af;

/// An address family.
pub(crate) fn family(family: Af) -> String {
    match family {
        Af::INET => "inet".to_owned(),
        Af::INET6 => "inet6".to_owned(),
        Af::MPLS => "mpls".to_owned(),
        Af::BRIDGE => "bridge".to_owned(),
        other => other.0.to_string(),
    }
}

/// A scope of addresses and routes.
pub(crate) fn scope(scope: u32) -> String {
    find(scope, &[(0, "global"), (200, "site"), (253, "link"), (254, "host"), (255, "nowhere")])
}

/// Who made a route, a neighbour or a rule.
pub(crate) fn protocol(protocol: u32) -> String {
    find(protocol, &[(0, "unspec"), (1, "redirect"), (2, "kernel"), (3, "boot"), (4, "static"), (9, "ra")])
}

/// A routing table.
pub(crate) fn table(table: u32) -> String {
    find(table, &[(253, "default"), (254, "main"), (255, "local")])
}

/// A type of routes.
pub(crate) fn route_type(ty: u32) -> String {
    let words = [
        (0, "none"),
        (1, "unicast"),
        (2, "local"),
        (3, "broadcast"),
        (4, "anycast"),
        (5, "multicast"),
        (6, "blackhole"),
        (7, "unreachable"),
        (8, "prohibit"),
        (9, "throw"),
        (10, "nat"),
        (11, "xresolve"),
    ];
    find(ty, &words)
}

/// The two realms in a flow; the first may be missing.
pub(crate) fn realms(flow: u32) -> (Option<String>, String) {
    let (from, to) = (flow >> 16, flow & 0xffff);
    ((from != 0).then(|| from.to_string()), to.to_string())
}

/// A protocol above IP, by the system's list.
pub(crate) fn ip_protocol(number: u32) -> String {
    let list = std::fs::read_to_string("/etc/protocols").unwrap_or_default();
    let named = list.lines().find_map(|line| {
        let mut fields = line.split_whitespace();
        let (name, own) = (fields.next()?, fields.next()?);
        (own.parse() == Ok(number)).then(|| name.to_owned())
    });
    named.unwrap_or_else(|| format!("ipproto-{number}"))
}

fn find(number: u32, words: &[(u32, &str)]) -> String {
    let word = words.iter().find(|(own, _)| *own == number);
    word.map_or_else(|| number.to_string(), |(_, word)| (*word).to_owned())
}
