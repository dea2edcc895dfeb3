//! All paths to a field say the same: view, indexed view, owned value, projection, collector.

use crate::draw::Any;
use netlink_runtime::collect::{Flow, Outcome, collector};
use netlink_runtime::owned::{Own, OwnedSet};
use netlink_runtime::walk::StructRef;
use netlink_runtime::wire::Multi;
use netlink_runtime::{
    AttrDef, AttrKind, AttrSet, Chooses, Chosen, DecodeError, DecodeErrorKind, Forms, Many, Selected, View,
};
use std::fmt::Debug;

/// A set that can be read on all paths.
pub(crate) trait Paths: OwnedSet + Debug {
    /// Reads a message on all paths and compares. How many attributes and values were read.
    fn agree(payload: &[u8], request: Option<StructRef<'_>>) -> usize;
}

/// A set of the zoo.
pub(crate) trait Zoo: Paths + Any {}

impl<T: Paths + Any> Zoo for T {}

/// What a path gives, kept: the values of a field that repeats, the one or none of another; or the
/// first error.
pub(crate) type Kept<T> = Result<Vec<T>, DecodeError>;

/// What accessors give, and fields of projections hold.
pub(crate) trait Given<V> {
    fn given(self) -> Result<Option<V>, DecodeError>;
}

impl<V> Given<V> for Result<Option<V>, DecodeError> {
    fn given(self) -> Result<Option<V>, DecodeError> {
        self
    }
}

impl<V> Given<V> for Result<V, DecodeError> {
    fn given(self) -> Result<Option<V>, DecodeError> {
        self.map(Some)
    }
}

impl Given<()> for Result<bool, DecodeError> {
    fn given(self) -> Result<Option<()>, DecodeError> {
        self.map(|set| set.then_some(()))
    }
}

/// What fields of owned sets hold.
pub(crate) trait Held<O> {
    fn held(&self) -> Vec<O>;
}

impl<O: Clone> Held<O> for Option<O> {
    fn held(&self) -> Vec<O> {
        self.iter().cloned().collect()
    }
}

impl<O: Clone> Held<O> for Option<Box<O>> {
    fn held(&self) -> Vec<O> {
        self.iter().map(|value| (**value).clone()).collect()
    }
}

impl<O: Clone> Held<O> for O {
    fn held(&self) -> Vec<O> {
        vec![self.clone()]
    }
}

impl<O: Clone> Held<O> for Vec<O> {
    fn held(&self) -> Vec<O> {
        self.clone()
    }
}

impl Held<()> for bool {
    fn held(&self) -> Vec<()> {
        self.then_some(()).into_iter().collect()
    }
}

/// What accessors give of an attribute that repeats, and fields of projections hold.
pub(crate) trait GivenAll<'a, K> {
    fn given(self) -> Result<Multi<'a, K>, DecodeError>;
}

impl<'a, K> GivenAll<'a, K> for Multi<'a, K> {
    fn given(self) -> Result<Multi<'a, K>, DecodeError> {
        Ok(self)
    }
}

impl<'a, K> GivenAll<'a, K> for Result<Multi<'a, K>, DecodeError> {
    fn given(self) -> Result<Multi<'a, K>, DecodeError> {
        self
    }
}

/// An attribute that stands once.
pub(crate) trait Single<S: AttrSet, K: Own> {
    fn keep<'a>(self, given: impl Given<K::View<'a>>) -> Kept<K::Owned>;
    fn collect(self, view: S::View<'_>) -> Collected<K::Owned>;
}

impl<S: AttrSet, K: Own> Single<S, K> for AttrDef<S, K> {
    fn keep<'a>(self, given: impl Given<K::View<'a>>) -> Kept<K::Owned> {
        given.given()?.map(|view| K::own(view, 1)).into_iter().collect()
    }

    fn collect(self, view: S::View<'_>) -> Collected<K::Owned> {
        collect(self, view, |value| K::own(value, 1))
    }
}

/// An attribute that repeats.
pub(crate) trait Repeated<S: AttrSet, K: Own> {
    fn keep<'a>(self, given: impl GivenAll<'a, K>) -> Kept<K::Owned>;
    fn collect(self, view: S::View<'_>) -> Collected<K::Owned>;
}

impl<S: AttrSet, K: Own> Repeated<S, K> for AttrDef<S, Many<K>> {
    fn keep<'a>(self, given: impl GivenAll<'a, K>) -> Kept<K::Owned> {
        given.given()?.map(|view| K::own(view?, 1)).collect()
    }

    fn collect(self, view: S::View<'_>) -> Collected<K::Owned> {
        collect(self, view, |value| K::own(value, 1))
    }
}

