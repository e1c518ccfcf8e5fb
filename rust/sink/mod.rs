//! Whole lines onto a descriptor.

mod writing;

use crate::buffer::Buffer;
use crate::checkpoint::Checkpoint;
use crate::encoder::Encoder;
use crate::ffi;
use crate::loss::Loss;
use crate::record::RecordView;
use crate::turn::{Taking, Turn};
use crate::value;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use std::io;
use std::os::fd::RawFd;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Writes lines to a descriptor, one after the other; it does not own the descriptor.
///
/// A thread takes its *turn* to write, which is no lock. The two locks here are held for a moment only,
/// with the GIL in hand and no Python code in between: so a fork, which needs the GIL, finds both open.
#[pyclass(frozen, weakref, module = "tracefmt._rust")]
pub struct Sink {
    descriptor: RawFd,
    /// Lines are kept until they are more bytes than this; 0 keeps none.
    buffer_size: usize,
    /// Whether lines that a non-blocking descriptor does not take at once are dropped.
    drops: bool,
    turn: Turn,
    /// Lines that wait: for the buffer to fill, for the turn of the thread that wrote them, or for a
    /// descriptor that failed.
    waiting: Mutex<Vec<u8>>,
    some_wait: AtomicBool,
    /// What the quick way does not look after; 0 for nothing.
    trouble: AtomicU8,
    loss: Mutex<Option<Loss>>,
    /// What is asked before lines go to a file that may have to change.
    checkpoint: Option<Py<Checkpoint>>,
    /// What has to be done between two lines.
    errands: Mutex<Vec<Py<PyAny>>>,
}

/// The last write ended within a line, whose rest is lost.
const TORN: u8 = 1;
/// The last write ended within a line, and what waits begins with its rest.
const UNFINISHED: u8 = 2;
/// The last write did not take all.
const FAILING: u8 = 4;
/// Lines have been lost, and nobody has said so.
const LOSSY: u8 = 8;
/// There is a checkpoint: no trouble, but not for the quick way.
const CHECKED: u8 = 16;

/// How many bytes of lines are kept when an exception of a signal handler ends a call.
const KEPT_WHEN_INTERRUPTED: usize = 1 << 16;

/// What the quick way came to.
enum Attempt {
    Done,
    /// It is another thread's turn for longer.
    Busy,
    /// It is this thread's turn, and more has to be done than a write.
    InTurn,
    /// It is this thread's turn, and the first write has not taken all.
    Begun(io::Result<usize>),
}

#[pymethods]
impl Sink {
    #[new]
    #[pyo3(signature = (descriptor, buffer_size = 0, checkpoint = None, drops = false))]
    fn new(
        descriptor: RawFd,
        buffer_size: usize,
        checkpoint: Option<Py<Checkpoint>>,
        drops: bool,
    ) -> Self {
        Self {
            descriptor,
            buffer_size,
            drops,
            turn: Turn::default(),
            waiting: Mutex::default(),
            some_wait: AtomicBool::new(false),
            trouble: AtomicU8::new(if checkpoint.is_some() { CHECKED } else { 0 }),
            loss: Mutex::default(),
            checkpoint,
            errands: Mutex::default(),
        }
    }

    /// Write one line, which has no newline yet.
    fn write(&self, py: Python<'_>, line: &[u8]) -> PyResult<()> {
        let mut out = Buffer::take();
        append(&mut out.bytes, line)?;
        self.write_line(py, &mut out.bytes)
    }

    /// Encode a record and write its line.
    pub fn emit(&self, encoder: &Encoder, record: &Bound<'_, PyAny>) -> PyResult<()> {
        let mut out = Buffer::take();
        encoder.encode_into(&mut out.bytes, record)?;
        self.write_line(record.py(), &mut out.bytes)
    }

    /// Write what waits in the buffer.
    pub fn flush(&self, py: Python<'_>) -> PyResult<()> {
        if self.take_turn(py)? {
            return self.write_waiting(py, Ok(true));
        }
        Ok(())
    }

    /// Write what waits and call a function while no line is half written: now, or behind the line
    /// that this thread has in hand.
    fn between_lines(&self, py: Python<'_>, call: Py<PyAny>) -> PyResult<()> {
        lock(&self.errands).push(call);
        self.flush(py)
    }

    /// Begin the next line on a new one: what the descriptor has ends within a line.
    fn start_on_new_line(&self) {
        self.trouble.fetch_or(TORN, Relaxed);
    }

    /// Whether lines have been lost, and are not any more.
    pub fn loss_has_ended(&self) -> bool {
        let trouble = self.trouble.load(Relaxed);
        trouble & (LOSSY | FAILING) == LOSSY
    }

