//! Code objects, functions, cells, bound methods.

use crate::layout::{self, at};
use crate::mem;
use crate::raise::PyResult;
use crate::str::Str;
use crate::ty::types;
use crate::vm::Vm;
use coil_frame::CodeBlock;
use coil_num::IntBuf;
use coil_value::{Ref, Value};
use taipan_bytecode::{Code, CodeFlags, Const, Op, Word};

/// The Rust side of a code object. Leaked with its code object: code is never freed yet, because traces, caches and frame records refer to it.
#[repr(C)]
#[derive(Debug)]
pub struct CodeData {
    /// What the toolkit sees.
    pub block: CodeBlock,
    /// What the compiler made (words and depths moved to the block).
    pub code: Code,
    /// The code object.
    pub object: Ref,
    /// Keyword-only and positional parameters together.
    pub parameter_count: u16,
    /// All parameters including `*args` and `**kwargs`.
    pub all_parameter_count: u16,
    /// Takes positional parameters only: no star, no keyword-only.
    pub simple: bool,
    /// How many positional arguments fit a call without any more ado; `u32::MAX` for code that is not `simple`.
    pub exact_count: u32,
    /// Words after which an exception goes on as it was: no new traceback entry for the frame.
    pub reraises: Vec<u32>,
    /// Registers that a generator of this code keeps while suspended: the deepest of its yields.
    pub saved_registers: u16,
    /// Interned names, by address; index as in the bytecode.
    pub names: Vec<usize>,
    /// The words, with their caches as they are now.
    pub words: Vec<u64>,
    depth: Vec<u16>,
}

impl CodeData {
    /// The data of a code block.
    ///
    /// # Safety
    /// The block belongs to a Python code object.
    pub unsafe fn of<'a>(block: *const CodeBlock) -> &'a CodeData {
        // SAFETY: the block is the first field of its data, which is never freed.
        unsafe { &*block.cast::<CodeData>() }
    }

    /// The data of a code object.
    pub fn of_object<'a>(object: Ref) -> &'a CodeData {
        let address: usize = mem::get(object, at::CODE_DATA);
        // SAFETY: set when the object is made, never freed.
        unsafe { &*std::ptr::with_exposed_provenance::<CodeData>(address) }
    }

    /// A name of the code.
    #[inline]
    pub fn name(&self, index: usize) -> Str {
        // SAFETY: interned strings never move or die.
        let object = unsafe { Ref::from_address(self.names[index] as u64) };
        Str::of(Value::from_ref(object.expect("names are interned"))).expect("names are strings")
    }

    /// The word at an index, as it was compiled (cache words are not looked at).
    pub fn word(&self, index: usize) -> Option<u64> {
        self.words.get(index).copied()
    }

    /// Whether a flag is set.
    #[inline]
    pub fn has(&self, flag: CodeFlags) -> bool {
        self.code.flags.contains(flag)
    }
}

/// A `function` object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Function(Ref);

impl Function {
    /// The function, if the value is one.
    #[inline]
    pub fn of(value: Value) -> Option<Function> {
        let object = value.as_ref()?;
        (object.layout() == layout::FUNCTION).then_some(Function(object))
    }

    /// A function that is known to be one.
    #[inline]
    pub fn from_ref(object: Ref) -> Function {
        Function(object)
    }

    /// The object.
    pub fn as_ref(self) -> Ref {
        self.0
    }

    /// Its code.
    #[inline]
    pub fn code<'a>(self) -> &'a CodeData {
        CodeData::of_object(mem::reference(self.0, at::FUNC_CODE).expect("functions have code"))
    }

    /// Its globals.
    #[inline]
    pub fn globals(self) -> Ref {
        mem::reference(self.0, at::FUNC_GLOBALS).expect("functions have globals")
    }

    /// A field by offset (`at::FUNC_*`).
    #[inline]
    pub fn field(self, offset: usize) -> Option<Value> {
        mem::value(self.0, offset)
    }

    /// Sets a field.
    pub fn set_field(self, vm: &mut Vm, offset: usize, value: Option<Value>) {
        vm.store(self.0, offset, value);
    }

    /// `__name__`.
    pub fn name(self) -> Value {
        self.field(at::FUNC_NAME).unwrap_or_else(|| {
            mem::value(self.code().object, at::CODE_NAME).expect("code has a name")
        })
    }

    /// `__qualname__`.
    pub fn qualname(self) -> Value {
        self.field(at::FUNC_QUALNAME).unwrap_or_else(|| {
            mem::value(self.code().object, at::CODE_QUALNAME).expect("code has a qualified name")
        })
    }
}

