//! What calls take for granted until something changes: that logging and time are as they came.
//!
//! One count for all: a change is rare, and looking again costs a microsecond.  What can be changed
//! behind our back is watched where the interpreter can watch (from Python 3.12 on), and looked at with
//! each call where it cannot.

use crate::ffi;
use crate::imports;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyCFunction;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

/// How often something has been set: an attribute of our loggers and handlers, a name in a watched dict.
static COUNT: AtomicUsize = AtomicUsize::new(1);

pub fn count() -> usize {
    COUNT.load(Relaxed)
}

pub fn note() {
    COUNT.fetch_add(1, Relaxed);
}

/// A fact that was found at one count and holds as long as it stays.
#[derive(Default)]
pub struct Since(AtomicUsize);

impl Since {
    /// Whether it still holds; never where nothing can be watched.
    pub fn holds(&self) -> bool {
        self.0.load(Relaxed) == count()
    }

    /// Remembers that it held when the count was taken.
    pub fn remember(&self, count: usize) {
        self.0.store(count, Relaxed);
    }
}

/// Whether logging's and time's modules are watched.
pub fn are_watched(py: Python<'_>) -> PyResult<bool> {
    static WATCHED: PyOnceLock<bool> = PyOnceLock::new();
    let rows = [
        &imports::LOGGING,
        &imports::LEVEL_NAMES,
        &imports::TIME,
        &imports::SYS_MODULES,
    ];
    let watch = || -> PyResult<bool> {
        let mut all = true;
        for row in rows {
            all &= ffi::watch(imports::namespace(py, row)?);
        }
        Ok(all)
    };
    WATCHED.get_or_try_init(py, watch).copied()
}

/// Whether records are logging's own and the clock is the system's.
pub fn records_are_stock(py: Python<'_>) -> PyResult<bool> {
    static STOCK: Since = Since(AtomicUsize::new(0));
    if STOCK.holds() {
        return Ok(true);
    }
    let now = count();
    let factory =
        imports::namespace(py, &imports::LOGGING)?.get_item(intern!(py, "_logRecordFactory"))?;
    let clock = imports::namespace(py, &imports::TIME)?.get_item(imports::CLOCK_NAME.get(py)?)?;
    let (record, system) = (imports::LOG_RECORD.get(py)?, imports::CLOCK.get(py)?);
    let stock = factory.is_some_and(|factory| factory.is(record))
        && clock.is_some_and(|clock| clock.is(system));
    if stock && are_watched(py)? {
        STOCK.remember(now);
    }
    Ok(stock)
}

/// Whether `time.time` is the system's: event dicts take their time from it.
pub fn clock_is_stock(py: Python<'_>) -> PyResult<bool> {
    static STOCK: Since = Since(AtomicUsize::new(0));
    if STOCK.holds() {
        return Ok(true);
    }
    let now = count();
    let clock = imports::namespace(py, &imports::TIME)?.get_item(intern!(py, "time"))?;
    let system = imports::EVENT_CLOCK.get(py)?;
    // the system's may have been stopped already when it was looked up first
    let stock =
        system.is_exact_instance_of::<PyCFunction>() && clock.is_some_and(|clock| clock.is(system));
    if stock && are_watched(py)? {
        STOCK.remember(now);
    }
    Ok(stock)
}

/// Whether a call may come from an asyncio task whose name a record would have (Python 3.12 on).
pub fn tasks_have_names(py: Python<'_>) -> PyResult<bool> {
    static KNOWN: Since = Since(AtomicUsize::new(0));
    static ANSWER: AtomicBool = AtomicBool::new(false);
    if KNOWN.holds() {
        return Ok(ANSWER.load(Relaxed));
    }
    let now = count();
    let answer = imports::namespace(py, &imports::SYS_MODULES)?.contains(intern!(py, "asyncio"))?
        && imports::namespace(py, &imports::LOGGING)?.contains(intern!(py, "logAsyncioTasks"))?;
    if are_watched(py)? {
        ANSWER.store(answer, Relaxed);
        KNOWN.remember(now);
    }
    Ok(answer)
}
