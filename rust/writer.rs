//! What writes a value: a pair of input and form.

use crate::any_value::{self, Source};
use crate::encoder::Line;
use crate::error::{Stop, Written};
use crate::imports;
use crate::names::Slot;
use crate::record::RecordView;
use crate::scalar::{id, number, severity, string, timestamp};
use crate::span::{Span, Stale};
use crate::stretch::Origin;
use crate::value::{self, Open};
use pyo3::prelude::*;
use pyo3::types::{PyFloat, PyInt, PyString};

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
    Span(SpanPart),
    /// The attributes; with `paths` no key of an object leads through another.
    Attributes {
        paths: bool,
    },
    TraceStale,
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

/// What is there as long as the line has a span.
#[derive(Clone, Copy)]
pub enum SpanPart {
    TraceId,
    TraceIdDatadog,
    TraceIdXray,
    TraceIdRestOfName,
    SpanId,
    SpanIdDecimal,
    TraceFlags,
    TraceFlagsNumber,
    TraceFlagsSampled,
}

#[derive(Clone, Copy)]
pub enum Case {
    Lower,
    Upper,
}

impl Writer {
    pub fn of(input: &str, form: &str) -> Option<Self> {
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
            ("trace_stale", "value") => Self::TraceStale,
            ("file_path", "value") => Self::UnlessNone(Slot::PathName),
            ("file_name", "value") => Self::UnlessNone(Slot::FileName),
            ("line_number", "value") => Self::UnlessNone(Slot::LineNumber),
            ("function_name", "value") => Self::UnlessNone(Slot::FunctionName),
            ("process_id", "value") => Self::UnlessNone(Slot::Process),
            ("process_name", "value") => Self::UnlessNone(Slot::ProcessName),
            ("thread_id", "value") => Self::UnlessNone(Slot::Thread),
            ("thread_name", "value") => Self::UnlessNone(Slot::ThreadName),
            ("attributes", "members") => Self::Attributes { paths: false },
            ("attributes", "paths") => Self::Attributes { paths: true },
            ("format_args", "value") => Self::FormatArgs,
            ("format_args", "text") => Self::FormatArgsText,
            ("format_error", "value") => Self::FormatError,
            ("exception_type", "value") => Self::Exception(0),
            ("exception_message", "value") => Self::Exception(1),
            ("exception_stacktrace", "value") => Self::Exception(2),
            ("exception_chain", "value") => Self::Exception(3),
            ("exception_rendered", "value") => Self::Exception(4),
            ("stack_info", "value") => Self::UnlessNone(Slot::StackInfo),
            _ => return SpanPart::of(input, form).map(Self::Span),
        })
    }

    /// Calls `visit` with the attribute of logging's own that is written, if it is one.
    pub fn visit_slot(self, visit: &mut dyn FnMut(Slot)) {
        match self {
            Self::Always(slot)
            | Self::Text(slot)
            | Self::UnlessNone(slot)
            | Self::Any(Source::Slot(slot)) => visit(slot),
            Self::SeverityNumber | Self::LogSeverity => visit(Slot::LevelNumber),
            _ => {}
        }
    }

    pub fn writes_key_values(self) -> bool {
        matches!(self, Self::KeyValues)
    }

    /// What the value depends on.
    pub fn origin(self) -> Origin {
        match self {
            Self::LevelCased(_) | Self::SeverityNumber | Self::LogSeverity => Origin::Logger,
            Self::Always(slot) | Self::Text(slot) | Self::UnlessNone(slot) => match slot {
                Slot::Name | Slot::LevelName | Slot::LevelNumber => Origin::Logger,
                Slot::StackInfo => Origin::Seldom,
                _ => Origin::Record,
            },
            Self::Span(_) => Origin::Span,
            Self::TraceStale
            | Self::FormatArgs
            | Self::FormatArgsText
            | Self::FormatError
            | Self::Exception(_) => Origin::Seldom,
            Self::Any(source) => source.as_value().origin(),
            Self::Timestamp(_) | Self::Message | Self::Attributes { .. } | Self::KeyValues => {
                Origin::Record
            }
        }
    }

    /// Whether the line has no such field.
    pub fn is_absent(self, line: &Line<'_, '_>) -> bool {
        match self {
            Self::Span(_) => line.span.is_none(),
            Self::UnlessNone(slot) => line.record.get(slot).is_none_or(PyAnyMethods::is_none),
            Self::FormatArgs | Self::FormatArgsText => line.record.format_args.is_none(),
            Self::TraceStale => line.stale.is_none(),
            Self::FormatError => line.record.error.is_none(),
            Self::Exception(part) => line.exception[part].is_none(),
            Self::Any(source) => source.as_value().is_absent(line),
            _ => false,
        }
    }

    /// Appends the value; an absent one has no text.
    pub fn write(self, out: &mut Vec<u8>, line: &Line<'_, '_>) -> Written {
        match self {
            Self::Timestamp(form) => write_timestamp(out, line.record, form),
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
            Self::Attributes { paths } => write_attributes(out, line, Open::new(paths)),
            Self::FormatArgs => write_value(out, line.record.format_args.as_ref()),
            Self::FormatArgsText => write_text(out, line.record.format_args.as_ref()),
            Self::TraceStale => {
                let name = line.stale.map_or("", Stale::name);
                Ok(string::encode(out, name)?)
            }
            Self::FormatError => match &line.record.error {
                Some(error) => Ok(string::encode(out, error)?),
                None => Ok(()),
            },
            Self::Exception(part) => write_value(out, line.exception[part].as_ref()),
            Self::Any(source) => source.write(out, line),
            Self::KeyValues => any_value::write_attributes(out, line),
            Self::Span(part) => match &line.span {
                Some(span) => part.write(out, span),
                None => Ok(()),
            },
        }
    }
}

