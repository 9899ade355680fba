//! A register language for tests: ints, floats, pairs, calls, exceptions, watched globals, natives.

use crate::tiny::{Code, FIRST_OWN_LAYOUT, Guest, Tiny, language};
use crate::{
    Access, Arg, Barrier, BoolOps, CodeBlock, Context, Field, FloatOps, IntOps, Key, Leave,
    Machine, Next, Opaque, Outcome, RefOps, Stats, Ty, ValOps, Value, cell_changed, frames,
    push_root, real_frames, run,
};
use coil_heap::Layout;
use coil_options::Options;

/// What code's owner word points to.
#[derive(Default)]
pub(crate) struct Owner {
    /// Functions by number.
    pub(crate) functions: Vec<*const CodeBlock>,
    /// Exception table: first word, end, handler.
    pub(crate) tries: Vec<(u32, u32, u32)>,
    pub(crate) globals: *mut Globals,
}

#[derive(Default)]
pub(crate) struct Globals {
    pub(crate) values: [u64; 4],
    pub(crate) versions: [u32; 4],
    pub(crate) natives_called: u64,
}

const fn pair_field(offset: i32, alias: u32) -> Field {
    Field {
        offset,
        access: Access::Val,
        alias,
        immutable: false,
        barrier: Barrier::Object,
    }
}
const FIRST: Field = pair_field(16, 10);
const SECOND: Field = pair_field(24, 11);

macro_rules! ops {
    ($($name:ident = $number:literal;)*) => { $(pub(crate) const $name: u8 = $number;)* };
}
ops! {
    CONST = 1; MOVE = 2; ADD = 3; LESS = 4; JUMP = 5; JUMP_IF = 6; HEADER = 7; CALL = 8; RETURN = 9; PAIR = 10; GET_FIRST = 11;
    SET_FIRST = 12; GET_SECOND = 13; RAISE = 14; CATCH = 15; GLOBAL = 16; SET_GLOBAL = 17; NATIVE = 18; NESTED = 19; DEPTH = 20;
    FLOAT = 21; SUB = 22; LOOKUP = 23; HALT_IF_ODD = 24; CHECKED = 25; CALL_KIND = 26; MUL = 27;
}

/// `op a b c imm` as a word.
pub(crate) fn word(op: u8, a: u8, b: u8, c: u8, imm: i32) -> u64 {
    u64::from(op)
        | u64::from(a) << 8
        | u64::from(b) << 16
        | u64::from(c) << 24
        | u64::from(imm.cast_unsigned()) << 32
}

fn owner_of(code: *const CodeBlock) -> &'static Owner {
    // SAFETY: tests keep owners alive while code runs.
    let owner = unsafe { (*code).owner };
    // SAFETY: as above.
    unsafe { &*owner.cast::<Owner>() }
}

fn number(bits: u64) -> Option<i64> {
    // SAFETY: a guest value.
    let value = unsafe { Value::from_bits(bits) }?;
    if let Some(int) = value.as_small_int() {
        return Some(int);
    }
    let object = value.as_ref()?;
    // SAFETY: boxed numbers have one field.
    (object.layout() == crate::tiny::BOX).then(|| unsafe { object.field_ptr::<i64>(16).read() })
}

fn boxed(cx: *mut Context, int: i64) -> u64 {
    match Value::from_small_int(int) {
        Some(value) => value.bits(),
        // SAFETY: attached.
        None => (unsafe { coil_machine::MachineState::of(cx) }.hooks.box_int)(cx, int),
    }
}

extern "C" fn add_slow(cx: *mut Context, a: u64, b: u64) -> u64 {
    match (number(a), number(b)) {
        (Some(a), Some(b)) => match a.checked_add(b) {
            Some(sum) => boxed(cx, sum),
            None => fail(cx, -13),
        },
        _ => fail(cx, -10),
    }
}

fn fail(cx: *mut Context, code: i64) -> u64 {
    // SAFETY: natives get a live context.
    unsafe { (*cx).pending = Value::from_small_int_unchecked(code).bits() };
    0
}

static ADD_SLOW: Opaque = Opaque::reads(
    "add_slow",
    add_slow as *const (),
    &[Ty::Val, Ty::Val],
    Ty::Val,
);

extern "C" fn set_global(cx: *mut Context, owner: &Owner, index: i64, value: u64) {
    // SAFETY: tests keep globals alive.
    let globals = unsafe { &mut *owner.globals };
    globals.values[index as usize] = value;
    globals.versions[index as usize] += 1;
    // SAFETY: natives get a live context.
    unsafe { cell_changed(cx, &raw const globals.versions[index as usize]) };
}