    /// What has been lost since the last time: lines dropped and failed, since when, the last error's number.
    fn take_loss(&self) -> Option<(u64, u64, f64, Option<i32>)> {
        self.trouble.fetch_and(!LOSSY, Relaxed);
        lock(&self.loss).take().map(Loss::into_parts)
    }

    /// Count lines as lost, of which nobody has said so.
    #[pyo3(signature = (dropped, failed, since = None, error = None))]
    fn lose(&self, dropped: u64, failed: u64, since: Option<f64>, error: Option<i32>) {
        Loss::add(&mut lock(&self.loss), dropped, failed, since, error);
        self.trouble.fetch_or(LOSSY, Relaxed);
    }

    /// Write a line about lost ones; False where it is lost itself, which is not counted.
    fn report(&self, py: Python<'_>, line: &[u8]) -> PyResult<bool> {
        let mut out = Buffer::take();
        append(&mut out.bytes, line)?;
        append(&mut out.bytes, b"\n")?;
        if !self.take_turn(py)? {
            return self.keep(&out.bytes).map(|_| true);
        }
        let before = Loss::count(lock(&self.loss).as_ref());
        let written = match self.keep(&out.bytes) {
            Ok(_) => self.write_waiting(py, Ok(true)),
            Err(error) => self.write_waiting(py, Err(error)),
        };
        // the newest line is lost first, and that is this one
        let lost = Loss::count(lock(&self.loss).as_ref()) > before;
        if lost && !Loss::remove_one(&mut lock(&self.loss)) {
            self.trouble.fetch_and(!LOSSY, Relaxed);
        }
        match written {
            Err(error) if !error.is_instance_of::<pyo3::exceptions::PyOSError>(py) => Err(error),
            _ => Ok(!lost),
        }
    }

    /// Take over from a sink whose descriptor is not written to any more: what waits, and what it lost.
    fn inherit(&self, py: Python<'_>, old: &Self) -> PyResult<()> {
        if !old.take_turn(py)? {
            return Ok(());
        }
        let mut lines = std::mem::take(&mut *lock(&old.waiting));
        old.some_wait.store(false, Relaxed);
        if old.trouble.fetch_and(CHECKED, Relaxed) & UNFINISHED != 0 {
            lines.drain(..end_of_line(&lines));
            self.lose(0, 1, None, None);
        }
        if let Some(loss) = lock(&old.loss).take() {
            let (dropped, failed, since, error) = loss.into_parts();
            self.lose(dropped, failed, Some(since), error);
        }
        old.turn.give();
        if !lines.is_empty() {
            self.keep(&lines)?;
        }
        Ok(())
    }

    /// Count what waits as lost: nobody will write it.
    fn abandon(&self) {
        let lines = std::mem::take(&mut *lock(&self.waiting));
        self.some_wait.store(false, Relaxed);
        let lost = memchr::memchr_iter(b'\n', &lines).count() as u64;
        if lost > 0 {
            self.lose(0, lost, None, None);
        }
        if self.trouble.fetch_and(!UNFINISHED, Relaxed) & UNFINISHED != 0 {
            self.start_on_new_line();
        }
    }

    /// In a child process: forget what the parent will write, and whose turn it was.
    fn after_fork(&self) {
        lock(&self.waiting).clear();
        *lock(&self.loss) = None;
        drop(std::mem::take(&mut *lock(&self.errands)));
        if let Some(checkpoint) = &self.checkpoint {
            checkpoint.get().wake(); // the parent may change the file
        }
        self.some_wait.store(false, Relaxed);
        self.trouble.fetch_and(CHECKED, Relaxed);
        self.turn.after_fork();
    }

    #[getter]
    fn descriptor(&self) -> RawFd {
        self.descriptor
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.checkpoint)
    }
}

impl Sink {
    pub fn is_buffered(&self) -> bool {
        self.buffer_size > 0
    }

    /// Counts a line that never came here, because its stream is closed.
    pub fn lose_one(&self) {
        self.lose(0, 1, None, None);
    }

