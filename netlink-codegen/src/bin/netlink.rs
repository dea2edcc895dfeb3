//! The command line that reads and writes netlink messages by schema.
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    netlink_codegen::cli_netlink::main()
}
