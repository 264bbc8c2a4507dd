//! One request to each surface of the program that reads.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use api::credentials::CreatedCredential;
use api::paths;
use base64::Engine as _;
use serde_json::json;

use super::client::{Client, Person, Reply};
use crate::http::request;

/// A credential with its key.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) id: String,
    pub(super) authorization: String,
}

impl Key {
    /// Has one issued for JobTarget, under this description.
    pub(super) async fn issue(person: &mut Person, description: &str) -> Result<Self> {
        let new = json!({
            "api_type": "harvest", "partner": "jobtarget", "description": description,
        });
        let reply = person.post(paths::CREDENTIALS, Some(&new.to_string())).await?;
        let created: CreatedCredential = reply.expect(201).context("creating a key")?.json()?;
        let basic = base64::engine::general_purpose::STANDARD;
        let authorization = format!("Basic {}", basic.encode(format!("{}:", created.api_key)));
        Ok(Self { id: created.credential.id, authorization })
    }

    /// What a call with it is answered.
    pub(super) async fn call(&self, address: SocketAddr) -> Result<u16> {
        let headers = [("Authorization", self.authorization.as_str())];
        let reply = Client::new(address).get("/v1/jobs?per_page=1", &headers).await?;
        Ok(reply.status)
    }

    pub(super) async fn revoke(&self, person: &mut Person) -> Result<Reply> {
        person.post(&paths::with_id(paths::CREDENTIAL_REVOKE, &self.id), None).await
    }

    pub(super) async fn re_enable(&self, person: &mut Person) -> Result<Reply> {
        person.post(&paths::with_id(paths::CREDENTIAL_RE_ENABLE, &self.id), None).await
    }
}

/// What was answered, and after what time.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) surface: &'static str,
    pub(super) status: u16,
    pub(super) retry_after: bool,
    pub(super) time: Duration,
}

/// Asks every surface once, one after the other.
pub(super) async fn ask(person: &Person, key: &Key) -> Vec<Answered> {
    let address = person.address();
    let authorization = ("Authorization", key.authorization.as_str());
    let uri = ("X-Original-URI", "/v1/jobs");
    let method = ("X-Original-Method", "GET");
    let call = |path: &str, headers: &[(&str, &str)]| request(address, "GET", path, headers, None);
    let console = |path: &str| person.request("GET", path, &[], None);
    let requests = [
        ("GET /v1/jobs", call("/v1/jobs?per_page=1", &[authorization])),
        ("GET /v1/me", call("/v1/me", &[authorization])),
        ("GET /verify", call("/verify", &[authorization, uri, method])),
        ("GET /v1/boards/acme/jobs", call("/v1/boards/acme/jobs", &[])),
        ("GET /api/session", console(paths::SESSION)),
        ("GET /api/credentials", console(paths::CREDENTIALS)),
        ("GET /api/change_log", console(paths::CHANGE_LOG)),
    ];
    let mut answers = Vec::new();
    for (surface, request) in requests {
        let start = Instant::now();
        let reply = Client::new(address).send(&request).await;
        let time = start.elapsed();
        let (status, retry_after) = match &reply {
            Ok(reply) => (reply.status, reply.header("retry-after").is_some()),
            Err(_) => (0, false),
        };
        answers.push(Answered { surface, status, retry_after, time });
    }
    answers
}

/// The surfaces that were not answered like this, in words.
pub(super) fn others(answers: &[Answered], fits: impl Fn(&Answered) -> bool) -> String {
    let other = answers.iter().filter(|answer| !fits(answer));
    let said: Vec<String> = other
        .map(|Answered { surface, status, retry_after, time }| {
            let retry = if *retry_after { " with Retry-After" } else { "" };
            format!("{surface} {status}{retry} after {} ms", time.as_millis())
        })
        .collect();
    said.join(", ")
}
