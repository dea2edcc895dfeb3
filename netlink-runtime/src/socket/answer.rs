//! The one reply to a request.

use super::replies::Shape;
use crate::error::DecodeError;
use crate::message::MessageRef;
use crate::request::Reply;
use std::fmt;
use std::marker::PhantomData;

/// The one reply to a request; it lies in the socket's buffer.
pub struct Answer<'s, R> {
    message: MessageRef<'s>,
    sent: &'s [u8],
    shape: Shape,
    reply: PhantomData<fn() -> R>,
}

impl<'s, R: Reply> Answer<'s, R> {
    pub(super) fn new(message: MessageRef<'s>, sent: &'s [u8], shape: Shape) -> Self {
        Answer { message, sent, shape, reply: PhantomData }
    }

    /// The reply.
    pub fn view(&self) -> Result<R::View<'s>, DecodeError> {
        self.shape.view::<R>(self.message.bytes(), self.sent)
    }

    /// The message as it is.
    pub fn message(&self) -> MessageRef<'s> {
        self.message
    }
}

// Not derived: that would ask for `R: Debug`.
impl<R> fmt::Debug for Answer<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("message", &self.message).finish()
    }
}
