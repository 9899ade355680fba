//! What several container types need: allocation for subclasses, argument checks, text building, indices.

use taipan_objects::dict::Dict;
use taipan_objects::layout::{self, SUB_EXTRA};
use taipan_objects::list::List;
use taipan_objects::native::Args;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::str::{Str, Text};
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Raised, Ref, Value, Vm};

/// A zeroed instance of `ty`, a builtin type with exact layout `exact` and size `base`, or a subclass of it.
///
/// # Errors
/// MemoryError.
pub fn alloc_for(vm: &mut Vm, ty: Type, exact: coil_value::LayoutId, base: usize) -> PyResult<Ref> {
    let layout = ty.instance_layout();
    let extra = if layout == exact { 0 } else { SUB_EXTRA };
    vm.alloc_sized(layout, ty, base + extra, |_| {})
}

/// TypeError if there are keyword arguments.
///
/// # Errors
/// TypeError.
pub fn no_keywords(vm: &mut Vm, args: &Args, name: &str) -> PyResult<()> {
    if args.keyword_count() == 0 {
        return Ok(());
    }
    Err(vm.raise_type(&format!("{name}() takes no keyword arguments")))
}

/// TypeError unless the number of positional arguments is in range.
///
/// # Errors
/// TypeError.
pub fn check_count(
    vm: &mut Vm,
    args: &Args,
    name: &str,
    least: usize,
    most: usize,
) -> PyResult<()> {
    let given = args.len();
    if (least..=most).contains(&given) {
        return Ok(());
    }
    let (words, bound) = match () {
        () if least == most => ("", least),
        () if given < least => ("at least ", least),
        () => ("at most ", most),
    };
    let plural = if bound == 1 { "" } else { "s" };
    Err(vm.raise_type(&format!(
        "{name} expected {words}{bound} argument{plural}, got {given}"
    )))
}

/// KeyError with the key as its argument.
#[cold]
pub fn key_error(vm: &mut Vm, key: Value) -> Raised {
    vm.raise_with(&types::KeyError, &[key])
}

/// `iter` of every iterator.
///
/// # Errors
/// None.
pub fn self_iter(_vm: &mut Vm, this: Value) -> PyResult {
    Ok(this)
}

/// A function or class of module `builtins`, for `__reduce__`.
///
/// # Errors
/// AttributeError when it was deleted.
pub fn builtin(vm: &mut Vm, name: &str) -> PyResult {
    match vm.interp.builtins().get_name(vm, name)? {
        Some(found) => Ok(found),
        None => Err(vm.raise_attribute(name)),
    }
}

/// Whether the value is exactly of a builtin type.
#[inline]
pub fn is_exact(value: Value, layout: coil_value::LayoutId) -> bool {
    value
        .as_ref()
        .is_some_and(|object| object.layout() == layout)
}

/// Whether a value is an exact list.
pub fn is_exact_list(value: Value) -> bool {
    value
        .as_ref()
        .is_some_and(|object| layout::is_list(object.layout()))
}

/// Whether a value is an exact tuple.
pub fn is_exact_tuple(value: Value) -> bool {
    value
        .as_ref()
        .is_some_and(|object| layout::is_tuple(object.layout()))
}

/// Whether objects of this value's class iterate as the builtin type does.
pub fn iterates_as(value: Value, builtin: &'static ty::StaticType) -> bool {
    let own = Type::of(value).slots().iter.map(|slot| slot as usize);
    own == builtin.ty().slots().iter.map(|slot| slot as usize)
}

/// Lays a possibly negative index into `0..len`.
#[inline]
pub fn wrap_index(index: i64, len: usize) -> Option<usize> {
    let index = if index < 0 {
        index.checked_add_unsigned(len as u64)?
    } else {
        index
    };
    usize::try_from(index).ok().filter(|index| *index < len)
}

/// An index that must fit the machine's: IndexError otherwise.
///
/// # Errors
/// IndexError; TypeError for what is no integer.
pub fn index_or_index_error(vm: &mut Vm, key: Value) -> PyResult<i64> {
    if let Some(index) = key.as_small_int() {
        return Ok(index);
    }
    let int = protocol::index(vm, key)?;
    match number::i64_of(int) {
        Some(index) => Ok(index),
        None => {
            let name = protocol::type_name(key);
            Err(vm.raise_index(&format!("cannot fit '{name}' into an index-sized integer")))
        }
    }
}

