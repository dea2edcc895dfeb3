//! How fast `netlink` starts, decodes and dumps, beside pyroute2's decoder and the command of the kernel's
//! own YNL tools, in one run on the same data.

use crate::setup::{limited, venv};
use crate::spread::Spread;
use crate::{Result, apt, cargo, create_dir, step, target};
use netlink_tests::has_program;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

/// Pinned, so that numbers can be compared.
pub(crate) const PYROUTE2: &str = "pyroute2==0.9.7";
/// Debian's package with the tools of this kernel.
const SOURCE: &str = "linux-source-6.12";
/// What YNL's command needs.
const YNL_NEEDS: &[&str] = &["pyyaml", "jsonschema"];
/// Routes in the dump.
const ROUTES: u32 = 100_000;
/// How often short commands run, and long ones.
const SHORT: usize = 31;
const LONG: usize = 5;
/// What is streamed, to see the memory stay the same.
const STREAM: usize = 1 << 30;

/// Routes as `ip -batch` takes them: gateways with metrics, other tables, two next hops.
fn batch() -> String {
    let mut out = String::new();
    for i in 0..ROUTES {
        let [_, a, b, c] = i.to_be_bytes();
        let to = format!("{}.{b}.{c}.0/24", 11 + a);
        let _ = match i % 3 {
            0 => writeln!(
                out,
                "route add {to} via 10.0.0.{} dev v0 metric {} mtu 1400",
                2 + i % 200,
                i % 5 + 1
            ),
            1 => writeln!(out, "route add {to} dev v0 table {} proto {}", 100 + i % 7, 10 + i % 5),
            _ => writeln!(
                out,
                "route add {to} nexthop via 10.0.0.2 dev v0 weight 1 nexthop via 10.0.0.3 dev v0 weight 2"
            ),
        };
    }
    out
}

/// Makes the routes, saves them as messages, and runs the commands that dump them. Its arguments: the batch,
/// the file to save to, how often, then commands.
const NAMESPACE: &str = r#"
set -e
ip link set lo up
ip link add v0 type veth peer name v1
ip link set v0 up; ip link set v1 up
ip addr add 10.0.0.1/8 dev v0
ip -batch "$1"
ip route save table all > "$2"
times=$3; shift 3
for i in $(seq "$times"); do
    n=0
    for command; do
        start=$(date +%s%N); sh -c "$command" >/dev/null; end=$(date +%s%N)
        echo "$n $((end - start))"; n=$((n + 1))
    done
done
"#;

/// All routes by pyroute2, as its decoder would print them.
const PYROUTE2_DUMP: &str = "
import json
from pyroute2 import IPRoute
with IPRoute() as ipr: print(json.dumps([m.dump() for m in ipr.get_routes()], default=repr))
";

