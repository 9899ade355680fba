//! The object protocols as native code uses them: representation, comparison, attributes, items, iteration, calls, arithmetic.
//! The interpreter's handlers have fast paths of their own for what hot programs do; both end here for the rest.

use crate::dict::Dict;
use crate::instance;
use crate::layout::{self, at};
use crate::list::List;
use crate::mem;
use crate::native::{self, Args, NativeKind};
use crate::number;
use crate::raise::{PyResult, Raised};
use crate::slots::{BinaryOp, CompareOp, Unary};
use crate::str::Str;
use crate::tuple::Tuple;
use crate::ty::{self, Type, flag, types};
use crate::vm::Vm;
use coil_value::{Ref, Value};

/// The name of a value's type as messages give it.
pub fn type_name(value: Value) -> String {
    Type::of(value).full_name()
}

// ---- text

/// `repr(value)`.
///
/// # Errors
/// What `__repr__` raises; TypeError when it gives no str.
pub fn repr(vm: &mut Vm, value: Value) -> PyResult<Str> {
    let result = vm.nested(
        " while getting the repr of an object",
        |vm| match Type::of(value).slots().repr {
            Some(slot) => slot(vm, value),
            None => object_repr(vm, value),
        },
    )?;
    Str::of(result).ok_or(()).map_err(|()| {
        let name = type_name(result);
        vm.raise_type(&format!("__repr__ returned non-string (type {name})"))
    })
}

/// The default `repr`.
///
/// # Errors
/// MemoryError.
pub fn object_repr(vm: &mut Vm, value: Value) -> PyResult {
    let ty = Type::of(value);
    let module = ty
        .lookup(vm.interp.names.__module__.str())
        .and_then(Str::of);
    let qualname = type_qualname(ty);
    let address = object_id(value);
    let text = match module {
        Some(module) if !module.is("builtins") => {
            format!("<{}.{qualname} object at {address:#x}>", module.to_rust())
        }
        _ => format!("<{qualname} object at {address:#x}>"),
    };
    vm.new_str(&text)
}

/// `__qualname__` of a type.
pub fn type_qualname(ty: Type) -> String {
    // SAFETY: holds a str or 0.
    let qualname = unsafe { Value::from_bits(ty.data().qualname.get()) };
    qualname
        .and_then(Str::of)
        .map_or_else(|| ty.name(), |name| name.to_rust().into_owned())
}

/// `id(value)`: the address, made permanent; for inline numbers their bits.
pub fn object_id(value: Value) -> u64 {
    value.bits()
}

/// `str(value)`.
///
/// # Errors
/// What `__str__` raises; TypeError when it gives no str.
pub fn str(vm: &mut Vm, value: Value) -> PyResult<Str> {
    if let Some(exact) = Str::exact(value) {
        return Ok(exact);
    }
    let Some(slot) = Type::of(value).slots().str else {
        return repr(vm, value);
    };
    let result = vm.nested(" while getting the str of an object", |vm| slot(vm, value))?;
    Str::of(result).ok_or(()).map_err(|()| {
        let name = type_name(result);
        vm.raise_type(&format!("__str__ returned non-string (type {name})"))
    })
}

/// `repr(value)` as Rust text, for messages.
///
/// # Errors
/// As [`repr`].
pub fn repr_text(vm: &mut Vm, value: Value) -> PyResult<String> {
    Ok(repr(vm, value)?.to_rust().into_owned())
}

/// `str(value)` as Rust text, for messages.
///
/// # Errors
/// As [`str`].
pub fn str_text(vm: &mut Vm, value: Value) -> PyResult<String> {
    Ok(str(vm, value)?.to_rust().into_owned())
}

/// `format(value, spec)`.
///
/// # Errors
/// What `__format__` raises.
pub fn format(vm: &mut Vm, value: Value, spec: Value) -> PyResult<Str> {
    if Str::of(spec).is_some_and(Str::is_empty) {
        if let Some(text) = Str::exact(value) {
            return Ok(text);
        }
        if value.is_small_int() {
            return str(vm, value);
        }
    }
    let name = vm.interp.names.__format__.str();
    let result = call_special(vm, value, name, &[spec])?;
    match result {
        Some(result) => Str::of(result).ok_or(()).map_err(|()| {
            let name = type_name(result);
            vm.raise_type(&format!("__format__ must return a str, not {name}"))
        }),
        None => {
            let name = type_name(value);
            Err(vm.raise_type(&format!("Type {name} doesn't define __format__")))
        }
    }
}

// ---- identity, equality, order, hash, truth

/// `a is b`: numbers of the same type go by value, NaN and everything else by identity.
#[inline]
pub fn is(a: Value, b: Value) -> bool {
    if a == b {
        return true;
    }
    let (Some(x), Some(y)) = (a.as_ref(), b.as_ref()) else {
        return false;
    };
    if x.layout() == layout::INT && y.layout() == layout::INT {
        let digits = |object: Ref| {
            let tag: u64 = mem::get(object, at::INT_TAG);
            (
                tag,
                mem::slice::<u32>(object, at::INT_DIGITS, (tag >> 3) as usize),
            )
        };
        return digits(x) == digits(y);
    }
    false
}