impl Vm {
    /// The value of a compile-time constant.
    ///
    /// # Errors
    /// MemoryError.
    pub fn constant(&mut self, constant: &Const) -> PyResult {
        Ok(match constant {
            Const::None => crate::ty::none(),
            Const::Bool(truth) => crate::ty::bool_value(*truth),
            Const::Ellipsis => crate::ty::ELLIPSIS.value(),
            Const::Int(int) => self.new_int(*int)?,
            Const::BigInt { negative, digits } => {
                let int = coil_num::IntRef::new(*negative, digits).to_buf();
                self.new_int_buf(&int)?
            }
            Const::Float(bits) => self.new_float(f64::from_bits(*bits))?,
            Const::Complex(real, imaginary) => {
                self.new_complex(f64::from_bits(*real), f64::from_bits(*imaginary))?
            }
            Const::Str(text) => {
                let identifier = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
                if identifier {
                    self.intern(text)?
                } else {
                    self.new_str(text)?
                }
            }
            Const::WideStr(points) => self.new_str_points(points)?,
            Const::Bytes(data) => self.new_bytes(data)?,
            Const::Tuple(items) => {
                let list = self.new_list_with(items.len())?;
                for item in items {
                    let item = self.constant(item)?;
                    list.push(self, item)?;
                }
                self.list_to_tuple(list)?
            }
            Const::FrozenSet(items) => {
                let set = self.new_frozenset()?;
                for item in items {
                    let item = self.constant(item)?;
                    set.add(self, item)?;
                }
                set.value()
            }
            Const::Slice(parts) => {
                let start = self.constant(&parts[0])?;
                let stop = self.constant(&parts[1])?;
                let step = self.constant(&parts[2])?;
                self.new_slice(start, stop, step)?
            }
            Const::Code(code) => self.new_code((**code).clone())?,
        })
    }

    /// A slice object.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_slice(&mut self, start: Value, stop: Value, step: Value) -> PyResult {
        let object = self.alloc(layout::SLICE, &types::SLICE, 40)?;
        self.init(object, at::SLICE_START, Some(start));
        self.init(object, at::SLICE_STOP, Some(stop));
        self.init(object, at::SLICE_STEP, Some(step));
        Ok(Value::from_ref(object))
    }

    /// A code object; its constants stay where they are (compiled code refers to them).
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_code(&mut self, mut code: Code) -> PyResult {
        let constants = std::mem::take(&mut code.consts);
        let object = self.alloc_old(layout::CODE, &types::CODE, 72)?;
        let consts = self.alloc_values_old(constants.len())?;
        self.store(object, at::CODE_CONSTS, Some(Value::from_ref(consts)));
        for (index, constant) in constants.into_iter().enumerate() {
            let value = match constant {
                Const::Code(inner) => self.new_code(*inner)?,
                other => self.constant(&other)?,
            };
            if let Some(held) = value.as_ref() {
                self.mutator().pin(held);
            }
            let slot = consts.field_ptr::<Option<Value>>(coil_heap::ARRAY_ITEMS + 8 * index);
            // SAFETY: the slot is an item of the array.
            unsafe { self.mutator().store_item(consts, slot, Some(value)) };
        }
        self.fill_code(object, consts, code)
    }

    /// A copy of a code object, whose constants it shares, with a change to its description. Inline caches start anew.
    ///
    /// # Errors
    /// MemoryError.
    pub fn copy_code(&mut self, from: Ref, change: impl FnOnce(&mut Code)) -> PyResult {
        let old = CodeData::of_object(from);
        let mut code = old.code.clone();
        code.words = old.words.iter().map(|word| Word(*word)).collect();
        code.depth = old.depth.clone();
        let mut at = 0;
        while at < code.words.len() {
            let caches = Op::from_number(code.words[at].op_number()).map_or(0, Op::caches);
            code.words[at + 1..at + 1 + caches].fill(Word(0));
            at += 1 + caches;
        }
        change(&mut code);
        let object = self.alloc_old(layout::CODE, &types::CODE, 72)?;
        let consts = mem::reference(from, at::CODE_CONSTS).expect("code has constants");
        self.store(object, at::CODE_CONSTS, Some(Value::from_ref(consts)));
        self.fill_code(object, consts, code)
    }

    /// The fields of a code object besides its constants.
    fn fill_code(&mut self, object: Ref, consts: Ref, mut code: Code) -> PyResult {
        let mut names = Vec::with_capacity(code.names.len());
        for name in &code.names {
            names.push(mem::expect_ref(self.intern(name)?).address());
        }
        let varnames = self.string_array(&code.varnames)?;
        self.store(object, at::CODE_VARNAMES, Some(varnames));
        for (offset, text) in [
            (at::CODE_NAME, code.name.clone()),
            (at::CODE_QUALNAME, code.qualname.clone()),
            (at::CODE_FILENAME, code.filename.clone()),
        ] {
            let text = self.intern(&text)?;
            self.store(object, offset, Some(text));
        }
        let words = std::mem::take(&mut code.words);
        let mut words: Vec<u64> = words.into_iter().map(|word| word.0).collect();
        let mut depth = std::mem::take(&mut code.depth);
        spread_depth(&words, &mut depth);
        let star = u16::from(code.flags.contains(CodeFlags::VARARGS));
        let stars = star + u16::from(code.flags.contains(CodeFlags::VARKEYWORDS));
        let saved = saved_registers(&words, &depth);
        let parameter_count = code.arg_count + code.kwonly_count;
        let data = Box::leak(Box::new(CodeData {
            block: CodeBlock {
                words: words.as_mut_ptr(),
                consts: consts.field_ptr::<u64>(coil_heap::ARRAY_ITEMS),
                entry: std::ptr::null(),
                depth: depth.as_ptr(),
                word_count: u32::try_from(words.len()).expect("the compiler limits code size"),
                hot: 0,
                register_count: code.register_count,
                named_count: named_registers(&code),
                flags: code.flags.0,
                owner: object.as_ptr().cast(),
            },
            object,
            parameter_count,
            all_parameter_count: parameter_count + stars,
            simple: stars == 0 && code.kwonly_count == 0,
            exact_count: if stars == 0 && code.kwonly_count == 0 {
                u32::from(code.arg_count)
            } else {
                u32::MAX
            },
            saved_registers: saved,
            reraises: reraises(&words),
            names,
            words,
            depth,
            code,
        }));
        mem::set(
            object,
            at::CODE_DATA,
            (&raw const *data).expose_provenance(),
        );
        let _ = (&data.words, &data.depth, IntBuf::from(0i64));
        Ok(Value::from_ref(object))
    }

    fn string_array(&mut self, texts: &[String]) -> PyResult {
        let list = self.new_list_with(texts.len())?;
        for text in texts {
            let text = self.intern(text)?;
            list.push(self, text)?;
        }
        self.list_to_tuple(list)
    }

    /// A function of a code object.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_function(&mut self, code: Ref, globals: Ref) -> PyResult<Function> {
        let object = self.alloc(layout::FUNCTION, &types::FUNCTION, 128)?;
        self.init(object, at::FUNC_CODE, Some(Value::from_ref(code)));
        self.init(object, at::FUNC_GLOBALS, Some(Value::from_ref(globals)));
        Ok(Function(object))
    }

    /// A cell.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_cell(&mut self, value: Option<Value>) -> PyResult {
        let object = self.alloc(layout::CELL, &types::CELL, 24)?;
        self.init(object, at::CELL_VALUE, value);
        Ok(Value::from_ref(object))
    }

    /// A bound method.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_method(&mut self, function: Value, this: Value) -> PyResult {
        let object = self.alloc(layout::METHOD, &types::METHOD, 48)?;
        self.init(object, at::METHOD_FUNC, Some(function));
        self.init(object, at::METHOD_SELF, Some(this));
        Ok(Value::from_ref(object))
    }
}

