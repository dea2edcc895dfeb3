use netlink_runtime::prelude::*;

// An attribute set need be nothing else, but where it is used as a value.
#[derive(NetlinkAttrs)]
struct Inner {
    #[netlink(INNER_VALUE = 1)]
    value: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(IFLA_INNER = 1, nested)]
    inner: Option<Inner>,
}

fn main() {
    let _ = Inner::from_bytes(&[]);
}
