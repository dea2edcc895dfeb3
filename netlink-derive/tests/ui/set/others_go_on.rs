use netlink_runtime::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(hop)]
struct HopHeader {
    #[netlink(0)]
    len: u16,
}

#[derive(Clone, PartialEq, NetlinkSub)]
#[netlink(debug)]
enum Data {
    #[netlink("raw")]
    Raw(u32),
    #[netlink("info", nestd)]
    Info(Info),
}

#[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
struct Info {
    mtu: Option<u32>,
    #[netlink(INFO_KIND = 1)]
    kind: Option<NlString>,
}

#[netlink_enum(u8)]
enum State {
    UP,
    DOWN = 2,
}

#[derive(Clone, Default, PartialEq, NetlinkMessage)]
#[netlink(debug)]
struct Link {
    #[netlink(header)]
    header: HopHeader,
    #[netlink(IFLA_KIND = 4)]
    kind: Option<NlString>,
    #[netlink(IFLA_INFO = 5, nested)]
    info: Option<Info>,
    #[netlink(IFLA_DATA = 6, sub(kind))]
    data: Option<Data>,
    #[netlink(IFLA_STATE = 7, u8)]
    state: Option<State>,
    #[netlink(IFLA_HOPS = 8, struct)]
    hop: Option<HopHeader>,
}

#[derive(NetlinkMessage)]
#[netlink(of = Link)]
struct Row<'a> {
    #[netlink(info.kind, kind)]
    kind: Option<&'a str>,
}

fn show(link: LinkView<'_>) -> Result<(), netlink_runtime::DecodeError> {
    let row: Row<'_> = link.project()?;
    println!("{:?} {:?}", row.kind, link.info()?.map(|i: InfoView<'_>| i.kind()));
    match link.data()? {
        Some(DataView::Raw(raw)) => println!("{raw} {:?}", State::DOWN),
        _ => {}
    }
    Ok(())
}

fn main() {
    show(LinkView::parse(&[]).unwrap()).unwrap();
}
