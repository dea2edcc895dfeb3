//! `netlink trace` and the output of `strace`, with real programs.
//!
//! What is said to the kernel is compared with the files of `decode/trace`, which `UPDATE_EXPECT=1` rewrites:
//! requests as they are, replies by their first lines, as kernels differ; numbers that are other ones each
//! time are replaced.

use netlink_tests::nlmon::Capture;
use netlink_tests::{has_program, in_namespace, in_namespace_of_root, ip, live_obstacle, output_with, skip};
use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

fn netlink(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netlink"));
    command.args(args);
    command
}

fn run(args: &[&str]) -> Output {
    netlink(args).stdin(Stdio::null()).output().expect("the command runs")
}

/// A name of a file that nothing else uses.
fn file(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("netlink-trace-{}-{name}", std::process::id()))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Whether programs can be traced here; if not, the test is skipped.
fn traceable(test: &str) -> bool {
    let tried = || Command::new("strace").args(["-o", "/dev/null", "true"]).output();
    let reason = match has_program("strace") {
        false => "the program `strace` is not installed".to_owned(),
        true => match tried() {
            Ok(output) if output.status.success() => return true,
            Ok(output) => format!("strace: {}", text(&output.stderr).trim()),
            Err(error) => format!("strace: {error}"),
        },
    };
    skip(test, &reason);
    false
}

