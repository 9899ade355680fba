//! Calls.

use super::construct::{call_builtin_type, call_class};
use super::intrinsic::intrinsic;
use super::leave::deliver;
use super::{a, b, special};
use crate::fields;
use crate::kind;
use crate::opaque;
use crate::ops::export::is_exported;
use coil_machine::{Arg, BoolOps, IntOps, Leave, Machine, Next, RefOps, ValOps};
use coil_value::{LayoutId, Value};
use taipan_bytecode::Word;
use taipan_objects::Vm;
use taipan_objects::function::CodeData;
use taipan_objects::hidden::Hidden;
use taipan_objects::layout;
use taipan_objects::native::{Intrinsic, NativeDef, NativeKind};
use taipan_objects::ty;

/// The code of a function, promoted: traces specialise on code, not on the function object.
#[inline(always)]
pub(crate) fn code_of<'a, M: Machine>(m: &mut M, function: M::Ref) -> &'a CodeData {
    if M::RECORDS {
        m.depend_on(vm(m).interp.code_changes.as_ptr());
    }
    let object = function.load_ref(fields::FUNC_CODE).promote();
    let object = std::ptr::with_exposed_provenance_mut(object);
    // SAFETY: functions have code; code objects are never freed.
    CodeData::of_object(unsafe { coil_value::Ref::from_ptr(object) })
}

/// Pushes a frame for a simple function whose `given` arguments stand from register `window` on; missing ones come from the defaults.
/// False when the arguments do not fit.
pub(super) fn push_simple<M: Machine>(
    m: &mut M,
    function: M::Val,
    code: &CodeData,
    window: i32,
    given: i32,
    result: u16,
    kind: u16,
) -> Result<bool, Leave> {
    let wanted = i32::from(code.code.arg_count);
    if !code.simple || given > wanted {
        return Ok(false);
    }
    let missing = wanted - given;
    if missing > 0 {
        let Some(defaults) = defaults_for(m, function, missing) else {
            return Ok(false);
        };
        place_defaults(m, defaults, window + given, missing);
    }
    push_function(m, function, code, window, wanted, result, kind)?;
    Ok(true)
}

/// Defaults of parameters: the tuple they stand in, and the place of the first.
pub(super) type Defaults<M> = (<M as Machine>::Ref, i64);

/// The defaults of a function's last `missing` parameters, if it has so many.
pub(super) fn defaults_for<M: Machine>(
    m: &mut M,
    function: M::Val,
    missing: i32,
) -> Option<Defaults<M>> {
    let tuple = function.reference().load_ref(fields::FUNC_DEFAULTS);
    if tuple.is_address(0).yes() {
        return None;
    }
    let first = tuple.load_int(fields::TUPLE_SIZE).promote() - i64::from(missing);
    (first >= 0 && !is_exported(m, tuple)).then_some((tuple, first))
}

/// Puts `missing` defaults into the registers from `to` on.
pub(super) fn place_defaults<M: Machine>(
    m: &mut M,
    (tuple, first): Defaults<M>,
    to: i32,
    missing: i32,
) {
    for index in 0..missing {
        let at = m.int(first + i64::from(index));
        let value = tuple.item_val(fields::TUPLE_ITEM, at);
        m.set_reg(to + index, value);
    }
}

/// Pushes a frame for a function whose `count` arguments stand from register `window` on, as its parameters want them.
#[inline(always)]
pub(super) fn push_function<M: Machine>(
    m: &mut M,
    function: M::Val,
    code: &CodeData,
    window: i32,
    count: i32,
    result: u16,
    kind: u16,
) -> Next {
    m.set_reg(window - 1, function);
    let unset = m.unset();
    m.push_frame(&raw const code.block, window, count, result, kind, unset)
}

/// Calls the Python function that a call stands for, with `this` before the call's arguments.
fn call_method<M: Machine>(m: &mut M, word: Word, function: M::Val, this: M::Val) -> Next {
    let code = code_of(m, function.reference());
    let (window, given) = (b(word) + 1, i32::from(word.c()) + 1);
    m.set_reg(window, this);
    if push_simple(m, function, code, window, given, word.a(), kind::PLAIN)? {
        return Ok(());
    }
    call_bound(m, word, function, code, window, given, None, kind::PLAIN)
}

/// Puts arguments into a window above everything in use.
pub(super) fn place_arguments<M: Machine>(m: &mut M, args: &[M::Val]) -> i32 {
    let window = m.window_top() + 1;
    for (index, arg) in args.iter().enumerate() {
        m.set_reg(window + index as i32, *arg);
    }
    window
}

/// Calls a Python function with these arguments (a getter, a setter), in a window above everything in use.
pub(crate) fn call_function_with<M: Machine>(
    m: &mut M,
    function: M::Val,
    args: &[M::Val],
    result: u16,
    kind: u16,
) -> Next {
    let code = code_of(m, function.reference());
    call_code_with(m, function, code, args, result, kind)
}

