//! Random traces with loops, guards, spills, calls, bridges and links, run as machine code and in the trace interpreter.

use super::rig::{Ran, Rig, clobber, float, frame, int, x64};
use crate::{Backend, leaves};
use coil_frame::Context;
use coil_trace::interp::{Machine, Memory, Native, Outcome, run_compiled};
use coil_trace::{Access, Compiled, Const, Exit, ExitValue, Id, NewObject, Ty, parse_compiled};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A small generator of pseudo-random numbers.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound
    }

    fn of<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

const CELLS: usize = 8;
/// Window registers that only `store_slot` writes.
const STORED: i32 = 50;

/// Text of a trace as it grows, with the names of its values by type.
struct Maker<'r> {
    random: &'r mut Random,
    text: String,
    ints: Vec<String>,
    floats: Vec<String>,
    vals: Vec<String>,
    names: usize,
    exits: usize,
    memory: u64,
    calls: bool,
}

impl Maker<'_> {
    fn line(&mut self, line: &str) {
        self.text += line;
        self.text.push('\n');
    }

    fn new_name(&mut self, what: &str) -> String {
        self.names += 1;
        let name = format!("x{}", self.names);
        let line = format!("{name} = {what}");
        self.line(&line);
        name
    }

    fn int(&mut self) -> String {
        if self.ints.is_empty() || self.random.chance(12) {
            let constants = [
                "0",
                "1",
                "-1",
                "7",
                "-100",
                "65536",
                "281474976710655",
                "-9223372036854775808",
                "1311768467463790320",
            ];
            return (*self.random.of(&constants)).to_string();
        }
        self.random.of(&self.ints).clone()
    }

    fn float(&mut self) -> String {
        if self.floats.is_empty() || self.random.chance(12) {
            let constants = [
                "0.0",
                "-0.0",
                "1.5",
                "-2.25",
                "1e300",
                "float(0x7ff0000000000000)",
            ];
            return (*self.random.of(&constants)).to_string();
        }
        self.random.of(&self.floats).clone()
    }

    fn val(&mut self) -> String {
        if self.vals.is_empty() || self.random.chance(12) {
            return (*self
                .random
                .of(&["int(5)", "flt(0.5)", "val(0x0)", "int(-1)"]))
            .to_string();
        }
        self.random.of(&self.vals).clone()
    }

    fn exit(&mut self) -> String {
        if self.exits > 0 && self.random.chance(30) {
            return format!("e{}", self.exits - 1);
        }
        let mut slots = BTreeMap::new();
        for _ in 0..self.random.below(12) {
            let slot = self.random.below(24) as i32 - 2;
            let value = match self.random.below(3) {
                0 => format!("box_int({})", self.int()),
                1 => format!("box_float({})", self.float()),
                _ => self.val(),
            };
            slots.insert(slot, value);
        }
        let slots: Vec<String> = slots
            .iter()
            .map(|(slot, value)| format!("{slot}: {value}"))
            .collect();
        let name = format!("e{}", self.exits);
        let line = format!(
            "exit {name} = {} {{{}}}",
            frame(self.exits as u32),
            slots.join(", ")
        );
        self.line(&line);
        self.exits += 1;
        name
    }

    /// A guard that seldom fails.
    fn guard(&mut self) {
        let condition = match self.random.below(8) {
            0 => (format!("int_ne({}, {})", self.int(), self.int()), true),
            1 => (
                format!("int_lt({}, {})", self.int(), self.int()),
                self.random.chance(50),
            ),
            2 => (
                format!("float_lt({}, {})", self.float(), self.float()),
                self.random.chance(50),
            ),
            3 => (
                format!("float_eq({}, {})", self.float(), self.float()),
                false,
            ),
            4 => (
                format!("float_ne({}, {})", self.float(), self.float()),
                true,
            ),
            5 => (format!("int_fits({})", self.int()), true),
            6 => {
                let value = self.val();
                let float = self.new_name(&format!("unbox_or_nan({value})"));
                if self.random.chance(50) {
                    self.floats.push(float.clone());
                    (format!("float_eq({float}, {float})"), true)
                } else {
                    (format!("float_ne({float}, {float})"), false)
                }
            }
            _ => (
                format!("int_ule({}, {})", self.int(), self.int()),
                self.random.chance(50),
            ),
        };
        let name = self.new_name(&condition.0);
        if self.random.chance(25) {
            let as_int = self.new_name(&format!("bool_to_int({name})"));
            self.ints.push(as_int);
        }
        let exit = self.exit();
        let guard = if condition.1 {
            "guard_true"
        } else {
            "guard_false"
        };
        self.line(&format!("{guard}({name}) [{exit}]"));
    }

    fn op(&mut self) {
        match self.random.below(26) {
            0..=5 => {
                let op = *self.random.of(&[
                    "int_add", "int_sub", "int_mul", "int_and", "int_or", "int_xor",
                ]);
                let (a, b) = (self.int(), self.int());
                let name = self.new_name(&format!("{op}({a}, {b})"));
                self.ints.push(name);
            }
            6 | 7 => {
                let op = *self
                    .random
                    .of(&["int_add_ovf", "int_sub_ovf", "int_mul_ovf"]);
                let (a, b) = (self.int(), self.int());
                let exit = self.exit();
                let name = self.new_name(&format!("{op}({a}, {b})"));
                self.line(&format!("guard_no_ovf({name}) [{exit}]"));
                self.ints.push(name);
            }
            8 => {
                let op = *self.random.of(&[
                    "int_floordiv",
                    "int_floormod",
                    "int_truncdiv",
                    "int_truncmod",
                ]);
                let (a, b) = (self.int(), self.int());
                let low = self.new_name(&format!("int_and({b}, 1023)"));
                let divisor = if self.random.chance(50) {
                    self.new_name(&format!("int_add({low}, 1)"))
                } else {
                    self.new_name(&format!("int_sub(-2, {low})"))
                };
                let divisor = if self.random.chance(30) {
                    "16".to_string()
                } else {
                    divisor
                };
                let name = self.new_name(&format!("{op}({a}, {divisor})"));
                self.ints.push(name);
            }
            9 => {
                let op = *self.random.of(&["int_shl", "int_shr", "int_ushr"]);
                let (a, b) = (self.int(), self.int());
                let count = self.new_name(&format!("int_and({b}, 63)"));
                let count = if self.random.chance(30) {
                    "13".to_string()
                } else {
                    count
                };
                let name = self.new_name(&format!("{op}({a}, {count})"));
                self.ints.push(name);
            }
            10 => {
                let op = *self.random.of(&["int_neg", "int_not"]);
                let a = self.int();
                let name = self.new_name(&format!("{op}({a})"));
                self.ints.push(name);
            }
            11..=14 => {
                let op = *self
                    .random
                    .of(&["float_add", "float_sub", "float_mul", "float_div"]);
                let (a, b) = (self.float(), self.float());
                let name = self.new_name(&format!("{op}({a}, {b})"));
                self.floats.push(name);
            }
            15 => {
                let op = *self.random.of(&["float_neg", "float_abs", "float_sqrt"]);
                let a = self.float();
                let name = self.new_name(&format!("{op}({a})"));
                self.floats.push(name);
            }
            16 => {
                let a = self.int();
                let name = self.new_name(&format!("int_to_float({a})"));
                self.floats.push(name);
            }
            17 => {
                let a = self.int();
                let name = self.new_name(&format!("box_int({a})"));
                self.vals.push(name);
            }
            18 => {
                let a = self.float();
                let name = self.new_name(&format!("box_float({a})"));
                self.vals.push(name);
            }
            19 => {
                let field = self.random.below(4);
                let name = self.new_name(&format!("load_int(ref({:#x})) f{field}", self.memory));
                self.ints.push(name);
            }
            20 => {
                let field = self.random.below(4);
                let value = self.int();
                self.line(&format!("store(ref({:#x}), {value}) f{field}", self.memory));
            }
            21 => {
                let index = self.int();
                let index = self.new_name(&format!("int_and({index}, {})", CELLS - 3));
                if self.random.chance(50) {
                    let value = self.float();
                    self.line(&format!(
                        "store_item(ref({:#x}), {index}, {value}) f4",
                        self.memory
                    ));
                } else {
                    let name = self.new_name(&format!(
                        "load_item_float(ref({:#x}), {index}) f4",
                        self.memory
                    ));
                    self.floats.push(name);
                }
            }
            22 => {
                let value = self.val();
                let slot = STORED + self.random.below(3) as i32;
                self.line(&format!("store_slot({value}) #{slot}"));
            }
            23 if self.calls => {
                let args = [
                    self.int(),
                    self.int(),
                    self.int(),
                    self.int(),
                    self.int(),
                    self.int(),
                    self.int(),
                ];
                let (x, y) = (self.float(), self.float());
                let exit = self.exit();
                let [a, b, c, d, e, f, g] = args;
                let name = self.new_name(&format!(
                    "call_int({a}, {x}, {b}, {c}, {d}, {y}, {e}, {f}, {g}) c0 [{exit}]"
                ));
                self.ints.push(name);
            }
            24 if self.calls => {
                let (a, x) = (self.int(), self.float());
                let exit = self.exit();
                let name = self.new_name(&format!("call_float({a}, {x}) c1 [{exit}]"));
                self.floats.push(name);
            }
            _ => self.guard(),
        }
    }
}

