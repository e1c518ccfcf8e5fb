//! A logger's methods, natively: from the arguments of a call to the descriptor, where nobody asks for a
//! record on the way.  Whenever somebody might, the call goes to Python, which does all that logging does.

use crate::bound::BoundFields;
use crate::call::{Call, Given, OF_A_LEVEL, OF_LOG, is_false};
use crate::changes;
use crate::encoder::Encoder;
use crate::error::is_ordinary;
use crate::ffi::{self, Arguments, Callee};
use crate::imports;
use crate::methods::{EXCEPTION, LEVELS, LOG, METHODS, NAMES};
use crate::record::RecordView;
use crate::route::{self, Route, Way};
use pyo3::exceptions::PyAttributeError;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyInt, PyTuple, PyType};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering::Relaxed};

/// The methods of one logger, or of one logger with bound fields.
#[pyclass(frozen, module = "tracefmt._rust")]
pub struct LoggerMethods {
    logger: Py<PyAny>,
    class: Py<PyType>,
    /// The logger's attributes; logging changes them in place.
    values: Py<PyDict>,
    /// Which levels are enabled; logging empties it when that may have changed.
    cache: Py<PyDict>,
    bound: Option<BoundFields>,
    /// Does all that logging does.
    cold: Py<PyAny>,
    /// The version of the class when its methods were last seen to be logging's own; 0 for never.
    version: AtomicU32,
    /// How many attributes the logger had at first: one more may hide a method.
    size: AtomicUsize,
    /// Whether changes of the cache and of logging's switches are noted.
    watched: bool,
    /// Which methods are enabled: the count of changes, a bit for each that is known, one for each
    /// that is enabled.
    enabled: AtomicUsize,
    /// The handlers that calls reach, as long as nothing on the way changes.
    route: Mutex<Option<Route>>,
}

#[pymethods]
impl LoggerMethods {
    #[new]
    fn new(
        logger: &Bound<'_, PyAny>,
        bound: Option<Py<PyDict>>,
        cold: Py<PyAny>,
    ) -> PyResult<Self> {
        let values = logger.getattr("__dict__")?.cast_into::<PyDict>()?;
        let cache = logger.getattr("_cache")?.cast_into::<PyDict>()?;
        Ok(Self {
            watched: ffi::watch(&cache) && changes::are_watched(logger.py())?,
            logger: logger.clone().unbind(),
            class: logger.get_type().unbind(),
            size: AtomicUsize::new(values.len()),
            values: values.unbind(),
            cache: cache.unbind(),
            bound: bound.map(BoundFields::new),
            cold,
            version: AtomicU32::new(0),
            enabled: AtomicUsize::new(0),
            route: Mutex::default(),
        })
    }

    /// Return the native method that stands in for the logger's of that name.
    fn method<'py>(slf: &Bound<'py, Self>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        let number = NAMES.iter().position(|known| *known == name);
        match number.and_then(|number| METHODS.get(number)) {
            Some(method) => method.of(slf),
            None => Err(PyAttributeError::new_err(format!("no method {name:?}"))),
        }
    }

    /// Remember how many attributes the logger has: one more would be somebody else's.
    fn seal(&self, py: Python<'_>) {
        self.size.store(self.values.bind(py).len(), Relaxed);
    }

    /// Say that an attribute of a logger or handler has been set, so that calls may go elsewhere now.
    #[staticmethod]
    fn note_change() {
        changes::note();
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.values)?;
        visit.call(&self.cache)?;
        visit.call(&self.logger)?;
        if let Some(bound) = &self.bound {
            visit.call(bound.fields())?;
        }
        if let Ok(route) = self.route.try_lock()
            && let Some(route) = &*route
        {
            route.traverse(&visit)?;
        }
        visit.call(&self.cold)
    }
}

