//! Queueing disciplines as `tc -j -s -d` prints them, rebuilt from our views.

use crate::json::{Json, Obj};
use crate::{handle, statistics};
use netlink_families::tc::{QdiscView, TcSizespec};
use netlink_families::tc_qdisc::{
    CakeAck, CakeAtm, CakeDiffserv, CakeFlow, CakeView, EtfFlags, FqCodelView, FqView, GredView, MqprioView,
    NetemView, QdiscOptionsView, RedFlags, TaprioView, TbfView, TcMqprioQopt, TcRedQopt, TcSfbQopt,
    TcSfqQoptV1,
};
use netlink_runtime::DecodeError;
use netlink_runtime::NamedValue;

type Result<T> = std::result::Result<T, DecodeError>;

/// A queueing discipline.
pub(crate) fn qdisc(view: &QdiscView<'_>) -> Result<Obj> {
    let header = view.header();
    let mut out = Obj::default();
    out.opt("kind", view.kind()?);
    out.set("handle", format!("{:x}:", header.tcm_handle >> 16));
    match header.tcm_parent {
        u32::MAX => out.set("root", true),
        parent => out.set("parent", handle::text(parent)),
    }
    out.opt("refcnt", Some(header.tcm_info).filter(|count| *count != 1));
    out.opt("ingress_block", view.ingress_block()?);
    out.opt("egress_block", view.egress_block()?);
    let options = view.options()?.map(|options| self::options(&options)).transpose()?;
    out.set("options", options.unwrap_or_default());
    if let Some(base) = view.stab()?.map(|stab| stab.base()).transpose()?.flatten() {
        out.set("stab", stab(&base));
    }
    if let Some(counters) = view.stats2()? {
        statistics::counters(&mut out, &counters.basic()?, &counters.queue()?);
        if let Some(own) = counters.app()? {
            statistics::own(&mut out, &own)?;
        }
    }
    Ok(out)
}

fn stab(base: &TcSizespec) -> Obj {
    let mut out = Obj::default();
    out.set("linklayer", link_layer(base.linklayer));
    out.opt("overhead", Some(base.overhead).filter(|v| *v != 0));
    out
}

fn link_layer(number: u32) -> &'static str {
    ["unspec", "ethernet", "atm"][number as usize]
}