unsafe extern "C" fn many(
    _: *mut Context,
    a: i64,
    x: f64,
    b: i64,
    c: i64,
    d: i64,
    y: f64,
    e: i64,
    f: i64,
    g: i64,
) -> i64 {
    clobber();
    mix(&[a, b, c, d, e, f, g], x, y)
}

fn mix(ints: &[i64], x: f64, y: f64) -> i64 {
    let start = (x.is_nan() as i64) ^ if y.is_nan() { 3 } else { y.to_bits() as i64 };
    ints.iter()
        .fold(start, |sum, int| sum.wrapping_mul(31).wrapping_add(*int))
}

unsafe extern "C" fn few(_: *mut Context, a: i64, x: f64) -> f64 {
    clobber();
    x * 0.5 + (a % 1000) as f64
}

fn natives(call: &coil_trace::Call, args: &[u64], _: &mut Memory) -> Native {
    let f = |at: usize| f64::from_bits(args[at]);
    let i = |at: usize| args[at].cast_signed();
    let result = if call.params.len() == 9 {
        mix(&[i(0), i(2), i(3), i(4), i(6), i(7), i(8)], f(1), f(5)).cast_unsigned()
    } else {
        (f(1) * 0.5 + (i(0) % 1000) as f64).to_bits()
    };
    Native {
        result,
        raised: false,
    }
}

