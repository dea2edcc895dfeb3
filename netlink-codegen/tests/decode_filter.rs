//! Which messages an expression means.

use netlink_codegen::Loader;
use netlink_codegen::decode::{Decoder, Filter, Registry};
use netlink_runtime::message::MessageRef;
use netlink_tests::bytes::{self, attr};
use std::sync::OnceLock;

fn registry() -> &'static Registry {
    static SHIPPED: OnceLock<&'static Registry> = OnceLock::new();
    SHIPPED.get_or_init(|| Registry::new(Loader::new().shipped().load().expect("sound schemas").model))
}

fn message(message_type: u16, flags: u16, payload: &[u8]) -> Vec<u8> {
    bytes::message(message_type, flags, 7, 9, payload)
}

/// A VLAN interface: up, with an address and counters.
fn link() -> Vec<u8> {
    let mut header = vec![0, 0, 1, 0];
    header.extend(2i32.to_ne_bytes());
    header.extend(0x1003u32.to_ne_bytes());
    header.extend([0; 4]);
    let stats: Vec<u8> = [5u64, 6].iter().flat_map(|n| n.to_ne_bytes()).collect();
    let attrs = [
        attr(3, b"v1.5\0"),
        attr(1, [2, 0, 0, 0, 0, 0xab]),
        attr(4, 1500u32.to_ne_bytes()),
        attr(18, [attr(1, b"vlan\0"), attr(2, attr(1, 5u16.to_ne_bytes()))].concat()),
        attr(23, &stats),
        attr(2000, [0xca, 0xfe]),
    ];
    message(16, 2, &[header, attrs.concat()].concat())
}

/// A route with two next hops.
fn route() -> Vec<u8> {
    let hop = |index: i32, gateway: [u8; 4]| {
        let attrs = attr(5, gateway);
        let mut out = (8 + attrs.len() as u16).to_ne_bytes().to_vec();
        out.extend([0, 1]);
        out.extend(index.to_ne_bytes());
        [out, attrs].concat()
    };
    let hops = [hop(3, [10, 1, 2, 1]), hop(4, [10, 1, 2, 2])].concat();
    let header = [2, 16, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0];
    message(24, 0x605, &[&header[..], &attr(1, [10, 9, 0, 0]), &attr(9, &hops)].concat())
}

fn matches(protocol: u16, bytes: &[u8], filter: &str) -> bool {
    let filter = Filter::parse(filter).unwrap_or_else(|e| panic!("{e}"));
    let mut decoder = Decoder::new(registry());
    decoder.name_family(21, "ethtool");
    filter.matches(&decoder.message(protocol, MessageRef::parse(bytes).expect("a message")))
}

#[track_caller]
fn check(protocol: u16, bytes: &[u8], yes: &[&str], no: &[&str]) {
    for (filters, want) in [(yes, true), (no, false)] {
        for filter in filters {
            assert_eq!(matches(protocol, bytes, filter), want, "{filter}");
        }
    }
}

#[test]
fn the_language_of_pyroute2() {
    let mut request = message(37, 1, &[1, 1, 0, 0]);
    request[15] = 0xfe;
    check(
        16,
        &request,
        &[
            "ll_header{family=16}",
            "ll_header{family=16} AND data{fmt='H', offset=4, value=37} AND data{fmt='B', offset=16, value=1}",
            "ll_header{family=16}\n  AND data{fmt=\"B\" offset=16 value=1}",
            "ll_header{family=0} OR data{fmt='H', offset=4, value=37}",
            "data{fmt='>H', offset=4, value=9472}",
            "data{fmt='b', offset=15, value=-2}",
            "ll_header{family=16} data{fmt='B', offset=17, value=1}",
        ],
        &[
            "ll_header{family=0}",
            "ll_header{family=16} AND data{fmt='H', offset=4, value=38}",
            "data{fmt='B', offset=20, value=0}",
            "data{fmt='I', offset=18, value=0}",
            "ll_header{family=16} data{fmt='B', offset=17, value=2}",
        ],
    );
}

