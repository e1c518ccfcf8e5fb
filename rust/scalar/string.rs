//! Text to a JSON string that no line splitter and no terminal can misread.

use super::Written;

/// What to do at a byte: nothing, escape it, or look at the bytes behind it.
#[derive(Clone, Copy, PartialEq)]
enum Class {
    Clean,
    /// JSON's own: the quote, the backslash, C0; and DEL.
    Escaped,
    /// `C2`: U+0080 to U+00BF; the first half are the C1 controls.
    MaybeC1,
    /// `E2`: U+2000 to U+2FFF; two of them end a line in Unicode.
    MaybeLineEnd,
    /// `ED`: U+D000 to U+DFFF; in WTF-8 the second half are lone surrogates.
    MaybeSurrogate,
}

const CLASSES: [Class; 256] = {
    let mut table = [Class::Clean; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = Class::Escaped;
        byte += 1;
    }
    table[b'"' as usize] = Class::Escaped;
    table[b'\\' as usize] = Class::Escaped;
    table[0x7f] = Class::Escaped;
    table[0xc2] = Class::MaybeC1;
    table[0xe2] = Class::MaybeLineEnd;
    table[0xed] = Class::MaybeSurrogate;
    table
};

const HEX: &[u8; 16] = b"0123456789abcdef";
/// The longest escape: `\\udXXX`.
const LONGEST: usize = 7;

/// Appends `text` as a JSON string, quotes included.
pub fn encode(out: &mut Vec<u8>, text: &str) -> Written {
    encode_wtf8(out, text.as_bytes())
}

/// The same for WTF-8: UTF-8 that may hold lone surrogates in three bytes each, which become the
/// visible text `\udXXX` (strict parsers refuse the escape itself).
pub fn encode_wtf8(out: &mut Vec<u8>, text: &[u8]) -> Written {
    out.try_reserve(text.len() + 2 + WORD)?;
    out.push(b'"');
    let mut rest = text;
    while !copy_clean(out, &mut rest) {
        out.try_reserve(rest.len() + LONGEST + 1 + WORD)?;
        rest = &rest[escape(out, rest)..];
    }
    out.push(b'"');
    Ok(())
}

/// Copies from the start of `rest` what needs no second look; true where that was all of it.
///
/// Words are looked at and copied in one go: most texts are short, and a call to copy a few bytes
/// costs more than the bytes.
fn copy_clean(out: &mut Vec<u8>, rest: &mut &[u8]) -> bool {
    while let Some((word, behind)) = rest.split_first_chunk::<WORD>() {
        if !is_clean_word(u64::from_le_bytes(*word)) {
            break;
        }
        out.extend_from_slice(word);
        *rest = behind;
    }
    if rest.len() < WORD {
        let word = short_word(rest);
        if is_clean_word(word) {
            let end = out.len() + rest.len();
            out.extend_from_slice(&word.to_le_bytes());
            out.truncate(end);
            *rest = &[];
            return true;
        }
    }
    let clean = rest
        .iter()
        .position(|&byte| CLASSES[byte as usize] != Class::Clean);
    let (copied, behind) = rest.split_at(clean.unwrap_or(rest.len()));
    out.extend_from_slice(copied);
    *rest = behind;
    behind.is_empty()
}

const WORD: usize = 8;
const LOW: u64 = u64::MAX / 0xff; // 01 in each byte
const HIGH: u64 = LOW << 7; // 80 in each byte
const BLANKS: u64 = LOW * 0x20;

/// Fewer than eight bytes as the low ones of a word, blanks above them.
fn short_word(text: &[u8]) -> u64 {
    let length = text.len() % WORD;
    let word = match (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        // what both halves hold is the same in both
        (Some(first), Some(last)) => {
            u64::from(u32::from_le_bytes(*first))
                | u64::from(u32::from_le_bytes(*last)) << (8 * (length - 4))
        }
        _ => text
            .iter()
            .rev()
            .fold(0, |word, &byte| word << 8 | u64::from(byte)),
    };
    word | BLANKS << (8 * length)
}

/// Whether eight bytes are ASCII with nothing to escape, by arithmetic on all of them at once.
///
/// For bytes below 80, `byte - n` borrows from its high bit exactly where `byte < n`, and
/// `(byte ^ c) - 1` exactly where `byte == c`.  A borrow may spill into the next byte, but only where
/// there is one to report already.
fn is_clean_word(word: u64) -> bool {
    let control = word.wrapping_sub(LOW * 0x20);
    let quote = (word ^ (LOW * 0x22)).wrapping_sub(LOW);
    let backslash = (word ^ (LOW * 0x5c)).wrapping_sub(LOW);
    let delete = (word ^ (LOW * 0x7f)).wrapping_sub(LOW);
    (word | control | quote | backslash | delete) & HIGH == 0
}

/// Writes what stands at the start of `rest`, escaped if it has to be; returns its length in bytes.
fn escape(out: &mut Vec<u8>, rest: &[u8]) -> usize {
    match (CLASSES[rest[0] as usize], rest) {
        (Class::Escaped, &[byte, ..]) => {
            escape_ascii(out, byte);
            1
        }
        (Class::MaybeC1, &[_, second @ 0x80..=0x9f, ..]) => {
            unicode(out, b"\\u", u16::from(second));
            2
        }
        (Class::MaybeLineEnd, &[_, 0x80, third @ (0xa8 | 0xa9), ..]) => {
            unicode(out, b"\\u", 0x2000 | u16::from(third & 0x3f));
            3
        }
        (Class::MaybeSurrogate, &[_, second @ 0xa0..=0xbf, third, ..]) => {
            let code = 0xd000 | u16::from(second & 0x3f) << 6 | u16::from(third & 0x3f);
            unicode(out, b"\\\\u", code);
            3
        }
        (_, &[byte, ..]) => {
            out.push(byte);
            1
        }
        (_, []) => 0,
    }
}

fn escape_ascii(out: &mut Vec<u8>, byte: u8) {
    match byte {
        b'"' => out.extend_from_slice(b"\\\""),
        b'\\' => out.extend_from_slice(b"\\\\"),
        b'\n' => out.extend_from_slice(b"\\n"),
        b'\r' => out.extend_from_slice(b"\\r"),
        b'\t' => out.extend_from_slice(b"\\t"),
        0x08 => out.extend_from_slice(b"\\b"),
        0x0c => out.extend_from_slice(b"\\f"),
        _ => unicode(out, b"\\u", u16::from(byte)),
    }
}

fn unicode(out: &mut Vec<u8>, slash: &[u8], code: u16) {
    out.extend_from_slice(slash);
    for shift in [12, 8, 4, 0] {
        out.push(HEX[usize::from(code >> shift & 0xf)]);
    }
}
