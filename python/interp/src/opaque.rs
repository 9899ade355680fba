//! Native functions behind handlers: whatever is not worth tracing, and every slow path.

use coil_frame::Context;
use coil_machine::{Opaque, Ty};
use coil_value::Value;
use taipan_bytecode::Intrinsic;
use taipan_objects::dict::Dict;
use taipan_objects::layout::{self, at};
use taipan_objects::list::List;
use taipan_objects::mem;
use taipan_objects::native::{self, Args};
use taipan_objects::number::i64_of;
use taipan_objects::protocol;
use taipan_objects::set::Set;
use taipan_objects::slice::Bounds;
use taipan_objects::slots::{BinaryOp, CompareOp};
use taipan_objects::str::Str;
use taipan_objects::ty::{self, Type};
use taipan_objects::{PyResult, Ref, Vm};

/// What changes when a list does: its fields, and its items.
const LIST_ALIASES: (u32, u32) = (
    crate::fields::LIST_SIZE.alias,
    crate::fields::LIST_ITEM.alias,
);

/// Hooks are filled in before any guest code runs.
const HOOK: &str = "set at start-up";

/// A value argument; unset gives none.
fn option(bits: u64) -> Option<Value> {
    // SAFETY: machines pass valid values.
    unsafe { Value::from_bits(bits) }
}

fn value(bits: u64) -> Value {
    option(bits).expect("the handler passes a bound register")
}

fn exact_list(value: Value) -> Option<List> {
    let object = value.as_ref()?;
    layout::is_list(object.layout()).then(|| List::from_ref(object))
}

/// A slice whose ends are None or inline ints; none for others.
fn simple_bounds(start: Value, stop: Value) -> Option<Bounds> {
    let end = |value: Value| match value.as_small_int() {
        Some(index) => Some(Some(index)),
        None => (value == ty::none()).then_some(None),
    };
    Some(Bounds::new(end(start)?, end(stop)?, 1))
}

pub(crate) trait Answer {
    fn bits(self) -> u64;
}
impl Answer for PyResult<Value> {
    fn bits(self) -> u64 {
        self.map_or(0, Value::bits)
    }
}
impl Answer for PyResult<Option<Value>> {
    fn bits(self) -> u64 {
        self.ok().flatten().map_or(0, Value::bits)
    }
}
impl Answer for PyResult<bool> {
    fn bits(self) -> u64 {
        u64::from(self.unwrap_or(false))
    }
}
impl Answer for PyResult<()> {
    fn bits(self) -> u64 {
        0
    }
}
impl Answer for PyResult<i64> {
    fn bits(self) -> u64 {
        self.unwrap_or(0).cast_unsigned()
    }
}