/// `a == b` as a truth value, identical objects being equal (as containers compare).
///
/// # Errors
/// What `__eq__` raises.
#[inline]
pub fn equal(vm: &mut Vm, a: Value, b: Value) -> PyResult<bool> {
    if is(a, b) {
        return Ok(true);
    }
    if a.is_small_int() && b.is_small_int() {
        return Ok(false);
    }
    if let (Some(a), Some(b)) = (Str::exact(a), Str::exact(b)) {
        return Ok(a.same_text(b));
    }
    compare_truth(vm, a, b, CompareOp::Eq)
}

/// `a OP b` as a truth value.
///
/// # Errors
/// What the comparison raises.
pub fn compare_truth(vm: &mut Vm, a: Value, b: Value, op: CompareOp) -> PyResult<bool> {
    let result = compare(vm, a, b, op)?;
    truth(vm, result)
}

/// `a OP b`.
///
/// # Errors
/// What the comparison raises; TypeError for operands without order.
pub fn compare(vm: &mut Vm, a: Value, b: Value, op: CompareOp) -> PyResult {
    vm.nested(" in comparison", |vm| compare_inner(vm, a, b, op))
}

fn compare_inner(vm: &mut Vm, a: Value, b: Value, op: CompareOp) -> PyResult {
    let (left, right) = (Type::of(a), Type::of(b));
    let not_implemented = ty::not_implemented();
    let mut reflected = false;
    if left != right
        && right.is_subtype(left)
        && let Some(slot) = right.slots().compare
    {
        reflected = true;
        let result = slot(vm, b, a, op.swapped())?;
        if result != not_implemented {
            return Ok(result);
        }
    }
    if let Some(slot) = left.slots().compare {
        let result = slot(vm, a, b, op)?;
        if result != not_implemented {
            return Ok(result);
        }
    }
    if !reflected && let Some(slot) = right.slots().compare {
        let result = slot(vm, b, a, op.swapped())?;
        if result != not_implemented {
            return Ok(result);
        }
    }
    match op {
        CompareOp::Eq => Ok(ty::bool_value(is(a, b))),
        CompareOp::Ne => Ok(ty::bool_value(!is(a, b))),
        _ => {
            let text = format!(
                "'{}' not supported between instances of '{}' and '{}'",
                op.symbol(),
                left.name(),
                right.name()
            );
            Err(vm.raise_type(&text))
        }
    }
}

/// `hash(value)`.
///
/// # Errors
/// TypeError for unhashable types; what `__hash__` raises.
#[inline]
pub fn hash(vm: &mut Vm, value: Value) -> PyResult<i64> {
    if let Some(string) = Str::exact(value) {
        return Ok(string.hash());
    }
    if let Some(int) = value.as_small_int() {
        return Ok(if int == -1 { -2 } else { int });
    }
    let ty = Type::of(value);
    match ty.slots().hash {
        Some(slot) => slot(vm, value),
        None => {
            let name = ty.full_name();
            Err(vm.raise_type(&format!("unhashable type: '{name}'")))
        }
    }
}

/// The hash of objects that have no other: stable while the object lives, wherever it is.
pub fn identity_hash(vm: &mut Vm, value: Value) -> i64 {
    let Some(object) = value.as_ref() else {
        return value.bits() as i64;
    };
    if instance::is_instance_layout(object.layout()) {
        let known: u32 = mem::get(object, at::IDENTITY_HASH);
        if known != 0 {
            return i64::from(known);
        }
        let hash = (vm.next_identity() as u32).max(1);
        mem::set(object, at::IDENTITY_HASH, hash);
        return i64::from(hash);
    }
    vm.mutator().pin(object);
    (object.address() >> 4) as i64
}

/// `bool(value)`.
///
/// # Errors
/// What `__bool__` or `__len__` raises.
#[inline]
pub fn truth(vm: &mut Vm, value: Value) -> PyResult<bool> {
    if value == ty::TRUE.value() {
        return Ok(true);
    }
    if value == ty::FALSE.value() || value == ty::none() {
        return Ok(false);
    }
    if let Some(int) = value.as_small_int() {
        return Ok(int != 0);
    }
    if let Some(float) = value.as_f64() {
        return Ok(float != 0.0);
    }
    let slots = Type::of(value).slots();
    if let Some(slot) = slots.bool {
        return slot(vm, value);
    }
    match slots.len {
        Some(slot) => Ok(slot(vm, value)? != 0),
        None => Ok(true),
    }
}

// ---- attributes