/// Replaces the numbers behind these words.
fn without_numbers(line: &str) -> String {
    let mut after = "";
    let words = line.split(' ').map(|word| {
        let number = word.trim_end_matches(',');
        let varies = matches!(after, "seq" | "pid" | "port") && number.parse::<u64>().is_ok_and(|n| n != 0);
        after = word;
        if varies { word.replace(number, "N") } else { word.to_owned() }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// A conversation without what is different each time.
fn normal(trace: &str) -> String {
    let (mut out, mut reply, mut last) = (String::new(), false, String::new());
    for line in trace.lines() {
        let mut line = without_numbers(line);
        if !line.starts_with(' ') {
            reply = line.contains(" <- ");
            if reply {
                let words = line.split(", ").filter(|word| !word.ends_with(" bytes"));
                line = words.collect::<Vec<_>>().join(", ");
            }
        } else if reply && !["  acknowledged", "  error", "  done"].iter().any(|w| line.starts_with(w)) {
            continue;
        }
        // Of a dump there may be any number.
        if reply && line == last {
            continue;
        }
        out = out + &line + "\n";
        last = line;
    }
    out
}

fn conversation(test: &str, name: &str, version: &[&str], command: &[&str]) {
    if !has_program(command[0]) {
        return skip(test, &format!("the program `{}` is not installed", command[0]));
    }
    let told = Command::new(version[0]).args(&version[1..]).output().expect("its version");
    let version = text(&told.stdout).lines().next().unwrap_or_default().to_owned();
    let written = file(name);
    let output = run(&[&["trace", "--text", "-o", written.to_str().unwrap(), "--"], command].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let trace = std::fs::read_to_string(&written).expect("a trace");
    std::fs::remove_file(&written).expect("it is there");
    let found = format!("# {}, {version}\n{}", command.join(" "), normal(&trace));
    let path = Path::new("tests/decode/trace").join(name).with_extension("txt");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, &found).expect("the file");
    }
    let want = std::fs::read_to_string(&path).expect("the file");
    if want.lines().next() != found.lines().next() {
        let written = want.lines().next().unwrap_or_default();
        return skip(test, &format!("written for `{written}`; here is {version}"));
    }
    assert_eq!(found, want, "{}", path.display());
}

#[test]
fn conversations() {
    const NAME: &str = "conversations";
    if !in_namespace(NAME) || !traceable(NAME) {
        return;
    }
    conversation(
        NAME,
        "ip",
        &["ip", "-V"],
        &["ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1"],
    );
    let qdisc = ["tc", "qdisc", "add", "dev", "lo", "root", "pfifo", "limit", "10"];
    conversation(NAME, "tc", &["tc", "-V"], &qdisc);
    conversation(NAME, "nft", &["nft", "--version"], &["nft", "add", "table", "inet", "filter"]);
    conversation(NAME, "ethtool", &["ethtool", "--version"], &["ethtool", "-k", "lo"]);
    conversation(NAME, "ss", &["ss", "-V"], &["ss", "-t"]);
}

#[test]
fn the_command_is_as_it_would_be() {
    const NAME: &str = "the_command_is_as_it_would_be";
    if !traceable(NAME) {
        return;
    }
    let output = run(&["trace", "--", "sh", "-c", "echo out; echo err >&2; exit 7"]);
    assert_eq!((text(&output.stdout).as_str(), text(&output.stderr).as_str()), ("out\n", "err\n"));
    assert_eq!(output.status.code(), Some(7));
    // Words that a shell would take apart; a signal.
    let output = run(&["trace", "printf", "%s|", "a b", "$HOME", "'", ";"]);
    assert_eq!(text(&output.stdout), "a b|$HOME|'|;|");
    let output = run(&["trace", "--", "sh", "-c", "kill -TERM $$"]);
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&output.status), Some(15));
    let mut child = netlink(&["trace", "cat"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"in").unwrap();
    assert_eq!(child.wait_with_output().unwrap().stdout, b"in");
}

#[test]
fn where_nothing_can_be_traced() {
    let folder = file("path");
    std::fs::create_dir_all(&folder).unwrap();
    let output = netlink(&["trace", "true"]).env("PATH", &folder).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).starts_with("error: strace is not installed"), "{}", text(&output.stderr));
    let strace = folder.join("strace");
    std::fs::write(
        &strace,
        "#!/bin/sh\necho 'strace: ptrace(PTRACE_TRACEME, ...): Operation not permitted' >&2\nexit 1\n",
    )
    .unwrap();
    std::fs::set_permissions(&strace, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let output = netlink(&["trace", "true"]).env("PATH", &folder).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let want = "error: strace cannot trace here: strace: ptrace(PTRACE_TRACEME, ...): Operation not permitted\n\
                It needs ptrace(2): ";
    assert!(text(&output.stderr).starts_with(want), "{}", text(&output.stderr));
    for args in [
        &["trace"][..],
        &["trace", "-o", "/nonexistent/file", "true"],
        &["trace", "--schema", "/no.yaml", "true"],
    ] {
        assert_eq!(run(args).status.code(), Some(2), "{args:?}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

/// What was said is there while the command still runs.
#[test]
fn messages_are_shown_at_once() {
    const NAME: &str = "messages_are_shown_at_once";
    if live_obstacle().is_some_and(|reason| {
        skip(NAME, reason);
        true
    }) || !traceable(NAME)
    {
        return;
    }
    let mut child = netlink(&["trace", "--json", "--", "sh", "-c", "ip link show lo; read x"]);
    let mut child =
        child.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut pipe = child.stderr.take().expect("a pipe");
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(len @ 1..) = pipe.read(&mut bytes) {
            let _ = sender.send(text(&bytes[..len]));
        }
    });
    let (start, mut shown) = (Instant::now(), String::new());
    while !shown.contains("RTM_NEWLINK\",\"len\"") || !shown.ends_with('\n') {
        let left = Duration::from_secs(60).saturating_sub(start.elapsed());
        shown += &receiver.recv_timeout(left).unwrap_or_else(|_| panic!("nothing is shown: {shown}"));
    }
    drop(child.stdin.take());
    child.wait().expect("it ends");
}

fn json(text: &str) -> Vec<Value> {
    text.lines().map(|l| serde_json::from_str(l).unwrap_or_else(|e| panic!("{e}: {l}"))).collect()
}

/// The same routes, as `ip` has them from the kernel and as it saves them, and what `strace` writes by itself.
#[test]
fn formats_agree() {
    const NAME: &str = "formats_agree";
    if !in_namespace(NAME) || !traceable(NAME) {
        return;
    }
    ip("link set lo up");
    for n in 1..200 {
        ip(&format!("route add 10.0.{n}.0/24 dev lo"));
    }
    let (saved, traced, written) = (file("saved"), file("traced"), file("strace"));
    let command = format!("ip route save table main > {}", saved.display());
    let output = run(&["trace", "--json", "-o", traced.to_str().unwrap(), "--", "sh", "-c", &command]);
    assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(0), ""));
    let routes = |lines: &str| {
        let routes = json(lines).into_iter().filter(|l| l["type"] == "RTM_NEWROUTE");
        routes.collect::<Vec<_>>()
    };
    let traced_routes = routes(&std::fs::read_to_string(&traced).unwrap());
    assert_eq!(traced_routes.len(), 199);
    let output = run(&["decode", saved.to_str().unwrap()]);
    assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(0), ""));
    assert_eq!(routes(&text(&output.stdout)), traced_routes);

    // strace with options of all kinds, with dumps and without.
    let options = ["-f", "-y", "-yy", "-t", "-tt", "-ttt", "-r", "-T", "-x", "-xx", "-n", "-s 65536", "-q"];
    let dumps = ["-e", "read=all", "-e", "write=all", "-e", "trace=%network"];
    for option in options {
        let option: Vec<&str> = option.split(' ').collect();
        let mut strace = Command::new("strace");
        strace.args(&option).args(dumps).arg("-o").arg(&written);
        let output = strace.args(["ip", "route", "show", "table", "main"]).output().expect("strace");
        assert!(output.status.success(), "{option:?}: {}", text(&output.stderr));
        let output = run(&["decode", written.to_str().unwrap()]);
        assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(0), ""), "{option:?}");
        let mut found = routes(&text(&output.stdout));
        assert_eq!(found.len(), 199, "{option:?}");
        for (found, traced) in found.iter_mut().zip(&traced_routes) {
            (found["seq"], found["pid"]) = (traced["seq"].clone(), traced["pid"].clone());
            assert_eq!(found, traced, "{option:?}");
        }
    }
    let plain = ["-f", "-xx", "-s", "65536", "-o", written.to_str().unwrap(), "ip", "route"];
    assert!(Command::new("strace").args(plain).output().expect("strace").status.success());
    let output = run(&["decode", written.to_str().unwrap()]);
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        told.contains("its bytes are not there. To have the bytes: strace -f -yy -e trace=%network"),
        "{told}"
    );
    for path in [saved, traced, written] {
        std::fs::remove_file(path).unwrap();
    }
}

