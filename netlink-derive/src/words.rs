//! Which words there are, where they go, and what is said of those that do not fit.

use crate::attr::{Item, Word};
use crate::codes;
use crate::ctxt::Ctxt;
use syn::Ident;

/// Where words stand.
pub(crate) struct Place {
    /// For messages: who takes what.
    takes: &'static str,
    /// The words that it takes, to guess what was meant.
    words: &'static [&'static str],
}

pub(crate) const SET: Place = Place {
    takes: "attribute sets take `debug`, `pad(NAME = n)`, `unused(NAME = n)`, `family = \"…\"`, `version = n`, \
            `crate = path`",
    words: &["debug", "pad", "unused", "family", "version", "crate"],
};

pub(crate) const FIELD: Place = Place {
    takes: "a field takes `NAME = number`, the keywords of its type and how often it stands, or is marked \
            `header` or `rest`",
    words: &[
        "nested",
        "struct",
        "union",
        "flex",
        "multi",
        "indexed",
        "array",
        "records",
        "sub",
        "by",
        "be",
        "le",
        "net",
        "uint",
        "sint",
        "msecs",
        "unterminated",
        "header",
        "rest",
        "names",
        "type_value",
        "min_len",
        "max_len",
        "exact_len",
    ],
};

pub(crate) const FORM: Place = Place {
    takes: "a form takes its key, the keywords of its type, `default` or `unknown`",
    words: &[
        "nested",
        "struct",
        "union",
        "flex",
        "array",
        "records",
        "be",
        "le",
        "net",
        "uint",
        "sint",
        "msecs",
        "unterminated",
        "default",
        "unknown",
    ],
};

pub(crate) const SUB: Place =
    Place { takes: "sub-messages take `debug` and `crate = path`", words: &["debug", "crate"] };

pub(crate) const STRUCT: Place = Place {
    takes: "structs take their C name, `size = n`, `length = member`, `tail(offset, name: type)`, \
            `crate = path`",
    words: &["size", "length", "tail", "crate"],
};

pub(crate) const MEMBER: Place = Place {
    takes: "a struct's member takes its offset, its C name in quotes where Rust has another, and the \
            keywords of its type",
    words: &["struct", "union", "be", "le", "text", "opaque", "mac", "bits", "by", "anonymous"],
};

pub(crate) const UNION: Place =
    Place { takes: "unions take their C name, `size = n`, `crate = path`", words: &["size", "crate"] };

pub(crate) const ARM: Place = Place {
    takes: "an arm takes its offset, `case(NAME = 1)` or `default`, and the keywords of its type",
    words: &["struct", "union", "be", "le", "text", "opaque", "mac", "bits", "case", "default"],
};

pub(crate) const OPERATION: Place = Place {
    takes: "operations take `protocol = n` or `family = \"…\"` with `version = n`, `do`, `dump`, `event`, \
            `request(NAME = n, Type)`, `reply(NAME = n, Type)`, `flags(…)`, `crate = path`",
    words: &["protocol", "family", "version", "do", "dump", "event", "request", "reply", "flags", "crate"],
};

pub(crate) const ENUM: Place = Place {
    takes: "enums and flags take an integer, `u8` to `u64` or `i8` to `i64`, and `crate = path`",
    words: &["crate"],
};

pub(crate) const ENTRY: Place =
    Place { takes: "an entry takes its C name alone: the value stands after `=`", words: &[] };

pub(crate) const PROJECTION: Place =
    Place { takes: "projections take `of = Set` and `crate = path`", words: &["of", "crate"] };

/// Words with arguments, and what these look like.
const WITH_ARGUMENTS: &[(&str, &str)] = &[
    ("sub", "(field)"),
    ("by", "(field)"),
    ("type_value", "(outer, inner)"),
    ("flags", "(create, excl)"),
    ("pad", "(NAME = 1)"),
    ("unused", "(NAME = 1)"),
    ("case", "(NAME = 1)"),
    ("names", "(Type)"),
    ("bits", "(0, 4)"),
    ("tail", "(8, name: be u16)"),
    ("request", "(NAME = 1, Type)"),
    ("reply", "(NAME = 1, Type)"),
    ("size", " = 16"),
    ("version", " = 1"),
    ("protocol", " = 0"),
    ("family", " = \"name\""),
    ("length", " = member"),
    ("crate", " = path"),
    ("of", " = Set"),
    ("min_len", " = 1"),
    ("max_len", " = 15"),
    ("exact_len", " = 16"),
];

