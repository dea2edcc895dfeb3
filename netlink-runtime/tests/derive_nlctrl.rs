//! A family written by hand, without the generator.
#![deny(warnings)]

use netlink_runtime::build::Enc;
use netlink_runtime::prelude::*;
use netlink_runtime::{AttrSet, View};

#[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
#[netlink(family = "nlctrl", version = 2)]
struct Ctrl {
    #[netlink(CTRL_ATTR_FAMILY_ID = 1)]
    family_id: Option<u16>,
    #[netlink(CTRL_ATTR_FAMILY_NAME = 2)]
    family_name: Option<NlString>,
    #[netlink(CTRL_ATTR_VERSION = 3)]
    version: Option<u32>,
    #[netlink(CTRL_ATTR_HDRSIZE = 4)]
    hdrsize: Option<u32>,
    #[netlink(CTRL_ATTR_MAXATTR = 5)]
    maxattr: Option<u32>,
    #[netlink(CTRL_ATTR_OPS = 6, indexed, nested)]
    ops: Option<Vec<(u16, Op)>>,
    #[netlink(CTRL_ATTR_MCAST_GROUPS = 7, indexed, nested)]
    mcast_groups: Option<Vec<(u16, McastGroup)>>,
    #[netlink(rest)]
    rest: Rest,
}

#[netlink_flags(u32)]
enum OpFlags {
    GENL_ADMIN_PERM = 1,
    GENL_CMD_CAP_DO = 2,
    GENL_CMD_CAP_DUMP = 4,
    GENL_CMD_CAP_HASPOL = 8,
}

#[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
struct Op {
    #[netlink(CTRL_ATTR_OP_ID = 1)]
    id: u32,
    #[netlink(CTRL_ATTR_OP_FLAGS = 2, u32)]
    flags: OpFlags,
}

#[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
struct McastGroup {
    #[netlink(CTRL_ATTR_MCAST_GRP_NAME = 1)]
    name: Option<String>,
    #[netlink(CTRL_ATTR_MCAST_GRP_ID = 2)]
    id: Option<u32>,
}

#[test]
fn round_trip_and_view() {
    let owned = Ctrl {
        family_id: Some(16),
        family_name: Some("nlctrl".into()),
        version: Some(2),
        ops: Some(vec![(1, Op { id: 3, flags: OpFlags::GENL_CMD_CAP_DO | OpFlags::GENL_CMD_CAP_DUMP })]),
        mcast_groups: Some(vec![(1, McastGroup { name: Some("notify".into()), id: Some(16) })]),
        ..Default::default()
    };
    let mut bytes = Vec::new();
    owned.encode_to(Enc::new(&mut bytes)).end().unwrap();
    let view = CtrlView::parse(&bytes).unwrap();
    assert_eq!(view.family_id(), Ok(Some(16)));
    assert_eq!(view.family_name().unwrap().unwrap(), "nlctrl");
    assert_eq!(view.maxattr(), Ok(None));
    let (index, op) = view.ops().unwrap().unwrap().next().unwrap();
    assert_eq!((index, op.unwrap().id()), (1, Ok(3)));
    assert_eq!(format!("{:?}", op_flags(&view)), "GENL_CMD_CAP_DO | GENL_CMD_CAP_DUMP");
    let again = Ctrl::decode_at(view, 0).unwrap();
    assert_eq!(again, owned);
    assert_eq!(Ctrl::meta().by_c_name("CTRL_ATTR_VERSION").unwrap().name, "version");
}

fn op_flags(view: &CtrlView<'_>) -> OpFlags {
    let mut ops = view.ops().unwrap().unwrap();
    ops.next().unwrap().1.unwrap().flags().unwrap()
}

#[test]
fn builder_writes_the_same_bytes() {
    use netlink_runtime::build::SetBuilder;
    let mut built = Vec::new();
    let enc = Ctrl::builder(Enc::new(&mut built))
        .family_id(16)
        .family_name("nlctrl")
        .ops(|ops| ops.nest(1, |op| op.id(3).flags(OpFlags::GENL_CMD_CAP_DO)))
        .finish();
    enc.end().unwrap();
    let owned = Ctrl {
        family_id: Some(16),
        family_name: Some("nlctrl".into()),
        ops: Some(vec![(1, Op { id: 3, flags: OpFlags::GENL_CMD_CAP_DO })]),
        ..Default::default()
    };
    let mut bytes = Vec::new();
    owned.encode_to(Enc::new(&mut bytes)).end().unwrap();
    assert_eq!(built, bytes);
    let mut twice = Vec::new();
    let enc = Ctrl::builder(Enc::new(&mut twice)).family_id(1).family_id(2).finish();
    assert!(enc.end().is_err(), "an attribute that stands once is not written twice");
}

