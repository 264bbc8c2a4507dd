//! The change log: who did what, when, from where, before and after.

use crate::components::heading::heading;
use crate::dom::View;

pub fn page() -> View {
    heading("Change Log".to_owned()).into()
}