/// A count that must fit the machine's: OverflowError otherwise; TypeError naming repetition for what is no integer.
///
/// # Errors
/// OverflowError, TypeError.
pub fn repeat_count(vm: &mut Vm, count: Value) -> PyResult<usize> {
    if let Some(count) = count.as_small_int() {
        return Ok(usize::try_from(count).unwrap_or(0));
    }
    let is_index = number::int_of(count).is_some() || Type::of(count).slots().index.is_some();
    if !is_index {
        let name = protocol::type_name(count);
        return Err(vm.raise_type(&format!(
            "can't multiply sequence by non-int of type '{name}'"
        )));
    }
    let int = protocol::index(vm, count)?;
    match number::i64_of(int) {
        Some(count) => Ok(usize::try_from(count).unwrap_or(0)),
        None => {
            let name = protocol::type_name(count);
            Err(vm.raise_overflow(&format!("cannot fit '{name}' into an index-sized integer")))
        }
    }
}

/// The start and stop that `index()` methods may be given as second and third argument, as places in what then has `len` items. Both may be behind
/// its end.
///
/// # Errors
/// TypeError; what `__index__` raises.
pub fn index_bounds(
    vm: &mut Vm,
    args: &Args,
    len: impl FnOnce() -> usize,
) -> PyResult<(usize, usize)> {
    let start = args.get(2).map_or(Ok(0), |start| slice_bound(vm, start))?;
    let stop = args.get(3);
    let stop = stop.map_or(Ok(i64::MAX), |stop| slice_bound(vm, stop))?;
    let len = len();
    Ok((clamp_bound(start, len), clamp_bound(stop, len)))
}

fn slice_bound(vm: &mut Vm, value: Value) -> PyResult<i64> {
    if let Some(index) = value.as_small_int() {
        return Ok(index);
    }
    let is_index = number::int_of(value).is_some() || Type::of(value).slots().index.is_some();
    if !is_index {
        return Err(vm.raise_type("slice indices must be integers or have an __index__ method"));
    }
    protocol::index_clamped(vm, value)
}

/// A place: counted from the end if the index is negative, but not below 0; perhaps behind the end.
pub fn clamp_bound(index: i64, len: usize) -> usize {
    if index < 0 {
        let back = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
        len.saturating_sub(back)
    } else {
        usize::try_from(index).unwrap_or(usize::MAX)
    }
}

/// Builds text piece by piece, lone surrogates included.
#[derive(Debug, Default)]
pub struct TextBuilder {
    ascii: Vec<u8>,
    wide: Option<Vec<u32>>,
}

impl TextBuilder {
    /// Appends ASCII text.
    pub fn ascii(&mut self, text: &str) {
        match &mut self.wide {
            Some(wide) => wide.extend(text.chars().map(u32::from)),
            None if text.is_ascii() => self.ascii.extend(text.as_bytes()),
            None => self.widen().extend(text.chars().map(u32::from)),
        }
    }

    fn widen(&mut self) -> &mut Vec<u32> {
        let ascii = std::mem::take(&mut self.ascii);
        self.wide
            .get_or_insert_with(|| ascii.into_iter().map(u32::from).collect())
    }

    /// Appends a string object's text.
    pub fn string(&mut self, string: Str) {
        match (string.text(), &mut self.wide) {
            (Text::Ascii(text), None) => self.ascii.extend(text),
            (text, Some(wide)) => wide.extend(text.iter()),
            (text, None) => self.widen().extend(text.iter()),
        }
    }

    /// Appends a value's repr.
    ///
    /// # Errors
    /// What `__repr__` raises.
    pub fn repr(&mut self, vm: &mut Vm, value: Value) -> PyResult<()> {
        let text = protocol::repr(vm, value)?;
        self.string(text);
        Ok(())
    }

    /// The string.
    ///
    /// # Errors
    /// MemoryError.
    pub fn finish(self, vm: &mut Vm) -> PyResult {
        match self.wide {
            Some(points) => vm.new_str_points(&points),
            None => vm.new_ascii(&self.ascii),
        }
    }
}

/// Whether the value is a str (subclasses included): for messages that treat them apart.
pub fn is_str(value: Value) -> bool {
    value
        .as_ref()
        .is_some_and(|object| matches!(object.layout(), layout::STR | layout::STR_SUB))
}

/// True or False for `==` and `!=`, NotImplemented for the other comparisons.
pub fn equality(op: taipan_objects::slots::CompareOp, same: bool) -> Value {
    use taipan_objects::slots::CompareOp;
    match op {
        CompareOp::Eq => ty::bool_value(same),
        CompareOp::Ne => ty::bool_value(!same),
        _ => ty::not_implemented(),
    }
}

