//! Struct sequences: tuples with named fields (`os.stat_result`, `time.struct_time`, `sys.version_info`). Fields beyond the visible ones are
//! attributes only; they stand in the instance's hidden dict.

use coil_value::Value;
use taipan_objects::class::new_class;
use taipan_objects::dict::Dict;
use taipan_objects::instance;
use taipan_objects::layout::{self, at};
use taipan_objects::mem;
use taipan_objects::native::Args;
use taipan_objects::natives;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{self, Type, flag, types};
use taipan_objects::{PyResult, Vm};

/// A struct sequence type.
#[derive(Debug)]
pub struct StructSeq {
    /// Module.
    pub module: &'static str,
    /// Name.
    pub name: &'static str,
    /// Names of the fields; "" for places that have none.
    pub fields: &'static [&'static str],
    /// How many of them the tuple has.
    pub visible: usize,
    /// The guest may make instances.
    pub constructible: bool,
}

natives! {
    static METHODS = {
        "__reduce__" method NoArgs, "($self, /)" => reduce;
        "__replace__" method Any, "($self, /, **changes)" => replace;
    };
}

impl StructSeq {
    fn named(&self) -> impl Iterator<Item = (usize, &'static str)> {
        self.fields
            .iter()
            .copied()
            .enumerate()
            .filter(|(_, name)| !name.is_empty())
    }

    /// The class, made at the first use.
    ///
    /// # Errors
    /// MemoryError.
    pub fn class(&'static self, vm: &mut Vm) -> PyResult<Type> {
        let known = vm.interp.kept(self.name);
        if let Some(known) = known.and_then(Type::from_value) {
            return Ok(known);
        }
        let namespace = vm.new_dict()?;
        let module = vm.intern(self.module)?;
        namespace.set_name(vm, "__module__", module)?;
        let empty = vm.interp.empty_tuple();
        namespace.set_name(vm, "__slots__", empty)?;
        let unnamed = self.fields.len() - self.named().count();
        for (name, count) in [
            ("n_sequence_fields", self.visible),
            ("n_fields", self.fields.len()),
            ("n_unnamed_fields", unnamed),
        ] {
            namespace.set_name(vm, name, number::size(count))?;
        }
        let args = vm.new_list_with(self.visible)?;
        for (_, name) in self.named().filter(|(place, _)| *place < self.visible) {
            let name = vm.intern(name)?;
            args.push(vm, name)?;
        }
        let args = vm.list_to_tuple(args)?;
        namespace.set_name(vm, "__match_args__", args)?;
        let name = Str::of(vm.intern(self.name)?).expect("a string");
        let bases = vm.new_tuple(&[types::TUPLE.value()])?;
        let bases = Tuple::of(bases).expect("a tuple");
        let class = new_class(vm, types::TYPE.ty(), name, bases, namespace, &[])?;
        vm.interp.keep(self.name, class.value());
        let dict = Dict::from_ref(class.dict());
        for (place, field) in self.named() {
            let name = vm.intern(field)?;
            let member = vm.alloc_old(layout::MEMBER, &types::MEMBER_DESCRIPTOR, 56)?;
            vm.store(member, at::DESCR_TYPE, Some(class.value()));
            vm.store(member, at::DESCR_NAME, Some(name));
            // Members without an offset are looked up in the instance's dict.
            let visible = place < self.visible;
            let offset = if visible {
                at::TUPLE_ITEMS + 8 * place
            } else {
                0
            };
            mem::set(member, at::DESCR_DEF, offset);
            dict.set_name(vm, field, Value::from_ref(member))?;
        }
        for method in METHODS {
            let method_object = vm.new_native_method(method, class)?;
            dict.set_name(vm, method.name, method_object)?;
        }
        let slots_name = vm.interp.names.__slots__.str();
        if let Some(entry) = dict.find_str(slots_name) {
            dict.remove_entry(vm, entry);
        }
        let constructible = self.constructible;
        class.update_slots(|slots| {
            slots.repr = Some(repr);
            slots.set_attr = Some(set_attr);
            slots.new = Some(if constructible { new } else { refuse });
        });
        class.set_flags(class.flags() & !flag::BASETYPE | flag::IMMUTABLE);
        class.modified(vm);
        Ok(class)
    }

