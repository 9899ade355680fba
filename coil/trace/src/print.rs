//! The text form, printed. `parse.rs` reads it back: printing what was parsed gives the same text.
//!
//! ```text
//! field f0 = +16 val alias 3 mutable barrier object
//! call c0 = name @0x10 (int, val) -> int any raises collects frames
//! new n0 = layout 20 size 32
//! inputs 0 3
//! snapshot s0 = at 0x10:3 base 0 result 0 kind 0 {0: v1, 2: int(5)}
//! v0 = input_val(#0)
//! i1 = unbox_int(v0)
//! guard_true(b4) [s0]
//! store(r2, v0) f0
//! end loop s0
//! ```
//!
//! Values are named by type (`i b f v r`) and instruction number. Constants are written where they are used: `7` int, `1.5` float, `true` bool,
//! `int(7)`, `flt(1.5)` and `val(0x10)` guest values, `ref(0x10)` references. A compiled trace has `exit e0 = frames {slots} with
//! {virtual objects}` lines, `label l0 phis N (entry values)` before the phis, and `end jump|link|enter|exit|return`.

use crate::descriptor::{Barrier, Call, Effects, Field, NewObject};
use crate::eval::{bits_are_int, bits_are_ref, eval};
use crate::id::{Const, Id, Ty};
use crate::op::{DescriptorKind, Effect, Op};
use crate::snapshot::{Exit, ExitValue, Snapshot, SnapshotFrame, SnapshotId};
use crate::trace::{Compiled, CompiledEnd, End, Inst, Trace};
use std::fmt::{self, Display, Formatter};

/// The text name of a type.
pub(crate) fn ty_text(ty: Ty) -> &'static str {
    match ty {
        Ty::Void => "void",
        Ty::Bool => "bool",
        Ty::Int => "int",
        Ty::Float => "float",
        Ty::Val => "val",
        Ty::Ref => "ref",
    }
}

fn ty_prefix(ty: Ty) -> char {
    match ty {
        Ty::Void => '_',
        Ty::Bool => 'b',
        Ty::Int => 'i',
        Ty::Float => 'f',
        Ty::Val => 'v',
        Ty::Ref => 'r',
    }
}

fn float(f: &mut Formatter<'_>, bits: u64) -> fmt::Result {
    let float = f64::from_bits(bits);
    if float.is_nan() {
        write!(f, "float({bits:#x})")
    } else {
        write!(f, "{float:?}")
    }
}

impl Display for Const {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.ty {
            Ty::Void => f.write_str("void"),
            Ty::Bool => f.write_str(if self.bits == 0 { "false" } else { "true" }),
            Ty::Int => write!(f, "{}", self.bits.cast_signed()),
            Ty::Float => float(f, self.bits),
            Ty::Ref => write!(f, "ref({:#x})", self.bits),
            Ty::Val if bits_are_int(self.bits) => {
                let int = eval(Op::UnboxInt, self.bits, 0).expect("an inline int");
                write!(f, "int({})", int.cast_signed())
            }
            Ty::Val if !bits_are_ref(self.bits) => {
                let bits = eval(Op::UnboxFloat, self.bits, 0).expect("an inline float");
                f.write_str("flt(")?;
                float(f, bits)?;
                f.write_str(")")
            }
            Ty::Val => write!(f, "val({:#x})", self.bits),
        }
    }
}

struct Name<'a>(&'a Trace, Id);

impl Display for Name<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Name(trace, id) = *self;
        if let Some(at) = id.as_inst() {
            let ty = trace.insts.get(at).map_or(Ty::Void, |inst| inst.op.ty());
            write!(f, "{}{at}", ty_prefix(ty))
        } else if let Some(constant) = id.as_const().and_then(|at| trace.consts.get(at)) {
            constant.fmt(f)
        } else {
            f.write_str("none")
        }
    }
}

fn list(f: &mut Formatter<'_>, trace: &Trace, ids: &[Id]) -> fmt::Result {
    f.write_str("(")?;
    for (at, id) in ids.iter().enumerate() {
        let comma = if at == 0 { "" } else { ", " };
        write!(f, "{comma}{}", Name(trace, *id))?;
    }
    f.write_str(")")
}

