//! The route table: every address of the console, once. `Route::parse` reads them, the functions below
//! write them. Addresses are relative to `<base href>`, so one build works under any mount path.
//!
//! No browser in here: `location.rs` knows the address bar.

use api::credentials::{ApiType, CredentialFilter, Status};
use api::partners::PartnerId;
use api::users::{DeveloperPermission, Level, UserFilter, UserStatus};

use crate::query;

/// Where a person can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// Leads to the first screen this person may see.
    Home,
    SignIn,
    DevCenter,
    Credentials,
    Credential(String),
    /// The public job boards; the query says which of them.
    Board,
    Users,
    User(String),
    ChangeLog,
    /// The person's own: name, password, sessions.
    Account,
    /// The address of a password link; open to everyone.
    ChoosePassword,
    NotFound,
}

pub const HOME: &str = "./";
pub const SIGN_IN: &str = "sign_in";
pub const DEV_CENTER: &str = "configure/dev_center";
pub const CREDENTIALS: &str = "configure/dev_center/credentials";
pub const BOARD: &str = "configure/dev_center/config";
pub const USERS: &str = "configure/users";
pub const CHANGE_LOG: &str = "configure/change_log";
pub const ACCOUNT: &str = "account";

impl Route {
    /// The route of a path below the base.
    pub fn parse(path: &str) -> Self {
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        match segments[..] {
            [] | ["configure"] => Self::Home,
            ["sign_in"] => Self::SignIn,
            ["configure", "dev_center"] => Self::DevCenter,
            ["configure", "dev_center", "credentials"] => Self::Credentials,
            ["configure", "dev_center", "credentials", id] => Self::Credential(query::decode(id)),
            ["configure", "dev_center", "config"] => Self::Board,
            ["configure", "users"] => Self::Users,
            ["configure", "users", id] => Self::User(query::decode(id)),
            ["configure", "change_log"] => Self::ChangeLog,
            ["account"] => Self::Account,
            ["choose_password"] => Self::ChoosePassword,
            _ => Self::NotFound,
        }
    }
}

/// The page of one credential.
pub fn credential(id: &str) -> String {
    api::paths::with_id("configure/dev_center/credentials/{id}", id)
}

/// The page of one job board.
pub fn board(id: &str) -> String {
    BOARD.to_owned() + &query::write(&[("board", id)])
}

/// The address of a password link. What stands behind `#` is never sent to a server.
pub fn choose_password(token: &str) -> String {
    format!("choose_password#{token}")
}

/// The page of one user.
pub fn user(id: &str) -> String {
    api::paths::with_id("configure/users/{id}", id)
}

/// The list of users, narrowed.
pub fn users(filter: &UserFilter) -> String {
    USERS.to_owned() + &user_filter_query(filter)
}

/// A filter of users as a query string.
pub fn user_filter_query(filter: &UserFilter) -> String {
    let permission = filter.developer_permission;
    query::write(&[
        ("q", filter.q.as_deref().unwrap_or_default()),
        ("level", filter.level.map_or("", Level::as_str)),
        ("status", filter.status.map_or("", UserStatus::as_str)),
        ("developer_permission", permission.map_or("", DeveloperPermission::as_str)),
        ("cursor", filter.cursor.as_deref().unwrap_or_default()),
    ])
}

/// The filter of users in an address. A value it does not know narrows nothing.
pub fn user_filter_in(query: &str) -> UserFilter {
    let read = |name| query::read(query, name);
    let permission = read("developer_permission");
    UserFilter {
        q: read("q"),
        level: read("level").and_then(|name| Level::from_name(&name)),
        status: read("status").and_then(|name| UserStatus::from_name(&name)),
        developer_permission: permission.and_then(|name| DeveloperPermission::from_name(&name)),
        ..UserFilter::default()
    }
}

/// The change log, narrowed to what was done to one thing.
pub fn change_log_of(subject: &str) -> String {
    CHANGE_LOG.to_owned() + &query::write(&[("subject", subject)])
}

/// The list of credentials, narrowed.
pub fn credentials(filter: &CredentialFilter) -> String {
    CREDENTIALS.to_owned() + &filter_query(filter)
}

/// A filter as a query string: the same names in the console's address and in the API's.
pub fn filter_query(filter: &CredentialFilter) -> String {
    query::write(&[
        ("q", filter.q.as_deref().unwrap_or_default()),
        ("status", filter.status.map_or("", Status::as_str)),
        ("api_type", filter.api_type.map_or("", ApiType::as_str)),
        ("partner", filter.partner.as_ref().map_or("", |partner| &partner.0)),
        ("cursor", filter.cursor.as_deref().unwrap_or_default()),
    ])
}

