//! Messages as kernels send them, made from what is known of a set: every attribute is there.

use netlink_runtime::build::Enc;
use netlink_runtime::meta::{AttrMeta, Card, Element, Key, MemberType, Selector, SetMeta, SubMeta, TypeMeta};
use netlink_runtime::wire::align;

/// Makes messages. `form` chooses among the forms of sub-messages, by position.
pub(crate) struct Fill {
    form: usize,
    next: u8,
}

impl Fill {
    pub(crate) fn new(form: usize) -> Self {
        Fill { form, next: 0 }
    }

    /// Bytes that are all different for a while.
    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count)
            .map(|_| {
                self.next = self.next.wrapping_mul(5).wrapping_add(3);
                self.next
            })
            .collect()
    }

    /// The fixed header of zeroes and all attributes, nests only so deep.
    pub(crate) fn set(&mut self, set: &SetMeta, depth: u8, wanted: &dyn Fn(&AttrMeta) -> bool) -> Vec<u8> {
        let header = vec![0; align(set.header.map_or(0, |h| h.size as usize))];
        // A selector says what chooses the form.
        let mut keys: Vec<(u16, Key)> = Vec::new();
        for attr in set.attrs.iter().filter(|a| wanted(a)) {
            let TypeMeta::Sub(sub, selectors) = attr.ty else { continue };
            let Some(format) = sub.formats.get(self.form % sub.formats.len().max(1)) else { continue };
            for (selector, key) in selectors.iter().zip(format.keys) {
                if let Selector::Attr(id) = selector
                    && keys.iter().all(|(known, _)| known != id)
                {
                    keys.push((*id, *key));
                }
            }
        }
        let mut enc = Enc::new(header);
        for attr in set.attrs.iter().filter(|a| wanted(a)) {
            let times = if attr.card == Card::Multi { 2 } else { 1 };
            for _ in 0..times {
                let payload = match keys.iter().find(|(id, _)| *id == attr.id) {
                    Some((_, Key::Text(text))) => [text.as_bytes(), &[0]].concat(),
                    Some((_, Key::Number(n))) => n.to_ne_bytes()[..scalar_size(&attr.ty)].to_vec(),
                    None => match attr.card {
                        Card::One | Card::Multi => self.payload(&attr.ty, depth, &keys),
                        Card::Indexed => self.levels(&attr.ty, 1, depth, &keys),
                        Card::TypeValue(levels) => self.levels(&attr.ty, levels, depth, &keys),
                    },
                };
                enc.bytes(attr.id | flags(attr), &payload);
            }
        }
        enc.end().expect("short attributes")
    }

    fn levels(&mut self, ty: &TypeMeta, levels: u8, depth: u8, keys: &[(u16, Key)]) -> Vec<u8> {
        let mut enc = Enc::new(Vec::new());
        for number in [1, 2] {
            let member = match levels {
                1 => self.payload(ty, depth, keys),
                _ => self.levels(ty, levels - 1, depth, keys),
            };
            enc.bytes(number, &member);
        }
        enc.end().expect("short members")
    }

    fn payload(&mut self, ty: &TypeMeta, depth: u8, keys: &[(u16, Key)]) -> Vec<u8> {
        match ty {
            TypeMeta::Scalar(scalar, _) => self.bytes(scalar.bytes.into()),
            TypeMeta::VarInt { .. } | TypeMeta::Ip4 | TypeMeta::Ip | TypeMeta::IpBy(_) | TypeMeta::Labels => {
                self.bytes(4)
            }
            TypeMeta::Flag | TypeMeta::Pad | TypeMeta::Unused => Vec::new(),
            TypeMeta::String => b"text\0".to_vec(),
            TypeMeta::Binary => self.bytes(3),
            TypeMeta::Bitfield32(_) | TypeMeta::Msecs => self.bytes(8),
            TypeMeta::Mac => self.bytes(6),
            TypeMeta::Ip6 => self.bytes(16),
            TypeMeta::SockAddr => [&2_u16.to_ne_bytes()[..], &self.bytes(14)].concat(),
            TypeMeta::Nest(set) if depth > 0 => self.set(set.get(), depth - 1, &|_| true),
            TypeMeta::Nest(set) => vec![0; align(set.get().header.map_or(0, |h| h.size as usize))],
            TypeMeta::Struct(meta) => {
                let tail = meta.members.iter().any(|m| matches!(m.ty, MemberType::Tail(_)));
                self.bytes(meta.size as usize + 8 * usize::from(tail))
            }
            TypeMeta::Array(Element::Scalar(scalar, _)) => self.bytes(2 * usize::from(scalar.bytes)),
            TypeMeta::Array(Element::Struct(meta)) => self.bytes(2 * meta.size as usize),
            TypeMeta::Array(Element::Ip4) => self.bytes(8),
            TypeMeta::Array(Element::Ip6) => self.bytes(32),
            TypeMeta::Records { set, len_offset, len_bytes } => {
                let mut record = self.set(set.get(), depth.saturating_sub(1), &|_| true);
                let (at, width) = (usize::from(*len_offset), usize::from(*len_bytes));
                let len = record.len().to_ne_bytes();
                record[at..at + width].copy_from_slice(&len[..width]);
                [record.clone(), record].concat()
            }
            TypeMeta::Sub(sub, selectors) => match format(sub, selectors, keys) {
                Some(ty) => self.payload(&ty, depth, keys),
                None => self.bytes(8),
            },
        }
    }
}

/// The form that these keys choose; of a header of zeroes, none.
fn format(sub: &SubMeta, selectors: &[Selector], keys: &[(u16, Key)]) -> Option<TypeMeta> {
    let key = |selector: &Selector| match selector {
        Selector::Attr(id) => keys.iter().find(|(known, _)| known == id).map(|(_, key)| *key),
        _ => Some(Key::Number(0)),
    };
    let chosen: Option<Vec<Key>> = selectors.iter().map(key).collect();
    let row = sub.formats.iter().find(|row| chosen.as_deref() == Some(row.keys));
    row.map(|row| row.ty).or(sub.default)
}

fn scalar_size(ty: &TypeMeta) -> usize {
    match ty {
        TypeMeta::Scalar(scalar, _) => scalar.bytes.into(),
        _ => 4,
    }
}

/// Flag bits that attributes of this type are sent with.
fn flags(attr: &AttrMeta) -> u16 {
    match attr.ty {
        TypeMeta::Nest(_) => 0x8000,
        _ if matches!(attr.card, Card::Indexed | Card::TypeValue(_)) => 0x8000,
        _ => 0,
    }
}
