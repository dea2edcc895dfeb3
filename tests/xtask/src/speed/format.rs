//! Numbers as tables and plots show them.

use super::results::Metric;

impl Metric {
    /// The head of its column.
    pub(crate) fn head(self) -> &'static str {
        match self {
            Metric::Time => "time",
            Metric::Whole => "wall time",
            Metric::User => "user CPU",
            Metric::System => "system CPU",
            Metric::Instructions => "instructions",
            Metric::Allocations => "allocations",
            Metric::Peak => "peak memory",
            Metric::Own => "its own crates, CPU",
            Metric::All => "all crates, CPU",
            Metric::Bytes => "bytes",
        }
    }

    /// A value with its unit.
    pub(crate) fn show(self, value: f64) -> String {
        match self {
            Metric::Time => scaled(value, &[("ns", 1.0), ("µs", 1e3), ("ms", 1e6), ("s", 1e9)]),
            Metric::Whole | Metric::User | Metric::System => {
                scaled(value, &[("µs", 1e-3), ("ms", 1.0), ("s", 1e3)])
            }
            Metric::Own | Metric::All => format!("{} s", digits(value)),
            Metric::Peak => scaled(value, &[("kB", 1.0), ("MB", 1e3), ("GB", 1e6)]),
            Metric::Instructions => whole(value),
            Metric::Allocations => {
                if value == 0.0 {
                    "0".to_owned()
                } else {
                    format!("{value:.2}")
                }
            }
            Metric::Bytes => whole(value),
        }
    }
}

/// How many times.
pub(crate) fn times(ratio: f64) -> String {
    if ratio >= 9.95 { whole(ratio) } else { format!("{ratio:.2}") }
}

/// In the largest unit of which there is at least one.
fn scaled(value: f64, units: &[(&str, f64)]) -> String {
    let fit = units.iter().rev().find(|(_, size)| value >= *size).or(units.first());
    fit.map_or_else(String::new, |(unit, size)| format!("{} {unit}", digits(value / size)))
}

/// Three digits that say something.
fn digits(value: f64) -> String {
    match value {
        _ if value >= 100.0 => whole(value),
        _ if value >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// Without a fraction, and with commas between thousands.
pub(crate) fn whole(value: f64) -> String {
    let plain = format!("{value:.0}");
    let mut out = String::new();
    for (ix, digit) in plain.chars().enumerate() {
        if ix > 0 && (plain.len() - ix).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(Metric::Time.show(7.214), "7.21 ns");
        assert_eq!(Metric::Time.show(71.16), "71.2 ns");
        assert_eq!(Metric::Time.show(3912.0), "3.91 µs");
        assert_eq!(Metric::Whole.show(536.0), "536 ms");
        assert_eq!(Metric::Whole.show(0.0), "0.00 µs");
        assert_eq!(Metric::Instructions.show(30972.4), "30,972");
        assert_eq!(Metric::Allocations.show(0.0), "0");
        assert_eq!(Metric::Peak.show(15_300.0), "15.3 MB");
        assert_eq!([whole(1.0), whole(999.6), whole(1_234_567.0)], ["1", "1,000", "1,234,567"]);
        assert_eq!([times(0.254), times(1.0), times(48.3)], ["0.25", "1.00", "48"]);
    }
}
