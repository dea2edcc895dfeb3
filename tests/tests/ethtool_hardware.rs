//! What only hardware sends to ethtool's family, and no machine of these tests has: built, read and
//! written again.

#[allow(dead_code)] // what it sets up is for other tests
mod exact;

use exact::Tally;
use netlink_families::ethtool::{self, StringSetId};
use netlink_runtime::AttrSet;
use netlink_runtime::build::Enc;
use netlink_runtime::prelude::*;

/// Counters by group, reasons by state, pairs of a cable.
#[test]
fn what_only_hardware_sends_has_types() {
    let mut tally = Tally::default();

    let stats = ethtool::Stats::builder(Enc::new(Vec::new()))
        .grp(|g| {
            g.id(ethtool::StatsGroup::ETH_MAC)
                .ss_id(StringSetId::STATS_ETH_MAC)
                .stat(|s| s.eth_mac(|m| m._2_tx_pkt(5)))
                .stat(|s| s.eth_mac(|m| m._25_too_long_err(6)))
        })
        .grp(|g| {
            g.id(ethtool::StatsGroup::RMON)
                .ss_id(StringSetId::STATS_RMON)
                .hist_rx(|h| h.hist_bkt_low(0).hist_bkt_hi(64).hist_val(7))
                .hist_rx(|h| h.hist_bkt_low(65).hist_bkt_hi(127).hist_val(8))
                .stat(|s| s.rmon(|r| r.jabber(9)))
        });
    let bytes = stats.finish().end().expect("written");
    tally.check::<ethtool::Stats>(&bytes);
    let view = ethtool::StatsView::parse(&bytes).expect("a message");
    let mut counters = Vec::new();
    for group in view.grp() {
        for counter in group.expect("a group").stat() {
            counters.push(match counter.expect("a counter") {
                ethtool::StatsCounterView::EthMac(c) => (c._2_tx_pkt(), c._25_too_long_err(), Ok(None)),
                ethtool::StatsCounterView::Rmon(c) => (Ok(None), Ok(None), c.jabber()),
                other => panic!("{other:?}"),
            });
        }
    }
    let (none, five, six, nine) = (Ok(None), Ok(Some(5)), Ok(Some(6)), Ok(Some(9)));
    assert_eq!(counters, [(five, none, none), (none, six, none), (none, none, nine)]);
    let histogram = view.grp().nth(1).expect("two").expect("a group").hist_rx();
    let bins: Vec<_> = histogram.map(|bin| bin.and_then(|bin| bin.hist_val())).collect();
    assert_eq!(bins, [Ok(7), Ok(8)]);

    let state = ethtool::Linkstate::builder(Enc::new(Vec::new()))
        .link(0)
        .ext_substate(|s| s.cable_issue(ethtool::LinkCableIssue::UNSUPPORTED_CABLE));
    let bytes = state.finish().end().expect("written");
    tally.check::<ethtool::Linkstate>(&bytes);
    let view = ethtool::LinkstateView::parse(&bytes).expect("a message");
    assert_eq!(view.ext_state(), Ok(Some(ethtool::LinkExtState::CABLE_ISSUE)));
    let more = view.ext_substate().expect("readable").expect("present");
    assert!(matches!(more, ethtool::LinkExtSubstateView::CableIssue(issue) if issue.0 == 1));

    let report = ethtool::CableTestReport::builder(Enc::new(Vec::new()))
        .status(ethtool::CableTestStatus::COMPLETED)
        .nest(|n| {
            n.result(|r| r.pair(ethtool::CablePair::A).code(ethtool::CableResultCode::OK))
                .result(|r| r.pair(ethtool::CablePair::B).code(ethtool::CableResultCode::OPEN))
                .fault_length(|f| f.pair(ethtool::CablePair::B).cm(1234))
        });
    let bytes = report.finish().end().expect("written");
    tally.check::<ethtool::CableTestReport>(&bytes);
    let view = ethtool::CableTestReportView::parse(&bytes).expect("a message");
    let found = view.nest().expect("readable").expect("present");
    assert_eq!(found.result().count(), 2, "each pair has one");
    assert_eq!(found.fault_length().next().expect("one").and_then(|f| f.cm()), Ok(1234));

    let report = ethtool::CableTestTdrReport::builder(Enc::new(Vec::new())).nest(|n| {
        n.step(|s| s.first_distance(100).last_distance(200).step_distance(100))
            .pulse(|p| p.millivolts(1000))
            .amplitude(|a| a.pair(ethtool::CablePair::A).millivolts(-250))
            .amplitude(|a| a.pair(ethtool::CablePair::A).millivolts(0))
    });
    let bytes = report.finish().end().expect("written");
    tally.check::<ethtool::CableTestTdrReport>(&bytes);
    let view = ethtool::CableTestTdrReportView::parse(&bytes).expect("a message");
    let measured = view.nest().expect("readable").expect("present");
    let volts: Vec<_> = measured.amplitude().map(|a| a.and_then(|a| a.millivolts())).collect();
    assert_eq!(volts, [Ok(-250), Ok(0)]);
    tally.assert_clean();
}
