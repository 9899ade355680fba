//! Special methods and native behaviour, both ways: builtin types get special methods made from their slots (wrapper descriptors), classes get
//! slots that call their special methods.

use crate::dict::Dict;
use crate::layout::{self, at};
use crate::mem;
use crate::native::{self, Args, Convention, Intrinsic, NativeDef, NativeKind};
use crate::number;
use crate::protocol;
use crate::raise::PyResult;
use crate::slots::{BinaryOp, CompareOp, Slots};
use crate::str::Str;
use crate::ty::{self, Type, types};
use crate::vm::Vm;
use coil_value::{Ref, Value};

const fn wrapper(
    name: &'static str,
    function: native::NativeFn,
    convention: Convention,
    signature: &'static str,
) -> NativeDef {
    NativeDef::new(
        NativeKind::Wrapper,
        name,
        function,
        convention,
        signature,
        "",
    )
}

/// The type whose slot a wrapper descriptor stands for.
fn owner(args: &Args) -> Type {
    let descriptor = args
        .callee()
        .and_then(Value::as_ref)
        .expect("wrappers are called through their descriptor");
    let owner = match descriptor.layout() {
        layout::NATIVE_METHOD => mem::reference(descriptor, at::DESCR_TYPE),
        _ if native::def_of(descriptor).kind == NativeKind::StaticMethod => {
            mem::value(descriptor, at::NATIVE_SELF).and_then(Value::as_ref)
        }
        _ => mem::value(descriptor, at::NATIVE_MODULE).and_then(Value::as_ref),
    };
    owner.map(Type::from_ref).expect("wrappers know their type")
}

macro_rules! wrappers {
    ($($field:ident $name:literal $convention:expr, $(intrinsic $intrinsic:ident,)? $signature:literal => |$vm:ident, $slot:ident, $args:ident| $body:expr;)*) => {
        /// Gives a builtin type the special methods that its own slots stand for.
        ///
        /// # Errors
        /// MemoryError.
        pub fn add_wrappers(vm: &mut Vm, ty: Type, own: &Slots) -> PyResult<()> {
            let dict = Dict::from_ref(ty.dict());
            $({
                if own.$field.is_some() {
                    fn run($vm: &mut Vm, $args: Args) -> PyResult {
                        let $slot = owner(&$args).slots().$field.expect("the wrapper was made for this slot");
                        $body
                    }
                    static DEF: NativeDef = wrapper($name, run, $convention, $signature)$(.intrinsic(Intrinsic::$intrinsic))?;
                    let descriptor = vm.new_native_method(&DEF, ty)?;
                    dict.set_name(vm, $name, descriptor)?;
                }
            })*
            if own.new.is_some() {
                let function = vm.new_native(&NEW_DEF, Some(ty.value()), None)?;
                vm.mutator().pin(mem::expect_ref(function));
                dict.set_name(vm, "__new__", function)?;
            }
            add_binary_wrappers(vm, ty, own)
        }
    };
}

/// `__new__` of every builtin type: a builtin function whose self is the type.
static NEW_DEF: NativeDef = NativeDef::new(
    NativeKind::StaticMethod,
    "__new__",
    new_wrapper,
    Convention::Any,
    "(*args, **kwargs)",
    "Create and return a new object.  See help(type) for accurate signature.",
);

