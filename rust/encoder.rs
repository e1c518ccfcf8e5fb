//! A record to one line: the plan's steps, run in order.

use crate::error::{Stop, is_ordinary};
use crate::imports;
use crate::plan::Step;
use crate::record::{Names, RecordView, Slot};
use crate::span::{self, Span, SpanReader};
use pyo3::exceptions::PyRuntimeError;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyString, PyTuple};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Turns records into lines by one plan.
#[pyclass(frozen, module = "tracefmt._rust")]
pub struct Encoder {
    steps: Vec<Step>,
    names: Names,
    spans: SpanReader,
    describe_exception: Py<PyAny>,
}

#[pymethods]
impl Encoder {
    #[new]
    fn new(
        plan: &Bound<'_, PyAny>,
        span_source: Bound<'_, PyAny>,
        describe_exception: Py<PyAny>,
    ) -> PyResult<Self> {
        let py = plan.py();
        let steps = plan.getattr("steps")?;
        Ok(Self {
            steps: steps.try_iter()?.map(|step| Step::new(&step?)).collect::<PyResult<_>>()?,
            names: Names::new(py, &plan.getattr("hidden")?, plan.getattr("reserved")?)?,
            spans: SpanReader::new(span_source)?,
            describe_exception,
        })
    }

    /// Return the record as one line of JSON in UTF-8, without a newline.
    fn encode_record<'py>(&self, record: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyBytes>> {
        let py = record.py();
        let mut out = Buffer::take();
        // Nothing in this crate is known to panic; if something does, that is one bad line and no more.
        let written = catch_unwind(AssertUnwindSafe(|| self.write(&mut out.bytes, record)));
        let failure: PyErr = match written {
            Ok(Ok(())) => match new_bytes(py, &out.bytes) {
                Ok(line) => return Ok(line),
                Err(error) => error,
            },
            Ok(Err(stop)) => stop.into(),
            Err(_) => PyRuntimeError::new_err("panic in the Rust core"),
        };
        last_resort(record, failure)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.describe_exception)?;
        self.spans.traverse(&visit)
    }
}

impl Encoder {
    fn write(&self, out: &mut Vec<u8>, record: &Bound<'_, PyAny>) -> Result<(), Stop> {
        let mut view = RecordView::read(record, &self.names)?;
        let span = self.span_of(&mut view, record.py())?;
        let exception = self.exception_of(&view)?;
        let line = Line { record: view, span, exception };
        for step in &self.steps {
            step.write(out, &line)?;
        }
        if out.is_empty() {
            out.push(b'{');
        } else {
            out[0] = b'{'; // in the place of the first comma
        }
        out.try_reserve(1)?;
        out.push(b'}');
        Ok(())
    }

    fn span_of(&self, view: &mut RecordView<'_>, py: Python<'_>) -> Result<Option<Span>, Stop> {
        if let Some(capture) = &view.capture {
            return Ok(capture.span);
        }
        match self.spans.read(py) {
            Ok(span) => Ok(span),
            Err(error) => {
                view.add_error(span::describe_failure(py, error)?);
                Ok(None)
            }
        }
    }

    fn exception_of<'py>(&self, view: &RecordView<'py>) -> Result<Option<Exception<'py>>, Stop> {
        if let Some(texts) = view.capture.as_ref().and_then(|capture| capture.exception.as_ref()) {
            return Ok(Some(Exception::Texts(texts.clone())));
        }
        if let Some(exc_info) = view.get(Slot::ExcInfo).filter(|found| !is_nothing(found)) {
            let texts = self.describe_exception.bind(exc_info.py()).call1((exc_info,))?;
            if let Ok(texts) = texts.cast_into::<PyTuple>() {
                return Ok(Some(Exception::Texts(texts)));
            }
        }
        // what a stdlib formatter left behind
        let rendered = view.get(Slot::ExcText).and_then(|text| text.cast_exact::<PyString>().ok());
        Ok(rendered.filter(|text| text.len().is_ok_and(|length| length > 0)).map(|text| {
            Exception::Rendered(text.clone())
        }))
    }
}

/// None or False, as logging has them where there is no exception.
fn is_nothing(exc_info: &Bound<'_, PyAny>) -> bool {
    exc_info.is_none() || exc_info.cast_exact::<PyBool>().is_ok_and(|flag| !flag.is_true())
}

/// A record that is being written, with what does not stand on it: span and exception.
pub struct Line<'py> {
    pub record: RecordView<'py>,
    pub span: Option<Span>,
    exception: Option<Exception<'py>>,
}

enum Exception<'py> {
    /// Type, message and stacktrace.
    Texts(Bound<'py, PyTuple>),
    /// The stacktrace alone.
    Rendered(Bound<'py, PyString>),
}

const STACKTRACE: usize = 2;

impl<'py> Line<'py> {
    pub fn exception_part(&self, part: usize) -> PyResult<Option<Bound<'py, PyAny>>> {
        let text = match &self.exception {
            Some(Exception::Texts(texts)) => texts.get_item(part)?,
            Some(Exception::Rendered(text)) if part == STACKTRACE => text.clone().into_any(),
            _ => return Ok(None),
        };
        Ok(if text.is_none() { None } else { Some(text) })
    }
}

/// The line for a record that could not be written in any other way.
fn last_resort<'py>(record: &Bound<'py, PyAny>, failure: PyErr) -> PyResult<Bound<'py, PyBytes>> {
    const NOTHING_LEFT: &[u8] = br#"{"format_error":"the record could not be written"}"#;
    let py = record.py();
    if !is_ordinary(&failure, py) {
        return Err(failure);
    }
    let line = imports::LINE_OF.get(py).and_then(|line_of| line_of.call1((record, failure.value(py))));
    match line.and_then(|line| Ok(line.cast_into::<PyBytes>()?)) {
        Err(error) if is_ordinary(&error, py) => new_bytes(py, NOTHING_LEFT),
        line => line,
    }
}

/// Where there is no memory this raises, unlike `PyBytes::new`, which panics.
fn new_bytes<'py>(py: Python<'py>, content: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    PyBytes::new_with(py, content.len(), |bytes| {
        bytes.copy_from_slice(content);
        Ok(())
    })
}

/// The thread's buffer, for the time of one line.  While it is out (a `__repr__` may log), the next
/// line gets a fresh one.
struct Buffer {
    bytes: Vec<u8>,
}

/// What a thread keeps from line to line; a larger buffer is given back.
const KEPT: usize = 64 * 1024;

thread_local! {
    static KEEP: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

impl Buffer {
    fn take() -> Self {
        Self { bytes: KEEP.try_with(Cell::take).unwrap_or_default() }
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