impl SpanPart {
    fn of(input: &str, form: &str) -> Option<Self> {
        Some(match (input, form) {
            ("trace_id", "hex") => Self::TraceId,
            ("trace_id", "datadog") => Self::TraceIdDatadog,
            ("trace_id", "xray") => Self::TraceIdXray,
            ("trace_id", "trace_name") => Self::TraceIdRestOfName,
            ("span_id", "hex") => Self::SpanId,
            ("span_id", "decimal") => Self::SpanIdDecimal,
            ("trace_flags", "hex") => Self::TraceFlags,
            ("trace_flags", "number") => Self::TraceFlagsNumber,
            ("trace_flags", "sampled") => Self::TraceFlagsSampled,
            _ => return None,
        })
    }

    fn write(self, out: &mut Vec<u8>, span: &Span) -> Written {
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
        }
    }
}

/// The number of the record's level, where it is one.
pub fn level_of(line: &Line<'_, '_>) -> Option<i64> {
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

fn write_timestamp(out: &mut Vec<u8>, record: &RecordView<'_>, form: timestamp::Form) -> Written {
    let created = record.get(Slot::Created);
    let seconds = record.seconds.or_else(|| created.and_then(number_of));
    if let Some(total) = seconds.and_then(timestamp::microseconds) {
        return timestamp::encode(out, total, form, |second| -> Result<i64, Stop> {
            Python::attach(|py| {
                let offset = imports::OFFSET_OF.get(py)?.call1((second,))?;
                Ok(offset.extract()?)
            })
        });
    }
    if form == timestamp::Form::UnixNano {
        return value::text(out, b"\"0\"");
    }
    match record.seconds {
        Some(seconds) => Ok(number::encode_f64(out, seconds)?),
        None => write_value(out, created),
    }
}

/// An exact float or integer as seconds.
fn number_of(created: &Bound<'_, PyAny>) -> Option<f64> {
    let exact =
        created.is_exact_instance_of::<PyFloat>() || created.is_exact_instance_of::<PyInt>();
    if exact { created.extract().ok() } else { None }
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

fn write_attributes(out: &mut Vec<u8>, line: &Line<'_, '_>, mut open: Open) -> Written {
    if let Some(bound) = &line.record.bound {
        value::text(out, bound)?;
    }
    match &line.record.keys {
        None => value::members(out, &line.record.attributes, &mut open),
        Some(keys) => value::members_as(out, keys, &line.record.attributes, &mut open),
    }
}
