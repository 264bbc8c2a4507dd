//! A state as a word with a dot, never as a colour alone; and the methods of the API as small tags.

use api::credentials::{Credential, Status};
use leptos::prelude::*;

/// `Active`, `Revoked`, and `Not stored yet` until someone confirms that the API key is.
pub fn status(credential: &Credential) -> AnyView {
    let (class, word) = match (credential.status, &credential.stored_at) {
        (Status::Revoked, _) => ("status revoked", Status::Revoked.label()),
        (Status::Active, None) => ("status waiting", "Not stored yet"),
        (Status::Active, Some(_)) => ("status", Status::Active.label()),
    };
    view! { <span class=class>{word}</span> }.into_any()
}

/// `GET` quiet, writes green, `DELETE` red.
pub fn method(method: &str) -> AnyView {
    let class = match method {
        "GET" => "method",
        "DELETE" => "method deletes",
        _ => "method writes",
    };
    view! { <span class=class>{method.to_owned()}</span> }.into_any()
}
