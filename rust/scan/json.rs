//! JSON (RFC 8259) by cursor: values are validated and passed over, none is built.

use memchr::{memchr, memchr2};

/// Objects and arrays within each other; deeper ones are no log line.
pub const DEEPEST: u32 = 256;

/// Text between quotes, as it stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text<'a> {
    pub raw: &'a [u8],
    /// Whether there is a backslash in it.
    pub escaped: bool,
}

/// A value, as far as anybody asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    Text(Text<'a>),
    Number(&'a [u8]),
    Bool(bool),
    Null,
    /// An object or an array, with its brackets.
    Container(&'a [u8]),
}

/// What kinds of bytes a line has; most have neither, and then need not be asked about them again.
#[derive(Clone, Copy)]
pub struct Bytes {
    pub ascii: bool,
    escapes: bool,
    controls: bool,
}

impl Bytes {
    pub fn of(line: &[u8]) -> Self {
        let (mut high, mut escapes, mut controls) = (0, false, false);
        for chunk in line.chunks(64) {
            // without a way out of it, so that the compiler makes vector instructions of it
            let seen = chunk
                .iter()
                .fold((0, 0, 0), |(high, escapes, controls), byte| {
                    (
                        high | (byte & 0x80),
                        escapes | u8::from(*byte == b'\\'),
                        controls | u8::from(*byte < b' '),
                    )
                });
            high |= seen.0;
            escapes |= seen.1 != 0;
            controls |= seen.2 != 0;
        }
        Self {
            ascii: high == 0,
            escapes,
            controls,
        }
    }
}

pub struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    has: Bytes,
}

impl<'a> Cursor<'a> {
    pub fn new(bytes: &'a [u8], has: Bytes) -> Self {
        Self { bytes, at: 0, has }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek() == Some(byte)).then(|| self.at += 1)
    }

    /// Nothing but blanks is left.
    pub fn end(&mut self) -> Option<()> {
        self.skip_blanks();
        (self.at == self.bytes.len()).then_some(())
    }

    /// Go into an object; `member` is called at each value and must pass over it.
    pub fn object<F>(&mut self, depth: u32, mut member: F) -> Option<()>
    where
        F: FnMut(&mut Self, Text<'a>) -> Option<()>,
    {
        self.skip_blanks();
        self.take(b'{')?;
        if depth > DEEPEST {
            return None;
        }
        self.skip_blanks();
        if self.take(b'}').is_some() {
            return Some(());
        }
        loop {
            self.skip_blanks();
            self.take(b'"')?;
            let key = self.text()?;
            self.skip_blanks();
            self.take(b':')?;
            self.skip_blanks();
            member(self, key)?;
            self.skip_blanks();
            match self.peek()? {
                b',' => self.at += 1,
                b'}' => {
                    self.at += 1;
                    return Some(());
                }
                _ => return None,
            }
        }
    }

    /// Go into an array; `item` is called at each value and must pass over it.
    pub fn array<F>(&mut self, depth: u32, mut item: F) -> Option<()>
    where
        F: FnMut(&mut Self) -> Option<()>,
    {
        self.skip_blanks();
        self.take(b'[')?;
        if depth > DEEPEST {
            return None;
        }
        self.skip_blanks();
        if self.take(b']').is_some() {
            return Some(());
        }
        loop {
            self.skip_blanks();
            item(self)?;
            self.skip_blanks();
            match self.peek()? {
                b',' => self.at += 1,
                b']' => {
                    self.at += 1;
                    return Some(());
                }
                _ => return None,
            }
        }
    }

    pub fn is_object(&self) -> bool {
        self.peek() == Some(b'{')
    }

    /// Pass over a value that lies in containers of this depth, and return it.
    pub fn value(&mut self, depth: u32) -> Option<Value<'a>> {
        let start = self.at;
        match self.peek()? {
            b'"' => {
                self.at += 1;
                self.text().map(Value::Text)
            }
            b'{' => {
                self.object(depth + 1, |cursor, _| cursor.value(depth + 1).map(drop))?;
                Some(Value::Container(&self.bytes[start..self.at]))
            }
            b'[' => {
                self.array(depth + 1, |cursor| cursor.value(depth + 1).map(drop))?;
                Some(Value::Container(&self.bytes[start..self.at]))
            }
            b't' => self.literal(b"true").map(|()| Value::Bool(true)),
            b'f' => self.literal(b"false").map(|()| Value::Bool(false)),
            b'n' => self.literal(b"null").map(|()| Value::Null),
            _ => {
                self.number()?;
                Some(Value::Number(&self.bytes[start..self.at]))
            }
        }
    }

    fn literal(&mut self, word: &[u8]) -> Option<()> {
        self.bytes[self.at..]
            .starts_with(word)
            .then(|| self.at += word.len())
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    fn number(&mut self) -> Option<()> {
        let _ = self.take(b'-');
        if self.take(b'0').is_none() {
            self.digits()?;
        }
        if self.take(b'.').is_some() {
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Some(())
    }

    /// Pass over text, from behind its first quote to behind its last.
    fn text(&mut self) -> Option<Text<'a>> {
        let start = self.at;
        let mut escaped = false;
        if self.has.escapes {
            loop {
                self.at += memchr2(b'"', b'\\', &self.bytes[self.at..])?;
                if self.bytes[self.at] == b'"' {
                    break;
                }
                escaped = true;
                self.escape()?;
            }
        } else {
            self.at += quote(&self.bytes[self.at..])?;
        }
        let raw = &self.bytes[start..self.at];
        self.at += 1;
        if self.has.controls && raw.iter().any(|byte| *byte < b' ') {
            return None;
        }
        Some(Text { raw, escaped })
    }

    fn escape(&mut self) -> Option<()> {
        match self.bytes.get(self.at + 1)? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 2,
            b'u' => {
                let digits = self.bytes.get(self.at + 2..self.at + 6)?;
                digits.iter().all(u8::is_ascii_hexdigit).then_some(())?;
                self.at += 6;
            }
            _ => return None,
        }
        Some(())
    }
}

