//! The order in which an exit's values are numbered.
//!
//! A leaf is a value of the trace that an exit needs. They are numbered: the slots in order (a slot that names a virtual object
//! has no leaf of its own), then for each virtual object in order its type pointer and its fields in order (again without those
//! that name virtual objects). Both the locations of an exit site and the `inputs` of a bridge go by these numbers.

use coil_trace::{Exit, ExitValue, Id};

/// Where a leaf belongs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LeafPlace {
    /// Index into `Exit::slots`.
    Slot(usize),
    /// The type pointer of a virtual object.
    Type(usize),
    /// Virtual object and index into its `fields`.
    Field(usize, usize),
}

/// One value that an exit needs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Leaf {
    /// Where it belongs.
    pub place: LeafPlace,
    /// What it is; never `ExitValue::Virtual`.
    pub value: ExitValue,
}

impl Leaf {
    /// The value of the trace.
    pub fn id(self) -> Id {
        match self.value {
            ExitValue::Plain(id)
            | ExitValue::BoxInt(id)
            | ExitValue::BoxFloat(id)
            | ExitValue::BoxRef(id) => id,
            ExitValue::Virtual(_) => Id::NONE,
        }
    }
}

/// The leaves of an exit, in order.
pub fn leaves(exit: &Exit) -> impl Iterator<Item = Leaf> + '_ {
    let slots = exit.slots.iter().enumerate().map(|(at, &(_, value))| Leaf {
        place: LeafPlace::Slot(at),
        value,
    });
    let virtuals = exit.virtuals.iter().enumerate().flat_map(|(at, object)| {
        let fields = object.fields.iter().enumerate();
        std::iter::once(Leaf {
            place: LeafPlace::Type(at),
            value: ExitValue::Plain(object.ty),
        })
        .chain(fields.map(move |(field, &(_, value))| Leaf {
            place: LeafPlace::Field(at, field),
            value,
        }))
    });
    slots
        .chain(virtuals)
        .filter(|leaf| !matches!(leaf.value, ExitValue::Virtual(_)))
}

/// How many leaves an exit has.
pub fn leaf_count(exit: &Exit) -> usize {
    leaves(exit).count()
}
