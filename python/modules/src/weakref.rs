//! `_weakref` and the type `weakref.ReferenceType`: references that the collector clears.
//!
//! A reference object holds the number of its row in a table outside the heap (field 0), its callback (1) and the hash of its object (2).
//! The rows are a weak set of the heap: the collector updates them when objects move and clears them when they die. Callbacks of cleared
//! references run at the next poll for events, as signal handlers do (`signal::deliver`).

use coil_frame::Events;
use coil_heap::{Phase, WeakSet, WeakVisitor};
use coil_value::{Ref, Value};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use taipan_objects::class::TypeDef;
use taipan_objects::dict::Dict;
use taipan_objects::layout;
use taipan_objects::mem;
use taipan_objects::module::ModuleDef;
use taipan_objects::native::{Args, GetSetDef};
use taipan_objects::natives;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::raise::Raised;
use taipan_objects::slots::CompareOp;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Vm};

/// `_weakref`.
pub(crate) static WEAKREF_MODULE: ModuleDef = ModuleDef {
    name: "_weakref",
    functions: FUNCTIONS,
    init,
};

/// `weakref.ReferenceType`.
pub(crate) static WEAKREF: TypeDef = TypeDef {
    ty: &types::WEAKREF,
    slots: |slots| {
        slots.new = Some(new);
        slots.init = Some(|vm, _, args| check_arguments(vm, args));
        slots.call = Some(|vm, this, args| {
            if args.len() + args.keyword_count() > 0 {
                return Err(vm.raise_type("ReferenceType takes no arguments"));
            }
            Ok(target(vm, this).unwrap_or_else(ty::none))
        });
        slots.repr = Some(repr);
        slots.hash = Some(hash);
        slots.compare = Some(compare);
    },
    methods: METHODS,
    getset: &[GetSetDef {
        name: "__callback__",
        get: |vm, this| {
            let alive = target(vm, this).is_some();
            Ok(Vm::field(mem::expect_ref(this), CALLBACK)
                .filter(|_| alive)
                .unwrap_or_else(ty::none))
        },
        set: None,
    }],
    doc: "",
    module: "weakref",
};

natives! {
    static METHODS = {
        "__class_getitem__" classmethod One, "($type, item, /)" => |vm, args| {
            protocol::call(vm, types::GENERIC_ALIAS.value(), &[args.at(0), args.at(1)])
        };
    };
}

natives! {
    static FUNCTIONS = {
        "getweakrefcount" function One, "(object, /)" => |vm, args| {
            let count = references(vm, args.at(0))?.len();
            Ok(number::size(count))
        };
        "getweakrefs" function One, "(object, /)" => |vm, args| Ok(references(vm, args.at(0))?.value());
        "_remove_dead_weakref" function Positional(2, 2), "(dct, key, /)" => remove_dead;
        "proxy" function Positional(1, 2), "(object, callback=None, /)" => crate::weakref_proxy::proxy;
    };
}

const ROW: usize = 0;
const CALLBACK: usize = 1;
const HASH: usize = 2;

/// A reference: the bits of its object and of the reference object itself, both weak.
#[derive(Clone, Copy)]
struct Row {
    target: u64,
    reference: u64,
    has_callback: bool,
    used: bool,
}

#[derive(Default)]
struct Rows {
    rows: Vec<Row>,
    free: Vec<usize>,
    /// Rows by identity hash of the object, for sharing references and finding them.
    by_hash: HashMap<i64, Vec<usize>>,
    hashes: Vec<i64>,
    /// Reference objects whose object died and whose callback waits.
    cleared: Vec<u64>,
}

/// Shared between thread and collector.
#[derive(Clone)]
struct Table(Arc<Mutex<Rows>>);

