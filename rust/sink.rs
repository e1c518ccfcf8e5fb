//! Whole lines onto a descriptor.

use crate::buffer::Buffer;
use crate::checkpoint::Checkpoint;
use crate::encoder::Encoder;
use crate::ffi;
use crate::record::RecordView;
use crate::value;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use std::io::ErrorKind;
use std::os::fd::RawFd;
use std::sync::atomic::{
    AtomicBool, AtomicUsize,
    Ordering::{Relaxed, SeqCst},
};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Writes lines to a descriptor, one after the other; it does not own the descriptor.
///
/// Nobody waits for another thread while holding the GIL, and no lock of this core is held while
/// Python code can run: a thread takes its *turn*, which is a flag, and gives it back.
#[pyclass(frozen, weakref, module = "tracefmt._rust")]
pub struct Sink {
    descriptor: RawFd,
    /// Lines are kept until they are more bytes than this; 0 keeps none.
    buffer_size: usize,
    /// Whose turn it is to write; 0 for nobody's.
    writer: AtomicUsize,
    /// How many threads wait for theirs; waking nobody would cost a system call too.
    queue: AtomicUsize,
    /// What they wait at.
    gate: Mutex<()>,
    turn_is_free: Condvar,
    /// Lines that wait: for the buffer to fill, or for the turn of the thread that wrote them.
    waiting: Mutex<Vec<u8>>,
    some_wait: AtomicBool,
    /// The last write ended within a line.
    torn: AtomicBool,
    /// What is asked before lines go to a file that may have to change.
    checkpoint: Option<Py<Checkpoint>>,
    /// What has to be done between two lines.
    errands: Mutex<Vec<Py<PyAny>>>,
}

thread_local! {
    /// A number that no other thread of the process has; not 0.
    static ME: usize = {
        static LAST: AtomicUsize = AtomicUsize::new(0);
        LAST.fetch_add(1, Relaxed) + 1
    };
}