/// The filter in an address. A value it does not know narrows nothing.
pub fn filter_in(query: &str) -> CredentialFilter {
    let read = |name| query::read(query, name);
    CredentialFilter {
        q: read("q"),
        status: read("status").and_then(|name| Status::from_name(&name)),
        api_type: read("api_type").and_then(|name| ApiType::from_name(&name)),
        partner: read("partner").map(PartnerId),
        ..CredentialFilter::default()
    }
}

/// The sign-in page, which leads back to where a person came from.
pub fn sign_in_from(path: &str, query: &str) -> String {
    let next = match Route::parse(path) {
        Route::Home | Route::SignIn | Route::ChoosePassword => String::new(),
        _ => format!("{path}{query}"),
    };
    SIGN_IN.to_owned() + &query::write(&[("next", &next)])
}

/// Where to go after signing in: back, if the address says a place of this console, else home.
pub fn after_sign_in(query: &str) -> String {
    let next = query::read(query, "next").unwrap_or_default();
    let next = next.trim_start_matches('/');
    let path = next.split(['?', '#']).next().unwrap_or_default();
    match Route::parse(path) {
        Route::Home | Route::SignIn | Route::ChoosePassword | Route::NotFound => HOME.to_owned(),
        _ => next.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_written_is_read_as_the_same_route() {
        assert_eq!(Route::parse(""), Route::Home);
        assert_eq!(Route::parse("configure/"), Route::Home);
        assert_eq!(Route::parse(SIGN_IN), Route::SignIn);
        assert_eq!(Route::parse(DEV_CENTER), Route::DevCenter);
        assert_eq!(Route::parse(CREDENTIALS), Route::Credentials);
        for id in ["cred_1", "a/../b?c#d", "ü"] {
            assert_eq!(Route::parse(&credential(id)), Route::Credential(id.into()));
            assert_eq!(Route::parse(&user(id)), Route::User(id.into()));
        }
        assert_eq!(Route::parse(BOARD), Route::Board);
        assert_eq!(board("3001002"), "configure/dev_center/config?board=3001002");
        assert_eq!(Route::parse(USERS), Route::Users);
        assert_eq!(Route::parse(CHANGE_LOG), Route::ChangeLog);
        assert_eq!(Route::parse(ACCOUNT), Route::Account);
        assert_eq!(Route::parse("choose_password"), Route::ChoosePassword);
        assert_eq!(Route::parse("configure/user"), Route::NotFound);
    }

    #[test]
    fn a_filter_survives_the_address() {
        let filter = CredentialFilter {
            q: Some("job & target".into()),
            status: Some(Status::Revoked),
            api_type: Some(ApiType::JobBoard),
            partner: Some(PartnerId("jobtarget".into())),
            ..CredentialFilter::default()
        };
        let address = credentials(&filter);
        let (path, query) = address.split_once('?').unwrap();
        assert_eq!((path, filter_in(query)), (CREDENTIALS, filter));
        assert_eq!(credentials(&CredentialFilter::default()), CREDENTIALS);
        assert_eq!(filter_in("?status=asleep&api_type=x"), CredentialFilter::default());

        let filter = UserFilter {
            q: Some("ada & ben".into()),
            level: Some(Level::JobAdmin),
            status: Some(UserStatus::Invited),
            developer_permission: Some(DeveloperPermission::EditAdvancedPermissions),
            ..UserFilter::default()
        };
        let address = users(&filter);
        let (path, query) = address.split_once('?').unwrap();
        assert_eq!((path, user_filter_in(query)), (USERS, filter));
        assert_eq!(user_filter_in("?level=god&status=x"), UserFilter::default());
    }

    #[test]
    fn signing_in_leads_back_and_nowhere_else() {
        let address = sign_in_from("configure/dev_center/credentials", "?q=a&status=active");
        let query = address.strip_prefix(SIGN_IN).unwrap();
        assert_eq!(after_sign_in(query), "configure/dev_center/credentials?q=a&status=active");
        assert_eq!(sign_in_from("", ""), "sign_in");
        assert_eq!(sign_in_from("choose_password", ""), "sign_in");
        for elsewhere in [
            "choose_password",
            "//evil.example/",
            "https://evil.example",
            "javascript:alert(1)",
            "x",
        ] {
            let query = query::write(&[("next", elsewhere)]);
            assert_eq!(after_sign_in(&query), HOME, "{elsewhere}");
        }
    }
}
