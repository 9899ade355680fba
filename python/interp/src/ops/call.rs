//! Calls and returns.

use super::{a, b};
use crate::fields;
use crate::kind;
use crate::opaque;
use crate::ops::export::{became_exported, is_exported};
use crate::ops::iterate::inherits_from_list;
use crate::ops::{generator, iterate, range};
use crate::plan::{self, Construct};
use crate::run;
use coil_machine::{Arg, BoolOps, FloatOps, IntOps, Key, Leave, Machine, Next, RefOps, ValOps};
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
fn push_simple<M: Machine>(
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
        let defaults = function.reference().load_ref(fields::FUNC_DEFAULTS);
        if defaults.is_address(0).yes() {
            return Ok(false);
        }
        let count = defaults.load_int(fields::TUPLE_SIZE).promote();
        if count < i64::from(missing) || is_exported(m, defaults) {
            return Ok(false);
        }
        for index in 0..missing {
            let at = m.int(count - i64::from(missing) + i64::from(index));
            let value = defaults.item_val(fields::TUPLE_ITEM, at);
            m.set_reg(window + given + index, value);
        }
    }
    m.set_reg(window - 1, function);
    let unset = m.unset();
    m.push_frame(&raw const code.block, window, wanted, result, kind, unset)?;
    Ok(true)
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
    let window = m.window_top() + 1;
    if code.simple && usize::from(code.code.arg_count) == args.len() {
        for (index, arg) in args.iter().enumerate() {
            m.set_reg(window + index as i32, *arg);
        }
        m.set_reg(window - 1, function);
        let unset = m.unset();
        return m.push_frame(
            &raw const code.block,
            window,
            args.len() as i32,
            result,
            kind,
            unset,
        );
    }
    for (index, arg) in args.iter().enumerate() {
        m.set_reg(window + index as i32, *arg);
    }
    let value = call_opaque(m, function, window, args.len() as i32, None)?;
    deliver(m, kind, result, value)
}

/// An opaque call of anything, with arguments in registers.
fn call_opaque<M: Machine>(
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
                m.set_reg(window - 1, callable);
                let unset = m.unset();
                return m.push_frame(
                    &raw const code.block,
                    window,
                    given,
                    word.a(),
                    kind::PLAIN,
                    unset,
                );
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

fn call_anything<M: Machine>(
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
fn call_bound<M: Machine>(
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
    m.set_reg(window - 1, function);
    m.push_frame(&raw const code.block, window, bound, word.a(), kind, unset)
}

/// A register in memory.
pub(crate) const WINDOW_ITEM: coil_machine::Field = coil_machine::Field {
    offset: 0,
    access: coil_machine::Access::Val,
    alias: 61,
    immutable: false,
    barrier: coil_machine::Barrier::None,
};

fn vm<'a, M: Machine>(m: &M) -> &'a mut Vm {
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
            let expected = m.int(i64::from(layout::FUNCTION.0));
            if function.is_ref().yes()
                && function
                    .reference()
                    .load_int(fields::LAYOUT)
                    .equals(expected)
                    .yes()
            {
                let code = code_of(m, function.reference());
                let given = i32::from(word.c()) + 1;
                if code.simple && i32::from(code.code.arg_count) == given {
                    m.set_reg(b(word) + 1, this);
                    m.set_reg(b(word), function);
                    let unset = m.unset();
                    return m.push_frame(
                        &raw const code.block,
                        b(word) + 1,
                        given,
                        word.a(),
                        kind::PLAIN,
                        unset,
                    );
                }
            } else if function.is_ref().yes() {
                m.set_reg(b(word) + 1, this);
                let value = call_opaque(m, function, b(word) + 1, i32::from(word.c()) + 1, None)?;
                m.set_reg(a(word), value);
                return Ok(());
            }
            call_anything(m, word, callable, has_this, None)
        }
        layout::TYPE if !has_this => call_class(m, word, callable, None),
        LayoutId::FOREIGN if !has_this && matches!(word.c(), 1..=3) => {
            call_builtin_type(m, word, callable)
        }
        _ => call_anything(m, word, callable, has_this, None),
    }
}

fn is_generator<V: ValOps>(value: V) -> bool {
    value.is_ref().yes()
        && value
            .reference()
            .load_ref(fields::TYPE)
            .is_address(ty::types::GENERATOR.as_ref().address())
            .yes()
}

/// The hidden function that makes a container of a generator's items, the container's class given by its address.
fn container_of_items(class: usize) -> Option<Hidden> {
    [
        (&ty::types::TUPLE, Hidden::Tuple),
        (&ty::types::LIST, Hidden::List),
        (&ty::types::SET, Hidden::Set),
        (&ty::types::FROZENSET, Hidden::FrozenSet),
    ]
    .into_iter()
    .find_map(|(ty, hidden)| (ty.as_ref().address() == class).then_some(hidden))
}