/// `value.name`.
///
/// # Errors
/// AttributeError, and what descriptors raise.
pub fn get_attr(vm: &mut Vm, value: Value, name: Str) -> PyResult {
    match Type::of(value).slots().get_attr {
        Some(slot) => slot(vm, value, name),
        None => object_get_attr(vm, value, name),
    }
}

/// `value.name` by Rust text.
///
/// # Errors
/// As [`get_attr`].
pub fn get_attr_named(vm: &mut Vm, value: Value, name: &str) -> PyResult {
    let name = vm.intern(name)?;
    get_attr(
        vm,
        value,
        Str::of(name).expect("interned strings are strings"),
    )
}

/// `getattr(value, name, None-like)`: none instead of AttributeError.
///
/// # Errors
/// Other exceptions than AttributeError.
pub fn get_attr_opt(vm: &mut Vm, value: Value, name: Str) -> PyResult<Option<Value>> {
    match get_attr(vm, value, name) {
        Ok(found) => Ok(Some(found)),
        Err(raised) if vm.raised_is(&types::AttributeError) => {
            vm.take_raised(raised);
            Ok(None)
        }
        Err(raised) => Err(raised),
    }
}

/// The generic lookup: data descriptors of the type, the object's own attributes, other attributes of the type.
///
/// # Errors
/// AttributeError, and what descriptors raise.
pub fn object_get_attr(vm: &mut Vm, value: Value, name: Str) -> PyResult {
    match object_find_attr(vm, value, name)? {
        Some(found) => Ok(found),
        None => Err(no_attribute(vm, value, name)),
    }
}

/// As [`object_get_attr`], none when there is no such attribute.
///
/// # Errors
/// What descriptors raise.
pub fn object_find_attr(vm: &mut Vm, value: Value, name: Str) -> PyResult<Option<Value>> {
    let ty = Type::of(value);
    let found = ty.lookup(name);
    if let Some(descriptor) = found {
        let slots = Type::of(descriptor).slots();
        if let (Some(get), Some(_)) = (slots.get, slots.set) {
            return get(vm, descriptor, Some(value), ty).map(Some);
        }
    }
    if let Some(object) = value.as_ref()
        && let Some(own) = instance::own_attr(vm, object, name)
    {
        return Ok(Some(own));
    }
    match found {
        Some(descriptor) => match Type::of(descriptor).slots().get {
            Some(get) => get(vm, descriptor, Some(value), ty).map(Some),
            None => Ok(Some(descriptor)),
        },
        None => Ok(None),
    }
}

/// AttributeError for a missing attribute, with `name` and `obj` set.
#[cold]
pub fn no_attribute(vm: &mut Vm, value: Value, name: Str) -> Raised {
    let text = if let Some(ty) = Type::from_value(value) {
        format!(
            "type object '{}' has no attribute '{}'",
            ty.name(),
            name.to_rust()
        )
    } else if value
        .as_ref()
        .is_some_and(|object| object.layout() == layout::MODULE)
    {
        let module = instance::own_attr(vm, mem::expect_ref(value), vm.interp.names.__name__.str());
        match module.and_then(Str::of) {
            Some(module) => format!(
                "module '{}' has no attribute '{}'",
                module.to_rust(),
                name.to_rust()
            ),
            None => format!("module has no attribute '{}'", name.to_rust()),
        }
    } else {
        format!(
            "'{}' object has no attribute '{}'",
            type_name(value),
            name.to_rust()
        )
    };
    attribute_error(vm, &text, value, name)
}

/// AttributeError with `name` and `obj` set.
#[cold]
pub fn attribute_error(vm: &mut Vm, text: &str, object: Value, name: Str) -> Raised {
    let raised = vm.raise_attribute(text);
    if vm.raised_is(&types::AttributeError) {
        let exception = vm.take_raised(raised);
        let error = mem::expect_ref(exception);
        crate::exception::set_extra(vm, error, 0, Some(name.value()));
        crate::exception::set_extra(vm, error, 1, Some(object));
        return vm.raise(exception);
    }
    raised
}

/// `value.name = new` or `del value.name`.
///
/// # Errors
/// AttributeError, and what descriptors raise.
pub fn set_attr(vm: &mut Vm, value: Value, name: Str, new: Option<Value>) -> PyResult<()> {
    match Type::of(value).slots().set_attr {
        Some(slot) => slot(vm, value, name, new),
        None => object_set_attr(vm, value, name, new),
    }
}

