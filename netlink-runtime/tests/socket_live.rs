//! The running kernel, in a network namespace of its own; skipped and counted where there is none.

mod socket_support;

use netlink_runtime::extack::Ack;
use netlink_runtime::genl::GetFamily;
use netlink_runtime::message::{MessageRef, NLM_F_DUMP};
use netlink_runtime::meta::{
    AttrMeta, Card, FormatMeta, Key, Selector, SetMeta, SetRef, StructMeta, SubMeta, TypeMeta,
};
use netlink_runtime::socket::{Error, Event, Overrun, Socket};
use netlink_runtime::{DecodeError, EncodeError, MessageType, Protocol, Reply, Request};
use netlink_tests::in_namespace;
use socket_support::attr;
use std::time::Duration;

const RTM_NEWLINK: u16 = 16;
const RTM_GETLINK: u16 = 18;
const RTM_NEWLINKPROP: u16 = 108;
const RTM_NEWADDR: u16 = 20;
const RTNLGRP_LINK: u32 = 1;
const RTNLGRP_IPV4_IFADDR: u32 = 5;
const LOOPBACK: i32 = 1;
const IFLA_IFNAME: u16 = 3;
const IFLA_MTU: u16 = 4;
const IFLA_LINKINFO: u16 = 18;
const IFLA_PROP_LIST: u16 = 52;
const IFLA_ALT_IFNAME: u16 = 53;
const CREATE_EXCL: u16 = 0x600;

/// `struct ifinfomsg`.
fn link(index: i32, flags: u32, change: u32) -> Vec<u8> {
    let mut header = vec![0; 4];
    header.extend(index.to_ne_bytes());
    header.extend(flags.to_ne_bytes());
    header.extend(change.to_ne_bytes());
    header
}

/// A request about links, and a link as bytes.
struct Link {
    ty: u16,
    flags: u16,
    payload: Vec<u8>,
}

impl Link {
    fn new(ty: u16, flags: u16, parts: &[Vec<u8>]) -> Self {
        Link { ty, flags, payload: parts.concat() }
    }
}

impl Request for Link {
    type Reply = Link;
    const PROTOCOL: Protocol = Protocol::Route;

    fn message_type(&self) -> MessageType {
        MessageType::Raw(self.ty)
    }

    fn flags(&self) -> u16 {
        self.flags
    }

    fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        out.extend(&self.payload);
        Ok(())
    }

    fn set(&self) -> Option<&'static SetMeta> {
        Some(&SETS[0])
    }

    fn name(&self) -> Option<&'static str> {
        Some("RTM_NEWLINK")
    }
}

impl Reply for Link {
    type View<'a> = &'a [u8];

    fn view(payload: &[u8]) -> Result<&[u8], DecodeError> {
        Ok(payload)
    }

    fn accepts(message_type: u16) -> bool {
        message_type == RTM_NEWLINK
    }
}

const fn one(id: u16, c_name: &'static str, ty: TypeMeta) -> AttrMeta {
    AttrMeta { id, c_name, name: "", card: Card::One, ty, ordinal: 0 }
}

static IFINFOMSG: StructMeta = StructMeta { c_name: "ifinfomsg", size: 16, members: &[] };
static SETS: [SetMeta; 3] = [
    SetMeta {
        name: "Link",
        header: Some(&IFINFOMSG),
        attrs: &[
            one(IFLA_IFNAME, "IFLA_IFNAME", TypeMeta::String),
            one(IFLA_MTU, "IFLA_MTU", TypeMeta::Binary),
            one(IFLA_LINKINFO, "IFLA_LINKINFO", TypeMeta::Nest(set(1))),
        ],
    },
    SetMeta {
        name: "LinkInfo",
        header: None,
        attrs: &[
            one(1, "IFLA_INFO_KIND", TypeMeta::String),
            one(2, "IFLA_INFO_DATA", TypeMeta::Sub(&DATA, &[Selector::Attr(1)])),
        ],
    },
    SetMeta { name: "Veth", header: None, attrs: &[one(1, "VETH_INFO_PEER", TypeMeta::Binary)] },
];
static DATA: SubMeta = SubMeta {
    name: "LinkInfoData",
    formats: &[FormatMeta { keys: &[Key::Text("veth")], ty: TypeMeta::Nest(set(2)) }],
    default: None,
};

