//! What a core takes from a structlog event dict before it writes anything.

use crate::call::{self, is_false};
use crate::changes;
use crate::error::{Stop, is_ordinary};
use crate::event_keys::Found;
use crate::ffi;
use crate::imports;
use crate::keys;
use crate::names::{Meaning, Names, Slot, WORKER, Wanted};
use crate::record::{Odd, RecordView};
use crate::value::{self, Item};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFloat, PyInt, PyString, PyTuple};

/// The names that are not plain attributes, decided once for each plan.
pub struct EventNames {
    pub names: Names,
    /// Whether a line says where its call stands in the source.
    pub needs_caller: bool,
    /// Whether it says which process or thread makes it.
    pub needs_worker: bool,
    /// Whether a line is written from the level's number.
    needs_level: bool,
}

impl EventNames {
    pub fn new(plan: &Bound<'_, PyAny>, wanted: &Wanted) -> PyResult<Self> {
        Ok(Self {
            names: Names::of_events(plan, &SPECIAL)?,
            needs_caller: wanted.needs_callsite(),
            needs_worker: wanted.needs_worker(),
            needs_level: wanted.has(Slot::LevelNumber),
        })
    }
}

/// The keys that mean something before `event` too, or by themselves.
const SPECIAL: [&str; 10] = [
    "event",
    "exc_info",
    "stack_info",
    "positional_args",
    "otel_context",
    "_record",
    "_from_structlog",
    "_logger",
    "_name",
    "_tracefmt",
];

/// What structlog gives to its last processor.
#[allow(
    clippy::struct_field_names,
    reason = "`event_dict` is structlog's word"
)]
pub struct Event<'a, 'py> {
    pub logger: &'a Bound<'py, PyAny>,
    pub method_name: &'a Bound<'py, PyAny>,
    pub event_dict: &'a Bound<'py, PyAny>,
    /// structlog's context variables by their names.
    pub variables: Option<&'a Bound<'py, PyDict>>,
}

/// How many things `said_by` returns.
const SAID: usize = 7;

