//! Projections of all fields, borrowed.

use super::chosen::*;
use super::common::*;
use super::members::*;
use super::numbers::*;
use super::others::*;
use super::own::*;
use super::structs::*;
use super::unions::*;
use super::values::*;
use netlink_runtime::Forms;
use netlink_runtime::prelude::*;
use netlink_runtime::types::Labels;
use netlink_runtime::wire::{Array, ArrayOf, FlexView, Indexed, Multi, Records, TypeValue, wt};

#[derive(NetlinkMessage)]
#[netlink(of = Numbers)]
pub(crate) struct NumbersRow {
    pub(crate) u8: Option<u8>,
    pub(crate) u16: Option<u16>,
    pub(crate) u32: Option<u32>,
    pub(crate) u64: Option<u64>,
    pub(crate) s8: Option<i8>,
    pub(crate) s16: Option<i16>,
    pub(crate) s32: Option<i32>,
    pub(crate) s64: Option<i64>,
    pub(crate) be16: Option<u16>,
    pub(crate) be32: Option<u32>,
    pub(crate) be64: Option<u64>,
    pub(crate) sbe16: Option<i16>,
    pub(crate) sbe32: Option<i32>,
    pub(crate) sbe64: Option<i64>,
    pub(crate) le16: Option<u16>,
    pub(crate) le32: Option<u32>,
    pub(crate) le64: Option<u64>,
    pub(crate) sle16: Option<i16>,
    pub(crate) sle32: Option<i32>,
    pub(crate) sle64: Option<i64>,
    pub(crate) net16: Option<u16>,
    pub(crate) net32: Option<u32>,
    pub(crate) net64: Option<u64>,
    pub(crate) uint: Option<u64>,
    pub(crate) sint: Option<i64>,
    pub(crate) msecs: Option<u64>,
    pub(crate) shape8: Option<Shape>,
    pub(crate) shape16: Option<Shape>,
    pub(crate) shape32: Option<Shape>,
    pub(crate) shape64: Option<Shape>,
    pub(crate) shapenet: Option<Shape>,
    pub(crate) level8: Option<Level>,
    pub(crate) level32: Option<Level>,
    pub(crate) mark8: Option<Mark>,
    pub(crate) mark64: Option<Mark>,
    pub(crate) caps: Option<Cap>,
    pub(crate) shapeuint: Option<Shape>,
    pub(crate) levelsint: Option<Level>,
    pub(crate) markuint: Option<Mark>,
    pub(crate) bitfield: Option<Bitfield32>,
    pub(crate) bitnames: Option<Bitfield32>,
    pub(crate) tone: Option<Tone>,
    pub(crate) both: Option<MarkEdge>,
}

#[derive(NetlinkMessage)]
#[netlink(of = Values)]
pub(crate) struct ValuesRow<'a> {
    pub(crate) flag: bool,
    pub(crate) string: Option<NlStr<'a>>,
    pub(crate) bounded: Option<NlStr<'a>>,
    pub(crate) unterminated: Option<NlStr<'a>>,
    pub(crate) binary: Option<&'a [u8]>,
    pub(crate) cookie: Option<&'a [u8]>,
    pub(crate) mac: Option<HwAddr>,
    pub(crate) ip4: Option<Ipv4Addr>,
    pub(crate) ip6: Option<Ipv6Addr>,
    pub(crate) ip: Option<IpAddr>,
    pub(crate) ipby: Option<Address>,
    pub(crate) labels: Option<Labels<'a>>,
    pub(crate) netip4: Option<Ipv4Addr>,
    pub(crate) netip6: Option<Ipv6Addr>,
    pub(crate) sockaddr: Option<SocketAddr>,
}

#[derive(NetlinkMessage)]
#[netlink(of = Structs)]
pub(crate) struct StructsRow<'a> {
    pub(crate) point: Option<Point>,
    pub(crate) packed: Option<Packed>,
    pub(crate) padded: Option<Padded>,
    pub(crate) bits: Option<Bits>,
    pub(crate) mixed: Option<Mixed>,
    pub(crate) grown: Option<Grown>,
    pub(crate) union_: Option<Union>,
    pub(crate) tail: Option<FlexView<'a, Tail>>,
    pub(crate) points: Option<FlexView<'a, Points>>,
    pub(crate) after: Option<PointLeafView<'a>>,
    pub(crate) holed: Option<PaddedLeafView<'a>>,
}

