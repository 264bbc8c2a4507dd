//! The socket: an accept loop in which no peer is waited for without a bound, and nobody's connections
//! keep others out. `axum::serve` has no deadlines, and hyper's own cover a part of them only.
//!
//! `watch` knows what each connection waits for, `deadlines` ends those that wait too long, `bodies` tells
//! `watch` whose turn it is, `places` counts them and makes room.

mod bodies;
mod deadlines;
mod places;
mod watch;

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt as _;

use self::bodies::{Download, Upload};
use self::deadlines::Deadlines;
use self::places::{Place, Places};
use self::watch::Watch;
use crate::client::{Peer, TrustedProxies};

/// A request's headers, and what is written at once, may take this much memory, in bytes.
const BUFFER: usize = 80 * 1024;
/// What the system holds of an answer for a peer that does not read it, in bytes. It bounds what thousands
/// of them can make it hold, and shows sooner whether somebody reads.
const SEND_BUFFER: usize = 256 * 1024;
/// Requests at once on one HTTP/2 connection.
const STREAMS: u32 = 128;
/// Connections are never more than this, however many files may be open.
const CONNECTIONS: usize = 8192;
/// Files that are not connections: the database, its pool, an import.
const OTHER_FILES: usize = 128;
/// How long a peer that asks for nothing has to hear that we are stopping.
const FAREWELL: Duration = Duration::from_millis(500);

/// How long a peer is waited for, and how many may be there.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// From the connection to the end of the first request's headers.
    pub first_request: Duration,
    /// From the end of an answer to the end of the next request's headers.
    pub idle: Duration,
    /// A peer that sends nothing of its body, or takes nothing of its answer.
    pub silence: Duration,
    /// Bytes a second: whoever is slower has used up `silence` sooner or later.
    pub rate: u64,
    /// How often a connection is looked at; how late a deadline may be noticed.
    pub look: Duration,
    /// An HTTP/2 peer is asked so often whether it is there, and has as long to answer.
    pub ping: Duration,
    /// Connections in all.
    pub total: usize,
    /// Connections of one address that is no trusted proxy.
    pub per_address: usize,
    /// What is being answered when the program is told to stop gets this long.
    pub grace: Duration,
    /// Whose connections are those of many.
    pub trusted: TrustedProxies,
}

impl Bounds {
    /// The bounds of a server. Raises the number of files this process may open to what it is allowed.
    pub fn new(trusted: &TrustedProxies) -> Self {
        let total = file_limit().saturating_sub(OTHER_FILES).clamp(16, CONNECTIONS);
        Self {
            first_request: Duration::from_secs(15),
            idle: Duration::from_secs(50),
            silence: Duration::from_secs(20),
            rate: 4096,
            look: Duration::from_secs(4),
            ping: Duration::from_secs(20),
            total,
            per_address: (total / 8).max(16),
            grace: Duration::from_secs(10),
            trusted: trusted.clone(),
        }
    }
}

/// How many files may be open, after asking for as many as the system allows.
#[cfg(unix)]
fn file_limit() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    let current = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(_) => limit.current,
    };
    current.and_then(|files| usize::try_from(files).ok()).unwrap_or(usize::MAX)
}

#[cfg(not(unix))]
fn file_limit() -> usize {
    usize::MAX
}

/// Answers connections with `router` until `stop` is done, then lets running requests finish.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    bounds: Bounds,
    stop: impl Future<Output = ()>,
) {
    if let Err(error) = socket2::SockRef::from(&listener).set_send_buffer_size(SEND_BUFFER) {
        tracing::debug!("the send buffer keeps its size: {error}");
    }
    let bounds = Arc::new(bounds);
    let server = Server { builder: builder(&bounds), router, bounds: bounds.clone() };
    let places = Arc::new(Places::new(bounds.clone()));
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            biased;
            () = &mut stop => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let watch = Arc::new(Watch::new(bounds.clone()));
        let Some(place) = places.take(peer.ip(), &watch) else {
            tracing::warn!(address = %peer.ip(), "too many connections: one more is refused");
            continue;
        };
        let number = place.number();
        let connection = server.serve(stream, peer, watch, place, graceful.watcher());
        places.started(number, tokio::spawn(connection).abort_handle());
    }
    drop(listener);
    finish(graceful, &places, bounds.grace).await;
}

/// The next connection. Does not fail: when there are no files left it waits until there are.
async fn accept(listener: &TcpListener, places: &Places) -> (TcpStream, SocketAddr) {
    loop {
        while places.is_crowded() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) => {
                tracing::warn!("a connection could not be accepted: {error}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

/// Waits for what is being answered, and for nobody who asks for nothing.
async fn finish(graceful: GracefulShutdown, places: &Places, grace: Duration) {
    let mut finished = std::pin::pin!(graceful.shutdown());
    let mut end = std::pin::pin!(tokio::time::sleep(grace));
    loop {
        tokio::select! {
            () = &mut finished => return,
            () = &mut end => {
                tracing::warn!("some requests were still running after {grace:?}");
                return;
            }
            () = tokio::time::sleep(FAREWELL) => places.let_go_of_the_idle(),
        }
    }
}

/// What all connections share.
struct Server {
    builder: Builder<TokioExecutor>,
    router: Router,
    bounds: Arc<Bounds>,
}

impl Server {
    /// One connection, to its end.
    fn serve(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        watch: Arc<Watch>,
        place: Place,
        watcher: Watcher,
    ) -> impl Future<Output = ()> + use<> {
        // Answers are small and complete: waiting for more to send only makes them late.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!("no TCP_NODELAY: {error}");
        }
        let stream = Deadlines::new(stream, watch.clone());
        let (router, bounds) = (self.router.clone(), self.bounds.clone());
        let service = hyper::service::service_fn(move |request: Request<Incoming>| {
            answer(router.clone(), request, Peer(peer), &watch, &bounds)
        });
        let connection = self.builder.serve_connection(stream, service).into_owned();
        let connection = watcher.watch(connection);
        async move {
            if let Err(error) = connection.await {
                tracing::debug!("a connection ended early: {error}");
            }
            drop(place);
        }
    }
}

/// Answers one request; from now until its answer is taken, `watch` knows whose turn it is.
fn answer(
    router: Router,
    request: Request<Incoming>,
    peer: Peer,
    watch: &Arc<Watch>,
    bounds: &Arc<Bounds>,
) -> impl Future<Output = Result<Response<Download>, Infallible>> + use<> {
    let in_flight = Arc::new(watch.begin());
    let mut request = request.map(|body| {
        if body.is_end_stream() {
            return Body::empty();
        }
        Body::new(Upload::new(body, in_flight.clone(), bounds.clone()))
    });
    request.extensions_mut().insert(peer);
    async move {
        let Ok(response) = router.oneshot(request).await;
        Ok(response.map(|body| Download::new(body, in_flight)))
    }
}

fn builder(bounds: &Bounds) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        // `X-Ratelimit-Limit`, as recorded from the real system.
        .title_case_headers(true)
        .max_buf_size(BUFFER)
        // `deadlines` has one for both versions, and for finding out which it is.
        .header_read_timeout(None);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(bounds.ping)
        .keep_alive_timeout(bounds.ping)
        .max_concurrent_streams(STREAMS);
    builder
}
