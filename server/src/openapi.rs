//! The OpenAPI document, put together from the handlers themselves: a route that is not in the document
//! cannot be reached, and the other way round.

use std::collections::BTreeMap;

use api::boards::BoardSort;
use api::change_log::ChangeLogSort;
use api::credentials::CredentialSort;
use api::error::{PROBLEM_JSON, Problem};
use api::users::UserSort;
use axum::Router;
use axum::http::header;
use axum::routing::get;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{
    Content, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, RefOr, Response, Schema,
};
use utoipa::{IntoResponses, PartialSchema, ToSchema};

use crate::{App, admin};

/// The document without its operations.
pub fn frame() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Latchkey admin API")
        .version(env!("CARGO_PKG_VERSION"))
        .license(Some(LicenseBuilder::new().name("MIT OR Apache-2.0").build()))
        .description(Some(
            "What the console does, for programs. Sign in at `/api/session`; the session is a cookie. \
             Changes must carry the console’s own `Origin`. What makes a secret takes an \
             `Idempotency-Key`, under which it can be done again when its answer was lost. No text \
             may have the character U+0000. Errors are `application/problem+json`.",
        ))
        .build();
    let mut document = OpenApiBuilder::new().info(info).build();
    let components = document.components.get_or_insert_default();
    let cookie = ApiKey::Cookie(ApiKeyValue::new("latchkey_session"));
    components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
    components.schemas.extend(schemas_of::<Problem>());
    // What only a parameter refers to, utoipa leaves out.
    components.schemas.extend(schemas_of::<BoardSort>());
    components.schemas.extend(schemas_of::<ChangeLogSort>());
    components.schemas.extend(schemas_of::<CredentialSort>());
    components.schemas.extend(schemas_of::<UserSort>());
    document
}

/// The schema of a type, with those it refers to.
pub fn schemas_of<T: ToSchema + PartialSchema>() -> Vec<(String, RefOr<Schema>)> {
    let mut schemas = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut schemas);
    schemas
}

/// The document as it is served and printed.
pub fn document() -> OpenApi {
    admin::documented().into_openapi()
}

/// Serves a document to everyone.
pub fn router(path: &str, document: &OpenApi) -> Router<App> {
    let json = document.to_pretty_json().expect("the document is plain data");
    let body: axum::body::Bytes = json.into();
    let answer = move || {
        let body = body.clone();
        async move {
            let no_cache = (header::CACHE_CONTROL, "no-cache");
            ([(header::CONTENT_TYPE, "application/json"), no_cache], body)
        }
    };
    Router::new().route(path, get(answer))
}

macro_rules! problems {
    ($(#[$doc:meta])* $name:ident: $($status:literal $description:literal),+ $(,)?) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                BTreeMap::from([$(($status.to_owned(), problem($description))),+])
            }
        }
    };
}

problems! {
    /// What can happen to every request.
    MayFail:
    "500" "The fault is ours; `request_id` finds it in the log",
    "503" "The service cannot answer at the moment",
}

problems! {
    /// For operations of signed-in users.
    NeedsUser:
    "401" "Nobody is signed in",
    "403" "Not allowed, or not from the console’s own origin",
}

problems! {
    /// For operations that take a password.
    NeedsPassword:
    "401" "The password is wrong, or nobody is signed in",
}

problems! {
    /// For operations that a password could be guessed with.
    MayBeThrottled:
    "429" "Too many wrong passwords; `Retry-After` says how many seconds to wait",
}

problems! {
    /// For operations that a query narrows.
    NeedsQuery:
    "400" "The query cannot be read",
}

problems! {
    /// For operations on one thing.
    NeedsThing:
    "400" "The request cannot be read",
    "404" "No such thing, or none that this person may see",
}

problems! {
    /// For operations that somebody else's can overtake.
    MayBeOvertaken:
    "412" "Somebody else was faster; nothing was changed",
}

problems! {
    /// For the operation whose body is data, of any length that a disk has room for.
    MayRefuseData:
    "400" "The request cannot be read",
    "403" "Not allowed, or not from the console’s own origin",
    "413" "More than 4 GiB",
    "415" "Not application/json",
    "422" "Something is wrong with the data; `errors` says line and field",
    "500" "The fault is ours; `request_id` finds it in the log",
    "503" "The service cannot answer at the moment",
}

problems! {
    /// For operations of whoever was handed a link.
    NeedsLink:
    "404" "The link was used, is too old, or never was one",
}

problems! {
    /// For operations that move a thing from one state to another.
    MayBeSo:
    "409" "It is in that state already",
}

problems! {
    /// For operations that make a secret and may be made again.
    MayBeMade:
    "409" "This was done already under this `Idempotency-Key`; `Location` says what was made",
}

problems! {
    /// For operations with a body.
    MayRefuseInput:
    "400" "The request cannot be read",
    "403" "Not allowed, or not from the console’s own origin",
    "413" "More than 64 KiB",
    "415" "Not application/json",
    "422" "A field breaks a rule; `errors` says which",
    "500" "The fault is ours; `request_id` finds it in the log",
    "503" "The service cannot answer at the moment",
}

problems! {
    /// For operations that change what somebody may have changed meanwhile.
    NeedsVersion:
    "412" "Someone else changed it since it was read",
    "428" "No `If-Match`",
}

fn problem(description: &str) -> RefOr<Response> {
    let schema = utoipa::openapi::Ref::from_schema_name(Problem::name());
    let content = Content::new(Some(RefOr::Ref(schema)));
    let response = ResponseBuilder::new().description(description).content(PROBLEM_JSON, content);
    RefOr::T(response.build())
}
