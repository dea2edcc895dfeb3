//! Talks to a station in memory as it would to the kernel, and to the kernel if it has the family.
#![forbid(unsafe_code)]

mod station;

/// Generated from `schemas/sensors.yaml` and `include/uapi/linux/sensors.h`.
#[allow(dead_code)] // a program uses a part
mod sensors {
    netlink_runtime::include_family!("sensors");
}
/// Generated from the schema beside it.
#[allow(dead_code)]
mod units {
    netlink_runtime::include_family!("units");
}
/// Generated from what ships with the generator.
#[allow(dead_code)]
mod nlctrl {
    netlink_runtime::include_family!("nlctrl");
}

use netlink_runtime::message::GenlHeader;
use netlink_runtime::socket::{Error, Event, Memory, Socket};
use netlink_runtime::{Protocol, Reply, View};
use std::time::Duration;

fn main() -> Result<(), Error> {
    println!("== the station");
    let (ours, theirs) = Memory::pair(1);
    let station = std::thread::spawn(|| station::Station::new(theirs).serve());
    let mut socket = Socket::builder().timeout(Duration::from_secs(10)).over(Protocol::Generic, ours)?;
    let group = socket.family(sensors::FAMILY)?.group(sensors::GROUP_READINGS);
    if let Some(group) = group {
        socket.join(group)?;
    }
    list(&mut socket)?;
    one(&mut socket, 2)?;
    match one(&mut socket, 3) {
        Err(Error::Kernel(refusal)) => println!("sensor 3: {refusal}"),
        other => other?,
    }
    news(&mut socket)?;
    drop(socket);
    station.join().expect("the station stops when nobody is left")?;

    println!("== the kernel");
    let mut kernel = Socket::open(Protocol::Generic)?;
    match kernel.family(sensors::FAMILY) {
        Ok(family) => println!("has the family, as number {}", family.id),
        Err(e @ Error::UnknownFamily { .. }) => {
            println!("{e}");
            return Ok(());
        }
        Err(e) => return Err(e),
    }
    list(&mut kernel)
}

/// Dumps all sensors.
fn list(socket: &mut Socket) -> Result<(), Error> {
    let mut readings = socket.dump(sensors::Get::dump())?;
    while let Some(reading) = readings.next()? {
        // Nothing but what is asked for is decoded.
        print!("{}: {:?} {:?}", reading.id()?, reading.value()?, reading.unit()?);
        if let Some(range) = reading.range()? {
            print!(" of {}..{}", range.low, range.high);
        }
        match reading.calibration()? {
            Some(calibration) => println!(" {:+}", calibration.offset()?.unwrap_or_default()),
            None => println!(),
        }
    }
    Ok(())
}

/// Asks for one sensor.
fn one(socket: &mut Socket, id: u32) -> Result<(), Error> {
    let answer = socket.get(sensors::Get::request().with(|sensor| sensor.id(id)))?;
    let reading = answer.view()?;
    println!("{reading:?}");
    for attribute in reading.unknown() {
        println!("attribute {} is none of ours: {} bytes", attribute.id(), attribute.payload.len());
    }
    Ok(())
}

/// What came on its own.
fn news(socket: &mut Socket) -> Result<(), Error> {
    while let Some(Event::Notification { message, .. }) = socket.try_receive()? {
        let Some((_, payload)) = GenlHeader::split(message.payload()) else { continue };
        println!("news: {:?}", sensors::New::view(payload)?);
    }
    Ok(())
}
