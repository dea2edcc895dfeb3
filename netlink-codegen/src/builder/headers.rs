//! Headers of one's own in a build script.

use super::{Error, watch};
use crate::headers::extract::{BASE_TARGET, Extraction, Finding, Options, extract};
use crate::headers::facts::{Kernel, Store};
use crate::headers::{overlay, store};
use crate::report::{Diagnostic, Diagnostics, Span, codes};
use std::path::{Path, PathBuf};

/// What was said about headers.
#[derive(Clone, Debug, Default)]
pub(super) struct Headers {
    pub(super) files: Vec<PathBuf>,
    pub(super) include: Vec<PathBuf>,
    pub(super) kernel: Option<PathBuf>,
}

impl Headers {
    /// Tells cargo what is known before anything is read.
    pub(super) fn watch(&self) {
        if self.files.is_empty() {
            return;
        }
        self.files.iter().for_each(|file| watch(file));
        // By these libclang is found.
        for variable in ["LIBCLANG_PATH", "LLVM_CONFIG_PATH"] {
            println!("cargo::rerun-if-env-changed={variable}");
        }
    }

    /// The shipped facts with those of the headers over them.
    pub(super) fn facts(&self) -> Result<Store, Error> {
        let mut facts = store::shipped().map_err(|e| Error::Facts(e.to_string()))?;
        let extraction = extract(&self.options(&facts))?;
        for file in &extraction.read {
            let file = shown(file);
            if !self.files.iter().any(|f| f == file) {
                watch(file);
            }
        }
        let diagnostics = diagnostics(&extraction);
        if !diagnostics.is_empty() {
            return Err(Error::Headers(diagnostics));
        }
        for name in overlay::overlay(&mut facts, &extraction.store) {
            println!("cargo::warning={name}: the header's meaning replaces the kernel's");
        }
        Ok(facts)
    }

    fn options(&self, facts: &Store) -> Options {
        let target = |variable| std::env::var(variable).ok().and_then(|triple| c_target(&triple));
        Options {
            root: self.kernel.clone().unwrap_or_else(|| PathBuf::from("/usr/include")),
            target: target("TARGET").unwrap_or_else(|| BASE_TARGET.to_owned()),
            fallback: target("HOST"),
            include: self.include.clone(),
            kernel: facts.kernels.last().cloned().unwrap_or_else(|| Kernel {
                release: "headers".to_owned(),
                version: "headers".to_owned(),
                package: String::new(),
                sha256: String::new(),
            }),
            headers: Vec::new(),
            files: self.files.clone(),
            private: Vec::new(),
        }
    }
}

/// What C compilers and include directories call a Rust target; `None` if it is no Linux.
fn c_target(rust: &str) -> Option<String> {
    if !rust.contains("linux") {
        return None;
    }
    let arch = rust.split('-').next()?;
    let arch = match arch {
        "i586" | "i686" => "i386",
        _ if arch.starts_with("arm") || arch.starts_with("thumb") => "arm",
        _ if arch.starts_with("riscv64") => "riscv64",
        _ if arch.starts_with("riscv32") => "riscv32",
        _ => arch,
    };
    // The C library does not matter, so its name is the one that directories have.
    let abi = ["eabihf", "eabi", "abi64", "abin32", "x32"].into_iter().find(|abi| rust.ends_with(abi));
    Some(format!("{arch}-linux-gnu{}", abi.unwrap_or_default()))
}

/// A path as the build script would say it: from the package's directory.
fn shown(path: &Path) -> &Path {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path)
}

/// The compiler's errors.
fn diagnostics(extraction: &Extraction) -> Diagnostics {
    let mut out = Diagnostics::default();
    for finding in extraction.findings.iter().filter(|f| f.error) {
        let place = place(finding, &mut out);
        let diagnostic = Diagnostic::error(codes::HEADER, finding.message.clone());
        out.push(match place {
            Some(span) => diagnostic.at(span, ""),
            None => diagnostic,
        });
    }
    out.sort();
    out
}

/// Where a finding stands: the word there.
fn place(finding: &Finding, out: &mut Diagnostics) -> Option<Span> {
    let (line, column) = (finding.line.checked_sub(1)?, finding.column.checked_sub(1)?);
    let path = shown(&finding.file).display().to_string();
    let known = out.sources.files.iter().position(|f| f.path == path);
    let file = match known {
        Some(ix) => ix as u32,
        None => {
            let text = std::fs::read(&finding.file).ok()?;
            out.sources.add(path, String::from_utf8_lossy(&text).into_owned())
        }
    };
    let text = &out.sources.files[file as usize].text;
    let lines = text.split_inclusive('\n').take(line as usize);
    let start = lines.map(str::len).sum::<usize>() + column as usize;
    let rest = text.get(start..)?;
    let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    let mark = rest.chars().next().filter(|c| *c != '\n').map_or(0, char::len_utf8);
    Some(Span { file, start: start as u32, end: (start + word.max(mark)) as u32 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_by_their_c_names() {
        for (rust, c) in [
            ("x86_64-unknown-linux-gnu", "x86_64-linux-gnu"),
            ("aarch64-unknown-linux-musl", "aarch64-linux-gnu"),
            ("aarch64-linux-android", "aarch64-linux-gnu"),
            ("i686-unknown-linux-gnu", "i386-linux-gnu"),
            ("armv7-unknown-linux-musleabihf", "arm-linux-gnueabihf"),
            ("riscv64gc-unknown-linux-gnu", "riscv64-linux-gnu"),
            ("mips64el-unknown-linux-gnuabi64", "mips64el-linux-gnuabi64"),
            ("x86_64-unknown-linux-gnux32", "x86_64-linux-gnux32"),
        ] {
            assert_eq!(c_target(rust).as_deref(), Some(c), "{rust}");
        }
        assert_eq!(c_target("aarch64-apple-darwin"), None);
    }
}
