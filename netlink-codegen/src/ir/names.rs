//! Names: schema (kebab-case) ↔ C ↔ Rust. The one place.

/// Words that no Rust item may be called (strict and reserved keywords of edition 2024).
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static",
    "struct", "super", "trait", "true", "try", "type", "typeof", "union", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

/// The C name of a schema name under a prefix: `IFLA_` + `num-tx-queues`.
///
/// ```
/// # use netlink_codegen::ir::names::c_name;
/// assert_eq!(c_name("IFLA_", "num-tx-queues"), "IFLA_NUM_TX_QUEUES");
/// // An upper-case key is a literal C name.
/// assert_eq!(c_name("IFLA_", "ETHTOOL_MSG_STRSET_GET_REPLY"), "ETHTOOL_MSG_STRSET_GET_REPLY");
/// ```
pub fn c_name(prefix: &str, name: &str) -> String {
    if is_c_literal(name) {
        return name.to_owned();
    }
    format!("{prefix}{}", name.to_ascii_uppercase().replace(['-', ' '], "_"))
}

/// Whether a word is a literal C name (upper-case letters, no lower-case ones).
pub fn is_c_literal(name: &str) -> bool {
    name.contains(|c: char| c.is_ascii_uppercase()) && !name.contains(|c: char| c.is_ascii_lowercase())
}

/// The schema name of a C name: the prefix removed, lower-case, dashes.
///
/// ```
/// # use netlink_codegen::ir::names::schema_name;
/// assert_eq!(schema_name("IFLA_", "IFLA_NUM_TX_QUEUES"), "num-tx-queues");
/// ```
pub fn schema_name(prefix: &str, c_name: &str) -> String {
    let rest = c_name.strip_prefix(prefix).filter(|r| !r.is_empty()).unwrap_or(c_name);
    rest.to_ascii_lowercase().replace('_', "-")
}

/// The Rust field and method name: `num_tx_queues`, `type_`, `_6rd_prefix`.
///
/// ```
/// # use netlink_codegen::ir::names::field;
/// assert_eq!(field("num-tx-queues"), "num_tx_queues");
/// assert_eq!(field("type"), "type_");
/// assert_eq!(field("6rd-prefix"), "_6rd_prefix");
/// ```
pub fn field(name: &str) -> String {
    let snake: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
    if snake.starts_with(|c: char| c.is_ascii_digit()) {
        format!("_{snake}")
    } else if KEYWORDS.contains(&snake.as_str()) {
        format!("{snake}_")
    } else {
        snake
    }
}

/// The Rust constant name: `NUM_TX_QUEUES`, `_6RD_PREFIX`.
///
/// ```
/// # use netlink_codegen::ir::names::constant;
/// assert_eq!(constant("6rd-prefix"), "_6RD_PREFIX");
/// ```
pub fn constant(name: &str) -> String {
    field(name).trim_end_matches('_').to_ascii_uppercase()
}

/// The Rust type name of an operation: verbs that C names run into the noun stand apart.
///
/// ```
/// # use netlink_codegen::ir::names::operation;
/// assert_eq!(operation("getlink"), "GetLink");
/// assert_eq!(operation("newmcast-grp"), "NewMcastGrp");
/// assert_eq!(operation("destroychain"), "DestroyChain");
/// assert_eq!(operation("strset-get"), "StrsetGet");
/// ```
pub fn operation(name: &str) -> String {
    let verb = ["get", "new", "del", "set", "destroy"].iter().find_map(|verb| {
        let rest = name.strip_prefix(verb)?;
        let noun = rest.len() >= 3 && rest.starts_with(|c: char| c.is_ascii_alphabetic());
        noun.then_some((verb, rest))
    });
    match verb {
        Some((verb, noun)) => type_name(&format!("{verb}-{noun}")),
        None => type_name(name),
    }
}

/// The Rust type name: `LinkInfo`, `_8021q`.
///
/// ```
/// # use netlink_codegen::ir::names::type_name;
/// assert_eq!(type_name("link-info"), "LinkInfo");
/// assert_eq!(type_name("rtnl_link_stats64"), "RtnlLinkStats64");
/// ```
pub fn type_name(name: &str) -> String {
    let mut out = String::new();
    let mut upper = true;
    for c in name.chars() {
        if !c.is_ascii_alphanumeric() {
            upper = true;
        } else if upper {
            out.push(c.to_ascii_uppercase());
            upper = false;
        } else {
            out.push(c.to_ascii_lowercase());
        }
    }
    if out.starts_with(|c: char| c.is_ascii_digit()) {
        out.insert(0, '_');
    }
    if out == "Self" { "Self_".to_owned() } else { out }
}
