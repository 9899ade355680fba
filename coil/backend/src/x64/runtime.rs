//! Fixed code at the start of the cache: trampoline, exits, and the bridge to slow paths.

use crate::api::{BackendError, CLEARED_SLOTS, SPILL_SLOTS};
use crate::cache::CodeCache;
use coil_frame::context_offset as context;
use coil_value::abi::encoding;
use dynasmrt::x64::X64Relocation;
use dynasmrt::{DynasmApi, DynasmLabelApi, VecAssembler, dynasm};

const SPILL_BYTES: i32 = SPILL_SLOTS as i32 * 8;
/// The spill area, the pointer to the caller's `SpillArea`, and alignment.
const FRAME_BYTES: i32 = SPILL_BYTES + 24;
const SCRATCH: i32 = context::SCRATCH as i32;
const EXIT_GPR: i32 = context::EXIT_GPR as i32;
const EXIT_FPR: i32 = context::EXIT_FPR as i32;
const EXIT_SP: i32 = context::EXIT_SP as i32;

/// Raw result of the trampoline: the root frame returned; its value is in scratch word 1.
pub(crate) const RAW_RETURN: u64 = u64::MAX;
/// Raw result of the trampoline: a plain frame returned to one without compiled code.
pub(crate) const RAW_RETURNED: u64 = u64::MAX - 1;

/// Where the fixed code and constants stand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fixed {
    /// `extern "C" fn(entry, context, base, spill area) -> raw reason`.
    pub(crate) enter: usize,
    /// Exit: EAX = site, scratch word 0 = trace number and (high half) number of spill slots to copy.
    pub(crate) leave_exit: usize,
    /// The root frame returns RAX.
    pub(crate) leave_return: usize,
    /// A plain frame returned.
    pub(crate) leave_returned: usize,
    /// Calls RAX(context, scratch words 0, 1, 2) and keeps all registers but RAX and XMM15.
    pub(crate) slow_call: usize,
    /// 16-byte aligned constants.
    pub(crate) int_tag: usize,
    pub(crate) float_offset: usize,
    pub(crate) float_span: usize,
    /// One less than the first bits that are no reference.
    pub(crate) last_ref: usize,
    pub(crate) sign: usize,
    pub(crate) magnitude: usize,
}

