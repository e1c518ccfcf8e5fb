//! Which handlers a logger's call reaches, found once for as long as nothing on the way changes.

use crate::changes;
use crate::handler::LineHandler;
use crate::imports;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use smallvec::SmallVec;
use std::sync::Mutex;

/// What was found, and what it depends on.
pub struct Route {
    changes: usize,
    name: Py<PyAny>,
    /// What logging calls the levels of its methods, by tens; renamed at any time.
    level_names: [Option<Py<PyAny>>; LEVELS],
    reached: SmallVec<[Stop; 1]>,
    /// Lists of handlers and filters, with what was in them.
    lists: SmallVec<[List; 4]>,
    /// Loggers above: their attributes, and the values of those that lead on.
    above: Vec<(Py<PyDict>, Leading)>,
}

/// A list, and the identities of what is in it.
type List = (Py<PyList>, SmallVec<[usize; 1]>);

/// A logger's handlers, whether it propagates, and its parent.
type Leading = [Option<Py<PyAny>>; 3];

const LEVELS: usize = 6;

/// A handler on the way.
struct Stop {
    native: Py<LineHandler>,
    handler: Py<PyAny>,
    level: i64,
}

/// What a route says to a call.
pub struct Way<'py> {
    pub name: Bound<'py, PyAny>,
    pub level_name: Bound<'py, PyAny>,
    /// The handlers that it reaches, each with its native half.
    pub reached: SmallVec<[(Bound<'py, LineHandler>, Bound<'py, PyAny>); 1]>,
}

/// The way of a call at this level; None where logging has to decide: a filter, a handler of another
/// make, or no handler at all.
pub fn find<'py>(
    kept: &Mutex<Option<Route>>,
    logger: &Bound<'py, PyDict>,
    level: i64,
) -> PyResult<Option<Way<'py>>> {
    let py = logger.py();
    if let Ok(kept) = kept.try_lock()
        && let Some(route) = &*kept
        && route.is_valid(py)?
    {
        return route.at(py, level).map(Some);
    }
    let Some(route) = Route::search(logger)? else {
        return Ok(None);
    };
    let found = route.at(py, level)?;
    let old = match kept.try_lock() {
        Ok(mut kept) => kept.replace(route),
        Err(_) => Some(route),
    };
    drop(old); // only after the lock is open: its destructor may run Python code
    Ok(Some(found))
}

/// The names of the levels 0, 10, 20 and so on, where they can be relied on until something changes.
fn level_names(py: Python<'_>) -> PyResult<[Option<Py<PyAny>>; LEVELS]> {
    let mut found = [const { None }; LEVELS];
    if changes::are_watched(py)? {
        let names = imports::namespace(py, &imports::LEVEL_NAMES)?;
        for (tens, name) in found.iter_mut().enumerate() {
            *name = names.get_item(10 * tens)?.map(Bound::unbind);
        }
    }
    Ok(found)
}

/// The attributes of a logger that lead to handlers.
fn leading<'py>(logger: &Bound<'py, PyDict>) -> PyResult<[Option<Bound<'py, PyAny>>; 3]> {
    let py = logger.py();
    Ok([
        logger.get_item(intern!(py, "handlers"))?,
        logger.get_item(intern!(py, "propagate"))?,
        logger.get_item(intern!(py, "parent"))?,
    ])
}

impl Route {
    /// Goes the way that `Logger.callHandlers` goes.
    fn search(logger: &Bound<'_, PyDict>) -> PyResult<Option<Self>> {
        let py = logger.py();
        let Some(name) = logger.get_item(intern!(py, "name"))? else {
            return Ok(None);
        };
        let mut route = Self {
            changes: changes::count(),
            name: name.unbind(),
            level_names: level_names(py)?,
            reached: SmallVec::new(),
            lists: SmallVec::new(),
            above: Vec::new(),
        };
        let filters = logger.get_item(intern!(py, "filters"))?;
        if !route
            .watch(filters.as_ref())
            .is_some_and(PyListMethods::is_empty)
        {
            return Ok(None);
        }
        let mut current = logger.clone();
        loop {
            let [handlers, propagate, parent] = leading(&current)?;
            let Some(handlers) = route.watch(handlers.as_ref()) else {
                return Ok(None);
            };
            for handler in handlers.iter() {
                let Some((native, level)) = LineHandler::of(&handler)? else {
                    return Ok(None);
                };
                route.watch(Some(native.get().filters(py)));
                route.reached.push(Stop {
                    native: native.unbind(),
                    handler: handler.unbind(),
                    level,
                });
            }
            let on = match &propagate {
                Some(propagate) => propagate.is_truthy()?,
                None => false,
            };
            let Some(parent) = parent.filter(|parent| on && !parent.is_none()) else {
                break;
            };
            current = parent.getattr(intern!(py, "__dict__"))?.cast_into()?;
            let known = leading(&current)?.map(|value| value.map(Bound::unbind));
            route.above.push((current.clone().unbind(), known));
        }
        Ok((!route.reached.is_empty()).then_some(route))
    }

    /// Remembers a list with what is in it; None where it is no plain list.
    fn watch<'a, 'py>(
        &mut self,
        list: Option<&'a Bound<'py, PyAny>>,
    ) -> Option<&'a Bound<'py, PyList>> {
        let list = list?.cast_exact::<PyList>().ok()?;
        let items = list.iter().map(|item| item.as_ptr() as usize).collect();
        self.lists.push((list.clone().unbind(), items));
        Some(list)
    }

    /// Whether nothing on the way has changed.
    fn is_valid(&self, py: Python<'_>) -> PyResult<bool> {
        if self.changes != changes::count() {
            return Ok(false);
        }
        for (list, items) in &self.lists {
            let list = list.bind(py);
            if list.len() != items.len()
                || !list
                    .iter()
                    .zip(items)
                    .all(|(item, known)| item.as_ptr() as usize == *known)
            {
                return Ok(false);
            }
        }
        for stop in &self.reached {
            if !stop.native.get().is_untouched(py)? {
                return Ok(false);
            }
        }
        for (logger, known) in &self.above {
            for (value, known) in leading(logger.bind(py))?.iter().zip(known) {
                let same = match (value, known) {
                    (Some(value), Some(known)) => value.is(known),
                    (value, known) => value.is_none() && known.is_none(),
                };
                if !same {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    fn at<'py>(&self, py: Python<'py>, level: i64) -> PyResult<Way<'py>> {
        let tens = usize::try_from(level / 10).unwrap_or(usize::MAX);
        let known = self.level_names.get(tens).and_then(Option::as_ref);
        let level_name = match known.filter(|_| level % 10 == 0) {
            Some(name) => name.bind(py).clone(),
            None => imports::GET_LEVEL_NAME.get(py)?.call1((level,))?,
        };
        let reached = self.reached.iter().filter(|stop| level >= stop.level);
        let both = |stop: &Stop| (stop.native.bind(py).clone(), stop.handler.bind(py).clone());
        Ok(Way {
            name: self.name.bind(py).clone(),
            level_name,
            reached: reached.map(both).collect(),
        })
    }

    pub fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.name)?;
        for stop in &self.reached {
            visit.call(&stop.native)?;
            visit.call(&stop.handler)?;
        }
        for (list, _) in &self.lists {
            visit.call(list)?;
        }
        for (logger, known) in &self.above {
            visit.call(logger)?;
            for value in known {
                visit.call(value)?;
            }
        }
        Ok(())
    }
}
