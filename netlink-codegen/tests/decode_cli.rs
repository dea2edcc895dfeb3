//! The `netlink` command as people and scripts meet it.

use netlink_tests::bytes::{self, attr};
use netlink_tests::output_with;
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Output, Stdio};

fn netlink(args: &[&str], input: &[u8]) -> Output {
    output_with(Command::new(env!("CARGO_BIN_EXE_netlink")).args(args), input)
}

fn lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).expect("text");
    text.lines().map(|l| serde_json::from_str(l).unwrap_or_else(|e| panic!("{e}: {l}"))).collect()
}

/// Decodes; all must be well.
fn decode(args: &[&str], input: &[u8]) -> Vec<Value> {
    let output = netlink(&[&["decode"], args, &["-"]].concat(), input);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
    lines(&output)
}

fn message(message_type: u16, flags: u16, payload: &[u8]) -> Vec<u8> {
    bytes::message(message_type, flags, 1, 0, payload)
}

fn ifinfomsg(index: i32) -> Vec<u8> {
    let mut out = vec![0, 0, 1, 0];
    out.extend(index.to_ne_bytes());
    out.extend(69699u32.to_ne_bytes());
    out.extend([0; 4]);
    out
}

fn link() -> Vec<u8> {
    let stats: Vec<u8> = [5u64, 6].iter().flat_map(|n| n.to_ne_bytes()).collect();
    let attrs = [
        attr(3, b"eth0\0"),
        attr(1, [2, 0, 0, 0, 0, 1]),
        attr(4, 1500u32.to_ne_bytes()),
        attr(18, attr(1, b"veth\0")),
        attr(23, &stats),
        attr(4, [5, 0]),
        attr(2000, [0]),
        attr(2001 | 0x8000, []),
    ];
    message(16, 2, &[ifinfomsg(2), attrs.concat()].concat())
}

#[test]
fn a_link() {
    let want = json!({
        "type": "RTM_NEWLINK", "len": 120, "flags": ["NLM_F_MULTI"], "seq": 1, "pid": 0,
        "header": {"ifi_family": 0, "__ifi_pad": 0, "ifi_type": 1, "ifi_index": 2, "ifi_flags": 69699,
            "ifi_change": 0},
        "attrs": [
            ["IFLA_IFNAME", "eth0"],
            ["IFLA_ADDRESS", "02:00:00:00:00:01"],
            ["IFLA_MTU", 1500],
            ["IFLA_LINKINFO", [["IFLA_INFO_KIND", "veth"]]],
            ["IFLA_STATS64", {"rx_packets": 5, "tx_packets": 6, "…short": 16}],
            ["IFLA_MTU", {"malformed": "length 2, want 4", "raw": "0500"}],
            [2000, {"unknown": "00"}],
            [2001, {"unknown": "", "nested": true}],
        ],
    });
    assert_eq!(decode(&["--protocol", "route"], &link()), [want]);
    let named = &decode(&["--names"], &link())[0]["header"];
    assert_eq!(named["ifi_type"], json!({"value": 1, "name": "ARPHRD_ETHER"}));
    let flags = json!(["IFF_UP", "IFF_BROADCAST", "IFF_RUNNING", "IFF_MULTICAST", "IFF_LOWER_UP"]);
    assert_eq!(named["ifi_flags"], json!({"value": 69699, "names": flags, "rest": 0}));
}

fn rtmsg() -> Vec<u8> {
    let mut out = vec![2, 24, 0, 0, 254, 3, 0, 1];
    out.extend([0; 4]);
    out
}

