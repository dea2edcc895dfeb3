//! What few kernels send, byte by byte: SCTP, TLS, signed segments, values of BPF programs.

use crate::exact::exactly;
use netlink_families::common::Af;
use netlink_families::inet_diag::{
    Inet, InetDiagReqV2, InfoView, Socket, SocketView, TlsCipher, TlsConf, TlsVersion,
};
use netlink_families::nfnetlink::L4proto;
use netlink_runtime::prelude::*;
use netlink_runtime::types::Address;
use netlink_runtime::walk::StructRef;
use netlink_runtime::wire::Scope;
use netlink_runtime::{AttrSet, CStruct, Request};
use netlink_tests::bytes::{attr, nest};
use std::net::{IpAddr, Ipv4Addr};

/// `struct inet_diag_msg`, a connection over IPv4.
fn header() -> Vec<u8> {
    let mut bytes = vec![0; 72];
    bytes[..4].copy_from_slice(&[2, 1, 0, 0]);
    bytes[4..8].copy_from_slice(&[0, 80, 0x1f, 0x90]);
    bytes[8..12].copy_from_slice(&[192, 0, 2, 1]);
    bytes[24..28].copy_from_slice(&[192, 0, 2, 2]);
    bytes
}

#[test]
fn a_socket_with_everything() {
    let mut key = vec![0; 100];
    key[..2].copy_from_slice(&[2, 24]);
    key[2..4].copy_from_slice(&3_u16.to_ne_bytes());
    key[4..8].copy_from_slice(&[198, 51, 100, 0]);
    key[20..23].copy_from_slice(b"key");
    let mut end = vec![0; 128];
    end[..8].copy_from_slice(&[2, 0, 0, 80, 192, 0, 2, 9]);
    let u16_ = |number, value: u16| attr(number, value.to_ne_bytes());
    let bytes = [
        header(),
        attr(1, [1_u32, 2, 3, 4].map(u32::to_ne_bytes).concat()),
        attr(3, [1_u32, 2, 3, 4].map(u32::to_ne_bytes).concat()),
        attr(9, [[1, 0, 2, 0], [3, 0, 0, 0], [4, 0, 0, 0], [5, 0, 0, 0]].concat()),
        attr(16, [7_u32, 8, 9, 10, 11].map(u32::to_ne_bytes).concat()),
        attr(12, [end.clone(), end.clone()].concat()),
        attr(13, &end),
        attr(18, &key),
        nest(
            19,
            &[
                attr(1, b"tls\0"),
                nest(
                    2,
                    &[
                        u16_(1, 0x304),
                        u16_(2, 54),
                        u16_(3, 2),
                        u16_(4, 3),
                        attr(5, []),
                        attr(6, []),
                        u16_(7, 900),
                    ],
                ),
            ],
        ),
        nest(20, &[nest(1, &[attr(2, 5_u32.to_ne_bytes()), attr(3, [1, 2, 3, 4, 5, 6, 7, 8])])]),
    ]
    .concat();
    let socket = SocketView::parse(&bytes).expect("a socket");
    let address = |a, b, c, d| Address::Ip(IpAddr::V4(Ipv4Addr::new(a, b, c, d)));
    assert_eq!((socket.header().id_idiag_src, socket.header().id_idiag_dport), (address(192, 0, 2, 1), 8080));
    assert_eq!(socket.bbrinfo().expect("readable").map(|b| b.bbr_cwnd_gain), Some(11));
    assert_eq!(socket.locals().expect("readable").map(|l| l.iter().count()), Some(2));
    let keys = socket.md5sig().expect("readable").expect("there");
    let key = keys.get(0).expect("a key");
    assert_eq!((key.tcpm_addr, key.tcpm_prefixlen, key.tcpm_keylen), (address(198, 51, 100, 0), 24, 3));
    let ulp = socket.ulp_info().expect("readable").expect("there");
    let tls = ulp.tls().expect("readable").expect("there");
    assert_eq!(
        (tls.version(), tls.cipher()),
        (Ok(Some(TlsVersion::TLS_1_3)), Ok(Some(TlsCipher::CHACHA20_POLY1305)))
    );
    assert_eq!((tls.txconf(), tls.rxconf()), (Ok(Some(TlsConf::SW)), Ok(Some(TlsConf::HW))));
    assert_eq!((tls.zc_ro_tx(), tls.tx_max_payload_len()), (Ok(true), Ok(Some(900))));
    let storages = socket.sk_bpf_storages().expect("readable").expect("there");
    let storage = storages.bpf_storage().next().expect("one").expect("readable");
    assert_eq!(
        (storage.map_id(), storage.map_value()),
        (Ok(Some(5)), Ok(Some(&[1, 2, 3, 4, 5, 6, 7, 8][..])))
    );
    exactly::<Socket>(&[bytes]);
}

/// The reply does not say of which protocol its information is; the request does.
#[test]
fn information_is_of_the_protocol_asked_for() {
    let bytes = [header(), attr(2, vec![1; 400])].concat();
    let ask =
        |protocol| InetDiagReqV2 { sdiag_family: Af::INET, sdiag_protocol: protocol, ..Default::default() };
    let sctp = ask(L4proto::SCTP);
    let mut request = vec![0; InetDiagReqV2::META.size as usize];
    sctp.write(&mut request);
    let request = StructRef::new(InetDiagReqV2::META, &request);
    let scope = Scope::message(Socket::meta(), &bytes).answering(Some(request));
    let socket = SocketView::parse_in(&bytes, scope).expect("a socket");
    assert!(matches!(socket.info(), Ok(Some(InfoView::Sctp(info))) if info.sctpi_tag == 0x0101_0101));
    let alone = SocketView::parse(&bytes).expect("a socket");
    assert!(matches!(alone.info(), Ok(Some(InfoView::Other(_)))));

    let mut asked = Vec::new();
    let call = Inet::dump().with(|b| b.header(sctp).sk_bpf_storages(|s| s.map_fd(3).map_fd(4)));
    call.encode(&mut asked).expect("a request");
    assert_eq!(asked[..2], [2, 132]);
    assert_eq!(
        asked[56..],
        attr(0x8002, [attr(1, 3_u32.to_ne_bytes()), attr(1, 4_u32.to_ne_bytes())].concat())
    );
}