wrappers! {
    repr "__repr__" Convention::NoArgs, "(self, /)" => |vm, slot, args| slot(vm, args.at(0));
    str "__str__" Convention::NoArgs, "(self, /)" => |vm, slot, args| slot(vm, args.at(0));
    hash "__hash__" Convention::NoArgs, "(self, /)" => |vm, slot, args| { let hash = slot(vm, args.at(0))?; vm.new_int(hash) };
    call "__call__" Convention::Any, "(self, /, *args, **kwargs)" => |vm, slot, args| slot(vm, args.at(0), args.skip(1));
    iter "__iter__" Convention::NoArgs, "(self, /)" => |vm, slot, args| slot(vm, args.at(0));
    next "__next__" Convention::NoArgs, "(self, /)" => |vm, slot, args| match slot(vm, args.at(0))? {
        Some(item) => Ok(item),
        None => Err(vm.raise_with(&types::StopIteration, &[])),
    };
    get_attr "__getattribute__" Convention::One, "(self, name, /)" => |vm, slot, args| {
        let name = attribute_name(vm, args.at(1))?;
        slot(vm, args.at(0), name)
    };
    set_attr "__setattr__" Convention::Positional(2, 2), "(self, name, value, /)" => |vm, slot, args| {
        let name = attribute_name(vm, args.at(1))?;
        slot(vm, args.at(0), name, Some(args.at(2)))?;
        Ok(ty::none())
    };
    set_attr "__delattr__" Convention::One, "(self, name, /)" => |vm, slot, args| {
        let name = attribute_name(vm, args.at(1))?;
        slot(vm, args.at(0), name, None)?;
        Ok(ty::none())
    };
    compare "__lt__" Convention::One, "(self, value, /)" => |vm, slot, args| slot(vm, args.at(0), args.at(1), CompareOp::Lt);
    compare "__le__" Convention::One, "(self, value, /)" => |vm, slot, args| slot(vm, args.at(0), args.at(1), CompareOp::Le);
    compare "__eq__" Convention::One, "(self, value, /)" => |vm, slot, args| slot(vm, args.at(0), args.at(1), CompareOp::Eq);
    compare "__ne__" Convention::One, "(self, value, /)" => |vm, slot, args| slot(vm, args.at(0), args.at(1), CompareOp::Ne);
    compare "__gt__" Convention::One, "(self, value, /)" => |vm, slot, args| slot(vm, args.at(0), args.at(1), CompareOp::Gt);
    compare "__ge__" Convention::One, "(self, value, /)" => |vm, slot, args| slot(vm, args.at(0), args.at(1), CompareOp::Ge);
    bool "__bool__" Convention::NoArgs, "(self, /)" => |vm, slot, args| Ok(ty::bool_value(slot(vm, args.at(0))?));
    len "__len__" Convention::NoArgs, "(self, /)" => |vm, slot, args| Ok(number::size(slot(vm, args.at(0))?));
    get_item "__getitem__" Convention::One, "(self, key, /)" => |vm, slot, args| slot(vm, args.at(0), args.at(1));
    set_item "__setitem__" Convention::Positional(2, 2), "(self, key, value, /)" => |vm, slot, args| {
        slot(vm, args.at(0), args.at(1), Some(args.at(2)))?;
        Ok(ty::none())
    };
    set_item "__delitem__" Convention::One, "(self, key, /)" => |vm, slot, args| {
        slot(vm, args.at(0), args.at(1), None)?;
        Ok(ty::none())
    };
    contains "__contains__" Convention::One, "(self, key, /)" => |vm, slot, args| Ok(ty::bool_value(slot(vm, args.at(0), args.at(1))?));
    concat "__add__" Convention::One, "(self, value, /)" => |vm, slot, args| slot(vm, args.at(0), args.at(1));
    repeat "__mul__" Convention::One, "(self, value, /)" => |vm, slot, args| { let count = protocol::index(vm, args.at(1))?; slot(vm, args.at(0), count) };
    repeat "__rmul__" Convention::One, "(self, value, /)" => |vm, slot, args| { let count = protocol::index(vm, args.at(1))?; slot(vm, args.at(0), count) };
    neg "__neg__" Convention::NoArgs, "(self, /)" => |vm, slot, args| slot(vm, args.at(0));
    pos "__pos__" Convention::NoArgs, "(self, /)" => |vm, slot, args| slot(vm, args.at(0));
    abs "__abs__" Convention::NoArgs, "(self, /)" => |vm, slot, args| slot(vm, args.at(0));
    invert "__invert__" Convention::NoArgs, "(self, /)" => |vm, slot, args| slot(vm, args.at(0));
    index "__index__" Convention::NoArgs, "(self, /)" => |vm, slot, args| slot(vm, args.at(0));
    int "__int__" Convention::NoArgs, "(self, /)" => |vm, slot, args| slot(vm, args.at(0));
    float "__float__" Convention::NoArgs, "(self, /)" => |vm, slot, args| slot(vm, args.at(0));
    get "__get__" Convention::Positional(1, 2), "(self, instance, owner=None, /)" => |vm, slot, args| {
        let object = args.at(1);
        let owner = match args.get(2).and_then(Type::from_value) {
            Some(owner) => owner,
            None if object == ty::none() => return Err(vm.raise_type("__get__(None, None) is invalid")),
            None => Type::of(object),
        };
        let object = (object != ty::none() || owner.is(&types::NONE)).then_some(object);
        slot(vm, args.at(0), object, owner)
    };
    set "__set__" Convention::Positional(2, 2), "(self, instance, value, /)" => |vm, slot, args| {
        slot(vm, args.at(0), args.at(1), Some(args.at(2)))?;
        Ok(ty::none())
    };
    set "__delete__" Convention::One, "(self, instance, /)" => |vm, slot, args| {
        slot(vm, args.at(0), args.at(1), None)?;
        Ok(ty::none())
    };
    init "__init__" Convention::Any, intrinsic Init, "(self, /, *args, **kwargs)" => |vm, slot, args| {
        slot(vm, args.at(0), args.skip(1))?;
        Ok(ty::none())
    };
}

