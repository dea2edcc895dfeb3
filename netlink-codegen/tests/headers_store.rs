//! The store: its text is lossless and does not depend on the order of insertion.

use std::time::Instant;

use netlink_codegen::headers::facts::{
    ArchLayout, CType, Constant, Enum, Field, History, Home, Kernel, Layout, Order, Place, Record, Spot,
    Store, Value,
};
use netlink_codegen::headers::store;

fn text(store: &Store) -> Vec<(String, String)> {
    let (manifest, files) = store::write(store);
    std::iter::once(("MANIFEST".to_owned(), manifest)).chain(files).collect()
}

fn reread(store: &Store) -> Store {
    let (manifest, files) = store::write(store);
    store::read(&manifest, files.iter().map(|(h, t)| (h.as_str(), t.as_str())))
        .expect("what was written reads")
}

fn permutations(n: usize) -> Vec<Vec<usize>> {
    if n == 0 {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for shorter in permutations(n - 1) {
        for at in 0..n {
            let mut longer = shorter.clone();
            longer.insert(at, n - 1);
            all.push(longer);
        }
    }
    all
}

#[test]
fn shipped_facts_load_quickly_and_write_back_unchanged() {
    let start = Instant::now();
    let shipped = store::shipped().expect("the shipped store");
    println!("loaded in {:?}", start.elapsed());
    assert!(shipped.kernels.len() >= 4);
    let (manifest, files) = store::write(&shipped);
    assert_eq!(manifest, netlink_kernel_headers::MANIFEST);
    assert_eq!(files.len(), netlink_kernel_headers::FACTS.len());
    for (header, text) in netlink_kernel_headers::FACTS {
        assert_eq!(files.get(*header).map(String::as_str), Some(*text), "{header}");
    }
    assert!(
        store::read(&manifest, files.iter().map(|(h, t)| (h.as_str(), t.as_str()))).expect("reads")
            == shipped
    );
}

#[test]
fn shipped_facts_say_what_is_known_of_the_kernels() {
    let store = store::shipped().expect("the shipped store");
    let kernel = |release: &str| store.kernels.iter().position(|k| k.release == release).expect("a kernel");
    let value = |name: &str, release: &str| store.constants[name].value.at(kernel(release)).cloned();

    assert_eq!(value("IFLA_MTU", "5.10"), Some(Value::Int(4)));
    assert_eq!(store.constants["IFLA_MTU"].value.0.len(), 1);
    assert_eq!(value("GRE_KEY", "7.3"), Some(Value::Big(0x2000, 16)));
    assert_eq!(value("TCP_FLAG_SYN", "7.3"), Some(Value::Big(0x0002_0000, 32)));
    assert_eq!(value("NETLINK_INET_DIAG", "7.3"), Some(Value::Alias("NETLINK_SOCK_DIAG".into())));
    assert_eq!(store.int("NETLINK_INET_DIAG"), Some(4));
    assert_eq!(store.string("NLBL_NOT_THERE"), None);
    assert_eq!(store.string("WG_GENL_NAME"), Some("wireguard"));
    assert_eq!(value("TCA_RSVP_CLASSID", "6.12"), None);
    assert_eq!(store.constants["TCA_RSVP_CLASSID"].value.gone(), Some(kernel("6.12")));
    assert!(store.constants["__IFLA_MAX"].sentinel && store.constants["IFLA_MAX"].sentinel);
    assert!(
        store.constants["NUM_NL80211_ATTR"].sentinel
            && !store.constants["NL80211_AUTHTYPE_AUTOMATIC"].sentinel
    );
    assert!(!store.constants["IFLA_BR_MCAST_HASH_MAX"].sentinel);
    assert!(!store.constants["NF_INET_INGRESS"].sentinel);
    assert_eq!(value("__IFLA_MAX", "5.10"), Some(Value::Int(56)));
    assert_eq!(value("IFLA_MAX", "7.3"), Some(Value::Int(69)));
    assert!(store.constants["AF_INET6"].private && store.int("AF_INET6") == Some(10));

    let moved = &store.moves["ETHTOOL_A_STRSET_HEADER"][0];
    assert_eq!((moved.header.as_str(), moved.to), ("linux/ethtool_netlink.h", kernel("6.13")));
    assert_eq!(store.constants["ETHTOOL_A_STRSET_HEADER"].header, "linux/ethtool_netlink_generated.h");
    assert!(store.missing_headers.contains(&(kernel("5.10"), "linux/netdev.h".into())));

    let info = store.record("tcp_info").expect("tcp_info");
    let sizes: Vec<u32> = info.layout.0.iter().filter_map(|(_, l)| Some(l.as_ref()?.size)).collect();
    assert_eq!(sizes, [224, 232, 240, 248, 280]);
    let scale = info.fields.iter().find(|f| f.name == "tcpi_rcv_wscale").expect("a bitfield");
    assert_eq!(scale.place.newest().map(|p| (p.offset, p.bits)), Some((6, Some((4, 4)))));
    let rto = info.fields.iter().find(|f| f.name == "tcpi_total_rto").expect("a field");
    assert_eq!(rto.place.since(), Some(kernel("6.12")));
    let address = store.record("xfrm_address_t").expect("a typedef");
    assert!(address.typedef && address.union);
    let key = store.record("tc_u32_sel").and_then(|r| r.fields.last()).expect("keys");
    assert_eq!(
        key.place.newest().map(|p| &p.ty),
        Some(&CType::Flexible(Box::new(CType::Record("tc_u32_key".into()))))
    );
    let other = |arch: &str, name: &str| store.records[name].arch.iter().find(|o| o.arch == arch).cloned();
    assert_eq!(other("i386", "rtnl_link_ifmap").map(|other| other.layout.size), Some(28));
    assert_eq!(other("i386", "ifinfomsg"), None);
}

/// Puts kernels into an empty store in this order, through text after each.
fn in_order(kernels: &[Store], order: &[usize]) -> Vec<(String, String)> {
    let mut store = Store::default();
    for at in order {
        store = reread(&store::merge(&store, &kernels[*at]));
    }
    text(&store)
}

fn assert_same(got: &[(String, String)], wanted: &[(String, String)], order: &[usize]) {
    assert_eq!(got.len(), wanted.len(), "order {order:?}");
    for (got, wanted) in got.iter().zip(wanted) {
        if got != wanted {
            let lines = got.1.lines().zip(wanted.1.lines()).find(|(a, b)| a != b);
            panic!("order {order:?}: {}: {lines:?}", got.0);
        }
    }
}

#[test]
fn the_shipped_kernels_backwards_give_the_same_bytes() {
    let shipped = store::shipped().expect("the shipped store");
    let parts: Vec<Store> = (0..shipped.kernels.len()).map(|at| store::only(&shipped, at)).collect();
    let backwards: Vec<usize> = (0..parts.len()).rev().collect();
    assert_same(&in_order(&parts, &backwards), &text(&shipped), &backwards);
}

/// The headers in which most happens: split, moved, gone, unreadable, alike but for case.
const EVENTFUL: &[&str] = &[
    "linux/ethtool_netlink.h",
    "linux/ethtool_netlink_generated.h",
    "linux/if_xdp.h",
    "linux/ip.h",
    "linux/mptcp.h",
    "linux/mptcp_pm.h",
    "linux/netfilter/ipset/ip_set.h",
    "linux/netfilter/xt_DSCP.h",
    "linux/netfilter/xt_dscp.h",
    "linux/smc_diag.h",
    "linux/tc_act/tc_ipt.h",
    "linux/thermal.h",
    "linux/virtio_net.h",
    "rdma/rdma_netlink.h",
];

#[test]
fn every_order_of_eventful_headers_of_the_shipped_kernels_gives_the_same_bytes() {
    let facts = netlink_kernel_headers::FACTS.iter().copied().filter(|(h, _)| EVENTFUL.contains(h));
    let wanted: Vec<(&str, &str)> = facts.clone().collect();
    assert_eq!(wanted.len(), EVENTFUL.len());
    let store = store::read(netlink_kernel_headers::MANIFEST, facts).expect("a part of the store");
    let parts: Vec<Store> = (0..store.kernels.len()).map(|at| store::only(&store, at)).collect();
    let wanted = text(&store);
    let mut random = random();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    for _ in 0..6 {
        for at in (1..order.len()).rev() {
            order.swap(at, random(at as u64 + 1));
        }
        assert_same(&in_order(&parts, &order), &wanted, &order);
    }
}

/// The same numbers every time, each below what is asked for.
fn random() -> impl FnMut(u64) -> usize {
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    move |below: u64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % below) as usize
    }
}

