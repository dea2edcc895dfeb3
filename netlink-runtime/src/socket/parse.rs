//! Replies through a function of the caller.

use super::asynchronous;
use super::builder::Interrupted;
use super::error::{Error, Result};
use super::exchange::{Dump, Exchange};
use super::io::{Io, now};
use super::replies::Replies;
use crate::error::DecodeError;
use crate::extack::{Ack, KernelError};
use crate::message::{MessageError, MessageRef};
use crate::request::Reply;

impl<I: Io> Replies<'_, I> {
    async fn parse_all<T>(
        &mut self,
        mut parse: impl FnMut(MessageRef<'_>) -> Result<Option<T>, DecodeError>,
    ) -> Result<Vec<T>> {
        let mut all = Vec::new();
        while let Some(message) = self.next().await? {
            if !message.is_control() {
                all.extend(parse(message)?);
                continue;
            }
            let available = message.payload().len();
            let short = MessageError { offset: 0, length: None, available };
            let end = Ack::parse(message).ok_or(short)?;
            if end.errno() != 0 {
                return Err(Box::new(KernelError::new(&end)).into());
            }
        }
        if self.interrupted() && self.core.interrupted != Interrupted::Ignore {
            return Err(Error::DumpInterrupted);
        }
        Ok(all)
    }

    async fn parse_replies<T>(
        &mut self,
        accepts: fn(u16) -> bool,
        mut parse: impl FnMut(MessageRef<'_>) -> Result<Option<T>, DecodeError>,
    ) -> Result<Vec<T>> {
        let mut all = Vec::new();
        while let Some(place) = self.reply(accepts).await? {
            all.extend(parse(self.message(&place)?)?);
        }
        Ok(all)
    }
}

impl Exchange<'_> {
    /// Collects what a function makes of every message of the reply, control messages aside: `Some`,
    /// or `None` to skip it. The reply ends where the kernel ends it, whatever is skipped; its error is
    /// this call's.
    ///
    /// An error of the function ends the call, and what is left of the reply is skipped later.
    ///
    /// ```
    /// use netlink_runtime::wire::{Attrs, wt};
    /// use netlink_runtime::{Protocol, socket::Socket};
    /// # use netlink_runtime::meta::SetMeta;
    /// # static SET: SetMeta = SetMeta { name: "rtmsg", header: None, attrs: &[] };
    ///
    /// // Default routes: those without RTA_DST. The header says AF_INET.
    /// let mut rtmsg = [0; 12];
    /// rtmsg[0] = 2;
    /// let mut route = Socket::open(Protocol::Route)?;
    /// let mut routes = route.raw_request(26, 0x300, &rtmsg)?; // RTM_GETROUTE
    /// let defaults = routes.parse(|route| {
    ///     let attrs = Attrs::new(route.payload().get(12..).unwrap_or_default());
    ///     let to = attrs.get::<wt::Bytes>(1, &SET)?; // RTA_DST
    ///     Ok(if to.is_none() { Some(route.bytes().len()) } else { None })
    /// })?;
    /// println!("{} default routes", defaults.len());
    /// # Ok::<(), netlink_runtime::socket::Error>(())
    /// ```
    pub fn parse<T>(
        &mut self,
        parse: impl FnMut(MessageRef<'_>) -> Result<Option<T>, DecodeError>,
    ) -> Result<Vec<T>> {
        now(self.0.parse_all(parse))
    }
}

impl<R: Reply> Dump<'_, R> {
    /// Collects what a function makes of every reply, as the message that it is: `Some`, or `None` to
    /// skip it. What [`Exchange::parse`] does for raw requests, with the type's checks and names.
    pub fn parse<T>(
        &mut self,
        parse: impl FnMut(MessageRef<'_>) -> Result<Option<T>, DecodeError>,
    ) -> Result<Vec<T>> {
        now(self.replies.parse_replies(R::accepts, parse))
    }
}

impl<I: Io> asynchronous::Exchange<'_, I> {
    /// Collects what a function makes of every message of the reply; see [`Exchange::parse`].
    pub async fn parse<T>(
        &mut self,
        parse: impl FnMut(MessageRef<'_>) -> Result<Option<T>, DecodeError>,
    ) -> Result<Vec<T>> {
        self.0.parse_all(parse).await
    }
}

impl<R: Reply, I: Io> asynchronous::Dump<'_, R, I> {
    /// Collects what a function makes of every reply; see [`Dump::parse`].
    pub async fn parse<T>(
        &mut self,
        parse: impl FnMut(MessageRef<'_>) -> Result<Option<T>, DecodeError>,
    ) -> Result<Vec<T>> {
        self.replies.parse_replies(R::accepts, parse).await
    }
}
