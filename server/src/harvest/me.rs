//! `GET /v1/me`: what the key that asks is, and what it may do. Not of the real API: for integrators, who
//! otherwise learn it one 403 at a time. Every type of key may ask.

use api::catalogue::Permission;
use api::credentials::ApiType;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::any;
use serde::Serialize;
use utoipa::ToSchema;

use super::door::{
    announced, internal, method_not_allowed, rate_limited, respond, unauthenticated,
};
use crate::client::Client;
use crate::keys::{Key, Rate, WINDOW_SECONDS};
use crate::usage::Outcome;
use crate::{App, AppState, db};

/// What a key is and may do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Me)]
pub(crate) struct Me {
    credential_id: String,
    api_type: ApiType,
    /// The partner it was issued to.
    partner: String,
    /// `null`: calls are not limited.
    rate_limit: Option<RateLimit>,
    /// What it may call; a Job Board or Candidate Ingestion key has none.
    permissions: Vec<Granted>,
}

/// How many calls a key has.
#[derive(Debug, Serialize, ToSchema)]
struct RateLimit {
    /// Calls in a window.
    limit: u32,
    /// Calls left in this one.
    remaining: u32,
    /// The length of a window.
    seconds: u32,
}

/// A permission the key has.
#[derive(Debug, Serialize, ToSchema)]
struct Granted {
    permission_id: String,
    /// As the console shows it.
    label: String,
    /// Such as `GET /v1/jobs`.
    endpoints: Vec<String>,
}

pub(super) fn router() -> Router<App> {
    Router::new().route("/v1/me", any(me)).route("/v1/me/", any(me))
}

async fn me(State(app): State<App>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let client = Client::of(&parts, app.settings.trusted_proxies());
    if let Some(refusal) = super::refuse_transport(&app, &parts, &client, body).await {
        return refusal;
    }
    if !matches!(parts.method, Method::GET | Method::HEAD) {
        return method_not_allowed("GET, HEAD");
    }
    let key = match app.keys.key_of(parts.uri.path(), &parts.headers).await {
        Ok(Some(key)) => key,
        Ok(None) => return unauthenticated(),
        Err(error) => return internal(&app, &anyhow::Error::from(error)),
    };
    let now = app.clock.now();
    let rate = app.keys.count(&key, now);
    if rate.is_some_and(|rate| rate.exceeded) {
        return announced(rate, rate_limited());
    }
    let outcome = Outcome { permission: None, denied: false };
    app.usage.count(&key.secret_id, outcome, client.address, now);
    match describe(&app, &key, rate).await {
        Ok(me) => {
            let body = serde_json::to_vec(&me).expect("plain data");
            announced(rate, respond(StatusCode::OK, body.into()))
        }
        Err(error) => internal(&app, &anyhow::Error::from(error)),
    }
}

async fn describe(app: &AppState, key: &Key, rate: Option<Rate>) -> db::Result<Me> {
    let catalogue = &app.catalogue.catalogue;
    let granted =
        catalogue.permissions.iter().filter(|known| key.grant.permissions.contains(known.bit));
    let row = db::credentials::read(app.db.read(), &key.credential_id).await?;
    let partner = row.map(|row| row.partner).unwrap_or_default();
    let name = catalogue.partner(&partner).map(|partner| partner.name.clone());
    Ok(Me {
        credential_id: key.credential_id.to_string(),
        api_type: key.grant.api_type,
        partner: name.unwrap_or(partner),
        rate_limit: rate.map(|rate| RateLimit {
            limit: rate.limit,
            remaining: rate.remaining,
            seconds: WINDOW_SECONDS,
        }),
        permissions: granted.map(granted_of).collect(),
    })
}

fn granted_of(permission: &Permission) -> Granted {
    let endpoints = permission.endpoints.iter();
    Granted {
        permission_id: permission.permission_id.0.clone(),
        label: permission.label.clone(),
        endpoints: endpoints.map(|one| format!("{} {}", one.method, one.path)).collect(),
    }
}
