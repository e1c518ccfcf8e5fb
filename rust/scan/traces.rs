//! Traces that go on for longer, or in more processes, than a trace should.
//!
//! Memory is bounded by forgetting traces that were not seen for long: there are two generations,
//! and when the younger is full, the older one goes.  A stale id is seen again and again, so it stays.

use hashbrown::HashMap;

/// Traces in a generation.
const MOST: usize = 1 << 17;
/// Stale traces that are kept; what is more is counted.
const MOST_STALE: usize = 10_000;
/// Processes of one trace that are told apart.
const MOST_PROCESSES: usize = 64;

/// Its service, and its number.
type Process = (Box<[u8]>, Box<[u8]>);

#[derive(Clone, Default)]
pub struct Seen {
    pub first: i64,
    pub last: i64,
    pub lines: u64,
    pub processes: Vec<Process>,
    flagged: bool,
}

pub struct Traces {
    /// Microseconds; a trace that lasts longer is stale.  None: any time will do.
    max_span: Option<i64>,
    /// A trace in more processes of one service than this is stale; 0: any number will do.
    max_processes: usize,
    young: HashMap<u128, Seen>,
    old: HashMap<u128, Seen>,
    pub stale: HashMap<u128, Seen>,
    /// Stale traces for which there was no room.
    pub dropped: u64,
}

impl Traces {
    pub fn new(max_span: Option<i64>, max_processes: usize) -> Self {
        Self {
            max_span,
            max_processes,
            young: HashMap::new(),
            old: HashMap::new(),
            stale: HashMap::new(),
            dropped: 0,
        }
    }

    pub fn are_wanted(&self) -> bool {
        self.max_span.is_some() || self.max_processes > 0
    }

    pub fn want_processes(&self) -> bool {
        self.max_processes > 0
    }

    pub fn add(&mut self, id: u128, time: i64, process: Option<(&[u8], &[u8])>) {
        // hashbrown answers at once where there is nothing
        if let Some(seen) = self.stale.get_mut(&id) {
            seen.add(time, process);
            return;
        }
        if self.young.len() >= MOST && !self.young.contains_key(&id) {
            self.old = std::mem::take(&mut self.young);
        }
        let old = &mut self.old;
        let seen = self.young.entry(id).or_insert_with(|| {
            old.remove(&id).unwrap_or_else(|| Seen {
                first: time,
                last: time,
                ..Seen::default()
            })
        });
        let crowded = seen.add(time, process) > self.max_processes && self.max_processes > 0;
        let long = self
            .max_span
            .is_some_and(|longest| seen.last - seen.first > longest);
        if (crowded || long) && !seen.flagged {
            seen.flagged = true;
            if self.stale.len() == MOST_STALE {
                self.dropped += 1;
            } else if let Some(seen) = self.young.remove(&id) {
                self.stale.insert(id, seen);
            }
        }
    }
}

impl Seen {
    /// Count a line, and return in how many processes of its service the trace was seen, if this one
    /// is new.
    fn add(&mut self, time: i64, process: Option<(&[u8], &[u8])>) -> usize {
        self.first = self.first.min(time);
        self.last = self.last.max(time);
        self.lines += 1;
        let Some((service, number)) = process else {
            return 0;
        };
        let known = |(s, n): &Process| **s == *service && **n == *number;
        if self.processes.len() == MOST_PROCESSES || self.processes.iter().any(known) {
            return 0;
        }
        self.processes.push((service.into(), number.into()));
        let same = self.processes.iter().filter(|(s, _)| **s == *service);
        same.count()
    }
}
