//! What a datagram is made of: messages, and what is none.

use super::LIMIT;
use crate::report::plural;
use netlink_runtime::message::{Header, MessageRef, Messages, NLMSG_DONE, NLMSG_ERROR, NLMSG_MIN_TYPE};

/// A part of a datagram.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Piece<'a> {
    /// A message.
    Message(MessageRef<'a>),
    /// The start of a message whose end is missing.
    Cut {
        /// Where it starts.
        offset: usize,
        /// Its header, with the length that it should have.
        header: Header,
        /// What is there of its payload.
        payload: &'a [u8],
    },
    /// Bytes that are no message. The next piece, if there is one, starts after them.
    Garbage {
        /// Where they start.
        offset: usize,
        /// How many they are.
        len: usize,
        /// The length that they say as a message, if they are long enough for that.
        says: Option<u32>,
    },
}

/// The parts of a datagram. `knows` tells message types that make sense, to find the next message
/// after garbage.
pub fn pieces<K: Fn(u16) -> bool>(bytes: &[u8], knows: K) -> Pieces<'_, K> {
    Pieces { bytes, at: 0, knows }
}

/// See [`pieces`].
#[derive(Clone, Debug)]
pub struct Pieces<'a, K> {
    bytes: &'a [u8],
    at: usize,
    knows: K,
}

impl<'a, K: Fn(u16) -> bool> Iterator for Pieces<'a, K> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let offset = self.at;
        let mut messages = Messages::from_offset(self.bytes, offset);
        let error = match messages.next()? {
            Ok(message) => {
                self.at = messages.offset();
                return Some(Piece::Message(message));
            }
            Err(error) => error,
        };
        let rest = &self.bytes[offset..];
        // Programs send more of their buffer than they fill; the kernel does not mind.
        if offset > 0 && rest.iter().all(|byte| *byte == 0) {
            self.at = self.bytes.len();
            return None;
        }
        let resumes = |at: &usize| resumes(self.bytes, *at, true, &self.knows) == Resumes::Yes;
        if let Some(next) = (offset + 4..self.bytes.len()).step_by(4).find(resumes) {
            self.at = next;
            return Some(Piece::Garbage { offset, len: next - offset, says: error.length });
        }
        self.at = self.bytes.len();
        Some(match Header::parse(rest) {
            // Where not even the type is known, the length is no better.
            Some(header) if header.len as usize > rest.len() && (self.knows)(header.message_type) => {
                Piece::Cut { offset, header, payload: &rest[Header::LEN..] }
            }
            _ => Piece::Garbage { offset, len: rest.len(), says: error.length },
        })
    }
}

/// Whether messages start again at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resumes {
    Yes,
    No,
    /// That takes so many bytes to tell.
    After(usize),
}

/// Whether there is a message that makes sense at this place, and another one or the end behind it. No
/// more is looked at, so that a search is quick.
pub(super) fn resumes(bytes: &[u8], at: usize, ended: bool, knows: impl Fn(u16) -> bool) -> Resumes {
    let header = |at: usize| Header::parse(bytes.get(at..)?);
    let sense = |h: &Header| (Header::LEN..=LIMIT).contains(&(h.len as usize)) && knows(h.message_type);
    // Control messages are easily seen where there are none: zeros with a small number.
    let real = |h: &Header| h.message_type >= NLMSG_MIN_TYPE;
    let begins = |h: &Header| match h.message_type {
        NLMSG_ERROR => h.len as usize >= 2 * Header::LEN + 4,
        NLMSG_DONE => h.len as usize >= Header::LEN + 4,
        _ => real(h),
    };
    let after = |len: usize| if ended { Resumes::No } else { Resumes::After(len) };
    let Some(first) = header(at) else { return after(at + Header::LEN) };
    if !sense(&first) || !begins(&first) {
        return Resumes::No;
    }
    let end = at + first.len as usize;
    let next = end.next_multiple_of(4);
    match header(next) {
        Some(second) if sense(&second) && (real(&first) || real(&second)) => Resumes::Yes,
        Some(_) => Resumes::No,
        None if ended && end <= bytes.len() && next >= bytes.len() && real(&first) => Resumes::Yes,
        None => after(next + Header::LEN),
    }
}

/// Says what garbage is.
pub fn garbage(len: u64, says: Option<u32>) -> String {
    let what = match says {
        Some(says) if (Header::LEN..=LIMIT).contains(&(says as usize)) => {
            format!("a message of {} does not end here", plural(says, "byte"))
        }
        Some(says) => format!("no message has {}", plural(says, "byte")),
        None => "too short for a message".to_owned(),
    };
    format!("{what}; {} left out", plural(len, "byte"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(message_type: u16, payload: &[u8]) -> Vec<u8> {
        let len = (Header::LEN + payload.len()) as u32;
        let header = Header { len, message_type, flags: 0, sequence: 0, port: 0 };
        [&header.to_bytes()[..], payload].concat()
    }

    fn cut<'a>(bytes: &'a [u8]) -> Vec<Piece<'a>> {
        pieces(bytes, |ty| matches!(ty, 3 | 20)).collect()
    }

    #[test]
    fn garbage_is_jumped_over_where_messages_follow() {
        let good = message(20, &[1; 8]);
        let garbage = [0u8, 1, 2, 3, 0xff, 0xff, 0, 0];
        let bytes = [&good[..], &garbage, &good, &good].concat();
        let found = cut(&bytes);
        assert!(matches!(found[1], Piece::Garbage { offset: 24, len: 8, .. }), "{found:?}");
        assert_eq!(found.len(), 4);
        let bytes = [&good[..], &garbage].concat();
        assert!(matches!(cut(&bytes)[1], Piece::Garbage { offset: 24, len: 8, says: None }));
    }

    #[test]
    fn what_is_there_of_a_cut_message() {
        let good = message(20, &[1; 8]);
        for len in 0..good.len() {
            let found = cut(&good[..len]);
            match (len, &found[..]) {
                (0, []) => {}
                (1..16, [Piece::Garbage { offset: 0, says: None, .. }]) => {}
                (16.., [Piece::Cut { offset: 0, payload, .. }]) => assert_eq!(payload.len(), len - 16),
                other => panic!("{other:?}"),
            }
        }
    }
}
