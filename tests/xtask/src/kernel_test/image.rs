//! A kernel with its modules, from a package, and the first file system that it boots into.

use crate::setup::limited;
use crate::{Result, apt, create_dir, run, step, target};
use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a guest needs before it sees our file system.
const MODULES: [&str; 4] = ["virtio_pci", "9pnet_virtio", "9p", "overlay"];

/// The guest's first process: it sees our file system, and goes on there.
const INIT: &str = include_str!("init.sh");

/// A kernel that can be booted.
#[derive(Clone)]
pub(super) struct Image {
    /// What the package calls it, and `uname -r`.
    pub(super) version: String,
    pub(super) kernel: PathBuf,
    pub(super) initrd: PathBuf,
    /// `/lib/modules/VERSION` of the guest.
    pub(super) modules: PathBuf,
    /// The guest's own folder.
    pub(super) dir: PathBuf,
}

impl Image {
    /// The kernel of a release, `6.12`; `Err` says why there is none.
    pub(super) fn get(release: &str) -> Result<Self> {
        let dir = target().join("kernel-test").join(release);
        create_dir(&dir)?;
        let noted = dir.join("version");
        let version = match fs::read_to_string(&noted) {
            Ok(version) => version,
            Err(_) => {
                let version = fetch(release, &dir)?;
                fs::write(&noted, &version).map_err(|e| format!("{}: {e}", noted.display()))?;
                version
            }
        };
        let modules = dir.join("root/lib/modules").join(&version);
        let kernel = dir.join(format!("root/boot/vmlinuz-{version}"));
        let image = Image { kernel, initrd: dir.join("initrd"), modules, version, dir };
        image.pack()?;
        Ok(image)
    }

    /// Makes the initial file system: busybox, and the modules by which ours is seen.
    fn pack(&self) -> Result<()> {
        let inside = self.dir.join("initial");
        let _ = fs::remove_dir_all(&inside);
        let below = |path: &str| inside.join(path);
        for dir in ["bin", "sbin", "proc", "sys", "dev"] {
            create_dir(&below(dir))?;
        }
        let busybox = ["/bin/busybox", "/usr/bin/busybox"].into_iter().find(|path| Path::new(path).exists());
        copy(Path::new(busybox.ok_or("no busybox in /bin or /usr/bin")?), &below("bin/busybox"))?;
        for link in ["bin/sh", "sbin/modprobe"] {
            std::os::unix::fs::symlink("/bin/busybox", below(link)).map_err(|e| format!("{link}: {e}"))?;
        }
        fs::write(below("init"), INIT).map_err(|e| format!("init: {e}"))?;
        run(Command::new("chmod").arg("755").arg(below("init")))?;
        let own = below("lib/modules").join(&self.version);
        for module in self.needed()? {
            let relative = module.strip_prefix(&self.modules).map_err(|e| e.to_string())?;
            let place = own.join(relative);
            create_dir(place.parent().ok_or("a module without a folder")?)?;
            if module.extension().is_some_and(|end| end == "xz") {
                // busybox knows plain ones only.
                let output = Command::new("xz").arg("-dc").arg(&module).output();
                let plain = output.map_err(|e| format!("xz: {e}"))?.stdout;
                fs::write(place.with_extension(""), plain).map_err(|e| e.to_string())?;
            } else {
                copy(&module, &place)?;
            }
        }
        for list in ["modules.builtin", "modules.order"] {
            copy(&self.modules.join(list), &own.join(list))?;
        }
        run(program("depmod").arg("-b").arg(&inside).arg(&self.version))?;
        self.archive(&inside)
    }

    fn archive(&self, inside: &Path) -> Result<()> {
        let archive =
            fs::File::create(&self.initrd).map_err(|e| format!("{}: {e}", self.initrd.display()))?;
        let mut cpio = Command::new("cpio")
            .args(["--quiet", "-o", "-H", "newc", "-R", "0:0"])
            .current_dir(inside)
            .stdin(Stdio::piped())
            .stdout(archive)
            .spawn()
            .map_err(|e| format!("cpio: {e}"))?;
        let mut names = Vec::new();
        list(inside, Path::new(""), &mut names)?;
        if let Some(mut input) = cpio.stdin.take() {
            input.write_all(names.join("\n").as_bytes()).map_err(|e| format!("cpio: {e}"))?;
        }
        let status = cpio.wait().map_err(|e| format!("cpio: {e}"))?;
        if status.success() { Ok(()) } else { Err(format!("cpio: {status}")) }
    }

