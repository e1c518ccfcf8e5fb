//! Seconds since the epoch to text: RFC 3339 in UTC or local time, and numbers.

use super::number::{encode_i64, encode_u64, pair};
use super::{OutOfMemory, Written};
use std::cell::Cell;

const FIRST: i64 = -62_135_596_800; // 0001-01-01T00:00:00Z
const LAST: i64 = 253_402_300_799; // 9999-12-31T23:59:59Z
const SECOND: i64 = 1_000_000; // in microseconds
const SECONDS_OF_DAY: i64 = 86_400;
const LAST_OF_NANO: u64 = u64::MAX / 1000; // OTLP has unsigned 64 bits for nanoseconds

/// How a time is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// UTC with so many digits behind the point.
    Utc(Digits),
    /// Local time and its offset.
    Local(Digits),
    Epoch,
    EpochMs,
    EpochUs,
    EpochNs,
    UnixNano,
}

/// Digits behind the point.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Digits {
    Three,
    Six,
    Nine,
}

impl Form {
    pub fn of(name: &str) -> Option<Self> {
        Some(match name {
            "rfc3339" => Self::Utc(Digits::Six),
            "rfc3339_ms" => Self::Utc(Digits::Three),
            "rfc3339_ns" => Self::Utc(Digits::Nine),
            "local" => Self::Local(Digits::Six),
            "local_ms" => Self::Local(Digits::Three),
            "local_ns" => Self::Local(Digits::Nine),
            "epoch" => Self::Epoch,
            "epoch_ms" => Self::EpochMs,
            "epoch_us" => Self::EpochUs,
            "epoch_ns" => Self::EpochNs,
            "unix_nano" => Self::UnixNano,
            _ => return None,
        })
    }
}

/// Microseconds since 1970; None outside years 1 to 9999.
///
/// A double holds today's time in steps of 238 ns, so microseconds are rounded (half to even).
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "the limits are exact as doubles, and what is within them fits as microseconds"
)]
pub fn microseconds(seconds: f64) -> Option<i64> {
    // also false for NaN
    if !(FIRST as f64..=LAST as f64 + 1.0).contains(&seconds) {
        return None;
    }
    let total = (seconds * 1e6).round_ties_even() as i64;
    (FIRST..=LAST)
        .contains(&total.div_euclid(SECOND))
        .then_some(total)
}

/// Appends a time; `offset` gives the minutes from UTC at a second, and is asked for local time alone.
#[inline]
pub fn encode<E: From<OutOfMemory>>(
    out: &mut Vec<u8>,
    total: i64,
    form: Form,
    offset: impl FnOnce(i64) -> Result<i64, E>,
) -> Result<(), E> {
    match form {
        Form::Utc(digits) => rfc3339(out, total, digits)?,
        Form::Local(digits) => {
            let minutes = offset(total.div_euclid(SECOND))?;
            local(out, total, digits, minutes)?;
        }
        Form::Epoch => epoch(out, total)?,
        Form::EpochMs => encode_i64(out, total.div_euclid(1000))?,
        Form::EpochUs => encode_i64(out, total)?,
        Form::EpochNs => nanoseconds(out, total)?,
        Form::UnixNano => unix_nano(out, total)?,
    }
    Ok(())
}

fn rfc3339(out: &mut Vec<u8>, total: i64, digits: Digits) -> Written {
    let (mut text, end) = text(total, digits);
    text[end..end + 2].copy_from_slice(b"Z\"");
    append(out, &text, end + 2)
}

fn local(out: &mut Vec<u8>, total: i64, digits: Digits, minutes: i64) -> Written {
    let shifted = total + minutes * 60 * SECOND;
    let (shifted, minutes) = if (FIRST..=LAST).contains(&shifted.div_euclid(SECOND)) {
        (shifted, minutes)
    } else {
        (total, 0)
    };
    let (mut text, end) = text(shifted, digits);
    text[end] = if minutes < 0 { b'-' } else { b'+' };
    text[end + 1..end + 3].copy_from_slice(&pair(minutes.unsigned_abs() / 60 % 100));
    text[end + 3] = b':';
    text[end + 4..end + 6].copy_from_slice(&pair(minutes.unsigned_abs() % 60));
    text[end + 6] = b'"';
    append(out, &text, end + 7)
}

