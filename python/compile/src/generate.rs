//! Code generation: the state shared by its parts, and the code of modules.
//!
//! Expressions are asked for with a [`Want`]: in any register (locals are then read in place), in a new temporary, or in a
//! given register. An op writes its destination only on success, so the last op of an expression may write a local directly;
//! expressions of several steps work in temporaries and move at the end.

mod annotate;
mod call;
mod class;
mod compare;
mod comprehension;
mod control;
mod expr;
mod function;
mod import;
mod pattern;
mod stmt;
mod store;
mod string;
mod try_except;
mod type_params;

use crate::error::{Result, syntax, too_deep};
use crate::ir::Reg;
use crate::names::{NameId, Names};
use crate::symbols::visit::{CHECKED_DEPTH, MAX_DEPTH};
use crate::symbols::{ScopeId, Scopes, resolve, visit};
use crate::unit::Unit;
use crate::{Mode, Options};
use taipan_bytecode::{Code, CodeFlags, Const, Op};
use taipan_syntax::ast::{self, Expr, Stmt};
use taipan_syntax::{LineIndex, Parsed, Ranged, TextRange};

/// Where a value should go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Want {
    /// Any register: a local's own, or a new temporary.
    Any,
    /// A new temporary.
    Push,
    /// This register.
    Into(Reg),
}

pub(crate) struct Generator<'a> {
    pub(crate) source: &'a str,
    pub(crate) index: &'a LineIndex,
    pub(crate) filename: &'a str,
    pub(crate) names: Names,
    pub(crate) scopes: Scopes,
    pub(crate) u: Unit<'a>,
    pub(crate) outer: Vec<Unit<'a>>,
    pub(crate) options: Options,
    /// Where the leading `from __future__` imports end.
    pub(crate) future_end: taipan_syntax::TextSize,
    depth: u32,
}

/// Compiles a parsed source.
pub(crate) fn generate(
    source: &str,
    filename: &str,
    parsed: &Parsed,
    options: Options,
) -> Result<Code> {
    let mut names = Names::new();
    let future = options.future_annotations | import::future_annotations(&parsed.tree)?;
    let mut scopes = visit::build(&mut names, &parsed.tree, future)?;
    resolve::resolve(&mut scopes, &names)?;
    let unit = Unit::new(
        &scopes,
        ScopeId(0),
        NameId::MODULE,
        "<module>".to_owned(),
        TextRange::default(),
        &names,
    )?;
    let mut generator = Generator {
        source,
        index: &parsed.index,
        filename,
        names,
        scopes,
        u: unit,
        outer: Vec::new(),
        options,
        future_end: import::future_end(&parsed.tree),
        depth: 0,
    };
    generator.module(&parsed.tree)?;
    let Generator {
        u, names, index, ..
    } = generator;
    u.finish(&names, filename, index)
}

impl<'a> Generator<'a> {
    fn module(&mut self, tree: &'a ast::Mod) -> Result<()> {
        if self.scopes.future_annotations {
            self.u.flags.insert(CodeFlags::FUTURE_ANNOTATIONS);
        }
        match tree {
            ast::Mod::Expression(expression) => {
                let value = self.operand(&expression.body)?;
                self.u.emit_end(Op::Return, 0, value, 0);
            }
            ast::Mod::Module(module) => {
                self.module_body(&module.body)?;
                self.return_none()?;
            }
        }
        Ok(())
    }

    fn module_body(&mut self, body: &'a [Stmt]) -> Result<()> {
        let id = self.u.scope;
        if self.scopes[id].conditional_annotations {
            let set = self.u.temp()?;
            self.u.top -= 1;
            self.u.emit(Op::BuildSet, set, set, 0);
            self.u.set_top(set + 1)?;
            let name = self.u.add_name(NameId::CONDITIONAL)?;
            self.u.emit(Op::StoreName, set, name, 0);
            self.u.top = set;
        }
        if self.scopes.future_annotations && has_annotations(body) {
            self.u.emit(Op::SetupAnnotations, 0, 0, 0);
        }
        let mut rest = body;
        if self.options.mode == Mode::Exec
            && let Some((doc, range)) = self.docstring(body)
        {
            rest = &body[1..];
            if self.options.optimize < 2 {
                self.u.range = range;
                let base = self.u.top;
                let reg = self.constant(doc, Want::Push)?;
                let name = self.names.intern("__doc__");
                let name = self.u.add_name(name)?;
                self.u.emit(Op::StoreName, reg, name, 0);
                self.u.top = base;
            }
        }
        self.body(rest)?;
        self.deferred_annotations()
    }

