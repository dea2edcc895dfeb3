//! The generator in build scripts of other projects: `tests/downstream`, copied and built as if
//! just checked out.

use netlink_tests::downstream::{Project, root, text, tree};
use netlink_tests::{live_obstacle, output_limited, skip};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The target directory is one for all, and programs in it are called by the crate's name alone.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A fresh copy of an example for a test.
fn project(test: &str, example: &str) -> Project {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let target = scratch.with_file_name("downstream");
    let from = root().join("tests/downstream").join(example);
    let mut crates = tree();
    // They generate what they use.
    crates.retain(|(name, _)| *name != "netlink-families");
    let project = Project::copy(&from, &scratch.join(test), &target, &crates).expect("a copy");
    project.dependencies().unwrap_or_else(|e| panic!("{test}: what it depends on is not here: {e}"));
    project
}

/// What a build came to.
struct Built {
    ok: bool,
    /// What cargo says.
    said: String,
    /// What it says for programs.
    json: Vec<serde_json::Value>,
}

fn build(project: &Project) -> Built {
    built(project.cargo(&["build", "--verbose", "--message-format=json"]).expect("cargo"))
}

fn built(output: Output) -> Built {
    let json = text(&output.stdout).lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    // But for the compiler's many arguments.
    let said = text(&output.stderr)
        .lines()
        .filter(|line| !line.contains("/rustc "))
        .map(|l| format!("{l}\n"))
        .collect();
    Built { ok: output.status.success(), said, json }
}

impl Built {
    fn expect(self) -> Self {
        assert!(self.ok, "{}", self.said);
        self
    }

    /// Whether the project's build script was run, rather than one of a dependency.
    fn ran(&self) -> bool {
        let mut runs = self.said.lines().filter(|line| line.trim_start().starts_with("Running "));
        let ours = |line: &str| line.contains("/build/sensors") || line.contains("/build/shipped-families");
        runs.any(|line| line.contains("build-script-build") && ours(line))
    }

    /// A file that the project's build script generated.
    fn generated(&self, file: &str) -> String {
        let out = self.json.iter().rfind(|m| m["reason"] == "build-script-executed" && is_project(m));
        let out = PathBuf::from(out.expect("a build script")["out_dir"].as_str().expect("a path"));
        std::fs::read_to_string(out.join(file)).unwrap_or_else(|e| panic!("{file}: {e}"))
    }
}

/// Whether a message is about one of the examples, which are all below the scratch directory.
fn is_project(message: &serde_json::Value) -> bool {
    message["package_id"].as_str().is_some_and(|id| id.contains(env!("CARGO_TARGET_TMPDIR")))
}

/// What the project's program prints, run in a network namespace of its own.
fn run(test: &str, project: &Project) -> Option<String> {
    if let Some(reason) = live_obstacle() {
        skip(test, reason);
        return None;
    }
    let mut command = project.command(&["unshare", "-rn"], &["run", "--quiet"]);
    let (status, output) = output_limited(&mut command, Duration::from_secs(60)).expect("it ends");
    assert!(status.success(), "{test}: {status}\n{output}");
    Some(output)
}

/// Builds the custom family; `None` where there is no libclang.
fn sensors(test: &str) -> Option<(Project, Built)> {
    let project = project(test, "custom-family");
    let first = build(&project);
    if first.said.contains("reading headers needs libclang") {
        skip(test, "libclang is not here");
        return None;
    }
    Some((project, first.expect()))
}

