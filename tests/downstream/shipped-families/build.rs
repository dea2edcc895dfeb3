//! Links and routes as Linux 6.1 knows them. Neither libclang nor the network is needed.
#![forbid(unsafe_code)]

fn main() -> Result<(), netlink_codegen::Error> {
    netlink_codegen::Builder::new().family("rt-link").family("rt-route").kernel("6.1").generate()
}
