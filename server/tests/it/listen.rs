//! Peers that are silent, slow or too many, on real sockets: each is let go, and nobody else notices.

use std::net::SocketAddr;
use std::time::Duration;

use server::client::TrustedProxies;
use server::listen::{self, Bounds};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::app::World;

/// Far more than any deadline below: a test that waits so long has failed.
const LONG: Duration = Duration::from_secs(30);
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const NO_SETTINGS: [u8; 9] = [0, 0, 0, 4, 0, 0, 0, 0, 0];
const HONEST: &[u8] = b"GET /livez HTTP/1.1\r\nHost: here\r\n\r\n";

/// Deadlines that a test can wait for. Loopback is no proxy here.
fn bounds() -> Bounds {
    let milliseconds = Duration::from_millis;
    Bounds {
        first_request: milliseconds(300),
        idle: milliseconds(400),
        silence: milliseconds(300),
        rate: 4096,
        look: milliseconds(20),
        ping: LONG * 4,
        total: 64,
        per_address: 10_000,
        grace: LONG * 4,
        trusted: TrustedProxies::none(),
    }
}

/// A service on a socket.
struct Served {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

impl Served {
    async fn with(bounds: Bounds) -> Self {
        let world = World::new().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel::<()>();
        let router = server::app(world.app.clone());
        let ended = tokio::spawn(async move {
            let stopped = async { drop(stopped.await) };
            listen::serve(listener, router, bounds, stopped).await;
        });
        Self { address, stop, ended }
    }

    async fn peer(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("it accepts")
    }

    /// Somebody who says this and nothing more.
    async fn who_says(&self, words: &[u8]) -> TcpStream {
        let mut peer = self.peer().await;
        peer.write_all(words).await.expect("it is sent");
        peer
    }

    /// An honest client is answered.
    async fn answers(&self) {
        let mut peer = self.who_says(HONEST).await;
        let mut start = [0; 12];
        let read = timeout(LONG, peer.read_exact(&mut start)).await.expect("in time");
        read.expect("an answer");
        assert_eq!(&start, b"HTTP/1.1 200");
    }