const fn set(key: usize) -> SetRef {
    fn get(key: usize) -> &'static SetMeta {
        &SETS[key]
    }
    SetRef::dynamic(get, key)
}

/// S3-1.
#[test]
fn links() {
    if !in_namespace("links") {
        return;
    }
    let mut route = Socket::open(Protocol::Route).unwrap();
    assert_ne!(route.port(), 0);
    let get = Link::new(RTM_GETLINK, 0, &[link(0, 0, 0)]);
    let mut dump = route.dump(&get).unwrap();
    let mut indices = Vec::new();
    while let Some(link) = dump.next().unwrap() {
        indices.push(i32::from_ne_bytes(link[4..8].try_into().unwrap()));
        assert_eq!(dump.message().unwrap().header.message_type, RTM_NEWLINK);
    }
    drop(dump);
    assert!(indices.contains(&LOOPBACK), "{indices:?}");
    assert_eq!(route.dump_all(&get, |_| Ok(())).unwrap().len(), indices.len());

    let lo = route.get(Link::new(RTM_GETLINK, 0, &[link(LOOPBACK, 0, 0)])).unwrap();
    assert_eq!(lo.view().unwrap()[4..8], LOOPBACK.to_ne_bytes());

    let nowhere = Link::new(RTM_GETLINK, 0, &[link(0x7fff_0000, 0, 0)]);
    assert_eq!(route.get(&nowhere).unwrap_err().errno(), Some(libc::ENODEV));
}

/// S3-4, S4-15.
#[test]
fn raw_links() {
    if !in_namespace("raw_links") {
        return;
    }
    let mut route = Socket::open(Protocol::Route).unwrap();
    let mut exchange = route.raw_request(RTM_GETLINK, NLM_F_DUMP, &link(0, 0, 0)).unwrap();
    let mut types = Vec::new();
    while let Some(message) = exchange.next().unwrap() {
        types.push(message.header.message_type);
    }
    assert_eq!(types.pop(), Some(3));
    assert!(!types.is_empty() && types.iter().all(|t| *t == RTM_NEWLINK));
}

/// S3-1.
#[test]
fn strict_checking_is_on_unless_turned_off() {
    if !in_namespace("strict_checking_is_on_unless_turned_off") {
        return;
    }
    // Too short a header for a link dump.
    let short = Link::new(RTM_GETLINK, 0, &[vec![0; 4]]);
    let mut strict = Socket::open(Protocol::Route).unwrap();
    let end = strict.dump_all(&short, |_| Ok(()));
    assert_eq!(end.unwrap_err().errno(), Some(libc::EINVAL));
    let mut loose = Socket::builder().strict(false).open(Protocol::Route).unwrap();
    assert!(!loose.dump_all(&short, |_| Ok(())).unwrap().is_empty());
}

