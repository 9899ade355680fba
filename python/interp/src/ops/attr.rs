//! Attributes.

use super::{a, b, c, name};
use crate::fields;
use crate::kind;
use crate::opaque;
use crate::ops::call;
use crate::plan::{self, Load, Store};
use coil_machine::{Arg, BoolOps, IntOps, Key, Leave, Machine, Next, RefOps, ValOps};
use coil_value::LayoutId;
use taipan_bytecode::Word;
use taipan_objects::Vm;
use taipan_objects::function::CodeData;
use taipan_objects::layout;
use taipan_objects::str::Str;

/// Whether a layout is a plain instance's. A trace is about one layout: whoever asks goes on to look at shape or type.
#[inline(always)]
pub(crate) fn is_instance<I: IntOps>(layout: I) -> bool {
    let first = i64::from(layout::INSTANCE_FIRST.0);
    let count = layout::INSTANCE_LAST.0 - layout::INSTANCE_FIRST.0 + 1;
    layout.promote().wrapping_sub(first).cast_unsigned() < u64::from(count)
}

/// The name operand, for the closures of caches.
fn static_name<M: Machine>(m: &M, index: u16) -> Str {
    // SAFETY: the machine's code is live.
    unsafe { CodeData::of(m.code()) }.name(usize::from(index))
}

fn vm<'a, M: Machine>(m: &M) -> &'a mut Vm {
    // SAFETY: the machine's context belongs to a Vm.
    unsafe { Vm::from_context(m.context()) }
}

/// How to read a name of a plain instance: by its shape.
#[inline(always)]
fn find<M: Machine>(m: &mut M, object: M::Ref, index: u16) -> Result<Option<Load>, Other> {
    let layout = object.load_int(fields::LAYOUT);
    if !is_instance(layout) {
        return Err(Other);
    }
    let shape = object.load_int(fields::SHAPE);
    Ok(m.cached(
        1,
        [Key::Int(layout), Key::Int(shape)],
        move |m, keys, deps| {
            plan::load_instance(vm(m), keys[0], keys[1], static_name(m, index), deps)
        },
    ))
}

/// The object is no plain instance.
struct Other;

/// How to read a name of anything else: by its type, or its identity.
fn find_other<M: Machine>(m: &mut M, object: M::Ref, index: u16) -> Option<Load> {
    let layout = LayoutId(object.load_int(fields::LAYOUT).promote() as u16);
    let class = object.load_ref(fields::TYPE);
    if layout == layout::MODULE {
        return m.cached(1, [Key::Ref(object), Key::None], move |m, keys, deps| {
            plan::load_module(vm(m), keys[0], static_name(m, index), deps)
        });
    }
    let is_class = layout == layout::TYPE
        || (layout.is_foreign() && {
            let flags = class.load_int(fields::TYPE_FLAGS);
            let bit = m.int(taipan_objects::ty::flag::TYPE.cast_signed());
            let zero = m.int(0);
            (flags & bit).differs(zero).yes()
        });
    if is_class {
        return m.cached(1, [Key::Ref(object), Key::None], move |m, keys, deps| {
            plan::load_class(vm(m), keys[0], static_name(m, index), deps)
        });
    }
    let number = m.int(i64::from(layout.0));
    m.cached(
        1,
        [Key::Ref(class), Key::Int(number)],
        move |m, keys, deps| {
            plan::load_other(
                vm(m),
                LayoutId(keys[1] as u16),
                keys[0],
                static_name(m, index),
                deps,
            )
        },
    )
}

#[cold]
fn generic_load<M: Machine>(m: &mut M, object: M::Val, index: u16) -> Result<M::Val, Leave> {
    let key = m.val(name(m, index).value());
    m.call_val(&opaque::GET_ATTR, [Arg::Val(object), Arg::Val(key)])
}

#[inline(always)]
pub(crate) fn load_attr<M: Machine>(m: &mut M, word: Word) -> Next {
    m.skip(1);
    let value = m.reg(b(word));
    if value.is_ref().yes() {
        let object = value.reference();
        match find(m, object, word.c()) {
            Ok(Some(Load::Inline(offset))) => {
                let result = object.load_val(fields::slot(offset));
                if result.is_set().yes() {
                    m.set_reg(a(word), result);
                    return Ok(());
                }
            }
            Ok(Some(Load::Overflow(index))) => {
                let array = object.load_ref(fields::OVERFLOW);
                let index = m.int(index as i64);
                let result = array.item_val(fields::ARRAY_ITEM, index);
                m.set_reg(a(word), result);
                return Ok(());
            }
            Ok(Some(load)) => return m.cold(move |m| load_attr_other(m, word, value, load)),
            Ok(None) => {}
            Err(Other) => return m.outlined(move |m| load_attr_of_other(m, word, value)),
        }
    }
    m.cold(move |m| load_attr_generic(m, word, value))
}

