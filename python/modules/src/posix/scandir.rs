//! `scandir` and `DirEntry`.

use super::files::{folder_entries, stat};
use crate::helpers::{given, path_result};
use coil_value::Value;
use taipan_objects::class::{ModuleType, TypeDef};
use taipan_objects::dict::Dict;
use taipan_objects::layout;
use taipan_objects::list::List;
use taipan_objects::mem;
use taipan_objects::native::{Args, GetSetDef};
use taipan_objects::natives;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::ty::{self, StaticType, SubLayout, types as builtin};
use taipan_objects::{PyResult, Vm};

static ENTRY_STATIC: StaticType = StaticType::new();
static ITERATOR_STATIC: StaticType = StaticType::new();

/// Fields: name, path, kind, inode, stat, lstat.
static ENTRY: ModuleType = ModuleType {
    def: &TypeDef {
        ty: &ENTRY_STATIC,
        slots: |slots| slots.repr = Some(repr),
        methods: ENTRY_METHODS,
        getset: &[
            GetSetDef {
                name: "name",
                get: |_, this| Ok(field(this, NAME)),
                set: None,
            },
            GetSetDef {
                name: "path",
                get: |_, this| Ok(field(this, PATH)),
                set: None,
            },
        ],
        doc: "",
        module: "posix",
    },
    name: "DirEntry",
    base: &builtin::OBJECT,
    layout: layout::FIELDS,
    sub_layout: SubLayout::None,
    flags: 0,
    has_dict: false,
};

/// Fields: the list of entries, the next index.
static ITERATOR: ModuleType = ModuleType {
    def: &TypeDef {
        ty: &ITERATOR_STATIC,
        slots: |slots| {
            slots.iter = Some(|_, this| Ok(this));
            slots.next = Some(next);
        },
        methods: ITERATOR_METHODS,
        getset: &[],
        doc: "",
        module: "posix",
    },
    name: "ScandirIterator",
    base: &builtin::OBJECT,
    layout: layout::FIELDS,
    sub_layout: SubLayout::None,
    flags: 0,
    has_dict: false,
};

natives! {
    pub(super) static FUNCTIONS = {
        "scandir" function Signature(0), "(path=None)" => scandir;
    };
}

natives! {
    static ENTRY_METHODS = {
        "is_dir" method Signature(0), "($self, /, *, follow_symlinks=True)" => |vm, args| is_kind(vm, args, libc::DT_DIR, libc::S_IFDIR);
        "is_file" method Signature(0), "($self, /, *, follow_symlinks=True)" => |vm, args| is_kind(vm, args, libc::DT_REG, libc::S_IFREG);
        "is_symlink" method NoArgs, "($self, /)" => |vm, args| {
            let kind = kind(args.at(0));
            if kind != libc::DT_UNKNOWN {
                return Ok(ty::bool_value(kind == libc::DT_LNK));
            }
            let found = mode(vm, args.at(0), false)?;
            Ok(ty::bool_value(found.is_some_and(|mode| mode & libc::S_IFMT == libc::S_IFLNK)))
        };
        "is_junction" method NoArgs, "($self, /)" => |_, _| Ok(ty::bool_value(false));
        "stat" method Signature(0), "($self, /, *, follow_symlinks=True)" => |vm, args| {
            let follow = args.get(1).map_or(Ok(true), |value| protocol::truth(vm, value))?;
            stat_of(vm, args.at(0), follow)
        };
        "inode" method NoArgs, "($self, /)" => |_, args| Ok(field(args.at(0), INODE));
        "__fspath__" method NoArgs, "($self, /)" => |_, args| Ok(field(args.at(0), PATH));
        "__class_getitem__" classmethod One, "($type, item, /)" => |vm, args| protocol::call(vm, builtin::GENERIC_ALIAS.value(), &[args.at(0), args.at(1)]);
    };
}

natives! {
    static ITERATOR_METHODS = {
        "close" method NoArgs, "($self, /)" => close;
        "__enter__" method NoArgs, "($self, /)" => |_, args| Ok(args.at(0));
        "__exit__" method Any, "($self, /, *args)" => close;
    };
}

const NAME: usize = 0;
const PATH: usize = 1;
const KIND: usize = 2;
const INODE: usize = 3;
const STAT: usize = 4;
const LSTAT: usize = 5;

fn field(this: Value, index: usize) -> Value {
    Vm::field(mem::expect_ref(this), index).unwrap_or_else(ty::none)
}

