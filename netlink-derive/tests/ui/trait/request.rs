use netlink_runtime::prelude::*;
use netlink_runtime::socket::Socket;

#[derive(NetlinkOp)]
#[netlink(protocol = 0, dump, request(RTM_GETLINK = 18))]
struct GetLink;

#[derive(NetlinkOp)]
#[netlink(protocol = 0, event, reply(RTM_NEWLINK = 16))]
struct NewLink;

fn show(socket: &mut Socket) {
    let _ = socket.dump(GetLink);
    let _ = socket.request(GetLink::request());
    ask::<NewLink>();
}

fn ask<O: netlink_runtime::Operation>() {}

fn main() {}
