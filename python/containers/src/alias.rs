//! `types.GenericAlias`: `list[int]`. Fields: origin, arguments (a tuple), parameters (a tuple, once asked for), starred.

use crate::helpers::{TextBuilder, check_count, no_keywords, self_iter};
use taipan_objects::class::TypeDef;
use taipan_objects::list::List;
use taipan_objects::mem;
use taipan_objects::native::{Args, GetSetDef};
use taipan_objects::protocol;
use taipan_objects::slots::{BinaryOp, CompareOp, Slots};
use taipan_objects::str::Str;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Value, Vm, natives};

const ORIGIN: usize = 0;
const ARGS: usize = 1;
const PARAMETERS: usize = 2;
const STARRED: usize = 3;

/// `origin[item]`.
///
/// # Errors
/// MemoryError.
pub fn new_alias(vm: &mut Vm, origin: Value, item: Value) -> PyResult {
    alias_of(vm, types::GENERIC_ALIAS.ty(), origin, item, false)
}

fn alias_of(vm: &mut Vm, class: Type, origin: Value, item: Value, starred: bool) -> PyResult {
    let args = if Tuple::of(item).is_some() {
        item
    } else {
        vm.new_tuple(&[item])?
    };
    vm.new_fields(
        class,
        &[
            Some(origin),
            Some(args),
            None,
            Some(ty::bool_value(starred)),
        ],
    )
}

/// Whether the value is a generic alias.
pub fn is_alias(value: Value) -> bool {
    Type::of(value).is_subtype(types::GENERIC_ALIAS.ty())
}

fn field(alias: Value, index: usize) -> Value {
    Vm::field(mem::expect_ref(alias), index).expect("set when it was made")
}

/// What was parametrised.
pub fn origin(alias: Value) -> Value {
    field(alias, ORIGIN)
}

/// The arguments.
pub fn arguments(alias: Value) -> Tuple {
    Tuple::of(field(alias, ARGS)).expect("the arguments are a tuple")
}

fn is_starred(alias: Value) -> bool {
    field(alias, STARRED) == ty::TRUE.value()
}

fn new(vm: &mut Vm, class: Type, args: Args) -> PyResult {
    no_keywords(vm, &args, "GenericAlias")?;
    check_count(vm, &args, "GenericAlias", 2, 2)?;
    alias_of(vm, class, args.at(0), args.at(1), false)
}

/// A type as it stands in annotations: `int`, `module.Class`, `...`, `list[int]`.
///
/// # Errors
/// What `__repr__` raises.
pub fn repr_item(vm: &mut Vm, text: &mut TextBuilder, item: Value) -> PyResult<()> {
    if item == ty::ELLIPSIS.value() {
        text.ascii("...");
        return Ok(());
    }
    let has = |vm: &mut Vm, name: &str| -> PyResult<Option<Value>> {
        let name = vm.intern(name)?;
        let name = Str::of(name).expect("interned strings are strings");
        protocol::get_attr_opt(vm, item, name)
    };
    if is_alias(item) || (has(vm, "__origin__")?.is_some() && has(vm, "__args__")?.is_some()) {
        return text.repr(vm, item);
    }
    let qualname = has(vm, "__qualname__")?.and_then(Str::of);
    let module = has(vm, "__module__")?.filter(|module| *module != ty::none());
    if let (Some(qualname), Some(module)) = (qualname, module) {
        let module = protocol::str(vm, module)?;
        if !module.is("builtins") {
            text.string(module);
            text.ascii(".");
        }
        text.string(qualname);
        return Ok(());
    }
    text.repr(vm, item)
}

fn repr_argument(vm: &mut Vm, text: &mut TextBuilder, item: Value) -> PyResult<()> {
    if let Some(list) = List::of(item) {
        text.ascii("[");
        let mut index = 0;
        while let Some(item) = list.get(index) {
            if index > 0 {
                text.ascii(", ");
            }
            repr_item(vm, text, item)?;
            index += 1;
        }
        text.ascii("]");
        return Ok(());
    }
    repr_item(vm, text, item)
}

