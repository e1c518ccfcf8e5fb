//! OTLP/JSON: the records in a line's tree.  All of it has been validated.

use super::id::{self, ABSENT};
use super::json::{Bytes, Cursor, Text, Value};
use super::record::Record;
use super::time;

/// Where a level was found, for the group's name.
pub const SEVERITY_TEXT: u8 = 100;
pub const SEVERITY_NUMBER: u8 = 101;

type Found<'a> = Option<Value<'a>>;

/// Give each record of the tree to `each`.
pub fn records<'a>(tree: &'a [u8], has: Bytes, each: &mut dyn FnMut(&Record<'a>)) {
    objects(tree, has, &mut |resource_logs| {
        let [resource, scope_logs] = members(resource_logs, has, ["resource", "scopeLogs"]);
        let [attributes] = members(container(resource), has, ["attributes"]);
        let [service, process] = pairs(container(attributes), has, ["service.name", "process.pid"]);
        objects(container(scope_logs), has, &mut |scope_logs| {
            let [scope, log_records] = members(scope_logs, has, ["scope", "logRecords"]);
            let [name] = members(container(scope), has, ["name"]);
            let logger = name.filter(|name| matches!(name, Value::Text(_)));
            objects(container(log_records), has, &mut |record| {
                let mut record = read(record, has);
                record.logger = logger;
                record.service = service;
                record.process = record.process.or(process);
                each(&record);
            });
        });
    });
}

fn read(record: &[u8], has: Bytes) -> Record<'_> {
    let mut room = Vec::new();
    let [time, observed, text, number, trace_id, attributes] = members(
        record,
        has,
        [
            "timeUnixNano",
            "observedTimeUnixNano",
            "severityText",
            "severityNumber",
            "traceId",
            "attributes",
        ],
    );
    let mut at = |value: Found<'_>| time::parse(value?, &mut room).filter(|time| *time != 0);
    let point = at(time).or_else(|| at(observed));
    let text = text.filter(|text| matches!(text, Value::Text(text) if !text.raw.is_empty()));
    let number = number.filter(is_scalar);
    let [process, trace_stale] = pairs(container(attributes), has, ["process.pid", "trace_stale"]);
    Record {
        time: point,
        level: text
            .map(|text| (SEVERITY_TEXT, text))
            .or(number.map(|number| (SEVERITY_NUMBER, number))),
        trace_id: trace_id.map_or(ABSENT, |value| id::judge(value, false, &mut room)),
        process,
        trace_stale,
        ..Record::default()
    }
}

fn is_scalar(value: &Value<'_>) -> bool {
    match value {
        Value::Text(text) => !text.raw.is_empty(),
        Value::Number(_) => true,
        _ => false,
    }
}

fn container(value: Found<'_>) -> &[u8] {
    match value {
        Some(Value::Container(bytes)) => bytes,
        _ => b"",
    }
}

/// Give each object in an array to `each`.
fn objects<'a>(array: &'a [u8], has: Bytes, each: &mut dyn FnMut(&'a [u8])) {
    // what is no array has none
    let _ = Cursor::new(array, has).array(1, |cursor| {
        match cursor.value(1)? {
            Value::Container(item) if item[0] == b'{' => each(item),
            _ => {}
        }
        Some(())
    });
}

/// Return what an object has under these keys; of two the last.
fn members<'a, const N: usize>(object: &'a [u8], has: Bytes, keys: [&str; N]) -> [Found<'a>; N] {
    let mut found = [None; N];
    let mut room = Vec::new();
    // what is no object has none
    let _ = Cursor::new(object, has).object(1, |cursor, key: Text<'a>| {
        let key = key.unescaped(&mut room);
        let index = keys.iter().position(|wanted| wanted.as_bytes() == key);
        let value = cursor.value(1)?;
        if let Some(index) = index {
            found[index] = Some(value);
        }
        Some(())
    });
    found
}

/// Return what a list of `KeyValue` has under these keys, as text or a number; of two the last.
fn pairs<'a, const N: usize>(list: &'a [u8], has: Bytes, keys: [&str; N]) -> [Found<'a>; N] {
    let mut found = [None; N];
    let mut room = Vec::new();
    objects(list, has, &mut |pair| {
        let [Some(Value::Text(key)), value] = members(pair, has, ["key", "value"]) else {
            return;
        };
        let key = key.unescaped(&mut room);
        if let Some(index) = keys.iter().position(|wanted| wanted.as_bytes() == key) {
            let [text, number] = members(container(value), has, ["stringValue", "intValue"]);
            found[index] = text
                .filter(|text| matches!(text, Value::Text(_)))
                .or(number.filter(|n| matches!(n, Value::Text(_) | Value::Number(_))));
        }
    });
    found
}
