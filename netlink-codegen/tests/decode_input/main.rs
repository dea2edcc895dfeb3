//! Files of every format: that all give the same datagrams, and what is said about broken ones.

mod broken;
mod corpus;
mod files;
mod stream;

use files::{Datagram, Order, conversation, raw};
use netlink_codegen::decode::input::{self, Format, Input, Wrong};
use netlink_runtime::message::Messages;
use netlink_runtime::socket::capture::Direction;
use netlink_tests::{has_program, skip};
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Message types of rtnetlink.
fn knows(message_type: u16) -> bool {
    (16..128).contains(&message_type) || message_type < 16
}

/// What is in a file, and what is wrong with it.
fn read(file: &[u8], format: Option<Format>) -> (Vec<input::Datagram>, Vec<Wrong>) {
    let mut input = Input::new(file, format).expect("slices can be read");
    let (mut datagrams, mut wrong) = (Vec::new(), Vec::new());
    let mut datagram = input::Datagram::default();
    while let Some(next) = input.next(&mut datagram, &knows) {
        match next {
            Ok(()) => datagrams.push(datagram.clone()),
            Err(what) => wrong.push(what),
        }
    }
    assert!(input.next(&mut datagram, &knows).is_none(), "the end is the end");
    (datagrams, wrong)
}

/// The datagrams of a file with which nothing is wrong, and whose format is found out.
fn sound(what: &str, file: &[u8], format: Format) -> Vec<input::Datagram> {
    assert_eq!(Input::new(file, None).expect("a slice").format(), format, "{what}");
    let (datagrams, wrong) = read(file, None);
    assert_eq!(wrong, [], "{what}");
    assert!(datagrams.iter().all(|d| d.cut.is_none()), "{what}");
    datagrams
}

fn bytes(datagrams: &[input::Datagram]) -> Vec<u8> {
    datagrams.iter().flat_map(|d| d.bytes.clone()).collect()
}

fn messages(bytes: &[u8]) -> Vec<Vec<u8>> {
    Messages::new(bytes).map(|m| m.expect("a message").bytes().to_vec()).collect()
}

/// Datagrams are kept apart, and it is known where they go.
fn same(what: &str, found: &[input::Datagram], want: &[Datagram], protocol: Option<u16>) {
    let found: Vec<_> = found.iter().map(|d| (d.bytes.clone(), d.direction, d.protocol)).collect();
    let direction = |to_kernel: bool| if to_kernel { Direction::ToKernel } else { Direction::ToUser };
    let want: Vec<_> = want.iter().map(|(b, to)| (b.clone(), Some(direction(*to)), protocol)).collect();
    assert_eq!(found, want, "{what}");
}

#[test]
fn raw_messages() {
    let want = raw(&conversation());
    let found = sound("raw", &want, Format::Raw);
    assert_eq!(bytes(&found), want);
    assert_eq!((found[0].protocol, found[0].direction), (None, None));
}

#[test]
fn files_of_ip_save() {
    let routes = files::message(24, 2, &[2, 24, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0]);
    for magic in [0x4531_1224, 0x4736_1222, 0x7170_6986] {
        let found = sound("saved", &files::saved(magic, &routes), Format::Save);
        same("saved", &found, &[(routes.clone(), false)], Some(0));
        assert_eq!(found[0].place.to_string(), "offset 4");
    }
}

#[test]
fn hexadecimal_by_hand() {
    let conversation = conversation();
    type Byte = fn(u8) -> String;
    let forms: [(&str, Byte, &str); 6] = [
        ("\\x14\\x00", |b| format!("\\x{b:02x}"), ""),
        ("14:00", |b| format!("{b:02x}"), ":"),
        ("14 00", |b| format!("{b:02X}"), " "),
        ("1400", |b| format!("{b:02x}"), ""),
        ("0x14,0x00", |b| format!("0x{b:02x}"), ","),
        ("0x14, 0x00", |b| format!("0X{b:02X}"), ", "),
    ];
    for (form, byte, between) in forms {
        for every in [1, 4, 16, 30, 1000] {
            let file = files::hex(&conversation, byte, between, every);
            let found = sound(form, &file, Format::Hex);
            // Padding is no part of a message that ends with its line.
            let messages: Vec<_> = found.iter().flat_map(|d| messages(&d.bytes)).collect();
            assert_eq!(messages, self::messages(&raw(&conversation)), "{form}, {every} in a line");
        }
        let found = sound(form, &files::hex(&conversation, byte, between, 1000), Format::Hex);
        assert_eq!(found.iter().map(|d| d.bytes.len()).collect::<Vec<_>>(), [32, 132, 20], "{form}");
        assert_eq!(found[1].place.to_string(), "line 4", "{form}");
    }
}

