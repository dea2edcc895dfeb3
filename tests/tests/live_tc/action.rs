//! Actions as `tc -j -s -d` prints them, rebuilt from our views.

use crate::json::Obj;
use crate::statistics;
use netlink_families::tc_action::ActionView;
use netlink_runtime::DecodeError;

/// An action and its place among others.
pub(crate) fn action(order: u16, view: &ActionView<'_>) -> Result<Obj, DecodeError> {
    let mut out = Obj::default();
    out.set("order", order);
    out.opt("kind", view.kind()?);
    if let Some(stats) = view.stats()? {
        let mut counters = Obj::default();
        statistics::counters(&mut counters, &stats.basic()?, &stats.queue()?);
        out.set("stats", counters);
    }
    Ok(out)
}
