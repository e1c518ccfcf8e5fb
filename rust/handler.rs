//! A handler's way from a record to its descriptor, where nothing of the user's stands in between.

use crate::background::BackgroundSink;
use crate::changes;
use crate::encoder::Encoder;
use crate::error::is_ordinary;
use crate::ffi;
use crate::imports;
use crate::record::RecordView;
use crate::sink::Sink;
use pyo3::exceptions::PyRuntimeError;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple, PyType};
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering::Relaxed};

/// The native half of a handler: it stands in for the handler's method `handle`.
///
/// logging's own takes the handler's lock around `emit`; here the sink keeps lines apart.
#[pyclass(frozen, module = "tracefmt._rust")]
pub struct LineHandler {
    /// A weak reference to the handler, which holds this object.
    owner: Py<PyAny>,
    class: Py<PyType>,
    /// The version of the class when its methods were last seen to be ours; 0 for never.
    version: AtomicU32,
    filters: Py<PyList>,
    encoder: Py<Encoder>,
    sink: Target,
    /// Brings out what was written to the stream itself; raises if the stream is closed.
    flush_stream: Py<PyAny>,
    /// Records of this level and above are not kept in the buffer.
    flush_level: AtomicI64,
}

/// Where lines go: to the descriptor, or to the thread that writes them.
#[derive(FromPyObject)]
enum Target {
    Direct(Py<Sink>),
    Background(Py<BackgroundSink>),
}

#[pymethods]
impl LineHandler {
    #[new]
    fn new(
        owner: Py<PyAny>,
        class: Py<PyType>,
        filters: Py<PyList>,
        encoder: Py<Encoder>,
        sink: Target,
        flush_stream: Py<PyAny>,
        flush_level: i64,
    ) -> Self {
        Self {
            owner,
            class,
            version: AtomicU32::new(0),
            filters,
            encoder,
            sink,
            flush_stream,
            flush_level: AtomicI64::new(flush_level),
        }
    }

    /// Write each line at once from now on: the handler is closed, and nobody will flush it.
    fn flush_always(&self) {
        self.flush_level.store(i64::MIN, Relaxed);
    }

    /// Do with a record what `logging.Handler.handle` does.
    fn handle<'py>(&self, record: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = record.py();
        if !self.is_untouched(py)? {
            let owner = self.owner.bind(py).call0()?;
            return ffi::call(
                imports::HANDLE_BY_CLASS.get(py)?,
                &(owner, record).into_pyobject(py)?,
            );
        }
        if !self.filters.bind(py).is_empty() {
            let owner = self.owner.bind(py).call0()?;
            return ffi::call(
                imports::HANDLE.get(py)?,
                &(owner, record).into_pyobject(py)?,
            );
        }
        match self.emit(record) {
            Ok(()) => {}
            Err(error) if is_ordinary(&error, py) => {
                let owner = self.owner.bind(py).call0()?;
                imports::REPORT
                    .get(py)?
                    .call1((owner, record, error.value(py)))?;
            }
            Err(error) => return Err(error),
        }
        Ok(record.clone())
    }

    /// Void what loggers remember of this handler: it has changed.
    #[staticmethod]
    fn retire() {
        changes::note();
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.filters)?;
        visit.call(&self.encoder)?;
        visit.call(&self.flush_stream)
    }
}

