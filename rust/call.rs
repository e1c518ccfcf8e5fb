//! What a call of a logger says, as a record of it would.

use crate::changes;
use crate::encoder::Encoder;
use crate::error::Stop;
use crate::ffi::{self, Argument, Arguments};
use crate::imports;
use crate::keys;
use crate::names::{Meaning, Names, Slot, WORKER};
use crate::record::{Odd, RecordView};
use crate::value;
use pyo3::Borrowed;
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyString, PyTuple};
use smallvec::SmallVec;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// The arguments of a call of a logger's method.
#[derive(Default)]
pub struct Given<'a, 'py> {
    /// What the method demands: the message, and before it, for `log` alone, the level.
    demanded: [Option<Argument<'a, 'py>>; 2],
    pub args: &'a [Argument<'a, 'py>],
    pub exc_info: Option<Argument<'a, 'py>>,
    pub extra: Option<Argument<'a, 'py>>,
    pub stack_info: Option<Argument<'a, 'py>>,
    pub stacklevel: Option<Argument<'a, 'py>>,
    pub fields: Fields<'a, 'py>,
}

/// Keyword fields, in the order of the call: as they came, where all names are those of fields.
#[derive(Default)]
pub struct Fields<'a, 'py> {
    names: Option<&'a Borrowed<'a, 'py, PyTuple>>,
    named: &'a [Argument<'a, 'py>],
    sorted: SmallVec<[Field<'a, 'py>; 4]>,
}

type Field<'a, 'py> = (Argument<'a, 'py>, Argument<'a, 'py>);

impl<'a, 'py> Fields<'a, 'py> {
    fn is_empty(&self) -> bool {
        self.named.is_empty() && self.sorted.is_empty()
    }

    fn len(&self) -> usize {
        self.named.len() + self.sorted.len()
    }

    #[inline]
    pub fn for_each(&self, mut act: impl FnMut(Argument<'a, 'py>, Argument<'a, 'py>)) {
        if let Some(names) = self.names {
            for (name, value) in names.iter_borrowed().zip(self.named) {
                act(name, *value);
            }
        }
        for (name, value) in &self.sorted {
            act(*name, *value);
        }
    }

    pub fn to_dict(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let fields = PyDict::new(py);
        let mut filled = Ok(());
        self.for_each(|name, value| {
            if filled.is_ok() {
                filled = fields.set_item(name, value);
            }
        });
        filled.map(|()| fields)
    }

    fn any(&self, is_one: impl Fn(Argument<'a, 'py>) -> bool) -> bool {
        let is_one = |value: &Argument<'a, 'py>| is_one(*value);
        self.named.iter().any(is_one) || self.sorted.iter().any(|(_, value)| is_one(value))
    }
}

/// The parameters that a method demands, the message last, for messages about calls without them.
pub const OF_A_LEVEL: &[&str] = &["msg"];
pub const OF_LOG: &[&str] = &["level", "msg"];

impl<'a, 'py> Given<'a, 'py> {
    /// Sorts the arguments of a call as Python would for `(self, msg, *args, exc_info=None, extra=None,
    /// stack_info=None, stacklevel=None, **fields)`, into what stays where it is: it is large to move.
    #[inline]
    pub fn read(
        &mut self,
        py: Python<'py>,
        method: &str,
        demanded: &[&str],
        arguments: &'a Arguments<'a, 'py>,
    ) -> PyResult<()> {
        let by_place = demanded.len().min(arguments.positional.len());
        let first = self.demanded.len() - demanded.len();
        let (placed, args) = arguments.positional.split_at(by_place);
        for (to, value) in self.demanded[first..].iter_mut().zip(placed) {
            *to = Some(*value);
        }
        self.args = args;
        if let Some(names) = &arguments.names {
            if keys::are_fields(*names) {
                (self.fields.names, self.fields.named) = (Some(names), arguments.named);
            } else {
                let named = names.iter_borrowed().zip(arguments.named.iter().copied());
                self.sort(py, method, demanded, named)?;
            }
        }
        for (name, value) in demanded.iter().zip(&self.demanded[first..]) {
            if value.is_none() {
                let told = format!("Logger.{method}() missing required argument: '{name}'");
                return Err(PyTypeError::new_err(told));
            }
        }
        Ok(())
    }

