//! Owned values through serde: a format for people and one for machines, values of the live kernel
//! and made ones.

use netlink_families::rt_link;
use netlink_families::rt_link::{GetLink, Link, LinkInfo};
use netlink_families::rt_route::{GetRoute, Route};
use netlink_runtime::owned::{OwnedSet, RawAttr};
use netlink_runtime::prelude::*;
use netlink_runtime::socket::Socket;
use netlink_tests::{in_namespace, ip};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What is read back is equal to what was written, and encodes to a message with the same meaning.
fn round_trip<T: OwnedSet + Serialize + DeserializeOwned + std::fmt::Debug>(value: &T) -> String {
    let json = serde_json::to_string(value).expect("json");
    let back: T = serde_json::from_str(&json).unwrap_or_else(|e| panic!("{e} in {json}"));
    assert_eq!(&back, value, "{json}");
    let bytes = postcard::to_allocvec(value).expect("postcard");
    let back: T = postcard::from_bytes(&bytes).expect("postcard");
    assert_eq!(&back, value);
    json
}

#[test]
fn made_values() {
    let mut link = Link::default();
    link.header.ifi_index = 3;
    link.header.ifi_flags = rt_link::NetDeviceFlags::UP;
    link.ifname = Some("br0".into());
    link.address = Some([2, 0, 0, 0, 0, 1].into());
    link.operstate = Some(rt_link::IfOper(77));
    let mut info = LinkInfo::default();
    info.kind = Some("vlan".into());
    info.rest.push_unknown(RawAttr { raw_type: 0x8000 | 99, payload: vec![1, 2, 3] });
    link.linkinfo = Some(info);
    let json = round_trip(&link);
    for part in
        [r#""ifname":"br0""#, r#""address":"02:00:00:00:00:01""#, r#""operstate":77"#, r#""payload":[1,2,3]"#]
    {
        assert!(json.contains(part), "{part} in {json}");
    }
    // Text that is not one text with one NUL keeps its bytes.
    link.ifname = Some(NlString::from_payload(b"a\xff\0\0"));
    assert!(round_trip(&link).contains(r#""ifname":[97,255,0,0]"#));
}

#[test]
fn live_values() {
    if !in_namespace("live_values") {
        return;
    }
    ip("link set lo up");
    ip("link add v0 type veth peer name v1");
    ip("link add br0 type bridge");
    ip("link set v1 master br0");
    ip("link set v0 up");
    ip("addr add 192.0.2.1/24 dev v0");
    ip("route add 10.0.0.0/8 via 192.0.2.2 mtu 1400");
    ip("route add 10.1.0.0/16 nexthop via 192.0.2.2 weight 3 nexthop via 192.0.2.3");
    let mut socket = Socket::open(Protocol::Route).expect("a socket");
    let mut count = 0;
    let mut links = socket.dump(GetLink::dump()).expect("links");
    while let Some(view) = links.next().expect("a link") {
        round_trip(&Link::decode(view).expect("decodes"));
        count += 1;
    }
    drop(links);
    let mut routes = socket.dump(GetRoute::dump()).expect("routes");
    while let Some(view) = routes.next().expect("a route") {
        round_trip(&Route::decode(view).expect("decodes"));
        count += 1;
    }
    assert!(count > 10, "{count} messages");
}

#[test]
fn what_makes_no_sense_is_refused() {
    let operstate = |text: &str| serde_json::from_str::<rt_link::IfOper>(text);
    assert_eq!(operstate(r#""IF_OPER_UP""#).ok(), Some(rt_link::IfOper::UP));
    assert_eq!(operstate("6").ok(), Some(rt_link::IfOper::UP));
    assert!(operstate(r#""IF_OPER_SIDEWAYS""#).is_err_and(|e| e.to_string().contains("IF_OPER_SIDEWAYS")));
    assert!(operstate("-1").is_err() && operstate("99999999999999").is_err());
    assert!(serde_json::from_str::<HwAddr>(r#""02:zz""#).is_err());
}