/// Comments between fields, empty lines within a message, an end, and what stands behind it.
#[test]
fn hexadecimal_as_pyroute2_keeps_it() {
    let file = b"# a request\n#\n\\x14\\x00\\x00\\x00  # length\n\\x12\\x00  ; type\n\\x01\\x03\n\
        \\x01\\x00\\x00\\x00\n\\x07\\x00\\x00\\x00\n\n# the rest\n\n    \\x02\\x00\n\n\\x00\\x00\n\n\
        # the reply\n14:00:00:00 03:00 02:00\n01:00:00:00 07:00:00:00 00:00:00:00\n\n";
    for end in [".\nnothing 12 of this\n", "#: application/json\n[12]\n", "#! code\n12 12\n", ""] {
        let found = sound(end, &[file, end.as_bytes()].concat(), Format::Hex);
        assert_eq!(found.iter().map(|d| d.bytes.len()).collect::<Vec<_>>(), [20, 20], "{end}");
        assert_eq!(found[0].bytes[16..], [2, 0, 0, 0]);
        assert_eq!(found[1].place.to_string(), "line 16");
    }
}

/// Gives bytes to a program and has what it prints.
fn tool(words: &str, input: &[u8]) -> Option<Vec<u8>> {
    let mut words = words.split(' ');
    let program = words.next().expect("a word");
    if !has_program(program) {
        skip("hexadecimal_by_tools", &format!("the program `{program}` is not installed"));
        return None;
    }
    let mut command = Command::new(program);
    let mut child =
        command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    child.stdin.take().expect("a pipe").write_all(input).expect("it reads");
    Some(child.wait_with_output().expect("it ends").stdout)
}

#[test]
fn hexadecimal_by_tools() {
    // With lines that are equal, which tools leave out, and an odd number of bytes.
    let zeros = files::message(16, 2, &[0; 200]);
    let odd = [raw(&conversation()), zeros, files::link(4, "even")].concat();
    assert_eq!(odd.len() % 2, 1);
    for words in [
        "xxd",
        "xxd -p",
        "xxd -u -g 1",
        "xxd -c 24 -g 4",
        "hexdump -C",
        "hexdump",
        "od -tx1",
        "od -tx2",
        "od -tx1z",
        "hexdump -v",
        "xxd -a",
    ] {
        let Some(printed) = tool(words, &odd) else { continue };
        let found = sound(words, &printed, Format::Hex);
        let mut found = bytes(&found);
        // Words have two bytes.
        found.truncate(odd.len());
        assert_eq!(found, odd, "{words}");
        // One dump after the other.
        let twice = sound(words, &[&printed[..], &printed].concat(), Format::Hex);
        assert!(twice.len() >= 2, "{words}");
    }
}

#[test]
fn captures() {
    let conversation = conversation();
    for order in Order::BOTH {
        for (nanoseconds, nanos) in [(false, 500_000), (true, 500)] {
            let found = sound("pcap", &files::pcap(&conversation, 12, order, nanoseconds), Format::Pcap);
            same("pcap", &found, &conversation, Some(12));
            assert_eq!(found[0].time, Some(Duration::new(1_700_000_000, nanos)));
        }
        let found = sound("pcapng", &files::pcapng(&conversation, 16, order), Format::Pcapng);
        same("pcapng", &found, &conversation, Some(16));
        assert_eq!(found[0].time, Some(Duration::new(1_700_000_000, 500_000)));
        assert_eq!(found[2].place.to_string(), "packet 3 at offset 352");
    }
    let found = sound("pcapng", &files::pcapng_mixed(&conversation, 4), Format::Pcapng);
    same("pcapng of several sections", &found, &conversation, Some(4));
    assert_eq!(found[0].time, None, "simple packets have no time");
}

/// Another program reads our files and writes its own.
#[test]
fn captures_that_tcpdump_writes() {
    const NAME: &str = "captures_that_tcpdump_writes";
    if !has_program("tcpdump") {
        return skip(NAME, "the program `tcpdump` is not installed");
    }
    let conversation = conversation();
    let file = std::env::temp_dir().join(format!("netlink-{}.pcap", std::process::id()));
    let files = Order::BOTH
        .map(|order| [files::pcap(&conversation, 12, order, false), files::pcapng(&conversation, 12, order)]);
    for ours in files.concat() {
        std::fs::write(&file, ours).expect("a file");
        let mut command = Command::new("tcpdump");
        let output = command.arg("-r").arg(&file).args(["-w", "-"]).output().expect("tcpdump");
        let found = sound(NAME, &output.stdout, Format::Pcap);
        same(NAME, &found, &conversation, Some(12));
    }
    std::fs::remove_file(&file).expect("it was there");
}

