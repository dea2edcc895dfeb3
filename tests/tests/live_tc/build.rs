//! Traffic control as our builders write it.

use crate::{at, handle};
use netlink_families::common::EthP;
use netlink_families::tc::{DelQdisc, NewQdisc, NewTclass, NewTfilter, Tcmsg};
use netlink_families::tc_action::{MirredAction, TcGact, TcMirred, Verdict};
use netlink_families::tc_filter::{Ipproto, TcU32Key, TcU32Sel, U32Flags};
use netlink_families::tc_qdisc::{TcFifoQopt, TcHtbGlob, TcHtbOpt, TcLinkLayer, TcNetemQopt, TcTbfQopt};
use netlink_runtime::prelude::*;
use netlink_runtime::socket::{Error, Socket};
use netlink_runtime::{Call, Operation};
use std::net::Ipv4Addr;

/// `TC_H_ROOT`: below the device itself.
const ROOT: u32 = u32::MAX;

/// A filter's priority and protocol, as its header has them.
fn info(priority: u32, protocol: u16) -> u32 {
    priority << 16 | u32::from(protocol.to_be())
}

/// Makes a tree of `htb` with a filter that mirrors, on this device. What tokens are worth is up to the
/// kernel: 64 ns each.
pub(crate) fn htb(socket: &mut Socket, device: &str, to: u32) {
    let mut globals = TcHtbGlob::default();
    (globals.version, globals.rate2quantum, globals.defcls) = (3, 10, 0x10);
    let root = Tcmsg { tcm_handle: handle(1, 0), ..at(device, ROOT) };
    let call =
        NewQdisc::request().with(|b| b.header(root).options(|o| o.htb(|h| h.init(globals).direct_qlen(77))));
    socket.execute(call.create()).expect("htb");

    let mut parms = TcHtbOpt::default();
    (parms.rate.rate, parms.rate.linklayer) = (125_000, TcLinkLayer::ETHERNET);
    parms.ceil = parms.rate;
    (parms.buffer, parms.cbuffer, parms.prio, parms.quantum) = (100_000, 200_000, 3, 2000);
    let class = Tcmsg { tcm_handle: handle(1, 0x10), ..at(device, handle(1, 0)) };
    let call = NewTclass::request().with(|b| {
        b.header(class).options(|o| o.htb(|h| h.parms(parms).rate64(5_000_000_000).ceil64(6_000_000_000)))
    });
    socket.execute(call.create()).expect("a class");

    let mut limit = TcFifoQopt::default();
    limit.limit = 9;
    let leaf = Tcmsg { tcm_handle: handle(0x10, 0), ..at(device, handle(1, 0x10)) };
    let call = NewQdisc::request().with(|b| b.header(leaf).options(|o| o.pfifo(limit)));
    socket.execute(call.create()).expect("a leaf");

    let mut key = TcU32Key::default();
    (key.val, key.mask, key.off) = (0x0a01_0000, 0xffff_0000, 16);
    let mut head = TcU32Sel::default();
    (head.flags, head.nkeys) = (U32Flags::TERMINAL, 1);
    let mut mirror = TcMirred::default();
    (mirror.action, mirror.eaction, mirror.ifindex) = (Verdict::PIPE, MirredAction::EGRESS_MIRROR, to);
    let header = Tcmsg { tcm_info: info(5, 0x0800), ..at(device, handle(1, 0)) };
    let call = NewTfilter::request().with(|b| {
        b.header(header).options(|o| {
            o.u32(|u| {
                u.classid(handle(1, 0x10)).sel((head, &[key])).act(|list| {
                    list.nest(1, |a| a.options(|o| o.mirred(|m| m.parms(mirror))).cookie(&[1, 2, 3]))
                })
            })
        })
    });
    socket.execute(call.create()).expect("a filter");
}

/// Removes what is at the root of a device.
pub(crate) fn clear(socket: &mut Socket, device: &str) {
    socket.execute(DelQdisc::request().with(|b| b.header(at(device, ROOT)))).expect("removed");
}

/// A kind, how it is made, and what `tc -j -d` then says.
type Wanted = (&'static str, Call<NewQdisc>, &'static [&'static str]);

/// Kinds of which a kernel has more or fewer, for the root of this device.
pub(crate) fn others(device: &str) -> Vec<Wanted> {
    let root = Tcmsg { tcm_handle: handle(1, 0), ..at(device, ROOT) };
    let new = || NewQdisc::request();
    let mut bucket = TcTbfQopt::default();
    (bucket.rate.rate, bucket.rate.linklayer) = (1_000_000, TcLinkLayer::ETHERNET);
    bucket.limit = 5000;
    let delays = TcNetemQopt { limit: 55, ..Default::default() };
    let weights = [70_000, 60_000, 50_000];
    vec![
        (
            "tbf",
            new().with(|b| b.header(root).options(|o| o.tbf(|t| t.parms(bucket).burst(3000)))),
            &[r#""rate":1000000"#, r#""lat":2000"#],
        ),
        (
            "fq_codel",
            new().with(|b| b.header(root).options(|o| o.fq_codel(|f| f.flows(256).ecn(0)))),
            &[r#""flows":256"#],
        ),
        (
            "netem",
            new().with(|b| b.header(root).options(|o| o.netem(|n| n.header(delays).latency64(2_000_000)))),
            &[r#""limit":55"#, r#""delay":{"delay":0.002"#],
        ),
        (
            "cake",
            new().with(|b| b.header(root).options(|o| o.cake(|c| c.base_rate64(1_000_000).overhead(-4)))),
            &[r#""bandwidth":1000000"#, r#""overhead":-4"#],
        ),
        (
            "fq",
            new().with(|b| b.header(root).options(|o| o.fq(|f| f.plimit(99).weights(&weights)))),
            &[r#""limit":99"#],
        ),
        (
            "ets",
            new().with(|b| {
                b.header(root).options(|o| {
                    o.ets(|e| e.nbands(3).nstrict(1).quanta(|q| q.quanta_band(3000).quanta_band(2000)))
                })
            }),
            &[r#""strict":1"#, r#""quanta":[3000,2000]"#],
        ),
    ]
}

/// A filter of `flower` that drops, with keys of every age, for packets that come in by this device.
pub(crate) fn flower(device: &str) -> Call<NewTfilter> {
    let header = Tcmsg { tcm_info: info(7, 0x0800), ..at(device, handle(0xffff, 0xfff2)) };
    let mut drop = TcGact::default();
    drop.action = Verdict::SHOT;
    NewTfilter::request().with(|b| {
        b.header(header).options(|o| {
            o.flower(|f| {
                f.key_eth_type(EthP::IP)
                    .key_ip_proto(Ipproto::ESP)
                    .key_ipv4_dst(Ipv4Addr::new(10, 1, 0, 0))
                    .key_ipv4_dst_mask(Ipv4Addr::new(255, 255, 0, 0))
                    .key_spi(0x1234)
                    .key_spi_mask(0xffff)
                    .l2_miss(1)
                    .act(|list| list.nest(1, |a| a.options(|o| o.gact(|g| g.parms(drop)))))
            })
        })
    })
}

/// Makes something; `false` where the kernel lacks the kind.
pub(crate) fn is_made<O: Operation>(socket: &mut Socket, what: &str, call: Call<O>) -> bool {
    match socket.execute(call.create()) {
        Ok(()) => true,
        Err(Error::Kernel(error)) if error.name() == Some("ENOENT") => {
            eprintln!("not here: {what}: {error}");
            false
        }
        Err(error) => panic!("{what}: {error}"),
    }
}
