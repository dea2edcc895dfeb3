//! Helpers of the tests that need a live kernel: namespaces, time limits, counted skips.
//!
//! A live test asks for a network namespace of its own by [`in_namespace`]. Where the machine
//! cannot give one, the test is skipped: the reason is printed and, when `NETLINK_SKIP_LOG` names
//! a file, appended there, so that whoever runs all tests can count them.
#![forbid(unsafe_code)]

pub mod bytes;
pub mod downstream;
pub mod faults;
pub mod nlmon;

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Set in the process that runs inside the namespace.
const INSIDE: &str = "NETLINK_TEST_INSIDE";

/// Longest that a live test may take: two minutes, or as many seconds as `NETLINK_TEST_LIMIT` says, for
/// machines that are emulated.
fn limit() -> Duration {
    let said = std::env::var("NETLINK_TEST_LIMIT").ok().and_then(|seconds| seconds.parse().ok());
    Duration::from_secs(said.unwrap_or(120))
}

/// Notes that a test is skipped, and why.
pub fn skip(test: &str, reason: &str) {
    match std::env::var_os("NETLINK_SKIP_LOG") {
        Some(log) => skip_in(Path::new(&log), test, reason),
        None => eprintln!("SKIPPED {test}: {reason}"),
    }
}

/// Notes in this file that a test is skipped, and why.
pub fn skip_in(log: &Path, test: &str, reason: &str) {
    eprintln!("SKIPPED {test}: {reason}");
    let file = std::fs::OpenOptions::new().append(true).create(true).open(log);
    if let Ok(mut file) = file {
        // A line at a time, so that test processes do not interleave.
        let _ = file.write_all(format!("{test}: {reason}\n").as_bytes());
    }
}

/// Whether the program can be found.
pub fn has_program(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|dir| dir.join(name).is_file())
}

/// Runs a command on this input.
///
/// # Panics
///
/// When it cannot be run.
pub fn output_with(command: &mut Command, input: &[u8]) -> std::process::Output {
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().expect("the command runs");
    // One that wants no input may have ended already.
    let _ = child.stdin.take().expect("a pipe").write_all(input);
    child.wait_with_output().expect("an end")
}

/// Runs a command with a time limit. `None` when the limit is over: the process is killed, and
/// where even that does not end it (it hangs in the kernel), left behind.
pub fn run_limited(command: &mut Command, limit: Duration) -> Option<std::process::ExitStatus> {
    let mut child = command.stdin(Stdio::null()).spawn().ok()?;
    let start = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if start.elapsed() < limit => std::thread::sleep(Duration::from_millis(20)),
            Ok(None) | Err(_) => {
                // Its children, too, if it leads a process group.
                let group = format!("-{}", child.id());
                let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
                let _ = child.kill();
                return None;
            }
        }
    }
}

/// Runs a command with a time limit and gives what it printed. Its output goes through a pipe of
/// ours, so that one which hangs in the kernel does not keep the caller's open.
pub fn output_limited(command: &mut Command, limit: Duration) -> Option<(std::process::ExitStatus, String)> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().ok()?;
    let mut pipe = child.stdout.take()?;
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut text = String::new();
        let _ = pipe.read_to_string(&mut text);
        let _ = sender.send(text);
    });
    match receiver.recv_timeout(limit) {
        Ok(text) => Some((child.wait().ok()?, text)),
        Err(_) => {
            let _ = child.kill();
            None
        }
    }
}

/// Why this machine cannot run live tests, if it cannot. Found out once per process.
pub fn live_obstacle() -> Option<&'static str> {
    static OBSTACLE: OnceLock<Option<String>> = OnceLock::new();
    OBSTACLE.get_or_init(find_obstacle).as_deref()
}

/// Whether the running kernel has had an oops or a BUG (`TAINT_DIE`, bit 7 of the taint mask). A
/// task that died in the kernel keeps the locks it held, the one of rtnetlink perhaps among them;
/// whoever waits for it then hangs for good.
pub fn kernel_oopsed() -> bool {
    let mask = std::fs::read_to_string("/proc/sys/kernel/tainted").unwrap_or_default();
    mask.trim().parse::<u64>().is_ok_and(|mask| mask & 1 << 7 != 0)
}