fn repr(vm: &mut Vm, alias: Value) -> PyResult {
    let mut text = TextBuilder::default();
    if is_starred(alias) {
        text.ascii("*");
    }
    repr_item(vm, &mut text, origin(alias))?;
    text.ascii("[");
    let arguments = arguments(alias);
    for index in 0..arguments.len() {
        if index > 0 {
            text.ascii(", ");
        }
        repr_argument(vm, &mut text, arguments.at(index))?;
    }
    if arguments.is_empty() {
        text.ascii("()");
    }
    text.ascii("]");
    text.finish(vm)
}

fn hash(vm: &mut Vm, alias: Value) -> PyResult<i64> {
    let origin = protocol::hash(vm, origin(alias))?;
    let arguments = protocol::hash(vm, arguments(alias).value())?;
    Ok(match origin ^ arguments {
        -1 => -2,
        hash => hash,
    })
}

fn compare(vm: &mut Vm, a: Value, b: Value, op: CompareOp) -> PyResult {
    let comparable = is_alias(a) && is_alias(b) && matches!(op, CompareOp::Eq | CompareOp::Ne);
    if !comparable {
        return Ok(ty::not_implemented());
    }
    let same = is_starred(a) == is_starred(b)
        && protocol::equal(vm, origin(a), origin(b))?
        && protocol::equal(vm, arguments(a).value(), arguments(b).value())?;
    Ok(crate::helpers::equality(op, same))
}

fn call(vm: &mut Vm, alias: Value, args: Args) -> PyResult {
    let object = protocol::call_args(vm, origin(alias), args)?;
    let name = vm.intern("__orig_class__")?;
    let name = Str::of(name).expect("interned strings are strings");
    match protocol::set_attr(vm, object, name, Some(alias)) {
        Ok(()) => {}
        Err(raised) if vm.raised_is(&types::AttributeError) || vm.raised_is(&types::TypeError) => {
            vm.take_raised(raised);
        }
        Err(raised) => return Err(raised),
    }
    Ok(object)
}

/// Attributes that are the alias's own; all others are the origin's.
fn is_own(name: Str) -> bool {
    const OWN: [&str; 14] = [
        "__class__",
        "__origin__",
        "__args__",
        "__unpacked__",
        "__parameters__",
        "__typing_unpacked_tuple_args__",
        "__mro_entries__",
        "__reduce_ex__",
        "__reduce__",
        "__copy__",
        "__deepcopy__",
        "__bases__",
        "__getitem__",
        "__iter__",
    ];
    OWN.iter().any(|own| name.is(own))
}

fn get_attr(vm: &mut Vm, alias: Value, name: Str) -> PyResult {
    if is_own(name) && !name.is("__bases__")
        || name.is("__instancecheck__")
        || name.is("__subclasscheck__")
    {
        return protocol::object_get_attr(vm, alias, name);
    }
    if let Some(own) = mem::expect_ref(alias)
        .ty()
        .map(Type::from_ref)
        .filter(|ty| ty.is_heap())
        && own.lookup(name).is_some()
    {
        return protocol::object_get_attr(vm, alias, name);
    }
    protocol::get_attr(vm, origin(alias), name)
}

fn set_attr(vm: &mut Vm, alias: Value, name: Str, new: Option<Value>) -> PyResult<()> {
    protocol::object_set_attr(vm, alias, name, new)
}

