//! A small set-of-flags type, so that no crate is needed for one use.

/// Defines a set of flags as a transparent integer with named constants and set operations.
macro_rules! bitflags_lite {
    ($(#[$doc:meta])* pub struct $name:ident: $int:ty { $($(#[$row_doc:meta])* $row:ident = $value:expr;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
        pub struct $name(pub $int);
        impl $name {
            $($(#[$row_doc])* pub const $row: $name = $name($value);)*
            /// All of `other`'s flags are set.
            pub const fn contains(self, other: $name) -> bool { self.0 & other.0 == other.0 }
            /// Sets `other`'s flags.
            pub fn insert(&mut self, other: $name) { self.0 |= other.0; }
        }
        impl std::ops::BitOr for $name {
            type Output = $name;
            fn bitor(self, other: $name) -> $name { $name(self.0 | other.0) }
        }
    };
}
