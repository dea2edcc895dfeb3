//! Refusals name the attribute, whatever the family: attributes of a length that no kernel takes, in many
//! sets and nests, each checked against the place where it stands in the request. (The nests of nf_tables
//! and of connection tracking are parsed by the kernel without saying where it fails.)

use netlink_families::{
    conntrack, ethtool, mptcp_pm, nftables, nlctrl, rt_addr, rt_link, rt_neigh, rt_nexthop, rt_route,
    rt_rule, tc,
};
use netlink_runtime::message::NLM_F_CREATE;
use netlink_runtime::meta::{Key, SetMeta, TypeMeta};
use netlink_runtime::socket::{Error, Socket};
use netlink_runtime::{EncodeError, MessageType, Protocol, Request};
use netlink_tests::in_namespace;

/// A request with other bytes in it.
struct Bytes<R>(R, Vec<u8>);

impl<R: Request> Request for Bytes<R> {
    type Reply = R::Reply;
    const PROTOCOL: Protocol = R::PROTOCOL;

    fn message_type(&self) -> MessageType {
        self.0.message_type()
    }

    fn flags(&self) -> u16 {
        self.0.flags() | NLM_F_CREATE
    }

    fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        out.extend(&self.1);
        Ok(())
    }

    fn set(&self) -> Option<&'static SetMeta> {
        self.0.set()
    }

    fn name(&self) -> Option<&'static str> {
        self.0.name()
    }
}

