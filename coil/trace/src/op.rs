//! table: the trace ops, one row each.
//!
//! A row: doc comment, Rust name, text name, number of operands, result type, effect class. Whether an op has a descriptor
//! (`Inst::extra`) and a snapshot is said by [`Op::descriptor`] and [`Op::has_snapshot`].

use crate::id::Ty;

/// What executing an op may do besides computing its result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Nothing: may be folded, shared, moved up to where its operands are known, and dropped when unused.
    Pure,
    /// Reads memory.
    Load,
    /// Writes memory.
    Store,
    /// Leaves the trace when its condition does not hold.
    Guard,
    /// Calls a native function; its `Call` descriptor says what that may do.
    Call,
    /// Makes an object.
    Alloc,
    /// An input or a phi: defined by where it stands.
    Input,
}

/// What `Inst::extra` refers to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DescriptorKind {
    /// Unused, 0.
    None,
    /// A plain number (input index, phi index).
    Number,
    /// `Trace::fields`.
    Field,
    /// `Trace::calls`.
    Call,
    /// `Trace::news`.
    New,
}

/// Calls `$go!` with all rows of the table.
#[macro_export]
macro_rules! for_each_trace_op {
    ($go:ident) => {
        $go! {
            // ---- inputs; extra = index into `Trace::inputs`
            /// The int of an input (a bridge starts from raw numbers of its parent).
            InputInt "input_int" 0 Int Input;
            /// The float of an input.
            InputFloat "input_float" 0 Float Input;
            /// The boxed value of an input: a register of the guest window, or a value of the parent's exit.
            InputVal "input_val" 0 Val Input;
            /// The reference of an input.
            InputRef "input_ref" 0 Ref Input;
            /// Label parameter (only in compiled form, directly after a label). extra = index of the parameter.
            PhiInt "phi_int" 0 Int Input;
            /// Label parameter.
            PhiFloat "phi_float" 0 Float Input;
            /// Label parameter.
            PhiVal "phi_val" 0 Val Input;
            /// Label parameter.
            PhiRef "phi_ref" 0 Ref Input;
            // ---- ints
            /// Wrapping addition.
            IntAdd "int_add" 2 Int Pure;
            /// Wrapping subtraction.
            IntSub "int_sub" 2 Int Pure;
            /// Wrapping multiplication.
            IntMul "int_mul" 2 Int Pure;
            /// Wrapping addition; `guard_no_ovf` or `guard_ovf` on it is the very next instruction.
            IntAddOvf "int_add_ovf" 2 Int Pure;
            /// Wrapping subtraction; `guard_no_ovf` or `guard_ovf` on it is the very next instruction.
            IntSubOvf "int_sub_ovf" 2 Int Pure;
            /// Wrapping multiplication; `guard_no_ovf` or `guard_ovf` on it is the very next instruction.
            IntMulOvf "int_mul_ovf" 2 Int Pure;
            /// Quotient rounded to minus infinity; the divisor is neither 0 nor (dividend = MIN and -1), which guards before it ensure.
            IntFloorDiv "int_floordiv" 2 Int Pure;
            /// Remainder with the divisor's sign; same conditions.
            IntFloorMod "int_floormod" 2 Int Pure;
            /// Quotient rounded to zero; same conditions.
            IntTruncDiv "int_truncdiv" 2 Int Pure;
            /// Remainder with the dividend's sign; same conditions.
            IntTruncMod "int_truncmod" 2 Int Pure;
            /// Bitwise and.
            IntAnd "int_and" 2 Int Pure;
            /// Bitwise or.
            IntOr "int_or" 2 Int Pure;
            /// Bitwise exclusive or.
            IntXor "int_xor" 2 Int Pure;
            /// Shift left; the count is within 0..=63.
            IntShl "int_shl" 2 Int Pure;
            /// Arithmetic shift right; the count is within 0..=63.
            IntShr "int_shr" 2 Int Pure;
            /// Logical shift right; the count is within 0..=63.
            IntUshr "int_ushr" 2 Int Pure;
            /// Wrapping negation.
            IntNeg "int_neg" 1 Int Pure;
            /// Bitwise complement.
            IntNot "int_not" 1 Int Pure;
            /// `a < b`.
            IntLt "int_lt" 2 Bool Pure;
            /// `a <= b`.
            IntLe "int_le" 2 Bool Pure;
            /// `a == b`.
            IntEq "int_eq" 2 Bool Pure;
            /// `a != b`.
            IntNe "int_ne" 2 Bool Pure;
            /// `a < b`, unsigned.
            IntUlt "int_ult" 2 Bool Pure;
            /// `a <= b`, unsigned.
            IntUle "int_ule" 2 Bool Pure;
            /// The bool as an int.
            BoolToInt "bool_to_int" 1 Int Pure;
            /// Not.
            BoolNot "bool_not" 1 Bool Pure;
            /// Whether the int fits an inline guest value (49 bits).
            IntFits "int_fits" 1 Bool Pure;
            // ---- floats
            /// Nearest double.
            IntToFloat "int_to_float" 1 Float Pure;
            /// Truncation to zero; the value is finite and in range, which guards before it ensure.
            FloatToInt "float_to_int" 1 Int Pure;
            /// The double's bits.
            FloatToBits "float_to_bits" 1 Int Pure;
            /// The double with these bits.
            FloatFromBits "float_from_bits" 1 Float Pure;
            /// Addition.
            FloatAdd "float_add" 2 Float Pure;
            /// Subtraction.
            FloatSub "float_sub" 2 Float Pure;
            /// Multiplication.
            FloatMul "float_mul" 2 Float Pure;
            /// Division (IEEE; by zero too).
            FloatDiv "float_div" 2 Float Pure;
            /// Sign flipped.
            FloatNeg "float_neg" 1 Float Pure;
            /// Sign cleared.
            FloatAbs "float_abs" 1 Float Pure;
            /// Square root (IEEE).
            FloatSqrt "float_sqrt" 1 Float Pure;
            /// `a < b`, false for NaN.
            FloatLt "float_lt" 2 Bool Pure;
            /// `a <= b`, false for NaN.
            FloatLe "float_le" 2 Bool Pure;
            /// `a == b`, false for NaN.
            FloatEq "float_eq" 2 Bool Pure;
            /// `a != b`, true for NaN.
            FloatNe "float_ne" 2 Bool Pure;
            // ---- boxed values
            /// Is an inline int. True of every `box_int` by definition, whatever its size.
            IsInt "is_int" 1 Bool Pure;
            /// Is an inline float. True of every `box_float` by definition, NaN too.
            IsFloat "is_float" 1 Bool Pure;
            /// Is a reference to an object: not of an unset register, which is null.
            IsRef "is_ref" 1 Bool Pure;
            /// The int of a value known to be `is_int`.
            UnboxInt "unbox_int" 1 Int Pure;
            /// The float of a value known to be `is_float`.
            UnboxFloat "unbox_float" 1 Float Pure;
            /// The float of a value that is an inline float, else a NaN: inline floats are none.
            UnboxOrNan "unbox_or_nan" 1 Float Pure;
            /// The reference of a value known to be `is_ref`.
            UnboxRef "unbox_ref" 1 Ref Pure;
            /// The guest value of an int: inline when it fits 49 bits, else a heap object. Needs no snapshot; may collect.
            BoxInt "box_int" 1 Val Pure;
            /// The guest value of a float: inline, a heap object for NaN. May collect.
            BoxFloat "box_float" 1 Val Pure;
            /// The guest value of a reference: the same bits.
            BoxRef "box_ref" 1 Val Pure;
            /// Same bits.
            ValEq "val_eq" 2 Bool Pure;
            /// Same address.
            RefEq "ref_eq" 2 Bool Pure;
            // ---- guards
            /// Goes on only if `a` is 1.
            GuardTrue "guard_true" 1 Void Guard;
            /// Goes on only if `a` is 0.
            GuardFalse "guard_false" 1 Void Guard;
            /// Goes on only if the `_ovf` instruction just before did not overflow.
            GuardNoOvf "guard_no_ovf" 1 Void Guard;
            /// Goes on only if the `_ovf` instruction just before overflowed.
            GuardOvf "guard_ovf" 1 Void Guard;
            /// Goes on only if int `a` equals the constant `b`; from then on `a` is that constant.
            GuardInt "guard_int" 2 Void Guard;
            /// Goes on only if value `a` has the bits of the constant `b`.
            GuardVal "guard_val" 2 Void Guard;
            /// Goes on only if reference `a` is the constant `b`.
            GuardRef "guard_ref" 2 Void Guard;
            /// Goes on only if no exception is pending (`Context::pending` is 0). Directly after a call that can raise.
            GuardNoRaise "guard_no_raise" 0 Void Guard;
            /// Goes on only if an exception is pending (recorded when the call raised).
            GuardRaise "guard_raise" 0 Void Guard;
            /// Safepoint poll: goes on only if `Context::events` is 0 (collection wanted, signal, this trace invalidated, frames forced).
            GuardNoEvent "guard_no_event" 0 Void Guard;
            // ---- memory; extra = field
            /// `*(a + field.offset)` as an int (narrow accesses extend by the field's signedness).
            LoadInt "load_int" 1 Int Load;
            /// As a float.
            LoadFloat "load_float" 1 Float Load;
            /// As a guest value (0 = unset).
            LoadVal "load_val" 1 Val Load;
            /// As a reference.
            LoadRef "load_ref" 1 Ref Load;
            /// `*(a + field.offset + b * size)` as an int.
            LoadItemInt "load_item_int" 2 Int Load;
            /// As a float.
            LoadItemFloat "load_item_float" 2 Float Load;
            /// As a guest value.
            LoadItemVal "load_item_val" 2 Val Load;
            /// As a reference.
            LoadItemRef "load_item_ref" 2 Ref Load;
            /// `*(a + field.offset) = b`; value and reference fields with a barrier run it unless the object is known fresh.
            Store "store" 2 Void Store;
            /// `*(a + field.offset + b * size) = c`, with the slot-log barrier where the field has one.
            StoreItem "store_item" 3 Void Store;
            /// The address `a + b` (a derived pointer; conservative scanning keeps its object).
            RefAdd "ref_add" 2 Ref Pure;
            /// The address of the first register of the trace's root window.
            WindowBase "window_base" 0 Ref Pure;
            /// The address as an int.
            RefToInt "ref_to_int" 1 Int Pure;
            /// The int as an address.
            IntToRef "int_to_ref" 1 Ref Pure;
            // ---- objects; extra = new
            /// A new object of fixed size with its header written (type pointer = `a`) and all other bytes zero. May collect;
            /// when memory is refused the trace leaves by the snapshot, before the allocation.
            New "new" 1 Ref Alloc;
            // ---- calls; extra = call; operands in `Trace::call_args`
            /// Calls a native function for an int.
            CallInt "call_int" 0 Int Call;
            /// For a float.
            CallFloat "call_float" 0 Float Call;
            /// For a guest value.
            CallVal "call_val" 0 Val Call;
            /// For a reference.
            CallRef "call_ref" 0 Ref Call;
            /// For nothing.
            CallVoid "call_void" 0 Void Call;
            // ---- misc; extra = slot (as i32)
            /// Writes value `a` to a register of the root frame's window in memory, by slot counted from its first register. The optimiser
            /// emits it before a link, for registers that the target does not carry.
            StoreSlot "store_slot" 1 Void Store;
            /// Nothing (an instruction the optimiser took out).
            Nop "nop" 0 Void Pure;
        }
    };
}

