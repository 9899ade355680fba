//! A code object in the making: registers, instructions, constants.
//!
//! Registers: parameters, other locals, variables of inlined comprehensions, cells, free variables, then temporaries as a
//! stack whose height is `top`. An instruction's depth is `top` when it is emitted, before its operands are released.

use crate::error::{Result, too_large};
use crate::ir::{HandlerId, HandlerInfo, Inst, Label, NO_HANDLER, Reg};
use crate::names::{NameId, Names};
use crate::symbols::{Meaning, Scope, ScopeId, ScopeKind, Scopes, used};
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::{Hash, Hasher};
use taipan_bytecode::{Code, CodeFlags, Const, Op};
use taipan_syntax::TextRange;
use taipan_syntax::ast::Stmt;

/// More registers than this are refused.
const MAX_REGISTERS: u16 = 60_000;

/// Something that leaving code has to unwind.
#[derive(Clone, Copy)]
pub(crate) enum Block<'a> {
    Loop {
        on_break: Label,
        on_continue: Label,
    },
    /// A `try` with `finally`.
    Finally {
        body: &'a [Stmt],
    },
    /// A handler is running; `saved` is what was being handled before it.
    Handler {
        saved: Reg,
        name: Option<&'a str>,
    },
    With {
        exit: Reg,
        is_async: bool,
        range: TextRange,
    },
}

/// A block and the handler that is in force outside it.
#[derive(Clone, Copy)]
pub(crate) struct Entered<'a> {
    pub(crate) block: Block<'a>,
    pub(crate) outer: HandlerId,
}

/// Where a variable lives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Var {
    /// A register; `sure` when it can never be unbound.
    Fast {
        reg: Reg,
        sure: bool,
    },
    Cell(Reg),
    Name,
    Global,
    /// A free variable of a class body, after its namespace.
    ClassCell(Reg),
    /// A free variable seen through the namespace of the class around.
    DictOrCell(Reg),
    DictOrGlobal,
}

pub(crate) struct Unit<'a> {
    pub(crate) scope: ScopeId,
    pub(crate) kind: ScopeKind,
    pub(crate) name: NameId,
    pub(crate) qualname: String,
    pub(crate) flags: CodeFlags,
    pub(crate) first: TextRange,
    pub(crate) args: (u16, u16, u16),
    pub(crate) parameters: u16,
    pub(crate) varnames: Vec<NameId>,
    pub(crate) cells: Vec<(NameId, Reg)>,
    pub(crate) frees: Vec<(NameId, Reg)>,
    fast: FxHashMap<NameId, Reg>,
    hidden: Vec<(NameId, u32, bool, Reg)>,
    pub(crate) comps: Vec<ScopeId>,
    pub(crate) top: Reg,
    max: Reg,
    pub(crate) insts: Vec<Inst>,
    pub(crate) targets: Vec<u32>,
    label_used: Vec<bool>,
    pub(crate) handlers: Vec<HandlerInfo>,
    pub(crate) handler: HandlerId,
    pub(crate) blocks: Vec<Entered<'a>>,
    pub(crate) reachable: bool,
    pub(crate) range: TextRange,
    consts: Vec<Const>,
    const_map: FxHashMap<u64, Vec<u32>>,
    names: Vec<NameId>,
    name_map: FxHashMap<NameId, u16>,
    loop_count: u16,
    /// Attributes assigned through the first parameter (for `__static_attributes__`), in classes.
    pub(crate) static_attributes: Vec<NameId>,
    /// Annotations to be evaluated by `__annotate__`, in classes and modules, with their index when conditional.
    pub(crate) deferred: Vec<(&'a taipan_syntax::ast::StmtAnnAssign, Option<u32>)>,
    pub(crate) conditional_count: u32,
    /// How many statements that may not run are around.
    pub(crate) conditional: u32,
}

