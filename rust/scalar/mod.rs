//! Plain values in, JSON text out.  No Python and no `unsafe` in here; `cargo test` runs these rooms
//! against `tests/cases/*.json`, the same cases that pytest gives to both cores.
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(dead_code))]

use std::collections::TryReserveError;

pub mod id;
pub mod number;
pub mod string;
pub mod timestamp;

/// Room was found for the text, or memory is at its end; an infallible `Vec` would abort the process.
pub type Written = Result<(), TryReserveError>;

#[cfg(test)]
mod cases;
