//! Bad input is reported, never a panic: broken bytes, cut files, random changes, deep and wide
//! structures.

use netlink_codegen::headers::facts::Store;
use netlink_codegen::{Loaded, Loader};
use std::fs;

fn load(text: &[u8]) -> Result<Loaded, netlink_codegen::report::Diagnostics> {
    let result = Loader::new().facts(Store::default()).with("x", "x.yaml", text).family("x").load();
    // Rendering must survive what parsing did.
    match &result {
        Ok(loaded) => drop(loaded.diagnostics.to_string()),
        Err(diagnostics) => drop(diagnostics.to_string()),
    }
    result
}

fn examples() -> Vec<Vec<u8>> {
    let folders = ["tests/schema_model", "tests/diagnostics", "../schemas"];
    let paths = folders.iter().flat_map(|f| fs::read_dir(f).expect(f)).map(|e| e.expect("entry").path());
    let mut paths: Vec<_> = paths.filter(|p| p.extension().is_some_and(|e| e == "yaml")).collect();
    paths.sort();
    // Long files are tried by their beginning: each cut is a whole run.
    paths.iter().map(|p| fs::read(p).expect("a file")).map(|t| t[..t.len().min(3000)].to_vec()).collect()
}

#[test]
fn cut_files() {
    for text in examples() {
        for end in (0..text.len()).step_by(7) {
            let _ = load(&text[..end]);
        }
    }
}

#[test]
fn changed_files() {
    // A small generator, so that failures repeat.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    };
    let alphabet = b"\n :-[]{}&*!|>'\"%@`#,ax0\\\t\xff\xc3";
    for text in examples() {
        for _ in 0..60 {
            let mut text = text.clone();
            for _ in 0..1 + random(4) {
                let at = random(text.len());
                let byte = alphabet[random(alphabet.len())];
                match random(3) {
                    0 if at < text.len() => text[at] = byte,
                    1 => text.insert(at, byte),
                    _ if at < text.len() => drop(text.remove(at)),
                    _ => {}
                }
            }
            let _ = load(&text);
        }
    }
}

#[test]
fn deep_and_wide_files() {
    for text in [
        "[".repeat(100_000),
        "{a: ".repeat(100_000),
        "- ".repeat(100_000),
        format!("name: x\ndoc: {}\n", "x".repeat(1 << 20)),
        format!("name: x\nattribute-sets: {{a: {{attributes: {{b: \"{}\"}}}}}}\n", "multi ".repeat(100_000)),
        "\u{feff}name: x\n".to_owned(),
        "name: x\r\ndoc: y\r\n".to_owned(),
        "a: *nowhere\n".to_owned(),
        "a: &a [*a]\n".to_owned(),
        "? [a]\n: b\n".to_owned(),
        "!!binary aGk=\n".to_owned(),
        "\0\0\0".to_owned(),
    ] {
        let _ = load(text.as_bytes());
    }
    assert!(load("\u{feff}name: x\r\n".as_bytes()).is_ok());
}

#[test]
fn long_chains_do_not_exhaust_the_stack() {
    let chain = |link: &dyn Fn(usize) -> String, end: &str| {
        let links: String = (0..5000).map(link).collect();
        load(format!("name: x\n{links}{end}").as_bytes())
    };
    let set = "  s5000: {attributes: {a: {type: u32, value: 1}}}\n";
    let derive = |n: usize| {
        let head = if n == 0 { "attribute-sets:\n" } else { "" };
        format!("{head}  s{n}: {{extends: s{}, attributes: {{}}}}\n", n + 1)
    };
    assert!(chain(&derive, set).is_err());
    let nest = |n: usize| {
        let head = if n == 0 { "attribute-sets:\n" } else { "" };
        format!("{head}  s{n}: {{attributes: {{a: {{type: nest s{}, value: 1}}}}}}\n", n + 1)
    };
    assert!(chain(&nest, set).is_ok());
    let sub = |n: usize| {
        let head = if n == 0 { "sub-messages:\n" } else { "" };
        format!("{head}  t{n}: {{x: sub t{} by k}}\n", n + 1)
    };
    assert!(chain(&sub, "  t5000: {x: u8}\n").is_ok());
    let member = |n: usize| {
        let head = if n == 0 { "definitions:\n" } else { "" };
        let member = format!("{{name: m, type: binary, struct: d{}}}", n + 1);
        format!("{head}  - {{name: d{n}, type: struct, members: [{member}]}}\n")
    };
    let end = "  - {name: d5000, type: struct, members: [{name: m, type: u8}]}\n";
    assert!(chain(&member, end).is_err());
}

#[test]
fn numbers_at_their_limits() {
    for value in
        ["-1", "16384", "65536", "99999999999999999999999999999999999999999", "0xffffffffffffffffffff"]
    {
        let text =
            format!("name: x\nattribute-sets: {{a: {{attributes: {{b: {{type: u32, value: {value}}}}}}}}}\n");
        assert!(load(text.as_bytes()).is_err(), "{value}");
        let text = format!(
            "name: x\nattribute-sets:\n  - name: a\n    attributes: [{{name: b, type: u32, value: {value}}}, {{name: c, type: u8}}]\n\
             definitions:\n  - {{name: e, type: flags, value-start: {value}, entries: [p, q]}}\n  \
             - {{name: s, type: struct, members: [{{name: m, type: binary, len: {value}}}, {{name: n, type: u32}}]}}\n"
        );
        let _ = load(text.as_bytes());
    }
}
