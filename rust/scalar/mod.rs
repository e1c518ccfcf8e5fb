//! Plain values in, JSON text out.  No Python and no `unsafe` in here; `cargo test` runs these rooms
//! against `tests/cases/*.json`, the same cases that pytest gives to both cores.
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(dead_code))]

use std::collections::TryReserveError;

pub mod id;
pub mod number;
pub mod severity;
pub mod string;
pub mod timestamp;

/// There is no room for the text; an infallible `Vec` would abort the process.
#[derive(Debug)]
pub struct OutOfMemory;

pub type Written = Result<(), OutOfMemory>;

impl From<TryReserveError> for OutOfMemory {
    fn from(_: TryReserveError) -> Self {
        Self
    }
}

#[cfg(test)]
mod cases;
