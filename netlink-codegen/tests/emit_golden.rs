//! The generated text for every row of the vocabulary: `tests/emit_golden/*.yaml` and a small
//! facts store make the `.rs` files beside them. `UPDATE_EXPECT=1 cargo test` rewrites those.

use netlink_codegen::Loader;
use netlink_codegen::check::Checked;
use netlink_codegen::emit::{self, Options};
use netlink_codegen::headers::store;
use netlink_codegen::ir::FamilyId;
use std::fs;
use std::path::Path;

const FOLDER: &str = "tests/emit_golden";

const MANIFEST: &str = "
[[kernel]]\nrelease = \"1.0\"\nversion = \"1.0.1\"\npackage = \"\"\nsha256 = \"\"
[[kernel]]\nrelease = \"2.0\"\nversion = \"2.0.1\"\npackage = \"\"\nsha256 = \"\"\n";

fn model() -> Checked {
    let text = fs::read_to_string(Path::new(FOLDER).join("facts.txt")).expect("facts.txt");
    let facts = store::read(MANIFEST, [("zoo.h", text.as_str())].into_iter()).expect("the store's format");
    let mut loader = Loader::new().facts(facts);
    for family in ["shared", "zoo", "farm", "pens", "reach"] {
        loader = loader.file(format!("{FOLDER}/{family}.yaml"));
    }
    match loader.load() {
        Ok(loaded) => loaded.model,
        Err(diagnostics) => panic!("{diagnostics}"),
    }
}

fn texts(model: &Checked, options: &Options) -> Vec<(String, String)> {
    let all: Vec<FamilyId> = (0..model.families.len() as u32).map(FamilyId).collect();
    let files = emit::flat_files(model, &all, options).unwrap_or_else(|errors| panic!("{errors:?}"));
    files.into_iter().map(|file| (file.path, file.text)).collect()
}

fn expect(path: &str, text: &str) {
    let path = Path::new(FOLDER).join(path);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, text).expect("write");
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == text, "{} differs; UPDATE_EXPECT=1 accepts:\n{text}", path.display());
}

#[test]
fn every_row_of_the_vocabulary() {
    for (path, text) in texts(&model(), &Options::default()) {
        expect(&path, &text);
    }
}

#[test]
fn one_kernel_has_less() {
    let model = model().for_kernel("1.0").expect("in the store");
    let options = Options {
        kernel: Some("1.0".to_owned()),
        arguments: "--kernel 1.0".to_owned(),
        ..Options::default()
    };
    let (_, text) = texts(&model, &options).into_iter().find(|(path, _)| path == "zoo.rs").expect("zoo.rs");
    expect("zoo-1.0.rs", &text);
}

#[test]
fn the_text_is_the_same_every_time() {
    assert_eq!(texts(&model(), &Options::default()), texts(&model(), &Options::default()));
}

/// Implementations are the derives' business.
#[test]
fn generated_text_is_declarations_only() {
    for (path, text) in texts(&model(), &Options::default()) {
        for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for word in ["fn ", "impl ", "loop", "while", "for ", "unsafe", "match ", "macro_rules"] {
                assert!(!line.contains(word), "{path}: {line}");
            }
        }
    }
}

#[test]
fn crates_get_a_module_and_a_feature_for_each_family() {
    let model = model();
    let border = "# Generated from here on by `netlink-codegen generate`; do not edit below.";
    let manifest = format!("[features]\ndefault = []\n{border}\nold = []\n");
    let lib = format!("//! Families.\n\n{}\n", border.replace('#', "//"));
    let files = emit::crate_files(&model, &[], &Options::default(), &lib, &manifest).expect("two files");
    let text = |path: &str| files.iter().find(|f| f.path == path).map(|f| f.text.as_str()).expect("there");
    assert_eq!(
        text("Cargo.toml"),
        format!(
            "[features]\ndefault = []\n{border}\n# Every family.\nall = [\n    \"farm\",\n    \"pens\",\n    \
             \"reach\",\n    \"shared\",\n    \"zoo\",\n]\nfarm = [\"zoo\"]\npens = []\nreach = [\"shared\"]\nshared = []\nzoo = [\"shared\"]\n"
        )
    );
    assert!(text("src/lib.rs").contains(
        "/// Every row of the vocabulary. Feature `zoo`.\n#[cfg(feature = \"zoo\")]\n#[rustfmt::skip]\npub mod zoo;\n"
    ));
    // Nothing changes when nothing changed.
    let again = emit::crate_files(&model, &[], &Options::default(), text("src/lib.rs"), text("Cargo.toml"));
    assert_eq!(again.as_ref().map(Vec::as_slice), Ok(files.as_slice()));
    assert!(emit::crate_files(&model, &[], &Options::default(), "", &manifest).is_err());
}
