//! A transaction of typed messages: all of it in one datagram, written here by hand.

use super::family;
use netlink_families::nfnetlink::{BatchBegin, BatchEnd, L4proto, Nfgenmsg, Nfproto};
use netlink_families::nftables::*;
use netlink_runtime::extack::Ack;
use netlink_runtime::message::{Header, Messages, NLM_F_ACK, NLM_F_APPEND, NLM_F_CREATE, NLM_F_REQUEST};
use netlink_runtime::socket;
use netlink_runtime::{Call, MessageType, Reply, Request};
use std::fs::File;
use std::io::{Read, Write};

/// Messages of a transaction.
#[derive(Default)]
struct Batch {
    datagram: Vec<u8>,
    count: u32,
}

impl Batch {
    fn new() -> Self {
        let MessageType::Raw(number) = GetTable::request().message_type() else { panic!("a number") };
        let mut batch = Batch::default();
        let header = Nfgenmsg { res_id: number >> 8, ..Default::default() };
        batch.push(BatchBegin::request().with(|b| b.header(header)), 0);
        batch
    }

    fn push<R: Request>(&mut self, request: R, flags: u16) {
        let mut payload = Vec::new();
        request.encode(&mut payload).expect("a request");
        let MessageType::Raw(message_type) = request.message_type() else { panic!("a number") };
        let len = (Header::LEN + payload.len()) as u32;
        let flags = request.flags() | flags | NLM_F_REQUEST;
        let header = Header { len, message_type, flags, sequence: self.count, port: 0 };
        self.datagram.extend(header.to_bytes());
        self.datagram.extend(payload);
        self.datagram.resize(self.datagram.len().next_multiple_of(4), 0);
        self.count += 1;
    }

    /// A change: created where it is not there, and acknowledged.
    fn change<R: Request>(&mut self, request: R) {
        self.push(request, NLM_F_ACK | NLM_F_CREATE | NLM_F_APPEND);
    }

    /// Sends it, and gives what the kernel says of each message: the number of the message, and
    /// the error.
    fn commit(mut self, socket: &socket::Socket) -> Vec<(u32, i32)> {
        self.push(BatchEnd::request().with(|b| b.header(Nfgenmsg { res_id: 10, ..Default::default() })), 0);
        let fd = socket.fd().expect("a socket of the kernel").try_clone_to_owned().expect("another of it");
        let mut file = File::from(fd);
        let sent = file.write(&self.datagram).expect("the batch is sent");
        assert_eq!(sent, self.datagram.len());
        let mut said = Vec::new();
        // All but the ends are acknowledged.
        while said.len() < self.count as usize - 2 {
            let mut datagram = vec![0; 1 << 16];
            let len = file.read(&mut datagram).expect("an answer");
            for message in Messages::new(&datagram[..len]) {
                let message = message.expect("a message");
                let ack = Ack::parse(message).expect("an acknowledgement");
                said.push((message.header.sequence, ack.errno()));
            }
        }
        said
    }
}

const TABLE: &str = "typed";

/// A rule of these expressions, each a closure over the builder of what its kind needs.
macro_rules! rule {
    ($($expr:expr),+ $(,)?) => {
        NewRule::request().with(|b| {
            b.header(family(Nfproto::INET)).table(TABLE).chain("in").expressions(|list| list $(.elem(|e| e.data($expr)))+)
        })
    };
}

