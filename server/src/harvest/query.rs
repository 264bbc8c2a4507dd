//! Reading query parameters the way integrators send them: tolerant of repetition, unknown names and
//! every spelling of a time, strict only where a wrong value would silently change the meaning.

use super::call::{FieldProblem, Refusal};
use super::shapes::Stamp;
use crate::input::PARAMETER_MAX;

/// The decoded query of a call, in the order it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    /// Reads the text after the `?`; percent signs and plus signs are decoded, nothing is refused.
    pub fn parse(text: &str) -> Self {
        Self { pairs: form_urlencoded::parse(text.as_bytes()).into_owned().collect() }
    }

    /// All parameters as they were sent.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// The value of a parameter. When it is repeated the last one counts: clients append their own
    /// `page` to a `Link` URL that already carries one, and mean their own. An empty one is absent.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.sent(key).filter(|value| !value.is_empty())
    }

    /// Whether a parameter is present in any form but an explicit no. For the two parameters that are
    /// documented by their presence (`content` and `questions` of a job's single post).
    pub fn has(&self, key: &str) -> bool {
        self.sent(key).is_some_and(|value| boolean(value) != Some(false))
    }

    fn sent(&self, key: &str) -> Option<&str> {
        self.pairs().filter(|(sent, _)| *sent == key).map(|(_, value)| value).last()
    }
}

/// Reads the parameters an endpoint documents and gathers what is wrong with them, so that a caller
/// learns of everything at once.
#[derive(Debug)]
pub struct Fields<'q> {
    query: &'q Query,
    problems: Vec<FieldProblem>,
}

impl<'q> Fields<'q> {
    pub fn of(query: &'q Query) -> Self {
        Self { query, problems: Vec::new() }
    }

    /// Any text but one that PostgreSQL does not take for a text, or that is too long for any name.
    pub fn text(&mut self, field: &str) -> Option<String> {
        let text = self.query.get(field)?;
        let message = if text.contains('\0') {
            "Must not have the character U+0000".to_owned()
        } else if text.chars().count() > PARAMETER_MAX {
            format!("Must have at most {PARAMETER_MAX} characters")
        } else {
            return Some(text.to_owned());
        };
        self.refuse(field, message);
        None
    }

    pub fn integer(&mut self, field: &str) -> Option<i64> {
        self.read(field, "Must be an integer", |value| value.parse().ok())
    }

    pub fn boolean(&mut self, field: &str) -> Option<bool> {
        self.read(field, "Must be one of: true, false", boolean)
    }

    /// A point in time, in milliseconds since 1970.
    pub fn time(&mut self, field: &str) -> Option<i64> {
        let message = "Must be an ISO-8601 date and time, such as 2024-01-31T08:30:00.000Z";
        self.read(field, message, |value| Stamp::parse(value).map(|stamp| stamp.0))
    }

    pub fn one_of(&mut self, field: &str, choices: &[&'static str]) -> Option<&'static str> {
        let message = format!("Must be one of: {}", choices.join(", "));
        self.read(field, &message, |value| choices.iter().copied().find(|choice| *choice == value))
    }

    /// Call this when everything has been read, before anything is done.
    pub fn check(self) -> Result<(), Refusal> {
        if self.problems.is_empty() { Ok(()) } else { Err(Refusal::Invalid(self.problems)) }
    }

    fn read<T>(
        &mut self,
        field: &str,
        message: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let read = parse(self.query.get(field)?);
        if read.is_none() {
            self.refuse(field, message.to_owned());
        }
        read
    }

    fn refuse(&mut self, field: &str, message: String) {
        self.problems.push(FieldProblem { message, field: field.to_owned() });
    }
}

fn boolean(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_a_repeated_parameter_counts() {
        let query = Query::parse("page=1&per_page=5&page=7");
        assert_eq!(query.get("page"), Some("7"));
    }

    #[test]
    fn an_empty_parameter_is_absent() {
        for text in ["", "status", "status=", "status=open&status=", "&&=&status=&"] {
            assert_eq!(Query::parse(text).get("status"), None, "{text:?}");
        }
    }

    #[test]
    fn percent_and_plus_signs_are_decoded() {
        let query = Query::parse("requisition_id=ENG%2D1+b%2Bc&%73tatus=op%65n");
        assert_eq!(query.get("requisition_id"), Some("ENG-1 b+c"));
        assert_eq!(query.get("status"), Some("open"));
    }

    #[test]
    fn a_flag_is_set_by_its_presence_unless_it_says_no() {
        for text in ["content", "content=", "content=true", "content=1", "content=yes"] {
            assert!(Query::parse(text).has("content"), "{text:?}");
        }
        for text in ["", "contents=true", "content=false", "content=0"] {
            assert!(!Query::parse(text).has("content"), "{text:?}");
        }
    }

    #[test]
    fn every_wrong_value_is_named_at_once() {
        let query =
            Query::parse("status=opened&department_id=x&live=maybe&created_after=soon&office_id=7");
        let mut fields = Fields::of(&query);
        assert_eq!(fields.one_of("status", &["open", "closed"]), None);
        assert_eq!(fields.integer("department_id"), None);
        assert_eq!(fields.boolean("live"), None);
        assert_eq!(fields.time("created_after"), None);
        assert_eq!(fields.integer("office_id"), Some(7));
        let Err(Refusal::Invalid(problems)) = fields.check() else { panic!("accepted") };
        let named: Vec<&str> = problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(named, ["status", "department_id", "live", "created_after"]);
        assert_eq!(problems[0].message, "Must be one of: open, closed");
    }
}
