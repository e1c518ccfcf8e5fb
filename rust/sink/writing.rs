//! The slow way of lines, in this thread's turn: the rest of a short write, a full pipe, an error.

use super::{
    CHECKED, FAILING, KEPT_WHEN_INTERRUPTED, LOSSY, Sink, TORN, UNFINISHED, append, end_of_line,
    lock,
};
use crate::checkpoint::Checkpoint;
use crate::error::{is_ordinary, os_error};
use crate::ffi;
use pyo3::prelude::*;
use std::io;
use std::sync::atomic::Ordering::Relaxed;

/// Why a write did not take all.
enum Stop {
    /// The descriptor does not take more at present, and is not to be waited for.
    Full,
    Failed(io::Error),
    /// The checkpoint did not let it pass.
    Refused(PyErr),
    /// A signal handler raised.
    Raised(PyErr),
    /// A signal handler forked, and this is the child: the rest is the parent's.
    Forked,
}

impl Sink {
    /// Writes lines, behind a torn one on a new line; false where the descriptor takes no more for now.
    /// What is not written is kept, as far as there is room, or counted.
    pub(super) fn put(
        &self,
        py: Python<'_>,
        lines: &mut Vec<u8>,
        first: Option<io::Result<usize>>,
        clock: bool,
    ) -> PyResult<bool> {
        let trouble = self.trouble.load(Relaxed);
        let on_new_line = trouble & TORN != 0 && !lines.is_empty();
        if on_new_line {
            append(lines, b"\n")?; // the room for it
            lines.rotate_right(1);
        }
        let (written, stop) = match &self.checkpoint {
            None => self.write_all(py, lines, first),
            Some(checkpoint) => {
                self.write_past(py, checkpoint.get(), lines, usize::from(on_new_line), clock)
            }
        };
        let unwritten = match written {
            0 if on_new_line => 1, // our own line end is not kept
            written => written,
        };
        let within = match written {
            0 => trouble & UNFINISHED != 0,
            written => lines.get(written - 1) != Some(&b'\n'),
        };
        match stop {
            None => {
                if trouble & !(LOSSY | CHECKED) != 0 {
                    self.trouble.fetch_and(LOSSY | CHECKED, Relaxed);
                }
                Ok(true)
            }
            Some(Stop::Forked) => Ok(false),
            Some(stop) => {
                let still_torn = written == 0 && on_new_line;
                lines.drain(..unwritten);
                self.keep_rest(lines, within, still_torn, &stop)?;
                match stop {
                    Stop::Failed(error) => Err(os_error(py, error)),
                    Stop::Refused(error) | Stop::Raised(error) => Err(error),
                    Stop::Full | Stop::Forked => Ok(false),
                }
            }
        }
    }

    /// Puts lines that were not written before those that wait. The rest of a line that was begun is lost,
    /// unless the descriptor was only full; so are the newest lines, where there is no room for all.
    fn keep_rest(
        &self,
        rest: &mut Vec<u8>,
        within: bool,
        still_torn: bool,
        stop: &Stop,
    ) -> PyResult<()> {
        let (mut lost, mut trouble) = (0, FAILING);
        let is_full = matches!(stop, Stop::Full);
        if within && !is_full {
            rest.drain(..end_of_line(rest));
            lost += 1;
        }
        if still_torn || within && !is_full {
            trouble |= TORN;
        }
        let mut waiting = lock(&self.waiting);
        append(rest, &waiting)?;
        let mut room = match stop {
            Stop::Raised(_) => self.buffer_size.max(KEPT_WHEN_INTERRUPTED),
            _ => self.buffer_size,
        };
        if within && is_full {
            trouble |= UNFINISHED;
            room = room.max(end_of_line(rest));
        }
        if rest.len() > room {
            let end = memchr::memrchr(b'\n', &rest[..room]).map_or(0, |last| last + 1);
            lost += memchr::memchr_iter(b'\n', &rest[end..]).count() as u64;
            rest.truncate(end);
        }
        self.some_wait.store(!rest.is_empty(), Relaxed);
        *waiting = std::mem::take(rest);
        drop(waiting);
        let kept = self.trouble.load(Relaxed) & (LOSSY | CHECKED);
        self.trouble.store(trouble | kept, Relaxed);
        match stop {
            _ if lost == 0 => {}
            Stop::Full => self.lose(lost, 0, None, None),
            Stop::Failed(error) => self.lose(0, lost, None, error.raw_os_error()),
            Stop::Raised(_) => self.lose(0, lost, None, Some(libc::EINTR)),
            Stop::Refused(_) | Stop::Forked => self.lose(0, lost, None, None),
        }
        Ok(())
    }

    /// Writes as many whole lines at a time as the checkpoint lets pass; what ends a torn line belongs to
    /// the file that has it.
    fn write_past(
        &self,
        py: Python<'_>,
        checkpoint: &Checkpoint,
        data: &[u8],
        mut admitted: usize,
        clock: bool,
    ) -> (usize, Option<Stop>) {
        let mut written = 0;
        while written < data.len() {
            let rest = &data[written..];
            if admitted == 0 {
                admitted = match checkpoint.admit(py, rest, clock) {
                    Ok(admitted) => admitted,
                    Err(error) if is_ordinary(&error, py) => {
                        return (written, Some(Stop::Refused(error)));
                    }
                    Err(error) => return (written, Some(Stop::Raised(error))),
                };
            }
            let (more, stop) = self.write_all(py, &rest[..admitted], None);
            written += more;
            if stop.is_some() {
                checkpoint.wake(); // nobody knows how much is in the file
                return (written, stop);
            }
            checkpoint.spend(admitted);
            admitted = 0;
        }
        (written, None)
    }

    /// Writes all of it, whatever the kernel takes at a time: how much it took, and why not all.
    fn write_all(
        &self,
        py: Python<'_>,
        data: &[u8],
        mut first: Option<io::Result<usize>>,
    ) -> (usize, Option<Stop>) {
        let (mut written, forks) = (0, self.turn.forks());
        while written < data.len() {
            let write = || ffi::write(self.descriptor, &data[written..]);
            let attempt = first.take().unwrap_or_else(|| py.detach(write));
            let went_on = match attempt {
                Ok(more) => {
                    written += more;
                    if written == data.len() {
                        break;
                    }
                    py.check_signals().map_err(Stop::Raised) // a signal ends a long write early
                }
                Err(error) => self.wait(py, error),
            };
            if self.turn.forks() != forks {
                return (written, Some(Stop::Forked));
            }
            if let Err(stop) = went_on {
                return (written, Some(stop));
            }
        }
        (written, None)
    }

    /// After a write that took nothing: until it is worth another try, or why it is not.
    fn wait(&self, py: Python<'_>, mut error: io::Error) -> Result<(), Stop> {
        if error.kind() == io::ErrorKind::WouldBlock {
            if self.drops {
                return Err(Stop::Full);
            }
            match py.detach(|| ffi::wait_until_writable(self.descriptor)) {
                Ok(()) => return py.check_signals().map_err(Stop::Raised),
                Err(failed) => error = failed,
            }
        }
        if error.kind() == io::ErrorKind::Interrupted {
            return py.check_signals().map_err(Stop::Raised); // its exception ends the call
        }
        Err(Stop::Failed(error))
    }
}
