//! What interpreters without module `_io` have: `FileIO` and `open_code` as importlib reads source files, and streams that only write.

use crate::helpers::path_arg;
use coil_value::Value;
use std::os::unix::ffi::OsStrExt;
use taipan_objects::class::{ModuleType, TypeDef};
use taipan_objects::layout;
use taipan_objects::mem;
use taipan_objects::module::ModuleDef;
use taipan_objects::native::Args;
use taipan_objects::natives;
use taipan_objects::number;
use taipan_objects::ty::{self, StaticType, SubLayout, Type, types};
use taipan_objects::{PyResult, Vm};

/// `_io`.
pub(crate) static IO: ModuleDef = ModuleDef {
    name: "_io",
    functions: FUNCTIONS,
    init: |vm, dict| {
        let file = vm.ready_module_type(&FILE)?.value();
        dict.set_name(vm, "FileIO", file)
    },
};

static FILE_STATIC: StaticType = StaticType::new();
static FILE: ModuleType = ModuleType {
    def: &TypeDef {
        ty: &FILE_STATIC,
        slots: |slots| slots.new = Some(open),
        methods: METHODS,
        getset: &[],
        doc: "",
        module: "_io",
    },
    name: "FileIO",
    base: &types::OBJECT,
    layout: layout::FIELDS,
    sub_layout: SubLayout::None,
    flags: 0,
    has_dict: false,
};

static STREAM_STATIC: StaticType = StaticType::new();
static STREAM: ModuleType = ModuleType {
    def: &TypeDef {
        ty: &STREAM_STATIC,
        slots: |_| {},
        methods: STREAM_METHODS,
        getset: &[],
        doc: "",
        module: "_io",
    },
    name: "Stream",
    base: &types::OBJECT,
    layout: layout::FIELDS,
    sub_layout: SubLayout::None,
    flags: 0,
    has_dict: false,
};

natives! {
    static STREAM_METHODS = {
        "write" method One, "($self, text, /)" => write;
        "flush" method NoArgs, "($self, /)" => |_, _| Ok(ty::none());
        "fileno" method NoArgs, "($self, /)" => |_, args| Ok(number::small(fileno(args.at(0)).into()));
    }
}

/// Sets the streams of module `sys`.
pub(crate) fn start(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.ready_module_type(&STREAM)?;
    let dict = crate::sys::dict(vm).expect("sys is made first");
    for (fd, name) in [(0, "stdin"), (1, "stdout"), (2, "stderr")] {
        let stream = vm.new_fields(ty, &[Some(number::small(fd))])?;
        dict.set_name(vm, name, stream)?;
        dict.set_name(vm, &format!("__{name}__"), stream)?;
    }
    Ok(())
}

fn fileno(stream: Value) -> i32 {
    let fd = Vm::field(mem::expect_ref(stream), 0).and_then(number::i64_of);
    fd.and_then(|fd| i32::try_from(fd).ok()).unwrap_or(-1)
}

fn write(vm: &mut Vm, args: Args) -> PyResult {
    let text = crate::helpers::str_arg(vm, "write", "1", args.at(1))?;
    let bytes = crate::helpers::to_system(vm, text)?;
    let mut rest = &bytes[..];
    while !rest.is_empty() {
        // SAFETY: the bytes are there.
        let count = unsafe { libc::write(fileno(args.at(0)), rest.as_ptr().cast(), rest.len()) };
        match usize::try_from(count) {
            Ok(count) => rest = &rest[count..],
            Err(_) => return Err(crate::helpers::os_error(vm, crate::helpers::errno(), &[])),
        }
    }
    Ok(number::size(text.len()))
}

natives! {
    static FUNCTIONS = {
        "open_code" function Signature(1), "(path)" => |vm, args| { let ty = vm.ready_module_type(&FILE)?; open(vm, ty, args) };
    };
}

natives! {
    static METHODS = {
        "read" method Positional(0, 1), "($self, size=-1, /)" => |_, args| Ok(Vm::field(mem::expect_ref(args.at(0)), 0).unwrap_or_else(ty::none));
        "close" method NoArgs, "($self, /)" => |_, _| Ok(ty::none());
        "__enter__" method NoArgs, "($self, /)" => |_, args| Ok(args.at(0));
        "__exit__" method Any, "($self, /, *args)" => |_, _| Ok(ty::none());
    };
}

fn open(vm: &mut Vm, ty: Type, args: Args) -> PyResult {
    let Some(name) = args.get(0) else {
        return Err(vm.raise_type("FileIO() missing required argument 'file' (pos 1)"));
    };
    let path = path_arg(vm, "open_code", name, "")?;
    match std::fs::read(std::ffi::OsStr::from_bytes(path.text.as_bytes())) {
        Ok(data) => {
            let data: Value = vm.new_bytes(&data)?;
            vm.new_fields(ty, &[Some(data)])
        }
        Err(error) => {
            let number = error.raw_os_error().unwrap_or(libc::EIO);
            Err(crate::helpers::os_error(vm, number, &[path.object]))
        }
    }
}
