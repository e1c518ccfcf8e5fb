//! One record, as far as it is counted.

use super::fields::Fields;
use super::id::{self, ABSENT, Kind, TraceId};
use super::json::Value;
use super::table::{LEVEL, LOGGER, PROCESS, SERVICE, TIME, TRACE_ID, TRACE_STALE};
use super::time;

/// Why a line's span was stale, as the line says.
pub const REASONS: [&[u8]; 3] = [b"fork", b"ended", b"worker"];

pub struct Record<'a> {
    /// Microseconds since the epoch.
    pub time: Option<i64>,
    /// With the number of its row, since numbers of levels have several scales.
    pub level: Option<(u8, Value<'a>)>,
    pub logger: Option<Value<'a>>,
    pub service: Option<Value<'a>>,
    pub process: Option<Value<'a>>,
    pub trace_id: TraceId,
    pub trace_stale: Option<Value<'a>>,
}

impl Default for Record<'_> {
    fn default() -> Self {
        Self {
            time: None,
            level: None,
            logger: None,
            service: None,
            process: None,
            trace_id: ABSENT,
            trace_stale: None,
        }
    }
}

impl<'a> Record<'a> {
    pub fn of(fields: &Fields<'a>, decimal: u64, room: &mut Vec<u8>) -> Self {
        let time = fields
            .candidates(TIME)
            .find_map(|(_, value)| time::parse(value, room));
        let level = fields.candidates(LEVEL).find_map(|(place, value)| {
            let named = match value {
                Value::Text(text) => !text.raw.is_empty(),
                Value::Number(_) => true,
                _ => false,
            };
            named.then(|| (u8::try_from(place / 2).unwrap_or(0), value))
        });
        Self {
            time,
            level,
            logger: text(fields, LOGGER),
            service: text(fields, SERVICE),
            process: text(fields, PROCESS),
            trace_id: trace_id(fields, decimal, room),
            trace_stale: text(fields, TRACE_STALE),
        }
    }
}

fn text<'a>(fields: &Fields<'a>, member: usize) -> Option<Value<'a>> {
    fields
        .candidates(member)
        .map(|(_, value)| value)
        .find(|value| !matches!(value, Value::Null | Value::Container(_)))
}

/// The first that is an id, else the first that is there.
fn trace_id(fields: &Fields<'_>, decimal: u64, room: &mut Vec<u8>) -> TraceId {
    let mut first = None;
    for (place, value) in fields.candidates(TRACE_ID) {
        let judged = id::judge(value, decimal >> place & 1 == 1, room);
        if judged.kind == Kind::Valid {
            return judged;
        }
        first.get_or_insert(judged);
    }
    first.unwrap_or(ABSENT)
}

/// The text of a value, for a group's name.
pub fn name<'b, 'a: 'b>(value: Value<'a>, room: &'b mut Vec<u8>) -> &'b [u8] {
    match value {
        Value::Text(text) => text.unescaped(room),
        Value::Number(digits) => digits,
        Value::Bool(true) => b"true",
        Value::Bool(false) => b"false",
        Value::Null | Value::Container(_) => b"",
    }
}
