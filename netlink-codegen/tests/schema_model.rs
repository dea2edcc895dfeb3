//! What schemas mean: `tests/schema_model/<name>.yaml` with the model it lowers to beside it,
//! against the small facts of that folder. `UPDATE_EXPECT=1 cargo test` rewrites them.

mod schema_print;

use netlink_codegen::Loader;
use netlink_codegen::headers::{facts::Store, store};
use std::fs;
use std::path::{Path, PathBuf};

const FOLDER: &str = "tests/schema_model";

fn facts() -> Store {
    let read = |name: &str| fs::read_to_string(Path::new(FOLDER).join(name)).expect(name);
    store::read(&read("MANIFEST.toml"), [("demo.h", read("facts.txt").as_str())].into_iter()).expect("facts")
}

fn schemas() -> Vec<PathBuf> {
    let entries = fs::read_dir(FOLDER).expect(FOLDER).map(|e| e.expect("entry").path());
    let mut found: Vec<PathBuf> = entries.filter(|p| p.extension().is_some_and(|e| e == "yaml")).collect();
    found.sort();
    found
}

#[test]
fn schemas_mean_what_is_expected() {
    let mut wrong = Vec::new();
    for path in schemas() {
        let loaded = Loader::new().facts(facts()).file(&path).load();
        let loaded = loaded.unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
        let stem = path.file_stem().expect("stem").to_string_lossy();
        let family = loaded.model.family(&stem).expect("the file's family");
        let text = schema_print::family(&loaded.model, &loaded.model.families[family.0 as usize]);
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
fn order_of_files_does_not_matter() {
    let files = schemas();
    let print = |paths: &mut dyn Iterator<Item = &PathBuf>| {
        let loader = paths.fold(Loader::new().facts(facts()), |loader, path| loader.file(path));
        let loaded = loader.load().unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
        let mut texts: Vec<String> =
            loaded.model.families.iter().map(|f| schema_print::family(&loaded.model, f)).collect();
        texts.sort();
        texts
    };
    assert_eq!(print(&mut files.iter()), print(&mut files.iter().rev()));
}
