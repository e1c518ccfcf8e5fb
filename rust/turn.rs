//! Whose turn it is to write: one thread's at a time, and nobody waits for it with the GIL in hand.

use crate::imports;
use pyo3::prelude::*;
use std::sync::atomic::{
    AtomicUsize,
    Ordering::{Relaxed, SeqCst},
};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// How long a thread waits before it looks for signals: none ends the wait for another thread.
const PATIENCE: Duration = Duration::from_millis(50);

/// A flag that a thread takes and gives back; no lock is held meanwhile, and a fork leaves none behind.
#[derive(Default)]
pub struct Turn {
    /// The thread whose turn it is; 0 for nobody.
    owner: AtomicUsize,
    /// How many threads wait for theirs; waking nobody would cost a system call too.
    queue: AtomicUsize,
    gate: Gate,
    /// How often this process is the child of one that had the turn's memory before it.
    forks: AtomicUsize,
}

/// What became of taking the turn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Taking {
    Taken,
    /// This thread has it: a signal handler, or a destructor, in the middle of a write.
    HadAlready,
    /// Another thread has it.
    Busy,
    /// Another thread had it, and will never run again: the interpreter is about to end.
    Seized,
}

/// What threads wait at.
#[derive(Default)]
struct Gate {
    lock: Mutex<()>,
    turn_is_free: Condvar,
    /// Stands for this one in a child process, where a thread that is not there may hold the lock.
    in_child: OnceLock<Box<Gate>>,
}

thread_local! {
    /// A number that no other thread of the process has; not 0.
    static ME: usize = {
        static LAST: AtomicUsize = AtomicUsize::new(0);
        LAST.fetch_add(1, Relaxed) + 1
    };
}

fn me() -> usize {
    ME.try_with(|me| *me).unwrap_or(usize::MAX)
}

impl Turn {
    /// Takes the turn if it is nobody's.
    pub fn try_take(&self) -> Taking {
        let me = me();
        match self.owner.compare_exchange(0, me, SeqCst, SeqCst) {
            Ok(_) => Taking::Taken,
            Err(owner) if owner == me => Taking::HadAlready,
            Err(_) => Taking::Busy,
        }
    }

    /// Waits for the turn, for a moment and without the GIL; whether this thread has it now.
    pub fn wait(&self) -> bool {
        let (me, gate) = (me(), self.gate.latest());
        let take = || self.owner.compare_exchange(0, me, SeqCst, SeqCst).is_ok();
        let until = Instant::now() + PATIENCE;
        let mut held = gate.close();
        // in this order: who gives the turn back looks at the queue behind that
        self.queue.fetch_add(1, SeqCst);
        let taken = loop {
            let left = until.saturating_duration_since(Instant::now());
            if take() {
                break true;
            }
            if left.is_zero() {
                break false;
            }
            held = gate
                .turn_is_free
                .wait_timeout(held, left)
                .map_or_else(|poisoned| poisoned.into_inner().0, |(held, _)| held);
        };
        self.queue.fetch_sub(1, SeqCst);
        drop(held);
        taken
    }

    /// Waits for the turn as long as that takes; an exception of a signal handler ends it.
    pub fn take(&self, py: Python<'_>) -> PyResult<Taking> {
        let taking = self.try_take();
        if taking != Taking::Busy {
            return Ok(taking);
        }
        while !py.detach(|| self.wait()) {
            py.check_signals()?;
            if is_finalizing(py) {
                self.owner.store(me(), SeqCst);
                return Ok(Taking::Seized);
            }
        }
        Ok(Taking::Taken)
    }

    /// Gives the turn back, with or without the GIL.
    pub fn give(&self) {
        // it is not this thread's any more where that thread has forked, or the turn was seized
        let mine = self.owner.compare_exchange(me(), 0, SeqCst, SeqCst).is_ok();
        if mine && self.queue.load(SeqCst) > 0 {
            let gate = self.gate.latest();
            drop(gate.close()); // who is in the queue holds it until it sleeps, so it cannot miss this
            gate.turn_is_free.notify_one();
        }
    }

    /// In a child process: none of the parent's other threads is here.
    pub fn after_fork(&self) {
        self.gate.replace_if_held(self.queue.load(SeqCst) > 0);
        self.queue.store(0, SeqCst);
        self.forks.fetch_add(1, Relaxed);
        self.owner.store(0, SeqCst);
    }

    /// A number that is another one in a child process.
    pub fn forks(&self) -> usize {
        self.forks.load(Relaxed)
    }
}

impl Gate {
    fn latest(&self) -> &Self {
        let mut gate = self;
        while let Some(next) = gate.in_child.get() {
            gate = next;
        }
        gate
    }

    fn close(&self) -> MutexGuard<'_, ()> {
        self.lock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn replace_if_held(&self, somebody_waits: bool) {
        let gate = self.latest();
        if somebody_waits || gate.lock.try_lock().is_err() {
            drop(gate.in_child.set(Box::default()));
        }
    }
}

/// Whether the interpreter is about to end, so that no other thread will get the GIL again.
fn is_finalizing(py: Python<'_>) -> bool {
    let asked = || imports::IS_FINALIZING.get(py)?.call0()?.is_truthy();
    asked().unwrap_or(true)
}