/// The same, with the function's code known.
pub(crate) fn call_code_with<M: Machine>(
    m: &mut M,
    function: M::Val,
    code: &CodeData,
    args: &[M::Val],
    result: u16,
    kind: u16,
) -> Next {
    let (window, count) = (place_arguments(m, args), args.len() as i32);
    if code.simple && i32::from(code.code.arg_count) == count {
        return push_function(m, function, code, window, count, result, kind);
    }
    let value = call_opaque(m, function, window, count, None)?;
    deliver(m, kind, result, value)
}

/// An opaque call of anything, with arguments in registers.
pub(super) fn call_opaque<M: Machine>(
    m: &mut M,
    callable: M::Val,
    first: i32,
    count: i32,
    names: Option<M::Val>,
) -> Result<M::Val, Leave> {
    let area = m.argument_area(first, count as usize);
    let (count, unset) = (m.int(i64::from(count)), m.unset());
    let names = names.unwrap_or(unset);
    m.call_val(
        &opaque::CALL,
        [
            Arg::Val(callable),
            Arg::Ref(area),
            Arg::Int(count),
            Arg::Val(names),
        ],
    )
}

#[inline(always)]
pub(crate) fn call<M: Machine>(m: &mut M, word: Word) -> Next {
    m.skip(1);
    let callable = m.reg(b(word));
    let this = m.reg(b(word) + 1);
    let has_this = this.is_set().yes();
    if callable.is_ref().yes() {
        let object = callable.reference();
        let layout = object.load_int(fields::LAYOUT);
        let function = m.int(i64::from(layout::FUNCTION.0));
        if layout.equals(function).yes() {
            let code = code_of(m, object);
            let extra = i32::from(has_this);
            let window = b(word) + 2 - extra;
            let given = i32::from(word.c()) + extra;
            if code.exact_count == given as u32 {
                return push_function(m, callable, code, window, given, word.a(), kind::PLAIN);
            }
            return m.cold(move |m| {
                if push_simple(m, callable, code, window, given, word.a(), kind::PLAIN)? {
                    return Ok(());
                }
                call_bound(m, word, callable, code, window, given, None, kind::PLAIN)
            });
        }
        return m.cold(move |m| call_other(m, word, callable, has_this, layout));
    }
    m.cold(move |m| call_anything(m, word, callable, has_this, None))
}

pub(super) fn call_anything<M: Machine>(
    m: &mut M,
    word: Word,
    callable: M::Val,
    has_this: bool,
    names: Option<M::Val>,
) -> Next {
    let extra = i32::from(has_this);
    let value = call_opaque(
        m,
        callable,
        b(word) + 2 - extra,
        i32::from(word.c()) + extra,
        names,
    )?;
    m.set_reg(a(word), value);
    Ok(())
}

/// A Python function whose parameters are not all plain positional ones, or whose arguments do not fit: bound natively into the window.
#[expect(clippy::too_many_arguments, reason = "a call has many parts")]
pub(super) fn call_bound<M: Machine>(
    m: &mut M,
    word: Word,
    function: M::Val,
    code: &CodeData,
    window: i32,
    given: i32,
    names: Option<M::Val>,
    kind: u16,
) -> Next {
    let unset = m.unset();
    let area = m.argument_area(window, given as usize);
    let count = m.int(i64::from(given));
    let names = names.unwrap_or(unset);
    m.call_int(
        &opaque::BIND,
        [
            Arg::Val(function),
            Arg::Ref(area),
            Arg::Int(count),
            Arg::Val(names),
        ],
    )?;
    let bound = i32::from(code.all_parameter_count);
    for index in 0..bound {
        let at = m.int(i64::from(index));
        let value = area.item_val(WINDOW_ITEM, at);
        m.set_reg(window + index, value);
    }
    push_function(m, function, code, window, bound, word.a(), kind)
}

/// A register in memory.
pub(crate) const WINDOW_ITEM: coil_machine::Field = coil_machine::Field {
    offset: 0,
    access: coil_machine::Access::Val,
    alias: 61,
    immutable: false,
    barrier: coil_machine::Barrier::None,
};

pub(super) fn vm<'a, M: Machine>(m: &M) -> &'a mut Vm {
    // SAFETY: the machine's context belongs to a Vm.
    unsafe { Vm::from_context(m.context()) }
}

