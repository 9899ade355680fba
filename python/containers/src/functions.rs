//! Builtin functions on containers and iterators.

use crate::helpers::check_count;
use taipan_objects::hidden::Hidden;
use taipan_objects::native::{Args, Intrinsic};
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::slots::CompareOp;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Value, Vm, natives};

/// An estimate of how many items an iterable gives: its length, or what `__length_hint__` says, or `default`.
///
/// # Errors
/// What these methods raise (TypeError apart).
pub fn length_hint(vm: &mut Vm, iterable: Value, default: usize) -> PyResult<usize> {
    if let Some(len) = Type::of(iterable).slots().len {
        match len(vm, iterable) {
            Ok(len) => return Ok(len),
            Err(raised) if vm.raised_is(&types::TypeError) => {
                vm.take_raised(raised);
            }
            Err(raised) => return Err(raised),
        }
    }
    let name = vm.interp.names.__length_hint__.str();
    let hint = match protocol::call_special(vm, iterable, name, &[]) {
        Ok(None) => return Ok(default),
        Ok(Some(hint)) if hint == ty::not_implemented() => return Ok(default),
        Ok(Some(hint)) => hint,
        Err(raised) if vm.raised_is(&types::TypeError) => {
            vm.take_raised(raised);
            return Ok(default);
        }
        Err(raised) => return Err(raised),
    };
    let Some(_) = number::int_of(hint) else {
        let name = protocol::type_name(hint);
        return Err(vm.raise_type(&format!("__length_hint__ must be an integer, not {name}")));
    };
    let hint = protocol::index_i64(vm, hint)?;
    usize::try_from(hint).map_err(|_| vm.raise_value("__length_hint__() should return >= 0"))
}

fn len(vm: &mut Vm, args: Args) -> PyResult {
    Ok(number::size(protocol::len(vm, args.at(0))?))
}

fn iter(vm: &mut Vm, args: Args) -> PyResult {
    let Some(sentinel) = args.get(1) else {
        return protocol::iter(vm, args.at(0));
    };
    let callable = args.at(0);
    let callable_layout = callable.as_ref().is_some_and(|object| {
        use taipan_objects::layout;
        matches!(
            object.layout(),
            layout::FUNCTION | layout::METHOD | layout::NATIVE_FUNCTION | layout::NATIVE_METHOD
        )
    });
    if !callable_layout && Type::of(callable).slots().call.is_none() {
        return Err(vm.raise_type("iter(v, w): v must be callable"));
    }
    crate::iter::new_callable_iter(vm, callable, sentinel)
}

fn next(vm: &mut Vm, args: Args) -> PyResult {
    let iterator = args.at(0);
    let Some(slot) = Type::of(iterator).slots().next else {
        return Err(vm.raise_type_of(iterator, "is not an iterator"));
    };
    if let Some(default) = args.get(1) {
        return Ok(protocol::next(vm, iterator)?.unwrap_or(default));
    }
    // The StopIteration of a guest's iterator is passed on as it is, and that of a generator has its result.
    let ty = Type::of(iterator);
    if ty.is_heap() {
        let name = vm.interp.names.__next__.str();
        if let Some(item) = protocol::call_special(vm, iterator, name, &[])? {
            return Ok(item);
        }
    } else if ty.is(&types::GENERATOR) {
        return protocol::call_method(vm, iterator, "send", &[ty::none()]);
    }
    match slot(vm, iterator)? {
        Some(item) => Ok(item),
        None => Err(vm.raise_with(&types::StopIteration, &[])),
    }
}

fn sorted(vm: &mut Vm, args: Args) -> PyResult {
    check_count(vm, &args, "sorted", 1, 1)?;
    let (mut key, mut reverse) = (None, false);
    for index in 0..args.keyword_count() {
        let (name, value) = args.keyword(index);
        if name.is("key") {
            key = Some(value).filter(|key| *key != ty::none());
        } else if name.is("reverse") {
            reverse = protocol::truth(vm, value)?;
        } else {
            return Err(vm.raise_type(&format!(
                "sort() got an unexpected keyword argument '{}'",
                name.to_rust()
            )));
        }
    }
    let list = protocol::to_list(vm, args.at(0))?;
    crate::sort::sort_list(vm, list, key, reverse)?;
    Ok(list.value())
}

