//! Code objects. What CPython counts in bytes of its bytecode is twice our word index, so that `co_positions()` and `co_lines()` fit `tb_lasti`.

use crate::util::{address, getset};
use coil_heap::{ARRAY_ITEMS, ARRAY_LENGTH};
use coil_value::Value;
use taipan_bytecode::CodeFlags;
use taipan_objects::class::TypeDef;
use taipan_objects::function::CodeData;
use taipan_objects::layout::at;
use taipan_objects::list::List;
use taipan_objects::mem;
use taipan_objects::native::Args;
use taipan_objects::natives;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::raise::PyResult;
use taipan_objects::slots::Slots;
use taipan_objects::str::Str;
use taipan_objects::ty::{self, types};
use taipan_objects::vm::Vm;

/// `code`.
pub(crate) static CODE: TypeDef = TypeDef {
    ty: &types::CODE,
    slots: |slots: &mut Slots| {
        slots.repr = Some(repr);
    },
    methods: METHODS,
    getset: getset! {
        "co_name" => crate::util::field!(at::CODE_NAME), crate::util::read_only;
        "co_qualname" => crate::util::field!(at::CODE_QUALNAME), crate::util::read_only;
        "co_filename" => crate::util::field!(at::CODE_FILENAME), crate::util::read_only;
        "co_consts" => consts;
        "co_varnames" => crate::util::field!(at::CODE_VARNAMES);
        "co_names" => |vm, this| strings(vm, data(this).code.names.iter());
        "co_cellvars" => |vm, this| strings(vm, data(this).code.cellvars.iter().map(|(name, _)| name));
        "co_freevars" => |vm, this| strings(vm, data(this).code.freevars.iter().map(|(name, _)| name));
        "co_argcount" => |_, this| Ok(number::small(data(this).code.arg_count.into()));
        "co_posonlyargcount" => |_, this| Ok(number::small(data(this).code.posonly_count.into()));
        "co_kwonlyargcount" => |_, this| Ok(number::small(data(this).code.kwonly_count.into()));
        "co_nlocals" => |_, this| Ok(number::size(data(this).code.varnames.len()));
        "co_stacksize" => |_, this| Ok(number::small(data(this).block.register_count.into()));
        "co_flags" => |_, this| Ok(number::small((data(this).code.flags.0 & SHOWN).into()));
        "co_firstlineno" => |_, this| Ok(number::small(data(this).code.first_line.into()));
        "co_code" => |vm, this| { let count = word_count(data(this)); vm.new_bytes(&vec![0; 2 * count]) };
        "_co_code_adaptive" => |vm, this| { let count = word_count(data(this)); vm.new_bytes(&vec![0; 2 * count]) };
        "co_linetable" => |vm, _| vm.new_bytes(b"");
        "co_lnotab" => |vm, _| vm.new_bytes(b"");
        "co_exceptiontable" => |vm, _| vm.new_bytes(b"");
    },
    doc: "Create a code object.  Not for mere mortals.",
    module: "",
};

natives! {
    static METHODS = {
        "co_positions" method NoArgs, "($self, /)" => positions;
        "co_lines" method NoArgs, "($self, /)" => lines;
        "co_branches" method NoArgs, "($self, /)" => |vm, _| { let list = vm.new_list_with(0)?; protocol::iter(vm, list.value()) };
        "replace" method Any, "($self, /, **changes)" => replace;
        "__replace__" method Any, "($self, /, **changes)" => replace;
        "_varname_from_oparg" method One, "($self, /, oparg)" => varname;
        "__sizeof__" method NoArgs, "($self, /)" => |_, args| Ok(number::size(72 + 8 * word_count(data(args.at(0)))));
    }
}

/// `code.replace(...)`: the names, the place and the flags can be changed; anything else may be given as it is.
fn replace(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    if args.len() > 1 {
        let given = args.len() - 1;
        let text = format!("replace() takes exactly 0 positional arguments ({given} given)");
        return Err(vm.raise_type(&text));
    }
    let (mut texts, mut numbers) = (Vec::new(), Vec::new());
    for index in 0..args.keyword_count() {
        let (key, value) = args.keyword(index);
        let name = key.to_rust().into_owned();
        match name.as_str() {
            "co_name" | "co_qualname" | "co_filename" => {
                let Some(text) = Str::of(value) else {
                    let class = protocol::type_name(value);
                    return Err(vm.raise_type(&format!(
                        "replace() argument '{name}' must be str, not {class}"
                    )));
                };
                texts.push((name, text.to_rust().into_owned()));
            }
            "co_flags" | "co_firstlineno" => {
                let int = protocol::index(vm, value)?;
                let int = number::i64_of(int).and_then(|int| u32::try_from(int).ok());
                let Some(int) = int else {
                    return Err(vm.raise_overflow("Python int too large to convert to C int"));
                };
                let old = data(this).code.flags.0 & SHOWN;
                if name == "co_flags" && (old ^ int) & !CodeFlags::ITERABLE_COROUTINE.0 != 0 {
                    let text = "code.replace() cannot change these co_flags";
                    return Err(vm.raise_not_implemented(text));
                }
                numbers.push((name, int));
            }
            _ => {
                let known = OTHERS.contains(&name.as_str());
                let old = match known {
                    true => protocol::get_attr_opt(vm, this, key)?,
                    false => None,
                };
                let Some(old) = old else {
                    return Err(vm.raise_type(&format!(
                        "replace() got an unexpected keyword argument '{name}'"
                    )));
                };
                if !protocol::equal(vm, old, value)? {
                    let text = format!("code.replace() cannot change {name}");
                    return Err(vm.raise_not_implemented(&text));
                }
            }
        }
    }
    vm.copy_code(mem::expect_ref(this), |code| {
        for (name, text) in texts {
            match name.as_str() {
                "co_name" => code.name = text,
                "co_qualname" => code.qualname = text,
                _ => code.filename = text,
            }
        }
        for (name, number) in numbers {
            match name.as_str() {
                "co_flags" => code.flags.0 = code.flags.0 & !SHOWN | number & SHOWN,
                _ => code.first_line = number,
            }
        }
    })
}

