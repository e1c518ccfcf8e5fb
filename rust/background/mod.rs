//! A sink whose lines are written by a thread of its own.

mod queue;
mod writer;

use crate::buffer::Buffer;
use crate::encoder::Encoder;
use crate::error::os_error;
use crate::ffi;
use crate::record::RecordView;
use crate::value;
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use queue::{LineQueue, Put, WhenFull};
use std::os::fd::RawFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant, UNIX_EPOCH};

/// How long a caller waits before it looks for signals: no signal ends the wait for another thread.
const PATIENCE: Duration = Duration::from_millis(50);

/// Queues lines for a descriptor, in the caller, and writes them, in a thread that knows nothing of Python.
///
/// No lock is held while Python code can run, and none is waited for with the GIL in hand.
#[pyclass(frozen, weakref, module = "tracefmt._rust")]
pub struct BackgroundSink {
    queue: Arc<LineQueue>,
    /// Lines of this level and above are not dropped,
    drop_below: i64,
    /// and of this level and above are waited for.
    flush_level: i64,
    /// This is the copy in a child, whose thread is the parent's.
    inherited: AtomicBool,
}

#[pymethods]
impl BackgroundSink {
    #[new]
    fn new(
        descriptor: RawFd,
        max_queued_bytes: usize,
        when_full: &str,
        drop_below: i64,
        flush_level: i64,
        watched: bool,
    ) -> PyResult<Self> {
        let when_full = match when_full {
            "block" => WhenFull::Block,
            "drop_newest" => WhenFull::DropNewest,
            "drop_oldest" => WhenFull::DropOldest,
            other => return Err(PyValueError::new_err(other.to_owned())),
        };
        Ok(Self {
            queue: Arc::new(LineQueue::new(
                descriptor,
                max_queued_bytes,
                when_full,
                watched,
            )),
            drop_below,
            flush_level,
            inherited: AtomicBool::new(false),
        })
    }

    /// Queue one line, which has no newline yet.
    fn write(&self, py: Python<'_>, line: &[u8], level: i64) -> PyResult<()> {
        let mut out = Buffer::take();
        append(&mut out.bytes, line)?;
        self.write_line(py, &mut out.bytes, level)
    }

    /// Encode a record and queue its line.
    pub fn emit(&self, encoder: &Encoder, record: &Bound<'_, PyAny>) -> PyResult<()> {
        let py = record.py();
        // a record made by hand may have none
        let level = record
            .getattr(intern!(py, "levelno"))?
            .extract()
            .unwrap_or(0);
        let mut out = Buffer::take();
        encoder.encode_into(&mut out.bytes, record)?;
        self.write_line(py, &mut out.bytes, level)
    }

    /// Queue a line that must not be lost and for which nobody may have to wait.
    fn force(&self, py: Python<'_>, line: &[u8]) -> PyResult<()> {
        let mut out = Buffer::take();
        append(&mut out.bytes, line)?;
        append(&mut out.bytes, b"\n")?;
        self.refuse_if_inherited()?;
        let put = py.detach(|| self.queue.force(&out.bytes))?;
        self.start(py, &put);
        Ok(())
    }

    /// Wait until all is written, so many seconds at most; whether it is.
    fn flush(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<bool> {
        if self.inherited.load(Relaxed) {
            return Ok(true);
        }
        let limit = timeout.and_then(|seconds| Duration::try_from_secs_f64(seconds.max(0.0)).ok());
        let (newest, stalled) = py.detach(|| (self.queue.newest(), self.queue.is_stalled()));
        let begun = Instant::now();
        loop {
            let mut step = limit.map_or(PATIENCE, |limit| {
                PATIENCE.min(limit.saturating_sub(begun.elapsed()))
            });
            if stalled && limit.is_some() {
                step = Duration::ZERO; // one wait was enough
            }
            if py.detach(|| self.queue.wait_for(newest, step)) {
                return Ok(true);
            }
            if step.is_zero() || py.detach(|| self.queue.is_abandoned()) {
                py.detach(|| self.queue.note_stall());
                return Ok(false);
            }
            py.check_signals()?;
        }
    }

    /// Let the thread end when all is written.
    fn end(&self, py: Python<'_>) {
        if !self.inherited.load(Relaxed) {
            py.detach(|| self.queue.end());
        }
    }

    /// Give up what is not written; how many lines that is.
    fn abandon(&self, py: Python<'_>) -> u64 {
        if self.inherited.load(Relaxed) {
            return 0;
        }
        py.detach(|| self.queue.abandon())
    }

    /// Whether lines were lost, and are not any more.
    pub fn loss_has_ended(&self, py: Python<'_>) -> bool {
        self.queue.is_lossy() && py.detach(|| self.queue.loss_has_ended())
    }

    /// What was lost since the last time: lines dropped and failed, since when, and the last error's number.
    fn take_loss(&self, py: Python<'_>) -> Option<(u64, u64, f64, Option<i32>)> {
        let loss = py.detach(|| self.queue.take_loss())?;
        let since = loss.since.duration_since(UNIX_EPOCH).unwrap_or_default();
        Some((loss.dropped, loss.failed, since.as_secs_f64(), loss.error))
    }

    /// What has happened so far.
    #[allow(clippy::cast_precision_loss)] // a mean of nanoseconds
    fn metrics<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let tally = py.detach(|| self.queue.tally());
        let mean = match tally.written_lines {
            0 => 0.0,
            lines => tally.latency_total.as_secs_f64() / lines as f64,
        };
        let metrics = PyDict::new(py);
        for (name, count) in [
            ("queued_lines", tally.queued_lines),
            ("queued_bytes", tally.queued_bytes),
            ("written_lines", tally.written_lines),
            ("written_bytes", tally.written_bytes),
            ("dropped_lines", tally.dropped_lines),
            ("failed_lines", tally.failed_lines),
        ] {
            metrics.set_item(name, count)?;
        }
        for (name, seconds) in [
            ("latency_last", tally.latency_last.as_secs_f64()),
            ("latency_mean", mean),
            ("latency_max", tally.latency_max.as_secs_f64()),
        ] {
            metrics.set_item(name, seconds)?;
        }
        Ok(metrics)
    }