fn header(memory: u64) -> String {
    let mut text = String::new();
    for (field, (offset, access)) in [
        (16, "i64"),
        (24, "i32"),
        (28, "u16"),
        (30, "i8"),
        (16, "f64"),
    ]
    .iter()
    .enumerate()
    {
        let _ = writeln!(
            text,
            "field f{field} = +{offset} {access} alias {field} mutable barrier none"
        );
    }
    let _ = writeln!(
        text,
        "call c0 = many @{:#x} (int, float, int, int, int, float, int, int, int) -> int any",
        many as *const () as usize
    );
    let _ = writeln!(
        text,
        "call c1 = few @{:#x} (int, float) -> float pure",
        few as *const () as usize
    );
    let _ = memory;
    text
}

/// A loop trace over window inputs: even slots are ints, odd ones floats.
fn loop_trace(random: &mut Random, memory: u64) -> String {
    let calls = random.chance(50);
    let inputs = 1 + random.below(16);
    let mut m = Maker {
        text: header(memory),
        random,
        ints: vec![],
        floats: vec![],
        vals: vec![],
        names: 0,
        exits: 0,
        memory,
        calls,
    };
    let slots: Vec<String> = (0..inputs).map(|slot| slot.to_string()).collect();
    m.line(&format!("inputs {}", slots.join(" ")));
    for slot in 0..inputs {
        let name = m.new_name(&format!("input_val(#{slot})"));
        m.vals.push(name.clone());
        if m.random.chance(70) {
            let (is, unbox) = if slot % 2 == 0 {
                ("is_int", "unbox_int")
            } else {
                ("is_float", "unbox_float")
            };
            let exit = m.exit();
            let test = m.new_name(&format!("{is}({name})"));
            m.line(&format!("guard_true({test}) [{exit}]"));
            let raw = m.new_name(&format!("{unbox}({name})"));
            if slot % 2 == 0 {
                m.ints.push(raw)
            } else {
                m.floats.push(raw)
            }
        }
    }
    for _ in 0..m.random.below(10) {
        m.op();
    }
    let phis = 1 + m.random.below(28);
    let mut entry = vec!["0".to_string()];
    let mut kinds = vec![0];
    for _ in 1..phis {
        let kind = m.random.below(3);
        kinds.push(kind);
        entry.push(match kind {
            0 => m.int(),
            1 => m.float(),
            _ => m.val(),
        });
    }
    m.line(&format!("label l0 phis {phis} ({})", entry.join(", ")));
    // Code behind a label names nothing from before it but its phis.
    m.ints.clear();
    m.floats.clear();
    m.vals.clear();
    let mut own = Vec::new();
    for (k, kind) in kinds.iter().enumerate() {
        let op = ["phi_int", "phi_float", "phi_val"][*kind];
        let name = m.new_name(&format!("{op}(#{k})"));
        own.push(name.clone());
        match kind {
            0 => m.ints.push(name),
            1 => m.floats.push(name),
            _ => m.vals.push(name),
        }
    }
    let first = m.exits;
    let line = format!("exit e{first} = {} {{}}", frame(first as u32));
    m.line(&line);
    m.exits += 1;
    for _ in 0..m.random.below(40) {
        m.op();
    }
    let next = m.new_name(&format!("int_add({}, 1)", own[0]));
    let more = m.new_name(&format!("int_lt({next}, 6)"));
    let exit = m.exit();
    m.line(&format!("guard_true({more}) [{exit}]"));
    let mut args = vec![next];
    for (k, kind) in kinds.iter().enumerate().skip(1) {
        let same: Vec<&String> = own
            .iter()
            .zip(&kinds)
            .skip(1)
            .filter(|(_, other)| *other == kind)
            .map(|(name, _)| name)
            .collect();
        args.push(match m.random.below(5) {
            0 | 1 => own[k].clone(),
            2 => (*m.random.of(&same)).clone(),
            _ => match kind {
                0 => m.int(),
                1 => m.float(),
                _ => m.val(),
            },
        });
    }
    m.line(&format!("end jump l0 ({})", args.join(", ")));
    m.text
}