macro_rules! define {
    ($($(#[$doc:meta])* $name:ident $text:literal $arity:literal $ty:ident $effect:ident;)*) => {
        /// A trace op.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[repr(u8)]
        pub enum Op { $($(#[$doc])* $name),* }

        impl Op {
            /// All ops.
            pub const ALL: &[Op] = &[$(Op::$name),*];

            /// Name in the text form.
            pub fn text(self) -> &'static str {
                match self { $(Op::$name => $text),* }
            }

            /// Number of operands in `Inst::args` (calls keep theirs aside).
            pub fn arity(self) -> usize {
                match self { $(Op::$name => $arity),* }
            }

            /// Type of the result.
            pub fn ty(self) -> Ty {
                match self { $(Op::$name => Ty::$ty),* }
            }

            /// Effect class.
            pub fn effect(self) -> Effect {
                match self { $(Op::$name => Effect::$effect),* }
            }
        }
    };
}
for_each_trace_op!(define);

impl Op {
    /// What `Inst::extra` means.
    pub fn descriptor(self) -> DescriptorKind {
        if self == Op::StoreSlot {
            return DescriptorKind::Number;
        }
        match self.effect() {
            Effect::Input => DescriptorKind::Number,
            Effect::Load | Effect::Store => DescriptorKind::Field,
            Effect::Call => DescriptorKind::Call,
            Effect::Alloc => DescriptorKind::New,
            Effect::Pure | Effect::Guard => DescriptorKind::None,
        }
    }

    /// Whether `Inst::snapshot` is set: guards, allocations, and calls (the state in which frames are seen while the call runs,
    /// and where execution goes on after it when it must leave the trace).
    pub fn has_snapshot(self) -> bool {
        matches!(self.effect(), Effect::Guard | Effect::Alloc | Effect::Call)
    }

    /// Types of the operands (calls keep theirs in the `Call` descriptor; for stores the value's type is the field's).
    pub fn operand_types(self) -> &'static [Ty] {
        use Ty::{Bool, Float, Int, Ref, Val, Void};
        match self {
            Op::IntAdd
            | Op::IntSub
            | Op::IntMul
            | Op::IntAddOvf
            | Op::IntSubOvf
            | Op::IntMulOvf
            | Op::IntFloorDiv
            | Op::IntFloorMod
            | Op::IntTruncDiv
            | Op::IntTruncMod
            | Op::IntAnd
            | Op::IntOr
            | Op::IntXor
            | Op::IntShl
            | Op::IntShr
            | Op::IntUshr
            | Op::IntLt
            | Op::IntLe
            | Op::IntEq
            | Op::IntNe
            | Op::IntUlt
            | Op::IntUle
            | Op::GuardInt => &[Int, Int],
            Op::IntNeg
            | Op::IntNot
            | Op::IntFits
            | Op::IntToFloat
            | Op::FloatFromBits
            | Op::BoxInt
            | Op::IntToRef
            | Op::GuardNoOvf
            | Op::GuardOvf => &[Int],
            Op::BoolToInt | Op::BoolNot | Op::GuardTrue | Op::GuardFalse => &[Bool],
            Op::FloatToInt
            | Op::FloatToBits
            | Op::FloatNeg
            | Op::FloatAbs
            | Op::FloatSqrt
            | Op::BoxFloat => &[Float],
            Op::FloatAdd
            | Op::FloatSub
            | Op::FloatMul
            | Op::FloatDiv
            | Op::FloatLt
            | Op::FloatLe
            | Op::FloatEq
            | Op::FloatNe => &[Float, Float],
            Op::IsInt
            | Op::IsFloat
            | Op::IsRef
            | Op::UnboxInt
            | Op::UnboxFloat
            | Op::UnboxOrNan
            | Op::UnboxRef
            | Op::StoreSlot => &[Val],
            Op::BoxRef
            | Op::RefToInt
            | Op::LoadInt
            | Op::LoadFloat
            | Op::LoadVal
            | Op::LoadRef
            | Op::New => &[Ref],
            Op::ValEq | Op::GuardVal => &[Val, Val],
            Op::RefEq | Op::GuardRef => &[Ref, Ref],
            Op::LoadItemInt
            | Op::LoadItemFloat
            | Op::LoadItemVal
            | Op::LoadItemRef
            | Op::RefAdd => &[Ref, Int],
            Op::Store => &[Ref, Void],
            Op::StoreItem => &[Ref, Int, Void],
            Op::InputInt
            | Op::InputFloat
            | Op::InputVal
            | Op::InputRef
            | Op::PhiInt
            | Op::PhiFloat
            | Op::PhiVal
            | Op::PhiRef
            | Op::GuardNoRaise
            | Op::GuardRaise
            | Op::GuardNoEvent
            | Op::CallInt
            | Op::CallFloat
            | Op::CallVal
            | Op::CallRef
            | Op::CallVoid
            | Op::WindowBase
            | Op::Nop => &[],
        }
    }

    /// Whether this is an `_ovf` op.
    pub fn is_ovf(self) -> bool {
        matches!(self, Op::IntAddOvf | Op::IntSubOvf | Op::IntMulOvf)
    }

    /// The op of this text name.
    pub fn from_text(text: &str) -> Option<Op> {
        Op::ALL.iter().copied().find(|op| op.text() == text)
    }
}
