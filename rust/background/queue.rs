//! Lines that wait for a thread to write them: bounded, counted, and free of Python.

use crate::ffi;
use std::collections::VecDeque;
use std::io::{Error, ErrorKind};
use std::os::fd::RawFd;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum WhenFull {
    Block,
    DropNewest,
    DropOldest,
}

/// What became of a line that was to be queued.
pub enum Put {
    /// It has this number; `start` says that no thread is there to write it yet.
    Queued { number: u64, start: bool },
    /// There is no room for it now.
    Full,
    /// There was no room, and it is counted as dropped.
    Dropped,
}

/// What was lost since the last report.
#[derive(Clone, Copy)]
pub struct Loss {
    /// For want of room.
    pub dropped: u64,
    /// By an error of the descriptor, the last of which was this one.
    pub failed: u64,
    pub error: Option<i32>,
    pub since: SystemTime,
}

/// What the thread that writes is doing.
#[derive(Default, PartialEq, Eq)]
pub(super) enum Writer {
    #[default]
    Absent,
    Busy,
    Asleep,
}

/// When it ends.
#[derive(Default, PartialEq, Eq)]
pub(super) enum End {
    #[default]
    Never,
    WhenWritten,
    AtOnce,
}

/// What has happened so far.
#[derive(Clone, Copy, Default)]
pub struct Tally {
    pub queued_lines: u64,
    pub queued_bytes: u64,
    pub written_lines: u64,
    pub written_bytes: u64,
    pub dropped_lines: u64,
    pub failed_lines: u64,
    pub latency_last: Duration,
    pub latency_total: Duration,
    pub latency_max: Duration,
}

pub(super) struct LineQueue {
    pub(super) descriptor: RawFd,
    /// Which file the descriptor led to; not asked of the standard streams, which may be redirected.
    pub(super) file: Option<(u64, u64)>,
    pub(super) bound: usize,
    pub(super) when_full: WhenFull,
    pub(super) state: Mutex<State>,
    /// The writer waits here for lines,
    pub(super) work: Condvar,
    /// callers for room, and others for their lines to be written.
    pub(super) room: Condvar,
    pub(super) passed: Condvar,
    /// Something was lost and has not been reported.
    pub(super) lossy: AtomicBool,
    /// The descriptor has failed, and no caller has been told.
    pub(super) unreported: AtomicBool,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) bytes: VecDeque<u8>,
    pub(super) lines: VecDeque<Line>,
    /// How many callers wait: waking nobody would cost a system call too.
    pub(super) waiting_for_room: usize,
    pub(super) waiting_to_pass: usize,
    /// What the writer has taken and not written yet.
    pub(super) in_flight: usize,
    pub(super) lines_in_flight: usize,
    /// The number of the newest line, and up to which one all are written or lost.
    pub(super) newest: u64,
    pub(super) done: u64,
    pub(super) writer: Writer,
    pub(super) end: End,
    /// How much was written when waiting for the rest took too long.
    pub(super) stalled: Option<u64>,
    /// The last write ended within a line,
    pub(super) torn: bool,
    /// or with an error.
    pub(super) failing: bool,
    /// The numbers of the lines that failed one after the other, and the last error.
    pub(super) failure: Option<(u64, u64, i32)>,
    pub(super) loss: Option<Loss>,
    pub(super) tally: Tally,
}

#[derive(Clone, Copy)]
pub(super) struct Line {
    pub(super) number: u64,
    pub(super) size: usize,
    pub(super) droppable: bool,
    pub(super) since: Instant,
}

impl State {
    pub(super) fn is_abandoned(&self) -> bool {
        self.end == End::AtOnce
    }

    pub(super) fn held(&self) -> usize {
        self.bytes.len() + self.in_flight
    }

    pub(super) fn lose(&mut self, dropped: u64, failed: u64, error: Option<i32>) {
        self.tally.dropped_lines += dropped;
        self.tally.failed_lines += failed;
        let loss = self.loss.get_or_insert_with(|| Loss {
            dropped: 0,
            failed: 0,
            error: None,
            since: SystemTime::now(),
        });
        loss.dropped += dropped;
        loss.failed += failed;
        loss.error = error.or(loss.error);
    }

    /// Drops the oldest lines that may be, until there is room for so many bytes; how many it were.
    fn drop_oldest(&mut self, wanted: usize, bound: usize) -> u64 {
        let (mut at, mut index, mut dropped) = (0, 0, 0);
        while self.held() + wanted > bound {
            let Some(line) = self.lines.get(index).copied() else {
                break;
            };
            if line.droppable {
                self.bytes.drain(at..at + line.size);
                self.lines.remove(index);
                dropped += 1;
            } else {
                at += line.size;
                index += 1;
            }
        }
        dropped
    }

    fn push(&mut self, line: &[u8], droppable: bool) -> Result<Put, Error> {
        let memory = |_| Error::from(ErrorKind::OutOfMemory);
        self.bytes.try_reserve(line.len()).map_err(memory)?;
        self.lines.try_reserve(1).map_err(memory)?;
        self.bytes.extend(line);
        self.newest += 1;
        self.lines.push_back(Line {
            number: self.newest,
            size: line.len(),
            droppable,
            since: Instant::now(),
        });
        let start = self.writer == Writer::Absent;
        if start {
            self.writer = Writer::Busy;
        }
        Ok(Put::Queued {
            number: self.newest,
            start,
        })
    }
}

