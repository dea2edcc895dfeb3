use netlink_runtime::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, NetlinkStruct)]
#[netlink(ifinfomsg, size(4), length(index))]
struct Header {
    #[netlink(0, bits)]
    family: u8,
    #[netlink(4, be = 2)]
    index: u32,
}

#[derive(Clone, Default, PartialEq, NetlinkAttrs)]
struct Link {
    #[netlink(IFLA_DATA = 4, sub)]
    data: Option<Data>,
    #[netlink(IFLA_LINK = 5, nested(Inner))]
    link: Option<Inner>,
    #[netlink(IFLA_NAME = 6, max_length = 16)]
    name: Option<NlString>,
    #[netlink(IFLA_ALIAS = 7, max_len(16))]
    alias: Option<NlString>,
    #[netlink(IFLA_FLAGS = 8, names(Flags Other))]
    flags: Option<Bitfield32>,
    #[netlink(IFLA_KIND = 9, sub(kind, ))]
    kind: Option<NlString>,
}

#[derive(Clone, Debug, Default, PartialEq, NetlinkAttrs)]
struct Inner {}

#[derive(Clone, PartialEq, NetlinkSub)]
enum Data {
    #[netlink(unknown)]
    Unknown(Vec<u8>),
}

fn main() {}
