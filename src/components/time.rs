//! Times as people say them, in the words of `Intl`.

use js_sys::{Array, Date, Intl, Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::dom::{El, el};
use crate::times;

/// "3 hours ago", with the exact time on hover.
pub fn ago(time: &str) -> El {
    let date = Date::new(&time.into());
    let (value, unit) = times::relative((date.get_time() - Date::now()) / 1_000.0);
    let options = options(&[("numeric", "auto")]);
    let words: String =
        Intl::RelativeTimeFormat::new(&locales(), &options).format(value, unit).into();
    el("time").attr("datetime", time).attr("title", &exact(time)).text(&words)
}

/// "22 November 2026 at 01:15:07 UTC".
pub fn exact(time: &str) -> String {
    let options = options(&[("dateStyle", "long"), ("timeStyle", "long")]);
    let format = Intl::DateTimeFormat::new(&locales(), &options).format();
    let text = format.call1(&JsValue::NULL, &Date::new(&time.into()));
    text.ok().and_then(|text| text.as_string()).unwrap_or_else(|| time.to_owned())
}

/// The moment a day begins where this browser is, RFC 3339. A day past the end of its month is one of the
/// next.
pub fn start_of(year: u32, month: i32, day: i32) -> String {
    Date::new_with_year_month_day(year, month - 1, day).to_iso_string().into()
}

/// The page is in English; which English the browser decides.
fn locales() -> Array {
    let own = window().navigator().language().filter(|language| language.starts_with("en"));
    Array::of1(&own.as_deref().unwrap_or("en-GB").into())
}

fn options(pairs: &[(&str, &str)]) -> Object {
    let options = Object::new();
    for (name, value) in pairs {
        let _ = Reflect::set(&options, &(*name).into(), &(*value).into());
    }
    options
}
