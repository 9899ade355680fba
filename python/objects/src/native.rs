//! Native functions: how they are declared, called, and exposed as guest objects.

use crate::layout::{self, at};
use crate::mem;
use crate::raise::PyResult;
use crate::str::Str;
use crate::tuple::Tuple;
use crate::ty::{StaticType, Type, types};
use crate::vm::Vm;
use coil_value::{Ref, Value};

/// Arguments of a native call: registers of the guest stack, positional ones first, then those passed by keyword. For methods the first
/// is `self`. Read them before running guest code if they are needed afterwards: values in Rust variables stay alive and in place.
#[derive(Clone, Copy, Debug)]
pub struct Args {
    base: *const u64,
    count: usize,
    keywords: Option<Ref>,
    callee: Option<Value>,
}

impl Args {
    /// Arguments in registers.
    ///
    /// # Safety
    /// `base .. base + count` are registers of the guest stack that hold values during the call; `keywords` is a tuple of strings.
    pub unsafe fn new(
        base: *const u64,
        count: usize,
        keywords: Option<Ref>,
        callee: Option<Value>,
    ) -> Args {
        Args {
            base,
            count,
            keywords,
            callee,
        }
    }

    /// Number of positional arguments.
    #[inline]
    pub fn len(&self) -> usize {
        self.count - self.keyword_count()
    }

    /// Whether there are no positional arguments.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of keyword arguments.
    #[inline]
    pub fn keyword_count(&self) -> usize {
        self.keywords
            .map_or(0, |names| Tuple::from_ref(names).len())
    }

    /// A positional argument, if there are so many and it was not left out.
    #[inline]
    pub fn get(&self, index: usize) -> Option<Value> {
        if index >= self.len() {
            return None;
        }
        // SAFETY: within the registers (contract of `new`).
        unsafe { Value::from_bits(*self.base.add(index)) }
    }

    /// A positional argument that the declaration requires.
    #[inline]
    pub fn at(&self, index: usize) -> Value {
        self.get(index)
            .expect("the number of arguments was checked against the declaration")
    }

    /// A keyword argument by number: name and value.
    pub fn keyword(&self, index: usize) -> (Str, Value) {
        let names = Tuple::from_ref(self.keywords.expect("there are keyword arguments"));
        let name = Str::of(names.at(index)).expect("keyword names are strings");
        // SAFETY: within the registers (contract of `new`).
        let bits = unsafe { *self.base.add(self.len() + index) };
        // SAFETY: registers of the call hold values.
        (
            name,
            unsafe { Value::from_bits(bits) }.expect("passed arguments are values"),
        )
    }

    /// The value passed for this keyword.
    pub fn keyword_named(&self, name: &str) -> Option<Value> {
        (0..self.keyword_count())
            .map(|index| self.keyword(index))
            .find(|(key, _)| key.is(name))
            .map(|(_, value)| value)
    }

    /// Names of the keyword arguments.
    pub fn keyword_names(&self) -> Option<Ref> {
        self.keywords
    }

    /// The same without the first `count` positional arguments.
    pub fn skip(&self, count: usize) -> Args {
        debug_assert!(count <= self.len());
        // SAFETY: stays within the registers.
        let base = unsafe { self.base.add(count) };
        Args {
            base,
            count: self.count - count,
            ..*self
        }
    }

    /// The callable object that was called.
    pub fn callee(&self) -> Option<Value> {
        self.callee
    }

    /// The registers.
    pub fn registers(&self) -> *const u64 {
        self.base
    }

    /// The same arguments for another callable.
    pub fn for_callee(&self, callee: Value) -> Args {
        Args {
            callee: Some(callee),
            ..*self
        }
    }

    /// All positional arguments as a new tuple.
    ///
    /// # Errors
    /// MemoryError.
    pub fn to_tuple(&self, vm: &mut Vm) -> PyResult {
        let args = *self;
        vm.new_tuple_from(args.len(), |index| args.get(index))
    }
}

/// The Rust function behind a native.
pub type NativeFn = fn(&mut Vm, Args) -> PyResult;

/// How a native takes its arguments; decides the checks and the wording of their errors, as CPython's calling conventions do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Convention {
    /// None (but self).
    NoArgs,
    /// Exactly one.
    One,
    /// Between so many positional ones; no keywords.
    Positional(u8, u8),
    /// Parameters by position or name as the text signature says; missing ones are unset. At least so many must be given.
    Signature(u8),
    /// Whatever: the function checks.
    Any,
}