impl LineHandler {
    /// A handler's native half and its level; None where the handler is another's, has filters, or
    /// needs to know who called.
    pub fn of<'py>(handler: &Bound<'py, PyAny>) -> PyResult<Option<(Bound<'py, Self>, i64)>> {
        let py = handler.py();
        let Ok(values) = handler
            .getattr(intern!(py, "__dict__"))?
            .cast_into_exact::<PyDict>()
        else {
            return Ok(None);
        };
        let Some(found) = values.get_item(intern!(py, "_native"))? else {
            return Ok(None);
        };
        let Ok(halves) = found.cast_into_exact::<PyTuple>() else {
            return Ok(None);
        };
        // somebody may have put another method over ours
        let method = values.get_item(intern!(py, "handle"))?;
        if !method.is_some_and(|method| halves.get_item(1).is_ok_and(|own| method.is(&own))) {
            return Ok(None);
        }
        let Ok(native) = halves.get_item(0)?.cast_into_exact::<Self>() else {
            return Ok(None);
        };
        let Some(level) = values.get_item(intern!(py, "level"))? else {
            return Ok(None);
        };
        let Ok(level) = level.extract::<i64>() else {
            return Ok(None);
        };
        let simple = native.get().is_simple(py) && native.get().is_untouched(py)?;
        Ok(simple.then_some((native, level)))
    }

    /// Whether the methods of the handler's class are ours: somebody may have patched it since.
    pub fn is_untouched(&self, py: Python<'_>) -> PyResult<bool> {
        let class = self.class.bind(py);
        let version = ffi::version_of(class);
        if version != 0 && version == self.version.load(Relaxed) {
            return Ok(true);
        }
        let untouched = imports::CLASS_IS_UNTOUCHED
            .get(py)?
            .call1((class,))?
            .is_truthy()?;
        if untouched {
            // looking up its methods has given it a version if it had none
            self.version.store(ffi::version_of(class), Relaxed);
        }
        Ok(untouched)
    }

    pub fn filters<'py>(&self, py: Python<'py>) -> &Bound<'py, PyAny> {
        self.filters.bind(py).as_any()
    }

    pub fn encoder(&self) -> &Encoder {
        self.encoder.get()
    }

    /// Whether a call can be written without a record: no filter looks at it, nor does the line say
    /// where it was called.
    pub fn is_simple(&self, py: Python<'_>) -> bool {
        self.filters.bind(py).is_empty() && !self.encoder.get().needs_callsite()
    }

    /// Writes the line of a call that has no record.
    pub fn emit_call<'py>(
        &self,
        py: Python<'py>,
        view: &mut RecordView<'py>,
        level: i64,
    ) -> PyResult<()> {
        let sink = match &self.sink {
            Target::Direct(sink) => sink.get(),
            Target::Background(sink) => {
                self.before_queuing(py, sink.get())?;
                return sink.get().emit_view(py, self.encoder.get(), view, level);
            }
        };
        self.make_ready(py, sink)?;
        sink.emit_view(py, self.encoder.get(), view)?;
        if sink.is_buffered() && level >= self.flush_level.load(Relaxed) {
            sink.flush(py)?;
        }
        self.after_writing(py, sink)
    }

    fn emit(&self, record: &Bound<'_, PyAny>) -> PyResult<()> {
        let py = record.py();
        let sink = match &self.sink {
            Target::Direct(sink) => sink.get(),
            Target::Background(sink) => {
                self.before_queuing(py, sink.get())?;
                return sink.get().emit(self.encoder.get(), record);
            }
        };
        self.make_ready(py, sink)?;
        sink.emit(self.encoder.get(), record)?;
        if sink.is_buffered() {
            let level: i64 = record.getattr(intern!(py, "levelno"))?.extract()?;
            if level >= self.flush_level.load(Relaxed) {
                sink.flush(py)?;
            }
        }
        self.after_writing(py, sink)
    }

    /// Brings out what was written to the stream itself; raises if the stream is closed.
    fn make_ready(&self, py: Python<'_>, sink: &Sink) -> PyResult<()> {
        if sink.is_buffered() {
            return Ok(());
        }
        match self.flush_stream.bind(py).call0() {
            Ok(_) => Ok(()),
            // a signal handler logs while the stream is being flushed
            Err(error) if error.is_instance_of::<PyRuntimeError>(py) => Ok(()),
            Err(error) => {
                sink.lose_one();
                Err(error)
            }
        }
    }

    /// Says what was lost, once lines are written again.
    fn after_writing(&self, py: Python<'_>, sink: &Sink) -> PyResult<()> {
        if sink.loss_has_ended() {
            self.report_loss(py)?;
        }
        Ok(())
    }

    fn report_loss(&self, py: Python<'_>) -> PyResult<()> {
        let owner = self.owner.bind(py).call0()?;
        imports::REPORT_LOSS.get(py)?.call1((owner,)).map(drop)
    }

    /// Raises if the stream is closed; says what was lost, once that is over.
    fn before_queuing(&self, py: Python<'_>, sink: &BackgroundSink) -> PyResult<()> {
        self.flush_stream.bind(py).call0()?;
        if sink.loss_has_ended(py) {
            self.report_loss(py)?;
        }
        Ok(())
    }
}
