//! What the tests know of each set: its fields, how they are drawn, its schema form.

use crate::agree::{ByForm as _, Held as _, InForms as _, Repeated as _, Single as _, paths, zoo};
use crate::draw::{
    ADDRESSES, Any, Draw, address, draw_named, draw_set, draw_struct, draw_sub, draw_union, record_len,
};
use crate::made::{kinds, kinds_genl, kinds_nf};
use crate::schema::forms;
use crate::zoo::{
    chosen::*, common::*, members::*, numbers::*, others::*, own::*, rows::*, structs::*, unions::*,
    values::*,
};
use netlink_runtime::prelude::*;
use netlink_runtime::walk::StructRef;
use netlink_runtime::wire::Scope;
use netlink_runtime::{AttrSet, CStruct, DecodeError, View};

zoo!(Numbers NumbersView NumbersRow, [header] {
    u8 U8, u16 U16, u32 U32, u64 U64, s8 S8, s16 S16, s32 S32, s64 S64, be16 BE16, be32 BE32, be64 BE64, sbe16 SBE16, sbe32 SBE32, sbe64 SBE64, le16 LE16, le32 LE32, le64 LE64, sle16 SLE16, sle32 SLE32, sle64 SLE64, net16 NET16, net32 NET32, net64 NET64, uint UINT, sint SINT, msecs MSECS, shape8 SHAPE8, shape16 SHAPE16, shape32 SHAPE32, shape64 SHAPE64, shapenet SHAPENET, level8 LEVEL8, level32 LEVEL32, mark8 MARK8, mark64 MARK64, caps CAPS, shapeuint SHAPEUINT, levelsint LEVELSINT, markuint MARKUINT, bitfield BITFIELD, bitnames BITNAMES, tone TONE, both BOTH,
} |_, _| {});

zoo!(Values ValuesView ValuesRow<'_>, [header] {
    flag FLAG, string STRING, bounded BOUNDED, unterminated UNTERMINATED, binary BINARY, cookie COOKIE, mac MAC, ip4 IP4, ip6 IP6, ip IP, ipby IPBY, labels LABELS, netip4 NETIP4, netip6 NETIP6, sockaddr SOCKADDR,
} |set, d| {
    let family = ADDRESSES[usize::from(d.choice(5))];
    set.header.family = family;
    set.ipby = set.ipby.map(|_| address(d, family.into()));
});

zoo!(Structs StructsView StructsRow<'_>, [header] {
    point POINT, packed PACKED, padded PADDED, bits BITS, mixed MIXED, grown GROWN, union_ UNION_, tail TAIL, points POINTS, after AFTER, holed HOLED,
} |_, _| {});

zoo!(Unions UnionsView UnionsRow<'_>, [header] {
    union_ UNION_, array ARRAY, multi MULTI, indexed INDEXED, entry ENTRY, spots SPOTS, kind KIND, data DATA,
} |set, d| {
    let kind = ["", "addr", "addrs", "entry", "other"][usize::from(d.choice(5))];
    set.kind = (!kind.is_empty()).then(|| kind.into());
    set.data = set.data.take().map(|_| match kind {
        "addr" => Places::Addr(d.any()),
        "addrs" => Places::Addrs(d.any()),
        "entry" => Places::Entry(d.any()),
        _ => Places::Unknown(d.bytes(8)),
    });
});

zoo!(Members MembersView MembersRow<'_>, [header] {
    nest NEST, self_ SELF_, multi MULTI, multistring MULTISTRING, multinest MULTINEST, multiarray MULTIARRAY, indexed INDEXED, indexedbe INDEXEDBE, indexedstring INDEXEDSTRING, indexednest INDEXEDNEST, indexedarray INDEXEDARRAY, indexedstruct INDEXEDSTRUCT, byid BYID, bypair BYPAIR, array ARRAY, arraybe ARRAYBE, arrayshape ARRAYSHAPE, arraystruct ARRAYSTRUCT, arraypadded ARRAYPADDED, arrayip4 ARRAYIP4, arrayip6 ARRAYIP6, records RECORDS, small SMALL,
} |_, _| {});

