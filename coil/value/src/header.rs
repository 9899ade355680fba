//! [`Header`]: the first 16 bytes of every object, and [`Ref`], a pointer to one.
//!
//! The layout is CPython 3.14's object head as an unmodified C extension sees it: a reference count in bytes
//! 0-3 and the type in bytes 8-15. Bytes 4-7 are Coil's. Older extensions read and write bytes 0-7 as one word,
//! so byte 4 holds only flags for which a lost update does no harm; mark bits live aside, in the collector.

use std::fmt;
use std::num::NonZeroU64;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering::Relaxed};

/// Values of the reference count field as C sees it.
pub mod refcount {
    /// What a fresh object that Coil owns starts with: C may add and drop many references around it.
    pub const OWNED: u32 = 1 << 29;
    /// Counts from here to [`OWNED_END`] belong to objects that Coil owns.
    pub const OWNED_START: u32 = 1 << 28;
    /// End (exclusive) of the counts of objects that Coil owns.
    pub const OWNED_END: u32 = 1 << 30;
    /// The count of an object that never dies; C does not change it.
    pub const IMMORTAL: u32 = 0xC000_0000;
}

/// Flags in byte 4 of the header.
pub mod flags {
    /// An old object that no remembered set holds yet: a store of a reference must call the write barrier.
    pub const UNLOGGED: u8 = 1;
    /// C has seen this container: stores go through the barrier's slow path for ever.
    pub const EXPORTED: u8 = 2;
    /// The address was handed out (`id()`, C, machine code): the object never moves.
    pub const PINNED: u8 = 4;
    /// The object survived a collection, or was allocated old.
    pub const OLD: u8 = 8;
    /// What the one instruction of the write barrier tests.
    pub const BARRIER: u8 = UNLOGGED | EXPORTED;
}

