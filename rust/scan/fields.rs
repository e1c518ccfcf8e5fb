//! What one line has for each member, found in one pass.

use super::json::{Cursor, Text, Value};
use super::table::{MEMBERS, Node, Places};

/// The values in their places.  They live as long as the line.
pub struct Fields<'a> {
    filled: Places,
    values: [[Value<'a>; 64]; MEMBERS],
    /// The tree of an OTLP line, with its brackets.
    pub tree: Option<&'a [u8]>,
}

/// Its key; everything below it is OTLP's.
const TREE: &[u8] = b"resourceLogs";

impl<'a> Fields<'a> {
    pub fn new() -> Self {
        Self {
            filled: [0; MEMBERS],
            values: [[Value::Null; 64]; MEMBERS],
            tree: None,
        }
    }

    /// Forget the line before; what its values were is never looked at again.
    pub fn clear(&mut self) {
        self.filled = [0; MEMBERS];
        self.tree = None;
    }

    /// Go through an object and all in it.  None: it is no JSON.
    pub fn read(&mut self, cursor: &mut Cursor<'a>, node: &Node, otlp: bool) -> Option<()> {
        self.object(cursor, node, 1, otlp)
    }

    fn object(
        &mut self,
        cursor: &mut Cursor<'a>,
        node: &Node,
        depth: u32,
        otlp: bool,
    ) -> Option<()> {
        let mut room = Vec::new();
        cursor.object(depth, |cursor, key: Text<'a>| {
            let key = key.unescaped(&mut room);
            let Some(entry) = node.get(key) else {
                let is_tree = otlp && key == TREE;
                let value = cursor.value(depth)?;
                if is_tree {
                    self.tree = Some(match value {
                        Value::Container(tree) => tree,
                        _ => b"",
                    });
                }
                return Some(());
            };
            for (member, replaced) in &entry.replaces {
                self.filled[*member] &= !replaced;
            }
            let value = match &entry.nested {
                Some(nested) if cursor.is_object() => {
                    self.object(cursor, nested, depth + 1, false)?;
                    Value::Container(b"")
                }
                _ => cursor.value(depth)?,
            };
            for (member, bit) in &entry.places {
                self.filled[*member] |= 1 << bit;
                self.values[*member][*bit as usize] = value;
            }
            Some(())
        })
    }

    /// What there is for a member, best first, each with its place; of a row the plain key's alone.
    pub fn candidates(&self, member: usize) -> impl Iterator<Item = (u32, Value<'a>)> + '_ {
        const PLAIN: u64 = 0x5555_5555_5555_5555;
        let filled = self.filled[member];
        let mut left = filled & !((filled & PLAIN) << 1);
        std::iter::from_fn(move || {
            if left == 0 {
                return None;
            }
            let bit = left.trailing_zeros();
            left &= left - 1;
            Some((bit, self.values[member][bit as usize]))
        })
    }
}
