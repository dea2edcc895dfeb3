//! Filters as `tc -j -s -d` prints them, rebuilt from our views.

use crate::action::{self, geneve_option};
use crate::handle;
use crate::json::{Json, Obj};
use netlink_families::tc::FilterView;
use netlink_families::tc_action::ActionView;
use netlink_families::tc_filter::{
    ClsFlags, CtState, EncOptsView, FilterOptionsView, FlowerView, KeyFlags, MatchallView, U32View,
};
use netlink_runtime::DecodeError;
use netlink_runtime::types::HwAddr;
use std::net::IpAddr;

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

/// `0a1b`.
pub(crate) fn hex_bytes(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A filter, as `tc` prints it when asked for one preference, which it then leaves out.
pub(crate) fn filter(view: &FilterView<'_>) -> Result<Obj> {
    let (number, info) = (view.header().tcm_handle, view.header().tcm_info);
    let mut out = Obj::default();
    out.set("protocol", protocol(u16::from_be(info as u16)));
    out.opt("kind", view.kind()?);
    out.opt("chain", view.chain()?);
    if let Some(options) = view.options()? {
        let mut inner = Obj::default();
        match options {
            FilterOptionsView::Flower(view) => flower(&mut inner, number, &view)?,
            FilterOptionsView::Matchall(view) => matchall(&mut inner, number, &view)?,
            FilterOptionsView::Bpf(view) => {
                inner.set("handle", format!("{number:#x}"));
                inner.opt("flowid", view.classid()?.map(handle::text));
                inner.mark("direct-action", view.flags()?.is_some_and(|flags| flags.0 & 1 != 0));
                hardware(&mut inner, view.flags_gen()?);
                if let Some(ops) = view.ops()? {
                    bytecode(&mut inner, ops.iter().map(|op| (op.code, op.jt, op.jf, op.k)));
                }
            }
            FilterOptionsView::U32(view) => u32(&mut inner, number, &view)?,
            _ => {}
        }
        out.set("options", inner);
    }
    Ok(out)
}

/// A classic program, of instructions as (code, jump if true, jump if false, operand).
pub(crate) fn bytecode(out: &mut Obj, ops: impl ExactSizeIterator<Item = (u16, u8, u8, u32)>) {
    let mut program = Obj::default();
    program.set("length", ops.len() as u32);
    let instructions = ops.map(|(code, jt, jf, k)| {
        let mut line = Obj::default();
        line.set("code", code);
        line.set("jt", jt);
        line.set("jf", jf);
        line.set("k", k);
        line.into()
    });
    program.set("insns", instructions.collect::<Vec<Json>>());
    out.set("bytecode", program);
}

fn hardware(out: &mut Obj, flags: Option<ClsFlags>) {
    let Some(flags) = flags else { return };
    out.mark("skip_hw", flags.contains(ClsFlags::SKIP_HW));
    out.mark("skip_sw", flags.contains(ClsFlags::SKIP_SW));
    out.mark("in_hw", flags.contains(ClsFlags::IN_HW));
    out.mark("not_in_hw", flags.contains(ClsFlags::NOT_IN_HW));
}

fn actions<'a>(
    out: &mut Obj,
    list: Option<impl Iterator<Item = (u16, Result<ActionView<'a>>)>>,
) -> Result<()> {
    let Some(list) = list else { return Ok(()) };
    let all = list.map(|(order, view)| Ok(action::action(order, &view?)?.into()));
    out.set("actions", all.collect::<Result<Vec<Json>>>()?);
    Ok(())
}

fn matchall(out: &mut Obj, number: u32, view: &MatchallView<'_>) -> Result<()> {
    out.set("handle", number);
    out.opt("flowid", view.classid()?.map(handle::text));
    hardware(out, view.flags()?);
    out.opt("rule_hit", view.pcnt()?.map(|count| count.rhit));
    actions(out, view.act()?)
}

fn u32(out: &mut Obj, number: u32, view: &U32View<'_>) -> Result<()> {
    let table = number >> 20;
    let Some(sel) = view.sel()? else {
        out.set("fh", format!("{table:x}:"));
        out.opt("ht_divisor", view.divisor()?);
        return Ok(());
    };
    out.set("fh", format!("{table:x}::{:x}", number & 0xfff));
    out.set("order", number & 0xfff);
    out.set("key_ht", format!("{:x}", view.hash()?.unwrap_or(0) >> 20));
    out.set("bkt", format!("{:x}", view.hash()?.unwrap_or(0) >> 12 & 0xff));
    out.opt("flowid", view.classid()?.map(handle::text));
    hardware(out, view.flags()?);
    // Not every kernel counts.
    let counts = view.pcnt()?;
    out.opt("rule_hit", counts.map(|counts| counts.head.rcnt));
    out.opt("success", counts.map(|counts| counts.head.rhit));
    let mut each = counts.iter().flat_map(|counts| counts.tail());
    for key in sel.tail() {
        let mut one = Obj::default();
        one.set("value", format!("{:x}", key.val));
        one.set("mask", format!("{:x}", key.mask));
        one.set("offmask", if key.offmask == 0 { "" } else { "nexthdr+" });
        one.set("off", key.off);
        out.set("match", one);
        out.opt("success", each.next());
    }
    if let Some(mark) = view.mark()? {
        out.set("fwmark_value", format!("{:#x}", mark.val));
        out.set("fwmark_mask", format!("{:#x}", mark.mask));
        out.set("fwmark_success", mark.success);
    }
    out.opt("input_dev", view.indev()?);
    if let Some(police) = view.police()? {
        out.opt("police_index", police.tbf()?.map(|parms| parms.index));
    }
    actions(out, view.act()?)
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

/// How many bits of a mask are set from the left.
fn length(mask: &[u8]) -> u32 {
    mask.iter().map(|byte| byte.count_ones()).sum()
}

fn address<T: Into<IpAddr>>(out: &mut Obj, key: &str, value: Option<T>, mask: Option<T>) {
    let Some(value) = value.map(Into::into) else { return };
    let bits = match mask.map(Into::into) {
        Some(IpAddr::V4(mask)) => length(&mask.octets()),
        Some(IpAddr::V6(mask)) => length(&mask.octets()),
        None => u32::MAX,
    };
    let whole = if value.is_ipv4() { 32 } else { 128 };
    out.set(key, if bits < whole { format!("{value}/{bits}") } else { value.to_string() });
}

fn mac(out: &mut Obj, key: &str, value: Option<HwAddr>, mask: Option<HwAddr>) {
    let Some(value) = value else { return };
    match mask.map(|mask| length(mask.as_bytes())) {
        Some(bits) if bits < 48 => out.set(key, format!("{value}/{bits}")),
        _ => out.set(key, value.to_string()),
    }
}

/// A byte, and its mask under another key where not all bits count.
fn byte(out: &mut Obj, key: &str, value: Option<u8>, mask: Option<u8>) {
    out.opt(key, value);
    out.opt(&format!("{key}_mask"), mask.filter(|mask| *mask != 0xff).map(|mask| format!("{mask:x}")));
}

fn slashed(out: &mut Obj, key: &str, value: Option<u8>, mask: Option<u8>) {
    let Some(value) = value else { return };
    out.set(
        key,
        mask.filter(|mask| *mask != 0xff).map_or(value.to_string(), |mask| format!("{value}/{mask}")),
    );
}

fn ports(out: &mut Obj, key: &str, one: Option<u16>, range: (Option<u16>, Option<u16>)) {
    out.opt(key, one);
    if let (Some(start), Some(end)) = range {
        let mut both = Obj::default();
        both.set("start", start);
        both.set("end", end);
        out.set(key, both);
    }
}

fn keys(view: &FlowerView<'_>) -> Result<Obj> {
    let mut out = Obj::default();
    out.opt("num_of_vlans", view.key_num_of_vlans()?);
    out.opt("vlan_id", view.key_vlan_id()?);
    out.opt("vlan_prio", view.key_vlan_prio()?);
    out.opt("vlan_ethtype", view.key_vlan_eth_type()?.map(|v| protocol(v.0 as u16)));
    out.opt("cvlan_id", view.key_cvlan_id()?);
    out.opt("cvlan_prio", view.key_cvlan_prio()?);
    out.opt("cvlan_ethtype", view.key_cvlan_eth_type()?.map(|v| protocol(v.0 as u16)));
    mac(&mut out, "dst_mac", view.key_eth_dst()?, view.key_eth_dst_mask()?);
    mac(&mut out, "src_mac", view.key_eth_src()?, view.key_eth_src_mask()?);
    let eth_type = view.key_eth_type()?.map(|v| match v.0 {
        0x0800 => "ipv4".to_owned(),
        0x86dd => "ipv6".to_owned(),
        0x0806 => "arp".to_owned(),
        other => format!("{other:04x}"),
    });
    out.opt("eth_type", eth_type);
    let names = [(1, "icmp"), (6, "tcp"), (17, "udp"), (58, "icmpv6"), (132, "sctp")];
    let name = |number| names.iter().find(|(known, _)| *known == number).map_or("?", |(_, name)| *name);
    out.opt("ip_proto", view.key_ip_proto()?.map(|v| name(v.0)));
    byte(&mut out, "ip_tos", view.key_ip_tos()?, view.key_ip_tos_mask()?);
    byte(&mut out, "ip_ttl", view.key_ip_ttl()?, view.key_ip_ttl_mask()?);
    out.opt("mpls_label", view.key_mpls_label()?);
    out.opt("mpls_tc", view.key_mpls_tc()?.map(|v| v.to_string()));
    out.opt("mpls_bos", view.key_mpls_bos()?.map(|v| v.to_string()));
    out.opt("mpls_ttl", view.key_mpls_ttl()?.map(|v| v.to_string()));
    if let Some(stack) = view.key_mpls_opts()? {
        let mut labels = Vec::<Json>::new();
        for entry in stack.lse() {
            let (entry, mut label) = (entry?, Obj::default());
            label.opt("depth", entry.depth()?);
            label.opt("label", entry.label()?);
            label.opt("tc", entry.tc()?);
            label.opt("bos", entry.bos()?);
            label.opt("ttl", entry.ttl()?);
            labels.push(label.into());
        }
        out.set("mpls", labels);
    }
    address(&mut out, "dst_ip", view.key_ipv4_dst()?, view.key_ipv4_dst_mask()?);
    address(&mut out, "src_ip", view.key_ipv4_src()?, view.key_ipv4_src_mask()?);
    address(&mut out, "dst_ip", view.key_ipv6_dst()?, view.key_ipv6_dst_mask()?);
    address(&mut out, "src_ip", view.key_ipv6_src()?, view.key_ipv6_src_mask()?);
    let dst = view.key_tcp_dst()?.or(view.key_udp_dst()?).or(view.key_sctp_dst()?);
    let src = view.key_tcp_src()?.or(view.key_udp_src()?).or(view.key_sctp_src()?);
    ports(&mut out, "dst_port", dst, (view.key_port_dst_min()?, view.key_port_dst_max()?));
    ports(&mut out, "src_port", src, (view.key_port_src_min()?, view.key_port_src_max()?));
    if let Some((flags, mask)) = view.key_tcp_flags()?.zip(view.key_tcp_flags_mask()?) {
        out.set("tcp_flags", format!("{flags:#x}/{mask:x}"));
    }
    for (key, value, mask) in [
        ("icmp_type", view.key_icmpv4_type()?, view.key_icmpv4_type_mask()?),
        ("icmp_code", view.key_icmpv4_code()?, view.key_icmpv4_code_mask()?),
        ("icmp_type", view.key_icmpv6_type()?, view.key_icmpv6_type_mask()?),
        ("icmp_code", view.key_icmpv6_code()?, view.key_icmpv6_code_mask()?),
    ] {
        slashed(&mut out, key, value, mask);
    }
    address(&mut out, "arp_sip", view.key_arp_sip()?, view.key_arp_sip_mask()?);
    address(&mut out, "arp_tip", view.key_arp_tip()?, view.key_arp_tip_mask()?);
    out.opt("arp_op", view.key_arp_op()?.map(|op| if op == 1 { "request" } else { "reply" }));
    mac(&mut out, "arp_sha", view.key_arp_sha()?, view.key_arp_sha_mask()?);
    mac(&mut out, "arp_tha", view.key_arp_tha()?, view.key_arp_tha_mask()?);
    out.opt("ppp_proto", view.key_ppp_proto()?.map(|v| if v == 0x21 { "ip" } else { "?" }));
    out.opt("pppoe_sid", view.key_pppoe_sid()?);
    address(&mut out, "enc_dst_ip", view.key_enc_ipv4_dst()?, view.key_enc_ipv4_dst_mask()?);
    address(&mut out, "enc_src_ip", view.key_enc_ipv4_src()?, view.key_enc_ipv4_src_mask()?);
    address(&mut out, "enc_dst_ip", view.key_enc_ipv6_dst()?, view.key_enc_ipv6_dst_mask()?);
    address(&mut out, "enc_src_ip", view.key_enc_ipv6_src()?, view.key_enc_ipv6_src_mask()?);
    out.opt("enc_key_id", view.key_enc_key_id()?);
    out.opt("enc_dst_port", view.key_enc_udp_dst_port()?);
    byte(&mut out, "enc_tos", view.key_enc_ip_tos()?, view.key_enc_ip_tos_mask()?);
    byte(&mut out, "enc_ttl", view.key_enc_ip_ttl()?, view.key_enc_ip_ttl_mask()?);
    for (which, opts) in [("key", view.key_enc_opts()?), ("mask", view.key_enc_opts_mask()?)] {
        if let Some(opts) = opts {
            tunnel_options(&mut out, which, &opts)?;
        }
    }
    if let Some((flags, mask)) = view.key_flags()?.zip(view.key_flags_mask()?) {
        let mut object = Obj::default();
        for (flag, word) in [(KeyFlags::IS_FRAGMENT, "frag"), (KeyFlags::FRAG_IS_FIRST, "firstfrag")] {
            object.opt(word, mask.contains(flag).then(|| flags.contains(flag)));
        }
        out.set("ip_flags", object);
    }
    conntrack(&mut out, view)?;
    Ok(out)
}

fn conntrack(out: &mut Obj, view: &FlowerView<'_>) -> Result<()> {
    if let Some((state, mask)) = view.key_ct_state()?.zip(view.key_ct_state_mask()?) {
        let words = [
            (CtState::TRACKED, "trk"),
            (CtState::NEW, "new"),
            (CtState::ESTABLISHED, "est"),
            (CtState::RELATED, "rel"),
            (CtState::INVALID, "inv"),
            (CtState::REPLY, "rpl"),
        ];
        let set = words.into_iter().filter(|(flag, _)| mask.contains(*flag));
        let signed =
            set.map(|(flag, word)| format!("{}{word}", if state.contains(flag) { '+' } else { '-' }));
        out.set("ct_state", signed.collect::<String>());
    }
    out.opt("ct_zone", view.key_ct_zone()?);
    out.opt("ct_mark", view.key_ct_mark()?);
    let mask = view.key_ct_mark_mask()?.filter(|mask| *mask != u32::MAX);
    out.opt("ct_mark_mask", mask.map(|mask| format!("{mask:x}")));
    out.opt("ct_label", view.key_ct_labels()?.map(hex_bytes));
    Ok(())
}

fn tunnel_options(out: &mut Obj, which: &str, opts: &EncOptsView<'_>) -> Result<()> {
    let mut geneve = Vec::new();
    for nest in opts.geneve() {
        let nest = nest?;
        for ((class, kind), data) in nest.class().zip(nest.type_()).zip(nest.data()) {
            geneve.push(geneve_option(class?, kind?, data?));
        }
    }
    out.opt(&format!("geneve_opt_{which}"), Some(geneve).filter(|all| !all.is_empty()));
    if let Some(vxlan) = opts.vxlan()? {
        let mut option = Obj::default();
        option.opt("gbp", vxlan.gbp()?);
        out.set(&format!("vxlan_opt_{which}"), vec![option.into()]);
    }
    if let Some(erspan) = opts.erspan()? {
        let mut option = Obj::default();
        option.opt("ver", erspan.ver()?);
        option.set("index", erspan.index()?.unwrap_or(0));
        option.set("dir", erspan.dir()?.unwrap_or(0));
        option.set("hwid", erspan.hwid()?.unwrap_or(0));
        out.set(&format!("erspan_opt_{which}"), vec![option.into()]);
    }
    Ok(())
}
