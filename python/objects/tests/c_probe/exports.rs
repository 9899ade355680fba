//! [`Exports`]: makes objects ready for C, as the C interface will.

use coil_heap::{ARRAY_ITEMS, RootVec};
use coil_value::{Ref, Value};
use taipan_objects::layout::{self, at};
use taipan_objects::list::List;
use taipan_objects::{Vm, mem};

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
        let object = mem::expect_ref(vm.boxed(value));
        self.keep(vm, object);
        vm.export(object);
        match object.layout() {
            layout::TUPLE_EXPORTED => {
                let count: usize = mem::get(object, at::SIZE);
                for index in 0..count {
                    self.export_item(vm, object, at::TUPLE_ITEMS + 8 * index);
                }
            }
            layout::LIST_EXPORTED => {
                let items: u64 = mem::get(object, at::LIST_ITEMS);
                // SAFETY: the items pointer of a list points behind the head of its storage.
                let storage = unsafe { Ref::from_address(items.wrapping_sub(ARRAY_ITEMS as u64)) };
                if items != 0 {
                    let storage = storage.expect("the list has storage");
                    self.keep(vm, storage);
                    self.written.push(self.kept.len() - 1);
                    for index in 0..List::from_ref(object).len() {
                        self.export_item(vm, storage, ARRAY_ITEMS + 8 * index);
                    }
                }
            }
            _ => {}
        }
        object.as_ptr()
    }

    /// The item there is an object already.
    fn export_item(&mut self, vm: &mut Vm, holder: Ref, offset: usize) {
        let item = mem::value(holder, offset).expect("items are set");
        assert!(item.is_ref(), "numbers were boxed in place");
        self.export(vm, item);
    }

    fn keep(&mut self, vm: &Vm, object: Ref) {
        vm.mutator().pin(object);
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
