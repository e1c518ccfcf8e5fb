//! What a core takes from a log record before it writes anything.

use crate::error::{Stop, is_ordinary};
use crate::ffi;
use crate::imports;
use crate::keys;
use crate::names::{Meaning, Names, SLOTS, Slot};
use crate::paths;
use crate::span::{Span, Stale};
use crate::value::{self, Item, Pairs};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};
use std::sync::Arc;

/// One record, read once: its standard values, its message and its attributes.
#[derive(Default)]
pub struct RecordView<'py> {
    slots: [Option<Bound<'py, PyAny>>; SLOTS],
    /// The time, where it is no object.
    pub seconds: Option<f64>,
    pub attributes: Pairs<'py>,
    /// The attributes' keys, where they are not simply their own text.
    pub keys: Option<Bound<'py, PyList>>,
    message: Option<Bound<'py, PyAny>>,
    pub error: Option<String>,
    pub format_args: Option<Bound<'py, PyAny>>,
    pub capture: Option<Captured<'py>>,
    /// An exception, as a processor of structlog's wrote it.
    pub rendered: Option<Bound<'py, PyTuple>>,
    /// Attributes that come first, encoded already.
    pub bound: Option<Arc<[u8]>>,
}

impl<'py> RecordView<'py> {
    /// Reads a record into an empty view, which stays where it is: it is large to move.
    pub fn read(&mut self, record: &Bound<'py, PyAny>, names: &Names) -> Result<(), Stop> {
        let py = record.py();
        let exact = record.get_type().is(imports::LOG_RECORD.get(py)?);
        let values = if exact {
            ffi::attributes_of(record)?
        } else {
            let found = imports::ATTRIBUTES_OF.get(py)?.call1((record,))?;
            found.cast_into::<PyDict>().map_err(PyErr::from)?
        };
        let odd = self.sort(&values, names)?;
        self.settle_keys(py, names, &odd)?;
        self.capture = self.read_capture(py)?;
        self.read_message(record, exact && !odd.method)
    }

    /// The logger's name, the level's name and the message, for the line of last resort.
    pub fn basics(&self) -> [Option<Bound<'py, PyAny>>; 3] {
        [Slot::Name, Slot::LevelName, Slot::Msg].map(|slot| self.get(slot).cloned())
    }

    /// Gives keys that are no text, or taken, others: one Python function does that for both cores.
    pub fn name_apart(&mut self, py: Python<'py>, names: &Names) -> Result<(), Stop> {
        let reserved = names.reserved.bind(py);
        let ends = names.ends.as_ref().map(|ends| ends.shared.bind(py));
        let keys = PyList::new(py, self.attributes.iter().map(|(key, _)| key))?;
        self.keys = Some(value::unique_keys(keys.into_any(), reserved, ends)?);
        Ok(())
    }

    /// Does so where a key asks for it.
    pub fn settle_keys(&mut self, py: Python<'py>, names: &Names, odd: &Odd) -> Result<(), Stop> {
        if odd.keys || odd.paths && paths::may_meet(&self.attributes) {
            self.name_apart(py, names)?;
        }
        Ok(())
    }

    pub fn set(&mut self, slot: Slot, value: Option<Bound<'py, PyAny>>) {
        self.slots[slot as usize] = value;
    }

