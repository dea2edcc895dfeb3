//! IPv4 routes.

use crate::capture::Capture;
use crate::links::{UP, address, pair};
use crate::{Result, done};
use netlink_families::common::{RouteFamily, RouteProtocol, RouteTable, RouteType};
use netlink_families::rt_route::{GetRoute, NewRoute, Rtmsg, Rtnexthop};
use netlink_runtime::Call;
use netlink_runtime::socket::Socket;
use std::net::{IpAddr, Ipv4Addr};

const COUNT: u32 = 1_000_000;

fn header(dst_len: u8) -> Rtmsg {
    Rtmsg {
        rtm_family: RouteFamily::INET,
        rtm_dst_len: dst_len,
        rtm_table: RouteTable::MAIN,
        rtm_protocol: RouteProtocol::STATIC,
        rtm_type: RouteType::UNICAST,
        ..Rtmsg::default()
    }
}

/// Where the route with this number goes. Each 16 of them share a /20, as in real tables: that itself, ten /24, two
/// /28, three /32.
fn destination(number: u32) -> (Ipv4Addr, u8) {
    let block = (16 << 24) + ((number / 16) << 12);
    let (at, len) = match number % 16 {
        0 => (0, 20),
        n @ 1..=10 => ((n - 1) << 8, 24),
        n @ 11..=12 => ((10 << 8) + ((n - 11) << 4), 28),
        n => ((11 << 8) + n, 32),
    };
    (Ipv4Addr::from(block + at), len)
}

/// The route with this number. Three of four have a metric, one of eight an MTU, one of 16 two next hops.
fn route(number: u32) -> Call<NewRoute> {
    let (dst, len) = destination(number);
    // Numbers without order, always the same.
    let chance = number.wrapping_mul(0x9e37_79b1) >> 12;
    let hop = |chance: u32| {
        let n = (chance % u32::from(UP)) as u16;
        (pair(n), IpAddr::from(address(n, 2 + (chance >> 3) as u16 % 50)))
    };
    NewRoute::request()
        .with(|r| {
            let mut r = r.header(header(len)).dst(IpAddr::from(dst));
            if !number.is_multiple_of(4) {
                r = r.priority(100 + (chance >> 8) % 16);
            }
            if chance % 8 == 1 {
                r = r.metrics(|m| m.mtu(1400 + (chance >> 8) % 4 * 20));
            }
            if chance.is_multiple_of(16) {
                return r.multipath(|m| {
                    [chance >> 4, (chance >> 4) + 1].into_iter().fold(m, |m, chance| {
                        let (device, gateway) = hop(chance);
                        let to = Rtnexthop { rtnh_ifindex: device.into(), ..Rtnexthop::default() };
                        m.record(|h| h.header(to).gateway(gateway))
                    })
                });
            }
            let (device, gateway) = hop(chance);
            r.oif(u32::from(device)).gateway(gateway)
        })
        .create()
}

/// Makes a million of them in the main table, and four defaults.
pub(crate) fn make(socket: &mut Socket) -> Result<()> {
    let mut batch = socket.batch();
    for n in 0..4 {
        let gateway = IpAddr::from(address(n, 2));
        let default = NewRoute::request().with(|r| {
            r.header(header(0)).oif(u32::from(pair(n))).gateway(gateway).priority(100 * (1 + u32::from(n)))
        });
        batch.add(default.create())?;
    }
    for number in 0..COUNT - 4 {
        batch.add(route(number))?;
    }
    done("routes", batch.finish()?)
}

/// The first of them, without those of the local table.
pub(crate) fn capture(socket: &mut Socket, file: &mut Capture, most: usize) -> Result<()> {
    let of = Rtmsg { rtm_protocol: RouteProtocol::UNSPEC, rtm_type: RouteType::UNSPEC, ..header(0) };
    file.dump_some(socket, GetRoute::dump().with(|r| r.header(of)), most, |_| true)
}
