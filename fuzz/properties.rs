//! What must be true of any input, for libFuzzer (`make fuzz`) and for `cargo test`.
#![allow(dead_code)] // each target takes one of these

#[path = "../rust/scalar/mod.rs"]
mod scalar;
#[path = "../rust/scan/mod.rs"]
mod scan;

use scalar::timestamp::{Digits, Form};
use scalar::{OutOfMemory, id as ids, number as numbers, string as strings, timestamp as times};
use scan::json::{Bytes, Cursor};
use scan::table::{LEVEL, LOGGER, Row, SERVICE, TIME, TRACE_ID, Table};
use scan::traces::Traces;
use scan::{Scan, time};

/// Any text becomes a JSON string that reads back as that text, with no byte that ends a line or drives
/// a terminal.  Lone surrogates, as WTF-8 has them, become visible.
pub fn string(data: &[u8]) {
    let (mut wtf8, mut expected) = (Vec::new(), String::new());
    let units = data.chunks(2).map(|pair| match *pair {
        [low, high] => u16::from_le_bytes([low, high]),
        [low, ..] => u16::from(low),
        [] => 0,
    });
    for character in char::decode_utf16(units) {
        match character {
            Ok(character) => {
                let mut room = [0; 4];
                wtf8.extend_from_slice(character.encode_utf8(&mut room).as_bytes());
                expected.push(character);
            }
            Err(lone) => {
                let code = lone.unpaired_surrogate();
                let six = |shift: u16| 0x80 | u8::try_from(code >> shift & 0x3f).unwrap_or(0);
                wtf8.extend_from_slice(&[0xed, six(6), six(0)]);
                expected.extend(format!("\\u{code:04x}").chars());
            }
        }
    }
    check_string(&wtf8, &expected);
    let text = String::from_utf8_lossy(data);
    check_string(text.as_bytes(), &text);
}

fn check_string(wtf8: &[u8], expected: &str) {
    let mut out = Vec::new();
    strings::encode_wtf8(&mut out, wtf8).expect("memory");
    let written = std::str::from_utf8(&out).expect("UTF-8");
    let unsafe_in_a_line =
        |character: char| character.is_control() || matches!(character, '\u{2028}' | '\u{2029}');
    assert!(!written.contains(unsafe_in_a_line), "{written:?}");
    let read: String = serde_json::from_str(written).expect("JSON");
    assert_eq!(read, expected);
}

fn eight(data: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    let taken = data.len().min(8);
    bytes[..taken].copy_from_slice(&data[..taken]);
    u64::from_le_bytes(bytes)
}

fn text_of(write: impl FnOnce(&mut Vec<u8>) -> scalar::Written) -> String {
    let mut out = Vec::new();
    write(&mut out).expect("memory");
    String::from_utf8(out).expect("UTF-8")
}

/// Integers are their digits; doubles read back as the same double, in as few digits as Rust's own.
pub fn number(data: &[u8]) {
    let bits = eight(data);
    assert_eq!(
        text_of(|out| numbers::encode_u64(out, bits)),
        bits.to_string()
    );
    let signed = i64::from_ne_bytes(bits.to_ne_bytes());
    assert_eq!(
        text_of(|out| numbers::encode_i64(out, signed)),
        signed.to_string()
    );
    let value = f64::from_bits(bits);
    let written = text_of(|out| numbers::encode_f64(out, value));
    if !value.is_finite() {
        assert!(["\"NaN\"", "\"Infinity\"", "\"-Infinity\""].contains(&written.as_str()));
        return;
    }
    assert_eq!(
        written.parse::<f64>().expect("a number").to_bits(),
        bits,
        "{written}"
    );
    serde_json::from_str::<serde_json::Number>(&written).expect("JSON");
    let digits = |text: &str| {
        let mantissa = text.split('e').next().unwrap_or("").replace(['-', '.'], "");
        mantissa.trim_matches('0').len()
    };
    // as many, and not the same: where two are as near, Python takes the even one
    assert_eq!(digits(&written), digits(&format!("{value:e}")), "{written}");
}

