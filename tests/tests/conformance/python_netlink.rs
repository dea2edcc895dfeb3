//! Flaws of python-netlink (0.0.10 and 0.0.15).

use crate::harness::read;
use crate::script::*;
use crate::sets::*;
use crate::sockets::*;
use netlink_families::nlctrl::{Ctrl, OpPolicy, Policy};
use netlink_runtime::build::{Enc, SetBuilder};
use netlink_runtime::error::DecodeErrorKind::Truncated;
use netlink_runtime::extack;
use netlink_runtime::message::{GenlHeader, MessageRef};
use netlink_runtime::owned::OwnedSet;
use netlink_runtime::prelude::*;
use netlink_runtime::socket::{Error, Event, Socket};
use netlink_runtime::wire::NESTED;

/// S4-3: A notification with the sequence number of an own request was appended to its reply.
#[test]
fn a_notification_of_an_own_request_is_no_reply() {
    let news = multicast(4, &[message(REPLY, MULTI, 1, PORT, b"news")]);
    let (mut socket, _) =
        scripted(vec![vec![kernel(&[reply(1, "a")]), news, kernel(&[reply(1, "b"), done(1, 0)])]]);
    assert_eq!(dump(&mut socket).0, ["a", "b"]);
    assert!(matches!(socket.receive().unwrap(), Event::Notification { group: 4, .. }));
}

/// S4-4: The error in `NLMSG_DONE` and `NLM_F_DUMP_INTR` were both ignored.
#[test]
fn how_a_dump_ends_counts() {
    assert_eq!(refused(play(vec![kernel(&[reply(1, "a"), done(1, -EINVAL)])]).1).errno, EINVAL);
    let torn = message(REPLY, MULTI | DUMP_INTR, 1, PORT, b"torn");
    let (_, end) = play(vec![kernel(&[torn, done(1, 0)])]);
    assert!(matches!(end, Err(Error::DumpInterrupted)));
}

/// S4-4: An error that says which attribute is missing was itself an error: attribute 5 was not known.
#[test]
fn an_error_about_a_missing_attribute_is_that_error() {
    let tlvs = [attr(5, &1u32.to_ne_bytes()), attr(7, b"of a later kernel")].concat();
    let error = refused(play(vec![kernel(&[error(1, -EINVAL, &tlvs)])]).1);
    assert_eq!((error.errno, error.missing.as_ref().map(|m| m.attr)), (EINVAL, Some(1)));
    assert_eq!(error.to_string(), "TEST_GET: EINVAL (missing: attribute 1)");
}

/// S4-5: One attribute that was not in its map failed the message: every new kernel did.
#[test]
fn unknown_attributes_are_no_error() {
    let bytes = [attr(NEW, b"new"), word(Sample::ID, 7), attr(0x3fff | NESTED, b"")].concat();
    read!(optional Sample.id = ID: Option<u32>, &bytes).is(7).exact();
    let inner = [attr(NEW, b"new"), word(Inner::VALUE, 5)].concat();
    let bytes = put(Sample::INNER, &inner);
    let view = SampleView::parse(&bytes).unwrap().inner().unwrap().unwrap();
    assert_eq!((view.value(), view.unknown().count()), (Ok(Some(5)), 1));
    assert_eq!(Sample::from_bytes(&bytes).unwrap().to_bytes().unwrap()[4..], bytes[4..]);
}

/// S4-5: Of attributes that stand twice, one was lost.
#[test]
fn duplicates_are_not_lost() {
    let bytes =
        [word(Sample::NUMBERS, 1), word(Sample::NUMBERS, 2), word(Sample::ID, 3), word(Sample::ID, 4)]
            .concat();
    read!(many Sample.numbers = NUMBERS: Vec<u32>, &bytes).is([1, 2]).exact();
    read!(optional Sample.id = ID: Option<u32>, &bytes).is(3).exact();
    assert_eq!(Sample::from_bytes(&bytes).unwrap().rest.unknown()[0].payload, 4u32.to_ne_bytes());
}