/// Type parameters among the arguments, each once, in order.
fn collect_parameters(vm: &mut Vm, arguments: Tuple) -> PyResult {
    let found = vm.new_list_with(2)?;
    let subst = vm.intern("__typing_subst__")?;
    let subst = Str::of(subst).expect("interned strings are strings");
    let parameters = vm.intern("__parameters__")?;
    let parameters = Str::of(parameters).expect("interned strings are strings");
    for index in 0..arguments.len() {
        let argument = arguments.at(index);
        if Type::from_value(argument).is_some() {
            continue;
        }
        if Type::of(argument).lookup(subst).is_some() {
            add_once(vm, found, argument)?;
            continue;
        }
        if let Some(list) = List::of(argument) {
            let inner = vm.list_to_tuple(list)?;
            let inner = collect_parameters(vm, Tuple::of(inner).expect("a tuple"))?;
            for parameter in Tuple::of(inner).into_iter().flat_map(Tuple::iter) {
                add_once(vm, found, parameter)?;
            }
            continue;
        }
        let own = protocol::get_attr_opt(vm, argument, parameters)?.and_then(Tuple::of);
        for parameter in own.into_iter().flat_map(Tuple::iter) {
            add_once(vm, found, parameter)?;
        }
    }
    vm.list_to_tuple(found)
}

fn add_once(vm: &mut Vm, list: List, item: Value) -> PyResult<()> {
    if (0..list.len()).any(|index| protocol::is(list.at(index), item)) {
        return Ok(());
    }
    list.push(vm, item)
}

fn parameters(vm: &mut Vm, alias: Value) -> PyResult {
    let object = mem::expect_ref(alias);
    if let Some(known) = Vm::field(object, PARAMETERS) {
        return Ok(known);
    }
    let found = collect_parameters(vm, arguments(alias))?;
    vm.set_field(object, PARAMETERS, Some(found));
    Ok(found)
}

/// `alias[item]`: the type parameters replaced.
///
/// # Errors
/// TypeError when there are no parameters or another number of them.
pub fn substitute(
    vm: &mut Vm,
    shown: Value,
    arguments: Tuple,
    parameters: Tuple,
    item: Value,
) -> PyResult {
    if parameters.is_empty() {
        let text = protocol::repr_text(vm, shown)?;
        return Err(vm.raise_type(&format!("{text} is not a generic class")));
    }
    let mut items = item;
    if Tuple::of(items).is_none() {
        items = vm.new_tuple(&[items])?;
    }
    for index in 0..parameters.len() {
        let name = vm.intern("__typing_prepare_subst__")?;
        let name = Str::of(name).expect("interned strings are strings");
        let parameter = parameters.at(index);
        if let Some(prepare) = protocol::get_attr_opt(vm, parameter, name)?
            && prepare != ty::none()
        {
            let prepared = protocol::call(vm, prepare, &[shown, items])?;
            items = protocol::to_tuple(vm, prepared)?.value();
        }
    }
    let given = Tuple::of(items).expect("made a tuple");
    if given.len() != parameters.len() {
        let words = if given.len() > parameters.len() {
            "many"
        } else {
            "few"
        };
        let text = protocol::repr_text(vm, shown)?;
        return Err(vm.raise_type(&format!(
            "Too {words} arguments for {text}; actual {}, expected {}",
            given.len(),
            parameters.len()
        )));
    }
    let result = vm.new_list_with(arguments.len())?;
    for index in 0..arguments.len() {
        let replaced = substitute_one(vm, arguments.at(index), parameters, given)?;
        result.push(vm, replaced)?;
    }
    vm.list_to_tuple(result)
}

fn substitute_one(vm: &mut Vm, argument: Value, parameters: Tuple, given: Tuple) -> PyResult {
    if Type::from_value(argument).is_some() {
        return Ok(argument);
    }
    let place = (0..parameters.len()).find(|index| parameters.at(*index) == argument);
    if let Some(place) = place {
        return protocol::call_method(vm, argument, "__typing_subst__", &[given.at(place)]);
    }
    let name = vm.intern("__parameters__")?;
    let name = Str::of(name).expect("interned strings are strings");
    let own = protocol::get_attr_opt(vm, argument, name)?.and_then(Tuple::of);
    let Some(own) = own.filter(|own| !own.is_empty()) else {
        return Ok(argument);
    };
    let items = vm.new_list_with(own.len())?;
    for parameter in own.iter() {
        let place = (0..parameters.len()).find(|index| parameters.at(*index) == parameter);
        items.push(vm, place.map_or(parameter, |place| given.at(place)))?;
    }
    let items = vm.list_to_tuple(items)?;
    protocol::get_item(vm, argument, items)
}

