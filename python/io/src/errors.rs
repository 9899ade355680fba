//! Errors of streams.

use taipan_objects::dict::Dict;
use taipan_objects::exception;
use taipan_objects::mem;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::types;
use taipan_objects::{PyResult, Raised, Value, Vm, class};

const UNSUPPORTED: &str = "io.UnsupportedOperation";

/// `io.UnsupportedOperation`, made when it is first needed.
///
/// # Errors
/// MemoryError.
pub(crate) fn unsupported_class(vm: &mut Vm) -> PyResult {
    if let Some(class) = vm.interp.kept(UNSUPPORTED) {
        return Ok(class);
    }
    let name = vm.intern("UnsupportedOperation")?;
    let name = Str::of(name).expect("interned strings are strings");
    let bases = vm.new_tuple(&[types::OSError.value(), types::ValueError.value()])?;
    let namespace: Dict = vm.new_dict()?;
    let module = vm.intern("io")?;
    namespace.set_name(vm, "__module__", module)?;
    let bases = Tuple::from_ref(mem::expect_ref(bases));
    let class = class::new_class(vm, types::TYPE.ty(), name, bases, namespace, &[])?;
    vm.interp.keep(UNSUPPORTED, class.value());
    Ok(class.value())
}

/// Raises `io.UnsupportedOperation`.
#[cold]
pub(crate) fn unsupported(vm: &mut Vm, text: &str) -> Raised {
    let made = unsupported_class(vm).and_then(|class| {
        let text = vm.new_str(text)?;
        exception::new_exception(vm, mem::expect_ref(class), &[text])
    });
    match made {
        Ok(error) => {
            exception::set_context(vm, error);
            vm.raise(error)
        }
        Err(raised) => raised,
    }
}

/// The C library's text for an error number.
pub(crate) fn error_text(errno: i32) -> String {
    let mut buffer = [0u8; 256];
    // SAFETY: the buffer has that size.
    let failed = unsafe { libc::strerror_r(errno, buffer.as_mut_ptr().cast(), buffer.len()) };
    if failed != 0 && buffer[0] == 0 {
        return format!("Unknown error {errno}");
    }
    let end = buffer
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(buffer.len());
    String::from_utf8_lossy(&buffer[..end]).into_owned()
}

/// OSError (or the subclass for the number) with the system's text, and a file name.
#[cold]
pub(crate) fn os_error(vm: &mut Vm, errno: i32, name: Option<Value>) -> Raised {
    let made = vm.new_str(&error_text(errno)).and_then(|text| {
        let number = number::small(errno.into());
        let class = types::OSError.value();
        match name {
            Some(name) => protocol::call(vm, class, &[number, text, name]),
            None => protocol::call(vm, class, &[number, text]),
        }
    });
    match made {
        Ok(error) => {
            exception::set_context(vm, error);
            vm.raise(error)
        }
        Err(raised) => raised,
    }
}

/// BlockingIOError with the number of characters written.
#[cold]
pub(crate) fn blocking(vm: &mut Vm, written: usize) -> Raised {
    let text = "write could not complete without blocking";
    match vm.new_str(text) {
        Ok(text) => {
            let number = number::small(libc::EAGAIN.into());
            vm.raise_with(
                &types::BlockingIOError,
                &[number, text, number::size(written)],
            )
        }
        Err(raised) => raised,
    }
}

/// "I/O operation on closed file" as files, buffers and memory streams say it.
#[cold]
pub(crate) fn closed(vm: &mut Vm) -> Raised {
    vm.raise_value("I/O operation on closed file")
}

/// The same with a full stop, as the base class and text streams say it.
#[cold]
pub(crate) fn closed_stop(vm: &mut Vm) -> Raised {
    vm.raise_value("I/O operation on closed file.")
}

/// The object was made without its constructor.
#[cold]
pub(crate) fn uninitialized(vm: &mut Vm) -> Raised {
    vm.raise_value("I/O operation on uninitialized object")
}

/// Runs `second` whatever `first` gave; the errors of both are kept, the first as the second's context.
///
/// # Errors
/// What they raise.
pub(crate) fn both(
    vm: &mut Vm,
    first: PyResult<()>,
    second: impl FnOnce(&mut Vm) -> PyResult<()>,
) -> PyResult<()> {
    let Err(raised) = first else {
        return second(vm);
    };
    let earlier = vm.take_raised(raised);
    match second(vm) {
        Ok(()) => Err(vm.raise(earlier)),
        Err(raised) => {
            let later = vm.take_raised(raised);
            if later != earlier {
                let object = mem::expect_ref(later);
                vm.store(
                    object,
                    taipan_objects::layout::at::EXC_CONTEXT,
                    Some(earlier),
                );
            }
            Err(vm.raise(later))
        }
    }
}

/// "cannot pickle 'X' instances".
///
/// # Errors
/// Always TypeError.
pub(crate) fn no_pickle(vm: &mut Vm, args: taipan_objects::native::Args) -> PyResult {
    let name = taipan_objects::ty::Type::of(args.at(0)).name();
    Err(vm.raise_type(&format!("cannot pickle '{name}' instances")))
}
