//! WireGuard against the running kernel, where it has it: a device made by our builders, read by `wg`; one
//! made by `wg`, read by us. And the messages byte by byte, for kernels without.

#[allow(dead_code)] // what it sets up is for other tests
mod exact;

use exact::exactly;
use netlink_families::common::Af;
use netlink_families::wireguard::{self, AllowedipFlags, Device, DeviceFlags, DeviceView, PeerFlags};
use netlink_runtime::prelude::*;
use netlink_runtime::socket::{Error, Socket};
use netlink_runtime::{DecodeError, Request};
use netlink_tests::bytes::{attr, nest, number};
use netlink_tests::{has_program, in_namespace, skip, try_ip};
use std::fmt::Write;
use std::process::Command;

/// A socket in a namespace with a WireGuard device, if the kernel has it.
fn open(test: &str) -> Option<Socket> {
    if !in_namespace(test) {
        return None;
    }
    let mut socket = Socket::open(Protocol::Generic).expect("generic netlink is open to everybody");
    // The module comes with the first device.
    if let Err(error) = try_ip("link add wg0 type wireguard") {
        skip(test, &format!("no WireGuard in this kernel ({error})"));
        return None;
    }
    match socket.family(wireguard::FAMILY) {
        Ok(family) => assert_eq!(family.version, 1),
        Err(Error::UnknownFamily { .. }) => {
            skip(test, "the running kernel has no family of WireGuard");
            return None;
        }
        Err(error) => panic!("the family: {error}"),
    }
    Some(socket)
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |ix: usize| u32::from(chunk.get(ix).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for ix in 0..4 {
            let letter = char::from(LETTERS[(bits >> (18 - 6 * ix)) as usize & 63]);
            out.push(if ix <= chunk.len() { letter } else { '=' });
        }
    }
    out
}

/// What `wg show wg0 dump` says: a line for the device, one for each peer.
fn text(device: &DeviceView<'_>) -> Result<String, DecodeError> {
    let key = |key: Option<&[u8]>| match key {
        Some(key) if key.iter().any(|byte| *byte != 0) => base64(key),
        Some(_) | None => "(none)".to_owned(),
    };
    let mark = match device.fwmark()?.unwrap_or(0) {
        0 => "off".to_owned(),
        mark => format!("{mark:#x}"),
    };
    let port = device.listen_port()?.unwrap_or(0);
    let mut out = format!("{}\t{}\t{port}\t{mark}\n", key(device.private_key()?), key(device.public_key()?));
    for (_, peer) in device.peers()?.into_iter().flatten() {
        let peer = peer?;
        let endpoint = peer.endpoint()?.map_or("(none)".to_owned(), |e| e.to_string());
        let mut allowed = Vec::new();
        for (_, ip) in peer.allowedips()?.into_iter().flatten() {
            let ip = ip?;
            allowed.push(format!(
                "{}/{}",
                ip.ipaddr()?.expect("an address"),
                ip.cidr_mask()?.expect("a length")
            ));
        }
        let allowed = if allowed.is_empty() { "(none)".to_owned() } else { allowed.join(",") };
        let handshake = peer.last_handshake_time()?.map_or(0, |t| t.tv_sec);
        let keepalive = match peer.persistent_keepalive_interval()?.unwrap_or(0) {
            0 => "off".to_owned(),
            seconds => seconds.to_string(),
        };
        let (public, shared) = (key(peer.public_key()?), key(peer.preshared_key()?));
        let (rx, tx) = (peer.rx_bytes()?.unwrap_or(0), peer.tx_bytes()?.unwrap_or(0));
        let _ =
            writeln!(out, "{public}\t{shared}\t{endpoint}\t{allowed}\t{handshake}\t{rx}\t{tx}\t{keepalive}");
    }
    Ok(out)
}

fn ours(socket: &mut Socket) -> String {
    let call = wireguard::GetDevice::dump().with(|b| b.ifname("wg0"));
    socket.dump_all(call, |device| text(&device)).expect("the device").concat()
}

