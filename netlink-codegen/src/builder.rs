//! The generator for build scripts.

#[cfg(feature = "headers")]
mod headers;
use crate::Loader;
use crate::emit::{self, EmitError, Options, Serde, disk};
use crate::ir::UnknownKernel;
use crate::report::{Diagnostics, Severity, render};
#[cfg(feature = "headers")]
use headers::Headers;
use std::fmt;
use std::path::{Path, PathBuf};

/// Generates Rust for netlink families from a build script.
///
/// ```no_run
/// # fn main() -> Result<(), netlink_codegen::Error> {
/// netlink_codegen::Builder::new()
///     .schema("schemas/sensors.yaml") // a family of one's own…
///     .family("nl80211")              // …and one that ships with the tool,
///     .kernel("6.12")                 // without what this kernel lacks
///     .generate()
/// # }
/// ```
///
/// Each family, and each family that one of them uses, becomes `$OUT_DIR/<module>.rs`
/// (`rt_link.rs` of `rt-link`). Bring them in side by side, because they refer to each other
/// through `super`:
///
/// ```ignore
/// mod sensors { netlink_runtime::include_family!("sensors"); }
/// mod nl80211 { netlink_runtime::include_family!("nl80211"); }
/// ```
///
/// Neither libclang nor the network is needed, unless headers are given: those are read with
/// libclang (feature `headers`).
///
/// Paths are relative to the package's directory, where cargo runs build scripts. What is said to
/// cargo has the form that it understands from 1.84 on. It cannot watch for what does not exist: a
/// new schema that takes the place of a shipped one is seen when the build script runs next.
#[derive(Clone, Debug, Default)]
pub struct Builder {
    schemas: Vec<PathBuf>,
    families: Vec<String>,
    #[cfg(feature = "headers")]
    headers: Headers,
    kernel: Option<String>,
    out_dir: Option<PathBuf>,
    lenient: bool,
    serde: bool,
}

/// Why nothing was generated. Build scripts that return it show the whole message.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Neither a schema nor a family was asked for.
    #[error("nothing to generate: call schema() or family()")]
    Nothing,
    /// Not run by cargo, and no directory was given.
    #[error("OUT_DIR is not set: run from a build script, or call out_dir()")]
    NoOutDir,
    /// Schemas have errors.
    #[error("schemas have errors\n{}", render::plain(.0).trim_end())]
    Schemas(Diagnostics),
    /// The kernel is not in the facts.
    #[error(transparent)]
    Kernel(#[from] UnknownKernel),
    /// The kernel does not have a family that was asked for.
    #[error("kernel {kernel} does not have the family {family}")]
    Lacking {
        /// The family.
        family: String,
        /// The kernel.
        kernel: String,
    },
    /// Headers have errors.
    #[error("headers have errors\n{}", render::plain(.0).trim_end())]
    Headers(Diagnostics),
    /// No header can be read: libclang is missing, or the kernel's headers are.
    #[cfg(feature = "headers")]
    #[error(transparent)]
    Extract(#[from] crate::headers::extract::Error),
    /// The facts that ship with the tool cannot be read.
    #[error("the shipped facts: {0}")]
    Facts(String),
    /// A schema has no Rust form.
    #[error("{}", list(.0))]
    Emit(Vec<EmitError>),
    /// A file cannot be read or written.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        #[source]
        error: std::io::Error,
    },
}

impl fmt::Debug for Error {
    /// The message: `fn main() -> Result<(), Error>` shows this form.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn list(errors: &[EmitError]) -> String {
    errors.iter().map(EmitError::to_string).collect::<Vec<_>>().join("\n")
}

impl Builder {
    /// Nothing to generate yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Generates a schema file's family. The file replaces a shipped one of its name, and files
    /// beside it can be referred to.
    pub fn schema(mut self, path: impl Into<PathBuf>) -> Self {
        self.schemas.push(path.into());
        self
    }

    /// Generates a family that ships with the tool.
    pub fn family(mut self, name: impl Into<String>) -> Self {
        self.families.push(name.into());
        self
    }

    /// Adds the names and layouts of a C header to those that ship with the tool. Where both
    /// have a name, the header's meaning counts.
    #[cfg(feature = "headers")]
    pub fn header(mut self, path: impl Into<PathBuf>) -> Self {
        self.headers.files.push(path.into());
        self
    }

    /// Adds a directory in which what [`header`](Self::header)s include is searched first.
    /// Beside the header itself it is found anyway.
    #[cfg(feature = "headers")]
    pub fn include_dir(mut self, path: impl Into<PathBuf>) -> Self {
        self.headers.include.push(path.into());
        self
    }

    /// Where `linux/types.h` and the like are that [`header`](Self::header)s include:
    /// `/usr/include` unless said.
    #[cfg(feature = "headers")]
    pub fn kernel_headers(mut self, path: impl Into<PathBuf>) -> Self {
        self.headers.kernel = Some(path.into());
        self
    }

    /// Leaves out what this kernel (`6.12`, or a point release of it) does not have: attributes,
    /// entries of enums, members, operations, forms, types that nothing leads to any more. Such
    /// attributes show up as unknown ones. A family that it does not have is an error.
    pub fn kernel(mut self, release: impl Into<String>) -> Self {
        self.kernel = Some(release.into());
        self
    }

