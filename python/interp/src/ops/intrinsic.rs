//! Builtin functions and methods known by heart.

use super::call::vm;
use super::list_method::{list_append, list_insert, list_pop, list_remove};
use super::raw;
use crate::fields;
use crate::opaque;
use crate::ops::iterate::inherits_from_list;
use crate::plan;
use coil_machine::{Arg, BoolOps, FloatOps, IntOps, Key, Leave, Machine, RefOps, ValOps};
use coil_value::LayoutId;
use taipan_objects::layout;
use taipan_objects::native::{Intrinsic, NativeDef, NativeKind};
use taipan_objects::ty;

/// The float that a number stands for.
pub(super) fn as_float<M: Machine>(value: M::Val) -> Option<M::Float> {
    if value.is_float().yes() {
        return Some(value.float());
    }
    value.is_int().yes().then(|| value.int().to_float())
}

/// Arguments of `min` and `max` that are compared here.
const MOST_COMPARED: i32 = 4;

/// Whether `min` (or else `max`) takes a value rather than the best one before it; none if they are not both ints or both floats.
fn is_better<V: ValOps>(least: bool, best: V, value: V) -> Option<bool> {
    if best.is_int().yes() && value.is_int().yes() {
        let (best, value) = (best.int(), value.int());
        let better = if least {
            value.lt(best)
        } else {
            value.gt(best)
        };
        return Some(better.yes());
    }
    if best.is_float().yes() && value.is_float().yes() {
        let (best, value) = (best.float(), value.float());
        let better = if least {
            value.lt(best)
        } else {
            value.gt(best)
        };
        return Some(better.yes());
    }
    None
}

/// Operations known by heart. None: call the native.
pub(super) fn intrinsic<M: Machine>(
    m: &mut M,
    def: &'static NativeDef,
    bound: Option<M::Val>,
    first: i32,
    given: i32,
) -> Result<Option<M::Val>, Leave> {
    let (skip, this) = match bound {
        Some(this) => (0, Some(this)),
        None if def.kind == NativeKind::Method && given > 0 => (1, Some(m.reg(first))),
        None => (0, None),
    };
    let count = given - skip;
    let arg = |m: &mut M, index: i32| m.reg(first + skip + index);
    match def.intrinsic {
        Intrinsic::Len if count == 1 => {
            let value = arg(m, 0);
            len_of(m, value)
        }
        Intrinsic::FloatFunction if count == 1 => {
            let value = arg(m, 0);
            match as_float::<M>(value) {
                Some(float) => float_function(m, def, float),
                None => Ok(None),
            }
        }
        Intrinsic::MathSqrt if count == 1 => {
            let value = arg(m, 0);
            let Some(float) = as_float::<M>(value) else {
                return Ok(None);
            };
            let zero = m.float(0.0);
            if !float.ge(zero).yes() {
                return Ok(None);
            }
            Ok(Some(m.from_float(float.sqrt())))
        }
        Intrinsic::IsInstance if count == 2 => {
            let (value, class) = (arg(m, 0), arg(m, 1));
            is_instance(m, value, class)
        }
        Intrinsic::ListAppend if count == 1 => {
            let item = arg(m, 0);
            match this {
                Some(list) => list_append(m, list, item),
                None => Ok(None),
            }
        }
        Intrinsic::ListPop if count == 0 => match this {
            Some(list) => list_pop(m, list),
            None => Ok(None),
        },
        Intrinsic::ListPop if count == 1 => {
            let index = arg(m, 0);
            match this {
                Some(list) => list_remove(m, list, index),
                None => Ok(None),
            }
        }
        Intrinsic::ListInsert if count == 2 => {
            let (index, item) = (arg(m, 0), arg(m, 1));
            match this {
                Some(list) => list_insert(m, list, index, item),
                None => Ok(None),
            }
        }
        Intrinsic::Abs if count == 1 => {
            let value = arg(m, 0);
            if value.is_float().yes() {
                return Ok(Some(m.from_float(value.float().abs())));
            }
            if value.is_int().yes() {
                let zero = m.int(0);
                let int = value.int();
                if int.ge(zero).yes() {
                    return Ok(Some(value));
                }
                let (negated, overflow) = zero.sub_overflowing(int);
                if !overflow.yes() {
                    return Ok(Some(m.from_int(negated)));
                }
            }
            Ok(None)
        }
        Intrinsic::Min | Intrinsic::Max if (2..=MOST_COMPARED).contains(&count) => {
            let mut best = arg(m, 0);
            for index in 1..count {
                let value = arg(m, index);
                match is_better(def.intrinsic == Intrinsic::Min, best, value) {
                    Some(true) => best = value,
                    Some(false) => {}
                    None => return Ok(None),
                }
            }
            Ok(Some(best))
        }
        Intrinsic::Ord if count == 1 => {
            let value = arg(m, 0);
            ord(m, value)
        }
        Intrinsic::Chr if count == 1 => {
            let value = arg(m, 0);
            if !value.is_int().yes() {
                return Ok(None);
            }
            let limit = m.int(0x11_0000);
            if !value.int().ult(limit).yes() {
                return Ok(None);
            }
            Ok(Some(m.call_val(&opaque::CHAR, [Arg::Int(value.int())])?))
        }
        _ => Ok(None),
    }
}

