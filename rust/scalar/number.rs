//! Numbers to JSON text.

use super::Written;

/// Longer than any number that is written here.
const ROOM: usize = 40;

/// Appends the digits of an integer.
pub fn encode_i64(out: &mut Vec<u8>, value: i64) -> Written {
    out.try_reserve(ROOM)?;
    if value < 0 {
        out.push(b'-');
    }
    digits(out, value.unsigned_abs());
    Ok(())
}

/// Appends the digits of an integer above `i64`.
pub fn encode_u64(out: &mut Vec<u8>, value: u64) -> Written {
    out.try_reserve(ROOM)?;
    digits(out, value);
    Ok(())
}

/// The digits, two at a time from the end of a small array.
#[allow(clippy::cast_possible_truncation, reason = "a digit is below 10")]
fn digits(out: &mut Vec<u8>, mut value: u64) {
    let mut text = [0_u8; 20];
    let mut start = text.len();
    while value >= 10 {
        start -= 2;
        text[start..start + 2].copy_from_slice(&pair(value % 100));
        value /= 100;
    }
    if value > 0 || start == text.len() {
        start -= 1;
        text[start] = b'0' + (value % 10) as u8;
    } else if text[start] == b'0' {
        start += 1; // the last pair was one digit
    }
    out.extend_from_slice(&text[start..]);
}

/// Two decimal digits of a number below 100.
#[allow(
    clippy::cast_possible_truncation,
    reason = "all numbers here are below 100"
)]
pub(super) fn pair(value: u64) -> [u8; 2] {
    const PAIRS: [[u8; 2]; 100] = {
        let mut table = [[b'0'; 2]; 100];
        let mut value = 0;
        while value < 100 {
            table[value] = [b'0' + (value / 10) as u8, b'0' + (value % 10) as u8];
            value += 1;
        }
        table
    };
    PAIRS[value as usize]
}

/// Appends the shortest digits that read back as the same double, laid out as Python's `repr` does:
/// plain from 1e-4 up to below 1e16, with an exponent of at least two digits outside.
/// NaN and infinities are strings.
pub fn encode_f64(out: &mut Vec<u8>, value: f64) -> Written {
    out.try_reserve(ROOM)?;
    let magnitude = value.abs();
    if magnitude == 0.0 || (1e-4..1e16).contains(&magnitude) {
        out.extend_from_slice(zmij::Buffer::new().format_finite(value).as_bytes());
    } else if value.is_nan() {
        out.extend_from_slice(b"\"NaN\"");
    } else if value.is_infinite() {
        out.extend_from_slice(if value > 0.0 {
            b"\"Infinity\""
        } else {
            b"\"-Infinity\""
        });
    } else {
        with_exponent(out, zmij::Buffer::new().format_finite(value));
    }
    Ok(())
}

/// Lays out shortest digits, however they are written, as `d.ddde±XX`.
fn with_exponent(out: &mut Vec<u8>, shortest: &str) {
    let (sign, text) = shortest
        .strip_prefix('-')
        .map_or(("", shortest), |rest| ("-", rest));
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all: String = [whole, fraction].concat();
    let significant = all.trim_start_matches('0');
    let leading = all.len() - significant.len();
    // the value is 0.<all> * 10^point
    let point = i32::try_from(whole.len()).unwrap_or(0) + exponent.parse::<i32>().unwrap_or(0);
    let exponent = point - i32::try_from(leading).unwrap_or(0) - 1;
    let significant = significant.trim_end_matches('0');
    let (first, others) = significant.split_at(1);
    out.extend_from_slice(sign.as_bytes());
    out.extend_from_slice(first.as_bytes());
    if !others.is_empty() {
        out.push(b'.');
        out.extend_from_slice(others.as_bytes());
    }
    out.extend_from_slice(if exponent < 0 { b"e-" } else { b"e+" });
    if exponent.abs() < 10 {
        out.push(b'0');
    }
    digits(out, u64::from(exponent.unsigned_abs()));
}
