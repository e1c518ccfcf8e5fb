//! How many lines there were, with a span and without.

use crate::imports;
use crate::span::Span;
use pyo3::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Lines of a sampled span, of an unsampled one, and of none: one addition for each line.
static LINES: [AtomicU64; 3] = [const { AtomicU64::new(0) }; 3];
const MISSING: usize = 2;

/// Counts a line; for some of those without a span, has it remembered whose they are.
///
/// `here` says whether the thread is the one that logged.
pub fn count(
    py: Python<'_>,
    span: Option<&Span>,
    name: Option<&Bound<'_, PyAny>>,
    here: bool,
) -> PyResult<()> {
    let kind = match span {
        None => MISSING,
        Some(span) => usize::from(!span.is_sampled()),
    };
    let before = LINES[kind].fetch_add(1, Relaxed);
    if kind == MISSING && is_looked_at(before) {
        imports::REMEMBER.get(py)?.call1((before, name, here))?;
    }
    Ok(())
}

/// The first ones, and then one of 1024: looking costs more than the line.
fn is_looked_at(before: u64) -> bool {
    // spread, so that it is not always the same one of a few that follow each other in turn
    before < 256 || before.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 54 == 0
}

/// Return how many lines had a sampled span, an unsampled one, and none.
#[pyfunction]
pub fn counts() -> (u64, u64, u64) {
    let [sampled, unsampled, missing] = &LINES;
    (
        sampled.load(Relaxed),
        unsampled.load(Relaxed),
        missing.load(Relaxed),
    )
}

/// Count from zero on.
#[pyfunction]
pub fn reset_counts() {
    for count in &LINES {
        count.store(0, Relaxed);
    }
}