#[test]
fn refusals_name_the_attribute() {
    if !in_namespace("refusals_name_the_attribute") {
        return;
    }
    let mut route = Socket::open(Protocol::Route).unwrap();
    let short = Link::new(
        RTM_NEWLINK,
        0,
        &[link(LOOPBACK, 0, 0), attr(IFLA_IFNAME, b"lo\0"), attr(IFLA_MTU, &[0; 2])],
    );
    let error = route.execute(short).unwrap_err();
    println!("{error}");
    assert_eq!(error.kernel().unwrap().attr_path.as_deref(), Some("IFLA_MTU"));
    assert!(error.to_string().starts_with("RTM_NEWLINK: ERANGE at IFLA_MTU: "), "{error}");
    assert_eq!(error.kernel().unwrap().policy.unwrap().kind_name(), Some("u32"));

    let info = [attr(1, b"veth\0"), attr(2, &attr(1, &[0; 2]))].concat();
    let veth = Link::new(RTM_NEWLINK, CREATE_EXCL, &[link(0, 0, 0), attr(IFLA_LINKINFO, &info)]);
    let error = route.execute(veth).unwrap_err();
    println!("{error}");
    if error.errno() == Some(libc::EOPNOTSUPP) {
        return netlink_tests::skip("refusals_name_the_attribute", "this kernel has no veth");
    }
    let path = "IFLA_LINKINFO.IFLA_INFO_DATA.VETH_INFO_PEER";
    assert_eq!(error.kernel().unwrap().attr_path.as_deref(), Some(path), "{error}");
}

/// S3-2.
#[test]
fn messages_longer_than_the_buffer() {
    if !in_namespace("messages_longer_than_the_buffer") {
        return;
    }
    let mut route = Socket::open(Protocol::Route).unwrap();
    let names = 400;
    for n in 0..names {
        let name = attr(IFLA_ALT_IFNAME, format!("{n:0>120}\0").as_bytes());
        let list = attr(0x8000 | IFLA_PROP_LIST, &name);
        let add = Link::new(RTM_NEWLINKPROP, CREATE_EXCL | 0x800, &[link(LOOPBACK, 0, 0), list]);
        route.execute(add).unwrap();
    }
    let lo = route.get(Link::new(RTM_GETLINK, 0, &[link(LOOPBACK, 0, 0)])).unwrap();
    let bytes = lo.message().bytes();
    println!("a message of {} bytes", bytes.len());
    assert!(bytes.len() > 32 * 1024);
    let last = format!("{:0>120}\0", names - 1);
    assert!(bytes.windows(last.len()).any(|w| w == last.as_bytes()));
    // And the socket goes on.
    route.get(Link::new(RTM_GETLINK, 0, &[link(LOOPBACK, 0, 0)])).unwrap();
}

/// S4-3.
#[test]
fn notifications_of_own_changes() {
    if !in_namespace("notifications_of_own_changes") {
        return;
    }
    let mut route = Socket::builder().timeout(Duration::from_secs(5)).open(Protocol::Route).unwrap();
    route.join(RTNLGRP_IPV4_IFADDR).unwrap();
    let port = route.port();
    let address = |last, flags| {
        let header = vec![2, 8, 0, 0, LOOPBACK as u8, 0, 0, 0]; // struct ifaddrmsg
        Link::new(RTM_NEWADDR, CREATE_EXCL | flags, &[header, attr(2, &[127, 0, 1, last])])
    };
    // Own port and sequence number, and yet no reply.
    let mut replies = route.request(address(1, 0)).unwrap();
    assert!(replies.next_message().unwrap().is_none());
    drop(replies);
    let Event::Notification { group, message, .. } = route.receive().unwrap() else {
        panic!("no notification")
    };
    assert_eq!((group, message.header.message_type), (RTNLGRP_IPV4_IFADDR, RTM_NEWADDR));
    assert_eq!((message.header.sequence, message.header.port), (1, port));

    // Asked for, it is one.
    const NLM_F_ECHO: u16 = 8;
    let mut replies = route.request(address(2, NLM_F_ECHO)).unwrap();
    let error = replies.next().unwrap_err();
    assert!(matches!(error, Error::UnexpectedMessage { message_type: RTM_NEWADDR }), "{error}");
    assert!(replies.next().unwrap().is_none());
    drop(replies);
    assert!(route.try_receive().unwrap().is_none());

    route.leave(RTNLGRP_IPV4_IFADDR).unwrap();
    route.execute(address(3, 0)).unwrap();
    assert!(route.try_receive().unwrap().is_none());
    route.set_timeout(Some(Duration::from_millis(20))).unwrap();
    let error = route.receive().unwrap_err();
    assert!(matches!(&error, Error::Io(e) if e.kind() == std::io::ErrorKind::TimedOut), "{error}");
}

