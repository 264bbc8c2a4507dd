//! `Change the token`: what it means for others, the new token, and how long the old one goes on answering.

use api::boards::check_token;
use leptos::prelude::*;

use super::editor::{Editor, keep_old_days};
use crate::client::boards::public_address;
use crate::components::announcer::announce;
use crate::components::button::{button, task_button};
use crate::components::choices::choices;
use crate::components::dialog::{self, Kind};
use crate::components::failure::failure;
use crate::components::field::{Text, text_field};
use crate::components::icon::icon;
use crate::dom::{El, View, el};
use crate::task::Task;

const KEEP: [(&str, &str); 4] =
    [("30", "30 days"), ("90", "90 days"), ("ever", "For ever"), ("none", "Not at all")];

pub fn dialog(editor: Editor) -> View {
    let draft = editor.token;
    // What is typed stays: it may have been closed by mistake.
    let close = move || draft.open.set(false);
    let change = Task::new(move || async move {
        let Some(board) = editor.board.try_get_untracked() else { return };
        if editor.save(draft, board).await {
            announce("Token changed");
        }
    });
    let token = Text::plain("new-token", "New token");
    let becomes = move || {
        let token = draft.text.with(|text| text.trim().to_owned());
        match check_token(&token) {
            None => format!("The public address becomes {}", public_address(&token)),
            Some(_) => {
                "Letters, digits, - and _. It becomes part of the public address.".to_owned()
            }
        }
    };
    let keep = choices(
        "How long the old token goes on answering",
        "keep-old",
        &KEEP,
        move || editor.keep_old.get(),
        move |chosen| editor.keep_old.set(chosen.to_owned()),
    );
    let after = move || editor.keep_old.with(|keep| consequence(keep_old_days(keep)));
    let actions = el("div")
        .class("actions")
        .child(button("button", "Cancel", close))
        .child(task_button("button danger", "Change token", change));
    let body = el("div")
        .class("dialog-form")
        .child(untrack(|| warning(&editor.board.with(|board| board.token.clone()))))
        .child(text_field(token, draft.text, editor.fault(draft)))
        .child(el("p").class("secondary hint-below").text_with(becomes))
        .child(keep.class("keep-old"))
        .child(el("p").class("secondary hint-below").attr("role", "status").text_with(after))
        .child(failure(draft.error, None))
        .child(actions);
    dialog::dialog(Kind::LongForm, "Change the token", close, body)
}

fn warning(token: &str) -> El {
    let what = format!(
        "Partners such as JobTarget, career pages and job feeds read this board by “{token}”. Once that \
         stops answering, they find no posts any more. Hand the new token to all of them first."
    );
    let title = el("strong").text("This changes the public address for everyone who uses it");
    let text = el("div").child(el("p").child(title)).child(el("p").text(&what));
    el("div").class("notice look").child(icon("warning")).child(text)
}

/// What becomes of the old token.
fn consequence(keep_old_days: Option<u32>) -> String {
    match keep_old_days {
        Some(0) => "The old token stops answering at once, for everyone who uses it.".to_owned(),
        Some(days) => {
            format!("Both tokens answer for {days} days. After that only the new one does.")
        }
        None => "Both tokens answer, and nobody has to change anything.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dialog_says_what_becomes_of_the_old_token() {
        assert!(consequence(Some(0)).contains("at once"));
        assert!(consequence(Some(90)).contains("for 90 days"));
        assert!(consequence(None).starts_with("Both tokens answer"));
        assert!(KEEP.iter().all(|(value, _)| *value == "ever" || keep_old_days(value).is_some()));
    }
}
