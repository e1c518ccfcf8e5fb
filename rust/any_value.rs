//! Any value to OTLP's `AnyValue` in JSON: an object with one member, named by its kind.

use crate::encoder::Line;
use crate::error::{Stop, Written};
use crate::imports;
use crate::names::Slot;
use crate::scalar::{number, string};
use crate::span::Stale;
use crate::value::{self, Pairs, encode_string, text};
use crate::writer::Writer;
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyDict, PyFloat, PyInt, PyList, PyMemoryView, PyString, PyTuple,
};
use smallvec::SmallVec;

/// Readers of protobuf take messages up to 100 deep: three for each container, and six around them.
const MAX_DEPTH: usize = 30;

/// The objects that are being written, outermost first.
#[derive(Default)]
struct Open {
    identities: SmallVec<[usize; 8]>,
    depth: usize,
}

/// Where a value that may be of any type comes from.
#[derive(Clone, Copy)]
pub enum Source {
    Slot(Slot),
    Message,
    TraceStale,
    FormatArgs,
    FormatError,
    Exception(usize),
}

impl Source {
    pub fn of(writer: Writer) -> Option<Self> {
        Some(match writer {
            Writer::UnlessNone(slot) => Self::Slot(slot),
            Writer::Message => Self::Message,
            Writer::TraceStale => Self::TraceStale,
            Writer::FormatArgs => Self::FormatArgs,
            Writer::FormatError => Self::FormatError,
            Writer::Exception(part) => Self::Exception(part),
            _ => return None,
        })
    }

    /// What writes the same as plain JSON.
    pub fn as_value(self) -> Writer {
        match self {
            Self::Slot(slot) => Writer::UnlessNone(slot),
            Self::Message => Writer::Message,
            Self::TraceStale => Writer::TraceStale,
            Self::FormatArgs => Writer::FormatArgs,
            Self::FormatError => Writer::FormatError,
            Self::Exception(part) => Writer::Exception(part),
        }
    }

    pub fn write(self, out: &mut Vec<u8>, line: &Line<'_, '_>) -> Written {
        let value = match self {
            Self::Slot(slot) => line.record.get(slot),
            Self::Message => line.record.message(),
            Self::FormatArgs => line.record.format_args.as_ref(),
            Self::Exception(part) => line.exception[part].as_ref(),
            Self::TraceStale => return encode_text(out, line.stale.map_or("", Stale::name)),
            Self::FormatError => {
                let error = line.record.error.as_deref();
                return encode_text(out, error.unwrap_or_default());
            }
        };
        match value {
            Some(value) => encode(out, value),
            None => text(out, b"{}"),
        }
    }
}

/// Appends the `AnyValue` of any value.
pub fn encode(out: &mut Vec<u8>, value: &Bound<'_, PyAny>) -> Written {
    write(out, value, &mut Open::default())
}

/// Appends the `AnyValue` of text.
pub fn encode_text(out: &mut Vec<u8>, value: &str) -> Written {
    text(out, b"{\"stringValue\":")?;
    string::encode(out, value)?;
    text(out, b"}")
}

/// Appends `,{"key":…,"value":{…}}` for each pair, under other keys where there are some.
pub fn key_values(
    out: &mut Vec<u8>,
    pairs: &Pairs<'_>,
    keys: Option<&Bound<'_, PyList>>,
) -> Written {
    write_pairs(out, pairs, keys, &mut Open::default())
}

fn write(out: &mut Vec<u8>, value: &Bound<'_, PyAny>, open: &mut Open) -> Written {
    if let Ok(value) = value.cast_exact::<PyString>() {
        text(out, b"{\"stringValue\":")?;
        encode_string(out, value)?;
        return text(out, b"}");
    }
    if let Ok(value) = value.cast_exact::<PyInt>() {
        return integer(out, value);
    }
    if let Ok(value) = value.cast_exact::<PyBool>() {
        let truth: &[u8] = if value.is_true() {
            b"{\"boolValue\":true}"
        } else {
            b"{\"boolValue\":false}"
        };
        return text(out, truth);
    }
    if value.is_none() {
        return text(out, b"{}");
    }
    if let Ok(value) = value.cast_exact::<PyFloat>() {
        text(out, b"{\"doubleValue\":")?;
        number::encode_f64(out, value.value())?;
        return text(out, b"}");
    }
    write_other(out, value, open)
}

fn integer(out: &mut Vec<u8>, value: &Bound<'_, PyInt>) -> Written {
    if let Ok(small) = value.extract::<i64>() {
        text(out, b"{\"intValue\":\"")?;
        number::encode_i64(out, small)?;
    } else {
        // no integer of the protocol is so wide
        let json = imports::WIDE_INTEGER.get(value.py())?.call1((value,))?;
        text(out, b"{\"stringValue\":\"")?;
        text(out, json.extract::<&str>()?.trim_matches('"').as_bytes())?;
    }
    text(out, b"\"}")
}

