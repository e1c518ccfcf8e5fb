//! What a sink could not write, until it can say so.

use std::time::{SystemTime, UNIX_EPOCH};

/// Lines that were lost, since when, and the number of the last error.
pub struct Loss {
    /// For want of room.
    dropped: u64,
    /// By an error of the descriptor.
    failed: u64,
    /// Seconds since 1970.
    since: f64,
    error: Option<i32>,
}

impl Loss {
    /// Adds lines to those that are lost already, if any; they are lost now, unless something else is said.
    pub fn add(
        loss: &mut Option<Self>,
        dropped: u64,
        failed: u64,
        since: Option<f64>,
        error: Option<i32>,
    ) {
        let since = since.unwrap_or_else(now);
        let loss = loss.get_or_insert(Self {
            dropped: 0,
            failed: 0,
            since,
            error,
        });
        loss.dropped += dropped;
        loss.failed += failed;
        loss.since = loss.since.min(since);
        loss.error = error.or(loss.error);
    }

    pub fn count(loss: Option<&Self>) -> u64 {
        loss.map_or(0, |loss| loss.dropped + loss.failed)
    }

    /// Takes one line out of the count; false where none is left.
    pub fn remove_one(loss: &mut Option<Self>) -> bool {
        if let Some(known) = loss {
            if known.dropped > 0 {
                known.dropped -= 1;
            } else {
                known.failed = known.failed.saturating_sub(1);
            }
        }
        if Self::count(loss.as_ref()) == 0 {
            *loss = None;
        }
        loss.is_some()
    }

    pub fn into_parts(self) -> (u64, u64, f64, Option<i32>) {
        (self.dropped, self.failed, self.since, self.error)
    }
}

fn now() -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_secs_f64()
}
