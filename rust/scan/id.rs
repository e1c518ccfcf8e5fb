//! What stands where a trace id belongs; the twin is `tracefmt.reading.trace_id`.

use super::json::Value;

pub const KINDS: usize = 7;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    Valid,
    Absent,
    Empty,
    Null,
    Zeros,
    Zero,
    Malformed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceId {
    pub kind: Kind,
    /// 0 where the kind is not `Valid`.
    pub value: u128,
}

const fn none(kind: Kind) -> TraceId {
    TraceId { kind, value: 0 }
}

pub const ABSENT: TraceId = none(Kind::Absent);

pub fn judge(value: Value<'_>, decimal: bool, room: &mut Vec<u8>) -> TraceId {
    match value {
        Value::Null => none(Kind::Null),
        Value::Text(text) => judge_text(text.unescaped(room), decimal),
        Value::Number(digits) => judge_text(digits, decimal),
        Value::Bool(_) | Value::Container(_) => none(Kind::Malformed),
    }
}

pub fn judge_text(text: &[u8], decimal: bool) -> TraceId {
    if text.len() == 32 {
        // nearly all are
        if let Some(value) = hex(text) {
            return if value == 0 {
                none(Kind::Zeros)
            } else {
                valid(value)
            };
        }
    }
    judge_seldom(after_project(text), decimal)
}

fn judge_seldom(text: &[u8], decimal: bool) -> TraceId {
    if text.is_empty() {
        return none(Kind::Empty);
    }
    if text == b"0" {
        return none(Kind::Zero);
    }
    if text.iter().all(|byte| *byte == b'0') {
        return none(Kind::Zeros);
    }
    let found = match (text.len(), text.get(..2)) {
        (32, _) => hex(text),
        (35, Some(b"1-")) => xray(text),
        (1..=20, _) if decimal => unsigned(text),
        _ => None,
    };
    match found {
        Some(0) => none(Kind::Zeros),
        Some(value) => valid(value),
        None => none(Kind::Malformed),
    }
}

const fn valid(value: u128) -> TraceId {
    TraceId {
        kind: Kind::Valid,
        value,
    }
}

/// `projects/PROJECT/traces/ID`, Google's form.
fn after_project(text: &[u8]) -> &[u8] {
    const TRACES: &[u8] = b"/traces/";
    if !text.starts_with(b"projects/") {
        return text;
    }
    match text.windows(TRACES.len()).rposition(|part| part == TRACES) {
        Some(start) => &text[start + TRACES.len()..],
        None => text,
    }
}

/// `1-8-24`, X-Ray's form.
fn xray(text: &[u8]) -> Option<u128> {
    (text[10] == b'-').then_some(())?;
    Some(hex(&text[2..10])? << 96 | hex(&text[11..])?)
}

fn hex(text: &[u8]) -> Option<u128> {
    let mut value = 0;
    for byte in text {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            b'A'..=b'F' => byte - b'A' + 10,
            _ => return None,
        };
        value = value << 4 | u128::from(digit);
    }
    Some(value)
}

fn unsigned(text: &[u8]) -> Option<u128> {
    let mut value: u128 = 0;
    for byte in text {
        byte.is_ascii_digit().then_some(())?;
        value = value * 10 + u128::from(byte - b'0');
    }
    (value <= u128::from(u64::MAX)).then_some(value)
}
