//! `MANIFEST.toml`: the list of kernels. The few forms of TOML that it needs are read here,
//! which keeps a TOML library out of everybody's build.

use super::Error;
use crate::headers::facts::Kernel;

const HEAD: &str = "# The kernels of the store, oldest first. Written by `netlink-codegen extract`.\n";

pub(super) fn write(kernels: &[Kernel]) -> String {
    let mut text = HEAD.to_owned();
    for kernel in kernels {
        text += "\n[[kernel]]\n";
        for (key, value) in [
            ("release", &kernel.release),
            ("version", &kernel.version),
            ("package", &kernel.package),
            ("sha256", &kernel.sha256),
        ] {
            text += &format!("{key} = \"{}\"\n", value.replace('\\', "\\\\").replace('"', "\\\""));
        }
    }
    text
}

pub(super) fn read(text: &str) -> Result<Vec<Kernel>, Error> {
    let mut kernels: Vec<Kernel> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let error =
            |message: String| Error::Syntax { file: super::MANIFEST.to_owned(), line: at + 1, message };
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if line == "[[kernel]]" {
            kernels.push(Kernel {
                release: String::new(),
                version: String::new(),
                package: String::new(),
                sha256: String::new(),
            });
            continue;
        }
        let value = |value: &str| {
            value
                .trim()
                .strip_prefix('"')?
                .strip_suffix('"')
                .map(|v| v.replace("\\\"", "\"").replace("\\\\", "\\"))
        };
        let (Some(kernel), Some((key, Some(value)))) =
            (kernels.last_mut(), line.split_once('=').map(|(key, v)| (key.trim(), value(v))))
        else {
            return Err(error(format!("expected [[kernel]] or key = \"value\", found {line}")));
        };
        match key {
            "release" => kernel.release = value,
            "version" => kernel.version = value,
            "package" => kernel.package = value,
            "sha256" => kernel.sha256 = value,
            _ => return Err(error(format!("unknown key {key}"))),
        }
    }
    for (at, kernel) in kernels.iter().enumerate() {
        let twice = kernels[..at].iter().any(|other| other.release == kernel.release);
        if twice || kernel.release.is_empty() {
            return Err(Error::Syntax {
                file: super::MANIFEST.to_owned(),
                line: 1,
                message: format!("kernel {} has no release of its own: {:?}", at + 1, kernel.release),
            });
        }
    }
    Ok(kernels)
}
