//! Reads a file and shows what is in it, as JSON and as text: what the fuzzer does, and the tests that change
//! its corpus.

use netlink_codegen::decode::input::{Datagram, Format, Input, LIMIT, Piece};
use netlink_codegen::decode::{Decoder, Origin, text};
use netlink_runtime::walk::json;

/// What a file may be taken for; `None`: what its first bytes say.
pub(crate) const FORMATS: [Option<Format>; 7] = [
    None,
    Some(Format::Raw),
    Some(Format::Hex),
    Some(Format::Strace),
    Some(Format::Pcap),
    Some(Format::Pcapng),
    Some(Format::Save),
];

/// Gives how many messages there are.
pub(crate) fn show(decoder: &mut Decoder, file: &[u8], format: Option<Format>) -> usize {
    let mut input = Input::new(file, format).expect("slices can be read");
    let (mut datagram, mut shown, mut count) = (Datagram::default(), String::new(), 0);
    loop {
        let known = |message_type| decoder.knows(0, message_type);
        match input.next(&mut datagram, &known) {
            None => return count,
            Some(Err(wrong)) => assert!(!wrong.what.is_empty()),
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
            count += 1;
        }
    }
}
