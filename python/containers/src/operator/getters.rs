//! `itemgetter`: [tuple of keys]; `attrgetter`: [tuple of tuples of names, tuple of the dotted names]; `methodcaller`: [name, arguments, keywords].

use crate::helpers::{TextBuilder, call_with_dict, check_count, is_str, no_keywords};
use crate::native_module::{at, module_types};
use taipan_objects::dict::Dict;
use taipan_objects::native::Args;
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::Type;
use taipan_objects::{PyResult, Value, Vm, natives};

fn tuple(this: Value, field: usize) -> Tuple {
    Tuple::of(at(this, field)).expect("a tuple")
}

fn one_object(vm: &mut Vm, args: Args, name: &str) -> PyResult {
    no_keywords(vm, &args, name)?;
    check_count(vm, &args, name, 1, 1)?;
    Ok(args.at(0))
}

/// The result of one getter itself, of several as a tuple.
fn gather(vm: &mut Vm, count: usize, mut get: impl FnMut(&mut Vm, usize) -> PyResult) -> PyResult {
    if count == 1 {
        return get(vm, 0);
    }
    let found = vm.new_list_with(count)?;
    for index in 0..count {
        let item = get(vm, index)?;
        found.push(vm, item)?;
    }
    vm.list_to_tuple(found)
}

fn repr_with(
    vm: &mut Vm,
    this: Value,
    write: impl FnOnce(&mut Vm, &mut TextBuilder) -> PyResult<()>,
) -> PyResult {
    let name = Type::of(this).name();
    let text = vm.repr_guard(this, |vm| {
        let mut text = TextBuilder::default();
        text.ascii(&format!("operator.{name}("));
        write(vm, &mut text)?;
        text.ascii(")");
        text.finish(vm)
    })?;
    match text {
        Some(text) => Ok(text),
        None => vm.new_str(&format!("operator.{name}(...)")),
    }
}

fn repr_items(vm: &mut Vm, text: &mut TextBuilder, items: Tuple) -> PyResult<()> {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            text.ascii(", ");
        }
        text.repr(vm, item)?;
    }
    Ok(())
}

// ---- itemgetter

fn new_itemgetter(vm: &mut Vm, class: Type, args: Args) -> PyResult {
    no_keywords(vm, &args, "itemgetter")?;
    check_count(vm, &args, "itemgetter", 1, args.len().max(1))?;
    let keys = args.to_tuple(vm)?;
    vm.new_fields(class, &[Some(keys)])
}

fn call_itemgetter(vm: &mut Vm, this: Value, args: Args) -> PyResult {
    let object = one_object(vm, args, "itemgetter")?;
    let keys = tuple(this, 0);
    gather(vm, keys.len(), |vm, index| {
        protocol::get_item(vm, object, keys.at(index))
    })
}

fn repr_itemgetter(vm: &mut Vm, this: Value) -> PyResult {
    repr_with(vm, this, |vm, text| repr_items(vm, text, tuple(this, 0)))
}

fn reduce_itemgetter(vm: &mut Vm, args: Args) -> PyResult {
    vm.new_tuple(&[Type::of(args.at(0)).value(), at(args.at(0), 0)])
}

// ---- attrgetter

fn new_attrgetter(vm: &mut Vm, class: Type, args: Args) -> PyResult {
    no_keywords(vm, &args, "attrgetter")?;
    check_count(vm, &args, "attrgetter", 1, args.len().max(1))?;
    let paths = vm.new_list_with(args.len())?;
    for index in 0..args.len() {
        let Some(name) = Str::of(args.at(index)) else {
            return Err(vm.raise_type("attribute name must be a string"));
        };
        let dot = vm.new_ascii(b".")?;
        let parts = protocol::call_method(vm, name.value(), "split", &[dot])?;
        let parts = protocol::to_list(vm, parts)?;
        let interned = vm.new_list_with(parts.len())?;
        for part in 0..parts.len() {
            let part = vm.intern_object(parts.at(part))?;
            interned.push(vm, part)?;
        }
        let path = vm.list_to_tuple(interned)?;
        paths.push(vm, path)?;
    }
    let paths = vm.list_to_tuple(paths)?;
    let names = args.to_tuple(vm)?;
    vm.new_fields(class, &[Some(paths), Some(names)])
}

fn call_attrgetter(vm: &mut Vm, this: Value, args: Args) -> PyResult {
    let object = one_object(vm, args, "attrgetter")?;
    let paths = tuple(this, 0);
    gather(vm, paths.len(), |vm, index| {
        let path = Tuple::of(paths.at(index)).expect("paths are tuples");
        let mut found = object;
        for name in path.iter() {
            let name = Str::of(name).expect("names are strings");
            found = protocol::get_attr(vm, found, name)?;
        }
        Ok(found)
    })
}

fn repr_attrgetter(vm: &mut Vm, this: Value) -> PyResult {
    repr_with(vm, this, |vm, text| repr_items(vm, text, tuple(this, 1)))
}

fn reduce_attrgetter(vm: &mut Vm, args: Args) -> PyResult {
    vm.new_tuple(&[Type::of(args.at(0)).value(), at(args.at(0), 1)])
}