/// Words that stand alone and are keywords of no field.
const OTHERS: &[&str] = &[
    "debug",
    "default",
    "unknown",
    "anonymous",
    "text",
    "opaque",
    "mac",
    "do",
    "dump",
    "event",
    "header",
    "rest",
];

/// What stands behind a word: `(field)`, ` = 16`; nothing behind one that stands alone.
pub(crate) fn arguments(word: &str) -> Option<&'static str> {
    WITH_ARGUMENTS.iter().find(|(w, _)| *w == word).map(|(_, example)| *example)
}

/// Whether a word has a value: `size = 16`.
pub(crate) fn has_value(word: &str) -> bool {
    arguments(word).is_some_and(|example| example.starts_with(" = "))
}

/// Whether a word is a keyword somewhere.
pub(crate) fn is_keyword(word: &str) -> bool {
    let listed = arguments(word).is_some() || FIELD.words.contains(&word) || OTHERS.contains(&word);
    listed || Word::parse(word).is_some()
}

/// The word with a value that was meant instead of a C name, perhaps.
pub(crate) fn suggest_value(word: &str) -> Option<&'static str> {
    let values = WITH_ARGUMENTS.iter().map(|(w, _)| *w).filter(|w| has_value(w));
    suggest(word, values)
}

/// The word with arguments that was meant, perhaps.
pub(crate) fn suggest_arguments(word: &str) -> Option<&'static str> {
    suggest(word, WITH_ARGUMENTS.iter().map(|(w, _)| *w))
}

impl Place {
    /// An error about what does not go here.
    pub(crate) fn refuse(&self, cx: &Ctxt, item: &Item) {
        let takes = self.takes;
        match item.word() {
            Some(word) if !is_keyword(&word.to_string()) => self.unknown(cx, word),
            Some(word) => {
                let text = word.to_string();
                match arguments(&text).filter(|_| matches!(item, Item::Word(_))) {
                    Some(example) if self.words.contains(&text.as_str()) => {
                        cx.error(codes::ARGUMENTS, word, format!("this should look like `{word}{example}`"));
                    }
                    _ => cx.error(codes::MISPLACED, word, format!("`{word}` does not go here: {takes}")),
                }
            }
            None => cx.error(codes::MISPLACED, item.at(), format!("this does not go here: {takes}")),
        }
    }

    fn unknown(&self, cx: &Ctxt, word: &Ident) {
        let hint = match suggest(&word.to_string(), self.words.iter().copied()) {
            Some(meant) => format!("; did you mean `{meant}`?"),
            None => format!(": {}", self.takes),
        };
        cx.error(codes::UNKNOWN_KEYWORD, word, format!("unknown netlink keyword `{word}`{hint}"));
    }
}

/// How an error goes on about a name that is none of these.
pub(crate) fn which_has(name: &str, names: &[String]) -> String {
    if let Some(meant) = suggest(name, names.iter().map(String::as_str)) {
        return format!("; did you mean `{meant}`?");
    }
    let some = &names[..names.len().min(8)];
    let more = if names.len() > some.len() { ", …" } else { "" };
    format!(", which has `{}`{more}", some.join("`, `"))
}

/// The word of these that was meant, perhaps.
fn suggest<'w>(word: &str, words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    // Words of two or three letters are near to too many others.
    let far = match word.len() {
        0..=3 => 1,
        4..=8 => 2,
        _ => 3,
    };
    let (steps, near) = words.map(|w| (distance(w, word), w)).min()?;
    (steps <= far && near.len() > 2).then_some(near)
}

/// How many letters to add, drop, replace or swap with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                let swapped = if swapped { rows[i - 2][j - 2] + 1 } else { usize::MAX };
                replaced.min(swapped).min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1)
            };
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::{FIELD, suggest};

    #[test]
    fn near_words_are_suggested() {
        let meant = |word| suggest(word, FIELD.words.iter().copied());
        assert_eq!(meant("mutli"), Some("multi"));
        assert_eq!(meant("strct"), Some("struct"));
        assert_eq!(meant("nestd"), Some("nested"));
        assert_eq!(meant("colour"), None);
        assert_eq!(meant("x"), None);
    }
}
