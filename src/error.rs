//! Why a call did not do what it was asked for, and how to say so to a person.
//!
//! No browser in here: the words are tested natively.

use api::error::{ErrorCode, Problem};

use crate::json;

/// What can come back instead of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// No answer at all: offline, the service is down, or it took too long.
    Unreachable,
    /// Something answered, but not in the words of the contract: a proxy, mostly.
    Unreadable { status: u16 },
    /// The service said no, and why.
    Refused(Problem),
}

impl Error {
    /// Reads an answer that is not a success.
    pub fn from_answer(status: u16, body: &str) -> Self {
        json::read(body).map_or(Self::Unreadable { status }, Self::Refused)
    }

    pub fn is(&self, code: ErrorCode) -> bool {
        matches!(self, Self::Refused(problem) if problem.code == code)
    }

    /// What is wrong with one field of the request, when that is why it was refused.
    pub fn at(&self, pointer: &str) -> Option<&str> {
        let Self::Refused(problem) = self else { return None };
        let belongs = |at: &str| {
            at.strip_prefix(pointer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        problem.errors.iter().find(|e| belongs(&e.pointer)).map(|e| e.detail.as_str())
    }

    /// Finds the request in the service's log.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Refused(problem) => Some(&problem.request_id).filter(|id| !id.is_empty()),
            Self::Unreachable | Self::Unreadable { .. } => None,
        }
        .map(String::as_str)
    }

    fn status(&self) -> u16 {
        match self {
            Self::Unreachable => 0,
            Self::Unreadable { status } => *status,
            Self::Refused(problem) => problem.status,
        }
    }

    /// What happened, in one sentence.
    pub fn what(&self) -> &str {
        match (self, self.status()) {
            (Self::Unreachable, _) => "Latchkey did not answer.",
            (_, 403) if self.is(ErrorCode::ProofRequired) => {
                "This needs your password once more, and it was not given."
            }
            (_, 404) => "There is no such thing here, or none that you may see.",
            (_, 422) => "Something in the form needs a change.",
            (_, 502..=504) => "Latchkey cannot answer at the moment.",
            (Self::Refused(problem), _) if !self.is(ErrorCode::Internal) => &problem.title,
            (Self::Refused(_), _) | (_, 500..) => "Something went wrong inside Latchkey.",
            (_, 403) => "You are not allowed to do this.",
            (_, 429) => "That was tried too often.",
            (Self::Unreadable { .. }, _) => "The answer did not come from Latchkey.",
        }
    }

    /// What was kept and what to do, in one or two sentences.
    pub fn what_now(&self) -> &'static str {
        match (self, self.status()) {
            (Self::Unreachable, _) => {
                "Check your connection, then try again. What you typed is still here."
            }
            (_, 401) if self.is(ErrorCode::WrongCredentials) => {
                "Check what you typed and try again. Upper and lower case matter in the password."
            }
            (_, 401) => "What you typed is still here.",
            (_, 403) if self.is(ErrorCode::Forbidden) => {
                "Ask a Site Admin which permissions you have. Nothing was changed."
            }
            (_, 404) => "It may have been removed, or your permissions may have changed.",
            (_, 422) => "Nothing was saved yet. The fields to look at are marked.",
            // The title says how long to wait.
            (Self::Refused(_), 429) => {
                "What you typed is still here. Waiting starts again with every try."
            }
            (_, 429) => "Wait a minute, then try again.",
            (_, 502..=504) => "Try again in a moment. What you typed is still here.",
            _ if self.is(ErrorCode::OutcomeUnknown) || self.is(ErrorCode::Unanswered) => {
                "Load the page again and look, before you try again."
            }
            (_, 500..) => {
                "What you typed is still here. Try again; if it happens again, give the request \
                 id to whoever runs Latchkey."
            }
            (Self::Unreadable { .. }, _) => {
                "A proxy or a sign-in page of your network may stand in between. What you typed \
                 is still here."
            }
            _ => "Nothing was changed. What you typed is still here.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, code: &str) -> Error {
        Error::from_answer(
            status,
            &format!(
                r#"{{"type":"about:blank","title":"No.","status":{status},"code":"{code}",
                "request_id":"req_1","errors":[{{"pointer":"/permissions/3","detail":"Unknown."}}]}}"#
            ),
        )
    }

    #[test]
    fn a_problem_is_read_and_anything_else_is_named_by_its_status() {
        assert!(refused(409, "already_so").is(ErrorCode::AlreadySo));
        assert_eq!(Error::from_answer(502, "<html>"), Error::Unreadable { status: 502 });
        assert_eq!(Error::from_answer(200, "").what(), "The answer did not come from Latchkey.");
    }

    #[test]
    fn whoever_cannot_know_whether_it_was_done_is_sent_to_look() {
        for code in ["outcome_unknown", "unanswered"] {
            let error = refused(500, code);
            assert!(error.what_now().contains("look"), "{code}: {}", error.what_now());
            assert!(!error.what().contains("went wrong"), "{code}: {}", error.what());
        }
    }

    #[test]
    fn a_field_gets_what_is_wrong_inside_it() {
        let error = refused(422, "invalid");
        assert_eq!(error.at("/permissions"), Some("Unknown."));
        assert_eq!(error.at("/permissions/3"), Some("Unknown."));
        assert_eq!(error.at("/perm"), None);
        assert_eq!(error.at("/description"), None);
    }

    #[test]
    fn what_a_person_reads_depends_on_what_they_can_do() {
        assert_eq!(refused(401, "wrong_credentials").what(), "No.");
        assert_eq!(refused(500, "internal").request_id(), Some("req_1"));
        assert!(refused(500, "internal").what_now().contains("request id"));
        assert_eq!(Error::Unreadable { status: 429 }.what(), "That was tried too often.");
        assert_eq!(Error::Unreachable.request_id(), None);
        // What the service knows better, it says: why the session ended, why not, how long to wait.
        for (status, code) in [
            (401, "unauthenticated"),
            (403, "forbidden"),
            (409, "already_so"),
            (429, "too_many_attempts"),
        ] {
            assert_eq!(refused(status, code).what(), "No.");
        }
        let unproven = refused(403, "proof_required");
        assert!(unproven.what().contains("password"));
        assert!(unproven.what_now().starts_with("Nothing was changed."));
        // What an operator has to mend, no Site Admin can.
        for code in ["cross_origin", "https_required"] {
            assert_eq!(refused(403, code).what(), "No.");
            assert!(refused(403, code).what_now().starts_with("Nothing was changed."));
        }
        assert!(refused(403, "forbidden").what_now().starts_with("Ask a Site Admin"));
    }
}
