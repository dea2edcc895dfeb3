//! `verify`: the shipped schemas agree with everything that is known, and every kind of mistake is found.

use netlink_codegen::headers::facts::Store;
use netlink_codegen::headers::store;
use netlink_codegen::verify::{self, Exceptions, Kernel, Report, State};
use netlink_codegen::{Loader, check::Checked, policy, shipped_model};
use netlink_runtime::genl::{self, OperationPolicy, Policies, PolicyType};

fn facts() -> Store {
    store::shipped().unwrap()
}

fn mismatches(report: &Report) -> Vec<String> {
    report.mismatches().map(|f| format!("{} of {} ({}): {}", f.what, f.name, f.place, f.detail)).collect()
}

/// Headers and policies.
fn verified(model: &Checked, tables: &[policy::Table]) -> Report {
    let (facts, mut report) = (facts(), Report::default());
    let shipped = |name: &str| name != "common";
    verify::headers(model, &facts, &shipped, &mut report);
    verify::policies(model, &facts, tables, &shipped, &mut report);
    report
}

#[test]
fn shipped_schemas_agree_with_headers_and_policies() {
    let mut report = verified(&shipped_model().unwrap(), &policy::shipped().unwrap());
    let exceptions = Exceptions::shipped().unwrap();
    exceptions.apply(&mut report);
    assert_eq!(mismatches(&report), [""; 0]);
    assert_eq!(report.stale, [""; 0], "lines of schemas/verify.txt that excuse nothing");
    let unknown: Vec<_> =
        exceptions.unknown(&report).into_iter().filter(|l| !l.starts_with("live")).collect();
    assert_eq!(unknown, [""; 0], "lines of schemas/verify.txt about nothing");
    let equal = report.facts.iter().filter(|f| f.state == State::Equal).count();
    assert!(equal > 15_000, "only {equal} comparisons");
}

#[test]
fn shipped_schemas_agree_with_the_running_kernel() {
    let kernel = match Kernel::ask() {
        Ok(kernel) => kernel,
        Err(error) => return netlink_tests::skip("verify --live", &error.to_string()),
    };
    let model = shipped_model().unwrap();
    let mut report = Report::default();
    verify::live(&model, &kernel, &|_| true, &mut report);
    Exceptions::shipped().unwrap().apply(&mut report);
    assert_eq!(mismatches(&report), [""; 0]);
    assert_eq!(report.stale, [""; 0]);
    let of =
        |family: &str| report.facts.iter().filter(|f| f.family == family && f.state == State::Equal).count();
    assert!(of("nlctrl") > 10, "{}", of("nlctrl"));
    // Each family of the kernel is compared or told.
    let strangers: Vec<&str> = kernel.strangers(&model).map(|s| s.family.name.as_str()).collect();
    for (family, _) in &kernel.families {
        let known = report.facts.iter().any(|f| f.name == family.name && f.what == "id");
        assert!(known != strangers.contains(&family.name.as_str()), "{}", family.name);
    }
}

const WRONG: &str = "
name: wrong
version: 1
operations:
  name-prefix: RTM_
  attribute-set: link
  list: {getlink: do dump, newlink: event}
attribute-sets:
  link:
    name-prefix: IFLA_
    attributes:
      mtu: u16
      txqlen: be32
      ifname: {type: string, checks: {max-len: 16}}
      carrier: flag
      map: struct rtnl_link_stats64
      linkinfo: nest info
      net-ns-fd: s32
      gso-max-size: sbe32
      af-spec: binary
      operstate: u8 enum IF_OPER_*
      prop-list: nest info
      master: sub chosen by ifname
      link: sub chosen by ifname
      group: u32
      new-ifindex: u32
  info:
    name-prefix: IFLA_INFO_
    attributes: {kind: string}
sub-messages:
  chosen: {a: u32, b: nest info, default: u64}
";

#[test]
fn mistakes_in_types_are_found() {
    let model = Loader::new().text("wrong", WRONG).load().unwrap().model;
    let tables = policy::text::read(
        "a.c\nlink\n  IFLA_MTU u32\n  IFLA_TXQLEN u32\n  IFLA_IFNAME string len=IFNAMSIZ-1\n  IFLA_CARRIER u8\n  \
         IFLA_MAP binary max-len=28\n  IFLA_LINKINFO nested nested=info\n  IFLA_NET_NS_FD u32\n  \
         IFLA_GSO_MAX_SIZE be32\n  IFLA_AF_SPEC nested\n  IFLA_OPERSTATE u8 max=3\n  IFLA_PROP_LIST nested-array\n  \
         IFLA_MASTER nested\n  IFLA_LINK u8\n  IFLA_GROUP be32\n  IFLA_NEW_IFINDEX s32\n\
         info\n  IFLA_INFO_KIND string\n  IFLA_INFO_DATA nested\n",
    )
    .unwrap();
    let report = verified(&model, &tables);
    assert_eq!(
        mismatches(&report),
        [
            "max-len of IFLA_IFNAME (a.c link): schema 16, kernel 15",
            "type of IFLA_MTU (a.c link): schema u16, kernel u32",
            "type of IFLA_LINK (a.c link): schema sub chosen, kernel u8",
            "type of IFLA_MAP (a.c link): schema struct rtnl_link_stats64, 200 bytes, kernel binary max-len 28",
            "nest of IFLA_LINKINFO (a.c link): schema info, which lacks IFLA_INFO_DATA of info",
            "order of IFLA_GROUP (a.c link): schema u32, kernel be32",
            "type of IFLA_CARRIER (a.c link): schema flag, kernel u8",
            "sign of IFLA_NEW_IFINDEX (a.c link): schema u32, kernel s32",
            "type of IFLA_PROP_LIST (a.c link): schema nest info, kernel indexed nest",
        ]
    );
    // What a policy does not say is neither right nor wrong.
    let unchecked = report.facts.iter().filter(|f| f.state == State::Unchecked && !f.place.is_empty());
    let unchecked: Vec<String> =
        unchecked.map(|f| format!("{} of {}: {}", f.what, f.name, f.detail)).collect();
    assert_eq!(
        unchecked,
        [
            "order of IFLA_TXQLEN: schema be32, kernel u32",
            "values of IFLA_OPERSTATE: requests may not hold IF_OPER_TESTING, IF_OPER_DORMANT, IF_OPER_UP",
            "type of IFLA_AF_SPEC: schema binary, kernel nest",
            "sign of IFLA_NET_NS_FD: schema s32, kernel u32",
            "sign of IFLA_GSO_MAX_SIZE: schema sbe32, kernel be32",
        ]
    );
}

