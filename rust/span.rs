//! The active span, read as cheaply as its source allows.

use crate::changes::{self, Since};
use crate::error::is_ordinary;
use crate::ffi;
use crate::imports;
use crate::scalar::id;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// The ids of a valid span as the line has them, quoted hex.
#[derive(Clone, Copy)]
#[allow(
    clippy::struct_field_names,
    reason = "`span_id` is the word of every specification"
)]
pub struct Span {
    pub trace_id: [u8; 34],
    pub span_id: [u8; 18],
    pub trace_flags: [u8; 4],
}

impl Span {
    /// From what `tracefmt.spans.normalize` returned: integers in range, or None.
    pub fn of_normalized(context: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        if context.is_none() {
            return Ok(None);
        }
        let (trace_id, span_id, flags): (u128, u64, u8) = context.extract()?;
        Ok(Some(Self {
            trace_id: id::trace_id(trace_id),
            span_id: id::span_id(span_id),
            trace_flags: id::trace_flags(flags),
        }))
    }

    /// Whether bit 0 of the flags is set, which is the last one of their last digit.
    pub fn is_sampled(&self) -> bool {
        matches!(
            self.trace_flags[2],
            b'1' | b'3' | b'5' | b'7' | b'9' | b'b' | b'd' | b'f'
        )
    }

    /// From what a source returned: anything.
    fn of_source(context: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        if context.is_none() {
            return Ok(None);
        }
        Self::of_normalized(&imports::NORMALIZE.get(context.py())?.call1((context,))?)
    }
}

/// Why a span that is current is not the one of the work that runs (`tracefmt.spans._stale`).
#[derive(Clone, Copy)]
pub enum Stale {
    Fork,
    Ended,
    Worker,
}

impl Stale {
    pub fn of(name: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        let name: Option<String> = name.extract()?;
        Ok(match name.as_deref() {
            Some("fork") => Some(Self::Fork),
            Some("ended") => Some(Self::Ended),
            Some("worker") => Some(Self::Worker),
            _ => None,
        })
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Fork => "fork",
            Self::Ended => "ended",
            Self::Worker => "worker",
        }
    }
}

/// Answers which span is active in the calling thread.
pub struct SpanReader {
    source: Py<PyAny>,
    stock: Option<Stock>,
}

/// OpenTelemetry's own runtime, whose Context objects never change: the ids of the last few are
/// remembered by their identity.  Such an object is held while it is remembered, so that its address
/// cannot become another's.
struct Stock {
    namespace: Py<PyDict>,
    runtime: Py<PyAny>,
    in_force: Since,
    watched: bool,
    variable: Py<PyAny>,
    read: Py<PyAny>,
    /// Locked for moves of a few words only; Python code never runs under it.
    recent: Mutex<[Option<Entry>; ENTRIES]>,
    /// What `FORGOTTEN` was when they were remembered.
    forgotten: AtomicUsize,
}

struct Entry {
    context: Py<PyAny>,
    span: Option<Span>,
    ids: Option<Py<PyTuple>>,
    /// As far as that does not change.
    stale: Option<Stale>,
    /// The span's attributes, where it is said whether it has ended by now.
    ends_in: Option<Py<PyDict>>,
}

impl Entry {
    fn shown<'py>(&self, py: Python<'py>) -> PyResult<Active<'py>> {
        let stale = match (&self.ends_in, self.stale) {
            (Some(attributes), None) => has_ended(attributes.bind(py))?.then_some(Stale::Ended),
            (_, stale) => stale,
        };
        Ok(Active {
            span: self.span,
            ids: self.ids.as_ref().map(|ids| ids.bind(py).clone()),
            stale,
        })
    }
}

/// One look-up by a name that has its hash, for each line: a span ends at any time.
fn has_ended(attributes: &Bound<'_, PyDict>) -> PyResult<bool> {
    let end = attributes.get_item(intern!(attributes.py(), "_end_time"))?;
    Ok(end.is_some_and(|end| !end.is_none()))
}

/// What is active: a span, or none, and the span as the encoder's lines show it.
#[derive(Default)]
pub struct Active<'py> {
    pub span: Option<Span>,
    /// For each stretch of ids its bytes; None where they have to be made.
    pub ids: Option<Bound<'py, PyTuple>>,
    pub stale: Option<Stale>,
}

impl From<Option<Span>> for Active<'_> {
    fn from(span: Option<Span>) -> Self {
        Self {
            span,
            ids: None,
            stale: None,
        }
    }
}

/// How often a span has become stale in another way than by its end.
static FORGOTTEN: AtomicUsize = AtomicUsize::new(0);

/// Ask again whose each Context is: a span has become stale.
#[pyfunction]
pub fn forget_spans() {
    FORGOTTEN.fetch_add(1, Relaxed);
    changes::note(); // so that each reader looks
}

/// Interleaved tasks take turns; one entry would miss at every switch.
const ENTRIES: usize = 4;