#[test]
fn operators() {
    check(
        0,
        &link(),
        &[
            "len>1",
            "NOT len<1",
            "!len<1",
            "seq=7 AND pid=9",
            "seq=7 && pid=9",
            "seq=7, pid=9",
            "seq=7 pid=9",
            "seq=8 or pid=9",
            "seq=8 || pid=9",
            // AND binds closer than OR.
            "seq=7 OR seq=7 AND seq=8",
            "NOT seq=8 AND seq=7",
            "NOT (seq=7 AND seq=8)",
            "not not seq=7",
        ],
        &["(seq=7 OR seq=7) AND seq=8", "NOT seq=7", "NOT (seq=7)", "seq=7 seq=8", "seq=8 OR seq=9"],
    );
}

#[test]
fn what_is_known_of_a_message() {
    check(
        0,
        &link(),
        &[
            "type=RTM_NEWLINK",
            "type=rtm-newlink",
            "type=16",
            "type>=16",
            "protocol=route",
            "protocol=NETLINK_ROUTE",
            "protocol=0",
            "flags=NLM_F_MULTI",
            "flags=multi",
            "flags=2",
            "flags",
            "seq<=7",
            "seq=0x7",
        ],
        &[
            "type=RTM_DELLINK",
            "protocol=generic",
            "flags=ack",
            "flags=3",
            "family",
            "cmd",
            "error",
            "error!=0",
        ],
    );
    let dump = message(18, 0x301, &[0; 16]);
    check(0, &dump, &["flags=dump", "flags=root", "flags=request", "type=RTM_GETLINK"], &["flags=replace"]);
    let generic = message(21, 1, &[4, 1, 0, 0]);
    check(
        16,
        &generic,
        &["family=ethtool", "cmd=4", "version=1", "cmd=ETHTOOL_MSG_LINKMODES_GET", "type=21", "family"],
        &["family=nlctrl", "cmd=5", "type=4", "version>1"],
    );
    let error = message(2, 0, &[&(-19i32).to_ne_bytes()[..], &message(16, 5, &[])].concat());
    check(
        0,
        &error,
        &["error", "error=ENODEV", "error=19", "error=-19", "error!=0", "type=NLMSG_ERROR", "type=2"],
        &["error=0", "error=EINVAL", "ifname"],
    );
    let ack = message(2, 0x100, &[&0i32.to_ne_bytes()[..], &message(16, 5, &[])].concat());
    check(0, &ack, &["error=0", "error"], &["error!=0", "error=ENODEV"]);
}

#[test]
fn attributes_and_members() {
    check(
        0,
        &link(),
        &[
            "linkinfo",
            "linkinfo.kind",
            "linkinfo.kind=vlan",
            "linkinfo.kind=='vlan'",
            "IFLA_LINKINFO.IFLA_INFO_KIND=vlan",
            "18.1=vlan",
            "attrs.linkinfo.kind=vlan",
            "linkinfo.data.id=5",
            "linkinfo.data.id<6",
            "linkinfo.kind!=veth",
            "ifname=v1.5",
            "mtu=1500",
            "mtu>1499",
            "mtu=0x5dc",
            "address=02:00:00:00:00:AB",
            "2000",
            "2000=cafe",
            "2000=ca:fe",
            "header.ifi_index=2",
            "header.ifi_flags=IFF_UP",
            "header.ifi_flags=up",
            "header.ifi_flags=0x1003",
            "header.ifi_type=ether",
            "header.ifi_flags",
            "header",
            "stats64.rx_packets=5",
            "stats64.tx_packets>5",
            "type=RTM_NEWLINK AND linkinfo.kind=vlan AND NOT (mtu<1500 OR ifname=lo)",
        ],
        &[
            "master",
            "master!=0",
            "linkinfo.kind=vla",
            "linkinfo.kind!=vlan",
            "kind=vlan",
            "ifname=5",
            "ifname<z",
            "linkinfo=vlan",
            "mtu=fifteen",
            "2000=caff",
            "2001",
            "header.ifi_flags=IFF_DORMANT",
            "header.ifi_flags=3",
            "header.ifi_type=infiniband",
            "header.no_such",
            "attrs.header",
            "attrs.type",
            // Shorter than the struct.
            "stats64.rx_bytes",
            "stats64=5",
        ],
    );
}