    /// Looks at each name: a parameter's or a field's.
    fn sort(
        &mut self,
        py: Python<'py>,
        method: &str,
        demanded: &[&str],
        named: impl Iterator<Item = Field<'a, 'py>>,
    ) -> PyResult<()> {
        for (name, value) in named {
            let Some(parameter) = self.parameter(py, &name, demanded)? else {
                self.fields.sorted.push((name, value));
                continue;
            };
            if parameter.replace(value).is_some() {
                let told = format!("Logger.{method}() got multiple values for argument {name:?}");
                return Err(PyTypeError::new_err(told));
            }
        }
        Ok(())
    }

    /// The place of a parameter that is given by name; None where the name is a field's.
    fn parameter(
        &mut self,
        py: Python<'py>,
        name: &Bound<'py, PyAny>,
        demanded: &[&str],
    ) -> PyResult<Option<&mut Option<Argument<'a, 'py>>>> {
        if name.is(intern!(py, "extra")) {
            return Ok(Some(&mut self.extra)); // names in source code are interned
        }
        let text = name.cast::<PyString>()?.to_str().unwrap_or_default();
        Ok(Some(match text {
            "exc_info" => &mut self.exc_info,
            "extra" => &mut self.extra,
            "stack_info" => &mut self.stack_info,
            "stacklevel" => &mut self.stacklevel,
            "msg" => &mut self.demanded[1],
            "level" if demanded.len() == self.demanded.len() => &mut self.demanded[0],
            _ => return Ok(None),
        }))
    }

    pub fn msg(&self) -> PyResult<Argument<'a, 'py>> {
        self.demanded[1].ok_or_else(|| PyTypeError::new_err("no message"))
    }

    pub fn level(&self) -> PyResult<Argument<'a, 'py>> {
        self.demanded[0].ok_or_else(|| PyTypeError::new_err("no level"))
    }

    /// Whether the line depends on who called.
    pub fn asks_for_the_stack(&self) -> bool {
        let one = |value: Argument<'_, '_>| value.extract().is_ok_and(|found: i64| found == 1);
        !self
            .stack_info
            .is_none_or(|value| value.is_none() || is_false(&value))
            || !self
                .stacklevel
                .is_none_or(|value| value.is_none() || one(value))
    }
}

/// What a record of the call would hold.
pub struct Call<'a, 'b, 'py> {
    name: Bound<'py, PyAny>,
    level: i64,
    level_name: Bound<'py, PyAny>,
    created: f64,
    pub msg: Argument<'b, 'py>,
    /// None where there are none.
    pub args: Option<Bound<'py, PyAny>>,
    exc_info: Option<Bound<'py, PyAny>>,
    extra: Option<Argument<'b, 'py>>,
    fields: &'a Fields<'b, 'py>,
    bound: Option<&'a Bound<'py, PyDict>>,
    task_name: Option<Bound<'py, PyAny>>,
}

