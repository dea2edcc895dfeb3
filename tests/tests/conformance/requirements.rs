//! Robustness cases that every layer has to pass: what concerns attributes. Each was seen at another
//! library.

use crate::harness::{Heard, MANY, Reading, json, read};
use crate::script::attr;
use crate::sets::*;
use netlink_families::common::RouteTable;
use netlink_families::lwtunnel::{Encap, EncapView, Mpls};
use netlink_families::nlctrl::{Ctrl, OpPolicy, Policy};
use netlink_families::rt_link::{Link, RtnlLinkIfmap};
use netlink_families::rt_route::{Nexthop, NexthopView, Route, RouteView, Rtnexthop};
use netlink_runtime::build::{Enc, SetBuilder};
use netlink_runtime::collect::{Flow, collector};
use netlink_runtime::error::DecodeErrorKind::{Length, Record, Truncated, Utf8};
use netlink_runtime::extack;
use netlink_runtime::owned::OwnedSet;
use netlink_runtime::prelude::*;
use netlink_runtime::types::Label;
use netlink_runtime::wire::{Attrs, NESTED, NET_BYTEORDER};
use netlink_runtime::{AttrSet, CStruct, Projection};
use serde_json::json;

/// Headers that say 0 to 3 bytes, or more than are there: peers looped for ever, or read what was not
/// the attribute's.
#[test]
fn a_attribute_lengths_of_0_to_3_and_beyond_the_end() {
    for len in [0, 1, 2, 3, 9, 100, 0xffff] {
        let broken = lying(len, Sample::NAME.id(), b"x\0\0\0");
        let bytes = [word(Sample::ID, 7), broken.clone()].concat();
        read!(optional Sample.id = ID: Option<u32>, &bytes).despite(7, Truncated, 8);
        read!(optional Sample.name = NAME: Option<NlString>, &bytes).bad(Truncated, 8);
        read!(optional Sample.count = COUNT: Option<u64>, &bytes).bad(Truncated, 8);
        read!(flag Sample.on = ON: bool, &bytes).bad(Truncated, 8);
        read!(many Sample.numbers = NUMBERS: Vec<u32>, &bytes).bad(Truncated, 8);
        read!(sub Sample.data = DATA: Option<Data>, &bytes).bad(Truncated, 8);
        assert_eq!(Attrs::new(&bytes).iter(Sample::meta()).take(MANY).count(), 2, "one, and one error");

        // In a nest, the sets around it go on.
        let nest = [word(Inner::VALUE, 5), broken].concat();
        let bytes = [put(Sample::INNER, &nest), word(Sample::ID, 7)].concat();
        read!(optional Sample.id = ID: Option<u32>, &bytes).despite(7, Truncated, 8);
        let inner = SampleView::parse(&bytes).unwrap().inner().unwrap().unwrap();
        assert_eq!(inner.value(), Ok(Some(5)));
        assert_eq!(inner.kind().unwrap_err().kind, Truncated);
    }
    // Of the last attribute only what it says is its own.
    let bytes = lying(6, Sample::BYTES.id(), &[1, 2, 3, 4]);
    read!(optional Sample.bytes = BYTES: Option<Vec<u8>>, &bytes).is([1, 2]).json(json!("0102"));
}

/// The flag bits of a type hid attributes from those who did not mask them.
#[test]
fn c_flag_bits_on_a_known_attribute() {
    for flags in [0, NESTED, NET_BYTEORDER, NESTED | NET_BYTEORDER] {
        let bytes = [
            attr(Sample::ID.id() | flags, &7u32.to_ne_bytes()),
            attr(Sample::INNER.id() | flags, &word(Inner::VALUE, 5)),
            attr(Sample::NUMBERS.id() | flags, &9u32.to_ne_bytes()),
            attr(Sample::ON.id() | flags, b""),
        ]
        .concat();
        let inner = Inner { value: Some(5), ..Inner::default() };
        // The bits go out again as they came.
        read!(optional Sample.id = ID: Option<u32>, &bytes).is(7).json(json!(7)).exact();
        read!(optional Sample.inner = INNER: Option<Inner>, &bytes).is(inner).exact();
        read!(many Sample.numbers = NUMBERS: Vec<u32>, &bytes).is([9]).exact();
        read!(flag Sample.on = ON: bool, &bytes).is(()).exact();
    }
}

