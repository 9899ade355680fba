//! [`CodeCache`]: executable memory with a hard cap.
//!
//! One mapping, readable, writable and executable, reserved at the cap's size and touched as it fills: machine code is patched
//! at safepoints only (invariant B2), and switching permissions would cost two system calls per patch. Addresses never move.
//! Freed ranges are kept sorted, merged and reused first-fit.

use crate::api::BackendError;
use std::ptr;

/// Ranges are multiples of this.
const ALIGN: usize = 16;

/// Numbers of a code cache.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct CacheStats {
    /// The cap.
    pub capacity_bytes: usize,
    /// In use now.
    pub used_bytes: usize,
    /// The most that was in use.
    pub peak_bytes: usize,
    /// Traces compiled.
    pub compiled: u64,
    /// Traces refused.
    pub refused: u64,
    /// Traces freed.
    pub freed: u64,
}

/// Executable memory.
#[derive(Debug)]
pub struct CodeCache {
    start: *mut u8,
    /// Offset of the memory that was never used.
    next: usize,
    /// Freed (offset, size), sorted, not adjacent.
    free: Vec<(usize, usize)>,
    /// Numbers.
    pub(crate) stats: CacheStats,
}

impl CodeCache {
    /// Reserves a cache of at most `capacity_bytes` (less than 1 GB).
    ///
    /// # Errors
    /// `NoMemory` when the system refuses.
    pub fn new(capacity_bytes: usize) -> Result<CodeCache, BackendError> {
        let capacity_bytes = capacity_bytes.clamp(64 << 10, 1 << 30) & !4095;
        // SAFETY: a fresh private anonymous mapping.
        let start = unsafe {
            libc::mmap(
                ptr::null_mut(),
                capacity_bytes,
                libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
                -1,
                0,
            )
        };
        if start == libc::MAP_FAILED {
            return Err(BackendError::NoMemory);
        }
        Ok(CodeCache {
            start: start.cast(),
            next: 0,
            free: Vec::new(),
            stats: CacheStats {
                capacity_bytes,
                ..CacheStats::default()
            },
        })
    }

    /// Takes memory for code of this size.
    pub(crate) fn take(&mut self, size_bytes: usize) -> Result<*mut u8, BackendError> {
        let size = size_bytes.next_multiple_of(ALIGN);
        let offset = match self.free.iter().position(|&(_, free)| free >= size) {
            Some(at) => {
                let (offset, free) = self.free[at];
                if free == size {
                    self.free.remove(at);
                } else {
                    self.free[at] = (offset + size, free - size);
                }
                offset
            }
            None if self.stats.capacity_bytes - self.next >= size => {
                self.next += size;
                self.next - size
            }
            None => return Err(BackendError::CacheFull),
        };
        self.stats.used_bytes += size;
        self.stats.peak_bytes = self.stats.peak_bytes.max(self.stats.used_bytes);
        Ok(self.start.wrapping_add(offset))
    }

    /// Gives memory back.
    pub(crate) fn give(&mut self, address: *const u8, size_bytes: usize) {
        let size = size_bytes.next_multiple_of(ALIGN);
        let offset = address.addr() - self.start.addr();
        debug_assert!(offset + size <= self.next, "memory of this cache");
        self.stats.used_bytes -= size;
        let at = self.free.partition_point(|&(start, _)| start < offset);
        self.free.insert(at, (offset, size));
        if at + 1 < self.free.len() && offset + size == self.free[at + 1].0 {
            self.free[at].1 += self.free[at + 1].1;
            self.free.remove(at + 1);
        }
        if at > 0 && self.free[at - 1].0 + self.free[at - 1].1 == offset {
            self.free[at - 1].1 += self.free[at].1;
            self.free.remove(at);
        }
        if let Some(&(start, size)) = self.free.last()
            && start + size == self.next
        {
            self.next = start;
            self.free.pop();
        }
    }

    /// Writes code or a patch.
    pub(crate) fn write(&mut self, address: *const u8, bytes: &[u8]) {
        let offset = address.addr().wrapping_sub(self.start.addr());
        assert!(
            offset.saturating_add(bytes.len()) <= self.next,
            "writes stay inside the cache"
        );
        let to = self.start.wrapping_add(offset);
        // SAFETY: the range lies in the mapping, and by B2 no thread executes it.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len()) };
    }

    /// Reads code back, for dumps.
    pub(crate) fn read(&self, address: *const u8, length: usize) -> &[u8] {
        let offset = address.addr().wrapping_sub(self.start.addr());
        assert!(
            offset.saturating_add(length) <= self.next,
            "reads stay inside the cache"
        );
        // SAFETY: the range lies in the mapping, which only `write` changes.
        unsafe { std::slice::from_raw_parts(self.start.wrapping_add(offset), length) }
    }
}

impl Drop for CodeCache {
    fn drop(&mut self) {
        // SAFETY: the mapping was made by `new`; nothing runs in it any more.
        unsafe { libc::munmap(self.start.cast(), self.stats.capacity_bytes) };
    }
}

#[cfg(test)]
mod tests {
    use super::CodeCache;
    use crate::api::BackendError;

    #[test]
    fn freed_ranges_merge_and_are_reused() {
        let mut cache = CodeCache::new(64 << 10).unwrap();
        let a = cache.take(100).unwrap();
        let b = cache.take(100).unwrap();
        let c = cache.take(100).unwrap();
        let d = cache.take(16).unwrap();
        cache.give(a, 100);
        cache.give(c, 100);
        assert_eq!(cache.free.len(), 2);
        cache.give(b, 100);
        assert_eq!(cache.free, [(0, 336)]);
        assert_eq!(cache.take(300).unwrap(), a);
        cache.give(d, 16);
        cache.give(a, 300);
        assert_eq!((cache.next, cache.stats.used_bytes), (0, 0));
        assert!(cache.free.is_empty());
    }

    #[test]
    fn the_cap_is_hard() {
        let mut cache = CodeCache::new(64 << 10).unwrap();
        assert!(cache.take(60 << 10).is_ok());
        assert_eq!(cache.take(8 << 10), Err(BackendError::CacheFull));
    }
}
