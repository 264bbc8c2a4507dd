//! Query strings, written and read: the part of an address after the question mark.
//!
//! No browser in here: tested natively.

/// `name=value` pairs as a query string with its question mark; pairs without a value are left out, and
/// nothing but such pairs is no query at all.
pub fn write(pairs: &[(&str, &str)]) -> String {
    let mut query = String::new();
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        query.push(if query.is_empty() { '?' } else { '&' });
        query.push_str(name);
        query.push('=');
        for byte in value.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' | b'.' | b'/' => {
                    query.push(char::from(byte));
                }
                _ => {
                    query.push('%');
                    for nibble in [byte >> 4, byte & 0xf] {
                        query.push(char::from(b"0123456789ABCDEF"[usize::from(nibble)]));
                    }
                }
            }
        }
    }
    query
}

/// The value of a name, decoded; `None` when it is absent or empty.
pub fn read(query: &str, name: &str) -> Option<String> {
    let pairs = query.trim_start_matches('?').split('&');
    let (_, value) = pairs.filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name)?;
    Some(decode(value)).filter(|value| !value.is_empty())
}

/// Undoes percent-encoding. What is not well encoded stays as it was typed.
pub fn decode(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        let encoded = match (first, tail) {
            (b'%', [high, low, after @ ..]) => hex(*high).zip(hex(*low)).map(|pair| (pair, after)),
            _ => None,
        };
        if let Some(((high, low), after)) = encoded {
            bytes.push(high << 4 | low);
            rest = after;
        } else {
            bytes.push(if *first == b'+' { b' ' } else { *first });
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| value.to_owned())
}

fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for value in ["JobTarget", "a b&c=d", "50 %", "Zoë’s key?", "x/y#z", "1+1"] {
            let query = write(&[("status", "active"), ("q", value)]);
            assert_eq!(read(&query, "q").as_deref(), Some(value), "{query}");
        }
    }

    #[test]
    fn empty_values_leave_no_trace() {
        assert_eq!(write(&[("q", ""), ("status", "")]), "");
        assert_eq!(write(&[("q", ""), ("status", "active")]), "?status=active");
        assert_eq!(read("?q=&status=active", "q"), None);
        assert_eq!(read("", "q"), None);
    }

    #[test]
    fn a_hand_typed_query_is_read_as_well_as_it_can_be() {
        assert_eq!(read("q=a+b", "q").as_deref(), Some("a b"));
        assert_eq!(read("q=100%", "q").as_deref(), Some("100%"));
        assert_eq!(read("q=%zz", "q").as_deref(), Some("%zz"));
    }
}
