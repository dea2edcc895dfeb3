use netlink_runtime::wire::wt::Wire;

fn wire<K: Wire>() {}

fn main() {
    wire::<u32>();
}
