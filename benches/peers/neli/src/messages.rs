//! The messages of a file, one after the other.

use bench_harness::Sum;
use neli::consts::rtnl::Rtm;
use neli::nl::{NlPayload, Nlmsghdr};
use neli::types::Buffer;
use neli::{FromBytes, FromBytesWithInput, Size};
use std::io::Cursor;

/// Decodes every message and adds up what `one` gives for each payload of this type.
#[inline(always)]
pub fn decoded<P>(data: &[u8], message_type: Rtm, one: impl Fn(&P) -> u64) -> Sum
where
    P: Size + FromBytesWithInput<Input = usize>,
{
    let (mut rest, mut sum) = (Cursor::new(data), Sum::default());
    while rest.position() < data.len() as u64
        && let Ok(message) = Nlmsghdr::<Rtm, P>::from_bytes(&mut rest)
    {
        if *message.nl_type() == message_type
            && let Some(payload) = message.get_payload()
        {
            sum.messages += 1;
            sum.checksum = sum.checksum.wrapping_add(one(payload));
        }
    }
    sum
}

/// The length of every message; its payload is copied.
pub fn walk(data: &[u8]) -> Sum {
    let (mut rest, mut sum) = (Cursor::new(data), Sum::default());
    while rest.position() < data.len() as u64
        && let Ok(message) = Nlmsghdr::<Rtm, Buffer>::from_bytes(&mut rest)
    {
        if let NlPayload::Payload(_) = message.nl_payload() {
            sum.messages += 1;
            sum.checksum += u64::from(*message.nl_len());
        }
    }
    sum
}

/// How many messages there are; without the library, as `build` counts them in its time.
pub fn count(data: &[u8]) -> u32 {
    let (mut at, mut count) = (0, 0);
    while let Some(length) = data.get(at..).and_then(|rest| rest.first_chunk()) {
        at += (u32::from_ne_bytes(*length) as usize).next_multiple_of(4).max(4);
        count += 1;
    }
    count
}