/// An attribute whose form selectors choose.
pub(crate) trait ByForm<S: AttrSet, F: Selected> {
    fn keep<'a>(self, given: impl Given<F::View<'a>>) -> Kept<F>;
    fn collect(self, view: S::View<'_>) -> Collected<F>;
}

impl<S: Chooses<ID, Form = F>, F: Selected, const ID: u16> ByForm<S, F> for AttrDef<S, Chosen<ID>> {
    fn keep<'a>(self, given: impl Given<F::View<'a>>) -> Kept<F> {
        given.given()?.map(|view| F::own(view, 1)).into_iter().collect()
    }

    fn collect(self, view: S::View<'_>) -> Collected<F> {
        collect(self, view, |value| F::own(value, 1))
    }
}

/// What accessors give of an attribute that repeats in forms, and fields of projections hold.
pub(crate) trait GivenForms<'a, S: AttrSet, const ID: u16> {
    fn given(self) -> Result<Forms<'a, S, ID>, DecodeError>;
}

impl<'a, S: AttrSet, const ID: u16> GivenForms<'a, S, ID> for Forms<'a, S, ID> {
    fn given(self) -> Result<Forms<'a, S, ID>, DecodeError> {
        Ok(self)
    }
}

impl<'a, S: AttrSet, const ID: u16> GivenForms<'a, S, ID> for Result<Forms<'a, S, ID>, DecodeError> {
    fn given(self) -> Result<Forms<'a, S, ID>, DecodeError> {
        self
    }
}

/// An attribute that repeats and whose form selectors choose.
pub(crate) trait InForms<S: AttrSet, F: Selected, const ID: u16> {
    fn keep<'a>(self, given: impl GivenForms<'a, S, ID>) -> Kept<F>;
    fn collect(self, view: S::View<'_>) -> Collected<F>;
}

impl<S: Chooses<ID, Form = F>, F: Selected, const ID: u16> InForms<S, F, ID>
    for AttrDef<S, Many<Chosen<ID>>>
{
    fn keep<'a>(self, given: impl GivenForms<'a, S, ID>) -> Kept<F> {
        given.given()?.map(|view| F::own(view?, 1)).collect()
    }

    fn collect(self, view: S::View<'_>) -> Collected<F> {
        collect(self, view, |value| F::own(value, 1))
    }
}

/// What a collector was told of an attribute.
pub(crate) struct Collected<T> {
    values: Vec<T>,
    errors: Vec<DecodeError>,
}

fn collect<S: AttrSet, K: AttrKind<S>, T: 'static>(
    def: AttrDef<S, K>,
    view: S::View<'_>,
    own: impl for<'a> Fn(K::Value<'a>) -> Result<T, DecodeError>,
) -> Collected<T> {
    let mut found = Collected { values: Vec::new(), errors: Vec::new() };
    let collector = collector::<S, Collected<T>>()
        .on(def, |found, value| {
            match own(value) {
                Ok(value) => found.values.push(value),
                Err(error) => found.errors.push(error),
            }
            Flow::Next
        })
        .on_error(|found, error| {
            found.errors.push(error);
            Flow::Next
        });
    assert_eq!(collector.run(view, &mut found), Ok(Outcome::Kept));
    found
}

fn error<T>(kept: &Kept<T>) -> Option<DecodeError> {
    kept.as_ref().err().copied()
}

/// The comparison of one message.
pub(crate) struct Check {
    /// The header that ends the attributes, if one does.
    broken: Option<DecodeError>,
    errors: Vec<DecodeError>,
    /// Attributes and values read.
    pub(crate) steps: usize,
}

