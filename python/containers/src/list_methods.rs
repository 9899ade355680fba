//! Methods of `list`.

use crate::helpers::{clamp_bound, class_getitem, index_bounds, wrap_index};
use crate::list::{extend, this};
use taipan_objects::layout::{self, at};
use taipan_objects::mem;
use taipan_objects::native::{Args, Intrinsic};
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::ty::{self, types};
use taipan_objects::{PyResult, Value, Vm, natives};

fn append(vm: &mut Vm, args: Args) -> PyResult {
    this(args.at(0)).push(vm, args.at(1))?;
    Ok(ty::none())
}

fn extend_method(vm: &mut Vm, args: Args) -> PyResult {
    extend(vm, this(args.at(0)), args.at(1))?;
    Ok(ty::none())
}

fn insert(vm: &mut Vm, args: Args) -> PyResult {
    let list = this(args.at(0));
    let index = protocol::index_i64(vm, args.at(1))?;
    let place = clamp_bound(index, list.len()).min(list.len());
    list.insert(vm, place, args.at(2))?;
    Ok(ty::none())
}

fn pop(vm: &mut Vm, args: Args) -> PyResult {
    let list = this(args.at(0));
    let index = match args.get(1) {
        Some(index) => protocol::index_i64(vm, index)?,
        None => -1,
    };
    if list.is_empty() {
        return Err(vm.raise_index("pop from empty list"));
    }
    match wrap_index(index, list.len()) {
        Some(index) => Ok(list.remove(vm, index)),
        None => Err(vm.raise_index("pop index out of range")),
    }
}

fn remove(vm: &mut Vm, args: Args) -> PyResult {
    let list = this(args.at(0));
    let mut index = 0;
    while let Some(item) = list.get(index) {
        if protocol::equal(vm, item, args.at(1))? {
            // The comparison may have shortened the list.
            if index < list.len() {
                list.remove(vm, index);
            }
            return Ok(ty::none());
        }
        index += 1;
    }
    Err(vm.raise_value("list.remove(x): x not in list"))
}

fn clear(vm: &mut Vm, args: Args) -> PyResult {
    this(args.at(0)).clear(vm);
    Ok(ty::none())
}

fn copy(vm: &mut Vm, args: Args) -> PyResult {
    let list = this(args.at(0));
    Ok(vm
        .new_list_from(list.len(), |index| list.at(index))?
        .value())
}

fn count(vm: &mut Vm, args: Args) -> PyResult {
    let list = this(args.at(0));
    let (mut index, mut found) = (0, 0);
    while let Some(item) = list.get(index) {
        found += usize::from(protocol::equal(vm, item, args.at(1))?);
        index += 1;
    }
    Ok(number::size(found))
}

fn index(vm: &mut Vm, args: Args) -> PyResult {
    let list = this(args.at(0));
    let (mut index, stop) = index_bounds(vm, &args, || list.len())?;
    while index < stop {
        let Some(item) = list.get(index) else { break };
        if protocol::equal(vm, item, args.at(1))? {
            return Ok(number::size(index));
        }
        index += 1;
    }
    Err(vm.raise_value("list.index(x): x not in list"))
}

fn reverse(vm: &mut Vm, args: Args) -> PyResult {
    let list = this(args.at(0));
    let len = list.len();
    for index in 0..len / 2 {
        let (low, high) = (list.at(index), list.at(len - 1 - index));
        list.set(vm, index, high);
        list.set(vm, len - 1 - index, low);
    }
    Ok(ty::none())
}

fn sort(vm: &mut Vm, args: Args) -> PyResult {
    let key = args.get(1).filter(|key| *key != ty::none());
    let reverse = match args.get(2) {
        Some(reverse) => protocol::truth(vm, reverse)?,
        None => false,
    };
    crate::sort::sort_list(vm, this(args.at(0)), key, reverse)?;
    Ok(ty::none())
}

fn reversed(vm: &mut Vm, args: Args) -> PyResult {
    let list = this(args.at(0));
    let object = vm.alloc(layout::LIST_ITER, &types::LIST_REVERSEITERATOR, 32)?;
    vm.init(object, at::ITER_OF, Some(list.value()));
    mem::set(object, at::ITER_INDEX, list.len() as i64 - 1);
    Ok(Value::from_ref(object))
}

fn sizeof(_vm: &mut Vm, args: Args) -> PyResult {
    Ok(number::size(40 + 8 * this(args.at(0)).capacity()))
}

natives! {
    /// Methods of `list`.
    pub(crate) static METHODS = {
        "append" method One, "(self, object, /)" => append, intrinsic(Intrinsic::ListAppend);
        "extend" method One, "(self, iterable, /)" => extend_method;
        "insert" method Positional(2, 2), "(self, index, object, /)" => insert, intrinsic(Intrinsic::ListInsert);
        "pop" method Positional(0, 1), "(self, index=-1, /)" => pop, intrinsic(Intrinsic::ListPop);
        "remove" method One, "(self, value, /)" => remove;
        "clear" method NoArgs, "(self, /)" => clear;
        "copy" method NoArgs, "(self, /)" => copy;
        "count" method One, "(self, value, /)" => count;
        "index" method Positional(1, 3), "(self, value, start=0, stop=sys.maxsize, /)" => index;
        "reverse" method NoArgs, "(self, /)" => reverse;
        "sort" method Signature(0), "(self, /, *, key=None, reverse=False)" => sort;
        "__reversed__" method NoArgs, "(self, /)" => reversed;
        "__sizeof__" method NoArgs, "(self, /)" => sizeof;
        "__class_getitem__" classmethod One, "(object, /)" => class_getitem;
    }
}
