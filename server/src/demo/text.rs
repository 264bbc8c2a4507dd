//! The HTML of posts and notes, built from a role's sentences.

use super::roles::{Role, State};

/// What a post says.
pub(super) fn description(role: &Role) -> String {
    format!(
        "<p>{}</p><h3>What you will do</h3>{}<h3>What you bring</h3>{}<p>{}</p>",
        escaped(role.summary),
        list(&role.does),
        list(&role.brings),
        closing(role),
    )
}

/// What only colleagues read of a post.
pub(super) fn internal_description(role: &Role) -> String {
    format!(
        "<p>For colleagues: {} is hiring. Talk to your own manager first, then apply here; your profile \
         is not shown to anyone before you agree.</p>",
        escaped(role.department.name),
    )
}

/// What recruiters note on the job itself.
pub(super) fn notes(role: &Role, number: i64) -> Option<String> {
    let note = match role.state {
        State::Draft { .. } => "Waiting for the approval of the salary range.",
        State::Closed { .. } if role.seats.filled > 1 => "All filled; keep the runners-up warm.",
        State::Open { .. } if role.seats.open > 2 => {
            "Several seats: <strong>do not close</strong> with the first hire."
        }
        State::Open { .. } if number % 3 == 1 => "Referrals first, please.",
        State::Open { .. } | State::Closed { .. } => return None,
    };
    Some(format!("<p>{note}</p>"))
}

fn closing(role: &Role) -> String {
    let places: Vec<&str> =
        role.offices.iter().map(|office| office.location.unwrap_or(office.name)).collect();
    let place = match &places[..] {
        ["Remote"] => "This role is remote".to_owned(),
        [place] => format!("This role is based in {place}"),
        [place, "Remote"] => format!("This role is based in {place}, or remote"),
        places => format!("This role can be based in {}", places.join(" or in ")),
    };
    let employment = match role.employment {
        "intern" => "as a paid internship",
        "part-time" => "part-time",
        "contract" => "on a contract of twelve months",
        _ => "full-time",
    };
    format!("{}, {employment}, in our {} team.", escaped(&place), escaped(role.department.name))
}

fn list(sentences: &[&str; 3]) -> String {
    let [first, second, third] = sentences.map(escaped);
    format!("<ul><li>{first}</li><li>{second}</li><li>{third}</li></ul>")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