/// `T.__new__(class, ...)` of a builtin type.
fn new_wrapper(vm: &mut Vm, args: Args) -> PyResult {
    let owner = owner(&args);
    let Some(class) = args.get(0) else {
        let name = owner.name();
        return Err(vm.raise_type(&format!("{name}.__new__(): not enough arguments")));
    };
    let Some(class) = Type::from_value(class) else {
        let text = format!(
            "{}.__new__(X): X is not a type object ({})",
            owner.name(),
            protocol::type_name(class)
        );
        return Err(vm.raise_type(&text));
    };
    if !class.is_subtype(owner) {
        let text = format!(
            "{0}.__new__({1}): {1} is not a subtype of {0}",
            owner.name(),
            class.name()
        );
        return Err(vm.raise_type(&text));
    }
    let new = owner
        .slots()
        .new
        .expect("the wrapper was made for this slot");
    new(vm, class, args.skip(1))
}

/// A name given to `getattr` and the like.
///
/// # Errors
/// TypeError unless it is a str.
pub fn attribute_name(vm: &mut Vm, name: Value) -> PyResult<Str> {
    match Str::of(name) {
        Some(name) => {
            // A subclass instance stands for the plain text.
            let plain = match Str::exact(name.value()) {
                Some(exact) => exact.value(),
                None => vm.new_str_points(&name.text().to_vec())?,
            };
            let interned = vm.intern_object(plain)?;
            Ok(Str::of(interned).expect("interned strings are strings"))
        }
        None => {
            let given = protocol::type_name(name);
            Err(vm.raise_type(&format!("attribute name must be string, not '{given}'")))
        }
    }
}

