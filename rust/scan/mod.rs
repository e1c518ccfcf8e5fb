//! Log lines read back and counted: bytes in, counts out.  No Python and no `unsafe` in here;
//! the twin is `tracefmt._python.scan`, and `docs/audit.md` says what is counted.
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(dead_code))]

mod fields;
pub mod id;
pub mod json;
mod otlp;
mod record;
pub mod table;
pub mod tally;
pub mod time;
pub mod traces;

#[cfg(test)]
mod cases;

use fields::Fields;
use id::Kind;
use json::{Bytes, Cursor};
use memchr::memchr;
use record::{REASONS, Record};
use table::Table;
use tally::{Counts, Minutes, Tally};
use traces::Traces;

/// A longer line is none; so much of it is kept at most.
const LONGEST: usize = 1 << 24;
/// Broken lines of each file that are named; all are counted.
const NAMED: usize = 10;

/// Why a line is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    NotUtf8,
    NotAnObject,
    TooLong,
}

impl Reason {
    pub fn text(self) -> &'static str {
        match self {
            Self::NotUtf8 => "not UTF-8",
            Self::NotAnObject => "not a JSON object",
            Self::TooLong => "longer than 16 MiB",
        }
    }
}

/// A broken line: the number of its file, its own, and why.
pub type Broken = (usize, u64, Reason);

/// All that was counted.
pub struct Scan {
    table: Table,
    otlp: bool,
    /// The beginning of a line whose end has not come.
    begun: Vec<u8>,
    /// The line is longer than any may be, and what follows of it is passed over.
    overlong: bool,
    file: usize,
    line: u64,
    named: usize,
    pub counts: Counts,
    pub levels: Tally,
    pub loggers: Tally,
    pub services: Tally,
    pub minutes: Minutes,
    pub traces: Traces,
    /// Lines that say so of their span, by why.
    pub stale_lines: [u64; REASONS.len()],
    pub broken: u64,
    pub examples: Vec<Broken>,
    /// The earliest and the latest time of a line.
    pub span: Option<(i64, i64)>,
}

impl Scan {
    pub fn new(table: Table, otlp: bool, traces: Traces) -> Self {
        Self {
            table,
            otlp,
            begun: Vec::new(),
            overlong: false,
            file: 0,
            line: 0,
            named: 0,
            counts: Counts::default(),
            levels: Tally::default(),
            loggers: Tally::default(),
            services: Tally::default(),
            minutes: Minutes::default(),
            traces,
            stale_lines: [0; REASONS.len()],
            broken: 0,
            examples: Vec::new(),
            span: None,
        }
    }

    /// Read what comes next of a file.
    pub fn feed(&mut self, mut data: &[u8]) {
        if self.overlong || !self.begun.is_empty() {
            let Some(end) = memchr(b'\n', data) else {
                self.keep(data);
                return;
            };
            self.keep(&data[..end]);
            self.finish_line();
            data = &data[end + 1..];
        }
        let mut fields = Fields::new();
        while let Some(end) = memchr(b'\n', data) {
            self.read_line(&data[..end], &mut fields);
            data = &data[end + 1..];
        }
        self.keep(data);
    }

    /// The file has ended; what comes next is another's.
    pub fn end_file(&mut self) {
        if self.overlong || !self.begun.is_empty() {
            self.finish_line();
        }
        self.file += 1;
        self.line = 0;
        self.named = 0;
    }

    fn keep(&mut self, data: &[u8]) {
        if self.begun.len() + data.len() > LONGEST {
            self.overlong = true;
            self.begun = Vec::new();
        } else if !self.overlong {
            self.begun.extend_from_slice(data);
        }
    }

    fn finish_line(&mut self) {
        if std::mem::take(&mut self.overlong) {
            self.line += 1;
            self.reject(Reason::TooLong);
            return;
        }
        let line = std::mem::take(&mut self.begun);
        self.read_line(&line, &mut Fields::new());
        self.begun = line;
        self.begun.clear();
    }

    fn reject(&mut self, reason: Reason) {
        self.broken += 1;
        if self.named < NAMED {
            self.named += 1;
            self.examples.push((self.file, self.line, reason));
        }
    }

    fn read_line<'a>(&mut self, line: &'a [u8], fields: &mut Fields<'a>) {
        self.line += 1;
        if line.len() > LONGEST {
            return self.reject(Reason::TooLong);
        }
        let has = Bytes::of(line);
        let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r');
        if line.first().is_none_or(blank) && line.iter().all(blank) {
            return;
        }
        if !has.ascii && std::str::from_utf8(line).is_err() {
            return self.reject(Reason::NotUtf8);
        }
        fields.clear();
        let mut cursor = Cursor::new(line, has);
        let read = fields.read(&mut cursor, &self.table.root, self.otlp);
        if read.and_then(|()| cursor.end()).is_none() {
            return self.reject(Reason::NotAnObject);
        }
        let mut room = Vec::new();
        if let Some(tree) = fields.tree {
            otlp::records(tree, has, &mut |record| self.count(record));
        } else {
            let record = Record::of(fields, self.table.decimal, &mut room);
            self.count(&record);
        }
    }

    fn count(&mut self, record: &Record<'_>) {
        let kind = record.trace_id.kind;
        self.counts[kind as usize] += 1;
        self.minutes.add(record.time, kind);
        let mut room = Vec::new();
        let mut level = Vec::new();
        let leveled = record.level.map(|(row, value)| {
            level.push(row);
            level.extend_from_slice(record::name(value, &mut room));
            &*level
        });
        self.levels.add(leveled, kind);
        let logger = record.logger.map(|value| record::name(value, &mut room));
        self.loggers.add(logger, kind);
        let service = record.service.map(|value| record::name(value, &mut room));
        self.services.add(service, kind);
        if let Some(value) = record.trace_stale {
            let reason = record::name(value, &mut level);
            if let Some(place) = REASONS.iter().position(|known| *known == reason) {
                self.stale_lines[place] += 1;
            }
        }
        let Some(time) = record.time else { return };
        self.span = Some(match self.span {
            Some((first, last)) => (first.min(time), last.max(time)),
            None => (time, time),
        });
        if kind == Kind::Valid && self.traces.are_wanted() {
            let mut digits = Vec::new();
            let process = record
                .process
                .filter(|_| self.traces.want_processes())
                .map(|value| record::name(value, &mut digits))
                .map(|process| (service.unwrap_or_default(), process));
            self.traces.add(record.trace_id.value, time, process);
        }
    }
}
