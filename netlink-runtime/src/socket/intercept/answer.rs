//! The ends of replies, as the kernel writes them.

use crate::message::{
    Header, MessageRef, NLM_F_ACK, NLM_F_ACK_TLVS, NLM_F_CAPPED, NLM_F_MULTI, NLMSG_DONE, NLMSG_ERROR,
    asks_for_dump,
};
use crate::wire::align;

/// `NLMSGERR_ATTR_MSG`.
const MSG: u16 = 1;

/// The datagram by which the kernel acknowledges a request: an `NLMSG_ERROR` with 0.
///
/// Sequence number and port are the request's. (The kernel takes the port of the socket that the
/// request came from, so this is for requests that say it, as those of this crate's sockets do.)
///
/// ```
/// use netlink_runtime::extack::Ack;
/// use netlink_runtime::message::{Header, MessageRef};
/// use netlink_runtime::socket::ack;
///
/// let header = Header { len: 16, message_type: 16, flags: 5, sequence: 3, port: 7 };
/// let bytes = ack(MessageRef::parse(&header.to_bytes())?);
/// let reply = MessageRef::parse(&bytes)?;
/// assert_eq!((reply.header.sequence, reply.header.port), (3, 7));
/// assert_eq!(Ack::parse(reply).unwrap().errno(), 0);
/// # Ok::<(), netlink_runtime::message::MessageError>(())
/// ```
pub fn ack(request: MessageRef<'_>) -> Vec<u8> {
    error(request, 0, None)
}

/// The datagram by which the kernel refuses a request: an `NLMSG_ERROR` with this positive error
/// number, and a text if there is one to say (`NLMSGERR_ATTR_MSG`).
///
/// It repeats the request's header alone, as the kernel does for sockets with `NETLINK_CAP_ACK`
/// (`netlink_ack` in `net/netlink/af_netlink.c`). Sequence number and port are as in [`ack`]. A text
/// of more bytes than an attribute holds, or with a NUL, ends there.
pub fn error(request: MessageRef<'_>, errno: i32, message: Option<&str>) -> Vec<u8> {
    answer(request, errno, message, request.header.port)
}

/// The datagram by which the kernel ends a dump: an `NLMSG_DONE` with 0. Sequence number and port
/// are as in [`ack`].
pub fn done(request: MessageRef<'_>) -> Vec<u8> {
    finish(request, request.header.port)
}

/// What the kernel says to a request that it carries out (0) or refuses; nothing, if nothing was to
/// be acknowledged.
pub(super) fn refuse(request: MessageRef<'_>, errno: i32, port: u32) -> Option<Vec<u8>> {
    match errno {
        0 if asks_for_dump(request.header.flags) => Some(finish(request, port)),
        0 if !request.has(NLM_F_ACK) => None,
        _ => Some(answer(request, errno, None, port)),
    }
}

fn finish(request: MessageRef<'_>, port: u32) -> Vec<u8> {
    let len = Header::LEN as u32 + 4;
    let header =
        Header { len, message_type: NLMSG_DONE, flags: NLM_F_MULTI, sequence: request.header.sequence, port };
    [&header.to_bytes()[..], &0i32.to_ne_bytes()].concat()
}

fn answer(request: MessageRef<'_>, errno: i32, message: Option<&str>, port: u32) -> Vec<u8> {
    let mut out = vec![0; Header::LEN];
    // The kernel negates: a number that is negative already means the same.
    out.extend(errno.saturating_abs().saturating_neg().to_ne_bytes());
    out.extend(request.header.to_bytes());
    let mut flags = NLM_F_CAPPED;
    if let Some(text) = message {
        flags |= NLM_F_ACK_TLVS;
        let text = text.as_bytes().split(|b| *b == 0).next().unwrap_or_default();
        let text = &text[..text.len().min(usize::from(u16::MAX) - 5)];
        let len = 4 + text.len() + 1;
        // At most `u16::MAX`, as the text is cut.
        out.extend(u16::try_from(len).unwrap_or(u16::MAX).to_ne_bytes());
        out.extend(MSG.to_ne_bytes());
        out.extend(text);
        out.resize(Header::LEN + 4 + Header::LEN + align(len), 0);
    }
    let header = Header {
        len: out.len() as u32,
        message_type: NLMSG_ERROR,
        flags,
        sequence: request.header.sequence,
        port,
    };
    out[..Header::LEN].copy_from_slice(&header.to_bytes());
    out
}
