//! The header's words as machine code writes them.

use super::*;

#[test]
fn the_first_word_sets_count_and_layout_only() {
    let id = LayoutId(0x1234);
    let header = Header::new(id, 0);
    // SAFETY: the header is 16 bytes, aligned to 8.
    unsafe {
        (&raw const header)
            .cast_mut()
            .cast::<u64>()
            .write(Header::first_word(id))
    };
    // SAFETY: a live header.
    let object = unsafe { Ref::from_ptr((&raw const header).cast_mut()) };
    assert_eq!(object.header().refcnt.load(Relaxed), refcount::OWNED);
    assert_eq!(object.layout(), id);
    assert_eq!(object.gc_flags(), 0);
    assert_eq!(object.header().lang_flags.load(Relaxed), 0);
    assert_eq!(object.ty(), None);
}

#[test]
fn ids_below_sixteen_are_foreign() {
    assert!(LayoutId(0).is_foreign() && LayoutId(5).is_foreign() && LayoutId(15).is_foreign());
    assert!(!LayoutId(16).is_foreign());
}

#[test]
fn the_owned_count_lies_in_its_range() {
    const { assert!(refcount::OWNED_START < refcount::OWNED && refcount::OWNED < refcount::OWNED_END) };
    const { assert!(refcount::IMMORTAL >= refcount::OWNED_END) };
}
