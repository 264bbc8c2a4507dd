//! Headers that are lists, read part by part and as bytes: a part that nobody can read is lost alone, and
//! takes no other part with it.

use axum::http::{HeaderMap, HeaderName};

/// The parts between commas, over all lines of the header, trimmed; none of them is empty.
pub(crate) fn parts<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
) -> impl DoubleEndedIterator<Item = &'a [u8]> + use<'a> {
    split(headers, name, b',')
}

/// The parts between `;`, as in `Cookie`.
pub(crate) fn pairs<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
) -> impl Iterator<Item = (&'a [u8], &'a [u8])> + use<'a> {
    split(headers, name, b';').filter_map(|part| {
        let at = part.iter().position(|&byte| byte == b'=')?;
        Some((part[..at].trim_ascii(), part[at + 1..].trim_ascii()))
    })
}

fn split<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
    sign: u8,
) -> impl DoubleEndedIterator<Item = &'a [u8]> + use<'a> {
    let lines = headers.get_all(name).iter();
    let parts = lines.flat_map(move |line| line.as_bytes().split(move |&byte| byte == sign));
    parts.map(<[u8]>::trim_ascii).filter(|part| !part.is_empty())
}

/// The entity tags of `If-Match` and `If-None-Match`, with their quotes and without `W/`; and `*`.
pub(crate) fn tags<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
) -> impl Iterator<Item = &'a [u8]> + use<'a> {
    headers.get_all(name).iter().flat_map(|line| {
        let mut rest = line.as_bytes();
        std::iter::from_fn(move || {
            let start = rest.iter().position(|byte| !b" \t,".contains(byte))?;
            rest = &rest[start..];
            rest = rest.strip_prefix(b"W/").or_else(|| rest.strip_prefix(b"w/")).unwrap_or(rest);
            let quoted = rest.strip_prefix(b"\"");
            let closing = quoted.and_then(|inside| inside.iter().position(|&byte| byte == b'"'));
            let comma = rest.iter().position(|&byte| byte == b',').unwrap_or(rest.len());
            // A comma can stand in a tag; without its end it is no tag, and ends at the comma.
            let (tag, after) = rest.split_at(closing.map_or(comma, |at| at + 2));
            rest = after;
            Some(tag.trim_ascii())
        })
    })
}

/// Whether a list of entity tags has this one, weak or not, or `*`.
pub(crate) fn has_tag(headers: &HeaderMap, name: &HeaderName, tag: &str) -> bool {
    tags(headers, name).any(|held| held == b"*" || held == tag.as_bytes())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderValue, header};
    use proptest::prelude::*;

    use super::*;

    fn lines(name: &HeaderName, lines: &[&[u8]]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(name, HeaderValue::from_bytes(line).unwrap());
        }
        headers
    }

    #[test]
    fn an_entity_tag_is_found_beside_any_other() {
        for (line, found) in [
            (&b"\"1\""[..], true),
            (b"W/\"1\"", true),
            (b"\"0\", W/\"1\" ,\"2\"", true),
            (b"\"a,b\",\"1\"", true),
            (b"\"\xfc\", \"1\"", true),
            (b"\"not closed, \"1\"", false),
            (b"not quoted, \"1\"", true),
            (b"*", true),
            (b"\"a,*,b\"", false),
            (b"\"11\"", false),
            (b"1", false),
            (b"W/", false),
            (b"\"", false),
            (b", ,", false),
        ] {
            let headers = lines(&header::IF_NONE_MATCH, &[line]);
            let shown = String::from_utf8_lossy(line);
            assert_eq!(has_tag(&headers, &header::IF_NONE_MATCH, "\"1\""), found, "{shown}");
        }
    }

    proptest! {
        /// Each part by itself, or all of them on one line: it is the same list.
        #[test]
        fn a_list_is_the_sum_of_its_parts(
            parts_of in prop::collection::vec("[ -+\\--~\u{a0}-\u{ff}]{0,8}", 0..6),
        ) {
            let bytes: Vec<Vec<u8>> = parts_of.iter().map(|part| part.as_bytes().to_vec()).collect();
            let slices: Vec<&[u8]> = bytes.iter().map(Vec::as_slice).collect();
            let apart = lines(&header::ACCEPT_ENCODING, &slices);
            let joined = bytes.join(&b","[..]);
            let together = lines(&header::ACCEPT_ENCODING, &[&joined]);
            let read = |headers: &HeaderMap| -> Vec<Vec<u8>> {
                parts(headers, &header::ACCEPT_ENCODING).map(<[u8]>::to_vec).collect()
            };
            prop_assert_eq!(read(&apart), read(&together));
            let expected: Vec<Vec<u8>> = bytes.iter().map(|part| part.trim_ascii().to_vec()).collect();
            prop_assert_eq!(read(&apart), expected.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>());
        }
    }
}
