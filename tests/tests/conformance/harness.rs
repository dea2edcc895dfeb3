//! One attribute, read in every way there is: by a view, by an indexed view, from the owned form, by
//! a projection, by a collector, and by the walker that knows the metadata alone.
//!
//! `read!(optional Sample.id = ID: Option<u32>, &bytes)` reads a field of the first message-like
//! payload that comes; what it should have been is then said once for all ways:
//! [`is`](Readings::is), [`absent`](Readings::absent), [`bad`](Readings::bad),
//! [`despite`](Readings::despite).

use netlink_runtime::error::DecodeErrorKind;
use netlink_runtime::meta::{Card, SetMeta};
use netlink_runtime::walk::json;
use netlink_runtime::wire::{Indexed, Multi, Records, TypeValue, wt::Wire};
use netlink_runtime::{AttrSet, DecodeError, RecordHeader};
use serde_json::Value as Json;
use std::fmt::Debug;

/// What one way of reading gave.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Reading {
    Absent,
    /// A value, as `Debug` shows it.
    Value(String),
    /// What is wrong, and at which offset of its set.
    Bad(DecodeErrorKind, u32),
}

impl From<DecodeError> for Reading {
    fn from(error: DecodeError) -> Self {
        Reading::Bad(error.kind, error.offset)
    }
}

/// What all ways of reading gave.
#[derive(Debug)]
pub(crate) struct Readings {
    pub(crate) view: Reading,
    pub(crate) indexed: Reading,
    pub(crate) owned: Reading,
    pub(crate) projection: Reading,
    pub(crate) collector: Reading,
    /// The attribute's JSON.
    pub(crate) untyped: Option<Json>,
    /// The JSON of the set's last attribute, where a broken header shows.
    pub(crate) last: Option<Json>,
    /// What the owned form encodes to, and what it was decoded from.
    pub(crate) again: Option<(Vec<u8>, Vec<u8>)>,
}

impl Readings {
    /// All typed ways but those that have to read everything, and those.
    fn typed(&self) -> [(&'static str, &Reading); 5] {
        [
            ("view", &self.view),
            ("indexed view", &self.indexed),
            ("projection", &self.projection),
            ("collector", &self.collector),
            ("owned", &self.owned),
        ]
    }

    #[track_caller]
    fn all(&self, want: &Reading) {
        for (way, got) in self.typed() {
            assert_eq!(got, want, "{way}; all: {self:#?}");
        }
    }

    /// Something in it is.
    fn is_malformed(json: &Option<Json>) -> bool {
        fn inside(json: &Json) -> bool {
            match json {
                Json::Object(members) => members.contains_key("malformed") || members.values().any(inside),
                Json::Array(items) => items.iter().any(inside),
                _ => false,
            }
        }
        json.as_ref().is_some_and(inside)
    }

    /// Every way gives this value.
    #[track_caller]
    pub(crate) fn is(&self, want: impl Debug) -> &Self {
        self.all(&Reading::Value(format!("{want:?}")));
        assert!(self.untyped.is_some() && !Self::is_malformed(&self.untyped), "untyped: {self:#?}");
        self
    }

    /// No way gives a value or an error.
    #[track_caller]
    pub(crate) fn absent(&self) -> &Self {
        self.all(&Reading::Absent);
        assert_eq!(self.untyped, None);
        assert!(!Self::is_malformed(&self.last), "untyped: {self:#?}");
        self
    }

    /// No way gives an element of a repeated attribute.
    #[track_caller]
    pub(crate) fn none(&self) -> &Self {
        self.all(&Reading::Value("[]".to_owned()));
        assert_eq!(self.untyped, None);
        self
    }

    /// Every way gives this error.
    #[track_caller]
    pub(crate) fn bad(&self, kind: DecodeErrorKind, offset: u32) -> &Self {
        self.all(&Reading::Bad(kind, offset));
        assert!(Self::is_malformed(&self.untyped) || Self::is_malformed(&self.last), "untyped: {self:#?}");
        self
    }

    /// Every way that reads this attribute alone gives the value, whatever is wrong elsewhere. The
    /// owned form has to read everything, and gives that error.
    #[track_caller]
    pub(crate) fn despite(&self, want: impl Debug, kind: DecodeErrorKind, offset: u32) -> &Self {
        let want = Reading::Value(format!("{want:?}"));
        for (way, got) in self.typed().into_iter().take(4) {
            assert_eq!(*got, want, "{way}; all: {self:#?}");
        }
        assert_eq!(self.owned, Reading::Bad(kind, offset));
        assert!(self.untyped.is_some() && !Self::is_malformed(&self.untyped), "untyped: {self:#?}");
        self
    }

    /// An attribute that every message should have is not there, which is an error where one value
    /// has to be given.
    #[track_caller]
    pub(crate) fn missing(&self, offset: u32) -> &Self {
        let want = Reading::Bad(DecodeErrorKind::Missing, offset);
        for (way, got) in self.typed().into_iter().filter(|(way, _)| *way != "collector") {
            assert_eq!(*got, want, "{way}; all: {self:#?}");
        }
        assert_eq!((&self.collector, &self.untyped), (&Reading::Absent, &None));
        self
    }

    /// The attribute's JSON is this.
    #[track_caller]
    pub(crate) fn json(&self, want: Json) -> &Self {
        assert_eq!(self.untyped, Some(want), "untyped");
        self
    }

    /// The owned form encodes to the very bytes it came from.
    #[track_caller]
    pub(crate) fn exact(&self) -> &Self {
        let (again, bytes) = self.again.as_ref().expect("an owned form");
        assert_eq!(again, bytes, "encoded again");
        self
    }
}

/// What a collector has heard.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    pub(crate) values: Vec<String>,
    pub(crate) error: Option<DecodeError>,
}

