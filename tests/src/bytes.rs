//! Attributes byte by byte, for messages made by hand.

/// `NLA_F_NESTED`.
pub const NESTED: u16 = 0x8000;

/// An attribute with its padding; flags are in its number.
pub fn attr(number: u16, payload: impl AsRef<[u8]>) -> Vec<u8> {
    let payload = payload.as_ref();
    let mut bytes = (payload.len() as u16 + 4).to_ne_bytes().to_vec();
    bytes.extend(number.to_ne_bytes());
    bytes.extend(payload);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

/// An attribute of attributes.
pub fn nest(number: u16, members: &[Vec<u8>]) -> Vec<u8> {
    attr(NESTED | number, members.concat())
}

/// An attribute of an integer in the machine's order.
pub fn number(number: u16, value: u32) -> Vec<u8> {
    attr(number, value.to_ne_bytes())
}

/// A message: `struct nlmsghdr` and what follows it.
pub fn message(message_type: u16, flags: u16, sequence: u32, port: u32, payload: &[u8]) -> Vec<u8> {
    let mut bytes = (16 + payload.len() as u32).to_ne_bytes().to_vec();
    bytes.extend(message_type.to_ne_bytes());
    bytes.extend(flags.to_ne_bytes());
    bytes.extend(sequence.to_ne_bytes());
    bytes.extend(port.to_ne_bytes());
    bytes.extend(payload);
    bytes
}