    /// An instance with these fields, hidden ones last.
    ///
    /// # Errors
    /// MemoryError.
    pub fn make(&'static self, vm: &mut Vm, fields: &[Value]) -> PyResult {
        debug_assert_eq!(fields.len(), self.fields.len(), "{}", self.name);
        let class = self.class(vm)?;
        let object = alloc(vm, class, self.visible)?;
        for (place, value) in fields.iter().take(self.visible).enumerate() {
            vm.init(
                mem::expect_ref(object),
                at::TUPLE_ITEMS + 8 * place,
                Some(*value),
            );
        }
        for (place, name) in self.named().filter(|(place, _)| *place >= self.visible) {
            set_hidden(vm, object, name, fields[place])?;
        }
        Ok(object)
    }
}

fn alloc(vm: &mut Vm, class: Type, count: usize) -> PyResult {
    let size = at::TUPLE_ITEMS + 8 * count + layout::SUB_EXTRA;
    let object = vm.alloc_sized(layout::TUPLE_SUB, class, size, |object| {
        mem::set(object, at::SIZE, count);
        mem::set(object, at::TUPLE_HASH, -1i64);
    })?;
    Ok(Value::from_ref(object))
}

fn set_hidden(vm: &mut Vm, object: Value, name: &str, value: Value) -> PyResult<()> {
    let object = mem::expect_ref(object);
    let offset = instance::dict_offset(object).expect("subclasses of tuple have room for a dict");
    let dict = match mem::value(object, offset).and_then(Dict::of) {
        Some(dict) => dict,
        None => {
            let dict = vm.new_dict()?;
            vm.store(object, offset, Some(dict.value()));
            dict
        }
    };
    dict.set_name(vm, name, value)
}

fn class_number(vm: &mut Vm, class: Type, name: &str) -> PyResult<usize> {
    let value = Dict::from_ref(class.dict()).get_name(vm, name)?;
    Ok(value
        .and_then(number::i64_of)
        .and_then(|n| usize::try_from(n).ok())
        .unwrap_or(0))
}

fn qualified(vm: &mut Vm, class: Type) -> PyResult<String> {
    let module = Dict::from_ref(class.dict()).get_name(vm, "__module__")?;
    let module = module
        .and_then(Str::of)
        .map_or_else(String::new, |module| module.to_rust().into_owned());
    Ok(format!("{module}.{}", class.name()))
}

/// Names of the visible fields that have one.
fn visible_names(vm: &mut Vm, class: Type) -> PyResult<Tuple> {
    let names = Dict::from_ref(class.dict()).get_name(vm, "__match_args__")?;
    Ok(names
        .and_then(Tuple::of)
        .expect("struct sequences name their fields"))
}

fn repr(vm: &mut Vm, this: Value) -> PyResult {
    let class = Type::of(this);
    let names = visible_names(vm, class)?;
    let items = Tuple::of(this).expect("a tuple");
    let mut text = format!("{}(", qualified(vm, class)?);
    for (index, name) in names.iter().enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        let name = Str::of(name)
            .expect("names are strings")
            .to_rust()
            .into_owned();
        let value = protocol::repr_text(vm, items.at(index))?;
        text.push_str(&format!("{name}={value}"));
    }
    text.push(')');
    vm.new_str(&text)
}

fn set_attr(vm: &mut Vm, this: Value, name: Str, _: Option<Value>) -> PyResult<()> {
    let class = Type::of(this);
    if class.lookup(name).is_some() {
        return Err(protocol::attribute_error(
            vm,
            "readonly attribute",
            this,
            name,
        ));
    }
    let text = format!(
        "'{}' object has no attribute '{}' and no __dict__ for setting new attributes",
        qualified(vm, class)?,
        name.to_rust()
    );
    Err(protocol::attribute_error(vm, &text, this, name))
}

fn refuse(vm: &mut Vm, class: Type, _: Args) -> PyResult {
    let name = qualified(vm, class)?;
    Err(vm.raise_type(&format!("cannot create '{name}' instances")))
}

