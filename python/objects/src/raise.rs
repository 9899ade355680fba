//! Results of native code that can raise, and raising.

use crate::layout::{self, at};
use crate::mem;
use crate::protocol;
use crate::ty::{StaticType, types};
use crate::vm::Vm;
use coil_value::Value;

/// Proof that an exception is pending on the thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "an exception is pending: pass it on or clear it"]
pub struct Raised(());

/// How far beyond the heap's limit MemoryErrors may go.
const MEMORY_ERROR_RESERVE: usize = 256 << 10;
/// What each MemoryError lets the program use beyond the limit, to handle it, and what all of them together.
const HANDLER_BYTES: usize = 256 << 10;
const HANDLERS_MOST_BYTES: usize = 2 << 20;
/// The same for showing an error that ends the program.
const LAST_BYTES: usize = 4 << 20;

/// What native code returns.
pub type PyResult<T = Value> = Result<T, Raised>;

impl Vm {
    /// Makes `exception` (an instance) pending, as it is.
    #[cold]
    pub fn raise(&mut self, exception: Value) -> Raised {
        self.cx.pending = exception.bits();
        Raised(())
    }

    /// The pending exception, taken away.
    pub fn take_raised(&mut self, _proof: Raised) -> Value {
        let bits = std::mem::take(&mut self.cx.pending);
        // SAFETY: `pending` holds an exception while a `Raised` is about.
        unsafe { Value::from_bits(bits) }.expect("a Raised proves that an exception is pending")
    }

    /// Raises an exception of a builtin class with one text argument.
    #[cold]
    pub fn raise_text(&mut self, class: &'static StaticType, text: &str) -> Raised {
        match self.new_str(text) {
            Ok(text) => self.raise_with(class, &[text]),
            Err(raised) => raised,
        }
    }

    /// Raises an exception of a builtin class with these arguments.
    #[cold]
    pub fn raise_with(&mut self, class: &'static StaticType, args: &[Value]) -> Raised {
        match crate::exception::new_exception(self, class.as_ref(), args) {
            Ok(exception) => {
                crate::exception::set_context(self, exception);
                self.raise(exception)
            }
            Err(raised) => raised,
        }
    }

    /// MemoryError: a new one as long as the reserve beyond the heap's limit has room for it, then the one made in advance.
    #[cold]
    pub fn raise_memory_error(&mut self) -> Raised {
        let mutator = self.mutator();
        mutator.grant(HANDLER_BYTES, HANDLERS_MOST_BYTES);
        let class = types::MemoryError.as_ref();
        let made = mutator.beyond_limit(MEMORY_ERROR_RESERVE, || {
            mutator.alloc(layout::EXCEPTION, Some(class), layout::EXCEPTION_SIZE)
        });
        let shared = mem::expect_ref(self.interp.memory_error());
        let error = made.unwrap_or(shared);
        self.store(error, at::EXC_ARGS, Some(crate::exception::args(shared)));
        for field in [at::EXC_TRACEBACK, at::EXC_CONTEXT, at::EXC_CAUSE] {
            self.store(error, field, None);
        }
        let error = Value::from_ref(error);
        crate::exception::set_context(self, error);
        self.raise(error)
    }

    /// Makes room beyond the heap's limit to show an error that ends the program.
    pub fn grant_last_words(&mut self) {
        self.mutator()
            .grant(LAST_BYTES, HANDLERS_MOST_BYTES + LAST_BYTES);
    }

    /// Whether the pending exception is of a builtin class.
    pub fn raised_is(&self, class: &'static StaticType) -> bool {
        // SAFETY: `pending` holds an exception or 0.
        unsafe { Value::from_bits(self.cx.pending) }.is_some_and(|exception| {
            crate::ty::Type::of(exception).is_subtype(crate::ty::Type::from_ref(class.as_ref()))
        })
    }

    /// "'X' object <rest>" as TypeError.
    #[cold]
    pub fn raise_type_of(&mut self, object: Value, rest: &str) -> Raised {
        let name = protocol::type_name(object);
        self.raise_type(&format!("'{name}' object {rest}"))
    }
}

macro_rules! raisers {
    ($($method:ident $class:ident;)*) => {
        impl Vm {
            $(
                #[doc = concat!("Raises ", stringify!($class), " with this text.")]
                #[cold]
                pub fn $method(&mut self, text: &str) -> Raised {
                    self.raise_text(&types::$class, text)
                }
            )*
        }
    };
}
raisers! {
    raise_type TypeError;
    raise_value ValueError;
    raise_attribute AttributeError;
    raise_name NameError;
    raise_unbound UnboundLocalError;
    raise_index IndexError;
    raise_key KeyError;
    raise_zero_division ZeroDivisionError;
    raise_overflow OverflowError;
    raise_runtime RuntimeError;
    raise_recursion RecursionError;
    raise_not_implemented NotImplementedError;
    raise_system SystemError;
    raise_import ImportError;
    raise_module_not_found ModuleNotFoundError;
    raise_buffer BufferError;
    raise_lookup LookupError;
    raise_assertion AssertionError;
    raise_eof EOFError;
}