/// Operations that interpreter and tracer know by heart (the handler of `call` does them inline).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Intrinsic {
    /// None: an opaque call.
    None,
    /// `len(x)`
    Len,
    /// `isinstance(x, c)`
    IsInstance,
    /// `list.append`
    ListAppend,
    /// `list.pop`
    ListPop,
    /// `list.insert`
    ListInsert,
    /// `ord`
    Ord,
    /// `chr`
    Chr,
    /// `abs`
    Abs,
    /// `min` of two
    Min,
    /// `max` of two
    Max,
    /// `next`
    Next,
    /// `iter`
    Iter,
    /// `math.sqrt`
    MathSqrt,
    /// A pure function of one float, `extern "C" fn(f64) -> f64`, whose address is in `NativeDef::float_function`.
    FloatFunction,
    /// With a generator as its argument: the hidden guest function.
    Consume(crate::hidden::Hidden),
    /// `generator.send`
    GeneratorSend,
    /// `dict.get`
    DictGet,
    /// `dict.items`, `keys`, `values`
    DictView,
    /// `str.join` and others that are opaque for good reason stay `None`.
    Hash,
    /// `id`
    Id,
    /// `__init__` of a builtin type: that of `object` does nothing.
    Init,
}

/// A native function's declaration. Starts with the fields of CPython's `PyMethodDef`, so that C code can be shown it.
#[repr(C)]
#[derive(Debug)]
pub struct NativeDef {
    name_c: *const u8,
    meth: *const (),
    flags: i32,
    doc_c: *const u8,
    /// Name.
    pub name: &'static str,
    /// The function.
    pub function: NativeFn,
    /// How it takes arguments.
    pub convention: Convention,
    /// Text signature: `(self, index=-1, /)`; without self for functions. Also the source of parameter names.
    pub signature: &'static str,
    /// Docstring.
    pub doc: &'static str,
    /// Known operation.
    pub intrinsic: Intrinsic,
    /// For `Intrinsic::FloatFunction`.
    pub float_function: Option<extern "C" fn(f64) -> f64>,
    /// A method: called with self first.
    pub kind: NativeKind,
}

/// What a native becomes in its namespace.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NativeKind {
    /// A function of a module.
    Function,
    /// A method of a type.
    Method,
    /// A special method of a type made from a slot (wrapper_descriptor).
    Wrapper,
    /// A class method of a type.
    ClassMethod,
    /// A static method of a type (`__new__` too).
    StaticMethod,
}

// SAFETY: the raw pointers are null or static text.
unsafe impl Sync for NativeDef {}
// SAFETY: as above.
unsafe impl Send for NativeDef {}

impl NativeDef {
    /// A declaration; tables use the [`natives!`](crate::natives) macro.
    pub const fn new(
        kind: NativeKind,
        name: &'static str,
        function: NativeFn,
        convention: Convention,
        signature: &'static str,
        doc: &'static str,
    ) -> NativeDef {
        NativeDef {
            name_c: std::ptr::null(),
            meth: std::ptr::null(),
            flags: 0,
            doc_c: std::ptr::null(),
            name,
            function,
            convention,
            signature,
            doc,
            intrinsic: Intrinsic::None,
            float_function: None,
            kind,
        }
    }

    /// Marks it as a known operation.
    pub const fn intrinsic(mut self, intrinsic: Intrinsic) -> NativeDef {
        self.intrinsic = intrinsic;
        self
    }

    /// Marks it as a pure float function.
    pub const fn float(mut self, function: extern "C" fn(f64) -> f64) -> NativeDef {
        self.intrinsic = Intrinsic::FloatFunction;
        self.float_function = Some(function);
        self
    }
}

