//! Extraction: what it must find in real kernels, and what it says of headers that are
//! missing or broken.

mod headers_support;

use std::path::Path;
use std::time::Instant;

use headers_support::{Scratch, roots, skip};
use netlink_codegen::headers::extract::{BASE_TARGET, Counts, Error, Extraction, Finding, Options, extract};
use netlink_codegen::headers::facts::{CType, Field, Home, Kernel, Layout, Order, Spot, Store, Value};
use netlink_codegen::headers::store;

/// Runs an extraction; `None` after a printed skip when there is no libclang.
fn run(what: &str, options: &Options) -> Option<Extraction> {
    match extract(options) {
        Ok(extraction) => Some(extraction),
        Err(Error::Clang(why)) => {
            skip(what, &why);
            None
        }
        Err(other) => panic!("{other}"),
    }
}

/// Measured before by another program over the same headers, those below left out; there
/// 12 records declared inside others were not counted, so 795.
const COUNTS_7_3_4: Counts = Counts {
    headers: 257,
    enums: 1_322,
    constants: 12_078,
    records: 795 + 12,
    fields: 4_049,
    int_macros: 4_228,
    string_macros: 102,
};

#[test]
fn newest_kernel_has_the_measured_counts() {
    let Some(root) = roots().into_iter().find(|root| root.version == "7.3.4") else {
        return skip("counts", "no headers of 7.3.4");
    };
    let mut options = Options::listed(root.path.clone(), root.kernel());
    let later = ["linux/sctp.h", "linux/android/binder_netlink.h", "drm/drm_ras.h", "linux/ip6_tunnel.h"];
    options.headers.retain(|h| !later.contains(&h.as_str()));
    let start = Instant::now();
    let Some(extraction) = run("counts", &options) else { return };
    println!("extracted in {:?}", start.elapsed());
    assert_eq!(extraction.counts, COUNTS_7_3_4);
    assert_eq!(extraction.findings, []);
    let unsolved: Vec<&str> = extraction.unsolved.iter().map(|(_, name)| name.as_str()).collect();
    // Not constants, but for MFC_ASSERT_THRESH, which counts in timer ticks.
    assert_eq!(
        unsolved,
        [
            "MLD2_ALL_MCR_INIT",
            "MFC_ASSERT_THRESH",
            "pn_orig_msg_id",
            "pn_status",
            "pn_e_orig_msg_id",
            "pn_e_status",
            "tc_gen",
            "INITQFNAMES"
        ]
    );
}

#[test]
fn extraction_gives_the_shipped_facts() {
    let shipped = store::shipped().expect("the shipped store");
    let mut checked = 0;
    for root in roots() {
        let at = shipped.kernels.iter().position(|k| k.version == root.version);
        let Some(at) = at else {
            skip(
                "comparison with shipped facts",
                &format!("{} is not among the shipped kernels", root.version),
            );
            continue;
        };
        // A second build of a release is filed under a name of its own.
        let release = shipped.kernels[at].release.clone();
        let kernel = Kernel { release, ..root.kernel() };
        let Some(extraction) =
            run("comparison with shipped facts", &Options::listed(root.path.clone(), kernel))
        else {
            return;
        };
        let unknown = |f: &&Finding| shipped.unknown_headers.contains(&(at, f.header.clone()));
        let findings: Vec<_> = extraction.findings.iter().filter(|f| !unknown(f)).collect();
        assert!(findings.is_empty(), "{}: {findings:?}", root.version);
        // Merged into what is shipped, it changes nothing.
        let (_, merged) = store::write(&store::merge(&shipped, &extraction.store));
        let (_, before) = store::write(&shipped);
        for (header, text) in &before {
            assert_eq!(&merged[header], text, "{header} of {}", root.version);
        }
        assert_eq!(merged.len(), before.len());
        checked += 1;
    }
    println!("{checked} kernels compared");
}