/// The text of a loop over some fixed memory, not to be run.
pub(super) fn loop_text(random: &mut Random) -> String {
    loop_trace(random, 0x1000)
}

/// A bridge over the leaves of an exit; it links to label 0 of `link` if that is given and takes what it needs.
fn bridge_trace(
    random: &mut Random,
    memory: u64,
    exit: &Exit,
    link: Option<(u32, &Compiled)>,
) -> String {
    let calls = random.chance(50);
    let mut m = Maker {
        text: header(memory),
        random,
        ints: vec![],
        floats: vec![],
        vals: vec![],
        names: 0,
        exits: 0,
        memory,
        calls,
    };
    let count = leaves(exit).count();
    let numbers: Vec<String> = (0..count).map(|leaf| leaf.to_string()).collect();
    m.line(&format!("inputs {}", numbers.join(" ")));
    for (number, leaf) in leaves(exit).enumerate() {
        match leaf.value {
            ExitValue::BoxInt(_) => {
                let name = m.new_name(&format!("input_int(#{number})"));
                m.ints.push(name);
            }
            ExitValue::BoxFloat(_) => {
                let name = m.new_name(&format!("input_float(#{number})"));
                m.floats.push(name);
            }
            _ => {
                let name = m.new_name(&format!("input_val(#{number})"));
                m.vals.push(name);
            }
        }
    }
    for _ in 0..m.random.below(25) {
        m.op();
    }
    match link {
        Some((number, target)) => {
            let phis = target.labels[0].phis as usize;
            let first = target.labels[0].at as usize;
            let mut args = vec!["3".to_string()];
            for phi in 1..phis {
                args.push(match target.trace.insts[first + phi].op.ty() {
                    Ty::Int => m.int(),
                    Ty::Float => m.float(),
                    _ => m.val(),
                });
            }
            m.line(&format!("end link {number} l0 ({})", args.join(", ")));
        }
        None => {
            let exit = m.exit();
            m.line(&format!("end exit {exit}"));
        }
    }
    m.text
}

