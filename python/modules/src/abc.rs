//! `_abc`: the machinery behind `abc.ABCMeta`.
//!
//! `cls._abc_impl` is a row object: registered classes, cache, negative cache (sets, or unset while empty), version of the negative cache.
//! Classes live as long as the interpreter, so the sets hold them plainly.

use coil_value::{Ref, Value};
use taipan_objects::class::{ModuleType, TypeDef};
use taipan_objects::dict::Dict;
use taipan_objects::layout;
use taipan_objects::mem;
use taipan_objects::module::ModuleDef;
use taipan_objects::native::Args;
use taipan_objects::natives;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::set::Set;
use taipan_objects::str::Str;
use taipan_objects::ty::{self, StaticType, SubLayout, Type, flag, types};
use taipan_objects::{PyResult, Vm};

/// `_abc`.
pub(crate) static ABC: ModuleDef = ModuleDef {
    name: "_abc",
    functions: FUNCTIONS,
    init: |vm, _| vm.ready_module_type(&DATA).map(|_| ()),
};

static DATA_STATIC: StaticType = StaticType::new();
static DATA: ModuleType = ModuleType {
    def: &TypeDef {
        ty: &DATA_STATIC,
        slots: |_| {},
        methods: &[],
        getset: &[],
        doc: "",
        module: "_abc",
    },
    name: "_abc_data",
    base: &types::OBJECT,
    layout: layout::FIELDS,
    sub_layout: SubLayout::None,
    flags: 0,
    has_dict: false,
};

natives! {
    static FUNCTIONS = {
        "get_cache_token" function NoArgs, "()" => |vm, _| { let version = version(vm); vm.new_int(version) };
        "_abc_init" function One, "(self, /)" => init;
        "_abc_register" function Positional(2, 2), "(self, subclass, /)" => register;
        "_abc_instancecheck" function Positional(2, 2), "(self, instance, /)" => instance_check;
        "_abc_subclasscheck" function Positional(2, 2), "(self, subclass, /)" => |vm, args| {
            let answer = subclass_check(vm, args.at(0), args.at(1))?;
            Ok(ty::bool_value(answer))
        };
        "_get_dump" function One, "(self, /)" => dump;
        "_reset_registry" function One, "(self, /)" => |vm, args| { let data = data_of(vm, args.at(0))?; vm.set_field(data, REGISTRY, None); Ok(ty::none()) };
        "_reset_caches" function One, "(self, /)" => |vm, args| {
            let data = data_of(vm, args.at(0))?;
            vm.set_field(data, CACHE, None);
            vm.set_field(data, NEGATIVE, None);
            Ok(ty::none())
        };
    };
}

const REGISTRY: usize = 0;
const CACHE: usize = 1;
const NEGATIVE: usize = 2;
const VERSION: usize = 3;

/// Counts registrations: negative caches of older versions are void.
fn version(vm: &Vm) -> i64 {
    vm.interp
        .kept("abc.version")
        .and_then(number::i64_of)
        .unwrap_or(0)
}

fn data_of(vm: &mut Vm, class: Value) -> PyResult<Ref> {
    let found = crate::helpers::attribute(vm, class, "_abc_impl")?;
    match found.filter(|data| Type::of(*data).as_ref() == DATA_STATIC.as_ref()) {
        Some(data) => Ok(mem::expect_ref(data)),
        None => Err(vm.raise_type("_abc_impl is set to a wrong type")),
    }
}

fn set_of(data: Ref, field: usize) -> Option<Set> {
    Vm::field(data, field).and_then(Set::of)
}

fn has(vm: &mut Vm, data: Ref, field: usize, class: Value) -> PyResult<bool> {
    match set_of(data, field) {
        Some(set) => set.contains(vm, class),
        None => Ok(false),
    }
}

fn add(vm: &mut Vm, data: Ref, field: usize, class: Value) -> PyResult<()> {
    let set = match set_of(data, field) {
        Some(set) => set,
        None => {
            let set = vm.new_set()?;
            vm.set_field(data, field, Some(set.value()));
            set
        }
    };
    set.add(vm, class).map(|_| ())
}

