//! What is read from files.

use super::{LINKS, PARSED, ROUTES};
use crate::speed::results::Metric::{Allocations, Instructions, Time};
use crate::speed::work::Program::{Bindings, Mnl, Neli, Nlink, Ours, PacketRoute, Parse, Pyroute2};
use crate::speed::work::{Case, Check, Key, Part, Target, Work};

const C_PASS: Key = ("C", "routes3-pass");
const C_RESCAN: Key = ("C", "routes3-rescan");

pub(crate) const WORKS: &[Work] = &[
    Work {
        name: "walk",
        title: "Every message of a dump of routes, and nothing of it",
        part: Part::Parse,
        input: ROUTES,
        columns: PARSED,
        reference: Some((Parse, "walk")),
        cases: &[
            Case::new(Ours, "walk", "`Messages`"),
            Case::new(Bindings, "walk", ""),
            Case::new(Nlink, "walk", ""),
            Case::new(PacketRoute, "walk", ""),
            Case::new(Neli, "walk", ""),
            Case::new(Parse, "walk", ""),
        ],
        targets: &[],
    },
    Work {
        name: "routes3",
        title: "Three attributes of a route",
        part: Part::Parse,
        input: ROUTES,
        columns: PARSED,
        reference: Some((Parse, "routes3-pass")),
        cases: &[
            Case::new(Ours, "routes3-projection", "projection"),
            Case::new(Ours, "routes3-view", "view"),
            Case::new(Bindings, "routes3-get", "accessors"),
            Case::new(Bindings, "routes3-iterate", "one loop"),
            Case::new(Nlink, "routes3-message", "owned"),
            Case::new(Nlink, "routes3-attrs", "attributes by number"),
            Case::new(PacketRoute, "routes3", "owned"),
            Case::new(PacketRoute, "routes3-nlas", "attributes by number"),
            Case::new(Neli, "routes3-match", "one loop"),
            Case::new(Neli, "routes3-handle", "each looked for"),
            Case::new(Pyroute2, "routes3", ""),
            Case::new(Parse, "routes3-pass", "single pass"),
            Case::new(Parse, "routes3-rescan", "a scan for each"),
            Case::new(Mnl, "routes3", "table of attributes"),
        ],
        targets: &[
            Target {
                of: "3 attributes of a route, views with full outcomes",
                asked: "≤ 1.15 × C rescan in ns, ≤ 200 instructions",
                checks: &[
                    Check::times(Time, "routes3-view", 1.15, C_RESCAN),
                    Check::at_most(Instructions, "routes3-view", 200.0),
                ],
            },
            Target {
                of: "the same by projection",
                asked: "≤ 165 instructions, ≤ 1.2 × C single pass",
                checks: &[
                    Check::at_most(Instructions, "routes3-projection", 165.0),
                    Check::times(Time, "routes3-projection", 1.2, C_PASS),
                ],
            },
        ],
    },
    Work {
        name: "defaults",
        title: "Default routes in a table",
        part: Part::Parse,
        input: ROUTES,
        columns: PARSED,
        reference: Some((Parse, "defaults")),
        cases: &[
            Case::new(Ours, "defaults", "view"),
            Case::new(Bindings, "defaults-get", "accessors"),
            Case::new(Nlink, "defaults-message", "owned"),
            Case::new(Nlink, "defaults-attrs", "attributes by number"),
            Case::new(PacketRoute, "defaults", "owned"),
            Case::new(PacketRoute, "defaults-nlas", "attributes by number"),
            Case::new(Neli, "defaults", ""),
            Case::new(Pyroute2, "defaults", ""),
            Case::new(Pyroute2, "defaults-parser", "its own parser for them"),
            Case::new(Parse, "defaults", ""),
            Case::new(Mnl, "defaults", "table of attributes"),
        ],
        targets: &[Target {
            of: "default routes in a table",
            asked: "≤ 75 instructions per message",
            checks: &[Check::at_most(Instructions, "defaults", 75.0)],
        }],
    },
    Work {
        name: "links8",
        title: "Eight fields of a link, one of them in a nest",
        part: Part::Parse,
        input: LINKS,
        columns: PARSED,
        reference: Some((Parse, "links8")),
        cases: &[
            Case::new(Ours, "links8-projection", "projection"),
            Case::new(Bindings, "links8-get", "accessors"),
            Case::new(Bindings, "links8-iterate", "one loop"),
            Case::new(Nlink, "links8-message", "owned"),
            Case::new(Nlink, "links8-attrs", "attributes by number"),
            Case::new(PacketRoute, "links8", "owned"),
            Case::new(PacketRoute, "links8-nlas", "attributes by number"),
            Case::new(Neli, "links8-match", "one loop"),
            Case::new(Neli, "links8-handle", "each looked for"),
            Case::new(Pyroute2, "links8", ""),
            Case::new(Parse, "links8", "single pass"),
        ],
        targets: &[Target {
            of: "8 link fields incl. `linkinfo.kind` by projection",
            asked: "≤ 115 ns, ≤ 1,050 instructions",
            checks: &[
                Check::at_most(Time, "links8-projection", 115.0),
                Check::at_most(Instructions, "links8-projection", 1050.0),
            ],
        }],
    },
    Work {
        name: "links16",
        title: "Sixteen attributes of a link",
        part: Part::Parse,
        input: LINKS,
        columns: PARSED,
        reference: Some((Parse, "links16")),
        cases: &[
            Case::new(Ours, "links16-index", "index"),
            Case::new(Ours, "links16-view", "view"),
            Case::new(Bindings, "links16-get", "accessors"),
            Case::new(Bindings, "links16-iterate", "one loop"),
            Case::new(Nlink, "links16-message", "owned").but("without `IFLA_CARRIER_CHANGES`, which nlink does not have"),
            Case::new(Nlink, "links16-attrs", "attributes by number"),
            Case::new(PacketRoute, "links16", "owned"),
            Case::new(PacketRoute, "links16-nlas", "attributes by number"),
            Case::new(Neli, "links16-match", "one loop"),
            Case::new(Neli, "links16-handle", "each looked for"),
            Case::new(Pyroute2, "links16", ""),
            Case::new(Parse, "links16", "single pass"),
            Case::new(Parse, "links16-index", "index"),
            Case::new(Parse, "links16-rescan", "a scan for each"),
            Case::new(Mnl, "links16", "table of attributes"),
        ],
        targets: &[Target {
            of: "16 attributes of a link",
            asked: "≤ 120 ns (index), ≤ 1,360 instructions",
            checks: &[
                Check::at_most(Time, "links16-index", 120.0),
                Check::at_most(Instructions, "links16-index", 1360.0),
            ],
        }],
    },
    Work {
        name: "links-all",
        title: "Every attribute of a link, with its type",
        part: Part::Parse,
        input: LINKS,
        columns: PARSED,
        reference: Some((Parse, "links-all")),
        cases: &[
            Case::new(Ours, "links-all-typed", "one pass for each set"),
            Case::new(Ours, "links-all", "by metadata"),
            Case::new(Bindings, "links-all", "one loop for each nest")
                .but("without what it has no types for: data of vxlan, macvlan and others, attributes of newer kernels"),
            Case::new(PacketRoute, "links-all", "owned"),
            Case::new(Parse, "links-all", "single pass"),
        ],
        targets: &[
            Target {
                of: "every attribute of a link, typed, generated",
                asked: "≤ 150 ns, 0 allocations",
                checks: &[
                    Check::at_most(Time, "links-all-typed", 150.0),
                    Check::at_most(Allocations, "links-all-typed", 0.0),
                ],
            },
            Target {
                of: "every attribute of a link, by metadata",
                asked: "≤ 195 ns, 0 allocations",
                checks: &[
                    Check::at_most(Time, "links-all", 195.0),
                    Check::at_most(Allocations, "links-all", 0.0),
                ],
            },
        ],
    },
    Work {
        name: "owned",
        title: "A link as an owned value",
        part: Part::Parse,
        input: LINKS,
        columns: PARSED,
        reference: None,
        cases: &[
            Case::new(Ours, "links-owned", "everything"),
            Case::new(Nlink, "links-owned", "what it has fields for").but("not kept are, among others, `IFLA_STATS`, `IFLA_MAP`, `IFLA_XDP`, most statistics; data of kinds stays bytes"),
            Case::new(PacketRoute, "links-owned", "everything, typed"),
            Case::new(Pyroute2, "links-owned", "everything"),
            Case::new(Neli, "links-owned", "attributes of the first level").but("their payloads stay bytes"),
        ],
        targets: &[Target {
            of: "owned decode of a link, everything kept",
            asked: "≤ 370 ns, ≤ 9.3 allocations",
            checks: &[
                Check::at_most(Time, "links-owned", 370.0),
                Check::at_most(Allocations, "links-owned", 9.3),
            ],
        }],
    },
    Work {
        name: "routes-owned",
        title: "A route as an owned value",
        part: Part::Parse,
        input: ROUTES,
        columns: PARSED,
        reference: None,
        cases: &[
            Case::new(Ours, "routes-owned", "everything"),
            Case::new(Nlink, "routes-owned", "what it has fields for").but("not kept are, among others, most encapsulations, cache, ports and marks"),
            Case::new(PacketRoute, "routes-owned", "everything, typed"),
            Case::new(Pyroute2, "routes-owned", "everything"),
            Case::new(Neli, "routes-owned", "attributes of the first level").but("their payloads stay bytes"),
        ],
        targets: &[],
    },
];
