//! The guest stack (registers) and the record stack: reserved address space that is backed by memory only where touched.

use crate::record::FrameRecord;
use std::io;
use std::ptr;

/// Registers a thread's guest stack can hold.
pub const REGISTER_CAPACITY: usize = 32 << 20;
/// Frame records a thread can hold.
pub const RECORD_CAPACITY: usize = 2 << 20;
/// Registers and records left free below the end, so that natives and error paths need no checks of their own.
const SLACK: usize = 4096;

/// The two stacks of a thread.
#[derive(Debug)]
pub struct GuestStack {
    registers: *mut u64,
    records: *mut FrameRecord,
}

impl GuestStack {
    /// Reserves the address space.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn new() -> io::Result<GuestStack> {
        Ok(GuestStack {
            registers: reserve(REGISTER_CAPACITY * size_of::<u64>())?.cast(),
            records: reserve(RECORD_CAPACITY * size_of::<FrameRecord>())?.cast(),
        })
    }

    /// First register.
    pub fn registers(&self) -> *mut u64 {
        self.registers
    }

    /// First record.
    pub fn records(&self) -> *mut FrameRecord {
        self.records
    }

    /// Windows must end at or below this register.
    pub fn register_limit(&self) -> *mut u64 {
        // SAFETY: within the reservation.
        unsafe { self.registers.add(REGISTER_CAPACITY - SLACK) }
    }

    /// Records must stay below this one.
    pub fn record_limit(&self) -> *mut FrameRecord {
        // SAFETY: within the reservation.
        unsafe { self.records.add(RECORD_CAPACITY - SLACK) }
    }
}

impl Drop for GuestStack {
    fn drop(&mut self) {
        release(self.registers.cast(), REGISTER_CAPACITY * size_of::<u64>());
        release(
            self.records.cast(),
            RECORD_CAPACITY * size_of::<FrameRecord>(),
        );
    }
}

fn reserve(size_bytes: usize) -> io::Result<*mut u8> {
    // SAFETY: a fresh private anonymous mapping.
    let address = unsafe {
        libc::mmap(
            ptr::null_mut(),
            size_bytes,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
            -1,
            0,
        )
    };
    if address == libc::MAP_FAILED {
        return Err(io::Error::last_os_error());
    }
    Ok(address.cast())
}

fn release(address: *mut u8, size_bytes: usize) {
    // SAFETY: the mapping was made by `reserve` with this size and nothing points into it any more.
    unsafe { libc::munmap(address.cast(), size_bytes) };
}
