//! Manual pages, as programs that show them read them.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The pages of a tool in a new folder.
fn pages(tool: &str, name: &str) -> (PathBuf, Vec<PathBuf>) {
    let folder = std::env::temp_dir().join(format!("netlink-man-{}-{name}", std::process::id()));
    let done = Command::new(tool).arg("man").arg(&folder).output().expect("the tool runs");
    assert!(done.status.success() && done.stdout.is_empty() && done.stderr.is_empty(), "{done:?}");
    let entries =
        std::fs::read_dir(&folder).expect("the folder").map(|entry| entry.expect("an entry").path());
    let mut pages: Vec<_> = entries.collect();
    pages.sort();
    (folder, pages)
}

/// What a program says of a page. `None`: it is not installed.
fn complaints(program: &str, args: &[&str], page: &Path) -> Option<String> {
    let mut command = Command::new(program);
    command.args(args).arg(page).env("LC_ALL", "C.UTF-8").env("MANPAGER", "cat");
    let done = command.output().ok()?;
    let lint = if program == "mandoc" { done.stdout } else { Vec::new() };
    Some(String::from_utf8_lossy(&[lint, done.stderr].concat()).into_owned())
}

#[test]
fn pages_have_no_faults() {
    for (tool, name, first) in [
        (env!("CARGO_BIN_EXE_netlink"), "netlink", "netlink-decode.1"),
        (env!("CARGO_BIN_EXE_netlink-codegen"), "codegen", "netlink-codegen-check.1"),
    ] {
        let (folder, pages) = pages(tool, name);
        assert!(pages.contains(&folder.join(first)), "{pages:?}");
        for (program, args) in [("man", &["--warnings", "-l"][..]), ("mandoc", &["-Tlint", "-W", "error"])] {
            for page in &pages {
                match complaints(program, args, page) {
                    Some(complaints) => assert_eq!(complaints, "", "{program}: {}", page.display()),
                    None => {
                        netlink_tests::skip(&format!("manual pages by {program}"), "it is not installed");
                        break;
                    }
                }
            }
        }
        std::fs::remove_dir_all(&folder).expect("removal");
    }
}

#[test]
fn the_first_page_is_printed() {
    let printed = Command::new(env!("CARGO_BIN_EXE_netlink")).arg("man").output().expect("the tool runs");
    let text = String::from_utf8(printed.stdout).expect("text");
    assert!(text.starts_with(".TH NETLINK 1 ") && text.contains("netlink\\-decode(1)"), "{text}");
}
