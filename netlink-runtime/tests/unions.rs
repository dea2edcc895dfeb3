//! C unions, and other members that are more than one value: the derives' side and the walker's.

use netlink_runtime::meta::{MemberType, StructMeta};
use netlink_runtime::prelude::*;
use netlink_runtime::walk::StructRef;
use netlink_runtime::walk::json::{Options, write_struct};
use netlink_runtime::{AttrSet, CStruct, View};

/// An address, as `union nf_inet_addr` has it.
#[netlink_union(inet_addr, size = 16)]
enum InetAddr {
    #[netlink(case(AF_INET = 2))]
    ip(Ipv4Addr),
    #[netlink(case(AF_INET6 = 10, 11))]
    ip6(Ipv6Addr),
    #[netlink(default, be)]
    all([u32; 4]),
    /// The last byte's halves.
    #[netlink(15, bits(0, 4), u8)]
    type_(Half),
    #[netlink(12, bits(2, 3))]
    signed(i8),
    #[netlink(4, struct)]
    pair(Pair),
    /// More than there is.
    #[netlink(8, opaque)]
    wide([u8; 12]),
}

#[netlink_enum(u16)]
enum Half {
    HALF_ONE = 1,
    HALF_TWO = 2,
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(pair, size = 8)]
struct Pair {
    #[netlink(0, be)]
    a: u16,
    #[netlink(4)]
    b: u32,
}

/// A struct with a union of every kind.
#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(entry, size = 60)]
struct Entry {
    #[netlink(0)]
    family: u8,
    #[netlink(1, bits(0, 2), u8)]
    half: Half,
    #[netlink(1, bits(2, 3))]
    small: i8,
    #[netlink(4, union, by(family))]
    addr: InetAddr,
    #[netlink(20, union, anonymous, by(family))]
    u: EntryU,
    #[netlink(24, union)]
    plain: [Number; 2],
    #[netlink(32, by(family))]
    peer: Option<Address>,
    #[netlink(48, union)]
    last: Option<Number>,
}

#[netlink_union(size = 4)]
enum EntryU {
    #[netlink(case(2))]
    mark(u32),
    #[netlink(case(10), be)]
    class(u16),
    #[netlink(2, case(10), be)]
    minor(u16),
}

#[netlink_union(number, size = 4)]
enum Number {
    long(u32),
    short(u16),
}

fn shown(meta: &'static StructMeta, bytes: &[u8], names: bool) -> String {
    let mut out = String::new();
    write_struct(&mut out, &StructRef::new(meta, bytes), Options { names }).expect("a String");
    out
}

fn json<T: CStruct>(bytes: &[u8]) -> String {
    shown(T::META, bytes, false)
}

