//! table: names that the runtime itself uses, interned at start-up.

use crate::mem;
use crate::raise::PyResult;
use crate::str::Str;
use crate::vm::Vm;
use coil_value::{Ref, Value};

/// A name of the table.
#[derive(Clone, Copy, Debug, Default)]
pub struct InternedName(u64);

impl InternedName {
    /// The string.
    #[inline(always)]
    pub fn str(self) -> Str {
        // SAFETY: interned strings never move or die; names are filled in before use.
        let object = unsafe { Ref::from_address(self.0) }.expect("names are interned at start-up");
        Str::of(Value::from_ref(object)).expect("names are strings")
    }

    /// The string as a value.
    pub fn value(self) -> Value {
        self.str().value()
    }
}

macro_rules! names {
    ($($name:ident)*) => {
        /// The names.
        #[derive(Clone, Debug, Default)]
        #[allow(non_snake_case, reason = "fields are spelled as the names are")]
        pub struct Names {
            $(
                #[doc = concat!("`", stringify!($name), "`")]
                pub $name: InternedName,
            )*
        }

        impl Names {
            /// Interns all of them.
            ///
            /// # Errors
            /// MemoryError.
            pub fn fill(vm: &mut Vm) -> PyResult<()> {
                $(
                    let name = vm.intern(stringify!($name))?;
                    vm.interp.names.$name = InternedName(mem::expect_ref(name).address() as u64);
                )*
                Ok(())
            }
        }
    };
}
names! {
    __abs__ __add__ __all__ __and__ __annotate__ __annotations__ __bases__ __bool__ __build_class__ __builtins__ __bytes__ __call__ __cause__
    __ceil__ __class__ __class_getitem__ __classcell__ __classdictcell__ __closure__ __code__ __complex__ __contains__ __context__ __copy__ __debug__
    __deepcopy__ __defaults__ __del__ __delattr__ __delete__ __delitem__ __dict__ __dir__ __divmod__ __doc__ __enter__ __eq__ __exit__
    __aenter__ __aexit__ __aiter__ __anext__ __await__ __file__ __firstlineno__ __float__ __floor__ __floordiv__ __format__ __fspath__ __func__ __ge__
    __get__ __getattr__ __getattribute__ __getitem__ __getnewargs__ __getstate__ __globals__ __gt__ __hash__ __iadd__ __iand__ __ifloordiv__ __ilshift__
    __imatmul__ __imod__ __import__ __imul__ __index__ __init__ __init_subclass__ __instancecheck__ __int__ __invert__ __ior__ __ipow__
    __irshift__ __isabstractmethod__ __isub__ __iter__ __itruediv__ __ixor__ __kwdefaults__ __le__ __len__ __length_hint__ __loader__ __lshift__ __lt__
    __main__ __match_args__ __matmul__ __missing__ __mod__ __module__ __mro__ __mro_entries__ __mul__ __name__ __ne__ __neg__ __new__ __next__
    __notes__ __objclass__ __or__ __orig_bases__ __package__ __path__ __pos__ __pow__ __prepare__ __qualname__ __radd__ __rand__ __rdivmod__ __reduce__
    __reduce_ex__ __repr__ __reversed__ __rfloordiv__ __rlshift__ __rmatmul__ __rmod__ __rmul__ __ror__ __round__ __rpow__ __rrshift__
    __rshift__ __rsub__ __rtruediv__ __rxor__ __self__ __set__ __set_name__ __setattr__ __setitem__ __setstate__ __sizeof__ __slots__ __spec__
    __static_attributes__ __str__ __sub__ __subclasscheck__ __subclasses__ __subclasshook__ __suppress_context__ __text_signature__ __traceback__ __truediv__
    __trunc__ __type_params__ __weakref__ __wrapped__ __xor__ _initializing _uninitialized_submodules
    args builtins close code copy count encoding end errno file filename flush fget fset fdel getvalue index items join key keys
    line lineno metaclass mode modules msg name obj offset open path print_file_and_line read reason return_ send sep start stdin stdout
    stderr step stop strict sys text throw update value values write
    displayhook excepthook last_exc
}