    /// In a child process: all that is here is the parent's, and a lock may be held for ever.
    fn after_fork(&self) {
        self.inherited.store(true, Relaxed);
    }

    #[getter]
    fn descriptor(&self) -> RawFd {
        self.queue.descriptor()
    }
}

impl BackgroundSink {
    /// Encodes a call that has no record and queues its line.
    pub fn emit_view<'py>(
        &self,
        py: Python<'py>,
        encoder: &Encoder,
        view: &mut RecordView<'py>,
        level: i64,
    ) -> PyResult<()> {
        let mut out = Buffer::take();
        encoder.encode_view_into(py, &mut out.bytes, view)?;
        self.write_line(py, &mut out.bytes, level)
    }

    /// Ends the line and queues it.
    fn write_line(&self, py: Python<'_>, line: &mut Vec<u8>, level: i64) -> PyResult<()> {
        append(line, b"\n")?;
        self.refuse_if_inherited()?;
        let waits = level >= self.flush_level;
        let Some(number) = self.put(py, line, level < self.drop_below && !waits)? else {
            return Ok(());
        };
        if waits {
            let passed = || self.queue.wait_for(number, PATIENCE) || self.queue.is_abandoned();
            while !py.detach(passed) {
                py.check_signals()?; // an exception of a signal handler ends the call
            }
            if let Some(error) = py.detach(|| self.queue.failure_of(number)) {
                self.queue.told();
                return Err(os_error(py, error));
            }
        } else if self.queue.is_untold() {
            if let Some(error) = py.detach(|| self.queue.unreported()) {
                return Err(os_error(py, error));
            }
        }
        Ok(())
    }

    /// Queues a line, as soon as there is room; its number, or None where it was dropped.
    fn put(&self, py: Python<'_>, line: &[u8], droppable: bool) -> PyResult<Option<u64>> {
        let mut put = match self.queue.put_at_once(line, droppable) {
            Some(put) => put?,
            None => py.detach(|| self.queue.put(line, droppable))?,
        };
        loop {
            self.start(py, &put);
            match put {
                Put::Queued { number, .. } => return Ok(Some(number)),
                Put::Dropped => return Ok(None),
                Put::Full => {
                    py.detach(|| self.queue.wait_for_room(PATIENCE));
                    py.check_signals()?;
                    put = py.detach(|| self.queue.put(line, droppable))?;
                }
            }
        }
    }

    /// Starts the thread for the first line; where none can be had, the caller writes.
    fn start(&self, py: Python<'_>, put: &Put) {
        if !matches!(put, Put::Queued { start: true, .. }) {
            return;
        }
        let queue = Arc::clone(&self.queue);
        let started = std::thread::Builder::new()
            .name("tracefmt-writer".to_owned())
            .stack_size(1 << 18)
            .spawn(move || {
                ffi::block_signals(); // they are the main thread's, whose waiting they are to end
                queue.run();
            });
        if started.is_err() {
            py.detach(|| self.queue.run_here());
        }
    }

    fn refuse_if_inherited(&self) -> PyResult<()> {
        if self.inherited.load(Relaxed) {
            return Err(PyRuntimeError::new_err("this sink is the parent process's"));
        }
        Ok(())
    }
}

impl Drop for BackgroundSink {
    fn drop(&mut self) {
        if self.inherited.load(Relaxed) {
            std::mem::forget(Arc::clone(&self.queue)); // it may have been in another thread's hands
        } else {
            self.queue.end();
        }
    }
}

fn append(out: &mut Vec<u8>, data: &[u8]) -> PyResult<()> {
    value::text(out, data).map_err(PyErr::from)
}
