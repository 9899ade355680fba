//! Declaration of native modules.

use crate::dict::Dict;
use crate::native::NativeDef;
use crate::raise::PyResult;
use crate::vm::Vm;
use std::fmt;

/// A native module: what `import` makes when nothing else has the name.
#[derive(Clone, Copy)]
pub struct ModuleDef {
    /// Its name.
    pub name: &'static str,
    /// Its functions (rows of kind `function`).
    pub functions: &'static [NativeDef],
    /// Fills in the rest of its dict: types (`Vm::ready_module_type`), constants, objects.
    pub init: fn(&mut Vm, Dict) -> PyResult<()>,
}

impl fmt::Debug for ModuleDef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ModuleDef({})", self.name)
    }
}