impl SpanReader {
    pub fn new(source: Bound<'_, PyAny>) -> PyResult<Self> {
        let py = source.py();
        let stock = match source.getattr_opt("context_variable")? {
            None => None,
            Some(method) => {
                let found: Option<(Py<PyDict>, Py<PyAny>, Py<PyAny>)> =
                    method.call0()?.extract()?;
                found
                    .map(|(namespace, runtime, variable)| {
                        PyResult::Ok(Stock {
                            watched: ffi::watch(namespace.bind(py)),
                            in_force: Since::default(),
                            namespace,
                            runtime,
                            variable,
                            read: source.getattr("read")?.unbind(),
                            recent: Mutex::default(),
                            forgotten: AtomicUsize::new(FORGOTTEN.load(Relaxed)),
                        })
                    })
                    .transpose()?
            }
        };
        Ok(Self {
            source: source.unbind(),
            stock,
        })
    }

    /// What is active here; `render` makes the bytes that are remembered for a span.
    pub fn read<'py>(
        &self,
        py: Python<'py>,
        render: impl Fn(Span) -> PyResult<Bound<'py, PyTuple>>,
    ) -> PyResult<Active<'py>> {
        match &self.stock {
            Some(stock) if stock.is_in_force(py)? => stock.read(py, render),
            _ => Ok(Span::of_source(self.source.bind(py).call0()?.as_any())?.into()),
        }
    }

    pub fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.source)?;
        let Some(stock) = &self.stock else {
            return Ok(());
        };
        visit.call(&stock.runtime)?;
        visit.call(&stock.read)?;
        if let Ok(recent) = stock.recent.try_lock() {
            for entry in recent.iter().flatten() {
                visit.call(&entry.context)?;
                visit.call(&entry.ends_in)?;
            }
        }
        Ok(())
    }
}

impl Stock {
    /// Whether the runtime is still the one that was found; tests and agents replace it.
    fn is_in_force(&self, py: Python<'_>) -> PyResult<bool> {
        if self.in_force.holds() {
            return Ok(true);
        }
        let now = changes::count();
        self.forget_if_told();
        let current = self
            .namespace
            .bind(py)
            .get_item(intern!(py, "_RUNTIME_CONTEXT"))?;
        let in_force = current.is_some_and(|current| current.is(&self.runtime));
        if in_force && self.watched {
            self.in_force.remember(now);
        }
        Ok(in_force)
    }

    fn read<'py>(
        &self,
        py: Python<'py>,
        render: impl Fn(Span) -> PyResult<Bound<'py, PyTuple>>,
    ) -> PyResult<Active<'py>> {
        let Some(context) = ffi::context_value(self.variable.bind(py))? else {
            return Ok(Active::default());
        };
        if let Some(known) = self.recall(&context)? {
            return Ok(known);
        }
        let read = self
            .read
            .bind(py)
            .call1((&context,))?
            .cast_into::<PyTuple>()?;
        let span = Span::of_normalized(&read.get_item(0)?)?;
        let ids = span.map(render).transpose()?;
        let fresh = Entry {
            context: context.unbind(),
            span,
            ids: ids.map(Bound::unbind),
            stale: Stale::of(&read.get_item(2)?)?,
            ends_in: read.get_item(3)?.extract()?,
        };
        let active = fresh.shown(py)?;
        if read.get_item(1)?.is_truthy()? {
            self.remember(fresh);
        }
        Ok(active)
    }

    fn recall<'py>(&self, context: &Bound<'py, PyAny>) -> PyResult<Option<Active<'py>>> {
        let Ok(recent) = self.recent.try_lock() else {
            return Ok(None);
        };
        let mut known = recent.iter().flatten();
        let found = known.find(|entry| context.is(&entry.context));
        found.map(|entry| entry.shown(context.py())).transpose()
    }

    /// Forgets what is remembered, where a span has become stale since.
    fn forget_if_told(&self) {
        let forgotten = FORGOTTEN.load(Relaxed);
        if self.forgotten.swap(forgotten, Relaxed) != forgotten
            && let Ok(mut recent) = self.recent.try_lock()
        {
            let old = std::mem::take(&mut *recent);
            drop(recent);
            drop(old); // as below
        }
    }

    fn remember(&self, entry: Entry) {
        let Ok(mut recent) = self.recent.try_lock() else {
            return;
        };
        recent.rotate_right(1);
        let oldest = recent[0].replace(entry);
        // its destructor may run Python code, so only after the lock is open
        drop(recent);
        drop(oldest);
    }
}

/// What the line says where the source itself raised.
pub fn describe_failure(py: Python<'_>, error: PyErr) -> PyResult<String> {
    if !is_ordinary(&error, py) {
        return Err(error);
    }
    let text = imports::DESCRIBE_ERROR.get(py)?.call1((error.value(py),))?;
    Ok(format!(
        "span context source: {}",
        text.extract::<String>()?
    ))
}
