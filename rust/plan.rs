//! A plan's steps, each with what it writes.

use crate::encoder::Line;
use crate::error::Written;
use crate::names::Slot;
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

    pub fn needs_caller(&self) -> bool {
        const CALLER: [Slot; 3] = [Slot::PathName, Slot::LineNumber, Slot::FunctionName];
        matches!(self.writer, Writer::UnlessNone(slot) if CALLER.contains(&slot))
    }

    /// Appends the member, or nothing where the field is absent.
    #[inline]
    pub fn write(&self, out: &mut Vec<u8>, line: &Line<'_, '_>) -> Written {
        if self.writer.is_absent(line) {
            return Ok(());
        }
        value::text(out, &self.prefix)?;
        self.writer.write(out, line)
    }
}

impl Writer {
    fn of(input: &str, form: &str) -> Option<Self> {
        Some(match (input, form) {
            ("constant", "value") => Self::Constant,
            ("timestamp", "rfc3339") => Self::Timestamp,
            ("level", "lower") => Self::LevelLower,
            ("level", "value") => Self::Always(Slot::LevelName),
            ("logger", "value") => Self::UnlessNone(Slot::Name),
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

    /// Whether the line has no such field.
    fn is_absent(self, line: &Line<'_, '_>) -> bool {
        match self {
            Self::TraceId | Self::SpanId | Self::TraceFlags => line.span.is_none(),
            Self::UnlessNone(slot) => line.record.get(slot).is_none_or(PyAnyMethods::is_none),
            Self::FormatArgs => line.record.format_args.is_none(),
            Self::FormatError => line.record.error.is_none(),
            Self::Exception(part) => line.exception[part].is_none(),
            _ => false,
        }
    }

    /// Appends the value; an absent one has no text.
    fn write(self, out: &mut Vec<u8>, line: &Line<'_, '_>) -> Written {
        match self {
            Self::Constant => Ok(()),
            Self::Timestamp => write_timestamp(out, line.record.get(Slot::Created)),
            Self::LevelLower => write_level(out, line.record.get(Slot::LevelName)),
            Self::Always(slot) | Self::UnlessNone(slot) => write_value(out, line.record.get(slot)),
            Self::Message => write_value(out, line.record.message()),
            Self::TraceId => write_id(out, line.span.as_ref().map(|span| span.trace_id)),
            Self::SpanId => write_id(out, line.span.as_ref().map(|span| span.span_id)),
            Self::TraceFlags => write_id(out, line.span.as_ref().map(|span| span.trace_flags)),
            Self::Attributes => write_attributes(out, line),
            Self::FormatArgs => write_value(out, line.record.format_args.as_ref()),
            Self::FormatError => match &line.record.error {
                Some(error) => Ok(string::encode(out, error)?),
                None => Ok(()),
            },
            Self::Exception(part) => write_value(out, line.exception[part].as_ref()),
        }
    }
}

fn write_value(out: &mut Vec<u8>, value: Option<&Bound<'_, PyAny>>) -> Written {
    match value {
        Some(value) => value::encode(out, value, &mut Open::default()),
        None => value::text(out, b"null"),
    }
}

fn write_id<const N: usize>(out: &mut Vec<u8>, quoted: Option<[u8; N]>) -> Written {
    match quoted {
        Some(quoted) => value::text(out, &quoted),
        None => Ok(()),
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
    write_value(out, created)
}

fn write_level(out: &mut Vec<u8>, name: Option<&Bound<'_, PyAny>>) -> Written {
    let Some(text) = name.and_then(|name| name.cast_exact::<PyString>().ok()) else {
        return write_value(out, name);
    };
    match text.to_str() {
        Ok("INFO") => value::text(out, b"\"info\""),
        Ok("DEBUG") => value::text(out, b"\"debug\""),
        Ok("WARNING") => value::text(out, b"\"warning\""),
        Ok("ERROR") => value::text(out, b"\"error\""),
        // Unicode's rules for lower case are Python's to know
        _ => write_value(out, Some(&text.call_method0("lower")?)),
    }
}

fn write_attributes(out: &mut Vec<u8>, line: &Line<'_, '_>) -> Written {
    if let Some(bound) = &line.record.bound {
        value::text(out, bound)?;
    }
    let mut open = Open::default();
    match &line.record.keys {
        None => value::members(out, &line.record.attributes, &mut open),
        Some(keys) => value::members_as(out, keys, &line.record.attributes, &mut open),
    }
}
