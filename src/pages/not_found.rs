//! An address that leads nowhere.

use crate::components::heading::heading;
use crate::dom::{View, el};
use crate::routes;

pub fn page() -> View {
    let text = "There is no screen at this address. It may have been typed or copied incompletely.";
    let home = el("a").class("button primary").attr("href", routes::HOME);
    View::from(heading("Page not found".to_owned()))
        .and(el("p").text(text))
        .and(el("p").child(home.text("Go to the start")))
}
