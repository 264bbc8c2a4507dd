//! An address that leads nowhere.

use leptos::prelude::*;

use crate::components::heading::heading;
use crate::routes;

pub fn page() -> AnyView {
    view! {
        {heading("Page not found".to_owned())}
        <p>"There is no screen at this address. It may have been typed or copied incompletely."</p>
        <p>
            <a class="button primary" href=routes::HOME>
                "Go to the Dev Center"
            </a>
        </p>
    }
    .into_any()
}
