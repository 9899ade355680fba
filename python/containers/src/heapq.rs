//! Module `_heapq`: heaps in lists, smallest or largest first.

use crate::native_module::add_types;
use taipan_objects::list::List;
use taipan_objects::module::ModuleDef;
use taipan_objects::native::Args;
use taipan_objects::protocol;
use taipan_objects::slots::CompareOp;
use taipan_objects::ty;
use taipan_objects::{PyResult, Raised, Value, Vm, natives};

/// Which end of the order comes first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum First {
    Smallest,
    Largest,
}

impl First {
    /// Whether `a` must stand nearer to the top than `b`.
    fn above(self, vm: &mut Vm, a: Value, b: Value) -> PyResult<bool> {
        let (a, b) = match self {
            First::Smallest => (a, b),
            First::Largest => (b, a),
        };
        if let (Some(a), Some(b)) = (a.as_small_int(), b.as_small_int()) {
            return Ok(a < b);
        }
        protocol::compare_truth(vm, a, b, CompareOp::Lt)
    }
}

fn heap(vm: &mut Vm, value: Value, function: &str) -> PyResult<List> {
    match List::of(value) {
        Some(list) => Ok(list),
        None => {
            let name = protocol::type_name(value);
            Err(vm.raise_type(&format!("{function}() argument 1 must be list, not {name}")))
        }
    }
}

fn changed(vm: &mut Vm) -> Raised {
    vm.raise_runtime("list changed size during iteration")
}

/// Two items of a heap of `len` items, compared; RuntimeError if a comparison changed the length.
fn above(vm: &mut Vm, heap: List, len: usize, first: First, a: usize, b: usize) -> PyResult<bool> {
    let (a, b) = (heap.at(a), heap.at(b));
    let result = first.above(vm, a, b)?;
    if heap.len() != len {
        return Err(changed(vm));
    }
    Ok(result)
}

fn exchange(vm: &mut Vm, heap: List, a: usize, b: usize) {
    let (x, y) = (heap.at(a), heap.at(b));
    heap.set(vm, a, y);
    heap.set(vm, b, x);
}

/// Moves the item at `place` up to where it belongs, not above `top`.
fn rise(vm: &mut Vm, heap: List, first: First, top: usize, mut place: usize) -> PyResult<()> {
    let len = heap.len();
    while place > top {
        let parent = (place - 1) / 2;
        if !above(vm, heap, len, first, place, parent)? {
            break;
        }
        exchange(vm, heap, place, parent);
        place = parent;
    }
    Ok(())
}

/// Moves the item at `place` down to a leaf along the better children, then up to where it belongs: most items belong near the leaves.
fn sink(vm: &mut Vm, heap: List, first: First, start: usize) -> PyResult<()> {
    let len = heap.len();
    let mut place = start;
    while 2 * place + 1 < len {
        let mut child = 2 * place + 1;
        if child + 1 < len && !above(vm, heap, len, first, child, child + 1)? {
            child += 1;
        }
        exchange(vm, heap, place, child);
        place = child;
    }
    rise(vm, heap, first, start, place)
}

fn push(vm: &mut Vm, args: Args, name: &str, first: First) -> PyResult {
    let heap = heap(vm, args.at(0), name)?;
    heap.push(vm, args.at(1))?;
    let last = heap.len() - 1;
    rise(vm, heap, first, 0, last)?;
    Ok(ty::none())
}

fn pop(vm: &mut Vm, args: Args, name: &str, first: First) -> PyResult {
    let heap = heap(vm, args.at(0), name)?;
    let Some(last) = heap.pop(vm) else {
        return Err(vm.raise_index("index out of range"));
    };
    if heap.is_empty() {
        return Ok(last);
    }
    let top = heap.at(0);
    heap.set(vm, 0, last);
    sink(vm, heap, first, 0)?;
    Ok(top)
}

fn replace(vm: &mut Vm, args: Args, name: &str, first: First) -> PyResult {
    let heap = heap(vm, args.at(0), name)?;
    let Some(top) = heap.get(0) else {
        return Err(vm.raise_index("index out of range"));
    };
    heap.set(vm, 0, args.at(1));
    sink(vm, heap, first, 0)?;
    Ok(top)
}

fn push_pop(vm: &mut Vm, args: Args, name: &str, first: First) -> PyResult {
    let heap = heap(vm, args.at(0), name)?;
    let item = args.at(1);
    let Some(top) = heap.get(0) else {
        return Ok(item);
    };
    if !first.above(vm, top, item)? {
        return Ok(item);
    }
    // The comparison may have changed the heap.
    let Some(top) = heap.get(0) else {
        return Err(vm.raise_index("index out of range"));
    };
    heap.set(vm, 0, item);
    sink(vm, heap, first, 0)?;
    Ok(top)
}

fn heapify(vm: &mut Vm, args: Args, name: &str, first: First) -> PyResult {
    let heap = heap(vm, args.at(0), name)?;
    let len = heap.len();
    for place in (0..len / 2).rev() {
        if heap.len() != len {
            return Err(changed(vm));
        }
        sink(vm, heap, first, place)?;
    }
    Ok(ty::none())
}

natives! {
    static FUNCTIONS = {
        "heappush" function Positional(2, 2), "(heap, item, /)" => |vm, args| push(vm, args, "heappush", First::Smallest);
        "heappop" function One, "(heap, /)" => |vm, args| pop(vm, args, "heappop", First::Smallest);
        "heapreplace" function Positional(2, 2), "(heap, item, /)" => |vm, args| replace(vm, args, "heapreplace", First::Smallest);
        "heappushpop" function Positional(2, 2), "(heap, item, /)" => |vm, args| push_pop(vm, args, "heappushpop", First::Smallest);
        "heapify" function One, "(heap, /)" => |vm, args| heapify(vm, args, "heapify", First::Smallest);
        "heappush_max" function Positional(2, 2), "(heap, item, /)" => |vm, args| push(vm, args, "heappush_max", First::Largest);
        "heappop_max" function One, "(heap, /)" => |vm, args| pop(vm, args, "heappop_max", First::Largest);
        "heapreplace_max" function Positional(2, 2), "(heap, item, /)" => |vm, args| replace(vm, args, "heapreplace_max", First::Largest);
        "heappushpop_max" function Positional(2, 2), "(heap, item, /)" => |vm, args| push_pop(vm, args, "heappushpop_max", First::Largest);
        "heapify_max" function One, "(heap, /)" => |vm, args| heapify(vm, args, "heapify_max", First::Largest);
    }
}

/// Module `_heapq`.
pub const HEAPQ: ModuleDef = ModuleDef {
    name: "_heapq",
    functions: FUNCTIONS,
    init: |vm, dict| add_types(vm, dict, DOC, &[]),
};

const DOC: &str = "Heap queue algorithm (a.k.a. priority queue).";
