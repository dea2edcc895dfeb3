//! Records: what grew, and what became of members.

use super::{Comparer, Room, Side, Stand, What};
use crate::headers::facts::{Place, Record, Store};

impl Comparer {
    pub(super) fn records(&mut self, old: &Side<'_>, new: &Side<'_>) {
        let record = |side: &Side<'_>, record: &Record| side.headers.contains(record.header.as_str());
        for now in new.store.records.values().filter(|r| record(new, r)) {
            let Some(layout) = now.layout.newest() else { continue };
            match old.store.record(&now.name).filter(|r| record(old, r)) {
                Some(before) => self.record(before, now, old.store, new.store),
                None if old.headers.contains(now.header.as_str()) => {
                    self.push(&now.header, &now.name, false, What::RecordAdded(*layout));
                }
                None => self.only.entry((true, now.header.clone())).or_default().1 += 1,
            }
        }
        for before in old.store.records.values().filter(|r| record(old, r)) {
            if new.store.record(&before.name).is_some_and(|r| record(new, r)) {
                continue;
            }
            let Some(layout) = before.layout.newest() else { continue };
            if new.headers.contains(before.header.as_str()) {
                self.push(&before.header, &before.name, false, What::RecordRemoved(*layout));
            } else {
                self.only.entry((false, before.header.clone())).or_default().1 += 1;
            }
        }
    }

    fn record(&mut self, before: &Record, now: &Record, old: &Store, new: &Store) {
        let mut push = |what: What| self.push(&now.header, &now.name, false, what);
        if before.header != now.header {
            let stand = |r: &Record| Stand { header: r.header.clone(), define: false };
            push(What::Moved(stand(before), stand(now)));
        }
        let (Some(was), Some(is)) = (before.layout.newest(), now.layout.newest()) else { return };
        if was != is {
            push(What::Resized(*was, *is));
        }
        let mut lost: Vec<(&str, &Place)> =
            places(before).filter(|(name, _)| places(now).all(|(other, _)| other != *name)).collect();
        for (name, place) in places(now) {
            if let Some((_, earlier)) = places(before).find(|(other, _)| *other == name) {
                if earlier != place {
                    push(What::MemberChanged(name.to_owned(), earlier.clone(), place.clone()));
                }
                continue;
            }
            if let Some(at) = lost.iter().position(|(_, earlier)| *earlier == place) {
                let (earlier, _) = lost.remove(at);
                push(What::MemberRenamed(earlier.to_owned(), name.to_owned()));
                continue;
            }
            let (first, end) = new.bit_range(place.offset, place.bits, &place.ty);
            // What lies beside the struct around it, in a union, does not fill its padding.
            let taken = |(other, p): (&str, &Place)| {
                let (start, stop) = old.bit_range(p.offset, p.bits, &p.ty);
                around(other) == around(name) && start < end && first < stop
            };
            let room = if place.offset >= was.size {
                Room::Grown
            } else if places(before).any(taken) {
                Room::Member
            } else {
                Room::Padding
            };
            push(What::MemberAdded(name.to_owned(), place.clone(), room));
        }
        for (name, place) in lost {
            push(What::MemberRemoved(name.to_owned(), place.clone()));
        }
    }
}

/// The path to the member that a member is in.
fn around(member: &str) -> &str {
    member.rsplit_once('.').map_or("", |(path, _)| path)
}

fn places(record: &Record) -> impl Iterator<Item = (&str, &Place)> {
    record.fields.iter().filter_map(|f| Some((f.name.as_str(), f.place.newest()?)))
}