/// A size below 4 was a negative number of bytes to read.
#[test]
fn sizes_below_4_end_the_stream() {
    for len in 0..4 {
        let bytes = lying(len, Sample::BYTES.id(), &[0; 8]);
        read!(optional Sample.bytes = BYTES: Option<Vec<u8>>, &bytes).bad(Truncated, 0);
        read!(optional Sample.id = ID: Option<u32>, &bytes).bad(Truncated, 0);
    }
}

/// A last attribute without padding was an error.
#[test]
fn the_last_attribute_needs_no_padding() {
    let mut bytes = [word(Sample::ID, 7), put(Sample::NAME, b"abcde")].concat();
    bytes.truncate(8 + 4 + 5);
    read!(optional Sample.name = NAME: Option<NlString>, &bytes).is(text(b"abcde"));
    read!(optional Sample.id = ID: Option<u32>, &bytes).is(7);
    read!(optional Sample.count = COUNT: Option<u64>, &bytes).absent();
    read!(many Sample.numbers = NUMBERS: Vec<u32>, &bytes).none();
}

/// S4-5: Nests were sent without `NLA_F_NESTED`, which strict families refuse.
#[test]
fn nests_are_sent_with_their_bit() {
    let built = Sample::builder(Enc::new(Vec::new()))
        .inner(|inner| inner.deeper(|deeper| deeper.value(1)))
        .members(|list| list.nest(1, |inner| inner.value(2)))
        .data(|data| data.nest(|inner| inner.value(3)))
        .finish()
        .end()
        .unwrap();
    let owned = Sample::from_bytes(&built).unwrap();
    assert_eq!(owned.to_bytes().unwrap(), built);
    let view = SampleView::parse(&built).unwrap();
    let nested: Vec<_> =
        view.attrs().iter(view.meta()).map(|a| a.unwrap()).map(|a| (a.id(), a.is_nested())).collect();
    assert_eq!(nested, [(7, true), (18, true), (10, false), (11, true)]);
    let member = view.attrs().iter(view.meta()).nth(1).unwrap().unwrap().attrs().iter(view.meta()).next();
    assert!(member.unwrap().unwrap().is_nested());
    let deeper = view.inner().unwrap().unwrap().attrs().iter(view.meta()).next().unwrap().unwrap();
    assert!(deeper.is_nested());
}

/// A flag that is not set could not be said.
#[test]
fn a_flag_that_is_not_set_is_left_out() {
    let set = Sample { on: true, ..Sample::default() };
    assert_eq!(set.to_bytes().unwrap(), put(Sample::ON, b""));
    let unset = Sample { id: Some(7), ..Sample::default() };
    let bytes = unset.to_bytes().unwrap();
    assert_eq!(bytes, word(Sample::ID, 7));
    read!(flag Sample.on = ON: bool, &bytes).absent();
    read!(flag Sample.on = ON: bool, &put(Sample::ON, b"")).is(()).exact();
}

/// S4-11: The policy of an operation's dump was read from that of its single request.
#[test]
fn the_policy_of_a_dump_is_its_own() {
    let policy = attr(10 | NESTED, &[word(OpPolicy::DO_, 1), word(OpPolicy::DUMP, 2)].concat());
    let bytes = attr(Ctrl::OP_POLICY.id() | NESTED, &policy);
    let mut want = OpPolicy::default();
    (want.do_, want.dump) = (Some(1), Some(2));
    read!(type_value Ctrl.op_policy = OP_POLICY: Option<Vec<([u16; 1], OpPolicy)>>, &bytes)
        .is([([10u16], want)])
        .json(serde_json::json!([[10, [["CTRL_ATTR_POLICY_DO", 1], ["CTRL_ATTR_POLICY_DUMP", 2]]]]))
        .exact();
    // The numbers as the kernel's header has them.
    assert_eq!((OpPolicy::DO_.id(), OpPolicy::DUMP.id()), (1, 2));
}