zoo!(Chosen ChosenView ChosenRow<'_>, [header] {
    kind KIND, data DATA, number NUMBER, bynumber BYNUMBER, bypair BYPAIR, byheader BYHEADER, byrequest BYREQUEST, family FAMILY, address ADDRESS, inner INNER, inners INNERS, wide WIDE, bywide BYWIDE, word WORD, byword BYWORD, byvalue BYVALUE, many MANY,
} |set, d| {
    let (family, kind) = (ADDRESSES[usize::from(d.choice(5))], KINDS[usize::from(d.choice(17))]);
    set.header.family = family;
    set.kind = (!kind.is_empty()).then(|| kind.into());
    let (shape, number) = (set.header.shape.0, set.number.map_or(u64::MAX, |n| n.0));
    set.data = set.data.take().map(|_| text(kind, d));
    set.bynumber = set.bynumber.take().map(|_| by_number(number, d));
    set.bypair = set.bypair.take().map(|_| pair(kind, number, d));
    set.byheader = set.byheader.take().map(|_| by_number(shape, d));
    // No request is known.
    set.byrequest = set.byrequest.take().map(|_| Number::Other(d.any()));
    set.family = set.family.map(|_| ADDRESSES[usize::from(d.choice(5))].into());
    set.address = set.address.map(|_| address(d, set.family.unwrap_or(0).into()));
    set.bywide = set.bywide.take().map(|_| wide(set.wide, d));
    set.byword = set.byword.take().map(|_| match &set.word {
        Some(word) if *word == "long" => Word::Long(d.any()),
        _ => Word::Unknown(d.bytes(8)),
    });
    set.byvalue = set.byvalue.take().map(|_| by_value(kind, d));
    set.many.iter_mut().for_each(|form| *form = text(kind, d));
    let outer = Outer { family, shape, kind };
    set.inner.iter_mut().chain(&mut set.inners).for_each(|inner| outer.fix(inner, d));
});

zoo!(Reading ReadingView ReadingRow<'_>, [header] {
    id ID, leaf LEAF, list LIST,
} |_, _| {});

zoo!(Rule RuleView RuleRow, [header] {
    id ID,
} |_, _| {});

zoo!(Own OwnView OwnRow<'_>, [] {
    text TEXT, texts TEXTS, levels LEVELS, kind KIND, data DATA, choice CHOICE, chosen CHOSEN,
} |set, d| {
    set.kind = d.any::<bool>().then(|| "text".to_owned());
    set.data = set.data.take().map(|_| match set.kind {
        Some(_) => OwnData::Text(d.any()),
        None => OwnData::Unknown(d.bytes(8)),
    });
    set.chosen = match set.choice {
        7 => OwnData::Seven(d.any()),
        _ => OwnData::Unknown(d.bytes(8)),
    };
});

draw_set!(Leaf { id, name } | _, _ | {});
draw_set!(Deep { number, self_ } | _, _ | {});
draw_set!(PointLeaf { header, id, name } | _, _ | {});
draw_set!(PaddedLeaf { header, id, name } | _, _ | {});
draw_set!(
    RecLeaf { header, id, name } | set,
    _ | {
        set.header.rec_len = record_len(set) as u16;
    }
);
draw_set!(
    SmallLeaf { header, id, name } | set,
    _ | {
        set.header.small_len = record_len(set) as u8;
    }
);
draw_set!(Inner { byouter, byheader, byrequest, address, inner } | _, _ | {});

draw_struct! {
    Header { family, shape, flags, index } |_| {};
    Point { x, y } |_| {};
    Packed { tag, value, half } |_| {};
    Padded { tag, value, end } |_| {};
    Bits { low, high, wide, whole } |bits| {
        bits.low &= 7;
        bits.high &= 31;
        bits.wide &= 0x1ff;
    };
    Mixed { name, blob, mac, at, corners, counts, grid, shape, level, short, le, marks, ip4, ip6, family, addr, last }
        |mixed| mixed.addr = reread(mixed).addr;
    Entry { family, kind, addr, u, plain, peer, data, u2, end } |entry| entry.peer = reread(entry).peer;
    Spots { count } |_| {};
    Grown { first, second, third } |_| {};
    Union { what, v6, end } |_| {};
    Tail { tag } |_| {};
    Points { count } |_| {};
    Rec { rec_len, rec_kind, rec_index } |_| {};
    SmallRec { small_len, small_kind } |_| {};
    GenlHeader { port } |_| {};
    Nfgenmsg { nfgen_family, version, res_id } |_| {};
}