macro_rules! binary_wrappers {
    ($($op:ident $plain:literal $reflected:literal $in_place:literal;)*) => {
        fn add_binary_wrappers(vm: &mut Vm, ty: Type, own: &Slots) -> PyResult<()> {
            let dict = Dict::from_ref(ty.dict());
            $({
                fn plain(vm: &mut Vm, args: Args) -> PyResult {
                    if let Some(modulus) = args.get(2).filter(|modulus| *modulus != ty::none()) {
                        return power_modulo(vm, args.at(0), args.at(1), modulus);
                    }
                    let slot = owner(&args).slots().binary[BinaryOp::$op as usize].expect("the wrapper was made for this slot");
                    slot(vm, args.at(0), args.at(1))
                }
                fn reflected(vm: &mut Vm, args: Args) -> PyResult {
                    if let Some(modulus) = args.get(2).filter(|modulus| *modulus != ty::none()) {
                        return power_modulo(vm, args.at(1), args.at(0), modulus);
                    }
                    let slot = owner(&args).slots().binary[BinaryOp::$op as usize].expect("the wrapper was made for this slot");
                    slot(vm, args.at(1), args.at(0))
                }
                fn in_place(vm: &mut Vm, args: Args) -> PyResult {
                    let slot = owner(&args).slots().in_place[BinaryOp::$op as usize].expect("the wrapper was made for this slot");
                    slot(vm, args.at(0), args.at(1))
                }
                static PLAIN: NativeDef = wrapper($plain, plain, operands(BinaryOp::$op), "(self, value, /)");
                static REFLECTED: NativeDef = wrapper($reflected, reflected, operands(BinaryOp::$op), "(self, value, /)");
                static IN_PLACE: NativeDef = wrapper($in_place, in_place, Convention::One, "(self, value, /)");
                if own.binary[BinaryOp::$op as usize].is_some() {
                    for def in [&PLAIN, &REFLECTED] {
                        let descriptor = vm.new_native_method(def, ty)?;
                        dict.set_name(vm, def.name, descriptor)?;
                    }
                }
                if own.in_place[BinaryOp::$op as usize].is_some() {
                    let descriptor = vm.new_native_method(&IN_PLACE, ty)?;
                    dict.set_name(vm, IN_PLACE.name, descriptor)?;
                }
            })*
            Ok(())
        }

        /// Names of the plain, reflected and in-place methods of an operator.
        pub const fn binary_names(op: BinaryOp) -> (&'static str, &'static str, &'static str) {
            match op { $(BinaryOp::$op => ($plain, $reflected, $in_place)),* }
        }

        const BINARY_CALLS: [crate::slots::Binary; BinaryOp::COUNT] = [$({
            fn call(vm: &mut Vm, a: Value, b: Value) -> PyResult {
                call_binary(vm, BinaryOp::$op, a, b)
            }
            call
        }),*];

        const IN_PLACE_CALLS: [crate::slots::Binary; BinaryOp::COUNT] = [$({
            fn call(vm: &mut Vm, a: Value, b: Value) -> PyResult {
                let name = vm.intern($in_place)?;
                let name = Str::of(name).expect("interned strings are strings");
                Ok(protocol::call_special(vm, a, name, &[b])?.unwrap_or_else(ty::not_implemented))
            }
            call
        }),*];
    };
}
binary_wrappers! {
    Add "__add__" "__radd__" "__iadd__";
    Sub "__sub__" "__rsub__" "__isub__";
    Mul "__mul__" "__rmul__" "__imul__";
    TrueDiv "__truediv__" "__rtruediv__" "__itruediv__";
    FloorDiv "__floordiv__" "__rfloordiv__" "__ifloordiv__";
    Mod "__mod__" "__rmod__" "__imod__";
    Pow "__pow__" "__rpow__" "__ipow__";
    LShift "__lshift__" "__rlshift__" "__ilshift__";
    RShift "__rshift__" "__rrshift__" "__irshift__";
    And "__and__" "__rand__" "__iand__";
    Or "__or__" "__ror__" "__ior__";
    Xor "__xor__" "__rxor__" "__ixor__";
    MatMul "__matmul__" "__rmatmul__" "__imatmul__";
    DivMod "__divmod__" "__rdivmod__" "__idivmod__";
}

/// Most arguments of an operator's method besides self: `__pow__` has a modulus.
const fn operands(op: BinaryOp) -> Convention {
    match op {
        BinaryOp::Pow => Convention::Positional(1, 2),
        _ => Convention::One,
    }
}

/// `__pow__` with a modulus: ints have it, other numbers refuse it.
fn power_modulo(vm: &mut Vm, base: Value, exponent: Value, modulus: Value) -> PyResult {
    if let Some(result) = number::int_pow_mod(vm, base, exponent, modulus)? {
        return Ok(result);
    }
    if number::complex_of(base).is_some() || number::complex_of(exponent).is_some() {
        return Err(vm.raise_value("complex modulo"));
    }
    if number::float_of(base).is_some() || number::float_of(exponent).is_some() {
        return Err(
            vm.raise_type("pow() 3rd argument not allowed unless all arguments are integers")
        );
    }
    Ok(ty::not_implemented())
}