/// Bits with boxes opened and NaNs made equal.
fn normal(bits: u64, boxes: &Memory) -> (u8, u64) {
    match boxes.unboxed(bits) {
        Some((true, bits)) if f64::from_bits(bits).is_nan() => (2, 0),
        Some((kind, bits)) => (u8::from(kind), bits),
        None => (3, bits),
    }
}

/// Native memory and the interpreter's.
struct World {
    cells: Box<[u128; CELLS / 2 + 1]>,
    memory: Memory,
}

impl World {
    fn new(random: &mut Random) -> World {
        let mut cells = Box::new([0u128; CELLS / 2 + 1]);
        let base = cells.as_mut_ptr().expose_provenance() as u64;
        let mut memory = Memory::new(base);
        memory.alloc(
            NewObject {
                layout: 20,
                size_bytes: CELLS as u32 * 8,
            },
            0,
        );
        memory.seal();
        for cell in &mut memory.cells_mut()[2..] {
            *cell = (random.below(1000) as f64).to_bits();
        }
        World { cells, memory }
    }

    fn address(&self) -> u64 {
        self.cells.as_ptr().expose_provenance() as u64
    }

    fn reset(&mut self) {
        let to = self.cells.as_mut_ptr().cast::<u64>();
        for (at, &cell) in self.memory.cells().iter().enumerate() {
            // SAFETY: the array has room for all cells; compiled code writes it behind the compiler's back.
            unsafe { to.add(at).write_volatile(cell) };
        }
    }

    fn assert_same(&self, after: &Memory, what: &str) {
        let from = self.cells.as_ptr().cast::<u64>();
        for at in 2..CELLS as u64 {
            // SAFETY: as above.
            let found = unsafe { from.add(at as usize).read_volatile() };
            let expected = after.load(self.address() + at * 8, Access::I64).unwrap();
            let nan = |bits: u64| f64::from_bits(bits).is_nan();
            assert!(
                found == expected || nan(found) && nan(expected),
                "cell {at}: {found:#x}, expected {expected:#x}\n{what}"
            );
        }
    }
}

fn window(random: &mut Random) -> BTreeMap<i32, u64> {
    let mut window = BTreeMap::new();
    for slot in 0..16 {
        let bits = if slot % 2 == 0 {
            int(*random.of(&[0, 1, -1, 5, 1000, -(1 << 48), (1 << 48) - 1]))
        } else {
            float(*random.of(&[0.0, -0.0, 1.5, -1e10, f64::INFINITY]))
        };
        window.insert(slot, bits);
    }
    window
}

