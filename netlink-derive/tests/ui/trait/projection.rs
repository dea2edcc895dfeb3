use netlink_runtime::EmptyView;
use netlink_runtime::prelude::*;

fn main() {
    let _ = EmptyView::parse(&[]).map(|view| view.project::<u32>());
}