/// The kernel sends `RTA_ENCAP` before `RTA_ENCAP_TYPE`; who looked only at what had come by found no
/// encapsulation.
#[test]
fn d_a_selector_after_its_payload() {
    let labels = put(Mpls::DST, &Label::new(100).bits().to_be_bytes());
    let kind = put(Route::ENCAP_TYPE, &1u16.to_ne_bytes());
    let mut mpls = Mpls::default();
    mpls.dst = Some(LabelStack(vec![Label::new(100)]));
    for attrs in [[put(Route::ENCAP, &labels), kind.clone()], [kind.clone(), put(Route::ENCAP, &labels)]] {
        read!(sub Route.encap = ENCAP: Option<Encap>, &route(254, &attrs))
            .is(&mpls)
            .json(json!([["MPLS_IPTUNNEL_DST", "100"]]))
            .exact();

        // In a path of a multipath route.
        #[derive(NetlinkMessage)]
        #[netlink(of = Nexthop)]
        struct Hop {
            encap: Option<Encap>,
        }
        #[derive(NetlinkMessage)]
        #[netlink(of = Route)]
        struct Hops {
            multipath: Vec<Hop>,
        }
        let rtnh_len = 8 + attrs.concat().len() as u16;
        let hop = payload::<Nexthop>(Rtnexthop { rtnh_len, ..Rtnexthop::default() }, &attrs);
        let bytes = route(254, &[put(Route::MULTIPATH, &hop)]);
        let view = RouteView::parse(&bytes).unwrap();
        let hop: NexthopView<'_> = view.multipath().unwrap().unwrap().next().unwrap().unwrap();
        assert!(matches!(hop.encap(), Ok(Some(EncapView::Mpls(_)))), "{hop:?}");
        assert!(matches!(hop.indexed().encap(), Ok(Some(EncapView::Mpls(_)))), "{hop:?}");
        let want = Some(Encap::Mpls(Box::new(mpls.clone())));
        assert!(Route::from_bytes(&bytes).unwrap().multipath.unwrap()[0].encap == want);
        assert!(Hops::from_payload(&bytes).unwrap().multipath[0].encap == want);
    }
}

/// Of attributes that stand twice, peers took the last one or lost one.
#[test]
fn e_duplicates() {
    let bytes =
        [word(Sample::ID, 7), put(Sample::ON, b""), word(Sample::ID, 8), put(Sample::ON, b"")].concat();
    read!(optional Sample.id = ID: Option<u32>, &bytes).is(7).exact();
    read!(flag Sample.on = ON: bool, &bytes).is(()).exact();
    let nests = [put(Sample::INNER, &word(Inner::VALUE, 1)), put(Sample::INNER, &word(Inner::VALUE, 2))];
    let first = Inner { value: Some(1), ..Inner::default() };
    read!(optional Sample.inner = INNER: Option<Inner>, &nests.concat()).is(first).exact();
    // A first that is malformed is what counts, too.
    let bytes = [put(Sample::ID, &[1, 2]), word(Sample::ID, 8)].concat();
    read!(optional Sample.id = ID: Option<u32>, &bytes).bad(Length, 0);

    // Nests by a path: a collector's and a projection's.
    #[derive(NetlinkMessage)]
    #[netlink(of = Sample)]
    struct Path {
        #[netlink(inner.value)]
        value: Option<u32>,
    }
    assert_eq!(Path::from_payload(&nests.concat()).unwrap().value, Some(1));
    let empty = [put(Sample::INNER, b""), nests[1].clone()].concat();
    assert_eq!(Path::from_payload(&empty).unwrap().value, None, "the second nest does not fill in");
    let inside = collector::<Sample, Heard>().inside(
        Sample::INNER,
        collector().on(Inner::VALUE, |heard: &mut Heard, value| {
            heard.put(value);
            Flow::Next
        }),
    );
    let mut heard = Heard::default();
    inside.run(SampleView::parse(&nests.concat()).unwrap(), &mut heard).unwrap();
    assert_eq!(heard.values, ["1"]);
}