fn attr(raw_type: u16, payload: &[u8]) -> Vec<u8> {
    let mut bytes = ((4 + payload.len()) as u16).to_ne_bytes().to_vec();
    bytes.extend(raw_type.to_ne_bytes());
    bytes.extend(payload);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

/// The numbers of a path of C names, from a set down; selected payloads are those of `kinds`, in order. A
/// member of an indexed array is named as in `TCA_U32_ACT[1]`.
fn numbers(mut set: &'static SetMeta, path: &str, kinds: &'static str) -> Vec<u16> {
    let mut out = Vec::new();
    let mut names = path.split('.').peekable();
    let mut kinds = kinds.split_whitespace();
    while let Some(name) = names.next() {
        let (name, member) = match name.strip_suffix(']').and_then(|name| name.split_once('[')) {
            Some((name, index)) => (name, Some(index.parse::<u16>().expect("an index"))),
            None => (name, None),
        };
        let found = set.attrs.iter().find(|a| a.c_name == name);
        let found = found.unwrap_or_else(|| panic!("no {name} in {}", set.name));
        out.push(found.id);
        out.extend(member);
        if names.peek().is_none() {
            break;
        }
        set = match found.ty {
            TypeMeta::Nest(inner) => inner.get(),
            TypeMeta::Sub(sub, _) => {
                let kind = kinds.next().expect("a kind");
                let format = sub.formats.iter().find(|f| f.keys == [Key::Text(kind)]);
                match format.map(|f| f.ty) {
                    Some(TypeMeta::Nest(inner)) => inner.get(),
                    other => panic!("{name} of {kind}: {other:?}"),
                }
            }
            other => panic!("{name} is no nest: {other:?}"),
        };
    }
    out
}

/// What each refusal said.
struct Seen {
    count: usize,
    families: Vec<&'static str>,
    skipped: Vec<String>,
}

impl Seen {
    /// Sends `path` with one byte in it, behind a fixed header and the attributes before it, and checks
    /// what is said of it.
    fn refused<R: Request>(
        &mut self,
        socket: &mut Socket,
        request: R,
        header: &[u8],
        before: &[Vec<u8>],
        path: &str,
        kind: &'static str,
    ) {
        // The kind of a link stands beside its data.
        let kind_of_link = attr(1, &[kind.as_bytes(), b"\0"].concat());
        let beside = [(0, kind_of_link)];
        let beside = if kind.is_empty() { &[] } else { &beside[..] };
        self.refused_beside(socket, request, header, before, beside, path, kind);
    }

    /// The same with attributes beside the one that is refused, by the depth of the nest they are in.
    #[allow(clippy::too_many_arguments)]
    fn refused_beside<R: Request>(
        &mut self,
        socket: &mut Socket,
        request: R,
        header: &[u8],
        before: &[Vec<u8>],
        beside: &[(usize, Vec<u8>)],
        path: &str,
        kind: &'static str,
    ) {
        let (message_type, name) = (request.message_type(), request.name().expect("a name"));
        let ids = numbers(request.set().expect("a set"), path, kind);
        let (last, nests) = ids.split_last().expect("a path");
        let mut bytes = attr(*last, &[1]);
        for (depth, id) in nests.iter().enumerate().rev() {
            let beside = beside.iter().filter(|(at, _)| *at == depth).flat_map(|(_, bytes)| bytes.clone());
            let beside: Vec<u8> = beside.collect();
            bytes = attr(0x8000 | id, &[beside, bytes].concat());
        }
        let body = [header, &before.concat(), &bytes].concat();
        let generic = matches!(message_type, MessageType::Generic { .. });
        // It is the last thing in the message: four bytes of header, one of payload, three of padding.
        let offset = 16 + if generic { 4 } else { 0 } + body.len() - 8;
        let request = Bytes(request, body);
        let batched =
            R::PROTOCOL == Protocol::Netfilter && matches!(message_type, MessageType::Raw(t) if t >> 8 == 10);
        let error = if batched {
            let mut transaction = socket.transaction(10, None).expect("begun");
            transaction.add(request).expect("added");
            transaction.finish().expect("sent").ok()
        } else {
            socket.execute(request)
        };
        let error = match error {
            Err(Error::Kernel(error)) => error,
            other => panic!("{}: {path}: {other:?}", name),
        };
        eprintln!("{error}");
        if error.name() == Some("EOPNOTSUPP") {
            return self.skipped.push(format!("{path} of {kind}"));
        }
        // `nfnetlink_rcv_batch` used to parse without noting where that fails.
        if batched && error.offset.is_none() && netlink_tests::kernel_before(6, 18) {
            return self.skipped.push(path.to_owned());
        }
        assert_eq!(error.attr_path.as_deref(), Some(path), "{error}");
        assert_eq!(error.offset.map(|o| o as usize), Some(offset), "{error}");
        assert!(error.to_string().starts_with(&format!(
            "{}: {} at {path}",
            name,
            error.name().expect("a name")
        )));
        self.count += 1;
        if self.families.last() != Some(&name) {
            self.families.push(name);
        }
    }
}

fn seen() -> Seen {
    Seen { count: 0, families: Vec::new(), skipped: Vec::new() }
}

#[test]
fn of_rtnetlink() {
    if !in_namespace("of_rtnetlink") {
        return;
    }
    netlink_tests::ip("link set lo up");
    let (mut socket, mut seen) = (Socket::open(Protocol::Route).expect("a socket"), seen());
    let lo = [&[0; 4][..], &1i32.to_ne_bytes(), &[0; 8]].concat();
    for path in [
        "IFLA_MTU",
        "IFLA_TXQLEN",
        "IFLA_MASTER",
        "IFLA_GROUP",
        "IFLA_NET_NS_PID",
        "IFLA_GSO_MAX_SEGS",
        "IFLA_NEW_IFINDEX",
    ] {
        seen.refused(&mut socket, rt_link::NewLink::request(), &lo, &[], path, "");
    }
    for (kind, path) in [
        ("vxlan", "IFLA_LINKINFO.IFLA_INFO_DATA.IFLA_VXLAN_ID"),
        ("bridge", "IFLA_LINKINFO.IFLA_INFO_DATA.IFLA_BR_FORWARD_DELAY"),
        ("macvlan", "IFLA_LINKINFO.IFLA_INFO_DATA.IFLA_MACVLAN_MODE"),
        ("vlan", "IFLA_LINKINFO.IFLA_INFO_DATA.IFLA_VLAN_ID"),
    ] {
        seen.refused(&mut socket, rt_link::NewLink::request(), &[0; 16], &[], path, kind);
    }
    let address = [2, 8, 0, 0, 1, 0, 0, 0];
    for path in ["IFA_LOCAL", "IFA_FLAGS", "IFA_RT_PRIORITY", "IFA_CACHEINFO"] {
        seen.refused(&mut socket, rt_addr::NewAddr::request(), &address, &[], path, "");
    }
    let route = [2, 0, 0, 0, 254, 4, 0, 1, 0, 0, 0, 0];
    for path in ["RTA_OIF", "RTA_PRIORITY", "RTA_TABLE", "RTA_MARK", "RTA_NH_ID"] {
        seen.refused(&mut socket, rt_route::NewRoute::request(), &route, &[], path, "");
    }
    let rule = [2, 0, 0, 0, 254, 0, 0, 1, 0, 0, 0, 0];
    for path in ["FRA_PRIORITY", "FRA_TABLE", "FRA_FWMARK", "FRA_GOTO", "FRA_UID_RANGE"] {
        seen.refused(&mut socket, rt_rule::NewRule::request(), &rule, &[], path, "");
    }
    let neighbour = [&[2, 0, 0, 0][..], &1i32.to_ne_bytes(), &[2, 0, 0, 0]].concat();
    let to = attr(1, &[127, 0, 0, 9]);
    for path in ["NDA_IFINDEX", "NDA_VLAN", "NDA_FLAGS_EXT"] {
        seen.refused(
            &mut socket,
            rt_neigh::NewNeigh::request(),
            &neighbour,
            std::slice::from_ref(&to),
            path,
            "",
        );
    }
    for path in ["NHA_ID", "NHA_OIF", "NHA_GROUP_TYPE"] {
        seen.refused(
            &mut socket,
            rt_nexthop::NewNexthop::request(),
            &[2, 0, 0, 0, 0, 0, 0, 0],
            &[],
            path,
            "",
        );
    }
    eprintln!("{} refusals of {:?}; not supported here: {:?}", seen.count, seen.families, seen.skipped);
    assert!(seen.count >= 28 && seen.families.len() == 6);
}

#[test]
fn of_traffic_control() {
    if !in_namespace("of_traffic_control") {
        return;
    }
    netlink_tests::ip("link set lo up");
    let (mut socket, mut seen) = (Socket::open(Protocol::Route).expect("a socket"), seen());
    // `struct tcmsg`: family, index, handle, parent, info.
    let header = |handle: u32, parent: u32, info: u32| {
        let words = [0u32, 1, handle, parent, info];
        words.iter().flat_map(|word| word.to_ne_bytes()).collect::<Vec<u8>>()
    };
    let named = |kind: &str| attr(1, &[kind.as_bytes(), b"\0"].concat());
    let root = header(0x1_0000, u32::MAX, 0);
    for path in ["TCA_CHAIN", "TCA_INGRESS_BLOCK", "TCA_EGRESS_BLOCK", "TCA_STAB.TCA_STAB_BASE"] {
        seen.refused(&mut socket, tc::NewQdisc::request(), &root, &[named("pfifo")], path, "");
    }
    seen.refused(&mut socket, tc::NewChain::request(), &root, &[], "TCA_CHAIN", "");
    seen.refused(&mut socket, tc::NewTfilter::request(), &root, &[], "TCA_CHAIN", "");
    let clsact = tc::NewQdisc::request().with(|b| {
        b.header(tc::Tcmsg { tcm_ifindex: 1, tcm_parent: 0xffff_fff1, ..Default::default() }).kind("clsact")
    });
    if let Err(error) = socket.execute(clsact.create()) {
        return netlink_tests::skip("of_traffic_control", &format!("clsact: {error}"));
    }
    // Of filters, u32 is the one that most kernels have.
    let ingress = header(0, 0xffff_fff2, 1 << 16 | u32::from(0x0800u16.to_be()));
    let before = [named("u32")];
    for name in ["CLASSID", "HASH", "LINK", "DIVISOR", "FLAGS"] {
        let path = format!("TCA_OPTIONS.TCA_U32_{name}");
        seen.refused_beside(&mut socket, tc::NewTfilter::request(), &ingress, &before, &[], &path, "u32");
    }
    // `struct tc_u32_sel` of a filter without keys, which its action needs beside it.
    let sel = (0, attr(5, &[0; 16]));
    let mirred = (2, named("mirred"));
    for (beside, path) in [
        (&[sel.clone()][..], "TCA_OPTIONS.TCA_U32_ACT[1].TCA_ACT_INDEX"),
        (&[sel, mirred], "TCA_OPTIONS.TCA_U32_ACT[1].TCA_ACT_OPTIONS.TCA_MIRRED_PARMS"),
    ] {
        let request = tc::NewTfilter::request();
        seen.refused_beside(&mut socket, request, &ingress, &before, beside, path, "u32 mirred");
    }
    eprintln!("{} refusals of {:?}; not supported here: {:?}", seen.count, seen.families, seen.skipped);
    assert!(seen.count >= 13 && seen.families.len() == 3);
}

#[test]
fn of_generic_netlink() {
    if !in_namespace("of_generic_netlink") {
        return;
    }
    let (mut socket, mut seen) = (Socket::open(Protocol::Generic).expect("a socket"), seen());
    seen.refused(&mut socket, nlctrl::GetFamily::request(), &[], &[], "CTRL_ATTR_FAMILY_ID", "");
    if socket.family("ethtool").is_ok() {
        let lo = attr(0x8001, &attr(2, b"lo\0"));
        let before = std::slice::from_ref(&lo);
        seen.refused(&mut socket, ethtool::RingsSet::request(), &[], before, "ETHTOOL_A_RINGS_RX", "");
        seen.refused(
            &mut socket,
            ethtool::ChannelsSet::request(),
            &[],
            before,
            "ETHTOOL_A_CHANNELS_COMBINED_COUNT",
            "",
        );
        let path = "ETHTOOL_A_LINKINFO_HEADER.ETHTOOL_A_HEADER_DEV_INDEX";
        seen.refused(&mut socket, ethtool::LinkinfoGet::request(), &[], &[], path, "");
    } else {
        netlink_tests::skip("of_generic_netlink", "this kernel has no ethtool");
    }
    if socket.family("mptcp_pm").is_ok() {
        seen.refused(
            &mut socket,
            mptcp_pm::SetLimits::request(),
            &[],
            &[],
            "MPTCP_PM_ATTR_RCV_ADD_ADDRS",
            "",
        );
        let path = "MPTCP_PM_ENDPOINT_ADDR.MPTCP_PM_ADDR_ATTR_IF_IDX";
        seen.refused(&mut socket, mptcp_pm::AddAddr::request(), &[], &[], path, "");
    } else {
        netlink_tests::skip("of_generic_netlink", "this kernel has no mptcp_pm");
    }
    eprintln!("{} refusals of {:?}", seen.count, seen.families);
}

#[test]
fn of_netfilter() {
    if !in_namespace("of_netfilter") {
        return;
    }
    let (mut socket, mut seen) = (Socket::open(Protocol::Netfilter).expect("a socket"), seen());
    let header = [2, 0, 0, 0];
    if let Err(error) = socket.dump_all(nftables::GetTable::dump(), |_| Ok(())) {
        netlink_tests::skip("of_netfilter", &format!("nf_tables: {error}"));
    } else {
        let table = attr(1, b"t\0");
        seen.refused(
            &mut socket,
            nftables::NewTable::request(),
            &header,
            std::slice::from_ref(&table),
            "NFTA_TABLE_FLAGS",
            "",
        );
        let mut transaction = socket.transaction(10, None).expect("begun");
        let named = nftables::NewTable::request().with(|t| {
            let family = netlink_families::nfnetlink::Nfproto::IPV4;
            t.header(netlink_families::nfnetlink::Nfgenmsg { nfgen_family: family, ..Default::default() })
                .name("t")
        });
        transaction.add(named.create()).expect("added");
        transaction.finish().expect("sent").ok().expect("a table");
        let chain = [table.clone(), attr(3, b"c\0")];
        for path in ["NFTA_CHAIN_POLICY", "NFTA_CHAIN_FLAGS", "NFTA_CHAIN_ID"] {
            seen.refused(&mut socket, nftables::NewChain::request(), &header, &chain, path, "");
        }
        seen.refused(&mut socket, nftables::NewRule::request(), &header, &[table], "NFTA_RULE_POSITION", "");
    }
    if let Err(error) = socket.dump_all(conntrack::CtGet::dump(), |_| Ok(())) {
        netlink_tests::skip("of_netfilter", &format!("conntrack: {error}"));
    } else {
        for path in ["CTA_TIMEOUT", "CTA_MARK", "CTA_STATUS", "CTA_ZONE"] {
            seen.refused(&mut socket, conntrack::CtNew::request(), &header, &[], path, "");
        }
    }
    eprintln!("{} refusals of {:?}", seen.count, seen.families);
}
