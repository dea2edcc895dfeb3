//! ethtool's family against the running kernel: every message through types and back, values as
//! the program `ethtool` prints them, changes, their notifications, and errors that say where.

#[allow(dead_code)] // what it sets up is for other tests
mod exact;

use exact::Tally;
use netlink_families::ethtool::{self, BitsetView, HeaderFlags, StringSetId};
use netlink_runtime::message::GenlHeader;
use netlink_runtime::prelude::*;
use netlink_runtime::socket::{Error, Event, Socket};
use netlink_runtime::wire::{Array, wt};
use netlink_runtime::{DecodeError, Reply, Request};
use netlink_tests::{has_program, in_namespace, ip, skip, try_ip};
use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

const EPERM: i32 = 1;
const EINVAL: i32 = 22;
const ERANGE: i32 = 34;
const EOPNOTSUPP: i32 = 95;

/// A socket, if the kernel has the family.
fn open(test: &str) -> Option<Socket> {
    let mut socket = Socket::open(Protocol::Generic).expect("generic netlink is open to everybody");
    match socket.family(ethtool::FAMILY) {
        Ok(family) => {
            assert_eq!(family.version, 1);
            Some(socket)
        }
        Err(Error::UnknownFamily { .. }) => {
            skip(test, "the running kernel has no ethtool over netlink");
            None
        }
        Err(error) => panic!("the family: {error}"),
    }
}

/// A pair with four queues, one end of it in a bridge.
fn devices() -> Vec<&'static str> {
    ip("link add v0 numtxqueues 4 numrxqueues 4 type veth peer name v1 numtxqueues 4 numrxqueues 4");
    ip("link add br0 type bridge");
    ip("link set v1 master br0");
    let names = vec!["lo", "v0", "v1", "br0"];
    for name in &names {
        ip(&format!("link set {name} up"));
    }
    names
}

/// The same, and what else the kernel can make.
fn more_devices() -> Vec<&'static str> {
    let mut names = devices();
    for (name, words) in [("d0", "type dummy"), ("ifb0", "type ifb"), ("mv0", "link v0 type macvlan")] {
        match try_ip(&format!("link add {name} {words}")) {
            Ok(_) => {
                ip(&format!("link set {name} up"));
                names.push(name);
            }
            Err(error) => eprintln!("no {name}: {error}"),
        }
    }
    names
}

/// Dumps an operation: plain, with bitmaps, with counters, of one interface.
macro_rules! dumps {
    ($all:ident, $socket:ident, $($op:ident $set:ident $(with $name:ident = $value:expr)?;)*) => {$(
        for flags in [HeaderFlags(0), HeaderFlags::COMPACT_BITSETS, HeaderFlags::STATS] {
            let call = ethtool::$op::dump()
                .with(|b| b.header(|h| h.flags(flags))$(.$name($value))?);
            let label = format!("{} {flags:?}", stringify!($op));
            let mut tally = exact::dump::<ethtool::$set, _>(&mut $socket, &label, call);
            // Only some operations have counters; a flag they do not know is an error.
            tally.failures.retain(|f| flags != HeaderFlags::STATS || !f.contains("ETHTOOL_A_HEADER_FLAGS"));
            $all.add(tally);
        }
    )*};
}

/// Asks for each of these interfaces alone.
macro_rules! gets {
    ($all:ident, $socket:ident, $names:expr, $($op:ident $set:ident $(with $name:ident = $value:expr)?;)*) => {$(
        for device in $names {
            for flags in [HeaderFlags(0), HeaderFlags::COMPACT_BITSETS] {
                let call = ethtool::$op::request()
                    .with(|b| b.header(|h| h.dev_name(*device).flags(flags))$(.$name($value))?);
                let label = format!("{} {device} {flags:?}", stringify!($op));
                $all.add(exact::get::<ethtool::$set, _>(&mut $socket, &label, call));
            }
        }
    )*};
}

/// All groups of standard statistics that 5.13 and later kernels have.
const GROUPS: [u32; 1] = [0xf];

