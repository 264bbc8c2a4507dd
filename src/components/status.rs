//! A state as a word with a dot, never as a colour alone; and the methods of the API as small tags.

use api::credentials::{Credential, Status};
use api::users::UserStatus;

use crate::dom::{El, el};

/// `Active`, `Revoked`, and `Not stored yet` until someone confirms that the API key is.
pub fn status(credential: &Credential) -> El {
    let (class, word) = match (credential.status, &credential.stored_at) {
        (Status::Revoked, _) => ("status revoked", Status::Revoked.label()),
        (Status::Active, None) => ("status waiting", "Not stored yet"),
        (Status::Active, Some(_)) => ("status", Status::Active.label()),
    };
    el("span").class(class).text(word)
}

/// `Active`, `Invited` or `Disabled`.
pub fn user_status(status: UserStatus) -> El {
    let class = match status {
        UserStatus::Active => "status",
        UserStatus::Invited => "status waiting",
        UserStatus::Disabled => "status revoked",
    };
    el("span").class(class).text(status.label())
}

/// `GET` quiet, writes green, `DELETE` red.
pub fn method(method: &str) -> El {
    let class = match method {
        "GET" => "method",
        "DELETE" => "method deletes",
        _ => "method writes",
    };
    el("span").class(class).text(method)
}
