//! A record to one line: the plan's steps, run in order.

use crate::any_value;
use crate::buffer::{Buffer, KEPT};
use crate::context::ContextFields;
use crate::error::{Stop, Written, is_ordinary};
use crate::event::{Event, EventNames};
use crate::exception::{self, ExceptionText};
use crate::imports;
use crate::line_limit::LineLimit;
use crate::names::{Names, Slot, Wanted};
use crate::plan::Step;
use crate::record::RecordView;
use crate::renderer::EventRenderer;
use crate::screen::Screen;
use crate::span::{self, Active, Span, SpanReader, Stale};
use crate::stretch::{self, Stretch};
use crate::tally;
use crate::value::{self, Open, Pairs};
use pyo3::exceptions::PyRuntimeError;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString, PyTuple};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

static LAST_ID: AtomicUsize = AtomicUsize::new(0);

/// Turns records into lines by one plan.
#[pyclass(frozen, module = "tracefmt._rust")]
pub struct Encoder {
    id: usize,
    stretches: Box<[Stretch]>,
    names: Names,
    events: EventNames,
    wanted: Wanted,
    writes_key_values: bool,
    spans: SpanReader,
    drops_stale: bool,
    describe_exception: Py<PyAny>,
    screen: Option<Screen>,
    context: Option<ContextFields>,
    limit: LineLimit,
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
        let steps = Step::all_of(&plan.getattr("steps")?)?;
        let mut wanted = Wanted::default();
        for step in &steps {
            step.visit_slots(&mut |slot| wanted.add(slot));
        }
        Ok(Self {
            id: LAST_ID.fetch_add(1, Relaxed),
            writes_key_values: steps.iter().any(Step::writes_key_values),
            events: EventNames::new(plan, &wanted)?,
            stretches: stretch::all_of(steps),
            names: Names::new(py, plan, &wanted)?,
            wanted,
            spans: SpanReader::new(span_source)?,
            drops_stale: plan.getattr("drops_stale")?.is_truthy()?,
            describe_exception,
            screen: Screen::of(plan.getattr("screen")?)?,
            context: ContextFields::of(plan.getattr("context")?)?,
            limit: LineLimit::of(&plan.getattr("line_limit")?)?,
        })
    }

    /// Return the record as one line of JSON in UTF-8, without a newline.
    fn encode_record<'py>(&self, record: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyBytes>> {
        let mut out = Buffer::take();
        self.encode_into(&mut out.bytes, record)?;
        match new_bytes(record.py(), &out.bytes) {
            Ok(line) => Ok(line),
            Err(error) => {
                self.last_resort(&mut out.bytes, record, error)?;
                new_bytes(record.py(), &out.bytes)
            }
        }
    }

    /// Return structlog's last processor, which writes event dicts by this plan.
    fn renderer(slf: Py<Self>, text: bool, variables: Option<Py<PyDict>>) -> EventRenderer {
        EventRenderer::new(slf, text, variables)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.describe_exception)?;
        if let Some(screen) = &self.screen {
            screen.traverse(&visit)?;
        }
        if let Some(context) = &self.context {
            context.traverse(&visit)?;
        }
        self.limit.traverse(&visit)?;
        self.spans.traverse(&visit)
    }
}

impl Encoder {
    /// Appends the record's line to an empty buffer; what goes wrong is said in the line.
    pub fn encode_into(&self, out: &mut Vec<u8>, record: &Bound<'_, PyAny>) -> PyResult<()> {
        let written = caught(|| {
            let mut view = RecordView::default();
            view.read(record, &self.names)?;
            self.write(record.py(), out, &mut view)
        });
        match written {
            Ok(()) => Ok(()),
            Err(failure) => self.last_resort(out, record, failure),
        }
    }

