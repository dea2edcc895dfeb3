//! Bugs and weaknesses of the rust-netlink crates (netlink-packet-route 0.34 and what is around it).

use crate::harness::read;
use crate::script::*;
use crate::sets::*;
use crate::sockets::*;
use netlink_families::rt_link::{
    Link, LinkData, LinkDataView, LinkInfo, LinkView, RtnlLinkStats, RtnlLinkStats64,
};
use netlink_runtime::build::{Enc, SetBuilder};
use netlink_runtime::error::DecodeErrorKind::{Length, Utf8};
use netlink_runtime::owned::OwnedSet;
use netlink_runtime::prelude::*;
use netlink_runtime::socket::{Event, Overrun};
use netlink_runtime::{AttrSet, CStruct};

/// One attribute that could not be read failed the whole message.
#[test]
fn one_bad_attribute_spoils_itself_alone() {
    let bad = [put(Link::MTU, &[1, 2]), put(Link::STATS64, b""), put(Link::ADDRESS, &[1; 40])];
    let bytes = link(&[bad.concat(), put(Link::IFNAME, b"lo\0"), word(Link::MASTER, 9)]);
    read!(optional Link.ifname = IFNAME: Option<NlString>, &bytes).despite(text(b"lo"), Length, 0);
    read!(optional Link.master = MASTER: Option<u32>, &bytes).despite(9, Length, 0);
    read!(optional Link.mtu = MTU: Option<u32>, &bytes).bad(Length, 0);
    let view = LinkView::parse(&bytes).unwrap();
    assert_eq!(view.stats64().unwrap_err().c_name(), Some("IFLA_STATS64"));
    assert_eq!(view.address().unwrap_err().c_name(), Some("IFLA_ADDRESS"));

    // In a projection, a field may keep its own error.
    #[derive(NetlinkMessage)]
    #[netlink(of = Link)]
    struct Row {
        mtu: Result<u32, netlink_runtime::DecodeError>,
        ifname: NlString,
    }
    let row: Row = view.project().unwrap();
    assert_eq!((row.mtu.unwrap_err().kind, row.ifname), (Length, text(b"lo")));
}

/// And such a message was left out of the dump without a word.
#[test]
fn a_dump_leaves_no_message_out() {
    let names = [&b"a\0"[..], b"b\0", b"c\0"];
    let links = names.map(|name| {
        let mtu = if name[0] == b'b' { vec![1, 2] } else { vec![1, 2, 0, 0] };
        message(REPLY, MULTI, 1, PORT, &link(&[put(Link::MTU, &mtu), put(Link::IFNAME, name)]))
    });
    let (mut socket, _) = scripted(vec![vec![kernel(&links), kernel(&[done(1, 0)])]]);
    let mut dump = socket.dump(netlink_families::rt_link::GetLink::dump()).unwrap();
    let mut seen = Vec::new();
    while let Some(link) = dump.next().unwrap() {
        seen.push((link.ifname().unwrap().unwrap().to_string(), link.mtu().is_ok()));
    }
    assert_eq!(seen, [("a".into(), true), ("b".into(), false), ("c".into(), true)]);
}

/// Errors were chains of text, with nothing in them to match on.
#[test]
fn errors_can_be_matched() {
    let bytes = link(&[put(Link::IFNAME, b"lo\0"), put(Link::MTU, &[1, 2])]);
    let error = LinkView::parse(&bytes).unwrap().mtu().unwrap_err();
    assert_eq!((error.kind, error.attr, error.offset, error.set.name), (Length, 4, 8, "Link"));
    assert_eq!(error.c_name(), Some("IFLA_MTU"));
    assert_eq!(Link::from_bytes(&bytes).unwrap_err(), error);
    // In forms that a selector chose, too.
    let bytes = [put(Sample::DATA, b"caf\xe9\0"), put(Sample::KIND, b"text\0")].concat();
    let error = Sample::from_bytes(&bytes).unwrap_err();
    assert_eq!((error.kind, error.c_name(), error.offset), (Utf8, Some("SAMPLE_DATA"), 0));
}

/// Extended acknowledgements were not decoded at all.
#[test]
fn extended_acknowledgements_are_read() {
    let policy = [attr(1, &4u32.to_ne_bytes()), attr(4, &0u64.to_ne_bytes()), attr(5, &9u64.to_ne_bytes())];
    let tlvs =
        [attr(1, b"out of range\0"), attr(2, &20u32.to_ne_bytes()), attr(3, &[7]), attr(4, &policy.concat())];
    let (_, end) = play(vec![kernel(&[error(1, -34, &tlvs.concat())])]);
    let error = refused(end);
    assert_eq!((error.errno, error.name(), error.offset), (34, Some("ERANGE"), Some(20)));
    assert_eq!((error.message.as_deref(), error.cookie.as_deref()), (Some("out of range"), Some(&[7][..])));
    assert_eq!(error.policy.unwrap().to_string(), "u32, max 9");
}

/// The payload of `NLMSG_DONE` was not looked at.
#[test]
fn the_payload_of_done_counts() {
    assert_eq!(refused(play(vec![kernel(&[done(1, -5)])]).1).errno, 5);
}

