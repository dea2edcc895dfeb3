//! The generic netlink controller: from a family's name to its number.

use crate::error::{DecodeError, EncodeError};
use crate::message::{GenlHeader, Tlvs, bytes_at};
use crate::meta::SetMeta;
use crate::request::{MessageType, Protocol, Reply, Request};
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
        let mut family = Family::default();
        for attr in Tlvs::new(attrs) {
            let word = attr.u32().unwrap_or(0);
            match attr.id {
                FAMILY_ID => family.id = bytes_at(attr.payload, 0).map_or(0, u16::from_ne_bytes),
                FAMILY_NAME => family.name = text(attr.payload),
                VERSION => family.version = word,
                HDRSIZE => family.header_size = word,
                MAXATTR => family.max_attr = word,
                MCAST_GROUPS => {
                    family.groups = Tlvs::new(attr.payload).filter_map(|g| group(g.payload)).collect();
                }
                _ => {}
            }
        }
        family
    }

    /// The number of a multicast group.
    pub fn group(&self, name: &str) -> Option<u32> {
        self.groups.iter().find(|(n, _)| n == name).map(|(_, id)| *id)
    }
}

fn group(attrs: &[u8]) -> Option<(String, u32)> {
    let name = Tlvs::new(attrs).find(GROUP_NAME)?;
    Some((text(name.payload), Tlvs::new(attrs).find(GROUP_ID)?.u32()?))
}

fn text(payload: &[u8]) -> String {
    let text = payload.split(|b| *b == 0).next().unwrap_or(payload);
    String::from_utf8_lossy(text).into_owned()
}

/// Asks for a family by name. The kernel loads the module that has it if it can.
#[derive(Clone, Copy, Debug)]
pub struct GetFamily<'n>(
    /// The name.
    pub &'n str,
);

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