impl LineQueue {
    pub fn new(descriptor: RawFd, bound: usize, when_full: WhenFull, watched: bool) -> Self {
        Self {
            descriptor,
            file: if watched && descriptor > 2 {
                ffi::file_of(descriptor)
            } else {
                None
            },
            bound,
            when_full,
            state: Mutex::default(),
            work: Condvar::new(),
            room: Condvar::new(),
            passed: Condvar::new(),
            lossy: AtomicBool::new(false),
            unreported: AtomicBool::new(false),
        }
    }

    pub fn descriptor(&self) -> RawFd {
        self.descriptor
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a line, unless that had to wait for the lock.
    pub fn put_at_once(&self, line: &[u8], droppable: bool) -> Option<Result<Put, Error>> {
        let mut state = self.state.try_lock().ok()?;
        Some(self.put_into(&mut state, line, droppable))
    }

    pub fn put(&self, line: &[u8], droppable: bool) -> Result<Put, Error> {
        self.put_into(&mut self.lock(), line, droppable)
    }

    /// Queues a line though there be no room.
    pub fn force(&self, line: &[u8]) -> Result<Put, Error> {
        let mut state = self.lock();
        let put = state.push(line, false);
        self.wake(&mut state);
        put
    }

    fn put_into(&self, state: &mut State, line: &[u8], droppable: bool) -> Result<Put, Error> {
        let has_room = |state: &State| {
            let held = state.held();
            held == 0 || held + line.len() <= self.bound
        };
        let mut fits = has_room(state);
        if !fits && self.when_full == WhenFull::DropOldest {
            let dropped = state.drop_oldest(line.len(), self.bound);
            if dropped > 0 {
                state.lose(dropped, 0, None);
                self.lossy.store(true, Relaxed);
            }
            fits = has_room(state);
        }
        if fits && !state.is_abandoned() {
            let put = state.push(line, droppable);
            self.wake(state);
            return put;
        }
        if state.is_abandoned() || (droppable && self.when_full != WhenFull::Block) {
            state.lose(1, 0, None);
            self.lossy.store(true, Relaxed);
            return Ok(Put::Dropped);
        }
        Ok(Put::Full)
    }

    /// Wakes the thread, once for all lines that come before it is awake.
    fn wake(&self, state: &mut State) {
        if state.writer == Writer::Asleep {
            state.writer = Writer::Busy;
            self.work.notify_one();
        }
    }

    /// Waits for room, for so long at most.
    pub fn wait_for_room(&self, limit: Duration) {
        let mut state = self.lock();
        if state.held() > 0 {
            state.waiting_for_room += 1;
            let woken = self.room.wait_timeout(state, limit);
            woken
                .unwrap_or_else(PoisonError::into_inner)
                .0
                .waiting_for_room -= 1;
        }
    }

    /// Waits until a line and all before it are written or lost, for so long at most; whether they are.
    pub fn wait_for(&self, number: u64, limit: Duration) -> bool {
        let mut state = self.lock();
        let until = Instant::now() + limit;
        state.waiting_to_pass += 1;
        while state.done < number && !state.is_abandoned() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let woken = self.passed.wait_timeout(state, left);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
        state.waiting_to_pass -= 1;
        state.done >= number
    }

    /// The number of the newest line.
    pub fn newest(&self) -> u64 {
        self.lock().newest
    }

    /// Whether waiting has taken too long before, and nothing has been written since.
    pub fn is_stalled(&self) -> bool {
        let state = self.lock();
        state.stalled == Some(state.tally.written_bytes)
    }

    pub fn note_stall(&self) {
        let mut state = self.lock();
        state.stalled = Some(state.tally.written_bytes);
    }

    /// The error with which a line failed.
    pub fn failure_of(&self, number: u64) -> Option<Error> {
        let (first, last, error) = self.lock().failure?;
        (first..=last)
            .contains(&number)
            .then(|| Error::from_raw_os_error(error))
    }

    /// Whether there is an error that nobody has been told of,
    pub fn is_untold(&self) -> bool {
        self.unreported.load(Relaxed)
    }

    /// and which.
    pub fn unreported(&self) -> Option<Error> {
        if !self.unreported.swap(false, Relaxed) {
            return None;
        }
        let (_, _, error) = self.lock().failure?;
        Some(Error::from_raw_os_error(error))
    }

    pub fn told(&self) {
        self.unreported.store(false, Relaxed);
    }

    /// Whether lines were lost that have not been reported.
    pub fn is_lossy(&self) -> bool {
        self.lossy.load(Relaxed)
    }

    /// Whether lines were lost, and are not any more.
    pub fn loss_has_ended(&self) -> bool {
        let state = self.lock();
        state.loss.is_some() && !state.failing && state.held() <= self.bound / 2
    }

    pub fn take_loss(&self) -> Option<Loss> {
        self.lossy.store(false, Relaxed);
        self.lock().loss.take()
    }

    pub fn tally(&self) -> Tally {
        let state = self.lock();
        Tally {
            queued_lines: (state.lines.len() + state.lines_in_flight) as u64,
            queued_bytes: state.held() as u64,
            ..state.tally
        }
    }

    /// Lets the thread end when all is written.
    pub fn end(&self) {
        self.lock().end = End::WhenWritten;
        self.work.notify_all();
    }

    pub fn is_abandoned(&self) -> bool {
        self.lock().is_abandoned()
    }

    /// Gives up all that is not written; how many lines.
    pub fn abandon(&self) -> u64 {
        let mut state = self.lock();
        let lost = (state.lines.len() + state.lines_in_flight) as u64;
        state.end = End::AtOnce;
        state.bytes = VecDeque::new();
        state.lines.clear();
        if lost > 0 {
            state.lose(lost, 0, None);
            self.lossy.store(true, Relaxed);
        }
        drop(state);
        self.work.notify_all();
        self.room.notify_all();
        self.passed.notify_all();
        lost
    }
}