/// Whether the running kernel is older than a release: for what older ones do not tell.
pub fn kernel_before(major: u32, minor: u32) -> bool {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let mut numbers = release.split(|c: char| !c.is_ascii_digit()).map_while(|n| n.parse().ok());
    (numbers.next(), numbers.next()) < (Some(major), Some(minor))
}

fn find_obstacle() -> Option<String> {
    match std::env::var("NETLINK_NO_LIVE") {
        Ok(reason) if !reason.is_empty() => return Some(reason),
        Ok(_) | Err(_) => {}
    }
    if kernel_oopsed() {
        return Some("the running kernel has oopsed: its locks may be held for good".to_owned());
    }
    for program in ["unshare", "ip"] {
        if !has_program(program) {
            return Some(format!("the program `{program}` is not installed"));
        }
    }
    let mut probe = Command::new("unshare");
    // Without our own pipes: a process that hangs in the kernel would keep them open.
    probe.args(["-rn", "ip", "link", "set", "lo", "up"]).stdout(Stdio::null()).stderr(Stdio::null());
    match run_limited(&mut probe, Duration::from_secs(10)) {
        Some(status) if status.success() => None,
        Some(_) => Some("no network namespaces for this user (`unshare -rn` is refused)".to_owned()),
        None => Some("rtnetlink of the running kernel does not answer within 10 s".to_owned()),
    }
}

/// Runs the rest of a test in a network namespace of its own.
///
/// Returns `true` inside of it. Outside it runs this very test again in a child process and
/// returns `false`; so a test begins `if !in_namespace("name of the test") { return; }`.
///
/// # Panics
///
/// When the test fails inside.
pub fn in_namespace(test: &str) -> bool {
    enter(test, "-rn", live_obstacle())
}

/// As [`in_namespace`], for programs that only work for the machine's own root: not for one who is root
/// in a user namespace alone.
///
/// # Panics
///
/// When the test fails inside.
pub fn in_namespace_of_root(test: &str) -> bool {
    let mut probe = Command::new("unshare");
    probe.args(["-n", "--", "setpriv", "--clear-groups", "true"]);
    probe.stdout(Stdio::null()).stderr(Stdio::null());
    let mut root = || run_limited(&mut probe, Duration::from_secs(10)).is_some_and(|status| status.success());
    let inside = std::env::var(INSIDE).as_deref() == Ok(test);
    let refused = (!inside && live_obstacle().is_none() && !root()).then_some("it takes root");
    enter(test, "-n", live_obstacle().or(refused))
}

fn enter(test: &str, how: &str, obstacle: Option<&str>) -> bool {
    if std::env::var(INSIDE).as_deref() == Ok(test) {
        return true;
    }
    if let Some(reason) = obstacle {
        skip(test, reason);
        return false;
    }
    let exe = std::env::current_exe().expect("the test's own path");
    let mut command = Command::new("unshare");
    command.args([how, "--"]).arg(exe).args(["--exact", test, "--nocapture", "--test-threads=1"]);
    command.env(INSIDE, test);
    let status = run_limited(&mut command, limit());
    let status = status.unwrap_or_else(|| panic!("{test}: not done after {:?} in its namespace", limit()));
    assert!(status.success(), "{test} failed in its namespace: {status}");
    false
}

/// Runs `ip` with these words.
///
/// # Panics
///
/// When it fails: the set-up of a test has to work, unless the caller asks by [`try_ip`].
pub fn ip(words: &str) -> String {
    try_ip(words).unwrap_or_else(|error| panic!("ip {words}: {error}"))
}

/// Runs `ip` with these words; its output, or what it said on the way out.
pub fn try_ip(words: &str) -> Result<String, String> {
    let output = Command::new("ip").args(words.split_whitespace()).output().map_err(|e| e.to_string())?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
    }
}
