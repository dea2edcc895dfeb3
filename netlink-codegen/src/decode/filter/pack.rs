//! Formats of Python's `struct` module, of which the first value is read.

/// Where in its bytes a format has its first value, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Packed {
    at: usize,
    width: usize,
    signed: bool,
    big: bool,
    /// Of the whole format.
    size: usize,
}

impl Packed {
    /// Reads a format, such as `H`, `>I` or `4xB`.
    pub(super) fn parse(format: &str) -> Result<Packed, String> {
        let (native, big, rest) = match format.chars().next() {
            Some('@') => (true, cfg!(target_endian = "big"), &format[1..]),
            Some('=') => (false, cfg!(target_endian = "big"), &format[1..]),
            Some('<') => (false, false, &format[1..]),
            Some('>' | '!') => (false, true, &format[1..]),
            _ => (true, cfg!(target_endian = "big"), format),
        };
        let mut first = None;
        let (mut size, mut count) = (0usize, None);
        for letter in rest.chars().filter(|c| !c.is_ascii_whitespace()) {
            if let Some(digit) = letter.to_digit(10) {
                // Messages are shorter than this.
                count = Some((count.unwrap_or(0) * 10 + digit as usize).min(1 << 32));
                continue;
            }
            let Some(width) = width(letter, native) else {
                return Err(format!("`{}` is no letter of a format", letter.escape_debug()));
            };
            if native {
                size = size.next_multiple_of(width);
            }
            let count = count.take().unwrap_or(1);
            if letter != 'x' && count > 0 && first.is_none() {
                if !"bBhHiIlLqQnNP".contains(letter) {
                    return Err(format!("`{letter}` is no integer"));
                }
                first = Some((size, width, "bhilqn".contains(letter)));
            }
            size = size.saturating_add(width.saturating_mul(count));
        }
        if count.is_some() {
            return Err("a letter is missing at the end of the format".into());
        }
        let (at, width, signed) = first.ok_or("the format has no value")?;
        Ok(Packed { at, width, signed, big, size })
    }

    /// The number at this offset of a message, whose header is already apart.
    pub(super) fn read(&self, header: &[u8], payload: &[u8], offset: usize) -> Option<i128> {
        let byte = |at: usize| match header.get(at) {
            Some(byte) => Some(*byte),
            None => payload.get(at.checked_sub(header.len())?).copied(),
        };
        if self.size > 0 {
            byte(offset.checked_add(self.size - 1)?)?;
        }
        let start = offset.checked_add(self.at)?;
        let mut bits = 0u64;
        for at in 0..self.width {
            let at = if self.big { at } else { self.width - 1 - at };
            bits = bits << 8 | u64::from(byte(start + at)?);
        }
        let shift = 64 - 8 * self.width as u32;
        Some(if self.signed { i128::from((bits << shift) as i64 >> shift) } else { bits.into() })
    }
}

/// How many bytes a letter stands for.
fn width(letter: char, native: bool) -> Option<usize> {
    Some(match letter {
        'x' | 'c' | 'b' | 'B' | '?' | 's' | 'p' => 1,
        'h' | 'H' | 'e' => 2,
        'i' | 'I' | 'f' => 4,
        'l' | 'L' => {
            if native {
                size_of::<usize>()
            } else {
                4
            }
        }
        'q' | 'Q' | 'd' => 8,
        'n' | 'N' | 'P' if native => size_of::<usize>(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(format: &str, bytes: &[u8], offset: usize) -> Option<i128> {
        Packed::parse(format).unwrap_or_else(|e| panic!("{format}: {e}")).read(
            &bytes[..2],
            &bytes[2..],
            offset,
        )
    }

    #[test]
    fn letters_and_orders() {
        let bytes = [1, 2, 3, 4, 0xff, 0xfe, 7, 8, 9];
        for (format, offset, want) in [
            ("B", 4, Some(255)),
            ("b", 4, Some(-1)),
            ("<H", 0, Some(0x201)),
            (">H", 0, Some(0x102)),
            ("!h", 4, Some(-2)),
            ("<i", 1, Some(-0xfbfcfe)),
            (">I", 0, Some(0x1020304)),
            ("<L", 0, Some(0x4030201)),
            (">q", 1, Some(0x20304fffe070809)),
            ("<4xB", 0, Some(255)),
            // Aligned, unless an order says that it is not.
            ("@xH", 1, Some(i128::from(u16::from_ne_bytes([4, 0xff])))),
            ("=xH", 1, Some(i128::from(u16::from_ne_bytes([3, 4])))),
            ("BB", 8, None),
            ("B", 9, None),
            ("Q", 4, None),
            ("B", usize::MAX, None),
        ] {
            assert_eq!(read(format, &bytes, offset), want, "{format} at {offset}");
        }
        assert_eq!(Packed::parse("L").map(|p| p.size), Ok(size_of::<usize>()));
    }

    #[test]
    fn formats_that_are_none() {
        for (format, want) in [
            ("", "the format has no value"),
            ("4x", "the format has no value"),
            ("0H", "the format has no value"),
            ("4", "a letter is missing at the end of the format"),
            ("y", "`y` is no letter of a format"),
            ("<n", "`n` is no letter of a format"),
            ("4s", "`s` is no integer"),
            ("f", "`f` is no integer"),
        ] {
            assert_eq!(Packed::parse(format).unwrap_err(), want, "{format}");
        }
    }
}