impl Table {
    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Sweeper {
    table: Table,
    events: *const AtomicU32,
}

// SAFETY: the events word lives as long as the thread's context, which outlives its heap registrations; all else is shared safely.
unsafe impl Send for Sweeper {}

// SAFETY: asks about every slot in every phase.
unsafe impl WeakSet for Sweeper {
    fn sweep(&self, visitor: &mut WeakVisitor<'_>, _: Phase) {
        let mut rows = self.table.rows();
        let rows = &mut *rows;
        let mut waiting = false;
        for index in 0..rows.rows.len() {
            let row = &mut rows.rows[index];
            if !row.used {
                continue;
            }
            // SAFETY: the slot holds a value or 0.
            let owner_lives = row.reference != 0 && unsafe { visitor.slot(&raw mut row.reference) };
            // SAFETY: as above.
            let had_target = row.target != 0;
            // SAFETY: as above.
            let lives = had_target && unsafe { visitor.slot(&raw mut row.target) };
            if !owner_lives {
                row.used = false;
                let hash = rows.hashes[index];
                rows.free.push(index);
                forget(&mut rows.by_hash, hash, index);
            } else if had_target && !lives {
                let (reference, has_callback) = (row.reference, row.has_callback);
                let hash = rows.hashes[index];
                forget(&mut rows.by_hash, hash, index);
                if has_callback {
                    rows.cleared.push(reference);
                    waiting = true;
                }
            }
        }
        // References that wait for their callback are kept by the root set.
        if waiting {
            // SAFETY: the context outlives the registration.
            unsafe { &*self.events }.fetch_or(Events::INTERRUPT, Ordering::Relaxed);
        }
    }
}

fn forget(by_hash: &mut HashMap<i64, Vec<usize>>, hash: i64, index: usize) {
    if let Some(list) = by_hash.get_mut(&hash) {
        list.retain(|known| *known != index);
        if list.is_empty() {
            by_hash.remove(&hash);
        }
    }
}

fn table(vm: &mut Vm) -> Table {
    if let Some(known) = known_table(vm) {
        return known;
    }
    let table = Table(Arc::default());
    vm.attachments.push(Box::new(table.clone()));
    let sweeper = Sweeper {
        table: table.clone(),
        events: &raw const vm.cx.events,
    };
    vm.mutator().heap().add_weak_set(Box::new(sweeper));
    vm.extra_roots.push(|vm, visitor, _| {
        if let Some(table) = known_table(vm) {
            for bits in &mut table.rows().cleared {
                // SAFETY: holds reference objects; the thread is stopped.
                unsafe { visitor.slot(&raw mut *bits) };
            }
        }
    });
    table
}

fn known_table(vm: &Vm) -> Option<Table> {
    vm.attachments
        .iter()
        .find_map(|attachment| attachment.downcast_ref::<Table>())
        .cloned()
}

fn row_of(reference: Value) -> usize {
    let index = Vm::field(mem::expect_ref(reference), ROW)
        .and_then(number::i64_of)
        .unwrap_or(-1);
    usize::try_from(index).unwrap_or(usize::MAX)
}

/// What a reference refers to, if that is alive.
pub(crate) fn target(vm: &mut Vm, reference: Value) -> Option<Value> {
    let table = known_table(vm)?;
    let bits = table.rows().rows.get(row_of(reference))?.target;
    // SAFETY: the collector clears or updates the row when the object dies or moves.
    unsafe { Value::from_bits(bits) }
}

/// Runs the callbacks of references that were cleared.
///
/// # Errors
/// None: exceptions of callbacks go to `sys.unraisablehook`.
pub(crate) fn run_callbacks(vm: &mut Vm) -> PyResult<()> {
    let Some(table) = known_table(vm) else {
        return Ok(());
    };
    loop {
        let Some(bits) = table.rows().cleared.pop() else {
            return Ok(());
        };
        // SAFETY: kept by the root set until now, and by this variable from now on.
        let Some(reference) = (unsafe { Value::from_bits(bits) }) else {
            continue;
        };
        let Some(callback) = Vm::field(mem::expect_ref(reference), CALLBACK) else {
            continue;
        };
        if let Err(raised) = protocol::call(vm, callback, &[reference]) {
            let error = vm.take_raised(raised);
            let text = protocol::repr_text(vm, callback).unwrap_or_default();
            taipan_core::print_unraisable(
                vm,
                error,
                &format!("Exception ignored while calling weakref callback {text}"),
            )?;
        }
    }
}

fn check_arguments(vm: &mut Vm, args: Args) -> PyResult<()> {
    let count = args.len();
    if count == 0 || count > 2 {
        let (words, limit) = if count == 0 {
            ("at least", 1)
        } else {
            ("at most", 2)
        };
        let plural = if limit == 1 { "" } else { "s" };
        return Err(vm.raise_type(&format!(
            "__init__ expected {words} {limit} argument{plural}, got {count}"
        )));
    }
    Ok(())
}

/// Whether objects of the type can be weakly referenced.
fn can_refer(value: Value) -> bool {
    let ty = Type::of(value);
    let Some(object) = value.as_ref() else {
        return false;
    };
    if ty.is_heap() {
        return ty.data().has_weakref.get() || Type::from_value(value).is_some();
    }
    matches!(
        object.layout(),
        layout::FUNCTION
            | layout::METHOD
            | layout::NATIVE_FUNCTION
            | layout::MODULE
            | layout::TYPE
            | layout::SET
            | layout::FROZENSET
            | layout::GENERATOR
            | layout::CODE
            | layout::FIELDS
    ) || ty.data().has_weakref.get()
        || Type::from_value(value).is_some()
}

fn cannot_refer(vm: &mut Vm, value: Value) -> Raised {
    let name = protocol::type_name(value);
    vm.raise_type(&format!("cannot create weak reference to '{name}' object"))
}

fn new(vm: &mut Vm, ty: Type, args: Args) -> PyResult {
    if args.is_empty() {
        return Err(vm.raise_type("__new__ expected at least 1 argument, got 0"));
    }
    let object = args.at(0);
    let callback = args.get(1).filter(|callback| *callback != ty::none());
    if !can_refer(object) {
        return Err(cannot_refer(vm, object));
    }
    let table = table(vm);
    let identity = protocol::identity_hash(vm, object);
    if callback.is_none()
        && ty.is(&types::WEAKREF)
        && let Some(known) = shared(&table, identity, object)
    {
        return Ok(known);
    }
    let reference = vm.new_fields(ty, &[None, callback, None])?;
    let row = Row {
        target: object.bits(),
        reference: reference.bits(),
        has_callback: callback.is_some(),
        used: true,
    };
    let index = {
        let mut rows = table.rows();
        let index = match rows.free.pop() {
            Some(index) => {
                rows.rows[index] = row;
                rows.hashes[index] = identity;
                index
            }
            None => {
                rows.rows.push(row);
                rows.hashes.push(identity);
                rows.rows.len() - 1
            }
        };
        rows.by_hash.entry(identity).or_default().push(index);
        index
    };
    vm.set_field(mem::expect_ref(reference), ROW, Some(number::size(index)));
    Ok(reference)
}

/// The plain reference to an object that exists already.
fn shared(table: &Table, identity: i64, object: Value) -> Option<Value> {
    let rows = table.rows();
    let list = rows.by_hash.get(&identity)?;
    list.iter().find_map(|index| {
        let row = rows.rows[*index];
        if row.target != object.bits() || row.has_callback || row.reference == 0 {
            return None;
        }
        // SAFETY: the row is swept: the reference object is alive.
        let reference = unsafe { Value::from_bits(row.reference) }?;
        Type::of(reference).is(&types::WEAKREF).then_some(reference)
    })
}

fn references(vm: &mut Vm, object: Value) -> PyResult<taipan_objects::list::List> {
    let list = vm.new_list_with(0)?;
    let (Some(table), true) = (known_table(vm), can_refer(object)) else {
        return Ok(list);
    };
    let identity = protocol::identity_hash(vm, object);
    let mut index = 0;
    loop {
        let found = {
            let rows = table.rows();
            let Some(place) = rows
                .by_hash
                .get(&identity)
                .and_then(|list| list.get(index))
                .copied()
            else {
                return Ok(list);
            };
            let row = rows.rows[place];
            // SAFETY: the row is swept: the reference object is alive.
            (row.target == object.bits())
                .then(|| unsafe { Value::from_bits(row.reference) })
                .flatten()
        };
        if let Some(found) = found {
            list.push(vm, found)?;
        }
        index += 1;
    }
}

fn hash(vm: &mut Vm, this: Value) -> PyResult<i64> {
    let object = mem::expect_ref(this);
    if let Some(known) = Vm::field(object, HASH).and_then(number::i64_of) {
        return Ok(known);
    }
    let Some(target) = target(vm, this) else {
        return Err(vm.raise_type("weak object has gone away"));
    };
    let hash = protocol::hash(vm, target)?;
    let value = vm.new_int(hash)?;
    vm.set_field(object, HASH, Some(value));
    Ok(hash)
}

fn compare(vm: &mut Vm, a: Value, b: Value, op: CompareOp) -> PyResult {
    let is_reference = |value: Value| Type::of(value).is_subtype(types::WEAKREF.ty());
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) || !is_reference(a) || !is_reference(b) {
        return Ok(ty::not_implemented());
    }
    match (target(vm, a), target(vm, b)) {
        (Some(a), Some(b)) => protocol::compare(vm, a, b, op),
        _ => Ok(ty::bool_value((a == b) == (op == CompareOp::Eq))),
    }
}

