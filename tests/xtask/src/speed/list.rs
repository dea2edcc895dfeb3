//! The list of the suite: all work, who does it how, and what is asked of ours. `benches/README.md` says what
//! the cases do.

mod live;
mod parse;
mod sizes;

use super::results::Metric::{self, Allocations, Instructions, Peak, System, Time, User, Whole};
use super::work::{Input, Work};

const ROUTES: Input = Input::File { large: "routes.raw", small: "routes-100k.raw" };
const LINKS: Input = Input::File { large: "links.raw", small: "links.raw" };

/// Columns of what works on a file, of what reads from the kernel, and of what writes to it.
const PARSED: &[Metric] = &[Time, Instructions, Allocations];
const DONE: &[Metric] = &[Whole, User, System, Instructions, Allocations, Peak];
const ADDED: &[Metric] = &[Time, User, System, Instructions, Allocations, Peak];

/// All work, in the order of the tables.
pub(crate) fn works() -> impl Iterator<Item = &'static Work> {
    [parse::WORKS, live::WORKS, sizes::WORKS].into_iter().flatten()
}
