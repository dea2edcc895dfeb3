//! The way from schema files to a checked model.

use crate::check::{self, Checked};
use crate::headers::{facts::Store, store};
use crate::lower;
use crate::report::{Diagnostic, Diagnostics, codes};
use crate::schema::Sources;
use crate::schema::ast::File;
use std::path::Path;

/// Loads schemas and checks them against headers.
///
/// ```
/// # fn main() -> Result<(), netlink_codegen::report::Diagnostics> {
/// let yaml = "
/// name: sensors
/// operations: {attribute-set: reading, list: {get: {c-name: SENSOR_CMD_GET, value: 1, modes: do dump}}}
/// attribute-sets: {reading: {attributes: {id: {type: u32, value: 1}}}}
/// ";
/// let loaded = netlink_codegen::Loader::new().text("sensors", yaml).load()?;
/// let family = loaded.model.family("sensors").unwrap();
/// assert_eq!(loaded.model.families[family.0 as usize].operations.len(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct Loader {
    sources: Sources,
    wanted: Vec<String>,
    facts: Option<Store>,
    lenient: bool,
    failed: Diagnostics,
}

/// A checked model, and what there is to say about it all the same.
#[derive(Debug)]
pub struct Loaded {
    /// The model.
    pub model: Checked,
    /// The files that it was made of, one for each family.
    pub files: Vec<File>,
    /// The facts that it was checked against.
    pub facts: Store,
    /// Warnings and notes, with the sources they point into.
    pub diagnostics: Diagnostics,
}

impl Loader {
    /// No schema is wanted yet; the ones that ship with the tool can be referred to.
    pub fn new() -> Self {
        Self { sources: Sources::shipped(), ..Self::default() }
    }

    /// Wants every schema that ships with the tool.
    pub fn shipped(mut self) -> Self {
        for (name, _) in netlink_schemas::SCHEMAS {
            self.want(name);
        }
        self
    }

    /// Wants a schema that ships with the tool or was added to it, by name.
    pub fn family(mut self, name: &str) -> Self {
        self.want(name);
        self
    }

    /// Wants a schema file. It replaces a shipped one of its name, and files beside it can be
    /// referred to.
    pub fn file(mut self, path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        match self.sources.read(path) {
            Ok(stem) => self.want(&stem),
            Err(error) => {
                let message = format!("{}: {error}", path.display());
                self.failed.push(Diagnostic::error(codes::NO_SUCH_FILE, message));
            }
        }
        self
    }

    /// Wants a schema given as text.
    pub fn text(mut self, name: &str, yaml: &str) -> Self {
        self.sources.add(name, format!("{name}.yaml"), yaml.as_bytes());
        self.want(name);
        self
    }

    /// Lets references find a schema that is not wanted by itself.
    pub fn with(mut self, name: &str, shown: &str, content: impl Into<std::sync::Arc<[u8]>>) -> Self {
        self.sources.add(name, shown, content);
        self
    }

    /// Uses these facts instead of the shipped ones.
    pub fn facts(mut self, facts: Store) -> Self {
        self.facts = Some(facts);
        self
    }

    /// Uses the facts store in a directory, as `netlink-codegen extract --store` writes it.
    pub fn facts_dir(mut self, directory: impl AsRef<Path>) -> Self {
        match store::load_dir(directory.as_ref()) {
            Ok(facts) => self.facts = Some(facts),
            Err(error) => {
                self.failed.push(Diagnostic::error(codes::FACTS, format!("the facts store: {error}")))
            }
        }
        self
    }

    /// Takes the headers' word where a schema disagrees with them, and warns.
    pub fn lenient(mut self, lenient: bool) -> Self {
        self.lenient = lenient;
        self
    }

    fn want(&mut self, name: &str) {
        if !self.wanted.iter().any(|w| w == name) {
            self.wanted.push(name.to_owned());
        }
    }

    /// Loads, lowers and checks.
    pub fn load(mut self) -> Result<Loaded, Diagnostics> {
        let facts = match self.facts.take() {
            Some(facts) => facts,
            None => match store::shipped() {
                Ok(facts) => facts,
                Err(error) => {
                    let mut out = self.failed;
                    out.push(Diagnostic::error(codes::FACTS, format!("the shipped facts: {error}")));
                    return Err(out);
                }
            },
        };
        let (model, files, diagnostics) = self.model(|| &facts)?;
        Ok(Loaded { model, files, facts, diagnostics })
    }

    /// The same by facts that several models share. They are asked for when schemas have been read, so that
    /// somebody may make them meanwhile.
    pub fn load_with<'f>(self, facts: impl FnOnce() -> &'f Store) -> Result<Checked, Diagnostics> {
        self.model(facts).map(|(model, ..)| model)
    }

    fn model<'f>(
        self,
        facts: impl FnOnce() -> &'f Store,
    ) -> Result<(Checked, Vec<File>, Diagnostics), Diagnostics> {
        let mut out = self.failed;
        let files = self.sources.load(self.wanted.iter().map(String::as_str), &mut out);
        let model = lower::lower(&files, facts(), &mut out);
        match check::check(model, self.lenient, &mut out) {
            Some(model) => Ok((model, files, out)),
            None => Err(out),
        }
    }
}

/// The model of every schema that ships with the tool.
pub fn shipped_model() -> Result<Checked, Diagnostics> {
    Loader::new().shipped().load().map(|loaded| loaded.model)
}
