//! Datagrams, and files of every format that hold them.

use netlink_tests::bytes;
use std::fmt::Write as _;

/// A datagram, and whether it goes to the kernel.
pub(crate) type Datagram = (Vec<u8>, bool);

/// A message of rtnetlink.
pub(crate) fn message(message_type: u16, flags: u16, payload: &[u8]) -> Vec<u8> {
    bytes::message(message_type, flags, 1, 77, payload)
}

/// `RTM_NEWLINK` with a name whose padding is missing, if the length needs some.
pub(crate) fn link(index: i32, name: &str) -> Vec<u8> {
    let mut payload = vec![0, 0, 1, 0];
    payload.extend(index.to_ne_bytes());
    payload.extend([0; 8]);
    payload.extend((4 + name.len() as u16 + 1).to_ne_bytes());
    payload.extend(3u16.to_ne_bytes());
    payload.extend(name.as_bytes());
    payload.push(0);
    message(16, 2, &payload)
}

fn padded(mut message: Vec<u8>) -> Vec<u8> {
    message.resize(message.len().next_multiple_of(4), 0);
    message
}

/// A request, its replies in one datagram, one of them of odd length, and the end.
pub(crate) fn conversation() -> Vec<Datagram> {
    let request = message(18, 0x301, &[0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let replies = [padded(link(1, "lo")), padded(link(2, "\"a;b#c|\\")), link(3, "eth0")].concat();
    vec![(request, true), (padded(replies), false), (message(3, 2, &[0; 4]), false)]
}

/// All bytes.
pub(crate) fn raw(datagrams: &[Datagram]) -> Vec<u8> {
    datagrams.iter().flat_map(|(bytes, _)| bytes.clone()).collect()
}

/// Each byte as this says, with something after every `every` bytes; datagrams end with an empty line.
pub(crate) fn hex(
    datagrams: &[Datagram],
    byte: impl Fn(u8) -> String,
    between: &str,
    every: usize,
) -> Vec<u8> {
    let mut out = String::from("# written by hand; it has 2 datagrams\n");
    for (bytes, _) in datagrams {
        for line in bytes.chunks(every) {
            let line: Vec<String> = line.iter().map(|b| byte(*b)).collect();
            writeln!(out, "{} ; a comment", line.join(between)).unwrap();
        }
        out.push('\n');
    }
    out.into_bytes()
}

/// Numbers in a byte order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Order {
    pub(crate) big: bool,
}

impl Order {
    pub(crate) const BOTH: [Order; 2] = [Order { big: false }, Order { big: true }];

    fn u32(self, n: u32) -> [u8; 4] {
        if self.big { n.to_be_bytes() } else { n.to_le_bytes() }
    }

    fn u16(self, n: u16) -> [u8; 2] {
        if self.big { n.to_be_bytes() } else { n.to_le_bytes() }
    }
}

/// A packet of link type 253.
pub(crate) fn cooked((bytes, to_kernel): &Datagram, protocol: u16) -> Vec<u8> {
    let kind: u16 = if *to_kernel { 7 } else { 6 };
    let mut out = [kind.to_be_bytes(), 824u16.to_be_bytes(), 0u16.to_be_bytes()].concat();
    out.extend([0; 8]);
    out.extend(protocol.to_be_bytes());
    out.extend(bytes);
    out
}

/// The start of a pcap file.
pub(crate) fn pcap_header(order: Order, nanoseconds: bool, link_type: u32) -> Vec<u8> {
    let magic = if nanoseconds { 0xa1b2_3c4d } else { 0xa1b2_c3d4 };
    let mut out = order.u32(magic).to_vec();
    out.extend([order.u16(2), order.u16(4)].concat());
    out.extend([0; 8]);
    out.extend([order.u32(65535), order.u32(link_type)].concat());
    out
}

/// A packet of a pcap file, of which so much was captured.
pub(crate) fn pcap_packet(order: Order, packet: &[u8], whole: usize) -> Vec<u8> {
    let mut out = [order.u32(1_700_000_000), order.u32(500)].concat();
    out.extend([order.u32(packet.len() as u32), order.u32(whole as u32)].concat());
    out.extend(packet);
    out
}

pub(crate) fn pcap(datagrams: &[Datagram], protocol: u16, order: Order, nanoseconds: bool) -> Vec<u8> {
    let mut out = pcap_header(order, nanoseconds, 253);
    for datagram in datagrams {
        let packet = cooked(datagram, protocol);
        out.extend(pcap_packet(order, &packet, packet.len()));
    }
    out
}

/// A block of a pcapng file.
pub(crate) fn block(order: Order, kind: u32, body: &[u8]) -> Vec<u8> {
    let body = padded(body.to_vec());
    let len = order.u32(12 + body.len() as u32);
    [&order.u32(kind)[..], &len, &body, &len].concat()
}

/// The first block of a section.
pub(crate) fn section(order: Order) -> Vec<u8> {
    let body = [&order.u32(0x1a2b_3c4d)[..], &order.u16(1), &order.u16(0), &[0xff; 8]].concat();
    block(order, 0x0a0d_0d0a, &body)
}

/// An interface whose times are in units of 10 to the power of `-digits` seconds.
pub(crate) fn interface(order: Order, link_type: u16, digits: u8) -> Vec<u8> {
    let mut body = [&order.u16(link_type)[..], &[0, 0], &order.u32(0)].concat();
    body.extend([&order.u16(2)[..], &order.u16(6), b"nlmon0\0\0"].concat());
    body.extend([&order.u16(9)[..], &order.u16(1), &[digits, 0, 0, 0]].concat());
    body.extend([0; 4]);
    block(order, 1, &body)
}

/// An enhanced packet block.
pub(crate) fn enhanced(order: Order, interface: u32, ticks: u64, packet: &[u8], whole: usize) -> Vec<u8> {
    let mut body = order.u32(interface).to_vec();
    body.extend([order.u32((ticks >> 32) as u32), order.u32(ticks as u32)].concat());
    body.extend([order.u32(packet.len() as u32), order.u32(whole as u32)].concat());
    body.extend(packet);
    block(order, 6, &body)
}

pub(crate) fn pcapng(datagrams: &[Datagram], protocol: u16, order: Order) -> Vec<u8> {
    let mut out = [section(order), interface(order, 253, 9)].concat();
    // Of a kind that nobody knows.
    out.extend(block(order, 0x0bad, b"unknown"));
    for datagram in datagrams {
        let packet = cooked(datagram, protocol);
        out.extend(enhanced(order, 0, 1_700_000_000_000_500_000, &packet, packet.len()));
    }
    out
}

/// Every kind of section, interface and packet block, one after the other.
pub(crate) fn pcapng_mixed(datagrams: &[Datagram], protocol: u16) -> Vec<u8> {
    let mut out = Vec::new();
    for (ix, datagram) in datagrams.iter().enumerate() {
        let order = Order::BOTH[ix % 2];
        let packet = cooked(datagram, protocol);
        let len = order.u32(packet.len() as u32);
        out.extend(section(order));
        if ix == 2 {
            // The old form names its interface with 16 bits.
            out.extend([interface(order, 253, 6), interface(order, 253, 6)].concat());
            let head = [&order.u16(1)[..], &order.u16(0), &[0; 8], &len, &len].concat();
            out.extend(block(order, 2, &[head, packet].concat()));
        } else {
            out.extend(interface(order, 253, 6));
            out.extend(block(order, 3, &[&len[..], &packet].concat()));
        }
    }
    out
}

/// A string as `strace -xx` writes it, or with the escapes of C.
pub(crate) fn string(bytes: &[u8], hexadecimal: bool) -> String {
    let mut out = String::from("\"");
    for (ix, byte) in bytes.iter().enumerate() {
        let digit = bytes.get(ix + 1).is_some_and(u8::is_ascii_digit);
        match byte {
            _ if hexadecimal => write!(out, "\\x{byte:02x}").unwrap(),
            b'"' | b'\\' => write!(out, "\\{}", char::from(*byte)).unwrap(),
            b'\n' => out.push_str("\\n"),
            b' '..=b'~' => out.push(char::from(*byte)),
            _ if digit => write!(out, "\\{byte:03o}").unwrap(),
            _ => write!(out, "\\{byte:o}").unwrap(),
        }
    }
    out + "\""
}

/// What `strace` prints where it takes messages for strings.
pub(crate) fn strace_strings(datagrams: &[Datagram], before: &str, fd: &str, hexadecimal: bool) -> Vec<u8> {
    let mut out = format!("{before}socket(AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC, NETLINK_ROUTE) = 3\n");
    for (bytes, to_kernel) in datagrams {
        let (text, len) = (string(bytes, hexadecimal), bytes.len());
        if *to_kernel {
            writeln!(out, "{before}sendto({fd}, {text}, {len}, 0, {{sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}}, 12) = {len}").unwrap();
            continue;
        }
        let address = "{msg_name={sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}, msg_namelen=12";
        writeln!(out, "{before}recvmsg({fd}, {address}, msg_iov=[{{iov_base={text}, iov_len={len}}}], msg_iovlen=1, msg_controllen=0, msg_flags=MSG_TRUNC}}, MSG_PEEK|MSG_TRUNC) = {len}").unwrap();
        writeln!(out, "{before}recvmsg({fd}, {address}, msg_iov=[{{iov_base={text}, iov_len=32768}}], msg_iovlen=1, msg_controllen=0, msg_flags=0}}, 0) = {len}").unwrap();
    }
    out += "--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=8} ---\n+++ exited with 0 +++\n";
    out.into_bytes()
}

/// What `strace` prints with `-e read=all -e write=all`.
pub(crate) fn strace_dumps(datagrams: &[Datagram]) -> Vec<u8> {
    let mut out = String::new();
    for (bytes, to_kernel) in datagrams {
        let (name, len) = (if *to_kernel { "sendmsg" } else { "recvmsg" }, bytes.len());
        writeln!(out, "[pid    77] {name}(3<NETLINK:[ROUTE:77]>, {{msg_name=NULL, msg_namelen=0, msg_iov=[{{iov_base=[{{nlmsg_len=32, nlmsg_type=RTM_GETLINK}}, ...], iov_len=32}}], msg_iovlen=1, msg_controllen=0, msg_flags=0}}, 0) = {len}").unwrap();
        writeln!(out, " * {len} bytes in buffer 0").unwrap();
        for (ix, line) in bytes.chunks(16).enumerate() {
            let pairs: Vec<String> = line.iter().map(|b| format!("{b:02x}")).collect();
            let (first, second) = pairs.split_at(pairs.len().min(8));
            let text: String =
                line.iter().map(|b| if b.is_ascii_graphic() { char::from(*b) } else { '.' }).collect();
            writeln!(
                out,
                " | {:05x}  {:<23}  {:<23}  {text:<16} |",
                ix * 16,
                first.join(" "),
                second.join(" ")
            )
            .unwrap();
        }
    }
    out.into_bytes()
}

/// What `ip route save` writes.
pub(crate) fn saved(magic: u32, messages: &[u8]) -> Vec<u8> {
    [&magic.to_ne_bytes(), messages].concat()
}