fn load_attr_generic<M: Machine>(m: &mut M, word: Word, value: M::Val) -> Next {
    let result = generic_load(m, value, word.c())?;
    m.set_reg(a(word), result);
    Ok(())
}

#[inline(always)]
fn load_attr_of_other<M: Machine>(m: &mut M, word: Word, value: M::Val) -> Next {
    match find_other(m, value.reference(), word.c()) {
        Some(Load::Constant(found)) => {
            let found = m.val(found);
            m.set_reg(a(word), found);
            Ok(())
        }
        Some(load) => load_attr_other(m, word, value, load),
        None => load_attr_generic(m, word, value),
    }
}

fn load_attr_other<M: Machine>(m: &mut M, word: Word, object: M::Val, load: Load) -> Next {
    let result = match load {
        Load::Constant(found) => m.val(found),
        Load::Watched(slot) => slot.load(m),
        Load::Method(function) => {
            let function = m.val(function);
            m.call_val(
                &opaque::BOUND_METHOD,
                [Arg::Val(function), Arg::Val(object)],
            )?
        }
        Load::ClassMethod(function) => {
            let function = m.val(function);
            m.call_val(
                &opaque::BOUND_METHOD,
                [Arg::Val(function), Arg::Val(object)],
            )?
        }
        Load::Getter(getter) => {
            let getter = m.val(getter);
            return call::call_function_with(m, getter, &[object], word.a(), kind::PLAIN);
        }
        Load::MethodUnlessDict(..) | Load::Inline(_) | Load::Overflow(_) => {
            generic_load(m, object, word.c())?
        }
    };
    m.set_reg(a(word), result);
    Ok(())
}

#[inline(always)]
pub(crate) fn load_method<M: Machine>(m: &mut M, word: Word) -> Next {
    m.skip(1);
    let value = m.reg(b(word));
    if value.is_ref().yes() {
        let object = value.reference();
        match find(m, object, word.c()) {
            Ok(Some(Load::Method(function))) => {
                let function = m.val(function);
                return pair(m, word, function, value);
            }
            Ok(Some(load)) => return m.cold(move |m| load_method_other(m, word, value, load)),
            Ok(None) => {}
            Err(Other) => return m.outlined(move |m| load_method_of_other(m, word, value)),
        }
    }
    m.cold(move |m| load_method_generic(m, word, value))
}

fn load_method_generic<M: Machine>(m: &mut M, word: Word, value: M::Val) -> Next {
    let result = generic_load(m, value, word.c())?;
    let unset = m.unset();
    pair(m, word, result, unset)
}

#[inline(always)]
fn load_method_of_other<M: Machine>(m: &mut M, word: Word, value: M::Val) -> Next {
    match find_other(m, value.reference(), word.c()) {
        Some(Load::Method(function)) => {
            let function = m.val(function);
            pair(m, word, function, value)
        }
        Some(load) => load_method_other(m, word, value, load),
        None => load_method_generic(m, word, value),
    }
}

#[inline(always)]
fn pair<M: Machine>(m: &mut M, word: Word, function: M::Val, this: M::Val) -> Next {
    m.set_reg(a(word), function);
    m.set_reg(a(word) + 1, this);
    Ok(())
}

fn load_method_other<M: Machine>(m: &mut M, word: Word, object: M::Val, load: Load) -> Next {
    let unset = m.unset();
    match load {
        Load::Constant(found) => {
            let found = m.val(found);
            pair(m, word, found, unset)
        }
        Load::ClassMethod(function) => {
            let function = m.val(function);
            pair(m, word, function, object)
        }
        Load::Watched(slot) => {
            let found = slot.load(m);
            pair(m, word, found, unset)
        }
        Load::Inline(offset) => {
            let result = object.reference().load_val(fields::slot(offset));
            if result.is_set().yes() {
                return pair(m, word, result, unset);
            }
            let result = generic_load(m, object, word.c())?;
            pair(m, word, result, unset)
        }
        Load::Overflow(index) => {
            let index = m.int(index as i64);
            let result = object
                .reference()
                .load_ref(fields::OVERFLOW)
                .item_val(fields::ARRAY_ITEM, index);
            pair(m, word, result, unset)
        }
        Load::MethodUnlessDict(function)
            if !object
                .reference()
                .load_val(fields::LIST_SUB_DICT)
                .is_set()
                .yes() =>
        {
            let function = m.val(function);
            pair(m, word, function, object)
        }
        Load::Getter(getter) => {
            let getter = m.val(getter);
            call::call_function_with(m, getter, &[object], word.a(), kind::CALLABLE)
        }
        Load::Method(_) | Load::MethodUnlessDict(..) => {
            let result = generic_load(m, object, word.c())?;
            pair(m, word, result, unset)
        }
    }
}