/// Measures, and prints the table.
pub(crate) fn run() -> Result<()> {
    if let Some(program) = ["ip", "unshare"].into_iter().find(|p| !has_program(p)) {
        return Err(format!("`{program}` is not installed"));
    }
    let dir = target().join("tool-speed");
    create_dir(&dir)?;
    step("building the release");
    crate::run(cargo().args([
        "build",
        "--quiet",
        "--release",
        "--package",
        "netlink-codegen",
        "--features",
        "cli",
    ]))?;
    let netlink = target().join("release/netlink").display().to_string();
    let peers = Peers::get(&dir)?;

    step(&format!("{ROUTES} routes, dumped"));
    let (input, saved) = (dir.join("batch"), dir.join("routes.save"));
    write(&input, batch().as_bytes())?;
    let mut names = vec!["netlink"];
    let mut commands = vec![format!("{netlink} dump rt-route getroute")];
    names.push("pyroute2");
    commands.push(format!("{} -c '{PYROUTE2_DUMP}'", peers.python.display()));
    if let Some(ynl) = &peers.ynl {
        names.push("ynl");
        commands.push(format!(
            "{} --spec {} --dump getroute --output-json",
            ynl.cli,
            ynl.spec("rt_route.yaml")
        ));
    }
    let mut unshare = Command::new("unshare");
    unshare.args(["-rn", "bash", "-c", NAMESPACE, "namespace"]).arg(&input).arg(&saved).arg(LONG.to_string());
    let output = unshare.args(&commands).output().map_err(|e| format!("unshare: {e}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let mut dumps: Vec<Vec<f64>> = vec![Vec::new(); commands.len()];
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let pair = line.split_once(' ').and_then(|(n, ns)| Some((n.parse().ok()?, ns.parse::<f64>().ok()?)));
        if let Some((n, ns)) = pair
            && let Some(row) = dumps.get_mut::<usize>(n)
        {
            row.push(ns / 1e9);
        }
    }

    let saved = fs::read(&saved).map_err(|e| e.to_string())?;
    // After the number that iproute2 puts first.
    let messages = saved.get(4..).unwrap_or_default();
    let count = split(messages).count();
    let (raw, pcap) = (dir.join("routes.raw"), dir.join("routes.pcap"));
    write(&raw, messages)?;
    write(&pcap, &as_pcap(messages))?;

    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("{count} messages, {} bytes; load average {}\n", messages.len(), load.trim());
    println!("| | median | least | most | |\n|---|---|---|---|---|");
    for (name, times) in names.iter().zip(&dumps) {
        row(&format!("dump of {ROUTES} routes, live: {name}"), times, "");
    }

    step("starts");
    let version = peers.ynl.as_ref().map(|ynl| format!("{} --help", ynl.cli));
    let mut starts = vec![
        ("start, `--help`: netlink".to_owned(), format!("{netlink} --help")),
        ("start, a link: netlink".to_owned(), format!("{netlink} dump rt-link getlink")),
        ("start, `--help`: pyroute2-decoder".to_owned(), format!("{} --help", peers.decoder.display())),
    ];
    starts.extend(version.map(|command| ("start, `--help`: ynl".to_owned(), command)));
    if let Some(ynl) = &peers.ynl {
        starts.push((
            "start, a link: ynl".to_owned(),
            format!("{} --spec {} --dump getlink", ynl.cli, ynl.spec("rt_link.yaml")),
        ));
    }
    for (name, times) in &interleaved(&starts, SHORT)? {
        row(name, times, "");
    }

    step("decoding");
    let decode = |format: &str| format!("{netlink} decode {format} --protocol route {}", raw.display());
    let ours = [
        ("decode to JSON: netlink".to_owned(), decode("--json")),
        ("decode to text: netlink".to_owned(), decode("--text")),
    ];
    let marshal = "pyroute2.netlink.rtnl.marshal.MarshalRtnl";
    let theirs = [(
        "decode to JSON: pyroute2-decoder".to_owned(),
        format!("{} -c {marshal} -f pcap -d {}", peers.decoder.display(), pcap.display()),
    )];
    for (commands, times) in [(&ours[..], LONG), (&theirs[..], 1)] {
        for (name, times) in &interleaved(commands, times)? {
            let speed = count as f64 / spread(times).median;
            row(name, times, &format!("{speed:.0} messages/s"));
        }
    }

    step("a stream");
    let start = Instant::now();
    let peak = stream(&netlink, messages)?;
    let seconds = start.elapsed().as_secs_f64();
    println!("| {} MiB of it streamed: netlink | {seconds:.1} s | | | {peak} kB at most |", STREAM >> 20);
    Ok(())
}

fn write(path: &Path, content: &[u8]) -> Result<()> {
    fs::write(path, content).map_err(|e| format!("{}: {e}", path.display()))
}

fn row(name: &str, times: &[f64], note: &str) {
    let shown = |seconds: f64| {
        if seconds < 0.5 { format!("{:.1} ms", seconds * 1e3) } else { format!("{seconds:.2} s") }
    };
    let Spread { median, least, most } = spread(times);
    println!("| {name} | {} | {} | {} | {note} |", shown(median), shown(least), shown(most));
}

fn spread(times: &[f64]) -> Spread {
    Spread::of(times).unwrap_or(Spread::exact(f64::NAN))
}

/// Wall time of each command, one after the other, this often.
fn interleaved(commands: &[(String, String)], times: usize) -> Result<Vec<(String, Vec<f64>)>> {
    let mut out: Vec<_> = commands.iter().map(|(name, _)| (name.clone(), Vec::new())).collect();
    for _ in 0..times {
        for ((_, command), (_, times)) in commands.iter().zip(&mut out) {
            let mut words = command.split(' ');
            let mut run = Command::new(words.next().unwrap_or_default());
            run.args(words).stdout(Stdio::null()).stderr(Stdio::piped());
            let start = Instant::now();
            let output = run.output().map_err(|e| format!("{command}: {e}"))?;
            times.push(start.elapsed().as_secs_f64());
            if !output.status.success() {
                return Err(format!("{command}: {}", String::from_utf8_lossy(&output.stderr)));
            }
        }
    }
    Ok(out)
}

/// The messages, with their padding.
fn split(mut messages: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let len = u32::from_ne_bytes(*messages.first_chunk()?) as usize;
        let (message, rest) = messages.split_at_checked(len.next_multiple_of(4))?;
        messages = rest;
        Some(message)
    })
}

