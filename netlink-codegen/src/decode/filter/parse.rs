//! From words and signs to expressions.

use super::compare::{Field, Literal};
use super::lex::{Token, Wrong, tokens};
use super::pack::Packed;
use super::{Expr, Relation, Test};
use crate::report::{did_you_mean, list};

/// Parentheses and negations in each other.
const DEEPEST: usize = 64;

/// Reads all of a text.
pub(super) fn expression(text: &str) -> Result<Expr, Wrong> {
    let mut parser = Parser { tokens: tokens(text)?, next: 0, end: text.len(), depth: 0 };
    let expr = parser.any()?;
    match parser.peek() {
        None => Ok(expr),
        Some(_) => Err(parser.wrong("there is no `(` for this `)`, or a condition is missing before it")),
    }
}

struct Parser {
    tokens: Vec<(usize, Token)>,
    next: usize,
    end: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|(_, token)| token)
    }

    /// Where the next token is.
    fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |(at, _)| *at)
    }

    fn wrong(&self, message: impl Into<String>) -> Wrong {
        (self.at(), message.into())
    }

    /// Takes a sign, if it is next.
    fn sign(&mut self, sign: &str) -> bool {
        let is = matches!(self.peek(), Some(Token::Sign(s)) if *s == sign);
        self.next += usize::from(is);
        is
    }

    /// Takes an operator, if it is next.
    fn operator(&mut self, word: &str, sign: &str) -> bool {
        if matches!(self.peek(), Some(Token::Word(w)) if w.eq_ignore_ascii_case(word)) {
            self.next += 1;
            return true;
        }
        self.sign(sign)
    }

    fn expect(&mut self, sign: &str) -> Result<(), Wrong> {
        if self.sign(sign) { Ok(()) } else { Err(self.wrong(format!("want `{sign}`"))) }
    }

    fn any(&mut self) -> Result<Expr, Wrong> {
        let mut any = vec![self.all()?];
        while self.operator("OR", "||") {
            any.push(self.all()?);
        }
        Ok(if any.len() == 1 { any.remove(0) } else { Expr::Any(any) })
    }

    fn all(&mut self) -> Result<Expr, Wrong> {
        let mut all = vec![self.one()?];
        loop {
            let and = self.operator("AND", "&&") || self.sign(",");
            let more = match self.peek() {
                None | Some(Token::Sign(")" | "||")) => false,
                Some(Token::Word(word)) => !word.eq_ignore_ascii_case("OR"),
                Some(_) => true,
            };
            if !and && !more {
                break;
            }
            all.push(self.one()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Expr::All(all) })
    }

    fn one(&mut self) -> Result<Expr, Wrong> {
        if self.depth == DEEPEST {
            return Err(self.wrong("too deeply nested"));
        }
        self.depth += 1;
        let expr = if self.operator("NOT", "!") {
            Expr::Not(Box::new(self.one()?))
        } else if self.sign("(") {
            let inner = self.any()?;
            self.expect(")")?;
            inner
        } else {
            self.condition()?
        };
        self.depth -= 1;
        Ok(expr)
    }

    fn condition(&mut self) -> Result<Expr, Wrong> {
        let at = self.at();
        let path = match self.peek() {
            Some(Token::Word(word)) if !is_operator(word) => word.clone(),
            Some(Token::Quoted(_)) => return Err(self.wrong("want a path, which has no quotes")),
            _ => return Err(self.wrong("want a condition")),
        };
        self.next += 1;
        if self.sign("{") {
            return self.call(&path, at);
        }
        let (negated, relation) = match self.peek() {
            Some(Token::Sign("=" | "==")) => (false, Some(Relation::Equal)),
            Some(Token::Sign("!=")) => (true, Some(Relation::Equal)),
            Some(Token::Sign("<")) => (false, Some(Relation::Less)),
            Some(Token::Sign("<=")) => (false, Some(Relation::LessOrEqual)),
            Some(Token::Sign(">")) => (false, Some(Relation::Greater)),
            Some(Token::Sign(">=")) => (false, Some(Relation::GreaterOrEqual)),
            _ => (false, None),
        };
        let mut value_at = at;
        let test = match relation {
            Some(relation) => {
                self.next += 1;
                value_at = self.at();
                Test::Is(relation, self.value()?)
            }
            None => Test::Present,
        };
        let names: Vec<_> = path.split('.').map(str::to_owned).collect();
        if names.iter().any(String::is_empty) {
            return Err((at, format!("`{path}` is no path: a name is missing")));
        }
        let field = Field::named(&path);
        if let Some(field) = field {
            field.check(&test).map_err(|message| (value_at, message))?;
        }
        let expr = |test| match field {
            Some(field) => Expr::Field(field, test),
            None => Expr::Attr(names.clone(), test),
        };
        if negated {
            return Ok(Expr::All(vec![expr(Test::Present), Expr::Not(Box::new(expr(test)))]));
        }
        Ok(expr(test))
    }

    fn value(&mut self) -> Result<Literal, Wrong> {
        let literal = match self.peek() {
            Some(Token::Word(word)) if !is_operator(word) => Literal::word(word),
            Some(Token::Quoted(text)) => Literal::quoted(text),
            _ => return Err(self.wrong("want a value")),
        };
        self.next += 1;
        Ok(literal)
    }

    /// `name{key=value, …}`.
    fn call(&mut self, name: &str, at: usize) -> Result<Expr, Wrong> {
        let keys: &[&str] = match name {
            "ll_header" => &["family"],
            "data" => &["fmt", "offset", "value"],
            other => {
                let names = ["ll_header", "data"];
                let help = did_you_mean(other, names).unwrap_or_else(|| format!("there are {}", list(names)));
                return Err((at, format!("`{other}{{…}}` is unknown; {help}")));
            }
        };
        let mut given: Vec<Option<(usize, Literal)>> = vec![None; keys.len()];
        while !self.sign("}") {
            let key = match self.peek() {
                Some(Token::Word(word)) => keys.iter().position(|k| k == word),
                _ => None,
            };
            let Some(key) = key else {
                return Err(self.wrong(format!("want `}}`, or one of {}", list(keys.iter().copied()))));
            };
            self.next += 1;
            self.expect("=")?;
            let place = self.at();
            given[key] = Some((place, self.value()?));
            self.sign(",");
        }
        let mut take =
            |key: usize| given[key].take().ok_or_else(|| (at, format!("`{name}` wants `{}`", keys[key])));
        let number = |(place, literal): (usize, Literal)| match literal.number {
            Some(number) => Ok((place, number)),
            None => Err((place, format!("`{}` is no number", literal.text))),
        };
        if name == "ll_header" {
            let (place, family) = number(take(0)?)?;
            let family = u16::try_from(family);
            return family.map(Expr::Protocol).map_err(|_| (place, "want a number of 16 bits".into()));
        }
        let (place, format) = take(0)?;
        let format = Packed::parse(&format.text).map_err(|message| (place, message))?;
        let (place, offset) = number(take(1)?)?;
        let offset = usize::try_from(offset).map_err(|_| (place, "want an offset from the start".into()))?;
        let (_, value) = number(take(2)?)?;
        Ok(Expr::Data { format, offset, value })
    }
}

fn is_operator(word: &str) -> bool {
    ["AND", "OR", "NOT"].iter().any(|o| word.eq_ignore_ascii_case(o))
}
