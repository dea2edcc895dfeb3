//! Compile time, sizes of sources and of binaries.

use crate::speed::results::Metric::{All, Bytes, Own};
use crate::speed::work::{Check, Input, Limit, Part, Target, Work};

pub(crate) const WORKS: &[Work] = &[
    Work {
        name: "compile",
        title: "Compiling families: CPU time of rustc, release profile",
        part: Part::Compile,
        input: Input::Kernel,
        columns: &[Own, All, Bytes],
        reference: None,
        cases: &[],
        targets: &[Target {
            of: "build, CPU of our crates only",
            asked: "largest family ≤ 1.5 s, all ≤ 25 s",
            checks: &[Check::at_most(Own, "rt-link", 1.5), Check::at_most(Own, "all families", 25.0)],
        }],
    },
    Work {
        name: "compile-all",
        title: "Everything that cargo compiles for links, from nothing: CPU time of rustc, release profile",
        part: Part::Compile,
        input: Input::Kernel,
        columns: &[All],
        reference: None,
        cases: &[],
        targets: &[Target {
            of: "everything cargo compiles for one family, from nothing",
            asked: "≤ 9 s CPU",
            checks: &[Check::at_most(All, "rt-link", 9.0)],
        }],
    },
    Work {
        name: "source",
        title: "Source of all generated families",
        part: Part::Source,
        input: Input::Kernel,
        columns: &[Bytes],
        reference: None,
        cases: &[],
        targets: &[Target {
            of: "source of all generated families",
            asked: "≤ 1.5 MB",
            checks: &[Check::at_most(Bytes, "all sources", 1.5e6)],
        }],
    },
    Work {
        name: "size",
        title: "The smallest binary that lists links: optimised for size, LTO, stripped, no unwinding",
        part: Part::Size,
        input: Input::Kernel,
        columns: &[Bytes],
        reference: None,
        cases: &[],
        targets: &[Target {
            of: "smallest binary that lists links",
            asked: "smallest of all in Rust",
            checks: &[Check { metric: Bytes, of: ("ours", "smallest binary"), limit: Limit::Least }],
        }],
    },
];
