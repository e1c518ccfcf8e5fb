//! Why a line could not be written in the ordinary way.

use crate::imports;
use crate::scalar::OutOfMemory;
use pyo3::exceptions::{PyException, PyMemoryError, PyOSError};
use pyo3::prelude::*;
use std::collections::TryReserveError;
use std::io;

/// What ends the writing of a line.
pub enum Stop {
    /// Python code raised; boxed, so that the good case travels in registers.
    Raised(Box<PyErr>),
    /// There is no memory for the text.
    OutOfMemory,
}

pub type Written = Result<(), Stop>;

impl From<PyErr> for Stop {
    fn from(error: PyErr) -> Self {
        Self::Raised(Box::new(error))
    }
}

impl From<OutOfMemory> for Stop {
    fn from(_: OutOfMemory) -> Self {
        Self::OutOfMemory
    }
}

impl From<TryReserveError> for Stop {
    fn from(_: TryReserveError) -> Self {
        Self::OutOfMemory
    }
}

impl From<Stop> for PyErr {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Raised(error) => *error,
            Stop::OutOfMemory => PyMemoryError::new_err("no memory for the line"),
        }
    }
}

/// Whether the error may be written into the line; `KeyboardInterrupt`, `SystemExit` and their like pass.
pub fn is_ordinary(error: &PyErr, py: Python<'_>) -> bool {
    error.is_instance_of::<PyException>(py)
}

/// The error of a system call, as Python's own functions raise it: of the class for its number.
pub fn os_error(py: Python<'_>, error: io::Error) -> PyErr {
    let Some(number) = error.raw_os_error() else {
        return error.into();
    };
    let text = || {
        imports::STRERROR
            .get(py)?
            .call1((number,))?
            .extract::<String>()
    };
    match text() {
        Ok(text) => PyOSError::new_err((number, text)),
        Err(error) => error,
    }
}
