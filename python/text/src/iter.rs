//! Iterators over str, bytes and bytearray: what is iterated at 16 (unset when done), raw index at 24.

use coil_value::{LayoutId, Ref, Value};
use taipan_objects::bytes::bytes_like;
use taipan_objects::class::TypeDef;
use taipan_objects::layout::{self, at};
use taipan_objects::native::Args;
use taipan_objects::slots::Slots;
use taipan_objects::str::Str;
use taipan_objects::ty::{StaticType, types};
use taipan_objects::{PyResult, Vm, mem, natives, number, protocol};

macro_rules! iterator_types {
    ($($const:ident $ty:ident $next:ident;)*) => {
        $(
            /// An iterator type.
            pub(crate) static $const: TypeDef = TypeDef {
                ty: &types::$ty,
                slots: |slots: &mut Slots| {
                    slots.iter = Some(|_, value| Ok(value));
                    slots.next = Some($next);
                },
                methods: METHODS,
                getset: &[],
                doc: "",
                module: "",
            };
        )*
    };
}
iterator_types! {
    STR_ITERATOR STR_ITERATOR next_char;
    STR_ASCII_ITERATOR STR_ASCII_ITERATOR next_char;
    BYTES_ITERATOR BYTES_ITERATOR next_byte;
    BYTEARRAY_ITERATOR BYTEARRAY_ITERATOR next_byte;
}

natives! {
    static METHODS = {
        "__length_hint__" method NoArgs, "($self, /)" => length_hint;
        "__reduce__" method NoArgs, "($self, /)" => reduce;
        "__setstate__" method One, "($self, object, /)" => setstate;
    }
}

const LAYOUT: LayoutId = layout::STR_ITER;

fn new(vm: &mut Vm, ty: &'static StaticType, of: Value) -> PyResult {
    let object = vm.alloc(LAYOUT, ty, 32)?;
    vm.init(object, at::ITER_OF, Some(of));
    Ok(Value::from_ref(object))
}

/// `iter(str)`
pub(crate) fn of_str(vm: &mut Vm, value: Value) -> PyResult {
    let ascii = Str::of(value).is_some_and(Str::is_ascii);
    let ty = if ascii {
        &types::STR_ASCII_ITERATOR
    } else {
        &types::STR_ITERATOR
    };
    new(vm, ty, value)
}

/// `iter(bytes)`
pub(crate) fn of_bytes(vm: &mut Vm, value: Value) -> PyResult {
    new(vm, &types::BYTES_ITERATOR, value)
}

/// `iter(bytearray)`
pub(crate) fn of_bytearray(vm: &mut Vm, value: Value) -> PyResult {
    new(vm, &types::BYTEARRAY_ITERATOR, value)
}

fn state(value: Value) -> (Ref, Option<Value>, usize) {
    let object = mem::expect_ref(value);
    (
        object,
        mem::value(object, at::ITER_OF),
        mem::get(object, at::ITER_INDEX),
    )
}

fn next_char(vm: &mut Vm, value: Value) -> PyResult<Option<Value>> {
    let (object, of, index) = state(value);
    let Some(text) = of.and_then(Str::of) else {
        return Ok(None);
    };
    if index >= text.len() {
        vm.store(object, at::ITER_OF, None);
        return Ok(None);
    }
    let char = vm.new_char(text.at(index))?;
    mem::set(object, at::ITER_INDEX, index + 1);
    Ok(Some(char))
}

fn next_byte(vm: &mut Vm, value: Value) -> PyResult<Option<Value>> {
    let (object, of, index) = state(value);
    let byte = of
        .and_then(bytes_like)
        .and_then(|data| data.get(index).copied());
    match byte {
        Some(byte) => {
            mem::set(object, at::ITER_INDEX, index + 1);
            Ok(Some(number::small(i64::from(byte))))
        }
        None => {
            vm.store(object, at::ITER_OF, None);
            Ok(None)
        }
    }
}

fn length(of: Value) -> usize {
    match Str::of(of) {
        Some(text) => text.len(),
        None => bytes_like(of).map_or(0, <[u8]>::len),
    }
}

fn length_hint(_: &mut Vm, args: Args) -> PyResult {
    let (_, of, index) = state(args.at(0));
    Ok(number::size(
        of.map_or(0, |of| length(of).saturating_sub(index)),
    ))
}

fn reduce(vm: &mut Vm, args: Args) -> PyResult {
    let builtins = vm.interp.builtins();
    let iter = match builtins.get_name(vm, "iter")? {
        Some(iter) => iter,
        None => return Err(vm.raise_attribute("iter")),
    };
    let (_, of, index) = state(args.at(0));
    match of {
        Some(of) => {
            let inner = vm.new_tuple(&[of])?;
            vm.new_tuple(&[iter, inner, number::size(index)])
        }
        None => {
            let empty = vm.interp.empty_tuple();
            let inner = vm.new_tuple(&[empty])?;
            vm.new_tuple(&[iter, inner])
        }
    }
}

fn setstate(vm: &mut Vm, args: Args) -> PyResult {
    let index = protocol::index_i64(vm, args.at(1))?;
    let (object, of, _) = state(args.at(0));
    if let Some(of) = of {
        let index = usize::try_from(index).unwrap_or(0).min(length(of));
        mem::set(object, at::ITER_INDEX, index);
    }
    Ok(taipan_objects::ty::none())
}
