//! Specifications of our own that use every construct of YNL and make every mistake that upstream's
//! make: `tests/data/ynl/<name>.yaml`, with what is said of it and the model it lowers to beside it,
//! against the small facts of that folder. `UPDATE_EXPECT=1 cargo test` rewrites them.

mod schema_print;
mod ynl_compare;
mod ynl_support;

use netlink_codegen::Loader;
use netlink_codegen::headers::{facts::Store, store};
use netlink_codegen::report::render;
use std::fs;
use std::path::{Path, PathBuf};
use ynl_compare::Comparison;
use ynl_support::{exported, load, same_in_short_form, specs, stem};

const FOLDER: &str = "tests/data/ynl";

fn facts() -> Store {
    let read = |name: &str| fs::read_to_string(Path::new(FOLDER).join(name)).expect(name);
    store::read(&read("MANIFEST.toml"), [("demo.h", read("facts.txt").as_str())].into_iter()).expect("facts")
}

fn all() -> Vec<PathBuf> {
    specs(Path::new(FOLDER))
}

#[test]
fn specifications_mean_what_is_expected() {
    let mut wrong = Vec::new();
    for path in all() {
        let loaded = load(&path, Some(&facts()));
        let id = loaded.model.family(&stem(&path)).expect("the family");
        let mut text = schema_print::family(&loaded.model, &loaded.model[id]);
        let said = render::plain(&loaded.diagnostics);
        if !said.is_empty() {
            text.push_str(&format!("\n{}\n", said.trim_end()));
        }
        let expected = path.with_extension("txt");
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(&expected, text).expect("write");
        } else if fs::read_to_string(&expected).ok().as_deref() != Some(&text) {
            wrong.push(format!("{}:\n{text}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "UPDATE_EXPECT=1 accepts these:\n{}", wrong.join("\n"));
}

#[test]
fn a_disagreement_with_headers_is_an_error_unless_the_headers_word_is_taken() {
    for path in all() {
        let wrong = ["beacon", "ferry", "registry", "sieve", "valve"].contains(&&*stem(&path));
        match Loader::new().facts(facts()).file(&path).load() {
            Ok(loaded) => assert!(!wrong, "{}: {}", path.display(), loaded.diagnostics),
            Err(diagnostics) => assert!(wrong, "{diagnostics}"),
        }
    }
}

#[test]
fn the_short_form_means_the_same() {
    let wrong: Vec<String> =
        all().iter().filter_map(|path| same_in_short_form(path, Some(&facts())).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Back as a specification: nothing is lost but what the models never say.
#[test]
fn what_is_exported_means_the_same() {
    for path in all() {
        let loaded = load(&path, Some(&facts()));
        let family = stem(&path);
        let (again, lost) = exported(&loaded, &family);
        let mut comparison = Comparison::new(&loaded.model, &again.model);
        comparison.family(&family);
        let places: Vec<&str> = lost.iter().filter_map(|line| Some(line.split_once(": ")?.0)).collect();
        comparison
            .different
            .retain(|found| !found.split(": ").next().is_some_and(|place| places.contains(&place)));
        assert!(comparison.different.is_empty(), "{family}: {:#?}\nlost: {lost:#?}", comparison.different);
    }
}
