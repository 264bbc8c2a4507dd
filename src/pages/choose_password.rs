//! The address of a password link, where a person chooses their password.

use crate::components::announcer::announcer;
use crate::components::heading::heading;
use crate::dom::{View, el};

pub fn page() -> View {
    let main = el("main").class("sign-in").child(heading("Choose a password".to_owned()));
    View::from(main).and(announcer())
}