/// A time is written in the right form, and what is written reads back as that time.
pub fn timestamp(data: &[u8]) {
    let seconds = f64::from_bits(eight(data));
    let Some(total) = times::microseconds(seconds) else {
        assert!(
            !(-62_135_596_800.0..253_402_300_799.9).contains(&seconds),
            "{seconds}"
        );
        return;
    };
    let offset = i64::from(data.get(8).copied().unwrap_or(0)) * 15 - 1440;
    let written =
        |form| text_of(|out| times::encode::<OutOfMemory>(out, total, form, |_| Ok(offset)));
    for (digits, unit, length) in [
        (Digits::Three, 1000, 26),
        (Digits::Six, 1, 29),
        (Digits::Nine, 1, 32),
    ] {
        let utc = written(Form::Utc(digits));
        assert_eq!(utc.len(), length, "{utc}");
        let whole = total.div_euclid(unit) * unit;
        assert_eq!(
            time::parse_text(utc.trim_matches('"').as_bytes()),
            Some(whole),
            "{utc}"
        );
        let local = written(Form::Local(digits));
        assert_eq!(
            time::parse_text(local.trim_matches('"').as_bytes()),
            Some(whole),
            "{local}"
        );
    }
    assert_eq!(written(Form::EpochUs), total.to_string());
    assert_eq!(written(Form::EpochMs), total.div_euclid(1000).to_string());
    assert_eq!(
        written(Form::EpochNs),
        (i128::from(total) * 1000).to_string()
    );
    let (sign, magnitude) = (if total < 0 { "-" } else { "" }, total.unsigned_abs());
    let (whole, part) = (magnitude / 1_000_000, magnitude % 1_000_000);
    assert_eq!(written(Form::Epoch), format!("{sign}{whole}.{part:06}"));
}

/// Ids are hex digits of fixed width, and each backend's form of them says the same number.
pub fn id(data: &[u8]) {
    let high = eight(data);
    let low = eight(data.get(8..).unwrap_or(&[]));
    let flags = data.get(16).copied().unwrap_or(0);
    let trace = u128::from(high) << 64 | u128::from(low);
    let (trace_id, span_id) = (ids::trace_id(trace), ids::span_id(low));
    assert_eq!(trace_id, *format!("\"{trace:032x}\"").as_bytes());
    assert_eq!(span_id, *format!("\"{low:016x}\"").as_bytes());
    assert_eq!(
        ids::trace_flags(flags),
        *format!("\"{flags:02x}\"").as_bytes()
    );
    assert_eq!(
        text_of(|out| ids::decimal(out, &span_id)),
        format!("\"{low}\"")
    );
    let datadog = text_of(|out| ids::datadog(out, &trace_id));
    if high == 0 {
        assert_eq!(datadog, format!("\"{low}\""));
    } else {
        assert_eq!(datadog, format!("\"{trace:032x}\""));
    }
    let xray = text_of(|out| ids::xray(out, &trace_id));
    let digits = format!("{trace:032x}");
    assert_eq!(xray, format!("\"1-{}-{}\"", &digits[..8], &digits[8..]));
    let number = text_of(|out| ids::number(out, ids::trace_flags(flags)));
    assert_eq!(number, flags.to_string());
    let sampled = ids::sampled(ids::trace_flags(flags)) == b"true";
    assert_eq!(sampled, flags & 1 == 1);
}

/// The scan takes as JSON what `serde_json` takes, but for what is said here.
pub fn json(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return; // a line that is no UTF-8 is refused before
    };
    let trimmed = text.trim_matches([' ', '\t', '\r', '\n']).as_bytes();
    let mut cursor = Cursor::new(trimmed, Bytes::of(trimmed));
    let ours = cursor.value(1).is_some() && cursor.end().is_some();
    match serde_json::from_slice::<serde_json::Value>(trimmed) {
        Ok(_) => assert!(ours, "{text:?} is JSON"),
        Err(error) => {
            let said = error.to_string();
            // it reads less deep, and the grammar allows lone surrogates and any exponent
            let stricter = ["recursion limit", "surrogate", "hex escape", "out of range"];
            assert!(
                !ours || stricter.iter().any(|why| said.contains(why)),
                "{text:?}: {said}"
            );
        }
    }
}

