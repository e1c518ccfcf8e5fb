//! A plan's steps, each with what it writes.

use crate::encoder::Line;
use crate::error::{Stop, Written};
use crate::record::Slot;
use crate::scalar::{string, timestamp};
use crate::value::{self, Open};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyFloat, PyInt, PyString};

/// One thing to write: the comma and the key, then the value.
pub struct Step {
    prefix: Box<[u8]>,
    writer: Writer,
}

/// A pair of input and form.
#[derive(Clone, Copy)]
enum Writer {
    Constant,
    Timestamp,
    LevelLower,
    Always(Slot),
    UnlessNone(Slot),
    Message,
    TraceId,
    SpanId,
    TraceFlags,
    Attributes,
    FormatArgs,
    FormatError,
    /// The type, the message or the stacktrace.
    Exception(usize),
}

impl Step {
    pub fn new(step: &Bound<'_, PyAny>) -> PyResult<Self> {
        let text = |name: &str| -> PyResult<String> { step.getattr(name)?.extract() };
        let (input, form) = (text("input")?, text("form")?);
        Ok(Self {
            prefix: text("prefix")?.into_bytes().into(),
            writer: Writer::of(&input, &form).ok_or_else(|| {
                PyValueError::new_err(format!("no writer for input {input:?} as {form:?}"))
            })?,
        })
    }

    /// Appends the member, or nothing where the field is absent.
    #[inline]
    pub fn write(&self, out: &mut Vec<u8>, line: &Line<'_>) -> Written {
        let start = out.len();
        value::text(out, &self.prefix)?;
        if !self.writer.write(out, line)? {
            out.truncate(start);
        }
        Ok(())
    }
}

impl Writer {
    fn of(input: &str, form: &str) -> Option<Self> {
        Some(match (input, form) {
            ("constant", "value") => Self::Constant,
            ("timestamp", "rfc3339") => Self::Timestamp,
            ("level", "lower") => Self::LevelLower,
            ("level", "value") => Self::Always(Slot::LevelName),
            ("logger", "value") => Self::Always(Slot::Name),
            ("message", "value") => Self::Message,
            ("trace_id", "hex") => Self::TraceId,
            ("span_id", "hex") => Self::SpanId,
            ("trace_flags", "hex") => Self::TraceFlags,
            ("file_path", "value") => Self::UnlessNone(Slot::PathName),
            ("line_number", "value") => Self::UnlessNone(Slot::LineNumber),
            ("function_name", "value") => Self::UnlessNone(Slot::FunctionName),
            ("attributes", "members") => Self::Attributes,
            ("format_args", "value") => Self::FormatArgs,
            ("format_error", "value") => Self::FormatError,
            ("exception_type", "value") => Self::Exception(0),
            ("exception_message", "value") => Self::Exception(1),
            ("exception_stacktrace", "value") => Self::Exception(2),
            ("stack_info", "value") => Self::UnlessNone(Slot::StackInfo),
            _ => return None,
        })
    }

    /// Appends the value; false where the field is absent.
    fn write(self, out: &mut Vec<u8>, line: &Line<'_>) -> Result<bool, Stop> {
        match self {
            Self::Constant => {}
            Self::Timestamp => write_timestamp(out, line.record.get(Slot::Created))?,
            Self::LevelLower => write_level(out, line.record.get(Slot::LevelName))?,
            Self::Always(slot) => write_or_null(out, line.record.get(slot))?,
            Self::UnlessNone(slot) => return write_optional(out, line.record.get(slot)),
            Self::Message => write_string(out, &line.record.message)?,
            Self::TraceId => return write_id(out, line.span.as_ref().map(|span| &span.trace_id[..])),
            Self::SpanId => return write_id(out, line.span.as_ref().map(|span| &span.span_id[..])),
            Self::TraceFlags => {
                return write_id(out, line.span.as_ref().map(|span| &span.trace_flags[..]));
            }
            Self::Attributes => write_attributes(out, line)?,
            Self::FormatArgs => return write_optional(out, line.record.format_args.as_ref()),
            Self::FormatError => match &line.record.error {
                Some(error) => string::encode(out, error)?,
                None => return Ok(false),
            },
            Self::Exception(part) => match line.exception_part(part)? {
                Some(text) => write_string(out, &text)?,
                None => return Ok(false),
            },
        }
        Ok(true)
    }
}

fn write_value(out: &mut Vec<u8>, value: &Bound<'_, PyAny>) -> Written {
    value::encode(out, value, &mut Open::default())
}

fn write_or_null(out: &mut Vec<u8>, value: Option<&Bound<'_, PyAny>>) -> Written {
    match value {
        Some(value) => write_value(out, value),
        None => value::text(out, b"null"),
    }
}

fn write_optional(out: &mut Vec<u8>, value: Option<&Bound<'_, PyAny>>) -> Result<bool, Stop> {
    match value {
        Some(value) if !value.is_none() => write_value(out, value).map(|()| true),
        _ => Ok(false),
    }
}

fn write_string(out: &mut Vec<u8>, text: &Bound<'_, PyAny>) -> Written {
    value::encode_string(out, text.cast::<PyString>().map_err(PyErr::from)?)
}

fn write_id(out: &mut Vec<u8>, quoted: Option<&[u8]>) -> Result<bool, Stop> {
    match quoted {
        Some(quoted) => value::text(out, quoted).map(|()| true),
        None => Ok(false),
    }
}

fn write_timestamp(out: &mut Vec<u8>, created: Option<&Bound<'_, PyAny>>) -> Written {
    if let Some(created) = created {
        let is_number =
            created.is_exact_instance_of::<PyFloat>() || created.is_exact_instance_of::<PyInt>();
        if is_number
            && let Ok(seconds) = created.extract::<f64>()
            && timestamp::encode(out, seconds)?
        {
            return Ok(());
        }
    }
    write_or_null(out, created)
}

fn write_level(out: &mut Vec<u8>, name: Option<&Bound<'_, PyAny>>) -> Written {
    let Some(text) = name.and_then(|name| name.cast_exact::<PyString>().ok()) else {
        return write_or_null(out, name);
    };
    match text.to_str() {
        Ok("INFO") => value::text(out, b"\"info\""),
        Ok("DEBUG") => value::text(out, b"\"debug\""),
        Ok("WARNING") => value::text(out, b"\"warning\""),
        Ok("ERROR") => value::text(out, b"\"error\""),
        // Unicode's rules for lower case are Python's to know
        _ => write_string(out, &text.call_method0("lower")?),
    }
}

fn write_attributes(out: &mut Vec<u8>, line: &Line<'_>) -> Written {
    let mut open = Open::default();
    match &line.record.keys {
        None => value::members(out, &line.record.attributes, &mut open),
        Some(keys) => value::members_as(out, keys, &line.record.attributes, &mut open),
    }
}