/// Every operation that reads and needs no privilege.
macro_rules! readers {
    ($what:ident!($($args:tt)*)) => {
        $what!($($args)*
            StrsetGet Strset;
            LinkinfoGet Linkinfo;
            LinkmodesGet Linkmodes;
            LinkstateGet Linkstate;
            DebugGet DebugMask;
            FeaturesGet Features;
            PrivflagsGet Privflags;
            RingsGet Rings;
            ChannelsGet Channels;
            CoalesceGet Coalesce;
            PauseGet Pause;
            EeeGet Eee;
            TsinfoGet Tsinfo;
            TunnelInfoGet TunnelInfo;
            FecGet Fec;
            StatsGet Stats with groups = |g| g.nomask().size(4).value(&GROUPS);
            PhcVclocksGet PhcVclocks;
            ModuleGet Module;
            PseGet Pse;
            RssGet Rss;
            PlcaGetCfg Plca;
            PlcaGetStatus Plca;
            MmGet Mm;
            PhyGet Phy;
            TsconfigGet Tsconfig;
            MseGet Mse;
        )
    };
}

#[test]
fn every_reply_of_a_namespace_round_trips() {
    const NAME: &str = "every_reply_of_a_namespace_round_trips";
    if !in_namespace(NAME) {
        return;
    }
    let Some(mut socket) = open(NAME) else { return };
    let names = more_devices();
    let mut all = Tally::default();
    readers!(dumps!(all, socket,));
    readers!(gets!(all, socket, &names,));
    dumps!(all, socket, WolGet Wol;);
    gets!(all, socket, &names, WolGet Wol;);
    for id in 0..=StringSetId::TS_FLAGS.0 {
        for header in [None, Some("v0")] {
            let call = ethtool::StrsetGet::request().with(|b| {
                b.header(|h| match header {
                    Some(name) => h.dev_name(name),
                    None => h,
                })
                .stringsets(|s| s.stringset(|s| s.id(StringSetId(id))))
            });
            let mut tally = exact::get::<ethtool::Strset, _>(&mut socket, &format!("string set {id}"), call);
            // Sets of an interface want one, and older kernels lack the last ones.
            tally.failures.retain(|f| !f.contains("EINVAL"));
            all.add(tally);
        }
    }
    // A macvlan asks the device below it, and does not expect that one to have no answer.
    all.failures.retain(|f| !(f.starts_with("TsconfigGet") && f.ends_with("EINVAL")));
    assert!(all.messages > 150 && all.paths.len() > 60, "too little was dumped: {all}");
    all.assert_clean();
}

/// Hardware of the machine, if it has some: only what anybody may read.
#[test]
fn every_reply_of_the_machine_round_trips() {
    const NAME: &str = "every_reply_of_the_machine_round_trips";
    let Some(mut socket) = open(NAME) else { return };
    let mut all = Tally::default();
    readers!(dumps!(all, socket,));
    assert!(all.messages > 3, "too little was dumped: {all}");
    all.assert_clean();
}

/// Bits by name, of the list form.
fn bits(set: BitsetView<'_>) -> Result<BTreeMap<String, bool>, DecodeError> {
    let plain = set.nomask()?;
    let mut out = BTreeMap::new();
    for bit in set.bits()?.into_iter().flat_map(|bits| bits.bit()) {
        let bit = bit?;
        let name = bit.name()?.map(|n| n.to_string()).unwrap_or_default();
        out.insert(name, plain || bit.value()?);
    }
    Ok(out)
}

/// Names of a string set.
fn names_of(socket: &mut Socket, id: StringSetId) -> Vec<String> {
    let call =
        ethtool::StrsetGet::request().with(|b| b.header(|h| h).stringsets(|s| s.stringset(|s| s.id(id))));
    let answer = socket.get(call).expect("a string set");
    let set = answer.view().expect("a message").stringsets().expect("readable").expect("present");
    let set = set.stringset().next().expect("one set").expect("readable");
    assert_eq!(set.id(), Ok(Some(id)));
    let strings: Vec<_> = set.strings().expect("readable").expect("present").string().collect();
    assert_eq!(set.count(), Ok(Some(strings.len() as u32)));
    let mut names = Vec::new();
    for (at, string) in strings.into_iter().enumerate() {
        let string = string.expect("readable");
        assert_eq!(string.index(), Ok(at as u32));
        names.push(string.value().expect("its text").to_string());
    }
    names
}