draw_named! { Shape: u8; Level: i8; Mark: u8; MarkEdge: u16; Cap: u32; Tone: u32; }

// Which form it is stands elsewhere: sets put the right one in its place.
draw_sub! { Text Number Pair Wide Word ValuesData OwnData Places }

draw_union! { InetAddr Amount EntryU EntryData }

impl Any for Address {
    fn any(d: &mut Draw<'_>) -> Self {
        Address::Ip(d.any())
    }
}

/// A struct with addresses that are of the families which stand in it.
fn reread<T: CStruct>(value: &T) -> T {
    let mut bytes = vec![0; T::META.size as usize];
    value.write(&mut bytes);
    T::read(&bytes)
}

/// Selectors of forms, and others.
const KINDS: [&str; 17] = [
    "", "leaf", "point", "after", "nothing", "other", "number", "shape", "string", "mac", "ip", "labels",
    "msecs", "array", "points", "tail", "records",
];

fn text(kind: &str, d: &mut Draw<'_>) -> Text {
    match kind {
        "leaf" => Text::Leaf(d.any()),
        "point" => Text::Point(d.any()),
        "after" => Text::After(d.any()),
        "nothing" => Text::Nothing(d.bytes(4)),
        _ => Text::Unknown(d.bytes(8)),
    }
}

fn by_number(number: u64, d: &mut Draw<'_>) -> Number {
    match number {
        1 => Number::Round(d.any()),
        2 => Number::Flat(d.any()),
        _ => Number::Other(d.any()),
    }
}

fn pair(kind: &str, number: u64, d: &mut Draw<'_>) -> Pair {
    match (kind, number) {
        ("leaf", 1) => Pair::LeafRound(d.any()),
        ("leaf", 2) => Pair::LeafFlat(d.any()),
        _ => Pair::Unknown(d.bytes(8)),
    }
}

fn wide(wide: Option<u64>, d: &mut Draw<'_>) -> Wide {
    match wide {
        Some(5) => Wide::_5(d.any()),
        _ => Wide::Other(d.any()),
    }
}

fn by_value(kind: &str, d: &mut Draw<'_>) -> ValuesData {
    match kind {
        "number" => ValuesData::Number(d.any()),
        "shape" => ValuesData::Shape(d.any()),
        "string" => ValuesData::String(d.any()),
        "mac" => ValuesData::Mac(d.any()),
        "ip" => ValuesData::Ip(d.any()),
        "labels" => ValuesData::Labels(d.any()),
        "msecs" => ValuesData::Msecs(d.any()),
        "array" => ValuesData::Array(d.any()),
        "points" => ValuesData::Points(d.any()),
        "tail" => ValuesData::Tail(d.any()),
        "records" => ValuesData::Records(d.any()),
        _ => ValuesData::Unknown(d.bytes(8)),
    }
}

/// What the selectors of an [`Inner`] say, which stand around it.
struct Outer<'k> {
    family: u8,
    shape: u64,
    kind: &'k str,
}

impl Outer<'_> {
    fn fix(&self, inner: &mut Inner, d: &mut Draw<'_>) {
        inner.byouter = inner.byouter.take().map(|_| text(self.kind, d));
        inner.byheader = inner.byheader.take().map(|_| by_number(self.shape, d));
        inner.byrequest = inner.byrequest.take().map(|_| Number::Other(d.any()));
        inner.address = inner.address.map(|_| address(d, self.family.into()));
        if let Some(inner) = &mut inner.inner {
            self.fix(inner, d);
        }
    }
}

forms! {
    Numbers => kinds::Numbers, "numbers";
    Values => kinds::Values, "values";
    Structs => kinds::Structs, "structs";
    Unions => kinds::Unions, "unions";
    Members => kinds::Members, "members";
    Chosen => kinds::Chosen, "chosen";
    Reading => kinds_genl::Reading, "reading";
    Rule => kinds_nf::Rule, "rule";
}