/// Adds the types to the module.
pub(super) fn types(vm: &mut Vm, dict: Dict) -> PyResult<()> {
    let entry = vm.ready_module_type(&ENTRY)?.value();
    dict.set_name(vm, "DirEntry", entry)
}

fn scandir(vm: &mut Vm, args: Args) -> PyResult {
    let found = folder_entries(vm, "scandir", given(args.get(0)))?;
    let entry_type = vm.ready_module_type(&ENTRY)?;
    let iterator_type = vm.ready_module_type(&ITERATOR)?;
    let as_bytes = found.path.as_ref().is_some_and(|path| path.is_bytes);
    let mut folder = found
        .path
        .map_or_else(Vec::new, |path| path.text.into_bytes());
    if !folder.is_empty() && folder.last() != Some(&b'/') {
        folder.push(b'/');
    }
    if given(args.get(0)).is_none() {
        folder = b"./".to_vec();
    }
    let list = vm.new_list_with(found.entries.len())?;
    for (name, kind, inode) in &found.entries {
        let path = path_result(vm, &[&folder[..], name].concat(), as_bytes)?;
        let name = path_result(vm, name, as_bytes)?;
        let inode = vm.new_int(i64::try_from(*inode).unwrap_or(i64::MAX))?;
        let fields = [
            Some(name),
            Some(path),
            Some(number::small((*kind).into())),
            Some(inode),
            None,
            None,
        ];
        let entry = vm.new_fields(entry_type, &fields)?;
        list.push(vm, entry)?;
    }
    vm.new_fields(iterator_type, &[Some(list.value()), Some(number::small(0))])
}

fn next(vm: &mut Vm, this: Value) -> PyResult<Option<Value>> {
    let object = mem::expect_ref(this);
    let Some(list) = Vm::field(object, 0).and_then(List::of) else {
        return Ok(None);
    };
    let index = Vm::field(object, 1).and_then(number::i64_of).unwrap_or(0);
    let item = list.get(usize::try_from(index).unwrap_or(usize::MAX));
    match item {
        Some(_) => vm.set_field(object, 1, Some(number::small(index + 1))),
        None => vm.set_field(object, 0, None),
    }
    Ok(item)
}

fn close(vm: &mut Vm, args: Args) -> PyResult {
    vm.set_field(mem::expect_ref(args.at(0)), 0, None);
    Ok(ty::none())
}

fn repr(vm: &mut Vm, this: Value) -> PyResult {
    let name = protocol::repr_text(vm, field(this, NAME))?;
    vm.new_str(&format!("<DirEntry {name}>"))
}

fn kind(this: Value) -> u8 {
    number::i64_of(field(this, KIND))
        .and_then(|kind| u8::try_from(kind).ok())
        .unwrap_or(libc::DT_UNKNOWN)
}

fn stat_of(vm: &mut Vm, this: Value, follow: bool) -> PyResult {
    let place = if follow { STAT } else { LSTAT };
    let object = mem::expect_ref(this);
    if let Some(known) = Vm::field(object, place) {
        return Ok(known);
    }
    let made = stat(
        vm,
        if follow { "stat" } else { "lstat" },
        field(this, PATH),
        follow,
    )?;
    vm.set_field(object, place, Some(made));
    Ok(made)
}

/// The mode, none when the file is gone.
fn mode(vm: &mut Vm, this: Value, follow: bool) -> PyResult<Option<u32>> {
    match stat_of(vm, this, follow) {
        Ok(result) => {
            let mode = protocol::get_item(vm, result, number::small(0))?;
            Ok(number::i64_of(mode).and_then(|mode| u32::try_from(mode).ok()))
        }
        Err(raised) if vm.raised_is(&builtin::FileNotFoundError) => {
            vm.take_raised(raised);
            Ok(None)
        }
        Err(raised) => Err(raised),
    }
}

fn is_kind(vm: &mut Vm, args: Args, entry_kind: u8, file_kind: u32) -> PyResult {
    let follow = args
        .get(1)
        .map_or(Ok(true), |value| protocol::truth(vm, value))?;
    let this = args.at(0);
    let known = kind(this);
    if known != libc::DT_UNKNOWN && !(follow && known == libc::DT_LNK) {
        return Ok(ty::bool_value(known == entry_kind));
    }
    let found = mode(vm, this, follow)?;
    Ok(ty::bool_value(
        found.is_some_and(|mode| mode & libc::S_IFMT == file_kind),
    ))
}
