//! The keys of an event dict: which have a meaning of their own, and which are attributes.

use crate::call::is_false;
use crate::error::Stop;
use crate::event::EventNames;
use crate::keys;
use crate::names::Meaning;
use crate::record::{Odd, RecordView};
use crate::value;
use pyo3::prelude::*;
use pyo3::types::{PyInt, PyList, PyString, PyTuple};

/// The values of the keys that have a meaning.
#[derive(Default)]
pub struct Found<'py> {
    pub event: Option<Bound<'py, PyAny>>,
    pub args: Option<Bound<'py, PyAny>>,
    pub level: Option<Bound<'py, PyAny>>,
    pub timestamp: Option<Bound<'py, PyAny>>,
    pub logger: Option<Bound<'py, PyAny>>,
    pub exc_info: Option<Bound<'py, PyAny>>,
    pub exception: Option<Bound<'py, PyAny>>,
    pub stack: Option<Bound<'py, PyAny>>,
    pub stack_info: Option<Bound<'py, PyAny>>,
    pub record: Option<Bound<'py, PyAny>>,
    pub context: Option<Bound<'py, PyAny>>,
    /// Path, line and function.
    pub site: [Option<Bound<'py, PyAny>>; 3],
    /// Process and its name, thread and its name.
    pub worker: [Option<Bound<'py, PyAny>>; 4],
    /// Whether `event` has been met: what comes behind it is the processors'.
    behind: bool,
    /// Whether logging's own record has been met, on which a formatter may have left something.
    foreign: bool,
}

impl<'py> Found<'py> {
    /// Where a key's value is to be kept, if it has a meaning.
    fn place(
        &mut self,
        name: &str,
        value: &Bound<'py, PyAny>,
        names: &EventNames,
    ) -> Option<&mut Option<Bound<'py, PyAny>>> {
        let is_text = || value.is_exact_instance_of::<PyString>();
        let is_number = || value.is_exact_instance_of::<PyInt>();
        let (callsite, worker) = (names.needs_caller, names.needs_worker);
        let behind = self.behind;
        Some(match name {
            "event" => {
                self.behind = true;
                &mut self.event
            }
            "exc_info" => &mut self.exc_info,
            "stack_info" => &mut self.stack_info,
            "_record" => &mut self.record,
            "otel_context" => &mut self.context,
            "positional_args" if value.is_exact_instance_of::<PyTuple>() => &mut self.args,
            "_from_structlog" => {
                self.foreign = is_false(value);
                return None;
            }
            _ if !behind => return None,
            "timestamp" if !value.is_none() => &mut self.timestamp,
            "level" if is_text() => &mut self.level,
            "logger" if is_text() => &mut self.logger,
            "stack" if is_text() => &mut self.stack,
            "exception" if is_text() || value.is_exact_instance_of::<PyList>() => {
                &mut self.exception
            }
            "pathname" if callsite && is_text() => &mut self.site[0],
            "lineno" if callsite && is_number() => &mut self.site[1],
            "func_name" if callsite && is_text() => &mut self.site[2],
            "process" if worker && is_number() => &mut self.worker[0],
            "process_name" if worker && is_text() => &mut self.worker[1],
            "thread" if worker && is_number() => &mut self.worker[2],
            "thread_name" if worker && is_text() => &mut self.worker[3],
            _ => return None,
        })
    }
}

impl<'py> Found<'py> {
    /// Parts what has a meaning from the attributes.
    pub fn sort(
        &mut self,
        view: &mut RecordView<'py>,
        names: &EventNames,
        odd: &mut Odd,
    ) -> Result<(), Stop> {
        let given = std::mem::take(&mut view.attributes);
        view.attributes
            .try_reserve(given.len())
            .map_err(|_| Stop::OutOfMemory)?;
        for item in given {
            let Some(name) = value::plain_key(&item.0) else {
                view.place(item, Meaning::Reserved, odd);
                continue;
            };
            if let Some(place) = self.place(name, &item.1, names) {
                *place = Some(item.1);
            } else if !self.is_hidden(name) {
                let meaning = meaning(&item.0, name, names);
                view.place(item, meaning, odd);
            }
        }
        Ok(())
    }

    /// Whether a name is that of something which `ProcessorFormatter` or a formatter has left.
    fn is_hidden(&self, name: &str) -> bool {
        match name {
            "_from_structlog" | "_logger" | "_name" | "_tracefmt" => true,
            "message" | "asctime" => self.foreign,
            _ => false,
        }
    }
}

/// What the key of an attribute means, and that it is one is remembered.
fn meaning(key: &Bound<'_, PyAny>, name: &str, names: &EventNames) -> Meaning {
    match keys::meaning(key, &names.names) {
        Some(Meaning::Attribute) => Meaning::Attribute,
        _ => names.names.meaning(name),
    }
}