/// The generic assignment: data descriptors of the type, then the object's own attributes.
///
/// # Errors
/// AttributeError, and what descriptors raise.
pub fn object_set_attr(vm: &mut Vm, value: Value, name: Str, new: Option<Value>) -> PyResult<()> {
    let ty = Type::of(value);
    let found = ty.lookup(name);
    if let Some(descriptor) = found
        && let Some(set) = Type::of(descriptor).slots().set
    {
        return set(vm, descriptor, value, new);
    }
    let done = match (value.as_ref(), new) {
        (Some(object), Some(new)) => instance::set_own_attr(vm, object, name, new)?,
        (Some(object), None) => {
            if instance::delete_own_attr(vm, object, name)? {
                true
            } else if instance::has_attributes(object) {
                let text = format!(
                    "'{}' object has no attribute '{}'",
                    ty.name(),
                    name.to_rust()
                );
                return Err(attribute_error(vm, &text, value, name));
            } else {
                false
            }
        }
        (None, _) => false,
    };
    if done {
        return Ok(());
    }
    let (name_text, type_text) = (name.to_rust(), ty.name());
    let text = if found.is_some() {
        format!("'{type_text}' object attribute '{name_text}' is read-only")
    } else if value
        .as_ref()
        .is_some_and(|object| !instance::has_attributes(object))
        || value.as_ref().is_none()
    {
        format!(
            "'{type_text}' object has no attribute '{name_text}' and no __dict__ for setting new attributes"
        )
    } else {
        format!("'{type_text}' object has no attribute '{name_text}'")
    };
    Err(attribute_error(vm, &text, value, name))
}

/// A special method looked up on the type, bound to the object.
///
/// # Errors
/// What descriptors raise.
pub fn special(vm: &mut Vm, value: Value, name: Str) -> PyResult<Option<Value>> {
    let ty = Type::of(value);
    let Some(found) = ty.lookup(name) else {
        return Ok(None);
    };
    match Type::of(found).slots().get {
        Some(get) => get(vm, found, Some(value), ty).map(Some),
        None => Ok(Some(found)),
    }
}

/// Calls a special method looked up on the type; none when the type has none.
///
/// # Errors
/// What it raises.
pub fn call_special(
    vm: &mut Vm,
    value: Value,
    name: Str,
    args: &[Value],
) -> PyResult<Option<Value>> {
    let Some(found) = Type::of(value).lookup(name) else {
        return Ok(None);
    };
    let direct = found.as_ref().is_some_and(|object| {
        object.layout() == layout::FUNCTION
            || (object.layout() == layout::NATIVE_METHOD
                && native::def_of(object).kind != NativeKind::ClassMethod)
    });
    if direct {
        let mut all = [value; 4];
        if args.len() < all.len() {
            all[1..=args.len()].copy_from_slice(args);
            return call(vm, found, &all[..=args.len()]).map(Some);
        }
    }
    let Some(method) = special(vm, value, name)? else {
        return Ok(None);
    };
    call(vm, method, args).map(Some)
}

/// Calls a method by name.
///
/// # Errors
/// What lookup and call raise.
pub fn call_method(vm: &mut Vm, value: Value, name: &str, args: &[Value]) -> PyResult {
    let method = get_attr_named(vm, value, name)?;
    call(vm, method, args)
}

// ---- calls

/// Calls with positional arguments.
///
/// # Errors
/// What the callable raises.
pub fn call(vm: &mut Vm, callable: Value, args: &[Value]) -> PyResult {
    vm.with_registers(args.len(), |vm, registers| {
        for (index, arg) in args.iter().enumerate() {
            registers.set(index, Some(*arg));
        }
        // SAFETY: the registers stay reserved during the call.
        let args = unsafe { Args::new(registers.as_ptr(), args.len(), None, Some(callable)) };
        call_args(vm, callable, args)
    })
}

/// Calls with positional arguments and keyword arguments by name.
///
/// # Errors
/// What the callable raises.
pub fn call_keywords(
    vm: &mut Vm,
    callable: Value,
    args: &[Value],
    keywords: &[(&str, Value)],
) -> PyResult {
    let names = vm.new_list_with(keywords.len())?;
    for (name, _) in keywords {
        let name = vm.intern(name)?;
        names.push(vm, name)?;
    }
    let names = vm.list_to_tuple(names)?;
    let count = args.len() + keywords.len();
    vm.with_registers(count, |vm, registers| {
        let values = args
            .iter()
            .copied()
            .chain(keywords.iter().map(|(_, value)| *value));
        for (index, value) in values.enumerate() {
            registers.set(index, Some(value));
        }
        // SAFETY: the registers stay reserved during the call.
        let args = unsafe { Args::new(registers.as_ptr(), count, names.as_ref(), Some(callable)) };
        call_args(vm, callable, args)
    })
}

