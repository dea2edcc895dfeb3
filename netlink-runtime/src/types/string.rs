//! Text: bytes with a NUL, usually.

use core::fmt;
use core::str::Utf8Error;

/// Text as the kernel sent it.
///
/// Kernel strings are bytes: mostly UTF-8, mostly with one NUL at the end, neither guaranteed.
/// The payload is kept whole, so that it encodes again as it came; reading stops at the first
/// NUL.
///
/// ```
/// use netlink_runtime::types::NlStr;
///
/// let name = NlStr::new(b"eth0\0");
/// assert_eq!(name.to_str(), Ok("eth0"));
/// assert_eq!(name, "eth0");
/// assert_eq!(NlStr::new(b"eth0"), name);
/// assert_eq!(NlStr::new(b"caf\xe9\0").to_string(), "caf\u{fffd}");
/// ```
#[derive(Clone, Copy, Default)]
pub struct NlStr<'a>(&'a [u8]);

impl<'a> NlStr<'a> {
    /// Text in this payload.
    #[inline]
    pub const fn new(payload: &'a [u8]) -> Self {
        NlStr(payload)
    }

    /// The bytes before the first NUL.
    #[inline]
    pub fn bytes(self) -> &'a [u8] {
        match self.0.iter().position(|b| *b == 0) {
            Some(end) => &self.0[..end],
            None => self.0,
        }
    }

    /// The whole payload, with its NUL and what follows it.
    #[inline]
    pub const fn payload(self) -> &'a [u8] {
        self.0
    }

    /// The whole payload but for one NUL at its end, if there is one.
    #[inline]
    pub(crate) fn unterminated(self) -> &'a [u8] {
        self.0.strip_suffix(&[0]).unwrap_or(self.0)
    }

    /// The text, if it is UTF-8.
    #[inline]
    pub fn to_str(self) -> Result<&'a str, Utf8Error> {
        core::str::from_utf8(self.bytes())
    }

    /// The text, with what is not UTF-8 replaced.
    #[cfg(feature = "alloc")]
    pub fn to_string_lossy(self) -> alloc::borrow::Cow<'a, str> {
        alloc::string::String::from_utf8_lossy(self.bytes())
    }

    /// Keeps it.
    #[cfg(feature = "alloc")]
    pub fn to_owned(self) -> NlString {
        NlString::from_payload(self.0)
    }
}

impl PartialEq for NlStr<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.bytes() == other.bytes()
    }
}
impl Eq for NlStr<'_> {}

impl core::hash::Hash for NlStr<'_> {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        self.bytes().hash(state);
    }
}

impl PartialEq<str> for NlStr<'_> {
    fn eq(&self, other: &str) -> bool {
        self.bytes() == other.as_bytes()
    }
}

impl PartialEq<&str> for NlStr<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.bytes() == other.as_bytes()
    }
}

impl fmt::Display for NlStr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.bytes().utf8_chunks() {
            f.write_str(chunk.valid())?;
            if !chunk.invalid().is_empty() {
                f.write_str("\u{fffd}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for NlStr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.bytes().escape_ascii())
    }
}

/// Text, owned. See [`NlStr`].
///
/// Made from a `str` it gets its NUL. Names of interfaces and kinds are short, and kept without allocation.
///
/// ```
/// use netlink_runtime::types::NlString;
///
/// assert_eq!(NlString::from("veth").as_nl_str().payload(), b"veth\0");
/// ```
#[cfg(feature = "alloc")]
#[derive(Clone)]
pub struct NlString(Room);

/// A payload: what is as short as most names are stands here.
#[cfg(feature = "alloc")]
#[derive(Clone)]
enum Room {
    Here { len: u8, bytes: [u8; ROOM] },
    There(alloc::boxed::Box<[u8]>),
}

/// As long as `IFNAMSIZ` (`linux/if.h`) at least, and no more than leaves a `NlString` as large as a `Vec`.
#[cfg(feature = "alloc")]
const ROOM: usize = 22;

#[cfg(feature = "alloc")]
mod owned {
    use super::{NlStr, NlString, ROOM, Room, fmt};

    impl NlString {
        /// Exactly this payload, NUL or not.
        #[inline]
        pub fn from_payload(payload: impl AsRef<[u8]>) -> Self {
            let payload = payload.as_ref();
            let mut bytes = [0; ROOM];
            match bytes.get_mut(..payload.len()) {
                Some(here) => {
                    here.copy_from_slice(payload);
                    NlString(Room::Here { len: payload.len() as u8, bytes })
                }
                None => NlString(Room::There(payload.into())),
            }
        }

        /// Borrows it.
        #[inline]
        pub fn as_nl_str(&self) -> NlStr<'_> {
            NlStr(match &self.0 {
                Room::Here { len, bytes } => bytes.get(..usize::from(*len)).unwrap_or_default(),
                Room::There(bytes) => bytes,
            })
        }

        /// The text, if it is UTF-8.
        pub fn to_str(&self) -> Result<&str, core::str::Utf8Error> {
            self.as_nl_str().to_str()
        }
    }

    impl Default for NlString {
        fn default() -> Self {
            NlString::from_payload([0])
        }
    }

    impl From<&str> for NlString {
        fn from(text: &str) -> Self {
            let mut bytes = [0; ROOM];
            // One byte is the NUL's.
            match bytes.get_mut(..text.len()).filter(|_| text.len() < ROOM) {
                Some(here) => {
                    here.copy_from_slice(text.as_bytes());
                    NlString(Room::Here { len: text.len() as u8 + 1, bytes })
                }
                None => NlString(Room::There([text.as_bytes(), &[0]].concat().into_boxed_slice())),
            }
        }
    }

    impl From<alloc::string::String> for NlString {
        fn from(text: alloc::string::String) -> Self {
            text.as_str().into()
        }
    }

    impl From<NlStr<'_>> for NlString {
        fn from(text: NlStr<'_>) -> Self {
            text.to_owned()
        }
    }

    impl PartialEq for NlString {
        fn eq(&self, other: &Self) -> bool {
            self.as_nl_str() == other.as_nl_str()
        }
    }
    impl Eq for NlString {}

    impl core::hash::Hash for NlString {
        fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
            self.as_nl_str().hash(state);
        }
    }

    impl PartialEq<str> for NlString {
        fn eq(&self, other: &str) -> bool {
            self.as_nl_str() == *other
        }
    }

    impl PartialEq<&str> for NlString {
        fn eq(&self, other: &&str) -> bool {
            self.as_nl_str() == **other
        }
    }

    impl fmt::Display for NlString {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            fmt::Display::fmt(&self.as_nl_str(), f)
        }
    }

    impl fmt::Debug for NlString {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            fmt::Debug::fmt(&self.as_nl_str(), f)
        }
    }
}
