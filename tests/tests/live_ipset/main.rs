//! Sets of ip_set against the running kernel: made by our builders and by `ipset`, read by both; every
//! message is read into owned types and written again.

#[allow(dead_code)] // what it sets up is for other tests
#[path = "../exact/mod.rs"]
mod exact;

mod sets;

use exact::{Tally, dump, get};
use netlink_families::ipset::{self, CadtFlags, CmdFlags, CreateView, ElementBuilder, ElementView, Errno};
use netlink_families::ipset::{IpView, Set, SetElements, SetList, SetListView, Type};
use netlink_families::nfnetlink::{L4proto, Nfproto};
use netlink_runtime::prelude::*;
use netlink_runtime::socket::{Error, Socket};
use netlink_runtime::types::HwAddr;
use netlink_runtime::{DecodeError, Request};
use netlink_tests::bytes::{NESTED, attr};
use netlink_tests::{has_program, in_namespace, skip};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::process::Command;

/// `IPSET_PROTOCOL`.
const VERSION: u8 = 7;

/// A socket in a namespace, if the kernel has ip_set.
fn open(test: &str) -> Option<Socket> {
    if !in_namespace(test) {
        return None;
    }
    let mut socket = Socket::open(Protocol::Netfilter).expect("netfilter is open to everybody");
    let call = ipset::ProtocolOp::request().with(|b| b.protocol(VERSION));
    match socket.get(call).map(|answer| answer.view().and_then(|v| Ok((v.protocol()?, v.protocol_min()?)))) {
        Ok(versions) => assert_eq!(versions, Ok((Some(VERSION), Some(6)))),
        Err(error) => {
            skip(test, &format!("no ip_set in this kernel ({error})"));
            return None;
        }
    }
    Some(socket)
}

/// The newest revision of a type; `None` if the kernel has it not.
fn revision(socket: &mut Socket, name: &str, family: Nfproto) -> Option<u8> {
    let call = ipset::TypeOp::request().with(|b| b.protocol(VERSION).typename(name).family(family));
    match socket.get(call) {
        Ok(answer) => answer.view().and_then(|v| v.revision()).expect("readable"),
        Err(Error::Kernel(_)) => None,
        Err(error) => panic!("{error}"),
    }
}

/// Runs `ipset` with these lines for `restore`; those of types that it or the kernel lacks are left out.
fn restore(lines: &[&str]) {
    for line in lines {
        let words: Vec<&str> = line.split_whitespace().collect();
        let output = Command::new("ipset").args(&words).output().expect("ipset runs");
        if !output.status.success() {
            eprintln!("ipset {line}: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
    }
}

/// Words in no order, without the number after `timeout`, which counts down, and without `forceadd`,
/// which some `ipset` print and others do not.
fn words(line: &str) -> Vec<String> {
    let all = line.split_whitespace().filter(|word| *word != "forceadd");
    let mut words: Vec<String> = all.map(str::to_owned).collect();
    if let Some(at) = words.iter().position(|word| word == "timeout") {
        words.remove(at + 1);
    }
    words.sort();
    words
}

fn ip(view: Option<IpView<'_>>) -> Result<Option<IpAddr>, DecodeError> {
    let Some(view) = view else { return Ok(None) };
    Ok(view.ipaddr_ipv4()?.map(IpAddr::from).or(view.ipaddr_ipv6()?.map(IpAddr::from)))
}

/// What `ipset save` says of a set's properties.
fn create(name: &str, kind: &str, family: Nfproto, data: &CreateView<'_>) -> Result<String, DecodeError> {
    let mut line = format!("create {name} {kind}");
    let mut say = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            line.push_str(&format!(" {key} {value}"));
        }
    };
    if kind.starts_with("hash:") {
        say("family", Some(if family == Nfproto::IPV6 { "inet6" } else { "inet" }.to_owned()));
    }
    let addresses = (ip(data.ip()?)?, ip(data.ip_to()?)?);
    if let (Some(from), Some(to)) = addresses {
        say("range", Some(format!("{from}-{to}")));
    }
    if let (Some(from), Some(to)) = (data.port()?, data.port_to()?) {
        say("range", Some(format!("{from}-{to}")));
    }
    let text = |value: Option<u32>| value.map(|v| v.to_string());
    say("hashsize", text(data.hashsize()?));
    say("maxelem", text(data.maxelem()?));
    say("netmask", text(data.netmask()?.map(u32::from)));
    say("timeout", text(data.timeout()?));
    say("bucketsize", text(data.bucketsize()?.map(u32::from)));
    say("initval", data.initval()?.map(|v| format!("{v:#010x}")));
    say("size", text(data.size()?));
    let flags = data.cadt_flags()?.unwrap_or_default();
    for (flag, word) in [
        (CadtFlags::WITH_COUNTERS, "counters"),
        (CadtFlags::WITH_COMMENT, "comment"),
        (CadtFlags::WITH_SKBINFO, "skbinfo"),
    ] {
        if flags.contains(flag) {
            line.push_str(&format!(" {word}"));
        }
    }
    Ok(line)
}

