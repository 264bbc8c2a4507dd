//! What stands between the service and PostgreSQL in the tests: it forwards, and fails as networks do.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What happens to what is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// Nothing gets through, and nobody can connect.
    Down,
    /// The next connection that begins a change is not heard any more some statements later.
    SilentInAChange,
    /// The next commit is done, and its answer is lost.
    CutAfterCommit,
    /// The next commit is lost.
    CutBeforeCommit,
    /// The next commit is done, and its answer is lost with everything after it.
    DownAfterCommit,
    /// The next commit is done and answered, and then there is nothing any more.
    DownAfterAnswer,
}

const ALL: [Fault; 7] = [
    Fault::None,
    Fault::Down,
    Fault::SilentInAChange,
    Fault::CutAfterCommit,
    Fault::CutBeforeCommit,
    Fault::DownAfterCommit,
    Fault::DownAfterAnswer,
];

/// Listens until the test ends.
#[derive(Debug, Clone)]
pub(crate) struct Proxy {
    address: SocketAddr,
    fault: Arc<AtomicUsize>,
}

impl Proxy {
    /// Stands before the database at this address.
    pub(crate) async fn before(database: &str) -> (Self, String) {
        let (start, name) = database.rsplit_once('/').expect("a database");
        let (scheme, server) = start.rsplit_once('@').expect("a user");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let proxy = Self { address, fault: Arc::default() };
        tokio::spawn(proxy.clone().serve(listener, server.to_owned()));
        let database = format!("{scheme}@{}/{name}", proxy.address);
        (proxy, database)
    }

    pub(crate) fn set(&self, fault: Fault) {
        let number = ALL.iter().position(|known| *known == fault).expect("a fault");
        self.fault.store(number, Ordering::SeqCst);
    }

    pub(crate) fn fault(&self) -> Fault {
        ALL[self.fault.load(Ordering::SeqCst)]
    }

    async fn serve(self, listener: TcpListener, server: String) {
        loop {
            let (client, _) = listener.accept().await.expect("a connection");
            if self.fault() != Fault::Down {
                let server = TcpStream::connect(&server).await.expect("PostgreSQL answers");
                tokio::spawn(self.clone().forward(client, server));
            }
        }
    }

    async fn forward(self, mut client: TcpStream, mut server: TcpStream) {
        let (mut asked, mut answered) = (vec![0; 65_536], vec![0; 65_536]);
        let mut heard_for = None::<u32>;
        loop {
            let (length, from_client) = tokio::select! {
                length = client.read(&mut asked) => (length.unwrap_or(0), true),
                length = server.read(&mut answered) => (length.unwrap_or(0), false),
            };
            if length == 0 || self.fault() == Fault::Down {
                return;
            }
            if !from_client {
                if client.write_all(&answered[..length]).await.is_err() {
                    return;
                }
                continue;
            }
            let text = &asked[..length];
            let is = |word: &[u8]| text.windows(word.len()).any(|part| part == word);
            let commits = is(b"COMMIT\0");
            if self.fault() == Fault::SilentInAChange && is(b"BEGIN ISOLATION") {
                self.set(Fault::None);
                heard_for = Some(3);
            } else if let Some(left) = heard_for {
                if left == 0 {
                    // Both ends stay open, and nobody reads.
                    return std::future::pending().await;
                }
                heard_for = Some(left - 1);
            }
            if commits && self.fault() == Fault::CutBeforeCommit {
                return self.set(Fault::None);
            }
            if server.write_all(text).await.is_err() {
                return;
            }
            if commits && self.after_the_commit(&mut client, &mut server).await {
                return;
            }
        }
    }

    /// What happens to the answer to a commit; whether that was the end.
    async fn after_the_commit(&self, client: &mut TcpStream, server: &mut TcpStream) -> bool {
        let next = match self.fault() {
            Fault::CutAfterCommit => Fault::None,
            Fault::DownAfterCommit | Fault::DownAfterAnswer => Fault::Down,
            _ => return false,
        };
        let mut answered = [0; 1024];
        // It was done when its answer is there.
        let length = server.read(&mut answered).await.unwrap_or(0);
        let answers = self.fault() == Fault::DownAfterAnswer;
        self.set(next);
        if answers {
            let _ = client.write_all(&answered[..length]).await;
        }
        true
    }
}
