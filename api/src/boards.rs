//! Public job boards: what a developer copies, and may change.

use serde::{Deserialize, Serialize};

use crate::error::FieldError;
use crate::text;

/// The longest token, in characters.
pub const TOKEN_MAX: usize = 60;
/// The longest name of a company, in characters.
pub const COMPANY_NAME_MAX: usize = 200;
/// The longest address, in characters.
pub const URL_MAX: usize = 500;
/// The longest an old token can be kept before it is kept for ever, in days.
pub const KEEP_DAYS_MAX: u32 = 3650;

/// A public job board as the Dev Center shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Board {
    pub board_id: String,
    /// The company’s name on this board.
    pub name: String,
    /// Stands in the public address `/v1/boards/{token}`.
    pub token: String,
    /// Where the organisation shows the board itself; `null` where it does not.
    pub job_board_url: Option<String>,
    /// Where it shows a single post: `:id` in it is replaced with the post’s id, without it `gh_jid` is
    /// appended. `null`: derived from `job_board_url`.
    pub job_posts_url: Option<String>,
    /// Whether the public sees it at all.
    pub live: bool,
    /// How many posts the public sees on it.
    pub live_posts: u64,
    /// Tokens it had before that still answer.
    pub old_tokens: Vec<OldToken>,
    /// Counts up with every change. It is the `ETag`, and a change names it in `If-Match`.
    pub version: u64,
}

/// The order of job boards. A minus turns the order round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum BoardSort {
    #[default]
    #[serde(rename = "name")]
    Name,
    #[serde(rename = "-name")]
    NameDescending,
}

/// How to list job boards.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct BoardFilter {
    /// In which order; by name when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<BoardSort>,
}

/// A token that a board had before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OldToken {
    pub token: String,
    /// `null`: for ever.
    pub answers_until: Option<String>,
}

/// What a person changed about a board. A field left out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BoardChanges {
    /// Empty: the organisation does not show the board.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 500))]
    pub job_board_url: Option<String>,
    /// Empty: derived from `job_board_url`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 500))]
    pub job_posts_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<TokenChange>,
}

/// Another token in the board’s public address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenChange {
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 60))]
    pub token: String,
    /// For how many days the old one goes on answering; left out: for ever, 0: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(maximum = 3650))]
    pub keep_old_days: Option<u32>,
}

/// An old token that is to stop answering.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EndedToken {
    pub token: String,
}

impl BoardChanges {
    /// What keeps this from being saved, other than a token that is taken.
    pub fn check(&self) -> Vec<FieldError> {
        let url = |pointer: &str, url: &Option<String>| {
            url.as_deref().and_then(|url| check_url(pointer, url))
        };
        let token = self.token.as_ref();
        let days = token.and_then(|change| change.keep_old_days);
        let days = days.filter(|days| *days > KEEP_DAYS_MAX).map(|_| {
            let detail = format!("Use at most {KEEP_DAYS_MAX} days, or keep it for ever.");
            FieldError::new("/token/keep_old_days", detail)
        });
        [
            url("/job_board_url", &self.job_board_url),
            url("/job_posts_url", &self.job_posts_url),
            token.and_then(|change| check_token(&change.token)),
            days,
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// The rule for an address: none, or http(s) with a host and without spaces.
pub fn check_url(pointer: &str, url: &str) -> Option<FieldError> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let host = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let odd = |c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>' | '\\');
    let detail = if url.is_empty() {
        return None;
    } else if let Some(fault) = text::fault(url) {
        fault
    } else if url.chars().count() > URL_MAX {
        format!("Use at most {URL_MAX} characters.")
    } else if host.is_none_or(str::is_empty) || url.contains(odd) {
        "Enter an address that starts with https://, such as https://careers.example.com/jobs."
            .to_owned()
    } else {
        return None;
    };
    Some(FieldError::new(pointer, detail))
}

/// The rule for the name of a company on its board: like any name, but longer.
pub fn check_company_name(name: &str) -> Option<FieldError> {
    let fault = text::line_fault(name, "Enter a name.", COMPANY_NAME_MAX);
    fault.map(|fault| FieldError::new("/name", fault))
}

/// The rule for a token: what can stand in an address as it is.
pub fn check_token(token: &str) -> Option<FieldError> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let detail = if token.is_empty() {
        "Enter a token.".to_owned()
    } else if token.len() > TOKEN_MAX {
        format!("Use at most {TOKEN_MAX} characters.")
    } else if !token.chars().all(fits) {
        "Use letters without accents, digits, - and _ only.".to_owned()
    } else {
        return None;
    };
    Some(FieldError::new("/token/token", detail))
}

/// Where the public reads the post with this id: `:id` in the address is replaced, else `gh_jid` appended.
pub fn with_post_id(address: &str, post_id: i64) -> String {
    if address.contains(":id") {
        return address.replacen(":id", &post_id.to_string(), 1);
    }
    let (address, fragment) = match address.split_once('#') {
        Some((address, fragment)) => (address, format!("#{fragment}")),
        None => (address, String::new()),
    };
    let sign = if address.contains('?') { '&' } else { '?' };
    format!("{address}{sign}gh_jid={post_id}{fragment}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_posts_id_stands_where_the_address_wants_it() {
        for (address, with_id) in [
            ("https://a.example/jobs/:id", "https://a.example/jobs/7"),
            ("https://a.example/jobs/:id?x=:id", "https://a.example/jobs/7?x=:id"),
            ("https://a.example/jobs", "https://a.example/jobs?gh_jid=7"),
            ("https://a.example/jobs?l=de", "https://a.example/jobs?l=de&gh_jid=7"),
            ("https://a.example/jobs#list", "https://a.example/jobs?gh_jid=7#list"),
        ] {
            assert_eq!(with_post_id(address, 7), with_id);
        }
    }

    #[test]
    fn an_address_has_a_scheme_a_host_and_no_spaces() {
        for good in ["", "https://a.example", "http://localhost:3000/jobs/:id?x=1#y"] {
            assert_eq!(check_url("/job_posts_url", good), None, "{good}");
        }
        for bad in ["a.example", "https://", "https:///jobs", "javascript:alert(1)", "https://a b"]
        {
            assert!(check_url("/job_posts_url", bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn a_token_can_stand_in_an_address_as_it_is() {
        assert_eq!(check_token("Acme-Campus_2"), None);
        for bad in ["", "a b", "a/b", "é", "a?", &"a".repeat(TOKEN_MAX + 1)] {
            assert!(check_token(bad).is_some(), "{bad}");
        }
    }
}