/// The link statistics of Linux 4.4, one member shorter, were a panic; longer ones of newer kernels
/// failed the message.
#[test]
fn statistics_of_other_kernels() {
    for len in [92, 96, 100] {
        let stats: Vec<u8> = (0..len).collect();
        let want = RtnlLinkStats::read(&stats);
        let bytes = link(&[put(Link::STATS, &stats), put(Link::IFNAME, b"lo\0")]);
        read!(optional Link.stats = STATS: Option<RtnlLinkStats>, &bytes).is(want).exact();
        read!(optional Link.ifname = IFNAME: Option<NlString>, &bytes).is(text(b"lo"));
        assert_eq!(want.tx_compressed, u32::from_ne_bytes([88, 89, 90, 91]));
    }
    let stats = [1; 184];
    let bytes = link(&[put(Link::STATS64, &stats)]);
    read!(optional Link.stats64 = STATS64: Option<RtnlLinkStats64>, &bytes)
        .is(RtnlLinkStats64::read(&stats))
        .exact();
}

/// Attributes of the wrong length were a panic: 3 bytes where a struct should be, none where a byte
/// should.
#[test]
fn no_payload_is_a_panic() {
    let all = [1; 40];
    for attr_meta in Link::meta().attrs {
        for len in [0, 1, 2, 3, 5, 7, 9, 17, 33, 40] {
            let bytes = link(&[attr(attr_meta.id, &all[..len])]);
            let view = LinkView::parse(&bytes).unwrap();
            assert!(format!("{view:?}").len() > 4);
            let _ = Link::from_bytes(&bytes);
            assert!(crate::harness::json(Link::meta(), &bytes)["attrs"][0].is_array());
        }
    }
    read!(optional Link.stats = STATS: Option<RtnlLinkStats>, &link(&[put(Link::STATS, b"")])).bad(Length, 0);
    read!(optional Link.mtu = MTU: Option<u32>, &link(&[put(Link::MTU, &[1, 2, 3])])).bad(Length, 0);
}

/// One flag that had a payload made the dump of all wireless devices unreadable.
#[test]
fn a_flag_with_a_payload() {
    let bytes = [put(Sample::ON, &[0, 0, 0, 0]), word(Sample::ID, 7)].concat();
    read!(flag Sample.on = ON: bool, &bytes).is(()).exact();
    read!(optional Sample.id = ID: Option<u32>, &bytes).is(7);
    read!(flag Sample.on = ON: bool, &bytes[8..]).absent();
}

/// What no form took was kept as bytes, which is right: so is it here, and written again.
#[test]
fn unknown_kinds_are_written_again() {
    let attrs = [put(LinkInfo::KIND, b"of-tomorrow\0"), put(LinkInfo::DATA, &[1, 2, 3, 4, 5])];
    let bytes = link(&[put(Link::LINKINFO, &attrs.concat())]);
    let owned = Link::from_bytes(&bytes).unwrap();
    assert!(
        matches!(&owned.linkinfo.as_ref().unwrap().data, Some(LinkData::Unknown(b)) if *b == [1, 2, 3, 4, 5])
    );
    assert_eq!(owned.to_bytes().unwrap(), bytes);
    let view = LinkView::parse(&bytes).unwrap().linkinfo().unwrap().unwrap();
    assert!(matches!(view.data(), Ok(Some(LinkDataView::Unknown(&[1, 2, 3, 4, 5])))));
}

/// An overrun was for the caller to notice and sort out; here it stands where the gap is, and replies
/// go on.
#[test]
fn an_overrun_stands_where_the_gap_is() {
    let (mut socket, _) = scripted(vec![vec![
        kernel(&[reply(1, "a")]),
        Step::Errno(ENOBUFS),
        kernel(&[reply(1, "b"), done(1, 0)]),
    ]]);
    let (got, end) = dump(&mut socket);
    assert_eq!(got, ["a", "b"]);
    end.unwrap();
    assert!(matches!(socket.receive().unwrap(), Event::Overrun(Overrun::Kernel)));
}

/// Datagrams of more than 64 KiB were cut.
#[test]
fn datagrams_of_more_than_64_kib() {
    let long = "x".repeat(100_000);
    let (got, end) = play(vec![kernel(&[reply(1, "a"), reply(1, &long), done(1, 0)])]);
    assert_eq!(got, ["a", long.as_str()]);
    end.unwrap();
}

/// An empty `IFLA_AF_SPEC` was an error.
#[test]
fn an_empty_af_spec() {
    let bytes = link(&[put(Link::AF_SPEC, b""), put(Link::IFNAME, b"lo\0")]);
    read!(optional Link.ifname = IFNAME: Option<NlString>, &bytes).is(text(b"lo")).exact();
    let view = LinkView::parse(&bytes).unwrap();
    assert!(view.af_spec().unwrap().is_some());
    let enc = Enc::new(Vec::new());
    let built = <Sample as netlink_runtime::AttrSet>::builder(enc).inner(|i| i).finish().end().unwrap();
    assert!(SampleView::parse(&built).unwrap().inner().unwrap().is_some());
}
