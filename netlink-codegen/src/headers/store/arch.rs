//! Other architectures: where they lay out records differently.

use std::collections::{HashMap, HashSet};

use super::merge::Homes;
use crate::headers::facts::{ArchLayout, Field, Spot, Store};

/// Records where another architecture lays out records differently. `other` is a store of
/// one kernel, extracted for `arch`; only the newest kernel of a record is described.
pub fn add_arch(store: &mut Store, arch: &str, other: &Store) -> usize {
    let release = other.kernels.first().map(|k| k.release.as_str());
    let Some(kernel) = store.kernels.iter().position(|k| Some(k.release.as_str()) == release) else {
        return 0;
    };
    let homes = Homes::of(store);
    let newest_here = store.records.values().filter(|r| homes.newest_record(r) == Some(kernel));
    let newest_here: HashSet<String> = newest_here.map(|r| r.name.clone()).collect();
    let mut different = 0;
    for theirs in other.records.values().filter(|r| newest_here.contains(&r.name)) {
        let Some(ours) = store.records.get_mut(&theirs.name) else { continue };
        ours.arch.retain(|known| known.arch != arch);
        let Some(layout) = theirs.layout.newest() else { continue };
        let place = |f: &Field| Some((f.name.clone(), Spot::from(f.place.newest()?)));
        let their_spots: HashMap<String, Spot> = theirs.fields.iter().filter_map(place).collect();
        let living = ours.fields.iter().filter_map(|f| Some((f, Spot::from(f.place.at(kernel)?))));
        let mut same = ours.layout.at(kernel) == Some(layout);
        let mut spots = Vec::new();
        for (field, spot) in living {
            let theirs = their_spots.get(&field.name).copied();
            same &= theirs == Some(spot);
            spots.push(theirs);
        }
        if !same {
            different += 1;
            ours.arch.push(ArchLayout { arch: arch.to_owned(), layout: *layout, spots });
            ours.arch.sort_by(|a, b| a.arch.cmp(&b.arch));
        }
    }
    different
}