/// A builtin function applied to a generator, as a guest function: its loop is then one of the interpreter's.
fn call_hidden<M: Machine>(m: &mut M, word: Word, hidden: Hidden, args: &[M::Val]) -> Next {
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

/// A builtin class (or another static object) with one to three arguments.
fn call_builtin_type<M: Machine>(m: &mut M, word: Word, callable: M::Val) -> Next {
    let class = callable.reference().promote();
    let is = |ty: &'static ty::StaticType| ty.as_ref().address() == class;
    let (first, count) = (b(word) + 2, i32::from(word.c()));
    if is(&ty::types::RANGE) {
        if let Some(range) = range::new_range(m, first, count)? {
            m.set_reg(a(word), range);
            return Ok(());
        }
        return call_anything(m, word, callable, false, None);
    }
    if count > 1 {
        return call_anything(m, word, callable, false, None);
    }
    let argument = m.reg(first);
    if is(&ty::types::TYPE) {
        return type_of(m, word);
    }
    if is(&ty::types::REVERSED)
        && let Some(iterator) = range::reversed(m, argument)?
    {
        m.set_reg(a(word), iterator);
        return Ok(());
    }
    if is_generator(argument)
        && let Some(hidden) = container_of_items(class)
    {
        return call_hidden(m, word, hidden, &[argument]);
    }
    call_anything(m, word, callable, false, None)
}

/// `type(x)`.
fn type_of<M: Machine>(m: &mut M, word: Word) -> Next {
    let value = m.reg(b(word) + 2);
    let result = if value.is_ref().yes() {
        value.reference().load_ref(fields::TYPE).val()
    } else if value.is_int().yes() {
        m.val(ty::types::INT.value())
    } else {
        m.val(ty::types::FLOAT.value())
    };
    m.set_reg(a(word), result);
    Ok(())
}

/// Makes an instance of a class and calls its `__init__`.
fn call_class<M: Machine>(m: &mut M, word: Word, class: M::Val, names: Option<M::Val>) -> Next {
    let vm = vm(m);
    let plan = m.cached(
        1,
        [Key::Ref(class.reference()), Key::None],
        move |_, keys, deps| plan::construct(vm, keys[0], deps),
    );
    let Some(Construct {
        layout,
        size,
        shape,
        init,
    }) = plan
    else {
        return call_anything(m, word, class, false, names);
    };
    let given = i32::from(word.c());
    let Some(init) = init else {
        if given != 0 {
            return call_anything(m, word, class, false, names);
        }
        let object = new_instance(m, layout, size, shape, class)?;
        m.set_reg(a(word), object);
        return Ok(());
    };
    let function = m.val(init);
    let code = code_of(m, function.reference());
    if names.is_some() || !code.simple || i32::from(code.code.arg_count) != given + 1 {
        let wanted = i32::from(code.code.arg_count);
        if names.is_some() || !code.simple || given + 1 > wanted {
            return call_anything(m, word, class, false, names);
        }
    }
    let missing = i32::from(code.code.arg_count) - given - 1;
    let mut defaults = None;
    if missing > 0 {
        let tuple = function.reference().load_ref(fields::FUNC_DEFAULTS);
        if tuple.is_address(0).yes() {
            return call_anything(m, word, class, false, names);
        }
        let count = tuple.load_int(fields::TUPLE_SIZE).promote();
        if count < i64::from(missing) || is_exported(m, tuple) {
            return call_anything(m, word, class, false, names);
        }
        defaults = Some((tuple, count));
    }
    let object = new_instance(m, layout, size, shape, class)?;
    if let Some((tuple, count)) = defaults {
        for index in 0..missing {
            let at = m.int(count - i64::from(missing) + i64::from(index));
            let value = tuple.item_val(fields::TUPLE_ITEM, at);
            m.set_reg(b(word) + 2 + given + index, value);
        }
    }
    m.set_reg(b(word) + 1, object);
    m.set_reg(b(word), function);
    // The frame's language word keeps the object for the return: the callee may rebind `self`.
    m.push_frame(
        &raw const code.block,
        b(word) + 1,
        i32::from(code.code.arg_count),
        word.a(),
        kind::INIT,
        object,
    )
}

fn new_instance<M: Machine>(
    m: &mut M,
    layout: u16,
    size: u32,
    shape: u32,
    class: M::Val,
) -> Result<M::Val, Leave> {
    match m.alloc(layout, size, class.reference()) {
        Ok(object) => {
            let shape = m.int(i64::from(shape));
            m.store_int(object, fields::SHAPE, shape);
            Ok(object.val())
        }
        Err(_) => {
            m.call_void(&opaque::NO_MEMORY, [])?;
            Err(Leave::Raised)
        }
    }
}

/// Operations known by heart. None: call the native.
fn intrinsic<M: Machine>(
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
            let float = if value.is_float().yes() {
                value.float()
            } else if value.is_int().yes() {
                value.int().to_float()
            } else {
                return Ok(None);
            };
            float_function(m, def, float)
        }
        Intrinsic::MathSqrt if count == 1 => {
            let value = arg(m, 0);
            let float = if value.is_float().yes() {
                value.float()
            } else if value.is_int().yes() {
                value.int().to_float()
            } else {
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
        Intrinsic::Min | Intrinsic::Max if count == 2 => {
            let (x, y) = (arg(m, 0), arg(m, 1));
            let second = if x.is_int().yes() && y.is_int().yes() {
                if def.intrinsic == Intrinsic::Min {
                    y.int().lt(x.int()).yes()
                } else {
                    y.int().gt(x.int()).yes()
                }
            } else if x.is_float().yes() && y.is_float().yes() {
                if def.intrinsic == Intrinsic::Min {
                    y.float().lt(x.float()).yes()
                } else {
                    y.float().gt(x.float()).yes()
                }
            } else {
                return Ok(None);
            };
            Ok(Some(if second { y } else { x }))
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
    let (mask, zero) = (m.int(i64::from(taipan_objects::str::STATE_ASCII)), m.int(0));
    if !(object.load_int(fields::STR_STATE) & mask)
        .differs(zero)
        .yes()
    {
        return Ok(None);
    }
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

fn exact_list<M: Machine>(m: &mut M, value: M::Val) -> bool {
    if !value.is_ref().yes() {
        return false;
    }
    let object = value.reference();
    let layout = object.load_int(fields::LAYOUT);
    let (first, second) = (
        m.int(i64::from(layout::LIST.0)),
        m.int(i64::from(layout::LIST_SUB.0)),
    );
    if layout.equals(first).yes() {
        return !became_exported(m, object);
    }
    layout.equals(second).yes() && !is_exported(m, object)
}

/// `list.append` with room left. (The receiver may be of a subclass: the method itself was looked up.)
#[inline(always)]
pub(crate) fn list_append<M: Machine>(
    m: &mut M,
    list: M::Val,
    item: M::Val,
) -> Result<Option<M::Val>, Leave> {
    if !exact_list(m, list) {
        return Ok(None);
    }
    let object = list.reference();
    let (size, capacity) = (
        object.load_int(fields::LIST_SIZE),
        object.load_int(fields::LIST_CAPACITY),
    );
    if size.lt(capacity).yes() {
        let items = object.load_ref(fields::LIST_ITEMS);
        let one = m.int(1);
        m.store_item_val(items, fields::LIST_ITEM, size, item);
        m.store_int(object, fields::LIST_SIZE, size + one);
    } else {
        m.call_void(&opaque::LIST_APPEND, [Arg::Val(list), Arg::Val(item)])?;
    }
    Ok(Some(super::none(m)))
}

fn list_pop<M: Machine>(m: &mut M, list: M::Val) -> Result<Option<M::Val>, Leave> {
    if !exact_list(m, list) {
        return Ok(None);
    }
    let object = list.reference();
    let size = object.load_int(fields::LIST_SIZE);
    let (zero, one) = (m.int(0), m.int(1));
    if !size.gt(zero).yes() {
        return Ok(None);
    }
    let items = object.load_ref(fields::LIST_ITEMS);
    let last = size - one;
    let value = items.item_val(fields::LIST_ITEM, last);
    let unset = m.unset();
    m.store_item_val(items, fields::LIST_ITEM, last, unset);
    m.store_int(object, fields::LIST_SIZE, last);
    Ok(Some(value))
}

/// `list.pop(index)`, the index not negative.
fn list_remove<M: Machine>(
    m: &mut M,
    list: M::Val,
    index: M::Val,
) -> Result<Option<M::Val>, Leave> {
    if !exact_list(m, list) || !index.is_int().yes() {
        return Ok(None);
    }
    let (index, size) = (index.int(), list.reference().load_int(fields::LIST_SIZE));
    if !index.ult(size).yes() {
        return Ok(None);
    }
    m.call_val(&opaque::LIST_REMOVE, [Arg::Val(list), Arg::Int(index)])
        .map(Some)
}

/// `list.insert(index, item)`, the index not negative and at most the length.
fn list_insert<M: Machine>(
    m: &mut M,
    list: M::Val,
    index: M::Val,
    item: M::Val,
) -> Result<Option<M::Val>, Leave> {
    if !exact_list(m, list) || !index.is_int().yes() {
        return Ok(None);
    }
    let (index, size) = (index.int(), list.reference().load_int(fields::LIST_SIZE));
    if size.ult(index).yes() {
        return Ok(None);
    }
    m.call_void(
        &opaque::LIST_INSERT,
        [Arg::Val(list), Arg::Int(index), Arg::Val(item)],
    )?;
    Ok(Some(super::none(m)))
}

#[inline(always)]
pub(crate) fn call_kw<M: Machine>(m: &mut M, word: Word) -> Next {
    m.skip(2);
    // SAFETY: the word after the instruction is a constant's index.
    let index = unsafe { *m.word_at(-2) } as usize;
    let names = m.constant(index);
    m.cold(move |m| call_keywords(m, word, names))
}

fn call_keywords<M: Machine>(m: &mut M, word: Word, names: M::Val) -> Next {
    let callable = m.reg(b(word));
    let has_this = m.reg(b(word) + 1).is_set().yes();
    if callable.is_ref().yes() {
        let object = callable.reference();
        let layout = LayoutId(object.load_int(fields::LAYOUT).promote() as u16);
        if layout == layout::FUNCTION {
            let code = code_of(m, object);
            let extra = i32::from(has_this);
            let window = b(word) + 2 - extra;
            return call_bound(
                m,
                word,
                callable,
                code,
                window,
                i32::from(word.c()) + extra,
                Some(names),
                kind::PLAIN,
            );
        }
    }
    call_anything(m, word, callable, has_this, Some(names))
}

pub(crate) fn call_ex<M: Machine>(m: &mut M, word: Word) -> Next {
    m.skip(1);
    let (callable, this) = (m.reg(b(word)), m.reg(b(word) + 1));
    let (args, keywords) = (m.reg(b(word) + 2), m.reg(b(word) + 3));
    let value = m.call_val(
        &opaque::CALL_EX,
        [
            Arg::Val(callable),
            Arg::Val(this),
            Arg::Val(args),
            Arg::Val(keywords),
        ],
    )?;
    m.set_reg(a(word), value);
    Ok(())
}

#[inline(always)]
pub(crate) fn return_value<M: Machine>(m: &mut M, word: Word) -> Next {
    let value = m.reg(a(word));
    leave_with(m, value)
}

/// Leaves the running frame with a value.
#[inline(always)]
pub(crate) fn leave_with<M: Machine>(m: &mut M, value: M::Val) -> Next {
    let (kind, result) = m.returning(value)?;
    if kind == kind::PLAIN {
        m.pop_frame();
        m.set_reg(i32::from(result), value);
        return Ok(());
    }
    m.cold(move |m| {
        if kind == kind::INIT {
            return finish_init(m, result, value);
        }
        m.pop_frame();
        deliver(m, kind, result, value)
    })
}

fn finish_init<M: Machine>(m: &mut M, result: u16, value: M::Val) -> Next {
    let object = m.frame_extra();
    if !value.is(ty::none()).yes() {
        m.pop_frame();
        m.call_void(&opaque::BAD_INIT, [Arg::Val(value)])?;
        return Err(Leave::Raised);
    }
    m.pop_frame();
    m.set_reg(i32::from(result), object);
    Ok(())
}

/// What happens with the result of a frame in its caller (the frame is gone already).
pub(crate) fn deliver<M: Machine>(m: &mut M, kind: u16, result: u16, value: M::Val) -> Next {
    match kind {
        kind::PLAIN => m.set_reg(i32::from(result), value),
        kind::CALLABLE => {
            let unset = m.unset();
            m.set_reg(i32::from(result), value);
            m.set_reg(i32::from(result) + 1, unset);
        }
        kind::FOR_ITER => iterate::leave_loop(m),
        kind::SEND => generator::end_of_send(m, result, value),
        _ => {}
    }
    Ok(())
}

/// What a return does, for the driver: compiled code ended by returning `value` from its root frame.
pub(crate) fn deliver_return<M: Machine>(m: &mut M, value: M::Val) -> Next {
    // SAFETY: the machine's code is live.
    let code = unsafe { CodeData::of(m.code()) };
    let extra = m.frame_extra();
    if run::is_generator(code) && extra.is_set().yes() {
        let state = extra.reference().load_int(fields::GEN_STATE);
        let limit = m.int(crate::frame::state::RUNNING);
        let yielded = state.lt(limit).yes();
        let parent = if yielded {
            None
        } else {
            generator::parent_of(m, extra.reference())
        };
        let (kind, result) = m.returning(value)?;
        m.pop_frame();
        if yielded {
            m.set_reg(i32::from(result), value);
            return Ok(());
        }
        return match parent {
            Some(parent) => generator::take_over(m, &parent, kind, result, Some(value)),
            None => deliver(m, kind, result, value),
        };
    }
    leave_with(m, value)
}