/// Calls with arguments in registers.
///
/// # Errors
/// What the callable raises; TypeError if it is not callable.
pub fn call_args(vm: &mut Vm, callable: Value, args: Args) -> PyResult {
    let args = args.for_callee(callable);
    if let Some(object) = callable.as_ref() {
        match object.layout() {
            layout::FUNCTION => {
                let hook = vm.interp.hooks.call_function.expect("set at start-up");
                return hook(vm, callable, args);
            }
            layout::NATIVE_FUNCTION => {
                let def = native::def_of(object);
                return match mem::value(object, at::NATIVE_SELF) {
                    Some(this)
                        if def.kind != NativeKind::Function
                            && def.kind != NativeKind::StaticMethod =>
                    {
                        call_prepended(vm, this, args, |vm, args| vm.call_native(def, args))
                    }
                    _ => vm.call_native(def, args),
                };
            }
            layout::NATIVE_METHOD => {
                let def = native::def_of(object);
                check_descriptor_self(vm, object, args)?;
                return vm.call_native(def, args);
            }
            layout::METHOD => {
                let function =
                    mem::value(object, at::METHOD_FUNC).expect("bound methods have a function");
                let this = mem::value(object, at::METHOD_SELF).expect("bound methods have a self");
                return call_prepended(vm, this, args, |vm, args| call_args(vm, function, args));
            }
            _ => {}
        }
    }
    match Type::of(callable).slots().call {
        Some(slot) => slot(vm, callable, args),
        None => Err(vm.raise_type_of(callable, "is not callable")),
    }
}

/// Calls with one more argument in front.
///
/// # Errors
/// What the call raises.
pub fn call_prepended(
    vm: &mut Vm,
    first: Value,
    args: Args,
    body: impl FnOnce(&mut Vm, Args) -> PyResult,
) -> PyResult {
    let count = args.len() + args.keyword_count() + 1;
    vm.with_registers(count, |vm, registers| {
        registers.set(0, Some(first));
        // SAFETY: both areas are registers that hold `count - 1` values.
        unsafe {
            std::ptr::copy_nonoverlapping(args.registers(), registers.as_ptr().add(1), count - 1)
        };
        // SAFETY: the registers stay reserved during the call.
        let args = unsafe {
            Args::new(
                registers.as_ptr(),
                count,
                args.keyword_names(),
                args.callee(),
            )
        };
        body(vm, args)
    })
}

/// TypeError unless the first argument fits a method descriptor.
///
/// # Errors
/// TypeError.
pub fn check_descriptor_self(vm: &mut Vm, descriptor: Ref, args: Args) -> PyResult<()> {
    let def = native::def_of(descriptor);
    let Some(owner) = mem::reference(descriptor, at::DESCR_TYPE).map(Type::from_ref) else {
        return Ok(());
    };
    let Some(this) = args.get(0) else {
        let text = match def.kind {
            NativeKind::Wrapper => format!(
                "descriptor '{}' of '{}' object needs an argument",
                def.name,
                owner.name()
            ),
            _ => format!(
                "unbound method {}.{}() needs an argument",
                owner.name(),
                def.name
            ),
        };
        return Err(vm.raise_type(&text));
    };
    let ty = if def.kind == NativeKind::ClassMethod {
        Type::from_value(this)
    } else {
        Some(Type::of(this))
    };
    if ty.is_some_and(|ty| ty == owner || ty.is_subtype(owner)) {
        return Ok(());
    }
    let text = match def.kind {
        NativeKind::Wrapper => {
            format!(
                "descriptor '{}' requires a '{}' object but received a '{}'",
                def.name,
                owner.name(),
                type_name(this)
            )
        }
        _ => format!(
            "descriptor '{}' for '{}' objects doesn't apply to a '{}' object",
            def.name,
            owner.name(),
            type_name(this)
        ),
    };
    Err(vm.raise_type(&text))
}

/// `callable(value)`.
pub fn is_callable(value: Value) -> bool {
    Type::of(value).slots().call.is_some()
        || value.as_ref().is_some_and(|object| {
            matches!(
                object.layout(),
                layout::FUNCTION | layout::NATIVE_FUNCTION | layout::NATIVE_METHOD | layout::METHOD
            )
        })
}

// ---- items

/// `len(value)`.
///
/// # Errors
/// TypeError for types without length; what `__len__` raises.
pub fn len(vm: &mut Vm, value: Value) -> PyResult<usize> {
    match Type::of(value).slots().len {
        Some(slot) => slot(vm, value),
        None => {
            let name = type_name(value);
            Err(vm.raise_type(&format!("object of type '{name}' has no len()")))
        }
    }
}

/// `value[key]`.
///
/// # Errors
/// TypeError for types without items; what `__getitem__` raises.
pub fn get_item(vm: &mut Vm, value: Value, key: Value) -> PyResult {
    if let Some(slot) = Type::of(value).slots().get_item {
        return slot(vm, value, key);
    }
    if Type::from_value(value).is_some() {
        let name = vm.interp.names.__class_getitem__.str();
        if let Some(method) = get_attr_opt(vm, value, name)? {
            return call(vm, method, &[key]);
        }
        let name = Type::from_value(value).map(Type::name).unwrap_or_default();
        return Err(vm.raise_type(&format!("type '{name}' is not subscriptable")));
    }
    Err(vm.raise_type_of(value, "is not subscriptable"))
}