    /// Encodes a call that has no record and writes its line.
    pub fn emit_view<'py>(
        &self,
        py: Python<'py>,
        encoder: &Encoder,
        view: &mut RecordView<'py>,
    ) -> PyResult<()> {
        let mut out = Buffer::take();
        encoder.encode_view_into(py, &mut out.bytes, view)?;
        self.write_line(py, &mut out.bytes)
    }

    /// Ends the line and writes it, or keeps it for later.
    pub fn write_line(&self, py: Python<'_>, line: &mut Vec<u8>) -> PyResult<()> {
        append(line, b"\n")?;
        if self.buffer_size > 0 {
            self.end_file_in_time(py)?;
            return if self.keep(line)? {
                self.flush(py)
            } else {
                Ok(())
            };
        }
        match self.try_write(py, line) {
            Some(Attempt::Done) => Ok(()),
            Some(Attempt::Begun(first)) => {
                let written = self.put(py, line, Some(first), true);
                self.write_waiting(py, written)
            }
            Some(Attempt::Busy) if !self.take_turn(py)? => self.keep(line).map(drop),
            Some(Attempt::Busy | Attempt::InTurn) => {
                let written = if self.some_wait.load(Relaxed) {
                    self.keep(line).map(|_| true)
                } else {
                    self.put(py, line, None, true)
                };
                self.write_waiting(py, written)
            }
            // a signal handler logs while this thread writes: behind that line
            None => self.keep(line).map(drop),
        }
    }

    /// The quick way: one `write(2)` without the GIL, and the turn given back before the GIL is waited
    /// for. None where this thread is in the middle of a write already.
    fn try_write(&self, py: Python<'_>, line: &[u8]) -> Option<Attempt> {
        let taking = self.turn.try_take();
        if taking == Taking::HadAlready {
            return None;
        }
        Some(py.detach(|| {
            if taking == Taking::Busy && !self.turn.wait() {
                return Attempt::Busy;
            }
            if self.trouble.load(Relaxed) != 0 || self.some_wait.load(Relaxed) {
                return Attempt::InTurn;
            }
            match ffi::write(self.descriptor, line) {
                Ok(written) if written == line.len() => {
                    self.turn.give();
                    Attempt::Done
                }
                first => Attempt::Begun(first),
            }
        }))
    }

    /// Waits for the turn; false where this thread has it already.
    fn take_turn(&self, py: Python<'_>) -> PyResult<bool> {
        let taking = self.turn.take(py)?;
        if taking == Taking::Seized {
            self.start_on_new_line(); // nobody knows how far that thread came
        }
        Ok(taking != Taking::HadAlready)
    }

    /// Puts a line behind those that wait; true where these are more than the buffer should hold.
    fn keep(&self, line: &[u8]) -> PyResult<bool> {
        let mut waiting = lock(&self.waiting);
        append(&mut waiting, line)?;
        self.some_wait.store(true, Relaxed);
        Ok(waiting.len() > self.buffer_size)
    }

    /// Ends a file whose time is over before a line is kept that belongs to the next.
    fn end_file_in_time(&self, py: Python<'_>) -> PyResult<()> {
        match &self.checkpoint {
            Some(checkpoint) if !checkpoint.get().waiting_too() && checkpoint.get().is_due() => {
                let look = checkpoint.bind(py).getattr(intern!(py, "look_at_time"))?;
                self.between_lines(py, look.unbind())
            }
            _ => Ok(()),
        }
    }

    /// Writes what waits, unless a write before it did not take all; does what has to be done between
    /// lines, whatever became of these; and gives the turn back.
    fn write_waiting(&self, py: Python<'_>, mut written: PyResult<bool>) -> PyResult<()> {
        let clock = self
            .checkpoint
            .as_ref()
            .is_some_and(|found| found.get().waiting_too());
        loop {
            let goes_on = matches!(written, Ok(true)) && self.some_wait.swap(false, Relaxed);
            if goes_on {
                let mut waiting = std::mem::take(&mut *lock(&self.waiting));
                written = self.put(py, &mut waiting, None, clock);
                self.reuse(waiting);
            }
            let errands = std::mem::take(&mut *lock(&self.errands));
            if !goes_on && errands.is_empty() {
                break;
            }
            for errand in errands {
                let called = errand.call0(py);
                written = written.and_then(|goes_on| called.map(|_| goes_on));
            }
        }
        self.turn.give();
        written.map(drop)
    }

    /// Gives a written buffer back to those who wait: growing one anew would copy each line again.
    fn reuse(&self, mut written: Vec<u8>) {
        if written.capacity() > 0 && written.capacity() <= 2 * self.buffer_size {
            written.clear();
            let mut waiting = lock(&self.waiting);
            if waiting.capacity() == 0 {
                *waiting = written;
            }
        }
    }
}

/// How many bytes the first line has.
fn end_of_line(lines: &[u8]) -> usize {
    memchr::memchr(b'\n', lines).map_or(lines.len(), |end| end + 1)
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

fn append(out: &mut Vec<u8>, data: &[u8]) -> PyResult<()> {
    value::text(out, data).map_err(PyErr::from)
}
