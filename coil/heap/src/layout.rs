//! Layout descriptors: how the collector finds an object's size and its references.
//!
//! A language describes its object kinds at start-up in a [`LayoutTable`]; a header holds the index. Invariants:
//! * L1: the size by layout of a live object is at most what was allocated; it shrinks only through
//!   [`crate::Mutator::shrink`], because young memory is walked object by object.
//! * L2: a field named here holds 0, the bits of a `Value`, or the plain address of an object.

use coil_value::{LayoutId, Ref};

use crate::roots::Visitor;

/// Computes the size in bytes of the object at an address.
pub type SizeFn = unsafe fn(*const u8) -> usize;

/// Visits references of the object at an address that the descriptor cannot name.
pub type TraceFn = unsafe fn(*mut u8, &mut Visitor<'_>);

/// How the size of an object follows from its header and body.
#[derive(Clone, Copy, Debug)]
pub enum SizeRule {
    /// Always this many bytes, header included.
    Fixed(usize),
    /// `base + item_size * count`, the count being an `i64` in the body (negative counts as 0).
    Counted {
        /// Bytes before the items, header included.
        base: usize,
        /// Bytes of an item.
        item_size: usize,
        /// Where the count stands.
        count_offset: usize,
    },
    /// As computed by a function.
    Custom(SizeFn),
}

/// A field that points into the body of another object: to that object's address plus `adjust`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interior {
    /// Where the field stands.
    pub offset: usize,
    /// Distance from the start of the object pointed into.
    pub adjust: usize,
}

/// What the collector must do with objects of a layout besides tracing; the hooks come with weak references.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LayoutFlags {
    /// Objects hold weak references, which are processed at the end of a phase.
    pub weak: bool,
    /// Objects may have a finalizer.
    pub finalizable: bool,
}

/// Descriptor of one kind of object. The header's type pointer is always traced and need not be named.
#[derive(Clone, Debug)]
pub struct Layout {
    /// For diagnostics.
    pub name: &'static str,
    /// How large objects are.
    pub size: SizeRule,
    /// Offsets of fields that hold a value or nothing.
    pub refs: Vec<usize>,
    /// Fields that point into other objects.
    pub interiors: Vec<Interior>,
    /// Whether the items of a [`SizeRule::Counted`] layout are values.
    pub items_are_values: bool,
    /// Visits whatever else there is.
    pub trace: Option<TraceFn>,
    /// Special treatment.
    pub flags: LayoutFlags,
}

impl Layout {
    fn with_size(name: &'static str, size: SizeRule) -> Layout {
        Layout {
            name,
            size,
            refs: Vec::new(),
            interiors: Vec::new(),
            items_are_values: false,
            trace: None,
            flags: LayoutFlags::default(),
        }
    }

    /// Objects of `bytes` bytes, header included.
    #[must_use]
    pub fn fixed(name: &'static str, bytes: usize) -> Layout {
        Layout::with_size(name, SizeRule::Fixed(bytes))
    }

    /// Objects of `base` bytes and a counted number of items.
    #[must_use]
    pub fn counted(
        name: &'static str,
        base: usize,
        item_size: usize,
        count_offset: usize,
    ) -> Layout {
        Layout::with_size(
            name,
            SizeRule::Counted {
                base,
                item_size,
                count_offset,
            },
        )
    }

    /// Objects whose size a function computes.
    #[must_use]
    pub fn custom(name: &'static str, size: SizeFn) -> Layout {
        Layout::with_size(name, SizeRule::Custom(size))
    }

    /// Names fields that hold a value or nothing.
    #[must_use]
    pub fn refs(mut self, offsets: &[usize]) -> Layout {
        self.refs.extend_from_slice(offsets);
        self
    }

    /// Names a field that points `adjust` bytes into another object.
    #[must_use]
    pub fn interior(mut self, offset: usize, adjust: usize) -> Layout {
        self.interiors.push(Interior { offset, adjust });
        self
    }

