//! Names of flags.

use crate::meta::EnumMeta;
use core::fmt;

/// The names of the bits that are set, and the bits without a name.
#[derive(Clone, Copy, Debug)]
pub struct FlagNames {
    meta: &'static EnumMeta,
    value: u64,
    single: u64,
}

/// Takes a flag word apart.
///
/// Where every bit of a mask of several bits has a name of its own, the mask is not named.
pub fn flag_names(meta: &'static EnumMeta, value: u64) -> FlagNames {
    let masks = meta.entries.iter().map(|(_, mask)| *mask);
    let single = masks.filter(|m| m.is_power_of_two()).fold(0, |all, m| all | (m & value));
    FlagNames { meta, value, single }
}

impl FlagNames {
    /// The names, in order of declaration.
    pub fn iter(self) -> impl Iterator<Item = &'static str> + Clone {
        let mut seen = 0u64;
        self.meta.entries.iter().filter_map(move |(name, mask)| {
            let new = self.counts(*mask) && mask & !seen != 0;
            if new {
                seen |= mask;
            }
            new.then_some(*name)
        })
    }

    /// The bits that no name says.
    pub fn rest(self) -> u64 {
        let named = self.meta.entries.iter().map(|(_, mask)| *mask).filter(|m| self.counts(*m));
        self.value & !named.fold(0, |all, m| all | m)
    }

    fn counts(&self, mask: u64) -> bool {
        let set = mask != 0 && self.value & mask == mask;
        set && (mask.is_power_of_two() || mask & !self.single != 0)
    }
}

impl fmt::Display for FlagNames {
    /// `IFF_UP | IFF_RUNNING | 0x80000000`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bar = "";
        for name in self.iter() {
            write!(f, "{bar}{name}")?;
            bar = " | ";
        }
        if self.rest() != 0 || bar.is_empty() { write!(f, "{bar}{:#x}", self.rest()) } else { Ok(()) }
    }
}
