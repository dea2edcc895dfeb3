//! What is dumped: each part in a network namespace of its own, set up as other live tests do.

mod events;
mod generic;
mod netfilter;
mod route;
mod sockets;
mod traffic;

use crate::take::Taken;
use netlink_tests::ip;
use nix::sched::{CloneFlags, unshare};
use std::process::Command;

/// Everything.
pub(crate) fn all(taken: &mut Taken<'_>) {
    for part in [
        route::all as fn(&mut Taken<'_>),
        route::kinds,
        traffic::all,
        netfilter::rules,
        netfilter::connections,
        netfilter::sets,
        generic::all,
        sockets::all,
        sockets::ipsec,
        events::all,
        events::refusals,
    ] {
        std::thread::scope(|scope| {
            // The namespace is the thread's, and ends with it.
            let part = scope.spawn(|| {
                unshare(CloneFlags::CLONE_NEWNET).expect("a namespace");
                part(taken);
            });
            part.join().expect("its dumps");
        });
    }
}

/// Dumps of labels and words.
fn take(taken: &mut Taken<'_>, dumps: &[(&str, &str)]) {
    for (label, words) in dumps {
        taken.take(label, words);
    }
}

/// The index of a link.
fn index(name: &str) -> u32 {
    let line = ip(&format!("-o link show {name}"));
    line.split(':').next().and_then(|index| index.parse().ok()).expect("its index")
}

/// Runs a program that sets up what is nice to have; says if it cannot.
fn wanted(program: &str, words: &str) {
    let failed = match Command::new(program).args(words.split_whitespace()).output() {
        Ok(output) if output.status.success() => return,
        Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
        Err(error) => error.to_string(),
    };
    eprintln!("not here: {program} {words}: {}", failed.lines().next().unwrap_or_default());
}
