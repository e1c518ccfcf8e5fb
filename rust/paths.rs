//! Keys where a dot is a path: none may be both a value and an object.  What is odd here goes to one Python
//! function, so these questions may be as coarse as is quick.

use crate::value::{Pairs, plain_key};
use pyo3::prelude::*;
use smallvec::SmallVec;
use std::collections::HashSet;

/// Of the schema's keys, those that no attribute's may lead through.
pub struct Ends {
    pub shared: Py<PyAny>,
    keys: HashSet<String>,
}

/// How many dots of a key are looked at; what is behind is one part.
const MAX_DOTS: usize = 64;
/// More keys than these are not compared with each other.
const FEW: usize = 32;

impl Ends {
    /// The plan's; None where a dot in a key means nothing.
    pub fn of(shared: Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        if shared.is_none() {
            return Ok(None);
        }
        let keys = shared.try_iter()?.map(|key| key?.extract());
        Ok(Some(Self {
            keys: keys.collect::<PyResult<_>>()?,
            shared: shared.unbind(),
        }))
    }

    /// Whether a key may stay as it is, but for other attributes'.
    pub fn allow(&self, key: &str) -> bool {
        let mut through = key.match_indices('.').take(MAX_DOTS);
        through.all(|(end, _)| !self.keys.contains(&key[..end]))
            && !key.splitn(MAX_DOTS + 1, '.').any(is_blank)
    }
}

/// Nothing, or white space alone, as Java has it.
fn is_blank(part: &str) -> bool {
    part.bytes()
        .all(|byte| matches!(byte, b' ' | b'\t'..=b'\r' | 0x1c..=0x1f))
}

/// Whether a key leads through nothing, whatever other keys there are.
pub fn is_plain(key: &str) -> bool {
    let key = key.as_bytes();
    key.first().is_some_and(|first| *first > b' ') && memchr::memchr(b'.', key).is_none()
}

/// Whether one of the keys may lead through another.
pub fn may_meet(pairs: &Pairs<'_>) -> bool {
    if pairs.len() > FEW {
        return true;
    }
    let texts: SmallVec<[&[u8]; 8]> = pairs
        .iter()
        .filter_map(|(key, _)| plain_key(key).map(str::as_bytes))
        .collect();
    let leads_through =
        |key: &[u8], other: &[u8]| key.get(other.len()) == Some(&b'.') && key.starts_with(other);
    texts
        .iter()
        .any(|key| texts.iter().any(|other| leads_through(key, other)))
}
