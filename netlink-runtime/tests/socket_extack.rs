//! Extended acknowledgements: what the kernel says, with names.

mod socket_support;

use netlink_runtime::extack::{Ack, KernelError};
use netlink_runtime::message::MessageRef;
use netlink_runtime::meta::*;
use socket_support::*;

// ---- a family by hand ------------------------------------------------------------------------

const fn int(bytes: u8, order: Order) -> TypeMeta {
    TypeMeta::Scalar(Scalar { bytes, signed: false, order }, None)
}

const U16: TypeMeta = int(2, Order::Native);
const U32: TypeMeta = int(4, Order::Native);

const fn one(id: u16, c_name: &'static str, ty: TypeMeta) -> AttrMeta {
    AttrMeta { id, c_name, name: "", card: Card::One, ty, ordinal: 0 }
}

const fn member(c_name: &'static str, offset: u32, bytes: u8) -> MemberMeta {
    let ty = MemberType::Scalar(Scalar { bytes, signed: false, order: Order::Native }, None);
    MemberMeta { c_name, offset, ty }
}

static HEADER: StructMeta = StructMeta {
    c_name: "linkmsg",
    size: 6, // the attributes start at 8
    members: &[member("family", 0, 1), member("index", 2, 4)],
};
static RECORD: StructMeta =
    StructMeta { c_name: "hop", size: 8, members: &[member("len", 0, 2), member("oif", 4, 4)] };

static SETS: [SetMeta; 5] = [
    SetMeta {
        name: "Link",
        header: Some(&HEADER),
        attrs: &[
            AttrMeta { name: "mtu", ..one(4, "L_MTU", U32) },
            one(9, "L_HOPS", TypeMeta::Records { set: set(4), len_offset: 0, len_bytes: 2 }),
            AttrMeta { card: Card::Indexed, ..one(10, "L_LIST", TypeMeta::Nest(set(2))) },
            AttrMeta { card: Card::TypeValue(2), ..one(11, "L_MAP", TypeMeta::Nest(set(2))) },
            AttrMeta { card: Card::Multi, ..one(12, "L_MANY", TypeMeta::Nest(set(2))) },
            one(18, "L_INFO", TypeMeta::Nest(set(1))),
            one(19, "L_BY_FAMILY", TypeMeta::Sub(&BY_FAMILY, &[Selector::Header("family")])),
        ],
    },
    SetMeta {
        name: "Info",
        header: None,
        attrs: &[
            one(1, "I_KIND", TypeMeta::String),
            one(2, "I_DATA", TypeMeta::Sub(&BY_KIND, &[Selector::Attr(1)])),
            one(3, "I_NUMBER", int(2, Order::Big)),
            one(4, "I_PAIR", TypeMeta::Sub(&BY_PAIR, &[Selector::Attr(3), Selector::Outer("L_MTU")])),
            one(5, "I_REQUEST", TypeMeta::Sub(&BY_FAMILY, &[Selector::Request("family")])),
            one(6, "I_BY_FIELD", TypeMeta::Sub(&BY_PAIR, &[Selector::Attr(3), Selector::Outer("mtu")])),
        ],
    },
    SetMeta { name: "Vlan", header: None, attrs: &[one(1, "V_ID", U16), one(2, "V_FLAGS", U32)] },
    SetMeta { name: "Bond", header: None, attrs: &[one(1, "B_MODE", U16)] },
    SetMeta { name: "Hop", header: Some(&RECORD), attrs: &[one(5, "H_GATEWAY", U32)] },
];

const fn set(key: usize) -> SetRef {
    fn get(key: usize) -> &'static SetMeta {
        &SETS[key]
    }
    SetRef::dynamic(get, key)
}

static BY_KIND: SubMeta = SubMeta {
    name: "Data",
    formats: &[
        FormatMeta { keys: &[Key::Text("bond")], ty: TypeMeta::Nest(set(3)) },
        FormatMeta { keys: &[Key::Text("vlan")], ty: TypeMeta::Nest(set(2)) },
    ],
    default: None,
};
static BY_PAIR: SubMeta = SubMeta {
    name: "Pair",
    formats: &[FormatMeta { keys: &[Key::Number(0x0102), Key::Number(1500)], ty: TypeMeta::Nest(set(3)) }],
    default: Some(TypeMeta::Nest(set(2))),
};
static BY_FAMILY: SubMeta = SubMeta {
    name: "ByFamily",
    formats: &[FormatMeta { keys: &[Key::Number(2)], ty: TypeMeta::Nest(set(3)) }],
    default: None,
};

// ---- requests --------------------------------------------------------------------------------

/// A request with a fixed header of family 2, padded to 8 bytes.
fn request(attrs: &[Vec<u8>]) -> Vec<u8> {
    let header = [2, 0, 7, 0, 0, 0, 0, 0];
    message(16, 5, 1, PORT, &[&header[..], &attrs.concat()].concat())
}

