//! The fields of the current context, which come before the attributes.

use crate::encoder::Encoder;
use crate::error::Written;
use crate::ffi;
use crate::imports;
use crate::names::{Meaning, Names};
use crate::paths;
use crate::record::RecordView;
use crate::value::{self, Pairs};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use std::sync::{Arc, Mutex};

/// Fields, and how they are written.
type Encoded = (Py<PyDict>, Arc<[u8]>);

/// What gives each line the fields of its context.
pub struct ContextFields {
    shared: Py<PyAny>,
    /// The context variable of what `tracefmt.bind` has bound, where nothing else is asked.
    bound: Option<Py<PyAny>>,
    /// The last fields, and how they are written: such a dict never changes, and while it is held its
    /// address cannot become another's.
    recent: Mutex<Option<Encoded>>,
}

impl ContextFields {
    /// The plan's, if it has any.
    pub fn of(shared: Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        if shared.is_none() {
            return Ok(None);
        }
        let only_bound: bool = shared.getattr("only_bound")?.extract()?;
        Ok(Some(Self {
            bound: if only_bound {
                Some(shared.getattr("variable")?.unbind())
            } else {
                None
            },
            shared: shared.unbind(),
            recent: Mutex::default(),
        }))
    }

    /// The fields of the context that calls.
    fn read<'py>(
        &self,
        py: Python<'py>,
        view: &mut RecordView<'py>,
    ) -> PyResult<Option<Bound<'py, PyDict>>> {
        let fields = if let Some(variable) = &self.bound {
            let Some(fields) = ffi::context_value(variable.bind(py))? else {
                return Ok(None);
            };
            fields
        } else {
            let method = intern!(py, "read");
            let (fields, error): (Bound<'py, PyAny>, Option<String>) =
                self.shared.bind(py).call_method0(method)?.extract()?;
            if let Some(error) = error {
                view.add_error(error);
            }
            fields
        };
        Ok(fields
            .cast_into::<PyDict>()
            .ok()
            .filter(|fields| !fields.is_empty()))
    }

    /// Whether nothing is bound, and nothing else is asked.
    pub fn is_empty(&self, py: Python<'_>) -> PyResult<bool> {
        match &self.bound {
            Some(variable) => {
                Ok(ffi::context_value(variable.bind(py))?.is_none_or(|fields| fields.is_none()))
            }
            None => Ok(false),
        }
    }

    /// Puts the fields before the record's attributes: encoded where they may be, else beside them.
    pub fn add<'py>(
        &self,
        py: Python<'py>,
        view: &mut RecordView<'py>,
        encoder: &Encoder,
    ) -> Written {
        let fields = match &view.capture {
            Some(capture) => capture.fields.clone(),
            None => self.read(py, view)?,
        };
        let Some(fields) = fields else {
            return Ok(());
        };
        // only what has been bound never changes, and may be known by its identity
        let names = encoder.names();
        if !encoder.has_screen() && self.bound.is_some() && view.capture.is_none() {
            if let Some(encoded) = self.encoded(&fields, view, encoder)? {
                view.bound = Some(encoded);
                return Ok(());
            }
        }
        add_apart(py, &fields, view, names)
    }

    /// The fields as members of a line; None where their keys or the record's stand in the way.
    fn encoded(
        &self,
        fields: &Bound<'_, PyDict>,
        view: &RecordView<'_>,
        encoder: &Encoder,
    ) -> PyResult<Option<Arc<[u8]>>> {
        let names = encoder.names();
        if view.keys.is_some() || view.bound.is_some() {
            return Ok(None);
        }
        for (key, _) in &view.attributes {
            let is_path =
                names.ends.is_some() && !value::plain_key(key).is_some_and(paths::is_plain);
            if is_path || fields.contains(key)? {
                return Ok(None);
            }
        }
        if let Ok(recent) = self.recent.try_lock()
            && let Some((known, encoded)) = &*recent
            && known.is(fields)
        {
            return Ok(Some(encoded.clone()));
        }
        let pairs: Pairs<'_> = fields.iter().collect();
        if !names.are_attributes(&pairs) {
            return Ok(None);
        }
        let fragment = encoder.fragment(&pairs)?;
        let entry = (fields.clone().unbind(), fragment.clone());
        let before = match self.recent.try_lock() {
            Ok(mut recent) => recent.replace(entry),
            Err(_) => None,
        };
        drop(before); // its values may run code when they go, so only after the lock is open
        Ok(Some(fragment))
    }

    pub fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.shared)?;
        if let Ok(recent) = self.recent.try_lock()
            && let Some((fields, _)) = &*recent
        {
            visit.call(fields)?;
        }
        Ok(())
    }
}

/// Puts the fields beside the attributes, as one Python function does for both cores.
fn add_apart<'py>(
    py: Python<'py>,
    fields: &Bound<'py, PyDict>,
    view: &mut RecordView<'py>,
    names: &Names,
) -> Written {
    let shown = fields
        .iter()
        .filter(|(key, item)| match value::plain_key(key) {
            Some("taskName") if item.is_none() => false,
            Some(name) => matches!(
                names.meaning(name),
                Meaning::Attribute | Meaning::Path | Meaning::Reserved
            ),
            None => !crate::record::has_private_name(key),
        });
    let shown = PyList::new(py, shown.collect::<Vec<_>>())?;
    let own = PyList::new(py, view.attributes.iter())?;
    let all = imports::WITH_CONTEXT.get(py)?.call1((shown, own))?;
    view.attributes = all
        .try_iter()?
        .map(|pair| pair?.extract())
        .collect::<PyResult<_>>()?;
    view.keys = None;
    if !names.are_attributes(&view.attributes) {
        view.name_apart(py, names)?;
    }
    Ok(())
}
