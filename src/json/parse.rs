//! From text to a tree of values.

use super::Unreadable;

/// Deeper than anything of the contract.
const DEPTH: usize = 32;

/// A value of any type.
#[derive(Debug)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Number(u64),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

pub(super) fn parse(text: &str) -> Result<Json, Unreadable> {
    let mut parser = Parser { text, at: 0 };
    let value = parser.value(DEPTH)?;
    parser.space();
    if parser.at == text.len() { Ok(value) } else { Err(Unreadable) }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Steps over this, if it is next.
    fn take(&mut self, expected: u8) -> bool {
        self.space();
        let there = self.peek() == Some(expected);
        self.at += usize::from(there);
        there
    }

    fn need(&mut self, expected: u8) -> Result<(), Unreadable> {
        if self.take(expected) { Ok(()) } else { Err(Unreadable) }
    }

    fn value(&mut self, depth: usize) -> Result<Json, Unreadable> {
        let inside = depth.checked_sub(1).ok_or(Unreadable)?;
        self.space();
        match self.peek().ok_or(Unreadable)? {
            b'{' => self.object(inside),
            b'[' => self.list(inside),
            b'"' => self.string().map(Json::Text),
            b'0'..=b'9' => self.number(),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Result<Json, Unreadable> {
        let words =
            [("null", Json::Null), ("true", Json::Bool(true)), ("false", Json::Bool(false))];
        let rest = self.text.get(self.at..).unwrap_or_default();
        let (word, value) =
            words.into_iter().find(|(word, _)| rest.starts_with(word)).ok_or(Unreadable)?;
        self.at += word.len();
        Ok(value)
    }

    fn object(&mut self, depth: usize) -> Result<Json, Unreadable> {
        let mut fields = Vec::new();
        self.need(b'{')?;
        if self.take(b'}') {
            return Ok(Json::Object(fields));
        }
        loop {
            self.space();
            let name = self.string()?;
            self.need(b':')?;
            fields.push((name, self.value(depth)?));
            if !self.take(b',') {
                self.need(b'}')?;
                return Ok(Json::Object(fields));
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Json, Unreadable> {
        let mut items = Vec::new();
        self.need(b'[')?;
        if self.take(b']') {
            return Ok(Json::List(items));
        }
        loop {
            items.push(self.value(depth)?);
            if !self.take(b',') {
                self.need(b']')?;
                return Ok(Json::List(items));
            }
        }
    }

    /// A whole number. The contract has no others, and a fraction would be followed by what is not JSON.
    fn number(&mut self) -> Result<Json, Unreadable> {
        let mut number = 0_u64;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            let shifted = number.checked_mul(10).ok_or(Unreadable)?;
            number = shifted.checked_add(u64::from(digit - b'0')).ok_or(Unreadable)?;
            self.at += 1;
        }
        Ok(Json::Number(number))
    }

    fn string(&mut self) -> Result<String, Unreadable> {
        self.need(b'"')?;
        let mut string = String::new();
        loop {
            // Both ends are ASCII, so what lies between is whole characters.
            let rest = self.text.get(self.at..).ok_or(Unreadable)?;
            let end = rest.find(['"', '\\']).ok_or(Unreadable)?;
            string.push_str(&rest[..end]);
            self.at += end + 1;
            if rest.as_bytes()[end] == b'"' {
                return Ok(string);
            }
            string.push(self.escaped()?);
        }
    }

    fn escaped(&mut self) -> Result<char, Unreadable> {
        let kind = self.peek().ok_or(Unreadable)?;
        self.at += 1;
        Ok(match kind {
            b'"' | b'\\' | b'/' => char::from(kind),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.unit()?;
                let code = if (0xd800..0xdc00).contains(&first) {
                    self.text
                        .get(self.at..self.at + 2)
                        .filter(|u| *u == "\\u")
                        .ok_or(Unreadable)?;
                    self.at += 2;
                    let low = self.unit()?.checked_sub(0xdc00).filter(|low| *low < 0x400);
                    0x10000 + ((first - 0xd800) << 10) + low.ok_or(Unreadable)?
                } else {
                    first
                };
                char::from_u32(code).ok_or(Unreadable)?
            }
            _ => return Err(Unreadable),
        })
    }

    /// The four digits behind `\u`.
    fn unit(&mut self) -> Result<u32, Unreadable> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4).ok_or(Unreadable)?;
        self.at += 4;
        let digit = |&digit: &u8| char::from(digit).to_digit(16).ok_or(Unreadable);
        digits.iter().try_fold(0, |unit, one| Ok(unit << 4 | digit(one)?))
    }
}
