//! `netlink-codegen extract`: facts from headers into the store.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args as ClapArgs;
use serde_json::json;

use super::Outcome;
use crate::headers::extract::{BASE_TARGET, Extraction, Options, extract};
use crate::headers::facts::{Kernel, Store, is_point_of};
use crate::headers::{sources, store};
use crate::policy;

const EXAMPLES: &str = "\
Examples:
  The machine's own headers into a store of one's own:
    netlink-codegen extract --headers /usr/include --kernel 6.12.107 --store facts

  A new kernel into the workspace's store, from an unpacked package:
    dpkg-deb -x linux-libc-dev_7.3.4-1_all.deb hdr
    netlink-codegen extract --headers hdr/usr/include --kernel 7.3.4 \\
        --package \"linux-libc-dev 7.3.4-1\" --sha256 $(sha256sum < linux-libc-dev_7.3.4-1_all.deb | cut -c1-64)

  What 32-bit x86 lays out differently in that kernel:
    netlink-codegen extract --headers hdr/usr/include --kernel 7.3.4 --target i386-linux-gnu

  Constants that only the kernel's source has:
    netlink-codegen extract --headers hdr/usr/include --kernel 7.3.4 --source linux-7.3
    netlink-codegen extract --headers hdr/usr/include --kernel 7.3.4 \\
        --source linux-7.3 --header drivers/net/wireless/virtual/mac80211_hwsim.h

  What the kernel accepts for each attribute, from its policies:
    netlink-codegen extract --policies --source linux-7.3 --kernel 7.3.4

Exit status: 0 fine, 1 headers with errors (their facts were left out), 2 nothing done.";

/// Extract constants, macros and record layouts from C headers into the facts store
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Include directory of the kernel's headers (the one that holds linux/)
    #[arg(long, value_name = "DIR", required_unless_present = "policies")]
    headers: Option<PathBuf>,
    /// Exact version of the kernel, such as 7.3.4; it is filed under 7.3
    #[arg(long, value_name = "VERSION")]
    kernel: String,
    /// What it is filed under instead: 7.2.12 of a second build of 7.2, beside the first
    #[arg(long, value_name = "VERSION")]
    release: Option<String>,
    /// Package that the headers came from, with its version
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    package: String,
    /// SHA-256 of the package file
    #[arg(long, value_name = "HEX", default_value = "", hide_default_value = true)]
    sha256: String,
    /// Store to merge into [default: kernel-headers/ of the workspace around the current directory]
    #[arg(long, value_name = "DIR")]
    store: Option<PathBuf>,
    /// Architecture; any but the default adds to the store only what it lays out differently
    #[arg(long, value_name = "TRIPLE", default_value = BASE_TARGET)]
    target: String,
    /// Kernel source tree: read headers of it that are private to the kernel (or C files), and only those
    #[arg(long, value_name = "TREE")]
    source: Option<PathBuf>,
    /// Header to read instead of the built-in list: a path or pattern (`*`) below --headers, or a path below --source
    /// (repeatable)
    #[arg(long, value_name = "PATH")]
    header: Vec<String>,
    /// Write policies.txt of the store: the tables `struct nla_policy` in every C file of --source
    #[arg(long, requires = "source", conflicts_with_all = ["headers", "header"])]
    policies: bool,
    /// Print the summary as JSON
    #[arg(long)]
    json: bool,
    /// Name what has no value, and headers that this kernel does not have
    #[arg(short, long)]
    verbose: bool,
}

/// Runs it.
pub fn run(args: &Args) -> Outcome {
    match attempt(args) {
        Ok(outcome) => outcome,
        Err(message) => {
            eprintln!("error: {message}");
            Outcome::Failed
        }
    }
}

