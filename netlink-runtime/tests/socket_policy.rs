//! What the generic netlink controller says about families and their policies, without a kernel.

mod socket_support;

use netlink_runtime::Protocol;
use netlink_runtime::genl::{
    Family, GENL_ADMIN_PERM, GENL_CMD_CAP_DO, GENL_CMD_CAP_DUMP, GENL_CMD_CAP_HASPOL, GENL_UNS_ADMIN_PERM,
    IntWidth, Lengths, Operation, OperationPolicy, Policies, PolicySet, PolicyType,
};
use netlink_runtime::socket::{Error, Socket};
use socket_support::*;
use std::sync::{Arc, Mutex};

const CTRL: u16 = 16;

fn scripted_genl(script: Vec<Vec<Step>>) -> (Socket, Arc<Mutex<Log>>) {
    scripted_with(Socket::builder(), Protocol::Generic, script)
}

fn u32_attr(ty: u16, value: u32) -> Vec<u8> {
    attr(ty, &value.to_ne_bytes())
}

fn u64_attr(ty: u16, value: u64) -> Vec<u8> {
    attr(ty, &value.to_ne_bytes())
}

/// A family with these operations.
fn family(id: u16, name: &str, operations: &[(u32, u32)]) -> Vec<u8> {
    let operations = operations.iter().enumerate().map(|(ix, (command, flags))| {
        attr(ix as u16 + 1, &[u32_attr(1, *command), u32_attr(2, *flags)].concat())
    });
    let group = attr(1, &[attr(1, b"events\0"), u32_attr(2, 9)].concat());
    [
        attr(2, format!("{name}\0").as_bytes()),
        attr(1, &id.to_ne_bytes()),
        u32_attr(3, 2),
        attr(6, &operations.collect::<Vec<_>>().concat()),
        attr(7, &group),
    ]
    .concat()
}

fn told(seq: u32, command: u8, attrs: &[u8]) -> Vec<u8> {
    message(CTRL, 0x2, seq, PORT, &[&[command, 2, 0, 0][..], attrs].concat())
}

fn one(seq: u32, family: &[u8]) -> Vec<Step> {
    vec![kernel(&[told(seq, 1, family)]), kernel(&[ack(seq)])]
}

fn refused(seq: u32, errno: i32) -> Vec<Step> {
    vec![kernel(&[error(seq, -errno, &[])])]
}

/// `CTRL_ATTR_POLICY` of one attribute.
fn policy(set: u16, id: u16, kind: u32, more: &[Vec<u8>]) -> Vec<u8> {
    let policy = [u32_attr(1, kind), more.concat()].concat();
    attr(0x8000 | 8, &attr(0x8000 | set, &attr(0x8000 | id, &policy)))
}

/// `CTRL_ATTR_OP_POLICY` of one operation.
fn operation(command: u16, of_do: Option<u32>, of_dump: Option<u32>) -> Vec<u8> {
    let parts = [of_do.map(|ix| u32_attr(1, ix)), of_dump.map(|ix| u32_attr(2, ix))];
    attr(0x8000 | 9, &attr(0x8000 | command, &parts.into_iter().flatten().collect::<Vec<_>>().concat()))
}

/// A dump of policies.
fn policies(seq: u32, parts: &[Vec<u8>]) -> Vec<Step> {
    let mut messages: Vec<_> = parts.iter().map(|part| told(seq, 10, part)).collect();
    messages.push(done(seq, 0));
    vec![kernel(&messages)]
}

fn typed(kind: u32, more: &[Vec<u8>]) -> PolicyType {
    Policies::parse(&policy(0, 1, kind, more)).unwrap().sets[&0][&1]
}

