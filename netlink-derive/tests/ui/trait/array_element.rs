use netlink_runtime::wire::ArrayElement;
use netlink_runtime::wire::wt::Str;

fn element<K: ArrayElement>() {}

fn main() {
    element::<Str>();
}
