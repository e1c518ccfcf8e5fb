//! What of a line is shown to the plan's screen: only what redaction or a limit may concern.

use crate::error::Stop;
use crate::exception::ExceptionText;
use crate::imports;
use crate::record::RecordView;
use crate::value::{self, Item};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt, PyList, PyString, PyTuple};
use std::collections::HashSet;

pub struct Screen {
    shared: Py<PyAny>,
    redaction: Option<Names>,
    limits: Option<Limits>,
}

/// Which attributes a path may name.
struct Names {
    parts: HashSet<String>,
    everything: bool,
    deep: bool,
    ignore_case: bool,
}

struct Limits {
    string: usize,
    items: usize,
    depth: usize,
    parts: usize,
}

/// What may still be looked at of one value, and how much there may still be in it.
struct Left {
    values: usize,
    parts: usize,
}

/// A value with more parts than these is for Python to look at.
const VALUES: usize = 1000;
/// What an integer of 64 bits may count for.
const DIGITS: usize = 16;

impl Screen {
    /// The plan's screen, if it has one.
    pub fn of(screen: Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        if screen.is_none() {
            return Ok(None);
        }
        let redaction = screen.getattr("redaction")?;
        let limits = screen.getattr("limits")?;
        Ok(Some(Self {
            redaction: if redaction.is_none() {
                None
            } else {
                Some(Names {
                    parts: redaction.getattr("names")?.extract()?,
                    everything: redaction.getattr("everything")?.extract()?,
                    deep: redaction.getattr("deep")?.extract()?,
                    ignore_case: redaction.getattr("ignore_case")?.extract()?,
                })
            },
            limits: if screen.getattr("limited")?.extract()? {
                let (string, items, depth, parts) = limits.extract()?;
                Some(Limits {
                    string,
                    items,
                    depth,
                    parts,
                })
            } else {
                None
            },
            shared: screen.unbind(),
        }))
    }

    /// Puts what passes in the place of message, arguments, exception's message and attributes; says
    /// whether an attribute is gone.
    pub fn apply<'py>(
        &self,
        py: Python<'py>,
        view: &mut RecordView<'py>,
        exception: &mut ExceptionText<'py>,
    ) -> Result<bool, Stop> {
        let screen = self.shared.bind(py);
        let attribute = intern!(py, "attribute");
        if let Some(message) = self.cut(screen, view.message())? {
            view.replace_message(message);
        }
        if let Some(args) = view.format_args.take() {
            let seen = screen.call_method1(intern!(py, "format_args"), (args,))?;
            view.format_args = Some(seen).filter(|args| !args.is_none());
        }
        if let Some(message) = self.cut(screen, exception[1].as_ref())? {
            exception[1] = Some(message);
        }
        if let Some(chain) = &exception[3] {
            exception[3] = Some(screen.call_method1(intern!(py, "chain"), (chain,))?);
        }
        let mut removed = false;
        for (key, value) in &mut view.attributes {
            if self.concerns(key, value) {
                *value = screen.call_method1(attribute, (&*key, &*value))?;
                removed |= value.is(imports::REMOVED.get(py)?);
            }
        }
        if removed {
            let gone = imports::REMOVED.get(py)?;
            view.attributes.retain(|(_, value)| !value.is(gone));
        }
        Ok(removed)
    }

    pub fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.shared)
    }

    fn cut<'py>(
        &self,
        screen: &Bound<'py, PyAny>,
        text: Option<&Bound<'py, PyAny>>,
    ) -> Result<Option<Bound<'py, PyAny>>, Stop> {
        match (&self.limits, text) {
            (Some(limits), Some(text)) if !limits.allow_all(text) => Ok(Some(
                screen.call_method1(intern!(screen.py(), "text"), (text,))?,
            )),
            _ => Ok(None),
        }
    }

    /// Whether a path may name something in the attribute, or a limit be below what it has.
    fn concerns(&self, key: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> bool {
        let named = self
            .redaction
            .as_ref()
            .is_some_and(|names| names.may_name(key, value));
        named
            || self
                .limits
                .as_ref()
                .is_some_and(|limits| !limits.allow_all(value))
    }
}

impl Names {
    fn may_name(&self, key: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> bool {
        if self.everything || (self.deep && !value::is_scalar(value)) {
            return true;
        }
        match value::plain_key(key) {
            None => true,
            // which letters belong together in other alphabets is Python's to know
            Some(key) if self.ignore_case => !key.is_ascii() || self.has(&key.to_ascii_lowercase()),
            Some(key) => self.has(key),
        }
    }

    fn has(&self, key: &str) -> bool {
        self.parts.contains(key)
            || (key.contains('.') && key.split('.').any(|part| self.parts.contains(part)))
    }
}

impl Limits {
    fn allow_all(&self, value: &Bound<'_, PyAny>) -> bool {
        let mut left = Left {
            values: VALUES,
            parts: self.parts,
        };
        self.allow(value, 0, &mut left)
    }

    /// Whether a value is surely within the limits.
    fn allow(&self, value: &Bound<'_, PyAny>, depth: usize, left: &mut Left) -> bool {
        if left.values == 0 {
            return false;
        }
        left.values -= 1;
        if let Ok(text) = value.cast_exact::<PyString>() {
            return text
                .len()
                .is_ok_and(|length| length <= self.string && (depth == 0 || left.take(length)));
        }
        if let Ok(number) = value.cast_exact::<PyInt>() {
            return left.take(DIGITS) && number.extract::<i64>().is_ok();
        }
        if value::is_scalar(value) {
            return true;
        }
        if depth == self.depth {
            return false;
        }
        if let Ok(dict) = value.cast_exact::<PyDict>() {
            return self.allow_members(dict, depth, left);
        }
        if let Ok(list) = value.cast_exact::<PyList>() {
            return list.len() <= self.items
                && left.take(list.len())
                && list.iter().all(|item| self.allow(&item, depth + 1, left));
        }
        if let Ok(tuple) = value.cast_exact::<PyTuple>() {
            return tuple.len() <= self.items
                && left.take(tuple.len())
                && tuple.iter().all(|item| self.allow(&item, depth + 1, left));
        }
        false
    }

    fn allow_members(&self, dict: &Bound<'_, PyDict>, depth: usize, left: &mut Left) -> bool {
        let mut items = dict.iter();
        dict.len() <= self.items
            && items.all(|(key, item): Item<'_>| {
                value::plain_key(&key).is_some_and(|key| left.take(1 + key.len()))
                    && self.allow(&item, depth + 1, left)
            })
    }
}

impl Left {
    /// Counts parts; false where there are not so many left.
    fn take(&mut self, parts: usize) -> bool {
        let rest = self.parts.checked_sub(parts);
        self.parts = rest.unwrap_or_default();
        rest.is_some()
    }
}