/// S4-10: operations and what they need.
#[test]
fn families_have_operations() {
    let flags = GENL_CMD_CAP_DO | GENL_CMD_CAP_HASPOL | GENL_ADMIN_PERM;
    let other = GENL_CMD_CAP_DUMP | GENL_UNS_ADMIN_PERM;
    let sensors = Family::parse(&family(30, "sensors", &[(7, flags), (8, other)]));
    let op = sensors.operation(7).unwrap();
    assert!(op.can_do() && op.has_policy() && op.needs_admin());
    assert!(!op.can_dump() && !op.needs_namespace_admin());
    let op = sensors.operation(8).unwrap();
    assert!(op.can_dump() && op.needs_namespace_admin());
    assert!(!op.can_do() && !op.has_policy() && !op.needs_admin());
    assert_eq!(sensors.operation(9), None);
    assert_eq!(sensors.operations, [Operation::new(7, flags), Operation::new(8, other)]);
    assert_eq!(sensors.group("events"), Some(9));
}

/// S4-7, S4-8: all of them, and by number.
#[test]
fn families_are_listed_and_found_by_number() {
    let all = vec![kernel(&[
        told(1, 1, &family(30, "sensors", &[])),
        told(1, 1, &family(31, "actors", &[(1, 2)])),
        done(1, 0),
    ])];
    let (mut socket, log) =
        scripted_genl(vec![all, one(2, &family(31, "actors", &[(1, 4)])), refused(3, 2), refused(4, 1)]);
    let names: Vec<_> = socket.families().unwrap().iter().map(|f| f.name.clone()).collect();
    assert_eq!(names, ["sensors", "actors"]);
    assert_eq!(socket.family("sensors").unwrap().id, 30, "remembered");
    assert!(socket.family_by_id(31).unwrap().operations[0].can_dump());
    assert!(socket.family("actors").unwrap().operations[0].can_dump(), "the newer answer");
    let unknown = socket.family_by_id(32).unwrap_err();
    assert_eq!(unknown.to_string(), "no generic netlink family has the number 32");
    let denied = socket.family_by_id(32).unwrap_err();
    assert_eq!(denied.to_string(), "CTRL_CMD_GETFAMILY: EPERM");
    let log = log.lock().unwrap();
    assert_eq!(log.sent.len(), 4);
    assert_eq!(log.sent(1).4, [&[3, 1, 0, 0][..], &attr(1, &31u16.to_ne_bytes())].concat());
}

/// S4-2: groups by name.
#[test]
fn groups_have_names() {
    let (mut socket, _) = scripted_genl(vec![one(1, &family(30, "sensors", &[]))]);
    let unknown = socket.join_group("sensors", "gossip").unwrap_err();
    assert_eq!(unknown.to_string(), "no generic netlink family has the multicast group sensors/gossip");
    // The script has no groups; but it is asked for this one.
    assert!(matches!(socket.join_group("sensors", "events"), Err(Error::Io(_))));
    assert!(matches!(socket.leave_group("sensors", "events"), Err(Error::Io(_))));
}

