//! How many lines there were: by logger, and by what their span is worth.

use crate::imports;
use crate::span::{Active, Stale};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

/// Lines of a sampled span, of an unsampled one, of a stale one, and of none.
const KINDS: usize = 4;
const STALE: usize = 2;
const MISSING: usize = 3;

/// One addition for each line, at the place of its logger.
static LOGGERS: [Logger; PLACES] = [const { Logger::new() }; PLACES];
const PLACES: usize = 1024;
/// So many loggers are told apart; the lines of all others are counted at one place.
const KNOWN: usize = 512;
const OTHERS: usize = PLACES - 1;
/// So many places are looked at without asking Python.
const NEAR: usize = 4;

struct Logger {
    /// The identity of the name, which is held; 0 where the place is free.
    name: AtomicUsize,
    lines: [AtomicU64; KINDS],
}

impl Logger {
    const fn new() -> Self {
        Self {
            name: AtomicUsize::new(0),
            lines: [const { AtomicU64::new(0) }; KINDS],
        }
    }
}

/// The names of places, and the places of names.
struct Names {
    of_places: Py<PyDict>,
    places: Py<PyDict>,
}

fn names(py: Python<'_>) -> &'static Names {
    static NAMES: PyOnceLock<Names> = PyOnceLock::new();
    NAMES.get_or_init(py, || Names {
        of_places: PyDict::new(py).unbind(),
        places: PyDict::new(py).unbind(),
    })
}

/// Counts a line; for some of those without a span of their own, has it remembered whose they are.
///
/// `here` says whether the thread is the one that logged.
pub fn count(
    py: Python<'_>,
    active: &Active<'_>,
    name: Option<&Bound<'_, PyAny>>,
    here: bool,
) -> PyResult<()> {
    let kind = match (&active.span, active.stale) {
        (_, Some(_)) => STALE,
        (None, None) => MISSING,
        (Some(span), None) => usize::from(!span.is_sampled()),
    };
    let before = LOGGERS[place_of(py, name)?].lines[kind].fetch_add(1, Relaxed);
    if kind >= STALE && is_looked_at(before) {
        let stale = active.stale.map(Stale::name);
        imports::REMEMBER
            .get(py)?
            .call1((before, name, here, stale))?;
    }
    Ok(())
}

/// Of each logger the first ones, and then one of 1024: looking costs more than the line.
fn is_looked_at(before: u64) -> bool {
    // spread, so that it is not always the same one of a few that follow each other in turn
    before < 256 || before.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 54 == 0
}

/// Where the lines of the logger with this name are counted.
#[inline]
fn place_of(py: Python<'_>, name: Option<&Bound<'_, PyAny>>) -> PyResult<usize> {
    let Some(name) = name else {
        return Ok(OTHERS);
    };
    let identity = name.as_ptr() as usize;
    let first = first_place(identity);
    let mut near = LOGGERS[first..first + NEAR].iter();
    match near.position(|logger| logger.name.load(Relaxed) == identity) {
        Some(distance) => Ok(first + distance),
        None => search(py, name),
    }
}

/// The first place for an object, far enough from the end.
fn first_place(identity: usize) -> usize {
    (identity >> 4 ^ identity >> 13) % (PLACES - NEAR - 1)
}

#[cold]
fn search(py: Python<'_>, name: &Bound<'_, PyAny>) -> PyResult<usize> {
    if !name.is_exact_instance_of::<PyString>() {
        return Ok(OTHERS);
    }
    let Names { of_places, places } = names(py);
    let (of_places, places) = (of_places.bind(py), places.bind(py));
    if let Some(known) = places.get_item(name)? {
        return known.extract(); // an equal one
    }
    if places.len() >= KNOWN {
        return Ok(OTHERS);
    }
    let identity = name.as_ptr() as usize;
    let first = first_place(identity);
    let free = (first..OTHERS).chain(0..first).find(|place| {
        let held = &LOGGERS[*place].name;
        held.compare_exchange(0, identity, Relaxed, Relaxed).is_ok()
    });
    let Some(free) = free else {
        return Ok(OTHERS);
    };
    of_places.set_item(free, name)?;
    places.set_item(name, free)?;
    Ok(free)
}

/// A logger's name, None for all others, and its lines.
type Counted<'py> = (Option<Bound<'py, PyAny>>, [u64; KINDS]);

/// Return by logger how many lines had a sampled span, an unsampled one, a stale one, and none.
#[pyfunction]
pub fn counts(py: Python<'_>) -> PyResult<Vec<Counted<'_>>> {
    let of_places = names(py).of_places.bind(py);
    let mut found = Vec::new();
    for (place, logger) in LOGGERS.iter().enumerate() {
        let lines = [0, 1, 2, 3].map(|kind: usize| logger.lines[kind].load(Relaxed));
        if lines != [0; KINDS] {
            found.push((of_places.get_item(place)?, lines));
        }
    }
    Ok(found)
}

/// Count from zero on.
#[pyfunction]
pub fn reset_counts(py: Python<'_>) {
    for logger in &LOGGERS {
        logger.name.store(0, Relaxed);
        for count in &logger.lines {
            count.store(0, Relaxed);
        }
    }
    let Names { of_places, places } = names(py);
    places.bind(py).clear();
    of_places.bind(py).clear();
}
