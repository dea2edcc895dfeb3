//! What only derives say, and schemas have no words for.

use netlink_runtime::prelude::*;

#[derive(Clone, Default, PartialEq, NetlinkMessage)]
#[netlink(debug)]
pub(crate) struct Own {
    #[netlink(KO_TEXT = 1)]
    pub(crate) text: Option<String>,
    #[netlink(KO_TEXTS = 2, multi)]
    pub(crate) texts: Vec<String>,
    #[netlink(KO_LEVELS = 3, type_value(a, b, c))]
    pub(crate) levels: Option<Vec<([u16; 3], u32)>>,
    #[netlink(KO_KIND = 4)]
    pub(crate) kind: Option<String>,
    #[netlink(KO_DATA = 5, sub(kind))]
    pub(crate) data: Option<OwnData>,
    #[netlink(KO_CHOICE = 6)]
    pub(crate) choice: u8,
    #[netlink(KO_CHOSEN = 7, sub(choice))]
    pub(crate) chosen: OwnData,
    #[netlink(rest)]
    pub(crate) rest: Rest,
}

#[derive(Clone, PartialEq, NetlinkSub)]
#[netlink(debug)]
pub(crate) enum OwnData {
    #[netlink("text")]
    Text(String),
    #[netlink(7)]
    Seven(u32),
    #[netlink(unknown)]
    Unknown(Vec<u8>),
}

impl Default for OwnData {
    fn default() -> Self {
        OwnData::Unknown(Vec::default())
    }
}

/// Keeps nothing beside its fields.
#[derive(Clone, Debug, Default, PartialEq, NetlinkMessage)]
pub(crate) struct Plain {
    #[netlink(KP_ID = 1)]
    pub(crate) id: Option<u32>,
    #[netlink(KP_NAME = 2)]
    pub(crate) name: Option<NlString>,
}
