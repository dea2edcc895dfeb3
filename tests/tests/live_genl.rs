//! What sockets say about the running kernel's generic netlink families, compared with what the
//! generated types read.

use netlink_families::nlctrl;
use netlink_runtime::genl::{GENL_ID_CTRL, OperationPolicy, Policies, PolicySet, PolicyType};
use netlink_runtime::prelude::*;
use netlink_runtime::socket::{Error, Socket};
use std::collections::BTreeMap;

fn socket() -> Socket {
    Socket::open(Protocol::Generic).expect("generic netlink is open to everybody")
}

/// What is compared of a family.
type Facts = (u16, u32, u32, u32, Vec<(u32, u32)>, Vec<(String, u32)>);

fn generated(socket: &mut Socket) -> BTreeMap<String, Facts> {
    let families = socket.dump_all(nlctrl::GetFamily::dump(), |f| {
        let operations = f.ops()?.into_iter().flatten();
        let operations = operations.map(|(_, op)| op.and_then(|op| Ok((op.id()?, op.flags()?.0))));
        let groups = f.mcast_groups()?.into_iter().flatten();
        let groups = groups.map(|(_, g)| g.and_then(|g| Ok((g.name()?.to_string(), g.id()?))));
        let facts: Facts = (
            f.family_id()?.unwrap_or(0),
            f.version()?.unwrap_or(0),
            f.hdrsize()?.unwrap_or(0),
            f.maxattr()?.unwrap_or(0),
            operations.collect::<Result<_, _>>()?,
            groups.collect::<Result<_, _>>()?,
        );
        Ok((f.family_name()?.map(|n| n.to_string()).unwrap_or_default(), facts))
    });
    families.expect("families").into_iter().collect()
}

/// S4-7, S4-8, S4-10: all families, each by name, each by number.
#[test]
fn families() {
    let mut socket = socket();
    let expected = generated(&mut socket);
    assert!(expected.contains_key("nlctrl"));
    let families = socket.families().expect("families").to_vec();
    let facts = |f: &netlink_runtime::genl::Family| -> Facts {
        let operations = f.operations.iter().map(|op| (op.id, op.flags)).collect();
        (f.id, f.version, f.header_size, f.max_attr, operations, f.groups.clone())
    };
    let listed: BTreeMap<_, _> = families.iter().map(|f| (f.name.clone(), facts(f))).collect();
    assert_eq!(listed, expected);
    for family in &families {
        assert_eq!(socket.family_by_id(family.id).expect("by number"), family);
        assert_eq!(self::socket().family(&family.name).expect("by name"), family);
    }
    eprintln!("{} families", families.len());
    let unknown = socket.family_by_id(9999).unwrap_err();
    assert!(matches!(unknown, Error::UnknownFamilyId { id: 9999 }), "{unknown}");
}

/// The policies of one operation, as the generated types read them.
fn asked(socket: &mut Socket, id: u16, operation: u32) -> Option<Policies> {
    let request = nlctrl::GetPolicy::dump().with(|b| b.family_id(id).op(operation));
    let mut sets: BTreeMap<u32, PolicySet> = BTreeMap::new();
    let mut operations = BTreeMap::new();
    let mut dump = socket.dump(request).expect("a dump");
    loop {
        let part = match dump.next() {
            Ok(Some(part)) => part,
            Ok(None) => break,
            Err(Error::Kernel(e)) if e.name() == Some("ENODATA") => return None,
            Err(e) => panic!("family {id}, operation {operation}: {e}"),
        };
        for ([set, attr], policy) in part.policy().expect("readable").into_iter().flatten() {
            let policy = nlctrl::Policy::decode(policy.expect("a policy")).expect("readable");
            sets.entry(set.into()).or_default().insert(attr, typed(&policy));
        }
        for ([command], used) in part.op_policy().expect("readable").into_iter().flatten() {
            let used = used.expect("indices");
            let (of_do, of_dump) = (used.do_().expect("readable"), used.dump().expect("readable"));
            operations.insert(command.into(), OperationPolicy { of_do, of_dump });
        }
    }
    // This kernel's name for an operation that answers dumps alone.
    if let (Some(used), false) = (operations.get(&0).copied(), operations.contains_key(&operation)) {
        operations = BTreeMap::from([(operation, used)]);
    }
    let mut policies = Policies::default();
    (policies.sets, policies.operations) = (sets, operations);
    Some(policies)
}

