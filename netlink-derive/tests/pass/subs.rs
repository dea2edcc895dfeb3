//! Sub-messages: keys that are text, numbers and constants, several at once, defaults.

use netlink_runtime::build::Enc;
use netlink_runtime::prelude::*;

const FAMILY_INET: u16 = 2;

#[derive(Clone, Debug, PartialEq, NetlinkSub)]
enum ByText {
    #[netlink("vlan", nested)]
    Vlan(Box<Vlan>),
    #[netlink("raw", be)]
    Raw(u32),
    #[netlink("text")]
    Text(NlString),
    #[netlink(unknown)]
    Unknown(Vec<u8>),
}

#[derive(Clone, PartialEq, NetlinkSub)]
#[netlink(debug)]
enum ByNumbers {
    #[netlink(1, 2)]
    Numbers(u8),
    #[netlink(self::FAMILY_INET, "ip")]
    Constant(Ipv4Addr),
    #[netlink(AF_MPLS = 28, "label", struct)]
    Named(Label),
    #[netlink(default)]
    Other(Vec<u8>),
    #[netlink(unknown)]
    Unclear(Vec<u8>),
}

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(label, size = 4)]
struct Label {
    #[netlink(0, be)]
    entry: u32,
}

#[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
struct Vlan {
    #[netlink(VLAN_ID = 1)]
    id: Option<u16>,
}

#[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
struct Message {
    #[netlink(M_KIND = 1)]
    kind: Option<NlString>,
    #[netlink(M_DATA = 2, sub(kind))]
    data: Option<ByText>,
    #[netlink(M_FAMILY = 3)]
    family: Option<u8>,
    #[netlink(M_TYPE = 4)]
    r#type: Option<NlString>,
    #[netlink(M_BOTH = 5, sub(family, r#type))]
    both: Option<Box<ByNumbers>>,
    #[netlink(rest)]
    rest: Rest,
}

fn back(value: &Message) -> Message {
    Message::from_bytes(&value.to_bytes().expect("an encodable value")).expect("a decodable value")
}

pub(crate) fn main() {
    let bytes = Message::builder(Enc::new(Vec::new())).data(|data| data.vlan(|vlan| vlan.id(5))).finish();
    let bytes = bytes.end().expect("a built message");
    let view = MessageView::parse(&bytes).expect("a message");
    assert_eq!(view.kind().unwrap().expect("written with the data"), "vlan");
    let Some(ByTextView::Vlan(vlan)) = view.data().unwrap() else { panic!("another form") };
    assert_eq!(vlan.id().unwrap(), Some(5));

    for (family, kind, both) in [
        (Some(2), "ip", ByNumbers::Constant(Ipv4Addr::LOCALHOST)),
        (Some(28), "label", ByNumbers::Named(Label { entry: 7 })),
        (Some(9), "none", ByNumbers::Other(vec![1, 2])),
    ] {
        let value =
            Message { family, r#type: Some(kind.into()), both: Some(Box::new(both)), ..Message::default() };
        assert_eq!(back(&value), value);
    }
    let value =
        Message { kind: Some("new".into()), data: Some(ByText::Unknown(vec![1])), ..Message::default() };
    assert_eq!(back(&value), value);
}