#[test]
fn a_kernel_without_changes_adds_nothing_but_its_entry_in_the_manifest() {
    let shipped = store::shipped().expect("the shipped store");
    let (_, wanted) = store::write(&shipped);
    for at in [0, shipped.kernels.len() / 2, shipped.newest()] {
        let mut again = store::only(&shipped, at);
        let was = &shipped.kernels[at].version;
        again.kernels[0] = Kernel { release: format!("{was}.1"), version: format!("{was}.1"), ..kernel("1") };
        let store = store::merge(&shipped, &again);
        assert_eq!(store.kernels.len(), shipped.kernels.len() + 1);
        let (_, facts) = store::write(&store);
        let changed: Vec<&String> = facts.keys().filter(|h| facts[*h] != wanted[*h]).collect();
        assert!(changed.is_empty() && facts.len() == wanted.len(), "{was}: {changed:?}");
    }
}

#[test]
fn a_header_is_absent_where_the_package_could_have_held_it_and_else_unknown() {
    let mut broken = small("1.0", &["linux/a.h: define A=1", "linux/xt_mark.h: define MARK=1"]);
    broken.headers.push("linux/bad.h".into());
    broken.missing_headers.push((0, "linux/bad.h".into()));
    broken.unknown_headers.push((0, "linux/bad.h".into()));
    let headers = ["a", "b", "bad", "xt_MARK", "xt_mark"].map(|name| format!("linux/{name}.h:"));
    let mut all: Vec<&str> = headers.iter().map(String::as_str).collect();
    all.push("rdma/c.h: define C=1");
    let kernels = [broken, small("2.0", &all), small("3.0", &["linux/a.h: define A=1"])];
    for order in permutations(3) {
        let mut store = Store::default();
        for at in order {
            store = reread(&store::merge(&store, &kernels[at]));
        }
        let (_, facts) = store::write(&store);
        let line = |header: &str| facts[header].lines().next().map(str::to_owned);
        assert_eq!(line("linux/b.h").as_deref(), Some("header absent here@2.0 absent@3.0"));
        // It does not compile; a file system may not keep it apart from another; its folder is not there.
        assert_eq!(line("linux/bad.h").as_deref(), Some("header unknown here@2.0 absent@3.0"));
        assert_eq!(line("linux/xt_MARK.h").as_deref(), Some("header unknown here@2.0 absent@3.0"));
        assert_eq!(line("rdma/c.h").as_deref(), Some("header unknown here@2.0 unknown@3.0"));
    }
}

