//! Handles of queueing disciplines and classes.

/// Of these parts.
pub(crate) fn handle(major: u32, minor: u32) -> u32 {
    major << 16 | minor
}

/// As `tc` prints it.
pub(crate) fn text(handle: u32) -> String {
    match (handle >> 16, handle & 0xffff) {
        (major, 0) => format!("{major:x}:"),
        (0, minor) => format!(":{minor:x}"),
        (major, minor) => format!("{major:x}:{minor:x}"),
    }
}
