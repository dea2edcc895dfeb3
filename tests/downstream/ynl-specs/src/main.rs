//! Lists links and generic netlink families, and what the kernel takes of requests.
#![forbid(unsafe_code)]

/// Generated from `specs/`.
#[allow(dead_code)] // a program uses a part
mod families {
    pub mod controller {
        netlink_runtime::include_family!("controller");
    }
    pub mod links {
        netlink_runtime::include_family!("links");
    }
}

use families::{controller, links};
use netlink_runtime::Protocol;
use netlink_runtime::socket::{Error, Socket};
use std::process::Command;

fn main() -> Result<(), Error> {
    // What the program is about to see.
    for words in [
        "link set lo up",
        "link property add dev lo altname first",
        "link property add dev lo altname second",
        "link add b0 address 02:00:00:00:00:01 type bridge",
    ] {
        let status = Command::new("ip").args(words.split(' ')).status();
        assert!(status.is_ok_and(|status| status.success()), "ip {words}");
    }
    // Not every kernel has it.
    let _ = Command::new("ip").args("link add vx0 type vxlan id 7 dstport 4789".split(' ')).output();
    let mut route = Socket::open(Protocol::Route)?;
    links(&mut route)?;
    let mut generic = Socket::open(Protocol::Generic)?;
    controller(&mut generic)
}

fn links(route: &mut Socket) -> Result<(), Error> {
    let mut links = route.dump(links::GetLink::dump())?;
    while let Some(link) = links.next()? {
        let name = link.ifname()?.map(|name| name.to_string()).unwrap_or_default();
        let up = link.header().ifi_flags.contains(links::DeviceFlags::UP);
        print!("{name}: mtu {:?} up {up} state {:?}", link.mtu()?, link.operstate()?);
        if let Some(names) = link.prop_list()? {
            for name in names.alt_ifname() {
                print!(" also {}", name?);
            }
        }
        if let Some(info) = link.linkinfo()? {
            match info.data()? {
                Some(links::ByKindView::Bridge(bridge)) => {
                    print!(" priority {:?}", bridge.priority()?);
                    if let Some(id) = bridge.bridge_id()? {
                        print!(" id {:x?} {:x?}", id.prio, id.addr);
                    }
                }
                Some(_) => print!(" {:?}, unknown here", info.kind()?.map(|kind| kind.to_string())),
                None => {}
            }
        }
        println!();
    }
    Ok(())
}

fn controller(generic: &mut Socket) -> Result<(), Error> {
    let mut own = None;
    let mut families = generic.dump(controller::GetFamily::dump())?;
    while let Some(family) = families.next()? {
        if family.family_name()?.is_some_and(|name| name.to_str() == Ok("nlctrl")) {
            let mut operations = Vec::new();
            for (_, operation) in family.ops()?.into_iter().flatten() {
                operations.extend(operation?.id()?);
            }
            println!(
                "nlctrl: {:?} version {:?}, operations {operations:?}",
                family.family_id()?,
                family.version()?
            );
            own = family.family_id()?;
        }
    }
    drop(families);
    let request = controller::GetPolicy::dump().with(|b| b.family_id(own.unwrap_or_default()).op(3));
    let mut types = Vec::new();
    let mut policies = generic.dump(request)?;
    while let Some(policy) = policies.next()? {
        for (path, rule) in policy.policy()?.into_iter().flatten() {
            types.push((path, rule?.type_()?));
        }
    }
    println!("getfamily takes {types:?}");
    Ok(())
}
