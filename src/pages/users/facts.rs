//! Who a user is, at a glance, and what can be done to their account.

use api::users::UserStatus;
use leptos::prelude::*;

use super::Open;
use super::edit::Editor;
use super::step::Step;
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
    let steps: &[Step] = match (editor.why_not.get_value(), user.status) {
        (Some(_), _) => &[],
        (None, UserStatus::Disabled) => &[Step::Enable],
        (None, UserStatus::Invited) => &[Step::Link, Step::Disable],
        (None, UserStatus::Active) => &[Step::Link, Step::EndSessions, Step::Disable],
    };
    let action = |step: &Step| {
        let step = *step;
        let class = if step.takes_away() { "button text takes-away" } else { "button text" };
        button(class, step.label(user.status), move || open.set(Open::Step(step)))
    };
    facts_card("About this user", facts, steps.iter().map(action).collect())
}
