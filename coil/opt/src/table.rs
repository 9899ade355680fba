//! Common subexpressions: an open-addressing table from an expression to the value that holds it.

use coil_trace::{Id, Op};

/// An expression: op, operands, descriptor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Key {
    pub(crate) op: Op,
    pub(crate) a: Id,
    pub(crate) b: Id,
    pub(crate) extra: u32,
}

impl Key {
    fn hash(self) -> usize {
        // Ids have no public bits; their order-preserving numbers do.
        let number = |id: Id| id.as_inst().or(id.as_const().map(|at| !at)).unwrap_or(7) as u64;
        let mut hash = (self.op as u64) << 32 ^ u64::from(self.extra);
        for part in [number(self.a), number(self.b)] {
            hash = (hash.rotate_left(23) ^ part).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        }
        usize::try_from(hash >> 32).expect("32 bits")
    }
}

/// The table.
#[derive(Debug)]
pub(crate) struct Table {
    entries: Vec<(Key, Id)>,
    /// Entry number plus 1, 0 for a free place. A power of two long.
    places: Vec<u32>,
}

impl Table {
    pub(crate) fn new(expected: usize) -> Table {
        Table {
            entries: Vec::with_capacity(expected),
            places: vec![0; (expected * 2).next_power_of_two().max(16)],
        }
    }

    /// The place of `key`: its own, or the free one where it belongs.
    fn place(&self, key: Key) -> usize {
        let mask = self.places.len() - 1;
        let mut at = key.hash() & mask;
        while self.places[at] != 0 && self.entries[self.places[at] as usize - 1].0 != key {
            at = (at + 1) & mask;
        }
        at
    }

    pub(crate) fn find(&self, key: Key) -> Option<Id> {
        let entry = self.places[self.place(key)];
        (entry != 0).then(|| self.entries[entry as usize - 1].1)
    }

    /// Sets or replaces the value of an expression.
    pub(crate) fn insert(&mut self, key: Key, value: Id) {
        let place = self.place(key);
        if self.places[place] != 0 {
            self.entries[self.places[place] as usize - 1].1 = value;
            return;
        }
        self.entries.push((key, value));
        self.places[place] = number(self.entries.len());
        if self.entries.len() * 2 > self.places.len() {
            self.places = vec![0; self.places.len() * 2];
            for at in 0..self.entries.len() {
                let place = self.place(self.entries[at].0);
                self.places[place] = number(at + 1);
            }
        }
    }
}

/// An index as it is stored.
pub(crate) fn number(index: usize) -> u32 {
    u32::try_from(index).expect("traces are limited far below 2^31 instructions")
}

#[cfg(test)]
mod tests {
    use super::{Key, Table};
    use coil_trace::{Id, Op};

    #[test]
    fn every_expression_is_found_after_growth_and_nothing_else() {
        let key = |at: usize| Key {
            op: Op::IntAdd,
            a: Id::inst(at),
            b: Id::constant(at / 3),
            extra: 0,
        };
        let mut table = Table::new(2);
        for at in 0..500 {
            table.insert(key(at), Id::inst(at + 1));
        }
        table.insert(key(7), Id::inst(0));
        for at in 0..500 {
            let expected = if at == 7 { 0 } else { at + 1 };
            assert_eq!(table.find(key(at)), Some(Id::inst(expected)));
        }
        assert_eq!(table.find(key(500)), None);
    }
}