fn attempt(args: &Args) -> Result<Outcome, String> {
    let directory = match &args.store {
        Some(directory) => directory.clone(),
        None => workspace_store()?,
    };
    if let (true, Some(tree)) = (args.policies, &args.source) {
        return policies(args, tree, &directory);
    }
    let mut facts = store::load_dir(&directory).map_err(|e| format!("{}/{e}", directory.display()))?;

    let mut options = Options::listed(args.headers.clone().unwrap_or_default(), kernel(args)?);
    options.target.clone_from(&args.target);
    match &args.source {
        Some(tree) => {
            options.headers = Vec::new();
            let listed = sources::listed().into_iter().filter(|l| l.private).map(|l| l.pattern);
            let paths = if args.header.is_empty() { listed.collect() } else { args.header.clone() };
            options.private = paths.into_iter().map(|path| (tree.clone(), path)).collect();
        }
        None if !args.header.is_empty() => options.headers.clone_from(&args.header),
        None => {}
    }
    let extraction = extract(&options).map_err(|e| e.to_string())?;
    let asked_for = !args.header.is_empty();
    let findings = warn(args, &extraction, asked_for);

    let different = if args.target == BASE_TARGET {
        facts = store::merge(&facts, &extraction.store);
        None
    } else {
        let release = &options.kernel.release;
        if !facts.kernels.iter().any(|k| &k.release == release) {
            return Err(format!(
                "the store has no kernel {release}; extract it without --target first: {} adds differences only",
                args.target
            ));
        }
        Some(store::add_arch(&mut facts, sources::arch_name(&args.target), &extraction.store))
    };
    let changed = store::save_dir(&facts, &directory).map_err(|e| e.to_string())?;
    summary(args, &extraction, &facts, changed.len(), different)?;
    Ok(if findings { Outcome::Findings } else { Outcome::Fine })
}

/// Writes the policies of a source tree. What is nobody's but a driver's own is left out: an attribute
/// has a name that headers know.
fn policies(args: &Args, tree: &std::path::Path, directory: &std::path::Path) -> Result<Outcome, String> {
    let facts = store::load_dir(directory).map_err(|e| format!("{}/{e}", directory.display()))?;
    let mut tables = policy::source::tree(tree).map_err(|e| format!("{}: {e}", tree.display()))?;
    let count = |tables: &[policy::Table]| tables.iter().map(|t| t.rows.len()).sum::<usize>();
    let all = (tables.len(), count(&tables));
    if all.1 == 0 {
        return Err(format!("{}: no policies below it", tree.display()));
    }
    for table in &mut tables {
        table.rows.retain(|row| row.names(&facts).next().is_some());
    }
    tables.retain(|table| !table.rows.is_empty());
    let kept = (tables.len(), count(&tables));
    let version = kernel(args)?.version;
    let path = directory.join("policies.txt");
    let text = format!("# Linux {version}\n{}", policy::text::write(&tables));
    std::fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))?;
    let text = if args.json {
        json!({"kernel": version, "tables": all.0, "rows": all.1, "kept_tables": kept.0, "kept_rows": kept.1})
            .to_string()
    } else {
        format!("{} tables with {} attributes and commands, of which headers know {}", all.0, all.1, kept.1)
    };
    print(&text).map(|()| Outcome::Fine)
}

fn kernel(args: &Args) -> Result<Kernel, String> {
    let mut parts = args.kernel.split(['.', '-']);
    let number =
        |part: Option<&str>| part.is_some_and(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()));
    if !number(parts.next()) || !number(parts.next()) {
        return Err(format!("--kernel {}: expected a version such as 7.3 or 7.3.4", args.kernel));
    }
    let release = match &args.release {
        Some(release) if is_point_of(release, &args.kernel) => release.clone(),
        Some(release) => return Err(format!("--release {release}: {} is none of its versions", args.kernel)),
        None => args.kernel.split(['.', '-']).take(2).collect::<Vec<_>>().join("."),
    };
    if !args.sha256.is_empty()
        && (args.sha256.len() != 64 || !args.sha256.bytes().all(|b| b.is_ascii_hexdigit()))
    {
        return Err("--sha256: expected 64 hexadecimal digits".into());
    }
    Ok(Kernel {
        release,
        version: args.kernel.clone(),
        package: args.package.clone(),
        sha256: args.sha256.to_ascii_lowercase(),
    })
}

