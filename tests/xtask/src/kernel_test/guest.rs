//! A guest: boots, runs a script, and ends.

use super::image::Image;
use crate::Result;
use netlink_tests::run_limited;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Longest that a guest may live.
const LIMIT: Duration = Duration::from_secs(900);

/// Boots a kernel and runs a script, which writes to `/dev/ttyS1`. What it wrote.
pub(super) fn run(image: &Image, script: &str) -> Result<String> {
    let file = |name: &str| image.dir.join(name);
    let put = |name: &str, text: &str| {
        fs::write(file(name), text).map_err(|e| format!("{}: {e}", file(name).display()))
    };
    put("script.sh", script)?;
    let share = |path: &Path, tag: &str| {
        let path = path.display();
        let tag = format!("mount_tag={tag},security_model=none,readonly=on,multidevs=remap");
        format!("local,path={path},{tag}")
    };
    let (accel, cpu) = if kvm() { ("kvm", "host") } else { ("tcg,thread=multi", "max") };
    let mut qemu = Command::new("qemu-system-x86_64");
    qemu.args(["-accel", accel, "-cpu", cpu, "-M", "q35", "-m", "2048", "-smp", "1"]);
    qemu.args(["-nodefaults", "-display", "none", "-no-reboot", "-monitor", "none"]);
    qemu.arg("-kernel").arg(&image.kernel).arg("-initrd").arg(&image.initrd);
    // A guest that goes wrong ends, instead of hanging.
    let options = "console=ttyS0 quiet panic=-1 oops=panic 8250.nr_uarts=4 no_timer_check tsc=unstable \
                   mitigations=off random.trust_cpu=on";
    qemu.args(["-append", &format!("{options} netlink.script={}", file("script.sh").display())]);
    qemu.args(["-virtfs", &share(Path::new("/"), "host"), "-virtfs", &share(&image.modules, "modules")]);
    for port in ["console", "output"] {
        put(port, "")?;
        qemu.args(["-serial", &format!("file:{}", file(port).display())]);
    }
    let errors = fs::File::create(file("errors")).map_err(|e| e.to_string())?;
    qemu.stdout(Stdio::null()).stderr(errors);
    let ended = run_limited(&mut qemu, LIMIT);
    let read = |name: &str| {
        fs::read(file(name)).map_or_else(|_| String::new(), |b| String::from_utf8_lossy(&b).into_owned())
    };
    let last = |text: String| {
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    };
    match ended {
        Some(status) if status.success() => Ok(read("output")),
        Some(status) => Err(format!("the emulator: {status}\n{}\n{}", read("errors"), last(read("console")))),
        None => Err(format!("not done after {LIMIT:?}\n{}\n{}", last(read("output")), last(read("console")))),
    }
}

/// Whether guests with a kernel of their own run on the processor: with nested virtualisation of other
/// kinds the device is there, and they hang.
fn kvm() -> bool {
    let loaded = ["kvm_intel", "kvm_amd"].iter().any(|m| Path::new("/sys/module").join(m).exists());
    loaded && fs::OpenOptions::new().read(true).write(true).open("/dev/kvm").is_ok()
}
