//! Lists and tuples that C has seen. C reads their items without a call, so numbers stand in them as objects; nowhere else do boxes of
//! numbers that would fit inline.
//!
//! Invariants:
//! 1. A list or tuple that may hold such boxes has EXPORTED among its header's flags, as has the array of a list's items. The flag stays.
//!    Exact lists and tuples get another layout id with it, so that handlers need no test of their own for it.
//! 2. Whoever reads an item of one makes it plain again ([`plain`]); [`List`] and [`Tuple`] do. Traces, which take layouts for immutable, test
//!    the flag, but watch whether there are exported containers at all ([`Exports::watched`]): until the first one, no trace tests a flag.
//! 3. Between two opaque calls that may do anything no container becomes an exported one.
//!
//! Until there is a C interface, the stress mode `box-numbers` exports containers: it keeps those made last, and before opaque calls, at random,
//! exports one of them.

use crate::layout::{self, at};
use crate::list::List;
use crate::mem;
use crate::number;
use crate::ty::types;
use crate::vm::Vm;
use coil_heap::Visitor;
use coil_value::{Ref, Value, flags};
use std::cell::Cell;
use std::sync::atomic::Ordering::Relaxed;

/// How many of the containers made last the stress mode keeps.
const RECENT: usize = 64;

/// Whether there are exported containers, and the stress mode.
#[derive(Debug)]
pub struct Exports {
    /// A value once there is one, 0 before.
    seen: Cell<u64>,
    version: Cell<u32>,
    /// Stress: one in so many opaque calls exports something (0 = off).
    chance: Cell<u64>,
    dice: Cell<u64>,
    recent: [Cell<u64>; RECENT],
}

impl Default for Exports {
    fn default() -> Exports {
        Exports {
            seen: Cell::new(0),
            version: Cell::new(0),
            chance: Cell::new(0),
            dice: Cell::new(0),
            recent: [const { Cell::new(0) }; RECENT],
        }
    }
}

impl Exports {
    /// The address of a value that is set once there is an exported container, and of its version.
    #[inline(always)]
    pub fn watched(&self) -> (*const u64, *const u32) {
        (self.seen.as_ptr(), self.version.as_ptr())
    }

    /// Turns the stress mode on: one in `chance` opaque calls exports a container (0: none does).
    pub fn stress(&self, chance: u64, seed: u64) {
        self.chance.set(chance);
        self.dice.set(seed);
    }

    /// Whether the stress mode is on.
    #[inline(always)]
    pub fn stressed(&self) -> bool {
        self.chance.get() != 0
    }

    /// A random number.
    fn throw(&self) -> u64 {
        let dice = self.dice.get();
        let dice = dice
            .wrapping_mul(0x5851_F42D_4C95_7F2D)
            .wrapping_add(0x1405_7B7E_F767_814F);
        self.dice.set(dice);
        dice >> 33
    }

    pub(crate) fn trace(&self, visitor: &mut Visitor<'_>) {
        if self.stressed() {
            for cell in &self.recent {
                // SAFETY: holds a value or 0.
                unsafe { visitor.slot(cell.as_ptr()) };
            }
        }
    }
}

/// Whether a container, or the array of a list's items, may hold boxes.
#[inline(always)]
pub fn is_exported(holder: Ref) -> bool {
    holder.gc_flags() & flags::EXPORTED != 0
}

/// An item of a container as programs see it.
#[inline(always)]
pub fn plain(holder: Ref, item: Value) -> Value {
    if is_exported(holder) {
        unboxed(item)
    } else {
        item
    }
}

/// A number in its inline form, if it has one; other values as they are.
#[cold]
#[inline(never)]
pub fn unboxed(value: Value) -> Value {
    let Some(object) = value.as_ref() else {
        return value;
    };
    let inline = match object.layout() {
        layout::INT => number::i64_of(value).and_then(Value::from_small_int),
        layout::FLOAT => number::float_of(value).and_then(Value::from_f64),
        _ => None,
    };
    inline.unwrap_or(value)
}

