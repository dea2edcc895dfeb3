//! What has been read of a file and is not yet used.

use std::io::{self, Read};

/// Bytes that are asked for at once.
const CHUNK: usize = 128 << 10;

/// A buffer over a reader that holds as many bytes as are asked for: `BufReader` has a fixed size.
pub(super) struct Window<R> {
    from: R,
    buf: Vec<u8>,
    /// The part of `buf` that is read and not yet used.
    start: usize,
    end: usize,
    /// Where the first unused byte is in the file.
    offset: u64,
    ended: bool,
}

impl<R: Read> Window<R> {
    pub(super) fn new(from: R) -> Self {
        Window { from, buf: Vec::new(), start: 0, end: 0, offset: 0, ended: false }
    }

    /// What is here.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buf[self.start..self.end]
    }

    /// Whether nothing comes after what is here.
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// Where the first byte is in the file.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Reads once.
    pub(super) fn more(&mut self) -> io::Result<()> {
        if self.buf.len() - self.end < CHUNK {
            // What is used goes away before the buffer grows; each byte moves a few times at most.
            if self.start >= self.end / 2 {
                self.buf.copy_within(self.start..self.end, 0);
                (self.start, self.end) = (0, self.end - self.start);
            }
            if self.buf.len() - self.end < CHUNK {
                self.buf.resize(self.end + self.end.max(CHUNK), 0);
            }
        }
        let read = loop {
            match self.from.read(&mut self.buf[self.end..self.end + CHUNK]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        // Nothing is read behind an error.
        self.ended |= !matches!(read, Ok(1..));
        read.map(|len| self.end += len.min(CHUNK))
    }

    /// Reads until so many bytes are here. Says whether they are.
    pub(super) fn fill(&mut self, len: usize) -> io::Result<bool> {
        while self.bytes().len() < len && !self.ended {
            self.more()?;
        }
        Ok(self.bytes().len() >= len)
    }

    /// Uses bytes up.
    pub(super) fn consume(&mut self, len: usize) {
        let len = len.min(self.bytes().len());
        self.start += len;
        self.offset += len as u64;
    }

    /// Uses up more bytes than need to be here. Says whether there were so many.
    pub(super) fn skip(&mut self, mut len: u64) -> io::Result<bool> {
        loop {
            let here = self.bytes().len();
            if here as u64 >= len {
                self.consume(len as usize);
                return Ok(true);
            }
            self.consume(here);
            len -= here as u64;
            if self.ended {
                return Ok(false);
            }
            self.more()?;
        }
    }
}