/// S4-12: every type, with a mask instead of a range, and with what kernels leave out.
#[test]
fn types_of_attributes() {
    let unsigned = |width, min, max| PolicyType::Unsigned { width, min, max };
    let signed = |width, min, max| PolicyType::Signed { width, min, max };
    let widths = [
        (2, IntWidth::W8),
        (3, IntWidth::W16),
        (4, IntWidth::W32),
        (5, IntWidth::W64),
        (17, IntWidth::Variable),
    ];
    for (kind, width) in widths {
        let max = u64::MAX >> (64 - width.bits());
        assert_eq!(typed(kind, &[]), unsigned(width, 0, max));
        assert_eq!(typed(kind, &[u64_attr(4, 3), u64_attr(5, 7)]), unsigned(width, 3, 7));
        assert_eq!(typed(kind, &[u64_attr(12, 0x15)]), PolicyType::Mask { width, mask: 0x15 });
    }
    let widths = [
        (6, IntWidth::W8),
        (7, IntWidth::W16),
        (8, IntWidth::W32),
        (9, IntWidth::W64),
        (16, IntWidth::Variable),
    ];
    for (kind, width) in widths {
        let spare = 64 - width.bits();
        assert_eq!(typed(kind, &[]), signed(width, i64::MIN >> spare, i64::MAX >> spare));
        let limits = [u64_attr(2, -3i64 as u64), u64_attr(3, 7)];
        assert_eq!(typed(kind, &limits), signed(width, -3, 7));
    }
    let lengths = [u32_attr(6, 1), u32_attr(7, 15)];
    let both = Lengths { min: Some(1), max: Some(15) };
    for (kind, plain, limited) in [
        (10, PolicyType::Binary(Lengths::default()), PolicyType::Binary(both)),
        (11, PolicyType::String(Lengths::default()), PolicyType::String(both)),
        (12, PolicyType::NulString(Lengths::default()), PolicyType::NulString(both)),
    ] {
        assert_eq!(typed(kind, &[]), plain);
        assert_eq!(typed(kind, &lengths), limited);
    }
    let nest = [u32_attr(8, 4), u32_attr(9, 12)];
    assert_eq!(typed(13, &nest), PolicyType::Nested { set: Some(4), max_attr: Some(12) });
    assert_eq!(typed(14, &nest), PolicyType::NestedArray { set: Some(4), max_attr: Some(12) });
    assert_eq!(typed(13, &[]), PolicyType::Nested { set: None, max_attr: None });
    assert_eq!(typed(15, &[u32_attr(10, 6)]), PolicyType::Bitfield32 { mask: Some(6) });
    assert_eq!(typed(15, &[]), PolicyType::Bitfield32 { mask: None });
    assert_eq!(
        (typed(0, &[]), typed(1, &[]), typed(18, &[])),
        (PolicyType::Invalid, PolicyType::Flag, PolicyType::Other(18),)
    );
    // Attributes of a later kernel are no hindrance.
    assert_eq!(typed(1, &[u32_attr(99, 1)]), PolicyType::Flag);
}

/// S4-9, S4-11: one operation, which the kernel calls 0 where it answers dumps alone.
#[test]
fn policies_of_one_operation() {
    let script = vec![
        one(1, &family(30, "sensors", &[(7, 0xc)])),
        policies(2, &[operation(0, None, Some(0)), policy(0, 1, 4, &[]), policy(0, 2, 1, &[])]),
        policies(3, &[operation(8, Some(0), Some(1)), policy(0, 1, 4, &[])]),
        refused(4, libc::ENODATA),
    ];
    let (mut socket, log) = scripted_genl(script);
    let dump_only = socket.policy("sensors", Some(7)).unwrap().unwrap();
    assert_eq!(dump_only.of_do(7), None);
    assert_eq!(dump_only.of_dump(7).unwrap().len(), 2);
    assert_eq!(dump_only.operations.len(), 1);
    let both = socket.policy("sensors", Some(8)).unwrap().unwrap();
    assert_eq!(both.operations[&8], OperationPolicy { of_do: Some(0), of_dump: Some(1) });
    assert_eq!(both.of_do(8).unwrap().len(), 1);
    assert_eq!(both.of_dump(8), Some(&PolicySet::new()), "checked, and nothing is known");
    assert_eq!(socket.policy("sensors", Some(9)).unwrap(), None);
    let log = log.lock().unwrap();
    let (ty, flags, _, _, payload) = log.sent(1);
    assert_eq!((ty, flags), (CTRL, 0x301));
    assert_eq!(payload, [&[10, 1, 0, 0][..], &attr(1, &30u16.to_ne_bytes()), &u32_attr(10, 7)].concat());
}

