//! What takes algorithms, hardware or mobility, byte by byte as `net/xfrm/xfrm_user.c` lays it out.

use crate::exact::exactly;
use crate::{v4, v6};
use netlink_families::common::Af;
use netlink_families::nfnetlink::L4proto;
use netlink_families::xfrm::{
    self, Aevent, EncapType, Expire, ExtraFlags, Migrate, Mode, OffloadFlags, Report, Sa,
};
use netlink_families::xfrm::{
    SaId, SaIdView, SaView, StateFlags, XfrmAlgo, XfrmAlgoAead, XfrmSaDir, XfrmUserMigrate,
};
use netlink_families::xfrm::{XfrmUserpolicyId, XfrmUsersaInfo};
use netlink_runtime::prelude::*;
use netlink_runtime::{CStruct, Request};
use netlink_tests::bytes::{attr, number};

/// Native integers, one after the other.
fn words(values: &[u32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_ne_bytes()).collect()
}

/// An algorithm's name in 64 bytes, numbers, a key.
fn algorithm(name: &str, numbers: &[u32], key: &[u8]) -> Vec<u8> {
    let mut bytes = name.as_bytes().to_vec();
    bytes.resize(64, 0);
    bytes.extend(words(numbers));
    bytes.extend(key);
    bytes
}

/// `struct xfrm_usersa_info`, 224 bytes on a machine that aligns 64 bits to 8.
fn state() -> Vec<u8> {
    let mut info = XfrmUsersaInfo::default();
    (info.family, info.mode, info.replay_window) = (Af::INET, Mode::TUNNEL, 32);
    (info.id_daddr, info.id_spi, info.id_proto) = (v4(192, 0, 2, 2), 0x1001, L4proto::ESP);
    (info.saddr, info.flags) = (v4(192, 0, 2, 1), StateFlags::ESN | StateFlags::AF_UNSPEC);
    let mut bytes = vec![0; XfrmUsersaInfo::META.size as usize];
    info.write(&mut bytes);
    // An SPI is in network order.
    assert_eq!(bytes[72..77], [0, 0, 0x10, 1, 50]);
    assert_eq!(bytes[56..60], [192, 0, 2, 2]);
    bytes
}

/// `struct xfrm_usersa_id` of it.
fn id() -> Vec<u8> {
    let mut bytes = vec![192, 0, 2, 2];
    bytes.resize(16, 0);
    bytes.extend([0, 0, 0x10, 1]);
    bytes.extend(2_u16.to_ne_bytes());
    bytes.extend([50, 0]);
    bytes
}