fn kernel(version: &str) -> Kernel {
    Kernel {
        release: version.to_owned(),
        version: format!("{version}.1"),
        package: format!("headers \"{version}\""),
        sha256: String::new(),
    }
}

/// A kernel from short notes: `header: enum tag A=1 B=2 | define M=3 S="x y" | struct s 8 f@0`.
fn small(version: &str, headers: &[&str]) -> Store {
    let mut store = Store { kernels: vec![kernel(version)], ..Store::default() };
    for note in headers {
        let (header, rest) = note.split_once(": ").unwrap_or((note.trim_end_matches(':'), ""));
        store.headers.push(header.to_owned());
        for block in rest.split(" | ").filter(|b| !b.is_empty()) {
            let mut words = block.split(' ');
            let kind = words.next().expect("a kind");
            let name = if kind == "define" { "" } else { words.next().expect("a name") };
            if kind == "struct" {
                let size = words.next().and_then(|w| w.parse().ok()).expect("a size");
                let fields = words.map(|word| {
                    let (field, offset) = word.split_once('@').expect("field@offset");
                    let ty = CType::Int { bits: 32, signed: false, order: Order::Native };
                    let place = Place { offset: offset.parse().expect("an offset"), bits: None, ty };
                    Field { name: field.to_owned(), place: History::always(place), private: false }
                });
                let record = Record {
                    name: name.to_owned(),
                    typedef: false,
                    header: header.to_owned(),
                    union: false,
                    packed: false,
                    layout: History::always(Layout { size, align: 4 }),
                    fields: fields.collect(),
                    arch: Vec::new(),
                };
                store.records.insert(name.to_owned(), record);
                continue;
            }
            let home = if kind == "enum" {
                let tag = (name != "-").then(|| name.to_owned());
                store.enums.push(Enum { tag, header: header.to_owned(), entries: Vec::new() });
                Home::Enum(store.enums.len() - 1)
            } else {
                Home::Macro
            };
            for word in words {
                let (constant, value) = word.split_once('=').expect("name=value");
                let value = match value.parse() {
                    Ok(number) => Value::Int(number),
                    Err(_) if value.starts_with('=') => Value::Alias(value[1..].to_owned()),
                    Err(_) => Value::Str(format!("{value} \"with\" @ \\ and\nmore")),
                };
                if kind == "enum" {
                    store.enums.last_mut().expect("an enum").entries.push(constant.to_owned());
                }
                store.constants.insert(
                    constant.to_owned(),
                    Constant {
                        name: constant.to_owned(),
                        header: header.to_owned(),
                        home: home.clone(),
                        value: History::always(value),
                        sentinel: constant.ends_with("_MAX"),
                        private: false,
                    },
                );
            }
        }
    }
    store
}