fn interned(vm: &mut Vm, text: &str) -> PyResult<Str> {
    Ok(Str::of(vm.intern(text)?).expect("interned strings are strings"))
}

/// The slot of a class with `__op__` or `__rop__`: which of the two applies depends on which operand has the class.
fn call_binary(vm: &mut Vm, op: BinaryOp, a: Value, b: Value) -> PyResult {
    let (plain, reflected, _) = binary_names(op);
    let call: crate::slots::Binary = BINARY_CALLS[op as usize];
    let has_slot = |value: Value| {
        Type::of(value).slots().binary[op as usize]
            .is_some_and(|slot| slot as usize == call as usize)
    };
    let mut reflect = Type::of(a) != Type::of(b) && has_slot(b);
    let reflected = interned(vm, reflected)?;
    if has_slot(a) {
        if reflect
            && Type::of(b).is_subtype(Type::of(a))
            && Type::of(b).lookup(reflected) != Type::of(a).lookup(reflected)
        {
            if let Some(result) = protocol::call_special(vm, b, reflected, &[a])?
                && result != ty::not_implemented()
            {
                return Ok(result);
            }
            reflect = false;
        }
        let plain = interned(vm, plain)?;
        if let Some(result) = protocol::call_special(vm, a, plain, &[b])?
            && (result != ty::not_implemented() || !reflect)
        {
            return Ok(result);
        }
    }
    if reflect && let Some(result) = protocol::call_special(vm, b, reflected, &[a])? {
        return Ok(result);
    }
    Ok(ty::not_implemented())
}

/// The type whose slot a method of this name stands for, if it is the wrapper of one. (A wrapper that has got another name is a method like any.)
fn wrapped_slot(method: Ref, name: Str) -> Option<Type> {
    let owner = match method.layout() {
        layout::NATIVE_FUNCTION if std::ptr::eq(native::def_of(method), &NEW_DEF) => {
            mem::reference(method, at::NATIVE_SELF)
        }
        layout::NATIVE_METHOD if native::def_of(method).kind == NativeKind::Wrapper => {
            mem::reference(method, at::DESCR_TYPE)
        }
        _ => None,
    };
    owner
        .filter(|_| name.is(native::def_of(method).name))
        .map(Type::from_ref)
}

/// What to do for a slot behind several methods: what all of them stand for, or else a call of one of them.
fn together(found: &[Found]) -> Found {
    let mut present = found
        .iter()
        .filter(|found| !matches!(found, Found::Nothing));
    let Some(&first) = present.next() else {
        return Found::Nothing;
    };
    if present.all(|found| *found == first) {
        first
    } else {
        Found::Guest
    }
}