    pub fn get(&self, slot: Slot) -> Option<&Bound<'py, PyAny>> {
        self.slots[slot as usize].as_ref()
    }

    pub fn message(&self) -> Option<&Bound<'py, PyAny>> {
        self.message.as_ref()
    }

    pub fn replace_message(&mut self, message: Bound<'py, PyAny>) {
        self.message = Some(message);
    }

    /// Names one more thing that could not be written.
    pub fn add_error(&mut self, error: String) {
        self.error = Some(match self.error.take() {
            Some(before) => format!("{before}; {error}"),
            None => error,
        });
    }

    /// Goes over the record's names once, without running any Python code.
    fn sort(&mut self, values: &Bound<'py, PyDict>, names: &Names) -> Result<Odd, Stop> {
        // as much as it can be: growing later would end the process where there is no memory
        let count = values.len().saturating_sub(names.order.len());
        self.attributes
            .try_reserve(count)
            .map_err(|_| Stop::OutOfMemory)?;
        ffi::take_items(values, &names.order, &mut self.slots, &mut self.attributes);
        let task_name = self.slots[Slot::TaskName as usize]
            .take()
            .filter(|value| !value.is_none());
        let mut odd = Odd::default();
        if task_name.is_none() && keys::are_attributes(&self.attributes, names) {
            return Ok(odd);
        }
        let rest = std::mem::take(&mut self.attributes);
        self.attributes
            .try_reserve(rest.len() + 1)
            .map_err(|_| Stop::OutOfMemory)?;
        if let Some(value) = task_name {
            let key = intern!(value.py(), "taskName").clone().into_any();
            self.place((key, value), names.task_name(), &mut odd);
        }
        for item in rest {
            let meaning = match keys::meaning(&item.0, names) {
                Some(Meaning::Special) => match value::plain_key(&item.0) {
                    Some("taskName") if item.1.is_none() => Meaning::Hidden,
                    Some(name) => {
                        odd.method |= name == "getMessage";
                        names.meaning(name)
                    }
                    None => Meaning::Reserved,
                },
                Some(meaning) => meaning,
                None if has_private_name(&item.0) => Meaning::Hidden,
                None => Meaning::Reserved,
            };
            self.place(item, meaning, &mut odd);
        }
        Ok(odd)
    }

    pub fn place(&mut self, item: Item<'py>, meaning: Meaning, odd: &mut Odd) {
        match meaning {
            Meaning::Standard(slot) => self.slots[slot as usize] = Some(item.1),
            Meaning::Hidden => {}
            Meaning::Reserved | Meaning::Path | Meaning::Attribute | Meaning::Special => {
                odd.keys |= meaning == Meaning::Reserved;
                odd.paths |= meaning == Meaning::Path;
                self.attributes.push(item);
            }
        }
    }

    pub fn read_capture(&self, py: Python<'py>) -> Result<Option<Captured<'py>>, Stop> {
        match self.get(Slot::Capture) {
            Some(mark) if !mark.is_none() => {
                let found = imports::CAPTURED.get(py)?.call1((mark,))?;
                Ok(if found.is_none() {
                    None
                } else {
                    Some(Captured::read(found.cast().map_err(PyErr::from)?)?)
                })
            }
            _ => Ok(None),
        }
    }

    pub fn read_message(&mut self, record: &Bound<'py, PyAny>, exact: bool) -> Result<(), Stop> {
        let args = self.get(Slot::Args).filter(|args| !args.is_none()).cloned();
        let message = match self.get(Slot::Msg) {
            _ if !exact => checked(
                imports::MESSAGE_OF_RECORD
                    .get(record.py())?
                    .call1((record,))?,
            )?,
            Some(msg) if msg.is_exact_instance_of::<PyString>() => {
                interpolated(msg, args.as_ref())?
            }
            msg => checked(
                imports::MERGE
                    .get(record.py())?
                    .call1((msg, args.as_ref()))?,
            )?,
        };
        self.message = Some(message.text);
        if message.error.is_some() {
            self.error = message.error;
            self.format_args = args;
        } else if let Some(capture) = &mut self.capture {
            self.format_args = capture.args.take();
        }
        if let Some(error) = self
            .capture
            .as_mut()
            .and_then(|capture| capture.error.take())
        {
            self.add_error(error);
        }
        Ok(())
    }
}

/// What makes a record one that cannot go the straight way.
#[derive(Default)]
pub struct Odd {
    pub keys: bool,
    /// Keys that have to be compared with the others.
    pub paths: bool,
    method: bool,
}

/// Whether a key without a UTF-8 form starts with an underscore all the same.
pub fn has_private_name(key: &Bound<'_, PyAny>) -> bool {
    key.cast_exact::<PyString>()
        .is_ok_and(|key| key.to_string_lossy().starts_with('_'))
}

/// The message, and the error where it is not all that it should be.
struct Message<'py> {
    text: Bound<'py, PyAny>,
    error: Option<String>,
}

/// `msg % args` as logging builds it.
fn interpolated<'py>(
    msg: &Bound<'py, PyAny>,
    args: Option<&Bound<'py, PyAny>>,
) -> Result<Message<'py>, Stop> {
    let py = msg.py();
    let empty = match args {
        None => true,
        Some(args) => {
            if let Ok(args) = args.cast_exact::<PyTuple>() {
                args.is_empty()
            } else if let Ok(args) = args.cast_exact::<PyDict>() {
                args.is_empty()
            } else {
                return checked(imports::MERGE.get(py)?.call1((msg, args))?);
            }
        }
    };
    if empty {
        return Ok(Message {
            text: msg.clone(),
            error: None,
        });
    }
    match msg.rem(args) {
        Ok(text) => Ok(Message { text, error: None }),
        Err(error) if is_ordinary(&error, py) => checked(
            imports::FORMAT_FAILED
                .get(py)?
                .call1((msg, error.value(py)))?,
        ),
        Err(error) => Err(error.into()),
    }
}

/// What a shared function returned: the text and the error.
fn checked(found: Bound<'_, PyAny>) -> Result<Message<'_>, Stop> {
    let (text, error) = found.extract()?;
    Ok(Message { text, error })
}

/// What was true in the calling thread.
pub struct Captured<'py> {
    pub span: Option<Span>,
    pub stale: Option<Stale>,
    pub exception: Option<Bound<'py, PyTuple>>,
    error: Option<String>,
    args: Option<Bound<'py, PyAny>>,
    /// The fields of its context.
    pub fields: Option<Bound<'py, PyDict>>,
}

impl<'py> Captured<'py> {
    /// Reads what the shared function has checked.
    fn read(found: &Bound<'py, PyTuple>) -> PyResult<Self> {
        let args = found.get_item(3)?;
        Ok(Self {
            span: Span::of_normalized(&found.get_item(0)?)?,
            stale: Stale::of(&found.get_item(5)?)?,
            exception: found.get_item(1)?.cast_into::<PyTuple>().ok(),
            error: found.get_item(2)?.extract()?,
            args: if args.is_none() { None } else { Some(args) },
            fields: found.get_item(4)?.cast_into::<PyDict>().ok(),
        })
    }
}