#[test]
fn strings_of_strace() {
    let conversation = conversation();
    let label = |found: &[input::Datagram]| found[0].label.clone();
    for (before, fd, want) in [
        ("", "3", "fd 3"),
        ("77 ", "3", "pid 77 fd 3"),
        ("[pid    77] ", "3<NETLINK:[ROUTE:77]>", "pid 77 fd 3"),
        ("77    17:08:45 ", "3<socket:[1952592]>", "17:08:45 pid 77 fd 3"),
        ("77    17:08:45.321948 ", "3<NETLINK:[1952592]>", "17:08:45.321948 pid 77 fd 3"),
        ("77    1795712925.448185 (+     0.000144) ", "3<NETLINK:[ROUTE:78]>", "pid 77 fd 3 port 78"),
        ("     0.000133 ", "3", "0.000133 fd 3"),
        ("[pid 77] [00007f5ed0b9a0a7] ", "3", "pid 77 fd 3"),
    ] {
        for hexadecimal in [true, false] {
            let file = files::strace_strings(&conversation, before, fd, hexadecimal);
            let found = sound(before, &file, Format::Strace);
            same(before, &found, &conversation, Some(0));
            assert_eq!(label(&found), want);
        }
    }
    let since_1970 = files::strace_strings(&conversation, "77 1795712925.448185 ", "3", true);
    assert_eq!(
        sound("-ttt", &since_1970, Format::Strace)[0].time,
        Some(Duration::new(1_795_712_925, 448_185_000))
    );
}

#[test]
fn dumps_of_strace() {
    let conversation = conversation();
    let found = sound("dumps", &files::strace_dumps(&conversation), Format::Strace);
    same("dumps", &found, &conversation, Some(0));
    assert_eq!(found[1].place.to_string(), "line 5");
}

/// Other calls, halves of calls, descriptors that are copied, closed and used for something else.
#[test]
fn calls_of_strace() {
    let (a, b) = (files::message(16, 1, &[1; 4]), files::message(3, 2, &[0; 4]));
    let [x, y] = [files::string(&a, true), files::string(&b, true)];
    let file = format!(
        "7 execve(\"/sbin/ip\", [\"ip\", \"link\"], 0x7ffd /* 20 vars */) = 0\n\
         7 openat(AT_FDCWD, \"/etc/a(b\", O_RDONLY) = 3\n\
         7 read(3, {x}, 20) = 20\n\
         7 close(3) = 0\n\
         7 socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER) = 3\n\
         7 fcntl(3, F_DUPFD_CLOEXEC, 10) = 10\n\
         7 getsockname(3, {{sa_family=AF_NETLINK, nl_pid=99, nl_groups=00000000}}, [12]) = 0\n\
         7 write(10, {x}, 20) = 20\n\
         8 read(3,  <unfinished ...>\n\
         7 sendmsg(3, {{msg_name(12)={{sa_family=AF_NETLINK}}, msg_iov(2)=[{{{}, 20}}, {{{y}, 20}}], msg_flags=0}}, 0) = 40\n\
         8 <... read resumed>{y}, 4096) = 20\n\
         7 sendmmsg(3, [{{msg_hdr={{msg_iov=[{{iov_base={x}, iov_len=20}}]}}, msg_len=20}}, {{msg_hdr={{msg_iov=[{{iov_base={y}, iov_len=20}}]}}, msg_len=20}}], 2, 0) = 2\n\
         7 recvmmsg(3, [{{msg_hdr={{msg_iov=[{{iov_base={x}, iov_len=99}}]}}, msg_len=20}}, {{msg_hdr={{msg_iov=[{{iov_base=\"\", iov_len=99}}]}}}}], 2, MSG_DONTWAIT, NULL) = 1 (left {{tv_sec=0}})\n\
         7 recvfrom(3, {y}, 99, MSG_PEEK|MSG_TRUNC, NULL, NULL) = 20\n\
         7 recvfrom(3, {y}, 99, 0, {{sa_family=AF_NETLINK}}, [12]) = 20\n\
         7 readv(3, [{{iov_base={y}, iov_len=99}}], 1) = 20 <0.000019>\n\
         7 sendto(3, {x}, 20, 0, NULL, 0) = -1 EPERM (Operation not permitted)\n\
         7 recvmsg(3, {{msg_namelen=12}}, 0) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)\n\
         7 close(3) = 0\n\
         7 socket(AF_UNIX, SOCK_STREAM, 0) = 3\n\
         7 sendto(3, {x}, 20, 0, NULL, 0) = 20\n\
         7 write(1, \"close(3) = 0\", 12) = 12\n",
        files::string(&a, false),
    );
    let found = sound("calls", file.as_bytes(), Format::Strace);
    let both = [a.clone(), b.clone()].concat();
    let want = [
        (a.clone(), true),
        (both, true),
        (b.clone(), false),
        (a.clone(), true),
        (b.clone(), true),
        (a, false),
        (b.clone(), false),
        (b, false),
    ];
    same("calls", &found, &want, Some(12));
    assert_eq!(found[1].label, "pid 7 fd 3 port 99");
    assert_eq!(found[2].label, "pid 8 fd 3 port 99");
}
