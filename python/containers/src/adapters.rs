//! `enumerate`, `zip`, `map`, `filter`, `reversed`: iterators made from iterators. All are rows of fields, which the interpreter's loops know:
//! enumerate [iterator, count]; zip [tuple of iterators, strict]; map [function, tuple of iterators, strict]; filter [function or None, iterator];
//! reversed [sequence (unset once exhausted), index].

use crate::helpers::call_with_list;
use crate::helpers::next_item;
use crate::helpers::{bind, builtin, check_count, class_getitem, no_keywords, self_iter};
use taipan_objects::class::TypeDef;
use taipan_objects::list::List;
use taipan_objects::mem;
use taipan_objects::native::Args;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::slots::{BinaryOp, Slots};
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Ref, Value, Vm, natives};

fn field(object: Value, index: usize) -> Value {
    Vm::field(mem::expect_ref(object), index).expect("set when it was made")
}

// ---- enumerate

fn new_enumerate(vm: &mut Vm, class: Type, args: Args) -> PyResult {
    for index in 0..args.keyword_count() {
        let (key, _) = args.keyword(index);
        if !key.is("iterable") && !key.is("start") {
            return Err(vm.raise_type(&format!(
                "'{}' is an invalid keyword argument for enumerate()",
                key.to_rust()
            )));
        }
    }
    if args.is_empty() && args.keyword_named("iterable").is_none() {
        return Err(vm.raise_type("enumerate() missing required argument 'iterable'"));
    }
    let [iterable, start] = bind(vm, args, "enumerate", ["iterable", "start"], 2, 1)?;
    let start = match start {
        Some(start) => protocol::index(vm, start)?,
        None => number::small(0),
    };
    let iterable = iterable.expect("bind checked it");
    let iterator = protocol::iter(vm, iterable)?;
    vm.new_fields(class, &[Some(iterator), Some(start)])
}

fn next_enumerate(vm: &mut Vm, this: Value) -> PyResult<Option<Value>> {
    let Some(item) = next_item(vm, field(this, 0))? else {
        return Ok(None);
    };
    let count = field(this, 1);
    let after = match count.as_small_int() {
        Some(count) => vm.new_int(count + 1)?,
        None => protocol::binary(vm, BinaryOp::Add, count, number::small(1))?,
    };
    vm.set_field(mem::expect_ref(this), 1, Some(after));
    vm.new_tuple(&[count, item]).map(Some)
}

fn reduce_enumerate(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let arguments = vm.new_tuple(&[field(this, 0), field(this, 1)])?;
    vm.new_tuple(&[Type::of(this).value(), arguments])
}

// ---- several iterators at once

/// A tuple of iterators over the arguments from number `first` on.
fn iterators(vm: &mut Vm, args: Args, first: usize) -> PyResult {
    let list = vm.new_list_with(args.len() - first)?;
    for index in first..args.len() {
        let iterator = protocol::iter(vm, args.at(index))?;
        list.push(vm, iterator)?;
    }
    vm.list_to_tuple(list)
}

fn strict_argument(vm: &mut Vm, args: Args, name: &str) -> PyResult<Value> {
    let mut strict = false;
    for index in 0..args.keyword_count() {
        let (key, value) = args.keyword(index);
        if !key.is("strict") {
            return Err(vm.raise_type(&format!(
                "{name}() got an unexpected keyword argument '{}'",
                key.to_rust()
            )));
        }
        strict = protocol::truth(vm, value)?;
    }
    Ok(ty::bool_value(strict))
}

/// Up to so many items are kept on the native stack, which keeps them in place.
const FEW: usize = 6;

/// Takes the next item of each of a few iterators; false when one is exhausted.
fn advance_few(
    vm: &mut Vm,
    iterators: Tuple,
    strict: bool,
    name: &str,
    items: &mut [Value; FEW],
) -> PyResult<bool> {
    for (index, place) in items.iter_mut().enumerate().take(iterators.len()) {
        match next_item(vm, iterators.at(index))? {
            Some(item) => *place = item,
            None => return exhausted(vm, iterators, strict, name, index).map(|()| false),
        }
    }
    Ok(!iterators.is_empty())
}

