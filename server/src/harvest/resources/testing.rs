//! How tests call the resources: by the address a client would use, without a door in front.

use serde_json::Value;

use super::answer;
use crate::db::Db;
use crate::harvest::call::{Answer, Call, Refusal};
use crate::harvest::query::Query;

pub(in crate::harvest) const ORIGIN: &str = "https://console.example:8443";

/// A successful answer.
#[derive(Debug)]
pub(in crate::harvest) struct Reply {
    pub(in crate::harvest) body: String,
    pub(in crate::harvest) link: Option<String>,
}

impl Reply {
    pub(in crate::harvest) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    /// The ids of a list.
    pub(in crate::harvest) fn ids(&self) -> Vec<i64> {
        let list = self.json();
        let things = list.as_array().expect("an array");
        things.iter().map(|thing| thing["id"].as_i64().expect("an id")).collect()
    }

    /// Where the `Link` header leads, the way a common client reads it: cut at commas, then at brackets.
    pub(in crate::harvest) fn links(&self) -> Vec<(String, String)> {
        let read = |part: &str| {
            let (address, relation) = part.trim().split_once(">; rel=\"").expect("a link");
            let address = address.strip_prefix('<').expect("a bracket");
            (relation.trim_end_matches('"').to_owned(), address.to_owned())
        };
        self.link.iter().flat_map(|link| link.split(',')).map(read).collect()
    }

    pub(in crate::harvest) fn link_to(&self, relation: &str) -> Option<String> {
        self.links().into_iter().find(|(found, _)| found == relation).map(|(_, address)| address)
    }

    fn of(answer: Answer) -> Self {
        let (body, link) = match answer {
            Answer::One(body) => (body, None),
            Answer::List { body, link } => (body, link),
        };
        Self { body: String::from_utf8(body.to_vec()).expect("UTF-8"), link }
    }
}

/// Calls the endpoint at this address, which may be absolute, as links are.
pub(in crate::harvest) async fn get(db: &Db, address: &str) -> Result<Reply, Refusal> {
    let address = address.strip_prefix(ORIGIN).unwrap_or(address);
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let (permission_id, params): (_, &[&str]) = match parts[..] {
        ["v1", "jobs"] => ("jobs:list", &[]),
        ["v1", "jobs", id] => ("jobs:read", &[id]),
        ["v1", "jobs", id, "openings"] => ("jobs.openings:list", &[id]),
        ["v1", "jobs", id, "openings", opening] => ("jobs.openings:read", &[id, opening]),
        ["v1", "jobs", id, "job_posts"] => ("jobs.job_posts:list", &[id]),
        ["v1", "jobs", id, "job_post"] => ("jobs.job_post:read", &[id]),
        ["v1", "jobs", id, "stages"] => ("jobs.stages:list", &[id]),
        ["v1", "jobs", id, "hiring_team"] => ("jobs.hiring_team:read", &[id]),
        ["v1", "job_posts"] => ("job_posts:list", &[]),
        ["v1", "job_posts", id] => ("job_posts:read", &[id]),
        ["v1", "job_posts", id, "custom_locations"] => ("job_posts.custom_locations:read", &[id]),
        ["v1", "job_stages"] => ("job_stages:list", &[]),
        ["v1", "job_stages", id] => ("job_stages:read", &[id]),
        ["v1", "departments"] => ("departments:list", &[]),
        ["v1", "departments", id] => ("departments:read", &[id]),
        ["v1", "offices"] => ("offices:list", &[]),
        ["v1", "offices", id] => ("offices:read", &[id]),
        ["v1", "users"] => ("users:list", &[]),
        ["v1", "users", id] => ("users:read", &[id]),
        ["v1", "user_roles"] => ("user_roles:list", &[]),
        ["v1", "close_reasons"] => ("close_reasons:list", &[]),
        ["v1", "custom_fields"] => ("custom_fields:list", &[]),
        ["v1", "custom_fields", field_type] => ("custom_fields:list", &[field_type]),
        ["v1", "custom_field", id] => ("custom_field:read", &[id]),
        ["v1", "custom_field", id, "custom_field_options"] => {
            ("custom_field.custom_field_options:list", &[id])
        }
        _ => panic!("no such endpoint: {path}"),
    };
    let call = Call {
        params: params.iter().map(|&param| param.to_owned()).collect(),
        query: Query::parse(query),
        origin: ORIGIN.into(),
        path: path.into(),
    };
    answer(permission_id, db, &call).await.expect("a held endpoint").map(Reply::of)
}

/// Calls an endpoint that must answer.
pub(in crate::harvest) async fn ok(db: &Db, address: &str) -> Reply {
    get(db, address).await.unwrap_or_else(|refusal| panic!("{address}: {refusal:?}"))
}

/// The names of the parameters that were refused.
pub(in crate::harvest) async fn refused(db: &Db, address: &str) -> Vec<String> {
    match get(db, address).await {
        Err(Refusal::Invalid(problems)) => problems.into_iter().map(|p| p.field).collect(),
        other => panic!("{address}: {other:?}"),
    }
}

pub(in crate::harvest) async fn is_not_found(db: &Db, address: &str) -> bool {
    matches!(get(db, address).await, Err(Refusal::NotFound))
}

/// A query from names and values, encoded as strictly as a client may.
pub(in crate::harvest) fn query(pairs: &[(&str, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}
