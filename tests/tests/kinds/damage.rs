//! Damaged messages: nothing panics, nothing goes on for long, and all paths still agree.

use crate::agree::{Paths, Zoo};
use crate::draw::Draw;
use crate::properties::{any_bytes, config, seed};
use crate::schema::json;
use crate::zoo::chosen::Chosen;
use crate::zoo::members::{Members, MembersView};
use crate::zoo::numbers::Numbers;
use crate::zoo::others::{Reading, Rule};
use crate::zoo::own::Own;
use crate::zoo::structs::Structs;
use crate::zoo::unions::Unions;
use crate::zoo::values::Values;
use netlink_runtime::meta::SetMeta;
use netlink_runtime::walk::{Body, Container, Descend, Node, Value, Visitor};
use netlink_runtime::{DecodeError, View as _};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use std::convert::Infallible;

/// Counts what a walk comes by.
#[derive(Default)]
struct Steps(usize);

impl<'a> Visitor<'a> for Steps {
    type Stop = Infallible;

    fn value(&mut self, _: &Node<'a>, _: Value<'a>) -> Result<(), Infallible> {
        self.0 += 1;
        Ok(())
    }

    fn enter(&mut self, _: &Node<'a>, _: &Container<'a>) -> Result<Descend, Infallible> {
        self.0 += 1;
        Ok(Descend::Into)
    }
}

/// A walk comes by an attribute for each four bytes at most, and its JSON can be read.
pub(crate) fn walks(set: &'static SetMeta, bytes: &[u8]) {
    if let Ok(body) = Body::parse(set, bytes) {
        let mut steps = Steps::default();
        let Ok(()) = body.walk(&mut steps);
        assert!(steps.0 <= bytes.len() / 4 + 2, "{} steps for {} bytes", steps.0, bytes.len());
    }
    let text = format!("{{{}}}", json(set, bytes, None, true));
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(&text) {
        panic!("{error}: {text}");
    }
}

/// All that reads bytes.
pub(crate) fn survives<T: Paths>(bytes: &[u8]) {
    any_bytes::<T>(bytes);
    walks(T::meta(), bytes);
}

/// A byte that is replaced: anywhere, or in the length or type of an attribute of the set itself.
#[derive(Clone, Debug)]
pub(crate) struct Flip {
    at: Index,
    value: u8,
    header: bool,
}

pub(crate) fn flips() -> impl Strategy<Value = Vec<Flip>> {
    let value = prop_oneof![any::<u8>(), 0..12u8, Just(255)];
    let flip = (any::<Index>(), value, any::<bool>());
    vec(flip.prop_map(|(at, value, header)| Flip { at, value, header }), FLIPS)
}

/// In each of the 256 cases that proptest tries unless told otherwise: more than 10,000 for a type.
const FLIPS: usize = 40;

pub(crate) fn flipped<T: Paths>(bytes: &[u8], flips: &[Flip]) {
    damaged(bytes, flips).for_each(|damaged| survives::<T>(&damaged));
}

/// The message with each of these flips alone.
fn damaged<'f>(bytes: &'f [u8], flips: &'f [Flip]) -> impl Iterator<Item = Vec<u8>> + 'f {
    let headers = headers(bytes);
    let flips = flips.iter().filter(|_| !bytes.is_empty());
    flips.map(move |Flip { at, value, header }| {
        let mut damaged = bytes.to_vec();
        let at = if *header && !headers.is_empty() {
            headers[at.index(headers.len())]
        } else {
            at.index(damaged.len())
        };
        damaged[at] = *value;
        damaged
    })
}

fn message<T: Zoo>(seed: &[u8]) -> Vec<u8> {
    T::any(&mut Draw::new(seed)).to_bytes().expect("a value that can be encoded")
}

/// Where bytes of attribute headers may be: whatever four bytes look like one.
fn headers(bytes: &[u8]) -> Vec<usize> {
    let words = bytes.chunks_exact(4).enumerate();
    let likely = words.filter(|(_, w)| {
        let (len, ty) = (u16::from_ne_bytes([w[0], w[1]]), u16::from_ne_bytes([w[2], w[3]]));
        (4..400).contains(&len) && ty & 0x3fff < 64
    });
    likely.flat_map(|(ix, _)| 4 * ix..4 * ix + 4).collect()
}

/// Cut off after every byte.
fn truncated<T: Zoo>() {
    for round in 0..4u32 {
        // Long enough for all fields, and different each time.
        let mut state = 0x9e37_79b9u32 ^ round;
        let seed: Vec<u8> = std::iter::repeat_with(|| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state as u8
        })
        .take(2000)
        .collect();
        let bytes = message::<T>(&seed);
        for end in 0..=bytes.len() {
            survives::<T>(&bytes[..end]);
        }
    }
}

macro_rules! damage {
    ($($name:ident: $set:ty;)*) => {$(
        mod $name {
            use super::*;

            #[test]
            fn truncated_at_every_byte() {
                truncated::<$set>();
            }

            proptest! {
                #![proptest_config(config())]

                #[test]
                fn ten_thousand_flips(seed in seed(), flips in flips()) {
                    flipped::<$set>(&message::<$set>(&seed), &flips);
                }
            }
        }
    )*};
}

/// How many members the iterators of a message's containers give, errors included.
fn members(bytes: &[u8]) -> usize {
    let Ok(view) = MembersView::parse(bytes) else { return 0 };
    fn count<I: Iterator>(members: Result<Option<I>, DecodeError>) -> usize {
        members.ok().flatten().map_or(0, Iterator::count)
    }
    let indexed = count(view.indexed()) + count(view.indexedbe()) + count(view.indexedstring());
    let indexed =
        indexed + count(view.indexednest()) + count(view.indexedarray()) + count(view.indexedstruct());
    let repeated = view.multi().count() + view.multistring().count() + view.multinest().count();
    let levels = count(view.byid()) + count(view.bypair());
    indexed + repeated + view.multiarray().count() + levels + count(view.records()) + count(view.small())
}

proptest! {
    #![proptest_config(config())]

    /// Each member has four bytes of its own, but for what is left over at the end of a container.
    #[test]
    fn iterators_end(seed in seed(), flips in flips()) {
        let bytes = message::<Members>(&seed);
        for damaged in damaged(&bytes, &flips) {
            // A broken header is seen by each of the four that repeat.
            let (members, most) = (members(&damaged), damaged.len() / 4 + 4 + 2);
            prop_assert!(members <= most, "{members} members in {} bytes", damaged.len());
        }
    }
}

damage! {
    numbers: Numbers;
    values: Values;
    structs: Structs;
    unions: Unions;
    members: Members;
    chosen: Chosen;
    reading: Reading;
    rule: Rule;
    own: Own;
}