/// S4-9, S4-12: all operations; a set that several use is there once, also one that is in itself.
#[test]
fn policies_of_all_operations() {
    let own = |set: u16| policy(set, 1, 13, &[u32_attr(8, set.into()), u32_attr(9, 1)]);
    let operations = [(1, 0xa), (2, 0xc), (3, 0x4), (4, 0xe), (5, 0xa)];
    let script = vec![
        one(1, &family(30, "sensors", &operations)),
        policies(2, &[operation(1, Some(0), None), own(0)]),
        // The same under another number, and one more.
        policies(3, &[operation(0, None, Some(1)), own(1), policy(0, 1, 4, &[])]),
        // Not 3, which has none.
        policies(4, &[operation(4, Some(0), Some(1)), policy(0, 1, 4, &[]), policy(1, 1, 5, &[])]),
        refused(5, libc::ENODATA),
    ];
    let (mut socket, log) = scripted_genl(script);
    let all = socket.policy("sensors", None).unwrap().unwrap();
    assert_eq!(all.operations.keys().copied().collect::<Vec<_>>(), [1, 2, 4]);
    assert_eq!(all.sets.len(), 3, "{all:?}");
    assert_eq!(all.of_do(1), all.of_dump(2));
    assert_eq!(all.operations[&1].of_do, all.operations[&2].of_dump);
    let cyclic = all.of_do(1).unwrap()[&1];
    assert_eq!(all.nested(&cyclic), all.of_do(1), "it is in itself");
    assert_eq!(all.of_do(4).unwrap()[&1], typed(4, &[]));
    assert_eq!(all.of_dump(4).unwrap()[&1], typed(5, &[]));
    assert_eq!(log.lock().unwrap().sent.len(), 5);

    let (mut socket, _) = scripted_genl(vec![one(1, &family(30, "sensors", &[(3, 0x4)]))]);
    assert_eq!(socket.policy("sensors", None).unwrap(), None);
}

/// S4-8, S4-9: the number of a family that was loaded anew, and what is not there.
#[test]
fn policies_of_a_family_with_a_new_number() {
    let script = vec![
        one(1, &family(30, "sensors", &[])),
        refused(2, libc::ENOENT),
        one(3, &family(31, "sensors", &[])),
        policies(4, &[operation(7, Some(0), None), policy(0, 1, 1, &[])]),
        // No such operation: the number is right.
        refused(5, libc::ENOENT),
        one(6, &family(31, "sensors", &[])),
        refused(7, libc::EPERM),
    ];
    let (mut socket, log) = scripted_genl(script);
    socket.family("sensors").unwrap();
    assert!(socket.policy("sensors", Some(7)).unwrap().is_some());
    assert_eq!(log.lock().unwrap().sent(3).4[8..10], 31u16.to_ne_bytes());
    let missing = socket.policy("sensors", Some(8)).unwrap_err();
    assert_eq!(missing.to_string(), "CTRL_CMD_GETPOLICY: ENOENT");
    assert_eq!(socket.policy("sensors", Some(8)).unwrap_err().errno(), Some(libc::EPERM));
}

/// Malformed answers are errors, and no numbers make it loop.
#[test]
fn malformed_policies_are_told() {
    let broken = attr(0x8000 | 8, &attr(0x8000, &[[9, 0, 1, 0], [0; 4]].concat()));
    let short = attr(9, &attr(3, &attr(1, &[1, 2])));
    for part in [&broken, &short] {
        assert!(Policies::parse(part).is_err(), "{part:?}");
        let script = vec![one(1, &family(30, "sensors", &[])), policies(2, std::slice::from_ref(part))];
        let (mut socket, _) = scripted_genl(script);
        assert!(matches!(socket.policy("sensors", Some(3)), Err(Error::Decode(_))));
    }
    let far = [operation(3, Some(u32::MAX), Some(u32::MAX - 1)), policy(5, 1, 13, &[u32_attr(8, u32::MAX)])];
    let far = Policies::parse(&far.concat()).unwrap();
    let mut all = far.clone();
    all.merge(&far);
    all.merge(&all.clone());
    assert_eq!(all.sets, far.sets, "all is there already");
    // Every byte damaged.
    let whole = [operation(3, Some(0), None), policy(0, 1, 13, &[u32_attr(8, 0)])].concat();
    for at in 0..whole.len() {
        for value in [0, 1, 3, 4, 5, 0x7f, 0xff] {
            let mut damaged = whole.clone();
            damaged[at] = value;
            if let Ok(policies) = Policies::parse(&damaged) {
                all.merge(&policies);
            }
            Family::parse(&damaged);
        }
    }
}