fn agree(test: &str, socket: &mut Socket) {
    if !has_program("wg") {
        return skip(test, "the program `wg` is not installed: no second opinion");
    }
    let output = Command::new("wg").args(["show", "wg0", "dump"]).output().expect("wg runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(ours(socket), String::from_utf8_lossy(&output.stdout));
}

/// Two peers, one with everything.
fn set(endpoints: [SocketAddr; 2]) -> impl Request<Reply = wireguard::SetDevice> {
    wireguard::SetDevice::request().with(|b| {
        b.ifname("wg0")
            .private_key(&[0x48; 32])
            .flags(DeviceFlags::REPLACE_PEERS)
            .listen_port(51820)
            .fwmark(0x77)
            .peers(|peers| {
                peers
                    .nest(0, |p| {
                        p.public_key(&[9; 32])
                            .preshared_key(&[7; 32])
                            .flags(PeerFlags::REPLACE_ALLOWEDIPS)
                            .endpoint(endpoints[0])
                            .persistent_keepalive_interval(25)
                            .allowedips(|ips| {
                                ips.nest(0, |i| i.family(Af::INET).ipaddr(V4).cidr_mask(24))
                                    .nest(0, |i| i.family(Af::INET6).ipaddr(V6).cidr_mask(64))
                            })
                    })
                    .nest(0, |p| p.public_key(&[3; 32]).endpoint(endpoints[1]))
            })
    })
}

const V4: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 0);
const V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0);

fn endpoints() -> [SocketAddr; 2] {
    ["198.51.100.7:4321", "[2001:db8::7]:4322"].map(|text| text.parse().expect("an address"))
}

#[test]
fn devices_are_those_of_wg() {
    const NAME: &str = "devices_are_those_of_wg";
    let Some(mut socket) = open(NAME) else { return };
    agree(NAME, &mut socket);
    socket.execute(set(endpoints())).expect("a configuration");
    let said = ours(&mut socket);
    assert!(said.contains("198.51.100.7:4321\t192.0.2.0/24,2001:db8::/64\t0\t0\t0\t25"), "{said}");
    assert!(said.contains("[2001:db8::7]:4322"), "{said}");
    agree(NAME, &mut socket);
    let dump = || wireguard::GetDevice::dump().with(|b| b.ifname("wg0"));
    exact::dump::<Device, _>(&mut socket, "a device", dump()).assert_clean();

    let remove = wireguard::SetDevice::request().with(|b| {
        b.ifname("wg0").peers(|peers| {
            peers.nest(0, |p| p.public_key(&[3; 32]).flags(PeerFlags::REMOVE_ME | PeerFlags::UPDATE_ONLY))
        })
    });
    socket.execute(remove).expect("one peer less");
    assert_eq!(ours(&mut socket).lines().count(), 2);
    agree(NAME, &mut socket);

    // More peers than one message has room for.
    for last in 0..=255 {
        let more = wireguard::SetDevice::request().with(|b| {
            b.ifname("wg0").peers(|peers| {
                let mut key = [1; 32];
                key[31] = last;
                let ip = Ipv4Addr::new(10, 0, last, 0);
                peers.nest(0, |p| {
                    p.public_key(&key)
                        .allowedips(|ips| ips.nest(0, |i| i.family(Af::INET).ipaddr(ip).cidr_mask(24)))
                })
            })
        });
        socket.execute(more).expect("another peer");
    }
    let all = exact::dump::<Device, _>(&mut socket, "many peers", dump());
    assert!(all.messages > 1, "{all}");
    all.assert_clean();
}

/// `struct sockaddr_in` and `struct sockaddr_in6`.
fn sockaddrs() -> [Vec<u8>; 2] {
    let v6 = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7];
    [
        [&2_u16.to_ne_bytes()[..], &4321_u16.to_be_bytes(), &[198, 51, 100, 7], &[0; 8]].concat(),
        [&10_u16.to_ne_bytes()[..], &4322_u16.to_be_bytes(), &[0; 4], &v6, &[0; 4]].concat(),
    ]
}

