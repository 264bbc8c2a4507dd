//! `Your Board Token`: what a partner is given, and which tokens the board had before.

use api::boards::OldToken;
use leptos::prelude::*;

use super::editor::Editor;
use super::section as card;
use crate::components::button::button;
use crate::components::copy::copy_field;
use crate::components::time::exact;
use crate::dom::{El, View, el, part};

pub fn section(editor: Editor) -> El {
    let what = "Partners such as JobTarget and your career pages read the public posts of this board by \
                its token. It stands in a public address, so it is no secret.";
    let token = editor.token_now();
    let field = part(move || copy_field("board-token", "Board token", token.get()).into());
    let old = Memo::new(move |_| editor.board.with(|board| board.old_tokens.clone()));
    let change = button("button text takes-away", "Change the token", move || {
        editor.token.open.set(true);
    });
    card("token-title", "Your Board Token")
        .child(el("p").class("secondary").text(what))
        .child(field)
        .child(part(move || old_tokens(&old.get(), editor)))
        .child(editor.may_edit.then(|| el("div").class("at-end").child(change)))
}

/// The tokens it had before that still answer.
fn old_tokens(tokens: &[OldToken], editor: Editor) -> View {
    if tokens.is_empty() {
        return View::none();
    }
    let row = |old: &OldToken| {
        let until = match &old.answers_until {
            Some(time) => format!(" until {}", exact(time)),
            None => " for ever".to_owned(),
        };
        let end = editor.may_edit.then(|| end_now(&old.token, editor));
        el("li").child(el("code").text(&old.token)).text(&until).child(end)
    };
    let rows = tokens.iter().map(row).collect::<View>();
    View::from(el("h3").id("old-tokens").text("Old tokens that still answer"))
        .and(el("ul").class("old-tokens").attr("aria-labelledby", "old-tokens").child(rows))
}

fn end_now(token: &str, editor: Editor) -> El {
    let which = format!(" the old token {token}");
    let which = el("span").class("visually-hidden").text(&which);
    let token = token.to_owned();
    button("button text takes-away", "End now", move || editor.ending.set(Some(token.clone())))
        .child(which)
}
