//! The cases of `tests/cases`, given to these rooms without Python.

use super::{id, number, severity, string, timestamp};
use serde_json::Value;

struct Case {
    clause: String,
    input: Value,
    output: Option<String>,
}

fn cases(room: &str) -> Vec<Case> {
    let path = format!("{}/tests/cases/{room}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).expect(&path);
    let rows: Vec<Value> = serde_json::from_str(&text).expect(&path);
    assert!(!rows.is_empty(), "{path} holds no case");
    let case = |row: Value| Case {
        clause: row["clause"].as_str().expect("a clause").to_owned(),
        input: row["input"].clone(),
        output: row["output"].as_str().map(str::to_owned),
    };
    rows.into_iter().map(case).collect()
}

fn check(room: &str, write: impl Fn(&Value, &mut Vec<u8>)) {
    for case in cases(room) {
        let mut out = Vec::new();
        write(&case.input, &mut out);
        let written = String::from_utf8(out).expect("UTF-8");
        let expected = case.output.unwrap_or_default();
        assert_eq!(written, expected, "{} {}", case.clause, case.input);
    }
}

fn float(input: &Value) -> Option<f64> {
    if let Some(text) = input["float"].as_str() {
        return Some(text.parse().expect("a number"));
    }
    let bits = input["bits"].as_str()?;
    Some(f64::from_bits(
        u64::from_str_radix(bits, 16).expect("64 bits"),
    ))
}

#[test]
fn strings() {
    check("string", |input, out| {
        let written = match input["wtf8"].as_str() {
            None => string::encode(out, input.as_str().expect("text")),
            Some(hex) => {
                let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex");
                let bytes: Vec<u8> = (0..hex.len()).step_by(2).map(byte).collect();
                string::encode_wtf8(out, &bytes)
            }
        };
        written.expect("memory");
    });
}

#[test]
fn numbers() {
    check("number", |input, out| {
        let written = match (float(input), input["int"].as_str()) {
            (Some(value), _) => number::encode_f64(out, value),
            (None, Some(digits)) => match digits.parse() {
                Ok(value) => number::encode_i64(out, value),
                Err(_) => number::encode_u64(out, digits.parse().expect("64 bits")),
            },
            (None, None) => panic!("{input} is no number"),
        };
        written.expect("memory");
    });
}

#[test]
fn timestamps() {
    check("timestamp", |input, out| {
        let whole = || input["int"].as_str().and_then(|digits| digits.parse().ok());
        let seconds = float(input).or_else(whole).expect("a number");
        let form = timestamp::Form::of(input["form"].as_str().unwrap_or("rfc3339"));
        let offset = |_| Ok(input["offset"].as_i64().unwrap_or(0));
        if let Some(total) = timestamp::microseconds(seconds) {
            timestamp::encode::<super::OutOfMemory>(out, total, form.expect("a form"), offset)
                .expect("memory");
        }
    });
}

#[test]
fn ids() {
    check("id", |input, out| {
        let text = |name: &str| input[name].as_str();
        let form = text("form").unwrap_or("hex");
        if let Some(value) = text("trace_id") {
            let hex = id::trace_id(value.parse().expect("128 bits"));
            match form {
                "datadog" => id::datadog(out, &hex).expect("memory"),
                "xray" => id::xray(out, &hex).expect("memory"),
                _ => out.extend_from_slice(&hex),
            }
        } else if let Some(value) = text("span_id") {
            let hex = id::span_id(value.parse().expect("64 bits"));
            match form {
                "decimal" => id::decimal(out, &hex).expect("memory"),
                _ => out.extend_from_slice(&hex),
            }
        } else {
            let value = text("trace_flags").expect("an id");
            let hex = id::trace_flags(value.parse().expect("8 bits"));
            match form {
                "number" => id::number(out, hex).expect("memory"),
                "sampled" => out.extend_from_slice(id::sampled(hex)),
                _ => out.extend_from_slice(&hex),
            }
        }
    });
}

#[test]
fn severities() {
    check("severity", |input, out| {
        let level = input["int"].as_str().and_then(|digits| digits.parse().ok());
        let level = level.expect("a level");
        match input["form"].as_str() {
            Some("log_severity") => out.extend_from_slice(severity::log_severity(level)),
            _ => number::encode_i64(out, severity::severity_number(level)).expect("memory"),
        }
    });
}

/// A double's text reads back as the same double, whatever its size.
#[test]
fn floats_round_trip() {
    let mut bits = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..200_000 {
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        let value = f64::from_bits(bits);
        if value.is_finite() {
            let mut out = Vec::new();
            number::encode_f64(&mut out, value).expect("memory");
            let text = String::from_utf8(out).expect("UTF-8");
            assert_eq!(
                text.parse::<f64>().expect("a number").to_bits(),
                bits,
                "{text}"
            );
        }
    }
}
