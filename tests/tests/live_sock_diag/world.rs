//! Sockets of all kinds, in a namespace of their own.

use netlink_tests::{has_program, ip, skip};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener, TcpStream, UdpSocket};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram, UnixListener, UnixStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// Keeps the sockets open.
pub(crate) struct World {
    /// Port of the first listener.
    pub(crate) port: u16,
    pub(crate) path: PathBuf,
    _tcp: Vec<(TcpListener, TcpStream, TcpStream)>,
    _udp: Vec<UdpSocket>,
    _unix: (UnixListener, UnixStream, UnixDatagram, UnixStream, UnixStream),
    _others: Option<Others>,
}

/// A program that holds sockets of kinds that the standard library does not make.
struct Others(Child);

impl Drop for Others {
    fn drop(&mut self) {
        // It ends with its input.
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

const OTHERS: &str = "
import ctypes, socket, struct, sys
held = []
ring = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
SOL, VERSION, RING, MEMBERSHIP, FANOUT, AUXDATA = 263, 10, 5, 1, 18, 8
ring.setsockopt(SOL, VERSION, 2)
ring.setsockopt(SOL, RING, struct.pack('7I', 4096, 4, 2048, 8, 100, 0, 0))
shared = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x800))
shared.bind(('lo', 0x800))
shared.setsockopt(SOL, MEMBERSHIP, struct.pack('iHH8s', 1, 1, 0, b''))
shared.setsockopt(SOL, FANOUT, struct.pack('HH', 7, 1))
shared.setsockopt(SOL, AUXDATA, 1)
code = ctypes.create_string_buffer(struct.pack('HBBI', 6, 0, 0, 0xffff))
shared.setsockopt(socket.SOL_SOCKET, 26, struct.pack('HxxxxxxP', 1, ctypes.addressof(code)))
netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
netlink.bind((0, 0x11))
def optional(name, make):
    try:
        held.append(make())
        print('has', name)
    except OSError as error:
        print('no', name, error)
def mptcp():
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
    server.bind(('127.0.0.1', 0))
    server.listen(1)
    client = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
    client.connect(server.getsockname())
    return server, client, server.accept()
def tls():
    server = socket.create_server(('127.0.0.1', 0))
    client = socket.create_connection(server.getsockname())
    client.setsockopt(6, 31, b'tls')
    key = struct.pack('HH8s16s4s8s', 0x303, 51, b'i' * 8, b'k' * 16, b's' * 4, b'r' * 8)
    client.setsockopt(282, 1, key)
    return server, client, server.accept()
optional('raw', lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 89))
optional('mptcp', mptcp)
optional('tls', tls)
print('ready')
sys.stdout.flush()
sys.stdin.read()
";

/// Makes everything; says what it made besides the usual.
pub(crate) fn everything(test: &str) -> (World, Vec<String>) {
    ip("link set lo up");
    let mut udp = Vec::new();
    for address in [IpAddr::from(Ipv4Addr::LOCALHOST), Ipv6Addr::LOCALHOST.into()] {
        let bound = UdpSocket::bind((address, 0)).expect("a free port");
        let connected = UdpSocket::bind((address, 0)).expect("a free port");
        connected.connect(bound.local_addr().expect("its address")).expect("connected");
        udp.extend([bound, connected]);
    }
    let tcp = [IpAddr::from(Ipv4Addr::LOCALHOST), Ipv6Addr::LOCALHOST.into()].map(|address| {
        let listener = TcpListener::bind((address, 0)).expect("a free port");
        let mut client = TcpStream::connect(listener.local_addr().expect("its port")).expect("connected");
        let (mut server, _) = listener.accept().expect("the connection");
        client.write_all(&[1; 300]).expect("written");
        server.read_exact(&mut [0; 100]).expect("read");
        (listener, client, server)
    });
    let port = tcp[0].0.local_addr().expect("its port").port();

    let path = std::env::temp_dir().join(format!("sock_diag-{}", std::process::id()));
    let abstract_name = SocketAddr::from_abstract_name("netlink test").expect("a short name");
    let listener = UnixListener::bind_addr(&abstract_name).expect("a name");
    let waiting = UnixStream::connect_addr(&abstract_name).expect("connected");
    let datagrams = UnixDatagram::bind(&path).expect("a path");
    let (one, two) = UnixStream::pair().expect("a pair");
    one.shutdown(std::net::Shutdown::Write).expect("shut down");
    let (others, says) = match has_program("python3") {
        true => others(),
        false => {
            skip(test, "the program `python3` is not installed: no sockets of packets and MPTCP");
            (None, Vec::new())
        }
    };
    let unix = (listener, waiting, datagrams, one, two);
    let world = World { port, path, _tcp: tcp.into(), _udp: udp, _unix: unix, _others: others };
    (world, says)
}

fn others() -> (Option<Others>, Vec<String>) {
    let mut command = Command::new("python3");
    command.args(["-c", OTHERS]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("python3 runs");
    let output = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut says: Vec<String> =
        output.lines().map_while(Result::ok).take_while(|line| line != "ready").collect();
    says.push("has packet".to_owned());
    eprintln!("{says:?}");
    (Some(Others(child)), says)
}