static SET_GLOBAL_CALL: Opaque = Opaque {
    name: "set_global",
    function: set_global as *const (),
    params: &[Ty::Ref, Ty::Int, Ty::Val],
    result: Ty::Void,
    effects: crate::Effects::Any,
    can_raise: false,
    can_collect: false,
    sees_frames: false,
};

extern "C" fn native(cx: *mut Context, owner: &Owner, value: u64) -> u64 {
    // SAFETY: tests keep globals alive.
    unsafe { (*owner.globals).natives_called += 1 };
    match number(value) {
        Some(int) if int % 100 == 99 => fail(cx, int),
        Some(int) => boxed(cx, int + 1),
        None => fail(cx, -11),
    }
}

static NATIVE_CALL: Opaque =
    Opaque::any("native", native as *const (), &[Ty::Ref, Ty::Val], Ty::Val);

/// Raises for multiples of seven; reads only.
extern "C" fn checked(cx: *mut Context, value: u64) -> u64 {
    match number(value) {
        Some(int) if int % 7 == 3 => fail(cx, 1000 + int),
        Some(_) => value,
        None => fail(cx, -12),
    }
}

static CHECKED_CALL: Opaque = Opaque::reads("checked", checked as *const (), &[Ty::Val], Ty::Val);

extern "C" fn nested(cx: *mut Context, owner: &Owner, function: i64, argument: u64) -> u64 {
    let code = owner.functions[function as usize];
    // SAFETY: natives get an attached context; the code lives.
    if !unsafe { push_root(cx, code, 0, &[argument], 0) } {
        return 0;
    }
    // SAFETY: a root frame was just pushed.
    match unsafe { run(cx) } {
        Outcome::Returned(value) => value.map_or(0, Value::bits),
        Outcome::Raised => 0,
    }
}

static NESTED_CALL: Opaque = Opaque::any(
    "nested",
    nested as *const (),
    &[Ty::Ref, Ty::Int, Ty::Val],
    Ty::Val,
);

extern "C" fn depth(cx: *mut Context) -> i64 {
    // SAFETY: natives get an attached context.
    let list = unsafe { frames(cx) };
    let mut sum = 0;
    for frame in &list {
        // SAFETY: register 0 of every frame of these tests is live.
        sum += number(unsafe { frame.register(0) }).unwrap_or(0);
    }
    list.len() as i64 * 1_000_000 + sum
}

static DEPTH_CALL: Opaque = Opaque::any("depth", depth as *const (), &[], Ty::Int);

/// A frame is left by an exception: its depth and place are noted, as tracebacks do.
extern "C" fn note(cx: *mut Context, owner: &Owner) {
    // SAFETY: natives get an attached context, and this one says that it sees frames.
    let _real = unsafe { real_frames(cx) };
    // SAFETY: the context is live.
    let context = unsafe { &*cx };
    // SAFETY: the innermost record is complete.
    let record = unsafe { *context.frame_top };
    let depth = (context.frame_top.addr() - context.stack.records().addr()) / size_of_val(&record);
    // SAFETY: pc stands in its code.
    let pc = unsafe { crate::raw::word_index(record.code, record.pc) };
    // SAFETY: register 0 of every frame of these tests is live.
    let first = unsafe { *record.base };
    let known = number(first).unwrap_or(0).cast_unsigned();
    // SAFETY: tests keep globals alive.
    let globals = unsafe { &mut *owner.globals };
    let noted = depth as u64 * 1000 + u64::from(pc) + known * 7;
    globals.natives_called = globals.natives_called.wrapping_mul(31).wrapping_add(noted);
}

static NOTE_CALL: Opaque = Opaque::any("note", note as *const (), &[Ty::Ref], Ty::Void);

pub(crate) struct Toy;

fn arith<M: Machine>(m: &mut M, op: u8, x: M::Val, y: M::Val) -> Result<M::Val, Leave> {
    if x.is_int().yes() && y.is_int().yes() {
        let (x, y) = (x.int(), y.int());
        let (result, overflow) = match op {
            ADD => x.add_overflowing(y),
            SUB => x.sub_overflowing(y),
            _ => x.mul_overflowing(y),
        };
        if !overflow.yes() {
            return Ok(m.from_int(result));
        }
        let code = m.val(Value::from_small_int_unchecked(-13));
        m.raise(code)?;
    }
    if x.is_float().yes() && y.is_float().yes() {
        let (x, y) = (x.float(), y.float());
        let result = match op {
            ADD => x + y,
            SUB => x - y,
            _ => x * y,
        };
        return Ok(m.from_float(result));
    }
    m.call_val(&ADD_SLOW, [Arg::Val(x), Arg::Val(y)])
}

