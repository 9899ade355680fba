//! Calls of plain native functions from handlers.

use crate::machine::Machine;
use coil_trace::{Effects, Ty};

/// A native function that machines treat as a black box: `extern "C" fn(*mut Context, args...) -> result`.
#[derive(Debug)]
pub struct Opaque {
    /// For dumps and counters.
    pub name: &'static str,
    /// Its address.
    pub function: *const (),
    /// Types of its arguments, the context not counted.
    pub params: &'static [Ty],
    /// Type of its result. A raising function gives 0.
    pub result: Ty,
    /// What it may do.
    pub effects: Effects,
    /// May leave an exception pending.
    pub can_raise: bool,
    /// May collect garbage.
    pub can_collect: bool,
    /// May look at frames or run guest code.
    pub sees_frames: bool,
}

// SAFETY: the pointer is the address of a function.
unsafe impl Sync for Opaque {}

impl Opaque {
    /// A function that may do anything: collect, raise, look at frames, run guest code.
    pub const fn any(
        name: &'static str,
        function: *const (),
        params: &'static [Ty],
        result: Ty,
    ) -> Opaque {
        Opaque {
            name,
            function,
            params,
            result,
            effects: Effects::Any,
            can_raise: true,
            can_collect: true,
            sees_frames: true,
        }
    }

    /// A function whose result depends on its arguments alone; it neither raises nor collects.
    pub const fn pure(
        name: &'static str,
        function: *const (),
        params: &'static [Ty],
        result: Ty,
    ) -> Opaque {
        Opaque {
            name,
            function,
            params,
            result,
            effects: Effects::Pure,
            can_raise: false,
            can_collect: false,
            sees_frames: false,
        }
    }

    /// A function that reads memory but changes none that handlers see, may allocate and may raise, and runs no guest code.
    pub const fn reads(
        name: &'static str,
        function: *const (),
        params: &'static [Ty],
        result: Ty,
    ) -> Opaque {
        Opaque {
            name,
            function,
            params,
            result,
            effects: Effects::Reads,
            can_raise: true,
            can_collect: true,
            sees_frames: false,
        }
    }

    /// A function that writes memory of one alias class, may allocate and may raise, and runs no guest code.
    pub const fn writes(
        name: &'static str,
        function: *const (),
        params: &'static [Ty],
        result: Ty,
        alias: u32,
    ) -> Opaque {
        Opaque {
            effects: Effects::Writes(alias),
            ..Opaque::reads(name, function, params, result)
        }
    }

    /// A function that writes memory of two alias classes, may allocate and may raise, and runs no guest code.
    pub const fn writes_both(
        name: &'static str,
        function: *const (),
        params: &'static [Ty],
        result: Ty,
        (alias, other): (u32, u32),
    ) -> Opaque {
        Opaque {
            effects: Effects::WritesBoth(alias, other),
            ..Opaque::reads(name, function, params, result)
        }
    }
}

/// An argument of an opaque call.
#[derive(Debug)]
pub enum Arg<M: Machine> {
    /// An integer.
    Int(M::Int),
    /// A double.
    Float(M::Float),
    /// A guest value or unset.
    Val(M::Val),
    /// A reference.
    Ref(M::Ref),
}

impl<M: Machine> Clone for Arg<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: Machine> Copy for Arg<M> {}