/// The error for the first place of the request where `bytes` stand.
fn at(request: &[u8], bytes: &[u8]) -> KernelError {
    let offset = request.windows(bytes.len()).position(|w| w == bytes).unwrap();
    let tlvs = attr(2, &(offset as u32).to_ne_bytes());
    located(request, &tlvs)
}

fn located(request: &[u8], tlvs: &[u8]) -> KernelError {
    let bytes = error(1, -22, tlvs);
    let mut error = KernelError::new(&Ack::parse(MessageRef::parse(&bytes).unwrap()).unwrap());
    error.locate(request, 16, &SETS[0]);
    error
}

fn path(request: &[u8], bytes: &[u8]) -> String {
    at(request, bytes).attr_path.expect("a path")
}

#[test]
fn paths() {
    let mtu = attr(4, &1500u32.to_ne_bytes());
    let bad = attr(1, &[0xab, 0xcd]);
    let check = |attrs: &[Vec<u8>], expected: &str| assert_eq!(path(&request(attrs), &bad), expected);

    let r = request(&[mtu.clone(), attr(18, b"")]);
    assert_eq!(path(&r, &mtu), "L_MTU");
    assert_eq!(path(&r, &attr(18, b"")), "L_INFO");

    // The selector before and after its payload, with and without NUL.
    check(&[attr(18, &[attr(1, b"vlan\0"), attr(2, &bad)].concat())], "L_INFO.I_DATA.V_ID");
    check(&[attr(18, &[attr(0x8002, &bad), attr(1, b"bond")].concat())], "L_INFO.I_DATA.B_MODE");
    // No format: as far as is known.
    check(&[attr(18, &[attr(1, b"tun\0"), attr(2, &bad)].concat())], "L_INFO.I_DATA");
    check(&[attr(18, &attr(2, &bad))], "L_INFO.I_DATA");

    // Two selectors: one in the own set, big-endian, one around it.
    let pair = attr(18, &[attr(3, &[1, 2]), attr(4, &bad)].concat());
    check(&[mtu.clone(), pair.clone()], "L_INFO.I_PAIR.B_MODE");
    check(&[pair], "L_INFO.I_PAIR.V_ID");
    // The one around it by the name of its field.
    let by_field = attr(18, &[attr(3, &[1, 2]), attr(6, &bad)].concat());
    check(&[mtu.clone(), by_field.clone()], "L_INFO.I_BY_FIELD.B_MODE");
    check(&[by_field], "L_INFO.I_BY_FIELD.V_ID");

    // A selector in the header: of the own set, and of the request.
    check(&[attr(19, &bad)], "L_BY_FAMILY.B_MODE");
    check(&[attr(18, &attr(5, &bad))], "L_INFO.I_REQUEST.B_MODE");

    check(&[attr(10, &[attr(1, b""), attr(7, &bad)].concat())], "L_LIST[7].V_ID");
    check(&[attr(11, &attr(3, &attr(4, &bad)))], "L_MAP[3][4].V_ID");
    check(&[attr(12, &attr(2, b"")), attr(12, &bad)], "L_MANY.V_ID");

    // The kernel's own attributes that nobody has told us.
    let r = request(&[attr(300, b"new")]);
    assert_eq!(path(&r, &attr(300, b"new")), "300");
}

#[test]
fn paths_of_records_and_headers() {
    let hop = |len: u16| [&len.to_ne_bytes()[..], &[0, 0], &9u32.to_ne_bytes()].concat();
    let gateway = attr(5, &[1, 2, 3, 4]);
    let r = request(&[attr(9, &[hop(8), hop(16), gateway.clone()].concat())]);
    assert_eq!(path(&r, &gateway), "L_HOPS[1].H_GATEWAY");
    assert_eq!(path(&r, &hop(16)), "L_HOPS[1].hop.len");
    // A record without a length does not lead on for ever.
    let r = request(&[attr(9, &[hop(0), gateway.clone()].concat())]);
    assert_eq!(path(&r, &gateway), "L_HOPS");

    let header = |offset: u32| located(&request(&[]), &attr(2, &offset.to_ne_bytes())).attr_path;
    assert_eq!(header(16).unwrap(), "linkmsg.family");
    assert_eq!(header(18).unwrap(), "linkmsg.index");
    assert_eq!(header(17).unwrap(), "linkmsg");
    assert_eq!(header(3), None, "nlmsghdr is not described");
    assert_eq!(header(4000), None);
}

#[test]
fn missing_attributes() {
    let data = attr(2, &attr(2, &[0; 4]));
    let r = request(&[attr(18, &[attr(1, b"vlan\0"), data.clone()].concat())]);
    let nest = r.windows(data.len()).position(|w| w == data).unwrap() as u32;
    let tlvs = [attr(5, &1u32.to_ne_bytes()), attr(6, &nest.to_ne_bytes())].concat();
    let error = located(&r, &tlvs);
    let missing = error.missing.as_ref().unwrap();
    assert_eq!((missing.attr, missing.nest_offset), (1, Some(nest)));
    assert_eq!(error.to_string(), "EINVAL (missing: L_INFO.I_DATA.V_ID)");

    assert_eq!(located(&r, &attr(5, &18u32.to_ne_bytes())).to_string(), "EINVAL (missing: L_INFO)");
    assert_eq!(located(&r, &attr(5, &77u32.to_ne_bytes())).to_string(), "EINVAL (missing: 77)");
    let nowhere = [attr(5, &1u32.to_ne_bytes()), attr(6, &9999u32.to_ne_bytes())].concat();
    let text = "EINVAL (missing: attribute 1 of the nest at offset 9999)";
    assert_eq!(located(&r, &nowhere).to_string(), text);
}

