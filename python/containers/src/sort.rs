//! Sorting of lists: stable, adaptive. The order is found on a vector of item numbers, so that exceptions and guest code in comparisons
//! can never lose an item.
//!
//! Keys that are all numbers or all strings go to the standard library's stable sort. Everything else goes to a merge sort of our own:
//! 1. Natural runs are found (strictly descending ones are turned round); short ones are filled up by binary insertion.
//! 2. Runs lie on a stack; two neighbours are merged when the one below is not at least twice as long as the one above it, so that
//!    every number takes part in a logarithmic number of merges and sorted input costs one pass.
//! 3. A merge first skips the items of the left run that are in place already and those of the right run at the end (by galloping).
//!
//! After a failed comparison the vector still holds every number once.

use crate::helpers::is_exact;
use std::cmp::Ordering;
use taipan_objects::layout;
use taipan_objects::list::List;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::slots::CompareOp;
use taipan_objects::str::{Str, Text};
use taipan_objects::{PyResult, Value, Vm};

/// Runs shorter than this are filled up by insertion.
const MIN_RUN: usize = 24;

/// Sorts a list in place.
///
/// # Errors
/// What `key` and comparisons raise (the list then holds some order of its items); ValueError if the list was changed meanwhile.
pub fn sort_list(vm: &mut Vm, list: List, key: Option<Value>, reverse: bool) -> PyResult<()> {
    // While it is being sorted, others see an empty list.
    let items = vm.new_list_with(0)?;
    list.swap_items(vm, items);
    let result = sort_items(vm, items, key, reverse);
    let modified = !list.is_empty() || list.capacity() > 0;
    list.swap_items(vm, items);
    result?;
    if modified {
        return Err(vm.raise_value("list modified during sort"));
    }
    Ok(())
}

fn sort_items(vm: &mut Vm, items: List, key: Option<Value>, reverse: bool) -> PyResult<()> {
    let count = items.len();
    if u32::try_from(count).is_err() {
        return Err(vm.raise_memory_error());
    }
    let keys = match key {
        Some(function) => {
            let keys = vm.new_list_with(count)?;
            for index in 0..count {
                let key = protocol::call(vm, function, &[items.at(index)])?;
                keys.push(vm, key)?;
            }
            keys
        }
        None => items,
    };
    if count < 2 {
        return Ok(());
    }
    if key.is_none() && sort_ints_in_place(vm, items, reverse) {
        return Ok(());
    }
    let mut order: Vec<u32> = Vec::new();
    let done = if sort_plain(keys, reverse, &mut order) {
        Ok(())
    } else {
        order.extend(0..count as u32);
        merge_sort(vm, keys, reverse, &mut order)
    };
    apply(vm, items, &order)?;
    done
}

/// Gives the items the order found.
fn apply(vm: &mut Vm, items: List, order: &[u32]) -> PyResult<()> {
    if order.windows(2).all(|pair| pair[0] < pair[1]) {
        return Ok(());
    }
    let sorted = vm.new_list_from(order.len(), |index| items.at(order[index] as usize))?;
    items.swap_items(vm, sorted);
    Ok(())
}

/// Lists of inline ints sort by value, without numbers of items: equal ones cannot be told apart.
fn sort_ints_in_place(vm: &mut Vm, items: List, reverse: bool) -> bool {
    let mut ints: Vec<i64> = Vec::with_capacity(items.len());
    for index in 0..items.len() {
        match items.at(index).as_small_int() {
            Some(int) => ints.push(int),
            None => return false,
        }
    }
    ints.sort_unstable();
    if reverse {
        ints.reverse();
    }
    for (index, int) in ints.into_iter().enumerate() {
        items.set(vm, index, number::small(int));
    }
    true
}

fn directed(ordering: Ordering, reverse: bool) -> Ordering {
    if reverse {
        ordering.reverse()
    } else {
        ordering
    }
}

