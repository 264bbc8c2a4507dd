//! The character U+0000: PostgreSQL keeps it in no text, so none that a client sends may have it.

use serde::Serialize;
use serde_json::Value;

use crate::harvest::shapes::render;

/// Refuses a thing with the character U+0000 in a text: PostgreSQL has no room for it.
pub(crate) fn has_no_null(thing: &impl Serialize) -> Result<(), String> {
    // This is how JSON has to write it. What only looks like it, `\\u0000`, is told apart by reading.
    let text = render(thing);
    if !text.contains(r"\u0000") {
        return Ok(());
    }
    let place = serde_json::from_str(&text).ok().and_then(|value| place_of_null(&value));
    place.map_or(Ok(()), |place| {
        let place = place.trim_start_matches('.');
        Err(format!("`{place}` has the character U+0000, which no text may have"))
    })
}

fn place_of_null(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => text.contains('\0').then(String::new),
        Value::Array(values) => {
            let mut values = values.iter().enumerate();
            values.find_map(|(at, value)| Some(format!("[{at}]{}", place_of_null(value)?)))
        }
        Value::Object(members) => members.iter().find_map(|(name, value)| {
            let rest = if name.contains('\0') { String::new() } else { place_of_null(value)? };
            Some(format!(".{}{rest}", name.escape_debug()))
        }),
        _ => None,
    }
}

/// Whether it stands in an address, where it is written like this.
pub(crate) fn is_in_address(address: &axum::http::Uri) -> bool {
    address.path_and_query().is_some_and(|address| address.as_str().contains("%00"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_character_that_cannot_be_kept_is_found_wherever_it_stands() {
        for (thing, place) in [
            (json!({ "name": "a\0b" }), "`name`"),
            (json!({ "openings": [{}, { "opening_id": "\0" }] }), "`openings[1].opening_id`"),
            (json!({ "custom_fields": { "a\0": 1 } }), "`custom_fields.a\\0`"),
        ] {
            let fault = has_no_null(&thing).expect_err("a fault");
            assert!(fault.starts_with(place), "{fault}");
        }
        assert_eq!(has_no_null(&json!({ "name": r"a \u0000 that is spelt out" })), Ok(()));
    }
}
