//! What the expressions in policies are worth.

use super::token::{Token, tokens};
use crate::headers::facts::{CType, Store};

/// Facts, and what the kernel itself defines.
#[derive(Clone, Copy, Debug)]
pub struct Values<'f>(pub &'f Store);

/// The kernel's own names for limits of types, which no UAPI header has.
const KERNEL: &[(&str, i128)] = &[
    ("U8_MAX", 0xff),
    ("U16_MAX", 0xffff),
    ("U32_MAX", 0xffff_ffff),
    ("U64_MAX", 0xffff_ffff_ffff_ffff),
    ("UINT_MAX", 0xffff_ffff),
    ("S8_MAX", 0x7f),
    ("S16_MAX", 0x7fff),
    ("S32_MAX", 0x7fff_ffff),
    ("S64_MAX", 0x7fff_ffff_ffff_ffff),
    ("INT_MAX", 0x7fff_ffff),
    ("true", 1),
    ("false", 0),
];

impl Values<'_> {
    /// An expression's value, when everything in it is known.
    pub fn of(self, expression: &str) -> Option<i128> {
        let tokens = tokens(expression);
        let mut parser = Parser { values: self, rest: &tokens, depth: 0 };
        let value = parser.binary(0)?;
        parser.rest.is_empty().then_some(value)
    }

    fn name(self, name: &str) -> Option<i128> {
        let known = KERNEL.iter().find(|(n, _)| *n == name).map(|(_, value)| *value);
        known.or_else(|| self.0.int(name))
    }

    fn size(self, ty: &str) -> Option<i128> {
        let bits = ty.trim_start_matches('_').trim_start_matches(|c: char| c.is_ascii_alphabetic());
        match (ty, bits) {
            ("char" | "bool", _) => Some(1),
            ("int", _) => Some(4),
            (_, "8" | "8_t") => Some(1),
            (_, "16" | "16_t") => Some(2),
            (_, "32" | "32_t") => Some(4),
            (_, "64" | "64_t") => Some(8),
            _ => Some(self.0.record(ty)?.layout.newest()?.size.into()),
        }
    }
}

/// Brackets and signs inside of each other; more are in no source.
const DEPTH: u32 = 64;

struct Parser<'t, 'f> {
    values: Values<'f>,
    rest: &'t [Token],
    depth: u32,
}

/// Operators by how tightly they bind, loosest first.
const LEVELS: &[&[&str]] = &[&["|"], &["^"], &["&"], &["<<", ">>"], &["+", "-"], &["*", "/", "%"]];

