use netlink_runtime::prelude::*;

#[netlink_union(size = 8)]
enum Value {
    nothing,
    pair(u32, u32),
    named { a: u32 },
    number(u32) = 1,
    text([u8; 8]),
    label(NlString),
    bytes([u8; 8]),
    bytes([u16; 4]),
    from_bytes(u32),
}

fn main() {}
