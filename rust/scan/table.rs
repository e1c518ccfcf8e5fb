//! Which keys are asked about, and what each is for.

pub const MEMBERS: usize = 7;
/// What a line is asked for, in the order of `tracefmt.correlation.scan`'s rows.
pub const TIME: usize = 0;
pub const LEVEL: usize = 1;
pub const LOGGER: usize = 2;
pub const SERVICE: usize = 3;
pub const PROCESS: usize = 4;
pub const TRACE_ID: usize = 5;
pub const TRACE_STALE: usize = 6;

/// For each member, one bit a place: two for each row, the plain key's and the nested one's.
pub type Places = [u64; MEMBERS];

/// One row: a key that may hold a member, and how it is found where it is nested.
pub struct Row {
    pub member: usize,
    pub path: Vec<Vec<u8>>,
    pub key: Vec<u8>,
    pub decimal: bool,
}

/// A key of an object.
#[derive(Default)]
pub struct Entry {
    key: Vec<u8>,
    next: u16,
    /// What a value here is: places to put it.
    pub places: Vec<(usize, u32)>,
    /// Those, and the places of all that is nested in it: what a second value here replaces.
    pub replaces: Vec<(usize, u64)>,
    pub nested: Option<Box<Node>>,
}

/// The keys of an object that somebody asks about, by a hash that suits a few dozen short words.
pub struct Node {
    heads: [u16; 256],
    entries: Vec<Entry>,
}

impl Default for Node {
    fn default() -> Self {
        Self {
            heads: [0; 256],
            entries: Vec::new(),
        }
    }
}

fn slot(key: &[u8]) -> usize {
    let (Some(first), Some(last)) = (key.first(), key.last()) else {
        return 0;
    };
    let middle = key[key.len() / 2];
    (key.len() * 131 + usize::from(*first) * 7 + usize::from(*last) * 31 + usize::from(middle) * 61)
        & 255
}

impl Node {
    pub fn get(&self, key: &[u8]) -> Option<&Entry> {
        let mut index = self.heads[slot(key)];
        while index != 0 {
            let entry = &self.entries[usize::from(index) - 1];
            if entry.key == key {
                return Some(entry);
            }
            index = entry.next;
        }
        None
    }

    fn make(&mut self, key: &[u8]) -> &mut Entry {
        let found = self.entries.iter().position(|entry| entry.key == key);
        let index = found.unwrap_or_else(|| {
            let head = &mut self.heads[slot(key)];
            self.entries.push(Entry {
                key: key.to_vec(),
                next: *head,
                ..Entry::default()
            });
            *head = u16::try_from(self.entries.len()).unwrap_or(0);
            self.entries.len() - 1
        });
        &mut self.entries[index]
    }

    fn add(&mut self, path: &[Vec<u8>], member: usize, bit: u32) {
        let Some((first, rest)) = path.split_first() else {
            return;
        };
        let entry = self.make(first);
        entry.replaces.push((member, 1 << bit));
        if rest.is_empty() {
            entry.places.push((member, bit));
        } else {
            entry
                .nested
                .get_or_insert_with(Box::default)
                .add(rest, member, bit);
        }
    }
}

/// All rows as a tree of keys, and which places hold decimal ids.
#[derive(Default)]
pub struct Table {
    pub root: Node,
    pub decimal: u64,
}

impl Table {
    /// Rows of a member come best first; there is room for 32 of each.
    pub fn new(rows: &[Row]) -> Self {
        let mut table = Self::default();
        let mut next = [0; MEMBERS];
        for row in rows {
            let bit = next[row.member];
            next[row.member] += 2;
            table
                .root
                .add(std::slice::from_ref(&row.key), row.member, bit);
            if row.path.len() > 1 {
                table.root.add(&row.path, row.member, bit + 1);
            }
            if row.member == TRACE_ID && row.decimal {
                table.decimal |= 0b11 << bit;
            }
        }
        table
    }
}
