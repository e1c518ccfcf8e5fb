//! A logger's methods, natively: from the arguments of a call to the descriptor, where nobody asks for a
//! record on the way.  Whenever somebody might, the call goes to Python, which does all that logging does.

use crate::call::{Call, Given, is_false};
use crate::encoder::Encoder;
use crate::error::is_ordinary;
use crate::ffi;
use crate::handler::LineHandler;
use crate::imports;
use crate::record::RecordView;
use crate::value::{self, Open, Pairs};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyInt, PyList, PyTuple, PyType};
use smallvec::SmallVec;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

/// The methods of one logger, or of one logger with bound fields.
#[pyclass(frozen, module = "tracefmt._rust")]
pub struct LoggerMethods {
    logger: Py<PyAny>,
    class: Py<PyType>,
    /// The logger's attributes; logging changes them in place.
    values: Py<PyDict>,
    /// Which levels are enabled; logging empties it when that may have changed.
    cache: Py<PyDict>,
    bound: Option<Py<PyDict>>,
    /// Does all that logging does.
    cold: Py<PyAny>,
    /// The version of the class when its methods were last seen to be logging's own; 0 for never.
    version: AtomicU32,
    /// How many attributes the logger had at first: one more may hide a method.
    size: AtomicUsize,
    /// The bound fields as the last few encoders write them, by the encoder's number.
    fragments: Mutex<Vec<(usize, Fragment)>>,
}

/// Encoded members, or None where they cannot be encoded apart from the rest.
type Fragment = Option<Arc<[u8]>>;

const FRAGMENTS: usize = 4;

type Handlers<'py> = SmallVec<[(Bound<'py, LineHandler>, Bound<'py, PyAny>); 2]>;

/// The Python methods: one for each level, alike but for their number.
macro_rules! python_methods {
    ($($name:ident = $level:expr),*) => {
        #[pymethods]
        impl LoggerMethods {
            #[new]
            fn new(
                logger: &Bound<'_, PyAny>,
                bound: Option<Py<PyDict>>,
                cold: Py<PyAny>,
            ) -> PyResult<Self> {
                Self::of(logger, bound, cold)
            }

            /// Remember how many attributes the logger has: one more would be somebody else's.
            fn seal(&self, py: Python<'_>) {
                self.size.store(self.values.bind(py).len(), Relaxed);
            }

            $(
                #[doc = concat!("Log at level ", stringify!($level), ", as `logging.Logger` does.")]
                #[allow(clippy::too_many_arguments, reason = "they are logging's")]
                #[pyo3(signature = (msg, *args, exc_info = None, extra = None,
                                    stack_info = None, stacklevel = None, **fields))]
                fn $name<'py>(
                    &self,
                    msg: &Bound<'py, PyAny>,
                    args: &Bound<'py, PyTuple>,
                    exc_info: Option<&Bound<'py, PyAny>>,
                    extra: Option<&Bound<'py, PyAny>>,
                    stack_info: Option<&Bound<'py, PyAny>>,
                    stacklevel: Option<&Bound<'py, PyAny>>,
                    fields: Option<&Bound<'py, PyDict>>,
                ) -> PyResult<()> {
                    let given = Given { msg, args, exc_info, extra, stack_info, stacklevel, fields };
                    self.call($level, &given)
                }
            )*

            /// Log at level ERROR with the exception that is being handled, unless another is given.
            #[pyo3(signature = (msg, *args, extra = None, stack_info = None, stacklevel = None,
                                **fields))]
            fn exception<'py>(
                &self,
                msg: &Bound<'py, PyAny>,
                args: &Bound<'py, PyTuple>,
                extra: Option<&Bound<'py, PyAny>>,
                stack_info: Option<&Bound<'py, PyAny>>,
                stacklevel: Option<&Bound<'py, PyAny>>,
                fields: Option<&Bound<'py, PyDict>>,
            ) -> PyResult<()> {
                let py = msg.py();
                let name = intern!(py, "exc_info");
                let chosen = match fields {
                    Some(fields) => fields.get_item(name)?,
                    None => None,
                };
                if let (Some(fields), Some(_)) = (fields, &chosen) {
                    fields.del_item(name)?;
                }
                let handled = PyBool::new(py, true);
                let exc_info = Some(chosen.as_ref().unwrap_or(handled.as_any()));
                let given = Given { msg, args, exc_info, extra, stack_info, stacklevel, fields };
                self.call(ERROR, &given)
            }

            /// Log at any level, by its number.
            #[allow(clippy::too_many_arguments, reason = "they are logging's")]
            #[pyo3(signature = (level, msg, *args, exc_info = None, extra = None,
                                stack_info = None, stacklevel = None, **fields))]
            fn log<'py>(
                &self,
                level: &Bound<'py, PyAny>,
                msg: &Bound<'py, PyAny>,
                args: &Bound<'py, PyTuple>,
                exc_info: Option<&Bound<'py, PyAny>>,
                extra: Option<&Bound<'py, PyAny>>,
                stack_info: Option<&Bound<'py, PyAny>>,
                stacklevel: Option<&Bound<'py, PyAny>>,
                fields: Option<&Bound<'py, PyDict>>,
            ) -> PyResult<()> {
                let given = Given { msg, args, exc_info, extra, stack_info, stacklevel, fields };
                match level.cast_exact::<PyInt>().ok().and_then(|level| level.extract().ok()) {
                    Some(number) => self.call(number, &given),
                    None => self.call_at_odd_level(level, &given),
                }
            }

            fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
                visit.call(&self.values)?;
                visit.call(&self.cache)?;
                visit.call(&self.logger)?;
                visit.call(&self.bound)?;
                visit.call(&self.cold)
            }
        }
    };
}