#[test]
fn every_order_of_extracted_kernels_gives_the_same_bytes() {
    let mut kernels = Vec::new();
    // Four say as much as more.
    for root in roots().into_iter().rev().take(4) {
        let kernel = Kernel { release: root.version.clone(), ..root.kernel() };
        let Some(extraction) = run("orders", &Options::listed(root.path.clone(), kernel)) else {
            return;
        };
        kernels.push(extraction.store);
    }
    if kernels.len() < 2 {
        return skip("orders", "headers of one kernel only");
    }
    let wanted = store::write(&store::compose(&kernels));
    // Backwards, and each kernel in turn as the last one.
    let all = 0..kernels.len();
    let last = |at: usize| all.clone().filter(|k| *k != at).chain([at]).collect::<Vec<_>>();
    for order in all.clone().map(last).chain([all.clone().rev().collect()]) {
        let merged = order.iter().fold(Store::default(), |store, at| store::merge(&store, &kernels[*at]));
        assert!(store::write(&merged) == wanted, "order {order:?}");
    }
}

/// An include directory with just enough below it.
fn include(scratch: &Scratch, headers: &[(&str, &str)]) {
    scratch.file("asm/types.h", "");
    scratch.file(
        "linux/types.h",
        "#ifndef T\n#define T\ntypedef unsigned char __u8; typedef signed char __s8; typedef unsigned short __u16;\n\
         typedef short __s16; typedef unsigned int __u32; typedef int __s32; typedef unsigned long long __u64;\n\
         typedef long long __s64; typedef __u16 __be16; typedef __u32 __le32;\n#endif\n",
    );
    scratch.file("linux/ioctl.h", "#define _IO(t, n) (((t) << 8) | (n))\n");
    for name in ["socket", "if", "in", "in6", "time", "if_ether"] {
        scratch.file(&format!("linux/{name}.h"), "#include <linux/types.h>\n");
    }
    for (name, text) in headers {
        scratch.file(name, text);
    }
}

fn options(root: &Path, headers: &[&str]) -> Options {
    let kernel = Kernel {
        release: "1.0".into(),
        version: "1.0.0".into(),
        package: String::new(),
        sha256: String::new(),
    };
    Options {
        headers: headers.iter().map(|h| (*h).to_owned()).collect(),
        ..Options::listed(root.to_owned(), kernel)
    }
}

fn value<'s>(store: &'s Store, name: &str) -> Option<&'s Value> {
    store.constants.get(name)?.value.newest()
}

#[test]
fn macros_of_every_kind() {
    let scratch = Scratch::new("macros");
    include(
        &scratch,
        &[
            (
                "linux/a.h",
                "#ifndef A_H\n#define A_H\n#include <linux/types.h>\n\
                 #define __cpu_to_be16(x) ((__be16)__builtin_bswap16(x))\n#define htons(x) __cpu_to_be16(x)\n\
                 enum e { ONE = 1, TWO, WIDE = 0xffffffff, SWAP = __cpu_to_be16(0x12) };\n#define ONE ONE\n\
                 enum { NEG = -1, BIG1 = 1, };\n\
                 #define HEX 0x10\n#define SIGNED (-5)\n#define U64 0xffffffffffffffffULL\n#define SHIFT (1U << 31)\n\
                 #define SUM (HEX + TWO)\n#define ALSO HEX\n#define PAREN (TWO)\n#define TEXT \"a \\\"b\\\"\"\n\
                 #define NET htons(0x800)\n#define BOTH (NET | __cpu_to_be16(1))\n#define ZERO __cpu_to_be16(0)\n\
                 #define MEMBER un.inner[0]\n#define TAG struct e\n#define FIELD nowhere\n#define CODE do { } while (0)\n\
                 #define OPEN (1\n#define CALL(x) (x)\n#define FLOAT 1.5\n#define TICKS (3*HZ)\n#define CHAR 'c'\n\
                 #define FLAG BIT(3)\n#define MASK GENMASK(5, 2)\n#define IOC _IO('x', 1)\n#define FAR OTHER\n#endif\n",
            ),
            ("linux/b.h", "#define OTHER 7\n#define __LIM_MAX 3\n"),
        ],
    );
    let Some(extraction) = run("macros", &options(&scratch.0, &["linux/a.h", "linux/b.h"])) else { return };
    let store = &extraction.store;
    assert_eq!(extraction.findings, []);
    for (name, want) in [
        ("WIDE", Value::Int(0xffff_ffff)),
        ("NEG", Value::Int(-1)),
        ("HEX", Value::Int(16)),
        ("SIGNED", Value::Int(-5)),
        ("U64", Value::Int(0xffff_ffff_ffff_ffff)),
        ("SHIFT", Value::Int(1 << 31)),
        ("SUM", Value::Int(18)),
        ("ALSO", Value::Alias("HEX".into())),
        ("PAREN", Value::Alias("TWO".into())),
        ("FAR", Value::Alias("OTHER".into())),
        ("TEXT", Value::Str("a \"b\"".into())),
        ("NET", Value::Big(0x800, 16)),
        ("BOTH", Value::Big(0x801, 16)),
        ("ZERO", Value::Big(0, 16)),
        ("SWAP", Value::Big(0x12, 16)),
        ("MEMBER", Value::Text("un.inner[0]".into())),
        ("TAG", Value::Text("struct e".into())),
        ("FIELD", Value::Text("nowhere".into())),
        ("CHAR", Value::Int(99)),
        ("FLAG", Value::Int(8)),
        ("MASK", Value::Int(0x3c)),
        ("IOC", Value::Int(0x7801)),
    ] {
        assert_eq!(value(store, name), Some(&want), "{name}");
    }
    assert_eq!(store.constants["ONE"].home, Home::Enum(0));
    let unsolved: Vec<&str> = extraction.unsolved.iter().map(|(_, name)| name.as_str()).collect();
    assert_eq!(unsolved, ["CODE", "OPEN", "FLOAT", "TICKS"]);
    assert!(value(store, "CALL").is_none() && value(store, "A_H").is_none());
}