/// `value[key] = new` or `del value[key]`.
///
/// # Errors
/// TypeError for types without item assignment; what it raises.
pub fn set_item(vm: &mut Vm, value: Value, key: Value, new: Option<Value>) -> PyResult<()> {
    match Type::of(value).slots().set_item {
        Some(slot) => slot(vm, value, key, new),
        None if new.is_some() => Err(vm.raise_type_of(value, "does not support item assignment")),
        None => Err(vm.raise_type_of(value, "doesn't support item deletion")),
    }
}

/// `item in container`.
///
/// # Errors
/// TypeError for types that are no containers; what comparisons raise.
pub fn contains(vm: &mut Vm, container: Value, item: Value) -> PyResult<bool> {
    if let Some(slot) = Type::of(container).slots().contains {
        return slot(vm, container, item);
    }
    let slots = Type::of(container).slots();
    if slots.iter.is_none() && slots.get_item.is_none() {
        let name = type_name(container);
        return Err(vm.raise_type(&format!(
            "argument of type '{name}' is not a container or iterable"
        )));
    }
    let iterator = iter(vm, container)?;
    while let Some(next) = next(vm, iterator)? {
        if equal(vm, next, item)? {
            return Ok(true);
        }
    }
    Ok(false)
}

// ---- iteration

/// `iter(value)`.
///
/// # Errors
/// TypeError for types that are not iterable; what `__iter__` raises.
pub fn iter(vm: &mut Vm, value: Value) -> PyResult {
    let slots = Type::of(value).slots();
    if let Some(slot) = slots.iter {
        let iterator = slot(vm, value)?;
        if Type::of(iterator).slots().next.is_none() {
            let name = type_name(iterator);
            return Err(vm.raise_type(&format!("iter() returned non-iterator of type '{name}'")));
        }
        return Ok(iterator);
    }
    let mapping = Type::of(value).flags() & flag::DICT != 0;
    if slots.get_item.is_some() && !mapping {
        return vm.new_fields(types::ITERATOR.ty(), &[Some(value), Some(number::small(0))]);
    }
    Err(vm.raise_type_of(value, "is not iterable"))
}

/// `next(iterator)`, none at the end.
///
/// # Errors
/// TypeError for what is no iterator; what `__next__` raises.
pub fn next(vm: &mut Vm, iterator: Value) -> PyResult<Option<Value>> {
    match Type::of(iterator).slots().next {
        Some(slot) => match slot(vm, iterator) {
            // A generator that returned a value says so by StopIteration.
            Err(raised) if vm.raised_is(&types::StopIteration) => {
                vm.take_raised(raised);
                Ok(None)
            }
            step => step,
        },
        None => Err(vm.raise_type_of(iterator, "is not an iterator")),
    }
}

/// Calls `each` with the items of an iterable until it says stop (false).
///
/// # Errors
/// What iteration and `each` raise.
pub fn for_each(
    vm: &mut Vm,
    iterable: Value,
    mut each: impl FnMut(&mut Vm, Value) -> PyResult<bool>,
) -> PyResult<()> {
    let iterator = iter(vm, iterable)?;
    while let Some(item) = next(vm, iterator)? {
        if !each(vm, item)? {
            break;
        }
    }
    Ok(())
}

/// A new list of an iterable's items.
///
/// # Errors
/// What iteration raises.
pub fn to_list(vm: &mut Vm, iterable: Value) -> PyResult<List> {
    let object = iterable.as_ref();
    if object.is_some_and(|object| object.layout() == layout::LIST) {
        let source = List::from_ref(mem::expect_ref(iterable));
        return source.part(vm, 0, 1, source.len());
    }
    if object.is_some_and(|object| object.layout() == layout::TUPLE) {
        let source = Tuple::from_ref(mem::expect_ref(iterable));
        return vm.new_list_from(source.len(), |index| source.at(index));
    }
    let list = vm.new_list_with(0)?;
    for_each(vm, iterable, |vm, item| list.push(vm, item).map(|()| true))?;
    Ok(list)
}

/// A tuple of an iterable's items (an exact tuple itself).
///
/// # Errors
/// What iteration raises.
pub fn to_tuple(vm: &mut Vm, iterable: Value) -> PyResult<Tuple> {
    if iterable
        .as_ref()
        .is_some_and(|object| object.layout() == layout::TUPLE)
    {
        return Ok(Tuple::from_ref(mem::expect_ref(iterable)));
    }
    let list = to_list(vm, iterable)?;
    let tuple = vm.list_to_tuple(list)?;
    Ok(Tuple::from_ref(mem::expect_ref(tuple)))
}

// ---- arithmetic

/// `a OP b`.
///
/// # Errors
/// TypeError for unsupported operands; what the operation raises.
pub fn binary(vm: &mut Vm, op: BinaryOp, a: Value, b: Value) -> PyResult {
    match binary_or_not(vm, op, a, b)? {
        Some(result) => Ok(result),
        None => Err(unsupported(vm, op.symbol(), a, b)),
    }
}