/// Four kernels in which everything that can happen to a name happens.
fn eventful() -> Vec<Store> {
    vec![
        small(
            "1.0",
            &[
                "a.h: define M=1 OLD=7 S=x T=t | enum e A=0 B=1 GONE=2 __E_MAX=3 E_MAX=2 | enum - P=0 Q=1 R=2 | struct s 8 f@0 g@4",
                "b.h: enum b X=5 Y=6",
                "gone.h: define G=1 | struct t 4 h@0",
            ],
        ),
        small(
            "1.2",
            &[
                "a.h: define M=1 S=y | enum e A=0 B=1 GONE=2 LATE=3 __E_MAX=4 E_MAX=3 | enum - P=0 | enum - Q=1 R=2 | struct s 12 f@0 g@4 i@8",
                "b.h: enum b X=5 Y=6 Z=7 | define T==M",
                "gone.h: define G=2 | struct t 8 h@0 k@4",
            ],
        ),
        small(
            "1.10",
            &[
                "a.h: define S=y M=2 | enum e2 B=1 A=0 LATE=3 __E_MAX=4 E_MAX=3 | struct s 12 i@8 f@0",
                "c.h: enum c X=5 Z=8 W=9 | define P=0 Y=6",
            ],
        ),
        small(
            "2.0",
            &[
                "a.h: define M=2 | enum e2 A=0 B=1 NEW=2 LATE=3 __E_MAX=4 E_MAX=3 | struct s 16 f@0 j@12",
                "b.h: enum b Y=6",
                "c.h: enum c X=5 W=9 V=10 | struct t 8 h@0 k@4",
            ],
        ),
    ]
}