impl<'py> Event<'_, 'py> {
    /// Whether `ProcessorFormatter` asks.
    pub fn has_record(&self) -> PyResult<bool> {
        match self.event_dict.cast_exact::<PyDict>() {
            Ok(dict) => dict.contains(intern!(dict.py(), "_record")),
            Err(_) => Ok(false),
        }
    }

    /// The line of last resort, with what little can be said.
    pub fn last_line(&self, failure: &PyErr) -> PyResult<Bound<'py, PyAny>> {
        let py = self.logger.py();
        let (logger, method_name, event_dict) = (self.logger, self.method_name, self.event_dict);
        imports::EVENT_LAST_LINE.get(py)?.call1((
            logger,
            method_name,
            event_dict,
            failure.value(py),
        ))
    }

    /// Fills an empty view with what a record would say; true where `ProcessorFormatter` asks.
    pub fn read(&self, view: &mut RecordView<'py>, names: &EventNames) -> Result<bool, Stop> {
        let py = self.logger.py();
        let converted;
        let items = if let Ok(dict) = self.event_dict.cast_exact::<PyDict>() {
            dict
        } else {
            converted = imports::EVENT_ITEMS.get(py)?.call1((self.event_dict,))?;
            converted.cast::<PyDict>().map_err(PyErr::from)?
        };
        // as much as it can be: growing later would end the process where there is no memory
        view.attributes
            .try_reserve(items.len())
            .map_err(|_| Stop::OutOfMemory)?;
        ffi::take_items(items, &[], &mut [], &mut view.attributes);
        if self.is_usual(view, items, names)? {
            return Ok(false);
        }
        let mut odd = Odd::default();
        let mut found = Found::default();
        found.sort(view, names, &mut odd)?;
        let has_record = found.record.is_some();
        let texts = found.exception.take();
        self.take_rendered(view, texts, names, &mut odd)?;
        self.take_variables(view, items, names, &mut odd)?;
        view.settle_keys(py, &names.names, &odd)?;
        self.fill(view, found, names)?;
        view.capture = view.read_capture(py)?;
        view.read_message(self.event_dict, true)?;
        Ok(has_record)
    }

    /// Whether `event` comes last, where structlog puts it, and all else is known to be attributes; the
    /// view is filled then.
    fn is_usual(
        &self,
        view: &mut RecordView<'py>,
        items: &Bound<'py, PyDict>,
        names: &EventNames,
    ) -> Result<bool, Stop> {
        let py = self.logger.py();
        let Some(last) = view.attributes.pop() else {
            return Ok(false);
        };
        if !last.0.is(intern!(py, "event"))
            || last.1.is_none()
            || names.needs_caller
            || names.needs_worker
            || !keys::are_attributes(&view.attributes, &names.names)
        {
            view.attributes.push(last); // there is room: it was there
            return Ok(false);
        }
        let mut odd = Odd::default();
        self.take_variables(view, items, names, &mut odd)?;
        view.settle_keys(py, &names.names, &odd)?;
        view.set(Slot::Msg, Some(last.1));
        view.set(Slot::Name, self.logger_name()?);
        let level = level_name(self.method_name);
        set_level(view, level, names)?;
        view.set(Slot::Created, Some(now(py)?));
        view.read_message(self.event_dict, true)?;
        Ok(true)
    }

    /// An exception that a processor made text, or a list of stacks.
    fn take_rendered(
        &self,
        view: &mut RecordView<'py>,
        given: Option<Bound<'py, PyAny>>,
        names: &EventNames,
        odd: &mut Odd,
    ) -> Result<(), Stop> {
        let Some(given) = given else {
            return Ok(());
        };
        if given.is_exact_instance_of::<PyString>() {
            view.set(Slot::ExcText, Some(given));
            return Ok(());
        }
        let py = self.logger.py();
        let texts = imports::EVENT_TEXTS.get(py)?.call1((&given,))?;
        if let Ok(texts) = texts.cast_into::<PyTuple>() {
            view.rendered = Some(texts);
        } else {
            let key = intern!(py, "exception").clone().into_any();
            view.place((key, given), names.names.meaning("exception"), odd);
        }
        Ok(())
    }

    /// What is bound in structlog's context variables, other than what the call gives.
    fn take_variables(
        &self,
        view: &mut RecordView<'py>,
        items: &Bound<'py, PyDict>,
        names: &EventNames,
        odd: &mut Odd,
    ) -> Result<(), Stop> {
        const PREFIX: isize = 10; // "structlog_"
        let Some(variables) = self.variables.filter(|found| !found.is_empty()) else {
            return Ok(());
        };
        let py = variables.py();
        let variables: Vec<Item<'py>> = variables.iter().collect();
        for (name, variable) in variables {
            let value = variable.call_method1(intern!(py, "get"), (py.Ellipsis(),))?;
            if value.is(py.Ellipsis()) {
                continue;
            }
            let key = name.get_item(pyo3::types::PySlice::new(py, PREFIX, isize::MAX, 1))?;
            if items.contains(&key)? {
                continue;
            }
            let meaning = match value::plain_key(&key) {
                Some(name) => names.names.meaning(name),
                None => Meaning::Reserved,
            };
            view.place((key, value), meaning, odd);
        }
        Ok(())
    }

    /// Puts everything where a record would have it.
    fn fill(
        &self,
        view: &mut RecordView<'py>,
        found: Found<'py>,
        names: &EventNames,
    ) -> Result<(), Stop> {
        let py = self.logger.py();
        let mut said = match &found.record {
            Some(record) => said_by(record)?,
            None => Default::default(),
        };
        let name = match found.logger.or_else(|| said[0].take()) {
            None => self.logger_name()?,
            name => name,
        };
        let level = match (found.level, said[1].take()) {
            (None, Some(level)) => level,
            (Some(level), _) => level_name(&level),
            (None, None) => level_name(self.method_name),
        };
        let created = match (found.timestamp, said[2].take()) {
            (Some(timestamp), _) => created(timestamp)?,
            (None, Some(created)) => created,
            (None, None) => now(py)?,
        };
        view.set(Slot::Name, name);
        set_level(view, level, names)?;
        view.set(Slot::Created, Some(created));
        view.set(Slot::Capture, said[6].take());
        view.set(Slot::Context, found.context);
        let event = found.event.filter(|event| !event.is_none());
        let event = event.unwrap_or_else(|| intern!(py, "").clone().into_any());
        view.set(Slot::Msg, Some(event));
        if let Some(args) = found.args {
            let args = imports::EVENT_ARGUMENTS.get(py)?.call1((args,))?;
            view.set(Slot::Args, Some(args));
        }
        if let Some(given) = found.exc_info.filter(|given| !is_nothing(given)) {
            let exc_info = imports::EVENT_EXC_INFO.get(py)?.call1((given,))?;
            view.set(Slot::ExcInfo, Some(exc_info));
        }
        let stack_info = match found.stack_info.filter(|given| !is_nothing(given)) {
            Some(given) if given.is_exact_instance_of::<PyString>() => Some(given),
            Some(given) => Some(imports::EVENT_STACK.get(py)?.call1((given,))?),
            None => None,
        };
        view.set(
            Slot::StackInfo,
            stack_info.filter(|text| !text.is_none()).or(found.stack),
        );
        if names.needs_worker {
            let own = imports::EVENT_WORKER.get(py)?.call1((&found.record,))?;
            let own = own.cast_into::<PyTuple>().map_err(PyErr::from)?;
            for ((slot, value), own) in WORKER.into_iter().zip(found.worker).zip(own.iter()) {
                view.set(slot, Some(value.unwrap_or(own)));
            }
        }
        if names.needs_caller {
            let site = callsite(py, found.site, said)?;
            if let Some(path) = site[0]
                .as_ref()
                .filter(|path| path.is_exact_instance_of::<PyString>())
            {
                let parts = path.call_method1(intern!(py, "rpartition"), ("/",))?;
                view.set(Slot::FileName, Some(parts.get_item(2)?));
            }
            let slots = [Slot::PathName, Slot::LineNumber, Slot::FunctionName];
            for (slot, value) in slots.into_iter().zip(site) {
                view.set(slot, value);
            }
        }
        Ok(())
    }

    /// The name of the logger that structlog has wrapped.
    fn logger_name(&self) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = self.logger.py();
        if self.logger.is_none() {
            return Ok(None);
        }
        match self.logger.getattr_opt(intern!(py, "name")) {
            Ok(name) => Ok(name.filter(PyAnyMethods::is_exact_instance_of::<PyString>)),
            Err(error) if is_ordinary(&error, py) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// None or False.
fn is_nothing(given: &Bound<'_, PyAny>) -> bool {
    given.is_none() || is_false(given)
}

fn said_by<'py>(record: &Bound<'py, PyAny>) -> PyResult<[Option<Bound<'py, PyAny>>; SAID]> {
    let said = imports::EVENT_SAID.get(record.py())?.call1((record,))?;
    let said = said.cast_into::<PyTuple>()?;
    let mut parts = said
        .iter()
        .map(|part| Some(part).filter(|part| !part.is_none()));
    Ok(std::array::from_fn(|_| parts.next().flatten()))
}