fn call_other<M: Machine>(
    m: &mut M,
    word: Word,
    callable: M::Val,
    has_this: bool,
    layout: M::Int,
) -> Next {
    let object = callable.reference();
    let layout = LayoutId(layout.promote() as u16);
    match layout {
        layout::NATIVE_METHOD | layout::NATIVE_FUNCTION => {
            let field = if layout == layout::NATIVE_METHOD {
                fields::DESCR_DEF
            } else {
                fields::NATIVE_DEF
            };
            let address = object.load_ref(field).promote();
            // SAFETY: these objects are made with the address of a static declaration.
            let def = unsafe { &*std::ptr::with_exposed_provenance::<NativeDef>(address) };
            let first = b(word) + 2 - i32::from(has_this);
            let given = i32::from(word.c()) + i32::from(has_this);
            if let Intrinsic::Consume(hidden) = def.intrinsic
                && word.c() == 1
                && (has_this || def.kind == NativeKind::Function)
            {
                let items = m.reg(b(word) + 2);
                if is_generator(items) {
                    let this = m.reg(b(word) + 1);
                    let args = [this, items];
                    return call_hidden(m, word, hidden, &args[usize::from(!has_this)..]);
                }
            }
            if layout == layout::NATIVE_FUNCTION && !has_this && def.kind == NativeKind::Method {
                // A builtin method bound earlier (`append = x.append`).
                let this = object.load_val(fields::NATIVE_SELF);
                if let Some(result) = intrinsic(m, def, Some(this), first, given)? {
                    m.set_reg(a(word), result);
                    return Ok(());
                }
                m.set_reg(b(word) + 1, this);
                return call_native(m, word, callable, b(word) + 1, given + 1);
            }
            if def.intrinsic == Intrinsic::Init
                && layout == layout::NATIVE_METHOD
                && has_this
                && word.c() == 0
                && object
                    .load_ref(fields::DESCR_TYPE)
                    .is_address(ty::types::OBJECT.as_ref().address())
                    .yes()
            {
                let none = super::none(m);
                m.set_reg(a(word), none);
                return Ok(());
            }
            if let Some(result) = intrinsic(m, def, None, first, given)? {
                m.set_reg(a(word), result);
                return Ok(());
            }
            // The lookup of a method has checked its object.
            if has_this && layout == layout::NATIVE_METHOD && def.kind == NativeKind::Method {
                return call_native(m, word, callable, first, given);
            }
            call_anything(m, word, callable, has_this, None)
        }
        layout::METHOD if !has_this => {
            let (function, this) = (
                object.load_val(fields::METHOD_FUNC),
                object.load_val(fields::METHOD_SELF),
            );
            if is_function(m, function) {
                return call_method(m, word, function, this);
            }
            if function.is_ref().yes() {
                m.set_reg(b(word) + 1, this);
                let value = call_opaque(m, function, b(word) + 1, i32::from(word.c()) + 1, None)?;
                m.set_reg(a(word), value);
                return Ok(());
            }
            call_anything(m, word, callable, has_this, None)
        }
        layout::TYPE if !has_this => call_class(m, word, callable, None),
        LayoutId::FOREIGN if !has_this && word.c() <= 3 => call_builtin_type(m, word, callable),
        _ if !has_this && let Some(function) = special::call_method(m, callable) => {
            call_method(m, word, function, callable)
        }
        _ => call_anything(m, word, callable, has_this, None),
    }
}

pub(super) fn is_function<M: Machine>(m: &M, value: M::Val) -> bool {
    let function = m.int(i64::from(layout::FUNCTION.0));
    value.is_ref().yes()
        && value
            .reference()
            .load_int(fields::LAYOUT)
            .equals(function)
            .yes()
}

pub(super) fn is_generator<V: ValOps>(value: V) -> bool {
    value.is_ref().yes()
        && value
            .reference()
            .load_ref(fields::TYPE)
            .is_address(ty::types::GENERATOR.as_ref().address())
            .yes()
}

/// A builtin function applied to a generator, as a guest function: its loop is then one of the interpreter's.
pub(super) fn call_hidden<M: Machine>(
    m: &mut M,
    word: Word,
    hidden: Hidden,
    args: &[M::Val],
) -> Next {
    let bits = vm(m).interp.hidden[hidden as usize].get();
    // SAFETY: holds a function or 0.
    let function = match unsafe { Value::from_bits(bits) } {
        Some(function) => m.val(function),
        None => {
            let number = m.int(hidden as i64);
            m.call_val(&opaque::HIDDEN, [Arg::Int(number)])?
        }
    };
    call_function_with(m, function, args, word.a(), kind::PLAIN)
}

/// A builtin function or method descriptor, with the object first among the arguments if it takes one.
fn call_native<M: Machine>(
    m: &mut M,
    word: Word,
    callable: M::Val,
    first: i32,
    count: i32,
) -> Next {
    let area = m.argument_area(first, count as usize);
    let count = m.int(i64::from(count));
    let value = m.call_val(
        &opaque::CALL_NATIVE,
        [Arg::Val(callable), Arg::Ref(area), Arg::Int(count)],
    )?;
    m.set_reg(a(word), value);
    Ok(())
}