fn frame(f: &mut Formatter<'_>, frame: &SnapshotFrame) -> fmt::Result {
    let SnapshotFrame {
        code,
        pc,
        base,
        result,
        kind,
    } = frame;
    write!(
        f,
        "at {code:#x}:{pc} base {base} result {result} kind {kind}"
    )
}

fn field(f: &mut Formatter<'_>, at: usize, field: &Field) -> fmt::Result {
    let access = format!("{:?}", field.access).to_lowercase();
    let mutability = if field.immutable {
        "immutable"
    } else {
        "mutable"
    };
    write!(
        f,
        "field f{at} = {:+} {access} alias {} {mutability} barrier ",
        field.offset, field.alias
    )?;
    match field.barrier {
        Barrier::None => writeln!(f, "none"),
        Barrier::Object => writeln!(f, "object"),
        Barrier::Slot(distance) => writeln!(f, "slot({distance})"),
    }
}

fn call(f: &mut Formatter<'_>, at: usize, call: &Call) -> fmt::Result {
    write!(f, "call c{at} = {} @{:#x} (", call.name, call.function)?;
    for (at, ty) in call.params.iter().enumerate() {
        let comma = if at == 0 { "" } else { ", " };
        write!(f, "{comma}{}", ty_text(*ty))?;
    }
    write!(f, ") -> {} ", ty_text(call.result))?;
    match call.effects {
        Effects::Pure => f.write_str("pure")?,
        Effects::Reads => f.write_str("reads")?,
        Effects::Writes(alias) => write!(f, "writes({alias})")?,
        Effects::WritesBoth(a, b) => write!(f, "writes({a}, {b})")?,
        Effects::Any => f.write_str("any")?,
    }
    for (set, word) in [
        (call.can_raise, " raises"),
        (call.can_collect, " collects"),
        (call.sees_frames, " frames"),
    ] {
        if set {
            f.write_str(word)?;
        }
    }
    writeln!(f)
}

fn descriptors(f: &mut Formatter<'_>, trace: &Trace) -> fmt::Result {
    for (at, item) in trace.fields.iter().enumerate() {
        field(f, at, item)?;
    }
    for (at, item) in trace.calls.iter().enumerate() {
        call(f, at, item)?;
    }
    for (at, NewObject { layout, size_bytes }) in trace.news.iter().enumerate() {
        writeln!(f, "new n{at} = layout {layout} size {size_bytes}")?;
    }
    if !trace.inputs.is_empty() {
        f.write_str("inputs")?;
        for slot in &trace.inputs {
            write!(f, " {slot}")?;
        }
        writeln!(f)?;
    }
    Ok(())
}

fn snapshot(f: &mut Formatter<'_>, trace: &Trace, at: usize, snapshot: &Snapshot) -> fmt::Result {
    write!(f, "snapshot s{at} = ")?;
    if let Some(parent) = snapshot.parent {
        write!(f, "parent s{} ", parent.0)?;
    }
    if snapshot.decided {
        f.write_str("decided ")?;
    }
    frame(f, &snapshot.frame)?;
    f.write_str(" {")?;
    for (at, (slot, id)) in snapshot.slots.iter().enumerate() {
        let comma = if at == 0 { "" } else { ", " };
        write!(f, "{comma}{slot}: {}", Name(trace, *id))?;
    }
    writeln!(f, "}}")
}

struct Shown<'a>(&'a Trace, ExitValue);

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Shown(trace, value) = *self;
        match value {
            ExitValue::Plain(id) => write!(f, "{}", Name(trace, id)),
            ExitValue::BoxInt(id) => write!(f, "box_int({})", Name(trace, id)),
            ExitValue::BoxFloat(id) => write!(f, "box_float({})", Name(trace, id)),
            ExitValue::BoxRef(id) => write!(f, "box_ref({})", Name(trace, id)),
            ExitValue::Virtual(at) => write!(f, "virtual({at})"),
        }
    }
}