// ---- methodcaller

fn new_methodcaller(vm: &mut Vm, class: Type, args: Args) -> PyResult {
    let Some(name) = args.get(0) else {
        return Err(vm.raise_type("methodcaller needs at least one argument, the method name"));
    };
    if !is_str(name) {
        return Err(vm.raise_type("method name must be a string"));
    }
    let name = vm.intern_object(name)?;
    let arguments = args.skip(1).to_tuple(vm)?;
    let keywords = vm.new_dict()?;
    for index in 0..args.keyword_count() {
        let (key, value) = args.keyword(index);
        keywords.set_str(vm, key, value)?;
    }
    vm.new_fields(
        class,
        &[Some(name), Some(arguments), Some(keywords.value())],
    )
}

fn keywords(this: Value) -> Dict {
    Dict::of(at(this, 2)).expect("keyword arguments are a dict")
}

fn call_methodcaller(vm: &mut Vm, this: Value, args: Args) -> PyResult {
    let object = one_object(vm, args, "methodcaller")?;
    let name = Str::of(at(this, 0)).expect("the name is a string");
    let method = protocol::get_attr(vm, object, name)?;
    let arguments = protocol::to_list(vm, at(this, 1))?;
    call_with_dict(vm, method, arguments, keywords(this))
}

fn repr_methodcaller(vm: &mut Vm, this: Value) -> PyResult {
    repr_with(vm, this, |vm, text| {
        text.repr(vm, at(this, 0))?;
        for item in tuple(this, 1).iter() {
            text.ascii(", ");
            text.repr(vm, item)?;
        }
        let keywords = keywords(this);
        let mut from = 0;
        while let Some((entry, key, value)) = keywords.next_entry(from) {
            text.ascii(", ");
            if let Some(key) = Str::of(key) {
                text.string(key);
            }
            text.ascii("=");
            text.repr(vm, value)?;
            from = entry + 1;
        }
        Ok(())
    })
}

fn reduce_methodcaller(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let class = Type::of(this).value();
    let arguments = tuple(this, 1);
    let name = at(this, 0);
    if keywords(this).is_empty() {
        let all = vm.new_tuple_from(arguments.len() + 1, |index| {
            if index == 0 {
                Some(name)
            } else {
                arguments.get(index - 1)
            }
        })?;
        return vm.new_tuple(&[class, all]);
    }
    // A partial of the class remembers the keyword arguments.
    let functools = vm.intern("functools")?;
    let modules = vm.interp.modules();
    let Some(functools) = Str::of(functools).and_then(|name| modules.get_str(name)) else {
        return Err(vm.raise_runtime("functools is not imported"));
    };
    let partial = protocol::get_attr_named(vm, functools, "partial")?;
    let first = vm.new_list(&[class, name])?;
    let first = taipan_objects::list::List::of(first).expect("a list");
    let partial = call_with_dict(vm, partial, first, keywords(this))?;
    vm.new_tuple(&[partial, arguments.value()])
}

natives! {
    static ITEM_METHODS = {
        "__reduce__" method NoArgs, "(self, /)" => reduce_itemgetter;
    }
}
natives! {
    static ATTR_METHODS = {
        "__reduce__" method NoArgs, "(self, /)" => reduce_attrgetter;
    }
}
natives! {
    static METHOD_METHODS = {
        "__reduce__" method NoArgs, "(self, /)" => reduce_methodcaller;
    }
}

module_types! {
    "operator" pub(super) TYPES {
        "itemgetter" ITEMGETTER ITEMGETTER_DEF closed false, |slots| {
            slots.new = Some(new_itemgetter);
            slots.call = Some(call_itemgetter);
            slots.repr = Some(repr_itemgetter);
        }, ITEM_METHODS, &[], "Return a callable object that fetches the given item(s) from its operand.\nAfter f = itemgetter(2), the call f(r) returns r[2].\nAfter g = itemgetter(2, 5, 3), the call g(r) returns (r[2], r[5], r[3])";
        "attrgetter" ATTRGETTER ATTRGETTER_DEF closed false, |slots| {
            slots.new = Some(new_attrgetter);
            slots.call = Some(call_attrgetter);
            slots.repr = Some(repr_attrgetter);
        }, ATTR_METHODS, &[], "Return a callable object that fetches the given attribute(s) from its operand.\nAfter f = attrgetter('name'), the call f(r) returns r.name.\nAfter g = attrgetter('name', 'date'), the call g(r) returns (r.name, r.date).\nAfter h = attrgetter('name.first', 'name.last'), the call h(r) returns\n(r.name.first, r.name.last).";
        "methodcaller" METHODCALLER METHODCALLER_DEF closed false, |slots| {
            slots.new = Some(new_methodcaller);
            slots.call = Some(call_methodcaller);
            slots.repr = Some(repr_methodcaller);
        }, METHOD_METHODS, &[], "Return a callable object that calls the given method on its operand.\nAfter f = methodcaller('name'), the call f(r) returns r.name().\nAfter g = methodcaller('name', 'date', foo=1), the call g(r) returns\nr.name('date', foo=1).";
    }
}