    /// The same for a call that has no record.
    pub fn encode_view_into<'py>(
        &self,
        py: Python<'py>,
        out: &mut Vec<u8>,
        view: &mut RecordView<'py>,
    ) -> PyResult<()> {
        match caught(|| self.write(py, out, view)) {
            Ok(()) => Ok(()),
            Err(failure) => {
                let [name, level_name, msg] = view.basics();
                let record = imports::RECORD_OF.get(py)?.call1((name, level_name, msg))?;
                self.last_resort(out, &record, failure)
            }
        }
    }

    /// An event dict's line; `ProcessorFormatter`'s is text in any case.
    pub fn encode_event<'py>(
        &self,
        event: &Event<'_, 'py>,
        text: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = event.logger.py();
        let mut out = Buffer::take();
        let mut is_text = text;
        let written = caught(|| {
            let mut view = RecordView::default();
            is_text |= event.read(&mut view, &self.events)?;
            self.write(py, &mut out.bytes, &mut view)
        });
        match written.and_then(|()| returned(py, &out.bytes, is_text)) {
            Ok(line) => Ok(line),
            Err(failure) => {
                let text = text || event.has_record()?;
                let line_of = |failure: &_| event.last_line(failure);
                self.last_resort_with(&mut out.bytes, py, failure, line_of)?;
                returned(py, &out.bytes, text)
            }
        }
    }

    /// A number that no other encoder of the process has.
    pub fn id(&self) -> usize {
        self.id
    }

    pub fn names(&self) -> &Names {
        &self.names
    }

    /// Whether bound fields cannot be written by themselves: they are looked at, or others come before
    /// them.
    pub fn joins_attributes(&self, py: Python<'_>) -> PyResult<bool> {
        Ok(self.screen.is_some()
            || match &self.context {
                Some(context) => !context.is_empty(py)?,
                None => false,
            })
    }

    /// Whether attributes have to be looked at before they are written.
    pub fn has_screen(&self) -> bool {
        self.screen.is_some()
    }

    /// Attributes with plain keys as this encoder's lines have them.
    pub fn fragment(&self, pairs: &Pairs<'_>) -> Result<Arc<[u8]>, Stop> {
        let mut out = Vec::new();
        if self.writes_key_values {
            any_value::key_values(&mut out, pairs, None)?;
        } else {
            let mut open = Open::new(self.names.ends.is_some());
            value::members(&mut out, pairs, &mut open)?;
        }
        Ok(out.into())
    }

    /// Whether a line says where its call stands in the source.
    pub fn needs_callsite(&self) -> bool {
        self.wanted.needs_callsite()
    }

    /// Whether a line says which process and thread runs its call.
    pub fn needs_worker(&self) -> bool {
        self.wanted.needs_worker()
    }

    fn write<'py>(
        &self,
        py: Python<'py>,
        out: &mut Vec<u8>,
        view: &mut RecordView<'py>,
    ) -> Written {
        let Active { span, ids, stale } = self.span_of(view, py)?;
        let mut exception = exception::texts_of(view, self.describe_exception.bind(py))?;
        if let Some(context) = &self.context {
            context.add(py, view, self)?;
        }
        if let Some(screen) = &self.screen {
            let removed = screen.apply(py, view, &mut exception)?;
            if removed && view.keys.is_some() {
                view.name_apart(py, &self.names)?;
            }
        }
        let line = Line {
            record: view,
            span,
            ids,
            stale,
            exception,
        };
        let seldom = line.has_seldom_fields();
        for stretch in &self.stretches {
            stretch.write(out, &line, seldom)?;
        }
        if out.is_empty() {
            out.push(b'{');
        } else {
            out[0] = b'{'; // in the place of the first comma
        }
        out.try_reserve(1)?;
        out.push(b'}');
        self.limit.apply(py, out)
    }

    /// The span that the line is of; it is counted.
    fn span_of<'py>(
        &self,
        view: &mut RecordView<'_>,
        py: Python<'py>,
    ) -> Result<Active<'py>, Stop> {
        let mut active = self.read_span(view, py)?;
        let here = view.capture.is_none();
        tally::count(py, &active, view.get(Slot::Name), here)?;
        if active.stale.is_some() && self.drops_stale {
            (active.span, active.ids) = (None, None);
        }
        Ok(active)
    }

    fn read_span<'py>(
        &self,
        view: &mut RecordView<'_>,
        py: Python<'py>,
    ) -> Result<Active<'py>, Stop> {
        if let Some(capture) = &view.capture {
            return Ok(Active {
                stale: capture.stale,
                ..capture.span.into()
            });
        }
        if let Some(context) = view.get(Slot::Context).filter(|found| !found.is_none()) {
            let found = imports::EXPLICIT.get(py)?.call1((context,))?;
            let (span, error): (Bound<'_, PyAny>, Option<String>) = found.extract()?;
            if let Some(error) = error {
                view.add_error(error);
            }
            return Ok(Span::of_normalized(&span)?.into());
        }
        let render = |span| stretch::ids_of(py, &self.stretches, span);
        match self.spans.read(py, render) {
            Ok(active) => Ok(active),
            Err(error) => {
                view.add_error(span::describe_failure(py, error)?);
                Ok(Active::default())
            }
        }
    }

    /// The line for a record that could not be written in any other way.
    fn last_resort(
        &self,
        out: &mut Vec<u8>,
        record: &Bound<'_, PyAny>,
        failure: PyErr,
    ) -> PyResult<()> {
        let py = record.py();
        self.last_resort_with(out, py, failure, |failure| {
            imports::LINE_OF.get(py)?.call1((record, failure.value(py)))
        })
    }

    fn last_resort_with<'py>(
        &self,
        out: &mut Vec<u8>,
        py: Python<'py>,
        failure: PyErr,
        line_of: impl FnOnce(&PyErr) -> PyResult<Bound<'py, PyAny>>,
    ) -> PyResult<()> {
        if !is_ordinary(&failure, py) {
            return Err(failure);
        }
        *out = Vec::new(); // what was there may be all the memory that there is
        match line_of(&failure) {
            Ok(line) => out.extend_from_slice(line.extract().unwrap_or(NOTHING_LEFT)),
            Err(error) if is_ordinary(&error, py) => out.extend_from_slice(NOTHING_LEFT),
            Err(error) => return Err(error),
        }
        self.limit.apply_last(py, out, NOTHING_LEFT)
    }
}