#[derive(NetlinkMessage)]
#[netlink(of = Unions)]
pub(crate) struct UnionsRow<'a> {
    pub(crate) union_: Option<InetAddr>,
    pub(crate) array: Option<Array<'a, wt::Struct<InetAddr>>>,
    pub(crate) multi: Multi<'a, wt::Struct<InetAddr>>,
    pub(crate) indexed: Option<Indexed<'a, wt::Struct<Amount>>>,
    pub(crate) entry: Option<Entry>,
    pub(crate) spots: Option<FlexView<'a, Spots>>,
    pub(crate) kind: Option<NlStr<'a>>,
    pub(crate) data: Option<PlacesView<'a>>,
}

#[derive(NetlinkMessage)]
#[netlink(of = Members)]
pub(crate) struct MembersRow<'a> {
    pub(crate) nest: Option<LeafView<'a>>,
    pub(crate) self_: Option<DeepView<'a>>,
    pub(crate) multi: Multi<'a, wt::U32>,
    pub(crate) multistring: Multi<'a, wt::Str>,
    pub(crate) multinest: Multi<'a, wt::Nest<Leaf>>,
    pub(crate) multiarray: Multi<'a, ArrayOf<wt::U16>>,
    pub(crate) indexed: Option<Indexed<'a, wt::U32>>,
    pub(crate) indexedbe: Option<Indexed<'a, wt::NetU16>>,
    pub(crate) indexedstring: Option<Indexed<'a, wt::Str>>,
    pub(crate) indexednest: Option<Indexed<'a, wt::Nest<Leaf>>>,
    pub(crate) indexedarray: Option<Indexed<'a, ArrayOf<wt::BeU32>>>,
    pub(crate) indexedstruct: Option<Indexed<'a, wt::Struct<Point>>>,
    pub(crate) byid: Option<TypeValue<'a, wt::Nest<Leaf>, 1>>,
    pub(crate) bypair: Option<TypeValue<'a, wt::Nest<Leaf>, 2>>,
    pub(crate) array: Option<Array<'a, wt::U32>>,
    pub(crate) arraybe: Option<Array<'a, wt::BeU16>>,
    pub(crate) arrayshape: Option<Array<'a, wt::Named<Shape, wt::U32>>>,
    pub(crate) arraystruct: Option<Array<'a, wt::Struct<Point>>>,
    pub(crate) arraypadded: Option<Array<'a, wt::Struct<Padded>>>,
    pub(crate) arrayip4: Option<Array<'a, wt::Ip4>>,
    pub(crate) arrayip6: Option<Array<'a, wt::Ip6>>,
    pub(crate) records: Option<Records<'a, RecLeaf>>,
    pub(crate) small: Option<Records<'a, SmallLeaf>>,
}

#[derive(NetlinkMessage)]
#[netlink(of = Chosen)]
pub(crate) struct ChosenRow<'a> {
    pub(crate) kind: Option<NlStr<'a>>,
    pub(crate) data: Option<TextView<'a>>,
    pub(crate) number: Option<Shape>,
    pub(crate) bynumber: Option<NumberView<'a>>,
    pub(crate) bypair: Option<PairView<'a>>,
    pub(crate) byheader: Option<NumberView<'a>>,
    pub(crate) byrequest: Option<NumberView<'a>>,
    pub(crate) family: Option<u16>,
    pub(crate) address: Option<Address>,
    pub(crate) inner: Option<InnerView<'a>>,
    pub(crate) inners: Multi<'a, wt::Nest<Inner>>,
    pub(crate) wide: Option<u64>,
    pub(crate) bywide: Option<WideView<'a>>,
    pub(crate) word: Option<NlStr<'a>>,
    pub(crate) byword: Option<WordView<'a>>,
    pub(crate) byvalue: Option<ValuesDataView<'a>>,
    pub(crate) many: Forms<'a, Chosen, 17>,
}

#[derive(NetlinkMessage)]
#[netlink(of = Reading)]
pub(crate) struct ReadingRow<'a> {
    pub(crate) id: u32,
    pub(crate) leaf: Option<LeafView<'a>>,
    pub(crate) list: Array<'a, wt::U16>,
}

#[derive(NetlinkMessage)]
#[netlink(of = Rule)]
pub(crate) struct RuleRow {
    pub(crate) id: Option<u32>,
}

#[derive(NetlinkMessage)]
#[netlink(of = Own)]
pub(crate) struct OwnRow<'a> {
    pub(crate) text: Option<NlStr<'a>>,
    pub(crate) texts: Multi<'a, wt::Utf8>,
    pub(crate) levels: Option<TypeValue<'a, wt::U32, 3>>,
    pub(crate) kind: Option<NlStr<'a>>,
    pub(crate) data: Option<OwnDataView<'a>>,
    pub(crate) choice: u8,
    pub(crate) chosen: OwnDataView<'a>,
}