fn allowed() -> Vec<u8> {
    let u16_ = |number: u16, value: u16| attr(number, value.to_ne_bytes());
    let v6 = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    nest(
        9,
        &[
            nest(0, &[u16_(1, 2), attr(2, [192, 0, 2, 0]), attr(3, [24])]),
            nest(0, &[u16_(1, 10), attr(2, v6), attr(3, [64])]),
        ],
    )
}

/// The request in the order that we wrote it: what `wg_set_device` reads.
#[test]
fn a_configuration_is_written() {
    let mut bytes = Vec::new();
    set(endpoints()).encode(&mut bytes).expect("a request");
    let [v4, v6] = sockaddrs();
    let wanted = [
        attr(2, b"wg0\0"),
        attr(3, [0x48; 32]),
        number(5, 1),
        attr(6, 51820_u16.to_ne_bytes()),
        number(7, 0x77),
        nest(
            8,
            &[
                nest(
                    0,
                    &[
                        attr(1, [9; 32]),
                        attr(2, [7; 32]),
                        number(3, 2),
                        attr(4, v4),
                        attr(5, 25_u16.to_ne_bytes()),
                        allowed(),
                    ],
                ),
                nest(0, &[attr(1, [3; 32]), attr(4, v6)]),
            ],
        ),
    ];
    assert_eq!(bytes, wanted.concat());
}

/// The reply as `wg_get_device_dump` lays it out, and its continuation.
#[test]
fn a_device_is_read() {
    let [v4, v6] = sockaddrs();
    let time = [1_700_000_000_i64.to_ne_bytes(), 5_i64.to_ne_bytes()].concat();
    let peer = |key: u8, endpoint: Vec<u8>| {
        nest(
            0,
            &[
                attr(1, [key; 32]),
                attr(2, [0; 32]),
                attr(6, &time),
                attr(5, 0_u16.to_ne_bytes()),
                attr(8, 77_u64.to_ne_bytes()),
                attr(7, 66_u64.to_ne_bytes()),
                number(10, 1),
                attr(4, endpoint),
                allowed(),
            ],
        )
    };
    let bytes = exactly::<Device>(&[
        attr(6, 51820_u16.to_ne_bytes()),
        number(7, 0),
        number(1, 5),
        attr(2, b"wg0\0"),
        attr(3, [0x48; 32]),
        attr(4, [0x49; 32]),
        nest(8, &[peer(9, v4), peer(3, v6)]),
    ]);
    let device = DeviceView::parse(&bytes).expect("a device");
    assert_eq!((device.ifindex(), device.listen_port()), (Ok(Some(5)), Ok(Some(51820))));
    let peers: Vec<_> =
        device.peers().expect("readable").expect("there").map(|(_, p)| p.expect("a peer")).collect();
    let read: Vec<_> = peers.iter().map(|p| p.endpoint().expect("readable").expect("there")).collect();
    assert_eq!(read, endpoints());
    let time = peers[0].last_handshake_time().expect("readable").expect("there");
    assert_eq!((time.tv_sec, time.tv_nsec), (1_700_000_000, 5));
    assert_eq!((peers[1].rx_bytes(), peers[1].tx_bytes()), (Ok(Some(66)), Ok(Some(77))));
    let line = text(&device).expect("readable");
    let keys = [[0x48; 32], [0x49; 32]].map(|key| base64(&key));
    assert!(line.starts_with(&format!("{}\t{}\t51820\toff\n", keys[0], keys[1])), "{line}");

    let more = exactly::<Device>(&[attr(2, b"wg0\0"), nest(8, &[nest(0, &[attr(1, [3; 32]), allowed()])])]);
    let device = DeviceView::parse(&more).expect("its continuation");
    assert_eq!((device.ifindex(), device.public_key()), (Ok(None), Ok(None)));
    // An address to remove, which older kernels cannot.
    exactly::<Device>(&[nest(
        8,
        &[nest(0, &[nest(9, &[nest(0, &[number(4, AllowedipFlags::REMOVE_ME.0)])])])],
    )]);
}
