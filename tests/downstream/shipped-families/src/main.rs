//! Lists links and routes of the running kernel, by what Linux 6.1 knew of them.
#![forbid(unsafe_code)]

/// Generated from what ships with the generator: the families asked for, and those they use.
#[allow(dead_code)] // a program uses a part
mod families {
    pub mod common {
        netlink_runtime::include_family!("common");
    }
    pub mod lwtunnel {
        netlink_runtime::include_family!("lwtunnel");
    }
    pub mod rt_link {
        netlink_runtime::include_family!("rt_link");
    }
    pub mod rt_route {
        netlink_runtime::include_family!("rt_route");
    }
}

use families::{rt_link, rt_route};
use netlink_runtime::socket::{Error, Socket};
use netlink_runtime::{AttrSet, Protocol, View};

/// Attributes of links: one that Linux 6.1 has, one that came with 6.3.
const ALLMULTI: u16 = 61;
const GSO_IPV4_MAX_SIZE: u16 = 63;

fn main() -> Result<(), Error> {
    for id in [ALLMULTI, GSO_IPV4_MAX_SIZE] {
        match rt_link::Link::meta().attr(id) {
            Some(attribute) => println!("attribute {id} is {}", attribute.name),
            None => println!("attribute {id} is not in the module"),
        }
    }
    let mut route = Socket::open(Protocol::Route)?;
    links(&mut route)?;
    routes(&mut route)
}

fn links(route: &mut Socket) -> Result<(), Error> {
    let mut links = route.dump(rt_link::GetLink::dump())?;
    while let Some(link) = links.next()? {
        print!("{}:", link.header().ifi_index);
        if let Some(name) = link.ifname()? {
            print!(" {name}");
        }
        if let Some(mtu) = link.mtu()? {
            print!(" mtu {mtu}");
        }
        let newer: Vec<String> = link.unknown().map(|attribute| attribute.id().to_string()).collect();
        println!("; newer than 6.1: {}", newer.join(" "));
    }
    Ok(())
}

fn routes(route: &mut Socket) -> Result<(), Error> {
    let mut count = 0;
    let mut routes = route.dump(rt_route::GetRoute::dump())?;
    while routes.next()?.is_some() {
        count += 1;
    }
    println!("routes: {count}");
    Ok(())
}