    /// Writes into this directory instead of `OUT_DIR`.
    pub fn out_dir(mut self, path: impl Into<PathBuf>) -> Self {
        self.out_dir = Some(path.into());
        self
    }

    /// Takes the headers' word where a schema disagrees with them, and warns.
    pub fn lenient(mut self, lenient: bool) -> Self {
        self.lenient = lenient;
        self
    }

    /// Owned types derive serde's `Serialize` and `Deserialize`. The crate then depends on `serde`
    /// (with its feature `derive`), and on netlink-runtime with the feature `serde`.
    pub fn serde(mut self, serde: bool) -> Self {
        self.serde = serde;
        self
    }

    /// Generates. Warnings and errors are shown by cargo, with file, line and column; files that
    /// would not change are left alone.
    ///
    /// Cargo learns which files were read, so the build script runs again when one of them
    /// changes, and only then.
    pub fn generate(self) -> Result<(), Error> {
        let result = self.run();
        match &result {
            Ok(()) => {}
            Err(Error::Schemas(found) | Error::Headers(found)) => report(found),
            Err(Error::Emit(errors)) => errors.iter().for_each(|e| fail(&e.to_string())),
            Err(other) => fail(&other.to_string()),
        }
        result
    }

    fn run(self) -> Result<(), Error> {
        self.watch();
        let out = match (&self.out_dir, std::env::var_os("OUT_DIR")) {
            (Some(out), _) => out.clone(),
            (None, Some(out)) => out.into(),
            (None, None) => return Err(Error::NoOutDir),
        };
        if self.schemas.is_empty() && self.families.is_empty() {
            return Err(Error::Nothing);
        }
        let mut loader = Loader::new().lenient(self.lenient);
        for schema in &self.schemas {
            loader = loader.file(schema);
        }
        for family in &self.families {
            loader = loader.family(family);
        }
        #[cfg(feature = "headers")]
        if !self.headers.files.is_empty() {
            loader = loader.facts(self.headers.facts()?);
        }
        let loaded = loader.load().map_err(Error::Schemas)?;
        report(&loaded.diagnostics);
        self.watch_neighbours(&loaded.diagnostics);
        let model = match &self.kernel {
            Some(kernel) => loaded.model.for_kernel(kernel)?,
            None => loaded.model,
        };
        let schemas = self.schemas.iter().filter_map(|path| path.file_stem()).map(|s| s.to_string_lossy());
        let asked = schemas.chain(self.families.iter().map(|name| name.as_str().into()));
        let lacking = |name: &str| model.family(name).is_some_and(|id| model.lacking.contains(&id));
        if let Some(family) = asked.map(|name| name.into_owned()).find(|name| lacking(name)) {
            let kernel = self.kernel.clone().unwrap_or_default();
            return Err(Error::Lacking { family, kernel });
        }
        // What was loaded is what was asked for and what that uses.
        let all = emit::tree::living(&model);
        let files = emit::flat_files(&model, &all, &self.options()).map_err(Error::Emit)?;
        disk::write(&out, &files).map_err(|error| Error::Io { path: out, error })?;
        Ok(())
    }

    fn options(&self) -> Options {
        Options {
            kernel: self.kernel.clone(),
            sources: self.schemas.iter().filter_map(|path| Options::source_of(path)).collect(),
            arguments: String::new(),
            command: Some("cargo build".to_owned()),
            serde: if self.serde { Serde::On } else { Serde::Off },
        }
    }

    /// Tells cargo what the result depends on, before anything can fail.
    fn watch(&self) {
        // Cargo runs a build script that has changed. Naming one thing keeps it from watching
        // every file of the package besides; but what does not exist counts as changed.
        let script = Path::new("build.rs");
        if script.exists() {
            watch(script);
        }
        self.schemas.iter().for_each(|schema| watch(schema));
        #[cfg(feature = "headers")]
        self.headers.watch();
    }

    /// Schemas that were found beside the given ones.
    fn watch_neighbours(&self, diagnostics: &Diagnostics) {
        let folders: Vec<&Path> = self.schemas.iter().filter_map(|path| path.parent()).collect();
        for source in &diagnostics.sources.files {
            let path = Path::new(&source.path);
            if !self.schemas.iter().any(|p| p == path)
                && path.parent().is_some_and(|p| folders.contains(&p))
                && path.exists()
            {
                watch(path);
            }
        }
    }
}

/// Has the build script run again when the file changes.
fn watch(file: &Path) {
    println!("cargo::rerun-if-changed={}", file.display());
}

/// Findings as lines that cargo shows; notes are for `netlink-codegen check`.
fn report(diagnostics: &Diagnostics) {
    let mut shown = diagnostics.clone();
    shown.list.retain(|d| d.severity != Severity::Note);
    print!("{}", render::cargo(&shown));
}

/// An error that cargo shows: its first line, because instructions to cargo are lines. The whole
/// text comes when the build script returns it.
fn fail(error: &str) {
    println!("cargo::error={}", error.lines().next().unwrap_or_default());
}
