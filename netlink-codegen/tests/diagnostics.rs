//! Every rule has a failing example: `tests/diagnostics/<code>[-variant].yaml`, with what is
//! reported about it beside it. `UPDATE_EXPECT=1 cargo test` rewrites the expectations.

use netlink_codegen::Loader;
use netlink_codegen::headers::{facts::Store, store};
use netlink_codegen::report::{Diagnostics, codes, render};
use std::fs;
use std::path::{Path, PathBuf};

const FOLDER: &str = "tests/diagnostics";

const MANIFEST: &str = "[[kernel]]\nrelease = \"7.3\"\nversion = \"7.3.4\"\npackage = \"\"\nsha256 = \"\"\n";

fn facts() -> Store {
    let text = fs::read_to_string(Path::new(FOLDER).join("facts.txt")).expect("facts.txt");
    store::read(MANIFEST, [("demo.h", text.as_str())].into_iter())
        .expect("facts.txt is in the store's format")
}

fn examples() -> Vec<PathBuf> {
    let entries = fs::read_dir(FOLDER).expect(FOLDER).map(|e| e.expect("entry").path());
    let mut found: Vec<PathBuf> = entries
        .filter(|p| p.extension().is_some_and(|e| e == "yaml"))
        .filter(|p| p.file_name().is_some_and(|n| n.to_string_lossy().starts_with("NL")))
        .collect();
    found.sort();
    found
}

fn check(path: &Path) -> Diagnostics {
    // The path is shown with forward slashes everywhere.
    let shown = format!("{FOLDER}/{}", path.file_name().expect("name").to_string_lossy());
    match Loader::new().facts(facts()).file(shown).load() {
        Ok(loaded) => loaded.diagnostics,
        Err(diagnostics) => diagnostics,
    }
}

#[test]
fn each_example_is_reported_as_expected() {
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut wrong = Vec::new();
    for path in examples() {
        let diagnostics = check(&path);
        let code = path.file_name().expect("name").to_string_lossy()[..6].to_owned();
        assert!(
            diagnostics.list.iter().any(|d| d.code.id() == code),
            "{} does not show {code}:\n{diagnostics}",
            path.display()
        );
        let text = render::plain(&diagnostics);
        let expected = path.with_extension("txt");
        if update {
            fs::write(&expected, text).expect("write");
        } else if fs::read_to_string(&expected).ok().as_deref() != Some(&text) {
            wrong.push(format!("{}:\n{text}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "UPDATE_EXPECT=1 accepts these:\n{}", wrong.join("\n"));
}

#[test]
fn every_code_has_an_example() {
    let shown: Vec<String> =
        examples().iter().map(|p| p.file_name().expect("name").to_string_lossy()[..6].to_owned()).collect();
    for row in codes::TABLE {
        // Damaged facts are no matter of a schema: the test below shows them. Neither are headers
        // of one's own: those are the builder's, and in its tests.
        if row.code != codes::FACTS && row.code != codes::HEADER {
            assert!(
                shown.iter().any(|s| *s == row.code.id()),
                "{} ({}) has no example",
                row.code.id(),
                row.title
            );
        }
    }
    for code in &shown {
        assert!(codes::TABLE.iter().any(|row| row.code.id() == *code), "{code} is no code");
    }
}

#[test]
fn damaged_facts_are_reported() {
    let folder = Path::new(FOLDER).join("broken-facts");
    let error = Loader::new().facts_dir(folder).family("nothing").load().expect_err("damaged");
    assert!(error.list.iter().any(|d| d.code == codes::FACTS), "{error}");
}

#[test]
fn machine_formats() {
    let diagnostics = check(&Path::new(FOLDER).join("NL0006.yaml"));
    let cargo = render::cargo(&diagnostics);
    assert!(
        cargo
            .starts_with("cargo::error=tests/diagnostics/NL0006.yaml:10:11: error[NL0006]: `u33` is no type"),
        "{cargo}"
    );
    assert_eq!(cargo.lines().count(), diagnostics.list.len());
    for line in render::json(&diagnostics).lines() {
        let object: serde_json::Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(object["code"], "NL0006");
        assert_eq!(object["labels"][0]["file"], "tests/diagnostics/NL0006.yaml");
    }
}

#[test]
fn several_mistakes_are_reported_at_once() {
    assert!(check(&Path::new(FOLDER).join("NL0006.yaml")).list.len() >= 5);
}
