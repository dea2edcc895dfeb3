//! Whole messages as JSON.

use super::{Decoded, ack, flags};
use netlink_runtime::walk::json::{Options, write_body, write_decimal, write_hex, write_str};
use std::fmt::{Result, Write};

impl Decoded<'_> {
    /// Appends the message as a JSON object.
    pub fn json(&self, out: &mut String, options: Options) {
        // Writing to a String cannot fail.
        let _ = self.write_json(out, options);
    }

    fn write_json(&self, out: &mut String, options: Options) -> Result {
        let (header, known) = (self.header, self.known);
        out.push_str("{\"type\":");
        match (self.control_name(), known.found) {
            (Some(name), _) => write_str(out, name)?,
            (None, _) if self.is_control() => write!(out, "{}", header.message_type)?,
            (None, _) if self.is_generic() => out.push_str("\"genl\""),
            (None, Some(found)) => write_str(out, &found.message.c_name)?,
            (None, None) => write!(out, "{}", header.message_type)?,
        }
        out.push_str(",\"len\":");
        write_decimal(out, header.len.into())?;
        out.push_str(",\"flags\":");
        flags::write(out, header.flags, self.kind())?;
        out.push_str(",\"seq\":");
        write_decimal(out, header.sequence.into())?;
        out.push_str(",\"pid\":");
        write_decimal(out, header.port.into())?;
        if self.is_control() {
            return self.write_control(out);
        }
        if self.is_generic() {
            write!(out, ",\"nlmsg_type\":{}", header.message_type)?;
            if let Some(family) = known.family {
                out.push_str(",\"family\":");
                write_str(out, family)?;
            }
            if let Some(genl) = known.genl {
                out.push_str(",\"cmd\":");
                match known.found {
                    Some(found) => write_str(out, &found.message.c_name)?,
                    None => write!(out, "{}", genl.command)?,
                }
                write!(out, ",\"version\":{}", genl.version)?;
            }
        }
        match self.set() {
            Some(set) => {
                out.push(',');
                write_body(out, set, known.body, self.request(), options)?;
            }
            None if known.found.is_some() && known.body.is_empty() => out.push_str(",\"attrs\":[]"),
            None => {
                out.push_str(",\"unknown\":");
                write_hex(out, known.body)?;
            }
        }
        out.write_char('}')
    }

    fn write_control(&self, out: &mut String) -> Result {
        match self.error() {
            Some(error) => {
                out.push_str(",\"error\":");
                ack::write(out, &error)?;
            }
            None if self.payload.is_empty() => {}
            None => {
                out.push_str(",\"unknown\":");
                write_hex(out, self.payload)?;
            }
        }
        out.write_char('}')
    }
}
