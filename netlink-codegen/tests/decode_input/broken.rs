//! Broken files: it is said what is wrong and where, and the rest is read.

use super::files::{
    self, Order, block, conversation, enhanced, interface, pcap_header, pcap_packet, section,
};
use super::{Format, read};

/// What is said of a file, and how long its datagrams are.
fn told(file: &[u8], format: Option<Format>) -> (Vec<String>, Vec<usize>) {
    let (datagrams, wrong) = read(file, format);
    let cut = datagrams.iter().filter_map(|d| Some(format!("{}: {}", d.place, d.cut.as_ref()?)));
    let told = wrong.iter().map(ToString::to_string).chain(cut).collect();
    (told, datagrams.iter().map(|d| d.bytes.len()).collect())
}

fn check(file: impl AsRef<[u8]>, format: Option<Format>, want: &[&str], lens: &[usize]) {
    let (said, found) = told(file.as_ref(), format);
    assert_eq!(said, want);
    assert_eq!(found, lens, "{said:?}");
}

#[test]
fn empty() {
    for format in [Format::Raw, Format::Hex, Format::Strace] {
        check(b"", Some(format), &[], &[]);
    }
    check(b"", None, &[], &[]);
    check("\n# nothing\n; at all\n", None, &[], &[]);
    check(b"", Some(Format::Pcap), &["offset 0: not a pcap file"], &[]);
    check(b"", Some(Format::Pcapng), &[], &[]);
    check(b"", Some(Format::Save), &["offset 0: a file without a beginning"], &[]);
}

#[test]
fn raw() {
    let good = files::link(1, "eth");
    assert_eq!(good.len(), 40);
    let say = |garbage: &[u8], want: &[&str], lens: &[usize]| {
        check([&good[..], garbage, &good, &good].concat(), Some(Format::Raw), want, lens);
    };
    say(&[], &[], &[120]);
    say(&[0xff; 12], &["offset 40: no message has 4294967295 bytes; 12 bytes left out"], &[40, 80]);
    say(&[0; 8], &["offset 40: no message has 0 bytes; 8 bytes left out"], &[40, 80]);
    // The beginning of a message, and then others.
    let cut = files::message(16, 0, &[1; 100]);
    let file = [&cut[..20], &good, &good].concat();
    check(
        &file,
        Some(Format::Raw),
        &["offset 0: a message of 116 bytes does not end here; 20 bytes left out"],
        &[80],
    );
    check(
        [&good[..], &[1, 2]].concat(),
        Some(Format::Raw),
        &["offset 40: too short for a message; 2 bytes left out"],
        &[40],
    );
    // What is there of the last one is shown; of an unknown type, it is none.
    check([&good[..], &good[..30]].concat(), None, &[], &[40, 30]);
    let other = files::message(9999, 0, &[1; 100]);
    let want = "offset 40: a message of 116 bytes does not end here; 50 bytes left out";
    check([&good[..], &other[..50]].concat(), None, &[want], &[40]);
    // Nothing at all; much of it.
    check(
        vec![0xee; 1 << 20],
        None,
        &["offset 0: no message has 4008636142 bytes; 1048576 bytes left out"],
        &[],
    );
    check("what is this?", None, &["offset 0: too short for a message; 13 bytes left out"], &[]);
}

#[test]
fn garbage_is_shown() {
    let good = files::link(1, "eth");
    let (_, wrong) = read(&[&good[..], &[0xfe, 1, 0xff, 0xff], &good, &good].concat(), Some(Format::Raw));
    assert_eq!(wrong[0].bytes, [0xfe, 1, 0xff, 0xff]);
    let (_, wrong) = read(&vec![0xee; 200 << 10], None);
    assert_eq!(wrong[0].bytes, [0xee; 1024]);
}

#[test]
fn saved() {
    let want = |what: &str| format!("offset 0: {what}");
    let foreign = files::saved(0x4531_1224u32.swap_bytes(), &files::link(1, "a"));
    check(foreign, None, &[&want("saved by a machine of the other byte order")], &[]);
    let other = files::saved(7, &files::link(1, "a"));
    check(other, Some(Format::Save), &[&want("no file of routes, addresses or rules")], &[]);
}

