//! The public Job Board API, `/v1/boards/{token}/…` (job-board-api): what an organisation publishes, for
//! everyone. Reads need no key and may come from any site. JSONP is not offered: a script from another
//! site is code, and CORS gives the same data as data.

mod cors;
mod job;
pub mod kept;
mod places;
mod render;
mod shapes;

use std::sync::Arc;

use api::credentials::ApiType;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use axum::routing::any;
use serde_json::json;
use utoipa::openapi::{RefOr, Schema};

use self::job::Detail;
use self::kept::{Key, Rendered};
use self::shapes::{Board, BoardError, Departments, Jobs, Offices, Sections};
use crate::App;
use crate::client::Client;
use crate::db::{self, Engine};
use crate::error::{RETRY_AFTER, trouble};
use crate::harvest::query::Query;
use crate::header_list::has_tag;
use crate::heavy::Busy;
use crate::input::canonical_id;
use crate::openapi::schemas_of;
use crate::usage::Outcome;

pub fn router() -> Router<App> {
    Router::new().route("/v1/boards", any(door)).route("/v1/boards/{*path}", any(door))
}

/// The shapes of this API, for the OpenAPI document.
pub(crate) fn schemas() -> Vec<(String, RefOr<Schema>)> {
    [
        schemas_of::<Board>(),
        schemas_of::<Jobs>(),
        schemas_of::<Departments>(),
        schemas_of::<Offices>(),
        schemas_of::<Sections>(),
        schemas_of::<BoardError>(),
    ]
    .concat()
}

/// What is asked of a board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Question {
    Board,
    Jobs(Detail),
    Job(i64, Detail),
    Departments { tree: bool },
    Department { id: i64, tree: bool },
    Offices { tree: bool },
    Office { id: i64, tree: bool },
    Sections,
}

/// Why there is no answer; always 404.
type NotFound = &'static str;

/// So much of an id that names nothing is repeated, in characters.
const ID_SHOWN: usize = 50;

const NO_BOARD: NotFound = "Job board not found";
const NO_JOB: NotFound = "Job not found";

async fn door(State(app): State<App>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let path = parts.uri.path().strip_prefix("/v1/boards").unwrap_or_default();
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let mut response = match (&parts.method, &segments[..]) {
        (&Method::GET | &Method::HEAD, [token, rest @ ..]) => {
            let answer = answer(&app, &parts, token, rest).await;
            cors::open(answer.unwrap_or_else(|error| internal(&app, &error)))
        }
        (&Method::GET | &Method::HEAD, []) => cors::open(refuse(StatusCode::NOT_FOUND, NO_BOARD)),
        (&Method::POST, [_, "jobs", _]) => apply(&app, &parts).await,
        (&Method::OPTIONS, segments) => cors::options(&parts.headers, allowed(segments)),
        (_, segments) => {
            let mut response = refuse(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed");
            let allow = HeaderValue::from_static(allowed(segments));
            response.headers_mut().insert(header::ALLOW, allow);
            response
        }
    };
    let nosniff = HeaderValue::from_static("nosniff");
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    response
}

/// The methods that an address takes.
fn allowed(segments: &[&str]) -> &'static str {
    let may_post = matches!(segments, [_, "jobs", _]);
    if may_post { "GET, HEAD, OPTIONS, POST" } else { "GET, HEAD, OPTIONS" }
}

/// Answers a read, with what was answered before as long as the data is the same.
async fn answer(app: &App, parts: &Parts, token: &str, rest: &[&str]) -> anyhow::Result<Response> {
    let token = percent_encoding::percent_decode_str(token).decode_utf8_lossy().to_lowercase();
    // PostgreSQL would not take this character for a text.
    if token.contains('\0') {
        return Ok(refuse(StatusCode::NOT_FOUND, NO_BOARD));
    }
    let query = Query::parse(parts.uri.query().unwrap_or_default());
    let question = match question(rest, &query) {
        Ok(question) => question,
        Err(missing) => return Ok(missed(&token, rest, &query, missing)),
    };
    // Taken before the data is read: an answer of older data is never found under a newer number.
    let generation = match app.db.engine() {
        Engine::Sqlite => app.answers.generation(),
        Engine::Postgres => db::recruiting::version(&app.db).await?,
    };
    let key = Key { generation, token, question };
    let rendered = match app.boards.get(&key, app.clock.now()) {
        Some(rendered) => rendered,
        None => match ordered(app, &key).await? {
            Ok(rendered) => rendered,
            Err(missing) => return Ok(missed(&key.token, rest, &query, missing)),
        },
    };
    let origin = Client::of(parts, app.settings.trusted_proxies()).origin();
    Ok(respond(&parts.headers, &rendered, &origin).await)
}

/// Has an answer rendered, once for all who ask. It is finished though whoever asked first hangs up.
async fn ordered(app: &App, key: &Key) -> anyhow::Result<Result<Arc<Rendered>, NotFound>> {
    let (app, key) = (app.clone(), key.clone());
    let work = async move {
        let rendered = render::render(&app, &key);
        app.boards.get_or_render(&key, rendered).await
    };
    tokio::spawn(work).await?
}

