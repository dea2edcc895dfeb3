//! The store answers nonsense with a line number, never with a panic.

use netlink_codegen::headers::store::{self, Error};

const KERNELS: &str =
    "[[kernel]]\nrelease = \"1.0\"\nversion = \"1.0\"\n[[kernel]]\nrelease = \"2.0\"\nversion = \"2.0\"\n";

#[test]
fn nonsense_is_an_error_with_a_line() {
    for (line, facts) in [
        (1, "  A 1\n"),
        (1, "enumeration e\n"),
        (1, "enum a b\n"),
        (1, "enum 7\n"),
        (2, "define\n  A\n"),
        (2, "define\n  A one\n"),
        (2, "define\n  7A 1\n"),
        (2, "define\n  A 1@3.0\n"),
        (2, "define\n  A 1@2.0 2@1.0\n"),
        (2, "define\n  A 1 2\n"),
        (2, "define\n  A \"open\n"),
        (2, "define\n  A 0x1:be7\n"),
        (2, "define\n  A =\n"),
        (2, "define\n  A 1 ~x@1.0\n"),
        (2, "define\n  A 1 ~enum,x.h\n"),
        (2, "define\n  A 99999999999999999999999999999999999999999999\n"),
        (3, "define\n  A 1\n  A 1\n"),
        (1, "struct s\n"),
        (1, "struct s eight/4\n"),
        (1, "union 8/4\n"),
        (2, "struct s 8/4\n  f 0\n"),
        (2, "struct s 8/4\n  f u32 0\n"),
        (2, "struct s 8/4\n  f 0 u33\n"),
        (2, "struct s 8/4\n  f 0 u32[\n"),
        (2, "struct s 8/4\n  f 0 u32[x]\n"),
        (2, "struct s 8/4\n  f 0.1 u32\n"),
        (2, "struct s 8/4\n  f 0 other:4\n"),
        (2, "struct s 8/4\n  arch i386 8/4 x\n"),
        (1, "header unknown@3.0\n"),
        (1, "header gone@1.0\n"),
        (1, "header absent here@2.0 absent@1.0\n"),
        (0, "define\n  A end\n"),
        (0, "define\n  A end:=__A-1\n"),
        (0, "enum\n  __A_MAX end\n"),
    ] {
        match store::read(KERNELS, [("x.h", facts)].into_iter()) {
            Err(Error::Syntax { file, line: at, .. }) => {
                assert_eq!((file.as_str(), at), ("facts/x.h.txt", line), "{facts}");
            }
            other => panic!("{facts:?}: {other:?}"),
        }
    }
    for (line, manifest) in [
        (1, "release = \"1\"\n"),
        (2, "[[kernel]]\nrelease = 1\n"),
        (2, "[[kernel]]\ncolour = \"1\"\n"),
        (1, "[[kernel]]\n"),
    ] {
        let outcome = store::read(manifest, std::iter::empty());
        assert!(
            matches!(outcome, Err(Error::Syntax { line: at, .. }) if at == line),
            "{manifest:?}: {outcome:?}"
        );
    }
}

#[test]
fn damaged_files_never_panic() {
    let shipped = netlink_kernel_headers::FACTS;
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % below as u64) as usize
    };
    let mut refused = 0;
    for round in 0..2_000 {
        let (header, text) = shipped[random(shipped.len())];
        let lines: Vec<&str> = text.lines().collect();
        if lines.is_empty() {
            continue;
        }
        let from = random(lines.len());
        let mut part: Vec<u8> = lines[from..lines.len().min(from + 60)].join("\n").into_bytes();
        for _ in 0..=round % 4 {
            if !part.is_empty() {
                let at = random(part.len());
                part[at] = b" @~=-\"'.:/[]0aeu\n\\"[random(18)];
            }
        }
        let part = String::from_utf8_lossy(&part);
        if store::read(netlink_kernel_headers::MANIFEST, [(header, &*part)].into_iter()).is_err() {
            refused += 1;
        }
    }
    assert!(refused > 200, "only {refused} of 2000 damaged files were refused");
}
