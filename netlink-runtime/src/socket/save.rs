//! Messages in files, as `ip route save`, `ip addr save` and `ip rule save` write them: four bytes that
//! say what it is, then the messages of a dump as they came, each padded to four bytes, all in host byte
//! order.

use super::batch::{Refused, Report, Requests};
use super::core::Core;
use super::error::{Error, Result};
use super::io::Io;
use crate::message::{MessageRef, Messages, NLM_F_CREATE, NLM_F_EXCL};
use crate::request::{Reply, Request};
use crate::wire::align;
use std::io::{self, Write};

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Saved {
    /// Routes (`RTM_NEWROUTE`).
    Routes,
    /// Addresses (`RTM_NEWADDR`).
    Addresses,
    /// Rules (`RTM_NEWRULE`).
    Rules,
}

impl Saved {
    const ALL: [Saved; 3] = [Saved::Routes, Saved::Addresses, Saved::Rules];

    /// The first four bytes of a file, as a number of the host.
    pub fn magic(self) -> u32 {
        match self {
            Saved::Routes => 0x4531_1224,
            Saved::Addresses => 0x4736_1222,
            Saved::Rules => 0x7170_6986,
        }
    }

    /// What messages of the file are.
    fn message_type(self) -> u16 {
        match self {
            Saved::Routes => 24,
            Saved::Addresses => 20,
            Saved::Rules => 32,
        }
    }

    /// How messages are sent: of what is there already, another one is not wanted. Routes to one place
    /// may be several.
    fn flags(self) -> u16 {
        match self {
            Saved::Routes => NLM_F_CREATE,
            Saved::Addresses | Saved::Rules => NLM_F_CREATE | NLM_F_EXCL,
        }
    }

    /// What a file is, and its messages.
    pub fn open(file: &[u8]) -> Result<(Saved, Messages<'_>)> {
        let saved = Saved::of(file)?;
        Ok((saved, Messages::new(&file[4..])))
    }

    /// What a file is that starts with these bytes, of which four are looked at.
    pub fn of(start: &[u8]) -> io::Result<Saved> {
        let odd = |text: &str| Err(io::Error::new(io::ErrorKind::InvalidData, text));
        let Some(magic) = start.first_chunk::<4>() else { return odd("a file without a beginning") };
        let magic = u32::from_ne_bytes(*magic);
        match Saved::ALL.into_iter().find(|saved| saved.magic() == magic) {
            Some(saved) => Ok(saved),
            None if Saved::ALL.iter().any(|saved| saved.magic() == magic.swap_bytes()) => {
                odd("saved by a machine of the other byte order")
            }
            None => odd("no file of routes, addresses or rules"),
        }
    }
}

/// Writes a dump to a file. Gives how many messages there are.
pub(super) async fn save<I: Io, R: Request>(
    core: &mut Core<I>,
    saved: Saved,
    request: &R,
    file: &mut impl Write,
) -> Result<usize> {
    file.write_all(&saved.magic().to_ne_bytes())?;
    let mut replies = core.ask(request, true).await?;
    let mut count = 0;
    while let Some(place) = replies.reply(R::Reply::accepts).await? {
        let message = replies.message(&place)?;
        let message_type = message.header.message_type;
        if message_type != saved.message_type() {
            return Err(Error::UnexpectedMessage { message_type });
        }
        let bytes = message.bytes();
        file.write_all(bytes)?;
        file.write_all(&[0; 3][..align(bytes.len()) - bytes.len()])?;
        count += 1;
    }
    Ok(count)
}

/// Sends what a file holds.
pub(super) async fn restore<I: Io>(core: &mut Core<I>, file: &[u8]) -> Result<Report> {
    let (saved, messages) = Saved::open(file)?;
    let messages = messages.collect::<std::result::Result<Vec<MessageRef<'_>>, _>>()?;
    if let Some(odd) = messages.iter().find(|m| m.header.message_type != saved.message_type()) {
        return Err(Error::UnexpectedMessage { message_type: odd.header.message_type });
    }
    let mut left: Vec<usize> = (0..messages.len()).collect();
    let mut lost = Vec::new();
    loop {
        let mut batch = Requests::new(core);
        for ix in &left {
            batch.add_message(messages[*ix], saved.flags()).await?;
        }
        let mut report = batch.finish().await?;
        report.sent = messages.len();
        lost.extend(report.lost.drain(..).map(|ix| left[ix]));
        // What is there already, is restored.
        report.refused.retain(|refused| refused.error.errno != libc::EEXIST);
        let refused = report.refused.into_iter();
        report.refused = refused.map(|r| Refused { index: left[r.index], ..r }).collect();
        let again: Vec<usize> = report.refused.iter().map(|r| r.index).collect();
        // A route may need another one, by which its gateway is reached, that stands behind it.
        if again.is_empty() || again.len() == left.len() {
            report.lost = lost;
            return Ok(report);
        }
        left = again;
    }
}
