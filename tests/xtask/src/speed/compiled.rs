//! What is measured besides the programs: compile time, sizes of binaries and of sources.

use super::load::{self, Load};
use super::measure::today;
use super::programs::{bench_cargo, benches, compile_c};
use super::results::{Metric, Results, Row, Run};
use super::work::Part;
use crate::compile_time::{self, FAMILIES, OTHERS, Project};
use crate::{Result, root, run, step};
use std::fs;
use std::path::{Path, PathBuf};

/// The family that stands for one.
const ONE: &str = "rt-link";

/// Measures a part once.
fn once(part: Part, measure: impl FnOnce() -> Result<Vec<Row>>) -> Result<Results> {
    let mut load = Load { before: load::average(), ..Load::default() };
    let rows = load.round(measure)?;
    let runs = [(part.name().to_owned(), Run { date: today(), rounds: 1, load })].into();
    Ok(Results { runs, rows, ..Results::default() })
}

/// CPU time of the compiler.
pub(crate) fn compile() -> Result<Results> {
    once(Part::Compile, || {
        let families: Vec<Row> = FAMILIES.iter().map(|project| compiled("compile", project)).collect();
        // One family of ours and of the nearest peer have been compiled just now.
        let ones = families.iter().filter(|row| row.case == ONE).cloned();
        let mut alone: Vec<Row> = ones.map(|row| Row { work: "compile-all".to_owned(), ..row }).collect();
        alone.extend(OTHERS.iter().map(|project| compiled("compile-all", project)));
        Ok([families, alone].concat())
    })
}

fn compiled(work: &str, project: &Project) -> Row {
    let mut row = Row::new(work, project.program, project.what);
    match compile_time::build(project) {
        Ok(built) => {
            row.set(Metric::Own, built.libraries());
            row.set(Metric::All, built.all());
            if let Some(bytes) = built.rlib {
                row.set(Metric::Bytes, bytes as f64);
            }
        }
        Err(reason) => row.notes.push(reason),
    }
    row
}

/// Bytes of the smallest programs that list links: everything in `benches/size`.
pub(crate) fn size() -> Result<Results> {
    once(Part::Size, || {
        let mut sources = entries(&benches().join("size"))?;
        sources.sort_by_key(|path| (path.is_file(), !path.ends_with("ours"), path.clone()));
        Ok(sources.iter().map(|source| smallest(source)).collect())
    })
}

fn smallest(source: &Path) -> Row {
    let stem = source.file_stem().unwrap_or_default().to_string_lossy();
    let name = match stem.as_ref() {
        "bindings" => "netlink-bindings",
        "packet-route" => "rtnetlink",
        name => name,
    };
    let mut row = Row::new("size", name, "smallest binary");
    step(&format!("the smallest binary of {name}"));
    let binary = if source.is_file() {
        compile_c(source, &["-Os", "-flto", "-s"], true)
    } else {
        let package = format!("size-{stem}");
        let mut cargo = bench_cargo("build");
        run(cargo.args(["--quiet", "--locked", "--profile", "size", "--package", &package]))
            .map(|()| benches().join("target/size").join(package))
    };
    match binary.and_then(|path| fs::metadata(&path).map_err(|e| format!("{}: {e}", path.display()))) {
        Ok(metadata) => row.set(Metric::Bytes, metadata.len() as f64),
        Err(reason) => row.notes.push(reason),
    }
    row
}

/// Bytes of the sources of all families.
pub(crate) fn source() -> Result<Results> {
    once(Part::Source, || {
        let generated =
            |path: &PathBuf| fs::read_to_string(path).is_ok_and(|text| text.starts_with("// @generated"));
        let ours = files(&root().join("netlink-families/src"))?.into_iter().filter(generated);
        let mut rows = vec![sources("ours", ours.collect())];
        rows.push(match bindings() {
            Ok(dir) => sources("netlink-bindings", files(&dir)?),
            Err(reason) => {
                let mut row = Row::new("source", "netlink-bindings", "all sources");
                row.notes.push(reason);
                row
            }
        });
        Ok(rows)
    })
}

fn sources(program: &str, files: Vec<PathBuf>) -> Row {
    let mut row = Row::new("source", program, "all sources");
    let lengths = files.iter().filter_map(|path| fs::metadata(path).ok());
    row.set(Metric::Bytes, lengths.map(|metadata| metadata.len()).sum::<u64>() as f64);
    row.notes.push(format!("in {} files", files.len()));
    row
}

/// The source of netlink-bindings, where cargo has put it.
fn bindings() -> Result<PathBuf> {
    let output = bench_cargo("metadata")
        .args(["--format-version", "1", "--locked"])
        .output()
        .map_err(|e| format!("cargo metadata: {e}"))?;
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).map_err(|e| e.to_string())?;
    let packages = metadata.get("packages").and_then(|packages| packages.as_array()).into_iter().flatten();
    let found = packages.into_iter().find(|package| package["name"] == "netlink-bindings");
    let manifest = found.and_then(|package| package["manifest_path"].as_str());
    let manifest = manifest.ok_or("the suite has no netlink-bindings")?;
    Ok(Path::new(manifest).with_file_name("src"))
}

/// All Rust files in a folder and below.
fn files(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in entries(dir)? {
        if path.is_dir() {
            found.extend(files(&path)?);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    Ok(found)
}

fn entries(dir: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    Ok(entries.flatten().map(|entry| entry.path()).collect())
}