#[test]
fn shipped_families_need_neither_libclang_nor_the_network() {
    const TEST: &str = "shipped_families_need_neither_libclang_nor_the_network";
    let _turn = turn();
    let mut project = project(TEST, "shipped-families");
    let dependencies = project.dependencies().expect("cargo tree");
    let has = |name: &str| dependencies.lines().any(|line| line.split(' ').next() == Some(name));
    assert!(has("netlink-codegen") && has("netlink-derive") && has("syn"), "{dependencies}");
    for heavy in ["clang", "clang-sys", "libloading", "bindgen", "clap", "netlink-tests"] {
        assert!(!has(heavy), "{heavy} is among {dependencies}");
    }
    project.set("LIBCLANG_PATH", "/nonexistent");
    // Where namespaces can be had there is no network at all, not even for the build script.
    let alone: &[&str] = if live_obstacle().is_none() { &["unshare", "-rn"] } else { &[] };
    let mut command = project.command(alone, &["build", "--verbose", "--message-format=json"]);
    let first = built(command.output().expect("cargo")).expect();
    assert!(first.ran());
    assert!(!first.said.contains("warning:"), "{}", first.said);

    let link = first.generated("rt_link.rs");
    assert!(link.starts_with("// @generated by netlink-codegen from schemas/rt-link.yaml; kernel 6.1.\n"));
    assert!(link.contains("IFLA_ALLMULTI = 61") && !link.contains("IFLA_GSO_IPV4_MAX_SIZE"));
    if let Some(printed) = run(TEST, &project) {
        let lines: Vec<&str> = printed.lines().collect();
        let [has, lacks, lo, routes] = lines.as_slice() else { panic!("{printed}") };
        assert_eq!(*has, "attribute 61 is allmulti");
        assert_eq!(*lacks, "attribute 63 is not in the module");
        let newer = lo.strip_prefix("1: lo mtu 65536; newer than 6.1:").expect(lo);
        // Linux sends it with every link from 6.3 on.
        assert_eq!(newer.split(' ').any(|id| id == "63"), kernel() >= (6, 3), "{lo}");
        assert_eq!(*routes, "routes: 0");
    }

    // Another kernel is another build script.
    let script = project.read("build.rs").expect("build.rs");
    project.write("build.rs", &script.replace("6.1", "6.12")).expect("write");
    let other = build(&project).expect();
    assert!(other.ran() && other.generated("rt_link.rs").contains("IFLA_GSO_IPV4_MAX_SIZE = 63"));
    if let Some(printed) = run(TEST, &project) {
        assert!(printed.contains("attribute 63 is gso_ipv4_max_size\n"), "{printed}");
    }
    project.write("build.rs", &script.replace("6.1", "5.10")).expect("write");
    assert!(!build(&project).expect().generated("rt_link.rs").contains("IFLA_ALLMULTI"));
    project.write("build.rs", &script.replace("6.1", "6.2")).expect("write");
    let unknown = build(&project);
    assert!(
        !unknown.ok && unknown.said.contains(": there are no facts about kernel 6.2, only about 4.19, 5.10,")
    );
}