/// Files give the same counts in whatever pieces they come, and each line is counted once.
pub fn scan(data: &[u8]) {
    let Some((&size, file)) = data.split_first() else {
        return;
    };
    let (whole, pieces) = (counted([file]), counted(file.chunks(usize::from(size) + 1)));
    assert_eq!(whole, pieces);
}

type Counts = ([u64; scan::id::KINDS], u64, Option<(i64, i64)>);

fn counted<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Counts {
    let row = |member, key: &str| Row {
        member,
        key: key.as_bytes().to_vec(),
        path: key
            .split('.')
            .map(|part| part.as_bytes().to_vec())
            .collect(),
        decimal: false,
    };
    let rows = [
        row(TIME, "timestamp"),
        row(LEVEL, "level"),
        row(LOGGER, "logger"),
        row(SERVICE, "service.name"),
        row(TRACE_ID, "trace_id"),
        row(TRACE_ID, "trace.id"),
    ];
    let mut scan = Scan::new(Table::new(&rows), true, Traces::new(Some(60_000_000), 0));
    for piece in pieces {
        scan.feed(piece);
    }
    scan.end_file();
    (scan.counts, scan.broken, scan.span)
}

#[cfg(test)]
mod tests {
    const ROUNDS: usize = 4000;

    /// Bytes that look like what they are to look like, often enough.
    fn inputs(pieces: &[&[u8]]) -> impl Iterator<Item = Vec<u8>> {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        let pieces: Vec<Vec<u8>> = pieces.iter().map(|piece| piece.to_vec()).collect();
        (0..ROUNDS).map(move |_| {
            let mut input = Vec::new();
            for _ in 0..next() % 20 {
                let (choice, bytes) = (next() % 3, next().to_le_bytes());
                match pieces.get(usize::try_from(next()).unwrap_or(0) % (pieces.len() + 1)) {
                    Some(piece) if choice > 0 => input.extend_from_slice(piece),
                    _ => input.extend_from_slice(&bytes[..usize::from(bytes[7] % 8)]),
                }
            }
            input
        })
    }

    const JSON: &[&[u8]] = &[
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"\"",
        b"\"a\":",
        b"\"trace_id\":",
        b"null",
        b"true",
        b"-1.5e+3",
        b"0",
        b"\\u00e9",
        b"\\ud800",
        b"\\n",
        b" ",
        b"\n",
        b"{\"a\":1}",
        b"\"\"",
    ];

    #[test]
    fn strings() {
        let pieces: &[&[u8]] = &[
            b"\"",
            b"\\",
            b"\0\xd8",
            b"\0\xdc",
            b"\x28\x20",
            b"\x85\0",
            b"aaaaaaaa",
        ];
        inputs(pieces).for_each(|data| super::string(&data));
    }

    #[test]
    fn numbers() {
        inputs(&[]).for_each(|data| super::number(&data));
    }

    #[test]
    fn timestamps() {
        let pieces: Vec<_> = [0.0, 1.7e9, -6.2e10, 2.5e11, 951_782_400.5]
            .iter()
            .map(|seconds: &f64| seconds.to_le_bytes())
            .collect();
        let pieces: Vec<&[u8]> = pieces.iter().map(|piece| &piece[..]).collect();
        inputs(&pieces).for_each(|data| super::timestamp(&data));
    }

    #[test]
    fn ids() {
        inputs(&[&[0; 8]]).for_each(|data| super::id(&data));
    }

    #[test]
    fn json() {
        inputs(JSON).for_each(|data| super::json(&data));
    }

    #[test]
    fn scans() {
        inputs(JSON).for_each(|data| super::scan(&data));
    }
}
