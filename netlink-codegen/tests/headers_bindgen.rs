//! bindgen reads the same headers by its own means; its constants must be ours.

mod headers_support;

use std::collections::BTreeMap;

use headers_support::{Scratch, roots, skip};
use netlink_codegen::headers::extract::{Error, Extraction, Options, extract, stand_ins};
use netlink_codegen::headers::facts::{Store, Value};

/// Constants where only the sign differs: bindgen keeps values in 64 signed bits.
const SIGN_ONLY: &[&str] = &[
    "INET_DIAG_NOCOOKIE",
    "IOAM6_DEFAULT_ID_WIDE",
    "IOAM6_U64_UNAVAILABLE",
    "RXH_DISCARD",
    "RX_CLS_FLOW_DISC",
    "RX_CLS_FLOW_WAKE",
    "SCSI_NL_VID_TYPE_MASK",
    "XFRM_INF",
];

/// What headers take for granted: other headers, and helpers of the kernel.
const COMPANY: &str = "#include <stdint.h>\n#include <stddef.h>\n#include <linux/types.h>\n#include <linux/ioctl.h>\n\
    #include <sys/socket.h>\n#include <linux/socket.h>\n#include <linux/sockios.h>\n\
    #include <linux/in.h>\n#include <linux/in6.h>\n\
    #define BIT(n) (1UL << (n))\n#define GENMASK(h, l) (((2UL << (h)) - 1) & ~((1UL << (l)) - 1))\n\
    #define U16_MAX 0xffff\n#define U32_MAX 0xffffffffU\n#define U64_MAX 0xffffffffffffffffULL\n";

#[test]
fn constants_agree_with_bindgen() {
    for root in roots() {
        if root.version.starts_with("4.") {
            // `linux/netfilter/nfnetlink_cthelper.h` and `nfnetlink_acct.h` declare the same enum.
            skip("bindgen cross-check", "headers before 5.0 are no single translation unit");
            continue;
        }
        let options = Options::listed(root.path.clone(), root.kernel());
        let extraction = match extract(&options) {
            Ok(extraction) => extraction,
            Err(Error::Clang(why)) => return skip("bindgen cross-check", &why),
            Err(other) => panic!("{other}"),
        };
        compare(&root.path, &extraction);
    }
}

fn compare(root: &std::path::Path, extraction: &Extraction) {
    let store = &extraction.store;
    let scratch = Scratch::new("bindgen");
    for (name, text) in stand_ins() {
        scratch.file(&format!("libc/{name}"), text);
    }
    let theirs = constants_of_bindgen(root, &scratch, store);
    let mut compared = 0;
    let mut signs = Vec::new();
    let mut wrong = Vec::new();
    let mut missing = Vec::new();
    for constant in store.constants.values() {
        // bindgen runs on this machine, so a swapped constant is what this machine stores.
        let ours = match constant.value.newest() {
            Some(Value::Big(v, 16)) => i128::from((*v as u16).to_be()),
            Some(Value::Big(v, 32)) => i128::from((*v as u32).to_be()),
            Some(Value::Int(_) | Value::Alias(_)) => match store.int(&constant.name) {
                Some(v) => v,
                None => continue,
            },
            _ => continue,
        };
        let Some(theirs) = theirs.get(&constant.name) else {
            missing.push(constant.name.as_str());
            continue;
        };
        compared += 1;
        if ours == *theirs {
            continue;
        }
        let modulus = if (ours - theirs).rem_euclid(1 << 32) == 0 { 1_i128 << 32 } else { 1 << 64 };
        if (ours - theirs).rem_euclid(modulus) == 0 {
            signs.push(constant.name.as_str());
        } else {
            wrong.push(format!("{}: {ours} here, {theirs} in bindgen", constant.name));
        }
    }
    signs.retain(|name| !SIGN_ONLY.contains(name));
    println!(
        "{}: {compared} constants compared, {} unknown to bindgen: {missing:?}",
        root.display(),
        missing.len()
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(signs.is_empty(), "sign only, not in the list: {signs:?}");
    assert!(compared > 10_000, "only {compared} compared");
    assert!(missing.len() * 50 < compared, "{} of {compared} are unknown to bindgen", missing.len());
}

fn constants_of_bindgen(root: &std::path::Path, scratch: &Scratch, store: &Store) -> BTreeMap<String, i128> {
    let asm =
        ["x86_64-linux-gnu", "."].map(|d| root.join(d)).into_iter().find(|d| d.join("asm/types.h").is_file());
    let asm = asm.expect("asm headers for x86_64");
    let mut text = COMPANY.to_owned();
    for header in store.headers.iter().filter(|h| !store.missing_headers.iter().any(|(_, m)| m == *h)) {
        text += &format!("#include <{header}>\n");
    }
    // A real file: the fallback for macros does nothing for text in memory.
    let main = scratch.file("main.h", &text);
    let bindings = bindgen::Builder::default()
        .header(main.to_string_lossy())
        .clang_args(["-nostdinc", "-std=gnu11", "-w", "--target=x86_64-linux-gnu"])
        // The stand-ins first: a C library may be in the same directory as the headers.
        .clang_args(["-isystem", &scratch.0.join("libc").to_string_lossy()])
        .clang_args(["-isystem", &root.to_string_lossy(), "-isystem", &asm.to_string_lossy()])
        .clang_macro_fallback()
        .clang_macro_fallback_build_dir(&scratch.0)
        .default_enum_style(bindgen::EnumVariation::Consts)
        .prepend_enum_name(false)
        .layout_tests(false)
        .generate_comments(false)
        .formatter(bindgen::Formatter::None)
        .ignore_functions()
        .generate()
        .expect("bindgen reads the headers");
    let file = syn::parse_file(&bindings.to_string()).expect("bindgen writes Rust");
    file.items
        .into_iter()
        .filter_map(|item| match item {
            syn::Item::Const(constant) => Some((constant.ident.to_string(), literal(&constant.expr)?)),
            _ => None,
        })
        .collect()
}

fn literal(expr: &syn::Expr) -> Option<i128> {
    match expr {
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(int), .. }) => int.base10_parse().ok(),
        syn::Expr::Unary(syn::ExprUnary { op: syn::UnOp::Neg(_), expr, .. }) => literal(expr).map(|v| -v),
        _ => None,
    }
}
