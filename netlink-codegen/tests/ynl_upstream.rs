//! Upstream's own specifications. They are input and not part of this repository: these tests need
//! `NETLINK_TEST_YNL=DIR`, where `DIR/<kernel>/` holds `Documentation/netlink/specs` of a kernel.

mod ynl_support;

use ynl_support::{same_in_short_form, upstream};

#[test]
fn the_short_form_means_the_same() {
    let mut wrong = Vec::new();
    for path in upstream("the_short_form_means_the_same").iter().flat_map(|(_, specs)| specs) {
        wrong.extend(same_in_short_form(path, None).err());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
