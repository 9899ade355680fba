//! The world of random traces: object kinds, fields, native functions, random numbers.

use crate::descriptor::{Access, Barrier, Call, Effects, Field, NewObject};
use crate::id::Ty;
use crate::interp::{Memory, Native};

/// A generator of random numbers (xorshift).
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// The generator of this seed.
    pub fn new(seed: u64) -> Rng {
        let mut rng = Rng(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        for _ in 0..4 {
            rng.bits();
        }
        rng
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        let limit = limit.max(1) as u64;
        usize::try_from((self.bits() >> 16) % limit).expect("below a usize")
    }

    /// True in `percent` of 100 cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of these.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        (!from.is_empty()).then(|| from[self.below(from.len())])
    }
}

/// The type pointer of most objects.
pub const TYPE: u64 = 0x1000;
/// Another type, of the same fields.
pub const TYPE_OTHER: u64 = 0x2000;
/// Every object: a header, the fields of [`field`], and eight items from byte 80 on.
pub const OBJECT: NewObject = NewObject {
    layout: 20,
    size_bytes: 144,
};

/// The fields of every object, and how items are accessed.
pub mod field {
    /// Type pointer.
    pub const TYPE: u32 = 0;
    /// Guest value.
    pub const VAL: u32 = 1;
    /// Another guest value of the same alias class.
    pub const VAL_OTHER: u32 = 2;
    /// Int.
    pub const INT: u32 = 3;
    /// Float.
    pub const FLOAT: u32 = 4;
    /// Reference to an object, never null.
    pub const REF: u32 = 5;
    /// Unsigned byte.
    pub const BYTE: u32 = 6;
    /// Signed 16 bits.
    pub const SHORT: u32 = 7;
    /// Int that never changes.
    pub const FIXED: u32 = 8;
    /// Items: guest values.
    pub const ITEMS: u32 = 9;
}

pub(super) fn fields() -> Vec<Field> {
    let field = |offset, access, alias| Field {
        offset,
        access,
        alias,
        immutable: alias == 8,
        barrier: match access {
            Access::Val | Access::Ref if offset > 8 => Barrier::Object,
            _ => Barrier::None,
        },
    };
    vec![
        field(8, Access::Ref, 9),
        field(16, Access::Val, 1),
        field(24, Access::Val, 1),
        field(32, Access::I64, 2),
        field(40, Access::F64, 3),
        field(48, Access::Ref, 4),
        field(56, Access::U8, 5),
        field(58, Access::I16, 5),
        field(64, Access::I64, 8),
        field(80, Access::Val, 6),
    ]
}

pub(super) mod call {
    pub(crate) const PURE: u32 = 0;
    pub(crate) const READS: u32 = 1;
    pub(crate) const WRITES: u32 = 2;
    pub(crate) const ANY: u32 = 3;
    pub(crate) const RAISES: u32 = 4;
    pub(crate) const FRAMES: u32 = 5;
}

pub(super) fn calls() -> Vec<Call> {
    let call = |name, function, params: &[Ty], result, effects| Call {
        name,
        function,
        params: params.to_vec(),
        result,
        effects,
        can_raise: name == "raises" || name == "frames",
        can_collect: effects == Effects::Any,
        sees_frames: name == "frames",
    };
    vec![
        call("pure", 0x10, &[Ty::Int, Ty::Int], Ty::Int, Effects::Pure),
        call("reads", 0x20, &[Ty::Ref], Ty::Int, Effects::Reads),
        call(
            "writes",
            0x30,
            &[Ty::Ref, Ty::Int],
            Ty::Void,
            Effects::Writes(2),
        ),
        call("any", 0x40, &[Ty::Val], Ty::Val, Effects::Any),
        call(
            "raises",
            0x50,
            &[Ty::Float, Ty::Ref],
            Ty::Float,
            Effects::Any,
        ),
        call("frames", 0x60, &[], Ty::Void, Effects::Any),
    ]
}

/// What the native functions of random traces do. It depends on their operands and on memory alone, so that a call that is not made (because its
/// result is not used and it has no effect) changes nothing.
pub fn natives(call: &Call, args: &[u64], memory: &mut Memory) -> Native {
    let result = |result| Native {
        result,
        raised: false,
    };
    let object = memory.objects()[0].address;
    let at = |number: u32| u64::from(fields()[number as usize].offset.unsigned_abs());
    let mut touch = |object: u64, by: u64| {
        let place = object + at(field::INT);
        let old = memory.load(place, Access::I64).unwrap_or(0);
        let new = old.wrapping_mul(3).wrapping_add(by & 0xFFF) & 0xFFFF;
        let _ = memory.store(place, Access::I64, new);
        new
    };
    match call.name {
        "pure" => result(args[0].wrapping_mul(5).wrapping_add(args[1]) % 1000),
        "reads" => result(
            memory
                .load(args[0] + at(field::INT), Access::I64)
                .unwrap_or(0),
        ),
        "writes" => {
            touch(args[0], args[1]);
            result(0)
        }
        "any" => {
            let new = touch(object, 1);
            let boxed = memory.box_int(new);
            let _ = memory.store(object + at(field::VAL), Access::Val, boxed);
            result(if new % 8 == 7 { args[0] } else { boxed })
        }
        "raises" => {
            let new = touch(object, 2);
            touch(args[1], 3);
            Native {
                result: f64::from_bits(args[0]).floor().to_bits(),
                raised: new % 61 == 60,
            }
        }
        _ => {
            touch(object, 4);
            result(0)
        }
    }
}