#[test]
fn records_of_every_kind() {
    let scratch = Scratch::new("records");
    include(
        &scratch,
        &[(
            "linux/r.h",
            "#include <linux/types.h>\nenum colour { RED };\ntypedef enum { LOW } level_t;\n\
             struct inner { __u8 x; };\ntypedef union { __be16 be; __u8 raw[4]; } word_t;\n\
             struct outer {\n  __u8 a:3, b:7;\n  struct { __u16 c; union { __u32 d; __s64 e; }; };\n\
             struct { __le32 f; } named;\n  struct tagged { char g[4]; } *p;\n  enum colour h;\n  level_t lv;\n\
             word_t i[2][3];\n  unsigned long j;\n  void (*call)(int);\n  struct inner k[];\n} ;\n\
             struct tight { __u8 a; __u32 b; } __attribute__((packed));\nstruct ahead;\n",
        )],
    );
    let Some(extraction) = run("records", &options(&scratch.0, &["linux/r.h"])) else { return };
    let store = &extraction.store;
    assert_eq!(extraction.findings, []);
    let names: Vec<&str> = store.records.keys().map(String::as_str).collect();
    assert_eq!(names, ["inner", "word_t", "tagged", "outer", "tight"]);
    assert!(store.records["word_t"].typedef && store.records["word_t"].union);
    assert!(store.records["tight"].packed && !store.records["outer"].packed);
    assert_eq!(store.enums[1].tag.as_deref(), Some("level_t"));
    let place = |f: &Field| f.place.newest().map(|p| (f.name.clone(), p.offset, p.bits)).expect("a place");
    let places: Vec<_> = store.records["outer"].fields.iter().map(place).collect();
    let places: Vec<_> = places.iter().map(|(name, offset, bits)| (name.as_str(), *offset, *bits)).collect();
    assert_eq!(
        places,
        [
            ("a", 0, Some((0, 3))),
            ("b", 1, Some((0, 7))),
            ("c", 8, None),
            ("d", 16, None),
            ("e", 16, None),
            ("named.f", 24, None),
            ("p", 32, None),
            ("h", 40, None),
            ("lv", 44, None),
            ("i", 48, None),
            ("j", 72, None),
            ("call", 80, None),
            ("k", 88, None),
        ]
    );
    let ty = |name: &str| {
        let field = store.records["outer"].fields.iter().find(|f| f.name == name).expect(name);
        field.place.newest().map(|p| p.ty.clone()).expect("a type")
    };
    assert_eq!(ty("named.f"), CType::Int { bits: 32, signed: false, order: Order::Little });
    assert_eq!(ty("h"), CType::Enum("colour".into()));
    assert_eq!(ty("lv"), CType::Enum("level_t".into()));
    let word = Box::new(CType::Record("word_t".into()));
    assert_eq!(ty("i"), CType::Array(Box::new(CType::Array(word, 3)), 2));
    assert_eq!(ty("j"), CType::Long { signed: false });
    assert_eq!((ty("p"), ty("call")), (CType::Pointer, CType::Pointer));
    assert_eq!(ty("k"), CType::Flexible(Box::new(CType::Record("inner".into()))));
}

