//! From `schemas/sensors.yaml` and `sensors.h` to Rust.
#![forbid(unsafe_code)]

fn main() -> Result<(), netlink_codegen::Error> {
    netlink_codegen::Builder::new()
        .schema("schemas/sensors.yaml")
        .header("include/uapi/linux/sensors.h")
        // The station answers for the controller, too.
        .family("nlctrl")
        .generate()
}
