//! Simulated memory: objects in an array of 8-byte cells, and boxes that do not fit a value.

use crate::descriptor::{Access, NewObject};
use crate::eval::{bits_are_int, bits_are_ref, eval};
use crate::op::Op;
use coil_value::abi::offsets;
use std::collections::HashMap;
use std::fmt::Write as _;

/// Where boxes of big ints and NaNs pretend to be.
const BOX_BASE: u64 = 0x1_F000_0000_0000;

/// An object of the simulated memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Object {
    /// Address.
    pub address: u64,
    /// Size in bytes.
    pub size_bytes: u32,
}

/// Simulated memory.
#[derive(Clone, Debug)]
pub struct Memory {
    base: u64,
    cells: Vec<u64>,
    objects: Vec<Object>,
    /// Objects that were there before the run.
    initial: usize,
    /// Big ints and NaNs by number; true for floats.
    boxes: Vec<(bool, u64)>,
    box_numbers: HashMap<(bool, u64), u64>,
}

impl Default for Memory {
    fn default() -> Self {
        Memory::new(0x10_0000)
    }
}

impl Memory {
    /// Empty memory whose first object will have this address, a multiple of 16. (A real address lets native code work on the cells.)
    pub fn new(base: u64) -> Memory {
        Memory {
            base,
            cells: Vec::new(),
            objects: Vec::new(),
            initial: 0,
            boxes: Vec::new(),
            box_numbers: HashMap::new(),
        }
    }

    /// Makes an object of zeros with this type pointer and returns its address.
    pub fn alloc(&mut self, new: NewObject, ty: u64) -> u64 {
        let address = self.base + 8 * self.cells.len() as u64;
        let size_cells = (new.size_bytes as usize).div_ceil(16).max(1) * 2;
        self.cells.resize(self.cells.len() + size_cells, 0);
        self.objects.push(Object {
            address,
            size_bytes: new.size_bytes,
        });
        let at = self.cells.len() - size_cells;
        self.cells[at] = u64::from(new.layout) << (8 * offsets::LAYOUT);
        self.cells[at + 1] = ty;
        address
    }

    /// From now on objects made count as new: they have no identity beyond what refers to them.
    pub fn seal(&mut self) {
        self.initial = self.objects.len();
    }

    /// All objects.
    pub fn objects(&self) -> &[Object] {
        &self.objects
    }

    /// All cells, from the base address on.
    pub fn cells(&self) -> &[u64] {
        &self.cells
    }

    /// All cells, to be written to.
    pub fn cells_mut(&mut self) -> &mut [u64] {
        &mut self.cells
    }

    fn place(&self, address: u64, size_bytes: u32) -> Option<(usize, u32)> {
        let offset = address.checked_sub(self.base)?;
        let at = usize::try_from(offset / 8).ok()?;
        let within = u32::try_from(offset % 8).ok()?;
        (within + size_bytes <= 8 && at < self.cells.len()).then_some((at, within * 8))
    }

    /// Reads a place; `None` outside the memory.
    pub fn load(&self, address: u64, access: Access) -> Option<u64> {
        let (at, shift) = self.place(address, access.size_bytes())?;
        let bits = self.cells[at] >> shift;
        let unused = 64 - 8 * access.size_bytes();
        Some(match access {
            Access::I8 | Access::I16 | Access::I32 => {
                ((bits << unused).cast_signed() >> unused).cast_unsigned()
            }
            _ => bits << unused >> unused,
        })
    }

    /// Writes a place; `None` outside the memory.
    #[must_use]
    pub fn store(&mut self, address: u64, access: Access, bits: u64) -> Option<()> {
        let (at, shift) = self.place(address, access.size_bytes())?;
        let unused = 64 - 8 * access.size_bytes();
        let mask = (u64::MAX << unused >> unused) << shift;
        self.cells[at] = self.cells[at] & !mask | (bits << shift) & mask;
        Some(())
    }

    fn big(&mut self, float: bool, bits: u64) -> u64 {
        let next = self.boxes.len() as u64;
        let number = *self.box_numbers.entry((float, bits)).or_insert(next);
        if number == next {
            self.boxes.push((float, bits));
        }
        BOX_BASE + 16 * number
    }

    /// What a box of this address holds, if it is one: whether a float, and the bits.
    pub fn unboxed(&self, bits: u64) -> Option<(bool, u64)> {
        let at = bits.checked_sub(BOX_BASE)? / 16;
        self.boxes.get(usize::try_from(at).ok()?).copied()
    }

    /// `box_int`.
    pub fn box_int(&mut self, int: u64) -> u64 {
        eval(Op::BoxInt, int, 0).unwrap_or_else(|| self.big(false, int))
    }

    /// `box_float`.
    pub fn box_float(&mut self, float: u64) -> u64 {
        eval(Op::BoxFloat, float, 0).unwrap_or_else(|| self.big(true, float))
    }

    /// `is_int`, `is_float` or `is_ref`.
    pub fn is(&self, op: Op, value: u64) -> bool {
        let boxed = self.unboxed(value).map(|(float, _)| float);
        match op {
            Op::IsInt => bits_are_int(value) || boxed == Some(false),
            Op::IsFloat => !bits_are_int(value) && !bits_are_ref(value) || boxed == Some(true),
            _ => bits_are_ref(value) && value != 0 && boxed.is_none(),
        }
    }

    /// The text of some bits, independent of where new objects lie. Objects met are appended to `met`.
    fn show(&self, bits: u64, met: &mut Vec<usize>) -> String {
        if let Some((float, bits)) = self.unboxed(bits) {
            return format!("box({float}, {bits:#x})");
        }
        let end = self.base + 8 * self.cells.len() as u64;
        if bits < self.base || bits >= end {
            return format!("{bits:#x}");
        }
        let at = self
            .objects
            .partition_point(|object| object.address <= bits)
            - 1;
        let offset = bits - self.objects[at].address;
        let number = met
            .iter()
            .position(|other| *other == at)
            .unwrap_or_else(|| {
                met.push(at);
                met.len() - 1
            });
        format!("object {number} + {offset}")
    }

    /// The text of these values, of the objects that were there before the run, and of everything reachable from them. Two memories
    /// with the same text cannot be told apart by a program.
    pub fn dump(&self, roots: &[u64]) -> String {
        let mut met: Vec<usize> = (0..self.initial).collect();
        let mut text = String::new();
        for root in roots {
            let shown = self.show(*root, &mut met);
            let _ = write!(text, "{shown}; ");
        }
        let mut next = 0;
        while let Some(object) = met.get(next).map(|at| self.objects[*at]) {
            let _ = write!(text, "\n{next}:");
            for offset in (0..u64::from(object.size_bytes)).step_by(8) {
                let bits = self.load(object.address + offset, Access::I64);
                let shown = self.show(bits.unwrap_or(0), &mut met);
                let _ = write!(text, " {shown}");
            }
            next += 1;
        }
        text
    }
}
