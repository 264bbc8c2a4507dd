//! The admin's side of a run: signs in, issues a JobTarget key, revokes and re-enables it; and the
//! partner's request that goes with the key.

use std::net::SocketAddr;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use api::credentials::{ApiType, CreatedCredential, NewCredential};
use api::import::ImportReport;
use api::partners::PartnerId;
use api::paths;
use api::session::NewSession;
use base64::Engine as _;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::http::{Connection, request};

/// An admin who is signed in.
#[derive(Debug)]
pub(crate) struct Admin {
    connection: Connection,
    address: SocketAddr,
    origin: String,
    cookie: String,
}

/// An issued key and the call it is used for.
#[derive(Debug)]
pub(crate) struct Issued {
    credential_id: String,
    authorization: String,
    pub(crate) path: String,
}

/// A change of a key: when its request was sent and when its answer had arrived.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change {
    pub(crate) sent: Instant,
    pub(crate) answered: Instant,
}

impl Admin {
    /// Signs in as the demo's admin.
    pub(crate) async fn sign_in(address: SocketAddr) -> Result<Self> {
        let mut connection = Connection::open(address).await?;
        let origin = format!("http://{address}");
        let typed = NewSession {
            email: "ada@example.com".to_owned(),
            password: "latchkey-demo".to_owned(),
        };
        let body = serde_json::to_string(&typed)?;
        let headers = [("Origin", origin.as_str())];
        let request = request(address, "POST", paths::SESSION, &headers, Some(&body));
        let answer = connection.exchange(&request).await?;
        ensure!(answer.status == 200, "signing in answered {}", answer.status);
        let cookie = answer.header("set-cookie").and_then(|cookie| cookie.split(';').next());
        let cookie = cookie.context("signing in set no cookie")?.to_owned();
        Ok(Self { connection, address, origin, cookie })
    }

    /// Issues a JobTarget key and finds a job to read with it.
    pub(crate) async fn issue(&mut self) -> Result<Issued> {
        let new = NewCredential {
            api_type: ApiType::Harvest,
            partner: PartnerId("jobtarget".to_owned()),
            description: "Bench".to_owned(),
        };
        let body = serde_json::to_string(&new)?;
        let created: CreatedCredential = self.create(&body).await.context("creating a key")?;
        let basic = base64::engine::general_purpose::STANDARD;
        let authorization = format!("Basic {}", basic.encode(format!("{}:", created.api_key)));
        let headers = [("Authorization", authorization.as_str())];
        let list = request(self.address, "GET", "/v1/jobs?per_page=1", &headers, None);
        let jobs: Vec<Value> =
            read(&mut self.connection, &list, 200).await.context("listing jobs")?;
        let job = jobs.first().and_then(|job| job["id"].as_u64());
        let path = format!("/v1/jobs/{}", job.context("the demo has no jobs")?);
        Ok(Issued { credential_id: created.credential.id, authorization, path })
    }

    /// Imports recruiting data.
    pub(crate) async fn import(&mut self, data: &str) -> Result<ImportReport> {
        let request = self.request(paths::IMPORT, data);
        read(&mut self.connection, &request, 200).await.context("importing")
    }

    /// Revokes the key.
    pub(crate) async fn revoke(&mut self, issued: &Issued) -> Result<Change> {
        self.change(paths::CREDENTIAL_REVOKE, issued).await.context("revoking")
    }

    /// Re-enables the key.
    pub(crate) async fn re_enable(&mut self, issued: &Issued) -> Result<Change> {
        self.change(paths::CREDENTIAL_RE_ENABLE, issued).await.context("re-enabling")
    }

    async fn change(&mut self, template: &str, issued: &Issued) -> Result<Change> {
        let request = self.request(&paths::with_id(template, &issued.credential_id), "");
        let sent = Instant::now();
        let status = self.connection.exchange(&request).await?.status;
        let answered = Instant::now();
        ensure!(status == 200, "answered {status}");
        Ok(Change { sent, answered })
    }

    async fn create(&mut self, body: &str) -> Result<CreatedCredential> {
        let request = self.request(paths::CREDENTIALS, body);
        read(&mut self.connection, &request, 201).await
    }

    /// The bytes of a read.
    pub(crate) fn read_request(&self, path: &str) -> Vec<u8> {
        request(self.address, "GET", path, &[("Cookie", self.cookie.as_str())], None)
    }

    fn request(&self, path: &str, body: &str) -> Vec<u8> {
        let headers = [("Origin", self.origin.as_str()), ("Cookie", self.cookie.as_str())];
        request(self.address, "POST", path, &headers, Some(body))
    }
}

impl Issued {
    /// `GET /v1/jobs/{id}` with the key, at this address.
    pub(crate) fn call(&self, address: SocketAddr) -> Vec<u8> {
        self.call_with(address, &[])
    }

    /// The same call with more headers.
    pub(crate) fn call_with(&self, address: SocketAddr, more: &[(&str, &str)]) -> Vec<u8> {
        let headers = [&[("Authorization", self.authorization.as_str())], more].concat();
        request(address, "GET", &self.path, &headers, None)
    }

    /// The demo's jobs, over and over under other ids until there are so many.
    pub(crate) async fn jobs(&self, address: SocketAddr, count: usize) -> Result<Vec<Value>> {
        self.many(address, "/v1/jobs?per_page=500", count).await
    }

    /// The demo's posts, over and over under other ids until there are so many.
    pub(crate) async fn posts(&self, address: SocketAddr, count: usize) -> Result<Vec<Value>> {
        self.many(address, "/v1/job_posts?per_page=500", count).await
    }

    async fn many(&self, address: SocketAddr, path: &str, count: usize) -> Result<Vec<Value>> {
        let headers = [("Authorization", self.authorization.as_str())];
        let list = request(address, "GET", path, &headers, None);
        let known: Vec<Value> = read(&mut Connection::open(address).await?, &list, 200).await?;
        let mut many: Vec<Value> = known.into_iter().cycle().take(count).collect();
        for (id, one) in (1..).zip(&mut many) {
            one["id"] = Value::from(id);
            if let Some(openings) = one.get_mut("openings").and_then(Value::as_array_mut) {
                openings.truncate(1);
                for opening in openings {
                    opening["id"] = Value::from(id);
                }
            }
        }
        Ok(many)
    }

    /// What every call with the key carries.
    pub(crate) fn headers(&self) -> [(&str, &str); 1] {
        [("Authorization", self.authorization.as_str())]
    }

    /// The same call without a key.
    pub(crate) fn call_without_key(&self, address: SocketAddr) -> Vec<u8> {
        request(address, "GET", &self.path, &[], None)
    }
}

async fn read<T: DeserializeOwned>(
    connection: &mut Connection,
    request: &[u8],
    status: u16,
) -> Result<T> {
    let answer = connection.exchange(request).await?;
    let text = String::from_utf8_lossy(answer.body);
    ensure!(answer.status == status, "answered {}: {text}", answer.status);
    serde_json::from_slice(answer.body).context("the answer cannot be read")
}