#[test]
fn all_that_is_wrong_is_said_at_once_and_spoils_nothing_else() {
    let scratch = Scratch::new("broken");
    include(
        &scratch,
        &[
            ("linux/good.h", "#include <linux/types.h>\nstruct good { __u32 a; };\n#define GOOD 1\n"),
            (
                "linux/bad.h",
                "#include <linux/absent.h>\nenum { BAD = 3 };\nstruct bad { struct absent a; int b; };\n",
            ),
            ("linux/worse.h", "enum { X = , };\n\nint f(unknown_t);\n"),
            ("linux/needy.h", "struct needy { struct sockaddr a; };\n"),
        ],
    );
    let mut options = options(&scratch.0, &["linux/*.h", "linux/not-there.h"]);
    options.files.push(scratch.0.join("nowhere.h"));
    let Some(extraction) = run("broken headers", &options) else { return };
    let findings: Vec<String> = extraction.findings.iter().map(ToString::to_string).collect();
    let has = |part: &str| findings.iter().any(|f| f.contains(part));
    assert!(has("linux/bad.h:1:10: 'linux/absent.h' file not found"), "{findings:#?}");
    assert!(has("linux/worse.h:1:12: ") && has("linux/worse.h:3:7: ") && has("nowhere.h"), "{findings:#?}");
    assert!(extraction.findings.iter().all(|f| f.error));
    assert_eq!(extraction.absent, ["linux/not-there.h"]);
    let untrusted: Vec<&str> = extraction.store.missing_headers.iter().map(|(_, h)| h.as_str()).collect();
    assert_eq!(untrusted, ["linux/bad.h", "linux/worse.h", "linux/not-there.h"]);
    // Its constants are right all the same; its layouts would be guesses.
    assert_eq!(extraction.store.int("BAD"), Some(3));
    assert!(extraction.store.record("bad").is_none());
    assert_eq!(extraction.store.record("needy").and_then(|r| r.layout.newest()).map(|l| l.size), Some(16));
    assert!(extraction.store.record("good").is_some());
    // In a store of many kernels an untrusted header is unknown.
    let merged = store::merge(&Store::default(), &extraction.store);
    assert!(merged.int("BAD").is_none() && merged.int("GOOD") == Some(1));
}

#[test]
fn what_is_read_is_told() {
    let scratch = Scratch::new("read");
    include(&scratch, &[("linux/a.h", "#include <stdint.h>\n#include \"b.h\"\n"), ("linux/c.h", "")]);
    scratch.file("own/linux/b.h", "#include <linux/c.h>\n");
    scratch.file("linux/b.h", "#error shadowed\n");
    let mut options = options(&scratch.0, &["linux/a.h"]);
    options.include.push(scratch.0.join("own/linux"));
    // The one beside it comes first, as in C.
    let Some(shadowed) = run("files read", &options) else { return };
    assert!(shadowed.findings[0].message.contains("shadowed"), "{:?}", shadowed.findings);
    std::fs::remove_file(scratch.0.join("linux/b.h")).expect("remove");
    let extraction = run("files read", &options).expect("libclang");
    assert_eq!(extraction.findings, []);
    let read: Vec<_> = extraction.read.iter().filter_map(|p| p.strip_prefix(&scratch.0).ok()).collect();
    let wanted = ["linux/a.h", "linux/c.h", "own/linux/b.h"].map(Path::new);
    assert_eq!(read, wanted, "the stand-in for stdint.h is no file");
}

