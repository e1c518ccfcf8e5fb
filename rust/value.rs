//! Any value to JSON text.

use crate::error::{Stop, Written, is_ordinary};
use crate::imports;
use crate::keys;
use crate::paths;
use crate::scalar::{number, string};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};
use smallvec::SmallVec;

/// A key and its value.
pub type Item<'py> = (Bound<'py, PyAny>, Bound<'py, PyAny>);
/// The items of an object, as they were when it was met.
pub type Pairs<'py> = SmallVec<[Item<'py>; 8]>;

const MAX_DEPTH: usize = 64;
const CIRCULAR: &[u8] = b"\"<circular>\"";
const TOO_DEEP: &[u8] = b"\"<max depth>\"";

/// The objects that are being written, outermost first.
#[derive(Default)]
pub struct Open {
    identities: SmallVec<[usize; 8]>,
    depth: usize,
    /// Whether a dot in a key is a path.
    paths: bool,
}

impl Open {
    pub fn new(paths: bool) -> Self {
        Self {
            paths,
            ..Self::default()
        }
    }
}

/// Appends the JSON text of any value; what cannot be written becomes a readable mark.
#[allow(clippy::inline_always, reason = "4 % of a line, counted")]
#[inline(always)]
pub fn encode(out: &mut Vec<u8>, value: &Bound<'_, PyAny>, open: &mut Open) -> Written {
    if scalar(out, value)? {
        return Ok(());
    }
    encode_other(out, value, open)
}

fn encode_other(out: &mut Vec<u8>, value: &Bound<'_, PyAny>, open: &mut Open) -> Written {
    let identity = value.as_ptr() as usize;
    if open.identities.contains(&identity) {
        return text(out, CIRCULAR);
    }
    let is_container = value.is_exact_instance_of::<PyDict>()
        || value.is_exact_instance_of::<PyList>()
        || value.is_exact_instance_of::<PyTuple>();
    if !is_container {
        open.identities.push(identity);
        encode(out, &converted(value)?, open)?;
    } else if open.depth == MAX_DEPTH {
        return text(out, TOO_DEEP);
    } else {
        open.identities.push(identity);
        open.depth += 1;
        container(out, value, open)?;
        open.depth -= 1;
    }
    open.identities.pop();
    Ok(())
}

/// Writes a value of an exact scalar type, in the order of how common they are; false for any other.
/// No Python code of anybody's can run in here.
#[allow(clippy::inline_always, reason = "likewise")]
#[inline(always)]
fn scalar(out: &mut Vec<u8>, value: &Bound<'_, PyAny>) -> Result<bool, Stop> {
    if let Ok(value) = value.cast_exact::<PyString>() {
        encode_string(out, value)?;
    } else if let Ok(value) = value.cast_exact::<PyInt>() {
        integer(out, value)?;
    } else if let Ok(value) = value.cast_exact::<PyBool>() {
        text(out, if value.is_true() { b"true" } else { b"false" })?;
    } else if value.is_none() {
        text(out, b"null")?;
    } else if let Ok(value) = value.cast_exact::<PyFloat>() {
        number::encode_f64(out, value.value())?;
    } else {
        return Ok(false);
    }
    Ok(true)
}

/// Whether a value is of an exact hot type, so that writing it runs no code of its own.
pub fn is_hot(value: &Bound<'_, PyAny>) -> bool {
    is_scalar(value)
        || value.is_exact_instance_of::<PyDict>()
        || value.is_exact_instance_of::<PyList>()
        || value.is_exact_instance_of::<PyTuple>()
}

/// Whether a value is of an exact hot type that holds no other values.
pub fn is_scalar(value: &Bound<'_, PyAny>) -> bool {
    value.is_none()
        || value.is_exact_instance_of::<PyString>()
        || value.is_exact_instance_of::<PyInt>()
        || value.is_exact_instance_of::<PyBool>()
        || value.is_exact_instance_of::<PyFloat>()
}

/// Appends text that is JSON already.
pub fn text(out: &mut Vec<u8>, json: &[u8]) -> Written {
    out.try_reserve(json.len())?;
    out.extend_from_slice(json);
    Ok(())
}

/// Appends an exact `str` as a JSON string.
pub fn encode_string(out: &mut Vec<u8>, value: &Bound<'_, PyString>) -> Written {
    if let Ok(text) = value.to_str() {
        return Ok(string::encode(out, text)?);
    }
    // lone surrogates: UTF-8 has none
    let method = intern!(value.py(), "encode");
    let bytes = value.call_method1(method, ("utf-8", "surrogatepass"))?;
    Ok(string::encode_wtf8(
        out,
        bytes.extract().map_err(PyErr::from)?,
    )?)
}

fn integer(out: &mut Vec<u8>, value: &Bound<'_, PyInt>) -> Written {
    if let Ok(small) = value.extract::<i64>() {
        number::encode_i64(out, small)?;
    } else if let Ok(wide) = value.extract::<u64>() {
        number::encode_u64(out, wide)?;
    } else {
        let json = imports::WIDE_INTEGER.get(value.py())?.call1((value,))?;
        text(out, json.extract::<&str>()?.as_bytes())?;
    }
    Ok(())
}