/// Writes the fixed code to a fresh cache.
#[expect(
    clippy::useless_conversion,
    reason = "dynasm! converts register numbers"
)]
pub(crate) fn install(cache: &mut CodeCache) -> Result<Fixed, BackendError> {
    let mut ops: VecAssembler<X64Relocation> = VecAssembler::new(0);
    let constants = [
        encoding::INT_TAG,
        encoding::FLOAT_OFFSET,
        encoding::INT_TAG - encoding::FLOAT_OFFSET,
        encoding::FLOAT_OFFSET - 1,
        1 << 63,
        u64::MAX >> 1,
    ];
    for bits in constants {
        ops.extend(bits.to_le_bytes());
        ops.extend([0; 8]);
    }
    let enter = ops.offset().0;
    dynasm!(ops
        ; .arch x64
        ; push rbp ; push rbx ; push r12 ; push r13 ; push r14 ; push r15
        ; sub rsp, FRAME_BYTES
        ; mov [rsp + SPILL_BYTES], rcx
        ; mov [rcx], rsp
        ; mov rbp, rsi
        ; mov rbx, rdx
        ; xorps xmm0, xmm0
    );
    // What earlier runs left in the first slots must not keep objects alive.
    for slot in 0..CLEARED_SLOTS as i32 / 2 {
        dynasm!(ops ; movups [rsp + 16 * slot], xmm0);
    }
    dynasm!(ops
        ; jmp rdi
        ; .align 16
    );
    let leave_exit = ops.offset().0;
    dynasm!(ops
        ; mov [rbp + EXIT_GPR + 8], rcx
        ; mov [rbp + EXIT_GPR + 16], rdx
        ; mov [rbp + EXIT_GPR + 24], rbx
        ; mov [rbp + EXIT_GPR + 48], rsi
        ; mov [rbp + EXIT_GPR + 56], rdi
        ; mov [rbp + EXIT_GPR + 64], r8
        ; mov [rbp + EXIT_GPR + 72], r9
        ; mov [rbp + EXIT_GPR + 80], r10
        ; mov [rbp + EXIT_GPR + 88], r11
        ; mov [rbp + EXIT_GPR + 96], r12
        ; mov [rbp + EXIT_GPR + 104], r13
        ; mov [rbp + EXIT_GPR + 112], r14
        ; mov [rbp + EXIT_GPR + 120], r15
    );
    for xmm in 0..15u8 {
        dynasm!(ops ; movsd [rbp + EXIT_FPR + 8 * i32::from(xmm)], Rx(xmm));
    }
    dynasm!(ops
        ; mov ecx, [rbp + SCRATCH + 4]
        ; mov rsi, rsp
        ; mov rdi, [rsp + SPILL_BYTES]
        ; mov [rbp + EXIT_SP], rdi
        ; rep movsq
        ; mov ecx, [rbp + SCRATCH]
        ; shl rcx, 32
        ; or rax, rcx
        ; jmp >leave
        ; .align 16
    );
    let leave_return = ops.offset().0;
    dynasm!(ops
        ; mov [rbp + SCRATCH + 8], rax
        ; mov rax, RAW_RETURN.cast_signed() as i32
        ; jmp >leave
    );
    let leave_returned = ops.offset().0;
    dynasm!(ops
        ; mov rax, RAW_RETURNED.cast_signed() as i32
        ; leave:
        ; add rsp, FRAME_BYTES
        ; pop r15 ; pop r14 ; pop r13 ; pop r12 ; pop rbx ; pop rbp
        ; ret
        ; .align 16
    );
    let slow_call = ops.offset().0;
    dynasm!(ops
        ; sub rsp, 184
        ; mov [rsp], rcx
        ; mov [rsp + 8], rdx
        ; mov [rsp + 16], rsi
        ; mov [rsp + 24], rdi
        ; mov [rsp + 32], r8
        ; mov [rsp + 40], r9
        ; mov [rsp + 48], r10
        ; mov [rsp + 56], r11
    );
    for xmm in 0..15u8 {
        dynasm!(ops ; movsd [rsp + 64 + 8 * i32::from(xmm)], Rx(xmm));
    }
    dynasm!(ops
        ; mov rdi, rbp
        ; mov rsi, [rbp + SCRATCH]
        ; mov rdx, [rbp + SCRATCH + 8]
        ; mov rcx, [rbp + SCRATCH + 16]
        ; call rax
        ; mov rcx, [rsp]
        ; mov rdx, [rsp + 8]
        ; mov rsi, [rsp + 16]
        ; mov rdi, [rsp + 24]
        ; mov r8, [rsp + 32]
        ; mov r9, [rsp + 40]
        ; mov r10, [rsp + 48]
        ; mov r11, [rsp + 56]
    );
    for xmm in 0..15u8 {
        dynasm!(ops ; movsd Rx(xmm), [rsp + 64 + 8 * i32::from(xmm)]);
    }
    dynasm!(ops ; add rsp, 184 ; ret);
    let code = ops
        .finalize()
        .map_err(|_| BackendError::Malformed("fixed code"))?;
    let start = cache.take(code.len())?;
    cache.write(start, &code);
    let start = start.addr();
    Ok(Fixed {
        enter: start + enter,
        leave_exit: start + leave_exit,
        leave_return: start + leave_return,
        leave_returned: start + leave_returned,
        slow_call: start + slow_call,
        int_tag: start,
        float_offset: start + 16,
        float_span: start + 32,
        last_ref: start + 48,
        sign: start + 64,
        magnitude: start + 80,
    })
}
