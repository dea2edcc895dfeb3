//! Replies whose form the request chooses.

mod socket_support;

use netlink_runtime::meta::SetMeta;
use netlink_runtime::prelude::*;
use netlink_runtime::{AttrSet, EncodeError, MessageType, NetlinkOp, Request};
use socket_support::*;

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(ask, size = 4)]
struct Ask {
    #[netlink(0)]
    other: u8,
    #[netlink(1)]
    kind: u8,
}

#[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
struct Asked {
    #[netlink(header)]
    header: Ask,
}

#[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
struct Told {
    #[netlink(TOLD_VALUE = 1, sub(request.kind))]
    value: Option<Data>,
}

#[derive(Clone, Debug, PartialEq, NetlinkSub)]
enum Data {
    #[netlink(1)]
    Number(u32),
    #[netlink(2)]
    Text(NlString),
    #[netlink(unknown)]
    Unknown(Vec<u8>),
}

#[derive(NetlinkOp)]
#[netlink(protocol = 0, do, dump, request(TEST_ASK = 18, Asked), reply(TEST_TOLD = 16, Told))]
struct GetTold;

/// A request by hand, which the same replies answer, with another header.
struct ByHand;

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(own, size = 4)]
struct Own {
    #[netlink(3)]
    kind: u8,
}

#[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
struct OwnSet {
    #[netlink(header)]
    header: Own,
}

impl Request for ByHand {
    type Reply = GetTold;
    const PROTOCOL: Protocol = Protocol::Route;

    fn message_type(&self) -> MessageType {
        MessageType::Raw(18)
    }

    fn flags(&self) -> u16 {
        0
    }

    fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        out.extend([0, 1, 0, 2]);
        Ok(())
    }

    fn set(&self) -> Option<&'static SetMeta> {
        Some(OwnSet::meta())
    }
}

fn told(seq: u32) -> Vec<u8> {
    message(REPLY, MULTI, seq, PORT, &attr(1, b"abc\0"))
}

/// The first value of a dump.
fn first(request: impl Request<Reply = GetTold>) -> Data {
    let (mut socket, _) = scripted(vec![vec![kernel(&[told(1), done(1, 0)])]]);
    let mut dump = socket.dump(request).unwrap();
    let view = dump.next().unwrap().expect("a reply");
    Told::decode(view).unwrap().value.expect("a value")
}

#[test]
fn an_operations_own_header_chooses() {
    let ask = |kind| GetTold::dump().with(|b| b.header(Ask { other: 9, kind }));
    assert_eq!(first(ask(1)), Data::Number(u32::from_ne_bytes(*b"abc\0")));
    assert_eq!(first(ask(2)), Data::Text("abc".into()));
    assert_eq!(first(ask(3)), Data::Unknown(b"abc\0".to_vec()));
}

#[test]
fn the_one_reply_is_read_alike() {
    let (mut socket, _) = scripted(vec![vec![kernel(&[told(1), ack(1)])]]);
    let request = GetTold::request().with(|b| b.header(Ask { other: 1, kind: 2 }));
    let answer = socket.get(request).unwrap();
    let value = Told::decode(answer.view().unwrap()).unwrap().value;
    assert_eq!(value, Some(Data::Text("abc".into())));
}

#[test]
fn a_request_by_hand_has_its_own_header() {
    assert_eq!(first(ByHand), Data::Text("abc".into()));
}
