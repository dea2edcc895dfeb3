//! Runs the live tests on other kernels: those of a distribution, by package name, in an emulator.
//!
//! A guest sees the file system of this machine, read-only with a layer of its own above it, so the test
//! programs and the tools that they run are those that are here. The kernel and its modules are the
//! package's. One boot runs everything that is asked for.

mod guest;
mod image;
mod suite;

use crate::skips::Skips;
use crate::{Result, setup, step};
use image::Image;
use netlink_tests::has_program;
use suite::{Program, Verdict};

/// The kernels that are tested if none is named: Debian 12's, and the one of the next that it offers.
const USUAL: [&str; 2] = ["6.1", "6.12"];

/// What it takes, and the Debian packages that have it.
const PROGRAMS: [(&str, &str); 5] = [
    ("qemu-system-x86_64", "qemu-system-x86"),
    ("busybox", "busybox-static"),
    ("modprobe", "kmod"),
    ("cpio", "cpio"),
    ("xz", "xz-utils"),
];

/// What the command line says.
#[derive(Default)]
struct Wanted {
    kernels: Vec<String>,
    filters: Vec<String>,
}

impl Wanted {
    fn parse(args: &[String]) -> Result<Self> {
        let mut wanted = Wanted::default();
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--kernel" => {
                    wanted.kernels.push(args.next().ok_or("--kernel needs a version, as 6.12")?.clone());
                }
                option if option.starts_with('-') => return Err(format!("unknown option `{option}`")),
                filter => wanted.filters.push(filter.to_owned()),
            }
        }
        Ok(wanted)
    }
}

/// `cargo xtask kernel-test`. A guest that dies is a failure, or else skipped: what a program asks of a
/// kernel must not end it, and an emulated one may be too slow for its own timers.
pub(crate) fn run(args: &[String], skips: &Skips, strict: bool) -> Result<()> {
    let mut wanted = Wanted::parse(args)?;
    if wanted.kernels.is_empty() {
        wanted.kernels = USUAL.map(str::to_owned).to_vec();
    }
    if let Err(reason) = obstacle() {
        for kernel in &wanted.kernels {
            skips.note(&format!("kernel {kernel}"), &reason);
        }
        return Ok(());
    }
    let mut images = Vec::new();
    for kernel in &wanted.kernels {
        match Image::get(kernel) {
            Ok(image) => images.push((kernel, image)),
            Err(reason) => skips.note(&format!("kernel {kernel}"), &reason),
        }
    }
    if images.is_empty() {
        return Ok(());
    }
    step("building the live tests");
    let programs = suite::programs(&wanted.filters)?;
    if programs.is_empty() {
        return Err(format!("no test program is named like {}", wanted.filters.join(" or ")));
    }
    // Emulated, a guest has one processor at a time; two of them use two of ours.
    let verdicts: Vec<Result<Vec<Verdict>>> = std::thread::scope(|scope| {
        let start = |(kernel, image): &(&String, Image)| {
            step(&format!("Linux {kernel} ({}): {} programs", image.version, programs.len()));
            let (image, programs) = (image.clone(), &programs);
            scope.spawn(move || test(&image, programs))
        };
        let guests: Vec<_> = images.iter().map(start).collect();
        let died = |_| Err("a thread of ours ended early".to_owned());
        guests.into_iter().map(|guest| guest.join().unwrap_or_else(died)).collect()
    });
    let mut failed = 0;
    for ((kernel, _), verdicts) in images.iter().zip(verdicts) {
        let verdicts = match verdicts {
            Ok(verdicts) => verdicts,
            Err(reason) => {
                println!("Linux {kernel}: {reason}");
                skips.note(&format!("kernel {kernel}"), reason.lines().next().unwrap_or_default());
                failed += u32::from(strict);
                continue;
            }
        };
        for verdict in &verdicts {
            let word = match (verdict.passed, verdict.again) {
                (true, false) => "ok",
                (true, true) => "ok at the second try",
                (false, _) => "FAILED",
            };
            println!("test linux-{kernel}::{} ... {word} ({} s)", verdict.name, verdict.seconds);
            failed += u32::from(!verdict.passed);
            if !verdict.passed || verdict.again {
                println!("{}", verdict.output);
            }
            for skip in &verdict.skips {
                skips.note(&format!("kernel {kernel}: {}", verdict.name), skip);
            }
        }
        let passed = verdicts.iter().filter(|verdict| verdict.passed).count();
        println!("Linux {kernel}: {passed} of {} programs passed", verdicts.len());
    }
    if failed == 0 { Ok(()) } else { Err(format!("{failed} failed on other kernels")) }
}

/// Boots a kernel and runs the programs on it.
fn test(image: &Image, programs: &[Program]) -> Result<Vec<Verdict>> {
    let script = suite::script(programs);
    let output = guest::run(image, &script)?;
    suite::verdicts(&output, programs)
}

/// Why no guest can be had on this machine, if so. What is missing is installed.
fn obstacle() -> Result<()> {
    if !cfg!(all(target_arch = "x86_64", target_os = "linux")) {
        return Err("guests are machines of this architecture, x86_64".to_owned());
    }
    let missing: Vec<&str> = PROGRAMS.iter().filter(|(p, _)| !found(p)).map(|(_, deb)| *deb).collect();
    if !missing.is_empty() {
        setup::install(&missing)?;
    }
    match PROGRAMS.iter().find(|(program, _)| !found(program)) {
        Some((program, _)) => Err(format!("the program `{program}` is not installed")),
        None => Ok(()),
    }
}

/// Also where only root looks.
fn found(program: &str) -> bool {
    has_program(program) || std::path::Path::new("/usr/sbin").join(program).exists()
}
