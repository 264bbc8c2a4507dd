//! `Job Board URL` and `Job Posts URL`: where candidates find the board and its posts.

use api::boards::{check_url, with_post_id};
use leptos::prelude::*;

use super::editor::{Draft, Editor, Field};
use super::section as card;
use crate::client::boards::public_address;
use crate::components::button::{button, submit_button};
use crate::components::failure::failure;
use crate::components::field::{Text, text_field};
use crate::components::icon::icon;
use crate::dom::{El, View, el, focus, lead_to, part, switch, when_mounted};
use crate::task::Task;

/// The id of a post, for the example.
const POST_ID: i64 = 5_001_002;

pub fn section(editor: Editor) -> El {
    card("urls-title", "Where candidates find your jobs")
        .child(row(editor, editor.board_url))
        .child(row(editor, editor.posts_url).child(rule(editor)))
}

/// An address with its `Edit`, or the field to type another.
fn row(editor: Editor, draft: Draft) -> El {
    let view = move |open: bool| if open { form(editor, draft) } else { shown(editor, draft) };
    el("div")
        .class("address")
        .attr("role", "group")
        .attr("aria-label", draft.field.label())
        .child(switch(move || draft.open.get(), move |open| view(open).into()))
}

fn shown(editor: Editor, draft: Draft) -> El {
    let (field, label) = (draft.field, draft.field.label());
    let value = part(move || {
        let value = editor.board.with(|board| field.of(board));
        if !value.is_empty() {
            return el("p").text(&value).into();
        }
        let has_board_url = editor.board.with(|board| board.job_board_url.is_some());
        el("p").class("secondary").text(not_set(field, has_board_url)).into()
    });
    let edit = editor.may_edit.then(|| {
        el("button")
            .attr("type", "button")
            .class("button text")
            .id(edit_id(field))
            .attr("aria-label", &format!("Edit {label}"))
            .child(icon("edit"))
            .text("Edit")
            .on("click", move |_| {
                editor.open(draft);
                when_mounted(move || focus(&format!("#{}", field_id(field))));
            })
    });
    let text = el("div").child(el("h3").text(label)).child(value);
    el("div").class("address-shown").child(text).child(edit)
}

fn form(editor: Editor, draft: Draft) -> El {
    let field = draft.field;
    // The field goes, and the focus to where it came from.
    let back = move || when_mounted(move || lead_to(&format!("#{}", edit_id(field))));
    let save = Task::new(move || async move {
        let Some(board) = editor.board.try_get_untracked() else { return };
        let is_same = untrack(|| editor.current(draft)) == field.of(&board);
        if is_same {
            editor.close(draft);
        }
        if is_same || editor.save_and_say(draft, board).await {
            back();
        }
    });
    let cancel = button("button", "Cancel", move || {
        editor.close(draft);
        back();
    });
    let text = Text { kind: "url", ..Text::plain(field_id(field), field.label()) };
    let text = text_field(text, draft.text, editor.fault(draft));
    let actions = el("div").class("send").child(submit_button("Save".to_owned().into(), save));
    el("form")
        .attr("novalidate", "")
        .on("submit", move |event| {
            event.prevent_default();
            save.run();
        })
        .child(text)
        .child(failure(draft.error, Some(save)))
        .child(actions.child(cancel))
}

/// What becomes of the address of a post, with an example of the one that is saved or typed.
fn rule(editor: Editor) -> View {
    let rule = el("p")
        .class("secondary")
        .child(el("code").text(":id"))
        .text(" in this address stands for the id of a post; without it, ")
        .child(el("code").text("gh_jid"))
        .text(" and the id are appended.");
    let example = part(move || {
        let board_url = editor.current(editor.board_url);
        let posts_url = editor.current(editor.posts_url);
        let url = editor
            .board
            .with(|board| example(&posts_url, &board_url, || public_address(&board.token)));
        let example = |url: String| {
            el("p")
                .class("secondary")
                .text(&format!("For example, post {POST_ID} is at "))
                .child(el("strong").text(&url))
        };
        url.map(example).into()
    });
    View::from(rule).and(example)
}

/// Where the public is sent for a post; nothing while what is typed is no address.
fn example(
    posts_url: &str,
    board_url: &str,
    public_address: impl FnOnce() -> String,
) -> Option<String> {
    let own = if posts_url.is_empty() { board_url } else { posts_url };
    if own.is_empty() {
        return Some(format!("{}/{POST_ID}", public_address()));
    }
    check_url("", own).is_none().then(|| with_post_id(own, POST_ID))
}

/// What it means that there is no address.
fn not_set(field: Field, has_board_url: bool) -> &'static str {
    match (field, has_board_url) {
        (Field::PostsUrl, true) => "Derived from the Job Board URL",
        (Field::PostsUrl, false) => "Not set: posts lead to the public address",
        _ => "Not set",
    }
}

fn field_id(field: Field) -> &'static str {
    if field == Field::BoardUrl { "job-board-url" } else { "job-posts-url" }
}

fn edit_id(field: Field) -> &'static str {
    if field == Field::BoardUrl { "edit-job-board-url" } else { "edit-job-posts-url" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_is_the_address_that_the_public_is_given() {
        let at = |posts_url, board_url| {
            example(posts_url, board_url, || "https://l.example/v1/boards/acme/jobs".to_owned())
        };
        let found = |url: &str| Some(url.to_owned());
        assert_eq!(at("https://a.example/:id", "x"), found("https://a.example/5001002"));
        assert_eq!(at("", "https://a.example"), found("https://a.example?gh_jid=5001002"));
        assert_eq!(at("", ""), found("https://l.example/v1/boards/acme/jobs/5001002"));
        assert_eq!(at("a.exam", "https://a.example"), None);
    }

    #[test]
    fn what_is_not_set_says_what_that_means() {
        assert_eq!(not_set(Field::PostsUrl, true), "Derived from the Job Board URL");
        assert!(not_set(Field::PostsUrl, false).starts_with("Not set"));
        assert_eq!(not_set(Field::BoardUrl, false), "Not set");
    }
}