#[test]
fn routes_with_selectors_behind_payloads_and_next_hops() {
    let hop = |len: u16, index: i32, attrs: &[u8]| {
        let mut out = len.to_ne_bytes().to_vec();
        out.extend([0, 1]);
        out.extend(index.to_ne_bytes());
        out.extend(attrs);
        out
    };
    let multipath = [hop(16, 3, &attr(5, [10, 0, 0, 1])), hop(8, 4, &[])].concat();
    let attrs = [
        attr(1, [10, 1, 0, 0]),
        attr(22, attr(1, 5u64.to_be_bytes())),
        attr(21, 2u16.to_ne_bytes()),
        attr(15, 1000u32.to_ne_bytes()),
        attr(9, &multipath),
        attr(9, hop(0, 5, &[])),
        attr(8, attr(2, 1400u32.to_ne_bytes())),
    ];
    let shown = decode(&["--protocol", "0"], &message(24, 0, &[rtmsg(), attrs.concat()].concat()));
    let rtnexthop = |len: u16, index: i32| json!({"rtnh_len": len, "rtnh_flags": 0, "rtnh_hops": 1, "rtnh_ifindex": index});
    let want = json!([
        ["RTA_DST", "10.1.0.0"],
        ["RTA_ENCAP", [["LWTUNNEL_IP_ID", 5]]],
        ["RTA_ENCAP_TYPE", 2],
        ["RTA_TABLE", 1000],
        ["RTA_MULTIPATH", [
            {"header": rtnexthop(16, 3), "attrs": [["RTA_GATEWAY", "10.0.0.1"]]},
            {"header": rtnexthop(8, 4), "attrs": []},
        ]],
        ["RTA_MULTIPATH", [
            {"malformed": "record header says 0 bytes, want at least 8", "raw": "0000000105000000"},
        ]],
        ["RTA_METRICS", [["RTAX_MTU", 1400]]],
    ]);
    assert_eq!(shown[0]["attrs"], want);
    assert_eq!(shown[0]["header"]["rtm_table"], 254);
}

#[test]
fn a_struct_with_a_union() {
    let entry = |addr: &[u8], proto: u16| {
        let mut payload = [3u32.to_ne_bytes(), [1, 0, 7, 0]].concat();
        payload.extend(addr);
        payload.resize(24, 0);
        payload.extend(proto.to_be_bytes());
        payload.extend([0, 0]);
        message(40, 0, &attr(1, &payload))
    };
    let args = ["--schema", "tests/decode/unions.yaml", "--protocol", "30"];
    let shown = |bytes: &[u8]| decode(&args, bytes)[0]["attrs"][0][1]["addr.u"].clone();
    assert_eq!(shown(&entry(&[239, 1, 1, 1], 0x800)), json!({"ip4": "239.1.1.1"}));
    assert_eq!(shown(&entry(&[1, 0, 0x5e, 0, 0, 1], 0)), json!({"mac_addr": "01:00:5e:00:00:01"}));
}

