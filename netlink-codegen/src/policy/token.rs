//! C source as words, as far as tables of constants need it.

/// A word of C.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A name or a number.
    Word(String),
    /// One or more characters that mean something together.
    Mark(&'static str),
    /// A string or a character.
    Text,
}

impl Token {
    pub(super) fn is(&self, mark: &str) -> bool {
        matches!(self, Token::Mark(m) if *m == mark)
    }

    pub(super) fn word(&self) -> Option<&str> {
        match self {
            Token::Word(word) => Some(word),
            _ => None,
        }
    }
}

/// Longest first.
const MARKS: &[&str] = &[
    "...", "<<", ">>", "->", "==", "!=", "<=", ">=", "&&", "||", "##", "{", "}", "[", "]", "(", ")", ",",
    ";", ".", "=", "+", "-", "*", "/", "%", "&", "|", "^", "~", "!", "<", ">", "?", ":", "#", "\\", "@", "`",
    "$",
];

/// Words of a source file; comments and preprocessor lines left out, so that all branches of an `#if` count.
pub(super) fn tokens(source: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut rest = source;
    let mut line_start = true;
    while let Some(c) = rest.chars().next() {
        if c == '\n' {
            line_start = true;
            rest = &rest[1..];
        } else if c.is_whitespace() {
            rest = &rest[c.len_utf8()..];
        } else if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/").map_or("", |(_, after)| after);
        } else if rest.starts_with("//") {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
        } else if c == '#' && line_start {
            rest = directive(rest);
        } else {
            line_start = false;
            rest = token(rest, c, &mut out);
        }
    }
    out
}

/// What follows a preprocessor line and the lines that continue it.
fn directive(mut rest: &str) -> &str {
    while let Some((line, after)) = rest.split_once('\n') {
        // A comment that begins here may end elsewhere.
        if let Some((_, comment)) = line.rsplit_once("/*")
            && !comment.contains("*/")
        {
            return &rest[line.len() - comment.len() - 2..];
        }
        if !line.trim_end_matches('\r').ends_with('\\') {
            return &rest[line.len()..];
        }
        rest = after;
    }
    ""
}

fn token<'s>(rest: &'s str, c: char, out: &mut Vec<Token>) -> &'s str {
    if c == '"' || c == '\'' {
        let mut escaped = false;
        let end = rest[1..].find(|x: char| {
            let ends = !escaped && (x == c || x == '\n');
            escaped = !escaped && x == '\\';
            ends
        });
        out.push(Token::Text);
        return end.map_or("", |end| &rest[end + 2..]);
    }
    let end = rest.find(|x: char| !x.is_ascii_alphanumeric() && x != '_').unwrap_or(rest.len());
    if end > 0 {
        out.push(Token::Word(rest[..end].to_owned()));
        return &rest[end..];
    }
    match MARKS.iter().find(|mark| rest.starts_with(**mark)) {
        Some(mark) => {
            out.push(Token::Mark(mark));
            &rest[mark.len()..]
        }
        None => &rest[c.len_utf8()..],
    }
}

/// Words as C spells them without spaces; a colon where two words would become one (`struct:in6_addr`).
pub(super) fn spell(tokens: &[Token]) -> String {
    let mut out = String::new();
    let mut after_word = false;
    for token in tokens {
        match token {
            Token::Word(word) => {
                if after_word {
                    out.push(':');
                }
                out.push_str(word);
            }
            Token::Mark(mark) => out.push_str(mark),
            Token::Text => out.push_str("\"\""),
        }
        after_word = matches!(token, Token::Word(_));
    }
    out
}
