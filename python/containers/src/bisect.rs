//! Module `_bisect`.

use crate::helpers::bind;
use crate::native_module::add_types;
use taipan_objects::list::List;
use taipan_objects::module::ModuleDef;
use taipan_objects::native::Args;
use taipan_objects::protocol;
use taipan_objects::slots::CompareOp;
use taipan_objects::ty;
use taipan_objects::{PyResult, Value, Vm, natives};

struct Search {
    sequence: Value,
    item: Value,
    low: i64,
    high: i64,
    key: Option<Value>,
}

fn arguments(vm: &mut Vm, args: Args, name: &str) -> PyResult<Search> {
    let names = ["a", "x", "lo", "hi", "key"];
    let [sequence, item, low, high, key] = bind(vm, args, name, names, 4, 2)?;
    let low = match low {
        Some(low) => protocol::index_i64(vm, low)?,
        None => 0,
    };
    if low < 0 {
        return Err(vm.raise_value("lo must be non-negative"));
    }
    let sequence = sequence.expect("bind checked it");
    let high = match high.filter(|high| *high != ty::none()) {
        Some(high) => protocol::index_i64(vm, high)?,
        None => i64::try_from(protocol::len(vm, sequence)?).unwrap_or(i64::MAX),
    };
    Ok(Search {
        sequence,
        item: item.expect("bind checked it"),
        low,
        high,
        key: key.filter(|key| *key != ty::none()),
    })
}

fn less(vm: &mut Vm, a: Value, b: Value) -> PyResult<bool> {
    if let (Some(a), Some(b)) = (a.as_small_int(), b.as_small_int()) {
        return Ok(a < b);
    }
    protocol::compare_truth(vm, a, b, CompareOp::Lt)
}

fn item_at(vm: &mut Vm, sequence: Value, index: i64) -> PyResult {
    let key = vm.new_int(index)?;
    protocol::get_item(vm, sequence, key)
}

/// Where the item (already a key) goes: after equal ones if `right`.
fn search(vm: &mut Vm, search: &Search, item: Value, right: bool) -> PyResult<i64> {
    let (mut low, mut high) = (search.low, search.high);
    while low < high {
        let middle = low + (high - low) / 2;
        let mut known = item_at(vm, search.sequence, middle)?;
        if let Some(key) = search.key {
            known = protocol::call(vm, key, &[known])?;
        }
        let go_left = if right {
            less(vm, item, known)?
        } else {
            !less(vm, known, item)?
        };
        if go_left {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Ok(low)
}

fn bisect_left(vm: &mut Vm, args: Args) -> PyResult {
    let found = arguments(vm, args, "bisect_left")?;
    let index = search(vm, &found, found.item, false)?;
    vm.new_int(index)
}

fn bisect_right(vm: &mut Vm, args: Args) -> PyResult {
    let found = arguments(vm, args, "bisect_right")?;
    let index = search(vm, &found, found.item, true)?;
    vm.new_int(index)
}

fn insort(vm: &mut Vm, args: Args, name: &str, right: bool) -> PyResult {
    let found = arguments(vm, args, name)?;
    let item = match found.key {
        Some(key) => protocol::call(vm, key, &[found.item])?,
        None => found.item,
    };
    let index = search(vm, &found, item, right)?;
    let exact = ty::Type::of(found.sequence).is(&ty::types::LIST);
    if let Some(list) = List::of(found.sequence).filter(|_| exact) {
        let index = usize::try_from(index).unwrap_or(0).min(list.len());
        list.insert(vm, index, found.item)?;
        return Ok(ty::none());
    }
    let index = vm.new_int(index)?;
    protocol::call_method(vm, found.sequence, "insert", &[index, found.item])?;
    Ok(ty::none())
}

fn insort_left(vm: &mut Vm, args: Args) -> PyResult {
    insort(vm, args, "insort_left", false)
}

fn insort_right(vm: &mut Vm, args: Args) -> PyResult {
    insort(vm, args, "insort_right", true)
}

natives! {
    static FUNCTIONS = {
        "bisect_left" function Any, "(a, x, lo=0, hi=None, *, key=None)" => bisect_left;
        "bisect_right" function Any, "(a, x, lo=0, hi=None, *, key=None)" => bisect_right;
        "insort_left" function Any, "(a, x, lo=0, hi=None, *, key=None)" => insort_left;
        "insort_right" function Any, "(a, x, lo=0, hi=None, *, key=None)" => insort_right;
    }
}

/// Module `_bisect`.
pub const BISECT: ModuleDef = ModuleDef {
    name: "_bisect",
    functions: FUNCTIONS,
    init: |vm, dict| add_types(vm, dict, DOC, &[]),
};

const DOC: &str = "Bisection algorithms.\n\nThis module provides support for maintaining a list in sorted order without\nhaving to sort the list after each insertion. For long lists of items with\nexpensive comparison operations, this can be an improvement over the more\ncommon approach.\n";