/// A record of length 0 was read for ever, one whose length is no multiple of 4 shifted what follows.
#[test]
fn e_records_of_impossible_and_of_unaligned_lengths() {
    let hop = |rtnh_len: u16, rtnh_ifindex: i32, attrs: &[Vec<u8>]| {
        payload::<Nexthop>(Rtnexthop { rtnh_len, rtnh_ifindex, ..Rtnexthop::default() }, attrs)
    };
    for len in [0, 1, 7, 9, 0xffff] {
        let alone = route(254, &[put(Route::MULTIPATH, &hop(len, 1, &[]))]);
        read!(records Route.multipath = MULTIPATH: Option<Vec<Nexthop>>, &alone).bad(Record, 0);
        let second = route(254, &[put(Route::MULTIPATH, &[hop(8, 1, &[]), hop(len, 2, &[])].concat())]);
        read!(records Route.multipath = MULTIPATH: Option<Vec<Nexthop>>, &second).bad(Record, 8);
        let view = RouteView::parse(&second).unwrap();
        let hops: Vec<_> = view.multipath().unwrap().unwrap().take(MANY).collect();
        assert_eq!(hops.len(), 2, "one, and one error");
        assert_eq!(hops[0].unwrap().header().rtnh_ifindex, 1);
    }
    // 13 bytes and 3 of padding.
    let odd = hop(13, 1, &[lying(5, NEW, &[9])]);
    let bytes = route(254, &[put(Route::MULTIPATH, &[odd, hop(8, 2, &[])].concat())]);
    let view = RouteView::parse(&bytes).unwrap();
    let hops: Vec<_> = view.multipath().unwrap().unwrap().map(|hop| hop.unwrap().header()).collect();
    assert_eq!(hops.iter().map(|h| (h.rtnh_len, h.rtnh_ifindex)).collect::<Vec<_>>(), [(13, 1), (8, 2)]);
    assert_eq!(Route::from_bytes(&bytes).unwrap().to_bytes().unwrap(), bytes);
}

/// Signed attributes came out as unsigned ones, and the greatest `u64` as -1.
#[test]
fn l_signed_attributes_and_the_greatest_u64() {
    let bytes = [put(Sample::LEVEL, &(-1i32).to_ne_bytes()), put(Sample::TINY, &[0xff])].concat();
    read!(optional Sample.level = LEVEL: Option<i32>, &bytes).is(-1).json(json!(-1)).exact();
    read!(optional Sample.tiny = TINY: Option<i8>, &bytes).is(-1).json(json!(-1));
    for (delta, payload) in [
        (-1, (-1i32).to_ne_bytes().to_vec()),
        (-1, (-1i64).to_ne_bytes().to_vec()),
        (i64::MIN, i64::MIN.to_ne_bytes().to_vec()),
    ] {
        let bytes = put(Sample::DELTA, &payload);
        read!(optional Sample.delta = DELTA: Option<i64>, &bytes).is(delta).json(json!(delta)).exact();
    }
    let bytes = [
        word(Policy::TYPE_, 5),
        put(Policy::MIN_VALUE_S, &(-1i64).to_ne_bytes()),
        put(Policy::MAX_VALUE_U, &u64::MAX.to_ne_bytes()),
    ]
    .concat();
    read!(optional Policy.max_value_u = MAX_VALUE_U: Option<u64>, &bytes).is(u64::MAX).json(json!(u64::MAX));
    read!(optional Policy.min_value_s = MIN_VALUE_S: Option<i64>, &bytes).is(-1).json(json!(-1));
    let told = extack::Policy::parse(&bytes);
    assert_eq!((told.min_signed, told.max), (Some(-1), Some(u64::MAX)));
}

/// Names that are not UTF-8 and link-layer addresses of other lengths than 6 made whole messages
/// unreadable.
#[test]
fn m_text_that_is_not_utf8_and_addresses_of_any_length() {
    let name = b"caf\xe9\0";
    read!(optional Link.ifname = IFNAME: Option<NlString>, &link(&[put(Link::IFNAME, name)]))
        .is(text(name))
        .json(json!({"bytes": "636166e900"}))
        .exact();
    // Who asks for UTF-8 is told; who asks for the text as it is gets it.
    let bytes = put(Sample::TEXT, name);
    let got = read!(optional Sample.text = TEXT: Option<String>, &bytes);
    assert_eq!((&got.owned, &got.projection), (&Reading::Bad(Utf8, 0), &Reading::Bad(Utf8, 0)));
    for way in [got.view, got.indexed, got.collector] {
        assert_eq!(way, Reading::Value(format!("{:?}", text(name))));
    }

    for len in [0, 4, 6, 8, 16, 20, 32] {
        let address = HwAddr::new(&[0xab; 32][..len]).unwrap();
        let bytes = link(&[put(Link::ADDRESS, address.as_bytes())]);
        read!(optional Link.address = ADDRESS: Option<HwAddr>, &bytes)
            .is(address)
            .json(json!(address.to_string()))
            .exact();
    }
    let bytes = link(&[put(Link::ADDRESS, &[0xab; 33])]);
    read!(optional Link.address = ADDRESS: Option<HwAddr>, &bytes).bad(Length, 0);
}

