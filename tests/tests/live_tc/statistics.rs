//! Counters as `tc -j -s` prints them, rebuilt from our views.

use crate::json::{Json, Obj};
use crate::qdisc::short;
use netlink_families::tc_action::{GnetStatsBasic, GnetStatsQueue};
use netlink_families::tc_qdisc::{CakeStatsView, FqCodelXstats, TcRedXstats, XstatsView};
use netlink_runtime::DecodeError;

type Result<T> = std::result::Result<T, DecodeError>;

/// What every kind counts.
pub(crate) fn counters(out: &mut Obj, basic: &Option<GnetStatsBasic>, queue: &Option<GnetStatsQueue>) {
    if let Some(basic) = basic {
        out.set("bytes", basic.bytes);
        out.set("packets", basic.packets);
    }
    if let Some(queue) = queue {
        out.set("drops", queue.drops);
        out.set("overlimits", queue.overlimits);
        out.set("requeues", queue.requeues);
        out.set("backlog", queue.backlog);
        out.set("qlen", queue.qlen);
    }
}

/// What a queueing discipline of some kind counts besides.
pub(crate) fn own(out: &mut Obj, own: &XstatsView<'_>) -> Result<()> {
    match own {
        XstatsView::Red(x) => red(out, x),
        XstatsView::Choke(x) => {
            out.set("marked", x.marked);
            out.set("early", x.early);
            out.set("pdrop", x.pdrop);
            out.set("other", x.other);
            out.set("matched", x.matched);
        }
        XstatsView::Sfb(x) => {
            out.set("earlydrop", x.earlydrop);
            out.set("penaltydrop", x.penaltydrop);
            out.set("bucketdrop", x.bucketdrop);
            out.set("queuedrop", x.queuedrop);
            out.set("childdrop", x.childdrop);
            out.set("marked", x.marked);
            out.set("maxqlen", x.maxqlen);
            out.set("maxprob", short(f64::from(x.maxprob) / 65535.0));
            out.set("avgprob", short(f64::from(x.avgprob) / 65535.0));
        }
        XstatsView::Codel(x) => {
            out.set("count", x.count);
            out.set("lastcount", x.lastcount);
            out.set("ldelay", x.ldelay);
            out.mark("dropping", x.dropping != 0);
            out.set("drop_next", x.drop_next.max(0));
            out.set("maxpacket", x.maxpacket);
            out.set("ecn_mark", x.ecn_mark);
            out.set("drop_overlimit", x.drop_overlimit);
            out.opt("ce_mark", Some(x.ce_mark).filter(|v| *v != 0));
        }
        XstatsView::Fq(x) => {
            out.set("flows", x.flows);
            out.set("inactive", x.inactive_flows);
            out.set("throttled", x.throttled_flows);
            out.opt("next_packet_delay", Some(x.time_next_delayed_flow).filter(|v| *v > 0));
            out.set("gc", x.gc_flows);
            out.set("highprio", x.highprio_packets);
            out.opt("retrans", Some(x.tcp_retrans).filter(|v| *v != 0));
            out.set("throttled", x.throttled);
            out.opt("latency", Some(x.unthrottle_latency_ns).filter(|v| *v != 0));
            out.opt("ce_mark", x.ce_mark.filter(|v| *v != 0));
            out.opt("flows_plimit", Some(x.flows_plimit).filter(|v| *v != 0));
        }
        XstatsView::FqCodel(x) if x.type_ == FqCodelXstats::QDISC => {
            let x = x.u.qdisc_stats();
            out.set("maxpacket", x.maxpacket);
            out.set("drop_overlimit", x.drop_overlimit);
            out.set("new_flow_count", x.new_flow_count);
            out.set("ecn_mark", x.ecn_mark);
            out.opt("ce_mark", Some(x.ce_mark).filter(|v| *v != 0));
            out.opt("memory_usage", Some(x.memory_usage).filter(|v| *v != 0));
            out.opt("drop_overmemory", Some(x.drop_overmemory).filter(|v| *v != 0));
            out.set("new_flows_len", x.new_flows_len);
            out.set("old_flows_len", x.old_flows_len);
        }
        XstatsView::Hhf(x) => {
            out.set("drop_overlimit", x.drop_overlimit);
            out.set("hh_overlimit", x.hh_overlimit);
            out.set("tot_hh", x.hh_tot_count);
            out.set("cur_hh", x.hh_cur_count);
        }
        XstatsView::Pie(x) => {
            out.set("prob", short(x.prob as f64 / 2f64.powi(64)));
            out.set("delay", x.delay);
            out.set("avg_dq_rate", x.avg_dq_rate);
            out.set("pkts_in", x.packets_in);
            out.set("overlimit", x.overlimit);
            out.set("dropped", x.dropped);
            out.opt("maxq", x.maxq);
            out.opt("ecn_mark", x.ecn_mark);
        }
        XstatsView::FqPie(x) => {
            out.set("pkts_in", x.packets_in);
            out.set("overlimit", x.overlimit);
            out.set("overmemory", x.overmemory);
            out.set("dropped", x.dropped);
            out.set("ecn_mark", x.ecn_mark);
            out.set("new_flow_count", x.new_flow_count);
            out.set("new_flows_len", x.new_flows_len);
            out.set("old_flows_len", x.old_flows_len);
            out.set("memory_used", x.memory_usage);
        }
        XstatsView::Cake(stats) => cake(out, stats)?,
        _ => {}
    }
    Ok(())
}