impl<'a> Unit<'a> {
    pub(crate) fn new(
        scopes: &Scopes,
        id: ScopeId,
        name: NameId,
        qualname: String,
        first: TextRange,
        names: &Names,
    ) -> Result<Unit<'a>> {
        let scope = &scopes[id];
        let mut unit = Unit {
            scope: id,
            kind: scope.kind,
            name,
            qualname,
            flags: CodeFlags::default(),
            first,
            args: (0, 0, 0),
            parameters: 0,
            varnames: Vec::new(),
            cells: Vec::new(),
            frees: Vec::new(),
            fast: FxHashMap::default(),
            hidden: Vec::new(),
            comps: Vec::new(),
            top: 0,
            max: 0,
            insts: Vec::new(),
            targets: Vec::new(),
            label_used: Vec::new(),
            handlers: Vec::new(),
            handler: NO_HANDLER,
            blocks: Vec::new(),
            reachable: true,
            range: first,
            consts: Vec::new(),
            const_map: FxHashMap::default(),
            names: Vec::new(),
            name_map: FxHashMap::default(),
            loop_count: 0,
            static_attributes: Vec::new(),
            deferred: Vec::new(),
            conditional_count: 0,
            conditional: 0,
        };
        unit.lay_out(scope, scopes, names)?;
        Ok(unit)
    }

    fn lay_out(&mut self, scope: &Scope, scopes: &Scopes, names: &Names) -> Result<()> {
        let mut cells = Vec::new();
        if scope.kind.is_function_like() {
            let mut order: Vec<&crate::symbols::Symbol> = scope.symbols.iter().collect();
            order.sort_by_key(|symbol| symbol.used & used::PARAM == 0);
            for symbol in order {
                let parameter = symbol.used & used::PARAM != 0;
                match symbol.meaning {
                    Meaning::Local => {}
                    Meaning::Cell if parameter => {}
                    Meaning::Cell => {
                        cells.push(symbol.name);
                        continue;
                    }
                    _ => continue,
                }
                let reg = self.count(self.varnames.len())?;
                self.varnames.push(symbol.name);
                self.parameters += u16::from(parameter);
                if symbol.meaning == Meaning::Cell {
                    self.cells.push((symbol.name, reg));
                } else {
                    self.fast.insert(symbol.name, reg);
                }
            }
        } else if scope.kind == ScopeKind::Class {
            if scope.needs_class_cell {
                cells.push(NameId::CLASS);
            }
            if scope.needs_classdict_cell {
                cells.push(NameId::CLASSDICT);
            }
            if scope.conditional_annotations {
                cells.push(NameId::CONDITIONAL);
            }
        }
        let hidden = hidden_variables(scopes, self.scope);
        for &(name, level, cell) in hidden.iter().filter(|hidden| !hidden.2) {
            let reg = self.count(self.varnames.len())?;
            self.varnames.push(name);
            self.hidden.push((name, level, cell, reg));
        }
        let mut next = self.varnames.len();
        cells.sort_by(|a, b| names.text(*a).cmp(names.text(*b)));
        for name in cells {
            let reg = self.count(next)?;
            self.cells.push((name, reg));
            next += 1;
        }
        for &(name, level, cell) in hidden.iter().filter(|hidden| hidden.2) {
            let reg = self.count(next)?;
            self.hidden.push((name, level, cell, reg));
            next += 1;
        }
        let mut free = scope.free.clone();
        free.sort_by(|a, b| names.text(*a).cmp(names.text(*b)));
        for name in free {
            let reg = self.count(next)?;
            self.frees.push((name, reg));
            next += 1;
        }
        self.top = self.count(next)?;
        self.max = self.top;
        Ok(())
    }

    fn count(&self, number: usize) -> Result<Reg> {
        match u16::try_from(number) {
            Ok(reg) if reg < MAX_REGISTERS => Ok(reg),
            _ => too_large("too many local variables"),
        }
    }

    pub(crate) fn cell_of(&self, name: NameId) -> Option<Reg> {
        self.cells
            .iter()
            .chain(&self.frees)
            .find(|cell| cell.0 == name)
            .map(|cell| cell.1)
    }

    /// The register of a variable of the inlined comprehension `comps[at]`.
    pub(crate) fn hidden(&self, scopes: &Scopes, at: usize, name: NameId) -> Option<(Reg, bool)> {
        let scope = &scopes[self.comps[at]];
        let symbol = scope.symbol(name)?;
        if symbol.used & used::BOUND == 0 {
            return None;
        }
        let level = self.comps[..at]
            .iter()
            .filter(|&&outer| binds(&scopes[outer], name))
            .count() as u32;
        let cell = symbol.meaning == Meaning::Cell;
        self.hidden
            .iter()
            .find(|hidden| (hidden.0, hidden.1, hidden.2) == (name, level, cell))
            .map(|hidden| (hidden.3, cell))
    }

    /// Where `name` lives.
    pub(crate) fn var(&self, scopes: &Scopes, name: NameId) -> Var {
        for at in (0..self.comps.len()).rev() {
            if let Some((reg, cell)) = self.hidden(scopes, at, name) {
                return match cell {
                    true => Var::Cell(reg),
                    false => Var::Fast { reg, sure: false },
                };
            }
            if self.kind == ScopeKind::Class {
                return match scopes[self.comps[at]].meaning(name) {
                    Meaning::Free => self.cell_of(name).map_or(Var::Global, Var::Cell),
                    _ => Var::Global,
                };
            }
        }
        let scope = &scopes[self.scope];
        let Some(symbol) = scope.symbol(name) else {
            return self.cell_of(name).map_or(Var::Global, Var::Cell);
        };
        let function = scope.kind.is_function_like();
        match symbol.meaning {
            Meaning::Local if !function => Var::Name,
            Meaning::Local => match self.fast.get(&name) {
                Some(&reg) => Var::Fast {
                    reg,
                    sure: symbol.used & used::PARAM != 0 && symbol.used & used::DELETED == 0,
                },
                None => Var::Global,
            },
            Meaning::Cell => self.cell_of(name).map_or(Var::Global, Var::Cell),
            Meaning::Free => match self.cell_of(name) {
                Some(reg)
                    if scope.kind == ScopeKind::Class
                        && symbol.used & used::NONLOCAL == 0
                        && name != NameId::DOT_TYPE_PARAMS =>
                {
                    Var::ClassCell(reg)
                }
                Some(reg) if scope.sees_class && !is_internal(name) => Var::DictOrCell(reg),
                Some(reg) => Var::Cell(reg),
                None => Var::Global,
            },
            Meaning::GlobalExplicit => Var::Global,
            Meaning::GlobalImplicit | Meaning::Unresolved => match function {
                true if scope.sees_class => Var::DictOrGlobal,
                true => Var::Global,
                false => Var::Name,
            },
        }
    }

    // ---- registers

    pub(crate) fn temp(&mut self) -> Result<Reg> {
        let reg = self.top;
        self.set_top(reg + 1)?;
        Ok(reg)
    }

    pub(crate) fn set_top(&mut self, top: Reg) -> Result<()> {
        if top >= MAX_REGISTERS {
            return too_large("too many values in one expression");
        }
        self.top = top;
        self.max = self.max.max(top);
        Ok(())
    }

    // ---- labels and instructions

    pub(crate) fn label(&mut self) -> Label {
        self.targets.push(u32::MAX);
        self.label_used.push(false);
        Label(self.targets.len() as u32 - 1)
    }

    /// The next instruction is where `label` points; it is reachable if something jumps there.
    pub(crate) fn place(&mut self, label: Label) {
        self.targets[label.0 as usize] = self.insts.len() as u32;
        self.reachable |= self.label_used[label.0 as usize];
    }

    pub(crate) fn new_handler(&mut self, exception: Reg) -> HandlerId {
        let label = self.label();
        self.handlers.push(HandlerInfo {
            label,
            exception,
            used: false,
        });
        self.handlers.len() as u32 - 1
    }

    /// Starts the code of a handler, exceptions in it going to `outer`. False when nothing can raise into it.
    pub(crate) fn start_handler(&mut self, id: HandlerId, outer: HandlerId) -> Result<bool> {
        let info = self.handlers[id as usize];
        if info.used {
            self.label_used[info.label.0 as usize] = true;
        }
        self.reachable = false;
        self.place(info.label);
        self.handler = outer;
        self.set_top(info.exception + 1)?;
        Ok(self.reachable)
    }

    #[allow(clippy::too_many_arguments, reason = "the fields of an instruction")]
    fn push_inst(&mut self, op: Op, d: u8, a: u16, b: u16, c: u16, imm: i32) {
        if !self.reachable {
            return;
        }
        if self.handler != NO_HANDLER {
            self.handlers[self.handler as usize].used = true;
        }
        self.insts.push(Inst {
            op,
            d,
            a,
            b,
            c,
            imm,
            depth: self.top,
            handler: self.handler,
            range: self.range,
        });
    }

    pub(crate) fn emit(&mut self, op: Op, a: u16, b: u16, c: u16) {
        self.push_inst(op, 0, a, b, c, 0);
    }

    pub(crate) fn emit_d(&mut self, op: Op, d: u8, a: u16, b: u16, c: u16) {
        self.push_inst(op, d, a, b, c, 0);
    }

    pub(crate) fn emit_imm(&mut self, op: Op, a: u16, imm: i32) {
        self.push_inst(op, 0, a, 0, 0, imm);
    }

    pub(crate) fn emit_call_kw(&mut self, a: u16, b: u16, c: u16, names: u32) {
        self.push_inst(Op::CallKw, 0, a, b, c, names.cast_signed());
    }

    /// A jump with registers `a` and `b`.
    pub(crate) fn emit_jump(&mut self, op: Op, d: u8, a: u16, b: u16, label: Label) {
        if !self.reachable {
            return;
        }
        self.label_used[label.0 as usize] = true;
        self.push_inst(op, d, a, b, 0, label.0.cast_signed());
    }

    /// An unconditional jump; what follows is unreachable.
    pub(crate) fn jump(&mut self, label: Label) {
        self.emit_jump(Op::Jump, 0, 0, 0, label);
        self.reachable = false;
    }

    /// Emits something after which execution never goes on.
    pub(crate) fn emit_end(&mut self, op: Op, d: u8, a: u16, b: u16) {
        self.push_inst(op, d, a, b, 0, 0);
        self.reachable = false;
    }

    /// A loop header at a new label.
    pub(crate) fn loop_header(&mut self) -> Result<Label> {
        let label = self.label();
        self.label_used[label.0 as usize] = self.reachable;
        self.place(label);
        if self.reachable {
            let Some(next) = self.loop_count.checked_add(1) else {
                return too_large("too many loops");
            };
            self.emit(Op::LoopHeader, self.loop_count, 0, 0);
            self.loop_count = next;
            self.flags.insert(CodeFlags::HAS_LOOP);
        }
        Ok(label)
    }

    // ---- tables

    pub(crate) fn constant(&mut self, value: Const) -> u32 {
        let mut hasher = FxHasher::default();
        hash_const(&value, &mut hasher);
        let hash = hasher.finish();
        let same = self.const_map.entry(hash).or_default();
        for &at in same.iter() {
            if self.consts[at as usize] == value {
                return at;
            }
        }
        let at = self.consts.len() as u32;
        same.push(at);
        self.consts.push(value);
        at
    }

    pub(crate) fn add_name(&mut self, name: NameId) -> Result<u16> {
        if let Some(&at) = self.name_map.get(&name) {
            return Ok(at);
        }
        let Ok(at) = u16::try_from(self.names.len()) else {
            return too_large("too many names");
        };
        self.names.push(name);
        self.name_map.insert(name, at);
        Ok(at)
    }

    /// The code object, once assembled.
    pub(crate) fn finish(
        self,
        names: &Names,
        filename: &str,
        index: &taipan_syntax::LineIndex,
    ) -> Result<Code> {
        let text = |id: &NameId| names.text(*id).to_owned();
        let first_line = match self.kind {
            ScopeKind::Module => 1,
            _ => index.line_column(self.first.start()).0,
        };
        let mut cellvars: Vec<(String, u16)> = self
            .cells
            .iter()
            .map(|(name, reg)| (text(name), *reg))
            .collect();
        for (name, _, cell, reg) in &self.hidden {
            if *cell {
                cellvars.push((text(name), *reg));
            }
        }
        let mut insts = self.insts;
        if self.flags.suspends() {
            for inst in &mut insts {
                if inst.op == Op::Return {
                    inst.op = Op::Finish;
                }
            }
        }
        let assembled =
            crate::assemble::assemble(insts, self.targets, &self.handlers, self.parameters, index)?;
        Ok(Code {
            name: text(&self.name),
            qualname: self.qualname,
            filename: filename.to_owned(),
            first_line,
            arg_count: self.args.0,
            posonly_count: self.args.1,
            kwonly_count: self.args.2,
            flags: self.flags,
            register_count: self.max,
            varnames: self.varnames.iter().map(text).collect(),
            cellvars,
            freevars: self
                .frees
                .iter()
                .map(|(name, reg)| (text(name), *reg))
                .collect(),
            words: assembled.words,
            depth: assembled.depth,
            consts: self.consts,
            names: self.names.iter().map(text).collect(),
            handlers: assembled.handlers,
            positions: assembled.positions,
            loop_count: self.loop_count,
        })
    }
}

