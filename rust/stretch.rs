//! A plan's steps in stretches that are written together: from what seldom changes, the same bytes as
//! before.

use crate::encoder::Line;
use crate::error::Written;
use crate::names::Slot;
use crate::per_thread::{self, PerThread};
use crate::plan::Step;
use crate::record::RecordView;
use crate::span::Span;
use crate::value;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyInt, PyString, PyTuple};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// What a step is written from.
#[derive(Clone, Copy, PartialEq)]
pub enum Origin {
    /// Nothing: it is constant.
    Plan,
    /// The logger's name and the level.
    Logger,
    /// The span, without which it is absent.
    Span,
    /// What most lines are without: an exception, a stack, what could not be written.
    Seldom,
    /// Anything else.
    Record,
}

impl Origin {
    /// The origin of something that holds both.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            _ if self == other => self,
            (Self::Plan, Self::Logger) | (Self::Logger, Self::Plan) => Self::Logger,
            _ => Self::Record,
        }
    }
}

/// Steps that stand together, by what they are written from.
pub enum Stretch {
    Each(Step),
    /// With a number that no other stretch of the process has.
    Logger(usize, Box<[Step]>),
    /// With its place among the plan's.
    Span(usize, Box<[Step]>),
    Seldom(Box<[Step]>),
}

pub fn all_of(steps: Box<[Step]>) -> Box<[Stretch]> {
    static LAST: AtomicUsize = AtomicUsize::new(0);
    let mut stretches = Vec::new();
    let mut spans = 0;
    let mut steps = steps.into_iter().peekable();
    while let Some(step) = steps.next() {
        let mut origin = step.origin();
        let mut together = vec![step];
        while let Some(next) = steps.next_if(|next| origin.and(next.origin()) != Origin::Record) {
            origin = origin.and(next.origin());
            together.push(next);
        }
        match origin {
            Origin::Logger => {
                let number = LAST.fetch_add(1, Relaxed) + 1;
                stretches.push(Stretch::Logger(number, together.into()));
            }
            Origin::Span => {
                stretches.push(Stretch::Span(spans, together.into()));
                spans += 1;
            }
            Origin::Seldom => stretches.push(Stretch::Seldom(together.into())),
            Origin::Plan | Origin::Record => {
                stretches.extend(together.into_iter().map(Stretch::Each));
            }
        }
    }
    stretches.into()
}

/// What each stretch of ids writes for a span, by their places.
pub fn ids_of<'py>(
    py: Python<'py>,
    stretches: &[Stretch],
    span: Span,
) -> PyResult<Bound<'py, PyTuple>> {
    let line = Line {
        record: &RecordView::default(),
        span: Some(span),
        ids: None,
        stale: None,
        exception: [None, None, None, None, None],
    };
    let mut written = Vec::new();
    for stretch in stretches {
        if let Stretch::Span(_, steps) = stretch {
            let mut out = Vec::new();
            write_all(&mut out, steps, &line)?;
            written.push(PyBytes::new(py, &out));
        }
    }
    PyTuple::new(py, written)
}

impl Stretch {
    /// Appends what the line has of it; `seldom` says whether it has fields that most are without.
    #[inline]
    pub fn write(&self, out: &mut Vec<u8>, line: &Line<'_, '_>, seldom: bool) -> Written {
        match self {
            Self::Each(step) => step.write(out, line),
            Self::Logger(number, steps) => write_logger(out, *number, steps, line),
            Self::Span(place, steps) => match &line.ids {
                Some(ids) => {
                    let written = ids.get_borrowed_item(*place)?;
                    let written = written.cast_exact::<PyBytes>().map_err(PyErr::from)?;
                    value::text(out, written.as_bytes())
                }
                None if line.span.is_none() => Ok(()),
                None => write_all(out, steps, line),
            },
            Self::Seldom(_) if !seldom => Ok(()),
            Self::Seldom(steps) => write_all(out, steps, line),
        }
    }
}

fn write_all(out: &mut Vec<u8>, steps: &[Step], line: &Line<'_, '_>) -> Written {
    steps.iter().try_for_each(|step| step.write(out, line))
}

/// What a thread has written of a logger at a level: the same objects, the same text.
struct Known {
    number: usize,
    /// Name of the logger, name and number of the level; held, so that their addresses cannot become
    /// others'.
    from: [Option<Py<PyAny>>; 3],
    text: Box<[u8]>,
}

/// How many a thread keeps; a power of two.
const KEPT: usize = 64;
const FROM: [Slot; 3] = [Slot::Name, Slot::LevelName, Slot::LevelNumber];

thread_local! {
    static KNOWN: PerThread<Option<Known>> = const { PerThread::new() };
}

fn write_logger(out: &mut Vec<u8>, number: usize, steps: &[Step], line: &Line<'_, '_>) -> Written {
    let from = FROM.map(|slot| line.record.get(slot));
    let place = from.iter().flatten().fold(number, |place, object| {
        place.wrapping_mul(31) ^ object.as_ptr() as usize >> 4
    }) % KEPT;
    let recalled = KNOWN.try_with(|known| {
        let known = known.try_borrow().ok()?;
        let known = known.get(place)?.as_ref()?;
        let same = |(found, known): (&Option<_>, &Option<Py<PyAny>>)| {
            found.map(Bound::as_ptr) == known.as_ref().map(Py::as_ptr)
        };
        let is_known = known.number == number && from.iter().zip(&known.from).all(same);
        is_known.then(|| value::text(out, &known.text))
    });
    if let Ok(Some(written)) = recalled {
        return written;
    }
    let start = out.len();
    write_all(out, steps, line)?;
    if from.iter().all(|object| object.is_none_or(is_lasting)) {
        let fresh = Known {
            number,
            from: from.map(|object| object.map(|object| object.clone().unbind())),
            text: out[start..].into(),
        };
        remember(place, fresh);
    }
    Ok(())
}

/// Whether the object is always written the same, and likely to come again.
fn is_lasting(object: &Bound<'_, PyAny>) -> bool {
    let is_small =
        |number: &Bound<'_, PyInt>| number.extract().is_ok_and(|n: i64| (0..=50).contains(&n));
    object.is_exact_instance_of::<PyString>() || object.cast_exact().is_ok_and(is_small)
}

fn remember(place: usize, fresh: Known) {
    per_thread::clear_away();
    let replaced = KNOWN.try_with(|known| {
        let mut known = known.try_borrow_mut().ok()?;
        if known.is_empty() {
            known.resize_with(KEPT, || None);
        }
        known[place].replace(fresh)
    });
    drop(replaced); // names of loggers and levels: only after the borrow has ended
}