fn get_item(vm: &mut Vm, alias: Value, item: Value) -> PyResult {
    let parameters = parameters(vm, alias)?;
    let parameters = Tuple::of(parameters).expect("parameters are a tuple");
    let replaced = substitute(vm, alias, arguments(alias), parameters, item)?;
    alias_of(
        vm,
        types::GENERIC_ALIAS.ty(),
        origin(alias),
        replaced,
        is_starred(alias),
    )
}

fn mro_entries(vm: &mut Vm, args: Args) -> PyResult {
    vm.new_tuple(&[origin(args.at(0))])
}

fn instance_check(vm: &mut Vm, _args: Args) -> PyResult {
    Err(vm.raise_type("isinstance() argument 2 cannot be a parameterized generic"))
}

fn subclass_check(vm: &mut Vm, _args: Args) -> PyResult {
    Err(vm.raise_type("issubclass() argument 2 cannot be a parameterized generic"))
}

fn reduce(vm: &mut Vm, args: Args) -> PyResult {
    let alias = args.at(0);
    let plain = vm.new_tuple(&[origin(alias), arguments(alias).value()])?;
    vm.new_tuple(&[types::GENERIC_ALIAS.value(), plain])
}

/// Iterating gives the starred alias once: `*tuple[int, str]`.
fn iter(vm: &mut Vm, alias: Value) -> PyResult {
    let starred = alias_of(
        vm,
        types::GENERIC_ALIAS.ty(),
        origin(alias),
        arguments(alias).value(),
        true,
    )?;
    let once = vm.new_tuple(&[starred])?;
    let iterator = protocol::iter(vm, once)?;
    self_iter(vm, iterator)
}

static GETSET: &[GetSetDef] = &[
    GetSetDef {
        name: "__origin__",
        get: |_, this| Ok(origin(this)),
        set: None,
    },
    GetSetDef {
        name: "__args__",
        get: |_, this| Ok(arguments(this).value()),
        set: None,
    },
    GetSetDef {
        name: "__unpacked__",
        get: |_, this| Ok(field(this, STARRED)),
        set: None,
    },
    GetSetDef {
        name: "__parameters__",
        get: parameters,
        set: None,
    },
    GetSetDef {
        name: "__typing_unpacked_tuple_args__",
        get: |_, this| {
            let unpacked = is_starred(this) && origin(this) == types::TUPLE.value();
            Ok(if unpacked {
                arguments(this).value()
            } else {
                ty::none()
            })
        },
        set: None,
    },
];

natives! {
    static METHODS = {
        "__mro_entries__" method One, "" => mro_entries;
        "__instancecheck__" method One, "" => instance_check;
        "__subclasscheck__" method One, "" => subclass_check;
        "__reduce__" method NoArgs, "" => reduce;
    }
}

fn slots(slots: &mut Slots) {
    slots.new = Some(new);
    slots.repr = Some(repr);
    slots.hash = Some(hash);
    slots.compare = Some(compare);
    slots.call = Some(call);
    slots.get_attr = Some(get_attr);
    slots.set_attr = Some(set_attr);
    slots.get_item = Some(get_item);
    slots.iter = Some(iter);
    slots.binary[BinaryOp::Or as usize] = Some(crate::union::or);
}

/// `types.GenericAlias`.
pub static GENERIC_ALIAS: TypeDef = TypeDef {
    ty: &types::GENERIC_ALIAS,
    slots,
    methods: METHODS,
    getset: GETSET,
    doc: "Represent a PEP 585 generic type\n\nE.g. for t = list[int], t.__origin__ is list and t.__args__ is (int,).",
    module: "types",
};