/// Structs of older and newer kernels than the description failed the message.
#[test]
fn n_structs_shorter_and_longer_than_known() {
    let all: Vec<u8> = [1u32.to_ne_bytes(), 2u32.to_ne_bytes(), 3u32.to_ne_bytes(), [0; 4]].concat();
    let later = u64::from_ne_bytes(all[8..].try_into().unwrap());
    for (bytes, stats) in [
        (all.clone(), Stats { seen: 1, lost: 2, later: Some(later) }),
        (all[..8].to_vec(), Stats { seen: 1, lost: 2, later: None }),
        (all[..12].to_vec(), Stats { seen: 1, lost: 2, later: None }),
        (all[..4].to_vec(), Stats { seen: 1, lost: 0, later: None }),
        (all[..3].to_vec(), Stats { seen: 1, lost: 0, later: None }),
        ([&all[..], &[9; 8]].concat(), Stats { seen: 1, lost: 2, later: Some(later) }),
    ] {
        let attrs = [put(Sample::STATS, &bytes), word(Sample::ID, 7)].concat();
        read!(optional Sample.stats = STATS: Option<Stats>, &attrs).is(stats).exact();
        read!(optional Sample.id = ID: Option<u32>, &attrs).is(7);
    }
    read!(optional Sample.stats = STATS: Option<Stats>, &put(Sample::STATS, b"")).bad(Length, 0);
}

/// `struct br_port_msg` (`linux/if_bridge.h`), as a fixed header.
#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(br_port_msg, size = 8)]
struct BrPortMsg {
    #[netlink(0)]
    family: u8,
    #[netlink(4)]
    ifindex: u32,
}

#[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
struct BrPort {
    #[netlink(header)]
    header: BrPortMsg,
    #[netlink(MDBA_MDB = 1)]
    mdb: Option<u32>,
}

/// Structs without their padding: every offset behind it was wrong.
#[test]
fn o_structs_with_padding() {
    assert_eq!(RtnlLinkIfmap::META.size, 32);
    // Whatever the padding holds goes out again.
    let mut map = vec![0; 32];
    map[24..26].copy_from_slice(&5u16.to_ne_bytes());
    map[28..].fill(0xee);
    let want = <RtnlLinkIfmap as CStruct>::read(&map);
    assert_eq!(want.irq, 5);
    read!(optional Link.map = MAP: Option<RtnlLinkIfmap>, &link(&[put(Link::MAP, &map)])).is(want).exact();
    let built = Link::builder(Enc::new(Vec::new())).map(want).finish().end().unwrap();
    assert_eq!(built[16..18], 36u16.to_ne_bytes(), "all 32 bytes are sent");

    let bytes = [&[7, 0xee, 0xee, 0xee][..], &9u32.to_ne_bytes(), &word(BrPort::MDB, 3)].concat();
    let view = BrPortView::parse(&bytes).unwrap();
    assert_eq!(view.header(), BrPortMsg { family: 7, ifindex: 9 });
    read!(optional BrPort.mdb = MDB: Option<u32>, &bytes).is(3);
    assert_eq!(json(BrPort::meta(), &bytes)["header"], json!({"family": 7, "ifindex": 9}));

    // The facts that schemas are checked against have them as C does.
    let facts = concat!(env!("CARGO_MANIFEST_DIR"), "/../kernel-headers/facts/linux");
    for (file, line) in [
        ("if_link.h", "struct rtnl_link_ifmap 32/8"),
        ("pkt_sched.h", "struct tc_stats 40/8"),
        ("if_bridge.h", "struct br_port_msg 8/4"),
    ] {
        let text = std::fs::read_to_string(format!("{facts}/{file}.txt")).unwrap();
        assert!(text.lines().any(|l| l == line), "{file}: {line}");
    }
}

