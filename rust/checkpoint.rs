//! Where lines stop before they go to a file: is there room, is it time to look at it.

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{SystemTime, UNIX_EPOCH};

/// Asks a Python function before a line would make a file too large, and when its time is over.
///
/// Only the thread whose turn it is to write asks. Who changes the file does so at the same descriptor
/// (`dup2`), so that neither the sink nor who writes to it has to know.
#[pyclass(frozen, module = "tracefmt._rust")]
pub struct Checkpoint {
    /// Takes the bytes of the line that comes next; returns the new room and the new time.
    ask: Py<PyAny>,
    /// Whether lines that wait in the buffer go to the file as it is after asking.
    waiting_too: bool,
    /// A line of as many bytes or more has to ask.
    room: AtomicU64,
    /// When the function has been asked last and is to be asked again: nanoseconds of the system's
    /// clock. A clock that has been set back asks too.
    asked: AtomicU64,
    until: AtomicU64,
}

const NO_LIMIT: u64 = u64::MAX;

#[pymethods]
impl Checkpoint {
    #[new]
    fn new(ask: Py<PyAny>, waiting_too: bool) -> Self {
        Self {
            ask,
            waiting_too,
            room: AtomicU64::new(NO_LIMIT),
            asked: AtomicU64::new(0),
            until: AtomicU64::new(0),
        }
    }

    /// Ask before the next line.
    pub fn wake(&self) {
        self.until.store(0, Relaxed);
    }

    /// Ask now; what is written next has `size` bytes.
    pub fn look(&self, py: Python<'_>, size: usize) -> PyResult<()> {
        let asked = now();
        let (room, until): (Option<u64>, Option<u64>) =
            self.ask.bind(py).call1((size,))?.extract()?;
        self.room.store(room.unwrap_or(NO_LIMIT), Relaxed);
        self.asked.store(asked, Relaxed);
        self.until.store(until.unwrap_or(NO_LIMIT), Relaxed);
        Ok(())
    }

    /// Ask now, with no line at hand.
    fn look_at_time(&self, py: Python<'_>) -> PyResult<()> {
        self.look(py, 0)
    }

    /// Whether lines that wait in the buffer go to the file as it is after asking.
    #[getter]
    pub fn waiting_too(&self) -> bool {
        self.waiting_too
    }

    /// Whether it is time to ask.
    pub fn is_due(&self) -> bool {
        let until = self.until.load(Relaxed);
        until != NO_LIMIT && {
            let now = now();
            now >= until || now < self.asked.load(Relaxed)
        }
    }

    /// How many bytes of these whole lines may be written now; asks first where that has to be.
    pub fn admit(&self, py: Python<'_>, lines: &[u8], clock: bool) -> PyResult<usize> {
        let due = clock && self.is_due();
        if !due && self.has_room(lines.len()) {
            return Ok(lines.len());
        }
        let first = match memchr::memchr(b'\n', lines) {
            Some(end) => end + 1,
            None => lines.len(),
        };
        if due || !self.has_room(first) {
            self.look(py, first)?;
        }
        if self.has_room(lines.len()) {
            return Ok(lines.len());
        }
        // a line with no room even in an empty file is written alone
        let room = usize::try_from(self.room.load(Relaxed)).unwrap_or(usize::MAX);
        let within = &lines[..room.saturating_sub(1).min(lines.len())];
        Ok(memchr::memrchr(b'\n', within).map_or(first, |end| end + 1))
    }

    /// Counts bytes that have been written.
    pub fn spend(&self, size: usize) {
        let room = self.room.load(Relaxed);
        if room != NO_LIMIT {
            self.room.store(room.saturating_sub(size as u64), Relaxed);
        }
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.ask)
    }
}

impl Checkpoint {
    fn has_room(&self, bytes: usize) -> bool {
        (bytes as u64) < self.room.load(Relaxed)
    }
}

/// The system's clock in nanoseconds.
fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| {
            u64::try_from(since.as_nanos()).unwrap_or(NO_LIMIT)
        })
}
