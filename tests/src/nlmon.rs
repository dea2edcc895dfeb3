//! Captures of all that netlink sockets of a network namespace say and hear: tcpdump at an nlmon device.

use crate::{has_program, ip, try_ip};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A capture that is being made.
pub struct Capture {
    tcpdump: Child,
    file: PathBuf,
}

impl Capture {
    /// Begins one, in a namespace of root ([`in_namespace_of_root`](crate::in_namespace_of_root)): tcpdump gives
    /// up groups, which nobody may in a user namespace. `Err` says why there is none.
    ///
    /// # Panics
    ///
    /// When tcpdump does not listen.
    pub fn begin(file: &Path) -> Result<Self, String> {
        if !has_program("tcpdump") {
            return Err("the program `tcpdump` is not installed".to_owned());
        }
        try_ip("link add nlmon0 type nlmon").map_err(|error| format!("nlmon: {error}"))?;
        ip("link set nlmon0 up");
        let mut tcpdump = Command::new("tcpdump")
            .args(["-Z", "root", "-i", "nlmon0", "--immediate-mode", "-U", "-B", "65536", "-w"])
            .arg(file)
            .stderr(Stdio::piped())
            .spawn()
            .expect("tcpdump");
        let mut said = BufReader::new(tcpdump.stderr.take().expect("a pipe"));
        let mut lines = String::new();
        while !lines.contains("listening on") {
            assert!(said.read_line(&mut lines).expect("text") > 0, "tcpdump does not listen: {lines}");
        }
        Ok(Capture { tcpdump, file: file.to_owned() })
    }

    /// Ends it: the pcap file's content. The file is removed.
    ///
    /// # Panics
    ///
    /// When tcpdump has failed.
    pub fn end(mut self) -> Vec<u8> {
        let stop = Command::new("kill").args(["-INT", &self.tcpdump.id().to_string()]).status();
        assert!(stop.expect("kill").success() && self.tcpdump.wait().expect("an end").success());
        let bytes = std::fs::read(&self.file).expect("a capture");
        let _ = std::fs::remove_file(&self.file);
        bytes
    }
}
