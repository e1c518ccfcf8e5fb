//! Points in time, in microseconds since the epoch; the twin is `tracefmt.reading.time`.

use super::json::Value;

pub fn parse(value: Value<'_>, room: &mut Vec<u8>) -> Option<i64> {
    match value {
        Value::Text(text) => parse_text(text.unescaped(room)),
        Value::Number(digits) => parse_text(digits),
        _ => None,
    }
}

pub fn parse_text(text: &[u8]) -> Option<i64> {
    if text.get(4) == Some(&b'-') {
        rfc3339(text)
    } else {
        number(text)
    }
}

/// Below each of these a number counts the unit beside it: how many microseconds it has.
const UNITS: [(u64, usize); 3] = [
    (100_000_000_000, 6),
    (100_000_000_000_000, 3),
    (100_000_000_000_000_000, 0),
];

fn number(text: &[u8]) -> Option<i64> {
    let point = text.iter().position(|byte| *byte == b'.');
    let (whole, fraction) = match point {
        Some(index) => (&text[..index], &text[index + 1..]),
        None => (text, &[][..]),
    };
    let fits = (1..=19).contains(&whole.len())
        && (point.is_none() || (1..=18).contains(&fraction.len()))
        && fraction.iter().all(u8::is_ascii_digit);
    if !fits {
        return None;
    }
    let number = digits(whole)?;
    let Some((_, places)) = UNITS.iter().find(|(bound, _)| number < *bound) else {
        return i64::try_from(number / 1000).ok();
    };
    let scale = 10_u64.pow(u32::try_from(*places).ok()?);
    i64::try_from(number * scale + leading(fraction, *places)?).ok()
}

/// The first so many digits of a fraction, as if it had that many.
fn leading(fraction: &[u8], places: usize) -> Option<u64> {
    let taken = &fraction[..fraction.len().min(places)];
    let missing = u32::try_from(places - taken.len()).ok()?;
    Some(digits(taken)? * 10_u64.pow(missing))
}

fn digits(text: &[u8]) -> Option<u64> {
    let mut value = 0;
    for byte in text {
        byte.is_ascii_digit().then_some(())?;
        value = value * 10 + u64::from(byte - b'0');
    }
    Some(value)
}

fn rfc3339(text: &[u8]) -> Option<i64> {
    let separators = text.len() >= 19
        && text[7] == b'-'
        && matches!(text[10], b'T' | b't' | b' ')
        && text[13] == b':'
        && text[16] == b':';
    if !separators {
        return None;
    }
    let part = |from: usize, to: usize| digits(&text[from..to]).and_then(|n| i64::try_from(n).ok());
    let (year, month, day) = (part(0, 4)?, part(5, 7)?, part(8, 10)?);
    let (hour, minute, second) = (part(11, 13)?, part(14, 16)?, part(17, 19)?);
    let in_range = (1..=12).contains(&month)
        && (1..=days_of(year, month)).contains(&day)
        && hour <= 23
        && minute <= 59
        && second <= 60;
    if !in_range {
        return None;
    }
    let (microseconds, rest) = fraction(&text[19..])?;
    let seconds = day_number(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
    Some((seconds - offset(rest)?) * 1_000_000 + microseconds)
}

fn fraction(rest: &[u8]) -> Option<(i64, &[u8])> {
    if !matches!(rest.first(), Some(b'.' | b',')) {
        return Some((0, rest));
    }
    let length = rest[1..].iter().take_while(|b| b.is_ascii_digit()).count();
    if !(1..=12).contains(&length) {
        return None;
    }
    let value = leading(&rest[1..=length], 6)?;
    Some((i64::try_from(value).ok()?, &rest[1 + length..]))
}

/// How many seconds a place is ahead of UTC.
fn offset(zone: &[u8]) -> Option<i64> {
    let (sign, hours, minutes) = match zone {
        [] | [b'Z' | b'z'] => return Some(0),
        [sign @ (b'+' | b'-'), a, b, b':', c, d] | [sign @ (b'+' | b'-'), a, b, c, d] => {
            (*sign, digits(&[*a, *b])?, digits(&[*c, *d])?)
        }
        _ => return None,
    };
    let ahead = i64::try_from(hours * 3600 + minutes * 60).ok()?;
    Some(if sign == b'-' { -ahead } else { ahead })
}

fn days_of(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since 1970-01-01, in the calendar that ISO 8601 prolongs.
fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}
