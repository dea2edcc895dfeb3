//! Neighbours.

use crate::capture::Capture;
use crate::links::{UP, address, pair};
use crate::{Result, done};
use netlink_families::common::Af;
use netlink_families::rt_neigh::{GetNeigh, Ndmsg, NeighView, NewNeigh, Nud};
use netlink_runtime::View;
use netlink_runtime::message::MessageRef;
use netlink_runtime::socket::Socket;
use std::net::IpAddr;

const COUNT: u16 = 12_500;

/// Makes 100,000 permanent ones, which the limits of the table (`gc_thresh1` to `gc_thresh3`) do not count.
pub(crate) fn capture(socket: &mut Socket, file: &mut Capture) -> Result<()> {
    let mut batch = socket.batch();
    for n in 0..UP {
        let header = Ndmsg {
            ndm_family: Af::INET,
            ndm_ifindex: pair(n).into(),
            ndm_state: Nud::PERMANENT,
            ..Ndmsg::default()
        };
        for host in 2..2 + COUNT {
            let [high, low] = host.to_be_bytes();
            let mac = [2, 1, 0, n as u8, high, low];
            let to = IpAddr::from(address(n, host));
            batch.add(NewNeigh::request().with(|r| r.header(header).dst(to).lladdr(mac)).create())?;
        }
    }
    done("neighbours", batch.finish()?)?;
    let of = Ndmsg { ndm_family: Af::INET, ..Ndmsg::default() };
    // Some for multicast come by themselves, sooner or later.
    let permanent = |message: MessageRef<'_>| {
        NeighView::parse(message.payload()).is_ok_and(|n| n.header().ndm_state == Nud::PERMANENT)
    };
    file.dump_some(socket, GetNeigh::dump().with(|r| r.header(of)), usize::MAX, permanent)
}
