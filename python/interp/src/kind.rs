//! Kinds of guest frames: what happens with the result when one returns.

/// The result goes to the caller's result register.
pub const PLAIN: u16 = 0;
/// `__init__` of a new object: the result must be None; the result register already holds the object.
pub const INIT: u16 = 1;
/// A generator resumed by a for loop: a yielded value goes to the result register; on return the loop ends.
pub const FOR_ITER: u16 = 2;
/// A generator resumed by `send` (`yield from`, `await`).
pub const SEND: u16 = 3;
/// A property getter, `__getattr__` and the like whose result is followed by a call: goes to the result register, the register after it is
/// unset.
pub const CALLABLE: u16 = 5;
/// A method whose result is dropped (`__setitem__`, property setters).
pub const DROP: u16 = 7;
