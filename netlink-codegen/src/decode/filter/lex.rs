//! Words and signs of an expression.

/// A word or sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A name, number, ...
    Word(String),
    /// Text that was in quotes.
    Quoted(String),
    /// Anything else.
    Sign(&'static str),
}

/// Where something is wrong, and what.
pub(super) type Wrong = (usize, String);

/// Longer ones first.
const SIGNS: &[&str] = &["==", "!=", "<=", ">=", "&&", "||", "(", ")", "{", "}", ",", "=", "<", ">", "!"];

/// Takes text apart; each token with where it starts.
pub(super) fn tokens(text: &str) -> Result<Vec<(usize, Token)>, Wrong> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        if c.is_whitespace() {
            at += c.len_utf8();
        } else if let Some(sign) = SIGNS.iter().find(|s| rest.starts_with(**s)) {
            tokens.push((at, Token::Sign(sign)));
            at += sign.len();
        } else if c == '"' || c == '\'' {
            let Some(len) = rest[1..].find(c) else {
                return Err((at, format!("the text after {c} has no end")));
            };
            tokens.push((at, Token::Quoted(rest[1..=len].to_owned())));
            at += len + 2;
        } else {
            let len = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
            if len == 0 {
                return Err((at, format!("`{}` means nothing here", c.escape_debug())));
            }
            tokens.push((at, Token::Word(rest[..len].to_owned())));
            at += len;
        }
    }
    Ok(tokens)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || "_.:/%*+-".contains(c)
}
