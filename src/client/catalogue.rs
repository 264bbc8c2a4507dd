//! `/api/catalogue`: permissions and partners. They change with the service only, so one answer serves
//! for as long as the page lives.

use std::cell::OnceCell;
use std::sync::Arc;

use api::catalogue::Catalogue;
use api::paths;
use gloo_net::http::Method;

use super::Call;
use crate::error::Error;

thread_local! {
    static CATALOGUE: OnceCell<Arc<Catalogue>> = const { OnceCell::new() };
}

pub async fn read() -> Result<Arc<Catalogue>, Error> {
    if CATALOGUE.with(|known| known.get().is_some()) {
        return Ok(known());
    }
    let catalogue: Catalogue = Call::new(Method::GET, paths::CATALOGUE).read().await?;
    Ok(CATALOGUE.with(|known| known.get_or_init(|| Arc::new(catalogue)).clone()))
}

/// The catalogue once it was read; until then one with nothing in it.
pub fn known() -> Arc<Catalogue> {
    let nothing = || Catalogue { version: 0, permissions: Vec::new(), partners: Vec::new() };
    CATALOGUE.with(|known| known.get().cloned()).unwrap_or_else(|| Arc::new(nothing()))
}
