//! The generic netlink controller, with types derived by hand: no schema, no generator. They work
//! against the running kernel, and agree with the generated module.

use netlink_families::nlctrl;
use netlink_runtime::prelude::*;
use netlink_runtime::socket::{Error, Socket};
use std::collections::BTreeMap;

#[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
#[netlink(family = "nlctrl", version = 2)]
struct Family {
    #[netlink(CTRL_ATTR_FAMILY_ID = 1)]
    id: Option<u16>,
    #[netlink(CTRL_ATTR_FAMILY_NAME = 2)]
    name: Option<String>,
    #[netlink(CTRL_ATTR_VERSION = 3)]
    version: Option<u32>,
    #[netlink(CTRL_ATTR_HDRSIZE = 4)]
    header_size: Option<u32>,
    #[netlink(CTRL_ATTR_MAXATTR = 5)]
    max_attr: Option<u32>,
    #[netlink(CTRL_ATTR_OPS = 6, indexed, nested)]
    operations: Option<Vec<(u16, Command)>>,
    #[netlink(CTRL_ATTR_MCAST_GROUPS = 7, indexed, nested)]
    groups: Option<Vec<(u16, Group)>>,
    #[netlink(CTRL_ATTR_POLICY = 8, nested, type_value(policy, attribute))]
    policy: Option<Vec<([u16; 2], Limits)>>,
    #[netlink(CTRL_ATTR_OP_POLICY = 9, nested, type_value(command))]
    command_policy: Option<Vec<([u16; 1], CommandPolicy)>>,
    #[netlink(CTRL_ATTR_OP = 10)]
    only: Option<u32>,
}

#[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
struct Command {
    #[netlink(CTRL_ATTR_OP_ID = 1)]
    id: u32,
    #[netlink(CTRL_ATTR_OP_FLAGS = 2, u32)]
    flags: CommandFlags,
}

#[netlink_flags(u32)]
enum CommandFlags {
    #[netlink(GENL_ADMIN_PERM)]
    ADMIN = 1,
    #[netlink(GENL_CMD_CAP_DO)]
    DO = 2,
    #[netlink(GENL_CMD_CAP_DUMP)]
    DUMP = 4,
    #[netlink(GENL_CMD_CAP_HASPOL)]
    POLICY = 8,
}

#[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
struct Group {
    #[netlink(CTRL_ATTR_MCAST_GRP_NAME = 1)]
    name: String,
    #[netlink(CTRL_ATTR_MCAST_GRP_ID = 2)]
    id: u32,
}

#[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
struct Limits {
    #[netlink(NL_POLICY_TYPE_ATTR_TYPE = 1)]
    kind: u32,
    #[netlink(NL_POLICY_TYPE_ATTR_MAX_LENGTH = 7)]
    max_length: Option<u32>,
    #[netlink(NL_POLICY_TYPE_ATTR_POLICY_IDX = 8)]
    policy: Option<u32>,
    #[netlink(NL_POLICY_TYPE_ATTR_POLICY_MAXTYPE = 9)]
    policy_max: Option<u32>,
}

#[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
struct CommandPolicy {
    #[netlink(CTRL_ATTR_POLICY_DO = 1)]
    of_do: Option<u32>,
    #[netlink(CTRL_ATTR_POLICY_DUMP = 2)]
    of_dump: Option<u32>,
}

/// Families, one or all.
#[derive(NetlinkOp)]
#[netlink(
    family = "nlctrl",
    version = 2,
    do,
    dump,
    request(CTRL_CMD_GETFAMILY = 3, Family),
    reply(CTRL_CMD_NEWFAMILY = 1, Family)
)]
struct GetFamily;

/// Policies of one family.
#[derive(NetlinkOp)]
#[netlink(
    family = "nlctrl",
    version = 2,
    dump,
    request(CTRL_CMD_GETPOLICY = 10, Family),
    reply(CTRL_CMD_GETPOLICY = 10, Family)
)]
struct GetPolicy;

/// `NL_ATTR_TYPE_NUL_STRING`, `NL_ATTR_TYPE_NESTED`.
const NUL_STRING: u32 = 12;
const NESTED: u32 = 9;

fn socket() -> Socket {
    Socket::open(Protocol::Generic).expect("generic netlink is open to everybody")
}

/// S4-6, S4-7.
#[test]
fn families_by_dump() {
    let mut socket = socket();
    let mut families = socket.dump(GetFamily::dump()).expect("a dump");
    let (mut count, mut nlctrl) = (0, None);
    while let Some(family) = families.next().expect("a family") {
        count += 1;
        if family.name().expect("its name").is_some_and(|n| n == "nlctrl") {
            nlctrl = family.id().expect("its id");
        }
    }
    eprintln!("{count} families");
    assert_eq!(nlctrl, Some(16), "the controller lists itself");
}