const NOTHING_LEFT: &[u8] = br#"{"format_error":"the record could not be written"}"#;

/// Nothing in this crate is known to panic; if something does, it is one bad line and no more.
fn caught(write: impl FnOnce() -> Written) -> PyResult<()> {
    match catch_unwind(AssertUnwindSafe(write)) {
        Ok(written) => written.map_err(PyErr::from),
        Err(_) => Err(PyRuntimeError::new_err("panic in the Rust core")),
    }
}

/// A record that is being written, with what does not stand on it: span and exception.
pub struct Line<'a, 'py> {
    pub record: &'a RecordView<'py>,
    pub span: Option<Span>,
    pub stale: Option<Stale>,
    /// What each stretch of ids writes for the span, where it is remembered.
    pub ids: Option<Bound<'py, PyTuple>>,
    pub exception: ExceptionText<'py>,
}

impl Line<'_, '_> {
    /// Whether one of the fields is there that most lines are without.
    fn has_seldom_fields(&self) -> bool {
        let stack_info = self.record.get(Slot::StackInfo);
        self.stale.is_some()
            || self.record.error.is_some()
            || self.record.format_args.is_some()
            || self.exception.iter().any(Option::is_some)
            || stack_info.is_some_and(|text| !text.is_none())
    }
}

/// Where there is no memory for a long line this raises, unlike `PyBytes::new`, which panics.
pub fn new_bytes<'py>(py: Python<'py>, content: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    if content.len() <= KEPT {
        return Ok(PyBytes::new(py, content)); // does not write zeros first
    }
    PyBytes::new_with(py, content.len(), |bytes| {
        bytes.copy_from_slice(content);
        Ok(())
    })
}

/// The line as structlog's loggers take it.
fn returned<'py>(py: Python<'py>, content: &[u8], text: bool) -> PyResult<Bound<'py, PyAny>> {
    if !text {
        return Ok(new_bytes(py, content)?.into_any());
    }
    match std::str::from_utf8(content) {
        Ok(line) if line.len() <= KEPT => Ok(PyString::new(py, line).into_any()),
        _ => new_bytes(py, content)?.call_method0(intern!(py, "decode")),
    }
}
