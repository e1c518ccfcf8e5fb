//! The buffer that lines are written into.

use std::cell::Cell;

/// The thread's buffer, for the time of one line.  While it is out (a `__repr__` may log), the next
/// line gets a fresh one.
pub struct Buffer {
    pub bytes: Vec<u8>,
}

/// What a thread keeps from line to line; a larger buffer is given back.
pub const KEPT: usize = 64 * 1024;

thread_local! {
    static KEEP: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

impl Buffer {
    pub fn take() -> Self {
        Self {
            bytes: KEEP.try_with(Cell::take).unwrap_or_default(),
        }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let mut bytes = std::mem::take(&mut self.bytes);
        if bytes.capacity() <= KEPT {
            bytes.clear();
            // the thread may be past its last breath
            let _ = KEEP.try_with(|keep| keep.set(bytes));
        }
    }
}