fn set_level<'py>(
    view: &mut RecordView<'py>,
    name: Bound<'py, PyAny>,
    names: &EventNames,
) -> PyResult<()> {
    if names.needs_level && name.is_exact_instance_of::<PyString>() {
        let numbers = imports::namespace(name.py(), &imports::LEVEL_NUMBERS)?;
        view.set(Slot::LevelNumber, numbers.get_item(&name)?);
    }
    view.set(Slot::LevelName, Some(name));
    Ok(())
}

/// logging's name for what structlog's loggers call a method.
fn level_name<'py>(name: &Bound<'py, PyAny>) -> Bound<'py, PyAny> {
    let py = name.py();
    let known = match value::plain_key(name) {
        Some("info" | "msg") => intern!(py, "INFO"),
        Some("debug") => intern!(py, "DEBUG"),
        Some("warning" | "warn") => intern!(py, "WARNING"),
        Some("error" | "err" | "exception" | "failure") => intern!(py, "ERROR"),
        Some("critical" | "fatal") => intern!(py, "CRITICAL"),
        _ => return name.clone(),
    };
    known.clone().into_any()
}

fn created(timestamp: Bound<'_, PyAny>) -> PyResult<Bound<'_, PyAny>> {
    if timestamp.is_exact_instance_of::<PyFloat>() || timestamp.is_exact_instance_of::<PyInt>() {
        return Ok(timestamp);
    }
    imports::EVENT_CREATED
        .get(timestamp.py())?
        .call1((timestamp,))
}

/// What `time.time` says, also where somebody has stopped it.
fn now(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    if changes::clock_is_stock(py)? {
        return Ok(PyFloat::new(py, call::now()).into_any());
    }
    match imports::namespace(py, &imports::TIME)?.get_item(intern!(py, "time"))? {
        Some(clock) => clock.call0(),
        None => Ok(py.None().into_bound(py)),
    }
}

type Site<'py> = [Option<Bound<'py, PyAny>>; 3];

/// Path, line and function of the call: what a processor says, else the record, else the stack.
fn callsite<'py>(
    py: Python<'py>,
    found: Site<'py>,
    said: [Option<Bound<'py, PyAny>>; SAID],
) -> PyResult<Site<'py>> {
    if found.iter().any(Option::is_some) {
        return Ok(found);
    }
    let [_, _, _, path, line, function, _] = said;
    let recorded = [path, line, function];
    if recorded.iter().any(Option::is_some) {
        return Ok(recorded);
    }
    let caller = imports::EVENT_CALLER.get(py)?.call0()?;
    let (path, line, function) = caller.extract()?;
    Ok([path, line, function])
}
