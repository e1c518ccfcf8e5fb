//! The thread that writes what is queued.

use super::queue::{End, Line, LineQueue, Writer};
use crate::ffi;
use std::collections::VecDeque;
use std::io::{Error, ErrorKind};
use std::sync::PoisonError;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

/// Lines are joined up to what a pipe takes whole (`PIPE_BUF`), so that those of several processes on one
/// pipe do not mix; a longer line is written alone.
const BATCH: usize = 4096;

/// An emptied buffer of up to this size is kept.
const KEPT: usize = 1 << 18;

/// What the writer has in hand.
#[derive(Default)]
struct Batch {
    bytes: Vec<u8>,
    lines: Vec<Line>,
    /// A newline comes first, behind a torn line.
    torn: bool,
}

impl LineQueue {
    /// Writes lines as they come, until the queue has ended and all is written.
    pub fn run(&self) {
        let mut batch = Batch::default();
        while self.take(&mut batch, true) {
            let written = self.write(&mut batch);
            self.finish(&mut batch, written);
        }
    }

    /// Writes what is there, in a caller, where no thread can be had.
    pub fn run_here(&self) {
        let mut batch = Batch::default();
        while self.take(&mut batch, false) {
            let written = self.write(&mut batch);
            self.finish(&mut batch, written);
        }
    }

    /// Takes the next lines; false where there are none and there is nothing to wait for.
    fn take(&self, batch: &mut Batch, wait: bool) -> bool {
        let mut state = self.lock();
        while state.lines.is_empty() {
            if !wait || state.end != End::Never {
                state.writer = Writer::Absent;
                return false;
            }
            state.writer = Writer::Asleep;
            state = self
                .work
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
            state.writer = Writer::Busy;
        }
        let mut size = 0;
        while let Some(line) = state.lines.front().copied()
            && (size == 0 || size + line.size <= BATCH)
        {
            size += line.size;
            batch.lines.push(line);
            state.lines.pop_front();
        }
        batch.torn = state.torn;
        if batch.torn {
            batch.bytes.push(b'\n');
        }
        let (front, back) = state.bytes.as_slices();
        let of_front = size.min(front.len());
        batch.bytes.extend_from_slice(&front[..of_front]);
        batch.bytes.extend_from_slice(&back[..size - of_front]);
        state.bytes.drain(..size);
        if state.bytes.is_empty() && state.bytes.capacity() > KEPT {
            state.bytes = VecDeque::new();
            state.lines.shrink_to_fit();
        }
        state.in_flight = size;
        state.lines_in_flight = batch.lines.len();
        true
    }

    /// Writes a batch: how many bytes the kernel took, and why no more.
    fn write(&self, batch: &mut Batch) -> (usize, Option<Error>) {
        let mut written = 0;
        if self.file.is_some() && ffi::file_of(self.descriptor) != self.file {
            return (0, Some(Error::from_raw_os_error(libc::EBADF))); // closed, and another's by now
        }
        while written < batch.bytes.len() {
            match ffi::write(self.descriptor, &batch.bytes[written..]) {
                Ok(some) => written += some,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    if let Err(error) = ffi::wait_until_writable(self.descriptor)
                        && error.kind() != ErrorKind::Interrupted
                    {
                        return (written, Some(error));
                    }
                }
                Err(error) => return (written, Some(error)),
            }
            if self.lock().is_abandoned() {
                break;
            }
        }
        (written, None)
    }

    /// Counts what has been written and what failed, and wakes who waits for it.
    fn finish(&self, batch: &mut Batch, (written, error): (usize, Option<Error>)) {
        let now = Instant::now();
        let all = batch.bytes.len();
        let mut left = written.saturating_sub(usize::from(batch.torn));
        let mut state = self.lock();
        let mut whole = 0;
        for line in &batch.lines {
            if line.size > left {
                break;
            }
            left -= line.size;
            whole += 1;
            let latency = now.saturating_duration_since(line.since);
            let tally = &mut state.tally;
            tally.written_lines += 1;
            tally.written_bytes += line.size as u64;
            tally.latency_last = latency;
            tally.latency_total += latency;
            tally.latency_max = tally.latency_max.max(latency);
        }
        if let Some(error) = error {
            let code = error.raw_os_error().unwrap_or(0);
            let (first, last) = (
                batch.lines[whole].number,
                batch.lines[batch.lines.len() - 1].number,
            );
            let first = match state.failure {
                Some((first, _, _)) if state.failing => first,
                _ => first,
            };
            state.failure = Some((first, last, code));
            if !std::mem::replace(&mut state.failing, true) {
                self.unreported.store(true, Relaxed);
            }
            state.lose(0, (batch.lines.len() - whole) as u64, Some(code));
            self.lossy.store(true, Relaxed);
        } else if written == all {
            state.failing = false;
        }
        state.torn = left > 0 || (written == 0 && batch.torn);
        state.done = match batch.lines.last() {
            Some(last) if !state.lines.is_empty() => last.number,
            _ => state.newest, // the newest may have been dropped
        };
        state.in_flight = 0;
        state.lines_in_flight = 0;
        let has_room = state.held() <= self.bound - self.bound / 16;
        let wake = (
            state.waiting_to_pass > 0,
            has_room && state.waiting_for_room > 0,
        );
        drop(state);
        batch.lines.clear();
        batch.bytes.clear();
        if wake.0 {
            self.passed.notify_all();
        }
        if wake.1 {
            self.room.notify_all();
        }
    }
}