fn append(out: &mut Vec<u8>, text: &[u8; ROOM], length: usize) -> Written {
    out.try_reserve(ROOM)?;
    let end = out.len() + length;
    out.extend_from_slice(text); // all of it: a copy of known length needs no call
    out.truncate(end);
    Ok(())
}

fn epoch(out: &mut Vec<u8>, total: i64) -> Written {
    let magnitude = total.unsigned_abs();
    let fraction = magnitude % SECOND.unsigned_abs();
    out.try_reserve(ROOM)?;
    if total < 0 {
        out.push(b'-');
    }
    encode_u64(out, magnitude / SECOND.unsigned_abs())?;
    out.try_reserve(8)?;
    out.push(b'.');
    for two in [fraction / 10_000, fraction / 100 % 100, fraction % 100] {
        out.extend_from_slice(&pair(two));
    }
    Ok(())
}

/// A thousand times the number, which may be too large for 64 bits.
fn nanoseconds(out: &mut Vec<u8>, total: i64) -> Written {
    encode_i64(out, total)?;
    if total != 0 {
        out.try_reserve(3)?;
        out.extend_from_slice(b"000");
    }
    Ok(())
}

fn unix_nano(out: &mut Vec<u8>, total: i64) -> Written {
    out.try_reserve(ROOM)?;
    out.push(b'"');
    match u64::try_from(total) {
        Ok(total) if total <= LAST_OF_NANO => encode_u64(out, total * 1000)?,
        _ => out.push(b'0'),
    }
    out.try_reserve(1)?;
    out.push(b'"');
    Ok(())
}

/// Longer than any time that is written here.
const ROOM: usize = 48;

/// The quote, the date and the time of day, and where they end.
#[inline]
fn text(total: i64, digits: Digits) -> ([u8; ROOM], usize) {
    let (second, microsecond) = (
        total.div_euclid(SECOND),
        total.rem_euclid(SECOND).unsigned_abs(),
    );
    let mut text = LAST_SECOND.get();
    if text.number != second {
        text = Second::new(second);
        LAST_SECOND.set(text);
    }
    let mut text = text.text;
    let mut put = |at: usize, value: u64| text[at..at + 2].copy_from_slice(&pair(value));
    put(21, microsecond / 10_000);
    put(23, microsecond / 100 % 100);
    put(25, microsecond % 100);
    let end = match digits {
        Digits::Three => 24,
        Digits::Six => 27,
        Digits::Nine => 30,
    };
    (text, end)
}

/// A second as text, with nine digits behind the point.
#[derive(Clone, Copy)]
struct Second {
    number: i64,
    text: [u8; ROOM],
}

thread_local! {
    /// The last one of this thread: most lines have that of the line before.
    static LAST_SECOND: Cell<Second> = const { Cell::new(Second::YEAR_ZERO) };
}

impl Second {
    /// One that is never written, years beginning with 1.
    const YEAR_ZERO: Self = Self {
        number: i64::MIN,
        text: *b"\"0000-00-00T00:00:00.000000000                  ",
    };

    fn new(number: i64) -> Self {
        let (year, month, day) = date(number.div_euclid(SECONDS_OF_DAY));
        let of_day = number.rem_euclid(SECONDS_OF_DAY).unsigned_abs();
        let mut text = Self::YEAR_ZERO.text;
        let mut put = |at: usize, value: u64| text[at..at + 2].copy_from_slice(&pair(value));
        put(1, year / 100);
        put(3, year % 100);
        put(6, month);
        put(9, day);
        put(12, of_day / 3600);
        put(15, of_day / 60 % 60);
        put(18, of_day % 60);
        Self { number, text }
    }
}

/// Year, month and day of a day number (0 is 1970-01-01), by counting in years that start in March,
/// so that the leap day is the last of its year.
fn date(day_number: i64) -> (u64, u64, u64) {
    let shifted = (day_number + 719_468).unsigned_abs(); // days since 0000-03-01
    let era = shifted / 146_097; // of 400 years
    let day_of_era = shifted % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day)
}
