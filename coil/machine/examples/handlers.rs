//! Three handlers twice: generic over [`Machine`], on Direct, and by hand over raw pointers. `cargo xtask handlers` compiles this file and compares
//! what the compiler made of both: the abstraction is to cost no instruction.
//!
//! Both machines are four words, live in memory at the start of a handler, and leave the rare ways to functions of their own.
#![allow(
    unsafe_code,
    clippy::multiple_unsafe_ops_per_block,
    reason = "the handlers by hand are raw pointers"
)]

use coil_frame::Context;
use coil_machine::{BoolOps, Direct, IntOps, Leave, Machine, MachineState, Next, RefOps, ValOps};
use coil_trace::{Access, Barrier, Field};
use std::hint::black_box;

const fn field(offset: i32, access: Access) -> Field {
    Field {
        offset,
        access,
        alias: 1,
        immutable: false,
        barrier: Barrier::None,
    }
}

/// The layout of an object, in its header.
const LAYOUT: Field = field(6, Access::U16);
/// A field of an object of the layout [`POINT`].
const X: Field = field(32, Access::Val);
/// The layout that has the field.
const POINT: i64 = 98;

/// Operand `at` of an instruction word: 16 bits each, after the op's number.
#[inline(always)]
fn operand(word: u64, at: u32) -> i32 {
    i32::from((word >> (16 * at)) as u16)
}

/// The handlers as a language author writes them.
mod generic {
    use super::{BoolOps, IntOps, LAYOUT, Leave, Machine, Next, POINT, RefOps, ValOps, X, operand};

    /// `a = b.x`, if `b` is a point.
    #[inline(always)]
    pub(crate) fn load_field<M: Machine>(m: &mut M) -> Next {
        let word = m.fetch();
        let object = m.reg(operand(word, 2));
        if !object.is_ref().yes() {
            return Err(Leave::Raised);
        }
        let object = object.reference();
        let point = m.int(POINT);
        if object.load_int(LAYOUT).differs(point).yes() {
            return Err(Leave::Raised);
        }
        let value = object.load_val(X);
        m.set_reg(operand(word, 1), value);
        Ok(())
    }

    /// `a = b + c` for ints that fit 64 bits.
    #[inline(always)]
    pub(crate) fn add<M: Machine>(m: &mut M) -> Next {
        let word = m.fetch();
        let (x, y) = (m.reg(operand(word, 2)), m.reg(operand(word, 3)));
        if !x.is_int().yes() || !y.is_int().yes() {
            return Err(Leave::Raised);
        }
        let (sum, overflows) = x.int().add_overflowing(y.int());
        if overflows.yes() {
            return Err(Leave::Raised);
        }
        let sum = m.from_int(sum);
        m.set_reg(operand(word, 1), sum);
        Ok(())
    }

    /// The head of a loop: its counter and the poll for events.
    #[inline(always)]
    pub(crate) fn loop_header<M: Machine>(m: &mut M) -> Next {
        m.checkpoint()?;
        m.fetch();
        m.skip(1);
        m.loop_header()
    }
}

/// The instances on Direct.
#[inline(never)]
pub fn direct_load_field(m: &mut Direct) -> Next {
    generic::load_field(m)
}

/// As above.
#[inline(never)]
pub fn direct_add(m: &mut Direct) -> Next {
    generic::add(m)
}

/// As above.
#[inline(never)]
pub fn direct_loop_header(m: &mut Direct) -> Next {
    generic::loop_header(m)
}

/// The same four words.
#[derive(Clone, Copy, Debug)]
pub struct Hand {
    pc: *const u64,
    base: *mut u64,
    _consts: *const u64,
    cx: *mut Context,
}

/// Boxes an int that does not fit inline.
#[cold]
#[inline(never)]
fn box_slowly(m: &mut Hand, int: i64) -> u64 {
    black_box(m);
    black_box(int).cast_unsigned()
}

/// An event, or the loop is hot.
#[cold]
#[inline(never)]
fn header_slowly(m: Hand, counter: *mut u64, count: u64) -> Next {
    black_box((m, counter, count));
    Err(Leave::Stop)
}

/// `a = b.x` by hand.
#[inline(never)]
pub fn hand_load_field(m: &mut Hand) -> Next {
    // SAFETY: as for Direct: pc stands in code, registers are in the window, fields in their objects.
    unsafe {
        let word = *m.pc;
        m.pc = m.pc.add(1);
        let object = *m.base.offset(operand(word, 2) as isize);
        if object >> 49 != 0 {
            return Err(Leave::Raised);
        }
        let object = std::ptr::with_exposed_provenance::<u8>(object as usize);
        if *object.add(6).cast::<u16>() != POINT as u16 {
            return Err(Leave::Raised);
        }
        *m.base.offset(operand(word, 1) as isize) = *object.add(32).cast::<u64>();
    }
    Ok(())
}

/// `a = b + c` by hand.
#[inline(never)]
pub fn hand_add(m: &mut Hand) -> Next {
    // SAFETY: as above.
    unsafe {
        let word = *m.pc;
        m.pc = m.pc.add(1);
        let x = *m.base.offset(operand(word, 2) as isize);
        let y = *m.base.offset(operand(word, 3) as isize);
        if x >> 49 != 0x7fff || y >> 49 != 0x7fff {
            return Err(Leave::Raised);
        }
        let (x, y) = ((x << 15).cast_signed() >> 15, (y << 15).cast_signed() >> 15);
        let Some(sum) = x.checked_add(y) else {
            return Err(Leave::Raised);
        };
        let fits = (-(1 << 48)..1 << 48).contains(&sum);
        let sum = if fits {
            sum.cast_unsigned() & ((1 << 49) - 1) | 0x7fff << 49
        } else {
            box_slowly(m, sum)
        };
        *m.base.offset(operand(word, 1) as isize) = sum;
    }
    Ok(())
}

/// The head of a loop by hand.
#[inline(never)]
pub fn hand_loop_header(m: &mut Hand) -> Next {
    // SAFETY: as above.
    unsafe {
        m.pc = m.pc.add(2);
        let counter = m.pc.sub(1).cast_mut();
        let count = *counter;
        let state = (*m.cx).machine.cast::<MachineState>();
        let events = &raw const (*m.cx).events;
        if count >= (*state).loop_limit()
            || (*events).load(std::sync::atomic::Ordering::Relaxed) != 0
        {
            return header_slowly(*m, counter, count);
        }
        *counter = count + 1;
    }
    Ok(())
}

fn main() {
    // Kept, and not run.
    black_box(direct_load_field as fn(&mut Direct) -> Next);
    black_box(direct_add as fn(&mut Direct) -> Next);
    black_box(direct_loop_header as fn(&mut Direct) -> Next);
    black_box(hand_load_field as fn(&mut Hand) -> Next);
    black_box(hand_add as fn(&mut Hand) -> Next);
    black_box(hand_loop_header as fn(&mut Hand) -> Next);
}