/// What the program prints; `None` if it cannot.
fn printed(words: &[&str]) -> Option<String> {
    let output = Command::new("ethtool").args(words).output().expect("ethtool runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then_some(text)
}

#[test]
fn values_are_those_of_the_program() {
    const NAME: &str = "values_are_those_of_the_program";
    if !in_namespace(NAME) {
        return;
    }
    let Some(mut socket) = open(NAME) else { return };
    if !has_program("ethtool") {
        return skip(NAME, "the program `ethtool` is not installed");
    }
    devices();
    let known = names_of(&mut socket, StringSetId::FEATURES);
    for device in ["lo", "v0", "br0"] {
        let text = printed(&["--json", "-k", device]).expect("features as JSON");
        let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let theirs = json[0].as_object().expect("an object");
        let call = ethtool::FeaturesGet::request().with(|b| b.header(|h| h.dev_name(device)));
        let answer = socket.get(call).expect("features");
        let ours = answer.view().expect("a message");
        let set = |set: Result<Option<BitsetView<'_>>, DecodeError>| {
            bits(set.expect("readable").expect("present")).expect("bits")
        };
        let (hw, active) = (set(ours.hw()), set(ours.active()));
        let (wanted, nochange) = (set(ours.wanted()), set(ours.nochange()));
        let mut compared = 0;
        for name in known.iter().filter(|name| !name.is_empty()) {
            // A few have another name at the program.
            let Some(value) = theirs.get(name.as_str()) else { continue };
            let on = |bits: &BTreeMap<String, bool>| bits.get(name).copied().unwrap_or(false);
            assert_eq!(value["active"], on(&active), "{device} {name}");
            assert_eq!(value["fixed"], !on(&hw) || on(&nochange), "{device} {name}");
            if value["requested"].is_boolean() {
                assert_eq!(value["requested"], on(&wanted), "{device} {name}");
            }
            compared += 1;
        }
        eprintln!("{device}: {compared} of {} features compared", known.len());
        assert!(compared > 40, "{device}: {compared} of {}", theirs.len());
    }

    // These have no JSON in all versions, but lines.
    let text = printed(&["-l", "v0"]).expect("channels");
    let number = |line: &str| line.split_whitespace().last().and_then(|n| n.parse::<u32>().ok());
    let lines = |what: &str| text.lines().filter(|l| l.starts_with(what)).map(number).collect::<Vec<_>>();
    let call = ethtool::ChannelsGet::request().with(|b| b.header(|h| h.dev_name("v0")));
    let answer = socket.get(call).expect("channels");
    let ours = answer.view().expect("a message");
    let pair = |max: Result<Option<u32>, _>, count: Result<Option<u32>, _>| {
        vec![max.expect("readable"), count.expect("readable")]
    };
    assert_eq!(pair(ours.rx_max(), ours.rx_count()), [Some(4); 2]);
    for (what, ours) in [
        ("RX:", pair(ours.rx_max(), ours.rx_count())),
        ("TX:", pair(ours.tx_max(), ours.tx_count())),
        ("Other:", pair(ours.other_max(), ours.other_count())),
        ("Combined:", pair(ours.combined_max(), ours.combined_count())),
    ] {
        assert_eq!(lines(what), ours, "{what}\n{text}");
    }

    let text = printed(&["v0"]).expect("the link");
    let header = |h: ethtool::HeaderBuilder<_>| h.dev_name("v0");
    let modes = socket.get(ethtool::LinkmodesGet::request().with(|b| b.header(header))).expect("modes");
    let modes = modes.view().expect("a message");
    assert_eq!(modes.duplex(), Ok(Some(ethtool::Duplex::FULL)));
    let speed = modes.speed().expect("readable").expect("a speed");
    assert!(text.contains(&format!("Speed: {speed}Mb/s")) && text.contains("Duplex: Full"), "{text}");
    let header = |h: ethtool::HeaderBuilder<_>| h.dev_name("v0");
    let info = socket.get(ethtool::LinkinfoGet::request().with(|b| b.header(header))).expect("a port");
    let info = info.view().expect("a message");
    assert_eq!(info.port(), Ok(Some(ethtool::Port::TP)));
    assert_eq!(info.tp_mdix(), Ok(Some(ethtool::Mdix::MDI_INVALID)));
    assert!(text.contains("Port: Twisted Pair"), "{text}");
    for (device, up) in [("v0", 1), ("v1", 1), ("lo", 1)] {
        let call = ethtool::LinkstateGet::request().with(|b| b.header(|h| h.dev_name(device)));
        let state = socket.get(call).expect("a state");
        assert_eq!(state.view().expect("a message").link(), Ok(Some(up)), "{device}");
    }
    assert!(text.contains("Link detected: yes"), "{text}");
    ip("link set v1 down");
    let call = ethtool::LinkstateGet::request().with(|b| b.header(|h| h.dev_name("v0")));
    let state = socket.get(call).expect("a state");
    assert_eq!(state.view().expect("a message").link(), Ok(Some(0)), "the other end is down");
    assert!(printed(&["v0"]).expect("the link").contains("Link detected: no"));

    let tsinfo = ethtool::TsinfoGet::request().with(|b| b.header(|h| h.dev_name("v0")));
    let tsinfo = socket.get(tsinfo).expect("timestamps");
    let tsinfo = tsinfo.view().expect("a message");
    assert_eq!(tsinfo.phc_index(), Ok(None), "no hardware, no clock");
    let ours = bits(tsinfo.timestamping().expect("readable").expect("present")).expect("bits");
    let text = printed(&["-T", "v0"]).expect("timestamps");
    for name in ours.keys() {
        assert!(text.lines().any(|l| l.split_whitespace().next() == Some(name)), "{name}\n{text}");
    }
    assert!(ours["software-receive"] && ours["software-system-clock"], "{ours:?}");
}