/// Turns a value of a cold type into one of a hot type.
pub fn converted<'py>(value: &Bound<'py, PyAny>) -> Result<Bound<'py, PyAny>, Stop> {
    let py = value.py();
    match imports::CONVERT.get(py)?.call1((value,)) {
        Ok(hot) => Ok(hot),
        // the call itself failed: no stack left, no memory left
        Err(error) if is_ordinary(&error, py) => Ok(imports::UNREPRESENTABLE
            .get(py)?
            .call1((value, error.value(py)))?),
        Err(error) => Err(error.into()),
    }
}

fn container(out: &mut Vec<u8>, value: &Bound<'_, PyAny>, open: &mut Open) -> Written {
    if let Ok(value) = value.cast_exact::<PyDict>() {
        let mut pairs = Pairs::new();
        pairs
            .try_reserve(value.len())
            .map_err(|_| Stop::OutOfMemory)?;
        pairs.extend(value.iter());
        return object(out, value, &pairs, open);
    }
    out.try_reserve(1)?;
    out.push(b'[');
    if let Ok(value) = value.cast_exact::<PyList>() {
        list(out, value, open)?;
    } else if let Ok(value) = value.cast_exact::<PyTuple>() {
        items(out, value, true, open)?;
    }
    out.try_reserve(1)?;
    out.push(b']');
    Ok(())
}

/// Scalars straight from the list; from the first other item on a snapshot, since writing one may
/// run code that changes the list.
fn list(out: &mut Vec<u8>, list: &Bound<'_, PyList>, open: &mut Open) -> Written {
    for (index, item) in list.iter().enumerate() {
        let start = out.len();
        separate(out, index == 0)?;
        if !scalar(out, &item)? {
            out.truncate(start);
            let rest = list.get_slice(index, list.len()).to_tuple();
            return items(out, &rest, index == 0, open);
        }
    }
    Ok(())
}

fn items(
    out: &mut Vec<u8>,
    items: &Bound<'_, PyTuple>,
    mut first: bool,
    open: &mut Open,
) -> Written {
    for item in items.iter_borrowed() {
        separate(out, first)?;
        first = false;
        encode(out, &item, open)?;
    }
    Ok(())
}

fn separate(out: &mut Vec<u8>, first: bool) -> Written {
    if !first {
        out.try_reserve(1)?;
        out.push(b',');
    }
    Ok(())
}

fn object<'py>(
    out: &mut Vec<u8>,
    dict: &Bound<'py, PyDict>,
    pairs: &Pairs<'py>,
    open: &mut Open,
) -> Written {
    out.try_reserve(2)?;
    let start = out.len();
    let stays = |key: &str| !open.paths || paths::is_plain(key);
    if pairs
        .iter()
        .all(|(key, _)| plain_key(key).is_some_and(stays))
    {
        members(out, pairs, open)?;
    } else {
        // through Python's own `list`, which says so where there is no memory for one
        let keys = imports::LIST.get(dict.py())?.call1((dict,))?;
        let none = PyTuple::empty(dict.py()).into_any();
        let ends = open.paths.then_some(&none);
        members_as(out, &unique_keys(keys, &none, ends)?, pairs, open)?;
    }
    if out.len() == start {
        out.push(b'{');
    } else {
        out[start] = b'{'; // in the place of the first comma
    }
    out.try_reserve(1)?;
    out.push(b'}');
    Ok(())
}

/// The key's text if it can be written as it is: an exact `str` without lone surrogates.
pub fn plain_key<'a>(key: &'a Bound<'_, PyAny>) -> Option<&'a str> {
    key.cast_exact::<PyString>().ok()?.to_str().ok()
}

/// Appends `,"key":value` for each pair; the keys are plain and differ from each other.
pub fn members(out: &mut Vec<u8>, pairs: &Pairs<'_>, open: &mut Open) -> Written {
    for (key, value) in pairs {
        if keys::start_member(out, key)? {
            encode(out, value, open)?;
        }
    }
    Ok(())
}

/// The same under other keys.
pub fn members_as(
    out: &mut Vec<u8>,
    keys: &Bound<'_, PyList>,
    pairs: &Pairs<'_>,
    open: &mut Open,
) -> Written {
    for (key, (_, value)) in keys.iter().zip(pairs) {
        keys::write_start(out, key.extract()?)?;
        encode(out, value, open)?;
    }
    Ok(())
}

/// One text for each key, where keys are not text, or taken: one Python function for both cores.
pub fn unique_keys<'py>(
    keys: Bound<'py, PyAny>,
    reserved: &Bound<'py, PyAny>,
    ends: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyList>> {
    let unique = imports::UNIQUE.get(keys.py())?;
    Ok(unique
        .call1((keys, reserved, ends))?
        .cast_into::<PyList>()?)
}
