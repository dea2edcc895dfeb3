//! How `netlink` shows messages: text or JSON, colours, notes, filters.

use netlink_tests::{bytes, output_with};
use std::process::Command;

/// What the command prints, what it complains of, and how it ends.
fn decode(args: &[&str], input: &[u8]) -> (String, String, Option<i32>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netlink"));
    let output = output_with(command.arg("decode").args(args).arg("-"), input);
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (text(output.stdout), text(output.stderr), output.status.code())
}

fn message(message_type: u16, payload: &[u8]) -> Vec<u8> {
    bytes::message(message_type, 2, 1, 0, payload)
}

/// A link with this index, a route, and the start of something.
fn input() -> Vec<u8> {
    let mut link = [0; 16];
    link[4..8].copy_from_slice(&5i32.to_ne_bytes());
    [message(16, &link), message(24, &[0; 12]), vec![1, 2, 3]].concat()
}

#[test]
fn text_has_its_notes_in_place() {
    let (text, complaint, status) = decode(&["--text", "--offsets"], &input());
    let note = text.lines().last().expect("a note");
    assert!(note.trim_start().starts_with('-') && note.ends_with(": 010203"), "{text}");
    assert!(text.contains("\n   16    ifinfomsg: ifi_family=AF_UNSPEC"), "{text}");
    assert!(!text.contains('\x1b'), "{text}");
    assert_eq!((complaint.as_str(), status), ("", Some(1)));
    let (json, complaint, status) = decode(&["--json"], &input());
    assert_eq!(json.lines().count(), 2, "{json}");
    assert!(complaint.starts_with("-: offset 60"), "{complaint}");
    assert_eq!(status, Some(1));
}

#[test]
fn colours_are_for_those_who_ask() {
    let (text, ..) = decode(&["--text", "--color", "always"], &message(24, &[0; 12]));
    assert!(text.starts_with("\x1b[1mRTM_NEWROUTE\x1b[0m route, 28 bytes"), "{text}");
}

#[test]
fn only_what_matches() {
    let (text, ..) = decode(&["--json", "--match", "header.ifi_index=5"], &input());
    assert!(text.starts_with("{\"type\":\"RTM_NEWLINK\"") && text.lines().count() == 1, "{text}");
    let (text, complaint, status) = decode(&["--match", "type = AND"], &input());
    assert_eq!((text.as_str(), status), ("", Some(2)));
    assert!(complaint.contains("want a value\n  type = AND\n         ^\n"), "{complaint}");
}