fn new(vm: &mut Vm, class: Type, args: Args) -> PyResult {
    let name = qualified(vm, class)?;
    let given = args.get(0).or_else(|| args.keyword_named("sequence"));
    let Some(sequence) = given else {
        return Err(vm.raise_type("structseq() missing required argument 'sequence' (pos 1)"));
    };
    let hidden = args
        .get(1)
        .or_else(|| args.keyword_named("dict"))
        .filter(|value| *value != ty::none());
    let slots = Type::of(sequence).slots();
    if slots.iter.is_none() && slots.get_item.is_none() {
        return Err(vm.raise_type("constructor requires a sequence"));
    }
    let hidden = match hidden.map(Dict::of) {
        None => None,
        Some(Some(dict)) => Some(dict),
        Some(None) => {
            return Err(vm.raise_type(&format!("{name}() takes a dict as second arg, if any")));
        }
    };
    let items = protocol::to_list(vm, sequence)?;
    let (least, most) = (
        class_number(vm, class, "n_sequence_fields")?,
        class_number(vm, class, "n_fields")?,
    );
    let count = items.len();
    if count < least || count > most {
        let text = if least == most {
            format!("{name}() takes a {least}-sequence ({count}-sequence given)")
        } else if count < least {
            format!("{name}() takes an at least {least}-sequence ({count}-sequence given)")
        } else {
            format!("{name}() takes an at most {most}-sequence ({count}-sequence given)")
        };
        return Err(vm.raise_type(&text));
    }
    let object = alloc(vm, class, least)?;
    for index in 0..least {
        vm.init(
            mem::expect_ref(object),
            at::TUPLE_ITEMS + 8 * index,
            items.get(index),
        );
    }
    let all = all_names(class);
    for (place, field) in all
        .iter()
        .enumerate()
        .skip(least)
        .filter(|(_, name)| !name.is_empty())
    {
        let value = match (items.get(place), hidden) {
            (Some(value), _) => value,
            (None, Some(dict)) => dict.get_name(vm, field)?.unwrap_or_else(ty::none),
            (None, None) => default_of(&items, field),
        };
        set_hidden(vm, object, field, value)?;
    }
    Ok(object)
}

/// Float and nanosecond times of a `stat_result` made from ten numbers are None in the tuple's hidden part, but times fall back.
fn default_of(items: &taipan_objects::list::List, field: &str) -> Value {
    let place = match field {
        "st_atime" => 7,
        "st_mtime" => 8,
        "st_ctime" => 9,
        _ => return ty::none(),
    };
    items.get(place).unwrap_or_else(ty::none)
}

fn all_names(class: Type) -> &'static [&'static str] {
    let name = class.name();
    crate::STRUCTS
        .iter()
        .find(|seq| seq.name == name)
        .map_or(&[], |seq| seq.fields)
}

fn hidden_dict(vm: &mut Vm, this: Value) -> PyResult<Dict> {
    let object = mem::expect_ref(this);
    let offset = instance::dict_offset(object).expect("subclasses of tuple have room for a dict");
    match mem::value(object, offset).and_then(Dict::of) {
        Some(dict) => dict.copy(vm),
        None => vm.new_dict(),
    }
}

fn reduce(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let items = Tuple::of(this).expect("a tuple");
    let tuple = vm.new_tuple_from(items.len(), |index| items.get(index))?;
    let hidden = hidden_dict(vm, this)?;
    let arguments = vm.new_tuple(&[tuple, hidden.value()])?;
    vm.new_tuple(&[Type::of(this).value(), arguments])
}

fn replace(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let class = Type::of(this);
    let all = all_names(class);
    let name = qualified(vm, class)?;
    if all.iter().any(|name| name.is_empty()) {
        return Err(vm.raise_type(&format!(
            "__replace__() is not supported for {name} because it has unnamed field(s)"
        )));
    }
    let items = Tuple::of(this).expect("a tuple");
    let list = vm.new_list_from(items.len(), |index| items.at(index))?;
    let hidden = hidden_dict(vm, this)?;
    for index in 0..args.keyword_count() {
        let (key, value) = args.keyword(index);
        match all.iter().position(|field| key.is(field)) {
            Some(place) if place < items.len() => list.set(vm, place, value),
            Some(place) => hidden.set_name(vm, all[place], value)?,
            None => {
                let text = format!("Got unexpected field name(s): ['{}']", key.to_rust());
                return Err(vm.raise_type(&text));
            }
        }
    }
    let object = alloc(vm, class, items.len())?;
    for index in 0..items.len() {
        vm.init(
            mem::expect_ref(object),
            at::TUPLE_ITEMS + 8 * index,
            list.get(index),
        );
    }
    for (key, value) in hidden.iter() {
        let key = Str::of(key)
            .expect("field names are strings")
            .to_rust()
            .into_owned();
        set_hidden(vm, object, &key, value)?;
    }
    Ok(object)
}