fn binary_or_not(vm: &mut Vm, op: BinaryOp, a: Value, b: Value) -> PyResult<Option<Value>> {
    let (left, right) = (Type::of(a), Type::of(b));
    let first = left.slots().binary[op as usize];
    let mut second = right.slots().binary[op as usize];
    if left == right || first.map(|f| f as usize) == second.map(|f| f as usize) && !right.is_heap()
    {
        second = None;
    }
    let not_implemented = ty::not_implemented();
    if let (Some(slot), Some(_)) = (second, first)
        && right != left
        && right.is_subtype(left)
    {
        let result = slot(vm, a, b)?;
        if result != not_implemented {
            return Ok(Some(result));
        }
        second = None;
    }
    for slot in [first, second].into_iter().flatten() {
        let result = slot(vm, a, b)?;
        if result != not_implemented {
            return Ok(Some(result));
        }
    }
    match op {
        BinaryOp::Add => {
            if let Some(concat) = left.slots().concat {
                return concat(vm, a, b).map(Some);
            }
        }
        BinaryOp::Mul => {
            if let Some(repeat) = left.slots().repeat {
                return repeat(vm, a, b).map(Some);
            }
            if let Some(repeat) = right.slots().repeat {
                return repeat(vm, b, a).map(Some);
            }
        }
        _ => {}
    }
    Ok(None)
}

/// `a OP= b`.
///
/// # Errors
/// TypeError for unsupported operands; what the operation raises.
pub fn in_place(vm: &mut Vm, op: BinaryOp, a: Value, b: Value) -> PyResult {
    if let Some(slot) = Type::of(a).slots().in_place[op as usize] {
        let result = slot(vm, a, b)?;
        if result != ty::not_implemented() {
            return Ok(result);
        }
    }
    match binary_or_not(vm, op, a, b)? {
        Some(result) => Ok(result),
        None => {
            let symbol = if op == BinaryOp::Pow {
                "**=".to_owned()
            } else {
                format!("{}=", op.symbol())
            };
            Err(unsupported(vm, &symbol, a, b))
        }
    }
}

#[cold]
fn unsupported(vm: &mut Vm, symbol: &str, a: Value, b: Value) -> Raised {
    let text = format!(
        "unsupported operand type(s) for {symbol}: '{}' and '{}'",
        type_name(a),
        type_name(b)
    );
    vm.raise_type(&text)
}

/// A unary operator by its slot.
///
/// # Errors
/// TypeError for unsupported operands; what the operation raises.
pub fn unary(vm: &mut Vm, slot: Option<Unary>, symbol: &str, value: Value) -> PyResult {
    match slot {
        Some(slot) => slot(vm, value),
        None => {
            let name = type_name(value);
            Err(vm.raise_type(&format!("bad operand type for {symbol}: '{name}'")))
        }
    }
}

/// `operator.index(value)`: an int.
///
/// # Errors
/// TypeError for what is no integer; what `__index__` raises.
pub fn index(vm: &mut Vm, value: Value) -> PyResult {
    if number::int_of(value).is_some() {
        return Ok(value);
    }
    let Some(slot) = Type::of(value).slots().index else {
        return Err(vm.raise_type_of(value, "cannot be interpreted as an integer"));
    };
    let result = slot(vm, value)?;
    if number::int_of(result).is_none() {
        let name = type_name(result);
        return Err(vm.raise_type(&format!("__index__ returned non-int (type {name})")));
    }
    Ok(result)
}

/// An index or count as i64, numbers beyond clamped to the ends of its range.
///
/// # Errors
/// As [`index`].
pub fn index_clamped(vm: &mut Vm, value: Value) -> PyResult<i64> {
    let int = index(vm, value)?;
    let view = number::int_of(int).expect("index gives an int");
    Ok(view.to_i64().unwrap_or(if view.is_negative() {
        i64::MIN
    } else {
        i64::MAX
    }))
}

/// An integer that must fit an `i64`.
///
/// # Errors
/// As [`index`]; OverflowError (`Python int too large to convert to C ssize_t`).
pub fn index_i64(vm: &mut Vm, value: Value) -> PyResult<i64> {
    let int = index(vm, value)?;
    match number::i64_of(int) {
        Some(int) => Ok(int),
        None => Err(vm.raise_overflow("Python int too large to convert to C ssize_t")),
    }
}

/// `float(value)` for numbers: `__float__` or `__index__`.
///
/// # Errors
/// TypeError for what is no real number ("must be real number, not X"); OverflowError.
pub fn to_f64(vm: &mut Vm, value: Value) -> PyResult<f64> {
    if let Some(float) = number::float_of(value) {
        return Ok(float);
    }
    if let Some(int) = number::int_of(value) {
        return match int {
            number::IntView::Small(int) => Ok(int as f64),
            number::IntView::Big(int) => match int.to_f64() {
                Ok(float) => Ok(float),
                Err(_) => Err(vm.raise_overflow("int too large to convert to float")),
            },
        };
    }
    let slots = Type::of(value).slots();
    if let Some(slot) = slots.float {
        let result = slot(vm, value)?;
        return match number::float_of(result) {
            Some(float) => Ok(float),
            None => {
                let text = format!(
                    "{}.__float__() returned non-float (type {})",
                    type_name(value),
                    type_name(result)
                );
                Err(vm.raise_type(&text))
            }
        };
    }
    if slots.index.is_some() {
        let int = index(vm, value)?;
        return to_f64(vm, int);
    }
    let name = type_name(value);
    Err(vm.raise_type(&format!("must be real number, not {name}")))
}