#[test]
fn hexadecimal() {
    check(
        "zz\n1\n1400\n",
        Some(Format::Hex),
        &["line 1: `z` is no hexadecimal digit", "line 2: an odd number of digits in `1`"],
        &[2],
    );
    check("14\n\u{fc}\n", None, &["line 2: `ü` is no hexadecimal digit"], &[1]);
    check("14 \\x\n", None, &["offset 0: too short for a message; 6 bytes left out"], &[]);
    check("14 0x\n1", Some(Format::Hex), &["line 2: an odd number of digits in `1`"], &[1]);
    // A line of a dump is missing; lines that are equal without end.
    let lines =
        ["00000000  14 00 00 00 12 00 01 03  01 00 00 00 07 00 00 00  |................|", "00000020  02"];
    check(lines.join("\n"), None, &["line 2: the offset is 0x20, and 0x10 is due: lines are missing"], &[17]);
    let repeated = format!("{}\n*\nfffffffff0\n", lines[0]);
    let want = "line 3: `*` stands for 1099511627744 bytes; at most 65536 equal bytes make sense, and they are left out";
    check(repeated, None, &[want], &[16]);
    check(format!("{}\n00000010  1x\n", lines[0]), None, &["line 2: `1x` is nothing of a dump"], &[16]);
    // Cut anywhere, a message is one datagram, and the next one another.
    let link = files::link(1, "eth0");
    let text: String = (1..link.len()).map(|len| hex(&link[..len]) + "\n\n").collect();
    let (said, found) = told(text.as_bytes(), None);
    assert_eq!((said, found), (vec![], (1..link.len()).collect()));
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[test]
fn pcap() {
    let order = Order { big: true };
    let packets: Vec<_> = conversation().iter().map(|d| files::cooked(d, 0)).collect();
    let [header, one, two] = [
        pcap_header(order, false, 253),
        pcap_packet(order, &packets[0], 48),
        pcap_packet(order, &packets[1], 148),
    ];
    check(&header, None, &[], &[]);
    check(&header[..20], None, &["offset 0: the file ends within its header"], &[]);
    check(pcap_header(order, false, 1), None, &["offset 0: link type 1, not 253 (netlink)"], &[]);
    check(
        [&header[..], &one, &two[..9]].concat(),
        None,
        &["packet 2 at offset 88: the file ends within the packet's header, after 9 bytes"],
        &[32],
    );
    let cut = [&header[..], &one, &two[..50]].concat();
    check(
        cut,
        None,
        &["packet 2 at offset 88: the packet has 148 bytes, and the file ends after 34 of them"],
        &[32, 18],
    );
    let cut = [&header[..], &one, &two[..20]].concat();
    check(
        cut,
        None,
        &["packet 2 at offset 88: the packet has 148 bytes, and the file ends after 4 of them"],
        &[32],
    );
    // Of the second packet a part was captured; the third is of something else; the others are fine.
    let snapped = pcap_packet(order, &packets[1][..100], 148);
    let other = pcap_packet(order, &[0; 60], 60);
    let want = [
        "packet 3 at offset 204: not a netlink packet",
        "packet 2 at offset 88: only 100 of the packet's 148 bytes were captured; `tcpdump -s 0` captures all of them",
    ];
    check([&header[..], &one, &snapped, &other, &one].concat(), None, &want, &[32, 84, 32]);
    let mut long = one.clone();
    long[8..12].copy_from_slice(&[0x7f; 4]);
    let want = "packet 1 at offset 24: no packet has 2139062143 bytes: the longest that is read has 16 MiB; what follows is left out";
    check([&header[..], &long, &one].concat(), None, &[want], &[]);
    let foreign: Vec<u8> = files::cooked(&(vec![0; 32], true), 0);
    let mut foreign = pcap_packet(order, &foreign, 48);
    foreign[32..36].copy_from_slice(&32u32.swap_bytes().to_ne_bytes());
    check(
        [&header[..], &foreign, &one].concat(),
        None,
        &["packet 1 at offset 24: captured on a machine of the other byte order"],
        &[32],
    );
}

#[test]
fn pcapng() {
    for order in Order::BOTH {
        let packet = files::cooked(&conversation()[0], 0);
        let one = enhanced(order, 0, 7, &packet, packet.len());
        let start = [section(order), interface(order, 253, 6)].concat();
        let say = |parts: &[&[u8]], want: &[&str], lens: &[usize]| {
            check([&[&start[..]], parts].concat().concat(), None, want, lens)
        };
        say(&[], &[], &[]);
        say(&[&one], &[], &[32]);
        say(&[&one, &one[..7]], &["offset 152: the file ends within a block, after 7 bytes of it"], &[32]);
        say(
            &[&one, &one[..50]],
            &["packet 2 at offset 152: the packet has 48 bytes, and the file ends after 22 of them"],
            &[32, 6],
        );
        say(
            &[&one, &one[..20]],
            &["packet 2 at offset 152: the packet's block ends before the packet"],
            &[32],
        );
        let snapped = enhanced(order, 0, 7, &packet[..40], packet.len());
        let want = "packet 1 at offset 72: only 40 of the packet's 48 bytes were captured; `tcpdump -s 0` captures all of them";
        say(&[&snapped, &one], &[want], &[24, 32]);
        let nowhere = enhanced(order, 5, 7, &packet, packet.len());
        say(&[&nowhere, &one], &["packet 1 at offset 72: the section has no interface 5"], &[32]);
        let ethernet = interface(order, 1, 6);
        let other = enhanced(order, 1, 7, &packet, packet.len());
        let want = "packet 1 at offset 116: interface 1 (nlmon0) has link type 1, not 253 (netlink); its packets are left out";
        say(&[&ethernet, &other, &other, &one], &[want], &[32]);
        let mut torn = one.clone();
        let end = torn.len() - 4;
        torn[end..].copy_from_slice(&[0; 4]);
        say(
            &[&one, &torn, &one],
            &["packet 2 at offset 152: the two lengths of a block differ; what follows is left out"],
            &[32],
        );
        let mut odd = block(order, 9, b"");
        odd[4..8].copy_from_slice(&[9; 4]);
        say(&[&odd, &one], &["offset 72: no block has 151587081 bytes; what follows is left out"], &[]);
        let mut short = one.clone();
        short[20..24].copy_from_slice(&[0; 4]);
        say(
            &[&short, &one],
            &[
                "packet 1 at offset 72: only 0 of the packet's 48 bytes were captured; `tcpdump -s 0` captures all of them",
            ],
            &[32],
        );
        check(
            &one,
            Some(Format::Pcapng),
            &["offset 0: not a pcapng file: it does not start with a section"],
            &[],
        );
    }
    let mut orderless = section(Order { big: true });
    orderless[8] = 0;
    check(orderless, None, &["offset 0: a section without a byte order"], &[]);
}

#[test]
fn strace() {
    let link = files::link(1, "eth0");
    let text = files::string(&link, true);
    let len = link.len();
    let sent = format!("sendto(3<NETLINK:[ROUTE:7]>, {text}, {len}, 0, NULL, 0) = {len}\n");
    let cut =
        format!("sendto(3<NETLINK:[ROUTE:7]>, {}\"..., {len}, 0, NULL, 0) = {len}\n", &text[..4 * 20 + 1]);
    let want = "line 1: strace cut the string; `-s 2097152` has it print all of it";
    check(format!("{cut}{sent}"), None, &[want], &[20, len]);
    // Interleaved: half a line, then another.
    let half = format!("{}\n{sent}", &sent[..90]);
    check(half, None, &["line 1: the call of `sendto` does not end in this line; it is left out"], &[len]);
    // Taken apart: it is said once what to do, and how many there are.
    let apart = "recvmsg(3, {msg_name={sa_family=AF_NETLINK}, msg_iov=[{iov_base=[{nlmsg_len=20, nlmsg_type=NLMSG_DONE}, 0], iov_len=32768}], msg_flags=0}, 0) = 20\n";
    let want = [
        "line 1: strace shows this datagram taken apart, and its bytes are not there. To have the bytes: strace -f -yy \
         -e trace=%network,read,write -e read=all -e write=all -o FILE COMMAND; or: netlink trace COMMAND",
        "line 3: the bytes of 2 datagrams are not there",
    ];
    check(format!("{apart}{sent}{apart}"), None, &want, &[len]);
    // The buffer of the program was shorter than the datagram.
    let short = format!("recvfrom(3<NETLINK:[ROUTE:7]>, {text}, {len}, MSG_TRUNC, NULL, NULL) = 4000\n");
    let want = format!("line 1: the program has read {len} of 4000 bytes: its buffer was too short");
    check(&short, None, &[&want], &[len]);
    // A dump with a line missing.
    let dump = String::from_utf8(files::strace_dumps(&conversation()[1..2])).expect("text");
    let torn: String =
        dump.lines().enumerate().filter(|(ix, _)| *ix != 3).map(|(_, l)| format!("{l}\n")).collect();
    check(&torn, None, &["line 4: the dump goes on at 0x20, and not at 0x10: lines are missing"], &[116]);
    check(
        dump.replace("00010  ", "0001z  "),
        None,
        &[
            "line 4: `0001z  00 00 01 00 01 00 00 00  00 00 00 00 00 00 00 00  ................ |` is nothing of a dump",
            "line 5: the dump goes on at 0x20, and not at 0x10: lines are missing",
        ],
        &[116],
    );
    check(
        "sendto(3, \"\\x\", 1, 0, {sa_family=AF_NETLINK}, 12) = 1\n",
        None,
        &["line 1: `\\x` without digits in a string"],
        &[],
    );
    check("ip: cannot open\n+++ exited with 1 +++\nwrite(1, \"(\", 1) = 1\n", None, &[], &[]);
}
