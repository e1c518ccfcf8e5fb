//! What a call of a logger says, as a record of it would.

use crate::error::Stop;
use crate::imports;
use crate::names::{Meaning, Names, Slot};
use crate::record::{Odd, RecordView};
use crate::value;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyTuple};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// What a call gives besides its level.
pub struct Given<'a, 'py> {
    pub msg: &'a Bound<'py, PyAny>,
    pub args: &'a Bound<'py, PyTuple>,
    pub exc_info: Option<&'a Bound<'py, PyAny>>,
    pub extra: Option<&'a Bound<'py, PyAny>>,
    pub stack_info: Option<&'a Bound<'py, PyAny>>,
    pub stacklevel: Option<&'a Bound<'py, PyAny>>,
    pub fields: Option<&'a Bound<'py, PyDict>>,
}

impl Given<'_, '_> {
    /// Whether the line depends on who called.
    pub fn asks_for_the_stack(&self) -> bool {
        let one = |value: &Bound<'_, PyAny>| value.extract().is_ok_and(|found: i64| found == 1);
        !self
            .stack_info
            .is_none_or(|value| value.is_none() || is_false(value))
            || !self
                .stacklevel
                .is_none_or(|value| value.is_none() || one(value))
    }
}

/// What a record of the call would hold.
pub struct Call<'a, 'py> {
    name: Bound<'py, PyAny>,
    level_name: Bound<'py, PyAny>,
    created: f64,
    msg: &'a Bound<'py, PyAny>,
    args: Bound<'py, PyAny>,
    exc_info: Option<Bound<'py, PyAny>>,
    attributes: Option<&'a Bound<'py, PyDict>>,
    bound: Option<&'a Bound<'py, PyDict>>,
    task_name: Option<Bound<'py, PyAny>>,
}

impl<'a, 'py> Call<'a, 'py> {
    /// What a record of this call would say; None where saying it needs logging.
    pub fn of(
        level: i64,
        given: &'a Given<'a, 'py>,
        name: Option<Bound<'py, PyAny>>,
        bound: Option<&'a Bound<'py, PyDict>>,
    ) -> PyResult<Option<Self>> {
        let py = given.msg.py();
        let attributes = match (given.extra.filter(|extra| !extra.is_none()), given.fields) {
            (None, fields) => fields,
            (Some(extra), None) => match extra.cast_exact::<PyDict>() {
                Ok(extra) => Some(extra),
                Err(_) => return Ok(None),
            },
            (Some(_), Some(_)) => return Ok(None),
        };
        let fields = given.fields.into_iter().flat_map(PyDictMethods::iter);
        if fields
            .into_iter()
            .any(|(_, value)| !value::is_hot(&value) && value.is_callable())
        {
            return Ok(None);
        }
        let Some(args) = arguments(given.args)? else {
            return Ok(None);
        };
        let exc_info = match given.exc_info {
            Some(exc_info) if !exc_info.is_none() && !is_false(exc_info) => {
                Some(imports::GIVEN.get(py)?.call1((exc_info,))?)
            }
            _ => None,
        };
        let Some(name) = name else {
            return Ok(None);
        };
        Ok(Some(Self {
            name,
            level_name: level_name(py, level)?,
            created: now(),
            msg: given.msg,
            args,
            exc_info,
            attributes,
            bound,
            task_name: task_name(py)?,
        }))
    }

    /// What a record of this call would be; None where logging would refuse it, or has to decide.
    pub fn view(
        &self,
        names: &Names,
        bound: Option<Arc<[u8]>>,
    ) -> Result<Option<RecordView<'py>>, Stop> {
        let py = self.msg.py();
        let mut view = RecordView::default();
        view.bound = bound;
        let mut odd = Odd::default();
        if let Some(task_name) = &self.task_name {
            let key = intern!(py, "taskName").clone().into_any();
            view.place((key, task_name.clone()), names.task_name(), &mut odd);
        }
        for (key, value) in self.attributes.into_iter().flat_map(PyDictMethods::iter) {
            let Some(name) = value::plain_key(&key) else {
                return Ok(None);
            };
            if matches!(name, "taskName" | "getMessage") {
                return Ok(None);
            }
            let meaning = names.meaning(name);
            if !matches!(meaning, Meaning::Attribute | Meaning::Reserved) {
                return Ok(None);
            }
            if let Some(bound) = &self.bound
                && bound.contains(&key)?
            {
                return Ok(None);
            }
            view.place((key, value), meaning, &mut odd);
        }
        if odd.keys {
            if view.bound.is_some() {
                return Ok(None);
            }
            view.name_apart(py, names)?;
        }
        let mut set = |slot, value| view.set(slot, value);
        set(Slot::Name, Some(self.name.clone()));
        set(Slot::LevelName, Some(self.level_name.clone()));
        set(
            Slot::Created,
            Some(PyFloat::new(py, self.created).into_any()),
        );
        set(Slot::Msg, Some(self.msg.clone()));
        set(Slot::Args, Some(self.args.clone()));
        set(Slot::ExcInfo, self.exc_info.clone());
        view.read_message(self.msg, true)?;
        Ok(Some(view))
    }

    pub fn name(&self) -> &Bound<'py, PyAny> {
        &self.name
    }
}

/// The object False itself.
pub fn is_false(value: &Bound<'_, PyAny>) -> bool {
    value
        .cast_exact::<PyBool>()
        .is_ok_and(|flag| !flag.is_true())
}

/// The arguments as a record has them: a single mapping stands for itself.  None where only Python can
/// tell what is one.
fn arguments<'py>(args: &Bound<'py, PyTuple>) -> PyResult<Option<Bound<'py, PyAny>>> {
    if args.len() == 1 {
        let only = args.get_item(0)?;
        if let Ok(mapping) = only.cast_exact::<PyDict>() {
            let stands = if mapping.is_empty() {
                args.as_any()
            } else {
                mapping.as_any()
            };
            return Ok(Some(stands.clone()));
        }
        if !value::is_hot(&only) {
            return Ok(None);
        }
    }
    Ok(Some(args.clone().into_any()))
}

fn level_name(py: Python<'_>, level: i64) -> PyResult<Bound<'_, PyAny>> {
    match imports::namespace(py, &imports::LEVEL_NAMES)?.get_item(level)? {
        Some(name) => Ok(name),
        None => imports::GET_LEVEL_NAME.get(py)?.call1((level,)),
    }
}

/// The name of the asyncio task that calls, as records have it from Python 3.12 on.
fn task_name(py: Python<'_>) -> PyResult<Option<Bound<'_, PyAny>>> {
    let logging = imports::namespace(py, &imports::LOGGING)?;
    if !logging.contains(intern!(py, "logAsyncioTasks"))?
        || !imports::namespace(py, &imports::SYS_MODULES)?.contains(intern!(py, "asyncio"))?
        || imports::RUNNING_LOOP.get(py)?.call0()?.is_none()
    {
        return Ok(None);
    }
    let name = imports::TASK_NAME.get(py)?.call0()?;
    Ok(Some(name).filter(|name| !name.is_none()))
}

/// Seconds since the epoch, as `time.time` says them.
#[allow(clippy::cast_precision_loss, reason = "a double is what records have")]
fn now() -> f64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    since.as_nanos() as f64 / 1e9
}
