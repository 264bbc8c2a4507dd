//! `Configuring Your Job Board`: the token of a public job board, where it is shown, and what the public
//! reads of it.

use api::boards::Board;
use api::users::DeveloperPermission;
use leptos::prelude::*;

use crate::client;
use crate::components::field::select;
use crate::components::heading::heading;
use crate::components::icon::icon;
use crate::components::loading::loading;
use crate::dom::{El, View, el, switch};
use crate::location::{Navigator, Question};
use crate::session::Account;
use crate::task::Reading;
use crate::{query, routes};

mod change_token;
mod conflict;
mod editor;
mod end_token;
mod history;
mod public;
mod token;
mod urls;

use editor::Editor;

const LEAVE: Question = Question {
    title: "Leave without saving?",
    text: &["What you typed about this job board is not saved and would be lost."],
    leave: "Leave without saving",
    stay: "Stay",
};

pub fn page() -> View {
    let navigator = Navigator::expect();
    let session = Account::expect().session().filter(|session| !session.api_types().is_empty());
    let Some(session) = session else {
        // The Dev Center says what is missing.
        navigator.replace(routes::DEV_CENTER);
        return View::none();
    };
    let may_edit = session.holds(DeveloperPermission::ManageAllApiCredentials);
    let boards = Reading::new(client::boards::list);
    let crumb = el("a").attr("href", routes::DEV_CENTER).text("Dev Center");
    let head = el("div")
        .child(el("p").class("crumb").child(crumb))
        .child(heading("Configuring Your Job Board".to_owned()));
    View::from(head).and(loading(boards, move |page| all(&page.items, navigator, may_edit).into()))
}

/// The boards there are, one of them in sight: the one the address names, else the first.
fn all(boards: &[Board], navigator: Navigator, may_edit: bool) -> El {
    let Some(first) = boards.first() else { return none_yet() };
    let (first, query) = (first.board_id.clone(), navigator.query());
    let chosen = move || query.with(|query| query::read(query, "board"));
    let chosen = Memo::new(move |_| chosen().unwrap_or_else(|| first.clone()));
    let is_known = untrack(|| boards.iter().any(|board| board.board_id == chosen.get()));
    let which = if boards.len() == 1 && is_known {
        el("p").child(el("strong").text(&boards[0].name))
    } else {
        chooser(boards, navigator, chosen)
    };
    el("div").class("cards board").child(which).child(switch(
        move || chosen.get(),
        move |id| {
            let read = Reading::new(move || {
                let id = id.clone();
                async move { client::boards::read(&id).await }
            });
            loading(read, move |board| one(Editor::new(board, may_edit)))
        },
    ))
}

fn chooser(boards: &[Board], navigator: Navigator, chosen: Memo<String>) -> El {
    let shown = move || {
        // While it is asked whether to leave this one, this one it is.
        let _ = navigator.departure();
        chosen.get()
    };
    let go = move |id: String| navigator.go(routes::board(&id));
    let label = el("label").attr("for", "board").text("Configure another job board");
    let select = select(&options(boards), shown, go).id("board");
    el("div").class("field").child(label).child(select)
}

/// The names of the boards; with the token where two have the same.
fn options(boards: &[Board]) -> Vec<(String, String)> {
    let option = |board: &Board| {
        let same = boards.iter().filter(|other| other.name == board.name).count();
        let name = board.name.clone();
        let label = if same > 1 { format!("{name} ({})", board.token) } else { name };
        (board.board_id.clone(), label)
    };
    boards.iter().map(option).collect()
}

fn none_yet() -> El {
    let why = "A job board comes with the recruiting data of your organisation. As soon as there is one, \
               you find its token and its addresses here.";
    el("div")
        .class("empty")
        .child(el("h2").text("No job board yet"))
        .child(el("p").text(why))
        .child(el("a").class("button").attr("href", routes::DEV_CENTER).text("Back to Dev Center"))
}

fn one(editor: Editor) -> View {
    Navigator::expect().hold_while(move || editor.is_unsaved(), LEAVE);
    let only_read = (!editor.may_edit).then(why_not);
    View::from(only_read)
        .and(token::section(editor))
        .and(urls::section(editor))
        .and(public::section(editor))
        .and(history::section(editor))
        .and(switch(
            move || editor.token.open.get(),
            move |open| open.then(|| change_token::dialog(editor)).into(),
        ))
        .and(switch(
            move || editor.ending.get(),
            move |token| token.map(|token| end_token::dialog(editor, token)).into(),
        ))
        .and(switch(
            move || editor.conflict.get(),
            move |theirs| {
                theirs.map(|(draft, theirs)| conflict::dialog(editor, draft, theirs)).into()
            },
        ))
}

/// Why this person changes nothing here, and who lets them.
fn why_not() -> El {
    let why = format!(
        "You can see and copy everything here. Changing it takes “{}”, which a Site Admin grants.",
        DeveloperPermission::ManageAllApiCredentials.label(),
    );
    el("div").class("notice").child(icon("info")).child(el("div").child(el("p").text(&why)))
}

/// A part of the page under its own heading.
fn section(id: &str, title: &str) -> El {
    el("section").class("card").attr("aria-labelledby", id).child(el("h2").id(id).text(title))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boards_of_the_same_name_are_told_apart_by_their_tokens() {
        let board = |id: &str, name: &str| Board {
            board_id: id.to_owned(),
            name: name.to_owned(),
            token: format!("token-{id}"),
            job_board_url: None,
            job_posts_url: None,
            live: true,
            live_posts: 0,
            old_tokens: Vec::new(),
            version: 1,
        };
        let boards = [board("1", "Acme"), board("2", "Acme Campus"), board("3", "Acme")];
        let labels: Vec<String> = options(&boards).into_iter().map(|(_, label)| label).collect();
        assert_eq!(labels, ["Acme (token-1)", "Acme Campus", "Acme (token-3)"]);
    }
}