/// What the path and the parameters ask for; unknown parameters are ignored.
fn question(rest: &[&str], query: &Query) -> Result<Question, NotFound> {
    let tree = query.get("render_as") == Some("tree");
    let detail = Detail {
        content: query.has("content"),
        questions: query.has("questions"),
        pay_transparency: query.has("pay_transparency"),
    };
    let id = |text: &str, missing| canonical_id(text).ok_or(missing);
    // Another way to say the same, which the vendor's own libraries still use.
    let named = query.get("id").unwrap_or_default();
    let rest: &[&str] = match rest {
        ["embed", list @ ("jobs" | "departments" | "offices")] => &[*list],
        ["embed", "job"] => &["jobs", named],
        ["embed", "department"] => &["departments", named],
        ["embed", "office"] => &["offices", named],
        ["embed", ..] => return Err("Resource not found"),
        rest => rest,
    };
    Ok(match rest {
        [] => Question::Board,
        ["jobs"] => Question::Jobs(Detail { questions: false, ..detail }),
        // A single job always has its content.
        ["jobs", job] => Question::Job(id(job, NO_JOB)?, Detail { content: true, ..detail }),
        ["departments"] => Question::Departments { tree },
        ["departments", one] => Question::Department { id: id(one, "Department not found")?, tree },
        ["offices"] => Question::Offices { tree },
        ["offices", one] => Question::Office { id: id(one, "Office not found")?, tree },
        ["sections"] => Question::Sections,
        ["sections", _] => return Err("Section not found"),
        _ => return Err("Resource not found"),
    })
}

/// What is not there, in the words of the way it was asked for.
fn missed(token: &str, rest: &[&str], query: &Query, missing: NotFound) -> Response {
    let ["embed", what, ..] = rest else { return refuse(StatusCode::NOT_FOUND, missing) };
    let error = match (*what, missing) {
        (_, NO_BOARD) => {
            let token: String = token.chars().take(ID_SHOWN).collect();
            format!("Could not find a job board with token '{token}'")
        }
        ("job" | "department" | "office", _) => {
            let id: String = query.get("id").unwrap_or_default().chars().take(ID_SHOWN).collect();
            let article = if *what == "office" { "an" } else { "a" };
            format!("Could not find {article} {what} with id '{id}' for {token}")
        }
        _ => return refuse(StatusCode::NOT_FOUND, missing),
    };
    let mut response = Response::new(json!({ "error": error }).to_string().into());
    *response.status_mut() = StatusCode::BAD_REQUEST;
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response
}

/// The answer in the encoding the client takes, or 304 when it has it already. Under an origin that the
/// answer is not kept for it is not packed, and nothing is made of it that takes memory.
async fn respond(headers: &HeaderMap, rendered: &Rendered, origin: &str) -> Response {
    let kept = rendered.kept(origin);
    let gzip = match &kept {
        Some(kept) => kept.gzip_for(headers).await,
        None => None,
    };
    // A strong tag names these very bytes.
    let packed = if gzip.is_some() { "-gzip" } else { "" };
    let tag = format!("\"{}{packed}\"", rendered.tag(origin));
    let has_it = has_tag(headers, &header::IF_NONE_MATCH, &tag);
    let body = match (gzip, &kept) {
        _ if has_it => Body::empty(),
        (Some(gzip), _) => gzip.clone().into(),
        (None, Some(kept)) => kept.plain().clone().into(),
        (None, None) => Body::new(rendered.under(origin)),
    };
    let mut response = Response::new(body);
    *response.status_mut() = if has_it { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    let headers = response.headers_mut();
    if !has_it {
        headers.insert(header::CONTENT_TYPE, JSON);
        if gzip.is_some() {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
    }
    let tag = HeaderValue::from_str(&tag).expect("a digest is ASCII");
    headers.insert(header::ETAG, tag);
    let revalidate = HeaderValue::from_static("max-age=0, private, must-revalidate");
    headers.insert(header::CACHE_CONTROL, revalidate);
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    response
}

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// An application. This instance takes none, but says so only to whoever holds a Job Board key.
async fn apply(app: &App, parts: &Parts) -> Response {
    let client = Client::of(parts, app.settings.trusted_proxies());
    if app.settings.https_only() && !client.https {
        return refuse(StatusCode::FORBIDDEN, "HTTPS is required");
    }
    let key = app.keys.key_of(parts.uri.path(), &parts.headers).await;
    match key.map(|key| key.filter(|key| key.grant.api_type == ApiType::JobBoard)) {
        Ok(Some(key)) => {
            let outcome = Outcome { permission: None, denied: false };
            app.usage.count(&key.secret_id, outcome, client.address, app.clock.now());
            let text = "Applications are not taken by this instance";
            refuse(StatusCode::NOT_IMPLEMENTED, text)
        }
        Ok(None) => {
            let mut response = refuse(StatusCode::UNAUTHORIZED, "Invalid Basic Auth credentials");
            let challenge = HeaderValue::from_static("Basic realm=\"Job Board\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
            response
        }
        Err(error) => internal(app, &error.into()),
    }
}

fn refuse(status: StatusCode, error: &str) -> Response {
    json_response(status, &BoardError { status: status.as_u16(), error, request_id: None })
}

fn internal(app: &App, cause: &anyhow::Error) -> Response {
    let request_id = app.clock.new_id("req");
    tracing::error!(request_id, "{cause:#}");
    let (status, error) = if trouble(cause).is_some() || cause.is::<Busy>() {
        (StatusCode::SERVICE_UNAVAILABLE, "Service unavailable")
    } else {
        (StatusCode::INTERNAL_SERVER_ERROR, "Internal server error")
    };
    let body = BoardError { status: status.as_u16(), error, request_id: Some(request_id) };
    let mut response = json_response(status, &body);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
    }
    response
}

fn json_response(status: StatusCode, body: &BoardError) -> Response {
    let mut response = Response::new(json!(body).to_string().into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response
}
