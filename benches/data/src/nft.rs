//! Elements of nftables' sets.

use crate::capture::Capture;
use crate::{Result, done};
use netlink_families::nfnetlink::{Nfgenmsg, Nfproto};
use netlink_families::nftables::{
    GetSetelem, NewSet, NewSetelem, NewTable, Set, SetElem, SetElemFlags, SetFlags,
};
use netlink_runtime::socket::Socket;
use netlink_runtime::{AttrSet, Builder, Protocol};

/// `NFNL_SUBSYS_NFTABLES`.
const NFTABLES: u8 = 10;

const TABLE: &str = "speed";

/// Elements of each set.
const COUNT: u32 = 100_000;

/// What of a set a request holds: its elements have to fit an attribute, and a request the socket.
const AT_ONCE: u32 = 1000;

fn header() -> Nfgenmsg {
    Nfgenmsg { nfgen_family: Nfproto::IPV4, ..Nfgenmsg::default() }
}

type Elem = <SetElem as AttrSet>::Builder<Vec<u8>>;

/// Makes a set and fills it, some elements at a time.
fn set(
    socket: &mut Socket,
    name: &str,
    more: impl FnOnce(Builder<Set>) -> Builder<Set>,
    elem: impl Fn(u32, Elem) -> Elem,
) -> Result<()> {
    let mut transaction = socket.transaction(NFTABLES, None)?;
    transaction.add(
        NewSet::request()
            .with(|s| {
                let s = s.header(header()).table(TABLE).name(name).id(1).key_type(7).key_len(4);
                more(s)
            })
            .create(),
    )?;
    done(name, transaction.finish()?)?;
    for start in (0..COUNT).step_by(AT_ONCE as usize) {
        let mut transaction = socket.transaction(NFTABLES, None)?;
        transaction.add(
            NewSetelem::request()
                .with(|s| {
                    let s = s.header(header()).table(TABLE).set(name);
                    s.elements(|l| (start..start + AT_ONCE).fold(l, |l, n| l.nest(1, |e| elem(n, e))))
                })
                .create(),
        )?;
        done(name, transaction.finish()?)?;
    }
    Ok(())
}

/// A set of intervals, the ends of which are elements, and one whose elements time out and have comments.
pub(crate) fn capture(file: &mut Capture) -> Result<()> {
    let mut socket = Socket::open(Protocol::Netfilter)?;
    let mut transaction = socket.transaction(NFTABLES, None)?;
    transaction.add(NewTable::request().with(|t| t.header(header()).name(TABLE)).create())?;
    done("a table", transaction.finish()?)?;
    let intervals = |n: u32, e: Elem| {
        // From 1.0.0.0 on: 16 addresses in, 16 not.
        let e = e.key(|k| k.value(&((1 << 24) + 16 * n).to_be_bytes()));
        if n % 2 == 1 { e.flags(SetElemFlags::INTERVAL_END) } else { e }
    };
    set(&mut socket, "intervals", |s| s.flags(SetFlags::INTERVAL), intervals)?;
    let timeouts = |n: u32, e: Elem| {
        let e =
            e.key(|k| k.value(&((2 << 24) + 7 * n).to_be_bytes())).timeout(86_400_000 + 1000 * u64::from(n));
        // A comment, as nft writes it: its type, its length, its text.
        let comment = format!("entry {n}\0");
        let userdata = [&[0, comment.len() as u8][..], comment.as_bytes()].concat();
        if n.is_multiple_of(4) { e.userdata(&userdata) } else { e }
    };
    set(&mut socket, "timeouts", |s| s.flags(SetFlags::TIMEOUT), timeouts)?;
    for name in ["intervals", "timeouts"] {
        let elements = GetSetelem::dump().with(|s| s.header(header()).table(TABLE).set(name));
        file.dump(&mut socket, elements)?;
    }
    Ok(())
}
