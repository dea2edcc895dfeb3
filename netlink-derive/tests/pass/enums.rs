//! Enums and flags of every width.

use netlink_runtime::prelude::*;

#[netlink_enum(i8)]
enum Signed {
    #[netlink(SIGNED_MINUS_ONE)]
    MINUS_ONE = -1,
    ZERO = 0,
}

#[netlink_enum]
pub enum Default32 {
    /// One.
    ONE = 1,
    /// The same number by another name.
    FIRST = 1,
}

#[netlink_flags(u64)]
pub(crate) enum Wide {
    #[netlink(WIDE_TOP)]
    TOP = 1 << 63,
    LOW = 1,
    r#type = 2,
}

pub(crate) fn main() {
    assert_eq!(format!("{} {:?}", Signed::MINUS_ONE, Signed(5)), "SIGNED_MINUS_ONE Signed(5)");
    assert_eq!((Signed::ZERO.0, Default32::ONE == Default32::FIRST, Default32(7).0), (0, true, 7));
    assert_eq!((Wide::TOP | Wide::LOW).to_string(), "WIDE_TOP | LOW");
    assert_eq!(Wide::r#type.c_name(), Some("type"));
    assert!(Wide(3).contains(Wide::LOW) && Wide::empty().is_empty() && Wide(3).intersects(Wide::r#type));
    assert_eq!(u64::from(Wide::from(4)), 4);
}