impl Tiny for Toy {
    fn step<M: Machine>(m: &mut M) -> Next {
        let word = m.fetch();
        let part = |shift: u32| i32::from((word >> shift) as u8);
        let (a, b, c, imm) = (part(8), part(16), part(24), (word >> 32) as u32 as i32);
        let globals = owner_of(m.code()).globals;
        match word as u8 {
            CONST => {
                let value = m.val(Value::from_small_int_unchecked(imm.into()));
                m.set_reg(a, value);
            }
            FLOAT => {
                let value = m.float(f64::from(imm) / 8.0);
                let value = m.from_float(value);
                m.set_reg(a, value);
            }
            MOVE => {
                let value = m.reg(b);
                m.set_reg(a, value);
            }
            op @ (ADD | SUB | MUL) => {
                let (x, y) = (m.reg(b), m.reg(c));
                let result = arith(m, op, x, y)?;
                m.set_reg(a, result);
            }
            LESS => {
                let (x, y) = (m.reg(b), m.reg(c));
                let less = if x.is_float().yes() && y.is_float().yes() {
                    x.float().lt(y.float()).yes()
                } else {
                    x.int().lt(y.int()).yes()
                };
                let result = m.val(Value::from_small_int_unchecked(less.into()));
                m.set_reg(a, result);
            }
            JUMP => m.jump(imm),
            JUMP_IF => {
                if m.reg(a).int().differs(m.int(0)).yes() {
                    m.jump(imm);
                }
            }
            HALT_IF_ODD => {
                let value = m.reg(a).int() & m.int(1);
                if value.equals(m.int(1)).yes() {
                    m.jump(imm);
                }
            }
            HEADER => {
                m.skip(1);
                m.loop_header()?;
            }
            CALL | CALL_KIND => {
                let code = owner_of(m.code()).functions[imm as usize];
                let extra = m.unset();
                let kind = u16::from(word as u8 == CALL_KIND) * 5;
                m.push_frame(code, b, c, a as u16, kind, extra)?;
            }
            RETURN => {
                let value = m.reg(a);
                return Self::deliver(m, value);
            }
            PAIR => {
                let (x, y) = (m.reg(b), m.reg(c));
                let ty = m.address(0);
                let Ok(pair) = m.alloc(FIRST_OWN_LAYOUT.0, 32, ty) else {
                    let code = m.val(crate::tiny::NO_MEMORY);
                    return m.raise(code);
                };
                m.store_val(pair, FIRST, x);
                m.store_val(pair, SECOND, y);
                m.set_reg(a, pair.val());
            }
            GET_FIRST => {
                let value = m.reg(b).reference().load_val(FIRST);
                m.set_reg(a, value);
            }
            GET_SECOND => {
                let value = m.reg(b).reference().load_val(SECOND);
                m.set_reg(a, value);
            }
            SET_FIRST => {
                let (object, value) = (m.reg(a).reference(), m.reg(b));
                m.store_val(object, FIRST, value);
            }
            RAISE => {
                let value = m.reg(a);
                return m.raise(value);
            }
            CATCH => {
                let value = m.take_pending();
                m.set_reg(a, value);
            }
            GLOBAL => {
                // SAFETY: tests keep globals alive.
                let globals = unsafe { &*globals };
                let value = &raw const globals.values[imm as usize];
                let version = &raw const globals.versions[imm as usize];
                let value = m.load_watched(value, version);
                m.set_reg(a, value);
            }
            SET_GLOBAL => {
                let value = m.reg(a);
                let owner = crate::tiny::owner(m);
                let index = m.int(imm.into());
                m.call_void(
                    &SET_GLOBAL_CALL,
                    [Arg::Ref(owner), Arg::Int(index), Arg::Val(value)],
                )?;
            }
            NATIVE => {
                let value = m.reg(b);
                let owner = crate::tiny::owner(m);
                let result = m.call_val(&NATIVE_CALL, [Arg::Ref(owner), Arg::Val(value)])?;
                m.set_reg(a, result);
            }
            CHECKED => {
                let value = m.reg(b);
                let result = m.call_val(&CHECKED_CALL, [Arg::Val(value)])?;
                m.set_reg(a, result);
            }
            NESTED => {
                let value = m.reg(b);
                let owner = crate::tiny::owner(m);
                let function = m.int(imm.into());
                let args = [Arg::Ref(owner), Arg::Int(function), Arg::Val(value)];
                let result = m.call_val(&NESTED_CALL, args)?;
                m.set_reg(a, result);
            }
            DEPTH => {
                let sum = m.call_int(&DEPTH_CALL, [])?;
                let sum = m.from_int(sum);
                m.set_reg(a, sum);
            }
            LOOKUP => {
                m.skip(1);
                let key = m.reg(b).int() & m.int(3);
                let found = m.cached(1, [Key::Int(key), Key::None], |_, [key, _], deps| {
                    // SAFETY: tests keep globals alive.
                    deps.cell(unsafe { &raw const (*globals).versions[3] });
                    (key != 2).then_some(key.cast_signed() * 10)
                });
                let result = m.int(found.unwrap_or(-5));
                let result = m.from_int(result);
                m.set_reg(a, result);
            }
            other => unreachable!("no such op {other}"),
        }
        Ok(())
    }

