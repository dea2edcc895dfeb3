//! Doc comments: texts of schemas and lifetimes as lines that rustdoc takes without a warning.

use crate::ir::{Lifetime, Model};

/// The lines of an item's documentation: `intro` and the first line of `doc` on one line, then
/// the rest of `doc`.
///
/// Schemas indent continuation lines freely; four spaces would start a code block (and a doc
/// test with it), so indentation is dropped.
pub(super) fn item(intro: &str, doc: &str, ends: &str) -> Vec<String> {
    let mut lines: Vec<String> = doc.lines().map(markdown).collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    if let Some(last) = lines.last_mut() {
        *last = sentence(last);
    }
    let first = if lines.is_empty() { String::new() } else { lines.remove(0) };
    let mut out = vec![join(&[intro, &first])];
    out.append(&mut lines);
    if !ends.is_empty() {
        let last = out.pop().unwrap_or_default();
        out.push(join(&[&last, ends]));
    }
    out
}

/// One line: `` `C_NAME`: text. Since 6.12 (not in 6.1). ``
///
/// `name` is what to show where there is no C name.
pub(super) fn line(c_name: &str, name: &str, doc: &str, ends: &str) -> String {
    let words: Vec<&str> = doc.split_whitespace().collect();
    let text = sentence(&markdown(&words.join(" ")));
    let shown = if c_name.is_empty() { name } else { c_name };
    let first = match (c_name.is_empty(), text.is_empty()) {
        (true, false) => text,
        (false, false) => format!("`{c_name}`: {text}"),
        (_, true) => format!("`{shown}`."),
    };
    join(&[&first, ends])
}

/// `Since 6.12 (not in 6.1). Not in 6.13. Gone in 7.3 (still in 7.2).`; empty for what was always
/// there.
///
/// Both kernels are named because a store of a few kernels cannot tell which release between
/// them made the change.
pub(super) fn lifetime(model: &Model, life: Lifetime) -> String {
    let kernel = |ix: Option<u32>| model.kernels.get(ix? as usize).map(String::as_str);
    let since = kernel(life.since).zip(kernel(life.before()));
    let since = since.map(|(first, before)| format!("Since {first} (not in {before})."));
    let gaps: Vec<&str> = life.lacking.iter().filter_map(|ix| kernel(Some(ix))).collect();
    let gaps = if gaps.is_empty() { String::new() } else { format!("Not in {}.", gaps.join(", ")) };
    let last = life.gone.and_then(|gone| (0..gone).rev().find(|ix| life.at(*ix)));
    let gone = kernel(life.gone).zip(kernel(last));
    let gone = gone.map(|(first, before)| format!("Gone in {first} (still in {before})."));
    join(&[since.as_deref().unwrap_or_default(), &gaps, gone.as_deref().unwrap_or_default()])
}

/// Parts with a space between, empty ones left out.
pub(super) fn join(parts: &[&str]) -> String {
    let parts: Vec<&str> = parts.iter().copied().filter(|p| !p.is_empty()).collect();
    parts.join(" ")
}

/// The text with a full stop, unless it is empty or has its own end.
pub(super) fn sentence(text: &str) -> String {
    let text = text.trim_end();
    if text.is_empty() || text.ends_with(['.', '!', '?', ':', ';', '|']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

/// One line of plain text as Markdown without surprises: no links, tags, quotes or headings
/// by accident; code spans stay when their backticks pair up.
pub(super) fn markdown(line: &str) -> String {
    // A bare carriage return is an error in doc comments, and so are characters that turn the
    // direction of the text around.
    let line: String = line
        .chars()
        .filter(|c| !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let line = line.trim();
    let paired = line.matches('`').count().is_multiple_of(2) && !line.contains("``");
    let mut out = String::with_capacity(line.len() + 8);
    if line.starts_with(['#', '>', '~', '|']) {
        out.push('\\');
    }
    if !paired {
        escape(line, &mut out);
        return out;
    }
    for (ix, part) in line.split('`').enumerate() {
        match ix % 2 {
            0 => escape(part, &mut out),
            _ => {
                out.push('`');
                out.push_str(part);
                out.push('`');
            }
        }
    }
    out
}

fn escape(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        // rustdoc wants addresses marked as such.
        if rest.starts_with("http://") || rest.starts_with("https://") {
            let end =
                rest.find(|c: char| c.is_whitespace() || "()<>[]`,\"'".contains(c)).unwrap_or(rest.len());
            let url = rest[..end].trim_end_matches(['.', ':', ';']);
            out.extend(["<", url, ">"]);
            rest = &rest[url.len()..];
            continue;
        }
        if matches!(c, '[' | ']' | '<' | '`') {
            out.push('\\');
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_rustdoc_would_read_as_markup() {
        assert_eq!(markdown("a [b] of <type>"), r"a \[b\] of \<type>");
        assert_eq!(markdown("`a[0]` and <b>"), r"`a[0]` and \<b>");
        assert_eq!(markdown("half a ` span [x]"), r"half a \` span \[x\]");
        assert_eq!(markdown("```c"), r"\`\`\`c");
        assert_eq!(markdown("    # heading"), r"\# heading");
        assert_eq!(markdown("see (https://example.org/a_b)."), "see (<https://example.org/a_b>).");
        assert_eq!(markdown("a\rb\u{202e}c"), "a bc");
    }

    #[test]
    fn lines() {
        assert_eq!(line("A_B", "b", "Some  text\n over lines", ""), "`A_B`: Some text over lines.");
        assert_eq!(line("A_B", "b", "", "Since 2 (not in 1)."), "`A_B`. Since 2 (not in 1).");
        assert_eq!(line("", "b", "", ""), "`b`.");
        assert_eq!(line("", "b", "Text!", ""), "Text!");
        assert_eq!(item("Intro.", "one\n\n    two\n", "End."), ["Intro. one", "", "two. End."]);
        assert_eq!(item("Intro.", "", ""), ["Intro."]);
    }

    #[test]
    fn lifetimes_name_both_kernels() {
        let model = Model { kernels: ["6.1", "6.12", "7.3"].map(str::to_owned).to_vec(), ..Model::default() };
        let life = |since, gone| lifetime(&model, Lifetime { since, gone, ..Lifetime::default() });
        assert_eq!(life(None, None), "");
        assert_eq!(life(Some(0), None), "");
        assert_eq!(life(Some(1), Some(2)), "Since 6.12 (not in 6.1). Gone in 7.3 (still in 6.12).");
        // An index beyond the list says nothing rather than something wrong.
        assert_eq!(life(Some(9), None), "");
        // A kernel in between that lacks it; one of which nothing is known.
        let lacking = Lifetime { lacking: [1].into_iter().collect(), gone: Some(2), ..Lifetime::default() };
        assert_eq!(lifetime(&model, lacking), "Not in 6.12. Gone in 7.3 (still in 6.1).");
        let unknown = |kernels: &[u32]| Lifetime {
            since: Some(2),
            unknown: kernels.iter().copied().collect(),
            ..Lifetime::default()
        };
        assert_eq!(lifetime(&model, unknown(&[1])), "Since 7.3 (not in 6.1).");
        assert_eq!(lifetime(&model, unknown(&[0, 1])), "");
    }
}