/// Gives a class the slots that its special methods (own and inherited) call for.
pub fn update_all_slots(vm: &mut Vm, ty: Type) {
    let mut slots = Slots::default();
    if let Some(base) = ty.base() {
        slots = *base.slots();
    }
    // Bases other than the first contribute native behaviour too.
    for class in ty.mro_types().skip(1).collect::<Vec<_>>() {
        slots.inherit(&class.slots().clone());
    }
    let names = vm.interp.names.clone();
    // What the lookup finds: nothing, the native slot of some type, or something to call.
    let find = |name: Str| -> Found {
        match ty.lookup(name) {
            None => Found::Nothing,
            Some(found) if found == ty::none() => Found::Blocked,
            Some(found) => match found.as_ref().and_then(|found| wrapped_slot(found, name)) {
                Some(owner) if ty.is_subtype(owner) => Found::Native(owner),
                _ => Found::Guest,
            },
        }
    };
    macro_rules! slot {
        ($field:ident, $name:ident, $call:expr) => {
            match find(names.$name.str()) {
                Found::Guest | Found::Blocked => slots.$field = Some($call),
                Found::Native(owner) => slots.$field = owner.slots().$field,
                Found::Nothing => {}
            }
        };
    }
    slot!(repr, __repr__, |vm, this| call_one(
        vm,
        this,
        |n| n.__repr__.str(),
        &[]
    ));
    slot!(str, __str__, |vm, this| call_one(
        vm,
        this,
        |n| n.__str__.str(),
        &[]
    ));
    slot!(call, __call__, |vm, this, args| {
        let name = vm.interp.names.__call__.str();
        match protocol::special(vm, this, name)? {
            Some(method) => protocol::call_args(vm, method, args),
            None => Err(vm.raise_type_of(this, "is not callable")),
        }
    });
    slot!(iter, __iter__, |vm, this| call_one(
        vm,
        this,
        |n| n.__iter__.str(),
        &[]
    ));
    if matches!(find(names.__iter__.str()), Found::Blocked) {
        slots.iter = Some(|vm, this| Err(vm.raise_type_of(this, "is not iterable")));
    }
    slot!(next, __next__, |vm, this| {
        match call_one(vm, this, |n| n.__next__.str(), &[]) {
            Ok(item) => Ok(Some(item)),
            Err(raised) if vm.raised_is(&types::StopIteration) => {
                vm.take_raised(raised);
                Ok(None)
            }
            Err(raised) => Err(raised),
        }
    });
    slot!(bool, __bool__, |vm, this| {
        let result = call_one(vm, this, |n| n.__bool__.str(), &[])?;
        if result == ty::TRUE.value() || result == ty::FALSE.value() {
            return Ok(result == ty::TRUE.value());
        }
        let name = protocol::type_name(result);
        Err(vm.raise_type(&format!("__bool__ should return bool, returned {name}")))
    });
    if matches!(find(names.__bool__.str()), Found::Blocked) {
        slots.bool = Some(|vm, this| {
            let name = protocol::type_name(this);
            Err(vm.raise_type(&format!("'{name}' cannot be interpreted as a boolean")))
        });
    }
    slot!(len, __len__, |vm, this| {
        let result = call_one(vm, this, |n| n.__len__.str(), &[])?;
        let length = protocol::index(vm, result)?;
        let Some(length) = number::i64_of(length) else {
            return Err(vm.raise_overflow("cannot fit 'int' into an index-sized integer"));
        };
        usize::try_from(length).map_err(|_| vm.raise_value("__len__() should return >= 0"))
    });
    slot!(get_item, __getitem__, |vm, this, key| call_one(
        vm,
        this,
        |n| n.__getitem__.str(),
        &[key]
    ));
    slot!(contains, __contains__, |vm, this, item| {
        let result = call_one(vm, this, |n| n.__contains__.str(), &[item])?;
        protocol::truth(vm, result)
    });
    if matches!(find(names.__contains__.str()), Found::Blocked) {
        slots.contains = Some(|vm, this, _| Err(vm.raise_type_of(this, "is not a container")));
    }
    slot!(neg, __neg__, |vm, this| call_one(
        vm,
        this,
        |n| n.__neg__.str(),
        &[]
    ));
    slot!(pos, __pos__, |vm, this| call_one(
        vm,
        this,
        |n| n.__pos__.str(),
        &[]
    ));
    slot!(abs, __abs__, |vm, this| call_one(
        vm,
        this,
        |n| n.__abs__.str(),
        &[]
    ));
    slot!(invert, __invert__, |vm, this| call_one(
        vm,
        this,
        |n| n.__invert__.str(),
        &[]
    ));
    slot!(index, __index__, |vm, this| call_one(
        vm,
        this,
        |n| n.__index__.str(),
        &[]
    ));
    slot!(int, __int__, |vm, this| call_one(
        vm,
        this,
        |n| n.__int__.str(),
        &[]
    ));
    slot!(float, __float__, |vm, this| call_one(
        vm,
        this,
        |n| n.__float__.str(),
        &[]
    ));
    slot!(get, __get__, |vm, this, object, owner| {
        let object = object.unwrap_or_else(ty::none);
        vm.nested(" while calling a Python object", |vm| {
            call_one(vm, this, |n| n.__get__.str(), &[object, owner.value()])
        })
    });
    slot!(new, __new__, |vm, class, args| {
        let name = vm.interp.names.__new__.str();
        let new = protocol::get_attr(vm, class.value(), name)?;
        protocol::call_prepended(vm, class.value(), args, |vm, args| {
            protocol::call_args(vm, new, args)
        })
    });
    slot!(init, __init__, |vm, this, args| {
        let name = vm.interp.names.__init__.str();
        let Some(method) = protocol::special(vm, this, name)? else {
            return Ok(());
        };
        let result = protocol::call_args(vm, method, args)?;
        if result == ty::none() {
            return Ok(());
        }
        let given = protocol::type_name(result);
        Err(vm.raise_type(&format!("__init__() should return None, not '{given}'")))
    });
    match find(names.__hash__.str()) {
        Found::Blocked => slots.hash = None,
        Found::Native(owner) => slots.hash = owner.slots().hash,
        Found::Guest => slots.hash = Some(call_hash),
        Found::Nothing => {}
    }
    macro_rules! shared_slot {
        ($field:ident, [$($name:ident),*], $call:expr) => {
            match together(&[$(find(names.$name.str())),*]) {
                Found::Guest | Found::Blocked => slots.$field = Some($call),
                Found::Native(owner) => slots.$field = owner.slots().$field,
                Found::Nothing => {}
            }
        };
    }
    shared_slot!(
        compare,
        [__eq__, __ne__, __lt__, __le__, __gt__, __ge__],
        call_compare
    );
    shared_slot!(get_attr, [__getattribute__, __getattr__], call_get_attr);
    shared_slot!(set_attr, [__setattr__, __delattr__], call_set_attr);
    shared_slot!(set_item, [__setitem__, __delitem__], call_set_item);
    shared_slot!(set, [__set__, __delete__], call_set);
    for op in BinaryOp::ALL {
        let at = op as usize;
        let (plain, reflected, in_place) = binary_names(op);
        let found = |text: &str| {
            let known = vm.interp.interned.find(str_hash(text), |s| s.is(text));
            known.and_then(Str::of).map_or(Found::Nothing, &find)
        };
        match together(&[found(plain), found(reflected)]) {
            Found::Guest | Found::Blocked => slots.binary[at] = Some(BINARY_CALLS[at]),
            Found::Native(owner) => slots.binary[at] = owner.slots().binary[at],
            Found::Nothing => {}
        }
        match found(in_place) {
            Found::Guest | Found::Blocked => slots.in_place[at] = Some(IN_PLACE_CALLS[at]),
            Found::Native(owner) => slots.in_place[at] = owner.slots().in_place[at],
            Found::Nothing => {}
        }
    }
    ty.update_slots(|own| *own = slots);
}

