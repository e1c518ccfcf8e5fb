//! Keys that come again and again, known by their identity: each thread keeps what they mean and how they
//! are written.  Keys in source code are the same object at every call.

use crate::error::Stop;
use crate::names::{Meaning, Names};
use crate::paths;
use crate::per_thread::{self, PerThread};
use crate::scalar::string;
use crate::value::{Pairs, plain_key};
use pyo3::Borrowed;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

/// How many keys a thread keeps; a power of two.
const KEPT: usize = 256;
/// Bytes of the longest member start that is kept, `,"key":`.
const ROOM: usize = 32;
/// Of a logger's methods.
const PARAMETERS: [&str; 6] = [
    "msg",
    "level",
    "exc_info",
    "extra",
    "stack_info",
    "stacklevel",
];

struct Known {
    /// Held, so that its address cannot become another's.
    key: Py<PyAny>,
    /// The number of the names that gave it its meaning.
    names: usize,
    meaning: Meaning,
    /// Whether it is the name of a parameter of a logger's methods.
    is_parameter: bool,
    start: [u8; ROOM],
    length: usize,
}

thread_local! {
    static KNOWN: PerThread<Option<Known>> = const { PerThread::new() };
}

fn place(key: &Bound<'_, PyAny>) -> usize {
    let address = key.as_ptr() as usize;
    (address >> 4 ^ address >> 12) % KEPT
}

/// Whether all keys are known to be those of attributes, and may stay as they are; false where one has
/// to be looked at.
pub fn are_attributes(pairs: &Pairs<'_>, names: &Names) -> bool {
    let all = |known: &PerThread<Option<Known>>| {
        let known = known.try_borrow().ok()?;
        let is_path = |key: &Bound<'_, PyAny>| {
            let known = known.get(place(key))?.as_ref()?;
            if !key.is(&known.key) || known.names != names.id() {
                return None;
            }
            match known.meaning {
                Meaning::Attribute => Some(false),
                Meaning::Path => Some(true),
                _ => None,
            }
        };
        let mut keys = pairs.iter();
        keys.try_fold(false, |paths, (key, _)| Some(paths | is_path(key)?))
    };
    let has_paths = KNOWN.try_with(all).ok().flatten();
    has_paths.is_some_and(|has_paths| !has_paths || !paths::may_meet(pairs))
}

/// Whether all are known to be names of fields, and not of parameters; false where one has to be looked at.
pub fn are_fields(names: Borrowed<'_, '_, PyTuple>) -> bool {
    let all = |known: &PerThread<Option<Known>>| {
        let known = known.try_borrow().ok()?;
        let is_field = |key: Borrowed<'_, '_, PyAny>| {
            let known = known.get(place(&key))?.as_ref()?;
            (key.is(&known.key) && !known.is_parameter).then_some(())
        };
        names.iter_borrowed().try_for_each(is_field)
    };
    KNOWN.try_with(all).is_ok_and(|all| all.is_some())
}

/// What a key means to these names; None where it is no plain text.
pub fn meaning(key: &Bound<'_, PyAny>, names: &Names) -> Option<Meaning> {
    let remembered = KNOWN.try_with(|known| {
        let known = known.try_borrow().ok()?;
        let known = known.get(place(key))?.as_ref()?;
        (key.is(&known.key) && known.names == names.id()).then_some(known.meaning)
    });
    if let Ok(Some(meaning)) = remembered {
        return Some(meaning);
    }
    let text = plain_key(key)?;
    let meaning = names.meaning_in_use(text);
    if !reinterpret(key, names.id(), meaning) {
        remember(key, text, names.id(), meaning);
    }
    Some(meaning)
}

/// Appends `,"key":`; false, and nothing, where the key is no plain text.
pub fn start_member(out: &mut Vec<u8>, key: &Bound<'_, PyAny>) -> Result<bool, Stop> {
    let remembered = KNOWN.try_with(|known| {
        let known = known.try_borrow().ok()?;
        let known = known.get(place(key))?.as_ref()?;
        if !key.is(&known.key) {
            return None;
        }
        if out.try_reserve(ROOM).is_err() {
            return Some(false);
        }
        let end = out.len() + known.length;
        out.extend_from_slice(&known.start); // all of it: a copy of known length needs no call
        out.truncate(end);
        Some(true)
    });
    match remembered {
        Ok(Some(true)) => return Ok(true),
        Ok(Some(false)) => return Err(Stop::OutOfMemory),
        _ => {}
    }
    let Some(text) = plain_key(key) else {
        return Ok(false);
    };
    remember(key, text, 0, Meaning::Attribute);
    write_start(out, text)?;
    Ok(true)
}

/// Appends `,"key":` for text.
pub fn write_start(out: &mut Vec<u8>, key: &str) -> Result<(), Stop> {
    out.try_reserve(1)?;
    out.push(b',');
    string::encode(out, key)?;
    out.try_reserve(1)?;
    out.push(b':');
    Ok(())
}

/// Gives a key that is kept another meaning; false where it is not kept.
fn reinterpret(key: &Bound<'_, PyAny>, names: usize, meaning: Meaning) -> bool {
    let kept = KNOWN.try_with(|known| {
        let mut known = known.try_borrow_mut().ok()?;
        let known = known.get_mut(place(key))?.as_mut()?;
        if !key.is(&known.key) {
            return None;
        }
        (known.names, known.meaning) = (names, meaning);
        Some(())
    });
    kept.is_ok_and(|kept| kept.is_some())
}

/// Keeps a key, in the place of another.
fn remember(key: &Bound<'_, PyAny>, text: &str, names: usize, meaning: Meaning) {
    if text.len() + 4 > ROOM {
        return;
    }
    let mut written = Vec::with_capacity(ROOM);
    let mut start = [0; ROOM];
    if write_start(&mut written, text).is_err() || written.len() > ROOM {
        return;
    }
    start[..written.len()].copy_from_slice(&written);
    let fresh = Known {
        key: key.clone().unbind(),
        names,
        meaning,
        is_parameter: PARAMETERS.contains(&text),
        start,
        length: written.len(),
    };
    per_thread::clear_away();
    let replaced = KNOWN.try_with(|known| {
        let mut known = known.try_borrow_mut().ok()?;
        if known.is_empty() {
            known.resize_with(KEPT, || None);
        }
        known[place(key)].replace(fresh)
    });
    if let Ok(Some(replaced)) = replaced {
        drop(replaced.key.into_bound(key.py()));
    }
}
