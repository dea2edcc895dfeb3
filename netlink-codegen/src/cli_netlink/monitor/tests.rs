//! A kernel in memory, whose families come and go.

use super::*;
use crate::Loader;
use crate::decode::Registry;
use clap::Parser;
use netlink_runtime::Protocol;
use netlink_runtime::decoders::{Decoders, KeyRule};
use netlink_runtime::message::Header;
use netlink_runtime::socket::Memory;

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    args: Args,
}

/// The number of `nlctrl:notify`.
const NOTIFY: u32 = 16;

fn attr(kind: u16, payload: &[u8]) -> Vec<u8> {
    let len = (4 + payload.len()) as u16;
    let mut bytes = [&len.to_ne_bytes()[..], &kind.to_ne_bytes(), payload].concat();
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

fn message(family: u16, command: u8, attrs: &[Vec<u8>]) -> Vec<u8> {
    let payload = [&[command, 1, 0, 0][..], &attrs.concat()].concat();
    let len = (Header::LEN + payload.len()) as u32;
    let header = Header { len, message_type: family, flags: 0, sequence: 0, port: 0 };
    [&header.to_bytes()[..], &payload].concat()
}

/// The controller's message about the family `thermal` with the id 40, whose group `event` has the number 50.
fn family(command: u8) -> Vec<u8> {
    let group = [attr(1, b"event\0"), attr(2, &50u32.to_ne_bytes())].concat();
    let attrs = [attr(1, &40u16.to_ne_bytes()), attr(2, b"thermal\0"), attr(7, &attr(1, &group))];
    message(GENL_ID_CTRL, command, &attrs)
}

/// What is shown when this happens in groups, one after the other, with these words on the command line.
fn shown(words: &[&str], events: &[(u32, Vec<u8>)]) -> String {
    let words = ["netlink", "--text"].iter().chain(words);
    let args = Cli::parse_from(words).args;
    let registry = Registry::new(Loader::new().shipped().load().expect("sound schemas").model);
    let wanted = Wanted::new(registry.model(), &[], &args.words).expect("words with a meaning");
    let (ours, mut kernel) = Memory::pair(7);
    // What does not arrive is not waited for without end.
    let options = Socket::builder().timeout(std::time::Duration::from_secs(10));
    let mut socket = options.over(Protocol::Generic, ours).expect("a socket");
    let notify = generic_group("nlctrl", "notify", NOTIFY);
    socket.join(NOTIFY).expect("a group");
    let whole = Decoders::new(KeyRule::MessageType).otherwise(|m| Ok(Some(m.bytes().to_vec())));
    let mut monitor = Monitor {
        deadline: None,
        follow: Follow::new().notifications(socket, whole),
        protocols: vec![NETLINK_GENERIC],
        joined: vec![notify.clone()],
        unseen: Some(notify),
        wanted,
        decoder: Decoder::new(registry),
        printer: args.output.live_printer(),
        count: 0,
        args: &args,
    };
    let mut out = Vec::new();
    for (group, bytes) in events {
        kernel.notify(*group, bytes).expect("a listener");
        // What nobody has joined does not arrive.
        if *group == NOTIFY || monitor.joined.iter().any(|g| g.number == *group) {
            monitor.step(&Gate::default(), &mut out).expect("a step");
        }
    }
    String::from_utf8(out).expect("text")
}

#[test]
fn families_that_appear_are_listened_to() {
    // THERMAL_GENL_EVENT_TZ_ENABLE of zone 3, in the group `event`.
    let event = (50, message(40, 4, &[attr(2, &3u32.to_ne_bytes())]));
    let events = [
        event.clone(),
        (NOTIFY, family(CTRL_CMD_NEWFAMILY)),
        event.clone(),
        (NOTIFY, family(CTRL_CMD_DELFAMILY)),
    ];
    let want = "\
the family `thermal` has appeared, with the id 40
listening to `thermal:event`
thermal:event THERMAL_GENL_EVENT_TZ_ENABLE thermal version 1, 28 bytes, seq 0, pid 0
  THERMAL_GENL_ATTR_TZ_ID: 3
the family `thermal` has gone
";
    assert_eq!(shown(&["thermal"], &events), want);
    // Somebody else's family is announced, and no more.
    let want = "the family `thermal` has appeared, with the id 40\nthe family `thermal` has gone\n";
    assert_eq!(shown(&["ethtool"], &events), want);
}
