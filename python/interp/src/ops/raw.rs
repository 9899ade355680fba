//! Items of what holds plain numbers or characters in memory: bytes, bytearrays, arrays (module `array`), ASCII strings.

use super::intrinsic::as_float;
use super::item::resolve;
use crate::fields;
use coil_machine::{Access, Barrier, BoolOps, Field, IntOps, Machine, RefOps, ValOps};
use coil_value::{LayoutId, Ref};
use taipan_objects::Vm;
use taipan_objects::layout;
use taipan_objects::str::STATE_ASCII;
use taipan_objects::ty::{Type, flag};

/// An item in memory, from where the row starts. Rows of all kinds share one alias class: a row can be looked at in several ways.
const fn item(access: Access) -> Field {
    Field {
        offset: 0,
        access,
        alias: 70,
        immutable: false,
        barrier: Barrier::None,
    }
}

/// A string of the table of ASCII characters, which never changes.
const CHARACTER: Field = Field {
    offset: 0,
    access: Access::Val,
    alias: 71,
    immutable: true,
    barrier: Barrier::None,
};

/// A row of numbers: where it starts, how many there are, and how an item is kept.
struct Row<M: Machine> {
    start: M::Ref,
    length: M::Int,
    access: Access,
}

/// The row behind a bytearray or an array of numbers; none for subclasses, which may have other subscripts.
fn row<M: Machine>(m: &mut M, object: M::Ref, layout: LayoutId) -> Option<Row<M>> {
    let (bytes, access) = match layout {
        layout::BYTEARRAY => (object, Access::U8),
        layout::FIELDS => {
            let class = object.load_ref(fields::TYPE).promote();
            // SAFETY: the type of a live object; types are never freed.
            let class = Type::from_ref(unsafe { Ref::from_address(class as u64) }?);
            if class.is_heap() || class.flags() & flag::BYTES_FIELD == 0 {
                return None;
            }
            let (bytes, code) = (
                object.load_val(fields::FIELD_0),
                object.load_val(fields::FIELD_1),
            );
            if !bytes.is_ref().yes() || !code.is_int().yes() {
                return None;
            }
            (bytes.reference(), access_of(code.int().promote())?)
        }
        _ => return None,
    };
    let start = bytes.load_ref(fields::BYTEARRAY_START);
    let size = bytes.load_int(fields::BYTEARRAY_SIZE);
    let shift = m.int(i64::from(access.size_bytes().trailing_zeros()));
    Some(Row {
        start,
        length: size.shr(shift),
        access,
    })
}

/// How items of an array with this letter are kept; none for characters, single floats and what is wider than an int here.
fn access_of(code: i64) -> Option<Access> {
    Some(match u8::try_from(code).ok()? {
        b'b' => Access::I8,
        b'B' => Access::U8,
        b'h' => Access::I16,
        b'H' => Access::U16,
        b'i' => Access::I32,
        b'I' => Access::U32,
        b'l' | b'q' => Access::I64,
        b'd' => Access::F64,
        _ => return None,
    })
}

/// The item of such an object at an index, negative ones counted from the end; none for other objects and indices out of range.
pub(super) fn get<M: Machine>(m: &mut M, container: M::Val, index: M::Int) -> Option<M::Val> {
    if !container.is_ref().yes() {
        return None;
    }
    let object = container.reference();
    let layout = LayoutId(object.load_int(fields::LAYOUT).promote() as u16);
    match layout {
        layout::STR => {
            if !is_ascii(m, object) {
                return None;
            }
            let length = object.load_int(fields::STR_LENGTH);
            let index = resolve(m, index, length)?;
            Some(character(m, object, index))
        }
        layout::BYTES => {
            let length = object.load_int(fields::BYTES_SIZE);
            let index = resolve(m, index, length)?;
            let byte = object.item_int(fields::BYTES_ITEM, index);
            Some(m.from_int(byte))
        }
        _ => {
            let row = row(m, object, layout)?;
            let index = resolve(m, index, row.length)?;
            let field = item(row.access);
            Some(if row.access == Access::F64 {
                let float = row.start.item_float(field, index);
                m.from_float(float)
            } else {
                let int = row.start.item_int(field, index);
                m.from_int(int)
            })
        }
    }
}

/// Overwrites an item of a bytearray or array; false, and nothing done, where that takes more.
pub(super) fn set<M: Machine>(m: &mut M, container: M::Val, index: M::Int, value: M::Val) -> bool {
    if !container.is_ref().yes() {
        return false;
    }
    let object = container.reference();
    let layout = LayoutId(object.load_int(fields::LAYOUT).promote() as u16);
    let Some(row) = row(m, object, layout) else {
        return false;
    };
    let Some(index) = resolve(m, index, row.length) else {
        return false;
    };
    let field = item(row.access);
    if row.access == Access::F64 {
        let Some(float) = as_float::<M>(value) else {
            return false;
        };
        m.store_item_float(row.start, field, index, float);
        return true;
    }
    if !value.is_int().yes() {
        return false;
    }
    let value = value.int();
    if !fits(m, value, row.access) {
        return false;
    }
    m.store_item_int(row.start, field, index, value);
    true
}

/// Whether an int is one of an item's.
fn fits<M: Machine>(m: &M, value: M::Int, access: Access) -> bool {
    let bits = 8 * access.size_bytes();
    let lowest = match access {
        Access::U8 | Access::U16 | Access::U32 => 0,
        Access::I8 | Access::I16 | Access::I32 => 1_i64 << (bits - 1),
        _ => return true,
    };
    let (lowest, count) = (m.int(lowest), m.int(1 << bits));
    (value + lowest).ult(count).yes()
}

/// Whether a string object is of ASCII characters only.
pub(super) fn is_ascii<M: Machine>(m: &M, string: M::Ref) -> bool {
    let (mask, zero) = (m.int(i64::from(STATE_ASCII)), m.int(0));
    let state = string.load_int(fields::STR_STATE);
    (state & mask).differs(zero).yes()
}

/// The string of one character of an ASCII string, at an index in range.
pub(super) fn character<M: Machine>(m: &M, string: M::Ref, index: M::Int) -> M::Val {
    let point = string.item_int(fields::STR_ASCII, index);
    // SAFETY: the machine's context belongs to a Vm.
    let vm = unsafe { Vm::from_context(m.context()) };
    let table = m.address(vm.interp.ascii_table());
    table.item_val(CHARACTER, point)
}
