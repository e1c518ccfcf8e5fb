//! Lines that are too long for the plan's limit.

use crate::encoder::new_bytes;
use crate::error::{Written, is_ordinary};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyString;

pub struct LineLimit {
    longest: usize,
    shared: Option<Py<PyAny>>,
}

impl LineLimit {
    /// The plan's limit; without one no line is too long.
    pub fn of(limit: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(if limit.is_none() {
            Self {
                longest: usize::MAX,
                shared: None,
            }
        } else {
            Self {
                longest: limit.getattr("longest")?.extract()?,
                shared: Some(limit.clone().unbind()),
            }
        })
    }

    /// Leaves as much of the line as may be.
    #[inline]
    pub fn apply(&self, py: Python<'_>, line: &mut Vec<u8>) -> Written {
        if line.len() <= self.longest {
            return Ok(());
        }
        self.cut(py, intern!(py, "cut"), line)
    }

    /// Does the same for a line of last resort; `nothing_left` where there is no stack for that either.
    pub fn apply_last(
        &self,
        py: Python<'_>,
        line: &mut Vec<u8>,
        nothing_left: &[u8],
    ) -> PyResult<()> {
        if line.len() <= self.longest {
            return Ok(());
        }
        match self
            .cut(py, intern!(py, "cut_last"), line)
            .map_err(PyErr::from)
        {
            Err(error) if is_ordinary(&error, py) => {
                line.clear();
                line.extend_from_slice(nothing_left);
                Ok(())
            }
            done => done,
        }
    }

    #[cold]
    fn cut(&self, py: Python<'_>, method: &Bound<'_, PyString>, line: &mut Vec<u8>) -> Written {
        if let Some(shared) = &self.shared {
            let whole = new_bytes(py, line)?;
            let shorter = shared.bind(py).call_method1(method, (whole,))?;
            line.clear();
            line.extend_from_slice(shorter.extract().map_err(PyErr::from)?);
        }
        Ok(())
    }

    pub fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.shared)
    }
}
