//! Shapes (hidden classes): which attribute stands in which slot of an instance, shared by all instances that got the same
//! attributes in the same order.
//!
//! A shape is a number; shapes form a tree below a root per class, an edge per added name. Invariants: S1: a shape's meaning never
//! changes once made; S2: numbers are never reused, so a cache keyed by a shape never confuses two classes. Names are given as the
//! addresses of interned strings that never move and live as long as the table.

use rustc_hash::FxHashMap;

/// The number of a shape. 0 is no shape.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
#[repr(transparent)]
pub struct ShapeId(pub u32);

impl ShapeId {
    /// No shape.
    pub const NONE: ShapeId = ShapeId(0);
}

#[derive(Debug)]
struct Shape {
    owner: usize,
    parent: ShapeId,
    name: usize,
    count: u32,
    transitions: Vec<(usize, ShapeId)>,
    slots: Option<Box<FxHashMap<usize, u32>>>,
}

/// From this many attributes on, a shape that is asked gets a table instead of walking to its root.
const TABLE_FROM: u32 = 6;

/// All shapes.
#[derive(Debug)]
pub struct ShapeTable {
    shapes: Vec<Shape>,
}

impl Default for ShapeTable {
    fn default() -> Self {
        ShapeTable {
            shapes: vec![Shape {
                owner: 0,
                parent: ShapeId::NONE,
                name: 0,
                count: 0,
                transitions: Vec::new(),
                slots: None,
            }],
        }
    }
}

impl ShapeTable {
    /// A new root shape (no attributes) that belongs to `owner`, the address of a class.
    pub fn root(&mut self, owner: usize) -> ShapeId {
        self.push(owner, ShapeId::NONE, 0, 0)
    }

    fn push(&mut self, owner: usize, parent: ShapeId, name: usize, count: u32) -> ShapeId {
        let id = ShapeId(u32::try_from(self.shapes.len()).expect("fewer than 2^32 shapes"));
        self.shapes.push(Shape {
            owner,
            parent,
            name,
            count,
            transitions: Vec::new(),
            slots: None,
        });
        id
    }

    fn shape(&self, id: ShapeId) -> &Shape {
        &self.shapes[id.0 as usize]
    }

    /// The class a shape belongs to.
    pub fn owner(&self, id: ShapeId) -> usize {
        self.shape(id).owner
    }

    /// How many attributes it has.
    pub fn count(&self, id: ShapeId) -> u32 {
        self.shape(id).count
    }

    /// The slot of a name.
    pub fn slot(&mut self, id: ShapeId, name: usize) -> Option<u32> {
        if self.shape(id).count >= TABLE_FROM {
            if self.shape(id).slots.is_none() {
                let table = self.names(id).into_iter().zip(0..).collect();
                self.shapes[id.0 as usize].slots = Some(Box::new(table));
            }
            return self.shape(id).slots.as_ref()?.get(&name).copied();
        }
        let mut at = id;
        while self.shape(at).count > 0 {
            if self.shape(at).name == name {
                return Some(self.shape(at).count - 1);
            }
            at = self.shape(at).parent;
        }
        None
    }

    /// The shape with `name` added, which gets slot `count(id)`. The name is not there yet.
    pub fn with(&mut self, id: ShapeId, name: usize) -> ShapeId {
        if let Some((_, next)) = self.shape(id).transitions.iter().find(|(n, _)| *n == name) {
            return *next;
        }
        let (owner, count) = (self.shape(id).owner, self.shape(id).count + 1);
        let next = self.push(owner, id, name, count);
        self.shapes[id.0 as usize].transitions.push((name, next));
        next
    }

    /// The shape without `name`: later attributes move down one slot.
    pub fn without(&mut self, id: ShapeId, name: usize) -> ShapeId {
        let names = self.names(id);
        let mut at = id;
        while self.shape(at).count > 0 {
            at = self.shape(at).parent;
        }
        names
            .into_iter()
            .filter(|n| *n != name)
            .fold(at, |shape, n| self.with(shape, n))
    }

    /// The names in slot order.
    pub fn names(&self, id: ShapeId) -> Vec<usize> {
        let mut names = Vec::with_capacity(self.shape(id).count as usize);
        let mut at = id;
        while self.shape(at).count > 0 {
            names.push(self.shape(at).name);
            at = self.shape(at).parent;
        }
        names.reverse();
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_names_in_same_order_share_a_shape() {
        let mut table = ShapeTable::default();
        let root = table.root(64);
        let one = table.with(root, 8);
        let two = table.with(one, 16);
        assert_eq!(table.with(table.shapes[one.0 as usize].parent, 8), one);
        assert_eq!(table.with(one, 16), two);
        assert_ne!(table.with(root, 16), two);
        assert_eq!(table.owner(two), 64);
    }

    #[test]
    fn slots_follow_insertion_order_in_small_and_large_shapes() {
        let mut table = ShapeTable::default();
        let mut shape = table.root(1);
        for name in 1..=20 {
            assert_eq!(table.slot(shape, name * 8), None);
            shape = table.with(shape, name * 8);
            for known in 1..=name {
                assert_eq!(table.slot(shape, known * 8), Some(known as u32 - 1));
            }
        }
        assert_eq!(
            table.names(shape),
            (1..=20).map(|n| n * 8).collect::<Vec<_>>()
        );
    }

    #[test]
    fn removing_a_name_moves_later_ones_down() {
        let mut table = ShapeTable::default();
        let root = table.root(1);
        let shape = [8, 16, 24].into_iter().fold(root, |s, n| table.with(s, n));
        let without = table.without(shape, 16);
        assert_eq!(table.names(without), [8, 24]);
        assert_eq!(table.without(without, 8), table.with(root, 24));
    }
}