const ERROR: i64 = 40;

python_methods!(
    debug = 10,
    info = 20,
    warning = 30,
    error = ERROR,
    critical = 50
);

impl LoggerMethods {
    fn of(logger: &Bound<'_, PyAny>, bound: Option<Py<PyDict>>, cold: Py<PyAny>) -> PyResult<Self> {
        let values = logger.getattr("__dict__")?.cast_into::<PyDict>()?;
        Ok(Self {
            logger: logger.clone().unbind(),
            class: logger.get_type().unbind(),
            size: AtomicUsize::new(values.len()),
            values: values.unbind(),
            cache: logger.getattr("_cache")?.cast_into::<PyDict>()?.unbind(),
            bound,
            cold,
            version: AtomicU32::new(0),
            fragments: Mutex::default(),
        })
    }

    fn call(&self, level: i64, given: &Given<'_, '_>) -> PyResult<()> {
        let py = given.msg.py();
        if self.is_enabled(py, level)? && !self.write(py, level, given)? {
            self.call_cold(level.into_pyobject(py)?.as_any(), given)?;
        }
        Ok(())
    }

    /// A level that is no integer, or a very large one.
    fn call_at_odd_level(&self, level: &Bound<'_, PyAny>, given: &Given<'_, '_>) -> PyResult<()> {
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
    fn call_cold(&self, level: &Bound<'_, PyAny>, given: &Given<'_, '_>) -> PyResult<()> {
        let py = level.py();
        let stack_info = match given.stack_info {
            Some(value) => value.clone(),
            None => PyBool::new(py, false).to_owned().into_any(),
        };
        let stacklevel = match given.stacklevel {
            Some(value) => value.clone(),
            None => 1_i64.into_pyobject(py)?.into_any(),
        };
        let fields = given.fields.cloned().unwrap_or_else(|| PyDict::new(py));
        let (exc_info, extra) = (given.exc_info, given.extra);
        let (msg, args) = (given.msg, given.args);
        let all = (
            level, msg, args, exc_info, extra, stack_info, stacklevel, fields,
        );
        self.cold.bind(py).call1(all).map(drop)
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
    fn write(&self, py: Python<'_>, level: i64, given: &Given<'_, '_>) -> PyResult<bool> {
        if given.asks_for_the_stack() || !self.is_untouched(py)? {
            return Ok(false);
        }
        let Some(handlers) = self.handlers(py, level)? else {
            return Ok(false);
        };
        let name = self.values.bind(py).get_item(intern!(py, "name"))?;
        let bound = self.bound.as_ref().map(|bound| bound.bind(py));
        let Some(call) = Call::of(level, given, name, bound)? else {
            return Ok(false);
        };
        let mut views: SmallVec<[RecordView<'_>; 2]> = SmallVec::new();
        for (native, _) in &handlers {
            let Some(view) = self.view(py, &call, native.get().encoder())? else {
                return Ok(false);
            };
            views.push(view);
        }
        for (view, (native, handler)) in views.into_iter().zip(&handlers) {
            match native.get().emit_call(py, view, level) {
                Ok(()) => {}
                Err(error) if is_ordinary(&error, py) => {
                    let about = (
                        handler,
                        call.name(),
                        level,
                        given.msg,
                        given.args,
                        error.value(py),
                    );
                    imports::REPORT_CALL.get(py)?.call1(about)?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// Whether the class still does what logging does, and records are logging's own.
    fn is_untouched(&self, py: Python<'_>) -> PyResult<bool> {
        let values = self.values.bind(py);
        let filters = values.get_item(intern!(py, "filters"))?;
        let unfiltered = filters.is_some_and(|filters| {
            filters
                .cast_exact::<PyList>()
                .is_ok_and(PyListMethods::is_empty)
        });
        if !unfiltered || values.len() != self.size.load(Relaxed) {
            return Ok(false);
        }
        let factory = imports::namespace(py, &imports::LOGGING)?
            .get_item(intern!(py, "_logRecordFactory"))?;
        let clock =
            imports::namespace(py, &imports::TIME)?.get_item(imports::CLOCK_NAME.get(py)?)?;
        if !factory
            .is_some_and(|factory| imports::LOG_RECORD.get(py).is_ok_and(|own| factory.is(own)))
            || !clock.is_some_and(|clock| imports::CLOCK.get(py).is_ok_and(|own| clock.is(own)))
        {
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

    /// The handlers that the call reaches, as `Logger.callHandlers` finds them; None where one of them
    /// is not ours, or there is none at all.
    fn handlers<'py>(&self, py: Python<'py>, level: i64) -> PyResult<Option<Handlers<'py>>> {
        let mut reached = Handlers::new();
        let mut some = false;
        let mut logger = self.values.bind(py).clone();
        loop {
            let Some(handlers) = logger.get_item(intern!(py, "handlers"))? else {
                return Ok(None);
            };
            let Ok(handlers) = handlers.cast_into_exact::<PyList>() else {
                return Ok(None);
            };
            for handler in handlers.iter() {
                some = true;
                let Some((native, lowest)) = LineHandler::of(&handler)? else {
                    return Ok(None);
                };
                if level >= lowest {
                    reached.push((native, handler));
                }
            }
            match logger.get_item(intern!(py, "propagate"))? {
                Some(propagate) if propagate.is_truthy()? => {}
                _ => break,
            }
            match logger.get_item(intern!(py, "parent"))? {
                Some(parent) if !parent.is_none() => {
                    logger = parent.getattr(intern!(py, "__dict__"))?.cast_into()?;
                }
                _ => break,
            }
        }
        Ok(some.then_some(reached))
    }

    /// What one handler's encoder makes of a call; None where that needs logging.
    fn view<'py>(
        &self,
        py: Python<'py>,
        call: &Call<'_, 'py>,
        encoder: &Encoder,
    ) -> PyResult<Option<RecordView<'py>>> {
        let bound = match &self.bound {
            None => None,
            Some(bound) => {
                let Some(fragment) = self.fragment(bound.bind(py), encoder)? else {
                    return Ok(None);
                };
                Some(fragment)
            }
        };
        Ok(call.view(encoder.names(), bound)?)
    }

    /// The bound fields as members of a line, encoded at the first call; None where their keys are
    /// not simply their own text.
    fn fragment(&self, bound: &Bound<'_, PyDict>, encoder: &Encoder) -> PyResult<Fragment> {
        let id = encoder.id();
        if let Ok(fragments) = self.fragments.try_lock()
            && let Some((_, fragment)) = fragments.iter().find(|(known, _)| *known == id)
        {
            return Ok(fragment.clone());
        }
        let pairs: Pairs<'_> = bound.iter().collect();
        let fragment = if !encoder.has_screen() && encoder.names().are_attributes(&pairs) {
            let mut out = Vec::new();
            value::members(&mut out, &pairs, &mut Open::default())?;
            Some(out.into())
        } else {
            None
        };
        if let Ok(mut fragments) = self.fragments.try_lock() {
            fragments.truncate(FRAGMENTS - 1);
            fragments.insert(0, (id, fragment.clone()));
        }
        Ok(fragment)
    }
}