macro_rules! convert {
    (val $bits:ident) => {
        value($bits)
    };
    (opt $bits:ident) => {
        option($bits)
    };
    (int $bits:ident) => {
        $bits.cast_signed()
    };
    (raw $bits:ident) => {
        $bits
    };
}
macro_rules! param {
    (int) => {
        Ty::Int
    };
    (raw) => {
        Ty::Ref
    };
    ($other:ident) => {
        Ty::Val
    };
}
macro_rules! answer {
    (Void $body:block) => {{
        let done: PyResult<()> = $body;
        Answer::bits(done)
    }};
    ($other:ident $body:block) => {
        Answer::bits($body)
    };
}
/// The bits of a value argument; 0 for others.
macro_rules! value_of {
    (int $bits:ident) => {
        0
    };
    (raw $bits:ident) => {
        0
    };
    ($kind:ident $bits:ident) => {
        $bits
    };
}
/// What happens before a call with these effects.
macro_rules! before {
    (any $vm:ident $args:expr) => {
        $vm.export_by_chance($args)
    };
    ($other:ident $vm:ident $args:expr) => {};
}
macro_rules! opaques {
    ($($(#[$doc:meta])* $name:ident = $effects:ident $(($alias:expr))? fn $function:ident($vm:ident $(, $arg:ident: $kind:ident)*) -> $result:ident $body:block)*) => {
        $(
            $(#[$doc])*
            pub(crate) static $name: Opaque =
                Opaque::$effects(stringify!($function), $function as *const (), &[$(param!($kind)),*], Ty::$result $(, $alias)?);

            extern "C" fn $function(cx: *mut Context $(, $arg: u64)*) -> u64 {
                // SAFETY: machines pass the context of a Vm.
                let $vm = unsafe { Vm::from_context(cx) };
                before!($effects $vm &[$(value_of!($kind $arg)),*]);
                $(let $arg = convert!($kind $arg);)*
                answer!($result $body)
            }
        )*
    };
}

/// A bound of a slice. Ints that a trace has boxed may be too large to be inline ones.
#[inline(always)]
fn bound(value: Value) -> Option<i64> {
    if value == ty::none() {
        return None;
    }
    match value.as_small_int() {
        Some(small) => Some(small),
        None => i64_of(value),
    }
}

opaques! {
    // ---- operators
    /// `a OP b` by number of the operator.
    BINARY = any fn binary(vm, a: val, b: val, op: int) -> Val { protocol::binary(vm, BinaryOp::ALL[op as usize], a, b) }
    /// `a OP= b`.
    IN_PLACE = any fn in_place(vm, a: val, b: val, op: int) -> Val { protocol::in_place(vm, BinaryOp::ALL[op as usize], a, b) }
    /// What `a OP b` gives when `a`'s method has refused; twice the number of the operator, and 1 in place.
    BINARY_RIGHT = any fn binary_right(vm, a: val, b: val, op: int) -> Val {
        protocol::binary_right(vm, BinaryOp::ALL[op as usize / 2], a, b, op % 2 != 0)
    }
    /// The same of a comparison.
    COMPARE_RIGHT = any fn compare_right(vm, a: val, b: val, op: int) -> Val { protocol::compare_right(vm, a, b, CompareOp::ALL[op as usize]) }
    /// `a OP b` for comparisons.
    COMPARE = any fn compare(vm, a: val, b: val, op: int) -> Val { protocol::compare(vm, a, b, CompareOp::ALL[op as usize]) }
    /// Truth of `a OP b`.
    COMPARE_TRUTH = any fn compare_truth(vm, a: val, b: val, op: int) -> Int { protocol::compare_truth(vm, a, b, CompareOp::ALL[op as usize]) }
    /// Comparison of numbers that are no inline pair: no guest code.
    TRUTH = any fn truth(vm, a: val) -> Int { protocol::truth(vm, a) }
    /// `-a` (0), `+a` (1), `~a` (2).
    UNARY = any fn unary(vm, a: val, op: int) -> Val {
        let slots = Type::of(a).slots();
        match op {
            0 => protocol::unary(vm, slots.neg, "unary -", a),
            1 => protocol::unary(vm, slots.pos, "unary +", a),
            _ => protocol::unary(vm, slots.invert, "unary ~", a),
        }
    }
    /// `item in container`.
    CONTAINS = any fn contains(vm, item: val, container: val) -> Int { protocol::contains(vm, container, item) }
    /// `a is b` where both are objects or their kinds differ.
    IS = pure fn is(_vm, a: val, b: val) -> Int { Ok(protocol::is(a, b)) }
    // ---- items
    /// `container[key]`.
    GET_ITEM = any fn get_item(vm, container: val, key: val) -> Val { protocol::get_item(vm, container, key) }
    /// `container[key] = item`.
    SET_ITEM = any fn set_item(vm, container: val, key: val, item: val) -> Void { protocol::set_item(vm, container, key, Some(item)) }
    /// `del container[key]`.
    DEL_ITEM = any fn del_item(vm, container: val, key: val) -> Void { protocol::set_item(vm, container, key, None) }
    /// `container[start:stop]`.
    GET_SLICE = any fn get_slice(vm, container: val, start: val, stop: val) -> Val {
        if let Some(list) = exact_list(container)
            && let Some(bounds) = simple_bounds(start, stop)
        {
            return list.slice(vm, bounds).map(List::value).bits();
        }
        match vm.new_slice(start, stop, ty::none()) {
            Ok(slice) => protocol::get_item(vm, container, slice),
            Err(raised) => Err(raised),
        }
    }
    /// A slice of a list by None or ints of 64 bits; the step is not 0.
    LIST_PART = reads fn list_part(vm, list: val, start: val, stop: val, step: val) -> Val {
        let step = bound(step).unwrap_or(1);
        let bounds = Bounds::new(bound(start), bound(stop), step);
        List::from_ref(mem::expect_ref(list)).slice(vm, bounds).map(List::value)
    }
    /// `container[start:stop] = item`.
    SET_SLICE = any fn set_slice(vm, container: val, start: val, stop: val, item: val) -> Void {
        if let (Some(list), Some(items)) = (exact_list(container), exact_list(item))
            && let Some(bounds) = simple_bounds(start, stop)
        {
            let (start, stop) = bounds.on(list.len()).range();
            return list.splice_list(vm, start, stop, items).bits();
        }
        match vm.new_slice(start, stop, ty::none()) {
            Ok(slice) => protocol::set_item(vm, container, slice, Some(item)),
            Err(raised) => Err(raised),
        }
    }
    /// Appends to a list whose storage is full.
    LIST_APPEND = writes_both(LIST_ALIASES) fn list_append(vm, list: val, item: val) -> Void {
        match List::of(list) {
            Some(list) => list.push(vm, item),
            None => Err(vm.raise_system("list_append on what is no list")),
        }
    }
    /// `list.pop(index)` of a list that has that item.
    LIST_REMOVE = writes_both(LIST_ALIASES) fn list_remove(vm, list: val, index: int) -> Val {
        Ok(List::from_ref(mem::expect_ref(list)).remove(vm, index as usize))
    }
    /// `list.insert(index, item)` where the index is in the list or its length.
    LIST_INSERT = writes_both(LIST_ALIASES) fn list_insert(vm, list: val, index: int, item: val) -> Void {
        List::from_ref(mem::expect_ref(list)).insert(vm, index as usize, item)
    }
    // ---- attributes
    /// `object.name`.
    GET_ATTR = any fn get_attr(vm, object: val, name: val) -> Val { protocol::get_attr(vm, object, name_of(name)) }
    /// `object.name = value`.
    SET_ATTR = any fn set_attr(vm, object: val, name: val, new: val) -> Void { protocol::set_attr(vm, object, name_of(name), Some(new)) }
    /// `del object.name`.
    DEL_ATTR = any fn del_attr(vm, object: val, name: val) -> Void { protocol::set_attr(vm, object, name_of(name), None) }
    /// Makes room for attribute number `slot` in an instance's overflow array and stores it.
    SET_OVERFLOW = any fn set_overflow(vm, object: val, slot: int, new: val) -> Void {
        let object = mem::expect_ref(object);
        taipan_objects::instance::overflow_with(vm, object, slot as usize).map(|array| {
            let address = array.field_ptr::<Option<Value>>(coil_heap::ARRAY_ITEMS + 8 * slot as usize);
            // SAFETY: the slot is an item of the array.
            unsafe { vm.mutator().store_item(array, address, Some(new)) };
        })
    }
    /// `super(class, object).name`, `callable` being what `super` names.
    SUPER_ATTR = any fn super_attr(vm, callable: val, class: opt, object: opt, name: val) -> Val {
        crate::frame::super_attr(vm, callable, class, object, name_of(name))
    }
    /// A function bound to an object, or what a builtin method gives for it.
    BOUND_METHOD = reads fn bound_method(vm, function: val, this: val) -> Val {
        match Type::of(function).slots().get {
            Some(get) if mem::expect_ref(function).layout() != layout::FUNCTION => get(vm, function, Some(this), Type::of(this)),
            _ => vm.new_method(function, this),
        }
    }
    // ---- names
    /// A global or builtin.
    LOAD_GLOBAL = any fn load_global(vm, function: val, name: val) -> Val { crate::frame::load_global(vm, function, name_of(name)) }
    /// Sets a global.
    STORE_GLOBAL = any fn store_global(vm, function: val, name: val, new: val) -> Void {
        let globals = crate::frame::globals_of(function);
        globals.set_str(vm, name_of(name), new)
    }
    /// Deletes a global.
    DELETE_GLOBAL = any fn delete_global(vm, function: val, name: val) -> Void {
        let (globals, name) = (crate::frame::globals_of(function), name_of(name));
        crate::frame::delete_from(vm, globals, name)
    }
    /// A name of a module or class body.
    LOAD_NAME = any fn load_name(vm, function: val, locals: opt, name: val) -> Val {
        crate::frame::load_name(vm, function, locals, name_of(name))
    }
    /// Sets a name of a module or class body.
    STORE_NAME = any fn store_name(vm, function: val, locals: opt, name: val, new: val) -> Void {
        match locals.unwrap_or_else(|| crate::frame::globals_of(function).value()) {
            locals if locals.as_ref().is_some_and(|o| o.layout() == layout::DICT) => {
                Dict::from_ref(mem::expect_ref(locals)).set_str(vm, name_of(name), new)
            }
            locals => protocol::set_item(vm, locals, name, Some(new)),
        }
    }
    /// Deletes a name of a module or class body.
    DELETE_NAME = any fn delete_name(vm, function: val, locals: opt, name: val) -> Void {
        match locals.unwrap_or_else(|| crate::frame::globals_of(function).value()) {
            locals if locals.as_ref().is_some_and(|o| o.layout() == layout::DICT) => {
                crate::frame::delete_from(vm, Dict::from_ref(mem::expect_ref(locals)), name_of(name))
            }
            locals => protocol::set_item(vm, locals, name, None),
        }
    }
    /// The namespace of the running body.
    LOAD_LOCALS = any fn load_locals(vm, function: val, locals: opt) -> Val {
        let _ = &vm;
        Ok(locals.unwrap_or_else(|| crate::frame::globals_of(function).value()))
    }
    /// A name from a mapping first, then globals and builtins.
    LOAD_FROM_MAPPING = any fn load_from_mapping(vm, function: val, mapping: val, name: val) -> Val {
        match crate::frame::lookup_mapping(vm, mapping, name) {
            Ok(Some(found)) => Ok(found),
            Ok(None) => crate::frame::load_global(vm, function, name_of(name)),
            Err(raised) => Err(raised),
        }
    }
    /// A name from a mapping first, then the cell's contents; unset when in neither.
    LOAD_FROM_MAPPING_OR_CELL = any fn load_from_mapping_or_cell(vm, mapping: val, name: val, cell: val) -> Val {
        match crate::frame::lookup_mapping(vm, mapping, name) {
            Ok(None) => Ok(mem::value(mem::expect_ref(cell), at::CELL_VALUE)),
            found => found,
        }
    }
    /// UnboundLocalError or NameError for register `index` of the running code.
    RAISE_UNBOUND = any fn raise_unbound(vm, code: raw, index: int) -> Void { crate::frame::raise_unbound(vm, code as usize, index as usize) }
    // ---- calls
    /// Calls anything with arguments in registers: callable, self or unset, `count` arguments from address `first`, names of keywords.
    CALL = any fn call(vm, callable: val, first: raw, count: int, names: opt) -> Val {
        crate::frame::call_registers(vm, callable, first as *const u64, count as usize, names)
    }
    /// Calls a builtin function or the one of a descriptor, its object first if it is a method.
    CALL_NATIVE = any fn call_native(vm, callable: val, first: raw, count: int) -> Val {
        let def = native::def_of(mem::expect_ref(callable));
        let first = first as *const u64;
        let args = args_at(first, count as usize, None, callable);
        vm.with_range(first.cast_mut(), count as usize, |vm| vm.call_native(def, args))
    }
    /// An empty instance of a class whose `__new__` is that of a builtin container.
    NEW_EMPTY = reads fn new_empty(vm, class: val) -> Val {
        let ty = Type::from_ref(mem::expect_ref(class));
        let new = ty.slots().new.expect("the class was looked at");
        new(vm, ty, args_at(std::ptr::null(), 0, None, class))
    }
    /// A hidden guest function, made now.
    HIDDEN = any fn hidden(vm, number: int) -> Val {
        let make = vm.interp.hooks.make_hidden.expect(HOOK);
        match make(vm) {
            Ok(()) => Ok(option(vm.interp.hidden[number as usize].get()).expect("just made")),
            Err(raised) => Err(raised),
        }
    }
    /// `callable(*args, **keywords)`.
    CALL_EX = any fn call_ex(vm, callable: val, this: opt, args: val, keywords: opt) -> Val {
        crate::frame::call_ex(vm, callable, this, args, keywords)
    }
    /// Binds the arguments of a call that is not simple into the callee's registers.
    BIND = any fn bind(vm, function: val, first: raw, count: int, names: opt) -> Int {
        let (first, count) = (first as *mut u64, count as usize);
        vm.with_range(first, count, |vm| {
            crate::frame::bind_arguments(vm, function, first, count, names).map(|()| 1i64)
        })
    }
    /// TypeError for what `__init__` returned.
    BAD_INIT = any fn bad_init(vm, result: val) -> Void {
        let name = protocol::type_name(result);
        Err(vm.raise_type(&format!("__init__() should return None, not '{name}'")))
    }
    // ---- iteration
    /// `iter(x)`.
    GET_ITER = any fn get_iter(vm, iterable: val) -> Val { protocol::iter(vm, iterable) }
    /// `next(x)`, unset at the end.
    NEXT = any fn next(vm, iterator: val) -> Val { protocol::next(vm, iterator) }
    // ---- building
    /// A tuple of registers.
    BUILD_TUPLE = reads fn build_tuple(vm, first: raw, count: int) -> Val {
        let (first, count) = (first as *mut u64, count as usize);
        vm.with_range(first, count, |vm| {
            // SAFETY: the handler passes a run of bound registers.
            vm.new_tuple_from(count, |index| option(unsafe { *first.add(index) }))
        })
    }
    /// A list of registers.
    BUILD_LIST = reads fn build_list(vm, first: raw, count: int) -> Val {
        let (first, count) = (first as *mut u64, count as usize);
        vm.with_range(first, count, |vm| {
            // SAFETY: the handler passes a run of bound registers.
            vm.new_list_from(count, |index| value(unsafe { *first.add(index) })).map(List::value)
        })
    }
    /// A set of registers.
    BUILD_SET = any fn build_set(vm, first: raw, count: int) -> Val { crate::frame::build_set(vm, first as *const u64, count as usize) }
    /// A dict of pairs of registers.
    BUILD_MAP = any fn build_map(vm, first: raw, count: int) -> Val { crate::frame::build_map(vm, first as *const u64, count as usize) }
    /// The strings of registers one after the other.
    BUILD_STRING = reads fn build_string(vm, first: raw, count: int) -> Val { crate::frame::build_string(vm, first as *const u64, count as usize) }
    /// Extends a list (in a display or call).
    LIST_EXTEND = any fn list_extend(vm, list: val, iterable: val) -> Void { crate::frame::list_extend(vm, list, iterable) }
    /// A list's items as a tuple.
    LIST_TO_TUPLE = reads fn list_to_tuple(vm, list: val) -> Val {
        match List::of(list) {
            Some(list) => vm.list_to_tuple(list),
            None => Err(vm.raise_system("list_to_tuple on what is no list")),
        }
    }
    /// `*x` of a call as a tuple.
    STAR_ARGUMENTS = any fn star_arguments(vm, iterable: val, callable: val) -> Val { crate::frame::star_arguments(vm, iterable, callable) }
    /// Adds to a set.
    SET_ADD = any fn set_add(vm, set: val, item: val) -> Void {
        match Set::of(set) {
            Some(set) => set.add(vm, item).map(|_| ()),
            None => Err(vm.raise_system("set_add on what is no set")),
        }
    }
    /// Adds an inline int or a str to an exact set of such items.
    SET_ADD_PLAIN = writes(crate::fields::SET_SIZE.alias) fn set_add_plain(vm, set: val, item: val) -> Void {
        Set::from_ref(mem::expect_ref(set)).add(vm, item).map(|_| ())
    }
    /// Adds all items to a set.
    SET_UPDATE = any fn set_update(vm, set: val, iterable: val) -> Void {
        match Set::of(set) {
            Some(set) => protocol::for_each(vm, iterable, |vm, item| set.add(vm, item).map(|_| true)),
            None => Err(vm.raise_system("set_update on what is no set")),
        }
    }
    /// Sets an entry of a dict in a display.
    MAP_ADD = any fn map_add(vm, dict: val, key: val, new: val) -> Void {
        match Dict::of(dict) {
            Some(dict) => dict.set(vm, key, new),
            None => Err(vm.raise_system("map_add on what is no dict")),
        }
    }
    /// `**x` in a display.
    DICT_UPDATE = any fn dict_update(vm, dict: val, mapping: val) -> Void { crate::frame::dict_update(vm, dict, mapping) }
    /// `**x` in a call.
    DICT_MERGE = any fn dict_merge(vm, dict: val, mapping: val, callable: val) -> Void { crate::frame::dict_merge(vm, dict, mapping, callable) }
    /// A formatted value of an f-string.
    FORMAT_VALUE = any fn format_value(vm, formatted: val, spec: opt, conversion: int) -> Val {
        (vm.interp.hooks.format_value.expect(HOOK))(vm, formatted, conversion as u8, spec)
    }
    /// Stress: a list or tuple was made.
    CONTAINER_MADE = reads fn container_made(vm, container: val) -> Void { vm.container_made(mem::expect_ref(container)); Ok(()) }
    // ---- unpacking
    /// Unpacks into registers.
    UNPACK = any fn unpack(vm, sequence: val, first: raw, count: int) -> Void {
        (vm.interp.hooks.unpack.expect(HOOK))(vm, sequence, count as usize, first as *mut u64)
    }
    /// Unpacks into registers with a starred target.
    UNPACK_EX = any fn unpack_ex(vm, sequence: val, first: raw, before: int, after: int) -> Void {
        (vm.interp.hooks.unpack_ex.expect(HOOK))(vm, sequence, before as usize, after as usize, first as *mut u64)
    }
    // ---- functions
    /// A function with its attributes.
    MAKE_FUNCTION = reads fn make_function(vm, running: val, code: val, first: raw, what: int) -> Val {
        crate::frame::make_function(vm, running, code, first as *const u64, what as u8)
    }
    /// A cell.
    NEW_CELL = reads fn new_cell(vm, contents: opt) -> Val { vm.new_cell(contents) }
    /// `__build_class__`.
    LOAD_BUILD_CLASS = any fn load_build_class(vm, function: val) -> Val {
        let name = vm.interp.names.__build_class__.str();
        crate::frame::load_global(vm, function, name)
    }
    /// A rare operation.
    INTRINSIC = any fn intrinsic(vm, function: val, first: raw, number: int) -> Val {
        match Intrinsic::from_number(number as u16) {
            Some(intrinsic) => vm.with_range(first as *mut u64, intrinsic.arguments(), |vm| {
                crate::frame::intrinsic(vm, function, intrinsic, first as *const u64)
            }),
            None => Err(vm.raise_system("unknown intrinsic")),
        }
    }
    // ---- exceptions
    /// The exception that a `raise` statement raises, with cause and context set.
    RAISE = any fn raise(vm, exception: opt, cause: opt, what: int) -> Val { crate::frame::raise(vm, exception, cause, what) }
    /// Whether an exception matches a class or tuple of classes.
    EXC_MATCH = any fn exc_match(vm, exception: val, class: val) -> Int { crate::frame::exception_matches(vm, exception, class) }
    /// Splits an exception group.
    EG_MATCH = any fn eg_match(vm, exception: val, class: val, first: raw) -> Void {
        crate::frame::group_matches(vm, exception, class, first as *mut u64)
    }
    /// Puts the running frame in front of the pending exception's traceback.
    ADD_TRACEBACK = any fn add_traceback(vm) -> Void {
        crate::frame::add_traceback(vm);
        Ok(())
    }
    /// The exception leaves a generator: it is finished, and StopIteration becomes RuntimeError.
    GENERATOR_RAISED = any fn generator_raised(vm, generator: val) -> Void {
        crate::frame::generator_raised(vm, generator);
        Ok(())
    }
    /// Handles what the interpreter's thread is handling: sets it, gives the former.
    SWAP_HANDLED = any fn swap_handled(vm, exception: opt) -> Val {
        let former = vm.handled.replace(exception.map_or(0, Value::bits));
        Ok(option(former).or(Some(ty::none())))
    }
    // ---- with
    /// Looks up `__enter__`/`__exit__` (or the async pair) and calls the former; `__exit__` goes to the register given.
    WITH_ENTER = any fn with_enter(vm, manager: val, exit: raw, is_async: int) -> Val {
        crate::frame::with_enter(vm, manager, exit as *mut u64, is_async != 0)
    }
    /// `exit(None, None, None)`.
    WITH_EXIT = any fn with_exit(vm, exit: val) -> Val {
        let none = ty::none();
        protocol::call(vm, exit, &[none, none, none])
    }
    /// `exit(type, exception, traceback)`.
    WITH_EXCEPT = any fn with_except(vm, exit: val, exception: val) -> Val {
        let class = Type::of(exception).value();
        let traceback = mem::value(mem::expect_ref(exception), at::EXC_TRACEBACK).unwrap_or_else(ty::none);
        protocol::call(vm, exit, &[class, exception, traceback])
    }
    // ---- generators
    /// One step of `yield from`/`await`: the value yielded, or unset at the end with the result in the register given.
    SEND = any fn send(vm, iterator: val, sent: val, result: raw) -> Val { crate::frame::send(vm, iterator, sent, result as *mut u64) }
    /// The iterator of `yield from`.
    YIELD_FROM_ITER = any fn yield_from_iter(vm, iterable: val, in_coroutine: int) -> Val {
        crate::frame::yield_from_iter(vm, iterable, in_coroutine != 0)
    }
    /// The iterator of an awaitable.
    GET_AWAITABLE = any fn get_awaitable(vm, awaitable: val, context: int) -> Val { crate::frame::get_awaitable(vm, awaitable, context) }
    /// `x.__aiter__()`.
    GET_AITER = any fn get_aiter(vm, iterable: val) -> Val { crate::frame::get_aiter(vm, iterable) }
    /// The awaitable of `x.__anext__()`.
    GET_ANEXT = any fn get_anext(vm, iterator: val) -> Val { crate::frame::get_anext(vm, iterator) }
    // ---- imports
    /// `import`.
    IMPORT_NAME = any fn import_name(vm, function: val, name: val, from_list: val, level: int) -> Val {
        crate::frame::import_name(vm, function, name_of(name), from_list, level)
    }
    /// `from module import name`.
    IMPORT_FROM = any fn import_from(vm, module: val, name: val) -> Val { crate::frame::import_from(vm, module, name_of(name)) }
    /// `from module import *`.
    IMPORT_STAR = any fn import_star(vm, function: val, locals: opt, module: val) -> Void {
        let target = locals.unwrap_or_else(|| crate::frame::globals_of(function).value());
        crate::frame::import_star(vm, module, target)
    }
    // ---- patterns
    /// `len(x)`.
    LEN = any fn len(vm, sized: val) -> Int { protocol::len(vm, sized).map(|len| len as i64) }
    /// Whether `x` is a mapping (32 = sequence) for patterns.
    HAS_TYPE_FLAG = pure fn has_type_flag(_vm, object: val, flag: int) -> Int { Ok(Type::of(object).flags() & flag.cast_unsigned() != 0) }
    /// Values of keys, or None.
    MATCH_KEYS = any fn match_keys(vm, subject: val, keys: val) -> Val { crate::frame::match_keys(vm, subject, keys) }
    /// Attributes of a class pattern, or None.
    MATCH_CLASS = any fn match_class(vm, subject: val, class: val, names: val, positional: int) -> Val {
        crate::frame::match_class(vm, subject, class, names, positional as usize)
    }
    // ---- the rest
    /// Makes sure that a namespace has `__annotations__`.
    SETUP_ANNOTATIONS = any fn setup_annotations(vm, function: val, locals: opt) -> Void {
        let target = locals.unwrap_or_else(|| crate::frame::globals_of(function).value());
        crate::frame::setup_annotations(vm, target)
    }
    /// Shows a value in the interactive shell.
    PRINT_EXPR = any fn print_expr(vm, shown: val) -> Void { crate::frame::print_expr(vm, shown) }
    /// A t-string's interpolation.
    INTERPOLATION = any fn interpolation(vm, first: raw, conversion: int) -> Val {
        vm.with_range(first as *mut u64, 3, |vm| crate::frame::interpolation(vm, first as *const u64, conversion as u8))
    }
    /// A t-string.
    TEMPLATE = any fn template(vm, strings: val, interpolations: val) -> Val { crate::frame::template(vm, strings, interpolations) }
    /// Raises MemoryError.
    NO_MEMORY = any fn no_memory(vm) -> Void { Err(vm.raise_memory_error()) }
    /// Whether an exact str equals another.
    STR_EQUAL = pure fn str_equal(_vm, a: val, b: val) -> Int {
        Ok(match (Str::of(a), Str::of(b)) {
            (Some(a), Some(b)) => a.same_text(b),
            _ => false,
        })
    }
    /// A character of a string by code point.
    CHAR = reads fn char(vm, point: int) -> Val { vm.new_char(point as u32) }
}

fn name_of(name: Value) -> Str {
    Str::of(name).expect("names of code are strings")
}

/// Arguments of a native in registers.
pub(crate) fn args_at(first: *const u64, count: usize, names: Option<Ref>, callee: Value) -> Args {
    // SAFETY: the handler passes a run of registers above the live ones, which stay as they are during the call.
    unsafe { Args::new(first, count, names, Some(callee)) }
}
