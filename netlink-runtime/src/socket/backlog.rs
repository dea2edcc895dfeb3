//! What arrived while something else was being read.

use super::engine::{Overrun, RequestId};
use super::transport::Source;
use std::collections::VecDeque;

/// What an entry costs besides its bytes, roughly: many short ones must not escape the limit.
const OVERHEAD: usize = 64;

#[derive(Debug)]
pub(super) enum Entry {
    Notification { source: Source, bytes: Box<[u8]> },
    Message { id: RequestId, bytes: Box<[u8]> },
    End { id: RequestId, bytes: Box<[u8]>, interrupted: bool },
    Overrun(Overrun),
}

impl Entry {
    /// What counts against the limit: notifications alone. Replies were asked for, and their
    /// number is the asker's business.
    fn weight(&self) -> usize {
        match self {
            Entry::Notification { bytes, .. } => bytes.len() + OVERHEAD,
            _ => 0,
        }
    }
}

/// A queue whose notifications are bounded, and which says where some are missing.
#[derive(Debug)]
pub(super) struct Backlog {
    entries: VecDeque<Entry>,
    weight: usize,
    limit: usize,
}

impl Backlog {
    pub(super) fn new(limit: usize) -> Self {
        Backlog { entries: VecDeque::new(), weight: 0, limit }
    }

    pub(super) fn push(&mut self, entry: Entry) {
        let weight = entry.weight();
        let entry = if weight > 0 && self.weight + weight > self.limit {
            // The newest is dropped: what is there stays in order, and the mark stands where
            // the gap is.
            Entry::Overrun(Overrun::Queue(1))
        } else {
            entry
        };
        match (self.entries.back_mut(), entry) {
            // One mark for one gap.
            (Some(Entry::Overrun(gap)), Entry::Overrun(more)) => *gap = gap.and(more),
            (_, entry) => {
                self.weight += entry.weight();
                self.entries.push_back(entry);
            }
        }
    }

    pub(super) fn pop(&mut self) -> Option<Entry> {
        let entry = self.entries.pop_front()?;
        self.weight -= entry.weight();
        Some(entry)
    }

    /// Drops what waits for a request.
    pub(super) fn remove(&mut self, id: RequestId) {
        self.entries.retain(|entry| match entry {
            Entry::Message { id: whose, .. } | Entry::End { id: whose, .. } => *whose != id,
            _ => true,
        });
    }
}