fn fresh_window<B: Backend>(rig: &Rig<B>, window: &BTreeMap<i32, u64>) {
    for slot in -4..60 {
        rig.set(slot, 0);
    }
    for (&slot, &bits) in window {
        rig.set(slot, bits);
    }
}

fn compare<B: Backend>(rig: &Rig<B>, exit: &Exit, machine: &Machine<'_>, what: &str) {
    for slot in exit
        .slots
        .iter()
        .map(|slot| slot.0)
        .chain(STORED..STORED + 3)
    {
        let found = normal(rig.get(slot), &rig.state.boxes);
        let expected = machine.window.get(&slot).copied().unwrap_or(0);
        let expected = normal(expected, &machine.memory);
        assert_eq!(found, expected, "slot {slot}\n{what}");
    }
}

/// How far scenarios came.
#[derive(Default)]
struct Reached {
    /// Defined at all.
    defined: u64,
    /// Left after at least two rounds.
    looped: u64,
    /// Went through a bridge to its end.
    bridged: u64,
    /// Linked from a bridge to a loop.
    linked: u64,
}

/// One scenario: a loop, run to its exit; then a bridge there, and whatever follows.
fn scenario<B: Backend>(rig: &mut Rig<B>, seed: u64, reached: &mut Reached) {
    let mut random = Random::new(seed);
    let mut world = World::new(&mut random);
    let inputs = window(&mut random);
    let text = loop_trace(&mut random, world.address());
    let what = format!("seed {seed}\n{text}");
    let compiled = parse_compiled(&text).unwrap_or_else(|error| panic!("{error}\n{what}"));
    let mut machine = Machine::new(world.memory.clone());
    machine.window = inputs.clone();
    machine.natives = Box::new(natives);
    let Outcome::Exit(left) = run_compiled(&compiled, &mut machine, 100) else {
        return;
    };
    reached.defined += 1;
    reached.looped += u64::from(left.iteration > 2);
    let number = rig.add_compiled(compiled, None);
    world.reset();
    fresh_window(rig, &inputs);
    let Ran::Exit { trace, inst, site } = rig.run(number) else {
        panic!("no exit\n{what}")
    };
    assert_eq!(
        (trace, inst),
        (number, left.inst as u32),
        "place of the exit\n{what}"
    );
    let exit_number = rig.codes[number as usize].sites[site as usize].exit as usize;
    let exit = rig.compiled[number as usize].exits[exit_number].clone();
    compare(rig, &exit, &machine, &what);
    world.assert_same(&machine.memory, &what);
    // The same exit with a bridge.
    let leaf_values = rig.leaves.clone();
    // Links go to a twin of the loop, whose exits have no bridges: or the two could go round for ever.
    assert!(rig.codes[number as usize].labels[0].open);
    let twin = random
        .chance(50)
        .then(|| rig.compiled[number as usize].clone());
    let link = twin.map(|twin| (rig.add_compiled(twin.clone(), None), twin));
    let bridge = bridge_trace(
        &mut random,
        world.address(),
        &exit,
        link.as_ref().map(|(number, target)| (*number, target)),
    );
    let what = format!("{what}\nbridge at site {site}\n{bridge}");
    let bridge = parse_compiled(&bridge).unwrap_or_else(|error| panic!("{error}\n{what}"));
    let mut after = Machine::new(machine.memory.clone());
    // Guest values that are boxes have other addresses there; raw numbers are the same.
    for (leaf, (description, bits)) in leaves(&exit).zip(leaf_values).enumerate() {
        let boxes = &mut after.memory;
        let guest = matches!(description.value, ExitValue::Plain(_));
        let bits = match rig.state.boxes.unboxed(bits) {
            Some((true, float)) if guest => boxes.box_float(float),
            Some((false, int)) if guest => boxes.box_int(int),
            _ => bits,
        };
        after.window.insert(leaf as i32, bits);
    }
    let stored: BTreeMap<i32, u64> = (STORED..STORED + 3)
        .filter_map(|slot| Some((slot, *machine.window.get(&slot)?)))
        .collect();
    after.window.extend(stored);
    after.natives = Box::new(natives);
    let outcome = run_compiled(&bridge, &mut after, 100);
    let bridge_number = rig.add_compiled(bridge, Some((number, site)));
    world.reset();
    fresh_window(rig, &inputs);
    let ran = rig.run(number);
    let Ran::Exit { trace, inst, site } = ran else {
        panic!("no exit\n{what}")
    };
    match outcome {
        Outcome::Exit(left) => {
            assert_eq!(
                (trace, inst),
                (bridge_number, left.inst as u32),
                "place of the bridge's exit\n{what}"
            );
            let exit_number = rig.codes[trace as usize].sites[site as usize].exit as usize;
            let exit = rig.compiled[trace as usize].exits[exit_number].clone();
            reached.bridged += u64::from(left.inst > 8);
            compare(rig, &exit, &after, &what);
            world.assert_same(&after.memory, &what);
        }
        Outcome::Link { args, .. } => {
            // The target from its label on: the same trace entered with these values.
            let mut target = rig.compiled[number as usize].clone();
            target.labels[0].entry.clear();
            for (phi, &bits) in args.iter().enumerate() {
                let ty = target.trace.insts[target.labels[0].at as usize + phi]
                    .op
                    .ty();
                target.trace.consts.push(Const { ty, bits });
                let id = Id::constant(target.trace.consts.len() - 1);
                target.labels[0].entry.push(id);
            }
            let first = target.labels[0].at as usize;
            for inst in &mut target.trace.insts[..first] {
                inst.op = coil_trace::Op::Nop;
            }
            let memory = std::mem::take(&mut after.memory);
            let mut last = Machine::new(memory);
            last.window = inputs;
            last.window.extend(
                after
                    .window
                    .iter()
                    .filter(|(slot, _)| **slot >= STORED)
                    .map(|(slot, bits)| (*slot, *bits)),
            );
            last.natives = Box::new(natives);
            let Outcome::Exit(left) = run_compiled(&target, &mut last, 100) else {
                panic!("no end\n{what}")
            };
            assert_eq!(
                (trace, inst),
                (number + 1, left.inst as u32),
                "exit after the link\n{what}"
            );
            let exit_number = rig.codes[trace as usize].sites[site as usize].exit as usize;
            let exit = rig.compiled[trace as usize].exits[exit_number].clone();
            compare(rig, &exit, &last, &what);
            world.assert_same(&last.memory, &what);
            reached.linked += 1;
        }
        _ => panic!("{outcome:?}\n{what}"),
    }
}