impl Callee for LoggerMethods {
    fn called<'py>(
        &self,
        py: Python<'py>,
        method: usize,
        arguments: Arguments<'_, 'py>,
    ) -> PyResult<()> {
        let name = NAMES[method];
        if method == LOG {
            let mut given = Given::default();
            given.read(py, name, OF_LOG, &arguments)?;
            let level = given.level()?;
            let exact = level.cast_exact::<PyInt>().ok();
            return match exact.and_then(|level| level.extract().ok()) {
                Some(number) if self.is_enabled(py, number)? => self.call(py, number, &given),
                Some(_) => Ok(()),
                None => self.call_at_odd_level(&level, &given),
            };
        }
        if !self.is_method_enabled(py, method)? {
            // a call without a message is a mistake at any level
            return match arguments.positional {
                [] => Given::default().read(py, name, OF_A_LEVEL, &arguments),
                _ => Ok(()),
            };
        }
        let handled = PyBool::new(py, true).to_owned();
        let mut given = Given::default();
        given.read(py, name, OF_A_LEVEL, &arguments)?;
        if method == EXCEPTION && given.exc_info.is_none() {
            given.exc_info = Some(handled.as_any().as_borrowed());
        }
        self.call(py, LEVELS[method], &given)
    }
}

impl LoggerMethods {
    /// Writes what has to be written, in one way or the other.
    fn call<'py>(&self, py: Python<'py>, level: i64, given: &Given<'_, 'py>) -> PyResult<()> {
        if self.write(py, level, given)? {
            return Ok(());
        }
        self.call_cold(level.into_pyobject(py)?.as_any(), given)
    }

    /// A level that is no integer, or a very large one.
    fn call_at_odd_level<'py>(
        &self,
        level: &Bound<'py, PyAny>,
        given: &Given<'_, 'py>,
    ) -> PyResult<()> {
        let py = level.py();
        if !level.is_instance_of::<PyInt>() {
            imports::REFUSE_LEVEL.get(py)?.call1((level,))?;
        } else if self
            .logger
            .bind(py)
            .call_method1("isEnabledFor", (level,))?
            .is_truthy()?
        {
            self.call_cold(level, given)?;
        }
        Ok(())
    }

    /// Does all that logging does.
    fn call_cold<'py>(&self, level: &Bound<'py, PyAny>, given: &Given<'_, 'py>) -> PyResult<()> {
        let py = level.py();
        let stack_info = match given.stack_info {
            Some(value) => value.to_owned(),
            None => PyBool::new(py, false).to_owned().into_any(),
        };
        let stacklevel = match given.stacklevel {
            Some(value) => value.to_owned(),
            None => 1_i64.into_pyobject(py)?.into_any(),
        };
        let (exc_info, extra) = (given.exc_info, given.extra);
        let (msg, args) = (given.msg()?, PyTuple::new(py, given.args)?);
        let fields = given.fields.to_dict(py)?;
        let all = (
            level, msg, args, exc_info, extra, stack_info, stacklevel, fields,
        );
        ffi::call(self.cold.bind(py), &all.into_pyobject(py)?).map(drop)
    }

    /// What `Logger.isEnabledFor` says at the level of a method, found once until something changes.
    fn is_method_enabled(&self, py: Python<'_>, method: usize) -> PyResult<bool> {
        let seen = self.enabled.load(Relaxed);
        let (known, enabled) = (1 << method, 0x100 << method);
        if seen >> 16 == changes::count() && seen & known != 0 && self.has_logging_methods(py)? {
            return Ok(seen & enabled != 0);
        }
        let now = changes::count() << 16;
        let answer = self.is_enabled(py, LEVELS[method])?;
        // asking may have filled the logger's own cache, which is a change too
        if self.watched && self.has_logging_methods(py)? && now == changes::count() << 16 {
            let before = if seen & !0xffff == now { seen } else { now };
            let answered = if answer { known | enabled } else { known };
            self.enabled.store(before | answered, Relaxed);
        }
        Ok(answer)
    }

    /// What `Logger.isEnabledFor` says, from the logger's own cache where it knows.
    fn is_enabled(&self, py: Python<'_>, level: i64) -> PyResult<bool> {
        if self.has_logging_methods(py)? {
            let disabled = self.values.bind(py).get_item(intern!(py, "disabled"))?;
            if disabled.is_some_and(|disabled| !is_false(&disabled)) {
                return Ok(false);
            }
            if let Some(known) = self.cache.bind(py).get_item(level)? {
                return known.is_truthy();
            }
        }
        let is_enabled_for = self.logger.bind(py).getattr(intern!(py, "isEnabledFor"))?;
        is_enabled_for.call1((level,))?.is_truthy()
    }

    /// Writes the call's line wherever it is to go; false, and nothing written, where the call has to
    /// take logging's own way.
    fn write<'py>(&self, py: Python<'py>, level: i64, given: &Given<'_, 'py>) -> PyResult<bool> {
        if given.asks_for_the_stack() || !self.is_untouched(py)? {
            return Ok(false);
        }
        let found = route::find(&self.route, self.values.bind(py), level)?;
        let Some(Way {
            name,
            level_name,
            reached,
        }) = found
        else {
            return Ok(false);
        };
        let bound = self.bound.as_ref().map(|bound| bound.fields().bind(py));
        let Some(call) = Call::of(py, given, &name, (level, level_name), bound)? else {
            return Ok(false);
        };
        if let [(native, handler)] = &reached[..] {
            let mut view = RecordView::default();
            if !self.show(py, &call, &mut view, native.get().encoder())? {
                return Ok(false);
            }
            let emitted = native.get().emit_call(py, &mut view, level);
            report(py, emitted, &call, level, handler)?;
            return Ok(true);
        }
        let mut views = Vec::with_capacity(reached.len());
        for (native, _) in &reached {
            let mut view = RecordView::default();
            if !self.show(py, &call, &mut view, native.get().encoder())? {
                return Ok(false);
            }
            views.push(view);
        }
        for (view, (native, handler)) in views.iter_mut().zip(&reached) {
            let emitted = native.get().emit_call(py, view, level);
            report(py, emitted, &call, level, handler)?;
        }
        Ok(true)
    }

    /// Whether the class still does what logging does, and records are logging's own.
    fn is_untouched(&self, py: Python<'_>) -> PyResult<bool> {
        if self.values.bind(py).len() != self.size.load(Relaxed) {
            return Ok(false);
        }
        if !changes::records_are_stock(py)? {
            return Ok(false);
        }
        self.has_logging_methods(py)
    }

    /// Whether the class does all that leads to a line as logging does; looked at again only when the
    /// class or one of its bases has changed.
    fn has_logging_methods(&self, py: Python<'_>) -> PyResult<bool> {
        let class = self.class.bind(py);
        let version = ffi::version_of(class);
        if version != 0 && version == self.version.load(Relaxed) {
            return Ok(true);
        }
        let untouched = imports::IS_UNTOUCHED
            .get(py)?
            .call1((class,))?
            .is_truthy()?;
        self.version
            .store(if untouched { ffi::version_of(class) } else { 0 }, Relaxed);
        Ok(untouched)
    }

    /// Fills an empty view with what one handler's encoder makes of a call; false where that needs
    /// logging.
    fn show<'py>(
        &self,
        py: Python<'py>,
        call: &Call<'_, '_, 'py>,
        view: &mut RecordView<'py>,
        encoder: &Encoder,
    ) -> PyResult<bool> {
        let bound = match &self.bound {
            None => None,
            Some(bound) => {
                let Some(fragment) = bound.fragment(py, encoder)? else {
                    return Ok(false);
                };
                Some(fragment)
            }
        };
        Ok(call.show(view, encoder, bound)?)
    }
}

/// Gives the handler the error of its descriptor, as logging does.
fn report<'py>(
    py: Python<'py>,
    emitted: PyResult<()>,
    call: &Call<'_, '_, 'py>,
    level: i64,
    handler: &Bound<'py, PyAny>,
) -> PyResult<()> {
    match emitted {
        Err(error) if is_ordinary(&error, py) => {
            let args = call
                .args
                .clone()
                .unwrap_or_else(|| PyTuple::empty(py).into_any());
            let about = (handler, call.name(), level, call.msg, args, error.value(py));
            imports::REPORT_CALL.get(py)?.call1(about).map(drop)
        }
        emitted => emitted,
    }
}
