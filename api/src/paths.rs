//! The addresses of the admin API, used by the service to route and by the page to call.

/// `POST` signs in, `DELETE` signs out, `GET` says who is signed in and what they may do.
pub const SESSION: &str = "/api/session";
/// `POST`: whoever is signed in gives the password again.
pub const SESSION_PROOF: &str = "/api/session/proof";
/// `GET` lists where the person is signed in, `DELETE` ends all of these but the one that asks.
pub const SESSIONS: &str = "/api/sessions";
/// `DELETE` ends one of the person’s own sessions. Not to be confused with [`SESSION`], the one that asks.
pub const SESSIONS_ONE: &str = "/api/sessions/{id}";
/// `GET` reads, `PATCH` updates the person’s own account.
pub const ACCOUNT: &str = "/api/account";
/// `POST`: a new password in place of the current one.
pub const ACCOUNT_PASSWORD: &str = "/api/account/password";
/// `GET` lists, `POST` adds.
pub const USERS: &str = "/api/users";
/// `GET` reads, `PATCH` updates.
pub const USER: &str = "/api/users/{id}";
/// `POST`: the user can no longer sign in.
pub const USER_DISABLE: &str = "/api/users/{id}/disable";
/// `POST`: the user can sign in again.
pub const USER_ENABLE: &str = "/api/users/{id}/enable";
/// `POST`: a new one-time address at which the user chooses a password.
pub const USER_PASSWORD_LINK: &str = "/api/users/{id}/password_link";
/// `DELETE`: the user is signed out everywhere.
pub const USER_SESSIONS: &str = "/api/users/{id}/sessions";
/// `GET` lists the credentials a user made.
pub const USER_CREDENTIALS: &str = "/api/users/{id}/credentials";
/// `POST`: what a password link is for.
pub const PASSWORD_LINK_READ: &str = "/api/password_links/read";
/// `POST`: chooses the password and ends the link.
pub const PASSWORD_LINK_USE: &str = "/api/password_links/use";
/// `GET` lists the public job boards.
pub const BOARDS: &str = "/api/boards";
/// `GET` reads, `PATCH` updates.
pub const BOARD: &str = "/api/boards/{id}";
/// `POST`: a token that the board had before stops answering.
pub const BOARD_END_OLD_TOKEN: &str = "/api/boards/{id}/end_old_token";
/// `POST`: imports recruiting data, `?dry_run=true` only says what would change.
pub const IMPORT: &str = "/api/import";
/// `GET` lists who did what.
pub const CHANGE_LOG: &str = "/api/change_log";
/// `GET`: all of it as a file, `?format=csv` or `?format=jsonl`, narrowed like the list.
pub const CHANGE_LOG_EXPORT: &str = "/api/change_log/export";
/// The endpoints, their permissions, the partners and their presets.
pub const CATALOGUE: &str = "/api/catalogue";
/// `GET` lists, `POST` creates.
pub const CREDENTIALS: &str = "/api/credentials";
/// `GET` reads, `PATCH` updates.
pub const CREDENTIAL: &str = "/api/credentials/{id}";
/// `POST`: the person says the API key is stored.
pub const CREDENTIAL_STORE: &str = "/api/credentials/{id}/store";
/// `POST`: the API key stops working.
pub const CREDENTIAL_REVOKE: &str = "/api/credentials/{id}/revoke";
/// `POST`: the same API key works again.
pub const CREDENTIAL_RE_ENABLE: &str = "/api/credentials/{id}/re_enable";
/// `POST`: a new credential like this one, for a key that was lost.
pub const CREDENTIAL_REPLACE: &str = "/api/credentials/{id}/replace";
/// `GET`: what the API key is used for.
pub const CREDENTIAL_USAGE: &str = "/api/credentials/{id}/usage";
/// The OpenAPI 3.1 document of all of the above.
pub const OPENAPI: &str = "/api/openapi.json";

/// The addresses of the console's screens, below where it is mounted: the service answers these with the
/// page, and the page's route table reads them.
pub const SCREENS: [&str; 12] = [
    "",
    "sign_in",
    "choose_password",
    "account",
    "configure",
    "configure/dev_center",
    "configure/dev_center/credentials",
    "configure/dev_center/credentials/{id}",
    "configure/dev_center/config",
    "configure/users",
    "configure/users/{id}",
    "configure/change_log",
];

/// Whether a path is the address of a screen. Slashes too many are overlooked.
pub fn is_screen(path: &str) -> bool {
    let segments = || path.split('/').filter(|segment| !segment.is_empty());
    SCREENS.iter().any(|screen| {
        let mut wanted = screen.split('/').filter(|segment| !segment.is_empty());
        segments().all(|segment| wanted.next().is_some_and(|it| it == "{id}" || it == segment))
            && wanted.next().is_none()
    })
}

/// Puts an identifier into one of the templates above. Identifiers are made by the server from letters,
/// digits and `_`; anything else (a hand-typed address) is percent-encoded, so it stays one segment.
pub fn with_id(template: &str, id: &str) -> String {
    let mut encoded = String::with_capacity(id.len());
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            for nibble in [byte >> 4, byte & 0xf] {
                encoded.push(char::from(b"0123456789ABCDEF"[usize::from(nibble)]));
            }
        }
    }
    template.replace("{id}", &encoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_screen_s_address_is_one() {
        for path in ["", "/", "/configure/", "/sign_in", "/configure/users/user_1", "//account"] {
            assert!(is_screen(path), "{path}");
        }
        for path in ["/configure/nothing", "/sign_in/x", "/users", "/configure/users/a/b", "/.git"]
        {
            assert!(!is_screen(path), "{path}");
        }
    }

    #[test]
    fn an_id_stays_one_segment() {
        assert_eq!(with_id(CREDENTIAL_STORE, "cred_1"), "/api/credentials/cred_1/store");
        assert_eq!(with_id(CREDENTIAL, "a/../b?c"), "/api/credentials/a%2F%2E%2E%2Fb%3Fc");
    }
}
