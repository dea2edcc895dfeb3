//! The schema form of the zoo: `schema/*.yaml` against a small store of facts beside them, and what is
//! generated from it in `made/`. `UPDATE_EXPECT=1 cargo test` writes those files anew.

use netlink_codegen::Loader;
use netlink_codegen::check::Checked;
use netlink_codegen::decode::Registry;
use netlink_codegen::emit::{self, Options};
use netlink_codegen::headers::store;
use netlink_codegen::ir::FamilyId;
use netlink_codegen::ir::SetId;
use netlink_runtime::AttrSet;
use netlink_runtime::meta::SetMeta;
use netlink_runtime::owned::OwnedSet;
use netlink_runtime::walk::{StructRef, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The families of the zoo.
pub(crate) const FAMILIES: [&str; 3] = ["kinds", "kinds_genl", "kinds_nf"];

const MANIFEST: &str = "
[[kernel]]\nrelease = \"1.0\"\nversion = \"1.0.1\"\npackage = \"\"\nsha256 = \"\"
[[kernel]]\nrelease = \"2.0\"\nversion = \"2.0.1\"\npackage = \"\"\nsha256 = \"\"\n";

/// A file or folder of these tests.
pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kinds").join(name)
}

pub(crate) fn read(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap_or_default()
}

/// What the schemas mean.
pub(crate) fn model() -> Checked {
    let text = read("schema/facts.txt");
    let facts = store::read(MANIFEST, [("kinds.h", text.as_str())].into_iter()).expect("the store's format");
    let loader = Loader::new().facts(facts);
    let files = FAMILIES.iter().map(|family| path(&format!("schema/{family}.yaml")));
    match files.fold(loader, Loader::file).load() {
        Ok(loaded) => loaded.model,
        Err(diagnostics) => panic!("{diagnostics}"),
    }
}

/// The schemas as the decoder knows them.
static DECODER: LazyLock<&Registry> = LazyLock::new(|| Registry::new(model()));

/// A set of the schemas.
fn decoded(name: &str) -> &'static SetMeta {
    let found = DECODER.model().sets.iter().position(|set| set.name == name);
    DECODER.set(SetId(found.unwrap_or_else(|| panic!("no set `{name}`")) as u32))
}

/// A message as JSON.
pub(crate) fn json(
    set: &'static SetMeta,
    payload: &[u8],
    request: Option<StructRef<'_>>,
    names: bool,
) -> String {
    let mut out = String::new();
    let options = json::Options { names };
    json::write_body(&mut out, set, payload, request, options).expect("a String takes all");
    out
}

/// A set that is written by hand and in a schema.
pub(crate) trait Forms: OwnedSet {
    /// What is generated from the schema.
    type Made: OwnedSet;
    /// The set's name in the schema.
    const NAME: &'static str;

    /// Both forms mean the same: what one writes the other reads, and the decoder shows both alike.
    fn forms_agree(&self, request: Option<StructRef<'_>>) {
        let bytes = self.to_bytes().expect("a value that can be encoded");
        let shown = json(Self::meta(), &bytes, request, true);
        assert_eq!(shown, json(Self::Made::meta(), &bytes, request, true), "by hand and generated");
        assert_eq!(shown, json(decoded(Self::NAME), &bytes, request, true), "by hand and decoded by schema");
        let made = Self::Made::from_bytes(&bytes).expect("the generated form reads it");
        assert_eq!(made.to_bytes().as_deref(), Ok(&*bytes), "the generated form writes it");
    }
}

macro_rules! forms {
    ($($set:ty => $made:ty, $name:literal;)*) => {$(
        impl $crate::schema::Forms for $set {
            type Made = $made;
            const NAME: &'static str = $name;
        }
    )*};
}
pub(crate) use forms;

#[test]
fn the_zoo_is_generated() {
    let model = model();
    let all: Vec<FamilyId> = (0..model.families.len() as u32).map(FamilyId).collect();
    let options = Options {
        sources: FAMILIES.iter().map(|f| ((*f).to_owned(), format!("tests/kinds/schema/{f}.yaml"))).collect(),
        command: Some("UPDATE_EXPECT=1 cargo test -p netlink-tests --test kinds".to_owned()),
        ..Options::default()
    };
    let files = emit::flat_files(&model, &all, &options).unwrap_or_else(|errors| panic!("{errors:?}"));
    assert_eq!(files.len(), FAMILIES.len());
    for file in files {
        let name = format!("made/{}", file.path);
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::create_dir_all(path("made"))
                .and_then(|()| fs::write(path(&name), &file.text))
                .expect("write");
        }
        assert!(read(&name) == file.text, "{name} differs; UPDATE_EXPECT=1 accepts:\n{}", file.text);
    }
}