    /// The docstring at the start of a body.
    pub(crate) fn docstring(&mut self, body: &[Stmt]) -> Option<(Const, TextRange)> {
        let Some(Stmt::Expr(stmt)) = body.first() else {
            return None;
        };
        let Expr::StringLiteral(literal) = &*stmt.value else {
            return None;
        };
        let value = self.string_constant(literal);
        let value = match value {
            Const::Str(text) => Const::Str(clean_docstring(&text)),
            other => other,
        };
        Some((value, stmt.range()))
    }

    pub(crate) fn return_none(&mut self) -> Result<()> {
        if !self.u.reachable {
            return Ok(());
        }
        let reg = self.constant(Const::None, Want::Push)?;
        self.u.emit_end(Op::Return, 0, reg, 0);
        self.u.top = reg;
        Ok(())
    }

    // ---- helpers

    /// Checks depth and native stack around a recursive step.
    pub(crate) fn deeper<T>(&mut self, step: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.depth += 1;
        let result = if self.depth <= CHECKED_DEPTH {
            step(self)
        } else if self.depth > MAX_DEPTH {
            too_deep()
        } else {
            stacker::maybe_grow(256 << 10, 4 << 20, || step(self))
        };
        self.depth -= 1;
        result
    }

    pub(crate) fn mangle(&mut self, text: &str) -> NameId {
        let class = self.scopes[self.current_scope()].class_name;
        self.names.mangle(class, text)
    }

    /// The scope names are looked up in: the innermost inlined comprehension, or the unit's.
    pub(crate) fn current_scope(&self) -> ScopeId {
        self.u.comps.last().copied().unwrap_or(self.u.scope)
    }

    /// Starts a new code object.
    pub(crate) fn enter(
        &mut self,
        id: ScopeId,
        name: NameId,
        qualname: String,
        first: TextRange,
    ) -> Result<()> {
        let mut unit = Unit::new(&self.scopes, id, name, qualname, first, &self.names)?;
        if self.scopes.future_annotations {
            unit.flags.insert(CodeFlags::FUTURE_ANNOTATIONS);
        }
        if unit.kind.is_function_like() {
            unit.flags.insert(CodeFlags::OPTIMIZED);
            unit.flags.insert(CodeFlags::NEWLOCALS);
        }
        let around = std::mem::replace(&mut self.u, unit);
        self.outer.push(around);
        if self.outer.iter().any(|unit| unit.kind.is_function_like()) {
            self.u.flags.insert(CodeFlags::NESTED);
        }
        Ok(())
    }

    /// Ends the innermost code object and goes on with the one around.
    pub(crate) fn leave(&mut self) -> Result<(Code, Vec<NameId>)> {
        let around = self.outer.pop().expect("entered before");
        let unit = std::mem::replace(&mut self.u, around);
        let free = unit.frees.iter().map(|free| free.0).collect();
        let code = unit.finish(&self.names, self.filename, self.index)?;
        Ok((code, free))
    }

    /// Cells for captured parameters and locals, and the closure's: what a code object starts with.
    pub(crate) fn prologue(&mut self) {
        for at in 0..self.u.cells.len() {
            let reg = self.u.cells[at].1;
            self.u.emit(Op::MakeCell, reg, 0, 0);
        }
        if let Some(&(_, first)) = self.u.frees.first() {
            self.u.emit(Op::CopyFreeVars, first, 0, 0);
        }
        let generator = [
            CodeFlags::GENERATOR,
            CodeFlags::COROUTINE,
            CodeFlags::ASYNC_GENERATOR,
        ];
        if generator.iter().any(|&flag| self.u.flags.contains(flag)) {
            self.u.emit(Op::ReturnGenerator, 0, 0, 0);
        }
    }

    /// Gives the destination of an op whose operands start at temporary `base`.
    pub(crate) fn destination(&self, base: Reg, want: Want) -> Reg {
        match want {
            Want::Into(reg) => reg,
            Want::Any | Want::Push => base,
        }
    }

