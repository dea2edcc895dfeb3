//! Links and generic netlink families by specifications of our own. One number in them is wrong: the
//! headers' word is taken, and cargo shows a warning.
#![forbid(unsafe_code)]

fn main() -> Result<(), netlink_codegen::Error> {
    netlink_codegen::Builder::new()
        .schema("specs/links.yaml")
        .schema("specs/controller.yaml")
        .lenient(true)
        .generate()
}
