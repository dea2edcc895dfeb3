//! What messages the shipped schemas describe, so that a tool loads none without need.

use super::OutFile;
use super::file::MARKER;
use crate::decode::table::number_of;
use crate::ir::{Model, Protocol};
use std::fmt::Write as _;

/// The file of the crate `netlink-schemas`, whose folder is beside that of the families.
pub fn file(model: &Model) -> OutFile {
    let mut messages = String::new();
    let mut generic = String::new();
    for family in &model.families {
        let name = &family.name;
        // Writing to a String cannot fail.
        let _ = match (&family.protocol, number_of(&family.protocol)) {
            (Protocol::Generic { name: registered, .. }, _) => {
                writeln!(generic, "    ({name:?}, {registered:?}),")
            }
            (_, Some(protocol)) => {
                let numbers: Vec<_> = family.message_numbers().into_iter().collect();
                writeln!(messages, "    ({name:?}, {protocol}, &{numbers:?}),")
            }
            (_, None) => Ok(()),
        };
    }
    let text = format!(
        "{MARKER}from all schemas.\n\
         // Do not edit; regenerate it with: netlink-codegen generate --all\n\n\
         /// The schemas of classic protocols: the protocol's number, and the types of its messages.\n\
         #[rustfmt::skip]\n\
         pub static MESSAGES: &[(&str, u16, &[u16])] = &[\n{messages}];\n\n\
         /// The schemas of generic netlink families, and the names that the kernel registers.\n\
         #[rustfmt::skip]\n\
         pub static GENERIC: &[(&str, &str)] = &[\n{generic}];\n"
    );
    OutFile { path: "../schemas/index.rs".to_owned(), text }
}
