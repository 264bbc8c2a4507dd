//! `Change Log`: who did what, when, from where, before and after.

use api::credentials::ApiType;
use api::session::Session;

use crate::components::heading::heading;
use crate::dom::{View, el};
use crate::location::Navigator;
use crate::session::Account;

mod controls;
mod filter;
mod list;

pub fn page() -> View {
    let navigator = Navigator::expect();
    let filter = filter::Shown(navigator.query());
    let sees =
        Account::expect().session().map(|session| el("p").class("secondary").text(sees(&session)));
    let title = el("div").child(heading("Change Log".to_owned())).child(sees);
    let head = el("div").class("page-head").child(title).child(controls::export(filter));
    View::from(head).and(controls::filters(navigator, filter)).and(list::list(filter))
}

/// How much of the log this person is shown.
fn sees(session: &Session) -> &'static str {
    if session.may_edit_users() {
        return "You see everything that was done, by anyone.";
    }
    match session.api_types() {
        [] => "You see what you did yourself.",
        [ApiType::JobBoard] => {
            "You see what was done with Job Board credentials and job boards, and what you did yourself."
        }
        _ => {
            "You see what was done with API credentials and job boards, and what you did yourself."
        }
    }
}

#[cfg(test)]
mod tests {
    use api::users::{DeveloperPermission, Level, Person};

    use super::*;

    #[test]
    fn everybody_is_told_what_they_do_not_see() {
        use DeveloperPermission::{
            EditAdvancedPermissions as Edit, ManageAllApiCredentials as All,
            ManageJobBoardApiCredentials as Board,
        };
        let said = |level, permissions: &[DeveloperPermission]| {
            sees(&Session {
                user: Person { user_id: String::new(), name: String::new(), email: String::new() },
                level,
                developer_permissions: permissions.into(),
                can_grant: Vec::new(),
            })
        };
        assert!(said(Level::SiteAdmin, &[Edit]).contains("everything"));
        assert!(said(Level::SiteAdmin, &[All]).contains("with API credentials"));
        assert!(said(Level::Basic, &[All, Board]).contains("with API credentials"));
        assert!(said(Level::JobAdmin, &[Board]).contains("Job Board credentials"));
        assert_eq!(said(Level::SiteAdmin, &[]), "You see what you did yourself.");
    }
}