/// Takes the next item of each iterator; none when one is exhausted.
fn advance_many(vm: &mut Vm, iterators: Tuple, strict: bool, name: &str) -> PyResult<Option<List>> {
    let items = vm.new_list_with(iterators.len())?;
    for index in 0..iterators.len() {
        match next_item(vm, iterators.at(index))? {
            Some(item) => items.push(vm, item)?,
            None => return exhausted(vm, iterators, strict, name, index).map(|()| None),
        }
    }
    Ok(Some(items))
}

/// Iterator number `index` is exhausted.
fn exhausted(
    vm: &mut Vm,
    iterators: Tuple,
    strict: bool,
    name: &str,
    index: usize,
) -> PyResult<()> {
    if !strict {
        return Ok(());
    }
    let before = |index: usize| {
        if index == 1 {
            " 1".to_owned()
        } else {
            format!("s 1-{index}")
        }
    };
    if index > 0 {
        return Err(vm.raise_value(&format!(
            "{name}() argument {} is shorter than argument{}",
            index + 1,
            before(index)
        )));
    }
    for other in 1..iterators.len() {
        if next_item(vm, iterators.at(other))?.is_some() {
            return Err(vm.raise_value(&format!(
                "{name}() argument {} is longer than argument{}",
                other + 1,
                before(other)
            )));
        }
    }
    Ok(())
}

// ---- zip

fn new_zip(vm: &mut Vm, class: Type, args: Args) -> PyResult {
    let strict = strict_argument(vm, args, "zip")?;
    let iterators = iterators(vm, args, 0)?;
    vm.new_fields(class, &[Some(iterators), Some(strict)])
}

fn tuple_field(this: Value, index: usize) -> Tuple {
    Tuple::of(field(this, index)).expect("the iterators are a tuple")
}

fn next_zip(vm: &mut Vm, this: Value) -> PyResult<Option<Value>> {
    let strict = field(this, 1) == ty::TRUE.value();
    let iterators = tuple_field(this, 0);
    if iterators.len() > FEW {
        return match advance_many(vm, iterators, strict, "zip")? {
            Some(items) => vm.list_to_tuple(items).map(Some),
            None => Ok(None),
        };
    }
    let mut items = [ty::none(); FEW];
    if !advance_few(vm, iterators, strict, "zip", &mut items)? {
        return Ok(None);
    }
    vm.new_tuple(&items[..iterators.len()]).map(Some)
}

fn reduce_zip(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let class = Type::of(this).value();
    let strict = field(this, 1);
    if strict == ty::TRUE.value() {
        return vm.new_tuple(&[class, field(this, 0), strict]);
    }
    vm.new_tuple(&[class, field(this, 0)])
}

fn setstate_zip(vm: &mut Vm, args: Args) -> PyResult {
    let strict = protocol::truth(vm, args.at(1))?;
    vm.set_field(mem::expect_ref(args.at(0)), 1, Some(ty::bool_value(strict)));
    Ok(ty::none())
}

// ---- map

fn new_map(vm: &mut Vm, class: Type, args: Args) -> PyResult {
    let strict = strict_argument(vm, args, "map")?;
    if args.len() < 2 {
        return Err(vm.raise_type("map() must have at least two arguments."));
    }
    let iterators = iterators(vm, args, 1)?;
    vm.new_fields(class, &[Some(args.at(0)), Some(iterators), Some(strict)])
}

fn next_map(vm: &mut Vm, this: Value) -> PyResult<Option<Value>> {
    let function = field(this, 0);
    let strict = field(this, 2) == ty::TRUE.value();
    let iterators = tuple_field(this, 1);
    if iterators.len() > FEW {
        return match advance_many(vm, iterators, strict, "map")? {
            Some(items) => call_with_list(vm, function, items).map(Some),
            None => Ok(None),
        };
    }
    let mut items = [ty::none(); FEW];
    if !advance_few(vm, iterators, strict, "map", &mut items)? {
        return Ok(None);
    }
    protocol::call(vm, function, &items[..iterators.len()]).map(Some)
}