/// The flags `co_flags` shows.
const SHOWN: u32 = 0x0fff_ffff;

/// What else `replace` knows.
const OTHERS: [&str; 13] = [
    "co_argcount",
    "co_posonlyargcount",
    "co_kwonlyargcount",
    "co_nlocals",
    "co_stacksize",
    "co_code",
    "co_consts",
    "co_names",
    "co_varnames",
    "co_freevars",
    "co_cellvars",
    "co_linetable",
    "co_exceptiontable",
];

fn word_count(data: &CodeData) -> usize {
    data.block.word_count as usize
}

fn data<'a>(this: Value) -> &'a CodeData {
    CodeData::of_object(mem::expect_ref(this))
}

fn repr(vm: &mut Vm, this: Value) -> PyResult {
    let place = address(vm, mem::expect_ref(this));
    let code = &data(this).code;
    let text = format!(
        "<code object {} at {place:#x}, file \"{}\", line {}>",
        code.name, code.filename, code.first_line
    );
    vm.new_str(&text)
}

fn strings<'a>(vm: &mut Vm, texts: impl Iterator<Item = &'a String>) -> PyResult {
    let list = vm.new_list_with(0)?;
    for text in texts {
        let text = vm.intern(text)?;
        list.push(vm, text)?;
    }
    vm.list_to_tuple(list)
}

fn consts(vm: &mut Vm, this: Value) -> PyResult {
    let Some(array) = mem::reference(mem::expect_ref(this), at::CODE_CONSTS) else {
        return Ok(vm.interp.empty_tuple());
    };
    let count: usize = mem::get(array, ARRAY_LENGTH);
    vm.new_tuple_from(count, |index| {
        Some(mem::value(array, ARRAY_ITEMS + 8 * index).unwrap_or_else(ty::none))
    })
}

fn line_value(line: u32) -> Value {
    if line == 0 {
        ty::none()
    } else {
        number::small(line.into())
    }
}

fn positions(vm: &mut Vm, args: Args) -> PyResult {
    let data = data(args.at(0));
    let (code, count) = (&data.code, word_count(data));
    let list = vm.new_list_with(count)?;
    let mut row = None;
    for word in 0..data.block.word_count {
        let position = code.position_of(word);
        if row.is_none_or(|(known, _)| known != position) {
            let tuple = match position {
                Some(p) if p.line != 0 => {
                    let places = [p.line, p.end_line, p.column, p.end_column];
                    let places = places.map(|n| number::small(n.into()));
                    vm.new_tuple(&places)?
                }
                _ => vm.new_tuple(&[ty::none(); 4])?,
            };
            row = Some((position, tuple));
        }
        let (_, tuple) = row.expect("set above");
        list.push(vm, tuple)?;
    }
    protocol::iter(vm, list.value())
}

fn push_line(vm: &mut Vm, list: List, start: u32, end: u32, line: u32) -> PyResult<()> {
    let row = [
        number::small((2 * start).into()),
        number::small((2 * end).into()),
        line_value(line),
    ];
    let tuple = vm.new_tuple(&row)?;
    list.push(vm, tuple)
}

fn lines(vm: &mut Vm, args: Args) -> PyResult {
    let data = data(args.at(0));
    let code = &data.code;
    let count = data.block.word_count;
    let list = vm.new_list_with(0)?;
    let mut start = 0;
    let mut current = code.position_of(0).map_or(0, |p| p.line);
    for position in &code.positions {
        if position.line != current && position.start > start {
            push_line(vm, list, start, position.start, current)?;
            start = position.start;
        }
        current = position.line;
    }
    if count > start {
        push_line(vm, list, start, count, current)?;
    }
    protocol::iter(vm, list.value())
}

fn varname(vm: &mut Vm, args: Args) -> PyResult {
    let index = protocol::index_i64(vm, args.at(1))?;
    let code = &data(args.at(0)).code;
    let name = usize::try_from(index)
        .ok()
        .and_then(|index| code.varnames.get(index));
    match name {
        Some(name) => vm.intern(name),
        None => Err(vm.raise_index("tuple index out of range")),
    }
}
