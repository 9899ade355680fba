//! Iterators over lists, tuples, sequences by `__getitem__`, and calls until a sentinel comes.

use crate::helpers::{builtin, self_iter};
use taipan_objects::class::TypeDef;
use taipan_objects::layout::at;
use taipan_objects::list::List;
use taipan_objects::mem;
use taipan_objects::native::Args;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Ref, Value, Vm, natives};

fn subject(iterator: Ref) -> Option<Value> {
    mem::value(iterator, at::ITER_OF)
}

fn exhaust(vm: &Vm, iterator: Ref) {
    vm.store(iterator, at::ITER_OF, None);
}

fn position(iterator: Ref) -> i64 {
    mem::get(iterator, at::ITER_INDEX)
}

fn item_of(sequence: Value, index: i64) -> Option<Value> {
    let index = usize::try_from(index).ok()?;
    match List::of(sequence) {
        Some(list) => list.get(index),
        None => Tuple::of(sequence)?.get(index),
    }
}

fn next_forward(vm: &mut Vm, iterator: Value) -> PyResult<Option<Value>> {
    let iterator = mem::expect_ref(iterator);
    let Some(sequence) = subject(iterator) else {
        return Ok(None);
    };
    let index = position(iterator);
    let item = item_of(sequence, index);
    match item {
        Some(_) => mem::set(iterator, at::ITER_INDEX, index + 1),
        None => exhaust(vm, iterator),
    }
    Ok(item)
}

fn next_backward(vm: &mut Vm, iterator: Value) -> PyResult<Option<Value>> {
    let iterator = mem::expect_ref(iterator);
    let Some(sequence) = subject(iterator) else {
        return Ok(None);
    };
    let index = position(iterator);
    let item = item_of(sequence, index);
    match item {
        Some(_) => mem::set(iterator, at::ITER_INDEX, index - 1),
        None => {
            mem::set(iterator, at::ITER_INDEX, -1i64);
            exhaust(vm, iterator);
        }
    }
    Ok(item)
}

fn length(sequence: Value) -> i64 {
    let length = match List::of(sequence) {
        Some(list) => list.len(),
        None => Tuple::of(sequence).map_or(0, Tuple::len),
    };
    i64::try_from(length).unwrap_or(i64::MAX)
}

fn hint_forward(vm: &mut Vm, args: Args) -> PyResult {
    let iterator = mem::expect_ref(args.at(0));
    let left = subject(iterator).map_or(0, |of| length(of) - position(iterator));
    vm.new_int(left.max(0))
}

fn hint_backward(vm: &mut Vm, args: Args) -> PyResult {
    let iterator = mem::expect_ref(args.at(0));
    let Some(of) = subject(iterator) else {
        return Ok(number::small(0));
    };
    let left = position(iterator) + 1;
    vm.new_int(if left > length(of) { 0 } else { left })
}

/// `(function, (what is iterated,), index)`, or an iterator over nothing.
fn reduce_with(vm: &mut Vm, iterator: Ref, function: &str, empty: Value) -> PyResult {
    let Some(of) = subject(iterator) else {
        let iter = builtin(vm, "iter")?;
        let arguments = vm.new_tuple(&[empty])?;
        return vm.new_tuple(&[iter, arguments]);
    };
    let function = builtin(vm, function)?;
    let arguments = vm.new_tuple(&[of])?;
    let index = vm.new_int(position(iterator))?;
    vm.new_tuple(&[function, arguments, index])
}

fn reduce_list(vm: &mut Vm, args: Args) -> PyResult {
    let empty = vm.new_list(&[])?;
    reduce_with(vm, mem::expect_ref(args.at(0)), "iter", empty)
}

fn reduce_tuple(vm: &mut Vm, args: Args) -> PyResult {
    let empty = vm.interp.empty_tuple();
    reduce_with(vm, mem::expect_ref(args.at(0)), "iter", empty)
}

fn reduce_backward(vm: &mut Vm, args: Args) -> PyResult {
    let empty = vm.new_list(&[])?;
    reduce_with(vm, mem::expect_ref(args.at(0)), "reversed", empty)
}

fn setstate_forward(vm: &mut Vm, args: Args) -> PyResult {
    let iterator = mem::expect_ref(args.at(0));
    let index = protocol::index_i64(vm, args.at(1))?;
    if let Some(of) = subject(iterator) {
        mem::set(iterator, at::ITER_INDEX, index.clamp(0, length(of)));
    }
    Ok(ty::none())
}

fn setstate_backward(vm: &mut Vm, args: Args) -> PyResult {
    let iterator = mem::expect_ref(args.at(0));
    let index = protocol::index_i64(vm, args.at(1))?;
    if let Some(of) = subject(iterator) {
        mem::set(iterator, at::ITER_INDEX, index.clamp(-1, length(of) - 1));
    }
    Ok(ty::none())
}

natives! {
    static LIST_METHODS = {
        "__length_hint__" method NoArgs, "(self, /)" => hint_forward;
        "__reduce__" method NoArgs, "(self, /)" => reduce_list;
        "__setstate__" method One, "(self, object, /)" => setstate_forward;
    }
}
natives! {
    static TUPLE_METHODS = {
        "__length_hint__" method NoArgs, "(self, /)" => hint_forward;
        "__reduce__" method NoArgs, "(self, /)" => reduce_tuple;
        "__setstate__" method One, "(self, object, /)" => setstate_forward;
    }
}
natives! {
    static BACKWARD_METHODS = {
        "__length_hint__" method NoArgs, "(self, /)" => hint_backward;
        "__reduce__" method NoArgs, "(self, /)" => reduce_backward;
        "__setstate__" method One, "(self, object, /)" => setstate_backward;
    }
}