#[test]
fn arms_read_and_write_the_same_bytes() {
    let addr = InetAddr::from_ip(Ipv4Addr::new(10, 0, 0, 1));
    assert_eq!(addr.0, [10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(addr.all(), [0x0a00_0001, 0, 0, 0]);
    assert_eq!(addr.ip6(), "a00:1::".parse::<Ipv6Addr>().unwrap());
    // `with` leaves the other arms' bytes, `from` makes them zero.
    let both = addr.with_pair(Pair { a: 0x0102, b: 7 });
    assert_eq!(both.ip(), Ipv4Addr::new(10, 0, 0, 1));
    assert_eq!(both.0[4..8], [1, 2, 0, 0]);
    assert_eq!(both.pair().b, 7);
    assert_eq!(InetAddr::from_pair(both.pair()).ip(), Ipv4Addr::UNSPECIFIED);
    // An arm that reaches beyond the union has zeroes there, and loses what is written there.
    let wide = both.with_wide([9; 12]);
    assert_eq!(wide.wide(), [9, 9, 9, 9, 9, 9, 9, 9, 0, 0, 0, 0]);
    // Equality is that of the bytes.
    assert_ne!(both, addr);
    assert_eq!(InetAddr::default(), InetAddr([0; 16]));
    assert_eq!(InetAddr(both.0), both);
}

#[test]
fn bits_keep_their_neighbours() {
    let one = InetAddr([0xff; 16]).with_type(Half::HALF_ONE);
    assert_eq!(one.type_(), Half::HALF_ONE);
    assert_eq!(one.signed(), -1);
    let two = one.with_signed(-4);
    assert_eq!((two.signed(), two.type_()), (-4, Half::HALF_ONE));
    assert_eq!(two.0[12].count_ones(), 6);
    let entry = Entry { half: Half::HALF_TWO, small: -3, ..Entry::default() };
    let mut bytes = [0; 60];
    entry.write(&mut bytes);
    assert_eq!(Entry::read(&bytes).small, -3);
    assert_eq!(Entry::read(&bytes).half, Half::HALF_TWO);
    assert_eq!(bytes[1], 0b10110);
}

#[test]
fn debug_shows_every_arm() {
    assert_eq!(
        format!("{:?}", InetAddr::from_ip(Ipv4Addr::new(10, 0, 0, 1))),
        "InetAddr { ip: 10.0.0.1, ip6: a00:1::, all: [167772161, 0, 0, 0], type: 0, signed: 0, \
         pair: { a: 0, b: 0 } }"
    );
    let number = format!("{:#?}", Number::from_long(0x0001_0001));
    assert_eq!(number, "Number {\n    long: 65537,\n    short: 1,\n}");
}

#[test]
fn a_member_says_which_arms_count() {
    let mut bytes = [0; 60];
    bytes[4..8].copy_from_slice(&[10, 0, 0, 1]);
    let shown = |bytes: &[u8; 60]| {
        let text = json::<Entry>(bytes);
        let (_, text) = text.split_once("\"small\":0,").expect("the first members");
        text.split_once(",\"plain\"").expect("the last members").0.to_owned()
    };
    bytes[0] = 2;
    assert_eq!(shown(&bytes), r#""addr":{"ip":"10.0.0.1"},"mark":0"#);
    bytes[0] = 10;
    assert_eq!(shown(&bytes), r#""addr":{"ip6":"a00:1::"},"class":0,"minor":0"#);
    bytes[0] = 11;
    assert!(shown(&bytes).starts_with(r#""addr":{"ip6":"a00:1::"},"mark":0,"class":0,"minor":0"#));
    // No case of its own: the default's arms, all where there is no default.
    bytes[0] = 7;
    assert_eq!(shown(&bytes), r#""addr":{"all":[167772161,0,0,0]},"mark":0,"class":0,"minor":0"#);
}

#[test]
fn unions_without_a_choice_are_objects_of_all_arms() {
    let mut bytes = [0; 60];
    bytes[0] = 2;
    bytes[24..28].copy_from_slice(&1u32.to_ne_bytes());
    bytes[32..36].copy_from_slice(&[192, 0, 2, 1]);
    bytes[48..52].copy_from_slice(&[0x22; 4]);
    let text = json::<Entry>(&bytes);
    let short = u16::from_ne_bytes([bytes[24], bytes[25]]);
    assert!(text.contains(&format!(
        r#""plain":[{{"long":1,"short":{short}}},{{"long":0,"short":0}}],"peer":"192.0.2.1""#
    )));
    assert!(text.ends_with(r#""last":{"long":572662306,"short":8738}}"#), "{text}");
}

#[test]
fn shorter_structs_have_the_arms_that_fit() {
    // Up to the middle of the anonymous union: `minor` is not there.
    let mut bytes = [0; 22];
    bytes[0] = 10;
    let text = json::<Entry>(&bytes);
    assert!(text.ends_with(r#""addr":{"ip6":"::"},"class":0,"…short":22}"#), "{text}");
    let entry = Entry::read(&bytes);
    assert_eq!((entry.u, entry.peer, entry.last), (EntryU::default(), None, None));
    // A member that grew is absent, and the struct ends before it.
    assert_eq!(entry.wire_len(), 32);
    assert!(Entry::read(&[0; 48]).peer.is_some());
}

#[test]
fn addresses_by_family() {
    let mut bytes = [0; 60];
    bytes[32..48].copy_from_slice(&Ipv6Addr::LOCALHOST.octets());
    let peer = |family: u8| {
        let mut bytes = bytes;
        bytes[0] = family;
        let entry = Entry::read(&bytes);
        let mut again = [0; 60];
        entry.write(&mut again);
        (entry.peer.expect("long enough"), again[32..48] == bytes[32..48])
    };
    assert_eq!(peer(10), (Ipv6Addr::LOCALHOST.into(), true));
    // What an IPv4 address leaves unused is zero when it goes out, and so the struct says that it
    // may lose bytes.
    assert_eq!(peer(2), (Ipv4Addr::UNSPECIFIED.into(), false));
    const { assert!(Entry::PADDED) };
    let (other, exact) = peer(28);
    assert!(matches!(other, Address::Other(bytes) if bytes.as_bytes().len() == 16) && exact);
}

/// Attributes that are unions, in every way an attribute can hold structs.
#[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
struct Message {
    #[netlink(M_ADDR = 1, union)]
    addr: Option<InetAddr>,
    #[netlink(M_ADDRS = 2, array, union)]
    addrs: Option<Vec<InetAddr>>,
    #[netlink(M_ENTRY = 3, struct, multi)]
    entries: Vec<Entry>,
    #[netlink(M_TAIL = 4, flex)]
    tail: Option<Flex<Tail>>,
    #[netlink(M_PAIRS = 5, array, struct)]
    pairs: Option<Vec<Nested>>,
    #[netlink(M_KIND = 6)]
    kind: Option<NlString>,
    #[netlink(M_DATA = 7, sub(kind))]
    data: Option<Data>,
    #[netlink(rest)]
    rest: Rest,
}

#[derive(Clone, Debug, PartialEq, NetlinkSub)]
enum Data {
    #[netlink("addr", union)]
    Addr(InetAddr),
    #[netlink(unknown)]
    Unknown(Vec<u8>),
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(tail, size = 4, tail(4, addrs: union InetAddr))]
struct Tail {
    #[netlink(0)]
    count: u32,
}

/// A struct in which another has bytes that belong to no member.
#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(nested, size = 16)]
struct Nested {
    #[netlink(0, struct)]
    pairs: [Pair; 2],
}

fn attr(number: u16, payload: &[u8]) -> Vec<u8> {
    let mut out = (4 + payload.len() as u16).to_ne_bytes().to_vec();
    out.extend(number.to_ne_bytes());
    out.extend(payload);
    out.resize(out.len().next_multiple_of(4), 0);
    out
}

#[test]
fn messages_come_back_as_they_were() {
    let bytes = |n: usize| (0..n).map(|i| i as u8 | 1).collect::<Vec<u8>>();
    let mut all = Vec::new();
    // Of every length up to more than there is to know.
    for len in 1..80 {
        all.extend(attr(1, &bytes(len)));
        all.extend(attr(3, &bytes(len)));
        all.extend(attr(7, &bytes(len)));
        if len >= 4 {
            all.extend(attr(4, &bytes(len)));
        }
        if len % 16 == 0 {
            all.extend(attr(2, &bytes(len)));
            all.extend(attr(5, &bytes(len)));
        }
        all.extend(attr(6, b"addr\0"));
        let message = Message::from_bytes(&all).unwrap_or_else(|e| panic!("{len}: {e}"));
        assert_eq!(message.to_bytes().expect("encode"), all, "length {len}");
        all.clear();
    }
}

#[test]
fn setters_take_unions() {
    use netlink_runtime::build::{Enc, SetBuilder};
    let addr = InetAddr::from_ip(Ipv4Addr::LOCALHOST);
    let built = Message::builder(Enc::new(Vec::new()))
        .addr(addr)
        .addrs(&[addr, InetAddr::default()][..])
        .data(|d| d.addr(addr));
    let bytes = built.finish().end().expect("encode");
    let view = <Message as AttrSet>::View::parse(&bytes).expect("parse");
    assert_eq!(view.addr().unwrap(), Some(addr));
    assert_eq!(view.addrs().unwrap().map(|a| a.len()), Some(2));
    assert!(matches!(view.data().unwrap(), Some(DataView::Addr(a)) if a == addr));
    let text = format!("{view:?}");
    assert!(text.starts_with("Message { M_ADDR: { ip: 127.0.0.1, ip6: 7f00:1::, all: ["), "{text}");
}

/// Names for values in tails, and a tail that is one address.
#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(named, size = 2, tail(2, marks: be16 Half))]
struct NamedTail {
    #[netlink(0)]
    count: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(via, size = 2, tail(2, via_addr: by(via_family) u8))]
struct Via {
    #[netlink(0)]
    via_family: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(words, size = 2, tail(4, words: opaque [u8; 3]))]
struct Words {
    #[netlink(0)]
    count: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(titled, size = 8, tail(8, title: text u8))]
struct Titled {
    #[netlink(0, text)]
    labels: [[u8; 2]; 2],
    #[netlink(4, opaque)]
    keys: [[u8; 2]; 2],
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(blob, size = 2, tail(2, data: opaque u8))]
struct Blob {
    #[netlink(0, "TYPE")]
    kind: u16,
}

#[test]
fn tails_of_every_kind() {
    let bytes = [2, 0, 0, 1, 0, 7];
    assert_eq!(
        shown(NamedTail::META, &bytes, true).split_once("\"marks\":").expect("the tail").1,
        r#"[{"value":1,"name":"HALF_ONE"},{"value":7}]}"#
    );
    let via = [2u16.to_ne_bytes().as_slice(), &[192, 0, 2, 9]].concat();
    assert_eq!(json::<Via>(&via), r#"{"via_family":2,"via_addr":["192.0.2.9"]}"#);
    let titled = b"ab\0\0\x01\x02\x03\x04Title\0";
    let keys = r#""labels":["ab",""],"keys":["0102","0304"]"#;
    assert_eq!(json::<Titled>(titled), format!(r#"{{{keys},"title":"Title"}}"#));
    assert_eq!(Titled::read(titled).labels, [*b"ab", [0, 0]]);
    assert_eq!(json::<Titled>(&titled[..8]), format!(r#"{{{keys},"title":""}}"#));
    assert_eq!(json::<Blob>(&[0, 0, 1, 2, 255]), r#"{"TYPE":0,"data":"0102ff"}"#);
    let words = [0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7];
    assert_eq!(json::<Words>(&words), r#"{"count":0,"words":["010203","040506"],"…rest":"07"}"#);
}

#[test]
fn what_is_in_an_anonymous_union_is_found_by_name() {
    let mut bytes = [0; 60];
    bytes[20..22].copy_from_slice(&[1, 2]);
    // Whether or not it counts: this is how a selector is read.
    bytes[0] = 2;
    let entry = StructRef::new(Entry::META, &bytes);
    assert_eq!(format!("{:?}", entry.member("class")), "Some(Unsigned(258, None))");
    assert_eq!(Entry::META.member_at(23).map(|m| m.c_name), Some("mark"));
    assert_eq!(Entry::META.member_at(4).map(|m| m.c_name), Some("addr"));
    assert!(Entry::META.member_at(60).is_none());
    assert!(matches!(Entry::META.members[3].ty, MemberType::Union(u) if u.by == Some("family")));
}
