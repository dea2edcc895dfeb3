use netlink_runtime::prelude::*;

#[netlink_enum(u8)]
enum State {
    UP,
    DOWN(u8) = 2,
    #[netlink(IF_OPER_TESTING = 4)]
    TESTING = 4,
}

fn main() {}
