//! Sockets, and IPsec.

use super::{take, wanted};
use crate::take::Taken;

#[path = "../../live_sock_diag/world.rs"]
#[allow(dead_code)] // some of it is for other tests
mod world;

/// Every state, and every extension.
const ALL: &str = "--header idiag_states=0xffffffff --header idiag_ext=0xff";

pub(crate) fn all(taken: &mut Taken<'_>) {
    let (_world, _) = world::everything("other_decoders_agree");
    for (label, family, protocol) in
        [("TCP", 2, 6), ("TCP over IPv6", 10, 6), ("UDP", 2, 17), ("UDP over IPv6", 10, 17)]
    {
        let which = format!("--header sdiag_family={family} --header sdiag_protocol={protocol}");
        taken.take(&format!("sockets of {label}"), &format!("dump inet-diag inet {which} {ALL}"));
    }
    let mptcp =
        format!("dump inet-diag mptcp --header sdiag_family=2 --header sdiag_protocol=6 {ALL} protocol=262");
    take(
        taken,
        &[
            ("sockets of MPTCP", &mptcp),
            (
                "raw sockets",
                &format!("dump inet-diag inet --header sdiag_family=2 --header sdiag_protocol=255 {ALL}"),
            ),
            (
                "sockets of Unix",
                "dump unix-diag unix --header sdiag_family=1 --header udiag_states=0xffffffff --header udiag_show=0xff",
            ),
            (
                "sockets of packets",
                "dump packet-diag packet --header sdiag_family=17 --header pdiag_show=0xff",
            ),
            (
                "sockets of netlink",
                "dump netlink-diag netlink --header sdiag_family=16 --header sdiag_protocol=255 --header ndiag_show=0xff",
            ),
        ],
    );
}

pub(crate) fn ipsec(taken: &mut Taken<'_>) {
    for words in [
        "xfrm policy add src 198.51.100.0/24 dst 0.0.0.0/0 proto tcp sport 80 dir out priority 5 mark 0x10 mask 0xf0 \
         tmpl src 192.0.2.1 dst 192.0.2.2 proto esp reqid 7 mode tunnel",
        "xfrm policy add src 2001:db8:7::/48 dst ::/0 dir in action block",
        "xfrm state allocspi src 192.0.2.1 dst 192.0.2.2 proto esp mode tunnel reqid 7",
        "xfrm state allocspi src 2001:db8::1 dst 2001:db8::2 proto ah mode transport",
        "xfrm state add src 192.0.2.1 dst 192.0.2.3 proto esp spi 0x1001 reqid 8 mode tunnel enc ecb(cipher_null) \"\"",
    ] {
        wanted("ip", words);
    }
    take(
        taken,
        &[
            ("IPsec: policies", "dump xfrm getpolicy"),
            ("IPsec: states", "dump xfrm listsa"),
            ("IPsec: size of the policy database", "do xfrm getspdinfo"),
            ("IPsec: size of the state database", "do xfrm getsadinfo"),
            ("IPsec: defaults", "do xfrm getdefault"),
        ],
    );
}