#[test]
fn any_of_several() {
    check(
        0,
        &route(),
        &[
            "dst=10.9.0.0",
            "multipath.gateway=10.1.2.1",
            "multipath.gateway=10.1.2.2",
            "multipath.1.gateway=10.1.2.2",
            "multipath.header.rtnh_ifindex=4",
            "multipath.0.header.rtnh_ifindex=3",
            "multipath.header.rtnh_ifindex>=4",
            "header.rtm_family=AF_INET",
            "header.rtm_family=inet",
            "header.rtm_table=main",
            "flags=create",
        ],
        &[
            "multipath.gateway=10.1.2.3",
            "multipath.gateway!=10.1.2.1",
            "multipath.0.gateway=10.1.2.2",
            "multipath.header.rtnh_ifindex>4",
            "multipath.1.header.rtnh_ifindex=3",
            "gateway",
        ],
    );
}

#[test]
fn errors_point_at_their_place() {
    for (text, want) in [
        ("", "want a condition\n  \n  ^"),
        ("type=", "want a value\n  type=\n       ^"),
        ("type=RTM_NEWLINK AND", "want a condition\n  type=RTM_NEWLINK AND\n                      ^"),
        ("(type=1", "want `)`\n  (type=1\n         ^"),
        (
            "type=1)",
            "there is no `(` for this `)`, or a condition is missing before it\n  type=1)\n        ^",
        ),
        ("ä ; b", "`;` means nothing here\n  ä ; b\n    ^"),
        ("ifname='x", "the text after ' has no end\n  ifname='x\n         ^"),
        ("a..b=1", "`a..b` is no path: a name is missing\n  a..b=1\n  ^"),
        ("protocol=rout", "`rout` is no protocol\n  protocol=rout\n           ^"),
        ("seq=x", "`x` is no number\n  seq=x\n      ^"),
        ("flags=NLM_F_X", "`NLM_F_X` is no flag\n  flags=NLM_F_X\n        ^"),
        ("type<RTM_NEWLINK", "`RTM_NEWLINK` is no number\n  type<RTM_NEWLINK\n       ^"),
        ("lheader{family=1}", "`lheader{…}` is unknown; did you mean `ll_header`?\n  lheader{family=1}\n  ^"),
        ("data{fmt='H', offset=4}", "`data` wants `value`\n  data{fmt='H', offset=4}\n  ^"),
        (
            "data{fmt='y', offset=4, value=1}",
            "`y` is no letter of a format\n  data{fmt='y', offset=4, value=1}\n           ^",
        ),
        ("data{size=1}", "want `}`, or one of `fmt`, `offset` and `value`\n  data{size=1}\n       ^"),
        (
            "ll_header{family=70000}",
            "want a number of 16 bits\n  ll_header{family=70000}\n                   ^",
        ),
        (
            "data{fmt='B', offset=-1, value=1}",
            "want an offset from the start\n  data{fmt='B', offset=-1, value=1}\n                       ^",
        ),
        ("'type'=1", "want a path, which has no quotes\n  'type'=1\n  ^"),
        ("a\x1b b", "`\\u{1b}` means nothing here\n  a  b\n   ^"),
    ] {
        assert_eq!(Filter::parse(text).map(drop).unwrap_err().to_string(), want, "{text}");
    }
    let deep = format!("{}len", "(".repeat(100_000));
    assert_eq!(Filter::parse(&deep).map(drop).unwrap_err().message, "too deeply nested");
}