/// S3-7.
#[test]
fn order_unknown_and_flag_bits_survive() {
    let mut bytes = Vec::new();
    let mut enc = Enc::new(&mut bytes);
    enc.bytes(3, &2u32.to_ne_bytes());
    enc.bytes(1 | 0x4000, &16u16.to_ne_bytes());
    enc.bytes(999, b"?");
    enc.bytes(1, &17u16.to_ne_bytes());
    let at = enc.open_raw(6);
    enc.close(at);
    enc.bytes(2, b"ctrl\0\0");
    enc.end().unwrap();
    let view = CtrlView::parse(&bytes).unwrap();
    let mut owned = Ctrl::decode_at(view, 0).unwrap();
    assert_eq!(owned.family_id, Some(16), "the first wins");
    assert_eq!(owned.rest.unknown().len(), 2);
    let encode = |owned: &Ctrl| {
        let mut out = Vec::new();
        owned.encode_to(Enc::new(&mut out)).end().unwrap();
        out
    };
    assert_eq!(encode(&owned), bytes);
    owned.version = None;
    owned.maxattr = Some(7);
    let changed = encode(&owned);
    let view = CtrlView::parse(&changed).unwrap();
    assert_eq!((view.version(), view.maxattr()), (Ok(None), Ok(Some(7))));
    assert_eq!(view.unknown().count(), 1);
}

/// What is added to a set leaves the order of the attributes that came, stands behind them, and is never taken for
/// a field's, whatever its number.
#[test]
fn unknown_attributes_are_added_behind_what_came() {
    let write = |attrs: &[(u16, &[u8])]| {
        let mut enc = Enc::new(Vec::new());
        attrs.iter().for_each(|(raw_type, payload)| enc.bytes(*raw_type, payload));
        enc.end().unwrap()
    };
    let (version, name, other) = ((3, &[2, 0, 0, 0][..]), (2, &b"ctrl\0"[..]), (999, &b"?"[..]));
    let canonical: &[_] = &[name, version];
    for came in [canonical, &[version, name], &[version, other, name]] {
        let mut owned = Ctrl::decode_at(CtrlView::parse(&write(came)).unwrap(), 0).unwrap();
        let mut added = Vec::new();
        for (raw_type, payload) in [(998, &b"!"[..]), (3, &[9, 0, 0, 0])] {
            owned.rest.push_unknown(netlink_runtime::owned::RawAttr { raw_type, payload: payload.into() });
            added.push((raw_type, payload));
        }
        let written = owned.encode_to(Enc::new(Vec::new())).end().unwrap();
        // Of a set in the order of its fields no order is kept: they follow.
        let all = if came == canonical { [&added, came].concat() } else { [came, &added].concat() };
        assert_eq!(written, write(&all), "{came:?}");
    }
}

/// The controller writes `CTRL_ATTR_OPS` and its members without `NLA_F_NESTED`.
#[test]
fn members_without_the_nested_bit_go_through_setters() {
    let mut bytes = Vec::new();
    let mut enc = Enc::new(&mut bytes);
    let ops = enc.open_raw(6);
    for (index, id) in [(1, 3u32), (2, 10)] {
        let op = enc.open_raw(index);
        enc.fixed(1, id.to_ne_bytes());
        enc.fixed(2, 14u32.to_ne_bytes());
        enc.close(op);
    }
    enc.close(ops);
    enc.end().unwrap();
    let mut owned = Ctrl::decode_at(CtrlView::parse(&bytes).unwrap(), 0).unwrap();
    assert_eq!(owned.rest.inexact(), 0);
    let encode = |owned: &Ctrl| {
        let mut out = Vec::new();
        let enc = owned.encode_to(Enc::new(&mut out));
        assert_eq!(enc.restored(), 0, "nothing is kept as bytes");
        enc.end().unwrap();
        out
    };
    assert_eq!(encode(&owned), bytes);
    // A changed value keeps the form.
    owned.ops.as_mut().unwrap()[1].1.id = 11;
    let changed = encode(&owned);
    let differs: Vec<usize> = (0..bytes.len()).filter(|i| bytes[*i] != changed[*i]).collect();
    assert_eq!((changed.len(), differs.len()), (bytes.len(), 1));
}

/// Members that differ among themselves are kept as they came.
#[test]
fn members_of_mixed_form_are_restored() {
    let mut bytes = Vec::new();
    let mut enc = Enc::new(&mut bytes);
    let ops = enc.open(6);
    for flag in [0u16, 0x8000] {
        let op = enc.open_raw(1 | flag);
        enc.fixed(1, 3u32.to_ne_bytes());
        enc.fixed(2, 14u32.to_ne_bytes());
        enc.close(op);
    }
    enc.close(ops);
    enc.end().unwrap();
    let owned = Ctrl::decode_at(CtrlView::parse(&bytes).unwrap(), 0).unwrap();
    assert_eq!(owned.rest.inexact(), 1);
    let mut out = Vec::new();
    let enc = owned.encode_to(Enc::new(&mut out));
    assert_eq!(enc.restored(), 1);
    enc.end().unwrap();
    assert_eq!(out, bytes);
}