#[test]
fn every_order_of_eventful_kernels_gives_the_same_bytes() {
    let kernels = eventful();
    let wanted = text(&store::compose(&kernels));
    for order in permutations(kernels.len()) {
        let mut store = Store::default();
        for at in &order {
            // Through text as well: what the text does not keep must not be needed.
            store = reread(&store::merge(&store, &kernels[*at]));
        }
        assert_eq!(text(&store), wanted, "order {order:?}");
        // A kernel that is there already changes nothing.
        for again in &kernels {
            assert_eq!(text(&store::merge(&store, again)), wanted, "order {order:?}, again");
        }
    }
}

/// Random kernels: headers come and go, macros and records move between them, names come and
/// go and change. Enums that move are among the eventful kernels above: see `store::merge`.
#[test]
fn every_order_of_random_kernels_gives_the_same_bytes() {
    const HEADERS: [&str; 3] = ["a.h", "b.h", "c.h"];
    let mut random = random();
    for case in 0..150 {
        let mut kernels = Vec::new();
        for version in ["1.0", "2.0", "3.0", "4.0"] {
            let mut blocks: [Vec<String>; 3] = Default::default();
            let mut defines: [String; 3] = Default::default();
            for (at, (names, tag)) in [("ABC", "e"), ("DEFG", "-"), ("HI", "f")].into_iter().enumerate() {
                let mut block = format!("enum {tag}");
                for name in names.chars() {
                    if random(4) > 0 {
                        block += &format!(" {name}={}", random(3));
                    }
                }
                if block.contains('=') {
                    blocks[at / 2].push(block);
                }
            }
            for name in "JKLM".chars().filter(|_| version != "3.0") {
                defines[random(3)] += &format!(" {name}={}", random(3));
            }
            let mut record = format!("struct s {}", 8 + 4 * random(2));
            for (at, field) in ["f", "g", "h"].iter().enumerate() {
                if random(3) > 0 {
                    record += &format!(" {field}@{}", at * 4 + random(2));
                }
            }
            blocks[random(3)].push(record);
            let mut notes = Vec::new();
            for (at, header) in HEADERS.iter().enumerate().filter(|_| random(4) > 0) {
                if !defines[at].is_empty() {
                    blocks[at].insert(0, format!("define{}", defines[at]));
                }
                notes.push(format!("{header}: {}", blocks[at].join(" | ")));
            }
            kernels.push(small(version, &notes.iter().map(String::as_str).collect::<Vec<_>>()));
        }
        let wanted = text(&store::compose(&kernels));
        for order in permutations(kernels.len()) {
            let mut store = Store::default();
            for at in &order {
                store = reread(&store::merge(&store, &kernels[*at]));
            }
            assert_eq!(text(&store), wanted, "case {case}, order {order:?}");
        }
    }
}