#[test]
fn layouts_are_those_of_the_target() {
    let scratch = Scratch::new("target");
    include(&scratch, &[("linux/a.h", "#include <linux/types.h>\nstruct s { __u32 a; __u64 b; };\n")]);
    // As Debian has it.
    scratch.file("x86_64-linux-gnu/asm/types.h", "");
    std::fs::remove_dir_all(scratch.0.join("asm")).expect("remove");
    let size = |extraction: &Extraction| extraction.store.record("s")?.layout.newest().map(|l| l.size);
    let mut options = options(&scratch.0, &["linux/a.h"]);
    let Some(extraction) = run("another target", &options) else { return };
    assert_eq!(size(&extraction), Some(16));
    // To the kernel both are one architecture.
    options.target = "i386-linux-gnu".to_owned();
    let extraction = extract(&options).expect("with the asm/ of x86");
    assert_eq!(size(&extraction), Some(12));
    options.target = "arm-linux-gnueabihf".to_owned();
    let error = extract(&options).expect_err("no asm/ for it").to_string();
    assert!(error.contains("no asm/types.h for arm-linux-gnueabihf; there is: x86_64-linux-gnu"), "{error}");
    options.fallback = Some(BASE_TARGET.to_owned());
    let extraction = extract(&options).expect("with the asm/ of another one");
    assert_eq!(size(&extraction), Some(16));
}

#[test]
fn private_headers_do_without_what_they_include() {
    let scratch = Scratch::new("private");
    include(&scratch, &[("linux/good.h", "#define GOOD 1\n")]);
    let tree = Scratch::new("tree");
    tree.file(
        "drivers/x.h",
        "#include <net/netlink.h>\n#include \"y.h\"\nenum { P = BIT(2) };\nstruct fine { u8 a; __be16 b; } __packed;\n\
         struct spoilt { atomic_t a; };\nint f(struct sk_buff *);\n#define GOOD 2\n",
    );
    let mut private = options(&scratch.0, &[]);
    private.private.push((tree.0.clone(), "drivers/x.h".into()));
    let Some(extraction) = run("private headers", &private) else { return };
    assert!(extraction.findings.iter().all(|f| !f.error), "{:?}", extraction.findings);
    assert!(extraction.findings[0].message.contains("net/netlink.h, y.h"));
    assert!(extraction.findings[1].message.contains("left out: spoilt"), "{:?}", extraction.findings);
    let store = &extraction.store;
    assert!(store.constants["P"].private && store.int("P") == Some(4));
    assert_eq!(store.record("fine").and_then(|r| r.layout.newest()).map(|l| l.size), Some(3));
    assert!(store.record("spoilt").is_none());
    // What user space sees wins, in either order.
    let Some(public) = run("private headers", &options(&scratch.0, &["linux/good.h"])) else { return };
    for (first, second) in [(&public.store, store), (store, &public.store)] {
        let both = store::merge(&store::merge(&Store::default(), first), second);
        assert_eq!((both.int("GOOD"), both.int("P")), (Some(1), Some(4)));
        assert!(!both.constants["GOOD"].private);
    }
}

/// Some families have their numbers in a C file, beside code and below what a configuration turns on.
#[test]
fn private_sources_give_what_headers_would() {
    let scratch = Scratch::new("private-source");
    include(&scratch, &[]);
    let tree = Scratch::new("source-tree");
    tree.file(
        "drivers/event.c",
        "#include <net/genetlink.h>\nstatic int used(struct device *dev) { return dev->id; }\n#ifdef CONFIG_NET\n\
         enum { E_UNSPEC, E_EVENT, __E_MAX };\n#define E_NAME \"event\"\n\
         static struct genl_family family = { .name = E_NAME, };\n#endif\n",
    );
    let mut options = options(&scratch.0, &[]);
    options.private.push((tree.0.clone(), "drivers/event.c".into()));
    let Some(extraction) = run("private sources", &options) else { return };
    assert!(extraction.findings.iter().all(|f| !f.error), "{:?}", extraction.findings);
    let store = &extraction.store;
    assert!(store.constants.values().all(|c| c.private && c.header == "drivers/event.c"));
    assert_eq!((store.int("E_EVENT"), store.string("E_NAME")), (Some(1), Some("event")));
    let (_, files) = store::write(&store::merge(&Store::default(), store));
    let facts = "private\ndefine\n  E_NAME \"event\"\nenum\n  E_UNSPEC 0\n  E_EVENT 1\n  __E_MAX end\n";
    assert_eq!(files["drivers/event.c"], facts);
}