#[inline(always)]
pub(crate) fn store_attr<M: Machine>(m: &mut M, word: Word) -> Next {
    m.skip(1);
    let (target, value) = (m.reg(a(word)), m.reg(c(word)));
    if target.is_ref().yes() {
        let object = target.reference();
        let layout = object.load_int(fields::LAYOUT);
        if is_instance(layout) {
            let shape = object.load_int(fields::SHAPE);
            let store = m.cached(
                1,
                [Key::Int(layout), Key::Int(shape)],
                move |m, keys, deps| {
                    plan::store_instance(vm(m), keys[0], keys[1], static_name(m, word.b()), deps)
                },
            );
            match store {
                Some(Store::Inline(offset)) => {
                    m.store_val(object, fields::slot(offset), value);
                    return Ok(());
                }
                Some(Store::AddInline(offset, shape)) => {
                    let shape = m.int(i64::from(shape));
                    m.store_val(object, fields::slot(offset), value);
                    m.store_int(object, fields::SHAPE, shape);
                    return Ok(());
                }
                Some(store) => {
                    return m.cold(move |m| store_attr_other(m, word, target, value, store));
                }
                None => {}
            }
        }
    }
    m.cold(move |m| {
        let key = m.val(super::name(m, word.b()).value());
        m.call_void(
            &opaque::SET_ATTR,
            [Arg::Val(target), Arg::Val(key), Arg::Val(value)],
        )
    })
}

fn store_attr_other<M: Machine>(
    m: &mut M,
    word: Word,
    target: M::Val,
    value: M::Val,
    store: Store,
) -> Next {
    let object = target.reference();
    match store {
        Store::Overflow(index) => {
            let array = object.load_ref(fields::OVERFLOW);
            let index = m.int(index as i64);
            m.store_item_val(array, fields::ARRAY_ITEM, index, value);
            Ok(())
        }
        Store::AddOverflow(index, shape) => {
            let (index, shape) = (m.int(index as i64), m.int(i64::from(shape)));
            m.call_void(
                &opaque::SET_OVERFLOW,
                [Arg::Val(target), Arg::Int(index), Arg::Val(value)],
            )?;
            m.store_int(object, fields::SHAPE, shape);
            Ok(())
        }
        Store::Setter(setter) => {
            let setter = m.val(setter);
            call::call_function_with(m, setter, &[target, value], word.a(), kind::DROP)
        }
        Store::Inline(_) | Store::AddInline(..) => {
            let key = m.val(super::name(m, word.b()).value());
            m.call_void(
                &opaque::SET_ATTR,
                [Arg::Val(target), Arg::Val(key), Arg::Val(value)],
            )
        }
    }
}

pub(crate) fn del_attr<M: Machine>(m: &mut M, word: Word) -> Next {
    let target = m.reg(a(word));
    let key = m.val(name(m, word.b()).value());
    m.call_void(&opaque::DEL_ATTR, [Arg::Val(target), Arg::Val(key)])
}

/// `super(class, object).name`: R[b-1] what `super` names, R[b] the class, R[b+1] the object.
pub(crate) fn load_super<M: Machine>(m: &mut M, word: Word, as_method: bool) -> Next {
    m.skip(1);
    let (callable, class, object) = (m.reg(b(word) - 1), m.reg(b(word)), m.reg(b(word) + 1));
    let builtin = taipan_objects::ty::types::SUPER.value();
    if callable.is(builtin).yes() && class.is_ref().yes() && object.is_ref().yes() {
        let own = object.reference().load_ref(fields::TYPE);
        let load = m.cached(
            1,
            [Key::Ref(class.reference()), Key::Ref(own)],
            move |m, keys, deps| {
                plan::load_super(vm(m), keys[0], keys[1], static_name(m, word.c()), deps)
            },
        );
        let unset = m.unset();
        match load {
            Some(Load::Method(function)) if as_method => {
                let function = m.val(function);
                return pair(m, word, function, object);
            }
            Some(Load::Method(function)) => {
                let function = m.val(function);
                let method = m.call_val(
                    &opaque::BOUND_METHOD,
                    [Arg::Val(function), Arg::Val(object)],
                )?;
                m.set_reg(a(word), method);
                return Ok(());
            }
            Some(Load::Constant(found)) => {
                let found = m.val(found);
                if as_method {
                    return pair(m, word, found, unset);
                }
                m.set_reg(a(word), found);
                return Ok(());
            }
            _ => {}
        }
    }
    m.cold(move |m| {
        let key = m.val(super::name(m, word.c()).value());
        let result = m.call_val(
            &opaque::SUPER_ATTR,
            [
                Arg::Val(callable),
                Arg::Val(class),
                Arg::Val(object),
                Arg::Val(key),
            ],
        )?;
        if as_method {
            let unset = m.unset();
            return pair(m, word, result, unset);
        }
        m.set_reg(a(word), result);
        Ok(())
    })
}