/// All that `copy_to_user_state_extra` knows, and IP-TFS.
fn extras() -> Vec<Vec<u8>> {
    let mut window = words(&[4, 9, 8, 0, 0, 128]);
    window.extend(words(&[1, 2, 3, 4]));
    vec![
        attr(14, [192, 0, 2, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        attr(15, 1_700_000_000_u64.to_ne_bytes()),
        attr(18, algorithm("rfc4106(gcm(aes))", &[160, 128], &[7; 20])),
        attr(1, algorithm("hmac(sha1)", &[160], &[8; 20])),
        attr(20, algorithm("hmac(sha256)", &[256, 128], &[9; 32])),
        attr(2, algorithm("cbc(aes)", &[128], &[10; 16])),
        attr(3, algorithm("deflate", &[0], &[])),
        attr(
            4,
            [
                [2_u16.to_ne_bytes(), 4500_u16.to_be_bytes(), 4501_u16.to_be_bytes(), [0; 2]].concat(),
                vec![0; 16],
            ]
            .concat(),
        ),
        number(22, 1400),
        attr(21, words(&[5, 0xff])),
        attr(23, window),
        attr(28, [3, 0, 0, 0, 2, 0, 0, 0]),
        number(24, 2),
        number(29, 9),
        number(30, 0xff),
        number(31, 3),
        attr(8, [&[12, 0, 8, 0, 1, 1, 4, 0][..], b"a:b\0"].concat()),
        number(32, 60),
        attr(33, [2]),
        number(34, 20),
        number(35, 1),
        number(36, 1000),
        attr(37, 3_u16.to_ne_bytes()),
        attr(38, []),
        number(39, 5),
        number(40, 1 << 20),
        number(41, 0),
    ]
}

#[test]
fn a_state_with_everything() {
    let parts: Vec<_> = std::iter::once(state()).chain(extras()).collect();
    let bytes = exactly::<Sa>(&parts);
    let sa = SaView::parse(&bytes).expect("a state");
    assert_eq!((sa.header().id_daddr, sa.header().id_spi), (v4(192, 0, 2, 2), 0x1001));
    let aead = sa.alg_aead().expect("readable").expect("there");
    assert_eq!(
        (aead.head.alg_key_len, aead.head.alg_icv_len, aead.tail().collect::<Vec<u8>>()),
        (160, 128, vec![7; 20])
    );
    let cipher = sa.alg_crypt().expect("readable").expect("there");
    assert_eq!((&cipher.head.alg_name[..9], cipher.tail().count()), (&b"cbc(aes)\0"[..], 16));
    let encap = sa.encap().expect("readable").expect("there");
    assert_eq!((encap.encap_type, encap.encap_sport, encap.encap_dport), (EncapType::ESPINUDP, 4500, 4501));
    let window = sa.replay_esn_val().expect("readable").expect("there");
    assert_eq!((window.head.bmp_len, window.head.replay_window, window.tail().sum::<u32>()), (4, 128, 10));
    let device = sa.offload_dev().expect("readable").expect("there");
    assert_eq!((device.ifindex, device.flags), (3, OffloadFlags::INBOUND));
    assert_eq!(sa.sa_extra_flags(), Ok(Some(ExtraFlags::OSEQ_MAY_WRAP)));
    assert_eq!((sa.sa_dir(), sa.lastused()), (Ok(Some(XfrmSaDir::OUT)), Ok(Some(1_700_000_000))));
    assert_eq!((sa.iptfs_dont_frag(), sa.iptfs_reorder_window()), (Ok(true), Ok(Some(3))));

    // A removal tells the same behind another header, with that of the state as an attribute.
    let parts: Vec<_> = [id(), attr(6, state())].into_iter().chain(extras()).collect();
    let bytes = exactly::<SaId>(&parts);
    let gone = SaIdView::parse(&bytes).expect("a state");
    assert_eq!((gone.header().daddr, gone.header().spi), (v4(192, 0, 2, 2), 0x1001));
    assert_eq!(gone.sa().expect("readable").map(|sa| sa.saddr), Some(v4(192, 0, 2, 1)));
}

#[test]
fn keys_are_written() {
    let mut info = XfrmUsersaInfo::default();
    (info.family, info.id_proto, info.id_daddr) = (Af::INET6, L4proto::ESP, v6(2));
    let mut aead = XfrmAlgoAead::default();
    aead.alg_name[..8].copy_from_slice(b"gcm(aes)");
    (aead.alg_key_len, aead.alg_icv_len) = (160, 128);
    let mut comp = XfrmAlgo::default();
    comp.alg_name[..7].copy_from_slice(b"deflate");
    let call = xfrm::Newsa::request().with(|b| {
        b.header(info)
            .alg_aead((aead, &[7; 20]))
            .alg_comp((comp, &[]))
            .sa_dir(XfrmSaDir::IN)
            .iptfs_dont_frag()
    });
    let mut bytes = Vec::new();
    call.encode(&mut bytes).expect("a request");
    let header = XfrmUsersaInfo::META.size as usize;
    let wanted = [
        attr(18, algorithm("gcm(aes)", &[160, 128], &[7; 20])),
        attr(3, algorithm("deflate", &[0], &[])),
        attr(33, [1]),
        attr(38, []),
    ];
    assert_eq!(bytes[header..], wanted.concat());
}

#[test]
fn events_of_states() {
    let aevent = [id(), vec![192, 0, 2, 1], vec![0; 12], words(&[0x30, 7])].concat();
    let bytes = exactly::<Aevent>(&[
        aevent,
        attr(10, words(&[5, 6, 7])),
        attr(9, [1_u64, 2, 3, 4].map(u64::to_ne_bytes).concat()),
        number(11, 3),
        number(12, 10),
        attr(21, words(&[1, 2])),
        number(31, 4),
        number(35, 0),
        attr(33, [1]),
    ]);
    let event = xfrm::AeventView::parse(&bytes).expect("an event");
    let flags = xfrm::AeventFlags::CR | xfrm::AeventFlags::CE;
    assert_eq!((event.header().flags, event.header().reqid), (flags, 7));
    assert_eq!(event.ltime_val().expect("readable").map(|l| (l.packets, l.use_time)), Some((2, 4)));

    let mut expire = state();
    expire.extend([1, 0, 0, 0, 0, 0, 0, 0]);
    expire.truncate(xfrm::XfrmUserExpire::META.size as usize);
    let bytes = exactly::<Expire>(&[expire, number(31, 4), attr(33, [2])]);
    let event = xfrm::ExpireView::parse(&bytes).expect("an event");
    assert_eq!((event.header().hard, event.header().state.id_spi), (1, 0x1001));

    let mut report = vec![0; 60];
    report[0] = 60;
    let bytes = exactly::<Report>(&[report, attr(14, [0x20; 16])]);
    let event = xfrm::ReportView::parse(&bytes).expect("an event");
    assert!(event.coaddr().expect("readable").is_some());

    let mapping = [
        id(),
        words(&[7]),
        vec![192, 0, 2, 1],
        vec![0; 12],
        vec![192, 0, 2, 9],
        vec![0; 12],
        vec![1, 2, 3, 4],
    ];
    let bytes = exactly::<xfrm::Mapped>(&[mapping.concat()]);
    let event = xfrm::MappedView::parse(&bytes).expect("an event").header();
    assert_eq!((event.old_sport, event.new_sport, event.id.spi), (0x0102, 0x0304, 0x1001));
}

/// A request has all moves in one attribute, an event one for each.
#[test]
fn moves() {
    let mut one = XfrmUserMigrate::default();
    (one.old_family, one.new_family, one.proto) = (Af::INET, Af::INET6, L4proto::ESP);
    (one.old_daddr, one.old_saddr) = (v4(192, 0, 2, 1), v4(192, 0, 2, 2));
    (one.new_daddr, one.new_saddr) = (v6(1), v6(2));
    let mut bytes = Vec::new();
    let call =
        xfrm::MigrateOp::request().with(|b| b.header(XfrmUserpolicyId::default()).migrate(&[one, one]));
    call.encode(&mut bytes).expect("a request");
    let mut laid = vec![0; 76];
    one.write(&mut laid);
    assert_eq!((&laid[..4], &laid[64..66]), (&[192, 0, 2, 1][..], &[50, 0][..]));
    assert_eq!(bytes[64..], attr(17, [laid.clone(), laid.clone()].concat()));
    let told = exactly::<Migrate>(&[
        vec![0; 64],
        attr(19, vec![0; 40]),
        attr(16, [1, 0, 0, 0, 0, 0]),
        attr(17, &laid),
        attr(17, &laid),
        attr(4, vec![0; 24]),
    ]);
    let event = xfrm::MigrateView::parse(&told).expect("an event");
    let moves: Vec<_> = event.migrate().flat_map(|list| list.expect("readable").iter()).collect();
    assert_eq!(moves, [one, one]);

    let mut request = xfrm::XfrmUserMigrateState::default();
    (request.new_family, request.new_daddr) = (Af::INET6, v6(9));
    let mut bytes = Vec::new();
    let call = xfrm::MigrateStateOp::request().with(|b| b.header(request).nat_keepalive_interval(20));
    call.encode(&mut bytes).expect("a request");
    assert_eq!(bytes.len(), 132 + 8);
    exactly::<xfrm::MigrateState>(&[bytes]);
}
