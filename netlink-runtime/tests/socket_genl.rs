//! Generic netlink families by name, without a kernel.

mod socket_support;

use netlink_runtime::meta::SetMeta;
use netlink_runtime::socket::{Error, Socket};
use netlink_runtime::{DecodeError, EncodeError, MessageType, Protocol, Reply, Request};
use socket_support::*;
use std::sync::{Arc, Mutex};

const CTRL: u16 = 16;

/// Command 7 of the family "sensors".
struct GetSensor;
struct Sensor;

impl Request for GetSensor {
    type Reply = Sensor;
    const PROTOCOL: Protocol = Protocol::Generic;

    fn message_type(&self) -> MessageType {
        MessageType::Generic { family: "sensors", command: 7, version: 2 }
    }

    fn flags(&self) -> u16 {
        0
    }

    fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        out.extend(b"body");
        Ok(())
    }

    fn set(&self) -> Option<&'static SetMeta> {
        None
    }
}

impl Reply for Sensor {
    type View<'a> = &'a [u8];

    fn view(payload: &[u8]) -> Result<&[u8], DecodeError> {
        Ok(payload)
    }

    fn accepts(command: u16) -> bool {
        command == 8
    }
}

fn scripted_genl(script: Vec<Vec<Step>>) -> (Socket, Arc<Mutex<Log>>) {
    scripted_with(Socket::builder(), Protocol::Generic, script)
}

/// The controller's answer and its acknowledgement.
fn family(seq: u32, id: u16) -> Vec<Step> {
    let group = attr(1, &[attr(1, b"events\0"), attr(2, &9u32.to_ne_bytes())].concat());
    let attrs = [
        attr(2, b"sensors\0"),
        attr(1, &id.to_ne_bytes()),
        attr(3, &2u32.to_ne_bytes()),
        attr(4, &8u32.to_ne_bytes()),
        attr(0x8000 | 7, &group),
        attr(99, b"from a later kernel"),
    ]
    .concat();
    let payload = [&[1, 2, 0, 0][..], &attrs].concat();
    vec![kernel(&[message(CTRL, 0, seq, PORT, &payload)]), kernel(&[ack(seq)])]
}

fn sensor(seq: u32, id: u16, command: u8, text: &str) -> Vec<Step> {
    let payload = [&[command, 2, 0, 0][..], text.as_bytes()].concat();
    vec![kernel(&[message(id, 0, seq, PORT, &payload)]), kernel(&[ack(seq)])]
}

fn refused(seq: u32, errno: i32) -> Vec<Step> {
    vec![kernel(&[error(seq, -errno, &[])])]
}

#[test]
fn a_family_is_asked_for_once() {
    let script = vec![family(1, 30), sensor(2, 30, 8, "warm"), sensor(3, 30, 8, "cold")];
    let (mut socket, log) = scripted_genl(script);
    assert_eq!(socket.get(GetSensor).unwrap().view().unwrap(), b"warm");
    assert_eq!(socket.get(GetSensor).unwrap().view().unwrap(), b"cold");
    let log = log.lock().unwrap();
    assert_eq!(log.sent.len(), 3);
    let (ty, flags, seq, _, payload) = log.sent(0);
    assert_eq!((ty, flags, seq), (CTRL, 0x5, 1));
    assert_eq!(payload, [&[3, 1, 0, 0][..], &attr(2, b"sensors\0")].concat());
    let (ty, flags, seq, _, payload) = log.sent(1);
    assert_eq!((ty, flags, seq, payload), (30, 0x5, 2, &b"\x07\x02\0\0body"[..]));
}

#[test]
fn what_the_controller_says() {
    let (mut socket, _) = scripted_genl(vec![family(1, 30)]);
    let family = socket.family("sensors").unwrap();
    assert_eq!((family.id, family.version, family.header_size), (30, 2, 8));
    assert_eq!(family.group("events"), Some(9));
    assert_eq!(family.group("others"), None);
}

/// S4-8.
#[test]
fn a_family_that_is_not_there() {
    let (mut socket, _) = scripted_genl(vec![refused(1, libc::ENOENT)]);
    let error = socket.get(GetSensor).unwrap_err();
    assert!(matches!(&error, Error::UnknownFamily { name } if &**name == "sensors"));
    assert_eq!(error.to_string(), "no generic netlink family is named sensors");

    let (mut socket, _) = scripted_genl(vec![refused(1, libc::EPERM)]);
    assert_eq!(socket.get(GetSensor).unwrap_err().to_string(), "CTRL_CMD_GETFAMILY: EPERM");
}

#[test]
fn a_family_with_a_new_number_is_found_again() {
    let (mut socket, log) = scripted_genl(vec![
        family(1, 30),
        sensor(2, 30, 8, "warm"),
        refused(3, libc::ENOENT),
        family(4, 31),
        sensor(5, 31, 8, "again"),
    ]);
    socket.get(GetSensor).unwrap();
    assert_eq!(socket.get(GetSensor).unwrap().view().unwrap(), b"again");
    let log = log.lock().unwrap();
    let (ty, _, seq, _, payload) = log.sent(4);
    assert_eq!((ty, seq, payload), (31, 5, &b"\x07\x02\0\0body"[..]));
}

#[test]
fn enoent_of_a_family_that_is_there_is_its_own() {
    // Asked for just now: no second question.
    let (mut socket, log) = scripted_genl(vec![family(1, 30), refused(2, libc::ENOENT)]);
    assert_eq!(socket.get(GetSensor).unwrap_err().errno(), Some(libc::ENOENT));
    assert_eq!(log.lock().unwrap().sent.len(), 2);

    // Remembered, and the number is still right: not sent twice.
    let script = vec![family(1, 30), sensor(2, 30, 8, "a"), refused(3, libc::ENOENT), family(4, 30)];
    let (mut socket, log) = scripted_genl(script);
    socket.get(GetSensor).unwrap();
    assert_eq!(socket.get(GetSensor).unwrap_err().errno(), Some(libc::ENOENT));
    assert_eq!(log.lock().unwrap().sent.len(), 4);

    // Remembered, and gone.
    let gone = vec![family(1, 30), sensor(2, 30, 8, "a"), refused(3, 2), refused(4, 2)];
    let (mut socket, _) = scripted_genl(gone);
    socket.get(GetSensor).unwrap();
    assert!(matches!(socket.get(GetSensor), Err(Error::UnknownFamily { .. })));
}

#[test]
fn other_commands_and_families_are_told() {
    for (id, command, told) in [(30, 9, 9), (31, 8, 31)] {
        let (mut socket, _) = scripted_genl(vec![family(1, 30), sensor(2, id, command, "?")]);
        let error = socket.get(GetSensor).unwrap_err();
        assert!(matches!(error, Error::UnexpectedMessage { message_type } if message_type == told));
    }
    // Too short for genlmsghdr.
    let short = vec![kernel(&[message(30, 0, 2, PORT, b"xy")]), kernel(&[ack(2)])];
    let (mut socket, _) = scripted_genl(vec![family(1, 30), short]);
    assert!(matches!(socket.get(GetSensor), Err(Error::Malformed(_))));
}
