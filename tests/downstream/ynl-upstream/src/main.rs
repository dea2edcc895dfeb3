//! What the running kernel sends of things that upstream's tools stumble over.
#![forbid(unsafe_code)]

/// Generated from upstream's specifications.
#[allow(dead_code)] // a program uses a part
mod families {
    pub mod ethtool {
        netlink_runtime::include_family!("ethtool");
    }
    pub mod nftables {
        netlink_runtime::include_family!("nftables");
    }
    pub mod rt_link {
        netlink_runtime::include_family!("rt_link");
    }
    pub mod tc {
        netlink_runtime::include_family!("tc");
    }
    /// As Linux 6.12 knew links.
    pub mod older {
        include!(concat!(env!("OUT_DIR"), "/older/rt_link.rs"));
    }
}

use families::{ethtool, nftables, older, rt_link, tc};
use netlink_runtime::socket::{Error, Socket};
use netlink_runtime::{Protocol, View};
use std::process::Command;

fn run(program: &str, words: &str) {
    let status = Command::new(program).args(words.split(' ')).status();
    assert!(status.is_ok_and(|status| status.success()), "{program} {words}");
}

fn main() -> Result<(), Error> {
    run("ip", "link add vx0 type vxlan id 7 dstport 4789");
    run("ip", "link add b0 type bridge");
    run("tc", "qdisc add dev lo root tbf rate 1mbit burst 10k latency 50ms");
    run("nft", "add table ip t");
    run("nft", "add chain ip t c { type filter hook input priority 0 ; comment \"hello\" ; }");
    run("nft", "add rule ip t c limit rate 10/second counter");
    let mut route = Socket::open(Protocol::Route)?;
    links(&mut route)?;
    older(&mut route)?;
    qdiscs(&mut route)?;
    let mut netfilter = Socket::open(nftables::PROTOCOL)?;
    chains(&mut netfilter)?;
    rules(&mut netfilter)?;
    let mut generic = Socket::open(Protocol::Generic)?;
    linkinfo(&mut generic)
}

/// One kind that the specification does not have is that kind's matter alone.
fn links(route: &mut Socket) -> Result<(), Error> {
    let mut links = route.dump(rt_link::GetLink::dump())?;
    while let Some(link) = links.next()? {
        let name = link.ifname()?.map(|name| name.to_string()).unwrap_or_default();
        let Some(info) = link.linkinfo()? else {
            println!("{name}: mtu {:?}", link.mtu()?);
            continue;
        };
        match info.data()? {
            Some(rt_link::LinkinfoDataMsgView::Bridge(bridge)) => {
                println!("{name}: priority {:?}", bridge.priority()?);
            }
            Some(rt_link::LinkinfoDataMsgView::Unknown(bytes)) => {
                let kind = info.kind()?.map(|kind| kind.to_string());
                println!("{name}: {kind:?} unknown, bytes: {}", !bytes.is_empty());
            }
            _ => println!("{name}: no data"),
        }
    }
    Ok(())
}

/// Attributes that came after the specification.
fn older(route: &mut Socket) -> Result<(), Error> {
    let mut numbers: Vec<u16> = Vec::new();
    let mut links = route.dump(older::GetLink::dump())?;
    while let Some(link) = links.next()? {
        assert!(link.ifname()?.is_some());
        numbers.extend(link.unknown().map(|attribute| attribute.id()));
    }
    numbers.sort_unstable();
    numbers.dedup();
    println!("newer: {numbers:?}");
    Ok(())
}

fn qdiscs(route: &mut Socket) -> Result<(), Error> {
    let mut qdiscs = route.dump(tc::GetQdisc::dump())?;
    while let Some(qdisc) = qdiscs.next()? {
        if let Some(tc::OptionsMsgView::Tbf(tbf)) = qdisc.options()?
            && let Some(parms) = tbf.parms()?
        {
            println!("tbf: rate {} limit {} peak {}", parms.rate.rate, parms.limit, parms.peakrate.rate);
        }
    }
    Ok(())
}

fn chains(netfilter: &mut Socket) -> Result<(), Error> {
    let mut chains = netfilter.dump(nftables::GetChain::dump())?;
    while let Some(chain) = chains.next()? {
        let name = chain.name()?.map(|name| name.to_string());
        let comment = chain.userdata()?.is_some_and(|data| data.windows(5).any(|part| part == b"hello"));
        println!("chain {name:?}: {:?} id {:?} comment {comment}", chain.flags()?, chain.id()?);
    }
    Ok(())
}

fn rules(netfilter: &mut Socket) -> Result<(), Error> {
    let mut rules = netfilter.dump(nftables::GetRule::dump())?;
    while let Some(rule) = rules.next()? {
        let Some(expressions) = rule.expressions()? else { continue };
        for expression in expressions.elem() {
            let expression = expression?;
            let name = expression.name()?.map(|name| name.to_string());
            match expression.data()? {
                Some(nftables::ExprOpsView::Counter(counter)) => {
                    println!("{name:?}: {:?} packets", counter.packets()?);
                }
                Some(nftables::ExprOpsView::Unknown(bytes)) => {
                    println!("{name:?}: unknown, bytes: {}", !bytes.is_empty());
                }
                _ => println!("{name:?}"),
            }
        }
    }
    Ok(())
}

fn linkinfo(generic: &mut Socket) -> Result<(), Error> {
    let mut count = 0;
    let mut links = generic.dump(ethtool::LinkinfoGet::dump())?;
    while let Some(link) = links.next()? {
        let header = link.header()?;
        count += usize::from(header.is_some_and(|header| matches!(header.dev_index(), Ok(Some(_)))));
    }
    println!("ethtool: {}", if count > 0 { "some" } else { "none" });
    Ok(())
}
