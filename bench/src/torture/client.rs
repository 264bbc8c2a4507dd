//! A client of the program that may get no answer, and says so; and somebody who is signed in.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use api::paths;
use api::session::NewSession;
use serde::de::DeserializeOwned;

use crate::http::{Connection, header, request};

/// An answer that keeps anybody waiting for longer is none.
const PATIENCE: Duration = Duration::from_mins(2);

/// One keep-alive connection, opened again after it broke.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) address: SocketAddr,
    connection: Option<Connection>,
}

/// An answer.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) status: u16,
    head: String,
    body: Vec<u8>,
}

impl Client {
    pub(super) fn new(address: SocketAddr) -> Self {
        Self { address, connection: None }
    }

    /// Sends a request and waits for its answer. An error means that none came: whether the request did
    /// anything is not known.
    pub(super) async fn send(&mut self, request: &[u8]) -> Result<Reply> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => Connection::open(self.address).await?,
        };
        let answer = tokio::time::timeout(PATIENCE, connection.exchange(request));
        let answer = answer.await.context("no answer in two minutes")??;
        let reply = Reply {
            status: answer.status,
            head: answer.head.to_owned(),
            body: answer.body.to_vec(),
        };
        if reply.header("connection") != Some("close") {
            self.connection = Some(connection);
        }
        Ok(reply)
    }

    /// Reads `path`, with these headers.
    pub(super) async fn get(&mut self, path: &str, headers: &[(&str, &str)]) -> Result<Reply> {
        let request = request(self.address, "GET", path, headers, None);
        self.send(&request).await
    }
}

impl Reply {
    /// The first header of this name.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T> {
        let text = || format!("the answer cannot be read: {} {}", self.status, self.text());
        serde_json::from_slice(&self.body).with_context(text)
    }

    /// The answer, if it is the one that was expected.
    pub(super) fn expect(self, status: u16) -> Result<Self> {
        ensure!(self.status == status, "answered {}: {}", self.status, self.text());
        Ok(self)
    }
}

/// Somebody who is signed in.
#[derive(Debug)]
pub(super) struct Person {
    client: Client,
    cookie: String,
}

impl Person {
    /// Somebody who is not signed in.
    pub(super) fn nobody(address: SocketAddr) -> Self {
        Self { client: Client::new(address), cookie: String::new() }
    }

    /// Signs in as the demo's admin.
    pub(super) async fn ada(address: SocketAddr) -> Result<Self> {
        Self::sign_in(address, "ada@example.com", "latchkey-demo").await
    }

    /// Signs in.
    pub(super) async fn sign_in(address: SocketAddr, email: &str, password: &str) -> Result<Self> {
        let typed = NewSession { email: email.to_owned(), password: password.to_owned() };
        let mut person = Self::nobody(address);
        let body = serde_json::to_string(&typed)?;
        let reply = person.post(paths::SESSION, Some(&body)).await.context("signing in")?;
        let reply = reply.expect(200).context("signing in")?;
        let cookie = reply.header("set-cookie").and_then(|cookie| cookie.split(';').next());
        cookie.context("signing in set no cookie")?.clone_into(&mut person.cookie);
        Ok(person)
    }

    /// The same session, over another connection and perhaps through another replica.
    pub(super) fn at(&self, address: SocketAddr) -> Self {
        Self { client: Client::new(address), cookie: self.cookie.clone() }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.client.address
    }

    /// The bytes of a request, as the console sends it.
    pub(super) fn request(
        &self,
        method: &str,
        path: &str,
        more: &[(&str, &str)],
        body: Option<&str>,
    ) -> Vec<u8> {
        let address = self.client.address;
        let origin = format!("http://{address}");
        let own = [("Origin", origin.as_str()), ("Cookie", self.cookie.as_str())];
        request(address, method, path, &[&own, more].concat(), body)
    }

    pub(super) async fn get(&mut self, path: &str) -> Result<Reply> {
        let request = self.request("GET", path, &[], None);
        self.client.send(&request).await
    }

    /// Asks for something to be made or done, under an id of its own.
    pub(super) async fn post(&mut self, path: &str, body: Option<&str>) -> Result<Reply> {
        self.post_as(&format!("{:032x}", fastrand::u128(..)), path, body).await
    }

    /// The same under this id, to be asked again.
    pub(super) async fn post_as(
        &mut self,
        id: &str,
        path: &str,
        body: Option<&str>,
    ) -> Result<Reply> {
        let more = [("Idempotency-Key", id)];
        let request = self.request("POST", path, &more, Some(body.unwrap_or_default()));
        self.client.send(&request).await
    }

    /// Changes what was read under this version.
    pub(super) async fn patch(&mut self, path: &str, version: u64, body: &str) -> Result<Reply> {
        let version = format!("\"{version}\"");
        let request = self.request("PATCH", path, &[("If-Match", &version)], Some(body));
        self.client.send(&request).await
    }
}