/// Cells and free variables have registers after the locals; all of them count as named.
fn named_registers(code: &Code) -> u16 {
    let cells = code
        .cellvars
        .iter()
        .chain(&code.freevars)
        .map(|(_, register)| register + 1)
        .max()
        .unwrap_or(0);
    u16::try_from(code.varnames.len())
        .unwrap_or(u16::MAX)
        .max(cells)
}

/// Cache words get the depth of their instruction (frame records point after the caches).
fn spread_depth(words: &[u64], depth: &mut [u16]) {
    let mut at = 0;
    while at < words.len() {
        let caches = Op::from_number(words[at] as u8).map_or(0, Op::caches);
        for cache in 1..=caches {
            if at + cache < depth.len() {
                depth[at + cache] = depth[at];
            }
        }
        at += 1 + caches;
    }
}

/// The instructions that raise again what was raised before.
fn reraises(words: &[u64]) -> Vec<u32> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let word = taipan_bytecode::Word(words[at]);
        let op = Op::from_number(word.op_number());
        let again = match op {
            Some(Op::Reraise | Op::EndAsyncFor) => true,
            Some(Op::Raise) => word.d() == 0,
            _ => false,
        };
        if again {
            found.push(u32::try_from(at).expect("the compiler limits code size"));
        }
        at += 1 + op.map_or(0, Op::caches);
    }
    found
}

/// The most registers live at any yield.
fn saved_registers(words: &[u64], depth: &[u16]) -> u16 {
    let (mut at, mut most) = (0, 0);
    while at < words.len() {
        let op = Op::from_number(words[at] as u8);
        if matches!(
            op,
            Some(Op::Yield | Op::YieldDelegated | Op::ReturnGenerator)
        ) {
            most = most.max(depth.get(at).copied().unwrap_or(0));
        }
        at += 1 + op.map_or(0, Op::caches);
    }
    most
}
