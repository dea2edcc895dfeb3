//! Task statistics of the running kernel, whose struct grows with every few kernels, and thermal zones.

use netlink_families::{taskstats, thermal};
use netlink_runtime::Protocol;
use netlink_runtime::socket::{Error, Socket};
use netlink_tests::skip;

const EPERM: i32 = 1;

fn open() -> Socket {
    Socket::open(Protocol::Generic).expect("generic netlink is open to everybody")
}

#[test]
fn numbers_of_this_process() {
    let pid = std::process::id();
    let mut socket = open();
    let answer = match socket.get(taskstats::Get::request().with(|b| b.pid(pid))) {
        Err(Error::UnknownFamily { .. }) => return skip("taskstats", "the running kernel has none"),
        Err(Error::Kernel(error)) if error.errno == EPERM => {
            return skip("taskstats", "needs CAP_NET_ADMIN in the initial namespace");
        }
        answer => answer.expect("an answer"),
    };
    let group = answer.view().expect("a message").aggr_pid().unwrap().expect("the task");
    assert_eq!(group.pid().unwrap(), Some(pid));
    let stats = group.stats().unwrap().expect("its numbers");
    assert_eq!(stats.ac_pid, pid);
    assert!(stats.version >= 8, "{}", stats.version);
    let name = std::fs::read("/proc/self/comm").expect("its name");
    let ours = stats.ac_comm.split(|byte| *byte == 0).next();
    assert_eq!(ours, Some(name.trim_ascii_end()));
    // Any allocation by then has touched memory.
    assert!(stats.ac_minflt > 0);
}

#[test]
fn thermal_zones_are_those_of_sysfs() {
    let mut socket = open();
    let mut zones = Vec::new();
    let mut dump = match socket.dump(thermal::TzGetId::dump()) {
        Err(Error::UnknownFamily { .. }) => return skip("thermal", "the running kernel has none"),
        dump => dump.expect("a dump"),
    };
    while let Some(message) = dump.next().expect("a message") {
        if let Some(list) = message.tz().unwrap() {
            let ids = list.tz_id().map(|id| id.unwrap());
            zones.extend(ids.zip(list.tz_name().map(|name| name.unwrap().to_string_lossy().into_owned())));
        }
    }
    zones.sort();
    let mut expected = Vec::new();
    for entry in std::fs::read_dir("/sys/class/thermal").into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if let Some(id) = name.strip_prefix("thermal_zone").and_then(|id| id.parse::<u32>().ok()) {
            let kind = std::fs::read_to_string(entry.path().join("type")).expect("its type");
            expected.push((id, kind.trim_end().to_owned()));
        }
    }
    expected.sort();
    assert_eq!(zones, expected);
}