macro_rules! header_fields {
    ($($(#[$doc:meta])* $field:ident / $const:ident: $type:ty = $offset:literal;)*) => {
        /// The first 16 bytes of every object.
        ///
        /// Several threads and C may touch the fields, so they are atomics; relaxed loads and stores compile to
        /// plain ones.
        #[repr(C)]
        #[derive(Debug)]
        pub struct Header {
            $($(#[$doc])* pub $field: $type,)*
        }

        /// Byte offsets in the header, for machine code.
        pub mod offsets {
            $($(#[$doc])* pub const $const: usize = $offset;)*
            /// Size of the header; the body of an object starts here.
            pub const BODY: usize = 16;
            /// Every offset by name.
            pub const ALL: &[(&str, usize)] = &[$((stringify!($const), $const),)* ("BODY", BODY)];
        }

        const _: () = {
            $(assert!(std::mem::offset_of!(Header, $field) == $offset);)*
            assert!(size_of::<Header>() == offsets::BODY);
        };
    };
}

header_fields! {
    /// Reference count as C sees it; see the module `refcount`.
    refcnt / REFCOUNT: AtomicU32 = 0;
    /// Collector flags; see the module `flags`.
    gc_flags / GC_FLAGS: AtomicU8 = 4;
    /// Flags of the guest language and of transactions.
    lang_flags / LANG_FLAGS: AtomicU8 = 5;
    /// Layout id: how the collector reads the object.
    layout / LAYOUT: AtomicU16 = 6;
    /// The type of the object, 0 for untyped storage; while the object moves: its new address plus 1.
    ty / TYPE: AtomicU64 = 8;
}

impl Header {
    /// A header for an object that Coil owns.
    #[must_use]
    pub const fn new(layout: LayoutId, ty: u64) -> Header {
        Header {
            refcnt: AtomicU32::new(refcount::OWNED),
            gc_flags: AtomicU8::new(0),
            lang_flags: AtomicU8::new(0),
            layout: AtomicU16::new(layout.0),
            ty: AtomicU64::new(ty),
        }
    }

    /// A header for a static object outside the heap, whose type is filled in at start-up.
    #[must_use]
    pub const fn immortal(layout: LayoutId) -> Header {
        Header {
            refcnt: AtomicU32::new(refcount::IMMORTAL),
            gc_flags: AtomicU8::new(0),
            lang_flags: AtomicU8::new(0),
            layout: AtomicU16::new(layout.0),
            ty: AtomicU64::new(0),
        }
    }

    /// Bytes 0-7 of a fresh object of this layout, for one 64-bit store.
    #[inline(always)]
    #[must_use]
    pub const fn first_word(layout: LayoutId) -> u64 {
        refcount::OWNED as u64 | (layout.0 as u64) << 48
    }
}

/// Index of the layout descriptor by which the collector reads an object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(transparent)]
pub struct LayoutId(pub u16);

impl LayoutId {
    /// First id of an object on the heap; below, objects are foreign: statics of the binary or of C extensions.
    pub const FIRST: LayoutId = LayoutId(16);
    /// The id of statics of the binary; all ids below [`LayoutId::FIRST`] mean the same.
    pub const FOREIGN: LayoutId = LayoutId(0);

    /// Whether objects with this id stand outside the heap and are never traced.
    #[inline(always)]
    #[must_use]
    pub const fn is_foreign(self) -> bool {
        self.0 < LayoutId::FIRST.0
    }
}

/// A pointer to a live object.
///
/// Equality is identity. The collector moves young objects: a `Ref` held in Rust across an allocation stays
/// valid only because the native stack is scanned conservatively, which keeps the object in place.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Ref(NonNull<Header>);

impl Ref {
    /// The object at this address.
    ///
    /// # Safety
    /// `address` points at the header of a live object and is below `2^49`.
    #[inline(always)]
    #[must_use]
    pub const unsafe fn from_ptr(address: *mut Header) -> Ref {
        // SAFETY: the caller says that a header stands there, so the pointer is not null.
        Ref(unsafe { NonNull::new_unchecked(address) })
    }

    /// The object at this address; 0 is none.
    ///
    /// # Safety
    /// `address` is 0, or as [`Ref::from_ptr`].
    #[inline(always)]
    #[must_use]
    pub const unsafe fn from_address(address: u64) -> Option<Ref> {
        match NonNull::new(std::ptr::with_exposed_provenance_mut(address as usize)) {
            Some(pointer) => Some(Ref(pointer)),
            None => None,
        }
    }

    /// The object at this non-zero address.
    ///
    /// # Safety
    /// As [`Ref::from_ptr`].
    #[inline(always)]
    #[must_use]
    pub(crate) unsafe fn from_bits(bits: NonZeroU64) -> Ref {
        // SAFETY: the bits are not zero, so neither is the pointer.
        Ref(unsafe {
            NonNull::new_unchecked(std::ptr::with_exposed_provenance_mut(bits.get() as usize))
        })
    }

    /// The address as non-zero bits.
    #[inline(always)]
    pub(crate) fn non_zero_bits(self) -> NonZeroU64 {
        // SAFETY: a non-null pointer has a non-zero address.
        unsafe { NonZeroU64::new_unchecked(self.0.as_ptr().expose_provenance() as u64) }
    }

    /// The address of the object.
    #[inline(always)]
    #[must_use]
    pub fn address(self) -> usize {
        self.0.as_ptr().expose_provenance()
    }

    /// The object as a raw pointer to its header.
    #[inline(always)]
    #[must_use]
    pub const fn as_ptr(self) -> *mut Header {
        self.0.as_ptr()
    }

    /// A raw pointer `offset` bytes into the object.
    #[inline(always)]
    #[must_use]
    pub const fn field_ptr<T>(self, offset: usize) -> *mut T {
        self.0.as_ptr().cast::<u8>().wrapping_add(offset).cast()
    }

    /// The object's header.
    #[inline(always)]
    #[must_use]
    pub fn header<'a>(self) -> &'a Header {
        // SAFETY: a `Ref` points at the header of a live object; the fields are atomics.
        unsafe { self.0.as_ref() }
    }

    /// The layout id.
    #[inline(always)]
    #[must_use]
    pub fn layout(self) -> LayoutId {
        LayoutId(self.header().layout.load(Relaxed))
    }

    /// The flags in byte 4.
    #[inline(always)]
    #[must_use]
    pub fn gc_flags(self) -> u8 {
        self.header().gc_flags.load(Relaxed)
    }

    /// The type pointer as an address, 0 for untyped storage.
    #[inline(always)]
    #[must_use]
    pub fn ty_bits(self) -> u64 {
        self.header().ty.load(Relaxed)
    }

    /// The type of the object; none for untyped storage.
    #[inline(always)]
    #[must_use]
    pub fn ty(self) -> Option<Ref> {
        // SAFETY: the type pointer of a live object is 0 or the address of a live type object.
        unsafe { Ref::from_address(self.ty_bits()) }
    }
}

impl fmt::Debug for Ref {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ref({:p})", self.0)
    }
}

#[cfg(test)]
mod tests;
