//! [`Exports`]: makes objects ready for C, as the C interface will.

use coil_heap::{ARRAY_ITEMS, RootVec};
use coil_num::IntBuf;
use coil_value::{Ref, Value, flags};
use taipan_objects::layout::{self, at};
use taipan_objects::list::List;
use taipan_objects::ty::types;
use taipan_objects::{Vm, mem};

use crate::got;
use crate::library::Object;

/// What C has been given.
pub(crate) struct Exports {
    /// Every exported object.
    kept: RootVec,
    /// Positions in `kept` of the containers and the storage that C may write to.
    written: Vec<usize>,
}

impl Exports {
    pub(crate) fn new(vm: &Vm) -> Exports {
        Exports {
            kept: RootVec::new(vm.mutator()),
            written: Vec::new(),
        }
    }

    /// Makes an object ready for C, and all that C can reach from it without a call.
    pub(crate) fn export(&mut self, vm: &mut Vm, value: Value) -> Object {
        let value = boxed(vm, value);
        let object = mem::expect_ref(value);
        self.keep(vm, object);
        match object.layout() {
            layout::TUPLE => {
                let count: usize = mem::get(object, at::SIZE);
                for index in 0..count {
                    let offset = at::TUPLE_ITEMS + 8 * index;
                    let item = mem::value(object, offset).expect("tuple items are set");
                    let item = self.export_item(vm, item);
                    vm.store(object, offset, Some(item));
                }
            }
            layout::LIST => {
                let list = List::from_ref(object);
                for index in 0..list.len() {
                    let item = self.export_item(vm, list.at(index));
                    list.set(vm, index, item);
                }
                let items: u64 = mem::get(object, at::LIST_ITEMS);
                // SAFETY: the items pointer of a list points behind the head of its storage.
                let storage = unsafe { Ref::from_address(items.wrapping_sub(ARRAY_ITEMS as u64)) };
                if items != 0 {
                    self.keep(vm, storage.expect("the list has storage"));
                    self.written.push(self.kept.len() - 1);
                }
            }
            _ => {}
        }
        object.as_ptr()
    }

    fn export_item(&mut self, vm: &mut Vm, item: Value) -> Value {
        let object = self.export(vm, item);
        // SAFETY: a live object.
        Value::from_ref(unsafe { Ref::from_ptr(object) })
    }

    fn keep(&mut self, vm: &Vm, object: Ref) {
        vm.mutator().pin(object);
        object
            .header()
            .gc_flags
            .fetch_or(flags::EXPORTED, std::sync::atomic::Ordering::Relaxed);
        self.kept.push(Value::from_ref(object));
    }

    /// Tells the collector of everything that C may have written to.
    pub(crate) fn remember(&self, vm: &Vm) {
        for index in &self.written {
            let storage = self.kept.get(*index).and_then(Value::as_ref);
            vm.mutator().write_barrier(storage.expect("kept"));
        }
    }
}

/// A number as an object, even where the inline form would do.
fn boxed(vm: &mut Vm, value: Value) -> Value {
    if let Some(int) = value.as_small_int() {
        return got(vm.new_int_object(layout::INT, types::INT.ty(), &IntBuf::from(int)));
    }
    if let Some(float) = value.as_f64() {
        let object = got(vm.alloc(layout::FLOAT, &types::FLOAT, 24));
        mem::set(object, at::FLOAT_VALUE, float);
        return Value::from_ref(object);
    }
    value
}