fn typed(policy: &nlctrl::Policy) -> PolicyType {
    use netlink_runtime::genl::{IntWidth as W, Lengths};
    use nlctrl::NetlinkAttributeType as T;
    let lengths = Lengths { min: policy.min_length, max: policy.max_length };
    let unsigned = |width| match policy.mask {
        Some(mask) => PolicyType::Mask { width, mask },
        None => PolicyType::Unsigned {
            width,
            min: policy.min_value_u.expect("the kernel says it"),
            max: policy.max_value_u.expect("the kernel says it"),
        },
    };
    let signed = |width| PolicyType::Signed {
        width,
        min: policy.min_value_s.expect("the kernel says it"),
        max: policy.max_value_s.expect("the kernel says it"),
    };
    let (set, max_attr) = (policy.policy_idx, policy.policy_maxtype);
    match policy.type_ {
        T::FLAG => PolicyType::Flag,
        T::U8 => unsigned(W::W8),
        T::U16 => unsigned(W::W16),
        T::U32 => unsigned(W::W32),
        T::U64 => unsigned(W::W64),
        T::UINT => unsigned(W::Variable),
        T::S8 => signed(W::W8),
        T::S16 => signed(W::W16),
        T::S32 => signed(W::W32),
        T::S64 => signed(W::W64),
        T::SINT => signed(W::Variable),
        T::BINARY => PolicyType::Binary(lengths),
        T::STRING => PolicyType::String(lengths),
        T::NUL_STRING => PolicyType::NulString(lengths),
        T::NESTED => PolicyType::Nested { set, max_attr },
        T::NESTED_ARRAY => PolicyType::NestedArray { set, max_attr },
        T::BITFIELD32 => PolicyType::Bitfield32 { mask: policy.bitfield32_mask },
        other => panic!("a type that this kernel has not had: {other:?}"),
    }
}

/// Whether two sets are the same under other numbers.
fn same(a: &Policies, b: &Policies, todo: &mut Vec<(u32, u32)>) {
    let mut seen = Vec::new();
    while let Some(pair) = todo.pop() {
        if seen.contains(&pair) {
            continue;
        }
        seen.push(pair);
        let none = PolicySet::new();
        let (ours, theirs) = (a.sets.get(&pair.0).unwrap_or(&none), b.sets.get(&pair.1).unwrap_or(&none));
        assert!(ours.keys().eq(theirs.keys()), "{pair:?}: {ours:?} and {theirs:?}");
        for (our, their) in ours.values().zip(theirs.values()) {
            match (our.nested(), their.nested()) {
                (Some(our), Some(their)) => todo.push((our, their)),
                (None, None) => assert_eq!(our, their),
                _ => panic!("{our:?} and {their:?}"),
            }
        }
    }
}

/// S4-9, S4-11, S4-12: the policies of every operation of every family, and all of a family together.
#[test]
fn policies() {
    let mut socket = socket();
    let families = socket.families().expect("families").to_vec();
    let (mut count, mut without) = (0, Vec::new());
    for family in &families {
        let all = socket.policy(&family.name, None).expect("policies");
        let mut expected = 0;
        for operation in &family.operations {
            let policies = socket.policy(&family.name, Some(operation.id)).expect("policies");
            assert_eq!(policies, asked(&mut socket, family.id, operation.id), "{}", family.name);
            assert_eq!(policies.is_some(), operation.has_policy(), "{} {operation:?}", family.name);
            let Some(policies) = policies else { continue };
            let Some(used) = policies.operations.get(&operation.id).copied() else {
                // There is a policy, but the family has it not checked (`GENL_DONT_VALIDATE_DUMP`).
                assert!(!operation.can_do(), "{} {operation:?}: {policies:?}", family.name);
                continue;
            };
            count += 1;
            expected += 1;
            assert_eq!(policies.operations.len(), 1, "{} {operation:?}: {policies:?}", family.name);
            assert!(used.of_do.is_none() || operation.can_do(), "{} {operation:?} {used:?}", family.name);
            assert!(used.of_dump.is_none() || operation.can_dump(), "{} {operation:?} {used:?}", family.name);
            let all = all.as_ref().expect("policies");
            let together = all.operations[&operation.id];
            let pairs = [(together.of_do, used.of_do), (together.of_dump, used.of_dump)];
            for (ours, theirs) in pairs {
                assert_eq!(ours.is_some(), theirs.is_some());
                same(all, &policies, &mut ours.zip(theirs).into_iter().collect());
            }
        }
        match all {
            Some(all) => {
                assert_eq!(all.operations.len(), expected, "{}", family.name);
                eprintln!("{}: {expected} operations, {} sets", family.name, all.sets.len());
            }
            None => without.push(family.name.as_str()),
        }
    }
    eprintln!("{count} operations with a policy; families without any: {without:?}");
    assert!(count >= 2, "those of nlctrl");

    // The controller's own, which is all that every kernel has: GETPOLICY answers dumps alone.
    let all = socket.policy("nlctrl", None).expect("policies").expect("some");
    assert_eq!(all.operations.keys().copied().collect::<Vec<_>>(), [3, 10]);
    assert!(all.of_do(10).is_none() && all.of_dump(10).is_some());
    assert!(matches!(all.of_do(3).expect("a set")[&2], PolicyType::NulString(l) if l.max == Some(15)));

    let refused = socket.policy("nlctrl", Some(250)).unwrap_err();
    let place = if netlink_tests::kernel_before(6, 12) { "" } else { " at CTRL_ATTR_OP" };
    assert_eq!(refused.to_string(), format!("CTRL_CMD_GETPOLICY: ENOENT{place}"));
    assert!(matches!(socket.policy("no-such-family", None), Err(Error::UnknownFamily { .. })));
    assert_eq!(socket.family("nlctrl").expect("a family").id, GENL_ID_CTRL);
}
