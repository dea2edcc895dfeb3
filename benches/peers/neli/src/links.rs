//! Links.

use crate::messages::decoded;
use bench_harness::Sum;
use neli::attr::Attribute;
use neli::consts::rtnl::{Ifla, IflaInfo, Rtm};
use neli::rtnl::{Ifinfomsg, RtAttrHandle, Rtattr};
use neli::types::Buffer;

/// The first byte of a text or address, or 0.
fn first<T>(attribute: &Rtattr<T, Buffer>) -> u64 {
    attribute.rta_payload().as_ref().first().map_or(0, |b| u64::from(*b))
}

/// The number that an attribute is, or 0.
fn number(attribute: &Rtattr<Ifla, Buffer>) -> u64 {
    attribute.get_payload_as::<u32>().map_or(0, u64::from)
}

/// The first byte of the kind that is told in `IFLA_LINKINFO`.
fn kind(info: &RtAttrHandle<'_, IflaInfo>) -> u64 {
    info.get_attribute(IflaInfo::Kind).map_or(0, first)
}

fn index(link: &Ifinfomsg) -> u64 {
    u64::from(link.ifi_index().cast_unsigned())
}

/// Eight fields, in one go over the attributes.
pub fn eight_match(data: &[u8]) -> Sum {
    decoded(data, Rtm::Newlink, |link: &Ifinfomsg| {
        let mut sum = index(link);
        for attribute in link.rtattrs().iter() {
            sum += match attribute.rta_type() {
                Ifla::Ifname | Ifla::Address => first(attribute),
                Ifla::Mtu | Ifla::Master | Ifla::Txqlen | Ifla::Group => number(attribute),
                Ifla::Linkinfo => attribute.get_attr_handle().map_or(0, |info| kind(&info)),
                _ => 0,
            };
        }
        sum
    })
}

/// Attributes that are looked for: numbers, and the first bytes of others.
fn sum_of<const N: usize, const M: usize>(link: &Ifinfomsg, numbers: [Ifla; N], firsts: [Ifla; M]) -> u64 {
    let attributes = link.rtattrs().get_attr_handle();
    let sum = |of: &[Ifla], one: fn(&Rtattr<Ifla, Buffer>) -> u64| -> u64 {
        of.iter().map(|name| attributes.get_attribute(*name).map_or(0, one)).sum()
    };
    sum(&numbers, number) + sum(&firsts, first)
}

/// The same, each looked for.
pub fn eight_handle(data: &[u8]) -> Sum {
    decoded(data, Rtm::Newlink, |link: &Ifinfomsg| {
        let attributes = link.rtattrs().get_attr_handle();
        index(link)
            + sum_of(
                link,
                [Ifla::Mtu, Ifla::Master, Ifla::Txqlen, Ifla::Group],
                [Ifla::Ifname, Ifla::Address],
            )
            + attributes.get_nested_attributes(Ifla::Linkinfo).map_or(0, |info| kind(&info))
    })
}

/// Sixteen attributes, in one go over all.
pub fn sixteen_match(data: &[u8]) -> Sum {
    decoded(data, Rtm::Newlink, |link: &Ifinfomsg| {
        let mut sum = 0;
        for attribute in link.rtattrs().iter() {
            sum += match attribute.rta_type() {
                Ifla::Ifname | Ifla::Qdisc | Ifla::Address | Ifla::Broadcast => first(attribute),
                Ifla::Mtu
                | Ifla::Link
                | Ifla::Master
                | Ifla::Txqlen
                | Ifla::Group
                | Ifla::Promiscuity
                | Ifla::NumTxQueues
                | Ifla::NumRxQueues
                | Ifla::GsoMaxSize
                | Ifla::MinMtu
                | Ifla::MaxMtu
                | Ifla::CarrierChanges => number(attribute),
                _ => 0,
            };
        }
        sum
    })
}

/// The same, each looked for.
pub fn sixteen_handle(data: &[u8]) -> Sum {
    decoded(data, Rtm::Newlink, |link: &Ifinfomsg| {
        let numbers = [
            Ifla::Mtu,
            Ifla::Link,
            Ifla::Master,
            Ifla::Txqlen,
            Ifla::Group,
            Ifla::Promiscuity,
            Ifla::NumTxQueues,
            Ifla::NumRxQueues,
            Ifla::GsoMaxSize,
            Ifla::MinMtu,
            Ifla::MaxMtu,
            Ifla::CarrierChanges,
        ];
        sum_of(link, numbers, [Ifla::Ifname, Ifla::Qdisc, Ifla::Address, Ifla::Broadcast])
    })
}

/// Every link as an owned value; the index of it.
pub fn owned(data: &[u8]) -> Sum {
    decoded(data, Rtm::Newlink, index)
}