fn options(options: &QdiscOptionsView<'_>) -> Result<Obj> {
    let mut out = Obj::default();
    match options {
        QdiscOptionsView::Bfifo(fifo)
        | QdiscOptionsView::Pfifo(fifo)
        | QdiscOptionsView::PfifoHeadDrop(fifo) => out.set("limit", fifo.limit),
        QdiscOptionsView::Prio(prio) | QdiscOptionsView::PfifoFast(prio) => {
            out.set("bands", prio.bands);
            out.set("priomap", list(&prio.priomap));
            out.set("multiqueue", false);
        }
        QdiscOptionsView::Skbprio(skbprio) => out.set("limit", skbprio.limit),
        QdiscOptionsView::Tbf(view) => tbf(&mut out, view)?,
        QdiscOptionsView::Red(view) => {
            red(&mut out, &view.parms()?.expect("parameters"), view.max_p()?.unwrap_or(0));
        }
        QdiscOptionsView::Choke(view) => {
            red(&mut out, &view.parms()?.expect("parameters"), view.max_p()?.unwrap_or(0));
        }
        QdiscOptionsView::Gred(view) => gred(&mut out, view)?,
        QdiscOptionsView::Sfq(parms) => sfq(&mut out, parms),
        QdiscOptionsView::Sfb(view) => sfb(&mut out, &view.parms()?.expect("parameters")),
        QdiscOptionsView::Htb(view) => {
            let parms = view.init()?.expect("parameters");
            out.set("r2q", parms.rate2quantum);
            out.set("default", format!("{:#x}", parms.defcls));
            out.set("direct_packets_stat", parms.direct_pkts);
            out.set("ver", format!("{}.{}", parms.version >> 16, parms.version & 0xffff));
            out.opt("direct_qlen", view.direct_qlen()?);
        }
        QdiscOptionsView::Codel(view) => {
            out.opt("limit", view.limit()?);
            out.opt("target", view.target()?);
            out.opt("ce_threshold", view.ce_threshold()?);
            out.opt("interval", view.interval()?);
            out.mark("ecn", view.ecn()? == Some(1));
        }
        QdiscOptionsView::Fq(view) => fq(&mut out, view)?,
        QdiscOptionsView::FqCodel(view) => fq_codel(&mut out, view)?,
        QdiscOptionsView::Hhf(view) => {
            out.opt("limit", view.backlog_limit()?);
            out.opt("quantum", view.quantum()?);
            out.opt("hh_limit", view.hh_flows_limit()?);
            out.opt("reset_timeout", view.reset_timeout()?);
            out.opt("admit_bytes", view.admit_bytes()?);
            out.opt("evict_timeout", view.evict_timeout()?);
            out.opt("non_hh_weight", view.non_hh_weight()?);
        }
        QdiscOptionsView::Pie(view) => {
            out.opt("limit", view.limit()?);
            out.opt("target", view.target()?);
            out.opt("tupdate", view.tupdate()?);
            out.opt("alpha", view.alpha()?);
            out.opt("beta", view.beta()?);
            out.mark("ecn", view.ecn()? == Some(1));
            out.mark("bytemode", view.bytemode()? == Some(1));
            out.mark("dq_rate_estimator", view.dq_rate_estimator()? == Some(1));
        }
        QdiscOptionsView::FqPie(view) => {
            out.opt("limit", view.limit()?);
            out.opt("flows", view.flows()?);
            out.opt("target", view.target()?);
            out.opt("tupdate", view.tupdate()?);
            out.opt("alpha", view.alpha()?);
            out.opt("beta", view.beta()?);
            out.opt("quantum", view.quantum()?);
            out.opt("memory_limit", view.memory_limit()?);
            out.opt("ecn_prob", view.ecn_prob()?);
            out.mark("ecn", view.ecn()? == Some(1));
            out.mark("bytemode", view.bytemode()? == Some(1));
            out.mark("dq_rate_estimator", view.dq_rate_estimator()? == Some(1));
        }
        QdiscOptionsView::Cake(view) => cake(&mut out, view)?,
        QdiscOptionsView::Ets(view) => {
            out.opt("bands", view.nbands()?);
            out.opt("strict", view.nstrict()?);
            if let Some(quanta) = view.quanta()? {
                let quanta = quanta.quanta_band().map(|q| q.map(Json::from)).collect::<Result<Vec<_>>>()?;
                out.opt("quanta", Some(quanta).filter(|quanta| !quanta.is_empty()));
            }
            if let Some(map) = view.priomap()? {
                out.set(
                    "priomap",
                    map.priomap_band().map(|b| b.map(Json::from)).collect::<Result<Vec<_>>>()?,
                );
            }
        }
        QdiscOptionsView::Netem(view) => netem(&mut out, view)?,
        QdiscOptionsView::Etf(view) => {
            let parms = view.parms()?.expect("parameters");
            let on = |flag: EtfFlags| if parms.flags.contains(flag) { "on" } else { "off" };
            out.set("clockid", clock(parms.clockid));
            out.set("delta", parms.delta);
            out.set("offload", on(EtfFlags::OFFLOAD_ON));
            out.set("deadline_mode", on(EtfFlags::DEADLINE_MODE_ON));
            out.set("skip_sock_check", on(EtfFlags::SKIP_SOCK_CHECK));
        }
        QdiscOptionsView::Cbs(view) => {
            let parms = view.parms()?.expect("parameters");
            out.set("hicredit", parms.hicredit);
            out.set("locredit", parms.locredit);
            out.set("sendslope", parms.sendslope);
            out.set("idleslope", parms.idleslope);
            out.set("offload", parms.offload);
        }
        QdiscOptionsView::Mqprio(view) => mqprio(&mut out, view)?,
        QdiscOptionsView::Taprio(view) => taprio(&mut out, view)?,
        _ => {}
    }
    Ok(out)
}

/// Six digits, as C's `%g` prints.
pub(crate) fn short(value: f64) -> f64 {
    format!("{value:.5e}").parse().expect("a number")
}