/// Notifications that came so far: commands, and messages that went through types.
fn news<O: Reply>(socket: &mut Socket, check: impl Fn(&mut Tally, &[u8])) -> usize {
    let mut tally = Tally::default();
    let mut seen = 0;
    while let Some(event) = socket.try_receive().expect("events") {
        let Event::Notification { message, .. } = event else { panic!("{event:?}") };
        let (header, payload) = GenlHeader::split(message.payload()).expect("a generic message");
        if O::accepts(header.command.into()) {
            O::view(payload).expect("of that form");
            check(&mut tally, payload);
            seen += 1;
        }
    }
    tally.assert_clean();
    seen
}

#[test]
fn changes_are_made_and_told() {
    const NAME: &str = "changes_are_made_and_told";
    if !in_namespace(NAME) {
        return;
    }
    let Some(mut socket) = open(NAME) else { return };
    let mut monitor = open(NAME).expect("another socket");
    monitor.set_timeout(Some(Duration::from_secs(5))).expect("a limit");
    let group = monitor.family(ethtool::FAMILY).expect("known").group(ethtool::GROUP_MONITOR);
    monitor.join(group.expect("the group")).expect("joined");
    devices();
    while monitor.try_receive().expect("events").is_some() {}

    let change =
        ethtool::ChannelsSet::request().with(|b| b.header(|h| h.dev_name("v0")).rx_count(2).tx_count(3));
    socket.execute(change).expect("fewer channels");
    let call = ethtool::ChannelsGet::request().with(|b| b.header(|h| h.dev_name("v0")));
    let answer = socket.get(call).expect("channels");
    let channels = answer.view().expect("a message");
    assert_eq!((channels.rx_count(), channels.tx_count()), (Ok(Some(2)), Ok(Some(3))));
    assert_eq!((channels.rx_max(), channels.tx_max()), (Ok(Some(4)), Ok(Some(4))));
    let told = news::<ethtool::ChannelsNtf>(&mut monitor, Tally::check::<ethtool::Channels>);
    assert_eq!(told, 1, "one notification for one change");

    // Off by name, on again by bitmap.
    let feature = "tx-generic-segmentation";
    let at = names_of(&mut socket, StringSetId::FEATURES).iter().position(|n| n == feature);
    let at = at.expect("every kernel has it");
    let off = ethtool::FeaturesSet::request().with(|b| {
        b.header(|h| h.dev_name("v0")).wanted(|w| w.bits(|bits| bits.bit(|bit| bit.name(feature))))
    });
    let answer = socket.get(off).expect("a reply");
    let reply = answer.view().expect("a message");
    let active = bits(reply.active().expect("readable").expect("present")).expect("bits");
    assert_eq!(active.get(feature), Some(&false), "it changed, and is off: {active:?}");
    let refused = bits(reply.wanted().expect("readable").expect("present")).expect("bits");
    assert!(!refused.contains_key(feature), "the wish came true: {refused:?}");
    assert_eq!(news::<ethtool::FeaturesNtf>(&mut monitor, Tally::check::<ethtool::Features>), 1);
    let mut mask = [0; 4];
    mask[at / 32] = 1 << (at % 32);
    let size = 64.min(u32::try_from(names_of(&mut socket, StringSetId::FEATURES).len()).expect("few"));
    let words = usize::try_from(size.div_ceil(32)).expect("few");
    let on = ethtool::FeaturesSet::request().with(|b| {
        b.header(|h| h.dev_name("v0").flags(HeaderFlags::COMPACT_BITSETS))
            .wanted(|w| w.size(size).value(&mask[..words]).mask(&mask[..words]))
    });
    let answer = socket.get(on).expect("a reply");
    let active = answer.view().expect("a message").active().expect("readable").expect("present");
    let word = |words: Option<Array<'_, wt::U32>>| words.and_then(|words| words.get(at / 32));
    assert_eq!(word(active.mask().expect("readable")), Some(mask[at / 32]), "what changed");
    assert_eq!(word(active.value().expect("readable")), Some(mask[at / 32]), "it is on");

    // Without a reply, if that is wanted.
    let quiet = ethtool::FeaturesSet::request().with(|b| {
        b.header(|h| h.dev_name("v0").flags(HeaderFlags::OMIT_REPLY))
            .wanted(|w| w.bits(|bits| bits.bit(|bit| bit.index(at as u32))))
    });
    assert!(matches!(socket.get(quiet), Err(Error::ReplyCount(0))));
    let told = news::<ethtool::FeaturesNtf>(&mut monitor, Tally::check::<ethtool::Features>);
    assert_eq!(told, 2, "on, and off again");
}