    async fn stops(self) {
        self.stop.send(()).expect("it runs");
        timeout(LONG, self.ended).await.expect("it ends in time").expect("without a panic");
    }
}

/// Everything it is told until the connection is closed.
async fn until_closed(mut peer: TcpStream) -> Vec<u8> {
    let mut told = Vec::new();
    // A reset is a way to close, too.
    let closed = timeout(LONG, peer.read_to_end(&mut told)).await;
    assert!(closed.is_ok(), "the connection is still open");
    told
}

/// Says `words` and then one of `more` after the other, slowly, until the connection is closed.
async fn until_tired(mut peer: TcpStream, words: &[u8], more: u8) -> Vec<u8> {
    peer.write_all(words).await.expect("it is sent");
    let (reader, mut writer) = peer.into_split();
    let writes = tokio::spawn(async move {
        while writer.write_all(&[more]).await.is_ok() {
            sleep(Duration::from_millis(10)).await;
        }
    });
    let told = read_all(reader).await;
    timeout(LONG, writes).await.expect("it can no longer be written to").expect("no panic");
    told
}

async fn read_all(mut reader: tokio::net::tcp::OwnedReadHalf) -> Vec<u8> {
    let mut told = Vec::new();
    let closed = timeout(LONG, reader.read_to_end(&mut told)).await;
    assert!(closed.is_ok(), "the connection is still open");
    told
}

/// A frame of HTTP/2.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a short frame").to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// The headers of `GET path`, or of `POST path` with a body to come.
fn headers(stream: u32, method: u8, path: &str) -> Vec<u8> {
    let mut block = vec![method, 0x86, 0x04, u8::try_from(path.len()).expect("a short path")];
    block.extend(path.bytes());
    block.extend([0x41, 4]);
    block.extend(b"here");
    let ends = u8::from(method == GET);
    frame(1, 4 | ends, stream, &block)
}

const GET: u8 = 0x82;
const POST: u8 = 0x83;

#[tokio::test]
async fn who_never_completes_a_request_is_let_go() {
    let served = Served::with(bounds()).await;
    let settings = [PREFACE, &NO_SETTINGS].concat();
    for words in [
        &b""[..],
        b"G",
        b"P",
        b"\x16\x03\x01",
        &PREFACE[..10],
        PREFACE,
        &settings,
        b"GET / HTTP/1.1\r\nHost: here\r\n",
        b"GET / HTTP/1.1\r\nHost: here\r\nX: ",
    ] {
        until_closed(served.who_says(words).await).await;
    }
    for words in [&b"GET /"[..], b"GET / HTTP/1.1\r\nHost: here\r\nX: "] {
        until_tired(served.peer().await, words, b'x').await;
    }
    let told = until_closed(served.who_says(HONEST).await).await;
    assert!(told.ends_with(b"ok"), "an idle connection is let go after its answer");
    let told =
        until_closed(served.who_says(&[&settings[..], &headers(1, GET, "/livez")].concat()).await);
    assert!(told.await.ends_with(b"ok"), "over HTTP/2 too");
    served.answers().await;
}

#[tokio::test]
async fn who_never_sends_the_body_is_let_go() {
    let served = Served::with(bounds()).await;
    let origin = served.address;
    let post = |rest: &str| {
        format!(
            "POST /api/session HTTP/1.1\r\nHost: {origin}\r\nOrigin: http://{origin}\r\n\
             Content-Type: application/json\r\n{rest}"
        )
    };
    for rest in [
        "Content-Length: 100\r\n\r\n",
        "Content-Length: 100\r\n\r\n{\"em",
        "Transfer-Encoding: chunked\r\n\r\n",
    ] {
        let told = until_closed(served.who_says(post(rest).as_bytes()).await).await;
        assert!(told.starts_with(b"HTTP/1.1 400"), "{}", String::from_utf8_lossy(&told));
    }
    let slowly = post("Content-Length: 60000\r\n\r\n{\"email\": \"");
    let told = until_tired(served.peer().await, slowly.as_bytes(), b'x').await;
    assert!(told.starts_with(b"HTTP/1.1 400"), "{}", String::from_utf8_lossy(&told));

    let words = [PREFACE, &NO_SETTINGS, &headers(1, POST, "/api/session")].concat();
    until_closed(served.who_says(&words).await).await;
    let many = (0..100).flat_map(|number| headers(2 * number + 1, POST, "/api/import"));
    let words = [PREFACE, &NO_SETTINGS, &many.collect::<Vec<_>>()].concat();
    until_closed(served.who_says(&words).await).await;
    served.answers().await;
}

#[tokio::test]
async fn a_long_body_that_keeps_coming_is_waited_for() {
    let silence = Duration::from_secs(3);
    let served = Served::with(Bounds { silence, ..bounds() }).await;
    let origin = served.address;
    let head = format!(
        "POST /api/session HTTP/1.1\r\nHost: {origin}\r\nOrigin: http://{origin}\r\n\
         Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n"
    );
    let mut peer = served.who_says(head.as_bytes()).await;
    for _ in 0..40 {
        peer.write_all(&[b' '; 1500]).await.expect("it is taken");
        sleep(Duration::from_millis(100)).await;
    }
    let told = String::from_utf8(until_closed(peer).await).expect("text");
    assert!(told.contains("it is not JSON"), "{told}");
}

#[tokio::test]
async fn who_does_not_take_the_answer_is_let_go() {
    let served = Served::with(bounds()).await;
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4096).expect("a small buffer");
    let mut peer = socket.connect(served.address).await.expect("it accepts");
    let request = b"GET /v1/openapi.json HTTP/1.1\r\nHost: here\r\n\r\n";
    peer.write_all(&request.repeat(500)).await.expect("they are sent");
    // What does not read learns of the end when it writes.
    let gone = async {
        while peer.write_all(b" ").await.is_ok() {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(LONG, gone).await.expect("the connection is closed");

    let no_window = frame(4, 0, 0, &[0, 4, 0, 0, 0, 0]);
    let words = [PREFACE, &no_window, &headers(1, GET, "/livez")].concat();
    let told = until_closed(served.who_says(&words).await).await;
    assert!(!told.ends_with(b"ok"), "nothing could be sent");
    served.answers().await;
}

#[tokio::test]
async fn who_asks_and_takes_it_back_a_thousand_times_is_let_go() {
    let served = Served::with(bounds()).await;
    let mut words = [PREFACE, &NO_SETTINGS].concat();
    for number in 0..1000 {
        words.extend(headers(2 * number + 1, GET, "/v1/boards/acme/jobs"));
        words.extend(frame(3, 0, 2 * number + 1, &[0, 0, 0, 8]));
    }
    let mut peer = served.peer().await;
    // It may be closed before all of it is sent.
    drop(peer.write_all(&words).await);
    until_closed(peer).await;
    served.answers().await;
}

#[tokio::test]
async fn when_all_places_are_taken_the_silent_make_room_for_who_asks() {
    let patient = Bounds { first_request: LONG * 4, idle: LONG * 4, silence: LONG * 4, ..bounds() };
    let served = Served::with(patient).await;
    let mut silent = Vec::new();
    let post = b"POST /api/session HTTP/1.1\r\nHost: here\r\nOrigin: http://here\r\n\
                 Content-Type: application/json\r\nContent-Length: 9\r\n\r\n";
    for words in [&b""[..], b"G", PREFACE, HONEST, post] {
        for _ in 0..200 {
            silent.push(served.who_says(words).await);
        }
        served.answers().await;
    }
    let first = silent.swap_remove(0);
    until_closed(first).await;
}

#[tokio::test]
async fn one_address_has_its_share_of_places_unless_it_is_a_trusted_proxy() {
    let patient = Bounds { first_request: LONG * 4, per_address: 4, ..bounds() };
    let served = Served::with(patient.clone()).await;
    let mut silent = Vec::new();
    for _ in 0..4 {
        silent.push(served.peer().await);
    }
    assert_eq!(until_closed(served.who_says(HONEST).await).await, b"");
    silent.pop();
    // The place is free once the connection's end was noticed.
    let answered = async {
        loop {
            let mut peer = served.who_says(HONEST).await;
            let mut start = [0; 12];
            if peer.read_exact(&mut start).await.is_ok() {
                break;
            }
        }
    };
    timeout(LONG, answered).await.expect("a place is free");

    let trusted = TrustedProxies::default();
    let served = Served::with(Bounds { trusted, ..patient }).await;
    let mut silent = Vec::new();
    for _ in 0..40 {
        silent.push(served.peer().await);
    }
    served.answers().await;
}

#[tokio::test]
async fn it_stops_though_peers_are_silent() {
    let patient = Bounds { first_request: LONG * 4, idle: LONG * 4, ..bounds() };
    let served = Served::with(patient).await;
    let mut silent = Vec::new();
    let settings = [PREFACE, &NO_SETTINGS].concat();
    for words in [&b""[..], b"G", PREFACE, &settings, b"GET / HTTP/1.1\r\nHost: here\r\n", HONEST] {
        for _ in 0..20 {
            silent.push(served.who_says(words).await);
        }
    }
    served.answers().await;
    served.stops().await;
}
