//! Named values as text.

use netlink_runtime::prelude::*;

#[netlink_enum(i8)]
enum Kind {
    #[netlink(KIND_A)]
    A = 1,
    #[netlink(KIND_LAST)]
    Last = -1,
}

#[netlink_flags(u32)]
enum Bits {
    BIT_LOW = 1,
    BIT_HIGH = 2,
    BIT_WIDE = 12,
    BITS_BOTH = 3,
}

#[netlink_flags(u8)]
enum State {
    STATE_NONE = 0,
    STATE_UP = 1,
}

#[test]
fn values() {
    for (kind, text) in [(Kind::A, "KIND_A"), (Kind::Last, "KIND_LAST"), (Kind(-7), "Kind(-7)")] {
        assert_eq!((kind.to_string(), format!("{kind:?}")), (text.to_owned(), text.to_owned()));
    }
}

#[test]
fn flags() {
    let all = [
        (Bits::empty(), "0x0"),
        (Bits::BIT_HIGH, "BIT_HIGH"),
        (Bits::BIT_WIDE | Bits::BIT_LOW, "BIT_LOW | BIT_WIDE"),
        // As in the `Debug` of views: a mask is not named where all of its bits are.
        (Bits::BITS_BOTH, "BIT_LOW | BIT_HIGH"),
        (Bits(0x14), "0x14"),
        (Bits(0x12), "BIT_HIGH | 0x10"),
    ];
    for (bits, text) in all {
        assert_eq!((bits.to_string(), format!("{bits:?}")), (text.to_owned(), text.to_owned()));
    }
    assert_eq!(State(0).to_string(), "STATE_NONE");
    assert_eq!(State::STATE_UP.to_string(), "STATE_UP");
}