    fn unwind<M: Machine>(m: &mut M) -> Next {
        loop {
            let code = m.code();
            let owner = crate::tiny::owner(m);
            let _ = m.call_void(&NOTE_CALL, [Arg::Ref(owner)]);
            // SAFETY: pc stands in the running code.
            let at = unsafe { crate::raw::word_index(code, m.word_at(0)) } - 1;
            for &(start, end, handler) in &owner_of(code).tries {
                if (start..end).contains(&at) {
                    m.jump(handler as i32 - at as i32 - 1);
                    return Ok(());
                }
            }
            m.unwinding()?;
            m.pop_frame();
        }
    }

    fn deliver<M: Machine>(m: &mut M, value: M::Val) -> Next {
        if !value.is_set().yes() {
            return Ok(());
        }
        let (kind, result) = m.returning(value)?;
        m.pop_frame();
        if kind == 5 {
            // Kind 5 delivers a constant instead.
            let value = m.val(Value::from_small_int_unchecked(77));
            m.set_reg(i32::from(result), value);
        } else {
            m.set_reg(i32::from(result), value);
        }
        Ok(())
    }
}

/// A function of a program.
pub(crate) struct Source {
    pub(crate) words: Vec<u64>,
    pub(crate) registers: u16,
    pub(crate) named: u16,
    pub(crate) tries: Vec<(u32, u32, u32)>,
}

/// Functions; the first is the main one.
pub(crate) type Program = Vec<Source>;

pub(crate) fn function(registers: u16, named: u16, words: &[u64]) -> Source {
    Source {
        words: words.to_vec(),
        registers,
        named,
        tries: Vec::new(),
    }
}

/// What a run gives: result or exception as text, and natives called.
pub(crate) type Ran = (String, u64);

/// Runs a program with these options (each as given to `-X`); several times over, since the second run finds compiled functions.
pub(crate) fn execute(program: &Program, argument: i64, options: &[&str]) -> (Ran, Stats) {
    let mut parsed = Options::from_env().expect("options");
    for option in options {
        parsed.set(option).expect("an option");
    }
    let mut globals = Box::new(Globals::default());
    for value in &mut globals.values {
        *value = Value::from_small_int_unchecked(5).bits();
    }
    let globals_at = &raw mut *globals;
    let mut owners: Vec<Box<Owner>> = Vec::new();
    let mut codes = Vec::new();
    for source in program {
        let owner = Box::new(Owner {
            functions: Vec::new(),
            tries: source.tries.clone(),
            globals: globals_at,
        });
        let at: *const Owner = &raw const *owner;
        let depth = vec![source.registers; source.words.len()];
        let words = source.words.clone();
        codes.push(Code::new(
            words,
            Vec::new(),
            depth,
            source.registers,
            source.named,
            at.cast(),
        ));
        owners.push(owner);
    }
    for owner in &mut owners {
        owner.functions = codes.iter().map(Code::block).collect();
    }
    let pair = Layout::fixed("pair", 32).refs(&[16, 24]);
    let language = language::<Toy>("toy");
    let mut guest = Guest::new(language, vec![pair], &parsed).expect("memory");
    let mut shown = String::new();
    for _ in 0..2 {
        let argument = [Value::from_small_int_unchecked(argument)];
        let result = guest.run(&codes[0], &argument);
        shown += &match result {
            Ok(Some(value)) => match (number(value.bits()), value.as_f64()) {
                (Some(int), _) => format!("{int};"),
                (_, Some(float)) => format!("{float:?};"),
                _ => "object;".to_owned(),
            },
            Ok(None) => "unset;".to_owned(),
            Err(bits) => format!("raised {};", number(bits).unwrap_or(-99)),
        };
    }
    let stats = guest.stats();
    drop(guest);
    ((shown, globals.natives_called), stats)
}
