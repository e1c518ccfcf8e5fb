//! Whole lines onto a descriptor.

use crate::encoder::{Buffer, Encoder};
use crate::ffi;
use crate::record::RecordView;
use crate::value;
use pyo3::prelude::*;
use std::io::ErrorKind;
use std::os::fd::RawFd;
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread::{self, ThreadId};

/// Writes lines to a descriptor, one after the other; it does not own the descriptor.
///
/// Nobody waits for another thread while holding the GIL, and no lock of this core is held while
/// Python code can run: a thread takes its *turn*, which is a flag, and gives it back.
#[pyclass(frozen, weakref, module = "tracefmt._rust")]
pub struct Sink {
    descriptor: RawFd,
    /// Lines are kept until they are more bytes than this; 0 keeps none.
    buffer_size: usize,
    state: Mutex<State>,
    turn_is_free: Condvar,
}

#[derive(Default)]
struct State {
    /// Whose turn it is to write.
    writer: Option<ThreadId>,
    /// How many threads wait for theirs; waking nobody would cost a system call too.
    queue: usize,
    /// Lines that wait: for the buffer to fill, or for the turn of the thread that wrote them.
    waiting: Vec<u8>,
    /// The last write ended within a line.
    torn: bool,
}

#[pymethods]
impl Sink {
    #[new]
    #[pyo3(signature = (descriptor, buffer_size = 0))]
    fn new(descriptor: RawFd, buffer_size: usize) -> Self {
        Self {
            descriptor,
            buffer_size,
            state: Mutex::default(),
            turn_is_free: Condvar::new(),
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

    /// In a child process: forget what the parent will write, and whose turn it was.
    fn after_fork(&self) {
        *self.lock() = State::default();
    }

    #[getter]
    fn descriptor(&self) -> RawFd {
        self.descriptor
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
        view: RecordView<'py>,
    ) -> PyResult<()> {
        let mut out = Buffer::take();
        encoder.encode_view_into(py, &mut out.bytes, view)?;
        self.write_line(py, &mut out.bytes)
    }

    /// Ends the line and writes it, or keeps it for later.
    pub fn write_line(&self, py: Python<'_>, line: &mut Vec<u8>) -> PyResult<()> {
        append(line, b"\n")?;
        if self.buffer_size > 0 {
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

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a line behind those that wait; true where these are more than the buffer should hold.
    fn keep(&self, line: &[u8]) -> PyResult<bool> {
        let mut state = self.lock();
        append(&mut state.waiting, line)?;
        Ok(state.waiting.len() > self.buffer_size)
    }

    /// Writes a line, and then what waits; false where this thread is in the middle of that already.
    fn take_turn_and_write(&self, py: Python<'_>, line: &[u8]) -> PyResult<bool> {
        let Some(torn) = self.take_turn(py) else {
            return Ok(false);
        };
        let mut written = self.write_all(py, line, torn);
        while written.is_ok() {
            let mut state = self.lock();
            if state.waiting.is_empty() {
                break;
            }
            let waiting = std::mem::take(&mut state.waiting);
            let torn = state.torn;
            drop(state);
            written = self.write_all(py, &waiting, torn);
        }
        let mut state = self.lock();
        state.writer = None;
        if state.queue > 0 {
            self.turn_is_free.notify_one();
        }
        drop(state);
        written.map(|()| true)
    }

    /// Waits for the turn, without the GIL, and says whether the last line is torn; None where this
    /// thread has the turn already.
    fn take_turn(&self, py: Python<'_>) -> Option<bool> {
        let me = thread::current().id();
        let mut state = self.lock();
        if state.writer.is_none() {
            state.writer = Some(me);
            return Some(state.torn);
        }
        if state.writer == Some(me) {
            return None;
        }
        state.queue += 1;
        drop(state);
        py.detach(|| {
            let mut state = self.lock();
            while state.writer.is_some() {
                state = self
                    .turn_is_free
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
            }
            state.writer = Some(me);
            state.queue -= 1;
            Some(state.torn)
        })
    }

    /// Writes all of it, whatever the kernel takes at a time; behind a torn line on a new one.
    fn write_all(&self, py: Python<'_>, data: &[u8], torn: bool) -> PyResult<()> {
        if torn && !data.is_empty() {
            self.write_some(py, b"\n")?;
            self.lock().torn = false;
        }
        self.write_some(py, data)
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
                self.lock().torn |= rest.len() < whole;
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

fn append(out: &mut Vec<u8>, data: &[u8]) -> PyResult<()> {
    value::text(out, data).map_err(PyErr::from)
}