/// S1-11.
#[test]
fn everything_in_one_text() {
    let bad = attr(1, &5000u16.to_ne_bytes());
    let r = request(&[attr(18, &[attr(1, b"vlan\0"), attr(2, &bad)].concat())]);
    let offset = r.windows(bad.len()).position(|w| w == bad).unwrap() as u32;
    let policy = [
        attr(1, &3u32.to_ne_bytes()),
        attr(4, &0u64.to_ne_bytes()),
        attr(5, &4094u64.to_ne_bytes()),
        attr(77, b"from a later kernel"),
    ];
    let tlvs = [
        attr(1, b"Invalid VLAN id\0"),
        attr(2, &offset.to_ne_bytes()),
        attr(3, &[1, 2, 3]),
        attr(0x8000 | 4, &policy.concat()),
        attr(99, b"from a later kernel"),
    ]
    .concat();
    let script = vec![vec![kernel(&[error(1, -34, &tlvs)])]];
    let (mut socket, _) = scripted(script);
    let get = Get { payload: r[16..].to_vec(), set: Some(&SETS[0]), ..Get::default() };
    let error = socket.execute(get).unwrap_err();
    assert_eq!(
        error.to_string(),
        "TEST_GET: ERANGE at L_INFO.I_DATA.V_ID: Invalid VLAN id (policy: u16, max 4094)"
    );
    assert_eq!(error.kernel().unwrap().cookie.as_deref(), Some(&[1, 2, 3][..]));
    // Without a set, at least the offset.
    let (mut socket, _) = scripted(vec![vec![kernel(&[error_without_set(offset)])]]);
    let text = socket.execute(Get::default()).unwrap_err().to_string();
    assert_eq!(text, format!("TEST_GET: EINVAL at offset {offset}"));
}

fn error_without_set(offset: u32) -> Vec<u8> {
    error(1, -22, &attr(2, &offset.to_ne_bytes()))
}

/// S1-11.
#[test]
fn errors_that_repeat_the_request() {
    // 33 bytes: the attributes after it start aligned.
    let mut sent = message(16, 5, 1, PORT, b"seventeen bytes..");
    let length = 33u32;
    assert_eq!(sent[..4], length.to_ne_bytes());
    let payload = [&(-1i32).to_ne_bytes()[..], &sent, &attr(1, b"no\0")].concat();
    let bytes = message(ERROR, ACK_TLVS, 1, PORT, &payload);
    let ack = Ack::parse(MessageRef::parse(&bytes).unwrap()).unwrap();
    assert_eq!((ack.errno(), ack.message()), (1, Some(&b"no"[..])));
    sent.truncate(33);
    assert_eq!(ack.request().unwrap().bytes(), sent);

    // Without the flag, what follows is no attribute.
    let bytes = message(ERROR, 0, 1, PORT, &payload);
    assert_eq!(Ack::parse(MessageRef::parse(&bytes).unwrap()).unwrap().message(), None);
}

#[test]
fn what_is_no_acknowledgement() {
    let parse = |bytes: &[u8]| Ack::parse(MessageRef::parse(bytes).unwrap()).is_some();
    assert!(!parse(&message(16, 0, 1, PORT, &[0; 20])));
    assert!(!parse(&message(ERROR, 0, 1, PORT, &[0; 3])));
    assert!(parse(&message(DONE, 0, 1, PORT, b"")));
    let most = message(ERROR, 0, 1, PORT, &i32::MIN.to_ne_bytes());
    assert_eq!(Ack::parse(MessageRef::parse(&most).unwrap()).unwrap().errno(), i32::MAX);
}

#[test]
fn damage_does_no_harm() {
    let nested = attr(18, &[attr(1, b"vlan\0"), attr(2, &attr(1, &[0; 2]))].concat());
    let hops = attr(9, &[8, 0, 0, 0, 0, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 4, 0, 5, 0]);
    let good = request(&[nested, hops, attr(11, &attr(3, &attr(4, &attr(1, &[0; 2]))))]);
    for ix in 0..good.len() {
        for flip in [0x00, 0x01, 0x10, 0xff] {
            let mut bad = good.clone();
            bad[ix] ^= flip;
            for offset in (0..good.len() as u32 + 8).step_by(2) {
                let tlvs = [
                    attr(2, &offset.to_ne_bytes()),
                    attr(5, &1u32.to_ne_bytes()),
                    attr(6, &offset.to_ne_bytes()),
                ];
                located(&bad, &tlvs.concat());
                located(&good[..ix], &tlvs.concat());
            }
        }
    }
}