/// A policy with a mask in place of a range was an error.
#[test]
fn a_policy_may_have_a_mask() {
    let bytes = [word(Policy::TYPE_, 4), put(Policy::MASK, &0x5u64.to_ne_bytes())].concat();
    read!(optional Policy.mask = MASK: Option<u64>, &bytes).is(5).exact();
    read!(optional Policy.max_value_u = MAX_VALUE_U: Option<u64>, &bytes).absent();
    assert_eq!(extack::Policy::parse(&bytes).to_string(), "u32, mask 0x5");
}

/// Limits of `sint` and `uint` were ignored.
#[test]
fn sint_and_uint_have_limits() {
    let limits = |kind, min, max, low: i64, high: u64| {
        [word(Policy::TYPE_, kind), attr(min, &low.to_ne_bytes()), attr(max, &high.to_ne_bytes())].concat()
    };
    let sint = limits(16, 2, 3, -5, 5);
    assert_eq!(extack::Policy::parse(&sint).to_string(), "sint, min -5, max 5");
    read!(optional Policy.min_value_s = MIN_VALUE_S: Option<i64>, &sint).is(-5);
    let uint = limits(17, 4, 5, 1, u64::from(u32::MAX));
    assert_eq!(extack::Policy::parse(&uint).to_string(), "uint, min 1, max 4294967295");
    read!(optional Policy.max_value_u = MAX_VALUE_U: Option<u64>, &uint).is(u64::from(u32::MAX));
}

/// A family's own header stands between the generic one and the attributes.
#[derive(Clone, Default, PartialEq, NetlinkMessage)]
#[netlink(debug)]
struct Datapath {
    #[netlink(header)]
    header: OvsHeader,
    #[netlink(OVS_DP_ATTR_NAME = 1)]
    name: Option<NlString>,
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(ovs_header, size = 4)]
struct OvsHeader {
    #[netlink(0)]
    dp_ifindex: i32,
}

#[derive(NetlinkOp)]
#[netlink(
    family = "ovs_datapath",
    version = 2,
    do,
    request(OVS_DP_CMD_GET = 3, Datapath),
    reply(OVS_DP_CMD_NEW = 1, Datapath)
)]
struct GetDatapath;

/// S4-1: So it did there, as bytes.
#[test]
fn families_with_a_header_of_their_own() {
    let family = [&[1, 2, 0, 0][..], &attr(1, &30u16.to_ne_bytes()), &attr(2, b"ovs_datapath\0")].concat();
    let body = [&7i32.to_ne_bytes()[..], &put(Datapath::NAME, b"dp\0")].concat();
    let answer = [&[1, 2, 0, 0][..], &body].concat();
    let (mut socket, log) = scripted_with(
        Socket::builder(),
        Protocol::Generic,
        vec![
            vec![kernel(&[message(16, 0, 1, PORT, &family)]), kernel(&[ack(1)])],
            vec![kernel(&[message(30, 0, 2, PORT, &answer)]), kernel(&[ack(2)])],
        ],
    );
    let call = GetDatapath::request().with(|dp| dp.header(OvsHeader { dp_ifindex: 5 }).name("dp"));
    let answer = socket.get(call).unwrap();
    assert_eq!(answer.view().unwrap().header().dp_ifindex, 7);
    assert_eq!(answer.view().unwrap().name().unwrap().unwrap(), "dp");
    let sent = log.lock().unwrap().sent[1].clone();
    let (genl, rest) = GenlHeader::split(MessageRef::parse(&sent).unwrap().payload()).unwrap();
    assert_eq!(
        (genl, rest[..4].to_vec()),
        (GenlHeader { command: 3, version: 2 }, 5i32.to_ne_bytes().to_vec())
    );
    read!(optional Datapath.name = NAME: Option<NlString>, &body).is(text(b"dp"));
}

/// S4-8: A family that is not there was a file that was not found.
#[test]
fn an_unknown_family_is_told_by_its_name() {
    let (mut socket, _) =
        scripted_with(Socket::builder(), Protocol::Generic, vec![vec![kernel(&[error(1, -ENOENT, &[])])]]);
    let error = socket.get(GetDatapath::request()).map(drop).unwrap_err();
    assert!(matches!(&error, Error::UnknownFamily { name } if &**name == "ovs_datapath"), "{error}");
}