fn scenarios<B: Backend>(mut rig: Rig<B>, seeds: u64) {
    let mut reached = Reached::default();
    for seed in 1..=seeds {
        scenario(&mut rig, seed, &mut reached);
        for code in rig.codes.drain(..) {
            rig.backend.free(code);
        }
        rig.compiled.clear();
    }
    let Reached {
        defined,
        looped,
        bridged,
        linked,
    } = reached;
    assert!(
        defined * 10 > seeds * 9,
        "only {defined} of {seeds} are defined"
    );
    assert!(looped * 10 > seeds, "only {looped} of {seeds} loop");
    assert!(
        bridged * 10 > seeds,
        "only {bridged} of {seeds} go through a bridge"
    );
    assert!(linked * 10 > seeds, "only {linked} of {seeds} link");
}

#[test]
fn random_traces_run_as_the_interpreter_says() {
    scenarios(x64(), 400);
}

#[cfg(feature = "cranelift")]
#[test]
fn random_traces_run_on_cranelift_as_the_interpreter_says() {
    scenarios(super::rig::cranelift(), 100);
}

/// A long run: `cargo test -p coil-backend -- --ignored`.
#[test]
#[ignore = "takes a minute"]
fn many_random_traces_run_as_the_interpreter_says() {
    scenarios(x64(), 50_000);
}
