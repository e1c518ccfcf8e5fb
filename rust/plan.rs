//! A plan's steps, each with what it writes.

use crate::any_value::{self, Source};
use crate::encoder::Line;
use crate::error::{Stop, Written};
use crate::imports;
use crate::names::Slot;
use crate::scalar::{id, number, severity, string, timestamp};
use crate::value::{self, Open};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyFloat, PyInt, PyString};

/// What there is to write, at one place.
pub enum Step {
    /// Text alone.
    Constant(Box<[u8]>),
    /// The comma and the key, then the value, then what closes it.
    Value {
        prefix: Box<[u8]>,
        writer: Writer,
        suffix: Box<[u8]>,
    },
    /// Steps between brackets; nothing where all of them are absent.
    Group {
        prefix: Box<[u8]>,
        brackets: [u8; 2],
        steps: Box<[Step]>,
        suffix: Box<[u8]>,
    },
    /// Steps for records of a level or above.
    FromLevel { lowest: i64, steps: Box<[Step]> },
}

/// A pair of input and form.
#[derive(Clone, Copy)]
pub enum Writer {
    Timestamp(timestamp::Form),
    LevelCased(Case),
    SeverityNumber,
    LogSeverity,
    Always(Slot),
    Text(Slot),
    UnlessNone(Slot),
    Message,
    TraceId,
    TraceIdDatadog,
    TraceIdXray,
    TraceIdRestOfName,
    SpanId,
    SpanIdDecimal,
    TraceFlags,
    TraceFlagsNumber,
    TraceFlagsSampled,
    Attributes,
    FormatArgs,
    FormatArgsText,
    FormatError,
    /// The type, the message or the stacktrace.
    Exception(usize),
    /// As an `AnyValue`.
    Any(Source),
    /// The attributes with an `AnyValue` each.
    KeyValues,
}

#[derive(Clone, Copy)]
pub enum Case {
    Lower,
    Upper,
}

impl Step {
    pub fn all_of(steps: &Bound<'_, PyAny>) -> PyResult<Box<[Self]>> {
        steps.try_iter()?.map(|step| Self::new(&step?)).collect()
    }

    fn new(step: &Bound<'_, PyAny>) -> PyResult<Self> {
        let text = |name: &str| -> PyResult<String> { step.getattr(name)?.extract() };
        let (input, form) = (text("input")?, text("form")?);
        let prefix = text("prefix")?.into_bytes().into();
        let suffix = text("suffix")?.into_bytes().into();
        let unknown =
            || PyValueError::new_err(format!("no writer for input {input:?} as {form:?}"));
        Ok(match &*input {
            "constant" => Self::Constant(prefix),
            "group" => Self::Group {
                prefix,
                brackets: if form == "object" { *b"{}" } else { *b"[]" },
                steps: Self::all_of(&step.getattr("steps")?)?,
                suffix,
            },
            "from_level" => Self::FromLevel {
                lowest: form.parse().map_err(|_| unknown())?,
                steps: Self::all_of(&step.getattr("steps")?)?,
            },
            _ => Self::Value {
                prefix,
                writer: Writer::of(&input, &form).ok_or_else(unknown)?,
                suffix,
            },
        })
    }

    /// Calls `visit` with each of logging's own attributes that this step is written from.
    pub fn visit_slots(&self, visit: &mut dyn FnMut(Slot)) {
        match self {
            Self::Constant(_) => {}
            Self::Value { writer, .. } => match *writer {
                Writer::Always(slot)
                | Writer::Text(slot)
                | Writer::UnlessNone(slot)
                | Writer::Any(Source::Slot(slot)) => visit(slot),
                Writer::SeverityNumber | Writer::LogSeverity => visit(Slot::LevelNumber),
                _ => {}
            },
            Self::Group { steps, .. } => steps.iter().for_each(|step| step.visit_slots(visit)),
            Self::FromLevel { steps, .. } => {
                visit(Slot::LevelNumber);
                steps.iter().for_each(|step| step.visit_slots(visit));
            }
        }
    }

    pub fn writes_key_values(&self) -> bool {
        match self {
            Self::Constant(_) => false,
            Self::Value { writer, .. } => matches!(writer, Writer::KeyValues),
            Self::Group { steps, .. } | Self::FromLevel { steps, .. } => {
                steps.iter().any(Self::writes_key_values)
            }
        }
    }