#[test]
fn datagrams_with_several_messages() {
    // A length that is no multiple of 4, DONE, and an error whose request was in the input.
    let unaligned = message(16, 2, &[ifinfomsg(1), attr(3, b"lo\0")[..7].to_vec()].concat());
    let mut raw = unaligned.clone();
    raw.push(0);
    raw.extend(link());
    raw.extend(message(3, 2, &0i32.to_ne_bytes()));
    let types =
        |lines: &[Value]| lines.iter().map(|l| l["type"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let want = ["RTM_NEWLINK", "RTM_NEWLINK", "NLMSG_DONE"];
    assert_eq!(types(&decode(&[], &raw)), want);
    let hex: String = raw.chunks(16).map(|c| format!("{}\n", hex(c))).collect();
    assert_eq!(types(&decode(&["--format", "hex"], hex.as_bytes())), want);
    let two = format!("{}\n{}\n", hex_line(&unaligned), hex_line(&link()));
    assert_eq!(decode(&[], two.as_bytes())[0]["attrs"], json!([["IFLA_IFNAME", "lo"]]));
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn hex_line(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("0x{b:02x} ")).collect()
}

#[test]
fn errors_name_the_attribute_of_the_request() {
    let attrs =
        [attr(3, b"x\0"), attr(18 | 0x8000, [attr(1, b"vlan\0"), attr(2 | 0x8000, attr(1, [1]))].concat())];
    let request = message(16, 0x605, &[ifinfomsg(0), attrs.concat()].concat());
    let offset = (16 + 16 + 8 + 4 + 12 + 4) as u32;
    let tlvs = [attr(1, b"bad\0"), attr(2, offset.to_ne_bytes())].concat();
    let error = message(2, 0x300, &[&(-34i32).to_ne_bytes()[..], &request[..16], &tlvs].concat());
    let shown = decode(&["--protocol", "route"], &[request, error].concat());
    assert_eq!(shown[0]["flags"], json!(["NLM_F_REQUEST", "NLM_F_ACK", "NLM_F_EXCL", "NLM_F_CREATE"]));
    assert_eq!(shown[1]["flags"], json!(["NLM_F_CAPPED", "NLM_F_ACK_TLVS"]));
    let want = json!({"errno": -34, "name": "ERANGE", "msg": "bad",
        "attr": "IFLA_LINKINFO.IFLA_INFO_DATA.IFLA_VLAN_ID", "offset": offset});
    assert_eq!(shown[1]["error"], want);
}

const SENSORS: &str = "
name: sensors
operations: {attribute-set: reading, list: {get: {c-name: SENSOR_CMD_GET, value: 1, modes: do dump}}}
attribute-sets: {reading: {name-prefix: SENSOR_A_, attributes: {id: {type: u32, value: 1}}}}
";

#[test]
fn generic_netlink_families_are_told_or_learnt() {
    let reading = message(40, 0, &[vec![1, 3, 0, 0], attr(1, 7u32.to_ne_bytes())].concat());
    let told =
        message(16, 0, &[vec![1, 2, 0, 0], attr(1, 40u16.to_ne_bytes()), attr(2, b"sensors\0")].concat());
    let file = std::env::temp_dir().join(format!("sensors-{}", std::process::id())).join("sensors.yaml");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, SENSORS).unwrap();
    let schema = file.to_str().unwrap();
    let generic = ["--protocol", "generic", "--schema", schema];
    let unknown = decode(&generic, &reading);
    let want = json!({"type": "genl", "len": 28, "flags": [], "seq": 1, "pid": 0, "nlmsg_type": 40,
        "cmd": 1, "version": 3, "unknown": "0800010007000000"});
    assert_eq!(unknown[0], want);
    let want = json!({"type": "genl", "len": 28, "flags": [], "seq": 1, "pid": 0, "nlmsg_type": 40,
        "family": "sensors", "cmd": "SENSOR_CMD_GET", "version": 3, "attrs": [["SENSOR_A_ID", 7]]});
    assert_eq!(decode(&[&generic[..], &["--genl", "40=sensors"]].concat(), &reading)[0], want);
    let learnt = decode(&generic, &[told, reading].concat());
    assert_eq!(learnt[0]["cmd"], "CTRL_CMD_NEWFAMILY");
    assert_eq!(learnt[1], want);
    std::fs::remove_dir_all(file.parent().unwrap()).unwrap();
}

#[test]
fn damage_is_told_and_the_rest_decoded() {
    let whole = link();
    let damaged = |input: &[u8], args: &[&str]| {
        let output = netlink(&[&["decode"], args, &["-"]].concat(), input);
        assert_eq!(output.status.code(), Some(1));
        (lines(&output), String::from_utf8(output.stderr).unwrap())
    };
    let (shown, told) = damaged(&[&whole[..], &[0xff; 12], &whole].concat(), &[]);
    assert_eq!(shown.len(), 2);
    assert_eq!(told, "-: offset 120: no message has 4294967295 bytes; 12 bytes left out\n");
    let (shown, told) = damaged(&whole[..90], &[]);
    assert_eq!(told, "-: offset 0: the message is 120 bytes long, and 90 are there\n");
    assert_eq!(shown[0]["attrs"][0], json!(["IFLA_IFNAME", "eth0"]));
    assert!(shown[0]["attrs"].to_string().contains("malformed"), "{shown:?}");
    let (shown, told) = damaged(&[&whole[..], &[1, 2, 3]].concat(), &[]);
    assert_eq!(
        (shown.len(), told.as_str()),
        (1, "-: offset 120: too short for a message; 3 bytes left out\n")
    );
    let text = format!("nonsense\n{}\n", hex(&whole));
    let (shown, told) = damaged(text.as_bytes(), &["--format", "hex"]);
    assert_eq!((shown.len(), told.as_str()), (1, "-: line 1: `n` is no hexadecimal digit\n"));
    // Cut anywhere, it is told, and what is there of the header and more is shown.
    let text: String = (1..whole.len()).map(|len| format!("{}\n\n", hex(&whole[..len]))).collect();
    let (shown, told) = damaged(text.as_bytes(), &[]);
    assert_eq!((shown.len(), told.lines().count()), (whole.len() - 16, whole.len() - 1));
}

/// A packet of a capture: little-endian, classic.
fn pcap(protocol: u16, bytes: &[u8]) -> Vec<u8> {
    let len = (16 + bytes.len() as u32).to_le_bytes();
    let mut out =
        [0xa1b2_c3d4u32.to_le_bytes(), [2, 0, 4, 0], [0; 4], [0; 4], [0, 0, 4, 0], 253u32.to_le_bytes()]
            .concat();
    out.extend([[0; 4], [0; 4], len, len].concat());
    out.extend([0, 6, 824u16.to_be_bytes()[0], 824u16.to_be_bytes()[1], 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    out.extend(protocol.to_be_bytes());
    out.extend(bytes);
    out
}

#[test]
fn a_file_tells_its_protocol() {
    let done = message(3, 2, &0i32.to_ne_bytes());
    let gen_id = message(0xa0f, 0, &[vec![0, 0, 0, 1], attr(1, 7u32.to_be_bytes())].concat());
    let capture = pcap(12, &[gen_id.clone(), done].concat());
    for args in [&[][..], &["--protocol", "route"], &["--format", "pcap"]] {
        let shown = decode(args, &capture);
        assert_eq!(shown[0]["type"], "NFT_MSG_NEWGEN", "{args:?}");
        assert_eq!(shown[0]["attrs"], json!([["NFTA_GEN_ID", 7]]));
        assert_eq!(shown[1]["type"], "NLMSG_DONE");
    }
    assert_eq!(decode(&["--protocol", "netfilter"], &gen_id)[0]["type"], "NFT_MSG_NEWGEN");
}

#[test]
fn nothing_and_something_else() {
    for input in [&b""[..], b"\n# nothing\n", &pcap(0, b"")[..24]] {
        let output = netlink(&["decode", "-"], input);
        assert_eq!(String::from_utf8_lossy(&output.stderr), "-: no messages\n");
        assert_eq!((output.status.code(), output.stdout), (Some(1), vec![]));
    }
    // Messages of another protocol.
    let output = netlink(&["decode", "--protocol", "audit", "-"], &link());
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(told, "-: 1 message, and no type of protocol `audit`: is it another --protocol?\n");
    assert_eq!((output.status.code(), lines(&output)[0]["type"].clone()), (Some(1), json!(16)));
    // Files of other formats than the one that is asked for.
    for (format, told) in [
        ("pcap", "-: offset 0: not a pcap file\n"),
        ("pcapng", "-: offset 0: not a pcapng file: it does not start with a section\n"),
        ("strace", "-: no messages\n"),
        ("save", "-: offset 0: no file of routes, addresses or rules\n"),
    ] {
        let output = netlink(&["decode", "--format", format, "-"], &link());
        assert_eq!(
            (output.status.code(), &*String::from_utf8_lossy(&output.stderr)),
            (Some(1), told),
            "{format}"
        );
    }
}

#[test]
fn wrong_use() {
    for (args, told) in [
        (&["decode", "--protocol", "rout", "-"][..], "--protocol rout: there are `route`"),
        (&["decode", "--genl", "x=y", "-"], "--genl x=y: want ID=NAME"),
        (&["decode", "/nonexistent"], "/nonexistent: "),
        (&["decode", "--schema", "/nonexistent.yaml", "-"], "nonexistent.yaml"),
        (&["dump", "rt-lnk", "getlink"], "no schema is named `rt-lnk`; did you mean `rt-link`?"),
        (&["dump", "rt-link", "getlnk"], "did you mean `getlink`?"),
        (&["dump", "rt-link", "newlink"], "cannot be dumped"),
        (&["do", "rt-addr", "getmulticast"], "can only be dumped"),
        (&["do", "rt-link", "getlink", "ifnam=x"], "did you mean `ifname`?"),
        (&["do", "rt-link", "getlink", "mtu=x"], "mtu: want an integer such as 5 or 0x10, and not `x`"),
        (&["do", "rt-link", "getlink", "--header", "ifi_indx=1"], "header.ifi_indx: "),
        (&["do", "rt-link", "getlink", "--flags", "crate"], "--flags crate: there are `create`"),
        (&["do", "rt-link", "getlink", "--json", "{"], "--json: "),
        (&["do", "common", "x"], "`common` has definitions for other schemas, and no operations"),
        (&["frob"], "unrecognized subcommand"),
    ] {
        let output = netlink(args, b"");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {error}");
        assert!(error.contains(told), "{args:?}: {error}");
        assert_eq!(output.stdout, b"");
    }
}

#[test]
fn families_with_schemas() {
    let output = netlink(&["families", "--offline", "--json"], b"");
    assert_eq!(output.status.code(), Some(0));
    let all = lines(&output);
    let link = all.iter().find(|l| l["schema"] == "rt-link").expect("rt-link");
    assert_eq!((&link["family"], &link["id"]), (&json!("NETLINK_ROUTE"), &Value::Null));
    assert!(link["operations"].as_array().is_some_and(|o| o.contains(&json!("getlink"))));
    let text = netlink(&["families", "--offline"], b"");
    assert_eq!(String::from_utf8_lossy(&text.stdout).lines().count(), all.len());
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_netlink"))
        .args(["decode", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command runs");
    drop(child.stdout.take());
    let _ = child.stdin.take().expect("stdin").write_all(&link().repeat(1000));
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), output.stderr), (Some(0), vec![]));
}