// ---- sequences by `__getitem__`: fields sequence (unset once exhausted) and index

fn next_sequence(vm: &mut Vm, iterator: Value) -> PyResult<Option<Value>> {
    let iterator = mem::expect_ref(iterator);
    let (Some(sequence), Some(index)) = (Vm::field(iterator, 0), Vm::field(iterator, 1)) else {
        return Ok(None);
    };
    let number = index.as_small_int().unwrap_or(i64::MAX - 1);
    match protocol::get_item(vm, sequence, index) {
        Ok(item) => {
            let next = vm.new_int(number + 1)?;
            vm.set_field(iterator, 1, Some(next));
            Ok(Some(item))
        }
        Err(raised) if vm.raised_is(&types::IndexError) || vm.raised_is(&types::StopIteration) => {
            vm.take_raised(raised);
            vm.set_field(iterator, 0, None);
            Ok(None)
        }
        Err(raised) => Err(raised),
    }
}

fn sequence_hint(vm: &mut Vm, args: Args) -> PyResult {
    let iterator = mem::expect_ref(args.at(0));
    let Some(sequence) = Vm::field(iterator, 0) else {
        return Ok(number::small(0));
    };
    if Type::of(sequence).slots().len.is_none() {
        return Ok(ty::not_implemented());
    }
    let len = protocol::len(vm, sequence)?;
    let at = Vm::field(iterator, 1)
        .and_then(Value::as_small_int)
        .unwrap_or(0);
    vm.new_int(
        i64::try_from(len)
            .unwrap_or(i64::MAX)
            .saturating_sub(at)
            .max(0),
    )
}

fn sequence_reduce(vm: &mut Vm, args: Args) -> PyResult {
    let iterator = mem::expect_ref(args.at(0));
    let iter = builtin(vm, "iter")?;
    match (Vm::field(iterator, 0), Vm::field(iterator, 1)) {
        (Some(sequence), Some(index)) => {
            let arguments = vm.new_tuple(&[sequence])?;
            vm.new_tuple(&[iter, arguments, index])
        }
        _ => {
            let empty = vm.interp.empty_tuple();
            let arguments = vm.new_tuple(&[empty])?;
            vm.new_tuple(&[iter, arguments])
        }
    }
}

fn sequence_setstate(vm: &mut Vm, args: Args) -> PyResult {
    let iterator = mem::expect_ref(args.at(0));
    let index = protocol::index_i64(vm, args.at(1))?.max(0);
    let index = vm.new_int(index)?;
    vm.set_field(iterator, 1, Some(index));
    Ok(ty::none())
}

natives! {
    static SEQUENCE_METHODS = {
        "__length_hint__" method NoArgs, "(self, /)" => sequence_hint;
        "__reduce__" method NoArgs, "(self, /)" => sequence_reduce;
        "__setstate__" method One, "(self, object, /)" => sequence_setstate;
    }
}

// ---- calls until a sentinel: fields callable (unset once exhausted) and sentinel

/// `iter(callable, sentinel)`.
///
/// # Errors
/// MemoryError.
pub fn new_callable_iter(vm: &mut Vm, callable: Value, sentinel: Value) -> PyResult {
    vm.new_fields(
        types::CALLABLE_ITERATOR.ty(),
        &[Some(callable), Some(sentinel)],
    )
}

fn next_call(vm: &mut Vm, iterator: Value) -> PyResult<Option<Value>> {
    let iterator = mem::expect_ref(iterator);
    let (Some(callable), Some(sentinel)) = (Vm::field(iterator, 0), Vm::field(iterator, 1)) else {
        return Ok(None);
    };
    match protocol::call(vm, callable, &[]) {
        Ok(result) => {
            // The call may have used the iterator up.
            if Vm::field(iterator, 0).is_some() {
                if !protocol::equal(vm, sentinel, result)? {
                    return Ok(Some(result));
                }
                vm.set_field(iterator, 0, None);
                vm.set_field(iterator, 1, None);
            }
            Ok(None)
        }
        Err(raised) if vm.raised_is(&types::StopIteration) => {
            vm.take_raised(raised);
            vm.set_field(iterator, 0, None);
            vm.set_field(iterator, 1, None);
            Ok(None)
        }
        Err(raised) => Err(raised),
    }
}

fn call_reduce(vm: &mut Vm, args: Args) -> PyResult {
    let iterator = mem::expect_ref(args.at(0));
    let iter = builtin(vm, "iter")?;
    let arguments = match (Vm::field(iterator, 0), Vm::field(iterator, 1)) {
        (Some(callable), Some(sentinel)) => vm.new_tuple(&[callable, sentinel])?,
        _ => {
            let empty = vm.interp.empty_tuple();
            vm.new_tuple(&[empty])?
        }
    };
    vm.new_tuple(&[iter, arguments])
}

natives! {
    static CALL_METHODS = {
        "__reduce__" method NoArgs, "(self, /)" => call_reduce;
    }
}

macro_rules! iterators {
    ($($name:ident $next:ident $methods:ident;)*) => {
        $(
            #[doc = concat!("`", stringify!($name), "`.")]
            pub static $name: TypeDef = TypeDef {
                ty: &types::$name,
                slots: |slots| {
                    slots.iter = Some(self_iter);
                    slots.next = Some($next);
                },
                methods: $methods,
                getset: &[],
                doc: "",
                module: "",
            };
        )*
    };
}
iterators! {
    LIST_ITERATOR next_forward LIST_METHODS;
    LIST_REVERSEITERATOR next_backward BACKWARD_METHODS;
    TUPLE_ITERATOR next_forward TUPLE_METHODS;
    ITERATOR next_sequence SEQUENCE_METHODS;
    CALLABLE_ITERATOR next_call CALL_METHODS;
}
