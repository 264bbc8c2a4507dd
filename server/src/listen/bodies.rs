//! The two bodies of a request. What comes in has a deadline of its own, what goes out goes in pieces, and
//! both say whose turn it is.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep};

use super::Bounds;
use super::watch::{InFlight, Turn};

/// The longest piece of an answer, in bytes: one has to be taken before the next is asked for.
const PIECE: usize = 64 * 1024;

impl Bounds {
    /// The time that somebody has earned who has sent or taken so many bytes.
    pub(super) fn earned(&self, bytes: u64) -> Duration {
        Duration::from_millis(bytes.saturating_mul(1000) / self.rate.max(1))
    }
}

/// A request's body. It fails when nothing comes for too long, or too little.
#[derive(Debug)]
pub(super) struct Upload {
    body: Incoming,
    in_flight: Arc<InFlight>,
    bounds: Arc<Bounds>,
    /// Since when the peer is waited for.
    since: Option<Instant>,
    /// How long it was waited for before that.
    waited: Duration,
    received: u64,
    alarm: Option<Pin<Box<Sleep>>>,
}

impl Upload {
    pub(super) fn new(body: Incoming, in_flight: Arc<InFlight>, bounds: Arc<Bounds>) -> Self {
        let (since, waited, received, alarm) = (None, Duration::ZERO, 0, None);
        Self { body, in_flight, bounds, since, waited, received, alarm }
    }

    /// Waits for the peer until the end of its patience.
    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let since = *self.since.get_or_insert_with(|| {
            let now = Instant::now();
            self.in_flight.turn(Turn::Sends(now));
            now
        });
        let silence = self.bounds.silence;
        let left = (silence + self.bounds.earned(self.received)).saturating_sub(self.waited);
        let until = since + left.min(silence);
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(until)));
        if alarm.deadline() != until {
            alarm.as_mut().reset(until);
        }
        alarm.as_mut().poll(cx).map(|()| {
            let error = io::Error::new(io::ErrorKind::TimedOut, "the body came too slowly");
            Some(Err(error.into()))
        })
    }
}

impl HttpBody for Upload {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) else {
            return self.wait(cx);
        };
        if let Some(since) = self.since.take() {
            self.waited += since.elapsed();
            self.in_flight.turn(Turn::Ours);
        }
        if let Some(Ok(data)) = frame.as_ref().map(|frame| frame.as_ref().map(Frame::data_ref)) {
            self.received += data.map_or(0, Bytes::len) as u64;
        }
        Poll::Ready(frame.map(|frame| frame.map_err(BoxError::from)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// An answer's body, in pieces. The request is over when this is dropped.
#[derive(Debug)]
pub(super) struct Download {
    body: Body,
    /// What is left of the piece that the body gave last.
    rest: Bytes,
    in_flight: Arc<InFlight>,
}

impl Download {
    pub(super) fn new(body: Body, in_flight: Arc<InFlight>) -> Self {
        Self { body, rest: Bytes::new(), in_flight }
    }

    fn piece(&mut self) -> Frame<Bytes> {
        self.in_flight.turn(Turn::Takes(Instant::now()));
        let length = self.rest.len().min(PIECE);
        Frame::data(self.rest.split_to(length))
    }
}

impl HttpBody for Download {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if !self.rest.is_empty() {
            return Poll::Ready(Some(Ok(self.piece())));
        }
        let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) else {
            self.in_flight.turn(Turn::Ours);
            return Poll::Pending;
        };
        Poll::Ready(frame.map(|frame| {
            frame.map(|frame| match frame.into_data() {
                Ok(data) => {
                    self.rest = data;
                    self.piece()
                }
                Err(other) => other,
            })
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = self.body.size_hint();
        let rest = self.rest.len() as u64;
        if let Some(upper) = hint.upper() {
            hint.set_upper(upper + rest);
        }
        hint.set_lower(hint.lower() + rest);
        hint
    }
}