    /// The counted items are values.
    #[must_use]
    pub fn values(mut self) -> Layout {
        self.items_are_values = true;
        self
    }

    /// Adds a tracing function.
    #[must_use]
    pub fn traced_by(mut self, trace: TraceFn) -> Layout {
        self.trace = Some(trace);
        self
    }
}

/// Storage of values: header, length at 16, items from 24. Stores remember exact slots.
pub const ARRAY_OF_VALUES: LayoutId = LayoutId(16);
/// Storage of bytes: header, length at 16, items from 24.
pub const ARRAY_OF_BYTES: LayoutId = LayoutId(17);
/// First id for [`LayoutTable::define`] and [`LayoutTable::register`].
pub const FIRST_FREE_LAYOUT: LayoutId = LayoutId(18);
/// Where the length of the two generic storage layouts stands.
pub const ARRAY_LENGTH: usize = 16;
/// Where the items of the two generic storage layouts start.
pub const ARRAY_ITEMS: usize = 24;

/// Fields in the first this many words of an object are found by a bit mask.
const MASK_WORDS: usize = 64;

/// A descriptor as the tracing loops read it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Compiled {
    /// Bit `i`: word `i` holds a value, an address or 0. Bit 1 is the type pointer.
    pub(crate) ref_mask: u64,
    /// Size, or size before the items.
    pub(crate) base: usize,
    /// Bytes of an item; 0 for fixed sizes.
    pub(crate) item_size: u32,
    /// Where the count stands.
    pub(crate) count_offset: u32,
    /// Items are values.
    pub(crate) items: bool,
    /// There are interior fields, far fields or a tracing function: see the full descriptor.
    pub(crate) slow: bool,
    /// Computes the size instead of the above.
    pub(crate) custom: Option<SizeFn>,
}

/// All layouts of a heap, fixed when the heap is made.
#[derive(Debug)]
pub struct LayoutTable {
    layouts: Vec<Option<Layout>>,
    compiled: Vec<Compiled>,
}

impl Default for LayoutTable {
    fn default() -> LayoutTable {
        LayoutTable::new()
    }
}

const UNDEFINED: Compiled = Compiled {
    ref_mask: 2,
    base: 16,
    item_size: 0,
    count_offset: 0,
    items: false,
    slow: false,
    custom: None,
};

impl LayoutTable {
    /// A table that holds the generic storage layouts only.
    #[must_use]
    pub fn new() -> LayoutTable {
        let mut table = LayoutTable {
            layouts: Vec::new(),
            compiled: Vec::new(),
        };
        table.define(
            ARRAY_OF_VALUES,
            Layout::counted("array of values", ARRAY_ITEMS, 8, ARRAY_LENGTH).values(),
        );
        table.define(
            ARRAY_OF_BYTES,
            Layout::counted("array of bytes", ARRAY_ITEMS, 1, ARRAY_LENGTH),
        );
        table
    }

    /// Adds a layout under the next free id.
    pub fn register(&mut self, layout: Layout) -> LayoutId {
        let id = u16::try_from(self.layouts.len())
            .map(LayoutId)
            .expect("fewer than 65536 layouts");
        self.define(id, layout);
        id
    }

    /// Adds a layout under an id of the caller's choice.
    pub fn define(&mut self, id: LayoutId, layout: Layout) {
        let index = usize::from(id.0);
        assert!(
            !id.is_foreign(),
            "layout {}: ids below 16 are foreign",
            layout.name
        );
        if self.layouts.len() <= index {
            self.layouts.resize(index + 1, None);
            self.compiled.resize(index + 1, UNDEFINED);
        }
        assert!(
            self.layouts[index].is_none(),
            "layout {} is defined twice",
            layout.name
        );
        self.compiled[index] = compile(&layout);
        self.layouts[index] = Some(layout);
    }