#[test]
fn wrong_input_is_an_error() {
    let scratch = Scratch::new("wrong");
    let error = |options: &Options| match extract(options) {
        Err(Error::Input(message)) => message,
        other => panic!("{other:?}"),
    };
    assert!(error(&options(&scratch.0.join("nowhere"), &["linux/a.h"])).contains("not a directory"));
    assert!(error(&options(&scratch.0, &["linux/a.h"])).contains("no asm/types.h for x86_64-linux-gnu"));
    scratch.file("arm-linux-gnueabi/asm/types.h", "");
    assert!(error(&options(&scratch.0, &["linux/a.h"])).contains("there is: arm-linux-gnueabi"));
}

#[test]
fn targets_choose_the_layout() {
    let scratch = Scratch::new("target");
    include(&scratch, &[("linux/a.h", "#include <linux/types.h>\nstruct s { __u32 a; __u64 b; };\n")]);
    let Some(base) = run("targets", &options(&scratch.0, &["linux/a.h"])) else { return };
    let mut other = options(&scratch.0, &["linux/a.h"]);
    other.target = "i386-linux-gnu".into();
    let Some(other) = run("targets", &other) else { return };
    let mut store = store::merge(&Store::default(), &base.store);
    assert_eq!(store::add_arch(&mut store, "i386", &other.store), 1);
    let other = &store.records["s"].arch[0];
    let offsets: Vec<_> = other.spots.iter().map(|spot| spot.map(|s| s.offset)).collect();
    assert_eq!((other.arch.as_str(), other.layout), ("i386", Layout { size: 12, align: 4 }));
    assert_eq!(offsets, [Some(0), Some(4)]);
}

/// Bits have the place in memory that they have: what a header declares in both orders, for both
/// kinds of machines, lies in the same place on both.
#[test]
fn bitfields_of_big_endian_machines_count_from_the_least_significant_bit() {
    let scratch = Scratch::new("bits");
    let text = "#include <linux/types.h>\n\
        struct plain { __u8 low:3, high:5; };\nstruct wide { __u16 a:4, b:12; };\n\
        struct swapped {\n#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__\n __u8 low:3, high:5;\n\
        #else\n __u8 high:5, low:3;\n#endif\n};\n";
    include(&scratch, &[("linux/a.h", text)]);
    let Some(base) = run("bitfields", &options(&scratch.0, &["linux/a.h"])) else { return };
    let mut other = options(&scratch.0, &["linux/a.h"]);
    other.target = "mips-linux-gnu".into();
    let Some(other) = run("bitfields", &other) else { return };
    let mut store = store::merge(&Store::default(), &base.store);
    assert_eq!(store::add_arch(&mut store, "mips", &other.store), 2);
    let spots = |places: [(u32, u8); 2]| places.map(|(offset, bit)| Some(Spot { offset, bit: Some(bit) }));
    for (name, here, there) in
        [("plain", [(0, 0), (0, 3)], [(0, 5), (0, 0)]), ("wide", [(0, 0), (0, 4)], [(0, 4), (1, 0)])]
    {
        let record = &store.records[name];
        let found: Vec<_> = record.fields.iter().map(|f| f.place.newest().map(Spot::from)).collect();
        assert_eq!(found, spots(here), "{name}");
        assert_eq!(record.arch[0].spots, spots(there), "{name}");
    }
    assert_eq!(store.records["swapped"].arch, []);
}
