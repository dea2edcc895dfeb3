//! Text that extraction puts beside the headers: what they expect from a C library, and
//! helpers that only the kernel has.
//!
//! With `-nostdinc` and these few declarations no C library is needed, so facts do not depend
//! on which one is installed, and the conflicts between its headers and the kernel's never
//! arise.

use std::path::{Path, PathBuf};

/// Headers of a C library that UAPI headers include, reduced to what they use.
pub(super) const LIBC: &[(&str, &str)] = &[
    (
        "sys/socket.h",
        "#ifndef NLX_SOCKET\n#define NLX_SOCKET\n\
         typedef unsigned short sa_family_t;\n\
         struct sockaddr { sa_family_t sa_family; char sa_data[14]; };\n\
         struct sockaddr_storage { sa_family_t ss_family; char nlx_data[118]; unsigned long nlx_align; };\n\
         #define MSG_FIN 0x200\n\
         #endif\n",
    ),
    ("netinet/in.h", "#include <linux/in.h>\n#include <linux/in6.h>\n"),
    ("netinet/if_ether.h", "#include <linux/if_ether.h>\n"),
    ("net/if.h", "#include <linux/if.h>\n"),
    ("arpa/inet.h", ""),
    ("sys/types.h", "#include <linux/types.h>\n"),
    ("sys/time.h", "#include <linux/time.h>\n"),
    ("time.h", "#include <linux/time.h>\n"),
    ("string.h", ""),
    ("endian.h", ""),
    (
        "stdint.h",
        "#ifndef NLX_STDINT\n#define NLX_STDINT\n\
         typedef __INT8_TYPE__ int8_t; typedef __UINT8_TYPE__ uint8_t;\n\
         typedef __INT16_TYPE__ int16_t; typedef __UINT16_TYPE__ uint16_t;\n\
         typedef __INT32_TYPE__ int32_t; typedef __UINT32_TYPE__ uint32_t;\n\
         typedef __INT64_TYPE__ int64_t; typedef __UINT64_TYPE__ uint64_t;\n\
         typedef __UINTPTR_TYPE__ uintptr_t; typedef __INTPTR_TYPE__ intptr_t;\n\
         #endif\n",
    ),
    (
        "stddef.h",
        "#ifndef NLX_STDDEF\n#define NLX_STDDEF\n\
         typedef __SIZE_TYPE__ size_t;\n\
         #define NULL ((void *)0)\n\
         #define offsetof(type, member) __builtin_offsetof(type, member)\n\
         #endif\n",
    ),
    (
        "limits.h",
        "#ifndef INT_MAX\n#define INT_MAX __INT_MAX__\n#define INT_MIN (-INT_MAX - 1)\n\
         #define UINT_MAX (INT_MAX * 2U + 1U)\n#endif\n",
    ),
];

/// The stubs as files of the include directory `root`: it is searched first, so they also
/// stand before a C library in the same tree.
pub(super) fn libc(root: &Path) -> Vec<(PathBuf, String)> {
    LIBC.iter().map(|(name, text)| (root.join(name), (*text).to_owned())).collect()
}

/// Macros that UAPI headers use in values and leave to the kernel to define. They stand
/// after the headers, so a header that has its own keeps it.
pub(super) const HELPERS: &str = "\
#ifndef BIT
#define BIT(n) (1UL << (n))
#endif
#ifndef BIT_ULL
#define BIT_ULL(n) (1ULL << (n))
#endif
#ifndef GENMASK
#define GENMASK(h, l) ((~0UL << (l)) & (~0UL >> (8 * sizeof(long) - 1 - (h))))
#endif
#ifndef GENMASK_ULL
#define GENMASK_ULL(h, l) ((~0ULL << (l)) & (~0ULL >> (63 - (h))))
#endif
#ifndef U8_MAX
#define U8_MAX ((unsigned char)~0)
#define U16_MAX ((unsigned short)~0)
#define U32_MAX ((unsigned int)~0U)
#define U64_MAX ((unsigned long long)~0ULL)
#define S8_MAX ((signed char)(U8_MAX >> 1))
#define S16_MAX ((short)(U16_MAX >> 1))
#define S32_MAX ((int)(U32_MAX >> 1))
#define S64_MAX ((long long)(U64_MAX >> 1))
#endif
";

/// What values need from outside, for the last attempt: macros that build `ioctl` numbers,
/// and `offsetof`.
pub(super) const VALUE_COMPANIONS: &str = "\
#include <linux/ioctl.h>
#include <stddef.h>
";

/// What a header that is not self-contained usually lacks; tried when it fails alone.
pub(super) const COMPANIONS: &str = "\
#include <stddef.h>
#include <stdint.h>
#include <linux/types.h>
#include <sys/socket.h>
#include <linux/socket.h>
#include <linux/if.h>
#include <linux/in.h>
#include <linux/in6.h>
";

/// The kernel's own short names, for headers from its source, which is one with netlink.
pub(super) const KERNEL: &str = "\
#include <linux/types.h>
typedef __u8 u8; typedef __s8 s8; typedef __u16 u16; typedef __s16 s16;
typedef __u32 u32; typedef __s32 s32; typedef __u64 u64; typedef __s64 s64;
typedef _Bool bool;
#define CONFIG_NET 1
";

/// Macros that give a value in network order, and the width each makes.
pub(super) const SWAPS: &[(&str, u8)] = &[
    ("__cpu_to_be16", 16),
    ("__constant_cpu_to_be16", 16),
    ("cpu_to_be16", 16),
    ("htons", 16),
    ("__constant_htons", 16),
    ("__cpu_to_be32", 32),
    ("__constant_cpu_to_be32", 32),
    ("cpu_to_be32", 32),
    ("htonl", 32),
    ("__constant_htonl", 32),
    ("__cpu_to_be64", 64),
    ("__constant_cpu_to_be64", 64),
    ("cpu_to_be64", 64),
];

/// Definitions that make the macros of [`SWAPS`] keep their argument: after these lines an
/// expression evaluates to what it means rather than to how this machine stores it.
pub(super) fn unswapped() -> String {
    SWAPS
        .iter()
        .map(|(name, bits)| {
            let ty = match bits {
                16 => "unsigned short",
                32 => "unsigned int",
                _ => "unsigned long long",
            };
            format!("#undef {name}\n#define {name}(x) (({ty})(x))\n")
        })
        .collect()
}
