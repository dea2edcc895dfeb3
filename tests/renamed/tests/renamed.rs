//! Derived code finds the runtime by the path it was told.

use netlink_renamed::rt::build::Enc;
use netlink_renamed::rt::owned::OwnedSet;
use netlink_renamed::rt::prelude::{Address, Flex};
use netlink_renamed::rt::{Operation, View};
use netlink_renamed::{Data, Flags, Get, Header, Message, Nest, Row, State, Tailed, Union};

netlink_renamed::holder!(Holder: u32 = 1);

fn encoded<T: OwnedSet>(value: &T) -> Vec<u8> {
    value.encode_to(Enc::new(Vec::new())).end().expect("an encodable value")
}

fn there_and_back<T: OwnedSet>(value: &T) -> T {
    let bytes = encoded(value);
    T::decode_at(View::parse(&bytes).expect("a header"), 0).expect("a decodable value")
}

#[test]
fn every_macro_takes_the_path() {
    let nest = Nest { state: Some(State::UP) };
    let value = Message {
        header: Header { family: 2, mode: 5, flags: Flags::ONE },
        number: Some(7),
        kind: Some("nest".into()),
        data: Some(Data::Nest(Box::new(nest.clone()))),
        nests: vec![nest.clone(), nest.clone()],
        indexed: Some(vec![(3, nest)]),
        states: Some(vec![State::UP, State(9)]),
        address: Some(Address::from(std::net::Ipv4Addr::LOCALHOST)),
        union: Some(Union::from_half(7)),
        flex: Some(Flex::new(Tailed { value: Union::from_whole(4) }, vec![1, 2])),
        ..Message::default()
    };
    assert_eq!(there_and_back(&value), value);
    // On every machine: bits are counted from the least significant one.
    assert_eq!(encoded(&value)[..2], [2, 5]);
    assert_eq!(format!("{:?}", Flags(3)), "ONE | 0x2");
    assert_eq!(<Get as Operation>::FLAGS, 0);
}

#[test]
fn projections_and_collectors_take_it_too() {
    use netlink_renamed::rt::collect::{collector, Flow};
    use netlink_renamed::rt::Projection;

    let value = Message {
        header: Header { family: 2, ..Header::default() },
        kind: Some("other".into()),
        number: Some(7),
        ..Message::default()
    };
    let bytes = encoded(&value);
    let row = Row::from_payload(&bytes).expect("a row");
    assert_eq!((row.family, row.kind, row.number), (2, Some("other"), Ok(Some(7))));
    assert!(row.data.is_none());
    let kinds = collector::<Message, usize>().on(Message::KIND, |count, kind| {
        *count += kind.bytes().len();
        Flow::Next
    });
    let mut length = 0;
    kinds.run(View::parse(&bytes).expect("a header"), &mut length).expect("readable attributes");
    assert_eq!(length, 5);
}

#[test]
fn a_macro_may_say_its_own_crate() {
    let value = Holder { held: Some(1) };
    assert_eq!(there_and_back(&value), value);
}
