//! A connection's stream that fails when its peer was waited for too long: hyper then ends the connection,
//! whatever it was doing.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};

use super::watch::Watch;

/// See the module.
#[derive(Debug)]
pub(super) struct Deadlines {
    stream: TokioIo<TcpStream>,
    watch: Arc<Watch>,
    /// Some bytes were not taken yet.
    blocked: bool,
    /// When to look next. Whoever waits for the stream is woken by it.
    alarm: Pin<Box<Sleep>>,
}

impl Deadlines {
    pub(super) fn new(stream: TcpStream, watch: Arc<Watch>) -> Self {
        let alarm = Box::pin(tokio::time::sleep(watch.bounds().look));
        Self { stream: TokioIo::new(stream), watch, blocked: false, alarm }
    }

    /// Goes on waiting, unless it took too long.
    fn wait<T>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        while self.alarm.as_mut().poll(cx).is_ready() {
            if let Some(reason) = self.watch.overdue() {
                return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, reason)));
            }
            self.alarm.as_mut().reset(Instant::now() + self.watch.bounds().look);
        }
        Poll::Pending
    }

    fn written(
        &mut self,
        written: Poll<io::Result<usize>>,
        offered: usize,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        match written {
            Poll::Pending => {
                if !self.blocked {
                    self.blocked = true;
                    self.watch.block();
                }
                return self.wait(cx);
            }
            Poll::Ready(Ok(bytes)) if self.blocked => {
                self.blocked = bytes < offered;
                self.watch.took(bytes, !self.blocked);
            }
            Poll::Ready(_) => {}
        }
        written
    }
}

impl Read for Deadlines {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.stream).poll_read(cx, buffer) {
            Poll::Pending => self.wait(cx),
            read @ Poll::Ready(_) => read,
        }
    }
}

impl Write for Deadlines {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.written(written, bytes.len(), cx)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, buffers);
        let offered = buffers.iter().map(|buffer| buffer.len()).sum();
        self.written(written, offered, cx)
    }
}
