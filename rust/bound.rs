//! Fields that are bound to a logger, encoded once for each encoder.

use crate::encoder::Encoder;
use crate::value::Pairs;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::{Arc, Mutex};

pub struct BoundFields {
    fields: Py<PyDict>,
    /// The fields as the last few encoders write them, by the encoder's number.
    fragments: Mutex<Vec<(usize, Fragment)>>,
}

/// Encoded members, or None where they cannot be encoded apart from the rest.
type Fragment = Option<Arc<[u8]>>;

const FRAGMENTS: usize = 4;

impl BoundFields {
    pub fn new(fields: Py<PyDict>) -> Self {
        Self {
            fields,
            fragments: Mutex::default(),
        }
    }

    pub fn fields(&self) -> &Py<PyDict> {
        &self.fields
    }

    /// The bound fields as members of a line, encoded at the first call; None where their keys are
    /// not simply their own text.
    pub fn fragment(&self, py: Python<'_>, encoder: &Encoder) -> PyResult<Fragment> {
        if encoder.joins_attributes(py)? {
            return Ok(None);
        }
        let id = encoder.id();
        if let Ok(fragments) = self.fragments.try_lock()
            && let Some((_, fragment)) = fragments.iter().find(|(known, _)| *known == id)
        {
            return Ok(fragment.clone());
        }
        let pairs: Pairs<'_> = self.fields.bind(py).iter().collect();
        let fragment = if encoder.names().are_attributes(&pairs) {
            Some(encoder.fragment(&pairs)?)
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
