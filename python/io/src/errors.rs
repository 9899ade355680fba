//! Errors of streams.

use taipan_objects::dict::Dict;
use taipan_objects::exception;
use taipan_objects::mem;
use taipan_objects::number;
use taipan_objects::str::Str;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::types;
use taipan_objects::{PyResult, Raised, Vm, class};

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
