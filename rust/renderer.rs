//! The last processor of a structlog chain, as structlog calls it.

use crate::encoder::Encoder;
use crate::event::Event;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Writes event dicts by an encoder's plan.
#[pyclass(frozen, module = "tracefmt._rust")]
pub struct EventRenderer {
    encoder: Py<Encoder>,
    /// Whether lines are text rather than bytes.
    text: bool,
    /// structlog's context variables by their names, if they are to be read.
    variables: Option<Py<PyDict>>,
}

impl EventRenderer {
    pub fn new(encoder: Py<Encoder>, text: bool, variables: Option<Py<PyDict>>) -> Self {
        Self {
            encoder,
            text,
            variables,
        }
    }
}

#[pymethods]
impl EventRenderer {
    /// Return an event dict as one line of JSON, without a newline.
    fn __call__<'py>(
        &self,
        logger: &Bound<'py, PyAny>,
        method_name: &Bound<'py, PyAny>,
        event_dict: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = logger.py();
        let event = Event {
            logger,
            method_name,
            event_dict,
            variables: self.variables.as_ref().map(|found| found.bind(py)),
        };
        self.encoder.get().encode_event(&event, self.text)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.variables)?;
        visit.call(&self.encoder)
    }
}