fn float_function<M: Machine>(
    m: &mut M,
    def: &'static NativeDef,
    float: M::Float,
) -> Result<Option<M::Val>, Leave> {
    let Some(function) = def.float_function else {
        return Ok(None);
    };
    // Finite arguments and results raise nothing.
    let limit = m.float(f64::INFINITY);
    if !float.abs().lt(limit).yes() {
        return Ok(None);
    }
    let key = m.address((&raw const *def).expose_provenance());
    let opaque = m.cached(1, [Key::Ref(key), Key::None], move |_, _, _| {
        Some(crate::frame::float_opaque(def, function))
    });
    let Some(opaque) = opaque else {
        return Ok(None);
    };
    let result = m.call_float(opaque, [Arg::Float(float)])?;
    if !result.abs().lt(limit).yes() {
        return Ok(None);
    }
    Ok(Some(m.from_float(result)))
}

fn len_of<M: Machine>(m: &mut M, value: M::Val) -> Result<Option<M::Val>, Leave> {
    if !value.is_ref().yes() {
        return Ok(None);
    }
    let object = value.reference();
    let layout = LayoutId(object.load_int(fields::LAYOUT).promote() as u16);
    let field = match layout {
        layout::LIST => fields::LIST_SIZE,
        layout::TUPLE => fields::TUPLE_SIZE,
        layout::STR => fields::STR_LENGTH,
        layout::DICT => fields::DICT_SIZE,
        layout::SET | layout::FROZENSET => fields::SET_SIZE,
        layout::RANGE => {
            let length = object.load_val(fields::RANGE_LENGTH);
            return Ok(length.is_int().yes().then_some(length));
        }
        layout::LIST_SUB
            if inherits_from_list(m, object, |slots| slots.len.map_or(0, |len| len as usize)) =>
        {
            fields::LIST_SIZE
        }
        _ => return Ok(None),
    };
    let length = object.load_int(field);
    Ok(Some(m.from_int(length)))
}

fn ord<M: Machine>(m: &mut M, value: M::Val) -> Result<Option<M::Val>, Leave> {
    if !value.is_ref().yes() {
        return Ok(None);
    }
    let object = value.reference();
    let (str_layout, one) = (m.int(i64::from(layout::STR.0)), m.int(1));
    if !object.load_int(fields::LAYOUT).equals(str_layout).yes()
        || !object.load_int(fields::STR_LENGTH).equals(one).yes()
    {
        return Ok(None);
    }
    if !raw::is_ascii(m, object) {
        return Ok(None);
    }
    let zero = m.int(0);
    let point = object.item_int(fields::STR_ASCII, zero);
    Ok(Some(m.from_int(point)))
}

fn is_instance<M: Machine>(
    m: &mut M,
    value: M::Val,
    class: M::Val,
) -> Result<Option<M::Val>, Leave> {
    if !class.is_ref().yes() {
        return Ok(None);
    }
    let own = if value.is_ref().yes() {
        value.reference().load_ref(fields::TYPE)
    } else if value.is_int().yes() {
        m.address(ty::types::INT.as_ref().address())
    } else {
        m.address(ty::types::FLOAT.as_ref().address())
    };
    let found = m.cached(
        1,
        [Key::Ref(own), Key::Ref(class.reference())],
        move |m, keys, deps| plan::is_instance(vm(m), keys[0], keys[1], deps),
    );
    Ok(found.map(|found| m.val(ty::bool_value(found))))
}