fn min(vm: &mut Vm, args: Args) -> PyResult {
    extreme(vm, args, "min", CompareOp::Lt)
}

fn max(vm: &mut Vm, args: Args) -> PyResult {
    extreme(vm, args, "max", CompareOp::Gt)
}

/// The first item that no other is `op`-better than.
fn extreme(vm: &mut Vm, args: Args, name: &str, op: CompareOp) -> PyResult {
    if args.is_empty() {
        return Err(vm.raise_type(&format!("{name} expected at least 1 argument, got 0")));
    }
    let (mut key, mut default) = (None, None);
    for index in 0..args.keyword_count() {
        let (word, value) = args.keyword(index);
        if word.is("key") {
            key = Some(value).filter(|key| *key != ty::none());
        } else if word.is("default") {
            default = Some(value);
        } else {
            return Err(vm.raise_type(&format!(
                "{name}() got an unexpected keyword argument '{}'",
                word.to_rust()
            )));
        }
    }
    let mut best = Best {
        key,
        op,
        found: None,
    };
    if args.len() > 1 {
        if default.is_some() {
            return Err(vm.raise_type(&format!(
                "Cannot specify a default for {name}() with multiple positional arguments"
            )));
        }
        for index in 0..args.len() {
            best.offer(vm, args.at(index))?;
        }
    } else {
        protocol::for_each(vm, args.at(0), |vm, item| {
            best.offer(vm, item).map(|()| true)
        })?;
    }
    match best.found.map(|(item, _)| item).or(default) {
        Some(found) => Ok(found),
        None => Err(vm.raise_value(&format!("{name}() iterable argument is empty"))),
    }
}

struct Best {
    key: Option<Value>,
    op: CompareOp,
    /// The best item so far and its key.
    found: Option<(Value, Value)>,
}

impl Best {
    fn offer(&mut self, vm: &mut Vm, item: Value) -> PyResult<()> {
        let key = match self.key {
            Some(key) => protocol::call(vm, key, &[item])?,
            None => item,
        };
        let better = match self.found {
            None => true,
            Some((_, best)) => match (key.as_small_int(), best.as_small_int()) {
                (Some(key), Some(best)) => self.op.holds(key.cmp(&best)),
                _ => protocol::compare_truth(vm, key, best, self.op)?,
            },
        };
        if better {
            self.found = Some((item, key));
        }
        Ok(())
    }
}

fn any(vm: &mut Vm, args: Args) -> PyResult {
    let mut found = false;
    protocol::for_each(vm, args.at(0), |vm, item| {
        found = protocol::truth(vm, item)?;
        Ok(!found)
    })?;
    Ok(ty::bool_value(found))
}

fn all(vm: &mut Vm, args: Args) -> PyResult {
    let mut all = true;
    protocol::for_each(vm, args.at(0), |vm, item| {
        all = protocol::truth(vm, item)?;
        Ok(all)
    })?;
    Ok(ty::bool_value(all))
}

natives! {
    /// The functions of module `builtins`.
    pub static FUNCTIONS = {
        "len" function One, "(obj, /)" => len, intrinsic(Intrinsic::Len);
        "iter" function Positional(1, 2), "" => iter, intrinsic(Intrinsic::Iter);
        "next" function Positional(1, 2), "" => next, intrinsic(Intrinsic::Next);
        "sorted" function Any, "(iterable, /, *, key=None, reverse=False)" => sorted, intrinsic(Intrinsic::Consume(Hidden::Sorted));
        "min" function Any, "" => min, intrinsic(Intrinsic::Min);
        "max" function Any, "" => max, intrinsic(Intrinsic::Max);
        "sum" function Signature(1), "(iterable, /, start=0)" => crate::sum::sum, intrinsic(Intrinsic::Consume(Hidden::Sum));
        "any" function One, "(iterable, /)" => any, intrinsic(Intrinsic::Consume(Hidden::Any));
        "all" function One, "(iterable, /)" => all, intrinsic(Intrinsic::Consume(Hidden::All));
    }
}
