//! What a core takes from a log record before it writes anything.

use crate::error::{Stop, is_ordinary};
use crate::imports;
use crate::span::Span;
use crate::value::{self, Pairs};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};

/// The standard attributes that lines are written from.
#[derive(Clone, Copy, PartialEq)]
#[repr(usize)]
pub enum Slot {
    Name,
    Msg,
    Args,
    LevelName,
    Created,
    PathName,
    LineNumber,
    FunctionName,
    ExcInfo,
    ExcText,
    StackInfo,
    /// What `ContextFilter` and `QueueHandler` leave.
    Capture,
}
const SLOTS: usize = Slot::Capture as usize + 1;

const SLOT_NAMES: [(&str, Slot); SLOTS] = [
    ("name", Slot::Name),
    ("msg", Slot::Msg),
    ("args", Slot::Args),
    ("levelname", Slot::LevelName),
    ("created", Slot::Created),
    ("pathname", Slot::PathName),
    ("lineno", Slot::LineNumber),
    ("funcName", Slot::FunctionName),
    ("exc_info", Slot::ExcInfo),
    ("exc_text", Slot::ExcText),
    ("stack_info", Slot::StackInfo),
    ("_tracefmt", Slot::Capture),
];

/// What a name on a record means.
#[derive(Clone, Copy, PartialEq)]
enum Meaning {
    Standard(Slot),
    /// Not written: logging's own and of no use in a line, or left out by option.
    Hidden,
    /// An attribute whose key is a field's: written under another.
    Reserved,
    /// An attribute that hides the record's method.
    GetMessage,
    Attribute,
}

/// The names that are not plain attributes, and the order in which logging sets its own.
pub struct Names {
    /// By length, since few names share one.
    by_length: Vec<Vec<(Box<str>, Meaning)>>,
    order: Vec<(Py<PyAny>, Meaning)>,
    task_name: Meaning,
    reserved: Py<PyAny>,
}

impl Names {
    pub fn new(py: Python<'_>, hidden: &Bound<'_, PyAny>, reserved: Bound<'_, PyAny>) -> PyResult<Self> {
        let mut names = Self {
            by_length: Vec::new(),
            order: Vec::new(),
            task_name: Meaning::Attribute,
            reserved: reserved.clone().unbind(),
        };
        // the first meaning that a name gets stays
        for (name, slot) in SLOT_NAMES {
            names.add(name, Meaning::Standard(slot));
        }
        for name in imports::STANDARD.get(py)?.try_iter()?.chain(hidden.try_iter()?) {
            names.add(name?.extract()?, Meaning::Hidden);
        }
        for name in reserved.try_iter()? {
            names.add(name?.extract()?, Meaning::Reserved);
        }
        names.add("getMessage", Meaning::GetMessage);
        names.task_name = names.meaning("taskName");
        names.order = names.logging_order(py)?;
        Ok(names)
    }

    fn add(&mut self, name: &str, meaning: Meaning) {
        if self.meaning(name) == Meaning::Attribute {
            if self.by_length.len() <= name.len() {
                self.by_length.resize_with(name.len() + 1, Vec::new);
            }
            self.by_length[name.len()].push((name.into(), meaning));
        }
    }

    fn meaning(&self, name: &str) -> Meaning {
        let same_length = self.by_length.get(name.len()).map_or(&[][..], Vec::as_slice);
        let found = same_length.iter().find(|(known, _)| **known == *name);
        match found {
            Some((_, meaning)) => *meaning,
            None if name.starts_with('_') => Meaning::Hidden,
            None => Meaning::Attribute,
        }
    }

