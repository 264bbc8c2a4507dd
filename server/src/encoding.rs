//! Text as other programs save it: UTF-8 with or without a byte order mark, and UTF-16, as Windows writes
//! it. Everything else is named and refused: what the bytes of a code page mean would be a guess.

use std::borrow::Cow;
use std::io::{self, BufReader, Chain, Cursor, Read};

/// What is said of bytes that are no UTF-8.
pub(crate) const NOT_UTF8: &str =
    "this is not UTF-8 but another encoding, such as Windows-1252: save it as UTF-8";

/// Reads any of these encodings as UTF-8, without the byte order mark.
pub(crate) fn utf8<R: Read>(mut from: R) -> io::Result<impl Read> {
    let mut start = Vec::new();
    from.by_ref().take(4).read_to_end(&mut start)?;
    let (mark, wide) = match start[..] {
        [0xff, 0xfe, 0, 0] | [0, 0, 0xfe, 0xff] | [0, 0, 0, _] | [_, 0, 0, 0] => {
            return Err(invalid("this is UTF-32: save it as UTF-8"));
        }
        [0xef, 0xbb, 0xbf, ..] => (3, None),
        [0xff, 0xfe, ..] => (2, Some(Order::Little)),
        [0xfe, 0xff, ..] => (2, Some(Order::Big)),
        // Without a mark: texts that are read here begin with two characters of ASCII.
        [0, _, ..] => (0, Some(Order::Big)),
        [_, 0, ..] => (0, Some(Order::Little)),
        _ => (0, None),
    };
    let rest = Cursor::new(start.split_off(mark)).chain(from);
    Ok(match wide {
        None => Text::Plain(rest),
        Some(order) => Text::Wide(Utf16 { from: BufReader::new(rest), order, left: Vec::new() }),
    })
}

/// A whole text in any of these encodings.
pub(crate) fn text(bytes: &[u8]) -> Result<Cow<'_, str>, String> {
    if let Ok(text) = std::str::from_utf8(bytes)
        && !text.starts_with('\u{feff}')
        && !text.contains('\0')
    {
        return Ok(text.into());
    }
    let mut text = Vec::new();
    utf8(bytes).and_then(|mut from| from.read_to_end(&mut text)).map_err(|it| it.to_string())?;
    String::from_utf8(text).map(Cow::from).map_err(|_| NOT_UTF8.to_owned())
}

#[derive(Debug, Clone, Copy)]
enum Order {
    Little,
    Big,
}

type Whole<R> = Chain<Cursor<Vec<u8>>, R>;

enum Text<R> {
    Plain(Whole<R>),
    Wide(Utf16<Whole<R>>),
}

impl<R: Read> Read for Text<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(from) => from.read(into),
            Self::Wide(from) => from.read(into),
        }
    }
}

struct Utf16<R> {
    from: BufReader<R>,
    order: Order,
    /// What is left of the character that was read last, backwards.
    left: Vec<u8>,
}

impl<R: Read> Utf16<R> {
    fn unit(&mut self) -> io::Result<Option<u16>> {
        let mut bytes = Vec::with_capacity(2);
        self.from.by_ref().take(2).read_to_end(&mut bytes)?;
        match (bytes[..].try_into(), self.order) {
            (Ok(bytes), Order::Little) => Ok(Some(u16::from_le_bytes(bytes))),
            (Ok(bytes), Order::Big) => Ok(Some(u16::from_be_bytes(bytes))),
            (Err(_), _) if bytes.is_empty() => Ok(None),
            (Err(_), _) => Err(invalid("this UTF-16 ends within a character")),
        }
    }

    fn character(&mut self) -> io::Result<Option<char>> {
        let Some(first) = self.unit()? else { return Ok(None) };
        let second = if matches!(first, 0xd800..=0xdbff) { self.unit()? } else { None };
        let mut read = char::decode_utf16([first].into_iter().chain(second));
        let character = read.next().and_then(Result::ok);
        character.map(Some).ok_or_else(|| invalid("this UTF-16 has half a character"))
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.left.is_empty()
            && let Some(character) = self.character()?
        {
            let mut bytes = [0; 4];
            self.left.extend(character.encode_utf8(&mut bytes).bytes().rev());
        }
        let places = into.iter_mut().map_while(|place| self.left.pop().map(|byte| *place = byte));
        Ok(places.count())
    }
}

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITTEN: &str = "{\"name\": \"Zoë 🦦\"}\r\n";

    fn wide(order: fn(u16) -> [u8; 2], mark: &str) -> Vec<u8> {
        format!("{mark}{WRITTEN}").encode_utf16().flat_map(order).collect()
    }

    #[test]
    fn a_text_is_the_same_in_every_encoding() {
        for bytes in [
            WRITTEN.as_bytes().to_vec(),
            format!("\u{feff}{WRITTEN}").into_bytes(),
            wide(u16::to_le_bytes, "\u{feff}"),
            wide(u16::to_be_bytes, "\u{feff}"),
            wide(u16::to_le_bytes, ""),
            wide(u16::to_be_bytes, ""),
        ] {
            assert_eq!(text(&bytes).expect("text"), WRITTEN);
        }
        assert_eq!(text(b"").expect("text"), "");
        assert_eq!(text(b"x").expect("text"), "x");
    }

    #[test]
    fn what_is_none_of_them_is_named() {
        let utf32: Vec<u8> = WRITTEN.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
        for (bytes, said) in [
            (&b"{\"name\": \"Zo\xeb\"}"[..], "Windows-1252"),
            (&utf32, "UTF-32"),
            (&wide(u16::to_le_bytes, "")[..7], "ends within a character"),
            (b"{\0\x00\xdc", "half a character"),
            (b"{\0\x00\xd8x\0", "half a character"),
        ] {
            let fault = text(bytes).expect_err("a fault");
            assert!(fault.contains(said), "{fault}");
        }
    }
}