/// What `__class_getitem__` of generic containers gives: `list[int]`.
///
/// # Errors
/// MemoryError.
pub fn class_getitem(vm: &mut Vm, args: Args) -> PyResult {
    crate::alias::new_alias(vm, args.at(0), args.at(1))
}

/// Arguments of a class or function bound to parameters by position or name: the first `positional` of them by either, the others by name
/// only. `least` must be given.
///
/// # Errors
/// TypeError.
pub fn bind<const N: usize>(
    vm: &mut Vm,
    args: Args,
    name: &str,
    parameters: [&str; N],
    positional: usize,
    least: usize,
) -> PyResult<[Option<Value>; N]> {
    let mut bound = [None; N];
    let given = args.len();
    if given > positional {
        let words = if least == positional {
            "exactly"
        } else {
            "at most"
        };
        let plural = if positional == 1 { "" } else { "s" };
        return Err(vm.raise_type(&format!(
            "{name}() takes {words} {positional} positional argument{plural} ({given} given)"
        )));
    }
    for (index, slot) in bound.iter_mut().enumerate().take(given) {
        *slot = args.get(index);
    }
    for index in 0..args.keyword_count() {
        let (key, value) = args.keyword(index);
        let Some(place) = parameters.iter().position(|parameter| key.is(parameter)) else {
            return Err(vm.raise_type(&format!(
                "{name}() got an unexpected keyword argument '{}'",
                key.to_rust()
            )));
        };
        if bound[place].is_some() {
            return Err(vm.raise_type(&format!(
                "argument for {name}() given by name ('{}') and position ({})",
                parameters[place],
                place + 1
            )));
        }
        bound[place] = Some(value);
    }
    if let Some(missing) = (0..least).find(|index| bound[*index].is_none()) {
        return Err(vm.raise_type(&format!(
            "{name}() missing required argument '{}' (pos {})",
            parameters[missing],
            missing + 1
        )));
    }
    Ok(bound)
}

/// Calls with the items of a list as positional arguments.
///
/// # Errors
/// What the callable raises.
pub fn call_with_list(vm: &mut Vm, callable: Value, items: List) -> PyResult {
    let count = items.len();
    vm.with_registers(count, |vm, registers| {
        for index in 0..count {
            registers.set(index, items.get(index));
        }
        // SAFETY: the registers stay reserved during the call.
        let args = unsafe { Args::new(registers.as_ptr(), count, None, Some(callable)) };
        protocol::call_args(vm, callable, args)
    })
}

/// The next item of an iterator inside another one: long chains of them end in RecursionError, not in a full native stack.
///
/// # Errors
/// What `__next__` raises.
#[inline]
pub(crate) fn next_item(vm: &mut Vm, iterator: Value) -> PyResult<Option<Value>> {
    vm.nested(" while iterating", |vm| protocol::next(vm, iterator))
}

/// Calls with positional arguments from a list and keyword arguments from a dict with string keys.
///
/// # Errors
/// TypeError; what the callable raises.
pub fn call_with_dict(vm: &mut Vm, callable: Value, items: List, keywords: Dict) -> PyResult {
    if keywords.is_empty() {
        return call_with_list(vm, callable, items);
    }
    let names = crate::dict::keys_list(vm, keywords)?;
    if (0..names.len()).any(|index| !is_str(names.at(index))) {
        return Err(vm.raise_type("keywords must be strings"));
    }
    let values = vm.new_list_with(names.len())?;
    for (_, value) in keywords.iter() {
        values.push(vm, value)?;
    }
    let names = vm.list_to_tuple(names)?;
    let (first, second) = (items.len(), values.len());
    vm.with_registers(first + second, |vm, registers| {
        for index in 0..first {
            registers.set(index, items.get(index));
        }
        for index in 0..second {
            registers.set(first + index, values.get(index));
        }
        let count = first + second;
        // SAFETY: the registers stay reserved during the call; the names are strings.
        let args = unsafe { Args::new(registers.as_ptr(), count, names.as_ref(), Some(callable)) };
        protocol::call_args(vm, callable, args)
    })
}

/// The setter of attributes that are fields of C structs in CPython and cannot be set.
///
/// # Errors
/// AttributeError, always.
pub(crate) fn read_only(vm: &mut Vm, _this: Value, _value: Option<Value>) -> PyResult<()> {
    Err(vm.raise_attribute("readonly attribute"))
}
