//! Reading: views, indexed views, projections and collectors, each in its way.

use crate::zoo::chosen::{Chosen, ChosenView, NumberView, TextView};
use crate::zoo::common::{Header, Leaf, LeafView, Point};
use crate::zoo::members::{Deep, Members, MembersView};
use crate::zoo::structs::{StructsView, Tail};
use crate::zoo::values::{Values, ValuesView};
use netlink_runtime::collect::{Flow, Outcome, collector};
use netlink_runtime::prelude::*;
use netlink_runtime::types::Labels;
use netlink_runtime::wire::{Array, FlexView, Multi, Source, wt};
use netlink_runtime::{DecodeError, Projection};

/// The ids of all leaves in a message, however they are wrapped; how many there are.
///
/// What does not fit into `out` is counted all the same.
pub fn leaf_ids(payload: &[u8], out: &mut [u32]) -> Result<usize, DecodeError> {
    let view = MembersView::parse(payload)?;
    let mut ids = Ids { out, count: 0 };
    if let Some(leaf) = view.nest()? {
        ids.push(leaf)?;
    }
    view.multinest().try_for_each(|leaf| ids.push(leaf?))?;
    view.indexednest()?.into_iter().flatten().try_for_each(|(_, leaf)| ids.push(leaf?))?;
    view.byid()?.into_iter().flatten().try_for_each(|(_, leaf)| ids.push(leaf?))?;
    view.bypair()?.into_iter().flatten().try_for_each(|(_, leaf)| ids.push(leaf?))?;
    for record in view.records()?.into_iter().flatten() {
        ids.note(record?.id()?);
    }
    for record in view.small()?.into_iter().flatten() {
        ids.note(record?.id()?);
    }
    Ok(ids.count)
}

struct Ids<'o> {
    out: &'o mut [u32],
    count: usize,
}

impl Ids<'_> {
    fn push(&mut self, leaf: LeafView<'_>) -> Result<(), DecodeError> {
        self.note(leaf.id()?);
        Ok(())
    }

    fn note(&mut self, id: Option<u32>) {
        let Some(id) = id else { return };
        if let Some(place) = self.out.get_mut(self.count) {
            *place = id;
        }
        self.count += 1;
    }
}

/// The sum of all numbers in arrays, through a view or through an index of it.
pub fn sum_of_arrays(payload: &[u8], through_index: bool) -> Result<u64, DecodeError> {
    let view = MembersView::parse(payload)?;
    if through_index { sum(&netlink_runtime::View::indexed(&view)) } else { sum(&view) }
}

fn sum<'a, A: Source<'a>>(view: &MembersView<'a, A>) -> Result<u64, DecodeError> {
    let mut sum = view.array()?.map_or(0, |a| a.iter().map(u64::from).sum());
    sum += view.arraybe()?.map_or(0, |a| a.iter().map(u64::from).sum());
    for array in view.multiarray() {
        sum += array?.iter().map(u64::from).sum::<u64>();
    }
    for (_, array) in view.indexedarray()?.into_iter().flatten() {
        sum += array?.iter().map(u64::from).sum::<u64>();
    }
    sum += view.arraystruct()?.map_or(0, |a| a.iter().map(|p| u64::from(p.x + p.y)).sum());
    Ok(sum)
}

/// What a projection takes out of a message: members of the header, of nests in nests, values that
/// borrow from it, values that repeat.
#[derive(Debug, NetlinkMessage)]
#[netlink(of = Members)]
struct Picked<'a> {
    #[netlink(header.index)]
    index: i32,
    header: Header,
    #[netlink(nest.name)]
    name: Option<NlStr<'a>>,
    #[netlink(nest.id)]
    id: Result<Option<u32>, DecodeError>,
    #[netlink(self_.self_.number)]
    deep: Option<u32>,
    multi: Multi<'a, wt::U32>,
    array: Option<Array<'a, wt::U32>>,
    #[netlink(arraybe)]
    pair: Option<[u16; 2]>,
    nest: Option<LeafView<'a>>,
}

/// The sum of the numbers that `Picked` takes, and the length of its text.
pub fn picked(payload: &[u8]) -> Result<(i64, usize), DecodeError> {
    let picked = Picked::from_payload(payload)?;
    let mut sum = i64::from(picked.index) + i64::from(picked.header.family);
    sum += i64::from(picked.id?.unwrap_or(0)) + i64::from(picked.deep.unwrap_or(0));
    for number in picked.multi {
        sum += i64::from(number?);
    }
    sum += picked.array.map_or(0, |a| a.iter().map(i64::from).sum());
    sum += picked.pair.map_or(0, |[a, b]| i64::from(a) + i64::from(b));
    sum += picked.nest.map_or(Ok(None), |leaf| leaf.id())?.map_or(0, i64::from);
    Ok((sum, picked.name.map_or(0, |name| name.bytes().len())))
}

