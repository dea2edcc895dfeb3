//! Dumps in files.

use crate::Result;
use netlink_runtime::Request;
use netlink_runtime::message::MessageRef;
use netlink_runtime::socket::{Error, Socket};
use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::path::PathBuf;

/// Where the files go.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    /// Writes a file and says how many messages it has, or why there is none.
    pub(crate) fn file(&mut self, name: &str, fill: impl FnOnce(&mut Capture) -> Result<()>) {
        let path = self.0.join(name);
        let write = || -> Result<(usize, u64)> {
            let mut capture = Capture { file: BufWriter::new(File::create(&path)?), messages: 0 };
            fill(&mut capture)?;
            capture.file.flush()?;
            let bytes = capture.file.get_ref().metadata()?.len();
            if capture.messages == 0 { Err("there are none".into()) } else { Ok((capture.messages, bytes)) }
        };
        match write() {
            Ok((messages, bytes)) => println!("{name}: {messages} messages, {bytes} bytes"),
            Err(e) => {
                // Not an old or a half one either.
                let _ = std::fs::remove_file(&path);
                println!("{name}: not made: {e}");
            }
        }
    }
}

/// A file that is being written.
pub(crate) struct Capture {
    file: BufWriter<File>,
    messages: usize,
}

impl Capture {
    /// Appends a message.
    pub(crate) fn push(&mut self, message: MessageRef<'_>) -> Result<()> {
        let bytes = message.bytes();
        self.file.write_all(bytes)?;
        self.file.write_all(&[0; 3][..bytes.len().next_multiple_of(4) - bytes.len()])?;
        self.messages += 1;
        Ok(())
    }

    /// Appends a dump.
    pub(crate) fn dump<R: Request>(&mut self, socket: &mut Socket, request: R) -> Result<()> {
        self.dump_some(socket, request, usize::MAX, |_| true)
    }

    /// Appends the first messages of a dump of those that are wanted. One that was inconsistent is taken again.
    pub(crate) fn dump_some<R: Request>(
        &mut self,
        socket: &mut Socket,
        request: R,
        most: usize,
        wanted: impl Fn(MessageRef<'_>) -> bool,
    ) -> Result<()> {
        let (start, before) = (self.file.stream_position()?, self.messages);
        for _ in 0..20 {
            let mut dump = socket.dump(&request)?;
            let end = loop {
                match dump.next_message() {
                    Ok(Some(message)) if wanted(message) => self.push(message)?,
                    Ok(Some(_)) => {}
                    Ok(None) => return Ok(()),
                    Err(e) => break e,
                }
                if self.messages - before == most {
                    return Ok(());
                }
            };
            let Error::DumpInterrupted = end else { return Err(end.into()) };
            self.file.seek(SeekFrom::Start(start))?;
            self.file.get_ref().set_len(start)?;
            self.messages = before;
        }
        Err("the table changes all the time".into())
    }
}