/// Version and patch level of the running kernel.
fn kernel() -> (u32, u32) {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").expect("a release");
    let mut numbers = release.split(|c: char| !c.is_ascii_digit()).map(|n| n.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

/// What `custom-family` prints.
const TALK: &str = r#"== the station
1: Some(-3) Some(CELSIUS) of 0..100 +2
2: Some(80) Some(PERCENT)
Reading { SENSORS_A_ID: 2, SENSORS_A_LABEL: "cellar", SENSORS_A_UNIT: PERCENT, SENSORS_A_VALUE: 80, 9: unknown(6e657773) }
attribute 9 is none of ours: 4 bytes
sensor 3: SENSORS_CMD_GET: ENOENT
news: Reading { SENSORS_A_ID: 2, SENSORS_A_LABEL: "cellar", SENSORS_A_UNIT: PERCENT, SENSORS_A_VALUE: 80, 9: unknown(6e657773) }
== the kernel
no generic netlink family is named sensors
"#;

#[test]
fn a_custom_family_comes_from_a_schema_and_a_header() {
    const TEST: &str = "a_custom_family_comes_from_a_schema_and_a_header";
    let _turn = turn();
    let Some((project, first)) = sensors(TEST) else { return };
    assert!(first.ran());
    assert!(!first.said.contains("warning:"), "{}", first.said);
    let text = first.generated("sensors.rs");
    assert!(
        text.starts_with("// @generated by netlink-codegen from schemas/sensors.yaml; kernels 4.19.."),
        "{text}"
    );
    assert!(text.contains("#[netlink(SENSORS_A_RANGE = 5, struct)]"), "{text}");
    if let Some(printed) = run(TEST, &project) {
        assert_eq!(printed, TALK);
    }
}

#[test]
fn the_build_script_runs_when_an_input_changes_and_only_then() {
    const TEST: &str = "the_build_script_runs_when_an_input_changes_and_only_then";
    let _turn = turn();
    let Some((mut project, _)) = sensors(TEST) else { return };
    let runs = |project: &Project, what: &str| {
        let next = build(project).expect();
        assert_eq!(next.said.contains("Dirty sensors "), next.said.contains("Compiling sensors "));
        println!("{what}: {}", if next.ran() { "runs" } else { "does not run" });
        next.ran()
    };
    assert!(!runs(&project, "nothing"));
    project.write("schemas/notes.txt", "beside the schema\n").expect("write");
    project.write("include/uapi/linux/other.h", "#error\n").expect("write");
    assert!(!runs(&project, "files that nobody refers to"));
    project.touch("src/main.rs").expect("touch");
    assert!(!runs(&project, "the program"));
    for input in [
        "schemas/sensors.yaml",
        // The schema refers to it.
        "schemas/units.yaml",
        "include/uapi/linux/sensors.h",
        // The header includes it.
        "include/uapi/linux/sensors_limits.h",
        "build.rs",
    ] {
        project.touch(input).expect("touch");
        assert!(runs(&project, input));
        assert!(!runs(&project, "nothing more"));
    }
    // The same place by another name.
    if let Some(libclang) = std::env::var("LIBCLANG_PATH").ok().filter(|path| Path::new(path).is_dir()) {
        project.set("LIBCLANG_PATH", &format!("{libclang}/."));
        assert!(runs(&project, "LIBCLANG_PATH"));
    }
}

#[test]
fn what_changes_is_generated_anew() {
    const TEST: &str = "what_changes_is_generated_anew";
    let _turn = turn();
    let Some((project, first)) = sensors(TEST) else { return };
    assert!(first.generated("sensors.rs").contains("C prefix `SENSORS_A_*`"));
    for (file, from, to, module, wanted) in [
        (
            "schemas/sensors.yaml",
            "Where it is.",
            "Where it hangs.",
            "sensors.rs",
            "`SENSORS_A_LABEL`: Where it hangs.",
        ),
        ("schemas/units.yaml", "value: 2", "value: 7", "units.rs", "PERCENT = 7,"),
        (
            "include/uapi/linux/sensors.h",
            "SENSORS_CMD_GET,",
            "SENSORS_CMD_GET = 11,",
            "sensors.rs",
            "SENSORS_CMD_GET = 11,",
        ),
    ] {
        let text = project.read(file).expect("an input");
        assert!(text.contains(from));
        project.write(file, &text.replace(from, to)).expect("write");
        let next = build(&project).expect();
        assert!(next.generated(module).contains(wanted), "{}", next.generated(module));
    }
}

/// A mistake: file, what is replaced by what, the word at which it is reported, and how.
type Mistake<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str);

const MISTAKES: &[Mistake<'_>] = &[
    (
        "schemas/sensors.yaml",
        "type: s32, doc: \"What",
        "type: s33, doc: \"What",
        "s33",
        "error[NL0006]: `s33` is no type (did you mean `s32`?)",
    ),
    ("schemas/sensors.yaml", "      label:", "      lable:", "lable", "error[NL0105]: "),
    (
        "schemas/sensors.yaml",
        "nest calibration",
        "nest callibration",
        "callibration",
        "error[NL0101]: `sensors` has no attribute set `callibration` (did you mean `calibration`?)",
    ),
    (
        "schemas/sensors.yaml",
        "struct sensors_range",
        "struct sensor_range",
        "sensor_range",
        "error[NL0103]: ",
    ),
    (
        "schemas/sensors.yaml",
        "units/unit",
        "unit/unit",
        "unit/unit",
        "error[NL0008]: no schema is called `unit`",
    ),
    ("schemas/units.yaml", "entries:", "entrys:", "entrys", "error[NL0003]: "),
    (
        "include/uapi/linux/sensors.h",
        "\t__be16 low;",
        "\tbe16 low;",
        "be16 low",
        "error[NL0012]: unknown type name 'be16'",
    ),
    (
        "include/uapi/linux/sensors_limits.h",
        "#define SENSORS_LIMIT_LABEL 15",
        "int x[;",
        ";",
        "error[NL0012]: expected expression",
    ),
];

#[test]
fn mistakes_are_cargo_errors_with_file_and_line() {
    const TEST: &str = "mistakes_are_cargo_errors_with_file_and_line";
    let _turn = turn();
    let Some((project, _)) = sensors(TEST) else { return };
    for (file, from, to, at, message) in MISTAKES {
        let good = project.read(file).expect("an input");
        assert_eq!(good.matches(from).count(), 1, "{from} in {file}");
        let bad = good.replace(from, to);
        project.write(file, &bad).expect("write");
        let broken = build(&project);
        let start = bad.find(to).expect("the mistake");
        let place = start + bad[start..].find(at).expect("the word");
        let line = bad[..place].matches('\n').count() + 1;
        let column = place - bad[..place].rfind('\n').map_or(0, |at| at + 1) + 1;
        let wanted = format!(": {file}:{line}:{column}: {message}");
        let errors: Vec<&str> =
            broken.said.lines().filter(|line| line.starts_with("error: sensors")).collect();
        println!("{}", errors.join("\n"));
        assert!(!broken.ok && errors.iter().any(|e| e.contains(&wanted)), "{wanted}\n{}", broken.said);
        project.write(file, &good).expect("write");
    }
    // A good one again, and all is well.
    let text = project.read("build.rs").expect("build.rs");
    build(&project).expect();

    // What may be let pass is a warning.
    project.write("build.rs", &text.replace(".generate", ".lenient(true).generate")).expect("write");
    let schema = project.read("schemas/sensors.yaml").expect("a schema");
    let odd = schema.replace("      value: {type", "      value: {value: 9, type");
    project.write("schemas/sensors.yaml", &odd).expect("write");
    let warned = build(&project).expect();
    let line = odd[..odd.find("value: 9").expect("it")].matches('\n').count() + 1;
    let wanted = format!(": schemas/sensors.yaml:{line}:");
    let mut warnings = warned.said.lines().filter(|line| line.starts_with("warning: sensors"));
    assert!(warnings.any(|w| w.contains(&wanted) && w.contains("warning[NL0202]: ")), "{}", warned.said);
    assert!(warned.generated("sensors.rs").contains("SENSORS_A_VALUE = 4"));
}
