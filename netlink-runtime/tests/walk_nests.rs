//! Containers, selectors, damage.

mod walk_sets;
use netlink_runtime::walk::{Body, Container, Descend, Key, Node, StructRef, Value, Visitor};
use walk_sets::*;

fn u32s(n: u32) -> [u8; 4] {
    n.to_ne_bytes()
}

#[test]
fn order_and_repeats_are_kept() {
    let bytes = [tlv(30, &[1]), tlv(1, &u32s(5)), tlv(30, &[2]), tlv(1, &u32s(6))].concat();
    let want = r#"["DEMO_MANY",1],["DEMO_U32",5],["DEMO_MANY",2],["DEMO_U32",6]"#;
    assert_eq!(json(&bytes), want);
    assert_eq!(json(&[]), "");
}

#[test]
fn fixed_headers() {
    let bytes = [header(2, 3), tlv(1, &u32s(5))].concat();
    let want = r#""header":{"family":2,"flags":3},"attrs":[["DEMO_U32",5]]"#;
    assert_eq!(json_with(&HEADED, &bytes, None, false), want);
    // Neither padding nor attributes.
    assert_eq!(json_with(&HEADED, &bytes[..6], None, false), r#""header":{"family":2,"flags":3},"attrs":[]"#);
    let want = r#""header":{"malformed":"length 2, want at least 6","raw":"0200"},"attrs":[]"#;
    assert_eq!(json_with(&HEADED, &bytes[..2], None, false), want);
}

#[test]
fn nests() {
    let inner = [tlv(1, &u32s(5)), tlv(9, &[])].concat();
    let want = r#"["DEMO_NEST",[["DEMO_U32",5],["DEMO_BINARY",""]]],["DEMO_NEST",[]]"#;
    assert_eq!(json(&[tlv(22 | 0x8000, &inner), tlv(22, &[])].concat()), want);
    let headed = [&8u16.to_ne_bytes()[..], &7u16.to_ne_bytes(), &tlv(1, &u32s(9))].concat();
    let want = r#"["DEMO_HEADED",{"header":{"len":8,"tag":7},"attrs":[["R_VALUE",9]]}]"#;
    assert_eq!(json(&tlv(29, &headed)), want);
    let want = r#"["DEMO_HEADED",{"malformed":"length 3, want at least 4","raw":"010203"}]"#;
    assert_eq!(json(&tlv(29, &[1, 2, 3])), want);
}

#[test]
fn members_whose_numbers_are_data() {
    let indexed = tlv(23, &[tlv(1, &u32s(10)), tlv(2, &[1]), tlv(7, &u32s(11))].concat());
    let want = r#"["DEMO_INDEXED",[[1,10],[2,{"malformed":"length 1, want 4","raw":"01"}],[7,11]]]"#;
    assert_eq!(json(&indexed), want);
    let vlan = tlv(1, &5u16.to_ne_bytes());
    let typed = tlv(24, &[tlv(100, &[tlv(3, &vlan), tlv(4, &[])].concat()), tlv(101, &[])].concat());
    let want = r#"["DEMO_TYPED",[[100,[[3,[["VLAN_ID",5]]],[4,[]]]],[101,[]]]]"#;
    assert_eq!(json(&typed), want);
    let nests = tlv(33, &[tlv(1, &tlv(7, &[])), tlv(1, &[])].concat());
    assert_eq!(json(&nests), r#"["DEMO_INDEXED_NEST",[[1,[["DEMO_FLAG",true]]],[1,[]]]]"#);
    // A broken member has no attribute's name.
    let broken = tlv(23, &[&[1, 2, 3, 4][..], &[9, 9]].concat());
    assert!(!json(&broken).contains("DEMO_BE16") && json(&broken).contains("malformed"), "{}", json(&broken));
}

fn record(len: u16, tag: u16, attrs: &[u8]) -> Vec<u8> {
    [&len.to_ne_bytes()[..], &tag.to_ne_bytes(), attrs].concat()
}

#[test]
fn records() {
    let value = tlv(1, &u32s(9));
    let two = [record(12, 1, &value), record(4, 2, &[])].concat();
    let first = r#"{"header":{"len":12,"tag":1},"attrs":[["R_VALUE",9]]}"#;
    let want = format!(r#"["DEMO_RECORDS",[{first},{{"header":{{"len":4,"tag":2}},"attrs":[]}}]]"#);
    assert_eq!(json(&tlv(25, &two)), want);
    assert_eq!(json(&tlv(25, &[])), r#"["DEMO_RECORDS",[]]"#);
    for (len, reason) in [
        (0, "record header says 0 bytes, want at least 4"),
        (3, "record header says 3 bytes, want at least 4"),
        (9, "record header says 9 bytes, 4 are there"),
    ] {
        let bad = json(&tlv(25, &[record(12, 1, &value), record(len, 0, &[])].concat()));
        let start = format!(r#"["DEMO_RECORDS",[{first},{{"malformed":"{reason}","raw":""#);
        assert!(bad.starts_with(&start), "{bad}");
    }
    // An unaligned length: the next record starts aligned.
    let unaligned = [record(5, 1, &[0, 0, 0, 0]), record(4, 2, &[])].concat();
    let unaligned = json(&tlv(25, &unaligned));
    assert!(unaligned.contains(r#"{"len":5,"tag":1}"#) && unaligned.contains(r#"{"len":4,"tag":2}"#));
    // Too short even for the length.
    assert!(json(&tlv(25, &[1])).contains("record header says 0 bytes"));
}

#[test]
fn selectors_before_and_after_the_payload() {
    let kind = tlv(8, b"vlan\0");
    let data = tlv(26, &tlv(1, &5u16.to_ne_bytes()));
    let shown = r#"["DEMO_DATA",[["VLAN_ID",5]]]"#;
    assert_eq!(json(&[&kind[..], &data].concat()), format!(r#"["DEMO_KIND","vlan"],{shown}"#));
    assert_eq!(json(&[&data[..], &kind].concat()), format!(r#"{shown},["DEMO_KIND","vlan"]"#));
    // The first of two wins.
    let twice = json(&[&kind[..], &tlv(8, b"point\0"), &data].concat());
    assert!(twice.ends_with(shown), "{twice}");
    // Absent, and of no known kind.
    assert_eq!(json(&tlv(26, &[1])), r#"["DEMO_DATA",{"unknown":"01"}]"#);
    assert_eq!(json(&tlv(26 | 0x8000, &[1])), r#"["DEMO_DATA",{"unknown":"01"}]"#);
    let other = json(&[tlv(8, b"vlanx\0"), tlv(26, &[1])].concat());
    assert!(other.ends_with(r#"["DEMO_DATA",{"unknown":"01"}]"#), "{other}");
}

#[test]
fn two_selectors() {
    let with = |revision: u8, payload: &[u8]| {
        json(&[tlv(31, payload), tlv(8, b"vlan"), tlv(30, &[revision])].concat())
    };
    assert!(with(1, &[0, 0]).starts_with(r#"["DEMO_TWO",0]"#));
    assert!(with(2, &[0; 4]).starts_with(r#"["DEMO_TWO",0]"#));
    assert!(with(2, &[0; 2]).starts_with(r#"["DEMO_TWO",{"malformed":"length 2, want 4""#));
    assert!(with(3, &[0; 2]).starts_with(r#"["DEMO_TWO",{"unknown":"0000"}]"#));
}

#[test]
fn selectors_further_out() {
    // DEMO_KIND two sets out, after what it selects; the header's family; the request's.
    let vlan =
        [tlv(2, &tlv(1, &6u16.to_ne_bytes())), tlv(3, &u32s(1)), tlv(4, &u32s(2)), tlv(5, &[10, 0, 0, 1])]
            .concat();
    let bytes = |family| [header(family, 0), tlv(24, &tlv(1, &tlv(1, &vlan))), tlv(8, b"vlan")].concat();
    let request = header(2, 0);
    let request = Some(StructRef::new(&HEADER, &request[..6]));
    let shown = json_with(&HEADED, &bytes(2), request, false);
    let want = r#"[["VLAN_BY_OUTER",[["VLAN_ID",6]]],["VLAN_BY_HEADER",1],["VLAN_BY_REQUEST",2],["VLAN_ADDRESS","10.0.0.1"]]"#;
    assert!(shown.contains(want), "{shown}");
    // Without a request the default format, text here, stays.
    let shown = json_with(&HEADED, &bytes(2), None, false);
    assert!(shown.contains(r#"["VLAN_BY_REQUEST",{"bytes":"#), "{shown}");
    // Family 28 is AF_MPLS: a label. 0x0a000001 >> 12 = 40960.
    let shown = json_with(&HEADED, &bytes(28), None, false);
    assert!(shown.contains(r#"["VLAN_ADDRESS","40960"]"#), "{shown}");
    // Without a fixed header anywhere the selector is absent, and the family unknown.
    let shown = json(&bytes(2)[8..]);
    assert!(shown.contains(r#"["VLAN_ADDRESS","10.0.0.1"]"#), "{shown}");
}

#[test]
fn a_broken_header_ends_its_set_only() {
    for (len, reason) in [
        (0u16, "attribute header says 0 bytes, want at least 4"),
        (3, "attribute header says 3 bytes, want at least 4"),
        (13, "attribute header says 13 bytes, 12 are there"),
    ] {
        let broken = [&len.to_ne_bytes()[..], &1u16.to_ne_bytes(), &[7; 8]].concat();
        let bytes = [tlv(22, &[tlv(30, &[1]), broken].concat()), tlv(30, &[2])].concat();
        let shown = json(&bytes);
        let start = format!(r#"["DEMO_NEST",[["DEMO_MANY",1],["DEMO_U32",{{"malformed":"{reason}","raw":""#);
        assert!(shown.starts_with(&start), "{shown}");
        assert!(shown.ends_with(r#"0707070707070707"}]]],["DEMO_MANY",2]"#), "{shown}");
    }
    for stray in 1..4 {
        let bytes = [tlv(30, &[1]), vec![0xff; stray]].concat();
        assert_eq!(json(&bytes), r#"["DEMO_MANY",1]"#, "stray bytes are nothing");
    }
}

#[test]
fn nesting_has_an_end() {
    for levels in [32usize, 33, 60, 3000] {
        let mut bytes = tlv(7, &[]);
        for _ in 0..levels {
            bytes = tlv(22, &bytes);
        }
        let shown = json(&bytes);
        let deep = shown.contains(r#"{"malformed":"nested deeper than 32 levels","raw":""#);
        assert_eq!(deep, levels > 32, "{levels}");
        assert_eq!(shown.contains("DEMO_FLAG"), levels <= 32, "{levels}");
        assert_eq!(shown.matches("DEMO_NEST").count(), levels.min(33));
    }
}

/// Skips nests that it is told to, and notes offsets.
struct Offsets {
    skip: bool,
    seen: Vec<(u16, usize, u8)>,
}

impl<'a> Visitor<'a> for Offsets {
    type Stop = &'static str;

    fn value(&mut self, node: &Node<'a>, value: Value<'a>) -> Result<(), Self::Stop> {
        if matches!(value, Value::Malformed(_)) {
            return Err("malformed");
        }
        let number = match node.key {
            Key::Attr(meta) => meta.id,
            Key::Unknown(n) | Key::Member(n) => n,
            Key::Record(_) => 0,
        };
        self.seen.push((number, node.offset, node.depth));
        Ok(())
    }

    fn enter(&mut self, _: &Node<'a>, container: &Container<'a>) -> Result<Descend, Self::Stop> {
        let nest = matches!(container, Container::Nest(_));
        Ok(if self.skip && nest { Descend::Skip } else { Descend::Into })
    }
}

#[test]
fn visitors_know_where_they_are_and_may_skip_or_stop() {
    let bytes = [
        header(0, 0),
        tlv(30, &[1]),
        tlv(22, &[tlv(30, &[2]), tlv(23, &tlv(9, &u32s(1)))].concat()),
        tlv(25, &record(12, 0, &tlv(1, &u32s(1)))),
        tlv(99, &[]),
    ]
    .concat();
    let walk = |skip, bytes: &[u8]| {
        let mut offsets = Offsets { skip, seen: Vec::new() };
        let end = Body::parse(&HEADED, bytes).unwrap().walk(&mut offsets);
        (end, offsets.seen)
    };
    let (end, seen) = walk(false, &bytes);
    assert_eq!(end, Ok(()));
    assert_eq!(seen, [(30, 8, 0), (30, 20, 1), (9, 32, 1), (1, 48, 1), (99, 56, 0)]);
    for (number, offset, _) in &seen {
        let at = u16::from_ne_bytes([bytes[offset + 2], bytes[offset + 3]]);
        assert_eq!(at, *number, "the offset is that of the attribute's header");
    }
    assert_eq!(walk(true, &bytes).1, [(30, 8, 0), (99, 56, 0)]);
    assert_eq!(walk(false, &[header(0, 0), tlv(1, &[]), tlv(30, &[1])].concat()), (Err("malformed"), vec![]));
}

/// A message with everything in it.
fn everything() -> Vec<u8> {
    let vlan = [tlv(1, &[5, 0]), tlv(2, &tlv(1, &[1, 0])), tlv(5, &[10, 0, 0, 1])].concat();
    let values = [
        tlv(1, &u32s(1)),
        tlv(8, b"vlan\0"),
        tlv(11, &[1; 72]),
        tlv(12, &[1; 7]),
        tlv(14, &[2; 16]),
        tlv(26, &vlan),
        tlv(24, &tlv(1, &tlv(2, &vlan))),
        tlv(25, &[record(12, 1, &tlv(1, &u32s(9))), record(4, 0, &[])].concat()),
        tlv(29, &record(1, 2, &tlv(1, &u32s(9)))),
    ]
    .concat();
    [header(2, 3), values.clone(), tlv(22, &values), tlv(33, &tlv(1, &values))].concat()
}

#[test]
fn truncation_anywhere_and_flips_never_panic() {
    let whole = everything();
    for len in 0..=whole.len() {
        let shown = json_with(&HEADED, &whole[..len], None, true);
        assert!(shown.starts_with("\"header\":") && balanced(&shown), "{shown}");
    }
    let mut state = 0x2545_f491_4f6c_dd1du64;
    for _ in 0..5_000 {
        let mut bytes = whole.clone();
        for _ in 0..4 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let at = state as usize % bytes.len();
            bytes[at] = (state >> 32) as u8;
        }
        let shown = json_with(&HEADED, &bytes, None, state & 1 == 0);
        assert!(balanced(&shown), "{shown}");
    }
}

/// Brackets close in order, outside of strings.
fn balanced(json: &str) -> bool {
    let (mut stack, mut text, mut escaped) = (Vec::new(), false, false);
    for c in json.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if text => escaped = true,
            '"' => text = !text,
            _ if text => {}
            '[' | '{' => stack.push(c),
            ']' if stack.pop() != Some('[') => return false,
            '}' if stack.pop() != Some('{') => return false,
            _ => {}
        }
    }
    stack.is_empty() && !text
}

#[test]
fn attributes_are_found_across_gaps_and_shared_numbers() {
    use netlink_runtime::meta::{AttrMeta, SetMeta, TypeMeta};
    const fn at(id: u16, name: &'static str, ordinal: u16) -> AttrMeta {
        AttrMeta {
            id,
            c_name: name,
            name,
            card: netlink_runtime::meta::Card::One,
            ty: TypeMeta::Flag,
            ordinal,
        }
    }
    const PAD: u16 = AttrMeta::NO_FIELD;
    static SET: SetMeta = SetMeta {
        name: "Gaps",
        header: None,
        attrs: &[
            at(2, "a", 0),
            at(3, "b", 1),
            at(3, "pad", PAD),
            at(4, "c", 2),
            at(9, "d", 3),
            at(10, "p", PAD),
        ],
    };
    let found = |id| SET.attr(id).map(|a| a.name);
    let names: Vec<_> = (0..12).map(found).collect();
    let (n, s) = (None, Some);
    assert_eq!(names, [n, n, s("a"), s("b"), s("c"), n, n, n, n, s("d"), s("p"), n]);
    assert_eq!(found(u16::MAX), None);
    assert!(EMPTY.attr(0).is_none());
}