impl Heard {
    pub(crate) fn put(&mut self, value: impl Debug) {
        self.values.push(format!("{value:?}"));
    }

    fn put_all<T: Debug>(&mut self, values: Result<T, DecodeError>) {
        match values {
            Ok(values) => self.put(values),
            Err(error) => self.fail(error),
        }
    }

    pub(crate) fn fail(&mut self, error: DecodeError) {
        self.error.get_or_insert(error);
    }

    /// Of what stands once. A second value is none that was asked for, and shows.
    fn one(self) -> Reading {
        match (self.values.is_empty(), self.error) {
            (false, _) => Reading::Value(self.values.join(" and ")),
            (true, Some(error)) => error.into(),
            (true, None) => Reading::Absent,
        }
    }
}

fn reading<T: Debug>(result: Result<Option<T>, DecodeError>) -> Reading {
    match result {
        Ok(Some(value)) => Reading::Value(format!("{value:?}")),
        Ok(None) => Reading::Absent,
        Err(error) => error.into(),
    }
}

/// What comes of an accessor, an owned field, a field of a projection, a collector, by the kind of
/// field.
macro_rules! modes {
    ($($(#[$doc:meta])* $mode:ident {
        [$($gen:tt)*] view($view:ty) |$v:ident| $viewed:expr;
        [$($ogen:tt)*] field($field:ty) |$f:ident| $kept:expr;
        [$($hgen:tt)*] heard($value:ty) |$h:ident, $x:ident| $hear:expr;
        end |$e:ident| $end:expr;
    })*) => {$(
        $(#[$doc])*
        pub(crate) mod $mode {
            use super::*;
            pub(crate) fn view<$($gen)*>($v: $view) -> Reading { $viewed }
            pub(crate) fn field<$($ogen)*>($f: $field) -> Reading { $kept }
            pub(crate) fn heard<$($hgen)*>($h: &mut Heard, $x: $value) { $hear }
            pub(crate) fn end($e: Heard) -> Reading { $end }
        }
    )*};
}

modes! {
    /// May be absent.
    optional {
        [T: Debug] view(Result<Option<T>, DecodeError>) |v| reading(v);
        [T: Debug] field(&Option<T>) |f| reading(Ok(f.as_ref()));
        [T: Debug] heard(T) |h, x| h.put(x);
        end |e| e.one();
    }
    /// Is always there.
    always {
        [T: Debug] view(Result<T, DecodeError>) |v| reading(v.map(Some));
        [T: Debug] field(&T) |f| reading(Ok(Some(f)));
        [T: Debug] heard(T) |h, x| h.put(x);
        end |e| e.one();
    }
    /// Presence alone; `is(())` when it is there.
    flag {
        [] view(Result<bool, DecodeError>) |v| reading(v.map(|on| on.then_some(())));
        [] field(&bool) |f| reading(Ok(f.then_some(())));
        [] heard(()) |h, x| h.put(x);
        end |e| e.one();
    }
    /// Repeats; absent is the empty list.
    many {
        ['a, K: Wire<View<'a>: Debug>] view(Multi<'a, K>)
            |v| reading(v.take(MANY).collect::<Result<Vec<_>, _>>().map(Some));
        [T: Debug] field(&Vec<T>) |f| reading(Ok(Some(f)));
        [T: Debug] heard(T) |h, x| h.put(x);
        end |e| match e.error {
            Some(error) => error.into(),
            None => Reading::Value(format!("[{}]", e.values.join(", "))),
        };
    }
    /// Records; an error of one is that of all.
    records {
        ['a, T: AttrSet<Header: RecordHeader>] view(Result<Option<Records<'a, T>>, DecodeError>)
            |v| reading(v.and_then(|r| r.map(|r| r.take(MANY).collect::<Result<Vec<_>, _>>()).transpose()));
        [T: Debug] field(&Option<Vec<T>>) |f| reading(Ok(f.as_ref()));
        ['a, T: AttrSet<Header: RecordHeader>] heard(Records<'a, T>)
            |h, x| h.put_all(x.take(MANY).collect::<Result<Vec<_>, _>>());
        end |e| e.one();
    }
    /// Numbered members; an error of one is that of all.
    indexed {
        ['a, K: Wire<View<'a>: Debug>] view(Result<Option<Indexed<'a, K>>, DecodeError>)
            |v| reading(v.and_then(|r| r.map(members).transpose()));
        [T: Debug] field(&Option<Vec<(u16, T)>>) |f| reading(Ok(f.as_ref()));
        ['a, K: Wire<View<'a>: Debug>] heard(Indexed<'a, K>) |h, x| h.put_all(members(x));
        end |e| e.one();
    }
    /// Members whose types carry data; an error of one is that of all.
    type_value {
        ['a, K: Wire<View<'a>: Debug>, const N: usize] view(Result<Option<TypeValue<'a, K, N>>, DecodeError>)
            |v| reading(v.and_then(|r| r.map(members).transpose()));
        [T: Debug, const N: usize] field(&Option<Vec<([u16; N], T)>>) |f| reading(Ok(f.as_ref()));
        ['a, K: Wire<View<'a>: Debug>, const N: usize] heard(TypeValue<'a, K, N>)
            |h, x| h.put_all(members(x));
        end |e| e.one();
    }
    /// A sub-message: what is in its form, without the form's name.
    sub {
        [T: Debug] view(Result<Option<T>, DecodeError>) |v| match reading(v) {
            Reading::Value(text) => Reading::Value(inside(text)),
            other => other,
        };
        [T: Debug] field(&Option<T>) |f| reading(Ok(f.as_ref()));
        [T: Debug] heard(T) |h, x| h.values.push(inside(format!("{x:?}")));
        end |e| e.one();
    }
}

/// More members than any test has: an iterator that does not end is cut off here, and noticed.
pub(crate) const MANY: usize = 1000;

fn members<N, T>(
    members: impl Iterator<Item = (N, Result<T, DecodeError>)>,
) -> Result<Vec<(N, T)>, DecodeError> {
    members.take(MANY).map(|(n, member)| Ok((n, member?))).collect()
}

/// `Form(value)` without its name.
fn inside(text: String) -> String {
    match text.split_once('(') {
        Some((_, rest)) => rest.strip_suffix(')').unwrap_or(rest).to_owned(),
        None => text,
    }
}

/// A message as JSON.
pub(crate) fn json(set: &'static SetMeta, payload: &[u8]) -> Json {
    let mut text = String::new();
    let written = json::write_body(&mut text, set, payload, None, json::Options::default());
    written.expect("writing to a string");
    serde_json::from_str(&format!("{{{text}}}")).unwrap_or_else(|e| panic!("no JSON: {e}: {text}"))
}

/// The JSON of the first attribute of this number (of one that repeats, of all), and of the last
/// attribute of all.
pub(crate) fn untyped(set: &'static SetMeta, id: u16, payload: &[u8]) -> (Option<Json>, Option<Json>) {
    let message = json(set, payload);
    let malformed = message.get("header").filter(|h| h.get("malformed").is_some());
    if let Some(header) = malformed {
        return (None, Some(header.clone()));
    }
    let attrs = message["attrs"].as_array().expect("a list of attributes");
    let meta = set.attr(id).expect("an attribute of the set");
    let mut all = attrs.iter().filter(|pair| pair[0] == meta.c_name).map(|pair| pair[1].clone()).peekable();
    let found = match meta.card {
        Card::Multi => all.peek().is_some().then(|| all.collect()),
        Card::One | Card::Indexed | Card::TypeValue(_) => all.next(),
    };
    (found, attrs.last().map(|pair| pair[1].clone()))
}

/// Reads one field of a set in every way: `read!(optional Set.field = CONSTANT: Type, bytes)`. The
/// first word is the kind of field (the modules of `harness`), the type that of a projection's.
macro_rules! read {
    ($mode:ident $set:ident.$field:ident = $def:ident: $ty:ty, $bytes:expr) => {{
        use netlink_runtime::collect::{Flow, collector};
        use netlink_runtime::owned::OwnedSet;
        use netlink_runtime::{AttrSet, NetlinkMessage, Projection, View};
        use $crate::harness::{Heard, Reading, Readings, untyped, $mode};

        #[derive(NetlinkMessage)]
        #[netlink(of = $set)]
        struct Only {
            $field: $ty,
        }

        let bytes: &[u8] = $bytes;
        let viewed = <<$set as AttrSet>::View<'_> as View<'_>>::parse(bytes);
        let collector = collector::<$set, Heard>()
            .on($set::$def, |heard, value| {
                $mode::heard(heard, value);
                Flow::Next
            })
            .on_error(|heard, error| {
                heard.fail(error);
                Flow::Next
            });
        let collected = |view: <$set as AttrSet>::View<'_>| {
            let mut heard = Heard::default();
            match collector.run(view, &mut heard) {
                Ok(_) => $mode::end(heard),
                Err(error) => error.into(),
            }
        };
        let owned = <$set as OwnedSet>::from_bytes(bytes);
        let (untyped, last) = untyped(<$set as AttrSet>::meta(), $set::$def.id(), bytes);
        let or = |error: netlink_runtime::DecodeError| Reading::from(error);
        Readings {
            view: viewed.map_or_else(or, |view| $mode::view(view.$field())),
            indexed: viewed.map_or_else(or, |view| $mode::view(view.indexed().$field())),
            owned: owned.as_ref().map_or_else(|error| or(*error), |owned| $mode::field(&owned.$field)),
            projection: Only::from_payload(bytes).map_or_else(or, |only| $mode::field(&only.$field)),
            collector: viewed.map_or_else(or, collected),
            untyped,
            last,
            again: owned.ok().map(|owned| (owned.to_bytes().expect("it encodes"), bytes.to_vec())),
        }
    }};
}
pub(crate) use read;