pub(crate) fn set_exported(holder: Ref) {
    let header = holder.header();
    header.gc_flags.fetch_or(flags::EXPORTED, Relaxed);
    let exported = match holder.layout() {
        layout::LIST => layout::LIST_EXPORTED,
        layout::TUPLE => layout::TUPLE_EXPORTED,
        _ => return,
    };
    header.layout.store(exported.0, Relaxed);
}

impl Vm {
    /// A number as an object, even where the inline form would do; as it is when there is no memory. Never collects.
    #[cold]
    #[inline(never)]
    pub fn boxed(&self, value: Value) -> Value {
        let float = value.as_f64();
        let Some(int) = value.as_small_int().or(float.map(|_| 0)) else {
            return value;
        };
        let (layout, ty, size) = match float {
            Some(_) => (layout::FLOAT, &types::FLOAT, at::FLOAT_VALUE + 8),
            None => (layout::INT, &types::INT, at::INT_DIGITS + 8),
        };
        let mutator = self.mutator();
        let Ok(object) = mutator.alloc_without_collecting(layout, Some(ty.as_ref()), size) else {
            return value;
        };
        if let Some(float) = float {
            mem::set(object, at::FLOAT_VALUE, float);
        } else {
            let size = int.unsigned_abs();
            let digits = [size & 0x3FFF_FFFF, size >> 30];
            let count = digits.iter().filter(|digit| **digit != 0).count();
            // The upper digit of a number that fits inline is below 2^19.
            let count = if digits[1] != 0 { 2 } else { count };
            let sign = match int.signum() {
                0 => 1,
                -1 => 2,
                _ => 0,
            };
            mem::set(object, at::INT_TAG, (count as u64) << 3 | sign);
            for (index, digit) in digits.into_iter().enumerate().take(count.max(1)) {
                let digit = u32::try_from(digit).unwrap_or(0);
                mem::set(object, at::INT_DIGITS + 4 * index, digit);
            }
        }
        Value::from_ref(object)
    }

    /// Makes a list or tuple one that C may read: its numbers become objects, in place.
    pub fn export(&mut self, container: Ref) {
        if is_exported(container) {
            return;
        }
        match container.layout() {
            layout::TUPLE | layout::TUPLE_SUB => {
                let count: usize = mem::get(container, at::SIZE);
                set_exported(container);
                for offset in (0..count).map(|index| at::TUPLE_ITEMS + 8 * index) {
                    if let Some(item) = mem::value(container, offset).filter(|item| !item.is_ref())
                    {
                        self.store(container, offset, Some(self.boxed(item)));
                    }
                }
            }
            layout::LIST | layout::LIST_SUB => List::from_ref(container).export(self),
            _ => return,
        }
        let exports = &self.exports;
        if exports.seen.get() == 0 {
            exports.seen.set(Value::from_small_int_unchecked(1).bits());
            let version = exports.version.as_ptr();
            self.watched_value_changed(version);
        }
    }

    /// Stress: a container has been made.
    #[inline(always)]
    pub fn container_made(&self, container: Ref) {
        if self.exports.stressed() {
            self.keep_recent(container);
        }
    }

    #[cold]
    #[inline(never)]
    fn keep_recent(&self, container: Ref) {
        let at = self.exports.throw() as usize % RECENT;
        self.exports.recent[at].set(Value::from_ref(container).bits());
    }

    /// Stress: an opaque call that may do anything is made with these values, none of which may be a box.
    #[inline(always)]
    pub fn export_by_chance(&mut self, args: &[u64]) {
        if self.exports.stressed() {
            self.export_recent(args);
        }
    }

    #[cold]
    #[inline(never)]
    fn export_recent(&mut self, args: &[u64]) {
        for bits in args {
            // SAFETY: machines pass valid values.
            if let Some(value) = unsafe { Value::from_bits(*bits) } {
                assert_eq!(unboxed(value), value, "a box never leaves its container");
            }
        }
        let exports = &self.exports;
        if !exports.throw().is_multiple_of(exports.chance.get()) {
            return;
        }
        let bits = exports.recent[exports.throw() as usize % RECENT].get();
        // SAFETY: the cells are roots.
        if let Some(container) = unsafe { Value::from_bits(bits) }.and_then(Value::as_ref) {
            self.export(container);
        }
    }
}
