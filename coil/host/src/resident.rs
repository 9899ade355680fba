//! Giving back resident memory that start-up alone needed: pages of the program and its libraries, free memory of malloc.
//!
//! Parser, compiler and the set-up of builtin types touch most of the program's pages once. They are clean pages of files:
//! dropping them costs nothing, and those that are needed again come back from the page cache, 16 at a time.

use std::ffi::{c_int, c_void};

/// The system's page size as far as segments are concerned: a multiple of the real one would do as well.
const PAGE: usize = 4 << 10;

/// Tags of the dynamic section that tell of relocated text.
const DT_NULL: u64 = 0;
const DT_TEXTREL: u64 = 22;
const DT_FLAGS: u64 = 30;
const DF_TEXTREL: u64 = 4;

/// Gives back all that this module knows of.
pub fn give_back() {
    give_back_files();
    give_back_malloc();
}

/// Drops the pages of read-only segments of the program and of its libraries.
pub fn give_back_files() {
    // SAFETY: the callback is the one below, which takes no data.
    unsafe { libc::dl_iterate_phdr(Some(object), std::ptr::null_mut()) };
}

/// Gives free memory of malloc back.
pub fn give_back_malloc() {
    // SAFETY: malloc_trim may be called at any time.
    #[cfg(target_env = "gnu")]
    unsafe {
        libc::malloc_trim(0)
    };
}

extern "C" fn object(info: *mut libc::dl_phdr_info, _size: usize, _data: *mut c_void) -> c_int {
    // SAFETY: the loader calls this with a description of a loaded object.
    let info = unsafe { &*info };
    if info.dlpi_phdr.is_null() {
        return 0;
    }
    // SAFETY: the loader says how many headers stand there.
    let headers = unsafe { std::slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum.into()) };
    let base = info.dlpi_addr as usize;
    if headers.iter().any(|header| relocates_text(base, header)) {
        return 0;
    }
    for header in headers {
        if header.p_type != libc::PT_LOAD || header.p_flags & libc::PF_W != 0 {
            continue;
        }
        // Whole pages of this segment only: the first and the last may be shared with a neighbour.
        let start = (base + header.p_vaddr as usize).next_multiple_of(PAGE);
        let end = (base + header.p_vaddr as usize + header.p_filesz as usize) / PAGE * PAGE;
        if start < end {
            // SAFETY: nobody wrote to these private pages of a file, so that they read as before.
            unsafe {
                libc::madvise(
                    std::ptr::with_exposed_provenance_mut(start),
                    end - start,
                    libc::MADV_DONTNEED,
                )
            };
        }
    }
    0
}

/// Whether a header is that of a dynamic section which says that read-only segments were written to by the loader.
fn relocates_text(base: usize, header: &libc::Elf64_Phdr) -> bool {
    if header.p_type != libc::PT_DYNAMIC {
        return false;
    }
    let mut entry = std::ptr::with_exposed_provenance::<[u64; 2]>(base + header.p_vaddr as usize);
    loop {
        // SAFETY: a dynamic section is a row of pairs that ends with a null tag.
        let [tag, value] = unsafe { entry.read() };
        match tag {
            DT_NULL => return false,
            DT_TEXTREL => return true,
            DT_FLAGS if value & DF_TEXTREL != 0 => return true,
            _ => {}
        }
        entry = entry.wrapping_add(1);
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_program_goes_on_without_its_pages() {
        let before: Vec<String> = std::env::args().collect();
        super::give_back();
        assert_eq!(before, std::env::args().collect::<Vec<_>>());
    }
}
