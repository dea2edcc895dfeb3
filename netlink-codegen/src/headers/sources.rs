//! The project's list of headers: which are extracted, and the families that use them.

/// One line of the header list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// A path below the include directory; `*` stands for anything but `/`.
    pub pattern: String,
    /// Private to the kernel: `pattern` is a path in its source tree.
    pub private: bool,
    /// The families that use it; none for headers that only support others.
    pub families: Vec<String>,
}

/// The header list that ships with the tool.
pub fn listed() -> Vec<Listed> {
    parse_list(netlink_kernel_headers::HEADERS)
}

/// Reads a header list: `pattern families…` per line, `-` for no family, `source:path` for a
/// header of the kernel's source, `#` comments.
pub fn parse_list(text: &str) -> Vec<Listed> {
    text.lines()
        .filter_map(|line| {
            let mut words = line.split('#').next()?.split_whitespace();
            let first = words.next()?;
            let (pattern, private) = match first.strip_prefix("source:") {
                Some(path) => (path.to_owned(), true),
                None => (first.to_owned(), false),
            };
            Some(Listed {
                pattern,
                private,
                families: words.filter(|w| *w != "-").map(str::to_owned).collect(),
            })
        })
        .collect()
}

/// The families that use `header`, by the header list; empty when it is only support or not
/// listed.
pub fn families_of<'l>(list: &'l [Listed], header: &str) -> Vec<&'l str> {
    let mut families: Vec<&str> = Vec::new();
    for entry in list.iter().filter(|entry| matches(&entry.pattern, header)) {
        for family in &entry.families {
            if !families.contains(&family.as_str()) {
                families.push(family);
            }
        }
    }
    families
}

/// Whether `path` is matched by `pattern`, where `*` stands for anything but `/`.
pub fn matches(pattern: &str, path: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == path,
        Some((head, tail)) => {
            let Some(rest) = path.strip_prefix(head) else { return false };
            let end = rest.find('/').unwrap_or(rest.len());
            (0..=end).rev().any(|at| rest.is_char_boundary(at) && matches(tail, &rest[at..]))
        }
    }
}

/// The architecture's name in the store: the first word of its triple.
pub fn arch_name(target: &str) -> &str {
    target.split('-').next().unwrap_or(target)
}