/// A table of natives. Rows: `"name" kind convention "signature" => function;` with kind `fn` (module function), `method`, `classmethod` or
/// `staticmethod`; an optional `, intrinsic(Name)` or `, float(function)` after the function.
#[macro_export]
macro_rules! natives {
    ($(#[$doc:meta])* $vis:vis static $table:ident = { $($name:literal $kind:ident $convention:expr, $signature:literal => $function:expr $(, $extra:ident($arg:expr))?;)* } $(;)?) => {
        $(#[$doc])*
        $vis static $table: &[$crate::native::NativeDef] = {
            #[allow(unused_imports, reason = "not every table uses every convention")]
            use $crate::native::Convention::{Any, NoArgs, One, Positional, Signature};
            &[$(
                $crate::native::NativeDef::new($crate::native_kind!($kind), $name, $function, $convention, $signature, "") $(.$extra($arg))?
            ),*]
        };
    };
}

/// The kind words of [`natives!`](crate::natives).
#[macro_export]
macro_rules! native_kind {
    (function) => {
        $crate::native::NativeKind::Function
    };
    (method) => {
        $crate::native::NativeKind::Method
    };
    (classmethod) => {
        $crate::native::NativeKind::ClassMethod
    };
    (staticmethod) => {
        $crate::native::NativeKind::StaticMethod
    };
}

/// An attribute of a builtin type that is computed.
#[derive(Debug)]
pub struct GetSetDef {
    /// Name.
    pub name: &'static str,
    /// Reads it from an object.
    pub get: fn(&mut Vm, Value) -> PyResult,
    /// Writes it (a value) or deletes it (none); without it the attribute is read-only.
    pub set: Option<fn(&mut Vm, Value, Option<Value>) -> PyResult<()>>,
}

/// The declaration behind a native function or method object.
pub fn def_of(object: Ref) -> &'static NativeDef {
    let offset = if object.layout() == layout::NATIVE_METHOD {
        at::DESCR_DEF
    } else {
        at::NATIVE_DEF
    };
    let address: usize = mem::get(object, offset);
    // SAFETY: these objects are made with the address of a static declaration.
    unsafe { &*std::ptr::with_exposed_provenance::<NativeDef>(address) }
}

/// Makes a module the `__self__` of a function that has none yet.
pub fn give_module(vm: &Vm, function: Value, module: Value) {
    if let Some(object) = function.as_ref()
        && object.layout() == layout::NATIVE_FUNCTION
        && def_of(object).kind == NativeKind::Function
        && mem::value(object, at::NATIVE_SELF).is_none()
    {
        vm.store(object, at::NATIVE_SELF, Some(module));
    }
}

/// The declaration behind a getset descriptor.
pub fn getset_of(object: Ref) -> &'static GetSetDef {
    let address: usize = mem::get(object, at::DESCR_DEF);
    // SAFETY: as above.
    unsafe { &*std::ptr::with_exposed_provenance::<GetSetDef>(address) }
}

impl Vm {
    /// A builtin function object, bound to `this` if given.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_native(
        &mut self,
        def: &'static NativeDef,
        this: Option<Value>,
        module: Option<Value>,
    ) -> PyResult {
        let object = self.alloc(layout::NATIVE_FUNCTION, &types::BUILTIN_FUNCTION, 56)?;
        mem::set(
            object,
            at::NATIVE_DEF,
            (&raw const *def).expose_provenance(),
        );
        self.init(object, at::NATIVE_SELF, this);
        self.init(object, at::NATIVE_MODULE, module);
        Ok(Value::from_ref(object))
    }

    /// A method descriptor (or class method descriptor, slot wrapper) of a builtin type. Never moves.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_native_method(&mut self, def: &'static NativeDef, owner: Type) -> PyResult {
        let ty: &'static StaticType = match def.kind {
            NativeKind::Wrapper => &types::WRAPPER_DESCRIPTOR,
            NativeKind::ClassMethod => &types::CLASSMETHOD_DESCRIPTOR,
            _ => &types::METHOD_DESCRIPTOR,
        };
        let name = self.intern(def.name)?;
        let object = self.alloc_old(layout::NATIVE_METHOD, ty, 56)?;
        self.init(object, at::DESCR_TYPE, Some(owner.value()));
        self.init(object, at::DESCR_NAME, Some(name));
        mem::set(object, at::DESCR_DEF, (&raw const *def).expose_provenance());
        Ok(Value::from_ref(object))
    }

    /// A getset descriptor of a builtin type.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_getset(&mut self, def: &'static GetSetDef, owner: Type) -> PyResult {
        let name = self.intern(def.name)?;
        let object = self.alloc_old(layout::GETSET, &types::GETSET_DESCRIPTOR, 56)?;
        self.init(object, at::DESCR_TYPE, Some(owner.value()));
        self.init(object, at::DESCR_NAME, Some(name));
        mem::set(object, at::DESCR_DEF, (&raw const *def).expose_provenance());
        Ok(Value::from_ref(object))
    }

    /// Checks the arguments against the convention and calls. `args` includes self for methods.
    ///
    /// # Errors
    /// TypeError for wrong arguments, and what the function raises.
    #[inline]
    pub fn call_native(&mut self, def: &'static NativeDef, args: Args) -> PyResult {
        let own = usize::from(matches!(
            def.kind,
            NativeKind::Method | NativeKind::Wrapper | NativeKind::ClassMethod
        ));
        let given = args.len().saturating_sub(own);
        let fits = args.keyword_count() == 0
            && args.len() >= own
            && match def.convention {
                Convention::NoArgs => given == 0,
                Convention::One => given == 1,
                Convention::Positional(least, most) => {
                    given >= usize::from(least) && given <= usize::from(most)
                }
                Convention::Signature(least) => {
                    given >= usize::from(least)
                        && given <= crate::signature::positional_count(def.signature, own)
                }
                Convention::Any => true,
            };
        if fits || def.convention == Convention::Any {
            return (def.function)(self, args);
        }
        crate::signature::call_checked(self, def, args, own)
    }
}
