//! The golden files as the derives read them: what is generated compiles, and means what the
//! schema says. (`reach.rs` is not here: the derives refuse selectors beyond the set.)
#![allow(missing_docs)]

#[rustfmt::skip]
#[path = "emit_golden/farm.rs"]
mod farm;
#[rustfmt::skip]
#[path = "emit_golden/pens.rs"]
mod pens;
#[rustfmt::skip]
#[path = "emit_golden/shared.rs"]
mod shared;
#[rustfmt::skip]
#[path = "emit_golden/zoo.rs"]
mod zoo;

#[rustfmt::skip]
#[path = "emit_golden/zoo-1.0.rs"]
mod zoo_1_0;

#[test]
fn names_are_as_generated() {
    assert_eq!(zoo::PROTOCOL.0, 19);
    assert_eq!(pens::PROTOCOL.0, 12);
    assert_eq!(farm::FAMILY, "farm");
    assert_eq!(farm::GROUP_NOTE_CHANGES, "note-changes");
}