    /// The names that a record has from its birth, in their order: the same objects each time.
    fn logging_order(&self, py: Python<'_>) -> PyResult<Vec<(Py<PyAny>, Meaning)>> {
        let class = imports::LOG_RECORD.get(py)?;
        let record = class.call1(("", 0, "", 0, "", py.None(), py.None()))?;
        let attributes = record.getattr(intern!(py, "__dict__"))?.cast_into::<PyDict>()?;
        let known = attributes.iter().map(|(key, _)| {
            let meaning = self.meaning(key.extract()?);
            Ok((key.unbind(), meaning))
        });
        let not_task = |entry: &PyResult<(Py<PyAny>, Meaning)>| {
            entry.as_ref().is_ok_and(|(_, meaning)| {
                matches!(meaning, Meaning::Standard(_) | Meaning::Hidden)
            })
        };
        known.take_while(not_task).collect()
    }
}

/// One record, read once: its standard values, its message and its attributes.
pub struct RecordView<'py> {
    slots: [Option<Bound<'py, PyAny>>; SLOTS],
    pub attributes: Pairs<'py>,
    /// The attributes' keys, where they are not simply their own text.
    pub keys: Option<Bound<'py, PyList>>,
    pub message: Bound<'py, PyAny>,
    pub error: Option<String>,
    pub format_args: Option<Bound<'py, PyAny>>,
    pub capture: Option<Captured<'py>>,
}

impl<'py> RecordView<'py> {
    pub fn read(record: &Bound<'py, PyAny>, names: &Names) -> Result<Self, Stop> {
        let py = record.py();
        let exact = record.get_type().is(imports::LOG_RECORD.get(py)?);
        let values = if exact {
            record.getattr(intern!(py, "__dict__"))?
        } else {
            imports::ATTRIBUTES_OF.get(py)?.call1((record,))?
        };
        let mut view = Self {
            slots: Default::default(),
            attributes: Pairs::new(),
            keys: None,
            message: PyString::intern(py, "").into_any(),
            error: None,
            format_args: None,
            capture: None,
        };
        let odd = view.sort(values.cast::<PyDict>().map_err(PyErr::from)?, names);
        if odd.keys {
            let reserved = names.reserved.bind(py);
            view.keys = Some(value::unique_keys(py, &view.attributes, Some(reserved))?);
        }
        view.capture = view.read_capture(py)?;
        view.read_message(record, exact && !odd.method)?;
        Ok(view)
    }