impl<'t> Parser<'t, '_> {
    fn take(&mut self, mark: &str) -> Option<()> {
        let (first, rest) = self.rest.split_first()?;
        first.is(mark).then(|| self.rest = rest)
    }

    fn word(&mut self) -> Option<&'t str> {
        let (first, rest) = self.rest.split_first()?;
        let word = first.word()?;
        self.rest = rest;
        Some(word)
    }

    fn binary(&mut self, level: usize) -> Option<i128> {
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.binary(level + 1)?;
        while let Some(operator) = operators.iter().find(|o| self.take(o).is_some()) {
            let right = self.binary(level + 1)?;
            left = match *operator {
                "|" => left | right,
                "^" => left ^ right,
                "&" => left & right,
                "<<" => left.checked_shl(right.try_into().ok()?)?,
                ">>" => left.checked_shr(right.try_into().ok()?)?,
                "+" => left.checked_add(right)?,
                "-" => left.checked_sub(right)?,
                "*" => left.checked_mul(right)?,
                "/" => left.checked_div(right)?,
                _ => left.checked_rem(right)?,
            };
        }
        Some(left)
    }

    fn unary(&mut self) -> Option<i128> {
        self.depth += 1;
        let value = if self.depth > DEPTH { None } else { self.operand() };
        self.depth -= 1;
        value
    }

    fn operand(&mut self) -> Option<i128> {
        if self.take("-").is_some() {
            return self.unary()?.checked_neg();
        }
        if self.take("~").is_some() {
            // Widths are those of 32 bits in every mask that is written so.
            return Some(!self.unary()? & 0xffff_ffff);
        }
        if self.take("(").is_some() {
            let value = self.binary(0)?;
            self.take(")")?;
            return Some(value);
        }
        let word = self.word()?;
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            return number(word);
        }
        if self.take("(").is_none() {
            return self.values.name(word);
        }
        let value = match word {
            "sizeof" => self.size()?,
            "sizeof_field" => self.member()?,
            "BIT" | "_BITUL" | "BIT_ULL" => 1i128.checked_shl(self.binary(0)?.try_into().ok()?)?,
            "GENMASK" | "GENMASK_ULL" => {
                let high = self.binary(0)?;
                self.take(",")?;
                let low = self.binary(0)?;
                let ones = |n: i128| 1i128.checked_shl(n.try_into().ok()?)?.checked_sub(1);
                ones(high.checked_add(1)?)? & !ones(low)?
            }
            _ => return None,
        };
        self.take(")")?;
        Some(value)
    }

    /// `struct:TAG,member`, where the member is an integer.
    fn member(&mut self) -> Option<i128> {
        self.word()?;
        let _ = self.take(":");
        let record = self.values.0.record(self.word()?)?;
        self.take(",")?;
        let member = self.word()?;
        match record.fields.iter().find(|f| f.name == member)?.place.newest()?.ty {
            CType::Int { bits, .. } => Some(i128::from(bits / 8)),
            _ => None,
        }
    }

    fn size(&mut self) -> Option<i128> {
        let mut word = self.word()?;
        if matches!(word, "struct" | "union" | "enum" | "unsigned") {
            let of_enum = word == "enum";
            // Spelt with a colon between words.
            let _ = self.take(":");
            word = self.word()?;
            if of_enum {
                return Some(4);
            }
        }
        self.values.size(word)
    }
}

fn number(word: &str) -> Option<i128> {
    let digits = word.trim_end_matches(['u', 'U', 'l', 'L']);
    match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(hex) => i128::from_str_radix(hex, 16).ok(),
        None if digits.len() > 1 && digits.starts_with('0') => i128::from_str_radix(digits, 8).ok(),
        None => digits.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_of_c() {
        let facts = crate::headers::store::shipped().unwrap();
        let values = Values(&facts);
        for (expression, value) in [
            ("IFNAMSIZ-1", 15),
            ("sizeof(struct:rtnl_link_stats64)", 200),
            ("sizeof(struct in6_addr)", 16),
            ("sizeof(__be32)*2", 8),
            ("sizeof(u8)", 1),
            ("sizeof_field(struct:iphdr,daddr)", 4),
            ("1<<4|3&2", 18),
            ("BIT(3)|BIT(0)", 9),
            ("GENMASK(7,4)", 0xf0),
            ("-1", -1),
            ("~(1|2)", 0xffff_fffc),
            ("(0x10UL+010)/3", 8),
            ("U16_MAX", 65535),
            ("true", 1),
        ] {
            assert_eq!(values.of(expression), Some(value), "{expression}");
        }
        for unknown in ["NO_SUCH_NAME", "f(1)", "1+", "1/0", "sizeof(struct:no_such)", "1 2", "1<<200"] {
            assert_eq!(values.of(unknown), None, "{unknown}");
        }
        for hostile in [
            "-(1<<127)",
            "GENMASK(126,0)",
            "(1<<127)/-1",
            "GENMASK(170141183460469231731687303715884105727,0)",
        ] {
            assert_eq!(values.of(hostile), None, "{hostile}");
        }
        for open in ["(", "-", "~", "1+("] {
            assert_eq!(values.of(&open.repeat(100_000)), None, "{open}");
        }
    }
}
