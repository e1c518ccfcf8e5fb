//! What the names on a record mean, decided once for each plan.

use crate::ffi::Expected;
use crate::imports;
use crate::paths::{self, Ends};
use crate::value::{self, Pairs};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

static LAST_ID: AtomicUsize = AtomicUsize::new(0);

/// The standard attributes that lines are written from.
#[derive(Clone, Copy, PartialEq)]
#[repr(usize)]
pub enum Slot {
    Name,
    Msg,
    Args,
    LevelName,
    Created,
    PathName,
    LineNumber,
    FunctionName,
    ExcInfo,
    ExcText,
    StackInfo,
    LevelNumber,
    FileName,
    Process,
    ProcessName,
    Thread,
    ThreadName,
    /// What `ContextFilter` and `QueueHandler` leave.
    Capture,
    /// The span that the record's author names by hand.
    Context,
    /// An attribute of the user's if it is not None.
    TaskName,
}
pub const SLOTS: usize = Slot::TaskName as usize + 1;

const SLOT_NAMES: [(&str, Slot); SLOTS - 1] = [
    ("name", Slot::Name),
    ("msg", Slot::Msg),
    ("args", Slot::Args),
    ("levelname", Slot::LevelName),
    ("created", Slot::Created),
    ("pathname", Slot::PathName),
    ("lineno", Slot::LineNumber),
    ("funcName", Slot::FunctionName),
    ("exc_info", Slot::ExcInfo),
    ("exc_text", Slot::ExcText),
    ("stack_info", Slot::StackInfo),
    ("levelno", Slot::LevelNumber),
    ("filename", Slot::FileName),
    ("process", Slot::Process),
    ("processName", Slot::ProcessName),
    ("thread", Slot::Thread),
    ("threadName", Slot::ThreadName),
    ("_tracefmt", Slot::Capture),
    ("otel_context", Slot::Context),
];

/// Those that only some plans write; the others take no part in a record's reading.
const SELDOM: [Slot; 9] = [
    Slot::PathName,
    Slot::LineNumber,
    Slot::FunctionName,
    Slot::LevelNumber,
    Slot::FileName,
    Slot::Process,
    Slot::ProcessName,
    Slot::Thread,
    Slot::ThreadName,
];

/// Process and its name, thread and its name.
pub const WORKER: [Slot; 4] = [
    Slot::Process,
    Slot::ProcessName,
    Slot::Thread,
    Slot::ThreadName,
];

/// Which of logging's attributes a plan writes.
#[derive(Default)]
pub struct Wanted([bool; SLOTS]);

impl Wanted {
    pub fn add(&mut self, slot: Slot) {
        self.0[slot as usize] = true;
    }

    pub fn has(&self, slot: Slot) -> bool {
        self.0[slot as usize]
    }

    /// Whether a line says which process or thread makes it.
    pub fn needs_worker(&self) -> bool {
        WORKER.iter().any(|slot| self.has(*slot))
    }

    /// Whether a line says where its call stands in the source.
    pub fn needs_callsite(&self) -> bool {
        const CALLSITE: [Slot; 4] = [
            Slot::PathName,
            Slot::FileName,
            Slot::LineNumber,
            Slot::FunctionName,
        ];
        CALLSITE.iter().any(|slot| self.0[*slot as usize])
    }

    fn is_read(&self, slot: Slot) -> bool {
        self.0[slot as usize] || !SELDOM.contains(&slot)
    }
}

/// What a name on a record means.
#[derive(Clone, Copy, PartialEq)]
pub enum Meaning {
    Standard(Slot),
    /// Not written: logging's own and of no use in a line, or left out by option.
    Hidden,
    /// An attribute whose key is a field's: written under another.
    Reserved,
    /// An attribute whose key leads through objects: written under another where one of them is a value.
    Path,
    /// `taskName`, no attribute where it is None; `getMessage`, which hides the record's own; a key of
    /// structlog's that is an attribute only in some places.
    Special,
    Attribute,
}

/// The names that are not plain attributes, and the order in which logging sets its own.
pub struct Names {
    /// A number that no other names of the process have; 0 is nobody's.
    id: usize,
    /// A bit for each name here, by its ends and its length: most attributes fall through.
    marks: [u64; MARKS / 64],
    /// By length, since few names share one.
    by_length: Vec<Vec<(Box<str>, Meaning)>>,
    pub order: Vec<Expected>,
    task_name: Meaning,
    level_number: bool,
    /// What a name with an underscore before it means.
    private: Meaning,
    pub reserved: Py<PyAny>,
    /// Where a dot in a key is a path.
    pub ends: Option<Ends>,
}

const MARKS: usize = 1024;

/// Where a name's bit is; all that begin with an underscore share one.
fn mark(name: &str) -> usize {
    let bytes = name.as_bytes();
    match (bytes.first(), bytes.last()) {
        (None | Some(b'_'), _) | (_, None) => 0,
        (Some(&first), Some(&last)) => {
            (usize::from(first) * 31 + usize::from(last) * 7 + bytes.len()) % MARKS
        }
    }
}

