//! What the macros take: each file of `tests/pass` is a program of its own.

#[test]
fn the_surface_compiles_and_runs() {
    trybuild::TestCases::new().pass("tests/pass/*.rs");
}