/// What an nlmon device sees, is what `strace` sees, and more: notifications, and others' messages.
#[test]
fn nlmon_sees_the_same() {
    const NAME: &str = "nlmon_sees_the_same";
    if !in_namespace_of_root(NAME) || !traceable(NAME) {
        return;
    }
    let (captured, traced) = (file("pcap"), file("nlmon"));
    let capture = match Capture::begin(&captured) {
        Ok(capture) => capture,
        Err(reason) => return skip(NAME, &reason),
    };
    let command =
        "ip link add v0 type veth; ip -d link; ip addr add 10.0.0.1/24 dev v0; ip route; ethtool -k lo";
    let output = run(&["trace", "--json", "-o", traced.to_str().unwrap(), "--", "sh", "-c", command]);
    let captured = capture.end();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let output = output_with(&mut netlink(&["decode", "-"]), &captured);
    assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(0), ""));
    let seen = json(&text(&output.stdout));
    let traced = std::fs::read_to_string(traced).unwrap();
    let conversation = json(&traced);
    assert!(conversation.len() > 20, "{traced}");
    for message in conversation {
        // Errors are told by their requests, which the capture may have seen in another order.
        let found = seen
            .iter()
            .any(|s| ["type", "len", "flags", "seq", "attrs"].iter().all(|key| s[key] == message[key]));
        assert!(found, "nlmon has not seen {message}");
    }
}

/// Processes, threads that interrupt each other, descriptors with the same number.
#[test]
fn children_are_traced() {
    const NAME: &str = "children_are_traced";
    if !in_namespace(NAME) || !traceable(NAME) {
        return;
    }
    let written = file("children");
    let command = "for i in 1 2 3 4; do ip -o link show lo & ss -t & nft list tables & done; wait";
    let output = run(&["trace", "--json", "-o", written.to_str().unwrap(), "--", "sh", "-c", command]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(!text(&output.stderr).contains("trace: "), "{}", text(&output.stderr));
    let all = json(&std::fs::read_to_string(&written).unwrap());
    let count = |what: &str| all.iter().filter(|l| l["type"] == what).count();
    // A request by number, and the reply.
    assert!(count("RTM_GETLINK") >= 4 && count("RTM_NEWLINK") >= 4, "{}", all.len());
    if has_program("ss") {
        assert_eq!(count("SOCK_DIAG_BY_FAMILY"), 8);
    }
    assert!(all.iter().all(|l| l["type"].is_string()), "each is of the protocol of its socket");
    std::fs::remove_file(written).unwrap();
}
