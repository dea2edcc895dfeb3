//! Netfilter's transactions by `Socket::transaction`: all or nothing.

use netlink_families::nfnetlink::{Nfgenmsg, Nfproto};
use netlink_families::nftables::{GetGen, GetTable, NewChain, NewTable};
use netlink_runtime::Protocol;
use netlink_runtime::socket::{Acknowledge, Socket};
use netlink_tests::in_namespace;

/// `NFNL_SUBSYS_NFTABLES`.
const NFTABLES: u8 = 10;

fn header() -> Nfgenmsg {
    Nfgenmsg { nfgen_family: Nfproto::INET, ..Nfgenmsg::default() }
}

fn table(name: &str) -> impl netlink_runtime::Request {
    NewTable::request().create().with(|t| t.header(header()).name(name))
}

fn chain(table: &str, name: &str) -> impl netlink_runtime::Request {
    NewChain::request().create().with(|c| c.header(header()).table(table).name(name))
}

fn tables(socket: &mut Socket) -> Vec<String> {
    let name = |t: netlink_families::nftables::TableView<'_>| Ok(t.name()?.map(|n| n.to_string()));
    let tables = socket.dump_all(GetTable::dump(), name).expect("tables");
    tables.into_iter().flatten().collect()
}

fn generation(socket: &mut Socket) -> u32 {
    let answer = socket.get(GetGen::request()).expect("the generation");
    answer.view().expect("well-formed").id().expect("well-formed").expect("there")
}

#[test]
fn all_or_nothing() {
    if !in_namespace("all_or_nothing") {
        return;
    }
    let mut socket = Socket::open(Protocol::Netfilter).expect("a socket");
    if let Err(error) = socket.dump_all(GetTable::dump(), |_| Ok(())) {
        return netlink_tests::skip("all_or_nothing", &format!("nf_tables: {error}"));
    }
    for acknowledge in [Acknowledge::Last, Acknowledge::Each] {
        let name = format!("{acknowledge:?}");
        let mut transaction = socket.transaction(NFTABLES, None).expect("begun").acknowledge(acknowledge);
        transaction.add(table(&name)).expect("added");
        for n in 0..50 {
            transaction.add(chain(&name, &format!("c{n}"))).expect("added");
        }
        let report = transaction.finish().expect("sent");
        assert_eq!(report.sent, 51);
        report.ok().expect("carried out");
        assert!(tables(&mut socket).contains(&name));

        // One that cannot be: none of it is done, and each refusal names its attribute.
        let mut transaction = socket.transaction(NFTABLES, None).expect("begun").acknowledge(acknowledge);
        transaction.add(table("other")).expect("added");
        let absent = transaction.add(chain("absent", "c")).expect("added");
        transaction.add(chain("other", "c")).expect("added");
        let again = transaction.add(chain(&name, "c7")).expect("added");
        let report = transaction.finish().expect("sent");
        let refused: Vec<_> = report.refused.iter().map(|r| (r.index, r.error.name())).collect();
        assert_eq!(refused, [(absent, Some("ENOENT")), (again, Some("EEXIST"))]);
        let paths: Vec<_> = report.refused.iter().map(|r| r.error.attr_path.as_deref()).collect();
        assert_eq!(paths, [Some("NFTA_CHAIN_TABLE"), Some("NFTA_CHAIN_NAME")]);
        assert!(report.transaction.is_none() && report.lost.is_empty());
        assert!(!tables(&mut socket).contains(&"other".to_owned()));
    }

    // Only if nothing has changed since.
    let known = generation(&mut socket);
    let mut transaction = socket.transaction(NFTABLES, Some(known)).expect("begun");
    transaction.add(table("third")).expect("added");
    transaction.finish().expect("sent").ok().expect("carried out");
    assert_ne!(generation(&mut socket), known);
    let mut transaction = socket.transaction(NFTABLES, Some(known)).expect("begun");
    transaction.add(table("fourth")).expect("added");
    let report = transaction.finish().expect("sent");
    assert_eq!(report.transaction.as_ref().and_then(|e| e.name()), Some("ERESTART"), "{report:?}");
    assert_eq!(report.ok().expect_err("refused").to_string(), "NFNL_MSG_BATCH_BEGIN: ERESTART");
    assert!(!tables(&mut socket).contains(&"fourth".to_owned()));
    // A socket of its own is not disturbed by any of it.
    assert!(socket.try_receive().expect("nothing").is_none());
}