#[pymethods]
impl Sink {
    #[new]
    #[pyo3(signature = (descriptor, buffer_size = 0, checkpoint = None))]
    fn new(descriptor: RawFd, buffer_size: usize, checkpoint: Option<Py<Checkpoint>>) -> Self {
        Self {
            descriptor,
            buffer_size,
            writer: AtomicUsize::new(0),
            queue: AtomicUsize::new(0),
            gate: Mutex::default(),
            turn_is_free: Condvar::new(),
            waiting: Mutex::default(),
            some_wait: AtomicBool::new(false),
            torn: AtomicBool::new(false),
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
        self.take_turn_and_write(py, &[]).map(drop)
    }

    /// Write what waits and call a function while no line is half written: now, or behind the line
    /// that this thread has in hand.
    fn between_lines(&self, py: Python<'_>, call: Py<PyAny>) -> PyResult<()> {
        lock(&self.errands).push(call);
        self.some_wait.store(true, Relaxed);
        self.take_turn_and_write(py, &[]).map(drop)
    }

    /// In a child process: forget what the parent will write, and whose turn it was.
    fn after_fork(&self) {
        lock(&self.waiting).clear();
        lock(&self.errands).clear();
        if let Some(checkpoint) = &self.checkpoint {
            checkpoint.get().wake(); // the parent may change the file
        }
        self.some_wait.store(false, Relaxed);
        self.torn.store(false, Relaxed);
        self.queue.store(0, SeqCst);
        self.writer.store(0, SeqCst);
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
        if !self.take_turn_and_write(py, line)? {
            self.keep(line)?; // a signal handler logs while this thread writes: behind that line
        }
        Ok(())
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

    /// Puts a line behind those that wait; true where these are more than the buffer should hold.
    fn keep(&self, line: &[u8]) -> PyResult<bool> {
        let mut waiting = lock(&self.waiting);
        append(&mut waiting, line)?;
        self.some_wait.store(true, Relaxed);
        Ok(waiting.len() > self.buffer_size)
    }

    /// Writes a line, and then what waits; false where this thread is in the middle of that already.
    fn take_turn_and_write(&self, py: Python<'_>, line: &[u8]) -> PyResult<bool> {
        if !self.take_turn(py) {
            return Ok(false);
        }
        let clock = true;
        let mut written = self.write_all(py, line, clock);
        while written.is_ok() && self.some_wait.swap(false, Relaxed) {
            written = self.write_waiting(py);
        }
        self.give_turn();
        written.map(|()| true)
    }

    /// Writes what waits, and then does what has to be done between lines, whatever became of these.
    fn write_waiting(&self, py: Python<'_>) -> PyResult<()> {
        let waiting = std::mem::take(&mut *lock(&self.waiting));
        let clock = match &self.checkpoint {
            Some(checkpoint) => checkpoint.get().waiting_too(),
            None => false,
        };
        let mut done = self.write_all(py, &waiting, clock);
        self.reuse(waiting);
        for errand in std::mem::take(&mut *lock(&self.errands)) {
            let called = errand.call0(py);
            done = done.and(called.map(drop));
        }
        done
    }

    /// Gives a written buffer back to those who wait: growing one anew would copy each line again.
    fn reuse(&self, mut written: Vec<u8>) {
        if written.capacity() <= 2 * self.buffer_size {
            written.clear();
            let mut waiting = lock(&self.waiting);
            if waiting.capacity() == 0 {
                *waiting = written;
            }
        }
    }

    /// Waits for the turn, without the GIL; false where this thread has the turn already.
    fn take_turn(&self, py: Python<'_>) -> bool {
        let me = ME.try_with(|me| *me).unwrap_or(usize::MAX);
        let take = || self.writer.compare_exchange(0, me, SeqCst, SeqCst);
        match take() {
            Ok(_) => true,
            Err(writer) if writer == me => false,
            Err(_) => py.detach(|| {
                let mut gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
                // in this order: who gives the turn back looks at the queue behind that
                self.queue.fetch_add(1, SeqCst);
                while take().is_err() {
                    gate = self
                        .turn_is_free
                        .wait(gate)
                        .unwrap_or_else(PoisonError::into_inner);
                }
                self.queue.fetch_sub(1, SeqCst);
                true
            }),
        }
    }

    fn give_turn(&self) {
        self.writer.store(0, SeqCst);
        if self.queue.load(SeqCst) > 0 {
            // who is in the queue holds the gate until it sleeps, so it cannot miss this
            drop(self.gate.lock().unwrap_or_else(PoisonError::into_inner));
            self.turn_is_free.notify_one();
        }
    }

    /// Writes all of it, whatever the kernel takes at a time; behind a torn line on a new one.
    fn write_all(&self, py: Python<'_>, data: &[u8], clock: bool) -> PyResult<()> {
        if self.torn.load(Relaxed) && !data.is_empty() {
            self.write_some(py, b"\n")?;
            self.torn.store(false, Relaxed);
        }
        match &self.checkpoint {
            None => self.write_some(py, data),
            Some(checkpoint) => self.write_past(py, checkpoint.get(), data, clock),
        }
    }

    /// Writes as many whole lines at a time as the checkpoint lets pass.
    fn write_past(
        &self,
        py: Python<'_>,
        checkpoint: &Checkpoint,
        mut lines: &[u8],
        clock: bool,
    ) -> PyResult<()> {
        while !lines.is_empty() {
            let admitted = checkpoint.admit(py, lines, clock)?;
            let written = self.write_some(py, &lines[..admitted]);
            match written {
                Ok(()) => checkpoint.spend(admitted),
                Err(_) => checkpoint.wake(), // nobody knows how much is in the file
            }
            written?;
            lines = &lines[admitted..];
        }
        Ok(())
    }

    fn write_some(&self, py: Python<'_>, mut rest: &[u8]) -> PyResult<()> {
        let whole = rest.len();
        while !rest.is_empty() {
            let went_on = match py.detach(|| ffi::write(self.descriptor, rest)) {
                Ok(written) if written == rest.len() => return Ok(()),
                Ok(written) => {
                    rest = &rest[written..];
                    py.check_signals() // a signal ends a long write early, and without an error
                }
                Err(error) => self.wait(py, error),
            };
            if let Err(error) = went_on {
                if rest.len() < whole {
                    self.torn.store(true, Relaxed);
                }
                return Err(error);
            }
        }
        Ok(())
    }

    /// After a write that took nothing: until it is worth another try, or the error if it is not.
    fn wait(&self, py: Python<'_>, mut error: std::io::Error) -> PyResult<()> {
        if error.kind() == ErrorKind::WouldBlock {
            match py.detach(|| ffi::wait_until_writable(self.descriptor)) {
                Ok(()) => return Ok(()),
                Err(failed) => error = failed,
            }
        }
        if error.kind() == ErrorKind::Interrupted {
            return py.check_signals(); // an exception of a signal handler ends the call
        }
        Err(error.into())
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

fn append(out: &mut Vec<u8>, data: &[u8]) -> PyResult<()> {
    value::text(out, data).map_err(PyErr::from)
}
