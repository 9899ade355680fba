//! Kinds of guest frames: what happens with the result when one returns.

/// The result goes to the caller's result register.
pub const PLAIN: u16 = 0;
/// `__init__` of a new object: the result must be None; the result register already holds the object.
pub const INIT: u16 = coil_frame::FrameRecord::INIT;
/// A generator resumed by a for loop: a yielded value goes to the result register; on return the loop ends.
pub const FOR_ITER: u16 = 2;
/// A generator resumed by `send` (`yield from`, `await`).
pub const SEND: u16 = 3;
/// A property getter, `__getattr__` and the like whose result is followed by a call: goes to the result register, the register after it is
/// unset.
pub const CALLABLE: u16 = 5;
/// A method whose result is dropped (`__setitem__`, property setters).
pub const DROP: u16 = 7;
/// As [`FOR_ITER`] for the end of a chain of delegating generators, resumed in the place of the chain's beginning: when it returns or raises,
/// the generator that delegates to it goes on.
pub const FOR_ITER_LINK: u16 = 8;
/// As [`SEND`], in the same way.
pub const SEND_LINK: u16 = 9;
/// The left operand's method of an operator or comparison: a value other than NotImplemented goes to the result register.
pub const BINARY: u16 = 10;
/// The same of a comparison that is jumped on.
pub const COMPARE_JUMP: u16 = 11;
/// A `__contains__`: whether its result is true goes to the result register.
pub const CONTAINS: u16 = 12;

/// The kind of frame of a chain's beginning, by that of its end.
pub(crate) fn of_beginning(kind: u16) -> u16 {
    match kind {
        FOR_ITER_LINK => FOR_ITER,
        SEND_LINK => SEND,
        kind => kind,
    }
}

/// A frame of this kind runs a generator in the place of the beginning of its chain.
pub(crate) fn is_link(kind: u16) -> bool {
    matches!(kind, FOR_ITER_LINK | SEND_LINK)
}
