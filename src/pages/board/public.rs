//! `Public address`: where everyone reads the posts, and how many they read there now.

use leptos::prelude::*;

use super::editor::Editor;
use super::section as card;
use crate::client::boards::{count_posts, public_address};
use crate::components::copy::copy_field;
use crate::components::loading::loading;
use crate::dom::{El, View, el, part};
use crate::task::Reading;

pub fn section(editor: Editor) -> El {
    let token = editor.token_now();
    // Asked again with every change of the board: it is the public's answer that counts.
    let count = Reading::new(move || {
        let token = editor.board.with(|board| board.token.clone());
        async move { count_posts(&token).await }
    });
    let count = loading(count, move |count| {
        let is_live = editor.board.with(|board| board.live);
        seen(count.as_deref(), is_live).into()
    });
    let address =
        part(move || {
            let address = public_address(&token.get());
            let curl = format!("curl --compressed {address}");
            View::from(copy_field("public-address", "Address of the posts", address))
                .and(copy_field("curl", "The same on a command line", curl))
        });
    card("public-title", "Public address")
        .child(el("p").class("secondary").text("Everyone can read it: it takes no API key."))
        .child(count)
        .child(address)
}

/// What the public sees there, in words with a dot.
fn seen(count: Option<&str>, is_live: bool) -> El {
    let (class, word, what) = match (count, is_live) {
        (Some("1"), _) => ("status", "Live", "The public reads 1 post here now.".to_owned()),
        (Some(count), _) => ("status", "Live", format!("The public reads {count} posts here now.")),
        (None, false) => (
            "status revoked",
            "Not live",
            "The public reads nothing here (404 Not Found): the board is switched off.".to_owned(),
        ),
        (None, true) => (
            "status revoked",
            "Not found",
            "The public finds no board here (404 Not Found).".to_owned(),
        ),
    };
    el("p").class("seen").child(el("span").class(class).text(word)).child(el("span").text(&what))
}