/// What `ipset save` says of an element.
fn add(name: &str, kind: &str, element: &ElementView<'_>) -> Result<String, DecodeError> {
    let (bitmap, dimensions) = kind.split_once(':').map_or((false, ""), |(of, d)| (of == "bitmap", d));
    let flags = element.cadt_flags()?.unwrap_or_default();
    let mut addresses = [ip(element.ip()?)?, ip(element.ip2()?)?].into_iter().flatten();
    let mut lengths = [element.cidr()?, element.cidr2()?].into_iter().flatten();
    let mut parts = Vec::new();
    for dimension in dimensions.split(',') {
        parts.push(match dimension {
            "ip" => addresses.next().expect("an address").to_string(),
            "net" => {
                let address = addresses.next().expect("an address");
                let length = lengths.next().expect("its length");
                format!("{address}/{length}")
            }
            "port" => {
                let port = element.port()?.expect("a port");
                match element.proto()?.filter(|_| !bitmap) {
                    None => port.to_string(),
                    Some(L4proto::TCP) => format!("tcp:{port}"),
                    Some(L4proto::UDP) => format!("udp:{port}"),
                    Some(L4proto::SCTP) => format!("sctp:{port}"),
                    other => panic!("{other:?}"),
                }
            }
            "mac" => element.ether()?.expect("an address").to_string().to_uppercase(),
            "iface" => {
                let name = element.iface()?.expect("a name");
                format!("{}{name}", if flags.contains(CadtFlags::PHYSDEV) { "physdev:" } else { "" })
            }
            "set" => element.name()?.expect("a name").to_string(),
            other => panic!("{other}"),
        });
    }
    let mut line = format!("add {name} {}", parts.join(","));
    let mut say = |key: &str, value: String| line.push_str(&format!(" {key} {value}"));
    if let Some(seconds) = element.timeout()? {
        say("timeout", seconds.to_string());
    }
    if let (Some(packets), Some(bytes)) = (element.packets()?, element.bytes()?) {
        say("packets", packets.to_string());
        say("bytes", bytes.to_string());
    }
    if let Some(comment) = element.comment()? {
        say("comment", format!("\"{comment}\""));
    }
    if let Some(mark) = element.skbmark()? {
        say("skbmark", format!("{:#x}/{:#x}", mark >> 32, mark & 0xffff_ffff));
    }
    if let Some(priority) = element.skbprio()? {
        say("skbprio", format!("{:x}:{:x}", priority >> 16, priority & 0xffff));
    }
    if let Some(queue) = element.skbqueue()? {
        say("skbqueue", queue.to_string());
    }
    if flags.contains(CadtFlags::NOMATCH) {
        line.push_str(" nomatch");
    }
    Ok(line)
}

