//! Any bytes as a file of every format: nothing panics, nothing hangs, and no datagram is longer than the
//! limit. `cargo fuzz run --sanitizer none input` runs it with a stable compiler.

#![no_main]

mod show;

use libfuzzer_sys::fuzz_target;
use netlink_codegen::Loader;
use netlink_codegen::decode::{Decoder, Registry};
use std::sync::OnceLock;

fn registry() -> &'static Registry {
    static REGISTRY: OnceLock<&'static Registry> = OnceLock::new();
    REGISTRY.get_or_init(|| Registry::new(Loader::new().shipped().load().expect("sound schemas").model))
}

fuzz_target!(|file: &[u8]| {
    for format in show::FORMATS {
        show::show(&mut Decoder::new(registry()), file, format);
    }
});