fn is_abstract(vm: &mut Vm, value: Value) -> PyResult<bool> {
    let name = vm.interp.names.__isabstractmethod__.str();
    match protocol::get_attr_opt(vm, value, name)? {
        Some(flag) => protocol::truth(vm, flag),
        None => Ok(false),
    }
}

fn init(vm: &mut Vm, args: Args) -> PyResult {
    let class = args.at(0);
    let Some(ty) = Type::from_value(class) else {
        return Err(vm.raise_type("_abc_init() argument must be a class"));
    };
    let dict = Dict::from_ref(ty.dict());
    let abstracts = vm.new_frozenset()?;
    let entries = dict.copy(vm)?;
    for (name, value) in entries.iter() {
        if is_abstract(vm, value)? {
            abstracts.add(vm, name)?;
        }
    }
    let key = crate::helpers::name(vm, "__abstractmethods__")?;
    let bases = ty.bases().map(taipan_objects::tuple::Tuple::from_ref);
    for base in bases.iter().flat_map(|bases| bases.iter()) {
        let Some(names) = protocol::get_attr_opt(vm, base, key)? else {
            continue;
        };
        let names = protocol::to_list(vm, names)?;
        for index in 0..names.len() {
            let Some(name) = Str::of(names.at(index)) else {
                continue;
            };
            if let Some(value) = protocol::get_attr_opt(vm, class, name)?
                && is_abstract(vm, value)?
            {
                abstracts.add(vm, name.value())?;
            }
        }
    }
    protocol::set_attr(vm, class, key, Some(abstracts.value()))?;
    let data_type = vm.ready_module_type(&DATA)?;
    let version = vm.new_int(version(vm))?;
    let data = vm.new_fields(data_type, &[None, None, None, Some(version)])?;
    let key = crate::helpers::name(vm, "_abc_impl")?;
    protocol::set_attr(vm, class, key, Some(data))?;
    pattern_flags(vm, ty, dict)?;
    Ok(ty::none())
}

/// `__abc_tpflags__` of a class body says which patterns instances match.
fn pattern_flags(vm: &mut Vm, ty: Type, dict: Dict) -> PyResult<()> {
    let key = crate::helpers::name(vm, "__abc_tpflags__")?;
    let Some(entry) = dict.find_str(key) else {
        return Ok(());
    };
    let flags = dict
        .remove_entry(vm, entry)
        .and_then(number::i64_of)
        .unwrap_or(0)
        .cast_unsigned();
    let both = flag::SEQUENCE | flag::MAPPING;
    if flags & both == both {
        return Err(vm.raise_type(
            "__abc_tpflags__ cannot be both Py_TPFLAGS_SEQUENCE and Py_TPFLAGS_MAPPING",
        ));
    }
    ty.set_flags(ty.flags() | flags & both);
    ty.modified(vm);
    Ok(())
}

fn inherit_pattern_flags(vm: &mut Vm, class: Type, flags: u64) {
    if class.flags() & flag::IMMUTABLE != 0 {
        return;
    }
    class.set_flags(class.flags() & !(flag::SEQUENCE | flag::MAPPING) | flags);
    class.modified(vm);
    let subclasses = class.data().subclasses.borrow().clone();
    for address in subclasses {
        // SAFETY: types are never freed.
        if let Some(subclass) = unsafe { Ref::from_address(address) } {
            inherit_pattern_flags(vm, Type::from_ref(subclass), flags);
        }
    }
}

fn register(vm: &mut Vm, args: Args) -> PyResult {
    let (class, subclass) = (args.at(0), args.at(1));
    let Some(ty) = Type::from_value(subclass) else {
        return Err(vm.raise_type("Can only register classes"));
    };
    if protocol::is_subclass(vm, subclass, class)? {
        return Ok(subclass);
    }
    if protocol::is_subclass(vm, class, subclass)? {
        return Err(vm.raise_runtime("Refusing to create an inheritance cycle"));
    }
    let data = data_of(vm, class)?;
    add(vm, data, REGISTRY, subclass)?;
    let next = vm.new_int(version(vm) + 1)?;
    vm.interp.keep("abc.version", next);
    if let Some(class) = Type::from_value(class) {
        let flags = class.flags() & (flag::SEQUENCE | flag::MAPPING);
        if flags != 0 {
            inherit_pattern_flags(vm, ty, flags);
        }
    }
    Ok(subclass)
}