/// After an attribute of a class was set or deleted: slots of it and its subclasses, versions, caches.
pub fn attribute_changed(vm: &mut Vm, ty: Type, name: Str) {
    let text = name.to_rust();
    if text.starts_with("__") && text.ends_with("__") {
        refresh_slots(vm, ty);
    }
    ty.modified(vm);
}

fn refresh_slots(vm: &mut Vm, ty: Type) {
    if ty.is_heap() {
        update_all_slots(vm, ty);
    }
    let subclasses = ty.data().subclasses.borrow().clone();
    for subclass in subclasses {
        // SAFETY: types are never freed.
        if let Some(subclass) = unsafe { coil_value::Ref::from_address(subclass) } {
            refresh_slots(vm, Type::from_ref(subclass));
        }
    }
}

fn str_hash(text: &str) -> i64 {
    crate::str::hash_bytes(text.as_bytes())
}

#[derive(Clone, Copy, PartialEq)]
enum Found {
    Nothing,
    Blocked,
    Native(Type),
    Guest,
}

fn call_one(
    vm: &mut Vm,
    this: Value,
    name: impl Fn(&crate::names::Names) -> Str,
    args: &[Value],
) -> PyResult {
    let name = name(&vm.interp.names);
    match protocol::call_special(vm, this, name, args)? {
        Some(result) => Ok(result),
        None => Err(protocol::no_attribute(vm, this, name)),
    }
}