/// Rules that come back from the kernel as they were sent. The first has to be possible, the
/// others are: not all kernels have them.
fn rules() -> Vec<(&'static str, Call<NewRule>)> {
    const REG: Register = Register::REG_1;
    let port = 4789_u16.to_be_bytes();
    vec![
        (
            "usual ones",
            rule![
                |d| d.meta(|m| m.key(MetaKey::L4PROTO).dreg(REG)),
                |d| d.cmp(|c| c.sreg(REG).op(CmpOp::EQ).data(|d| d.value(&[17]))),
                |d| d.payload(|p| p.dreg(REG).base(PayloadBase::TRANSPORT_HEADER).offset(2).len(2)),
                |d| d.cmp(|c| c.sreg(REG).op(CmpOp::NEQ).data(|d| d.value(&port))),
                |d| d.lookup(|l| l.set("ports").sreg(REG).flags(LookupFlags::INV)),
                |d| d.counter(|c| c.bytes(700).packets(7)),
                |d| d.limit(|l| l.rate(10).unit(60).burst(5).type_(LimitType::PKTS).flags(LimitFlags::INV)),
                |d| d.immediate(|i| i
                    .dreg(Register::REG_VERDICT)
                    .data(|d| { d.verdict(|v| v.code(VerdictCode::JUMP).chain("side")) })),
            ],
        ),
        (
            "reject",
            rule![|d| { d.reject(|r| { r.icmp_code(|c| c.icmpx_unreach(IcmpxCode::HOST_UNREACH)) }) }],
        ),
        ("quota", rule![|d| d.quota(|q| q.bytes(1 << 40).consumed(3).flags(QuotaFlags::INV))]),
        (
            "log",
            rule![|d| {
                d.log(|l| l.prefix("x: ").level(LogLevel::INFO).flags(LogFlags::TCPSEQ | LogFlags::UID))
            }],
        ),
        ("last", rule![|d| d.last(|l| l.set(0).msecs(0))]),
        (
            "bitwise",
            rule![|d| d.meta(|m| m.key(MetaKey::MARK).dreg(REG)), |d| d.bitwise(|b| {
                b.sreg(REG).dreg(REG).len(4).op(BitwiseOp::LSHIFT).data(|d| d.value(&5_u32.to_ne_bytes()))
            }),],
        ),
        (
            "two operands",
            rule![
                |d| d.meta(|m| m.key(MetaKey::MARK).dreg(REG)),
                |d| d.meta(|m| m.key(MetaKey::CPU).dreg(Register::REG_2)),
                |d| d.bitwise(|b| b.sreg(REG).dreg(REG).len(4).op(BitwiseOp::OR).sreg2(Register::REG_2)),
            ],
        ),
        (
            "inner",
            rule![|d| d.inner(|i| {
                i.num(0)
                    .type_(InnerType::VXLAN)
                    .flags(InnerFlags::HDRSIZE | InnerFlags::LL | InnerFlags::NH)
                    .hdrsize(8)
                    .expr(|e| {
                        e.data(|d| {
                            d.payload(|p| p.dreg(REG).base(PayloadBase::NETWORK_HEADER).offset(12).len(4))
                        })
                    })
            })],
        ),
        ("xfrm", rule![|d| d.xfrm(|x| { x.dreg(REG).key(XfrmKey::SPI).dir(XfrmDirection::IN).spnum(1) })]),
        ("numgen", rule![|d| d.numgen(|n| n.dreg(REG).modulus(3).type_(NgType::RANDOM).offset(9))]),
        ("queue", rule![|d| d.queue(|q| q.num(3).total(4).flags(QueueFlags::BYPASS))]),
        ("connlimit", rule![|d| d.connlimit(|c| c.count(9).flags(ConnlimitFlags::INV))]),
        (
            "synproxy",
            rule![|d| d.synproxy(|s| s.mss(1400).wscale(5).flags(SynproxyFlags::MSS | SynproxyFlags::WSCALE))],
        ),
        (
            "dynset",
            rule![|d| d.payload(|p| p.dreg(REG).base(PayloadBase::TRANSPORT_HEADER).offset(2).len(2)), |d| d
                .dynset(|s| s
                    .sreg_key(REG)
                    .op(DynsetOp::UPDATE)
                    .set_name("seen")
                    .timeout(60_000)
                    .expr(|e| e.data(|d| d.counter(|c| c.bytes(0).packets(0))))
                    .flags(DynsetFlags::default()))],
        ),
    ]
}

/// Objects of all kinds, but for tunnels: their options have ended in a panic of the kernel.
fn objects() -> Vec<(&'static str, Call<NewObj>)> {
    macro_rules! object {
        ($name:literal, $data:expr) => {
            (
                $name,
                NewObj::request()
                    .with(|b| b.header(family(Nfproto::INET)).table(TABLE).name($name).data($data)),
            )
        };
    }
    let (ip, tcp) = (Nfproto::IPV4, L4proto::TCP);
    vec![
        object!("counter", |d| d.counter(|c| c.bytes(5).packets(1))),
        object!("quota", |d| d.quota(|q| q.bytes(1000).consumed(9).flags(QuotaFlags::default()))),
        object!("limit", |d| d.limit(|l| l
            .rate(1)
            .unit(1)
            .burst(9)
            .type_(LimitType::PKT_BYTES)
            .flags(LimitFlags::default()))),
        object!("connlimit", |d| d.connlimit(|c| c.count(4))),
        object!("helper", |d| d.ct_helper(|h| h.name("ftp").l3proto(ip).l4proto(tcp))),
        object!("timeout", |d| d
            .ct_timeout(|t| { t.l3proto(ip).data(|d| d.udp(|u| u.unreplied(7).replied(70))) })),
        object!("expect", |d| d.ct_expect(|e| e.l3proto(ip).l4proto(tcp).dport(21).timeout(5000).size(3))),
        object!("synproxy", |d| d.synproxy(|s| s.mss(1400).wscale(3).flags(SynproxyFlags::MSS))),
        object!("secmark", |d| d.secmark(|s| s.ctx("system_u:object_r:packet_t:s0"))),
    ]
}

