//! `Users`: who uses the console, and what they may do.

use crate::components::heading::heading;
use crate::dom::View;

pub mod edit;

pub fn page() -> View {
    heading("Users".to_owned()).into()
}