impl Check {
    pub(crate) fn new<'a>(view: impl View<'a>) -> Self {
        let attrs: Vec<_> = view.attrs().iter(view.meta()).collect();
        let broken = attrs.iter().find_map(|attr| attr.err());
        Check { broken, errors: Vec::new(), steps: attrs.len() }
    }

    pub(crate) fn indexed<T: PartialEq>(&self, name: &str, seen: &Kept<T>, indexed: &Kept<T>) {
        assert!(seen == indexed, "{name}: view and index: {:?}, {:?}", error(seen), error(indexed));
    }

    pub(crate) fn projected<T: PartialEq>(&self, name: &str, seen: &Kept<T>, projected: &Kept<T>) {
        assert!(seen == projected, "{name}: view and projection: {:?}, {:?}", error(seen), error(projected));
    }

    pub(crate) fn owned<T: PartialEq>(&self, name: &str, seen: &Kept<T>, owned: Option<Vec<T>>) {
        if let Some(owned) = owned {
            assert!(seen.as_ref() == Ok(&owned), "{name}: view and owned value: {:?}", error(seen));
        }
    }

    /// A collector goes on after an error, and is always told about a broken header.
    pub(crate) fn collected<T: PartialEq>(&self, name: &str, seen: &Kept<T>, mut found: Collected<T>) {
        if self.broken.is_some() {
            assert_eq!(found.errors.pop(), self.broken, "{name}: the collector is told last");
        }
        match seen {
            Ok(values) => {
                assert!(*values == found.values, "{name}: view and collector differ");
                assert_eq!(found.errors, [], "{name}: view and collector differ");
            }
            Err(error) => match found.errors.first() {
                Some(first) => assert_eq!(first, error, "{name}: view and collector differ"),
                // It may stand behind the broken header, or be required.
                None => assert!(
                    self.broken.is_some()
                        || (error.kind == DecodeErrorKind::Missing && found.values.is_empty()),
                    "{name}: the collector does not see {error:?}"
                ),
            },
        }
    }

    /// Notes what a field gave.
    pub(crate) fn seen<T>(&mut self, seen: Kept<T>) {
        match seen {
            Ok(values) => self.steps += values.len(),
            Err(error) => self.errors.push(error),
        }
    }

    /// Owned values are all or nothing: an error of theirs is that of a field.
    pub(crate) fn all_owned(&self, owned: Option<DecodeError>) {
        let clean = self.errors.is_empty() && self.broken.is_none();
        assert_eq!(owned.is_none(), clean, "{owned:?} beside {:?}, {:?}", self.errors, self.broken);
        if let Some(error) = owned {
            assert!(self.knows(&error) || Some(error) == self.broken, "{error:?} beside {:?}", self.errors);
            assert_ne!(error.set.name, "", "{error:?} has no place");
        }
    }

    /// So are projections, which do not look into what they borrow.
    pub(crate) fn all_projected(&self, error: DecodeError) {
        assert!(self.knows(&error), "{error:?} beside {:?}", self.errors);
        assert_ne!(error.set.name, "", "{error:?} has no place");
    }

    /// Errors of values that do not know their place are placed by who reads the whole; one about a
    /// broken header may name the attribute that is looked for or the one that is there.
    fn knows(&self, error: &DecodeError) -> bool {
        let placed = |e: &DecodeError| e.set.name.is_empty() && e.kind == error.kind;
        let same_header =
            |e: &DecodeError| DecodeError { attr: 0, ..*e } == DecodeError { attr: 0, ..*error };
        let broken = |e: &DecodeError| e.kind == DecodeErrorKind::Truncated && same_header(e);
        self.errors.iter().any(|e| e == error || placed(e) || broken(e))
    }
}

/// Implements [`Paths`] for a set with this view and, if any, this projection, which borrows all its
/// fields.
macro_rules! paths {
    ($set:ident $view:ident [$($row:ty)?] { $($field:ident $name:ident),* $(,)? }) => {
        impl $crate::agree::Paths for $set {
            fn agree(payload: &[u8], request: Option<StructRef<'_>>) -> usize {
                let scope = Scope::message(<$set as AttrSet>::meta(), payload).answering(request);
                let Ok(view) = $view::parse_in(payload, scope) else {
                    assert!($set::from_bytes(payload).is_err());
                    return 0;
                };
                // Attributes may be called as the methods of the trait are.
                let indexed = View::indexed(&view);
                let owned = $set::decode(view);
                let mut check = $crate::agree::Check::new(view);
                $(
                    let seen = $set::$name.keep(view.$field());
                    check.indexed(stringify!($field), &seen, &$set::$name.keep(indexed.$field()));
                    check.collected(stringify!($field), &seen, $set::$name.collect(view));
                    check.owned(stringify!($field), &seen, owned.as_ref().ok().map(|o| o.$field.held()));
                    check.seen(seen);
                )*
                check.all_owned(owned.err());
                $crate::agree::paths!(@ $set view check [$($row)?] $($field $name)*);
                check.steps
            }
        }
    };
    (@ $set:ident $view:ident $check:ident [] $($field:ident $name:ident)*) => {};
    (@ $set:ident $view:ident $check:ident [$row:ty] $($field:ident $name:ident)*) => {
        match View::project::<$row>(&$view) {
            Ok(row) => {$(
                let projected = $set::$name.keep(Ok::<_, DecodeError>(row.$field.clone()));
                $check.projected(stringify!($field), &$set::$name.keep($view.$field()), &projected);
            )*}
            Err(error) => $check.all_projected(error),
        }
    };
}
pub(crate) use paths;

/// Implements [`Zoo`] for a set.
macro_rules! zoo {
    ($set:ident $view:ident $row:ty, [$($header:ident)?] { $($field:ident $name:ident),* $(,)? } $fix:expr) => {
        draw_set!($set { $($header,)? $($field),* } $fix);
        paths!($set $view [$row] { $($field $name),* });
    };
}
pub(crate) use zoo;
