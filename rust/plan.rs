//! A plan's steps, each with what it writes.

use crate::encoder::Line;
use crate::error::Written;
use crate::names::Slot;
use crate::stretch::Origin;
use crate::value;
use crate::writer::{Writer, level_of};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

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
            Self::Value { writer, .. } => writer.visit_slot(visit),
            Self::Group { steps, .. } => steps.iter().for_each(|step| step.visit_slots(visit)),
            Self::FromLevel { steps, .. } => {
                visit(Slot::LevelNumber);
                steps.iter().for_each(|step| step.visit_slots(visit));
            }
        }
    }

    /// What it is written from.
    pub fn origin(&self) -> Origin {
        let of_all = |first: Origin, steps: &[Self]| {
            let origins = steps.iter().map(Self::origin);
            origins.fold(first, Origin::and)
        };
        match self {
            Self::Constant(_) => Origin::Plan,
            Self::Value { writer, .. } => writer.origin(),
            Self::Group { steps, .. } => match steps.split_first() {
                Some((first, others)) => of_all(first.origin(), others),
                None => Origin::Plan,
            },
            Self::FromLevel { steps, .. } => of_all(Origin::Logger, steps),
        }
    }

    pub fn writes_key_values(&self) -> bool {
        match self {
            Self::Constant(_) => false,
            Self::Value { writer, .. } => writer.writes_key_values(),
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
