//! Filters as `tc -j -s -d` prints them, rebuilt from our views.

use crate::action;
use crate::handle;
use crate::json::{Json, Obj};
use netlink_families::tc::FilterView;
use netlink_families::tc_filter::{
    ClsFlags, CtState, EncOptsView, FilterOptionsView, FlowerView, KeyFlags, MatchallView, U32View,
};
use netlink_runtime::DecodeError;

type Result<T> = std::result::Result<T, DecodeError>;

/// What `tc` calls an Ethernet type.
pub(crate) fn protocol(number: u16) -> String {
    let known = match number {
        0x0003 => "all",
        0x000c => "can",
        0x0800 => "ip",
        0x0806 => "arp",
        0x8100 => "802.1Q",
        0x86dd => "ipv6",
        0x8847 => "mpls_uc",
        0x8864 => "ppp_ses",
        0x88a8 => "802.1ad",
        other => return format!("[{other}]"),
    };
    known.to_owned()
}

/// A filter. `None` where `tc` prints no JSON of the kind.
pub(crate) fn filter(view: &FilterView<'_>) -> Result<Option<Obj>> {
    let info = view.header().tcm_info;
    let mut out = Obj::default();
    out.set("protocol", protocol(u16::from_be(info as u16)));
    out.set("pref", info >> 16);
    out.opt("kind", view.kind()?);
    out.opt("chain", view.chain()?);
    if let Some(options) = view.options()? {
        let mut inner = Obj::default();
        match options {
            FilterOptionsView::Flower(view_) => flower(&mut inner, view.header().tcm_handle, &view_)?,
            FilterOptionsView::Matchall(view_) => matchall(&mut inner, view.header().tcm_handle, &view_)?,
            FilterOptionsView::U32(view_) => u32(&mut inner, view.header().tcm_handle, &view_)?,
            _ => return Ok(None),
        }
        out.set("options", inner);
    }
    Ok(Some(out))
}

fn hardware(out: &mut Obj, flags: Option<ClsFlags>) {
    let Some(flags) = flags else { return };
    out.mark("skip_hw", flags.contains(ClsFlags::SKIP_HW));
    out.mark("skip_sw", flags.contains(ClsFlags::SKIP_SW));
    out.mark("in_hw", flags.contains(ClsFlags::IN_HW));
    out.mark("not_in_hw", flags.contains(ClsFlags::NOT_IN_HW));
}

fn matchall(out: &mut Obj, number: u32, view: &MatchallView<'_>) -> Result<()> {
    out.set("handle", format!("{number:#x}"));
    out.opt("flowid", view.classid()?.map(handle::text));
    hardware(out, view.flags()?);
    out.opt("rule_hit", view.pcnt()?.map(|count| count.rhit));
    actions(out, view.act()?)
}

fn actions<'a, I>(out: &mut Obj, list: Option<I>) -> Result<()>
where
    I: Iterator<Item = (u16, Result<netlink_families::tc_action::ActionView<'a>>)>,
{
    let Some(list) = list else { return Ok(()) };
    let all = list.map(|(order, action)| Ok(action::action(order, &action?)?.into()));
    let all = all.collect::<Result<Vec<Json>>>()?;
    out.set("actions", all);
    Ok(())
}

fn u32(out: &mut Obj, number: u32, view: &U32View<'_>) -> Result<()> {
    let Some(sel) = view.sel()? else {
        out.set("fh", format!("{:x}:", number >> 20));
        out.opt("ht_divisor", view.divisor()?);
        return Ok(());
    };
    let fixed = sel;
    let keys = 0;
    out.set("fh", format!("{:x}::{:x}", number >> 20, number & 0xfff));
    let _ = (fixed, keys);
    hardware(out, view.flags()?);
    actions(out, view.act()?)
}

/// A value and its mask, which `tc` leaves out where all bits count.
fn masked<T: ToString + PartialEq>(value: Option<T>, mask: Option<T>, whole: &T) -> Option<String> {
    let value = value?.to_string();
    match mask {
        Some(mask) if mask != *whole => Some(format!("{value}/{}", mask.to_string())),
        _ => Some(value),
    }
}

fn flower(out: &mut Obj, number: u32, view: &FlowerView<'_>) -> Result<()> {
    out.set("handle", number);
    out.opt("classid", view.classid()?.map(handle::text));
    out.opt("indev", view.indev()?);
    out.set("keys", keys(view)?);
    hardware(out, view.flags()?);
    out.opt("in_hw_count", view.in_hw_count()?.filter(|n| *n != 0));
    actions(out, view.act()?)
}

fn keys(view: &FlowerView<'_>) -> Result<Obj> {
    let mut out = Obj::default();
    out.opt("eth_type", view.key_eth_type()?.map(|v| protocol(v.0 as u16)));
    let _ = (CtState::NEW, KeyFlags::IS_FRAGMENT);
    let _: Option<EncOptsView<'_>> = view.key_enc_opts()?;
    let _ = masked(view.key_ip_tos()?, view.key_ip_tos_mask()?, &0xff);
    Ok(out)
}
