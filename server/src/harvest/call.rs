//! What stands between the door of the Harvest API (keys, limits, status codes) and its resources: the
//! call they are given and the answers and refusals they give back. No HTTP here, and no SQL.

use axum::body::Bytes;
use serde::Serialize;

use super::query::Query;
use crate::input::canonical_id;

/// A call that was let in: authenticated, permitted, and its path matched.
#[derive(Debug, Clone)]
pub struct Call {
    /// The path parameters in order, percent-decoded.
    pub params: Vec<String>,
    pub query: Query,
    /// `https://host[:port]` as the client used it: links must lead back to where it came from.
    pub origin: String,
    /// As the client sent it, without the query.
    pub path: String,
}

impl Call {
    /// The first path parameter as an id. Anything that is not a 64-bit integer names nothing.
    pub fn id(&self) -> Result<i64, Refusal> {
        self.id_at(0)
    }

    /// A path parameter as an id, by its place from 0.
    pub fn id_at(&self, place: usize) -> Result<i64, Refusal> {
        let param = self.params.get(place).ok_or(Refusal::NotFound)?;
        canonical_id(param).ok_or(Refusal::NotFound)
    }
}

/// A successful answer; the bodies are complete JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    One(Bytes),
    /// A bare array, and the `Link` header that leads through its pages (harvest-protocol §5).
    List {
        body: Bytes,
        link: Option<String>,
    },
}

impl Answer {
    /// The array of these documents.
    pub fn list(documents: &[String], link: Option<String>) -> Self {
        let length: usize = documents.iter().map(|document| document.len() + 1).sum();
        let mut body = String::with_capacity(length + 1);
        body.push('[');
        for (position, document) in documents.iter().enumerate() {
            if position > 0 {
                body.push(',');
            }
            body.push_str(document);
        }
        body.push(']');
        Self::List { body: body.into(), link }
    }
}

/// Why a call that was let in gets no data.
#[derive(Debug)]
pub enum Refusal {
    /// 404 `Resource not found`.
    NotFound,
    /// 422, the validation shape.
    Invalid(Vec<FieldProblem>),
    /// 500; the cause is for the log.
    Internal(crate::db::Error),
}

impl From<crate::db::Error> for Refusal {
    fn from(error: crate::db::Error) -> Self {
        Self::Internal(error)
    }
}

/// One entry of `errors` in Harvest's validation shape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldProblem {
    pub message: String,
    pub field: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(param: &str) -> Call {
        Call {
            params: vec![param.into()],
            query: Query::parse(""),
            origin: "https://console.example".into(),
            path: "/v1/jobs".into(),
        }
    }

    #[test]
    fn an_id_is_a_64_bit_integer_and_nothing_else() {
        assert_eq!(call("4001001").id().expect("an id"), 4_001_001);
        for param in ["", "x", "1.0", "+1", " 1", "1,2", "9223372036854775808", "１", "01", "-0"] {
            assert!(matches!(call(param).id(), Err(Refusal::NotFound)), "{param:?}");
        }
    }

    #[test]
    fn a_list_is_the_concatenation_of_its_documents() {
        let body = |documents: &[&str]| {
            let documents: Vec<String> = documents.iter().map(|text| (*text).into()).collect();
            match Answer::list(&documents, None) {
                Answer::List { body, .. } => String::from_utf8(body.to_vec()).expect("UTF-8"),
                Answer::One(_) => unreachable!(),
            }
        };
        assert_eq!(body(&[]), "[]");
        assert_eq!(body(&["{}"]), "[{}]");
        assert_eq!(body(&["{}", "1"]), "[{},1]");
    }
}