fn instance_check(vm: &mut Vm, args: Args) -> PyResult {
    let (class, instance) = (args.at(0), args.at(1));
    let data = data_of(vm, class)?;
    let name = vm.interp.names.__class__.str();
    let claimed = protocol::get_attr(vm, instance, name)?;
    if has(vm, data, CACHE, claimed)? {
        return Ok(ty::bool_value(true));
    }
    let real = Type::of(instance).value();
    if real == claimed {
        if current(vm, data) && has(vm, data, NEGATIVE, claimed)? {
            return Ok(ty::bool_value(false));
        }
        return call_subclass_check(vm, class, claimed);
    }
    let first = call_subclass_check(vm, class, claimed)?;
    if protocol::truth(vm, first)? {
        return Ok(first);
    }
    call_subclass_check(vm, class, real)
}

fn call_subclass_check(vm: &mut Vm, class: Value, subclass: Value) -> PyResult {
    protocol::call_method(vm, class, "__subclasscheck__", &[subclass])
}

/// Whether the negative cache is of the current version.
fn current(vm: &Vm, data: Ref) -> bool {
    Vm::field(data, VERSION).and_then(number::i64_of) == Some(version(vm))
}

fn subclass_check(vm: &mut Vm, class: Value, subclass: Value) -> PyResult<bool> {
    let Some(ty) = Type::from_value(subclass) else {
        return Err(vm.raise_type("issubclass() arg 1 must be a class"));
    };
    let data = data_of(vm, class)?;
    if has(vm, data, CACHE, subclass)? {
        return Ok(true);
    }
    if !current(vm, data) {
        vm.set_field(data, NEGATIVE, None);
        let now = vm.new_int(version(vm))?;
        vm.set_field(data, VERSION, Some(now));
    } else if has(vm, data, NEGATIVE, subclass)? {
        return Ok(false);
    }
    let hook = protocol::call_method(vm, class, "__subclasshook__", &[subclass])?;
    if hook == ty::TRUE.value() {
        add(vm, data, CACHE, subclass)?;
        return Ok(true);
    }
    if hook == ty::FALSE.value() {
        add(vm, data, NEGATIVE, subclass)?;
        return Ok(false);
    }
    if hook != ty::not_implemented() {
        return Err(vm.raise_assertion(
            "__subclasshook__ must return either False, True, or NotImplemented",
        ));
    }
    let answer = Type::from_value(class).is_some_and(|class| ty.is_subtype(class))
        || registered(vm, data, subclass)?
        || subclass_of_subclass(vm, class, subclass)?;
    add(vm, data, if answer { CACHE } else { NEGATIVE }, subclass)?;
    Ok(answer)
}

fn registered(vm: &mut Vm, data: Ref, subclass: Value) -> PyResult<bool> {
    let Some(set) = set_of(data, REGISTRY) else {
        return Ok(false);
    };
    let classes = protocol::to_list(vm, set.value())?;
    for index in 0..classes.len() {
        if protocol::is_subclass(vm, subclass, classes.at(index))? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn subclass_of_subclass(vm: &mut Vm, class: Value, subclass: Value) -> PyResult<bool> {
    let subclasses = protocol::call_method(vm, class, "__subclasses__", &[])?;
    let subclasses = protocol::to_list(vm, subclasses)?;
    for index in 0..subclasses.len() {
        if protocol::is_subclass(vm, subclass, subclasses.at(index))? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn dump(vm: &mut Vm, args: Args) -> PyResult {
    let data = data_of(vm, args.at(0))?;
    let mut parts = [ty::none(); 4];
    for (place, field) in [REGISTRY, CACHE, NEGATIVE].into_iter().enumerate() {
        let references = vm.new_set()?;
        if let Some(set) = set_of(data, field) {
            let classes = protocol::to_list(vm, set.value())?;
            for index in 0..classes.len() {
                let reference = protocol::call(vm, types::WEAKREF.value(), &[classes.at(index)])?;
                references.add(vm, reference)?;
            }
        }
        parts[place] = references.value();
    }
    parts[3] = Vm::field(data, VERSION).unwrap_or_else(ty::none);
    vm.new_tuple(&parts)
}