fn reduce_map(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let iterators = tuple_field(this, 1);
    let function = field(this, 0);
    let arguments = vm.new_tuple_from(iterators.len() + 1, |index| {
        if index == 0 {
            Some(function)
        } else {
            iterators.get(index - 1)
        }
    })?;
    let class = Type::of(this).value();
    if field(this, 2) == ty::TRUE.value() {
        return vm.new_tuple(&[class, arguments, ty::TRUE.value()]);
    }
    vm.new_tuple(&[class, arguments])
}

fn setstate_map(vm: &mut Vm, args: Args) -> PyResult {
    let strict = protocol::truth(vm, args.at(1))?;
    vm.set_field(mem::expect_ref(args.at(0)), 2, Some(ty::bool_value(strict)));
    Ok(ty::none())
}

// ---- filter

fn new_filter(vm: &mut Vm, class: Type, args: Args) -> PyResult {
    if class.is(&types::FILTER) {
        no_keywords(vm, &args, "filter")?;
    }
    check_count(vm, &args, "filter", 2, 2)?;
    let iterator = protocol::iter(vm, args.at(1))?;
    vm.new_fields(class, &[Some(args.at(0)), Some(iterator)])
}

fn next_filter(vm: &mut Vm, this: Value) -> PyResult<Option<Value>> {
    let (function, iterator) = (field(this, 0), field(this, 1));
    let plain = function == ty::none() || function == types::BOOL.value();
    while let Some(item) = next_item(vm, iterator)? {
        let keep = if plain {
            protocol::truth(vm, item)?
        } else {
            let result = protocol::call(vm, function, &[item])?;
            protocol::truth(vm, result)?
        };
        if keep {
            return Ok(Some(item));
        }
    }
    Ok(None)
}

fn reduce_filter(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let arguments = vm.new_tuple(&[field(this, 0), field(this, 1)])?;
    vm.new_tuple(&[Type::of(this).value(), arguments])
}

// ---- reversed

fn new_reversed(vm: &mut Vm, class: Type, args: Args) -> PyResult {
    if class.is(&types::REVERSED) {
        no_keywords(vm, &args, "reversed")?;
    }
    check_count(vm, &args, "reversed", 1, 1)?;
    let sequence = args.at(0);
    let name = vm.interp.names.__reversed__.str();
    if let Some(method) = Type::of(sequence).lookup(name) {
        if method != ty::none() {
            let result = protocol::call_special(vm, sequence, name, &[])?;
            return Ok(result.expect("the method was found"));
        }
        return Err(vm.raise_type_of(sequence, "is not reversible"));
    }
    let slots = Type::of(sequence).slots();
    let mapping = Type::of(sequence).flags() & ty::flag::DICT != 0;
    if slots.get_item.is_none() || mapping {
        return Err(vm.raise_type_of(sequence, "is not reversible"));
    }
    let len = protocol::len(vm, sequence)?;
    let last = vm.new_int(i64::try_from(len).unwrap_or(i64::MAX) - 1)?;
    vm.new_fields(class, &[Some(sequence), Some(last)])
}

fn reversed_state(this: Value) -> Option<(Ref, Value, i64)> {
    let object = mem::expect_ref(this);
    let sequence = Vm::field(object, 0)?;
    let index = Vm::field(object, 1).and_then(number::i64_of)?;
    Some((object, sequence, index))
}

fn next_reversed(vm: &mut Vm, this: Value) -> PyResult<Option<Value>> {
    let Some((object, sequence, index)) = reversed_state(this) else {
        return Ok(None);
    };
    if index >= 0 {
        let key = vm.new_int(index)?;
        match protocol::get_item(vm, sequence, key) {
            Ok(item) => {
                vm.set_field(object, 1, Some(number::small(index - 1)));
                return Ok(Some(item));
            }
            Err(raised)
                if vm.raised_is(&types::IndexError) || vm.raised_is(&types::StopIteration) =>
            {
                vm.take_raised(raised);
            }
            Err(raised) => return Err(raised),
        }
    }
    vm.set_field(object, 1, Some(number::small(-1)));
    vm.set_field(object, 0, None);
    Ok(None)
}

fn hint_reversed(vm: &mut Vm, args: Args) -> PyResult {
    let Some((_, sequence, index)) = reversed_state(args.at(0)) else {
        return Ok(number::small(0));
    };
    let len = i64::try_from(protocol::len(vm, sequence)?).unwrap_or(i64::MAX);
    vm.new_int(if len < index + 1 { 0 } else { index + 1 })
}