/// A set's name and type. Later messages of a large set have the name alone, which is that of before.
fn lines(set: &SetListView<'_>, kinds: &mut Vec<(String, String)>) -> Result<Vec<String>, DecodeError> {
    let name = set.setname()?.expect("a name").to_string();
    let mut out = Vec::new();
    if let Some(kind) = set.typename()? {
        let data = set.data()?.expect("properties");
        out.push(create(&name, &kind.to_string(), set.family()?.expect("a family"), &data)?);
        kinds.push((name.clone(), kind.to_string()));
    }
    let kind = kinds.iter().find(|(of, _)| *of == name).map(|(_, kind)| kind.clone()).expect("a type");
    if let Some(elements) = set.adt()? {
        for element in elements.data() {
            out.push(add(&name, &kind, &element?)?);
        }
    }
    Ok(out)
}

fn ours(socket: &mut Socket) -> BTreeSet<Vec<String>> {
    let mut kinds = Vec::new();
    let call = ipset::List::dump().with(|b| b.protocol(VERSION));
    let all = socket.dump_all(call, |set| lines(&set, &mut kinds)).expect("sets");
    all.iter().flatten().map(|line| words(line)).collect()
}

fn theirs() -> BTreeSet<Vec<String>> {
    let output = Command::new("ipset").arg("save").output().expect("ipset runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(words).collect()
}

#[track_caller]
fn agree(socket: &mut Socket) {
    if has_program("ipset") {
        let (ours, theirs) = (ours(socket), theirs());
        let more: Vec<_> = ours.difference(&theirs).collect();
        let less: Vec<_> = theirs.difference(&ours).collect();
        assert!(more.is_empty() && less.is_empty(), "ours alone {more:#?}\ntheirs alone {less:#?}");
    }
}

/// Everything that can be asked, read and written again.
fn round_trip(socket: &mut Socket, names: &[&str]) -> Tally {
    let mut all = dump::<SetList, _>(socket, "sets", ipset::List::dump().with(|b| b.protocol(VERSION)));
    all.add(dump::<SetList, _>(socket, "sets to save", ipset::Save::dump().with(|b| b.protocol(VERSION))));
    let call = ipset::List::dump().with(|b| b.protocol(VERSION).flags(CmdFlags::LIST_SETNAME));
    all.add(dump::<SetList, _>(socket, "their names", call));
    for &name in names {
        let call = ipset::Header::request().with(|b| b.protocol(VERSION).setname(name));
        all.add(get::<Set, _>(socket, "a header", call));
        let call = ipset::GetByname::request().with(|b| b.protocol(VERSION).setname(name));
        let index =
            socket.get(call).and_then(|a| Ok(a.view()?.index()?.expect("a number"))).expect("a number");
        let call = ipset::GetByindex::request().with(|b| b.protocol(VERSION).index(index));
        let answer = socket.get(call).expect("a name");
        assert!(answer.view().and_then(|v| v.setname()).expect("readable").is_some_and(|n| n == name));
        let call = ipset::GetByname::request().with(|b| b.protocol(VERSION).setname(name));
        all.add(get::<Set, _>(socket, "a number", call));
    }
    let call = ipset::TypeOp::request();
    all.add(get::<Type, _>(
        socket,
        "a type",
        call.with(|b| b.protocol(VERSION).typename("hash:ip").family(Nfproto::IPV4)),
    ));
    all.add(get::<Set, _>(socket, "versions", ipset::ProtocolOp::request().with(|b| b.protocol(VERSION))));
    all
}

#[test]
fn sets_of_ipset_are_read() {
    const NAME: &str = "sets_of_ipset_are_read";
    let Some(mut socket) = open(NAME) else { return };
    if !has_program("ipset") {
        return skip(NAME, "the program `ipset` is not installed");
    }
    restore(sets::SETS);
    let lines = ours(&mut socket);
    assert!(lines.len() > 15, "{lines:#?}");
    agree(&mut socket);
    let forced = |set: SetListView<'_>| {
        Ok(set
            .data()?
            .map(|d| d.cadt_flags())
            .transpose()?
            .flatten()
            .is_some_and(|f| f == CadtFlags::WITH_FORCEADD))
    };
    let forced = socket.dump_all(ipset::List::dump().with(|b| b.protocol(VERSION).setname("i")), forced);
    assert_eq!(forced.expect("a set"), [true]);
    let all = round_trip(&mut socket, &["a", "b", "c"]);
    assert!(all.paths.len() > 40, "{all}");
    all.assert_clean();
}

