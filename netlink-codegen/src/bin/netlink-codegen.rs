//! The code generator's command line.
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    netlink_codegen::cli::main()
}