    /// Appends the member, or nothing where the field is absent.
    #[inline]
    pub fn write(&self, out: &mut Vec<u8>, line: &Line<'_, '_>) -> Written {
        match self {
            Self::Value {
                prefix,
                writer,
                suffix,
            } => {
                if writer.is_absent(line) {
                    return Ok(());
                }
                value::text(out, prefix)?;
                writer.write(out, line)?;
                if !suffix.is_empty() {
                    value::text(out, suffix)?;
                }
                Ok(())
            }
            Self::Constant(text) => value::text(out, text),
            Self::Group {
                prefix,
                brackets,
                steps,
                suffix,
            } => write_group(out, line, prefix, *brackets, steps, suffix),
            Self::FromLevel { lowest, steps } => {
                if level_of(line).is_some_and(|level| level >= *lowest) {
                    for step in steps {
                        step.write(out, line)?;
                    }
                }
                Ok(())
            }
        }
    }
}

fn write_group(
    out: &mut Vec<u8>,
    line: &Line<'_, '_>,
    prefix: &[u8],
    brackets: [u8; 2],
    steps: &[Step],
    suffix: &[u8],
) -> Written {
    let start = out.len();
    value::text(out, prefix)?;
    let opening = out.len();
    for step in steps {
        step.write(out, line)?;
    }
    if out.len() == opening {
        out.truncate(start);
        return Ok(());
    }
    out[opening] = brackets[0]; // in the place of the first comma
    value::text(out, &brackets[1..])?;
    value::text(out, suffix)
}

