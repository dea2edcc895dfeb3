//! The messages of a file, one after the other.

use bench_harness::Sum;
use netlink_packet_core::{NetlinkBuffer, NetlinkMessage, NetlinkPayload, NlaBuffer, NlasIterator};
use netlink_packet_route::RouteNetlinkMessage;

/// What is behind a message of this length.
fn after(data: &[u8], length: u32) -> &[u8] {
    data.get((length as usize).next_multiple_of(4)..).unwrap_or_default()
}

/// The length of every message.
pub fn walk(data: &[u8]) -> Sum {
    let (mut rest, mut sum) = (data, Sum::default());
    while !rest.is_empty()
        && let Ok(message) = NetlinkBuffer::new_checked(rest)
    {
        sum.messages += 1;
        sum.checksum += u64::from(message.length());
        rest = after(rest, message.length());
    }
    sum
}

/// Decodes every message and adds up what `one` gives for each that it takes.
#[inline(always)]
pub fn decoded(data: &[u8], one: impl Fn(RouteNetlinkMessage) -> Option<u64>) -> Sum {
    let (mut rest, mut sum) = (data, Sum::default());
    while !rest.is_empty() {
        let (length, payload) = match NetlinkMessage::<RouteNetlinkMessage>::deserialize(rest) {
            Ok(message) => (message.header.length, Some(message.payload)),
            // An attribute that the library rejects loses it the whole message; go on with the next.
            Err(_) => match NetlinkBuffer::new_checked(rest) {
                Ok(message) => (message.length(), None),
                Err(_) => break,
            },
        };
        rest = after(rest, length);
        if let Some(NetlinkPayload::InnerMessage(message)) = payload
            && let Some(n) = one(message)
        {
            sum.messages += 1;
            sum.checksum = sum.checksum.wrapping_add(n);
        }
    }
    sum
}

/// Adds up what `one` gives for the payload of every message of this type: its fixed header, of so many bytes, and
/// its attributes.
#[inline(always)]
pub fn raw<'a, const HEADER: usize>(
    data: &'a [u8],
    message_type: u16,
    one: impl Fn(&'a [u8; HEADER], NlasIterator<&'a [u8]>) -> u64,
) -> Sum {
    let (mut rest, mut sum) = (data, Sum::default());
    while !rest.is_empty()
        && let Ok(message) = NetlinkBuffer::new_checked(rest)
    {
        rest = after(rest, message.length());
        if message.message_type() == message_type
            && let Some((header, attributes)) = message.payload().split_first_chunk()
        {
            sum.messages += 1;
            sum.checksum = sum.checksum.wrapping_add(one(header, NlasIterator::new(attributes)));
        }
    }
    sum
}

/// Those attributes that are well formed, until the first that is not.
#[inline(always)]
pub fn valid(attributes: NlasIterator<&[u8]>) -> impl Iterator<Item = NlaBuffer<&[u8]>> {
    attributes.map_while(Result::ok)
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