// ---- classes

/// `isinstance(value, class)`; `class` may be a tuple or union.
///
/// # Errors
/// TypeError for what is no class; what `__instancecheck__` raises.
pub fn is_instance(vm: &mut Vm, value: Value, class: Value) -> PyResult<bool> {
    if let Some(ty) = Type::from_value(class) {
        if Type::of(value) == ty {
            return Ok(true);
        }
        if Type::of(class).is(&types::TYPE) {
            return real_instance(vm, value, ty);
        }
    }
    if let Some(classes) = Tuple::of(class) {
        return vm.nested(" in __instancecheck__", |vm| {
            for index in 0..classes.len() {
                if is_instance(vm, value, classes.at(index))? {
                    return Ok(true);
                }
            }
            Ok(false)
        });
    }
    let name = vm.interp.names.__instancecheck__.str();
    if let Some(result) = call_special(vm, class, name, &[value])? {
        return truth(vm, result);
    }
    match Type::from_value(class) {
        Some(ty) => real_instance(vm, value, ty),
        None => {
            Err(vm.raise_type("isinstance() arg 2 must be a type, a tuple of types, or a union"))
        }
    }
}

/// `isinstance` without `__instancecheck__`: by type, and by `__class__`.
///
/// # Errors
/// What `__class__` raises.
pub fn real_instance(vm: &mut Vm, value: Value, ty: Type) -> PyResult<bool> {
    let own = Type::of(value);
    if own.is_subtype(ty) {
        return Ok(true);
    }
    // Builtin types that look attributes up in their own way may claim another class (weak proxies do).
    let lookup = |ty: Type| ty.slots().get_attr.map(|slot| slot as usize);
    if !own.is_heap() && lookup(own) == lookup(types::OBJECT.ty()) {
        return Ok(false);
    }
    let name = vm.interp.names.__class__.str();
    let claimed = get_attr_opt(vm, value, name)?.and_then(Type::from_value);
    Ok(claimed.is_some_and(|claimed| claimed != own && claimed.is_subtype(ty)))
}

/// `issubclass(class, of)`; `of` may be a tuple or union.
///
/// # Errors
/// TypeError for what are no classes; what `__subclasscheck__` raises.
pub fn is_subclass(vm: &mut Vm, class: Value, of: Value) -> PyResult<bool> {
    if Type::of(of).is(&types::TYPE) {
        let of = Type::from_value(of).expect("types of type `type` are types");
        return match Type::from_value(class) {
            Some(ty) => Ok(ty.is_subtype(of)),
            None => Err(vm.raise_type("issubclass() arg 1 must be a class")),
        };
    }
    if let Some(classes) = Tuple::of(of) {
        for index in 0..classes.len() {
            if is_subclass(vm, class, classes.at(index))? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    let name = vm.interp.names.__subclasscheck__.str();
    if let Some(result) = call_special(vm, of, name, &[class])? {
        return truth(vm, result);
    }
    match (Type::from_value(class), Type::from_value(of)) {
        (Some(class), Some(of)) => Ok(class.is_subtype(of)),
        (None, _) => Err(vm.raise_type("issubclass() arg 1 must be a class")),
        _ => {
            Err(vm.raise_type("issubclass() arg 2 must be a class, a tuple of classes, or a union"))
        }
    }
}

/// The dict of a module object.
pub fn module_dict(module: Value) -> Option<Dict> {
    let object = module
        .as_ref()
        .filter(|object| object.layout() == layout::MODULE)?;
    mem::value(object, at::MODULE_DICT).and_then(Dict::of)
}

impl Vm {
    /// Runs native code that may recurse, one level deeper.
    ///
    /// # Errors
    /// RecursionError ("maximum recursion depth exceeded" and `what`) when the native stack runs low; what `body` raises.
    #[inline]
    pub fn nested<T>(
        &mut self,
        what: &str,
        body: impl FnOnce(&mut Vm) -> PyResult<T>,
    ) -> PyResult<T> {
        if self.cx.native_depth as usize >= NATIVE_LIMIT {
            return Err(self.raise_recursion(&format!("maximum recursion depth exceeded{what}")));
        }
        self.cx.native_depth += 1;
        let result = body(self);
        self.cx.native_depth -= 1;
        result
    }
}

/// Levels of native recursion allowed; a level needs well under 4 KB of the native stack.
pub const NATIVE_LIMIT: usize = 1200;
