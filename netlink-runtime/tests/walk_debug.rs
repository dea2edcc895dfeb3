//! `Debug` by metadata.

mod walk_sets;
use netlink_runtime::walk::debug;
use netlink_runtime::wire::Attrs;
use std::fmt;
use walk_sets::*;

struct Shown(Vec<u8>);

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug(f, &HEADED, &self.0[..6], Attrs::new(&self.0[8..]))
    }
}

fn shown() -> Shown {
    let inner = [tlv(8, b"caf\xe9"), tlv(23, &tlv(3, &7u32.to_ne_bytes()))].concat();
    Shown(
        [
            header(2, 3),
            tlv(27, &6u32.to_ne_bytes()),
            tlv(28, &0x101u32.to_ne_bytes()),
            tlv(22, &inner),
            tlv(1, &[1]),
            tlv(67, &[0, 1]),
            tlv(22, &[]),
        ]
        .concat(),
    )
}

#[test]
fn one_line() {
    let want = r#"Headed { demo_hdr: { family: 2, flags: F_A | F_B }, DEMO_STATE: S_UP, DEMO_FLAGS: F_A | 0x100, DEMO_NEST: { DEMO_KIND: "caf\xe9", DEMO_INDEXED: { 3: 7 } }, DEMO_U32: malformed(length 1, want 4; 01), 67: unknown(0001), DEMO_NEST: {} }"#;
    assert_eq!(format!("{:?}", shown()), want);
}

#[test]
fn several_lines_also_inside_others() {
    let want = r#"Some(
    Headed {
        demo_hdr: {
            family: 2,
            flags: F_A | F_B,
        },
        DEMO_STATE: S_UP,
        DEMO_FLAGS: F_A | 0x100,
        DEMO_NEST: {
            DEMO_KIND: "caf\xe9",
            DEMO_INDEXED: {
                3: 7,
            },
        },
        DEMO_U32: malformed(length 1, want 4; 01),
        67: unknown(0001),
        DEMO_NEST: {},
    },
)"#;
    assert_eq!(format!("{:#?}", Some(shown())), want);
}