impl<'a, 'b, 'py> Call<'a, 'b, 'py> {
    /// What a record of this call would say; None where saying it needs logging.
    pub fn of(
        py: Python<'py>,
        given: &'a Given<'b, 'py>,
        name: &Bound<'py, PyAny>,
        (level, level_name): (i64, Bound<'py, PyAny>),
        bound: Option<&'a Bound<'py, PyDict>>,
    ) -> PyResult<Option<Self>> {
        let extra = given.extra.filter(|extra| !extra.is_none());
        if extra.is_some_and(|extra| {
            !given.fields.is_empty() || !extra.is_exact_instance_of::<PyDict>()
        }) {
            return Ok(None);
        }
        let is_lazy = |value: Argument<'_, '_>| !value::is_hot(&value) && value.is_callable();
        if given.fields.any(is_lazy) {
            return Ok(None);
        }
        let Some(args) = arguments(py, given.args)? else {
            return Ok(None);
        };
        let exc_info = match given.exc_info {
            Some(exc_info) if !exc_info.is_none() && !is_false(&exc_info) => {
                Some(imports::GIVEN.get(py)?.call1((exc_info,))?)
            }
            _ => None,
        };
        Ok(Some(Self {
            name: name.clone(),
            level,
            level_name,
            created: now(),
            msg: given.msg()?,
            args,
            exc_info,
            extra,
            fields: &given.fields,
            bound,
            task_name: task_name(py)?,
        }))
    }

    /// Fills an empty view with what a record of this call would hold; false where logging would refuse
    /// the call, or has to decide.
    pub fn show(
        &self,
        view: &mut RecordView<'py>,
        encoder: &Encoder,
        bound: Option<Arc<[u8]>>,
    ) -> Result<bool, Stop> {
        let py = self.msg.py();
        let names = encoder.names();
        if encoder.needs_worker() {
            show_worker(py, view)?;
        }
        view.bound = bound;
        if let Some(extra) = &self.extra {
            let extra = extra.cast::<PyDict>().map_err(PyErr::from)?;
            // as much as it can be: growing later would end the process where there is no memory
            view.attributes
                .try_reserve(extra.len())
                .map_err(|_| Stop::OutOfMemory)?;
            ffi::take_items(&extra, &[], &mut [], &mut view.attributes);
        }
        view.attributes
            .try_reserve(self.fields.len())
            .map_err(|_| Stop::OutOfMemory)?;
        self.fields.for_each(|key, value| {
            view.attributes.push((key.to_owned(), value.to_owned()));
        });
        let usual = self.task_name.is_none()
            && self.bound.is_none()
            && keys::are_attributes(&view.attributes, names);
        if !usual && !self.sort(view, names)? {
            return Ok(false);
        }
        view.set(Slot::Name, Some(self.name.clone()));
        if names.need_level_number() {
            let level = self.level.into_pyobject(py).map_err(PyErr::from)?;
            view.set(Slot::LevelNumber, Some(level.into_any()));
        }
        view.set(Slot::LevelName, Some(self.level_name.clone()));
        view.seconds = Some(self.created);
        view.set(Slot::Msg, Some(self.msg.to_owned()));
        view.set(Slot::Args, self.args.clone());
        view.set(Slot::ExcInfo, self.exc_info.clone());
        view.read_message(&self.msg, true)?;
        Ok(true)
    }

    /// Looks at each attribute's name; false where logging would refuse it, or has to decide.
    fn sort(&self, view: &mut RecordView<'py>, names: &Names) -> Result<bool, Stop> {
        let py = self.msg.py();
        let mut odd = Odd::default();
        let given = std::mem::take(&mut view.attributes);
        if let Some(task_name) = &self.task_name {
            let key = intern!(py, "taskName").clone().into_any();
            view.place((key, task_name.clone()), names.task_name(), &mut odd);
        }
        for (key, value) in given {
            let meaning = keys::meaning(&key, names);
            let Some(meaning @ (Meaning::Attribute | Meaning::Path | Meaning::Reserved)) = meaning
            else {
                return Ok(false);
            };
            if let Some(bound) = self.bound
                && bound.contains(&key)?
            {
                return Ok(false);
            }
            view.place((key, value), meaning, &mut odd);
        }
        if (odd.keys || odd.paths) && view.bound.is_some() {
            return Ok(false);
        }
        view.settle_keys(py, names, &odd)?;
        Ok(true)
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

/// The arguments as a record has them, if any: a single mapping stands for itself.  None where only
/// Python can tell what is one.
#[allow(
    clippy::option_option,
    reason = "whether it is known, and then whether there are any"
)]
fn arguments<'py>(
    py: Python<'py>,
    args: &[Argument<'_, 'py>],
) -> PyResult<Option<Option<Bound<'py, PyAny>>>> {
    match args {
        [] => return Ok(Some(None)),
        [only] => {
            if let Ok(mapping) = only.cast_exact::<PyDict>() {
                if !mapping.is_empty() {
                    return Ok(Some(Some(mapping.to_owned().into_any())));
                }
            } else if !value::is_hot(only) {
                return Ok(None);
            }
        }
        _ => {}
    }
    Ok(Some(Some(PyTuple::new(py, args)?.into_any())))
}

/// Fills a view with which process and thread runs the call, as records have it.
fn show_worker<'py>(py: Python<'py>, view: &mut RecordView<'py>) -> PyResult<()> {
    let found = imports::WORKER.get(py)?.call0()?.cast_into::<PyTuple>()?;
    for (slot, value) in WORKER.iter().zip(&found) {
        view.set(*slot, Some(value));
    }
    Ok(())
}

/// The name of the asyncio task that calls, as records have it from Python 3.12 on.
fn task_name(py: Python<'_>) -> PyResult<Option<Bound<'_, PyAny>>> {
    if !changes::tasks_have_names(py)? || imports::RUNNING_LOOP.get(py)?.call0()?.is_none() {
        return Ok(None);
    }
    let name = imports::TASK_NAME.get(py)?.call0()?;
    Ok(Some(name).filter(|name| !name.is_none()))
}

/// Seconds since the epoch, as `time.time` says them.
#[allow(clippy::cast_precision_loss, reason = "a double is what records have")]
pub fn now() -> f64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    (since.as_secs() * 1_000_000_000 + u64::from(since.subsec_nanos())) as f64 / 1e9
}
