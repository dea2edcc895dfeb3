//! The programs of `tests/pass` as modules of one crate, under clippy's strictest groups: derived code
//! gives no warnings. `cargo clippy` tests that, here they run once more.
#![deny(missing_docs, unused, nonstandard_style, future_incompatible, rust_2018_idioms)]
#![warn(clippy::pedantic, clippy::nursery)]
#![allow(clippy::redundant_pub_crate)] // rustc's `unreachable_pub` wants the opposite

#[path = "pass/collectors.rs"]
mod collectors;
#[path = "pass/enums.rs"]
mod enums;
#[path = "pass/local_items.rs"]
mod local_items;
#[path = "pass/macro_made.rs"]
mod macro_made;
#[path = "pass/nothing.rs"]
mod nothing;
#[path = "pass/operations.rs"]
mod operations;
#[path = "pass/projection_borrowed.rs"]
mod projection_borrowed;
#[path = "pass/projection_generic.rs"]
mod projection_generic;
#[path = "pass/projection_multi.rs"]
mod projection_multi;
#[path = "pass/projection_nested.rs"]
mod projection_nested;
#[path = "pass/raw_identifiers.rs"]
mod raw_identifiers;
#[path = "pass/selectors_outside.rs"]
mod selectors_outside;
#[path = "pass/sets.rs"]
mod sets;
#[path = "pass/structs.rs"]
mod structs;
#[path = "pass/subs.rs"]
mod subs;
#[path = "pass/unions.rs"]
mod unions;

#[test]
fn all_run() {
    collectors::main();
    enums::main();
    local_items::main();
    macro_made::main();
    nothing::main();
    operations::main();
    projection_borrowed::main();
    projection_generic::main();
    projection_multi::main();
    projection_nested::main();
    raw_identifiers::main();
    selectors_outside::main();
    sets::main();
    structs::main();
    subs::main();
    unions::main();
}
