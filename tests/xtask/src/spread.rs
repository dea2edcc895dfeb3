//! What several measurements of the same say.

use serde::{Deserialize, Serialize};

/// The one in the middle, the least and the most.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "[f64; 3]", into = "[f64; 3]")]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
}

impl Spread {
    /// Of these values; `None` when there are none.
    pub(crate) fn of(values: &[f64]) -> Option<Self> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (least, most) = (*sorted.first()?, *sorted.last()?);
        let upper = *sorted.get(sorted.len() / 2)?;
        let median = match sorted.len() % 2 {
            0 => f64::midpoint(*sorted.get(sorted.len() / 2 - 1)?, upper),
            _ => upper,
        };
        Some(Spread { median, least, most })
    }

    /// Of something that is the same each time.
    pub(crate) fn exact(value: f64) -> Self {
        Spread { median: value, least: value, most: value }
    }
}

impl From<[f64; 3]> for Spread {
    fn from([median, least, most]: [f64; 3]) -> Self {
        Spread { median, least, most }
    }
}

impl From<Spread> for [f64; 3] {
    fn from(spread: Spread) -> Self {
        [spread.median, spread.least, spread.most]
    }
}

#[cfg(test)]
mod tests {
    use super::Spread;

    #[test]
    fn middle() {
        assert_eq!(Spread::of(&[3.0, 1.0, 2.0]), Some([2.0, 1.0, 3.0].into()));
        assert_eq!(Spread::of(&[4.0, 1.0, 2.0, 9.0]), Some([3.0, 1.0, 9.0].into()));
        assert_eq!(Spread::of(&[5.0]), Some(Spread::exact(5.0)));
        assert_eq!(Spread::of(&[]), None);
    }
}