fn call_hash(vm: &mut Vm, this: Value) -> PyResult<i64> {
    let result = call_one(vm, this, |n| n.__hash__.str(), &[])?;
    match number::int_of(result) {
        Some(number::IntView::Small(int)) => Ok(if int == -1 { -2 } else { int }),
        // What fits 64 bits is taken as it is, though the hash of that int is another.
        Some(number::IntView::Big(int)) => Ok(number::i64_of(result).unwrap_or_else(|| int.hash())),
        None => Err(vm.raise_type("__hash__ method should return an integer")),
    }
}

fn call_compare(vm: &mut Vm, a: Value, b: Value, op: CompareOp) -> PyResult {
    let names = &vm.interp.names;
    let name = match op {
        CompareOp::Lt => names.__lt__,
        CompareOp::Le => names.__le__,
        CompareOp::Eq => names.__eq__,
        CompareOp::Ne => names.__ne__,
        CompareOp::Gt => names.__gt__,
        CompareOp::Ge => names.__ge__,
    };
    Ok(protocol::call_special(vm, a, name.str(), &[b])?.unwrap_or_else(ty::not_implemented))
}

fn call_get_attr(vm: &mut Vm, this: Value, name: Str) -> PyResult {
    let names = vm.interp.names.clone();
    let ty = Type::of(this);
    let own = ty.lookup(names.__getattribute__.str());
    let native = own
        .and_then(|found| found.as_ref())
        .is_some_and(|object| object.layout() == layout::NATIVE_METHOD);
    let result = if native {
        let base = ty
            .mro_types()
            .find(|class| !class.is_heap())
            .and_then(|class| class.slots().get_attr)
            .unwrap_or(protocol::object_get_attr);
        base(vm, this, name)
    } else {
        call_one(vm, this, |n| n.__getattribute__.str(), &[name.value()])
    };
    match result {
        Err(raised)
            if vm.raised_is(&types::AttributeError)
                && ty.lookup(names.__getattr__.str()).is_some() =>
        {
            vm.take_raised(raised);
            call_one(vm, this, |n| n.__getattr__.str(), &[name.value()])
        }
        result => result,
    }
}

fn call_set_attr(vm: &mut Vm, this: Value, name: Str, value: Option<Value>) -> PyResult<()> {
    match value {
        Some(value) => call_one(vm, this, |n| n.__setattr__.str(), &[name.value(), value])?,
        None => call_one(vm, this, |n| n.__delattr__.str(), &[name.value()])?,
    };
    Ok(())
}

fn call_set_item(vm: &mut Vm, this: Value, key: Value, value: Option<Value>) -> PyResult<()> {
    let names = vm.interp.names.clone();
    let result = match value {
        Some(value) => protocol::call_special(vm, this, names.__setitem__.str(), &[key, value])?,
        None => protocol::call_special(vm, this, names.__delitem__.str(), &[key])?,
    };
    match result {
        Some(_) => Ok(()),
        None if value.is_some() => Err(vm.raise_type_of(this, "does not support item assignment")),
        None => Err(vm.raise_type_of(this, "doesn't support item deletion")),
    }
}

fn call_set(vm: &mut Vm, this: Value, object: Value, value: Option<Value>) -> PyResult<()> {
    let names = vm.interp.names.clone();
    let result = match value {
        Some(value) => protocol::call_special(vm, this, names.__set__.str(), &[object, value])?,
        None => protocol::call_special(vm, this, names.__delete__.str(), &[object])?,
    };
    match result {
        Some(_) => Ok(()),
        None => {
            let name = if value.is_some() {
                "__set__"
            } else {
                "__delete__"
            };
            Err(vm.raise_attribute(name))
        }
    }
}
