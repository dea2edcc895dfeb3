//! What is fetched: packages of Debian 12, which has all of Rust 1.85 for many machines.

/// A package.
#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) name: &'static str,
    pub(crate) architecture: &'static str,
    /// The version, as a pattern for apt: updates of the distribution are the same to us.
    pub(crate) version: &'static str,
    /// What of it is wanted.
    pub(crate) paths: &'static [&'static str],
}

const fn package(
    name: &'static str,
    architecture: &'static str,
    version: &'static str,
    paths: &'static [&'static str],
) -> Package {
    Package { name, architecture, version, paths }
}

/// Packages that are of use together.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) name: &'static str,
    pub(crate) packages: &'static [Package],
}

/// All that follows. When anything of it changes, everything is fetched anew.
pub(crate) const GROUPS: &[&Group] =
    &[&RUST, &RUST_SOURCE, &LINKER, &S390X, &I386, &EMULATOR, &VALGRIND, &LIBMNL];

/// What `rustc --version` of [`RUST`] begins with: the oldest Rust that the crates promise to build with.
pub(crate) const RUSTC: &str = "rustc 1.85.";

/// The compiler, and the standard library of this machine.
pub(crate) const RUST: Group = Group {
    name: "rust",
    packages: &[
        package("rustc-web", "amd64", "1.85.0*", &["./usr/bin/rustc"]),
        package("libstd-rust-web-1.85", "amd64", "1.85.0*", &["./usr/lib"]),
        package("libstd-rust-web-dev", "amd64", "1.85.0*", &["./usr/lib"]),
        package("libllvm19", "amd64", "1:19.1*", &["./usr/lib"]),
    ],
};

/// The standard library's source, for machines that Debian has none built for.
pub(crate) const RUST_SOURCE: Group = Group {
    name: "rust-source",
    packages: &[package("rust-web-src", "all", "1.85.0*", &["./usr/src/rustc-1.85.0/library"])],
};

/// Where [`RUST_SOURCE`] has the library.
pub(crate) const LIBRARY: &str = "usr/src/rustc-1.85.0/library";

/// A linker for any machine.
pub(crate) const LINKER: Group =
    Group { name: "linker", packages: &[package("lld-19", "amd64", "1:19.1*", &["./usr/lib"])] };

/// What a program for s390x is linked from.
pub(crate) const S390X: Group = Group {
    name: "s390x",
    packages: &[
        package("libstd-rust-web-dev", "s390x", "1.85.0*", &["./usr/lib"]),
        package("libc6-dev", "s390x", "2.36*", &["./usr/lib"]),
        package("libgcc-12-dev", "s390x", "12.2*", &["./usr/lib"]),
    ],
};

/// What a program for i686 is linked from.
pub(crate) const I386: Group = Group {
    name: "i386",
    packages: &[
        package("libstd-rust-web-dev", "i386", "1.85.0*", &["./usr/lib"]),
        package("libc6-dev", "i386", "2.36*", &["./usr/lib"]),
        package("libgcc-12-dev", "i386", "12.2*", &["./usr/lib"]),
    ],
};

/// Runs programs for s390x.
pub(crate) const EMULATOR: Group = Group {
    name: "emulator",
    packages: &[package("qemu-user-static", "amd64", "1:7.2*", &["./usr/bin/qemu-s390x-static"])],
};

/// Watches what a program does with memory.
pub(crate) const VALGRIND: Group = Group {
    name: "valgrind",
    packages: &[package("valgrind", "amd64", "1:3.19*", &["./usr/bin", "./usr/libexec"])],
};

/// The small C library that programs which read netlink themselves are built on.
pub(crate) const LIBMNL: Group = Group {
    name: "libmnl",
    packages: &[
        package("libmnl-dev", "amd64", "1.0*", &["./usr/include", "./usr/lib"]),
        package("libmnl0", "amd64", "1.0*", &["./usr/lib"]),
    ],
};
