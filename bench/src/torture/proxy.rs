//! A TCP proxy between the program and PostgreSQL that can fall silent: it keeps connections open and
//! passes nothing on.

use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;

use anyhow::Result;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A proxy on a free port. Dropping it ends all of its connections.
#[derive(Debug)]
pub(super) struct Proxy {
    pub(super) port: u16,
    state: Rc<State>,
    accepting: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct State {
    /// After so many more messages from the program, the connection of the last one is silent for ever.
    silent_after: Cell<Option<u32>>,
    /// All connections are silent.
    all: Cell<bool>,
    silenced: Cell<usize>,
    messages: Cell<u32>,
}

impl Proxy {
    /// Passes on to this port of the loopback interface.
    pub(super) async fn start(port: u16) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let own = listener.local_addr()?.port();
        let state = Rc::<State>::default();
        let to = SocketAddr::from(([127, 0, 0, 1], port));
        let accepting = tokio::task::spawn_local(accept(listener, to, state.clone()));
        Ok(Self { port: own, state, accepting })
    }

    /// How many messages the program has sent.
    pub(super) fn messages(&self) -> u32 {
        self.state.messages.get()
    }

    /// Lets one connection fall silent: the one that sends the message after so many others.
    pub(super) fn silence_one_after(&self, messages: u32) {
        self.state.silent_after.set(Some(messages));
    }

    /// How many connections were silenced one by one.
    pub(super) fn silenced(&self) -> usize {
        self.state.silenced.get()
    }

    /// Lets all connections, new ones too, be silent, or not.
    pub(super) fn silence_all(&self, silent: bool) {
        self.state.all.set(silent);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // Its connections are its children.
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, to: SocketAddr, state: Rc<State>) {
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((from, _)) = listener.accept().await {
        let state = state.clone();
        connections.spawn_local(async move {
            // A connection that breaks is what a proxy is there for.
            let _ = pass(from, to, &state).await;
        });
    }
}

async fn pass(mut from: TcpStream, to: SocketAddr, state: &State) -> Result<()> {
    let mut to = TcpStream::connect(to).await?;
    from.set_nodelay(true)?;
    to.set_nodelay(true)?;
    let (mut question, mut answer) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        let (read, asks) = tokio::select! {
            read = from.read(&mut question) => (read?, true),
            read = to.read(&mut answer) => (read?, false),
        };
        state.messages.set(state.messages.get() + u32::from(asks));
        if asks && let Some(left) = state.silent_after.get() {
            state.silent_after.set(left.checked_sub(1));
            if left == 0 {
                state.silenced.set(state.silenced.get() + 1);
                std::future::pending::<()>().await;
            }
        }
        if state.all.get() {
            std::future::pending::<()>().await;
        }
        match (read, asks) {
            (0, _) => return Ok(()),
            (read, true) => to.write_all(&question[..read]).await?,
            (read, false) => from.write_all(&answer[..read]).await?,
        }
    }
}
