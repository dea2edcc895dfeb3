//! `netlink dump`, `do` and `families`: what they say of requests, whether or not they are sent.

use netlink_tests::{in_namespace, ip, skip};
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn netlink(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_netlink")).args(args).output().expect("the command runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Exit status and what was said.
fn told(words: &str) -> (Option<i32>, String) {
    let output = netlink(&words.split(' ').collect::<Vec<_>>());
    assert_eq!(text(&output.stdout), "", "{words}");
    (output.status.code(), text(&output.stderr))
}

/// What was printed by a command that does its work.
fn printed(words: &str) -> String {
    let output = netlink(&words.split(' ').collect::<Vec<_>>());
    assert!(output.status.success(), "{words}: {}", text(&output.stderr));
    text(&output.stdout)
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}

/// What `netlink decode` makes of hexadecimal text.
fn decoded(hex: &str, args: &[&str]) -> Vec<Value> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netlink"));
    command.arg("decode").args(args).args(["--json", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("the command runs");
    child.stdin.take().expect("a pipe").write_all(hex.as_bytes()).expect("a reader");
    lines(&text(&child.wait_with_output().expect("an end").stdout))
}

#[test]
fn dry_runs_send_nothing() {
    let words =
        "do rt-link newlink --flags create,excl ifname=v0 linkinfo.kind=vlan linkinfo.data.id=5 --dry-run";
    let [shown] = &lines(&printed(words))[..] else { panic!("one message") };
    assert_eq!(shown["type"], "RTM_NEWLINK");
    assert_eq!(shown["flags"], json!(["NLM_F_REQUEST", "NLM_F_ACK", "NLM_F_EXCL", "NLM_F_CREATE"]));
    assert_eq!(
        shown["attrs"][1],
        json!(["IFLA_LINKINFO", [["IFLA_INFO_KIND", "vlan"], ["IFLA_INFO_DATA", [["IFLA_VLAN_ID", 5]]]]])
    );
    // Its bytes say the same, as JSON has them and as text does.
    let mut same = shown.clone();
    let hex = same.as_object_mut().expect("an object").remove("hex").expect("bytes");
    assert_eq!(decoded(hex.as_str().expect("text"), &[]), [same.clone()]);
    let page = printed(&format!("{words} --text"));
    assert!(page.starts_with("-> RTM_NEWLINK route, "), "{page}");
    let rows: Vec<_> = page.lines().filter(|l| l.split(' ').all(|w| w.len() == 2 && w != "->")).collect();
    assert_eq!(decoded(&rows.join("\n"), &[]), [same]);

    let [dump] = &lines(&printed("dump rt-addr getaddr --header ifa_family=inet6 --dry-run"))[..] else {
        panic!("one")
    };
    assert_eq!(dump["flags"], json!(["NLM_F_REQUEST", "NLM_F_ROOT", "NLM_F_MATCH"]));

    // What nftables takes in a transaction only is shown with it.
    let all = lines(&printed("do nftables newtable --header nfgen_family=inet name=t --dry-run"));
    let types: Vec<_> = all.iter().map(|m| m["type"].as_str().unwrap_or_default()).collect();
    assert_eq!(types, ["NFNL_MSG_BATCH_BEGIN", "NFT_MSG_NEWTABLE", "NFNL_MSG_BATCH_END"]);
    assert_eq!(lines(&printed("do nftables getgen --dry-run")).len(), 1);

    // The kernel gives ids; without one, something stands for it.
    let output =
        netlink(&["do", "thermal", "tz-get-temp", "tz-id=3", "--dry-run", "--netns", "no-such-namespace"]);
    assert!(output.status.success());
    assert_eq!(text(&output.stderr), "note: there is no kernel to ask; 65535 stands for the family's id\n");
    let [shown] = &lines(&text(&output.stdout))[..] else { panic!("one message") };
    assert_eq!(
        (&shown["nlmsg_type"], &shown["cmd"]),
        (&json!(65535), &json!("THERMAL_GENL_CMD_TZ_GET_TEMP"))
    );
    assert_eq!(shown["attrs"], json!([["THERMAL_GENL_ATTR_TZ_ID", 3]]));
}

#[test]
fn mistakes_are_explained() {
    let (status, said) = told("do rt-link getlink ifnam=lo");
    assert_eq!(status, Some(2));
    let mut rows = said.lines();
    assert_eq!(rows.next(), Some("error: `link` has no attribute `ifnam`; did you mean `ifname`?"));
    assert!(rows.clone().any(|row| row == "  ifname       string"), "{said}");
    assert!(said.ends_with("\n  and 42 more\n`netlink families rt-link getlink` says more\n"), "{said}");

    let (status, said) = told("do rt-link");
    assert_eq!(status, Some(2));
    assert!(
        said.starts_with("error: which operation? `netlink do rt-link` has\n  newlink      Creates"),
        "{said}"
    );
    for (words, want) in [
        ("do rt-lnk getlink", "error: no schema is named `rt-lnk`; did you mean `rt-link`?\n"),
        ("do rt-link getlnk", "error: `rt-link` has no operation `getlnk`; did you mean `getlink`?\n"),
        (
            "dump rt-link newlink",
            "error: `newlink` of `rt-link` cannot be dumped: `netlink do` asks for it\n",
        ),
        (
            "do thermal cdev-get",
            "error: `cdev-get` of `thermal` can only be dumped: `netlink dump` asks for it\n",
        ),
        (
            "do ethtool linkinfo-ntf",
            "error: `linkinfo-ntf` of `ethtool` is an event: the kernel sends it on its own, and `netlink monitor` shows it\n",
        ),
        ("do rt-link setlink mtu=many", "error: mtu: want an integer such as 5 or 0x10, and not `many`\n"),
        (
            "do rt-link setlink operstate=upp",
            "error: operstate: no value of `if-oper` is named `upp`; did you mean `up`?\n",
        ),
        ("do common x", "error: `common` has definitions for other schemas, and no operations\n"),
        (
            "do rt-link getlink --json lo",
            "error: --json lo: want a request such as '{\"ifname\":\"lo\"}'; to print JSON, put --json at the end\n",
        ),
        ("do rt-link getlink --json {} --json {}", "error: --json: two requests, and one can be sent\n"),
        ("do rt-link getlink --netns no-such-namespace", ""),
    ] {
        let (status, said) = told(words);
        assert!(matches!(status, Some(1 | 2)), "{words}");
        match want {
            "" => assert!(
                said.starts_with("error: --netns no-such-namespace: /run/netns/no-such"),
                "{words}: {said}"
            ),
            want => assert_eq!(said, want, "{words}"),
        }
    }
}

/// The kernel's refusals name what was given.
#[test]
fn refusals_name_arguments() {
    if !in_namespace("refusals_name_arguments") {
        return;
    }
    let long = "linkinfo.data.peer.ifname=a-name-that-is-too-long-for-it";
    let words = format!("do rt-link newlink --flags create,excl ifname=v9 linkinfo.kind=veth {long}");
    let (status, said) = told(&words);
    assert_eq!(status, Some(1));
    let at = "error: RTM_NEWLINK: ERANGE at IFLA_LINKINFO.IFLA_INFO_DATA.VETH_INFO_PEER.IFLA_IFNAME: ";
    assert!(said.starts_with(at) && said.ends_with(&format!("\n  this is your `{long}`\n")), "{said}");
    // The same, of a transaction.
    let (status, said) = told("do nftables newchain --header nfgen_family=inet table=nosuch name=c");
    match said.contains("EOPNOTSUPP") || said.contains("does not speak") {
        true => skip("refusals_name_arguments", "no nftables in this kernel"),
        false => {
            let want = "error: NFT_MSG_NEWCHAIN: ENOENT at NFTA_CHAIN_TABLE\n  this is your `table=nosuch`\n";
            assert_eq!((status, said.as_str()), (Some(1), want));
        }
    }
    // What the schema knows to be missing, where the kernel does not say it.
    let (_, said) = told("do ipset create setname=s");
    match said.contains("EOPNOTSUPP") || said.contains("EINVAL") {
        true => skip("refusals_name_arguments", "no ipset in this kernel"),
        false => assert!(
            said.ends_with("\n  it needs `protocol`, `typename`, `revision` and `family`\n"),
            "{said}"
        ),
    }
    // JSON is asked for at the end; a request in JSON may stand before it.
    let request = r#"{"ifname":"lo"}"#;
    let all = printed(&format!("do rt-link getlink --json {request} --json"));
    assert_eq!(lines(&all)[0]["header"]["ifi_index"], 1);
    assert!(
        printed(&format!("do rt-link getlink --json {request} --text")).starts_with("RTM_NEWLINK route, ")
    );
}

#[test]
fn families_beside_the_kernels() {
    let all = printed("families --offline");
    assert!(
        all.lines().any(|line| line.starts_with("rt-link ") && line.contains("NETLINK_ROUTE  ")),
        "{all}"
    );
    let page = printed("families rt-link newlink linkinfo.data.vlan --offline");
    let rows: Vec<_> =
        page.lines().map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(rows[..2], ["vlan nest", "id u16"], "{page}");
    assert!(page.contains("\n      = reorder-hdr, gvrp, loose-binding, mvrp, bridge-binding\n"), "{page}");
    let page = printed("families rt-link RTM_GETLINK --offline");
    assert!(page.starts_with("rt-link getlink (do dump): "), "{page}");
    assert!(
        page.contains("\nrequest RTM_GETLINK\n  header, struct ifinfomsg\n")
            && page.contains("\nreply RTM_NEWLINK"),
        "{page}"
    );
    let tree: Value =
        serde_json::from_str(&printed("families rt-link newlink --offline --json")).expect("JSON");
    let attrs = tree["request"]["attrs"].as_array().expect("attributes");
    let info = attrs.iter().find(|a| a["name"] == "linkinfo").expect("linkinfo");
    let data = &info["inside"]
        .as_array()
        .expect("a nest")
        .iter()
        .find(|a| a["name"] == "data")
        .expect("data")["forms"];
    assert_eq!(data["vlan"], "nest vlan");
    let value: Value =
        serde_json::from_str(&printed("families rt-link newlink operstate --offline --json")).expect("JSON");
    assert_eq!((&value["number"], &value["values"]["up"]), (&json!(16), &json!(6)));
    let (_, said) = told("families rt-link newlink linkinfo.data.vln --offline");
    assert_eq!(said, "error: there is no `vln` here; did you mean `vlan`?\n");
    let (_, said) = told("families rt-link nosuch --offline");
    assert!(said.starts_with("error: `rt-link` has no operation `nosuch`; there are `newlink`, "), "{said}");

    if !in_namespace("families_beside_the_kernels") {
        return;
    }
    let page = printed("families nlctrl");
    assert!(
        page.contains("generic netlink family nlctrl, in this kernel with the id 16 and version 2\n"),
        "{page}"
    );
    let row = ["getfamily", "do", "dump", "CTRL_CMD_GETFAMILY", "=", "3"];
    assert!(page.lines().any(|line| line.split_whitespace().take(6).eq(row)), "{page}");
    assert!(page.contains("\ngroups\n  notify  "), "{page}");
    let line: Value = serde_json::from_str(&printed("families nlctrl --json")).expect("JSON");
    assert_eq!(line["kernel"]["operations"][0]["number"], 3);
    let operations = line["operations"].as_array().expect("operations");
    let getfamily = operations.iter().find(|op| op["name"] == "getfamily").expect("getfamily");
    assert_eq!(getfamily["kernel"]["do"], true);
    if netlink_tests::kernel_before(5, 10) {
        return skip("families_beside_the_kernels", "the kernel tells no policies");
    }
    let page = printed("families nlctrl getfamily");
    assert!(page.contains("family-name       string  [kernel: string max-len 15]"), "{page}");
    // Every family that the kernel has is listed, with a schema or without, and can be looked at.
    for line in lines(&printed("families --json")).iter().filter(|line| line["id"].is_u64()) {
        let name = line["family"].as_str().expect("a name");
        assert!(!printed(&format!("families {name}")).is_empty(), "{name}");
    }
}

/// A directory of its own.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("netlink-request-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a directory");
        Scratch(path)
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).expect("a directory");
        std::fs::write(&path, text).expect("a file");
        path.display().to_string()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A header as its author writes it, which no kernel has.
const SENSORS: &str = "\
#include <linux/types.h>
#define SENSORS_GENL_NAME \"sensors\"
#define SENSORS_GENL_VERSION 3
enum { SENSOR_CMD_UNSPEC, SENSOR_CMD_GET = 7, SENSOR_CMD_NEW };
enum { SENSOR_A_UNSPEC, SENSOR_A_ID = 3, SENSOR_A_LABEL, SENSOR_A_LIMIT, SENSOR_A_SAMPLE };
";

/// The schema that the README of schemas begins with.
fn sensors() -> String {
    let readme = include_str!("../../schemas/README.md");
    let yaml = readme.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a schema");
    assert!(yaml.starts_with("name: sensors\n"), "{yaml}");
    yaml.to_owned()
}

#[test]
fn headers_of_ones_own() {
    let scratch = Scratch::new("headers");
    let schema = scratch.file("sensors.yaml", &sensors());
    scratch.file("include/linux/sensors.h", SENSORS);
    let headers = scratch.0.join("include").display().to_string();
    let own = ["--schema", &schema, "--headers", &headers];
    let request = ["do", "sensors", "get", "id=5", "label=x", "limit=9", "--dry-run"];
    let output = netlink(&[&request[..], &own[..]].concat());
    if text(&output.stderr).contains("libclang") || text(&output.stderr).contains("asm/") {
        return skip("headers_of_ones_own", text(&output.stderr).lines().next().unwrap_or_default());
    }
    let [shown] = &lines(&text(&output.stdout))[..] else { panic!("{}", text(&output.stderr)) };
    assert_eq!((&shown["cmd"], &shown["version"]), (&json!("SENSOR_CMD_GET"), &json!(3)));
    assert_eq!(shown["attrs"], json!([["SENSOR_A_ID", 5], ["SENSOR_A_LABEL", "x"], ["SENSOR_A_LIMIT", 9]]));
    let bytes = shown["hex"].as_str().expect("bytes");
    assert!(bytes.contains("08000300"), "the header's number of the attribute: {bytes}");
    let read = decoded(bytes, &[&["--protocol", "generic", "--genl", "65535=sensors"], &own[..]].concat());
    assert_eq!(read[0]["attrs"], shown["attrs"]);

    // Without them its names mean nothing.
    let output = netlink(&[&request[..], &own[..2]].concat());
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).starts_with("error[NL0105]: no header defines SENSORS_GENL_NAME"));
    let output = netlink(&[&request[..], &own[..2], &["--headers", "/no/such/directory"]].concat());
    assert!(
        text(&output.stderr).starts_with("error: --headers: /no/such/directory: "),
        "{}",
        text(&output.stderr)
    );
    let empty = scratch.0.join("empty");
    std::fs::create_dir(&empty).expect("a directory");
    let output = netlink(&[&request[..], &own[..2], &["--headers", &empty.display().to_string()]].concat());
    assert!(text(&output.stderr).ends_with("there are no headers (*.h) in it\n"), "{}", text(&output.stderr));

    // A specification in the kernel's own language, of a family that the kernel has, by another header.
    let names = "enum { MY_CTRL_UNSPEC, MY_CTRL_NEW, MY_CTRL_DEL, MY_CTRL_GET };\n\
                 enum { MY_A_UNSPEC, MY_A_ID, MY_A_NAME };\n";
    scratch.file("ctrl/my_ctrl.h", names);
    let headers = scratch.0.join("ctrl").display().to_string();
    let schema = scratch.file(
        "controller.yaml",
        "\
name: nlctrl
doc: Another description of the controller.
protocol: genetlink
uapi-header: my_ctrl.h
version: 2
definitions: []
attribute-sets:
  - name: family
    name-prefix: my-a-
    attributes:
      - {name: id, type: u16}
      - {name: name, type: string}
operations:
  name-prefix: my-ctrl-
  enum-model: directional
  list:
    - name: get
      doc: Families.
      attribute-set: family
      do: {request: {value: 3, attributes: [id, name]}, reply: {value: 1, attributes: [id, name]}}
      dump: {reply: {attributes: [id, name]}}
",
    );
    let output = netlink(&["dump", "controller", "get", "--schema", &schema, "--headers", &headers]);
    let all = lines(&text(&output.stdout));
    let found = all.iter().find(|line| line["attrs"].to_string().contains(r#"["MY_A_NAME","nlctrl"]"#));
    let found = found.unwrap_or_else(|| panic!("{}{:?}", text(&output.stderr), all.first()));
    assert_eq!(found["attrs"][1], json!(["MY_A_ID", 16]));
}

#[test]
fn names_of_interfaces_in_a_namespace() {
    if !in_namespace("names_of_interfaces_in_a_namespace") {
        return;
    }
    // A file of something else is no namespace.
    let (status, said) = told("dump rt-link getlink --netns /proc/self/ns/uts");
    assert_eq!(
        (status, said.as_str()),
        (Some(1), "error: --netns /proc/self/ns/uts: this is no network namespace\n")
    );
    ip("link set lo up");
    let own = printed("dump rt-link getlink --netns /proc/self/ns/net");
    assert!(own.contains(r#"["IFLA_IFNAME","lo"]"#), "{own}");
}
