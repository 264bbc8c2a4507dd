//! The person's own account: name, password, where they are signed in.

use crate::components::heading::heading;
use crate::dom::View;

pub fn page() -> View {
    heading("Your account".to_owned()).into()
}