impl Names {
    pub fn new(py: Python<'_>, plan: &Bound<'_, PyAny>, wanted: &Wanted) -> PyResult<Self> {
        let (hidden, reserved) = (plan.getattr("hidden")?, plan.getattr("reserved")?);
        let mut names = Self::empty(plan, &reserved, Meaning::Hidden)?;
        names.marks[0] |= 1; // private names
        // the first meaning that a name gets stays
        for (name, slot) in SLOT_NAMES {
            names.add(name, Meaning::Standard(slot));
        }
        for name in imports::STANDARD
            .get(py)?
            .try_iter()?
            .chain(hidden.try_iter()?)
        {
            names.add(name?.extract()?, Meaning::Hidden);
        }
        for name in reserved.try_iter()? {
            names.add(name?.extract()?, Meaning::Reserved);
        }
        names.task_name = names.meaning("taskName");
        names.level_number = wanted.has(Slot::LevelNumber);
        names.order = names.logging_order(py, wanted)?;
        Ok(names)
    }

    pub fn id(&self) -> usize {
        self.id
    }

    /// Whether lines are written from the number of the level.
    pub fn need_level_number(&self) -> bool {
        self.level_number
    }

    /// The same where logging has no names of its own: for event dicts, which have `special` ones.
    pub fn of_events(plan: &Bound<'_, PyAny>, special: &[&str]) -> PyResult<Self> {
        let (hidden, reserved) = (plan.getattr("hidden")?, plan.getattr("reserved")?);
        let mut names = Self::empty(plan, &reserved, Meaning::Attribute)?;
        for name in hidden.try_iter()? {
            names.add(name?.extract()?, Meaning::Hidden);
        }
        for name in reserved.try_iter()? {
            names.add(name?.extract()?, Meaning::Reserved);
        }
        for name in special {
            names.add(name, Meaning::Special);
        }
        Ok(names)
    }

    fn empty(
        plan: &Bound<'_, PyAny>,
        reserved: &Bound<'_, PyAny>,
        private: Meaning,
    ) -> PyResult<Self> {
        Ok(Self {
            id: LAST_ID.fetch_add(1, Relaxed) + 1,
            marks: [0; MARKS / 64],
            by_length: Vec::new(),
            order: Vec::new(),
            task_name: Meaning::Attribute,
            level_number: false,
            private,
            reserved: reserved.clone().unbind(),
            ends: Ends::of(plan.getattr("ends")?)?,
        })
    }

    fn add(&mut self, name: &str, meaning: Meaning) {
        self.marks[mark(name) / 64] |= 1 << (mark(name) % 64);
        if self.by_length.len() <= name.len() {
            self.by_length.resize_with(name.len() + 1, Vec::new);
        }
        let same_length = &mut self.by_length[name.len()];
        if !same_length.iter().any(|(known, _)| **known == *name) {
            same_length.push((name.into(), meaning));
        }
    }

    /// What a name means in a call or on a record, where two mean more than they say.
    pub fn meaning_in_use(&self, name: &str) -> Meaning {
        if matches!(name, "taskName" | "getMessage") {
            Meaning::Special
        } else {
            self.meaning(name)
        }
    }

    pub fn meaning(&self, name: &str) -> Meaning {
        let meaning = self.meaning_as_a_whole(name);
        match &self.ends {
            Some(ends) if meaning == Meaning::Attribute && !paths::is_plain(name) => {
                if ends.allow(name) {
                    Meaning::Path
                } else {
                    Meaning::Reserved
                }
            }
            _ => meaning,
        }
    }

    fn meaning_as_a_whole(&self, name: &str) -> Meaning {
        if self.marks[mark(name) / 64] >> (mark(name) % 64) & 1 == 0 {
            return Meaning::Attribute;
        }
        let same_length = self
            .by_length
            .get(name.len())
            .map_or(&[][..], Vec::as_slice);
        let found = same_length.iter().find(|(known, _)| **known == *name);
        match found {
            Some((_, meaning)) => *meaning,
            None if name.starts_with('_') => self.private,
            None => Meaning::Attribute,
        }
    }

    /// What `taskName` means, which logging sets itself from Python 3.12 on.
    pub fn task_name(&self) -> Meaning {
        self.task_name
    }

    /// Whether all keys are those of plain attributes.
    pub fn are_attributes(&self, pairs: &Pairs<'_>) -> bool {
        let mut keys = pairs.iter().map(|(key, _)| value::plain_key(key));
        keys.all(|key| key.is_some_and(|name| self.meaning(name) == Meaning::Attribute))
    }

    /// The names that a record has from its birth, in their order: the same objects each time.
    fn logging_order(&self, py: Python<'_>, wanted: &Wanted) -> PyResult<Vec<Expected>> {
        let class = imports::LOG_RECORD.get(py)?;
        let record = class.call1(("", 0, "", 0, "", py.None(), py.None()))?;
        let attributes = record
            .getattr(intern!(py, "__dict__"))?
            .cast_into::<PyDict>()?;
        let expected = |(key, _): (Bound<'_, PyAny>, _)| {
            let slot = match (key.extract()?, self.meaning(key.extract()?)) {
                ("taskName", _) => Slot::TaskName as usize,
                (_, Meaning::Standard(slot)) if wanted.is_read(slot) => slot as usize,
                _ => SLOTS, // passed over
            };
            Ok((key.unbind(), slot))
        };
        attributes.iter().map(expected).collect()
    }
}