/// A share of 2³² - 1.
fn share(value: u32) -> f64 {
    short(f64::from(value) / f64::from(u32::MAX))
}

fn list<T: Into<Json> + Copy>(values: &[T]) -> Vec<Json> {
    values.iter().map(|value| (*value).into()).collect()
}

fn clock(id: i32) -> &'static str {
    if id == 11 { "TAI" } else { "MONOTONIC" }
}

fn word<E: NamedValue + PartialEq + Copy>(value: E, words: &[(E, &'static str)]) -> &'static str {
    words.iter().find(|(entry, _)| *entry == value).map_or("?", |(_, word)| word)
}

fn tbf(out: &mut Obj, view: &TbfView<'_>) -> Result<()> {
    let parms = view.parms()?.expect("parameters");
    out.set("rate", view.rate64()?.unwrap_or(parms.rate.rate.into()));
    out.set("mpu", parms.rate.mpu);
    out.opt("mpu", Some(parms.peakrate.mpu).filter(|_| parms.peakrate.rate != 0));
    // Without a limit, latency is printed, which `tc` calculates from it.
    out.opt("limit", Some(parms.limit).filter(|_| parms.peakrate.rate == 0));
    out.opt("overhead", Some(parms.rate.overhead).filter(|v| *v != 0));
    out.set("linklayer", link_layer(parms.rate.linklayer.0));
    Ok(())
}

fn red_flags(out: &mut Obj, flags: RedFlags) {
    out.set("ecn", flags.contains(RedFlags::ECN));
    out.set("harddrop", flags.contains(RedFlags::HARDDROP));
    out.set("adaptive", flags.contains(RedFlags::ADAPTATIVE));
    out.set("nodrop", flags.contains(RedFlags::NODROP));
}

/// A share of 2³².
fn probability(value: u32) -> f64 {
    short(f64::from(value) / 2f64.powi(32))
}

fn red(out: &mut Obj, parms: &TcRedQopt, max_p: u32) {
    out.set("limit", parms.limit);
    out.set("min", parms.qth_min);
    out.set("max", parms.qth_max);
    red_flags(out, parms.flags);
    out.set("ewma", parms.wlog);
    out.set("probability", probability(max_p));
    out.set("Scell_log", parms.scell_log);
}

fn gred(out: &mut Obj, view: &GredView<'_>) -> Result<()> {
    let shared = view.dps()?.expect("what queues share");
    out.set("dp_cnt", shared.dps);
    out.set("dp_default", shared.def_dp);
    out.mark("grio", shared.grio != 0);
    out.opt("limit", view.limit()?);
    red_flags(out, shared.flags);
    let max_p: Vec<u32> = view.max_p()?.expect("probabilities").iter().collect();
    let mut queues = Vec::new();
    let list = view.vq_list()?.expect("queues");
    for (parms, max_p) in view.parms()?.expect("parameters").iter().zip(max_p) {
        // Those that are not set up have a number beyond the last.
        if parms.dp >= 16 {
            continue;
        }
        let mut queue = Obj::default();
        queue.set("vq", parms.dp);
        queue.set("prio", parms.prio);
        queue.set("limit", parms.limit);
        queue.set("min", parms.qth_min);
        queue.set("max", parms.qth_max);
        for entry in list.entry() {
            let entry = entry?;
            if entry.dp()? != Some(parms.dp) {
                continue;
            }
            red_flags(&mut queue, entry.flags()?.expect("flags"));
            queue.set("ewma", parms.wlog);
            queue.set("probability", probability(max_p));
            queue.set("Scell_log", parms.scell_log);
            queue.set("qave", parms.qave);
            queue.opt("backlog", entry.stat_backlog()?);
            queue.opt("forced_drop", entry.stat_forced_drop()?);
            queue.opt("prob_drop", entry.stat_prob_drop()?);
            queue.opt("pdrop", entry.stat_pdrop()?);
            // Which no kernel of today sends.
            queue.set("other", entry.stat_other()?.unwrap_or(0));
            queue.opt("forced_mark", entry.stat_forced_mark()?);
            queue.opt("prob_mark", entry.stat_prob_mark()?);
            queue.opt("packets", entry.stat_packets()?);
            queue.opt("bytes", entry.stat_bytes()?);
        }
        queues.push(queue.into());
    }
    out.set("vqs", queues);
    Ok(())
}

fn sfq(out: &mut Obj, parms: &TcSfqQoptV1) {
    out.set("limit", parms.v0.limit);
    out.set("quantum", parms.v0.quantum);
    out.opt("depth", Some(parms.depth).filter(|v| *v != 0));
    out.mark("headdrop", parms.headdrop != 0);
    out.set("flows", parms.v0.flows);
    out.set("divisor", parms.v0.divisor);
    out.opt("perturb", Some(parms.v0.perturb_period).filter(|v| *v != 0));
    if parms.qth_min != 0 {
        out.set("ewma", parms.wlog);
        out.set("min", parms.qth_min);
        out.set("max", parms.qth_max);
        out.set("probability", probability(parms.max_p));
        red_flags(out, parms.flags);
        out.set("prob_mark", parms.stats.prob_mark);
        out.set("prob_mark_head", parms.stats.prob_mark_head);
        out.set("prob_drop", parms.stats.prob_drop);
        out.set("forced_mark", parms.stats.forced_mark);
        out.set("forced_mark_head", parms.stats.forced_mark_head);
        out.set("forced_drop", parms.stats.forced_drop);
    }
}

fn sfb(out: &mut Obj, parms: &TcSfbQopt) {
    out.set("rehash", parms.rehash_interval * 1000);
    out.set("db", parms.warmup_time * 1000);
    out.set("limit", parms.limit);
    out.set("max", parms.max);
    out.set("target", parms.bin_size);
    out.set("increment", short(f64::from(parms.increment) / 65535.0));
    out.set("decrement", short(f64::from(parms.decrement) / 65535.0));
    out.set("penalty_rate", parms.penalty_rate);
    out.set("penalty_burst", parms.penalty_burst);
}

fn fq(out: &mut Obj, view: &FqView<'_>) -> Result<()> {
    out.opt("limit", view.plimit()?);
    out.opt("flow_limit", view.flow_plimit()?);
    out.opt("buckets", view.buckets_log()?.map(|log| 1u32 << log));
    out.opt("orphan_mask", view.orphan_mask()?);
    out.opt("quantum", view.quantum()?);
    out.opt("initial_quantum", view.initial_quantum()?);
    out.opt("maxrate", view.flow_max_rate()?.filter(|rate| *rate != u32::MAX));
    out.opt("low_rate_threshold", view.low_rate_threshold()?);
    out.opt("refill_delay", view.flow_refill_delay()?);
    out.opt("ce_threshold", view.ce_threshold()?.filter(|v| *v != u32::MAX));
    out.opt("timer_slack", view.timer_slack()?);
    out.opt("horizon", view.horizon()?);
    out.null(if view.horizon_drop()? == Some(0) { "horizon_cap" } else { "horizon_drop" }, true);
    Ok(())
}

fn fq_codel(out: &mut Obj, view: &FqCodelView<'_>) -> Result<()> {
    out.opt("limit", view.limit()?);
    out.opt("flows", view.flows()?);
    out.opt("quantum", view.quantum()?);
    out.opt("target", view.target()?);
    out.opt("ce_threshold", view.ce_threshold()?);
    out.opt("interval", view.interval()?);
    out.opt("memory_limit", view.memory_limit()?);
    out.mark("ecn", view.ecn()? == Some(1));
    out.opt("drop_batch", view.drop_batch_size()?);
    Ok(())
}

const FLOWS: &[(CakeFlow, &str)] = &[
    (CakeFlow::NONE, "flowblind"),
    (CakeFlow::SRC_IP, "srchost"),
    (CakeFlow::DST_IP, "dsthost"),
    (CakeFlow::HOSTS, "hosts"),
    (CakeFlow::FLOWS, "flows"),
    (CakeFlow::DUAL_SRC, "dual-srchost"),
    (CakeFlow::DUAL_DST, "dual-dsthost"),
    (CakeFlow::TRIPLE, "triple-isolate"),
];
const CLASSES: &[(CakeDiffserv, &str)] = &[
    (CakeDiffserv::DIFFSERV3, "diffserv3"),
    (CakeDiffserv::DIFFSERV4, "diffserv4"),
    (CakeDiffserv::DIFFSERV8, "diffserv8"),
    (CakeDiffserv::BESTEFFORT, "besteffort"),
    (CakeDiffserv::PRECEDENCE, "precedence"),
];
const ACKS: &[(CakeAck, &str)] =
    &[(CakeAck::NONE, "disabled"), (CakeAck::FILTER, "enabled"), (CakeAck::AGGRESSIVE, "aggressive")];
const FRAMES: &[(CakeAtm, &str)] = &[(CakeAtm::NONE, "noatm"), (CakeAtm::ATM, "atm"), (CakeAtm::PTM, "ptm")];

fn cake(out: &mut Obj, view: &CakeView<'_>) -> Result<()> {
    match view.base_rate64()?.unwrap_or(0) {
        0 => out.set("bandwidth", "unlimited"),
        rate => out.set("bandwidth", rate),
    }
    out.opt("autorate", view.autorate()?.filter(|v| *v != 0).map(|_| "autorate-ingress"));
    out.opt("diffserv", view.diffserv_mode()?.map(|mode| word(mode, CLASSES)));
    out.opt("flowmode", view.flow_mode()?.map(|mode| word(mode, FLOWS)));
    out.truth("nat", view.nat()?);
    out.truth("wash", view.wash()?);
    out.truth("ingress", view.ingress()?);
    out.opt("ack-filter", view.ack_filter()?.map(|mode| word(mode, ACKS)));
    out.truth("split_gso", view.split_gso()?);
    out.opt("rtt", view.rtt()?);
    let raw = view.raw()?.is_some();
    out.set("raw", raw);
    let atm = view.atm()?.map(|mode| word(mode, FRAMES));
    out.opt("atm", atm.filter(|word| !(raw && *word == "noatm")));
    out.opt("overhead", view.overhead()?);
    out.opt("mpu", view.mpu()?.filter(|v| *v != 0));
    out.opt("memlimit", view.memory()?.filter(|v| *v != 0));
    // C's `%#x` of 0 has no prefix.
    out.opt("fwmark", view.fwmark()?.map(|v| if v == 0 { "0".to_owned() } else { format!("{v:#x}") }));
    Ok(())
}

/// Ticks of 64 ns as seconds, cut to microseconds.
fn ticks(value: u32) -> f64 {
    short((f64::from(value) * 64.0 / 1000.0).trunc() / 1e6)
}

/// Nanoseconds as seconds.
fn nanoseconds(value: i64) -> f64 {
    short(value as f64 / 1e9)
}

fn chance(out: &mut Obj, key: &str, inner: &str, value: u32, correlation: u32) {
    if value != 0 {
        let mut object = Obj::default();
        object.set(inner, share(value));
        object.set("correlation", share(correlation));
        out.set(key, object);
    }
}

fn netem(out: &mut Obj, view: &NetemView<'_>) -> Result<()> {
    let (header, corr) = (view.header(), view.corr()?.unwrap_or_default());
    out.set("limit", header.limit);
    if header.latency != 0 {
        let mut delay = Obj::default();
        delay.set("delay", ticks(header.latency));
        delay.set("jitter", ticks(header.jitter));
        delay.set("correlation", share(corr.delay_corr));
        out.set("delay", delay);
    }
    chance(out, "loss-random", "loss", header.loss, corr.loss_corr);
    if let Some(loss) = view.loss()? {
        let mut model = Obj::default();
        if let Some(states) = loss.gi()? {
            for (key, value) in [
                ("p13", states.p13),
                ("p31", states.p31),
                ("p32", states.p32),
                ("p23", states.p23),
                ("p14", states.p14),
            ] {
                model.set(key, share(value));
            }
            out.set("loss-state", model);
        } else if let Some(states) = loss.ge()? {
            let all = [("p", states.p), ("r", states.r), ("1-h", u32::MAX - states.h), ("1-k", states.k1)];
            for (key, value) in all {
                model.set(key, share(value));
            }
            out.set("loss-gemodel", model);
        }
    }
    chance(out, "duplicate", "duplicate", header.duplicate, corr.dup_corr);
    if let Some(reorder) = view.reorder()? {
        chance(out, "reorder", "reorder", reorder.probability, reorder.correlation);
    }
    if let Some(corrupt) = view.corrupt()? {
        chance(out, "corrupt", "corrupt", corrupt.probability, corrupt.correlation);
    }
    if let Some(parms) = view.rate()?.filter(|parms| parms.rate != 0) {
        let mut rate = Obj::default();
        rate.set("rate", view.rate64()?.unwrap_or(parms.rate.into()));
        rate.set("packetoverhead", parms.packet_overhead);
        rate.set("cellsize", parms.cell_size);
        rate.set("celloverhead", parms.cell_overhead);
        out.set("rate", rate);
    }
    if let Some(parms) = view.slot()? {
        let mut slot = Obj::default();
        if parms.dist_jitter > 0 {
            slot.set("distribution", nanoseconds(parms.dist_delay));
            slot.set("jitter", nanoseconds(parms.dist_jitter));
        } else {
            slot.set("min-delay", nanoseconds(parms.min_delay));
            slot.set("max-delay", nanoseconds(parms.max_delay));
        }
        slot.set("packets", parms.max_packets);
        slot.set("bytes", parms.max_bytes);
        out.set("slot", slot);
    }
    out.set("ecn", view.ecn()?.is_some_and(|v| v != 0));
    out.set("gap", header.gap);
    Ok(())
}

fn mqprio(out: &mut Obj, view: &MqprioView<'_>) -> Result<()> {
    let map: TcMqprioQopt = view.header();
    out.set("tc", map.num_tc);
    out.set("map", list(&map.prio_tc_map));
    let queues = map.offset.iter().zip(&map.count).take(map.num_tc.into());
    out.set("queues", queues.map(|(o, n)| Json::from(list(&[*o, *o + *n - 1]))).collect::<Vec<_>>());
    // Without hardware, there is neither attribute, and 0 is meant; `tc` says so if there is any at all.
    let mut entries = view.tc_entry();
    if view.mode()?.is_some() || view.shaper()?.is_some() || entries.next().is_some() {
        out.set("mode", if view.mode()?.is_none_or(|v| v.0 == 0) { "dcb" } else { "channel" });
        out.set("shaper", if view.shaper()?.is_none_or(|v| v.0 == 0) { "dcb" } else { "bw_rlimit" });
    }
    Ok(())
}

fn taprio(out: &mut Obj, view: &TaprioView<'_>) -> Result<()> {
    let map = view.priomap()?.expect("classes");
    out.set("tc", map.num_tc);
    out.set("map", list(&map.prio_tc_map));
    let queues = map.offset.iter().zip(&map.count).take(map.num_tc.into());
    let queues = queues.map(|(offset, count)| {
        let mut queue = Obj::default();
        queue.set("offset", *offset);
        queue.set("count", *count);
        queue.into()
    });
    out.set("queues", queues.collect::<Vec<Json>>());
    out.opt("clockid", view.sched_clockid()?.map(clock));
    out.opt("flags", view.flags()?.filter(|v| v.0 != 0).map(|v| format!("{:#x}", v.0)));
    out.opt("txtime_delay", view.txtime_delay()?.filter(|v| *v != 0));
    out.opt("base_time", view.sched_base_time()?);
    out.opt("cycle_time", view.sched_cycle_time()?);
    out.opt("cycle_time_extension", view.sched_cycle_time_extension()?);
    let mut schedule = Vec::new();
    if let Some(entries) = view.sched_entry_list()? {
        for entry in entries.entry() {
            let (entry, mut line) = (entry?, Obj::default());
            line.opt("index", entry.index()?);
            line.opt("cmd", entry.cmd()?.map(|cmd| ["S", "H", "R"][cmd.0 as usize]));
            line.opt("gatemask", entry.gate_mask()?.map(|mask| format!("{mask:#x}")));
            line.opt("interval", entry.interval()?);
            schedule.push(line.into());
        }
    }
    out.set("schedule", schedule);
    Ok(())
}
