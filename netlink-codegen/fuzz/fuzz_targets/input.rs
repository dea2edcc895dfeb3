//! Any bytes as a file of every format: nothing panics, nothing hangs, and no datagram is longer than the
//! limit. `cargo fuzz run --sanitizer none input` runs it with a stable compiler.

#![no_main]

use libfuzzer_sys::fuzz_target;
use netlink_codegen::Loader;
use netlink_codegen::decode::input::{Datagram, Format, Input, LIMIT, Piece};
use netlink_codegen::decode::{Decoder, Origin, Registry, text};
use netlink_runtime::walk::json;
use std::sync::OnceLock;

const FORMATS: [Option<Format>; 7] = [
    None,
    Some(Format::Raw),
    Some(Format::Hex),
    Some(Format::Strace),
    Some(Format::Pcap),
    Some(Format::Pcapng),
    Some(Format::Save),
];

fn registry() -> &'static Registry {
    static REGISTRY: OnceLock<&'static Registry> = OnceLock::new();
    REGISTRY.get_or_init(|| Registry::new(Loader::new().shipped().load().expect("sound schemas").model))
}

fuzz_target!(|file: &[u8]| {
    for format in FORMATS {
        let mut decoder = Decoder::new(registry());
        let mut input = Input::new(file, format).expect("slices can be read");
        let (mut datagram, mut shown) = (Datagram::default(), String::new());
        loop {
            let knows = |message_type| decoder.knows(0, message_type);
            match input.next(&mut datagram, &knows) {
                None => break,
                Some(Err(wrong)) => assert!(!wrong.to_string().is_empty()),
                Some(Ok(())) => assert!(!datagram.bytes.is_empty() && datagram.bytes.len() <= 2 * LIMIT),
            }
            let origin = Origin { protocol: datagram.protocol.unwrap_or(0), ..Origin::default() };
            let pieces: Vec<_> = decoder.datagram(origin.protocol, &datagram.bytes).collect();
            for piece in pieces {
                shown.clear();
                let decoded = match piece {
                    Piece::Message(message) => decoder.message(origin, message),
                    Piece::Cut { header, payload, .. } => decoder.part(origin, header, payload),
                    Piece::Garbage { .. } => continue,
                };
                decoded.text(&mut shown, text::Options::default());
                decoded.json(&mut shown, json::Options { names: true });
                assert!(!shown.is_empty());
            }
        }
    }
});
