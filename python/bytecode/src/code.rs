//! Code objects as the compiler makes them: plain Rust data without a heap; the object model turns them into guest objects.

use crate::word::Word;

/// A constant.
#[derive(Clone, Debug, PartialEq)]
pub enum Const {
    /// `None`.
    None,
    /// `True` or `False`.
    Bool(bool),
    /// `...`.
    Ellipsis,
    /// An int that fits 64 bits.
    Int(i64),
    /// A larger int: sign and 30-bit digits, least significant first.
    BigInt {
        /// Below zero.
        negative: bool,
        /// 30-bit digits.
        digits: Vec<u32>,
    },
    /// A float, by its bits (so that NaN and -0.0 keep their identity).
    Float(u64),
    /// A complex number, by the bits of its parts.
    Complex(u64, u64),
    /// A string without lone surrogates.
    Str(String),
    /// A string with lone surrogates, as code points.
    WideStr(Vec<u32>),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A tuple.
    Tuple(Vec<Const>),
    /// A frozenset.
    FrozenSet(Vec<Const>),
    /// A slice of constants.
    Slice(Box<[Const; 3]>),
    /// A nested code object.
    Code(Box<Code>),
}

bitflags_lite! {
    /// Properties of a code object; the numbers of the first rows are CPython's `co_flags`.
    pub struct CodeFlags: u32 {
        /// Locals are registers.
        OPTIMIZED = 0x1;
        /// A fresh local namespace per call.
        NEWLOCALS = 0x2;
        /// Has `*args`.
        VARARGS = 0x4;
        /// Has `**kwargs`.
        VARKEYWORDS = 0x8;
        /// Stands inside another function.
        NESTED = 0x10;
        /// Is a generator.
        GENERATOR = 0x20;
        /// Is a coroutine.
        COROUTINE = 0x80;
        /// May be awaited although a generator (`types.coroutine`).
        ITERABLE_COROUTINE = 0x100;
        /// Is an asynchronous generator.
        ASYNC_GENERATOR = 0x200;
        /// `from __future__ import annotations` was in force.
        FUTURE_ANNOTATIONS = 0x100_0000;
        /// Has a docstring as its first constant.
        HAS_DOCSTRING = 0x400_0000;
        /// Is a method defined in a class body.
        METHOD = 0x800_0000;
        /// A hidden guest function: tracebacks, frames and recursion counts do not see it.
        HIDDEN = 0x1000_0000;
        /// Is the body of a class.
        CLASS_BODY = 0x2000_0000;
        /// Contains a loop header.
        HAS_LOOP = 0x4000_0000;
        /// Suspends while it handles an exception: what is handled must be exchanged at each suspension.
        SUSPENDS_HANDLING = 0x8000_0000;
    }
}

impl CodeFlags {
    /// Whether frames of the code belong to a generator, coroutine or asynchronous generator.
    #[inline]
    pub fn suspends(self) -> bool {
        let any = CodeFlags::GENERATOR.0 | CodeFlags::COROUTINE.0 | CodeFlags::ASYNC_GENERATOR.0;
        self.0 & any != 0
    }
}

/// A row of the exception table: an exception in words `start..end` continues at `target`, with the exception in register
/// `exception`, all temporaries from that register up dead. Rows are ordered innermost first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handler {
    /// First word covered.
    pub start: u32,
    /// First word no longer covered.
    pub end: u32,
    /// Where the handler starts.
    pub target: u32,
    /// Receives the exception.
    pub exception: u16,
}

/// Source positions of the words from `start` up to the next row: lines from 1, columns in bytes of UTF-8 from 0; line 0 means none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// First word.
    pub start: u32,
    /// Line where the expression or statement starts.
    pub line: u32,
    /// Line where it ends.
    pub end_line: u32,
    /// Column where it starts.
    pub column: u32,
    /// Column after its end.
    pub end_column: u32,
}

/// A compiled function, class body or module.
#[derive(Clone, Debug, PartialEq)]
pub struct Code {
    /// `co_name`.
    pub name: String,
    /// `co_qualname`.
    pub qualname: String,
    /// `co_filename`.
    pub filename: String,
    /// `co_firstlineno`.
    pub first_line: u32,
    /// Positional parameters, positional-only ones included.
    pub arg_count: u16,
    /// Positional-only parameters.
    pub posonly_count: u16,
    /// Keyword-only parameters.
    pub kwonly_count: u16,
    /// Properties.
    pub flags: CodeFlags,
    /// Window size: named registers, temporaries and outgoing arguments.
    pub register_count: u16,
    /// Names of registers `0..varnames.len()`: parameters, then other locals.
    pub varnames: Vec<String>,
    /// Cell variables and the registers that hold their cells (a parameter's own register, or one after the locals).
    pub cellvars: Vec<(String, u16)>,
    /// Free variables; their cells are in consecutive registers after locals and cells.
    pub freevars: Vec<(String, u16)>,
    /// The instructions.
    pub words: Vec<Word>,
    /// For each word: how many registers hold values when it starts (all named ones count).
    pub depth: Vec<u16>,
    /// Constants.
    pub consts: Vec<Const>,
    /// Names of attributes and globals.
    pub names: Vec<String>,
    /// Exception table.
    pub handlers: Vec<Handler>,
    /// Positions, by ascending word.
    pub positions: Vec<Position>,
    /// How many loop headers there are.
    pub loop_count: u16,
}

impl Code {
    /// The position of a word.
    pub fn position_of(&self, word: u32) -> Option<Position> {
        let after = self.positions.partition_point(|p| p.start <= word);
        after.checked_sub(1).map(|at| self.positions[at])
    }
}
