//! Whole messages out of a stream of bytes.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

use super::ber::length;

/// Longer than any message of a test: a group of ten thousand members has one megabyte.
const MAX_MESSAGE_BYTES: usize = 64 * 1024 * 1024;

/// A stream that is read message by message.
#[derive(Debug)]
pub(super) struct Wire<R> {
    stream: R,
    buffer: Vec<u8>,
}

impl<R: AsyncRead + Unpin> Wire<R> {
    pub(super) fn new(stream: R) -> Self {
        Self {
            stream,
            buffer: Vec::new(),
        }
    }

    /// The next whole message; none when the other end is done. Nothing is lost where the wait for it is given up.
    pub(super) async fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            if let Some(whole) = length(&self.buffer)? {
                if whole > MAX_MESSAGE_BYTES {
                    return Err(io::Error::new(io::ErrorKind::InvalidData, "too long"));
                }
                if self.buffer.len() >= whole {
                    return Ok(Some(self.buffer.drain(..whole).collect()));
                }
                self.buffer.reserve(whole - self.buffer.len());
            }
            self.buffer.reserve(16 * 1024);
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Ok(None);
            }
        }
    }

    pub(super) fn into_inner(self) -> R {
        self.stream
    }
}
