//! Logging's level numbers to the numbers and names of backends.

/// OpenTelemetry's number, 1 to 24, as its Python SDK finds it; 0 below DEBUG.
pub fn severity_number(level: i64) -> i64 {
    const BASES: [i64; 5] = [5, 9, 13, 17, 21];
    match level {
        ..10 => 0,
        10..=53 => BASES[usize::try_from(level / 10 - 1).unwrap_or(0)] + (level % 10).min(3),
        _ => 24,
    }
}

/// The name of Google Cloud's `LogSeverity`, quoted: the highest that is not above.
pub fn log_severity(level: i64) -> &'static [u8] {
    match level {
        ..10 => b"\"DEFAULT\"",
        10..20 => b"\"DEBUG\"",
        20..25 => b"\"INFO\"",
        25..30 => b"\"NOTICE\"",
        30..40 => b"\"WARNING\"",
        40..50 => b"\"ERROR\"",
        50..60 => b"\"CRITICAL\"",
        60..70 => b"\"ALERT\"",
        70.. => b"\"EMERGENCY\"",
    }
}