    /// The files of [`MODULES`] and of all that they depend on.
    fn needed(&self) -> Result<BTreeSet<PathBuf>> {
        let mut files = BTreeSet::new();
        for module in MODULES {
            let mut modprobe = program("modprobe");
            modprobe.arg("-d").arg(self.dir.join("root")).args(["-S", &self.version]);
            modprobe.args(["-q", "--show-depends", module]);
            let output = modprobe.output().map_err(|e| format!("modprobe: {e}"))?;
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            if text.trim().is_empty() {
                return Err(format!("Linux {} has no module {module}", self.version));
            }
            // `insmod FILE`, or `builtin NAME`.
            files.extend(text.lines().filter_map(|line| line.strip_prefix("insmod ")).map(|line| {
                let file = Path::new(line.trim());
                let inside = file.components().skip_while(|part| part.as_os_str() != &*self.version).skip(1);
                self.modules.join(inside.collect::<PathBuf>())
            }));
        }
        Ok(files)
    }
}

/// Gets the package of a release's kernel, and unpacks it. Its version.
fn fetch(release: &str, dir: &Path) -> Result<String> {
    for program in ["apt-get", "apt-cache", "dpkg-deb", "tar"] {
        if !netlink_tests::has_program(program) {
            return Err(format!("kernels are Debian packages, and `{program}` is not installed"));
        }
    }
    let package = match package(release)? {
        Some(package) => package,
        None => {
            limited(Command::new("apt-get").args(["-qq", "update"]), "apt-get update")?;
            package(release)?.ok_or_else(|| format!("apt knows no package of Linux {release}"))?
        }
    };
    step(&format!("fetching {package}"));
    let download = dir.join("download");
    let _ = fs::remove_dir_all(&download);
    create_dir(&download)?;
    let mut apt = Command::new("apt-get");
    apt.args(["-qq", "-o", "APT::Sandbox::User=root", "download", &package]).current_dir(&download);
    limited(&mut apt, "apt-get download")?;
    let deb = fs::read_dir(&download).into_iter().flatten().flatten().map(|entry| entry.path()).next();
    let deb = deb.ok_or("apt-get downloaded nothing")?;
    let root = dir.join("root");
    let _ = fs::remove_dir_all(&root);
    create_dir(&root)?;
    apt::unpack(&deb, &root, &["--wildcards", "./boot/vmlinuz-*", "*lib/modules/*"])?;
    let _ = fs::remove_dir_all(&download);
    if !root.join("lib").exists() {
        // Packages of merged file systems.
        std::os::unix::fs::symlink("usr/lib", root.join("lib")).map_err(|e| e.to_string())?;
    }
    let version = package.trim_start_matches("linux-image-").trim_end_matches("-unsigned").to_owned();
    run(program("depmod").arg("-b").arg(&root).arg(&version))?;
    Ok(version)
}

/// The package of a release: `linux-image-6.12-amd64` depends on the newest; where there is no such
/// package, the distribution's own kernel may be the one.
fn package(release: &str) -> Result<Option<String>> {
    for meta in [format!("linux-image-{release}-amd64"), "linux-image-amd64".to_owned()] {
        let output = Command::new("apt-cache").args(["depends", &meta]).output();
        let text = output.map_err(|e| format!("apt-cache: {e}"))?.stdout;
        let text = String::from_utf8_lossy(&text).into_owned();
        let found = text.lines().filter_map(|line| line.trim().strip_prefix("Depends: ")).find(|name| {
            let version = name.strip_prefix("linux-image-").and_then(|name| name.strip_prefix(release));
            version.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
        });
        if let Some(found) = found {
            return Ok(Some(found.to_owned()));
        }
    }
    Ok(None)
}

/// A program that may be where only root looks.
fn program(name: &str) -> Command {
    let place = Path::new("/usr/sbin").join(name);
    if place.exists() { Command::new(place) } else { Command::new(name) }
}

fn list(dir: &Path, inside: &Path, names: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(dir).map_err(|e| format!("{}: {e}", dir.display()))?.flatten() {
        let name = inside.join(entry.file_name());
        names.push(name.to_string_lossy().into_owned());
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            list(&entry.path(), &name, names)?;
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).map(drop).map_err(|e| format!("{} to {}: {e}", from.display(), to.display()))
}