/// Sorts by keys that are all numbers or all strings; false if they are not.
fn sort_plain(keys: List, reverse: bool, order: &mut Vec<u32>) -> bool {
    let first = keys.at(0);
    if first.is_small_int() || first.is_float() {
        return sort_numbers(keys, reverse, order);
    }
    is_exact(first, layout::STR) && sort_strings(keys, reverse, order)
}

fn sort_numbers(keys: List, reverse: bool, order: &mut Vec<u32>) -> bool {
    // Inline ints have 49 bits: a double holds them exactly. Inline floats are never NaN.
    let mut pairs: Vec<(f64, u32)> = Vec::with_capacity(keys.len());
    for index in 0..keys.len() {
        let key = keys.at(index);
        let float = match (key.as_small_int(), key.as_f64()) {
            (Some(int), _) => int as f64,
            (None, Some(float)) => float,
            _ => return false,
        };
        pairs.push((float, index as u32));
    }
    pairs.sort_by(|a, b| directed(a.0.partial_cmp(&b.0).unwrap_or(Ordering::Equal), reverse));
    order.extend(pairs.into_iter().map(|pair| pair.1));
    true
}

/// The first eight bytes, so that most comparisons need no look at the string.
fn prefix(bytes: &[u8]) -> u64 {
    let mut first = [0u8; 8];
    let count = bytes.len().min(8);
    first[..count].copy_from_slice(&bytes[..count]);
    u64::from_be_bytes(first)
}

fn sort_strings(keys: List, reverse: bool, order: &mut Vec<u32>) -> bool {
    let string = |index: u32| Str::exact(keys.at(index as usize)).expect("all keys are strings");
    let mut narrow = true;
    for index in 0..keys.len() {
        match Str::exact(keys.at(index)) {
            Some(string) => narrow &= string.kind() == 1,
            None => return false,
        }
    }
    if !narrow {
        order.extend(0..keys.len() as u32);
        order.sort_by(|a, b| {
            let (a, b) = (string(*a).text(), string(*b).text());
            directed(a.iter().cmp(b.iter()), reverse)
        });
        return true;
    }
    let bytes = |index: u32| match string(index).text() {
        Text::Ascii(bytes) | Text::Latin1(bytes) => bytes,
        _ => &[],
    };
    let mut pairs: Vec<(u64, u32)> = (0..keys.len() as u32)
        .map(|index| (prefix(bytes(index)), index))
        .collect();
    pairs.sort_by(|a, b| {
        let ordering = a.0.cmp(&b.0).then_with(|| bytes(a.1).cmp(bytes(b.1)));
        directed(ordering, reverse)
    });
    order.extend(pairs.into_iter().map(|pair| pair.1));
    true
}

/// Compares keys by number.
struct Keys {
    keys: List,
    reverse: bool,
}

impl Keys {
    /// Whether item `b`, which stands behind `a`, must go before it.
    fn out_of_order(&self, vm: &mut Vm, a: u32, b: u32) -> PyResult<bool> {
        let (a, b) = (self.keys.at(a as usize), self.keys.at(b as usize));
        if self.reverse {
            less(vm, a, b)
        } else {
            less(vm, b, a)
        }
    }
}

fn less(vm: &mut Vm, a: Value, b: Value) -> PyResult<bool> {
    if let (Some(a), Some(b)) = (a.as_small_int(), b.as_small_int()) {
        return Ok(a < b);
    }
    protocol::compare_truth(vm, a, b, CompareOp::Lt)
}

fn merge_sort(vm: &mut Vm, keys: List, reverse: bool, order: &mut [u32]) -> PyResult<()> {
    let keys = Keys { keys, reverse };
    // Starts and lengths of sorted runs.
    let mut runs: Vec<(usize, usize)> = Vec::new();
    let mut start = 0;
    while start < order.len() {
        let mut length = natural_run(vm, &keys, &mut order[start..])?;
        let wanted = MIN_RUN.min(order.len() - start);
        if length < wanted {
            insert_sorted(vm, &keys, &mut order[start..start + wanted], length)?;
            length = wanted;
        }
        runs.push((start, length));
        start += length;
        while let [.., below, above] = runs[..] {
            if below.1 >= 2 * above.1 && start < order.len() {
                break;
            }
            merge_top(vm, &keys, order, &mut runs)?;
        }
    }
    while runs.len() > 1 {
        merge_top(vm, &keys, order, &mut runs)?;
    }
    Ok(())
}

