use netlink_runtime::prelude::*;

#[netlink_union(value, size = 8, colour)]
enum Value {
    #[netlink(unoin)]
    a(Other),
    #[netlink(by(kind))]
    b(u32),
    #[netlink(0, 4)]
    c(u32),
    #[netlink(case)]
    d(u32),
    #[netlink(case("x"))]
    e(u32),
    #[netlink(nested)]
    f(Other),
}

fn main() {}