#[test]
fn one_family_by_name() {
    let mut socket = socket();
    let answer = socket.get(GetFamily::request().with(|b| b.name("nlctrl"))).expect("a family");
    let family = answer.view().expect("a message");
    assert_eq!((family.id(), family.header_size()), (Ok(Some(16)), Ok(Some(0))));
    assert_eq!(family.version(), Ok(Some(2)));
    let operations = family.operations().expect("readable").expect("present");
    let commands: BTreeMap<u32, CommandFlags> = operations
        .map(|(_, command)| {
            let command = command.expect("a command");
            (command.id().expect("its number"), command.flags().expect("its flags"))
        })
        .collect();
    let getfamily = commands[&3];
    assert!(getfamily.contains(CommandFlags::DO | CommandFlags::DUMP), "{getfamily:?}");
    assert!(!getfamily.contains(CommandFlags::ADMIN), "{getfamily:?}");
    let mut groups = family.groups().expect("readable").expect("present");
    let (_, group) = groups.next().expect("a group");
    assert_eq!(group.expect("readable").name().expect("its name").to_string(), "notify");

    let refused = socket.get(GetFamily::request().with(|b| b.name("no-such-family")));
    match refused {
        Err(Error::Kernel(error)) => assert!(error.to_string().contains("ENOENT"), "{error}"),
        other => panic!("a family that is not there: {:?}", other.map(|_| ())),
    }
}

#[test]
fn policies_with_types_that_carry_data() {
    let mut socket = socket();
    let mut limits = BTreeMap::new();
    let mut of_commands = BTreeMap::new();
    let mut policies = socket.dump(GetPolicy::dump().with(|b| b.name("nlctrl"))).expect("a dump");
    while let Some(part) = policies.next().expect("a part") {
        assert_eq!(part.id(), Ok(Some(16)));
        for (at, limit) in part.policy().expect("readable").into_iter().flatten() {
            let limit = limit.expect("limits");
            limits.insert(at, (limit.kind().expect("a type"), limit.max_length().expect("a length")));
        }
        for ([command], policy) in part.command_policy().expect("readable").into_iter().flatten() {
            let policy = policy.expect("indices");
            of_commands.insert(command, (policy.of_do(), policy.of_dump()));
        }
    }
    eprintln!("{} limits, {} commands with policies", limits.len(), of_commands.len());
    // The name of a family is a string of at most 15 characters, whatever the command.
    let policy = match of_commands[&3] {
        (Ok(Some(policy)), _) => u16::try_from(policy).expect("a small index"),
        other => panic!("CTRL_CMD_GETFAMILY has no policy: {other:?}"),
    };
    assert_eq!(limits[&[policy, 2]], (NUL_STRING, Some(15)));
    assert!(!limits.values().any(|(kind, _)| *kind == NESTED), "the controller's requests nest nothing");
}

/// What both say of one family.
type Facts = (Option<u16>, Option<u32>, Vec<(u16, u32, u32)>, Vec<(u16, String, u32)>);

#[test]
fn agrees_with_the_generated_module() {
    let mut socket = socket();
    let by_hand = socket.dump_all(GetFamily::dump(), |f| {
        let operations = f.operations()?.into_iter().flatten();
        let operations = operations.map(|(ix, op)| op.and_then(|op| Ok((ix, op.id()?, op.flags()?.0))));
        let groups = f.groups()?.into_iter().flatten();
        let groups = groups.map(|(ix, g)| g.and_then(|g| Ok((ix, g.name()?.to_string(), g.id()?))));
        let facts: Facts =
            (f.id()?, f.version()?, operations.collect::<Result<_, _>>()?, groups.collect::<Result<_, _>>()?);
        Ok((f.name()?.map(|n| n.to_string()), facts))
    });
    let generated = socket.dump_all(nlctrl::GetFamily::dump(), |f| {
        let operations = f.ops()?.into_iter().flatten();
        let operations = operations.map(|(ix, op)| op.and_then(|op| Ok((ix, op.id()?, op.flags()?.0))));
        let groups = f.mcast_groups()?.into_iter().flatten();
        let groups = groups.map(|(ix, g)| g.and_then(|g| Ok((ix, g.name()?.to_string(), g.id()?))));
        let facts: Facts = (
            f.family_id()?,
            f.version()?,
            operations.collect::<Result<_, _>>()?,
            groups.collect::<Result<_, _>>()?,
        );
        Ok((f.family_name()?.map(|n| n.to_string()), facts))
    });
    let by_hand: BTreeMap<_, _> = by_hand.expect("families").into_iter().collect();
    let generated: BTreeMap<_, _> = generated.expect("families").into_iter().collect();
    assert!(by_hand.contains_key(&Some("nlctrl".to_owned())));
    assert_eq!(by_hand, generated);
}
