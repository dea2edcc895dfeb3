//! Messages of nf_tables that live tests cannot have from every kernel: what they are byte by byte.

use netlink_families::nfnetlink::{Nfgenmsg, Nfproto};
use netlink_families::nftables::{
    FlowtableFlags, NetdevHook, NewFlowtable, NewObj, NewRule, ObjView, ObjectDataView, QueueFlags,
    TunnelFlags,
};
use netlink_runtime::Request;
use netlink_runtime::prelude::*;
use netlink_tests::bytes::{attr, nest};
use std::net::Ipv4Addr;

fn encoded(request: impl Request) -> Vec<u8> {
    let mut bytes = Vec::new();
    request.encode(&mut bytes).expect("a request");
    bytes
}

fn header() -> Nfgenmsg {
    Nfgenmsg { nfgen_family: Nfproto::NETDEV, res_id: 0x1234, ..Default::default() }
}

/// The header's number is big-endian.
const HEADER: [u8; 4] = [5, 0, 0x12, 0x34];

#[test]
fn tunnel_options_repeat() {
    let bytes = encoded(NewObj::request().with(|b| {
        b.header(header()).table("t").name("x").data(|d| {
            d.tunnel(|t| {
                t.id(7)
                    .ip(|i| i.src(Ipv4Addr::new(192, 0, 2, 1)).dst(Ipv4Addr::new(192, 0, 2, 2)))
                    .flags(TunnelFlags::DONT_FRAGMENT)
                    .ttl(9)
                    .dport(6081)
                    .opts(|o| {
                        o.geneve(|g| g.class(0x102).type_(3).data(&[1, 2, 3, 4]))
                            .geneve(|g| g.class(0x102).type_(4).data(&[]))
                    })
            })
        })
    }));
    let geneve =
        |kind: u8, data: &[u8]| nest(3, &[attr(1, 0x102_u16.to_be_bytes()), attr(2, [kind]), attr(3, data)]);
    let tunnel = [
        attr(1, 7_u32.to_be_bytes()),
        nest(2, &[attr(1, [192, 0, 2, 1]), attr(2, [192, 0, 2, 2])]),
        attr(4, 2_u32.to_be_bytes()),
        attr(6, [9]),
        attr(8, 6081_u16.to_be_bytes()),
        nest(9, &[geneve(3, &[1, 2, 3, 4]), geneve(4, &[])]),
    ];
    // The kind comes with the data: NFT_OBJECT_TUNNEL is 6.
    let expected =
        [HEADER.to_vec(), attr(1, "t\0"), attr(2, "x\0"), attr(3, 6_u32.to_be_bytes()), nest(4, &tunnel)];
    assert_eq!(bytes, expected.concat());

    let view = ObjView::parse(&bytes).expect("an object");
    let Some(ObjectDataView::Tunnel(tunnel)) = view.data().expect("its data") else { panic!("{view:?}") };
    let options = tunnel.opts().expect("options").expect("options").geneve();
    let types: Vec<_> = options.map(|o| o.expect("an option").type_().expect("its type")).collect();
    assert_eq!(types, [Some(3), Some(4)]);
}

#[test]
fn flowtables_name_their_devices() {
    let bytes =
        encoded(NewFlowtable::request().with(|b| {
            b.header(header()).table("t").name("f").flags(FlowtableFlags::COUNTER).hook(|h| {
                h.num(NetdevHook::INGRESS).priority(-1).devs(|d| d.name("a").name("b").prefix("eth"))
            })
        }));
    let devices = nest(3, &[attr(1, "a\0"), attr(1, "b\0"), attr(2, "eth\0")]);
    let hook = nest(3, &[attr(1, [0; 4]), attr(2, [0xff; 4]), devices]);
    let expected = [HEADER.to_vec(), attr(1, "t\0"), attr(2, "f\0"), attr(7, 2_u32.to_be_bytes()), hook];
    assert_eq!(bytes, expected.concat());
}

#[test]
fn expressions_bring_their_names() {
    let bytes = encoded(NewRule::request().with(|b| {
        b.header(header()).expressions(|l| {
            l.elem(|e| e.data(|d| d.queue(|q| q.num(3).total(4).flags(QueueFlags::BYPASS))))
                .elem(|e| e.name("notrack"))
        })
    }));
    let queue = [attr(1, "queue\0"), nest(2, &[attr(1, [0, 3]), attr(2, [0, 4]), attr(3, [0, 1])])];
    let list = nest(4, &[nest(1, &queue), nest(1, &[attr(1, "notrack\0")])]);
    assert_eq!(bytes, [HEADER.to_vec(), list].concat());
}
