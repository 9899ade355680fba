//! Native stacks: where they end, what the registers hold, and reading their words.

use std::hint::black_box;

#[cfg(target_arch = "x86_64")]
const REGISTERS: usize = 6;
#[cfg(target_arch = "aarch64")]
const REGISTERS: usize = 12;
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
compile_error!("root scanning knows x86-64 and aarch64");

/// Calls `f` with the lowest address from which on the stack holds every reference of the callers: the registers that
/// survive calls stand there, then the callers' frames.
#[inline(never)]
pub(crate) fn with_registers_on_stack(f: &mut dyn FnMut(usize)) {
    let mut registers = [0usize; REGISTERS];
    let place = registers.as_mut_ptr();
    #[cfg(target_arch = "x86_64")]
    // SAFETY: six stores into the array.
    unsafe {
        std::arch::asm!(
            "mov [{0}], rbx",
            "mov [{0} + 8], rbp",
            "mov [{0} + 16], r12",
            "mov [{0} + 24], r13",
            "mov [{0} + 32], r14",
            "mov [{0} + 40], r15",
            in(reg) place,
            options(nostack, preserves_flags)
        );
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: twelve stores into the array.
    unsafe {
        std::arch::asm!(
            "stp x19, x20, [{0}]",
            "stp x21, x22, [{0}, #16]",
            "stp x23, x24, [{0}, #32]",
            "stp x25, x26, [{0}, #48]",
            "stp x27, x28, [{0}, #64]",
            "stp x29, x30, [{0}, #80]",
            in(reg) place,
            options(nostack, preserves_flags)
        );
    }
    f(black_box(place).expose_provenance());
    black_box(&registers);
}

/// Reads a word of a stack, whatever a sanitizer thinks of that place.
///
/// # Safety
/// The word is readable.
#[inline(always)]
pub(crate) unsafe fn read_word(address: usize) -> usize {
    let word;
    #[cfg(target_arch = "x86_64")]
    // SAFETY: one load of a readable word.
    unsafe {
        std::arch::asm!("mov {0}, [{1}]", out(reg) word, in(reg) address, options(nostack, readonly, preserves_flags));
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: one load of a readable word.
    unsafe {
        std::arch::asm!("ldr {0}, [{1}]", out(reg) word, in(reg) address, options(nostack, readonly, preserves_flags));
    }
    word
}

unsafe extern "C" {
    static __libc_stack_end: *const u8;
}

/// The end (highest address) of the current thread's stack.
pub(crate) fn stack_end() -> usize {
    // SAFETY: takes no arguments.
    let process = unsafe { libc::getpid() };
    // SAFETY: takes no arguments.
    let thread = unsafe { libc::gettid() };
    if process == thread {
        // The general way below reads /proc for the main thread, which is slow.
        // SAFETY: the dynamic loader sets it before anything runs.
        let end = unsafe { __libc_stack_end };
        return end.expose_provenance() & !7;
    }
    let mut attributes = std::mem::MaybeUninit::<libc::pthread_attr_t>::uninit();
    // SAFETY: takes no arguments.
    let current = unsafe { libc::pthread_self() };
    // SAFETY: the current thread; the attributes are written.
    let result = unsafe { libc::pthread_getattr_np(current, attributes.as_mut_ptr()) };
    assert!(result == 0, "a thread knows its attributes");
    let mut start = std::ptr::null_mut();
    let mut size = 0;
    // SAFETY: initialised above.
    let result =
        unsafe { libc::pthread_attr_getstack(attributes.as_ptr(), &raw mut start, &raw mut size) };
    assert!(result == 0, "a thread has a stack");
    // SAFETY: initialised above, not used afterwards.
    unsafe { libc::pthread_attr_destroy(attributes.as_mut_ptr()) };
    start.expose_provenance() + size
}