/// A capture with a packet for each message: pyroute2's decoder sees the first one of each only.
fn as_pcap(messages: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let words = |out: &mut Vec<u8>, words: &[u32]| words.iter().for_each(|w| out.extend(w.to_ne_bytes()));
    words(&mut out, &[0xa1b2_c3d4, u32::from_ne_bytes([2, 0, 4, 0]), 0, 0, 262_144, 253]);
    for message in split(messages) {
        let len = 16 + message.len() as u32;
        words(&mut out, &[0, 0, len, len]);
        // `struct sockaddr_ll`, big-endian: to user space, ARPHRD_NETLINK, NETLINK_ROUTE.
        out.extend([0, 6, 0x03, 0x38, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        out.extend(message);
    }
    out
}

/// Feeds it the messages again and again; its greatest resident size in kilobytes.
fn stream(netlink: &str, messages: &[u8]) -> Result<u64> {
    let mut child: Child = Command::new(netlink)
        .args(["decode", "--json", "--protocol", "route", "--format", "raw", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .map_err(|e| format!("{netlink}: {e}"))?;
    let mut to = child.stdin.take().ok_or("no standard input")?;
    let mut left = STREAM;
    while left > 0 {
        to.write_all(messages).map_err(|e| format!("{netlink}: {e}"))?;
        left = left.saturating_sub(messages.len());
    }
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    drop(to);
    let ended = child.wait().map_err(|e| format!("{netlink}: {e}"))?;
    if !ended.success() {
        return Err(format!("{netlink} decode: {ended}"));
    }
    let peak =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse().ok());
    peak.ok_or_else(|| "no VmHWM".to_owned())
}

/// What is measured beside ours.
struct Peers {
    python: PathBuf,
    decoder: PathBuf,
    /// Where the package can be had.
    ynl: Option<Ynl>,
}

struct Ynl {
    /// The command, without arguments.
    cli: String,
    specs: PathBuf,
}

impl Ynl {
    fn spec(&self, name: &str) -> String {
        self.specs.join(name).display().to_string()
    }
}

impl Peers {
    fn get(dir: &Path) -> Result<Self> {
        let python = venv(&dir.join("venv"), &[&[PYROUTE2], YNL_NEEDS].concat())?;
        let ynl = match Self::ynl(dir, &python) {
            Ok(ynl) => Some(ynl),
            Err(reason) => {
                step(&format!("without ynl: {reason}"));
                None
            }
        };
        Ok(Peers { decoder: python.with_file_name("pyroute2-decoder"), python, ynl })
    }

    fn ynl(dir: &Path, python: &Path) -> Result<Ynl> {
        let tree = dir.join(SOURCE);
        if !tree.exists() {
            step(&format!("fetching {SOURCE}"));
            let (apt_dir, download) = (dir.join("apt"), dir.join("download"));
            apt::prepare(&apt_dir)?;
            limited(apt::get(&apt_dir, &["amd64"]).arg("update"), "apt-get update")?;
            create_dir(&download)?;
            let mut get = apt::get(&apt_dir, &["amd64"]);
            limited(get.current_dir(&download).args(["download", SOURCE]), "apt-get download")?;
            let deb = crate::setup::only_file(&download, "deb").ok_or("apt-get downloaded nothing")?;
            let archive = format!("./usr/src/{SOURCE}.tar.xz");
            apt::unpack(&deb, &download, &[&archive])?;
            let mut tar = Command::new("tar");
            tar.arg("--extract").arg("--directory").arg(dir).arg("--file").arg(download.join(archive));
            tar.args(["tools/net/ynl", "Documentation/netlink"].map(|part| format!("{SOURCE}/{part}")));
            crate::run(&mut tar)?;
            let _ = fs::remove_dir_all(&download);
            let _ = fs::remove_dir_all(&apt_dir);
        }
        let cli = ["tools/net/ynl/pyynl/cli.py", "tools/net/ynl/cli.py"].map(|path| tree.join(path));
        let cli = cli.iter().find(|path| path.exists()).ok_or("the package has no ynl")?;
        Ok(Ynl {
            // An attribute that it does not know ends it otherwise.
            cli: format!("{} {} --process-unknown", python.display(), cli.display()),
            specs: tree.join("Documentation/netlink/specs"),
        })
    }
}