impl Writer {
    fn of(input: &str, form: &str) -> Option<Self> {
        if form == "any_value" {
            return Source::of(Self::of(input, "value")?).map(Self::Any);
        }
        Some(match (input, form) {
            ("attributes", "key_values") => Self::KeyValues,
            ("timestamp", form) => Self::Timestamp(timestamp::Form::of(form)?),
            ("level", "lower") => Self::LevelCased(Case::Lower),
            ("level", "upper") => Self::LevelCased(Case::Upper),
            ("level", "value") => Self::Always(Slot::LevelName),
            ("level", "text") => Self::Text(Slot::LevelName),
            ("level", "number") => Self::Always(Slot::LevelNumber),
            ("level", "severity_number") => Self::SeverityNumber,
            ("level", "log_severity") => Self::LogSeverity,
            ("logger", "value") => Self::UnlessNone(Slot::Name),
            ("logger", "text") => Self::Text(Slot::Name),
            ("message", "value") => Self::Message,
            ("trace_id", "hex") => Self::TraceId,
            ("trace_id", "datadog") => Self::TraceIdDatadog,
            ("trace_id", "xray") => Self::TraceIdXray,
            ("trace_id", "trace_name") => Self::TraceIdRestOfName,
            ("span_id", "hex") => Self::SpanId,
            ("span_id", "decimal") => Self::SpanIdDecimal,
            ("trace_flags", "hex") => Self::TraceFlags,
            ("trace_flags", "number") => Self::TraceFlagsNumber,
            ("trace_flags", "sampled") => Self::TraceFlagsSampled,
            ("file_path", "value") => Self::UnlessNone(Slot::PathName),
            ("file_name", "value") => Self::UnlessNone(Slot::FileName),
            ("line_number", "value") => Self::UnlessNone(Slot::LineNumber),
            ("function_name", "value") => Self::UnlessNone(Slot::FunctionName),
            ("process_id", "value") => Self::UnlessNone(Slot::Process),
            ("process_name", "value") => Self::UnlessNone(Slot::ProcessName),
            ("thread_id", "value") => Self::UnlessNone(Slot::Thread),
            ("thread_name", "value") => Self::UnlessNone(Slot::ThreadName),
            ("attributes", "members") => Self::Attributes,
            ("format_args", "value") => Self::FormatArgs,
            ("format_args", "text") => Self::FormatArgsText,
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
            Self::TraceId
            | Self::TraceIdDatadog
            | Self::TraceIdXray
            | Self::TraceIdRestOfName
            | Self::SpanId
            | Self::SpanIdDecimal
            | Self::TraceFlags
            | Self::TraceFlagsNumber
            | Self::TraceFlagsSampled => line.span.is_none(),
            Self::UnlessNone(slot) => line.record.get(slot).is_none_or(PyAnyMethods::is_none),
            Self::FormatArgs | Self::FormatArgsText => line.record.format_args.is_none(),
            Self::FormatError => line.record.error.is_none(),
            Self::Exception(part) => line.exception[part].is_none(),
            Self::Any(source) => source.as_value().is_absent(line),
            _ => false,
        }
    }

    /// Appends the value; an absent one has no text.
    fn write(self, out: &mut Vec<u8>, line: &Line<'_, '_>) -> Written {
        match self {
            Self::Timestamp(form) => write_timestamp(out, line.record.get(Slot::Created), form),
            Self::LevelCased(case) => write_level(out, line.record.get(Slot::LevelName), case),
            Self::SeverityNumber => {
                let level = level_of(line).map_or(0, severity::severity_number);
                Ok(number::encode_i64(out, level)?)
            }
            Self::LogSeverity => {
                value::text(out, severity::log_severity(level_of(line).unwrap_or(0)))
            }
            Self::Always(slot) | Self::UnlessNone(slot) => write_value(out, line.record.get(slot)),
            Self::Text(slot) => write_text(out, line.record.get(slot)),
            Self::Message => write_value(out, line.record.message()),
            Self::Attributes => write_attributes(out, line),
            Self::FormatArgs => write_value(out, line.record.format_args.as_ref()),
            Self::FormatArgsText => write_text(out, line.record.format_args.as_ref()),
            Self::FormatError => match &line.record.error {
                Some(error) => Ok(string::encode(out, error)?),
                None => Ok(()),
            },
            Self::Exception(part) => write_value(out, line.exception[part].as_ref()),
            Self::Any(source) => source.write(out, line),
            Self::KeyValues => any_value::write_attributes(out, line),
            _ => self.write_id(out, line),
        }
    }

    fn write_id(self, out: &mut Vec<u8>, line: &Line<'_, '_>) -> Written {
        let Some(span) = &line.span else {
            return Ok(());
        };
        match self {
            Self::TraceId => value::text(out, &span.trace_id),
            Self::TraceIdDatadog => Ok(id::datadog(out, &span.trace_id)?),
            Self::TraceIdXray => Ok(id::xray(out, &span.trace_id)?),
            Self::TraceIdRestOfName => value::text(out, &span.trace_id[1..]),
            Self::SpanId => value::text(out, &span.span_id),
            Self::SpanIdDecimal => Ok(id::decimal(out, &span.span_id)?),
            Self::TraceFlags => value::text(out, &span.trace_flags),
            Self::TraceFlagsNumber => Ok(id::number(out, span.trace_flags)?),
            Self::TraceFlagsSampled => value::text(out, id::sampled(span.trace_flags)),
            _ => Ok(()),
        }
    }
}

/// The number of the record's level, where it is one.
fn level_of(line: &Line<'_, '_>) -> Option<i64> {
    let level = line
        .record
        .get(Slot::LevelNumber)?
        .cast_exact::<PyInt>()
        .ok()?;
    // one that is wider counts as the farthest
    level.extract().ok().or_else(|| {
        let positive = level.gt(0).unwrap_or(false);
        Some(if positive { i64::MAX } else { i64::MIN })
    })
}

fn write_value(out: &mut Vec<u8>, value: Option<&Bound<'_, PyAny>>) -> Written {
    match value {
        Some(value) => value::encode(out, value, &mut Open::default()),
        None => value::text(out, b"null"),
    }
}

/// A string in any case: the text that the value would have as a key; that of None is empty.
fn write_text(out: &mut Vec<u8>, value: Option<&Bound<'_, PyAny>>) -> Written {
    let Some(value) = value.filter(|value| !value.is_none()) else {
        return value::text(out, b"\"\"");
    };
    if let Ok(text) = value.cast_exact::<PyString>() {
        return value::encode_string(out, text);
    }
    let text = imports::KEY_TEXT.get(value.py())?.call1((value,))?;
    Ok(string::encode(out, text.extract::<&str>()?)?)
}

fn write_timestamp(
    out: &mut Vec<u8>,
    created: Option<&Bound<'_, PyAny>>,
    form: timestamp::Form,
) -> Written {
    if let Some(created) = created {
        let is_number =
            created.is_exact_instance_of::<PyFloat>() || created.is_exact_instance_of::<PyInt>();
        if is_number
            && let Ok(seconds) = created.extract::<f64>()
            && let Some(total) = timestamp::microseconds(seconds)
        {
            return timestamp::encode(out, total, form, |second| -> Result<i64, Stop> {
                let offset = imports::OFFSET_OF.get(created.py())?.call1((second,))?;
                Ok(offset.extract()?)
            });
        }
    }
    if form == timestamp::Form::UnixNano {
        return value::text(out, b"\"0\"");
    }
    write_value(out, created)
}

fn write_level(out: &mut Vec<u8>, name: Option<&Bound<'_, PyAny>>, case: Case) -> Written {
    let Some(text) = name.and_then(|name| name.cast_exact::<PyString>().ok()) else {
        return write_value(out, name);
    };
    match (text.to_str(), case) {
        (Ok("INFO"), Case::Lower) => value::text(out, b"\"info\""),
        (Ok("DEBUG"), Case::Lower) => value::text(out, b"\"debug\""),
        (Ok("WARNING"), Case::Lower) => value::text(out, b"\"warning\""),
        (Ok("ERROR"), Case::Lower) => value::text(out, b"\"error\""),
        // Unicode's rules for case are Python's to know
        (_, Case::Lower) => write_value(out, Some(&text.call_method0("lower")?)),
        (_, Case::Upper) => write_value(out, Some(&text.call_method0("upper")?)),
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
