//! Seconds since the epoch to RFC 3339 text.

use super::OutOfMemory;
use super::number::pair;

const FIRST: i64 = -62_135_596_800; // 0001-01-01T00:00:00Z
const LAST: i64 = 253_402_300_799; // 9999-12-31T23:59:59Z
const MICROSECONDS: i64 = 1_000_000;
const SECONDS_OF_DAY: i64 = 86_400;

/// Appends UTC time with six digits of a second and `Z`, quoted; appends nothing and returns false
/// outside years 1 to 9999.
///
/// A double holds today's time in steps of 238 ns, so microseconds are rounded (half to even).
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "the limits are exact as doubles, and what is within them fits as microseconds"
)]
pub fn encode(out: &mut Vec<u8>, seconds: f64) -> Result<bool, OutOfMemory> {
    // also false for NaN
    if !(FIRST as f64..=LAST as f64 + 1.0).contains(&seconds) {
        return Ok(false);
    }
    let total = (seconds * 1e6).round_ties_even() as i64;
    let second = total.div_euclid(MICROSECONDS);
    if !(FIRST..=LAST).contains(&second) {
        return Ok(false);
    }
    out.try_reserve(32)?;
    out.extend_from_slice(&text(second, total.rem_euclid(MICROSECONDS).unsigned_abs()));
    Ok(true)
}

fn text(second: i64, microsecond: u64) -> [u8; 29] {
    let (year, month, day) = date(second.div_euclid(SECONDS_OF_DAY));
    let of_day = second.rem_euclid(SECONDS_OF_DAY).unsigned_abs();
    let mut text = *b"\"0000-00-00T00:00:00.000000Z\"";
    let mut put = |at: usize, value: u64| text[at..at + 2].copy_from_slice(&pair(value));
    put(1, year / 100);
    put(3, year % 100);
    put(6, month);
    put(9, day);
    put(12, of_day / 3600);
    put(15, of_day / 60 % 60);
    put(18, of_day % 60);
    put(21, microsecond / 10_000);
    put(23, microsecond / 100 % 100);
    put(25, microsecond % 100);
    text
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