fn reduce_reversed(vm: &mut Vm, args: Args) -> PyResult {
    let class = Type::of(args.at(0)).value();
    match reversed_state(args.at(0)) {
        Some((_, sequence, index)) => {
            let arguments = vm.new_tuple(&[sequence])?;
            let index = vm.new_int(index)?;
            vm.new_tuple(&[class, arguments, index])
        }
        None => {
            let reversed = builtin(vm, "reversed")?;
            let empty = vm.interp.empty_tuple();
            let arguments = vm.new_tuple(&[empty])?;
            vm.new_tuple(&[reversed, arguments])
        }
    }
}

fn setstate_reversed(vm: &mut Vm, args: Args) -> PyResult {
    let index = protocol::index_i64(vm, args.at(1))?;
    if let Some((object, sequence, _)) = reversed_state(args.at(0)) {
        let len = i64::try_from(protocol::len(vm, sequence)?).unwrap_or(i64::MAX);
        let index = vm.new_int(index.clamp(-1, len - 1))?;
        vm.set_field(object, 1, Some(index));
    }
    Ok(ty::none())
}

natives! {
    static ENUMERATE_METHODS = {
        "__reduce__" method NoArgs, "(self, /)" => reduce_enumerate;
        "__class_getitem__" classmethod One, "(object, /)" => class_getitem;
    }
}
natives! {
    static ZIP_METHODS = {
        "__reduce__" method NoArgs, "(self, /)" => reduce_zip;
        "__setstate__" method One, "(self, object, /)" => setstate_zip;
    }
}
natives! {
    static MAP_METHODS = {
        "__reduce__" method NoArgs, "(self, /)" => reduce_map;
        "__setstate__" method One, "(self, object, /)" => setstate_map;
    }
}
natives! {
    static FILTER_METHODS = {
        "__reduce__" method NoArgs, "(self, /)" => reduce_filter;
    }
}
natives! {
    static REVERSED_METHODS = {
        "__length_hint__" method NoArgs, "(self, /)" => hint_reversed;
        "__reduce__" method NoArgs, "(self, /)" => reduce_reversed;
        "__setstate__" method One, "(self, object, /)" => setstate_reversed;
    }
}

macro_rules! adapters {
    ($($name:ident $new:ident $next:ident $methods:ident $doc:literal;)*) => {
        $(
            #[doc = concat!("`", stringify!($name), "`.")]
            pub static $name: TypeDef = TypeDef {
                ty: &types::$name,
                slots: |slots: &mut Slots| {
                    slots.new = Some($new);
                    slots.iter = Some(self_iter);
                    slots.next = Some($next);
                },
                methods: $methods,
                getset: &[],
                doc: $doc,
                module: "",
            };
        )*
    };
}
adapters! {
    ENUMERATE new_enumerate next_enumerate ENUMERATE_METHODS "Return an enumerate object.\n\n  iterable\n    an object supporting iteration\n\nThe enumerate object yields pairs containing a count (from start, which\ndefaults to zero) and a value yielded by the iterable argument.\n\nenumerate is useful for obtaining an indexed list:\n    (0, seq[0]), (1, seq[1]), (2, seq[2]), ...";
    ZIP new_zip next_zip ZIP_METHODS "The zip object yields n-length tuples, where n is the number of iterables\npassed as positional arguments to zip().  The i-th element in every tuple\ncomes from the i-th iterable argument to zip().  This continues until the\nshortest argument is exhausted.\n\nIf strict is true and one of the arguments is exhausted before the others,\nraise a ValueError.";
    MAP new_map next_map MAP_METHODS "Make an iterator that computes the function using arguments from\neach of the iterables.  Stops when the shortest iterable is exhausted.\n\nIf strict is true and one of the arguments is exhausted before the others,\nraise a ValueError.";
    FILTER new_filter next_filter FILTER_METHODS "Return an iterator yielding those items of iterable for which function(item)\nis true. If function is None, return the items that are true.";
    REVERSED new_reversed next_reversed REVERSED_METHODS "Return a reverse iterator over the values of the given sequence.";
}