#[test]
fn mistakes_against_the_running_kernel_are_found() {
    let yaml = "
name: wrong
version: 1
operations:
  attribute-set: top
  list:
    get: {value: 1, modes: do dump}
    set: {value: 2, modes: do}
mcast-groups: {list: {here: , gone: }}
attribute-sets:
  top: {attributes: {number: {value: 1, type: u16}, inner: {value: 2, type: nest inner}, text: {value: 4, type: string}}}
  inner: {attributes: {back: {value: 1, type: nest top}, small: {value: 2, type: u8, checks: {max: 5}}}}
";
    let model = Loader::new().text("wrong", yaml).load().unwrap().model;
    let mut family = genl::Family::default();
    family.id = 20;
    family.name = "wrong".to_owned();
    family.version = 1;
    family.header_size = 4;
    family.operations = vec![genl::Operation::new(1, genl::GENL_CMD_CAP_DO), genl::Operation::new(3, 0)];
    family.groups = vec![("here".to_owned(), 5), ("new".to_owned(), 6)];
    let mut policies = Policies::default();
    let word = |width, max| PolicyType::Unsigned { width, min: 0, max };
    let nested = |set| PolicyType::Nested { set: Some(set), max_attr: None };
    // The nests hold each other.
    policies.sets.insert(
        0,
        [(1, word(genl::IntWidth::W32, u32::MAX.into())), (2, nested(1)), (3, PolicyType::Flag)].into(),
    );
    policies.sets.insert(1, [(1, nested(0)), (2, word(genl::IntWidth::W8, 7))].into());
    policies.operations.insert(1, OperationPolicy { of_do: Some(0), of_dump: Some(0) });
    let mut kernel = Kernel { release: "7.3.1".to_owned(), families: vec![(family, Some(policies))] };
    let mut report = Report::default();
    verify::live(&model, &kernel, &|_| true, &mut report);
    assert_eq!(
        mismatches(&report),
        [
            "header of wrong (): schema 0, live 4",
            "dump of GET (): the kernel does not answer it so",
            "operation of SET (): the kernel does not answer it",
            "operation of wrong:3 (): the schema does not have it",
            "group of gone (): the kernel does not have it",
            "group of new (): the schema does not have it",
            "type of NUMBER (GET): schema u16, kernel u32",
            "attribute of top:3 (GET): kernel flag",
            "max of SMALL (GET): schema 5, kernel 7",
        ]
    );
    // An older kernel may lack what the newest one has.
    kernel.release = "6.18.1".to_owned();
    kernel.families[0].0.version = 3;
    let mut report = Report::default();
    verify::live(&model, &kernel, &|_| true, &mut report);
    let absent = report.facts.iter().filter(|f| f.state == State::Absent);
    let absent: Vec<String> = absent.map(|f| format!("{} of {}", f.what, f.name)).collect();
    assert_eq!(absent, ["version of wrong", "dump of GET", "group of gone"]);
}

/// A renumbered constant, a moved member, and what a kernel has not.
#[test]
fn mistakes_against_headers_are_found() {
    let manifest = "[[kernel]]\nrelease = \"5.10\"\nversion = \"5.10.1\"\npackage = \"p\"\nsha256 = \"\"\n\n\
                    [[kernel]]\nrelease = \"6.1\"\nversion = \"6.1.1\"\npackage = \"p\"\nsha256 = \"\"\n";
    let header = "enum\n  A_UNSPEC 0\n  A_ONE 1\n  A_TWO 2 3@6.1\n  A_NEW 4@6.1\nstruct s 4/2 8/4@6.1\n  x 0 u16\n  y 2 u16 4 u16@6.1\n";
    let facts = store::read(manifest, [("a.h", header)].into_iter()).unwrap();
    let yaml = "
name: wrong
version: 1
attribute-sets: {top: {name-prefix: A_, attributes: {one: u8, two: struct s, new: u8}}}
";
    let model = Loader::new().facts(facts.clone()).text("wrong", yaml).load().unwrap().model;
    let mut report = Report::default();
    verify::headers(&model, &facts, &|_| true, &mut report);
    assert_eq!(
        mismatches(&report),
        ["number of A_TWO (5.10): schema 3, headers 2", "offset of s.y (5.10): schema 4, headers 2",]
    );
    let absent: Vec<_> = report.facts.iter().filter(|f| f.state == State::Absent).collect();
    assert!(matches!(&*absent, [fact] if fact.name == "A_NEW" && fact.place == "5.10"), "{absent:?}");
}
