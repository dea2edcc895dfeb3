//! The generic netlink controller: from a family's name to its number.

use crate::error::{DecodeError, EncodeError};
use crate::message::GenlHeader;
use crate::meta::SetMeta;
use crate::protocol::{MessageType, Protocol};
use crate::request::{Reply, Request};
use crate::types::NlStr;
use crate::wire::{Attrs, IndexedOf, wt};
use alloc::string::String;
use alloc::vec::Vec;

/// The message type of the controller itself, the only one that is fixed.
pub const GENL_ID_CTRL: u16 = 16;

const CTRL_CMD_GETFAMILY: u8 = 3;
const FAMILY_ID: u16 = 1;
const FAMILY_NAME: u16 = 2;
const VERSION: u16 = 3;
const HDRSIZE: u16 = 4;
const MAXATTR: u16 = 5;
const MCAST_GROUPS: u16 = 7;
const GROUP_NAME: u16 = 1;
const GROUP_ID: u16 = 2;

/// A generic netlink family as the running kernel knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Family {
    /// The message type; 0 if the controller did not say.
    pub id: u16,
    /// The name.
    pub name: String,
    /// The version of its interface.
    pub version: u32,
    /// Size of its fixed header.
    pub header_size: u32,
    /// The highest attribute of its messages; 0 where each command has its own set.
    pub max_attr: u32,
    /// Its multicast groups: names and numbers.
    pub groups: Vec<(String, u32)>,
}

impl Family {
    /// Reads what follows `genlmsghdr` in a controller's message. Attributes that are malformed
    /// count as absent.
    pub fn parse(attrs: &[u8]) -> Self {
        let attrs = Attrs::new(attrs);
        let word = |id| attrs.find::<wt::U32>(id).unwrap_or(0);
        let groups = attrs.find::<IndexedOf<wt::Bytes>>(MCAST_GROUPS).into_iter().flatten();
        Family {
            id: attrs.find::<wt::U16>(FAMILY_ID).unwrap_or(0),
            name: attrs.find::<wt::Str>(FAMILY_NAME).map(text).unwrap_or_default(),
            version: word(VERSION),
            header_size: word(HDRSIZE),
            max_attr: word(MAXATTR),
            groups: groups.filter_map(|(_, attrs)| group(Attrs::new(attrs.ok()?))).collect(),
        }
    }

    /// The number of a multicast group.
    pub fn group(&self, name: &str) -> Option<u32> {
        self.groups.iter().find(|(n, _)| n == name).map(|(_, id)| *id)
    }
}

fn group(attrs: Attrs<'_>) -> Option<(String, u32)> {
    Some((text(attrs.find::<wt::Str>(GROUP_NAME)?), attrs.find::<wt::U32>(GROUP_ID)?))
}

fn text(text: NlStr<'_>) -> String {
    text.to_string_lossy().into_owned()
}

/// Asks for a family by name. The kernel loads the module that has it if it can.
#[derive(Clone, Copy, Debug)]
pub struct GetFamily<'n>(
    /// The name.
    pub &'n str,
);

#[diagnostic::do_not_recommend]
impl Request for GetFamily<'_> {
    type Reply = Family;

    const PROTOCOL: Protocol = Protocol::Generic;

    fn message_type(&self) -> MessageType {
        // Not `Generic`: the controller is what finds those.
        MessageType::Raw(GENL_ID_CTRL)
    }

    fn flags(&self) -> u16 {
        0
    }

    fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let len = u16::try_from(4 + self.0.len() + 1);
        let len = len.map_err(|_| EncodeError::TooLong { attr: FAMILY_NAME })?;
        out.extend(GenlHeader { command: CTRL_CMD_GETFAMILY, version: 1 }.to_bytes());
        out.extend(len.to_ne_bytes());
        out.extend(FAMILY_NAME.to_ne_bytes());
        out.extend(self.0.as_bytes());
        out.push(0);
        out.resize(out.len().next_multiple_of(4), 0);
        Ok(())
    }

    fn set(&self) -> Option<&'static SetMeta> {
        None
    }

    fn name(&self) -> Option<&'static str> {
        Some("CTRL_CMD_GETFAMILY")
    }
}

impl Reply for Family {
    type View<'a> = Family;

    fn view(payload: &[u8]) -> Result<Family, DecodeError> {
        Ok(Family::parse(GenlHeader::split(payload).map_or(&[], |(_, attrs)| attrs)))
    }

    fn accepts(message_type: u16) -> bool {
        message_type == GENL_ID_CTRL
    }
}