/// How a collector takes a message, and what it counts: the numbers that repeat, the id in the nest,
/// the number two nests deep, attributes that nobody knows; messages of another family it rejects.
pub fn collected(payload: &[u8], family: u8) -> Result<(Outcome, u64), DecodeError> {
    let wanted = collector::<Members, (u8, u64)>()
        .first(|(family, _), view| if view.header().family == *family { Flow::Next } else { Flow::Reject })
        .on(Members::MULTI, |(_, sum), number| {
            *sum += u64::from(number);
            Flow::Next
        })
        .inside(
            Members::NEST,
            collector().on(Leaf::ID, |(_, sum): &mut (u8, u64), id| {
                *sum += u64::from(id);
                Flow::Leave
            }),
        )
        .inside(
            Members::SELF_,
            collector().inside(
                Deep::SELF_,
                collector().on(Deep::NUMBER, |(_, sum): &mut (u8, u64), number| {
                    *sum += u64::from(number);
                    Flow::Next
                }),
            ),
        )
        .on_unknown(|(_, sum), _| {
            *sum += 1;
            Flow::Next
        });
    let mut found = (family, 0);
    let outcome = wanted.run(MembersView::parse(payload)?, &mut found)?;
    Ok((outcome, found.1))
}

/// Which form a sub-message has: its number or id, whichever selector says so.
pub fn forms(payload: &[u8]) -> Result<[Option<u32>; 4], DecodeError> {
    fn text(form: Option<TextView<'_>>) -> Result<Option<u32>, DecodeError> {
        Ok(match form {
            Some(TextView::Leaf(leaf)) => leaf.id()?,
            Some(TextView::After(leaf)) => leaf.id()?,
            Some(TextView::Point(Point { x, .. })) => Some(x.into()),
            Some(TextView::Nothing(bytes) | TextView::Unknown(bytes)) => Some(bytes.len() as u32),
            None => None,
        })
    }
    fn number(form: Option<NumberView<'_>>) -> Result<Option<u32>, DecodeError> {
        Ok(match form {
            Some(NumberView::Round(leaf)) => leaf.id()?,
            Some(NumberView::Flat(n)) => Some(n),
            Some(NumberView::Other(point)) => Some(point.x.into()),
            Some(NumberView::Unknown(_)) | None => None,
        })
    }
    let view = ChosenView::parse(payload)?;
    let inner = view.inner()?;
    Ok([
        text(view.data()?)?,
        number(view.bynumber()?)?,
        text(inner.map_or(Ok(None), |i| i.byouter())?)?,
        number(inner.map_or(Ok(None), |i| i.byheader())?)?,
    ])
}

/// Forms through a projection: what selects stands anywhere.
#[derive(Debug, NetlinkMessage)]
#[netlink(of = Chosen)]
struct Form<'a> {
    kind: Option<&'a str>,
    data: Option<TextView<'a>>,
    #[netlink(inner.byouter)]
    inner: Option<TextView<'a>>,
}

/// Whether text, its form, and the form in the nest that it chooses are there.
pub fn projected_forms(payload: &[u8]) -> Result<(bool, bool, bool), DecodeError> {
    let Form { kind, data, inner } = Form::from_payload(payload)?;
    Ok((kind.is_some(), data.is_some(), inner.is_some()))
}

/// Lengths of text and bytes, and the sum of what a label stack and a struct's tail hold.
pub fn values(values: &[u8], structs: &[u8]) -> Result<[usize; 4], DecodeError> {
    let view = ValuesView::parse(values)?;
    let labels: Option<Labels<'_>> = view.labels()?;
    let tail: Option<FlexView<'_, Tail>> = StructsView::parse(structs)?.tail()?;
    Ok([
        view.string()?.map_or(0, |s| s.bytes().len()),
        view.binary()?.map_or(0, <[u8]>::len),
        labels.map_or(0, |l| l.iter().map(|label| label.label() as usize).sum()),
        tail.map_or(0, |t| t.tail().map(usize::from).sum()),
    ])
}

/// The setters' bounds are the attributes' own, and known without a message.
pub fn c_names() -> [&'static str; 2] {
    [Values::BOUNDED.c_name(), Members::BYPAIR.c_name()]
}