/// S4-13.
#[test]
fn floods_are_told_and_survived() {
    if !in_namespace("floods_are_told_and_survived") {
        return;
    }
    let mut listener =
        Socket::builder().group(RTNLGRP_LINK).receive_buffer(16 * 1024).open(Protocol::Route).unwrap();
    let mut route = Socket::open(Protocol::Route).unwrap();
    for n in 0..200 {
        route.execute(Link::new(RTM_NEWLINK, 0, &[link(LOOPBACK, n & 1, 1)])).unwrap();
    }
    let mut overruns = 0;
    while let Some(event) = listener.try_receive().unwrap() {
        overruns += usize::from(event == Event::Overrun(Overrun::Kernel));
    }
    assert!(overruns > 0);
    listener.get(Link::new(RTM_GETLINK, 0, &[link(LOOPBACK, 0, 0)])).unwrap();
}

/// The controller's list of policies: many datagrams.
const POLICIES: [u8; 4] = [10, 1, 0, 0]; // CTRL_CMD_GETPOLICY

fn policies_of(family: u16) -> Vec<u8> {
    [&POLICIES[..], &attr(1, &family.to_ne_bytes())].concat()
}

#[test]
fn an_abandoned_dump_does_not_keep_the_next_from_starting() {
    let mut genl = Socket::open(Protocol::Generic).unwrap();
    let family = match genl.family("ethtool") {
        Ok(family) => family.id,
        Err(e) => return netlink_tests::skip("generic netlink: ethtool", &e.to_string()),
    };
    let mut counts = Vec::new();
    for stop_after in [1, usize::MAX, 2, usize::MAX] {
        let mut exchange = genl.raw_request(16, NLM_F_DUMP, &policies_of(family)).unwrap();
        let mut count = 0;
        while count < stop_after {
            let Some(message) = exchange.next().unwrap() else { break };
            if let Some(ack) = Ack::parse(message) {
                assert_eq!(ack.errno(), 0);
            }
            count += 1;
        }
        counts.push(count);
    }
    println!("messages: {counts:?}");
    assert_eq!((counts[0], counts[2]), (1, 2));
    assert!(counts[1] > 50 && counts[1] == counts[3]);

    // A request that is no dump, while one is abandoned.
    drop(genl.raw_request(16, NLM_F_DUMP, &policies_of(family)).unwrap());
    assert_eq!(genl.get(GetFamily("nlctrl")).unwrap().view().unwrap().id, 16);
    assert_eq!(genl.get(GetFamily("ethtool")).unwrap().view().unwrap().id, family);
}

#[test]
fn families() {
    let mut genl = Socket::open(Protocol::Generic).unwrap();
    let nlctrl = genl.family("nlctrl").unwrap();
    assert_eq!((nlctrl.id, nlctrl.name.as_str()), (16, "nlctrl"));
    assert!(nlctrl.group("notify").is_some());
    let error = genl.family("no such family").unwrap_err();
    assert!(matches!(&error, Error::UnknownFamily { name } if &**name == "no such family"), "{error}");
}

/// S4-4.
#[test]
fn attributes_that_are_missing() {
    let mut genl = Socket::open(Protocol::Generic).unwrap();
    let id = match genl.family("ethtool") {
        Ok(family) => family.id,
        Err(e) => return netlink_tests::skip("generic netlink: ethtool", &e.to_string()),
    };
    let mut exchange = genl.raw_request(id, 0, &[15, 1, 0, 0]).unwrap(); // ETHTOOL_MSG_RINGS_GET
    let bytes = exchange.next().unwrap().unwrap().bytes().to_vec();
    let ack = Ack::parse(MessageRef::parse(&bytes).unwrap()).unwrap();
    assert_eq!((ack.errno(), ack.missing_attr(), ack.missing_nest()), (libc::EINVAL, Some(1), None));
}