/// The data crate of the workspace that the current directory is in.
fn workspace_store() -> Result<PathBuf, String> {
    let here = std::env::current_dir().map_err(|e| format!("current directory: {e}"))?;
    here.ancestors()
        .map(|directory| directory.join("kernel-headers"))
        .find(|candidate| candidate.join("MANIFEST.toml").is_file())
        .ok_or_else(|| "no kernel-headers/ above the current directory: say --store DIR".to_owned())
}

/// Prints warnings; true when facts are missing for a reason that someone should look at.
fn warn(args: &Args, extraction: &Extraction, asked_for: bool) -> bool {
    for finding in &extraction.findings {
        eprintln!("{}: {finding}", if finding.error { "warning" } else { "note" });
    }
    let untrusted: Vec<&str> = extraction
        .store
        .missing_headers
        .iter()
        .map(|(_, h)| h.as_str())
        .filter(|h| !extraction.absent.iter().any(|a| a == h))
        .collect();
    if !untrusted.is_empty() {
        eprintln!("warning: left out, because they do not compile: {}", untrusted.join(", "));
    }
    let absent = &extraction.absent;
    if asked_for || args.verbose {
        for header in absent {
            eprintln!(
                "{}: {}: no such header",
                if asked_for { "warning" } else { "note" },
                args.headers.clone().unwrap_or_default().join(header).display()
            );
        }
    } else if !absent.is_empty() {
        eprintln!("note: {} listed headers are not in this kernel (-v names them)", absent.len());
    }
    if args.verbose {
        for (header, name) in &extraction.unsolved {
            eprintln!("note: {header}: {name} has no constant value");
        }
    }
    extraction.findings.iter().any(|f| f.error) || (asked_for && !absent.is_empty())
}

fn summary(
    args: &Args,
    extraction: &Extraction,
    facts: &Store,
    changed: usize,
    different: Option<usize>,
) -> Result<(), String> {
    let c = &extraction.counts;
    let kernels: Vec<&str> = facts.kernels.iter().map(|k| k.release.as_str()).collect();
    let text = if args.json {
        let findings: Vec<_> = extraction
            .findings
            .iter()
            .map(|f| {
                json!({"header": f.header, "file": f.file.to_string_lossy(), "line": f.line,
                       "column": f.column, "message": f.message, "error": f.error})
            })
            .collect();
        let unsolved: Vec<_> = extraction
            .unsolved
            .iter()
            .map(|(header, name)| json!({"header": header, "name": name}))
            .collect();
        json!({
            "kernel": args.kernel, "target": args.target,
            "headers": c.headers, "enums": c.enums, "constants": c.constants,
            "records": c.records, "fields": c.fields,
            "int_macros": c.int_macros, "string_macros": c.string_macros,
            "unsolved": unsolved, "absent": extraction.absent, "findings": findings,
            "different_records": different, "changed_files": changed, "kernels": kernels,
        })
        .to_string()
    } else {
        let mut text = format!(
            "{} ({}): {} headers\n  {} enums, {} constants\n  {} records, {} fields\n  {} integer macros, {} string macros, {} without a value\n",
            args.kernel,
            args.target,
            c.headers,
            c.enums,
            c.constants,
            c.records,
            c.fields,
            c.int_macros,
            c.string_macros,
            extraction.unsolved.len(),
        );
        if let Some(different) = different {
            text += &format!("{different} records are laid out differently\n");
        }
        text + &format!("store: kernels {}, {changed} files changed", kernels.join(" "))
    };
    print(&text)
}

fn print(text: &str) -> Result<(), String> {
    match writeln!(std::io::stdout().lock(), "{text}") {
        // A reader that has seen enough is no error.
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|e| e.to_string()),
    }
}