/// Where the quote is.  Most texts are shorter than a call of `memchr` is worth, so the first bytes
/// are looked at eight at a time.
#[inline]
fn quote(bytes: &[u8]) -> Option<usize> {
    const SHORT: usize = 32;
    const ONES: u64 = 0x0101_0101_0101_0101;
    let mut at = 0;
    while at < SHORT {
        let Some(word) = bytes.get(at..).and_then(<[u8]>::first_chunk) else {
            break;
        };
        // a byte is zero where the quote is; the lowest such byte is found rightly
        let word = u64::from_le_bytes(*word) ^ (ONES * u64::from(b'"'));
        let found = word.wrapping_sub(ONES) & !word & (ONES << 7);
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    memchr(b'"', &bytes[at..]).map(|index| index + at)
}

impl<'a> Text<'a> {
    /// The text itself.  Surrogates that no other joins stay as three bytes each, as in WTF-8.
    #[inline]
    pub fn unescaped<'b>(&self, room: &'b mut Vec<u8>) -> &'b [u8]
    where
        'a: 'b,
    {
        if self.escaped {
            self.unescape(room)
        } else {
            self.raw
        }
    }

    fn unescape<'b>(&self, room: &'b mut Vec<u8>) -> &'b [u8] {
        room.clear();
        let mut rest = self.raw;
        while let Some(index) = memchr(b'\\', rest) {
            room.extend_from_slice(&rest[..index]);
            rest = &rest[index..];
            let plain = match rest[1] {
                b'b' => b'\x08',
                b'f' => b'\x0c',
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'u' => {
                    rest = push_unit(rest, room);
                    continue;
                }
                other => other,
            };
            room.push(plain);
            rest = &rest[2..];
        }
        room.extend_from_slice(rest);
        room
    }
}

/// Write what `\uXXXX` stands for, or two of them, and return what follows.
fn push_unit<'a>(rest: &'a [u8], room: &mut Vec<u8>) -> &'a [u8] {
    let first = unit(rest);
    let rest = &rest[6..];
    if (0xD800..0xDC00).contains(&first) && rest.starts_with(b"\\u") {
        let second = unit(rest);
        if (0xDC00..0xE000).contains(&second) {
            push(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00), room);
            return &rest[6..];
        }
    }
    push(first, room);
    rest
}

fn unit(escape: &[u8]) -> u32 {
    escape[2..6].iter().fold(0, |number, digit| {
        number * 16 + char::from(*digit).to_digit(16).unwrap_or(0)
    })
}

fn push(code: u32, room: &mut Vec<u8>) {
    if let Some(character) = char::from_u32(code) {
        room.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    } else {
        let [_, _, high, low] = code.to_be_bytes();
        room.extend([
            0xE0 | (high >> 4),
            0x80 | ((high & 0x0F) << 2) | (low >> 6),
            0x80 | (low & 0x3F),
        ]);
    }
}