    /// Releases the operands of an op and accounts for its result.
    pub(crate) fn settle(&mut self, base: Reg, want: Want) -> Result<Reg> {
        match want {
            Want::Into(reg) => {
                self.u.top = base;
                Ok(reg)
            }
            Want::Any | Want::Push => {
                self.u.set_top(base + 1)?;
                Ok(base)
            }
        }
    }

    /// Emits an op that writes `a` and whose operands start at `base`.
    pub(crate) fn put(
        &mut self,
        op: Op,
        d: u8,
        b: u16,
        c: u16,
        base: Reg,
        want: Want,
    ) -> Result<Reg> {
        let dst = self.destination(base, want);
        self.u.emit_d(op, d, dst, b, c);
        self.settle(base, want)
    }

    /// Brings the temporary at `base`, the only one above the ones before, to where it is wanted.
    pub(crate) fn deliver(&mut self, base: Reg, want: Want) -> Result<Reg> {
        if let Want::Into(reg) = want {
            self.u.emit(Op::Move, reg, base, 0);
        }
        self.settle(base, want)
    }

    pub(crate) fn constant(&mut self, value: Const, want: Want) -> Result<Reg> {
        let base = self.u.top;
        let dst = self.destination(base, want);
        match value {
            Const::None => self.u.emit(Op::LoadNone, dst, 0, 0),
            Const::Bool(true) => self.u.emit(Op::LoadTrue, dst, 0, 0),
            Const::Bool(false) => self.u.emit(Op::LoadFalse, dst, 0, 0),
            Const::Int(value) if i32::try_from(value).is_ok() => {
                self.u.emit_imm(Op::LoadInt, dst, value as i32);
            }
            value => {
                if self.u.reachable {
                    let at = self.u.constant(value);
                    self.u.emit_imm(Op::LoadConst, dst, at.cast_signed());
                }
            }
        }
        self.settle(base, want)
    }

    pub(crate) fn text_constant(&mut self, name: NameId, want: Want) -> Result<Reg> {
        let text = self.names.text(name).to_owned();
        self.constant(Const::Str(text), want)
    }

    pub(crate) fn name(&mut self, name: NameId) -> Result<u16> {
        self.u.add_name(name)
    }

    pub(crate) fn error<T>(&self, message: impl Into<String>, range: TextRange) -> Result<T> {
        syntax(message, range)
    }
}

/// Some statement of this body (nested blocks included) annotates a name.
pub(crate) fn has_annotations(body: &[Stmt]) -> bool {
    body.iter().any(|stmt| match stmt {
        Stmt::AnnAssign(_) => true,
        Stmt::For(stmt) => has_annotations(&stmt.body) || has_annotations(&stmt.orelse),
        Stmt::While(stmt) => has_annotations(&stmt.body) || has_annotations(&stmt.orelse),
        Stmt::If(stmt) => {
            has_annotations(&stmt.body)
                || stmt
                    .elif_else_clauses
                    .iter()
                    .any(|clause| has_annotations(&clause.body))
        }
        Stmt::With(stmt) => has_annotations(&stmt.body),
        Stmt::Match(stmt) => stmt.cases.iter().any(|case| has_annotations(&case.body)),
        Stmt::Try(stmt) => {
            has_annotations(&stmt.body)
                || has_annotations(&stmt.orelse)
                || has_annotations(&stmt.finalbody)
                || stmt.handlers.iter().any(|handler| {
                    let ast::ExceptHandler::ExceptHandler(handler) = handler;
                    has_annotations(&handler.body)
                })
        }
        _ => false,
    })
}

/// Takes the common indentation out of a docstring, as the compiler does since 3.13.
fn clean_docstring(text: &str) -> String {
    let mut lines = text.split('\n');
    let first = lines.next().unwrap_or("");
    let tab_expanded = |line: &str| line.to_owned();
    let margin = text
        .split('\n')
        .skip(1)
        .filter(|line| !line.trim_start_matches([' ', '\t']).is_empty())
        .map(|line| line.len() - line.trim_start_matches(' ').len())
        .min()
        .unwrap_or(0);
    let mut out = first.trim_start_matches(' ').to_owned();
    for line in lines {
        out.push('\n');
        let line = tab_expanded(line);
        let blank = line.bytes().take_while(|&byte| byte == b' ').count();
        out.push_str(&line[blank.min(margin)..]);
    }
    out
}
