//! Calls of any callable, of special methods and methods by name.

use super::{get_attr_named, type_name};
use crate::layout::{self, at};
use crate::mem;
use crate::native::{self, Args, NativeKind};
use crate::raise::PyResult;
use crate::str::Str;
use crate::ty::Type;
use crate::vm::Vm;
use coil_value::{Ref, Value};

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
                return call_prepended(vm, this, args, |vm, args| {
                    if function
                        .as_ref()
                        .is_some_and(|inner| inner.layout() == layout::METHOD)
                    {
                        return vm.nested("", |vm| call_args(vm, function, args));
                    }
                    call_args(vm, function, args)
                });
            }
            _ => {}
        }
    }
    match Type::of(callable).slots().call {
        Some(slot) => vm.nested(" while calling a Python object", |vm| {
            slot(vm, callable, args)
        }),
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
