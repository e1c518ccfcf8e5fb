//! Counts by group, in bounded memory.

use super::id::KINDS;
use super::id::Kind;
use hashbrown::HashMap;

/// Lines by what their trace id is.
pub type Counts = [u64; KINDS];

/// More groups than these are counted together.
const MOST: usize = 10_000;
/// Minutes are small, and a year of them is an audit.
const MOST_MINUTES: usize = 600_000;

/// Counts by a text.
#[derive(Default)]
pub struct Tally {
    places: HashMap<Box<[u8]>, usize>,
    counts: Vec<Counts>,
    /// The group before; most lines are of the same service as the line before.
    last: Option<(Box<[u8]>, usize)>,
    pub nameless: Counts,
    pub rest: Counts,
}

impl Tally {
    pub fn add(&mut self, name: Option<&[u8]>, kind: Kind) {
        let Some(name) = name else {
            self.nameless[kind as usize] += 1;
            return;
        };
        let place = match &self.last {
            Some((last, place)) if **last == *name => {
                self.counts[*place][kind as usize] += 1;
                return;
            }
            _ => self.places.get(name).copied(),
        };
        let place = match place {
            Some(place) => place,
            None if self.places.len() == MOST => {
                self.rest[kind as usize] += 1;
                return;
            }
            None => {
                self.counts.push(Counts::default());
                self.places.insert(name.into(), self.counts.len() - 1);
                self.counts.len() - 1
            }
        };
        self.counts[place][kind as usize] += 1;
        match &mut self.last {
            // the same room, where the names are of one length
            Some((last, at)) if last.len() == name.len() => {
                last.copy_from_slice(name);
                *at = place;
            }
            last => *last = Some((name.into(), place)),
        }
    }

    pub fn groups(&self) -> impl Iterator<Item = (&[u8], &Counts)> {
        self.places
            .iter()
            .map(|(name, place)| (&**name, &self.counts[*place]))
    }
}

/// Counts by minute since the epoch.
#[derive(Default)]
pub struct Minutes {
    places: HashMap<i64, usize>,
    pub counts: Vec<(i64, Counts)>,
    last: Option<(i64, usize)>,
    pub timeless: Counts,
    pub rest: Counts,
}

impl Minutes {
    pub fn add(&mut self, time: Option<i64>, kind: Kind) {
        let Some(time) = time else {
            self.timeless[kind as usize] += 1;
            return;
        };
        let minute = time.div_euclid(60_000_000);
        let place = match self.last {
            Some((last, place)) if last == minute => place,
            _ => match self.places.get(&minute) {
                Some(place) => *place,
                None if self.counts.len() == MOST_MINUTES => {
                    self.rest[kind as usize] += 1;
                    return;
                }
                None => {
                    self.counts.push((minute, Counts::default()));
                    self.places.insert(minute, self.counts.len() - 1);
                    self.counts.len() - 1
                }
            },
        };
        self.last = Some((minute, place));
        self.counts[place].1[kind as usize] += 1;
    }
}
