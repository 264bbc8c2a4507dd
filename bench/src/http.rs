//! As much of an HTTP/1.1 client as the tools need: one keep-alive connection, whole requests written
//! at once, so that the instant of the first byte is known. No pipelining, no chunks, no redirects.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A connection and what has been read from it.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer, in the connection's own buffer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    pub(crate) head: &'a str,
    pub(crate) body: &'a [u8],
}

impl Answer<'_> {
    /// The first header of this name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(self.head, name)
    }
}

/// What the answers to one request must all look like: the status that was expected, and the body of the
/// first of them.
#[derive(Debug)]
pub(crate) struct Sample {
    start: String,
    length: usize,
    body: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)
            .await
            .with_context(|| format!("no connection to {address}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(64 * 1024) })
    }

    /// Sends a request and waits for its answer.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let head = loop {
            self.read().await?;
            if let Some(end) = self.buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let (status, length) = parse(std::str::from_utf8(&self.buffer[..head])?)?;
        while self.buffer.len() < head + length {
            self.read().await?;
        }
        ensure!(self.buffer.len() == head + length, "bytes after the answer");
        let (head, body) = self.buffer.split_at(head);
        Ok(Answer { status, head: std::str::from_utf8(head)?, body })
    }

    /// Sends a request whose answers are all alike, and keeps the first of them.
    pub(crate) async fn sample(&mut self, request: &[u8], expected: u16) -> Result<Sample> {
        let Answer { status, head, body } = self.exchange(request).await?;
        ensure!(status == expected, "answered {status} instead of {expected}");
        let start = format!("HTTP/1.1 {expected} ");
        Ok(Sample { start, length: head.len() + body.len(), body: body.to_vec() })
    }

    /// Sends a request and says whether the answer is like the sample. Cheaper than [`Self::exchange`]:
    /// the load generator has the processor in common with what it measures.
    pub(crate) async fn repeat(&mut self, request: &[u8], sample: &Sample) -> Result<bool> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        while self.buffer.len() < sample.length {
            self.read().await?;
            // A shorter answer than expected would be waited for in vain.
            if !self.buffer.starts_with(sample.start.as_bytes()) {
                return Ok(false);
            }
        }
        Ok(self.buffer.len() == sample.length && self.buffer.ends_with(&sample.body))
    }

    async fn read(&mut self) -> Result<()> {
        ensure!(
            self.stream.read_buf(&mut self.buffer).await? > 0,
            "the service closed the connection"
        );
        Ok(())
    }
}

/// Status and length of the body.
fn parse(head: &str) -> Result<(u16, usize)> {
    let status = head.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
    let Some(status) = status else { bail!("not an answer: {head:?}") };
    let length = match header(head, "content-length") {
        Some(length) => length.parse().context("the length is no number")?,
        None if status == 204 || status == 304 => 0,
        None => bail!("an answer without a length: {head:?}"),
    };
    Ok((status, length))
}

/// The first header of this name in an answer's head.
pub(crate) fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let lines = head.split("\r\n").skip(1).filter_map(|line| line.split_once(':'));
    let mut values = lines.filter(|(known, _)| known.eq_ignore_ascii_case(name));
    values.next().map(|(_, value)| value.trim())
}

/// The bytes of a request.
pub(crate) fn request(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&str>,
) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\n");
    let mut add = |name: &str, value: &str| {
        text.extend([name, ": ", value, "\r\n"]);
    };
    for (name, value) in headers {
        add(name, value);
    }
    if let Some(body) = body {
        add("Content-Type", "application/json");
        add("Content-Length", &body.len().to_string());
    }
    text.extend(["\r\n", body.unwrap_or_default()]);
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_gives_status_and_length() {
        let head = "HTTP/1.1 401 Unauthorized\r\ncontent-LENGTH:  12\r\nDate: x\r\n\r\n";
        assert_eq!(parse(head).unwrap(), (401, 12));
        assert_eq!(parse("HTTP/1.1 204 No Content\r\n\r\n").unwrap(), (204, 0));
        assert!(parse("HTTP/1.1 200 OK\r\n\r\n").is_err());
        assert!(parse("ICY 200 OK\r\nContent-Length: 1\r\n\r\n").is_err());
    }

    #[test]
    fn a_request_is_complete() {
        let address = "127.0.0.1:80".parse().unwrap();
        let bytes = request(address, "POST", "/a", &[("Origin", "o")], Some("{}"));
        assert_eq!(
            String::from_utf8(bytes).unwrap(),
            "POST /a HTTP/1.1\r\nHost: 127.0.0.1:80\r\nOrigin: o\r\n\
             Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
        );
    }
}