/// What the kernel says of a request that it refuses.
#[track_caller]
fn refused<R: Request>(socket: &mut Socket, request: R) -> (i32, String) {
    match socket.execute(request) {
        Err(Error::Kernel(error)) => (error.errno, error.to_string()),
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn errors_say_where() {
    const NAME: &str = "errors_say_where";
    if !in_namespace(NAME) {
        return;
    }
    let Some(mut socket) = open(NAME) else { return };
    devices();
    let (errno, text) = refused(&mut socket, ethtool::LinkinfoSet::request());
    assert_eq!(errno, EINVAL, "{text}");
    // Older kernels have a text instead.
    assert!(
        text.contains("(missing: ETHTOOL_A_LINKINFO_HEADER)") || text.contains("request header missing"),
        "{text}"
    );
    let call = ethtool::LinkinfoGet::request().with(|b| b.header(|h| h.dev_name("no-such-device")));
    let (_, text) = refused(&mut socket, call);
    assert!(text.contains("ENODEV at ETHTOOL_A_LINKINFO_HEADER.ETHTOOL_A_HEADER_DEV_NAME"), "{text}");
    let call =
        ethtool::LinkinfoGet::request().with(|b| b.header(|h| h.dev_name("v0").flags(HeaderFlags(1 << 9))));
    let (errno, text) = refused(&mut socket, call);
    assert_eq!(errno, EINVAL, "{text}");
    assert!(text.contains("at ETHTOOL_A_LINKINFO_HEADER.ETHTOOL_A_HEADER_FLAGS"), "{text}");
    let call = ethtool::RingsSet::request().with(|b| b.header(|h| h.dev_name("v0")).tx_push(2));
    let (errno, text) = refused(&mut socket, call);
    assert_eq!(errno, ERANGE, "{text}");
    assert!(text.contains("at ETHTOOL_A_RINGS_TX_PUSH") && text.contains("max 1"), "{text}");
    let call = ethtool::ChannelsSet::request().with(|b| b.header(|h| h.dev_name("v0")).rx_count(5));
    let (errno, text) = refused(&mut socket, call);
    assert_eq!(errno, EINVAL, "{text}");
    assert!(text.contains("at ETHTOOL_A_CHANNELS_RX_COUNT"), "{text}");
    let call = ethtool::FeaturesSet::request().with(|b| {
        b.header(|h| h.dev_name("v0")).wanted(|w| w.bits(|b| b.bit(|b| b.name("no-such-feature"))))
    });
    let (_, text) = refused(&mut socket, call);
    let path = "at ETHTOOL_A_FEATURES_WANTED.ETHTOOL_A_BITSET_BITS.ETHTOOL_A_BITSET_BITS_BIT.ETHTOOL_A_BITSET_BIT_NAME";
    assert!(text.contains(path), "{text}");
    let call = ethtool::WolSet::request().with(|b| {
        b.header(|h| h.dev_name("v0"))
            .modes(|m| m.bits(|b| b.bit(|b| b.name("magic").value())))
            .sopass(&[1, 2, 3, 4, 5, 6])
    });
    let (errno, text) = refused(&mut socket, call);
    assert_eq!(errno, EOPNOTSUPP, "nothing wakes a veth: {text}");
    // Too long for the policy: refused before it is sent.
    let call = ethtool::WolSet::request().with(|b| b.header(|h| h.dev_name("v0")).sopass(&[0; 7]));
    assert!(matches!(socket.execute(call), Err(Error::Encode(_))));
    // The interface of another namespace: not there, and no secret told.
    let call = ethtool::WolGet::request().with(|b| b.header(|h| h.dev_index(9999)));
    let (errno, text) = refused(&mut socket, call);
    assert!(errno != EPERM && text.contains("ETHTOOL_A_HEADER_DEV_INDEX"), "{text}");
}
