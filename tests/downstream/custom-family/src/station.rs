//! Stands for a kernel that has the family.

use crate::units::Unit;
use crate::{nlctrl, sensors};
use netlink_runtime::build::Enc;
use netlink_runtime::message::{GenlHeader, Header, MessageRef, NLMSG_DONE, NLMSG_ERROR, asks_for_dump};
use netlink_runtime::prelude::*;
use netlink_runtime::socket::{Error, Memory, Transport, Wait};
use std::io::ErrorKind;

/// The controller's message type, which is fixed, and ours, which it tells.
const CONTROLLER: u16 = 16;
const SENSORS: u16 = 40;
const READINGS: u32 = 3;

const GETFAMILY: u8 = 3;
const NEWFAMILY: u8 = 1;
const GET: u8 = 1;
const NEW: u8 = 2;

const ENOENT: i32 = 2;

pub struct Station {
    link: Memory,
}

impl Station {
    pub fn new(link: Memory) -> Self {
        Station { link }
    }

    /// Answers until nobody is left to ask.
    pub fn serve(mut self) -> Result<(), Error> {
        let mut buffer = Vec::new();
        loop {
            let datagram = match self.link.receive(&mut buffer, Wait::Yes) {
                Err(e) if e.kind() == ErrorKind::UnexpectedEof => return Ok(()),
                received => received?,
            };
            self.answer(MessageRef::parse(&buffer[..datagram.len])?)?;
        }
    }

    fn answer(&mut self, request: MessageRef<'_>) -> Result<(), Error> {
        let Some((genl, payload)) = GenlHeader::split(request.payload()) else { return Ok(()) };
        match (request.header.message_type, genl.command) {
            (CONTROLLER, GETFAMILY) => {
                let asked = nlctrl::CtrlView::parse(payload)?;
                if asked.family_name()?.is_some_and(|name| name == sensors::FAMILY) {
                    self.send(message(request.header, CONTROLLER, NEWFAMILY, &family()?))?;
                    return self.end(&request, 0);
                }
                self.end(&request, ENOENT)
            }
            (SENSORS, GET) if asks_for_dump(request.header.flags) => {
                for reading in [attic()?, cellar()?] {
                    self.send(message(request.header, SENSORS, NEW, &reading))?;
                }
                // Who has joined the group hears of it as well.
                let nobodys = Header { sequence: 0, port: 0, ..request.header };
                self.link.notify(READINGS, &message(nobodys, SENSORS, NEW, &cellar()?))?;
                self.end(&request, 0)
            }
            (SENSORS, GET) => {
                let asked = sensors::ReadingView::parse(payload)?;
                let reading = match asked.id()? {
                    1 => attic()?,
                    2 => cellar()?,
                    _ => return self.end(&request, ENOENT),
                };
                self.send(message(request.header, SENSORS, NEW, &reading))?;
                self.end(&request, 0)
            }
            _ => self.end(&request, ENOENT),
        }
    }

    fn send(&mut self, message: Vec<u8>) -> Result<(), Error> {
        Ok(self.link.send(&message)?)
    }

    /// The end of a reply: `NLMSG_DONE` of a dump, else `NLMSG_ERROR`.
    fn end(&mut self, request: &MessageRef<'_>, errno: i32) -> Result<(), Error> {
        let dump = asks_for_dump(request.header.flags);
        let mut payload = (-errno).to_ne_bytes().to_vec();
        if !dump {
            payload.extend(request.bytes());
        }
        let message_type = if dump { NLMSG_DONE } else { NLMSG_ERROR };
        self.send(framed(Header { message_type, ..request.header }, &payload))
    }
}

fn message(header: Header, message_type: u16, command: u8, payload: &[u8]) -> Vec<u8> {
    let genl = GenlHeader { command, version: 2 }.to_bytes();
    framed(Header { message_type, ..header }, &[&genl, payload].concat())
}

fn framed(header: Header, payload: &[u8]) -> Vec<u8> {
    let len = (Header::LEN + payload.len()) as u32;
    [&Header { len, flags: 0, ..header }.to_bytes(), payload].concat()
}

/// What the controller says about us.
fn family() -> Result<Vec<u8>, Error> {
    let family = nlctrl::Ctrl::builder(Enc::new(Vec::new()))
        .family_name(sensors::FAMILY)
        .family_id(SENSORS)
        .version(2)
        .mcast_groups(|groups| groups.nest(1, |g| g.name(sensors::GROUP_READINGS).id(READINGS)));
    Ok(family.finish().end()?)
}

/// Built in place.
fn attic() -> Result<Vec<u8>, Error> {
    let reading = sensors::Reading::builder(Enc::new(Vec::new()))
        .id(1)
        .label("attic")
        .unit(Unit::CELSIUS)
        .value(-3)
        .range(sensors::SensorsRange { low: 0, high: 100 })
        .calibration(|c| c.offset(2).date("2024-02-29"));
    Ok(reading.finish().end()?)
}

/// Built as a value; and with an attribute that the schema does not know.
fn cellar() -> Result<Vec<u8>, Error> {
    let reading = sensors::Reading {
        id: 2,
        label: Some("cellar".into()),
        unit: Some(Unit::PERCENT),
        value: Some(80),
        ..Default::default()
    };
    let mut out = reading.encode_to(Enc::new(Vec::new()));
    out.bytes(9, b"news");
    Ok(out.end()?)
}
