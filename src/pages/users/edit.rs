//! The page of one user: who they are, what they may do, and what can be done to their account.

use crate::components::heading::heading;
use crate::dom::View;

pub fn page(_id: String) -> View {
    heading("User".to_owned()).into()
}
