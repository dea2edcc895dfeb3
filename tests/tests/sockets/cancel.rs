//! Futures that are dropped at every point where they wait.

use netlink_families::nlctrl;
use netlink_families::rt_link::{GetLink, Ifinfomsg, NewLink};
use netlink_runtime::Protocol;
use netlink_runtime::socket::asynchronous::{self, Io};
use netlink_runtime::socket::{Builder, Datagram, Event, Kernel, Socket, Transport, Wait};
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

/// Waits once before each datagram, so that a future can be dropped there.
struct Hesitant<T>(T);

struct Once(bool);

impl Future for Once {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl<T: Transport> Io for Hesitant<T> {
    fn transport(&mut self) -> &mut dyn Transport {
        &mut self.0
    }

    async fn receive(&mut self, buffer: &mut Vec<u8>) -> io::Result<Datagram> {
        Once(false).await;
        self.0.receive(buffer, Wait::Yes)
    }
}

/// Polls a future so often, and drops it if it is not ready then.
fn poll<T>(future: impl Future<Output = T>, times: usize) -> Option<T> {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..times {
        if let Poll::Ready(done) = future.as_mut().poll(&mut context) {
            return Some(done);
        }
    }
    None
}

type Hesitating = asynchronous::Socket<Hesitant<Kernel>>;

fn open(builder: Builder, protocol: Protocol) -> Hesitating {
    let kernel = builder.connect(protocol).expect("a socket");
    builder.over_io(protocol, Hesitant(kernel)).expect("a socket")
}

/// The result of a future that nobody drops.
fn whole<T>(future: impl Future<Output = T>) -> T {
    poll(future, 1_000_000).expect("done some time")
}

fn loopback() -> Ifinfomsg {
    Ifinfomsg { ifi_index: 1, ..Ifinfomsg::default() }
}

/// A request after one that was given up has its own answer.
fn is_well(socket: &mut Hesitating) {
    let lo = whole(socket.get(GetLink::request().with(|l| l.header(loopback())))).expect("lo");
    assert_eq!(lo.view().expect("a link").header().ifi_index, 1);
    let mut names = 0;
    let count = whole(async {
        let mut dump = socket.dump(GetLink::dump()).await?;
        while dump.next().await?.is_some() {
            names += 1;
        }
        Ok::<_, netlink_runtime::socket::Error>(names)
    });
    assert_eq!(count.expect("a dump"), LINKS + 1);
    // And nothing comes for the one that was given up.
    let left = socket.try_receive().expect("nothing");
    assert!(left.is_none(), "{left:?}");
}

/// So many that a dump has several datagrams.
const LINKS: usize = 60;

fn make_links() {
    for n in 0..LINKS / 2 {
        netlink_tests::ip(&format!("link add v{n} type veth peer name w{n}"));
    }
}

/// Runs something again and again, given up one wait later each time, until it is done.
fn given_up<T>(socket: &mut Hesitating, mut run: impl AsyncFnMut(&mut Hesitating) -> T) -> (usize, T) {
    for waits in 1.. {
        if let Some(done) = poll(run(socket), waits) {
            return (waits - 1, done);
        }
        is_well(socket);
    }
    unreachable!("it is done some time")
}

#[test]
fn at_every_await_point() {
    if !netlink_tests::in_namespace("cancel::at_every_await_point") {
        return;
    }
    make_links();
    let mut socket = open(Socket::builder(), Protocol::Route);
    let (waits, count) = given_up(&mut socket, async |socket| {
        let (mut dump, mut count) = (socket.dump(GetLink::dump()).await.expect("a dump"), 0);
        while dump.next().await.expect("a link").is_some() {
            count += 1;
        }
        count
    });
    assert!(waits > 2 && count == LINKS + 1, "{waits} waits, {count} links");
    let (waits, _) = given_up(&mut socket, async |socket| {
        let lo = socket.get(GetLink::request().with(|l| l.header(loopback()))).await.expect("lo");
        assert_eq!(lo.view().expect("a link").header().ifi_index, 1);
    });
    assert!(waits > 0);
    let (waits, _) = given_up(&mut socket, async |socket| {
        let mut batch = socket.batch();
        for mtu in 1000..1200 {
            batch.add(NewLink::request().with(|l| l.header(loopback()).mtu(mtu))).await.expect("added");
        }
        batch.finish().await.expect("sent").ok().expect("all of them");
    });
    assert!(waits > 1, "{waits} waits");
    assert_eq!(socket.dropped().foreign, 0);
}

/// A dump that is given up while it waits goes on with the next call.
#[test]
fn the_next_call_goes_on() {
    if !netlink_tests::in_namespace("cancel::the_next_call_goes_on") {
        return;
    }
    make_links();
    let mut socket = open(Socket::builder(), Protocol::Route);
    let mut dump = whole(socket.dump(GetLink::dump())).expect("a dump");
    let (mut count, mut given_up) = (0, 0);
    loop {
        match poll(dump.next(), 1) {
            None => given_up += 1,
            Some(link) => match link.expect("a link") {
                Some(_) => count += 1,
                None => break,
            },
        }
        // Every other wait is given up.
        if given_up % 2 == 1 {
            given_up += 1;
            match whole(dump.next()).expect("a link") {
                Some(_) => count += 1,
                None => break,
            }
        }
    }
    assert!(given_up > 1);
    assert_eq!(count, LINKS + 1);
}

/// What is being waited for when a family is looked up, and when events are.
#[test]
fn families_and_events() {
    if !netlink_tests::in_namespace("cancel::families_and_events") {
        return;
    }
    let mut generic = open(Socket::builder(), Protocol::Generic);
    // Given up at each wait: while the family is looked up, and while its answer comes.
    let mut waits = 0;
    for times in 1.. {
        waits = times;
        let ask = nlctrl::GetFamily::request().with(|f| f.family_name("nlctrl"));
        if let Some(answer) = poll(generic.get(ask), times) {
            assert!(answer.expect("nlctrl").view().is_ok());
            break;
        }
    }
    assert!(waits > 1, "{waits}");
    assert_eq!(whole(generic.family("nlctrl")).expect("nlctrl").id, 16);

    let mut events = open(Socket::builder().group(1), Protocol::Route);
    assert!(poll(events.receive(), 1).is_none());
    netlink_tests::ip("link add v0 type veth peer name w0");
    assert!(poll(events.receive(), 1).is_none(), "it waits before it looks");
    let event = whole(events.receive()).expect("an event");
    assert!(matches!(event, Event::Notification { group: 1, .. }), "{event:?}");
}
