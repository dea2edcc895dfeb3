//! Building into a caller's slice.

use crate::zoo::chosen::Chosen;
use crate::zoo::common::{Header, Point, Shape};
use crate::zoo::members::{Members, Rec, SmallRec};
use crate::zoo::structs::{Points, Structs, Tail};
use crate::zoo::values::Values;
use netlink_runtime::AttrSet as _;
use netlink_runtime::EncodeError;
use netlink_runtime::build::{Enc, SetBuilder as _, SliceBuf};
use netlink_runtime::types::Label;

const POINT: Point = Point { x: 1, y: 2 };
const HEADER: Header = Header { family: 2, shape: Shape::FLAT, flags: 0, index: 3 };

/// Members of all kinds.
pub fn members(space: &mut [u8]) -> Result<&mut [u8], EncodeError> {
    let built = Members::builder(Enc::new(SliceBuf::new(space)))
        .header(HEADER)
        .nest(|l| l.id(1).name("one"))
        .self_(|d| d.self_(|d| d.number(100)))
        .multi(10)
        .multinest(|l| l.id(2))
        .multi(20)
        .multinest(|l| l.id(3))
        .multiarray(&[1, 2])
        .indexed(|i| i.item(1, 1).item(2, 2))
        .indexedstring(|i| i.item(1, "a"))
        .indexednest(|i| i.nest(1, |l| l.id(4)).nest(2, |l| l.id(5)))
        .indexedarray(|i| i.item(1, &[3, 4]))
        .byid(|t| t.nest([1], |l| l.id(6)))
        .bypair(|t| t.nest([1, 1], |l| l.id(7)).nest([1, 2], |l| l.id(8)).nest([2, 1], |l| l.id(9)))
        .array(&[5, 6])
        .arraybe(&[7, 8])
        .arraystruct(&[POINT])
        .records(|r| {
            r.record(|l| l.header(Rec { rec_len: 0, rec_kind: 1, rec_index: 2 }).id(10)).record(|l| l.id(11))
        })
        .small(|r| r.record(|l| l.header(SmallRec { small_len: 0, small_kind: 1 }).id(12)));
    built.finish().end().map(SliceBuf::into_written)
}

/// Forms by text, by number, by what is around.
pub fn chosen(space: &mut [u8]) -> Result<&mut [u8], EncodeError> {
    let built = Chosen::builder(Enc::new(SliceBuf::new(space)))
        .header(HEADER)
        .data(|d| d.after(|l| l.header(POINT).id(7)))
        .bynumber(|n| n.round(|l| l.id(8)))
        .inner(|i| i.byouter(|t| t.after(|l| l.id(9))).byheader(|n| n.flat(10)));
    built.finish().end().map(SliceBuf::into_written)
}

/// A form that the table does not know, and one that takes the rest.
pub fn chosen_by_default(space: &mut [u8]) -> Result<&mut [u8], EncodeError> {
    let built = Chosen::builder(Enc::new(SliceBuf::new(space)))
        .kind("other")
        .data(|d| d.unknown(&[1, 2, 3]))
        .number(Shape(9))
        .bynumber(|n| n.other(POINT));
    built.finish().end().map(SliceBuf::into_written)
}

/// Text, bytes, labels.
pub fn values(space: &mut [u8]) -> Result<&mut [u8], EncodeError> {
    let built = Values::builder(Enc::new(SliceBuf::new(space)))
        .flag()
        .string("eth0")
        .bounded("text")
        .unterminated("word")
        .binary(&[1, 2, 3])
        .cookie(&[7; 8])
        .labels(&[Label::new(100), Label::new(200)]);
    built.finish().end().map(SliceBuf::into_written)
}

/// C structs, with tails and before attributes.
pub fn structs(space: &mut [u8]) -> Result<&mut [u8], EncodeError> {
    let built = Structs::builder(Enc::new(SliceBuf::new(space)))
        .point(POINT)
        .tail((Tail { tag: 1 }, &[30, 40]))
        .points((Points { count: 1 }, &[POINT]))
        .after(|l| l.header(POINT).id(1));
    built.finish().end().map(SliceBuf::into_written)
}

/// Text beyond what the attribute may have.
pub fn too_long(space: &mut [u8]) -> Result<&mut [u8], EncodeError> {
    let built = Values::builder(Enc::new(SliceBuf::new(space))).bounded("sixteen letters!");
    built.finish().end().map(SliceBuf::into_written)
}