fn write_other(out: &mut Vec<u8>, value: &Bound<'_, PyAny>, open: &mut Open) -> Written {
    let identity = value.as_ptr() as usize;
    if open.identities.contains(&identity) {
        return encode_text(out, "<circular>");
    }
    let is_container = value.is_exact_instance_of::<PyDict>()
        || value.is_exact_instance_of::<PyList>()
        || value.is_exact_instance_of::<PyTuple>();
    if !is_container {
        open.identities.push(identity);
        let hot = value::converted(value)?;
        if !is_bytes(value) || !base64(out, &hot)? {
            write(out, &hot, open)?;
        }
    } else if open.depth == MAX_DEPTH {
        return encode_text(out, "<max depth>");
    } else {
        open.identities.push(identity);
        open.depth += 1;
        container(out, value, open)?;
        open.depth -= 1;
    }
    open.identities.pop();
    Ok(())
}

fn is_bytes(value: &Bound<'_, PyAny>) -> bool {
    value.is_exact_instance_of::<PyBytes>()
        || value.is_exact_instance_of::<PyByteArray>()
        || value.is_exact_instance_of::<PyMemoryView>()
}

/// Writes what bytes became; false, and nothing written, where that is a mark and no base64.
fn base64(out: &mut Vec<u8>, hot: &Bound<'_, PyAny>) -> Result<bool, Stop> {
    let Some(digits) = value::plain_key(hot).filter(|digits| !digits.starts_with('<')) else {
        return Ok(false);
    };
    text(out, b"{\"bytesValue\":\"")?;
    text(out, digits.as_bytes())?;
    text(out, b"\"}")?;
    Ok(true)
}

fn container(out: &mut Vec<u8>, value: &Bound<'_, PyAny>, open: &mut Open) -> Written {
    let start = out.len();
    if let Ok(value) = value.cast_exact::<PyDict>() {
        let mut pairs = Pairs::new();
        pairs
            .try_reserve(value.len())
            .map_err(|_| Stop::OutOfMemory)?;
        pairs.extend(value.iter());
        text(out, b"{\"kvlistValue\":{\"values\":")?;
        let opening = out.len();
        if pairs.iter().all(|(key, _)| value::plain_key(key).is_some()) {
            write_pairs(out, &pairs, None, open)?;
        } else {
            // through Python's own `list`, which says so where there is no memory for one
            let keys = imports::LIST.get(value.py())?.call1((value,))?;
            let keys = value::unique_keys(keys, PyTuple::empty(value.py()).as_any(), None)?;
            write_pairs(out, &pairs, Some(&keys), open)?;
        }
        return close(out, start, opening, b"{\"kvlistValue\":{}}");
    }
    let items = match value.cast_exact::<PyList>() {
        Ok(list) => list.to_tuple(), // as it is now: writing an item may run code that changes it
        Err(_) => value.cast_exact::<PyTuple>().map_err(PyErr::from)?.clone(),
    };
    text(out, b"{\"arrayValue\":{\"values\":")?;
    let opening = out.len();
    for item in items.iter_borrowed() {
        text(out, b",")?;
        write(out, &item, open)?;
    }
    close(out, start, opening, b"{\"arrayValue\":{}}")
}

/// Puts the bracket in the place of the first comma and closes it; `empty` where there is nothing.
fn close(out: &mut Vec<u8>, start: usize, opening: usize, empty: &[u8]) -> Written {
    if out.len() == opening {
        out.truncate(start);
        return text(out, empty);
    }
    out[opening] = b'[';
    text(out, b"]}}")
}

fn write_pairs(
    out: &mut Vec<u8>,
    pairs: &Pairs<'_>,
    keys: Option<&Bound<'_, PyList>>,
    open: &mut Open,
) -> Written {
    for (index, (key, value)) in pairs.iter().enumerate() {
        text(out, b",{\"key\":")?;
        if let Some(keys) = keys {
            string::encode(out, keys.get_item(index)?.extract()?)?;
        } else if let Some(key) = value::plain_key(key) {
            string::encode(out, key)?;
        }
        text(out, b",\"value\":")?;
        write(out, value, open)?;
        text(out, b"}")?;
    }
    Ok(())
}

/// Appends the attributes of a line.
pub fn write_attributes(out: &mut Vec<u8>, line: &Line<'_, '_>) -> Written {
    if let Some(bound) = &line.record.bound {
        text(out, bound)?;
    }
    key_values(out, &line.record.attributes, line.record.keys.as_ref())
}
