//! Someone else saved first: shows both, and lets the person choose. Nothing is lost before they do.

use super::button::{button, task_button};
use super::dialog::{Kind, dialog};
use crate::dom::{El, View, el};
use crate::task::Task;

/// What the person can do about it.
#[derive(Debug)]
pub struct Ways<C, T> {
    /// Goes on editing: takes the dialog away, and nothing else.
    pub close: C,
    pub take_theirs: T,
    pub keep_mine: Task,
}

/// The question, with what is different in rows made by [`difference`].
pub fn conflict(
    what: &str,
    differences: Vec<El>,
    ways: Ways<impl Fn() + Clone + 'static, impl Fn() + 'static>,
) -> View {
    let Ways { close, take_theirs, keep_mine } = ways;
    let column = |name: &str| el("th").attr("scope", "col").text(name);
    let head = el("tr").child(el("td")).child(column("Saved by them")).child(column("Yours"));
    let rows = if differences.is_empty() {
        el("tr").child(el("td").attr("colspan", "3").text("Both are the same.")).into()
    } else {
        differences.into_iter().collect::<View>()
    };
    let table =
        el("table").class("conflict").child(el("thead").child(head)).child(el("tbody").child(rows));
    let actions = el("div")
        .class("actions")
        .child(button("button text", "Go on editing", close.clone()))
        .child(button("button", "Take theirs", take_theirs))
        .child(task_button("button primary", "Keep mine", keep_mine));
    let body = View::from(el("p").text(what)).and(table).and(actions);
    dialog(Kind::Form, "Someone else saved first", close, body)
}

/// One thing that is not the same in both.
pub fn difference(name: &str, theirs: &[impl AsRef<str>], yours: &[impl AsRef<str>]) -> El {
    el("tr").child(el("th").attr("scope", "row").text(name)).child(cell(theirs)).child(cell(yours))
}

fn cell(lines: &[impl AsRef<str>]) -> El {
    if lines.is_empty() {
        return el("td").class("secondary").text("None");
    }
    el("td").child(lines.iter().map(|line| el("div").text(line.as_ref())).collect::<View>())
}
