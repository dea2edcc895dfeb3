//! `--until`: what ends the command.

use crate::decode::filter::Filter;
use std::str::FromStr;
use std::time::Duration;

/// A condition of `--until`.
#[derive(Clone, Debug)]
pub(super) enum Until {
    /// So many messages were shown.
    Count(u64),
    /// A message matches.
    Message(Filter),
    /// So much time is over.
    After(Duration),
}

impl FromStr for Until {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(count) = text.parse() {
            return match count {
                0 => Err("0 messages are no messages to wait for".to_owned()),
                count => Ok(Until::Count(count)),
            };
        }
        match duration(text) {
            Some(limit) => Ok(Until::After(limit)),
            None => Filter::parse(text).map(Until::Message).map_err(|error| {
                format!("want a number of messages, a time such as 10s, or a filter such as type=RTM_DELLINK ({error})")
            }),
        }
    }
}

/// `10s`, `1.5s`, `200ms`, `2m`, `1h`.
fn duration(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at(digits);
    let seconds = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => return None,
    };
    let number: f64 = number.parse().ok()?;
    Duration::try_from_secs_f64(number * seconds).ok()
}

/// A size in bytes: `65536`, `64k`, `4M`.
pub(super) fn size(text: &str) -> Result<u32, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor = match unit {
        "" => Some(1),
        "k" | "K" => Some(1 << 10),
        "m" | "M" => Some(1 << 20),
        "g" | "G" => Some(1 << 30),
        _ => None,
    };
    let bytes = number.parse().ok().zip(factor).and_then(|(n, f): (u32, u32)| n.checked_mul(f));
    // The kernel takes a C int.
    bytes
        .filter(|b| i32::try_from(*b).is_ok())
        .ok_or_else(|| "want bytes, such as 65536, 64k or 4M".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes() {
        for (text, millis) in
            [("10s", 10_000), ("1.5s", 1_500), ("200ms", 200), ("2m", 120_000), ("1h", 3_600_000)]
        {
            assert_eq!(duration(text), Some(Duration::from_millis(millis)), "{text}");
        }
        for bad in ["", "s", "10", "10x", "-1s", "1.2.3s"] {
            assert_eq!(duration(bad), None, "{bad}");
        }
        assert_eq!(size("65536"), Ok(65536));
        assert_eq!(size("64k"), Ok(65536));
        assert_eq!(size("4M"), Ok(4 << 20));
        for bad in ["", "k", "4 M", "4T", "2G", "-1"] {
            assert!(size(bad).is_err(), "{bad}");
        }
    }
}