#[test]
fn history_is_by_change_and_absence_of_a_header_is_no_removal() {
    let store = store::compose(&eventful());
    let history = |name: &str| {
        let entries = &store.constants[name].value.0;
        entries
            .iter()
            .map(|(k, v)| {
                format!(
                    "{}{}",
                    v.as_ref().map_or("-".into(), |v| format!("{v:?}")),
                    store.kernels[*k].release
                )
            })
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(history("A"), "Int(0)1.0");
    assert_eq!(history("M"), "Int(1)1.0 Int(2)1.10");
    assert_eq!(history("OLD"), "Int(7)1.0 -1.2");
    assert_eq!(history("GONE"), "Int(2)1.0 -1.10");
    // gone.h is not in 1.10: unknown, so nothing is known to be removed.
    assert_eq!(history("G"), "Int(1)1.0 Int(2)1.2");
    // b.h is absent in 1.10; Z was seen in another header, Y became a macro there.
    assert_eq!(history("Z"), "Int(7)1.2 Int(8)1.10 -2.0");
    assert_eq!(history("Y"), "Int(6)1.0");
    let stays: Vec<_> =
        store.moves["Y"].iter().map(|m| (m.from, m.to, m.header.as_str(), m.define)).collect();
    assert_eq!(stays, [(2, 2, "c.h", true)]);
    assert_eq!(store.constants["X"].header, "c.h");
    assert_eq!(
        store.record("s").map(|s| s.fields.iter().map(|f| f.name.as_str()).collect()),
        Some(vec!["f", "j", "g", "i"])
    );
    assert_eq!(
        store.enums[store.enum_of("GONE").expect("an enum")].entries.last().map(String::as_str),
        Some("GONE")
    );
    let (_, files) = store::write(&store);
    assert!(
        files["a.h"].contains("  __E_MAX end\n") && files["a.h"].contains("  E_MAX end-1\n"),
        "{}",
        files["a.h"]
    );
}

#[test]
fn replacing_some_headers_of_a_kernel_keeps_the_others() {
    let store = store::compose(&eventful());
    let patch = small("2.0", &["extra.h: define N=1", "b.h: enum b Y=7"]);
    let patched = store::merge(&store, &patch);
    assert_eq!(patched.int("N"), Some(1));
    assert_eq!(patched.int("Y"), Some(7));
    assert_eq!(patched.int("V"), Some(10));
    assert!(patched.missing_headers.contains(&(0, "extra.h".into())));
    assert_eq!(patched.kernels.len(), 4);
}

#[test]
fn other_architectures_are_described_where_they_differ() {
    let mut store = store::compose(&eventful());
    let same = small("2.0", &["a.h: struct s 16 f@0 j@12", "c.h: struct t 12 h@0 k@8"]);
    assert_eq!(store::add_arch(&mut store, "i386", &same), 1);
    let spot = |offset| Some(Spot { offset, bit: None });
    let i386 = |spots| ArchLayout { arch: "i386".to_owned(), layout: Layout { size: 12, align: 4 }, spots };
    assert_eq!(store.records["t"].arch, [i386(vec![spot(0), spot(8)])]);
    assert_eq!(reread(&store), store);
    // A member that is not there keeps the others in their places.
    let less = small("2.0", &["c.h: struct t 12 k@8"]);
    assert_eq!(store::add_arch(&mut store, "i386", &less), 1);
    assert_eq!(store.records["t"].arch, [i386(vec![None, spot(8)])]);
    assert_eq!(reread(&store), store);
    // Of a kernel that is not the newest nothing is said.
    let older = small("1.0", &["a.h: struct s 20 f@0 g@16"]);
    assert_eq!(store::add_arch(&mut store, "i386", &older), 0);
}

#[test]
fn a_store_is_saved_whole_and_only_where_it_changed() {
    let directory = std::env::temp_dir().join(format!("netlink-codegen-store-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&directory);
    let kernels = eventful();
    assert_eq!(store::load_dir(&directory).expect("an empty store"), Store::default());
    let three = store::compose(&kernels[..3]);
    store::save_dir(&three, &directory).expect("saved");
    assert_eq!(store::load_dir(&directory).expect("loaded"), three);
    assert_eq!(store::save_dir(&three, &directory).expect("saved again"), Vec::<std::path::PathBuf>::new());
    let four = store::compose(&kernels);
    let changed = store::save_dir(&four, &directory).expect("saved");
    assert!(
        changed.iter().any(|p| p.ends_with("MANIFEST.toml"))
            && !changed.iter().any(|p| p.ends_with("lib.rs"))
    );
    assert_eq!(store::load_dir(&directory).expect("loaded"), four);
    let mut leftovers = Vec::new();
    let mut folders = vec![directory.clone()];
    while let Some(folder) = folders.pop() {
        for path in folder.read_dir().expect("a folder").flatten().map(|e| e.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if !["txt", "toml"].contains(&path.extension().and_then(|e| e.to_str()).unwrap_or("")) {
                leftovers.push(path);
            }
        }
    }
    assert_eq!(leftovers, Vec::<std::path::PathBuf>::new());
    std::fs::write(directory.join("facts/a.h.txt"), "define\n  A ?\n").expect("damaged");
    let error = store::load_dir(&directory).expect_err("damaged").to_string();
    assert!(error.starts_with("facts/a.h.txt:2: "), "{error}");
    let _ = std::fs::remove_dir_all(&directory);
}
