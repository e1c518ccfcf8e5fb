//! The cases of `tests/reading/cases.json`, and what only Rust has to mind: bytes and their borders.

use super::json::{Bytes, Cursor, Value};
use super::table::{LEVEL, LOGGER, Row, SERVICE, TIME, TRACE_ID, Table};
use super::traces::Traces;
use super::{Scan, id, time};
use serde_json::Value as Json;

const KINDS: [&str; id::KINDS] = [
    "valid",
    "absent",
    "empty",
    "null",
    "zeros",
    "0",
    "malformed",
];

fn cases(name: &str) -> Vec<Json> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reading/cases.json");
    let text = std::fs::read_to_string(path).expect(path);
    let all: Json = serde_json::from_str(&text).expect(path);
    let rows = all[name].as_array().expect(name).clone();
    assert!(!rows.is_empty());
    rows
}

fn value(text: &str) -> Value<'_> {
    let has = Bytes::of(text.as_bytes());
    Cursor::new(text.as_bytes(), has).value(1).expect("a value")
}

#[test]
fn ids() {
    for case in cases("ids") {
        let text = case[0].to_string();
        let decimal = case[1].as_bool().expect("a bool");
        let judged = id::judge(value(&text), decimal, &mut Vec::new());
        assert_eq!(KINDS[judged.kind as usize], case[2], "{text} {decimal}");
    }
}

#[test]
fn times() {
    for case in cases("times") {
        let text = case[0].to_string();
        let parsed = time::parse(value(&text), &mut Vec::new());
        assert_eq!(parsed, case[1].as_i64(), "{text}");
    }
}

#[test]
fn texts() {
    let escaped = r#""a\"\\\/\b\f\n\r\té\ud83d\ude00\ud800x\udc00""#;
    let Value::Text(text) = value(escaped) else {
        panic!("no text");
    };
    let expected = b"a\"\\/\x08\x0c\n\r\t\xc3\xa9\xf0\x9f\x98\x80\xed\xa0\x80x\xed\xb0\x80";
    assert_eq!(text.unescaped(&mut Vec::new()), expected);
}

fn scan() -> Scan {
    let row = |member, key: &str| Row {
        member,
        key: key.as_bytes().to_vec(),
        path: key.split('.').map(|k| k.as_bytes().to_vec()).collect(),
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
    let traces = Traces::new(Some(60_000_000), 0);
    Scan::new(Table::new(&rows), true, traces)
}

const LINES: &str = concat!(
    r#"{"timestamp":"2023-11-14T22:13:20Z","trace_id":"0af7651916cd43dd8448eb211c80319c"}"#,
    "\n\r\n",
    r#"{"trace":{"id":"0"},"service":{"name":"a\u0062"}} "#,
    "\nINFO: started\n",
    r#"{"trace_id":null,"trace_id":"","level":"x"}"#,
);

#[test]
fn pieces_of_any_size() {
    for size in 1..=LINES.len() {
        let mut scan = scan();
        for piece in LINES.as_bytes().chunks(size) {
            scan.feed(piece);
        }
        scan.end_file();
        assert_eq!(scan.counts, [1, 0, 1, 0, 0, 1, 0], "{size}");
        assert_eq!(scan.broken, 1);
        let (file, line, reason) = scan.examples[0];
        assert_eq!((file, line, reason.text()), (0, 4, "not a JSON object"));
        let services: Vec<_> = scan.services.groups().map(|(name, _)| name).collect();
        assert_eq!(services, [b"ab"]);
    }
}

#[test]
fn lines_without_end() {
    let mut scan = scan();
    let piece = vec![b'x'; 1 << 20];
    for _ in 0..40 {
        scan.feed(&piece);
        assert!(scan.begun.capacity() <= 2 << 24);
    }
    scan.feed(b"\n{}\n");
    scan.end_file();
    assert_eq!(scan.broken, 1);
    assert_eq!(scan.examples[0].2.text(), "longer than 16 MiB");
    assert_eq!(scan.counts[1], 1);
}

#[test]
fn broken_json() {
    let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(256), "]".repeat(256));
    let broken = [
        "{",
        "{}}",
        r#"{"a"}"#,
        r#"{"a":}"#,
        r#"{"a":1,}"#,
        "{a:1}",
        r#"{"a":01}"#,
        r#"{"a":1.}"#,
        r#"{"a":-}"#,
        r#"{"a":1e}"#,
        r#"{"a":.5}"#,
        r#"{"a":tru}"#,
        r#"{"a":NaN}"#,
        r#"{"a":[1,]}"#,
        r#"{"a":"\x"}"#,
        r#"{"a":"\u12g4"}"#,
        "{\"a\":\"\t\"}",
        r#"{"a":"b}"#,
        r#"{"a":"\"#,
        "[]",
        "1",
        &deep,
    ];
    for line in broken {
        let mut scan = scan();
        scan.feed(line.as_bytes());
        scan.end_file();
        assert_eq!((scan.broken, scan.counts), (1, [0; 7]), "{line}");
    }
}
