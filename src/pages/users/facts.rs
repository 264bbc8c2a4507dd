//! Who a user is, at a glance, and what can be done to their account.

use api::users::UserStatus;
use leptos::prelude::*;

use super::edit::Editor;
use super::step::Step;
use super::{Open, link};
use crate::components::button::button;
use crate::components::facts::{fact, facts_card, moment};
use crate::components::status::user_status;
use crate::components::time::ago;
use crate::dom::{El, View};

pub fn facts(editor: Editor, open: RwSignal<Open>) -> El {
    let user = editor.saved.get();
    let last_sign_in = match &user.last_sign_in_at {
        Some(time) => moment(ago(time), time),
        None => "Never".into(),
    };
    let facts = View::from(fact("E-mail", user.email.as_str()).class("wide"))
        .and(fact("Level", user.level.label()))
        .and(fact("Status", user_status(user.status)))
        .and(fact("Added", moment(ago(&user.created_at), &user.created_at)))
        .and(fact("Last sign-in", last_sign_in));
    let (may_link, steps): (_, &[Step]) = match (editor.why_not.get_value(), user.status) {
        (Some(_), _) => (false, &[]),
        (None, UserStatus::Disabled) => (false, &[Step::Enable]),
        (None, UserStatus::Invited) => (true, &[Step::Disable]),
        (None, UserStatus::Active) => (true, &[Step::EndSessions, Step::Disable]),
    };
    let new_link = may_link.then(|| {
        let label = link::label(user.status);
        button("button text", label, move || open.set(Open::Link)).id("new-link")
    });
    let action = |step: &Step| {
        let step = *step;
        // By their ids they keep the focus when the facts are shown anew.
        let class = if step.takes_away() { "button text takes-away" } else { "button text" };
        button(class, step.label(), move || open.set(Open::Step(step))).id(step.id())
    };
    let steps: View = steps.iter().map(action).collect();
    facts_card("About this user", facts, View::from(new_link).and(steps))
}