fn address(vm: &mut Vm, object: Ref) -> usize {
    vm.mutator().pin(object);
    object.address()
}

fn repr(vm: &mut Vm, this: Value) -> PyResult {
    let own = address(vm, mem::expect_ref(this));
    let text = match target(vm, this) {
        None => format!("<weakref at {own:#x}; dead>"),
        Some(target) => {
            let place = address(vm, mem::expect_ref(target));
            let kind = protocol::type_name(target);
            let name = crate::helpers::attribute(vm, target, "__name__")?
                .and_then(taipan_objects::str::Str::of);
            match name {
                Some(name) => format!(
                    "<weakref at {own:#x}; to '{kind}' at {place:#x} ({})>",
                    name.to_rust()
                ),
                None => format!("<weakref at {own:#x}; to '{kind}' at {place:#x}>"),
            }
        }
    };
    vm.new_str(&text)
}

/// Takes a key out of a dict if its value is a dead reference.
fn remove_dead(vm: &mut Vm, args: Args) -> PyResult {
    let Some(dict) = Dict::of(args.at(0)) else {
        let name = protocol::type_name(args.at(0));
        return Err(vm.raise_type(&format!(
            "_remove_dead_weakref() argument 1 must be dict, not {name}"
        )));
    };
    if let Some(value) = dict.get(vm, args.at(1))? {
        if !Type::of(value).is_subtype(types::WEAKREF.ty()) {
            return Err(vm.raise_type("not a weakref"));
        }
        if target(vm, value).is_none() {
            dict.remove(vm, args.at(1))?;
        }
    }
    Ok(ty::none())
}

fn init(vm: &mut Vm, dict: Dict) -> PyResult<()> {
    dict.set_name(vm, "ref", types::WEAKREF.value())?;
    dict.set_name(vm, "ReferenceType", types::WEAKREF.value())?;
    let plain = vm.ready_module_type(&crate::weakref_proxy::PLAIN)?.value();
    dict.set_name(vm, "ProxyType", plain)?;
    let callable = vm
        .ready_module_type(&crate::weakref_proxy::CALLABLE)?
        .value();
    dict.set_name(vm, "CallableProxyType", callable)
}
