//! Python objects that a thread keeps for itself, and what becomes of them when it ends.
//!
//! Then it has no GIL, and `PyO3` would put the objects into its pool, under a lock: a fork at that moment leaves
//! the lock taken in the child, whose first native call then waits for ever. So they are left here, where
//! nobody has to wait, for the next thread that keeps something.

use std::any::Any;
use std::cell::RefCell;
use std::ops::Deref;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// A thread's own list.
pub struct PerThread<T: Send + 'static>(RefCell<Vec<T>>);

static LEFT: Mutex<Vec<Box<dyn Any + Send>>> = Mutex::new(Vec::new());
static SOME_LEFT: AtomicBool = AtomicBool::new(false);

/// How often a thread that ends tries to leave its list; in vain it is lost, as in a child whose parent was
/// here at the fork.
const TRIES: usize = 100;

impl<T: Send + 'static> PerThread<T> {
    pub const fn new() -> Self {
        Self(RefCell::new(Vec::new()))
    }
}

impl<T: Send + 'static> Deref for PerThread<T> {
    type Target = RefCell<Vec<T>>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<T: Send + 'static> Drop for PerThread<T> {
    fn drop(&mut self) {
        let list = std::mem::take(self.0.get_mut());
        if list.is_empty() {
            return;
        }
        for _ in 0..TRIES {
            if let Ok(mut left) = LEFT.try_lock() {
                left.push(Box::new(list));
                SOME_LEFT.store(true, Relaxed);
                return;
            }
            std::thread::yield_now();
        }
        std::mem::forget(list);
    }
}

/// Drops what threads have left; for a thread with the GIL that is in the middle of nothing.
pub fn clear_away() {
    if SOME_LEFT.load(Relaxed)
        && let Ok(mut left) = LEFT.try_lock()
    {
        SOME_LEFT.store(false, Relaxed);
        let lists = std::mem::take(&mut *left);
        drop(left);
        drop(lists); // only now: a destructor may run Python code
    }
}