/// A set by our builder; whether the kernel has its type.
fn make(
    socket: &mut Socket,
    name: &str,
    kind: &str,
    family: Nfproto,
    fill: impl FnOnce(ipset::CreateBuilder<Vec<u8>>) -> ipset::CreateBuilder<Vec<u8>>,
) -> bool {
    let Some(revision) = revision(socket, kind, family) else { return false };
    let call = ipset::CreateOp::request().with(|b| {
        b.protocol(VERSION).setname(name).typename(kind).revision(revision).family(family).data(fill)
    });
    socket.execute(call).unwrap_or_else(|e| panic!("{kind}: {e}"));
    true
}

fn change<F>(socket: &mut Socket, name: &str, fill: F) -> Result<(), Error>
where
    F: FnOnce(ElementBuilder<Vec<u8>>) -> ElementBuilder<Vec<u8>>,
{
    let call = ipset::Add::request().with(|b| b.protocol(VERSION).setname(name).lineno(0).data(fill));
    socket.execute(call)
}

fn errno(result: Result<(), Error>) -> Errno {
    match result {
        Err(Error::Kernel(error)) => Errno(error.errno as u32),
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn sets_of_ours_are_read_by_ipset() {
    const NAME: &str = "sets_of_ours_are_read_by_ipset";
    let Some(mut socket) = open(NAME) else { return };
    if !has_program("ipset") {
        skip(NAME, "the program `ipset` is not installed: no second opinion");
    }
    let flags = CadtFlags::WITH_COUNTERS | CadtFlags::WITH_COMMENT | CadtFlags::WITH_SKBINFO;
    let made = make(&mut socket, "one", "hash:ip", Nfproto::IPV4, |d| {
        d.hashsize(64).maxelem(100).netmask(28).timeout(900).cadt_flags(flags)
    });
    if !made {
        return skip(NAME, "no sets of type hash:ip in this kernel");
    }
    let first = |e: ElementBuilder<Vec<u8>>| e.ip(|i| i.ipaddr_ipv4(Ipv4Addr::new(192, 0, 2, 17)));
    change(&mut socket, "one", |e| {
        first(e)
            .timeout(400)
            .bytes(1 << 40)
            .packets(7)
            .comment("by us")
            .skbmark(0x12_0000_00ff)
            .skbprio(0x0001_0002)
            .skbqueue(9)
    })
    .expect("an element");
    let net = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0);
    if make(&mut socket, "two", "hash:net,port", Nfproto::IPV6, |d| d) {
        change(&mut socket, "two", |e| e.ip(|i| i.ipaddr_ipv6(net)).cidr(32).port(443).proto(L4proto::TCP))
            .expect("an element");
        change(&mut socket, "two", |e| {
            e.ip(|i| i.ipaddr_ipv6(net)).cidr(48).port(53).proto(L4proto::UDP).cadt_flags(CadtFlags::NOMATCH)
        })
        .expect("an element");
    }
    let v4 = |last| Ipv4Addr::new(192, 0, 2, last);
    let range =
        |d: ipset::CreateBuilder<Vec<u8>>| d.ip(|i| i.ipaddr_ipv4(v4(0))).ip_to(|i| i.ipaddr_ipv4(v4(255)));
    if make(&mut socket, "three", "bitmap:ip,mac", Nfproto::IPV4, range) {
        let mac = HwAddr::new(&[2, 0, 0, 0, 0, 0xb]).expect("an address");
        change(&mut socket, "three", |e| e.ip(|i| i.ipaddr_ipv4(v4(9))).ether(mac)).expect("an element");
    }
    if make(&mut socket, "four", "list:set", Nfproto::UNSPEC, |d| d.size(4)) {
        change(&mut socket, "four", |e| e.name("one")).expect("an element");
    }
    if make(&mut socket, "five", "bitmap:port", Nfproto::UNSPEC, |d| d.port(10).port_to(99)) {
        // Several at once, each with its line.
        let call = ipset::Add::request().with(|b| {
            b.protocol(VERSION).setname("five").lineno(1).adt(|a| {
                a.data(|e| e.port(11).cadt_lineno(1)).data(|e| e.port(20).port_to(22).cadt_lineno(2))
            })
        });
        socket.execute(call).expect("elements");
    }
    let lines = ours(&mut socket);
    assert!(
        lines.iter().any(|l| l.contains(&"192.0.2.16".to_owned()) && l.contains(&"0x12/0xff".to_owned())),
        "{lines:#?}"
    );
    agree(&mut socket);
    round_trip(&mut socket, &["one"]).assert_clean();

    let test = |last: u8| {
        ipset::Test::request()
            .with(|b| b.protocol(VERSION).setname("one").data(|e| e.ip(|i| i.ipaddr_ipv4(v4(last)))))
    };
    socket.execute(test(18)).expect("in the network");
    assert_eq!(errno(socket.execute(test(1))), Errno::EXIST);
    assert_eq!(errno(change(&mut socket, "one", |e| e.timeout(4))), Errno::PROTOCOL);
    // An older name for a set, and its elements under another.
    assert!(make(&mut socket, "other", "hash:ip", Nfproto::IPV4, |d| {
        d.hashsize(64).maxelem(100).netmask(28).timeout(900).cadt_flags(flags)
    }));
    let pair = |b: ipset::SetPairBuilder<Vec<u8>>| b.protocol(VERSION).setname("one").setname2("other");
    socket.execute(ipset::Swap::request().with(pair)).expect("exchanged");
    assert_eq!(errno(socket.execute(test(18))), Errno::EXIST);
    let rename = ipset::Rename::request().with(|b| b.protocol(VERSION).setname("other").setname2("new"));
    socket.execute(rename).expect("another name");
    agree(&mut socket);
    let del = ipset::Del::request().with(|b| b.protocol(VERSION).setname("new").data(first));
    socket.execute(del).expect("removed");
    agree(&mut socket);
    socket.execute(ipset::Flush::request().with(|b| b.protocol(VERSION))).expect("all empty");
    assert!(ours(&mut socket).iter().all(|line| line.contains(&"create".to_owned())));
    socket.execute(ipset::Destroy::request().with(|b| b.protocol(VERSION))).expect("all gone");
    assert_eq!(ours(&mut socket), BTreeSet::new());
}

/// Addresses and numbers carry the flag of network byte order, without which the kernel refuses them;
/// in replies addresses have none.
#[test]
fn network_order_is_marked() {
    const NET: u16 = 0x4000;
    let mut bytes = Vec::new();
    let call = ipset::Add::request().with(|b| {
        b.protocol(VERSION).setname("s").data(|e| {
            e.ip(|i| i.ipaddr_ipv4(Ipv4Addr::new(192, 0, 2, 1)))
                .port(80)
                .timeout(0x0102_0304)
                .packets(5)
                .mark(7)
        })
    });
    call.encode(&mut bytes).expect("a request");
    let element = |flag: u16| {
        [
            attr(NESTED | 1, attr(flag | 1, [192, 0, 2, 1])),
            attr(NET | 4, [0, 80]),
            attr(NET | 6, [1, 2, 3, 4]),
            attr(NET | 25, [0, 0, 0, 0, 0, 0, 0, 5]),
            attr(NET | 10, [0, 0, 0, 7]),
        ]
        .concat()
    };
    let message =
        |flag| [vec![0; 4], attr(1, [VERSION]), attr(2, b"s\0"), attr(NESTED | 7, element(flag))].concat();
    assert_eq!(bytes, message(NET));
    exact::exactly::<SetElements>(&[message(0)]);
    exact::exactly::<SetElements>(&[message(NET)]);
}