fn is_internal(name: NameId) -> bool {
    matches!(
        name,
        NameId::CLASS
            | NameId::CLASSDICT
            | NameId::CONDITIONAL
            | NameId::DOT_TYPE_PARAMS
            | NameId::DOT_GENERIC_BASE
            | NameId::DOT_DEFAULTS
            | NameId::DOT_KWDEFAULTS
            | NameId::DOT_FORMAT
            | NameId::DOT_ZERO
    )
}

fn binds(scope: &Scope, name: NameId) -> bool {
    scope
        .symbol(name)
        .is_some_and(|symbol| symbol.used & used::BOUND != 0)
}

/// Variables of the comprehensions inlined into `owner`: name, how many comprehensions around bind the same name, cell or not.
fn hidden_variables(scopes: &Scopes, owner: ScopeId) -> Vec<(NameId, u32, bool)> {
    let mut found = Vec::new();
    // Inlined scopes come after their owner; the last one is known once a scope's parent chain leaves it.
    for id in &scopes.inlined_of[owner.0 as usize] {
        let scope = &scopes[*id];
        for symbol in &scope.symbols {
            if symbol.used & used::BOUND == 0 {
                continue;
            }
            let mut level = 0;
            let mut at = scope.parent;
            while let Some(outer) = at.filter(|&outer| outer != owner) {
                level += u32::from(binds(&scopes[outer], symbol.name));
                at = scopes[outer].parent;
            }
            let row = (symbol.name, level, symbol.meaning == Meaning::Cell);
            if !found.contains(&row) {
                found.push(row);
            }
        }
    }
    found
}

fn hash_const(value: &Const, hasher: &mut FxHasher) {
    std::mem::discriminant(value).hash(hasher);
    match value {
        Const::None | Const::Ellipsis => {}
        Const::Bool(value) => value.hash(hasher),
        Const::Int(value) => value.hash(hasher),
        Const::BigInt { negative, digits } => (negative, digits).hash(hasher),
        Const::Float(bits) => bits.hash(hasher),
        Const::Complex(real, imaginary) => (real, imaginary).hash(hasher),
        Const::Str(text) => text.hash(hasher),
        Const::WideStr(points) => points.hash(hasher),
        Const::Bytes(bytes) => bytes.hash(hasher),
        Const::Tuple(items) | Const::FrozenSet(items) => {
            items.len().hash(hasher);
            items.iter().for_each(|item| hash_const(item, hasher));
        }
        Const::Slice(parts) => parts.iter().for_each(|part| hash_const(part, hasher)),
        Const::Code(code) => (&code.name, code.first_line, code.words.len()).hash(hasher),
    }
}