fn merge_top(
    vm: &mut Vm,
    keys: &Keys,
    order: &mut [u32],
    runs: &mut Vec<(usize, usize)>,
) -> PyResult<()> {
    let (_, above) = runs.pop().expect("there are two runs");
    let (start, below) = runs.pop().expect("there are two runs");
    merge(vm, keys, &mut order[start..start + below + above], below)?;
    runs.push((start, below + above));
    Ok(())
}

/// Length of the sorted run at the start; a strictly descending one is turned round.
fn natural_run(vm: &mut Vm, keys: &Keys, order: &mut [u32]) -> PyResult<usize> {
    if order.len() < 2 {
        return Ok(order.len());
    }
    let descending = keys.out_of_order(vm, order[0], order[1])?;
    let mut length = 2;
    while length < order.len()
        && keys.out_of_order(vm, order[length - 1], order[length])? == descending
    {
        length += 1;
    }
    if descending {
        order[..length].reverse();
    }
    Ok(length)
}

/// Sorts `order`, whose first `sorted` items are sorted.
fn insert_sorted(vm: &mut Vm, keys: &Keys, order: &mut [u32], sorted: usize) -> PyResult<()> {
    for next in sorted..order.len() {
        let (mut low, mut high) = (0, next);
        while low < high {
            let middle = low + (high - low) / 2;
            if keys.out_of_order(vm, order[middle], order[next])? {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        order[low..=next].rotate_right(1);
    }
    Ok(())
}

/// How many of `run` (sorted) satisfy a test that holds for a first part of it: doubling steps from the start, then bisection.
fn gallop(
    vm: &mut Vm,
    count: usize,
    mut holds: impl FnMut(&mut Vm, usize) -> PyResult<bool>,
) -> PyResult<usize> {
    let (mut low, mut step) = (0, 1);
    let mut high = count;
    while low < count {
        let probe = (low + step - 1).min(count - 1);
        if !holds(vm, probe)? {
            high = probe;
            break;
        }
        low = probe + 1;
        step *= 2;
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(vm, middle)? {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

/// Merges the sorted runs `order[..middle]` and `order[middle..]`.
fn merge(vm: &mut Vm, keys: &Keys, order: &mut [u32], middle: usize) -> PyResult<()> {
    let right_first = order[middle];
    let skip = gallop(vm, middle, |vm, index| {
        Ok(!keys.out_of_order(vm, order[index], right_first)?)
    })?;
    if skip == middle {
        return Ok(());
    }
    let left_last = order[middle - 1];
    let right = order.len() - middle;
    // Items of the right run, from its end, that stay behind the whole left run.
    let tail = gallop(vm, right, |vm, index| {
        let item = order[order.len() - 1 - index];
        Ok(!keys.out_of_order(vm, left_last, item)?)
    })?;
    let end = order.len() - tail;
    merge_forward(vm, keys, &mut order[skip..end], middle - skip)
}

/// Merges from the front with the left run copied aside. `order[to..]` always has room for exactly what is left of the copy, so that putting
/// it back after an exception keeps every number.
fn merge_forward(vm: &mut Vm, keys: &Keys, order: &mut [u32], middle: usize) -> PyResult<()> {
    let left: Vec<u32> = order[..middle].to_vec();
    let (mut from_left, mut from_right, mut to) = (0, middle, 0);
    let mut failed = Ok(());
    while from_left < left.len() && from_right < order.len() {
        match keys.out_of_order(vm, left[from_left], order[from_right]) {
            Ok(true) => {
                order[to] = order[from_right];
                from_right += 1;
            }
            Ok(false) => {
                order[to] = left[from_left];
                from_left += 1;
            }
            Err(raised) => {
                failed = Err(raised);
                break;
            }
        }
        to += 1;
    }
    let rest = &left[from_left..];
    order[to..to + rest.len()].copy_from_slice(rest);
    failed
}
