//! One job board while it is looked at: what is saved, and what the person is making of it.

use api::boards::{Board, BoardChanges, TokenChange};
use api::error::{ErrorCode, FieldError};
use leptos::prelude::*;

use crate::client;
use crate::components::announcer::announce;
use crate::components::field::{Fault, focus_first_fault};
use crate::error::Error;

/// What of a board can be changed here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    BoardUrl,
    PostsUrl,
    Token,
}

impl Field {
    pub fn label(self) -> &'static str {
        match self {
            Self::BoardUrl => "Job Board URL",
            Self::PostsUrl => "Job Posts URL",
            Self::Token => "Token",
        }
    }

    /// Where it stands in the service's answer and in what it is sent.
    fn pointer(self) -> &'static str {
        match self {
            Self::BoardUrl => "/job_board_url",
            Self::PostsUrl => "/job_posts_url",
            Self::Token => "/token",
        }
    }

    /// As it is saved; empty where nothing is.
    pub fn of(self, board: &Board) -> String {
        match self {
            Self::BoardUrl => board.job_board_url.clone().unwrap_or_default(),
            Self::PostsUrl => board.job_posts_url.clone().unwrap_or_default(),
            Self::Token => board.token.clone(),
        }
    }
}

/// A field of the board while a person types another value for it.
#[derive(Debug, Clone, Copy)]
pub struct Draft {
    pub field: Field,
    pub open: RwSignal<bool>,
    pub text: RwSignal<String>,
    pub error: RwSignal<Option<Error>>,
}

impl Draft {
    fn new(field: Field) -> Self {
        Self {
            field,
            open: RwSignal::new(false),
            text: RwSignal::default(),
            error: RwSignal::new(None),
        }
    }

    fn refuse(self, refused: Error) {
        self.error.set(Some(refused));
        focus_first_fault();
    }
}

/// One board, and what is being changed about it.
#[derive(Debug, Clone, Copy)]
pub struct Editor {
    pub board: RwSignal<Board>,
    pub may_edit: bool,
    pub board_url: Draft,
    pub posts_url: Draft,
    pub token: Draft,
    /// How long the old token goes on answering: a number of days, `ever` or `none`.
    pub keep_old: RwSignal<String>,
    /// What our own rules say against what was to be saved last.
    fault: RwSignal<Option<FieldError>>,
    /// The old token of which it is asked whether to end it now.
    pub ending: RwSignal<Option<String>>,
    /// What someone else saved while this was typed.
    pub conflict: RwSignal<Option<(Draft, Board)>>,
}

impl Editor {
    pub fn new(board: Board, may_edit: bool) -> Self {
        Self {
            board: RwSignal::new(board),
            may_edit,
            board_url: Draft::new(Field::BoardUrl),
            posts_url: Draft::new(Field::PostsUrl),
            token: Draft::new(Field::Token),
            keep_old: RwSignal::new("30".to_owned()),
            fault: RwSignal::new(None),
            ending: RwSignal::new(None),
            conflict: RwSignal::new(None),
        }
    }

    /// Follows the token alone: what shows it is not made again with every change of the board.
    pub fn token_now(self) -> Memo<String> {
        Memo::new(move |_| self.board.with(|board| board.token.clone()))
    }

    /// Opens a field with what is saved in it.
    pub fn open(self, draft: Draft) {
        draft.text.set(self.board.with_untracked(|board| draft.field.of(board)));
        draft.open.set(true);
    }

    /// Closes it: what is typed is gone.
    pub fn close(self, draft: Draft) {
        draft.open.set(false);
        draft.text.set(String::new());
        draft.error.set(None);
        self.fault.set(None);
    }

    /// What is wrong with a field, by our own rules or by the service's.
    pub fn fault(self, draft: Draft) -> Fault {
        Signal::derive(move || {
            let pointer = draft.field.pointer();
            let own = self.fault.with(|fault| {
                let fault = fault.as_ref().filter(|fault| fault.pointer.starts_with(pointer));
                fault.map(|fault| fault.detail.clone())
            });
            own.or_else(|| draft.error.with(|e| Some(e.as_ref()?.at(pointer)?.to_owned())))
        })
    }

    /// What would stand there if it were saved now.
    pub fn current(self, draft: Draft) -> String {
        if draft.open.get() {
            draft.text.with(|text| text.trim().to_owned())
        } else {
            self.board.with(|board| draft.field.of(board))
        }
    }

    pub fn is_unsaved(self) -> bool {
        let differs =
            |draft: Draft| self.board.with(|board| draft.field.of(board)) != self.current(draft);
        let token = self.token.open.get() && self.token.text.with(|text| !text.is_empty());
        token || differs(self.board_url) || differs(self.posts_url)
    }

    fn changes(self, draft: Draft) -> BoardChanges {
        let text = draft.text.with_untracked(|text| text.trim().to_owned());
        let mut changes = BoardChanges::default();
        match draft.field {
            Field::BoardUrl => changes.job_board_url = Some(text),
            Field::PostsUrl => changes.job_posts_url = Some(text),
            Field::Token => {
                let keep_old_days = self.keep_old.with_untracked(|keep| keep_old_days(keep));
                changes.token = Some(TokenChange { token: text, keep_old_days });
            }
        }
        changes
    }

    /// Saves what is typed over the version that `base` is; true when it is saved.
    pub async fn save(self, draft: Draft, mut base: Board) -> bool {
        let changes = self.changes(draft);
        let same = changes.token.as_ref().is_some_and(|change| change.token == base.token);
        let same =
            same.then(|| FieldError::new("/token/token", "The board has this token already."));
        draft.error.set(None);
        self.fault.set(changes.check().into_iter().next().or(same));
        if self.fault.with_untracked(Option::is_some) {
            focus_first_fault();
            return false;
        }
        let seen = draft.field.of(&base);
        loop {
            match client::boards::update(&base, &changes).await {
                Ok(saved) => {
                    self.board.set(saved);
                    self.close(draft);
                    return true;
                }
                Err(refused) if refused.is(ErrorCode::Stale) => {
                    match client::boards::read(&base.board_id).await {
                        // They changed something else, which stays as they saved it.
                        Ok(theirs) if draft.field.of(&theirs) == seen => base = theirs,
                        Ok(theirs) => {
                            self.conflict.set(Some((draft, theirs)));
                            return false;
                        }
                        Err(refused) => {
                            draft.refuse(refused);
                            return false;
                        }
                    }
                }
                Err(refused) => {
                    draft.refuse(refused);
                    return false;
                }
            }
        }
    }

    /// What was saved, said and shown.
    pub async fn save_and_say(self, draft: Draft, base: Board) -> bool {
        let saved = self.save(draft, base).await;
        if saved {
            announce(format!("{} saved", draft.field.label()));
        }
        saved
    }
}

/// What was chosen, as the service is told: nothing is for ever, 0 not at all.
pub fn keep_old_days(chosen: &str) -> Option<u32> {
    if chosen == "none" { Some(0) } else { chosen.parse().ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_old_token_is_kept_for_as_long_as_was_chosen() {
        assert_eq!(keep_old_days("30"), Some(30));
        assert_eq!(keep_old_days("90"), Some(90));
        assert_eq!(keep_old_days("ever"), None);
        assert_eq!(keep_old_days("none"), Some(0));
    }
}
