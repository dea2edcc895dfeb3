//! What is read from the kernel, and written to it.

use super::{ADDED, DONE, PARSED, ROUTES};
use crate::speed::results::Metric::{Allocations, Instructions, Time, User, Whole};
use crate::speed::work::Program::{
    Bindings, Live, Mnl, Neli, Nlink, Ours, PacketRoute, Parse, Pyroute2, Write,
};
use crate::speed::work::{Case, Check, Input, Key, Part, Target, Work};

/// How many routes are added.
const MANY: Input = Input::Requests(100_000);

const C_DISCARD: Key = ("C", "discard");
const C_LIVE: Key = ("C", "live-routes-pass");

pub(crate) const WORKS: &[Work] = &[
    Work {
        name: "live-routes",
        title: "A dump of a million routes, three attributes of each used",
        part: Part::Live,
        input: Input::Kernel,
        columns: DONE,
        reference: Some((Live, "live-routes-pass")),
        cases: &[
            Case::new(Ours, "live-routes-projection", "projection"),
            Case::new(Ours, "live-routes-view", "view"),
            Case::new(Ours, "live-routes-foreach", "view, `for_each`"),
            Case::new(Bindings, "live-routes-get", "accessors"),
            Case::new(Bindings, "live-routes-iterate", "one loop"),
            Case::new(Nlink, "live-routes-get", "all at once"),
            Case::new(Nlink, "live-routes-stream", "as a stream"),
            Case::new(Nlink, "live-routes-strict", "the kernel filters the table"),
            Case::new(PacketRoute, "live-routes", "rtnetlink"),
            Case::new(PacketRoute, "live-routes-threads", "rtnetlink, two threads"),
            Case::new(Neli, "live-routes-router", "a thread receives"),
            Case::new(Neli, "live-routes-socket", "no thread"),
            Case::new(Pyroute2, "live-routes-async", "one after the other"),
            Case::new(Live, "live-routes-pass", "single pass"),
            Case::new(Live, "discard", "received and thrown away").but("reads nothing of them: the limit"),
            Case::new(Mnl, "live-routes", ""),
        ],
        targets: &[Target {
            of: "live dump of 1M routes, 3 attributes used",
            asked: "user CPU ≤ 25 ms and user instructions ≤ 1.5 × C single pass; wall time within the noise of C \
                    recv-and-discard; 0 allocations per message, RSS flat",
            checks: &[
                Check::at_most(User, "live-routes-projection", 25.0),
                Check::times(Instructions, "live-routes-projection", 1.5, C_LIVE),
                Check::times(Whole, "live-routes-projection", 1.05, C_DISCARD),
                Check::at_most(Allocations, "live-routes-projection", 0.0),
            ],
        }],
    },
    Work {
        name: "live-kernel",
        title: "The few of a million routes that the kernel made, three attributes of each used",
        part: Part::Live,
        input: Input::Kernel,
        columns: DONE,
        reference: Some((Live, "live-kernel")),
        cases: &[
            Case::new(Ours, "live-kernel", "the kernel filters"),
            Case::new(Bindings, "live-kernel-all", "the program selects"),
            Case::new(Nlink, "live-kernel-strict", "the kernel filters"),
            Case::new(PacketRoute, "live-kernel", "rtnetlink"),
            Case::new(Neli, "live-kernel-router", "a thread receives"),
            Case::new(Neli, "live-kernel-socket", "no thread"),
            Case::new(Pyroute2, "live-kernel-request", "the kernel filters, by hand"),
            Case::new(Live, "live-kernel", "the kernel filters"),
        ],
        targets: &[Target {
            of: "selective listing",
            asked: "kernel-side filter by default where possible: ≤ 0.3 × of the full dump",
            checks: &[Check::times(Whole, "live-kernel", 0.3, ("ours", "live-routes-projection"))],
        }],
    },
    Work {
        name: "build",
        title: "A request for a route, built into a buffer",
        part: Part::Write,
        input: ROUTES,
        columns: PARSED,
        reference: Some((Parse, "build")),
        cases: &[
            Case::new(Ours, "build", "builder"),
            Case::new(Ours, "build-request", "request")
                .but("the payload, in a buffer of its own: its socket writes the header"),
            Case::new(Bindings, "build-encode", "whole, by its parts"),
            Case::new(Bindings, "build-chained", "a chain of one"),
            Case::new(Bindings, "build-request", "as documented")
                .but("without the header, which its socket sends apart"),
            Case::new(Nlink, "build-route", "typed"),
            Case::new(Nlink, "build-builder", "attribute by attribute"),
            Case::new(PacketRoute, "build", ""),
            Case::new(Neli, "build", ""),
            Case::new(Pyroute2, "build", ""),
            Case::new(Parse, "build", ""),
        ],
        targets: &[Target {
            of: "build an RTM_NEWROUTE into a Vec",
            asked: "≤ 6.5 ns, ≤ 126 instructions",
            checks: &[Check::at_most(Time, "build", 6.5), Check::at_most(Instructions, "build", 126.0)],
        }],
    },
    Work {
        name: "add-one",
        title: "Routes added one by one",
        part: Part::Write,
        input: MANY,
        columns: ADDED,
        reference: Some((Write, "add-one")),
        cases: &[
            Case::new(Ours, "add-one", ""),
            Case::new(Bindings, "add-one", ""),
            Case::new(Nlink, "add-one", ""),
            Case::new(PacketRoute, "add-one", "rtnetlink"),
            Case::new(PacketRoute, "add-one-threads", "rtnetlink, two threads"),
            Case::new(Neli, "add-one-router", "a thread receives"),
            Case::new(Neli, "add-one-socket", "no thread"),
            Case::new(Pyroute2, "add-one", ""),
            Case::new(Write, "add-one", ""),
        ],
        targets: &[],
    },
    Work {
        name: "add-last",
        title: "Routes added in batches, the last of each acknowledged",
        part: Part::Write,
        input: MANY,
        columns: ADDED,
        reference: Some((Write, "add-last-100")),
        cases: &[
            Case::new(Ours, "add-last-100", "100 in a batch"),
            Case::new(Ours, "add-last-1000", "1,000 in a batch"),
            Case::new(PacketRoute, "add-last-100", "100 in a batch"),
            Case::new(Neli, "add-last-100", "100 in a batch"),
            Case::new(Pyroute2, "add-last-100", "100 in a batch"),
            Case::new(Write, "add-last-100", "100 in a batch"),
            Case::new(Write, "add-last-1000", "1,000 in a batch"),
        ],
        targets: &[Target {
            of: "add 100k routes, ACK last",
            asked: "≤ 1.05 × C at equal batching",
            checks: &[
                Check::times(Time, "add-last-100", 1.05, ("C", "add-last-100")),
                Check::times(Time, "add-last-1000", 1.05, ("C", "add-last-1000")),
            ],
        }],
    },
    Work {
        name: "add-each",
        title: "Routes added in batches, each acknowledged",
        part: Part::Write,
        input: MANY,
        columns: ADDED,
        reference: Some((Write, "add-each-100")),
        cases: &[
            Case::new(Ours, "add-each-100", "100 in a batch"),
            Case::new(Bindings, "add-each-100", "100 in a batch"),
            Case::new(Nlink, "add-each-100", "100 in a batch"),
            Case::new(PacketRoute, "add-each-100", "100 in a batch"),
            Case::new(PacketRoute, "add-joined-100", "rtnetlink, 100 futures at once"),
            Case::new(Neli, "add-each-100", "100 in a batch"),
            Case::new(Pyroute2, "add-each-100", "100 in a batch"),
            Case::new(Write, "add-each-100", "100 in a batch"),
        ],
        targets: &[Target {
            of: "add 100k routes, ACK each",
            asked: "≤ 1.05 × C at equal batching",
            checks: &[Check::times(Time, "add-each-100", 1.05, ("C", "add-each-100"))],
        }],
    },
];
