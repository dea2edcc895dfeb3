//! From C names to attributes and values, and back.

use netlink_families::rt_link::{IfOper, Link, LinkInfo, Vlan};
use netlink_families::rt_route::Route;
use netlink_runtime::AttrSet;

/// S4-14.
#[test]
fn attributes_by_c_name() {
    let mtu = Link::meta().by_c_name("IFLA_MTU").expect("an attribute of links");
    assert_eq!((mtu.id, mtu.c_name), (Link::MTU.id(), Link::MTU.c_name()));
    // Below the message, in the form of a sub-message.
    let (set, id) = Link::meta().find("IFLA_VLAN_ID").expect("below IFLA_LINKINFO");
    assert!(std::ptr::eq(set, Vlan::meta()));
    assert_eq!(id.id, Vlan::ID.id());
    // Links nest in themselves (the peer of a veth), which is no circle to go around in.
    assert!(Link::meta().find("NO_SUCH_ATTRIBUTE").is_none());
    let (kind, _) = Link::meta().find("IFLA_INFO_KIND").expect("below IFLA_LINKINFO");
    assert!(std::ptr::eq(kind, LinkInfo::meta()));
    // In records too.
    assert!(Route::meta().find("RTAX_MTU").is_some());
}

#[test]
fn every_attribute_is_found_by_its_c_name() {
    for set in [Link::meta(), Vlan::meta(), Route::meta()] {
        for attr in set.attrs {
            let found = set.by_c_name(attr.c_name).expect("itself");
            assert_eq!(found.id, attr.id, "{}", attr.c_name);
        }
    }
}

/// S4-14.
#[test]
fn values_by_c_name() {
    assert_eq!(IfOper::from_c_name("IF_OPER_UP"), Some(IfOper::UP));
    assert_eq!(IfOper::UP.c_name(), Some("IF_OPER_UP"));
    assert_eq!(IfOper::from_c_name("IF_OPER_SIDEWAYS"), None);
}