fn exit(f: &mut Formatter<'_>, trace: &Trace, at: usize, exit: &Exit) -> fmt::Result {
    write!(f, "exit e{at} = ")?;
    for item in &exit.frames {
        frame(f, item)?;
        f.write_str(" ")?;
    }
    f.write_str("{")?;
    for (at, (slot, value)) in exit.slots.iter().enumerate() {
        let comma = if at == 0 { "" } else { ", " };
        write!(f, "{comma}{slot}: {}", Shown(trace, *value))?;
    }
    f.write_str("}")?;
    if !exit.virtuals.is_empty() {
        f.write_str(" with {")?;
        for (at, object) in exit.virtuals.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            write!(f, "{comma}n{} {} {{", object.new, Name(trace, object.ty))?;
            for (at, (field, value)) in object.fields.iter().enumerate() {
                let comma = if at == 0 { "" } else { ", " };
                write!(f, "{comma}f{field}: {}", Shown(trace, *value))?;
            }
            f.write_str("}")?;
        }
        f.write_str("}")?;
    }
    writeln!(f)
}

fn inst(f: &mut Formatter<'_>, trace: &Trace, at: usize, inst: &Inst, state: char) -> fmt::Result {
    if inst.op.ty() != Ty::Void {
        write!(f, "{}{at} = ", ty_prefix(inst.op.ty()))?;
    }
    f.write_str(inst.op.text())?;
    if inst.op.effect() == Effect::Input {
        write!(f, "(#{})", inst.extra)?;
    } else {
        list(f, trace, trace.operands(inst))?;
        match inst.op.descriptor() {
            DescriptorKind::None => {}
            DescriptorKind::Number => write!(f, " #{}", inst.extra.cast_signed())?,
            DescriptorKind::Field => write!(f, " f{}", inst.extra)?,
            DescriptorKind::Call => write!(f, " c{}", inst.extra)?,
            DescriptorKind::New => write!(f, " n{}", inst.extra)?,
        }
    }
    if inst.op.has_snapshot() && inst.snapshot != SnapshotId::NONE {
        write!(f, " [{state}{}]", inst.snapshot.0)?;
    }
    writeln!(f)
}

impl Display for Trace {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        descriptors(f, self)?;
        for (at, item) in self.insts.iter().enumerate() {
            inst(f, self, at, item, 's')?;
        }
        for (at, item) in self.snapshots.iter().enumerate() {
            snapshot(f, self, at, item)?;
        }
        match &self.end {
            End::Loop(snapshot) => writeln!(f, "end loop s{}", snapshot.0),
            End::Link { target, snapshot } => writeln!(f, "end link {target} s{}", snapshot.0),
            End::Exit(snapshot) if *snapshot == SnapshotId::NONE => Ok(()),
            End::Exit(snapshot) => writeln!(f, "end exit s{}", snapshot.0),
            End::Return(id) => writeln!(f, "end return {}", Name(self, *id)),
            End::Yield(id) => writeln!(f, "end yield {}", Name(self, *id)),
        }
    }
}

impl Display for Compiled {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let trace = &self.trace;
        descriptors(f, trace)?;
        let mut labels = self.labels.iter().enumerate().peekable();
        for (at, item) in trace.insts.iter().enumerate() {
            while let Some((number, label)) = labels.next_if(|(_, label)| label.at as usize <= at) {
                write!(f, "label l{number} phis {} ", label.phis)?;
                list(f, trace, &label.entry)?;
                writeln!(f)?;
            }
            inst(f, trace, at, item, 'e')?;
        }
        for (number, label) in labels {
            write!(f, "label l{number} phis {} ", label.phis)?;
            list(f, trace, &label.entry)?;
            writeln!(f)?;
        }
        for (at, item) in self.exits.iter().enumerate() {
            exit(f, trace, at, item)?;
        }
        match &self.end {
            CompiledEnd::Jump { label, args } => {
                write!(f, "end jump l{label} ")?;
                list(f, trace, args)?;
                writeln!(f)
            }
            CompiledEnd::Link {
                target,
                label,
                args,
            } => {
                write!(f, "end link {target} l{label} ")?;
                list(f, trace, args)?;
                writeln!(f)
            }
            CompiledEnd::Enter { target, exit } => writeln!(f, "end enter {target} e{}", exit.0),
            CompiledEnd::Exit(exit) => writeln!(f, "end exit e{}", exit.0),
            CompiledEnd::Return(id) => writeln!(f, "end return {}", Name(trace, *id)),
            CompiledEnd::Yield(id) => writeln!(f, "end yield {}", Name(trace, *id)),
        }
    }
}
