//! Did you mean …?

/// The known name that `word` probably stands for.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let limit = (word.chars().count() / 3).clamp(1, 3);
    known
        .into_iter()
        .filter(|k| *k != word && k.len().abs_diff(word.len()) <= limit)
        .map(|k| (distance(word, k), k))
        .filter(|(d, _)| *d <= limit)
        .min()
        .map(|(_, k)| format!("did you mean `{k}`?"))
}

/// A list for people: `a, b and c`, cut after a dozen.
pub fn list<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<_> = words.into_iter().collect();
    let shown: Vec<_> = words.iter().take(12).map(|w| format!("`{w}`")).collect();
    match (shown.split_last(), words.len() - shown.len()) {
        (None, _) => "none".to_owned(),
        (Some((last, [])), 0) => last.clone(),
        (Some((last, rest)), 0) => format!("{} and {last}", rest.join(", ")),
        (_, more) => format!("{} and {more} more", shown.join(", ")),
    }
}

/// `1 byte`, `2 bytes`.
pub fn plural(count: impl Into<u64>, what: &str) -> String {
    match count.into() {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}

/// Edit distance in which a swap of neighbours and a change of case or dash cost one.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<_>>()];
    for (i, ca) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, cb) in b.iter().enumerate() {
            let mut best = (rows[i][j] + usize::from(ca != cb)).min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *ca == b[j - 1] && a[i - 1] == *cb {
                best = best.min(rows[i - 1][j - 1] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_suggested_and_far_ones_are_not() {
        let known = ["checks", "always", "c-name"];
        assert_eq!(did_you_mean("check", known).as_deref(), Some("did you mean `checks`?"));
        assert_eq!(did_you_mean("cname", known).as_deref(), Some("did you mean `c-name`?"));
        assert_eq!(did_you_mean("alwasy", known).as_deref(), Some("did you mean `always`?"));
        assert_eq!(did_you_mean("subset-of", known), None);
        assert_eq!(did_you_mean("", known), None);
    }

    #[test]
    fn lists_read_well() {
        assert_eq!(list([]), "none");
        assert_eq!(list(["a"]), "`a`");
        assert_eq!(list(["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