/// What nobody can do without.
fn ground(batch: &mut Batch) {
    let inet = family(Nfproto::INET);
    batch.change(NewTable::request().with(|b| b.header(inet).name(TABLE).userdata(b"\x00\x03hi\0")));
    batch.change(NewChain::request().with(|b| {
        b.header(inet)
            .table(TABLE)
            .name("in")
            .type_("filter")
            .policy(Policy::ACCEPT)
            .hook(|h| h.hooknum(|n| n.other(InetHook::LOCAL_IN)).priority(-5))
    }));
    batch.change(NewChain::request().with(|b| b.header(inet).table(TABLE).name("side")));
    // By user space's number, a port.
    let ports =
        NewSet::request().with(|b| b.header(inet).table(TABLE).name("ports").id(1).key_type(13).key_len(2));
    batch.change(ports);
    batch.change(NewSet::request().with(|b| {
        let flags = SetFlags::TIMEOUT | SetFlags::EVAL | SetFlags::EXPR;
        b.header(inet)
            .table(TABLE)
            .name("counted")
            .id(2)
            .key_type(13)
            .key_len(2)
            .flags(flags)
            .desc(|d| d.size(100))
            .expressions(|l| {
                l.elem(|e| e.data(|d| d.counter(|c| c))).elem(|e| e.data(|d| d.quota(|q| q.bytes(100))))
            })
    }));
    batch.change(NewSet::request().with(|b| {
        let flags = SetFlags::TIMEOUT | SetFlags::EVAL;
        b.header(inet)
            .table(TABLE)
            .name("seen")
            .id(3)
            .key_type(13)
            .key_len(2)
            .flags(flags)
            .desc(|d| d.size(9))
    }));
    let element = |port: u16| port.to_be_bytes();
    batch.change(NewSetelem::request().with(|b| {
        b.header(inet).table(TABLE).set("ports").set_id(1).elements(|l| {
            l.nest(1, |e| e.key(|k| k.value(&element(80)))).nest(2, |e| e.key(|k| k.value(&element(443))))
        })
    }));
}

/// Whether a change was made; says why not.
fn done(what: &str, said: &[(u32, i32)]) -> bool {
    let errors: Vec<_> = said.iter().filter(|(_, errno)| *errno != 0).collect();
    if !errors.is_empty() {
        eprintln!("not here: {what}: {errors:?}");
    }
    errors.is_empty()
}

/// What is in it, in whatever order.
fn words(value: &impl std::fmt::Debug) -> Vec<String> {
    let text = format!("{value:?}").replace(['{', '}', ','], " ");
    let mut words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    words.sort();
    words
}

/// Makes it all, and compares what the kernel has then with what was sent.
pub(crate) fn everything(socket: &mut socket::Socket) {
    let mut batch = Batch::new();
    ground(&mut batch);
    assert!(done("the ground", &batch.commit(socket)), "no table, chains or sets");
    let elements = GetSetelem::dump().with(|b| b.header(family(Nfproto::INET)).table(TABLE).set("ports"));
    let keys = socket.dump_all(elements, |list| {
        let mut keys = Vec::new();
        for (_, elem) in list.elements()?.expect("elements") {
            let key = elem?.key()?.expect("a key").value()?.expect("a value");
            keys.push(key.to_vec());
        }
        Ok(keys)
    });
    let mut keys = keys.expect("the elements").concat();
    keys.sort();
    assert_eq!(keys, [80_u16.to_be_bytes(), 443_u16.to_be_bytes()]);

    let mut made = 0;
    for (what, request) in rules() {
        let mut sent = Vec::new();
        request.encode(&mut sent).unwrap_or_else(|e| panic!("{what}: {e}"));
        let sent = <NewRule as Reply>::view(&sent).expect("a rule").expressions().expect("expressions");
        let mut batch = Batch::new();
        batch.change(&request);
        if !done(what, &batch.commit(socket)) {
            assert_ne!(what, "usual ones");
            continue;
        }
        made += 1;
        let of_chain = GetRule::dump().with(|b| b.header(family(Nfproto::INET)).table(TABLE).chain("in"));
        let all = socket.dump_all(of_chain, |rule| Ok(format!("{:?}", rule.expressions()?)));
        let last = all.expect("the rules").pop().expect("a rule");
        assert_eq!(last, format!("{sent:?}"), "{what}");
    }
    let mut objects_made = 0;
    for (name, request) in objects() {
        let mut sent = Vec::new();
        request.encode(&mut sent).expect("an object");
        let view = <NewObj as Reply>::view(&sent).expect("an object");
        let (kind, data) = (view.type_().expect("its kind").expect("a kind"), view.data().expect("its data"));
        let mut batch = Batch::new();
        batch.change(&request);
        if !done(name, &batch.commit(socket)) {
            assert_ne!(name, "counter");
            continue;
        }
        objects_made += 1;
        let one =
            GetObj::request().with(|b| b.header(family(Nfproto::INET)).table(TABLE).name(name).type_(kind));
        let answer = socket.get(one).expect("the object");
        let there = answer.view().expect("the object").data().expect("its data");
        assert_eq!(words(&there), words(&data), "{name}");
    }
    eprintln!("{made} rules and {objects_made} objects came back as they were sent");
}