fn red(out: &mut Obj, x: &TcRedXstats) {
    out.set("marked", x.marked);
    out.set("early", x.early);
    out.set("pdrop", x.pdrop);
    out.set("other", x.other);
}

fn cake(out: &mut Obj, stats: &CakeStatsView<'_>) -> Result<()> {
    out.opt("memory_used", stats.memory_used()?);
    out.opt("memory_limit", stats.memory_limit()?);
    out.opt("capacity_estimate", stats.capacity_estimate64()?);
    out.opt("min_network_size", stats.min_netlen()?);
    out.opt("max_network_size", stats.max_netlen()?);
    out.opt("min_adj_size", stats.min_adjlen()?);
    out.opt("max_adj_size", stats.max_adjlen()?);
    out.opt("avg_hdr_offset", stats.avg_netoff()?);
    let mut tins = Vec::<Json>::new();
    for tin in stats.tin_stats()?.into_iter().flatten() {
        let (tin, mut line) = (tin.1?, Obj::default());
        line.opt("threshold_rate", tin.threshold_rate64()?);
        line.opt("sent_bytes", tin.sent_bytes64()?);
        line.opt("backlog_bytes", tin.backlog_bytes()?);
        line.opt("target_us", tin.target_us()?);
        line.opt("interval_us", tin.interval_us()?);
        line.opt("peak_delay_us", tin.peak_delay_us()?);
        line.opt("avg_delay_us", tin.avg_delay_us()?);
        line.opt("base_delay_us", tin.base_delay_us()?);
        line.opt("sent_packets", tin.sent_packets()?);
        line.opt("way_indirect_hits", tin.way_indirect_hits()?);
        line.opt("way_misses", tin.way_misses()?);
        line.opt("way_collisions", tin.way_collisions()?);
        line.opt("drops", tin.dropped_packets()?);
        line.opt("ecn_mark", tin.ecn_marked_packets()?);
        line.opt("ack_drops", tin.acks_dropped_packets()?);
        line.opt("sparse_flows", tin.sparse_flows()?);
        line.opt("bulk_flows", tin.bulk_flows()?);
        line.opt("unresponsive_flows", tin.unresponsive_flows()?);
        line.opt("max_pkt_len", tin.max_skblen()?);
        line.opt("flow_quantum", tin.flow_quantum()?);
        tins.push(line.into());
    }
    out.set("tins", tins);
    Ok(())
}