/// An attribute that was not known was lost when a message was written again.
#[test]
fn q_unknown_attributes_survive_byte_for_byte() {
    let new = attr(NEW | NESTED, &[1, 2, 3, 4, 5]);
    let bytes = [new.clone(), word(Sample::ID, 7), new.clone(), put(Sample::NAME, b"x\0"), new].concat();
    let got = read!(optional Sample.id = ID: Option<u32>, &bytes);
    got.is(7).exact();

    // From a view into a builder.
    let view = SampleView::parse(&bytes).unwrap();
    assert_eq!(view.unknown().map(|a| a.payload.to_vec()).collect::<Vec<_>>(), vec![vec![1, 2, 3, 4, 5]; 3]);
    let mut builder = Sample::builder(Enc::new(Vec::new()));
    for attr in view.attrs().iter(Sample::meta()) {
        builder = builder.raw(attr.unwrap());
    }
    assert_eq!(builder.finish().end().unwrap(), bytes);

    // Through a value that was changed.
    let mut owned = Sample::from_bytes(&bytes).unwrap();
    assert_eq!(owned.rest.unknown().len(), 3);
    owned.id = Some(8);
    let mut changed = bytes.clone();
    changed[16..20].copy_from_slice(&8u32.to_ne_bytes());
    assert_eq!(owned.to_bytes().unwrap(), changed);

    // And collectors hear of them.
    let unknown = collector::<Sample, Vec<u16>>().on_unknown(|types, attr| {
        types.push(attr.raw_type);
        Flow::Next
    });
    let mut types = Vec::new();
    unknown.run(view, &mut types).unwrap();
    assert_eq!(types, [NEW | NESTED; 3]);
}

/// A table of 256 or more says 252 in the header; who looked there never saw it.
#[test]
fn r_tables_above_255() {
    let bytes = route(252, &[word(Route::TABLE, 1000)]);
    read!(optional Route.table = TABLE: Option<RouteTable>, &bytes).is(RouteTable(1000)).exact();

    #[derive(Debug, PartialEq, NetlinkMessage)]
    #[netlink(of = Route)]
    struct Table {
        table: Option<RouteTable>,
        #[netlink(header.rtm_table)]
        short: RouteTable,
    }
    let want = Table { table: Some(RouteTable(1000)), short: RouteTable::COMPAT };
    assert_eq!(Table::from_payload(&bytes), Ok(want));
    // And out again: the header's byte takes what fits into it.
    let owned = Route::from_bytes(&bytes).unwrap();
    assert_eq!((owned.header.rtm_table, owned.table), (RouteTable::COMPAT, Some(RouteTable(1000))));
    let mut header = owned.header;
    header.rtm_table = RouteTable(1000);
    let built = Route::builder(Enc::new(Vec::new())).header(header).table(RouteTable(1000)).finish();
    let built = built.end().unwrap();
    assert_eq!(built[4], (1000 & 0xff) as u8);
    assert_eq!(built[12..], word(Route::TABLE, 1000));
}

/// The policy of an operation that only dumps is listed under operation 0 by the kernel.
#[test]
fn s_operation_0() {
    let policy = |op, index: u32| attr(op | NESTED, &word(OpPolicy::DUMP, index));
    let bytes = attr(Ctrl::OP_POLICY.id() | NESTED, &[policy(0, 3), policy(4, 5)].concat());
    let dump = |index| {
        let mut policy = OpPolicy::default();
        policy.dump = Some(index);
        policy
    };
    read!(type_value Ctrl.op_policy = OP_POLICY: Option<Vec<([u16; 1], OpPolicy)>>, &bytes)
        .is([([0u16], dump(3)), ([4], dump(5))])
        .json(json!([[0, [["CTRL_ATTR_POLICY_DUMP", 3]]], [4, [["CTRL_ATTR_POLICY_DUMP", 5]]]]))
        .exact();
}

/// Flags and nests without anything in them could not be sent.
#[test]
fn t_a_flag_and_an_empty_nest_are_4_bytes() {
    let want = [put(Sample::ON, b""), attr(Sample::INNER.id() | NESTED, b"")].concat();
    assert_eq!(want.len(), 8);
    let built = Sample::builder(Enc::new(Vec::new())).on().inner(|inner| inner).finish().end().unwrap();
    assert_eq!(built, want);
    let owned = Sample { on: true, inner: Some(Inner::default()), ..Sample::default() };
    assert_eq!(owned.to_bytes().unwrap(), want);
    read!(flag Sample.on = ON: bool, &want).is(()).json(json!(true)).exact();
    read!(optional Sample.inner = INNER: Option<Inner>, &want).is(Inner::default()).json(json!([])).exact();
}
