//! Fetches Debian packages and unpacks them below the target folder: nothing is installed, and
//! nobody need be root.

pub(crate) mod packages;

use crate::setup::limited;
use crate::{Result, apt, create_dir, step};
use netlink_tests::has_program;
use packages::{GROUPS, Group, Package};
use std::cell::OnceCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder with unpacked packages of all architectures; Debian's paths keep them apart.
pub(crate) struct Debs {
    root: PathBuf,
    /// apt's own folder.
    apt: PathBuf,
    /// Whether they are up to date.
    updated: OnceCell<Result<()>>,
}

impl Debs {
    /// The packages below this folder. Those of another list of packages are removed.
    pub(crate) fn open(dir: &Path) -> Result<Self> {
        let debs = Debs { root: dir.join("root"), apt: dir.join("apt"), updated: OnceCell::new() };
        let listed = debs.root.join("packages");
        let wanted = format!("{GROUPS:#?}\n");
        if fs::read_to_string(&listed).is_ok_and(|found| found == wanted) {
            return Ok(debs);
        }
        let _ = fs::remove_dir_all(&debs.root);
        let _ = fs::remove_dir_all(&debs.apt);
        create_dir(&debs.root)?;
        fs::write(&listed, wanted).map_err(|e| format!("{}: {e}", listed.display()))?;
        Ok(debs)
    }

    /// Where a file of a package is.
    pub(crate) fn path(&self, inside: &str) -> PathBuf {
        self.root.join(inside)
    }

    /// Makes sure that these packages are there; `Err` says why they cannot be.
    pub(crate) fn need(&self, groups: &[&Group]) -> Result<()> {
        let done = |group: &Group| self.root.join(format!("have-{}", group.name));
        let missing: Vec<&Group> = groups.iter().filter(|g| !done(g).exists()).copied().collect();
        if missing.is_empty() {
            return Ok(());
        }
        if let Some(program) = ["apt-get", "dpkg-deb", "tar"].into_iter().find(|p| !has_program(p)) {
            return Err(format!("packages of Debian 12 are needed, but `{program}` is not installed"));
        }
        for group in missing {
            self.fetch(group)
                .map_err(|why| format!("the packages for `{}` cannot be had: {why}", group.name))?;
            fs::write(done(group), "").map_err(|e| e.to_string())?;
        }
        Ok(())
    }

    fn fetch(&self, group: &Group) -> Result<()> {
        let names: Vec<String> = group
            .packages
            .iter()
            .map(|p| format!("{}:{}={}", p.name, p.architecture.replace("all", "amd64"), p.version))
            .collect();
        step(&format!("fetching {}", names.join(" ")));
        self.updated.get_or_init(|| self.update()).clone()?;
        let download = self.apt.join("download");
        let _ = fs::remove_dir_all(&download);
        create_dir(&download)?;
        limited(self.apt_get().current_dir(&download).arg("download").args(&names), "apt-get download")?;
        for package in group.packages {
            self.unpack(package, &download)?;
        }
        let _ = fs::remove_dir_all(&download);
        Ok(())
    }

    /// Gets apt's lists. That a source cannot be reached need not matter: the download tells what
    /// is missing.
    fn update(&self) -> Result<()> {
        apt::prepare(&self.apt)?;
        if let Err(reason) = limited(self.apt_get().arg("update"), "apt-get update") {
            step(&format!("{reason}; going on with what there is"));
        }
        Ok(())
    }

    /// `apt-get` for the architectures of all packages: their lists are not the system's business.
    fn apt_get(&self) -> Command {
        apt::get(&self.apt, &["amd64", "i386", "s390x"])
    }

    fn unpack(&self, package: &Package, download: &Path) -> Result<()> {
        let start = format!("{}_", package.name);
        let end = format!("_{}.deb", package.architecture);
        let entries = fs::read_dir(download).into_iter().flatten().flatten();
        let deb = entries
            .filter(|e| e.file_name().to_str().is_some_and(|n| n.starts_with(&start) && n.ends_with(&end)))
            .map(|e| e.path())
            .next()
            .ok_or_else(|| format!("apt-get downloaded no {start}*{end}"))?;
        apt::unpack(&deb, &self.root, package.paths)
    }
}