    /// The descriptor of an id.
    #[must_use]
    pub fn get(&self, id: LayoutId) -> Option<&Layout> {
        self.layouts.get(usize::from(id.0)).and_then(Option::as_ref)
    }

    /// The size in bytes, a multiple of 8, of an object on the heap.
    #[must_use]
    pub fn size_of(&self, object: Ref) -> usize {
        // SAFETY: a `Ref` is a live object.
        unsafe { object_size(self.compiled(object.layout().0), object.address()) }
    }

    #[inline(always)]
    pub(crate) fn compiled(&self, id: u16) -> &Compiled {
        &self.compiled[usize::from(id)]
    }

    pub(crate) fn compiled_ptr(&self) -> *const Compiled {
        self.compiled.as_ptr()
    }

    pub(crate) fn len(&self) -> usize {
        self.compiled.len()
    }
}

fn compile(layout: &Layout) -> Compiled {
    let (base, item_size, count_offset, custom) = match layout.size {
        SizeRule::Fixed(bytes) => (bytes, 0, 0, None),
        SizeRule::Counted {
            base,
            item_size,
            count_offset,
        } => {
            assert!(
                item_size > 0 && count_offset >= 16,
                "layout {}: bad count",
                layout.name
            );
            (base, item_size, count_offset, None)
        }
        SizeRule::Custom(size) => (0, 0, 0, Some(size)),
    };
    assert!(
        custom.is_some() || base >= 16,
        "layout {}: smaller than its header",
        layout.name
    );
    assert!(
        !layout.items_are_values || (item_size == 8 && base % 8 == 0),
        "layout {}: items that are values are 8 bytes, aligned",
        layout.name
    );
    let mut ref_mask = 2;
    let mut slow = layout.trace.is_some() || !layout.interiors.is_empty();
    for &offset in &layout.refs {
        assert!(
            offset % 8 == 0 && offset >= 16,
            "layout {}: bad field offset {offset}",
            layout.name
        );
        assert!(
            custom.is_some() || offset + 8 <= base,
            "layout {}: field {offset} is outside",
            layout.name
        );
        if offset / 8 < MASK_WORDS {
            ref_mask |= 1 << (offset / 8)
        } else {
            slow = true
        }
    }
    let narrow = |n: usize| u32::try_from(n).expect("layout sizes fit 32 bits");
    Compiled {
        ref_mask,
        base,
        item_size: narrow(item_size),
        count_offset: narrow(count_offset),
        items: layout.items_are_values,
        slow,
        custom,
    }
}

/// Offsets of fields too far for the mask.
pub(crate) fn far_refs(layout: &Layout) -> impl Iterator<Item = usize> + '_ {
    layout
        .refs
        .iter()
        .copied()
        .filter(|offset| offset / 8 >= MASK_WORDS)
}

/// The number of counted items, or 0.
///
/// # Safety
/// An object of this layout stands at `address`.
#[inline(always)]
pub(crate) unsafe fn item_count(layout: &Compiled, address: usize) -> usize {
    // SAFETY: the count lies in the body of the object.
    let count = unsafe { ((address + layout.count_offset as usize) as *const i64).read() };
    usize::try_from(count).unwrap_or(0)
}

/// The size of an object, rounded up to 8.
///
/// # Safety
/// An object of this layout stands at `address`.
#[inline(always)]
pub(crate) unsafe fn object_size(layout: &Compiled, address: usize) -> usize {
    let size = if let Some(custom) = layout.custom {
        // SAFETY: the caller says that the object has this layout.
        unsafe { custom(address as *const u8) }
    } else if layout.item_size == 0 {
        layout.base
    } else {
        // SAFETY: as above.
        let count = unsafe { item_count(layout, address) };
        layout
            .base
            .wrapping_add(count.wrapping_mul(layout.item_size as usize))
    };
    size.wrapping_add(7) & !7
}