    pub fn get(&self, slot: Slot) -> Option<&Bound<'py, PyAny>> {
        self.slots[slot as usize].as_ref()
    }

    /// Names one more thing that could not be written.
    pub fn add_error(&mut self, error: String) {
        self.error = Some(match self.error.take() {
            Some(before) => format!("{before}; {error}"),
            None => error,
        });
    }

    /// Goes over the record's names once, without running any Python code.
    fn sort(&mut self, values: &Bound<'py, PyDict>, names: &Names) -> Odd {
        let mut odd = Odd::default();
        let mut order = names.order.iter();
        let mut expected = order.next();
        for (key, value) in values.iter() {
            let meaning = match expected {
                Some((name, meaning)) if key.is(name) => {
                    expected = order.next();
                    *meaning
                }
                _ => match value::plain_key(&key) {
                    Some("taskName") if value.is_none() => Meaning::Hidden,
                    Some("taskName") => names.task_name,
                    Some(name) => names.meaning(name),
                    None if has_private_name(&key) => Meaning::Hidden,
                    None => Meaning::Reserved,
                },
            };
            match meaning {
                Meaning::Standard(slot) => self.slots[slot as usize] = Some(value),
                Meaning::Hidden => {}
                Meaning::Reserved | Meaning::GetMessage | Meaning::Attribute => {
                    odd.keys |= meaning == Meaning::Reserved;
                    odd.method |= meaning == Meaning::GetMessage;
                    self.attributes.push((key, value));
                }
            }
        }
        odd
    }

    fn read_capture(&self, py: Python<'py>) -> Result<Option<Captured<'py>>, Stop> {
        match self.get(Slot::Capture) {
            Some(mark) if !mark.is_none() => {
                let found = imports::CAPTURED.get(py)?.call1((mark,))?;
                Ok(if found.is_none() { None } else { Some(Captured::read(found.cast().map_err(PyErr::from)?)?) })
            }
            _ => Ok(None),
        }
    }

    fn read_message(&mut self, record: &Bound<'py, PyAny>, exact: bool) -> Result<(), Stop> {
        let py = record.py();
        let msg = self.get(Slot::Msg).cloned();
        let args = self.get(Slot::Args).filter(|args| !args.is_none()).cloned();
        let no_args = args.as_ref().is_none_or(|args| {
            args.cast_exact::<PyTuple>().is_ok_and(|args| args.is_empty())
        });
        let merged = if !exact {
            imports::MESSAGE_OF_RECORD.get(py)?.call1((record,))?
        } else {
            match (msg, &args) {
                (Some(msg), _) if no_args && msg.is_exact_instance_of::<PyString>() => {
                    self.message = msg;
                    return self.take_captured_error();
                }
                (Some(msg), Some(args)) if msg.is_exact_instance_of::<PyString>() => {
                    match interpolated(&msg, args)? {
                        Ok(message) => {
                            self.message = message;
                            return self.take_captured_error();
                        }
                        Err(failed) => failed,
                    }
                }
                (msg, args) => imports::MERGE.get(py)?.call1((msg, args.as_ref()))?,
            }
        };
        let (message, error): (Bound<'py, PyAny>, Option<String>) = merged.extract()?;
        self.message = message;
        if error.is_none() {
            return self.take_captured_error();
        }
        self.error = error;
        self.format_args = args;
        Ok(())
    }

    fn take_captured_error(&mut self) -> Result<(), Stop> {
        if let Some(capture) = &mut self.capture {
            self.error = capture.error.take();
            self.format_args = capture.args.take();
        }
        Ok(())
    }
}

/// What makes a record one that cannot go the straight way.
#[derive(Default)]
struct Odd {
    keys: bool,
    method: bool,
}

/// Whether a key without a UTF-8 form starts with an underscore all the same.
fn has_private_name(key: &Bound<'_, PyAny>) -> bool {
    key.cast_exact::<PyString>().is_ok_and(|key| key.to_string_lossy().starts_with('_'))
}

/// `msg % args` as logging builds it; where that raises, what the shared function makes of it.
fn interpolated<'py>(
    msg: &Bound<'py, PyAny>,
    args: &Bound<'py, PyAny>,
) -> Result<Result<Bound<'py, PyAny>, Bound<'py, PyAny>>, Stop> {
    let py = msg.py();
    if !(args.is_exact_instance_of::<PyTuple>() || args.is_exact_instance_of::<PyDict>()) {
        return Ok(Err(imports::MERGE.get(py)?.call1((msg, args))?));
    }
    if args.len()? == 0 {
        return Ok(Ok(msg.clone()));
    }
    match msg.rem(args) {
        Ok(message) => Ok(Ok(message)),
        Err(error) if is_ordinary(&error, py) => {
            Ok(Err(imports::FORMAT_FAILED.get(py)?.call1((msg, error.value(py)))?))
        }
        Err(error) => Err(error.into()),
    }
}

/// What was true in the calling thread.
pub struct Captured<'py> {
    pub span: Option<Span>,
    pub exception: Option<Bound<'py, PyTuple>>,
    error: Option<String>,
    args: Option<Bound<'py, PyAny>>,
}

impl<'py> Captured<'py> {
    /// Reads what the shared function has checked.
    fn read(found: &Bound<'py, PyTuple>) -> PyResult<Self> {
        let args = found.get_item(3)?;
        Ok(Self {
            span: Span::of_normalized(&found.get_item(0)?)?,
            exception: found.get_item(1)?.cast_into::<PyTuple>().ok(),
            error: found.get_item(2)?.extract()?,
            args: if args.is_none() { None } else { Some(args) },
        })
    }
}
