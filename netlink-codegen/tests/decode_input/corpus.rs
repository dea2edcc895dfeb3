//! Broken files by the thousand: those of the fuzzer's corpus (`fuzz/corpus/input`), changed here and there.

#[path = "../../fuzz/fuzz_targets/show.rs"]
mod show;

use super::{files, knows};
use netlink_codegen::Loader;
use netlink_codegen::decode::input::{Datagram, Format, Input};
use netlink_codegen::decode::{Decoder, Registry};
use show::{FORMATS, show};
use std::time::{Duration, Instant};

/// The corpus, by file name.
fn corpus() -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir("fuzz/corpus/input").expect("the corpus");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut all: Vec<_> = paths
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, std::fs::read(&path).expect("a file"))
        })
        .collect();
    all.sort();
    all
}

/// A generator of numbers that are always the same (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

/// Changes a file in a few places: bits, bytes that mean something, parts left out, doubled, of another file.
fn change(numbers: &mut Numbers, file: &mut Vec<u8>, other: &[u8]) {
    const TELLING: &[u8] = b"\0\xff\x7f\n\"\\<>()[]{}|*:#;. 0f=,";
    for _ in 0..=numbers.below(4) {
        let len = file.len();
        let at = numbers.below(len);
        let end = (at + 1 + numbers.below(40)).min(len);
        match numbers.below(7) {
            _ if file.is_empty() => file.extend(other),
            0 => file[at] ^= 1 << numbers.below(8),
            1 => file[at] = TELLING[numbers.below(TELLING.len())],
            2 => file.truncate(at),
            3 => drop(file.drain(at..end)),
            4 => {
                let part = file[at..end].to_vec();
                file.splice(at..at, part);
            }
            5 => {
                let from = numbers.below(other.len());
                let to = (from + 60).min(other.len());
                file.splice(at..at, other[from..to].iter().copied());
            }
            _ => file.insert(at, TELLING[numbers.below(TELLING.len())]),
        }
    }
}

#[test]
fn every_file_of_the_corpus_has_messages() {
    let registry = Registry::new(Loader::new().shipped().load().expect("sound schemas").model);
    let corpus = corpus();
    assert!(corpus.len() >= 14, "{}", corpus.len());
    for (name, file) in &corpus {
        let count = show(&mut Decoder::new(registry), file, None);
        // The one that has no bytes.
        assert_eq!(count > 0, name != "plain.strace", "{name}: {count} messages");
    }
    let mut numbers = Numbers(0x6e65_746c_696e_6b21);
    let mut decoder = Decoder::new(registry);
    for round in 0..200 {
        let (_, file) = &corpus[round % corpus.len()];
        let (mut file, other) = (file.clone(), &corpus[numbers.below(corpus.len())].1);
        change(&mut numbers, &mut file, other);
        for format in FORMATS {
            show(&mut decoder, &file, format);
        }
    }
}

/// Files that would take minutes if anything were looked at again and again.
#[test]
fn time_is_linear() {
    let messages = files::link(1, "eth").repeat(100_000);
    let mut chain = messages.clone();
    chain[..4].copy_from_slice(&[0xff; 4]);
    chain.extend([0xff; 16]);
    let digits: String =
        files::message(16, 0, &vec![1; 1 << 20]).iter().map(|b| format!("{b:02x}\n")).collect();
    let cases: [(&str, Format, Vec<u8>); 8] = [
        ("messages and garbage at both ends", Format::Raw, chain.clone()),
        (
            "the same in a datagram",
            Format::Pcap,
            files::pcap(&[(chain, false)], 0, files::Order { big: false }, false),
        ),
        ("a byte a line", Format::Hex, digits.clone().into_bytes()),
        ("a byte a line, and empty lines", Format::Hex, digits.replace('\n', "\n\n").into_bytes()),
        ("brackets", Format::Strace, [b"sendmsg(3, ".to_vec(), vec![b'['; 4 << 20]].concat()),
        ("quotes", Format::Strace, [b"sendmsg(3, ".to_vec(), b"\"<[".repeat(1 << 20)].concat()),
        ("halves of calls", Format::Strace, b"sendmsg(3, <unfinished ...>\n".repeat(100_000)),
        ("messages of strace", Format::Strace, {
            let many = "{msg_hdr={msg_iov=[{iov_base=\"a\", iov_len=1}]}, msg_len=1}, ".repeat(50_000);
            format!("sendmmsg(3, [{many}], 50000, 0) = 50000 {{sa_family=AF_NETLINK}}\n").into_bytes()
        }),
    ];
    for (what, format, file) in cases {
        let start = Instant::now();
        let mut input = Input::new(&file[..], Some(format)).expect("a slice");
        let mut datagram = Datagram::default();
        while let Some(next) = input.next(&mut datagram, &knows) {
            if next.is_ok() {
                let _ = netlink_codegen::decode::input::pieces(&datagram.bytes, knows).count();
            }
        }
        let took = start.elapsed();
        assert!(took < Duration::from_secs(20), "{what}: {took:?} for {} bytes", file.len());
    }
}
